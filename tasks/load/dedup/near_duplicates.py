"""Which articles tell one story: near-duplicates by their MinHash signatures, in a run and against all before it.

The new texts' bands are sorted once (`tasks.load.dedup.lsh`), the published signatures stream past them a hundred thousand at a
time, so that memory is bounded by the run and not by the dataset, and by files where the run is large.

CPU seconds of one core, measured by `tests/benchmarks/signatures.py` with a million published signatures:

    new         among themselves   against the published   peak of memory, MB
    1,000                   0.00                    1.21                  434
    10,000                  0.03                    1.16                  445
    100,000                 0.41                    1.81                  445
    1,000,000               5.31                    5.08                  597

A billion, on paper. The signatures of a billion articles are 309 GB with their ids. A dataset that grows to them in a
thousand runs of a million streams half of them past each run on average: 500 million / 1 million x 5.1 s = 2,550 s a run, and
5 s for the run itself. That is 2.6 ms a page beside some 9 ms for reading, cleaning and extracting it; in a hundred runs of ten
million it is a tenth of that for the streaming (bands of ten million sorted keys are 120 MB in memory, one at a time), and 154
GB that are read from disk a run. Memory is that of the run alone. A daily run of ten thousand against a billion published
streams 309 GB for 1,200 s of CPU: there a dataset should be kept by year, an output each.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from tasks.load.dedup.lsh import SPOOLED_FROM, VALUES, Bands, Precedence
from tasks.storage.ids import at, find, is_first, is_last

# Share of equal values, which estimates the Jaccard similarity of the texts' word triples (those with a number count twice).
# A fifth of all words changed at random leaves about 0.34, a tenth 0.57, a third cut off 0.67; unrelated texts share under
# 0.05. Chosen on wcxb-dev, checked on fundus-dev and invented stories (tests/benchmarks/duplicates.py).
SAME_STORY = 0.35
_STREAMED = 131_072  # published signatures at a time: 33 MB


@dataclass(frozen=True)
class Signed:
    """Articles with their signatures: `n` ids, `n` stories (0 where not known), n x 126 uint16."""

    articles: np.ndarray  # uint64
    stories: np.ndarray  # uint64
    values: np.ndarray


@dataclass(frozen=True)
class Stories:
    """The story that each of n articles tells; whose near-duplicate it is and how alike, where it is one."""

    articles: np.ndarray  # uint64, ascending
    stories: np.ndarray  # uint64
    near_duplicate_of: np.ndarray  # uint64, where `similarities` is above 0
    similarities: np.ndarray  # float32

    def of(self, articles: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Story, near-duplicate and similarity of some articles; one that is not here tells a story of its own."""
        places = find(self.articles, articles)
        return at(self.stories, places, articles), at(self.near_duplicate_of, places), at(self.similarities, places)


def read_signatures(signatures: pa.Array | pa.ChunkedArray) -> np.ndarray:
    """A column of signatures (252 bytes each, none null) as a matrix, one row each."""
    if isinstance(signatures, pa.ChunkedArray):
        signatures = signatures.combine_chunks()
    data = signatures.cast(pa.binary(VALUES * 2)).buffers()[1]
    first = signatures.offset if signatures.type == pa.binary(VALUES * 2) else 0
    values = np.frombuffer(data, dtype="<u2")[first * VALUES : (first + len(signatures)) * VALUES]
    return values.reshape(-1, VALUES)


def find_stories(
    new: Signed, published: Iterable[Signed], precedence: Precedence, folder: Path | None = None
) -> Stories:
    """The story of each new article; `new` in ascending order of its articles.

    An article is a near-duplicate of the most similar one that was published or stands before it, as `precedence` says: it
    gives some rows of `new` the ranks in which articles are taken for the original. A new text of an article that is published
    keeps the story it had. `folder` is where what does not fit into memory is put.
    """
    stories = new.articles.copy()
    near = np.zeros_like(stories)
    equal = np.zeros(len(stories), dtype=np.int16)
    if not len(stories):
        return Stories(stories, stories, near, equal.astype(np.float32))
    bands = Bands(new.values, precedence, folder if len(stories) >= SPOOLED_FROM else None)
    own = np.zeros_like(stories)  # the story that an article had, 0 where it is new
    for part in _joined(published):
        _against(part, new, bands, (equal, near, stories), own)
    pairs, alike = bands.alike(SAME_STORY * VALUES)
    _within(new, pairs, alike, precedence, (equal, near, stories), own)
    stories = np.where(own > 0, own, stories)
    return Stories(new.articles, stories, near, (equal / VALUES).round(3).astype(np.float32))


def _joined(published: Iterable[Signed]) -> Iterator[Signed]:
    """The same signatures in parts of a size at which a pass over all bands pays."""
    held: list[Signed] = []
    for part in published:
        held.append(part)
        if sum(len(each.articles) for each in held) >= _STREAMED:
            yield _concatenated(held)
            held = []
    if held:
        yield _concatenated(held)


def _concatenated(parts: list[Signed]) -> Signed:
    return Signed(
        *(np.concatenate([getattr(part, name) for part in parts]) for name in ("articles", "stories", "values"))
    )


# of each new article: how many values are equal, the article it equals most, its story
Best = tuple[np.ndarray, np.ndarray, np.ndarray]


def _against(part: Signed, new: Signed, bands: Bands, best: Best, own: np.ndarray) -> None:
    """Note which published articles the new ones equal most, and what stories those of them had that are published."""
    equal, near, stories = best
    places = find(new.articles, part.articles)
    is_own = (places >= 0) & (part.stories > 0)
    own[places[is_own]] = part.stories[is_own]
    pairs, alike = bands.alike_with(part.values, SAME_STORY * VALUES)
    theirs, mine = pairs[:, 0], pairs[:, 1]
    use = part.articles[theirs] != new.articles[mine]
    theirs, mine, alike = theirs[use], mine[use], alike[use]
    order = np.lexsort((part.articles[theirs], alike, mine))  # the most alike of each comes last
    theirs, mine, alike = theirs[order], mine[order], alike[order]
    is_best = is_last(mine)
    theirs, mine, alike = theirs[is_best], mine[is_best], alike[is_best]
    other = part.articles[theirs]
    is_better = (alike > equal[mine]) | ((alike == equal[mine]) & (other > near[mine]))
    theirs, mine, alike, other = theirs[is_better], mine[is_better], alike[is_better], other[is_better]
    equal[mine], near[mine] = alike, other
    stories[mine] = np.where(part.stories[theirs] > 0, part.stories[theirs], other)


def _within(
    new: Signed, pairs: np.ndarray, alike: np.ndarray, precedence: Precedence, best: Best, own: np.ndarray
) -> None:
    """Note which articles of the run equal earlier ones of it, in the order in which they are taken for the original."""
    equal, near, stories = best
    if not len(pairs):
        return
    involved = np.unique(pairs)
    rank = np.empty(len(involved), dtype=np.int64)
    rank[np.argsort(precedence(involved), kind="stable")] = np.arange(len(involved))
    by_rank = involved[np.argsort(rank)]
    ranks = np.sort(rank[np.searchsorted(involved, pairs)], axis=1)  # the earlier first
    order = np.lexsort((ranks[:, 0], -alike.astype(np.int32), ranks[:, 1]))  # of each later one its most alike first
    ranks, alike = ranks[order], alike[order]
    is_best = is_first(ranks[:, 1])
    for (earlier, later), count in zip(ranks[is_best].tolist(), alike[is_best].tolist(), strict=True):
        row, mate = by_rank[later], by_rank[earlier]
        if count > equal[row]:
            # an edited article has the story it had before; so have those that equal it
            equal[row], near[row], stories[row] = count, new.articles[mate], own[mate] or stories[mate]
