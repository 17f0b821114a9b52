"""Paragraphs that different articles of a site have in common: two stories in one text, or one that has another's."""

from collections import Counter, defaultdict

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.storage.ids import Ids, Mask, hash_strings, is_first
from tasks.text.hashing import paired

_HIGHEST = np.uint64(np.iinfo(np.uint64).max)
_BYTES_MIN = 80  # of a paragraph; a shorter one may be a heading or a quote that two stories have
# paragraphs in memory, 250 MB when compared; of more, those with the lowest hashes, the same of every text
_KEPT_MAX = 4_000_000
_SHARED_MIN, _SHARED_SHARE = 2, 0.15  # paragraphs, and of the bytes of all
_WHOLE = 0.95  # of a text that is in one other, which has more: the other is damaged
_SAME = 0.7  # of both texts: two versions of a story, which near-duplicates name
_SAMPLED_ROWS_MAX = 4  # with one paragraph, in a sample: of what more have, the texts themselves cannot be compared
_PARTNERS_MAX = 20  # rows with one paragraph that are compared; what more have is part of the layout


class SharedTexts:
    """Collects the paragraphs of a run's pages by site."""

    def __init__(self) -> None:
        self._hashes: list[Ids] = []
        self._rows: list[npt.NDArray[np.uint32]] = []
        self._sizes: list[npt.NDArray[np.uint32]] = []
        self._kept = 0
        self._highest = _HIGHEST  # hash that is kept; a lower one means a sample

    def add(self, texts: pa.ChunkedArray, sites: npt.NDArray[np.int64], start: int) -> None:
        """Add the texts of some pages, whose rows are counted from `start`."""
        lists = pc.split_pattern(texts.combine_chunks(), "\n\n")
        parents, paragraphs = pc.list_parent_indices(lists), pc.list_flatten(lists)
        is_long = pc.greater_equal(pc.binary_length(paragraphs), _BYTES_MIN)
        parents, paragraphs = parents.filter(is_long).to_numpy(), paragraphs.filter(is_long)
        hashes = paired(sites[parents], hash_strings(paragraphs))
        self._append(
            hashes, (parents + start).astype(np.uint32), pc.binary_length(paragraphs).to_numpy().astype(np.uint32)
        )
        while self._kept > _KEPT_MAX:
            self._highest //= np.uint64(2)
            parts = list(zip(self._hashes, self._rows, self._sizes, strict=True))
            self._hashes, self._rows, self._sizes, self._kept = [], [], [], 0
            for part in parts:
                self._append(*part)

    def _append(self, hashes: Ids, rows: npt.NDArray[np.uint32], sizes: npt.NDArray[np.uint32]) -> None:
        is_kept = hashes <= self._highest
        self._hashes.append(hashes[is_kept])
        self._rows.append(rows[is_kept])
        self._sizes.append(sizes[is_kept])
        self._kept += int(is_kept.sum())

    def shares(self, texts: Ids) -> dict[int, float]:
        """The rows much of whose text is in other articles too, each with that share. `texts` tell articles apart."""
        if not self._kept:
            return {}
        hashes, rows, sizes = np.concatenate(self._hashes), np.concatenate(self._rows), np.concatenate(self._sizes)
        order = np.lexsort((rows, hashes))
        hashes, rows, sizes = hashes[order], rows[order], sizes[order]
        is_once = is_first(hashes) | is_first(rows)  # a paragraph counts once in a text
        hashes, rows, sizes = hashes[is_once], rows[is_once], sizes[is_once]
        groups = np.cumsum(is_first(hashes)) - 1
        is_shared = _differs_in_group(groups, texts[rows])
        if self._highest < _HIGHEST:
            is_shared &= np.bincount(groups)[groups] <= _SAMPLED_ROWS_MAX
        total = np.bincount(rows, sizes, len(texts))
        shared = np.bincount(rows[is_shared], sizes[is_shared], len(texts))
        counts = np.bincount(rows[is_shared], minlength=len(texts))
        suspects = (counts >= _SHARED_MIN) & (shared >= _SHARED_SHARE * np.maximum(total, 1))
        partners = _partners(groups[is_shared], rows[is_shared], sizes[is_shared], suspects)
        return {
            row: float(shared[row] / total[row])
            for row in np.flatnonzero(suspects).tolist()
            if not _is_explained(row, partners[row], total)
        }


def _differs_in_group(groups: npt.NDArray[np.int64], texts: Ids) -> Mask:
    """Per member whether its group has another text than its own."""
    order = np.lexsort((texts, groups))
    new = is_first(groups[order]) | is_first(texts[order])
    distinct = np.bincount(groups[order][new])
    return np.asarray(distinct[groups] > 1)


def _partners(
    groups: npt.NDArray[np.int64], rows: npt.NDArray[np.uint32], sizes: npt.NDArray[np.uint32], suspects: Mask
) -> dict[int, Counter[int]]:
    """For each suspect row the bytes that it shares with each other row, in paragraphs that few rows have."""
    found: dict[int, Counter[int]] = defaultdict(Counter)
    ends = np.append(np.flatnonzero(np.append(groups[1:] != groups[:-1], True)) + 1, len(groups))
    start = 0
    for end in ends.tolist():
        members = rows[start:end].tolist() if end - start <= _PARTNERS_MAX else []
        for row in members:
            if suspects[row]:
                found[row].update({other: int(sizes[start]) for other in members if other != row})
        start = end
    return found


def _is_explained(row: int, partners: Counter[int], total: npt.NDArray[np.number]) -> bool:
    """Whether one other text is a version of this one, or has all of it and more."""
    for other, size in partners.most_common(1):
        if size >= _WHOLE * total[row] or (size >= _SAME * total[row] and size >= _SAME * total[other]):
            return True
    return False
