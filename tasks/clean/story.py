"""Which lines are the story: a chance between 0 and 1 for each line, and the decision."""

from typing import NamedTuple

import numpy as np

from tasks.clean import word_scores
from tasks.clean.features import Columns, Layout
from tasks.clean.model import load
from tasks.clean.words import Words


class Chances(NamedTuple):
    """How likely each block is part of the story, and from where on it is kept."""

    values: np.ndarray
    threshold: float


def chances(columns: Columns, words: Words, where: Layout, *, is_html: bool) -> Chances:
    """The model's verdict on each block.

    A second stage that sees the first's chances of the blocks around was tried and left out: in cross-validation it
    gained less than 0.001 F1 on HTML and nothing on text, for twice the time.
    """
    model = load("html" if is_html else "text")
    if model.words is not None:
        score = word_scores.scores(words, model.words, model.words_bias)
        columns = columns | word_scores.columns_of(score, columns["words"], where)
    return Chances(model.forest.predict(columns), model.threshold)


def confidence(values: np.ndarray, words: np.ndarray, kept: np.ndarray, *, is_html: bool) -> float:
    """How likely a page's kept lines are the story and no more: the calibrated share of pages like it with F1 >= 0.9."""
    table = load("html" if is_html else "text").calibration
    return float(np.interp(raw_confidence(values, words, kept), table[0], table[1]))


def raw_confidence(values: np.ndarray, words: np.ndarray, kept: np.ndarray) -> float:
    """The expected F1 of the kept words, were the chances exact: 2 TP / (kept + expected gold)."""
    right = float((values * words)[kept].sum())
    total = float(words[kept].sum()) + float((values * words).sum())
    return 2 * right / total if total else 0.0
