"""Locality-sensitive hashing by sorting: which signatures agree in a whole band, one band after the other.

A signature of 126 values of 16 bits is split into 42 bands of 3. Only one band is in use at a time: its keys are
sorted, so equal keys are neighbours. A run of n signatures needs 12 n bytes for a band's keys and rows, and up to 8 n
for a bitmap that spares most searches for keys that are not there. From fifty thousand signatures on, the sorted
bands and the signatures are in files and are read as they are needed.

Measured with one million new and one million published signatures (`tests/benchmarks/signatures.py`); for an estimate
for a billion see `tasks.load.dedup.near_duplicates`.
"""

import mmap
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tasks.storage.ids import Ids, Mask, is_first
from tasks.text.hashing import GOLDEN_RATIO

VALUES, ROWS = 126, 3
BANDS = VALUES // ROWS
MAX_MATES = 30  # in one band: a boilerplate text must not be compared with thousands like it
SPOOLED_FROM = 50_000  # signatures; that many take 25 MB of bands, and 13 MB themselves
_BITMAP_BITS = (12, 24)  # least and most; 8 bits per key
_CHUNK_PAIRS = 8_000  # compared at a time: 4 MB of values, which a core's cache holds
_BUFFERED_PAIRS = 1_000_000  # collected before they are compared, which takes 60 MB
_BLOCK_ROWS = 131_072  # signatures, 33 MB
_HALF, _LOWER = np.uint64(32), np.uint64(0xFFFFFFFF)

Values: TypeAlias = NDArray[np.uint16]  # n signatures of 126 values
Rows: TypeAlias = NDArray[np.int64]
Precedence = Callable[[Rows], Rows]  # rows -> their ranks; of two equal texts the lower rank is the original
SimilarPairs = tuple[Rows, NDArray[np.int16]]  # m pairs of rows (m x 2), and how many values are equal in each


def band_keys(values: Values, band: int) -> Ids:
    """N uint64: the three values of a band (of n x 126), spread over all bits."""
    keys = np.empty(len(values), dtype=np.uint64)
    for start in range(0, len(values), _BLOCK_ROWS):
        part = values[start : start + _BLOCK_ROWS, band * ROWS : (band + 1) * ROWS].astype(np.uint64)
        keys[start : start + _BLOCK_ROWS] = part[:, 0] | part[:, 1] << np.uint64(16) | part[:, 2] << np.uint64(32)
        release_mapped(values)
    return keys * GOLDEN_RATIO  # spreads the 48 bits of a key over 64, for the bitmap


class Bands:
    """The sorted bands of n signatures (n x 126 uint16), in memory, or in files in `folder` where one is given.

    Rows with the same key ascend. Of a key that more than 30 rows have, they are ordered by `precedence` instead: the
    first 30, with which all others are compared, are then the originals, and a text on a thousand sites is one story.
    """

    def __init__(self, values: Values, precedence: Precedence, folder: Path | None = None) -> None:
        self.values, self._folder = values, folder
        self._in_memory: dict[int, tuple[Ids, NDArray[np.uint32]]] = {}
        is_crowded = np.zeros(len(values), dtype=bool)
        for band in range(BANDS):
            keys = band_keys(values, band)
            rows = np.argsort(keys, kind="stable").astype(np.uint32)
            keys = keys[rows]
            is_crowded[rows[_is_crowded(keys)]] = True
            self._store(band, keys, rows)
        if is_crowded.any():
            ranks = np.zeros(len(values), dtype=np.int64)
            ranks[is_crowded] = precedence(np.flatnonzero(is_crowded))
            for band in range(BANDS):
                keys, rows = self.band(band)
                crowded = np.flatnonzero(_is_crowded(keys))
                if len(crowded):
                    rows[crowded] = rows[crowded][np.lexsort((ranks[rows[crowded]], keys[crowded]))]
                    self._store(band, keys, rows)

    def _store(self, band: int, keys: Ids, rows: NDArray[np.uint32]) -> None:
        if self._folder is None:
            self._in_memory[band] = keys, rows
        else:
            self._folder.mkdir(parents=True, exist_ok=True)
            np.save(self._file(band, "keys"), keys)
            np.save(self._file(band, "rows"), rows)

    def __len__(self) -> int:
        return len(self.values)

    def band(self, number: int) -> tuple[Ids, NDArray[np.uint32]]:
        """The keys of a band, ascending, and the rows that have them."""
        if self._folder is None:
            return self._in_memory[number]
        return np.load(self._file(number, "keys")), np.load(self._file(number, "rows"))

    def _file(self, band: int, what: str) -> Path:
        assert self._folder is not None
        return self._folder / f"band-{band:02d}.{what}.npy"

    def similar_pairs(self, equal_min: float) -> SimilarPairs:
        """Pairs of rows that share a band and at least `equal_min` values; the lower row comes first.

        In one band a row is compared with at most 30 others, and only similar pairs are kept: memory is that of the
        result.
        """
        comparison = _Comparison(self.values, self.values, equal_min)
        for band in range(BANDS):
            keys, rows = self.band(band)
            starts, lengths = _runs(keys)
            starts, lengths = starts[lengths > 1], lengths[lengths > 1]
            start = np.repeat(starts, lengths)
            offset = np.arange(len(start)) - np.repeat(np.cumsum(lengths) - lengths, lengths)  # within its run
            for earlier in range(min(MAX_MATES, int(lengths.max(initial=1)) - 1)):
                is_later = offset > earlier
                first, second = rows[start[is_later] + earlier], rows[start[is_later] + offset[is_later]]
                comparison.add(np.minimum(first, second), np.maximum(first, second))
        return comparison.result()

    def similar_to(self, others: Values, equal_min: float) -> SimilarPairs:
        """Pairs of a row of `others` (k x 126) and a row here that share a band and at least `equal_min` values."""
        bits = int(np.clip(np.ceil(np.log2(len(self) + 1)) + 3, *_BITMAP_BITS))
        shift = np.uint64(64 - bits)
        comparison = _Comparison(others, self.values, equal_min)
        for band in range(BANDS):
            keys, rows = self.band(band)
            bitmap = np.zeros(1 << bits, dtype=bool)
            bitmap[(keys >> shift).astype(np.int64)] = True
            their_keys = band_keys(others, band)
            maybe = np.flatnonzero(bitmap[(their_keys >> shift).astype(np.int64)])
            first, end = (np.searchsorted(keys, their_keys[maybe], side) for side in ("left", "right"))
            counts = np.minimum(end - first, MAX_MATES)
            for number in range(int(counts.max(initial=0))):
                has_more = counts > number
                comparison.add(maybe[has_more], rows[first[has_more] + number])
        return comparison.result()


def _runs(keys: Ids) -> tuple[Rows, Rows]:
    """Where each run of equal keys starts, and how long it is."""
    starts = np.flatnonzero(is_first(keys))
    return starts, np.diff(np.append(starts, len(keys)))


def _is_crowded(keys: Ids) -> Mask:
    """For each key whether it occurs more than 30 times."""
    _, lengths = _runs(keys)
    return np.repeat(lengths > MAX_MATES, lengths)


class _Comparison:
    """Counts the equal values of pairs of rows (of `first` and `second`) and keeps pairs with at least `equal_min`.

    Similar texts share many bands: their pairs are collected and compared once. They are compared block by block, so
    that of signatures in a file two blocks are in memory.
    """

    def __init__(self, first: Values, second: Values, equal_min: float) -> None:
        self._first, self._second, self._equal_min = first, second, equal_min
        self._buffer: list[Ids] = []  # pairs as integers, the row of `first` in the upper half
        self._count = 0
        self._similar: list[tuple[Ids, NDArray[np.int16]]] = []

    def add(self, first: NDArray[np.integer], second: NDArray[np.integer]) -> None:
        """Compare these rows in pairs."""
        self._buffer.append(first.astype(np.uint64) << _HALF | second.astype(np.uint64))
        self._count += len(first)
        if self._count >= _BUFFERED_PAIRS:
            self._compare()

    def result(self) -> SimilarPairs:
        """The similar pairs, each once and in ascending order, and how many values are equal."""
        self._compare()
        pairs, indices = np.unique(np.concatenate([pairs for pairs, _ in self._similar]), return_index=True)
        equal = np.concatenate([equal for _, equal in self._similar])[indices]
        return np.stack(_rows_of_pairs(pairs), axis=1), equal

    def _compare(self) -> None:
        pairs = np.concatenate([np.zeros(0, np.uint64), *self._buffer])
        self._buffer, self._count = [], 0
        pairs.sort()  # `np.unique` of this many takes ten times as long
        pairs = pairs[is_first(pairs)]
        first, second = _rows_of_pairs(pairs)
        blocks = first // _BLOCK_ROWS * (len(self._second) // _BLOCK_ROWS + 1) + second // _BLOCK_ROWS
        order = np.argsort(blocks.astype(np.min_scalar_type(int(blocks.max(initial=0)))), kind="stable")
        equal = np.empty(len(pairs), dtype=np.int16)
        for block in np.split(order, np.flatnonzero(is_first(blocks[order]))[1:]):
            for start in range(0, len(block), _CHUNK_PAIRS):
                part = block[start : start + _CHUNK_PAIRS]
                same = self._first.take(first[part], axis=0) == self._second.take(second[part], axis=0)
                equal[part] = np.add.reduce(np.asarray(same).view(np.int8), axis=1, dtype=np.int8)  # 126 fits
            release_mapped(self._first)
            release_mapped(self._second)
        is_similar = equal >= self._equal_min
        self._similar.append((pairs[is_similar], equal[is_similar]))


def _rows_of_pairs(pairs: Ids) -> tuple[Rows, Rows]:
    return (pairs >> _HALF).astype(np.int64), (pairs & _LOWER).astype(np.int64)


def release_mapped(values: np.ndarray) -> None:
    """Release the memory of this process that holds what was read of a mapped file; the system's cache still has it."""
    if isinstance(values.base, mmap.mmap) and hasattr(mmap, "MADV_DONTNEED"):
        values.base.madvise(mmap.MADV_DONTNEED)
