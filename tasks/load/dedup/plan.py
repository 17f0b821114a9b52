"""What happens to each candidate of a run, as columns of numbers.

A candidate is a row that extract made and no gate rejected. Merging (`tasks.load.dedup.exact`) only sees those that
share an address or a text with another candidate or a published article, a group at a time, so that deciding on a run
of a million pages takes some 50 MB.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tasks import schema
from tasks.load.dedup.exact import DedupDecision, PublishedArticle, merge
from tasks.storage.ids import NO_IDS, Ids, Mask, contains, is_last, positions, take_or, to_uint64

ARTICLE, DUPLICATE = 0, 1
OUTCOMES = ("article", "duplicate")
# why a candidate is a duplicate; `same_page` is decided in `same_page.py`, `near_duplicate` in `tasks.load.worker`
REASONS = (None, "same_text", "seen_again", "same_page", "older_version", "near_duplicate")
# the columns that merging needs of a candidate, and of a published article
MERGED = ["doc_id", "article_id", "text_digest", "fetched_at", "source_uri"]
PUBLISHED = ["article_id", "text_digest", "fetched_at", "version", "doc_id"]
_GROUP_ROWS = 20_000  # at which a group is closed; rows that share an address or a text stay together
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class DedupDecisions:
    """The decisions on n candidates by ascending doc_id, 26 bytes per candidate."""

    docs: Ids
    outcomes: NDArray[np.uint8]  # index into OUTCOMES
    reasons: NDArray[np.uint8]  # index into REASONS
    articles: Ids  # what the candidate becomes, or the article that it repeats
    versions: NDArray[np.int32]
    similarities: NDArray[np.float32]  # of a duplicate to its article

    @classmethod
    def new_articles(cls, docs: Ids, articles: Ids) -> "DedupDecisions":
        """Decisions that make each candidate a new article."""
        order, count = np.argsort(docs), len(docs)
        zeros = np.zeros(count, dtype=np.uint8)
        versions, similarities = np.ones(count, np.int32), np.zeros(count, np.float32)
        return cls(docs[order], zeros, zeros.copy(), articles[order], versions, similarities)

    @classmethod
    def of(cls, decisions: Iterable[DedupDecision]) -> "DedupDecisions":
        """Single decisions as columns."""
        rows = sorted(decisions, key=lambda decision: decision.doc_id)
        return cls(
            to_uint64([row.doc_id for row in rows]),
            np.array([OUTCOMES.index(row.outcome) for row in rows], np.uint8),
            np.array([REASONS.index(row.reason) for row in rows], np.uint8),
            to_uint64([row.article_id for row in rows]),
            np.array([row.version for row in rows], np.int32),
            np.array([row.similarity for row in rows], np.float32),
        )

    @classmethod
    def concatenate(cls, parts: Iterable["DedupDecisions"]) -> "DedupDecisions":
        """Several sets of decisions as one; for a candidate in two of them the later set wins."""
        listed = list(parts)
        columns = [np.concatenate([getattr(part, field.name) for part in listed]) for field in fields(cls)]
        order = np.argsort(columns[0], kind="stable")
        columns = [column[order] for column in columns]
        return cls(*(column[is_last(columns[0])] for column in columns))

    def article_of(self, docs: Ids) -> Ids:
        """The article that each candidate becomes or repeats; 0 for a candidate without a decision."""
        return take_or(self.articles, positions(self.docs, docs))

    def is_article(self) -> Mask:
        """For each candidate whether it becomes an article."""
        return np.asarray(self.outcomes == ARTICLE)


@dataclass
class DedupPlan:
    """The decisions of a run, and what they change in the published articles."""

    decisions: DedupDecisions
    replaced: Ids  # ascending: articles of earlier runs whose text is replaced
    seen: Ids  # ascending: articles whose text was fetched again
    seen_us: NDArray[np.int64]  # of each of `seen`, when it was last fetched, in microseconds since 1970

    def note_seen(self, seen: Mapping[str, datetime]) -> None:
        """Record when the texts of some articles (by id) were fetched again."""
        ids = np.concatenate([self.seen, to_uint64(list(seen))])
        microseconds = [(when - _EPOCH) // timedelta(microseconds=1) for when in seen.values()]
        times = np.concatenate([self.seen_us, np.array(microseconds, dtype=np.int64)])
        order = np.lexsort((times, ids))  # the latest time of an article comes last
        ids, times = ids[order], times[order]
        self.seen, self.seen_us = ids[is_last(ids)], times[is_last(ids)]


class Candidates(Protocol):
    """The candidates that no gate has quarantined, batch by batch."""

    def __call__(self, columns: list[str] | None = None, only: Ids | None = None) -> Iterator[pa.Table]:
        """Some or all columns of the candidates; `only` limits them to these doc_ids."""


def decide(candidates: Candidates, published: Mapping[str, Path]) -> DedupPlan:
    """Decide on all candidates; `published` has the files of the table `articles` by their paths in its folder."""
    names = ["doc_id", "article_id", "text_digest"]
    parts = [tuple(to_uint64(part.column(name)) for name in names) for part in candidates(names)]
    docs, articles, texts = (
        (np.concatenate(column) for column in zip(*parts, strict=True)) if parts else (NO_IDS, NO_IDS, NO_IDS)
    )
    del parts
    known = published_articles(published, article_id=np.unique(articles), text_digest=np.unique(texts))
    is_shared = _is_repeated(articles, to_uint64(known.column("article_id")))
    is_shared |= _is_repeated(texts, to_uint64(known.column("text_digest")))
    unshared = DedupDecisions.new_articles(docs[~is_shared], articles[~is_shared])
    rows = _candidate_rows(candidates, MERGED, docs[is_shared])
    plan = DedupPlan(unshared, NO_IDS, NO_IDS, np.zeros(0, dtype=np.int64))
    decisions, replaced = [unshared], [NO_IDS]
    for group in _groups(rows, known):
        merged = merge(*group)
        decisions.append(DedupDecisions.of(merged.decisions.values()))
        replaced.append(to_uint64(list(merged.replaced)))
        plan.note_seen(merged.seen)
    plan.decisions, plan.replaced = DedupDecisions.concatenate(decisions), np.sort(np.concatenate(replaced))
    return plan


def _candidate_rows(candidates: Candidates, columns: list[str], docs: Ids) -> pa.Table:
    """Some columns of some candidates, in the order of the batches."""
    empty = pa.schema([schema.CANDIDATES.field(name) for name in columns]).empty_table()
    return pa.concat_tables([empty, *(part.select(columns) for part in candidates(columns, docs))])


def precedence(candidates: Candidates, docs: Ids) -> NDArray[np.int64]:
    """The ranks of candidates by (fetched_at, source_uri, doc_id); the lowest of near-duplicates is the original."""
    ascending = np.sort(docs)
    rows = _candidate_rows(candidates, ["doc_id", "fetched_at", "source_uri"], docs)
    keys = [(name, "ascending", "at_start") for name in ("fetched_at", "source_uri", "doc_id")]
    order = pc.sort_indices(rows, keys).to_numpy()
    ranks = np.empty(len(docs), dtype=np.int64)
    ranks[positions(ascending, to_uint64(rows.column("doc_id"))[order])] = np.arange(len(order))
    return ranks[positions(ascending, docs)]


def published_articles(published: Mapping[str, Path], **wanted: Ids) -> pa.Table:
    """The published articles (columns PUBLISHED) with a wanted id in one of the named columns; wanted ids ascend."""
    parts = [pa.schema([schema.ARTICLES.field(name) for name in PUBLISHED]).empty_table()]
    for path in published.values():
        for batch in pq.ParquetFile(path).iter_batches(columns=PUBLISHED):
            is_wanted = np.zeros(batch.num_rows, dtype=bool)
            for name, values in wanted.items():
                is_wanted |= contains(values, to_uint64(batch.column(name)))
            if is_wanted.any():
                parts.append(pa.Table.from_batches([batch.filter(pa.array(is_wanted))]).select(PUBLISHED))
    return pa.concat_tables([part.cast(parts[0].schema) for part in parts])


def _is_repeated(values: Ids, known: Ids) -> Mask:
    """For each value whether it occurs twice, or is one of the known values."""
    _, codes, counts = np.unique(np.concatenate([values, known]), return_inverse=True, return_counts=True)
    return np.asarray(counts[codes[: len(values)]] > 1)


def _groups(rows: pa.Table, known: pa.Table) -> Iterator[tuple[list[dict[str, Any]], list[PublishedArticle]]]:
    """Candidates and published articles in groups, so that no address or text is in two groups."""
    keys = [
        np.concatenate([to_uint64(table.column(name)) for table in (rows, known)])
        for name in ("article_id", "text_digest")
    ]
    labels = _connected_components(*keys)
    order = np.argsort(labels, kind="stable")
    start = 0
    for end in (np.flatnonzero(is_last(labels[order])) + 1).tolist():
        if end - start >= _GROUP_ROWS or end == len(order):
            group = np.sort(order[start:end])  # published articles stay in the order of their files
            start = end
            published = known.take(group[group >= rows.num_rows] - rows.num_rows).to_pylist()
            yield (
                rows.take(group[group < rows.num_rows]).to_pylist(),
                [PublishedArticle(**row) for row in published],
            )


def _connected_components(*keys: Ids) -> NDArray[np.int64]:
    """A label per row: equal for rows that share a key, directly or through other rows."""
    codes = [np.unique(column, return_inverse=True)[1] for column in keys]
    labels = np.arange(len(keys[0]))
    while True:
        before = labels
        for code in codes:
            lowest = np.full(int(code.max(initial=-1)) + 1, len(labels))
            np.minimum.at(lowest, code, labels)
            labels = lowest[code]
        if np.array_equal(labels, before):
            return labels
