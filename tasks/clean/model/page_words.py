"""A page's kind by its words: two linear models over hashed words, one for the story's lines, one for all others.

A shop, a forum and a manual use other words than a newspaper, in the menus even more than in the text. Every distinct
word of a page has one weight in a table (feature hashing); the score is their sum over the root of their number. It
adds evidence in the languages of the training pages and says nothing in others.
"""

import numpy as np

from tasks.clean.model.features import Columns, Layout
from tasks.text.hashing import GOLDEN_RATIO

_BITS = 16
SLOTS = 1 << _BITS
NAMES = ("words_of_story", "words_of_rest")
_SPREAD = GOLDEN_RATIO
_MAX_WORDS = 1000  # of each side of a page; more cost time and add nothing


def distinct(
    line: np.ndarray, hashes: np.ndarray, layout: Layout, is_kept: np.ndarray
) -> list[tuple[np.ndarray, np.ndarray]]:
    """The distinct words of each page's kept lines, and of its others: pairs of page numbers and slots of a table.

    `line` and `hashes` are those of m words (`tasks.clean.model.words.Words`).
    """
    solid = hashes != 0
    line = line[solid]
    with np.errstate(over="ignore"):
        slot = ((hashes[solid] * _SPREAD) >> np.uint64(64 - _BITS)).astype(np.int64)
    pairs = []
    for side in (is_kept, ~is_kept):
        inside = side[line]
        page = layout.page[line[inside]]
        before = np.searchsorted(page, page)  # words come page by page
        first = np.arange(len(page)) - before < _MAX_WORDS
        key = np.unique(page[first] * SLOTS + slot[inside][first])
        pairs.append((key // SLOTS, key % SLOTS))
    return pairs


def scores(pairs: list[tuple[np.ndarray, np.ndarray]], tables: np.ndarray, biases: np.ndarray, pages: int) -> Columns:
    """The two scores of each page: `tables` is 2 x SLOTS, `biases` 2."""
    columns = {}
    for name, (page, slot), table, bias in zip(NAMES, pairs, tables, biases, strict=True):
        total = np.bincount(page, weights=table[slot], minlength=pages)
        count = np.bincount(page, minlength=pages)
        columns[name] = (total / np.sqrt(np.maximum(count, 1)) + bias).astype(np.float32)
    return columns
