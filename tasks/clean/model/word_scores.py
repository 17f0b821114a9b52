"""A line's score by its words: a linear model over hashed words, which is one more feature for the trees.

The lexicon holds phrases that a person wrote down; this model learns what thousands of labelled lines have in common.
Each word, each pair of neighbours, the first and the last word of a line has one weight in a table of 2^16 (feature
hashing, Weinberger et al. 2009); a line's score is their sum over the root of their number. On text pages it gains
0.004 to 0.005 F1 in cross-validation; on HTML, where the markup says the same, nothing, so only the text model has it.
"""

import numpy as np

from tasks.clean.model.features import Columns, Layout, running, shift, window
from tasks.clean.model.words import Words
from tasks.text.hashing import GOLDEN_RATIO

_BITS = 16  # 128 kB of half floats; four times as many gain less than 0.001
SLOTS = 1 << _BITS
_WORD, _ENDS, _PAIR = GOLDEN_RATIO, np.uint64(0xC2B2AE3D27D4EB4F), np.uint64(0xD6E8FEB86659FD93)
_FIRST, _LAST, _STEP = (np.uint64(n) for n in (12345, 54321, 31))
_WORD_CAP = 40.0  # a longer line has no more weight among its neighbours
_NEIGHBOURS, _WINDOWS = (-2, -1, 1, 2), (3, 8)
NAMES = ("word_score", *(f"word_score@{by:+d}" for by in _NEIGHBOURS), *(f"word_score~{width}" for width in _WINDOWS))


def slots(words: Words) -> tuple[np.ndarray, np.ndarray]:
    """The weights of lines: pairs of a line and a slot of the table; lines ascend within each kind of weight."""
    solid = words.hash != 0
    value, line = words.hash[solid], words.line[solid]
    if not len(value):
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    same = line[1:] == line[:-1]
    first, last = np.concatenate(([True], ~same)), np.concatenate((~same, [True]))
    shift_by = np.uint64(64 - _BITS)
    with np.errstate(over="ignore"):
        kinds = (
            value * _WORD,
            (value[first] ^ _FIRST) * _ENDS,
            (value[last] ^ _LAST) * _ENDS,
            (value[:-1] * _STEP + value[1:])[same] * _PAIR,
        )
    slot = (np.concatenate(kinds) >> shift_by).astype(np.int64)
    return np.concatenate([line, line[first], line[last], line[1:][same]]), slot


def scores(words: Words, table: np.ndarray, bias: float) -> np.ndarray:
    """The score of each line, float32."""
    line, slot = slots(words)
    size = len(words.char_count)
    total = np.bincount(line, weights=table[slot], minlength=size)
    count = np.bincount(line, minlength=size)
    return (total / np.sqrt(np.maximum(count, 1)) + bias).astype(np.float32)


def columns_of(score: np.ndarray, count: np.ndarray, layout: Layout) -> Columns:
    """The score of each line and of those around it, as features; `count` holds the number of words per line."""
    sums = running(score * np.minimum(count, _WORD_CAP))
    index = np.arange(len(score))
    neighbours = [shift(score, by, layout) for by in _NEIGHBOURS]
    windows = [window(sums, width, layout, index) for width in _WINDOWS]
    values = [score, *neighbours, *windows]
    return {name: np.asarray(column, dtype=np.float32) for name, column in zip(NAMES, values, strict=True)}
