"""Which lines are the story: a chance between 0 and 1 for each line, and the decision."""

from typing import NamedTuple

import numpy as np

from tasks.clean.model import word_scores
from tasks.clean.model.block_model import load
from tasks.clean.model.features import Columns, Layout
from tasks.clean.model.words import Words

FLOOR = 0.1  # a less likely block is never taken for the story, however doubtful the page is
_MIN_WORDS = 0.1  # of a block without words, so that its chance decides and not a division by zero


class Chances(NamedTuple):
    """How likely each block is part of the story, and whether it is taken for it."""

    values: np.ndarray
    is_story: np.ndarray


def decide(values: np.ndarray, words: np.ndarray, layout: Layout) -> np.ndarray:
    """Which blocks are taken for the story: on each page the likeliest ones, as many as make the expected F1 largest.

    With exact chances that is the best decision for F1 (Ye et al. 2012: a threshold at half of the best possible F1).
    So a sure page has a threshold near .5, and a doubtful one a lower one, e.g. in a script that the model never saw.
    One threshold for all pages lost .004 F1 in cross-validation, most of it in languages with few pages.
    """
    if not len(values):
        return np.zeros(0, dtype=bool)
    size = np.maximum(words, _MIN_WORDS).astype(np.float64)
    right = values * size
    order = np.lexsort((-values, layout.page))
    sizes = layout.ends - layout.starts
    kept = _sums_within(size[order], layout.starts, sizes)
    hits = _sums_within(right[order], layout.starts, sizes)
    expected = np.repeat(np.add.reduceat(right, layout.starts), sizes)
    score = 2 * hits / (kept + expected + 1e-9)
    best = np.repeat(np.maximum.reduceat(score, layout.starts), sizes)
    index = np.arange(len(values))
    last = np.maximum.reduceat(np.where(score >= best, index, -1), layout.starts)
    least = np.maximum(values[order[last]], FLOOR)
    is_kept: np.ndarray = values >= np.repeat(least, sizes)
    return is_kept


def _sums_within(values: np.ndarray, starts: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """Running sums that restart with each page."""
    sums: np.ndarray = np.cumsum(values)
    before = np.repeat(sums[starts] - values[starts], sizes)
    within: np.ndarray = sums - before
    return within


def chances(columns: Columns, words: Words, layout: Layout, *, is_html: bool) -> Chances:
    """The model's verdict on each block."""
    model = load("html" if is_html else "text")
    if model.words is not None:
        score = word_scores.scores(words, model.words, model.words_bias)
        columns = columns | word_scores.columns_of(score, columns["words"], layout)
    values = model.chances(columns, layout)
    return Chances(values, decide(values, columns["words"], layout))


def confidence(values: np.ndarray, words: np.ndarray, kept: np.ndarray, *, is_html: bool) -> float:
    """How likely a page's kept lines are exactly its story: the calibrated share of pages like it with F1 >= 0.9."""
    table = load("html" if is_html else "text").calibration
    return float(np.interp(raw_confidence(values, words, kept), table[0], table[1]))


def raw_confidence(values: np.ndarray, words: np.ndarray, kept: np.ndarray) -> float:
    """The expected F1 of the kept words, were the chances exact: 2 TP / (kept + expected gold)."""
    right = float((values * words)[kept].sum())
    total = float(words[kept].sum()) + float((values * words).sum())
    return 2 * right / total if total else 0.0
