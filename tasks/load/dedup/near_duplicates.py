"""Near-duplicates by MinHash signatures: articles that tell the same story, within a run and against all earlier runs.

The bands of the new texts are sorted once (`tasks.load.dedup.lsh`); the published signatures stream past them a hundred
thousand at a time. So memory is bounded by the run and not by the dataset, and by files where the run is large.

CPU seconds of one core, measured by `tests/benchmarks/signatures.py` with a million published signatures:

    new         among themselves   against the published   peak of memory, MB
    1,000                   0.00                    1.21                  434
    10,000                  0.03                    1.16                  445
    100,000                 0.41                    1.81                  445
    1,000,000               5.31                    5.08                  597

An estimate for a billion articles: their signatures are 309 GB with their ids. A dataset that grows to them in a
thousand runs of a million streams half of them per run on average: 500 million / 1 million x 5.1 s = 2,550 s, and 5 s
for the run itself. That is 2.6 ms per page beside some 9 ms for reading, cleaning and extracting it. In a hundred
runs of ten million the streaming is a tenth of that (bands of ten million sorted keys are 120 MB in memory, one at a
time), and 154 GB are read from disk per run. A daily run of ten thousand against a billion published streams 309 GB
in 1,200 s of CPU: such a dataset should be kept in one output per year.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tasks.load.dedup.lsh import SPOOLED_FROM, VALUES, Bands, Precedence, Values
from tasks.storage.ids import Ids, is_first, is_last, positions, take_or
from tasks.storage.tables import gather

# Share of equal values, which estimates the Jaccard similarity of the texts' word triples (those with a number count
# twice). A fifth of all words changed at random leaves about 0.34, a tenth 0.57, a third cut off 0.67; unrelated
# texts share under 0.05. Chosen on wcxb-dev, checked on fundus-dev and invented stories
# (tests/benchmarks/duplicates.py).
SAME_STORY = 0.35
_STREAMED = 131_072  # published signatures at a time: 33 MB


@dataclass(frozen=True)
class Signatures:
    """The signatures of n articles."""

    articles: Ids
    stories: Ids  # 0 where the story is not known
    values: Values


@dataclass(frozen=True)
class NearDuplicates:
    """The story of each of n articles, and of a near-duplicate the article that it is most similar to."""

    articles: Ids  # ascending
    stories: Ids
    near_duplicate_of: Ids  # where `similarities` is above 0
    similarities: NDArray[np.float32]

    def look_up(self, articles: Ids) -> tuple[Ids, Ids, NDArray[np.float32]]:
        """Story, near-duplicate and similarity of some articles; one that is not here is a story by itself."""
        rows = positions(self.articles, articles)
        return (
            take_or(self.stories, rows, articles),
            take_or(self.near_duplicate_of, rows),
            take_or(self.similarities, rows),
        )


def read_signatures(signatures: pa.Array | pa.ChunkedArray) -> Values:
    """A column of n signatures (252 bytes each, none null) as an n x 126 matrix."""
    if isinstance(signatures, pa.ChunkedArray):
        signatures = signatures.combine_chunks()
    data = signatures.cast(pa.binary(VALUES * 2)).buffers()[1]
    first = signatures.offset if signatures.type == pa.binary(VALUES * 2) else 0
    values = np.frombuffer(data, dtype="<u2")[first * VALUES : (first + len(signatures)) * VALUES]
    return values.reshape(-1, VALUES)


@dataclass
class _Best:
    """The most similar article of each new one so far; arrays are filled in place."""

    equal: NDArray[np.int16]  # how many values are equal
    articles: Ids  # the article that is most similar
    stories: Ids  # the story of the new article
    earlier_stories: Ids  # the story that the article had in an earlier run, 0 where it is new


def find_near_duplicates(
    new: Signatures, published: Iterable[Signatures], precedence: Precedence, folder: Path | None = None
) -> NearDuplicates:
    """The story of each new article; the articles of `new` ascend.

    An article is a near-duplicate of the most similar one that is published or precedes it: `precedence` gives some
    rows of `new` their ranks, and the lower rank is the original. A new text of a published article keeps its story.
    `folder` takes what does not fit into memory.
    """
    count = len(new.articles)
    if not count:
        return NearDuplicates(new.articles, new.articles, new.articles, np.zeros(0, np.float32))
    no_ids = np.zeros_like(new.articles)
    best = _Best(np.zeros(count, dtype=np.int16), no_ids.copy(), new.articles.copy(), no_ids.copy())
    bands = Bands(new.values, precedence, folder if count >= SPOOLED_FROM else None)
    for parts in gather(published, lambda part: len(part.articles), _STREAMED):
        _compare_with_published(_concatenate(parts), new, bands, best)
    pairs, equal = bands.similar_pairs(SAME_STORY * VALUES)
    _compare_within(new, pairs, equal, precedence, best)
    stories = np.where(best.earlier_stories > 0, best.earlier_stories, best.stories)
    return NearDuplicates(new.articles, stories, best.articles, (best.equal / VALUES).round(3).astype(np.float32))


def _concatenate(parts: list[Signatures]) -> Signatures:
    names = ("articles", "stories", "values")
    return Signatures(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def _compare_with_published(published: Signatures, new: Signatures, bands: Bands, best: _Best) -> None:
    """Update `best` with published articles, and note the stories that articles of the run had before."""
    rows = positions(new.articles, published.articles)
    is_edited = (rows >= 0) & (published.stories > 0)
    best.earlier_stories[rows[is_edited]] = published.stories[is_edited]
    pairs, equal = bands.similar_to(published.values, SAME_STORY * VALUES)
    theirs, ours = pairs[:, 0], pairs[:, 1]
    is_other = published.articles[theirs] != new.articles[ours]
    theirs, ours, equal = theirs[is_other], ours[is_other], equal[is_other]
    order = np.lexsort((published.articles[theirs], equal, ours))  # of each new article the most similar comes last
    theirs, ours, equal = theirs[order], ours[order], equal[order]
    is_best = is_last(ours)
    theirs, ours, equal = theirs[is_best], ours[is_best], equal[is_best]
    articles = published.articles[theirs]
    is_better = (equal > best.equal[ours]) | ((equal == best.equal[ours]) & (articles > best.articles[ours]))
    theirs, ours, equal, articles = theirs[is_better], ours[is_better], equal[is_better], articles[is_better]
    best.equal[ours], best.articles[ours] = equal, articles
    best.stories[ours] = np.where(published.stories[theirs] > 0, published.stories[theirs], articles)


def _compare_within(
    new: Signatures, pairs: NDArray[np.int64], equal: NDArray[np.int16], precedence: Precedence, best: _Best
) -> None:
    """Update `best` with articles of the run that precede."""
    if not len(pairs):
        return
    involved = np.unique(pairs)
    rank = np.empty(len(involved), dtype=np.int64)
    rank[np.argsort(precedence(involved), kind="stable")] = np.arange(len(involved))
    by_rank = involved[np.argsort(rank)]
    ranks = np.sort(rank[np.searchsorted(involved, pairs)], axis=1)  # the earlier article first
    order = np.lexsort((ranks[:, 0], -equal.astype(np.int32), ranks[:, 1]))  # of each later one its most similar first
    ranks, equal = ranks[order], equal[order]
    is_best = is_first(ranks[:, 1])
    for (earlier, later), count in zip(ranks[is_best].tolist(), equal[is_best].tolist(), strict=True):
        row, original = by_rank[later], by_rank[earlier]
        if count > best.equal[row]:
            best.equal[row], best.articles[row] = count, new.articles[original]
            # an edited article keeps its story, and so do its near-duplicates
            best.stories[row] = best.earlier_stories[original] or best.stories[original]
