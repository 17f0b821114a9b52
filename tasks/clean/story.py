"""Which lines are the story: a chance between 0 and 1 for each line, and the decision."""

from typing import NamedTuple

import numpy as np

from tasks.clean import word_scores
from tasks.clean.features import Columns, Layout, best_run
from tasks.clean.model import load
from tasks.clean.words import Words


class Chances(NamedTuple):
    """How likely each block is part of the story, and whether it is taken for it."""

    values: np.ndarray
    is_story: np.ndarray


class Decision(NamedTuple):
    """From which chance on a block is taken for the story: within the story's run, and elsewhere on the page.

    The run is the stretch of the page with the largest sum of (chance - price) x words. A text page shows no
    containers, so that readers' comments and teasers far from the story need to be surer than lines within it: worth
    0.003 F1 on blogs and nothing on news in cross-validation. In HTML the trees see the containers, and the two are one.
    """

    within: float
    beyond: float
    price: float


_WORD_CAP = 60  # words by which one block may stretch the run


def decide(values: np.ndarray, words: np.ndarray, where: Layout, decision: Decision) -> np.ndarray:
    """Which blocks are taken for the story, by their chances and words."""
    least: np.ndarray | float = decision.within
    if decision.within != decision.beyond and len(values):
        first, end = best_run((values - decision.price) * np.minimum(words, _WORD_CAP), where)
        at = np.arange(len(values))
        least = np.where((at >= first[where.page]) & (at < end[where.page]), decision.within, decision.beyond)
    kept: np.ndarray = values >= least
    return kept


def chances(columns: Columns, words: Words, where: Layout, *, is_html: bool) -> Chances:
    """The model's verdict on each block.

    A second stage that sees the first's chances of the blocks around was tried and left out: in cross-validation it
    gained less than 0.001 F1 on HTML and nothing on text, for twice the time.
    """
    model = load("html" if is_html else "text")
    if model.words is not None:
        score = word_scores.scores(words, model.words, model.words_bias)
        columns = columns | word_scores.columns_of(score, columns["words"], where)
    values = model.forest.predict(columns)
    return Chances(values, decide(values, columns["words"], where, Decision(*model.decision)))


def confidence(values: np.ndarray, words: np.ndarray, kept: np.ndarray, *, is_html: bool) -> float:
    """How likely a page's kept lines are the story and no more: the calibrated share of pages like it with F1 >= 0.9."""
    table = load("html" if is_html else "text").calibration
    return float(np.interp(raw_confidence(values, words, kept), table[0], table[1]))


def raw_confidence(values: np.ndarray, words: np.ndarray, kept: np.ndarray) -> float:
    """The expected F1 of the kept words, were the chances exact: 2 TP / (kept + expected gold)."""
    right = float((values * words)[kept].sum())
    total = float(words[kept].sum()) + float((values * words).sum())
    return 2 * right / total if total else 0.0
