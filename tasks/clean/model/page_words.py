"""What the words of a page say of its kind: two linear models over hashed words, one of the story's lines, one of all others.

A shop, a forum and a manual use other words than a newspaper, in the menus even more than in the text. Every distinct word
of a page has one weight in a table (feature hashing); the score is their sum over the root of their number. It adds evidence
in languages that the training pages were in and says nothing in others.
"""

import numpy as np

from tasks.clean.model.features import Columns, Layout
from tasks.text.hashing import GOLDEN_RATIO

_BITS = 16
SLOTS = 1 << _BITS
NAMES = ("words_of_story", "words_of_rest")
_WORDS_MOST = 1000  # of each side of a page; more cost time and say no more


def distinct(
    line: np.ndarray, hashes: np.ndarray, where: Layout, is_kept: np.ndarray
) -> list[tuple[np.ndarray, np.ndarray]]:
    """The distinct words of each page's kept lines, and of its others: pairs of page numbers and places in a table.

    `line` and `hashes` are those of m words (`tasks.clean.model.words.Words`).
    """
    solid = hashes != 0
    line = line[solid]
    with np.errstate(over="ignore"):
        place = ((hashes[solid] * GOLDEN_RATIO) >> np.uint64(64 - _BITS)).astype(np.int64)
    found = []
    for side in (is_kept, ~is_kept):
        inside = side[line]
        page = where.page[line[inside]]
        before = np.searchsorted(page, page)  # words come page by page
        first = np.arange(len(page)) - before < _WORDS_MOST
        key = np.unique(page[first] * SLOTS + place[inside][first])
        found.append((key // SLOTS, key % SLOTS))
    return found


def scores(pairs: list[tuple[np.ndarray, np.ndarray]], tables: np.ndarray, biases: np.ndarray, pages: int) -> Columns:
    """The two scores of each page: `tables` is 2 x SLOTS, `biases` 2."""
    columns = {}
    for name, (page, place), table, bias in zip(NAMES, pairs, tables, biases, strict=True):
        total = np.bincount(page, weights=table[place], minlength=pages)
        count = np.bincount(page, minlength=pages)
        columns[name] = (total / np.sqrt(np.maximum(count, 1)) + bias).astype(np.float32)
    return columns
