"""Which articles tell one story: near-duplicates by their MinHash signatures, in a run and against all before it.

Locality-sensitive hashing: a signature of 126 values of 16 bits is cut into 42 bands of 3; texts that agree in a whole
band are compared value by value. The new texts' bands are held in memory, the published signatures stream past them, so
that memory is bounded by the run and not by the dataset.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

VALUES, ROWS = 126, 3
BANDS = VALUES // ROWS
# Share of equal values, which estimates the Jaccard similarity of the texts' word triples (those with a number count twice).
# A fifth of all words changed at random leaves about 0.34, a tenth 0.57, a third cut off 0.67; unrelated texts share under
# 0.05. Chosen on wcxb-dev, checked on fundus-dev and invented stories (tests/benchmarks/duplicates.py).
SAME_STORY = 0.35
_BITMAP_BITS = 22
_MAX_MATES = 30  # in one band of one run: a boilerplate text must not be compared with thousands like it


@dataclass(frozen=True)
class Signed:
    """Articles with their signatures: `n` ids, `n` stories ("" where not known), n x 126 uint16."""

    article_ids: list[str]
    story_ids: list[str]
    values: np.ndarray


@dataclass(frozen=True)
class Story:
    """The story an article tells; whose near-duplicate it is and how alike, where it is one."""

    story_id: str
    near_duplicate_of: str | None = None
    similarity: float | None = None


def read_signatures(signatures: Iterable[bytes]) -> np.ndarray:
    """Signatures as a matrix, one row each."""
    joined = b"".join(signatures)
    return np.frombuffer(joined, dtype="<u2").reshape(-1, VALUES)


def band_keys(values: np.ndarray) -> np.ndarray:
    """N x 42 uint64: each band's three values and its number."""
    parts = values.reshape(len(values), BANDS, ROWS).astype(np.uint64)
    keys: np.ndarray = parts[:, :, 0] | parts[:, :, 1] << np.uint64(16) | parts[:, :, 2] << np.uint64(32)
    with np.errstate(over="ignore"):
        # band n agrees with band n only; the product spreads the bits for the bitmap
        spread: np.ndarray = (keys + (np.arange(BANDS, dtype=np.uint64) << np.uint64(48))) * np.uint64(
            0x9E3779B97F4A7C15
        )
    return spread


def find_stories(new: Signed, published: Iterable[Signed]) -> dict[str, Story]:
    """The story of each new article, by article_id; `new` in the order in which articles are taken for the original.

    An article is a near-duplicate of the most similar one that was published or stands before it. A new text of an
    article that is published keeps the story it had.
    """
    if not new.article_ids:
        return {}
    keys = band_keys(new.values)
    best: list[tuple[float, str, str] | None] = [None] * len(new.article_ids)  # similarity, article, its story
    own_story: dict[str, str] = {}
    _against_published(new, keys, published, best, own_story)
    found: dict[str, Story] = {}
    for number, mates in enumerate(_mates(keys)):
        article = new.article_ids[number]
        match = best[number]
        for mate in mates:
            share = float((new.values[number] == new.values[mate]).mean())
            other = new.article_ids[mate]
            if share >= SAME_STORY and other != article and (match is None or share > match[0]):
                match = (share, other, found[other].story_id)
        if match:
            found[article] = Story(own_story.get(article, match[2]), match[1], round(match[0], 3))
        else:
            found[article] = Story(own_story.get(article, article))
    return found


def _against_published(
    new: Signed, keys: np.ndarray, published: Iterable[Signed], best: list[tuple[float, str, str] | None], own_story: dict[str, str]
) -> None:  # fmt: skip
    flat = keys.ravel()
    order = np.argsort(flat, kind="stable")
    ordered, holder = flat[order], order // BANDS
    shift = np.uint64(64 - _BITMAP_BITS)
    bitmap = np.zeros(1 << _BITMAP_BITS, dtype=bool)
    bitmap[(flat >> shift).astype(np.int64)] = True
    here = set(new.article_ids)
    for part in published:
        told = zip(part.article_ids, part.story_ids, strict=True)
        own_story.update({article: story for article, story in told if article in here and story})
        theirs = band_keys(part.values)
        rows, bands = np.nonzero(bitmap[(theirs >> shift).astype(np.int64)])
        values = theirs[rows, bands]
        first, end = np.searchsorted(ordered, values, "left"), np.searchsorted(ordered, values, "right")
        pairs = {
            (int(row), int(mine))
            for row, a, b in zip(rows[end > first], first[end > first], end[end > first], strict=True)
            for mine in holder[a:b][:_MAX_MATES]
        }
        for row, mine in sorted(pairs):
            share = float((new.values[mine] == part.values[row]).mean())
            other = part.article_ids[row]
            if share >= SAME_STORY and other != new.article_ids[mine]:
                known = best[mine]
                if known is None or (share, other) > known[:2]:
                    best[mine] = (share, other, part.story_ids[row] or other)


def _mates(keys: np.ndarray) -> list[list[int]]:
    """For each row the earlier rows that share a band with it."""
    holders: dict[int, list[int]] = {}
    found: list[list[int]] = []
    for number, row in enumerate(keys.tolist()):
        mates: set[int] = set()
        for key in row:
            earlier = holders.setdefault(key, [])
            mates.update(earlier)
            if len(earlier) < _MAX_MATES:
                earlier.append(number)
        found.append(sorted(mates))
    return found
