"""Locality-sensitive hashing by sorting: which signatures agree in a whole band, one band after the other.

A signature of 126 values of 16 bits is cut into 42 bands of 3. Only one band is looked at at a time: its keys are sorted,
equal ones stand side by side. So a run of n signatures needs 12 n bytes for a band's keys and rows and up to 8 n for a bitmap that
keeps most foreign keys from being searched for; from fifty thousand on, the sorted bands and the signatures lie in files and
come in as they are needed.

Measured with one million new and one million published signatures (`tests/benchmarks/signatures.py`); a billion, on paper:
see `tasks.load.dedup.near_duplicates`.
"""

import mmap
from collections.abc import Callable
from pathlib import Path

import numpy as np

from tasks.storage.ids import is_first

VALUES, ROWS = 126, 3
BANDS = VALUES // ROWS
MAX_MATES = 30  # in one band: a boilerplate text must not be compared with thousands like it
SPOOLED_FROM = 50_000  # signatures; as many take 25 MB of bands, and 13 MB themselves
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # spreads the 48 bits of a key over 64, for the bitmap
_BITMAP_BITS = (12, 24)  # at least and at most; 8 places a key
_CHUNK_PAIRS = 8_000  # compared at a time: 4 MB of values, which a core's cache holds
_HELD_PAIRS = 1_000_000  # collected before they are compared, which takes 60 MB
_BLOCK_ROWS = 131_072  # signatures, 33 MB
_HALF, _LOWER = np.uint64(32), np.uint64(0xFFFFFFFF)


def band_keys(values: np.ndarray, band: int) -> np.ndarray:
    """N uint64: the three values of a band (of n x 126), spread over all bits."""
    keys = np.empty(len(values), dtype=np.uint64)
    for start in range(0, len(values), _BLOCK_ROWS):
        part = values[start : start + _BLOCK_ROWS, band * ROWS : (band + 1) * ROWS].astype(np.uint64)
        keys[start : start + _BLOCK_ROWS] = part[:, 0] | part[:, 1] << np.uint64(16) | part[:, 2] << np.uint64(32)
        let_go(values)
    return keys * _MULTIPLIER


Precedence = Callable[[np.ndarray], np.ndarray]  # rows -> the ranks in which they are taken for the original
Alike = tuple[np.ndarray, np.ndarray]  # m pairs of rows (m x 2), and how many values are equal in each


class Bands:
    """The sorted bands of n signatures (n x 126 uint16), in memory, or in files in `folder` where one is given.

    Rows of one key stand in ascending order, those of a key that more than 30 rows have by `precedence`: the first 30, with whom
    all others are compared, are then the originals, and a text on a thousand sites is one story.
    """

    def __init__(self, values: np.ndarray, precedence: Precedence, folder: Path | None = None) -> None:
        self.values, self._folder = values, folder
        self._held: dict[int, tuple[np.ndarray, np.ndarray]] = {}
        is_crowded = np.zeros(len(values), dtype=bool)
        for band in range(BANDS):
            keys = band_keys(values, band)
            rows = np.argsort(keys, kind="stable").astype(np.uint32)
            keys = keys[rows]
            is_crowded[rows[_crowded(keys)]] = True
            self._put(band, keys, rows)
        if is_crowded.any():
            ranks = np.zeros(len(values), dtype=np.int64)
            ranks[is_crowded] = precedence(np.flatnonzero(is_crowded))
            for band in range(BANDS):
                keys, rows = self.band(band)
                places = np.flatnonzero(_crowded(keys))
                if len(places):
                    rows[places] = rows[places][np.lexsort((ranks[rows[places]], keys[places]))]
                    self._put(band, keys, rows)

    def _put(self, band: int, keys: np.ndarray, rows: np.ndarray) -> None:
        if self._folder is None:
            self._held[band] = keys, rows
        else:
            self._folder.mkdir(parents=True, exist_ok=True)
            np.save(self._file(band, "keys"), keys)
            np.save(self._file(band, "rows"), rows)

    def __len__(self) -> int:
        return len(self.values)

    def band(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        """The keys of a band, ascending, and the rows that have them."""
        if self._folder is None:
            return self._held[number]
        return np.load(self._file(number, "keys")), np.load(self._file(number, "rows"))

    def _file(self, band: int, what: str) -> Path:
        assert self._folder is not None
        return self._folder / f"band-{band:02d}.{what}.npy"

    def alike(self, equal_min: float) -> Alike:
        """Rows that share a band and at least so many values: m x 2, the lower row first, and how many values are equal.

        In one band a row meets at most 30 others, and only what is alike is kept: memory is that of the answer.
        """
        comparison = _Comparison(self.values, self.values, equal_min)
        for band in range(BANDS):
            keys, rows = self.band(band)
            starts, lengths = _runs(keys)
            starts, lengths = starts[lengths > 1], lengths[lengths > 1]
            start = np.repeat(starts, lengths)
            place = np.arange(len(start)) - np.repeat(np.cumsum(lengths) - lengths, lengths)  # within its run
            for earlier in range(min(MAX_MATES, int(lengths.max(initial=1)) - 1)):
                later = place > earlier
                one, other = rows[start[later] + earlier], rows[start[later] + place[later]]
                comparison.add(np.minimum(one, other), np.maximum(one, other))
        return comparison.found()

    def alike_with(self, others: np.ndarray, equal_min: float) -> Alike:
        """The same for rows of `others` (k x 126), which come first in a pair, and rows here."""
        bits = int(np.clip(np.ceil(np.log2(len(self) + 1)) + 3, *_BITMAP_BITS))
        shift = np.uint64(64 - bits)
        comparison = _Comparison(others, self.values, equal_min)
        for band in range(BANDS):
            keys, rows = self.band(band)
            bitmap = np.zeros(1 << bits, dtype=bool)
            bitmap[(keys >> shift).astype(np.int64)] = True
            theirs = band_keys(others, band)
            maybe = np.flatnonzero(bitmap[(theirs >> shift).astype(np.int64)])
            first, end = (np.searchsorted(keys, theirs[maybe], side) for side in ("left", "right"))
            counts = np.minimum(end - first, MAX_MATES)
            for number in range(int(counts.max(initial=0))):
                has_more = counts > number
                comparison.add(maybe[has_more], rows[first[has_more] + number])
        return comparison.found()


def _runs(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each run of equal keys starts, and how long it is."""
    starts = np.flatnonzero(is_first(keys))
    return starts, np.diff(np.append(starts, len(keys)))


def _crowded(keys: np.ndarray) -> np.ndarray:
    """For each place whether its key stands more than 30 times."""
    _, lengths = _runs(keys)
    found: np.ndarray = np.repeat(lengths > MAX_MATES, lengths)
    return found


class _Comparison:
    """Counts the equal values of pairs of rows (of `first` and of `second`), and keeps the pairs with at least so many.

    Texts that are much alike share many bands: their pairs are collected, and compared once. They are compared block by block, so
    that of signatures in a file two blocks are in memory.
    """

    def __init__(self, first: np.ndarray, second: np.ndarray, equal_min: float) -> None:
        self._first, self._second, self._equal_min = first, second, equal_min
        self._held: list[np.ndarray] = []  # pairs as numbers, the row of `first` in the upper half
        self._count = 0
        self._found: list[tuple[np.ndarray, np.ndarray]] = []

    def add(self, first: np.ndarray, second: np.ndarray) -> None:
        """Have row by row of these compared."""
        self._held.append(first.astype(np.uint64) << _HALF | second.astype(np.uint64))
        self._count += len(first)
        if self._count >= _HELD_PAIRS:
            self._compare()

    def found(self) -> Alike:
        """The pairs that are alike, each once and in ascending order, and how many values are equal."""
        self._compare()
        pairs, places = np.unique(np.concatenate([pairs for pairs, _ in self._found]), return_index=True)
        equal = np.concatenate([equal for _, equal in self._found])[places]
        return np.stack(_rows(pairs), axis=1), equal

    def _compare(self) -> None:
        pairs = np.concatenate([np.zeros(0, np.uint64), *self._held])
        self._held, self._count = [], 0
        pairs.sort()  # `np.unique` of so many takes ten times as long
        pairs = pairs[is_first(pairs)]
        first, second = _rows(pairs)
        blocks = first // _BLOCK_ROWS * (len(self._second) // _BLOCK_ROWS + 1) + second // _BLOCK_ROWS
        order = np.argsort(blocks.astype(np.min_scalar_type(int(blocks.max(initial=0)))), kind="stable")
        equal = np.empty(len(pairs), dtype=np.int16)
        for block in np.split(order, np.flatnonzero(is_first(blocks[order]))[1:]):
            for start in range(0, len(block), _CHUNK_PAIRS):
                part = block[start : start + _CHUNK_PAIRS]
                same = self._first.take(first[part], axis=0) == self._second.take(second[part], axis=0)
                equal[part] = np.add.reduce(np.asarray(same).view(np.int8), axis=1, dtype=np.int8)  # 126 fits
            let_go(self._first)
            let_go(self._second)
        is_alike = equal >= self._equal_min
        self._found.append((pairs[is_alike], equal[is_alike]))


def _rows(pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return (pairs >> _HALF).astype(np.int64), (pairs & _LOWER).astype(np.int64)


def let_go(values: np.ndarray) -> None:
    """Have what was read of a mapped file count as this process's memory no longer; the system's cache still has it."""
    if isinstance(values.base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        values.base.madvise(mmap.MADV_DONTNEED)
