"""Locality-sensitive hashing by sorting: which signatures agree in a whole band, one band after the other.

A signature of 126 values of 16 bits is cut into 42 bands of 3. Only one band is looked at at a time: its keys are sorted,
equal ones stand side by side. So a run of n signatures needs 12 n bytes for a band's keys and rows and up to 8 n for a bitmap that
keeps most foreign keys from being searched for; from fifty thousand on, the sorted bands and the signatures lie in files and
come in as they are needed.

Measured with one million new and one million published signatures (`tests/benchmarks/signatures.py`); a billion, on paper:
see `tasks.load.stories`.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

from tasks.ids import is_first

VALUES, ROWS = 126, 3
BANDS = VALUES // ROWS
MAX_MATES = 30  # in one band: a boilerplate text must not be compared with thousands like it
SPOOLED_FROM = 50_000  # signatures; as many take 25 MB of bands, and 13 MB themselves
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)  # spreads the 48 bits of a key over 64, for the bitmap
_BITMAP_BITS = (12, 24)  # at least and at most; 8 places a key
_CHUNK_PAIRS = 50_000  # compared at a time: 25 MB of values


def band_keys(values: np.ndarray, band: int) -> np.ndarray:
    """N uint64: the three values of a band (of n x 126), spread over all bits."""
    part = values[:, band * ROWS : (band + 1) * ROWS].astype(np.uint64)
    keys: np.ndarray = part[:, 0] | part[:, 1] << np.uint64(16) | part[:, 2] << np.uint64(32)
    return keys * _MULTIPLIER


Precedence = Callable[[np.ndarray], np.ndarray]  # rows -> the ranks in which they are taken for the original


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

    def alike(self, equal_min: float) -> tuple[np.ndarray, np.ndarray]:
        """Rows that share a band and at least so many values: m x 2, the lower row first, and how many values are equal.

        In one band a row meets at most 30 others, and only what is alike is kept: memory is that of the answer.
        """
        found = [_nothing()]
        for band in range(BANDS):
            keys, rows = self.band(band)
            starts, lengths = _runs(keys)
            starts, lengths = starts[lengths > 1], lengths[lengths > 1]
            start = np.repeat(starts, lengths)
            place = np.arange(len(start)) - np.repeat(np.cumsum(lengths) - lengths, lengths)  # within its run
            for earlier in range(min(MAX_MATES, int(lengths.max(initial=1)) - 1)):
                later = place > earlier
                pairs = np.stack([rows[start[later] + earlier], rows[start[later] + place[later]]], axis=1)
                found.append(_alike(np.sort(pairs, axis=1).astype(np.int64), self.values, self.values, equal_min))
        return _once(found)

    def alike_with(self, others: np.ndarray, equal_min: float) -> tuple[np.ndarray, np.ndarray]:
        """The same for rows of `others` (k x 126), which come first in a pair, and rows here."""
        bits = int(np.clip(np.ceil(np.log2(len(self) + 1)) + 3, *_BITMAP_BITS))
        shift = np.uint64(64 - bits)
        found = [_nothing()]
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
                pairs = np.stack([maybe[has_more], rows[first[has_more] + number]], axis=1)
                found.append(_alike(pairs.astype(np.int64), others, self.values, equal_min))
        return _once(found)


def _runs(keys: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each run of equal keys starts, and how long it is."""
    starts = np.flatnonzero(is_first(keys))
    return starts, np.diff(np.append(starts, len(keys)))


def _crowded(keys: np.ndarray) -> np.ndarray:
    """For each place whether its key stands more than 30 times."""
    _, lengths = _runs(keys)
    found: np.ndarray = np.repeat(lengths > MAX_MATES, lengths)
    return found


Alike = tuple[np.ndarray, np.ndarray]


def _alike(pairs: np.ndarray, first: np.ndarray, second: np.ndarray, equal_min: float) -> Alike:
    """Those pairs (row of `first`, row of `second`) of which so many values are equal, and how many."""
    found = [_nothing()]
    for start in range(0, len(pairs), _CHUNK_PAIRS):
        part = pairs[start : start + _CHUNK_PAIRS]
        equal = (first[part[:, 0]] == second[part[:, 1]]).sum(axis=1, dtype=np.int16)
        found.append((part[equal >= equal_min], equal[equal >= equal_min]))
    return _joined(found)


def _joined(parts: list[Alike]) -> Alike:
    return np.concatenate([pairs for pairs, _ in parts]), np.concatenate([equal for _, equal in parts])


def _once(parts: list[Alike]) -> Alike:
    """The same pairs without repetition."""
    pairs, equal = _joined(parts)
    pairs, places = np.unique(pairs, axis=0, return_index=True)
    return pairs, equal[places]


def _nothing() -> Alike:
    return np.zeros((0, 2), dtype=np.int64), np.zeros(0, dtype=np.int16)
