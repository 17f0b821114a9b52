"""What becomes of each candidate of a run, in columns: merging (`tasks.load.dedup.exact`) only sees those that share an address or a
text with another one, a group at a time, so that a run of a million pages needs some fifty megabytes to decide on them.
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

from tasks import schema
from tasks.load.dedup.exact import Decision, Known, merge
from tasks.storage.ids import at, find, is_last, numbers

ARTICLE, DUPLICATE = 0, 1
OUTCOMES = ("article", "duplicate")
REASONS = (None, "same_text", "seen_again", "same_page", "older_version", "near_duplicate")
MERGED = ["doc_id", "article_id", "text_digest", "fetched_at", "source_uri"]  # of a candidate, what merging looks at
KNOWN = ["article_id", "text_digest", "fetched_at", "version", "doc_id"]  # the same of a published article
_GROUP_ROWS = 20_000  # merged at a time
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Decisions:
    """The fate of n candidates, by ascending id; 26 bytes each."""

    docs: np.ndarray  # uint64
    outcomes: np.ndarray  # uint8, place in OUTCOMES
    reasons: np.ndarray  # uint8, place in REASONS
    articles: np.ndarray  # uint64: what it became or equals
    versions: np.ndarray  # int32
    similarities: np.ndarray  # float32, of a duplicate to the article it equals

    @classmethod
    def new_articles(cls, docs: np.ndarray, articles: np.ndarray) -> "Decisions":
        """All of them articles that were not known before."""
        order, count = np.argsort(docs), len(docs)
        codes = np.zeros(count, dtype=np.uint8)
        return cls(
            docs[order], codes, codes.copy(), articles[order], np.ones(count, np.int32), np.zeros(count, np.float32)
        )

    @classmethod
    def of(cls, decisions: Iterable[Decision]) -> "Decisions":
        """The same in columns."""
        rows = sorted(decisions, key=lambda each: each.doc_id)
        return cls(
            numbers(pa.array([row.doc_id for row in rows], pa.string())),
            np.array([OUTCOMES.index(row.outcome) for row in rows], np.uint8),
            np.array([REASONS.index(row.reason) for row in rows], np.uint8),
            numbers(pa.array([row.article_id for row in rows], pa.string())),
            np.array([row.version for row in rows], np.int32),
            np.array([row.similarity for row in rows], np.float32),
        )

    @classmethod
    def joined(cls, parts: Iterable["Decisions"]) -> "Decisions":
        """Several in one; of a candidate that is in two of them the later part holds."""
        every = list(parts)
        columns = [np.concatenate([getattr(part, each.name) for part in every]) for each in fields(cls)]
        order = np.argsort(columns[0], kind="stable")
        columns = [column[order] for column in columns]
        return cls(*(column[is_last(columns[0])] for column in columns))

    def article_of(self, docs: np.ndarray) -> np.ndarray:
        """What each of some candidates became or equals; 0 for one that is not here."""
        return at(self.articles, find(self.docs, docs))

    def articles_made(self) -> np.ndarray:
        """For each candidate whether it becomes an article."""
        found: np.ndarray = self.outcomes == ARTICLE
        return found


@dataclass
class Merged:
    """The decisions of a run, and what they change in the published articles."""

    decisions: Decisions
    replaced: np.ndarray  # uint64, ascending: articles of earlier runs whose text gives way
    seen: np.ndarray  # uint64, ascending: articles whose text was fetched again ...
    seen_us: np.ndarray  # int64: ... and when, last, in microseconds since 1970

    def see(self, seen: Mapping[str, datetime]) -> None:
        """Note when the texts of some articles (by id) were fetched again."""
        ids = np.concatenate([self.seen, numbers(pa.array(list(seen), pa.string()))])
        microseconds = [(when - _EPOCH) // timedelta(microseconds=1) for when in seen.values()]
        times = np.concatenate([self.seen_us, np.array(microseconds, dtype=np.int64)])
        order = np.lexsort((times, ids))  # of each the latest comes last
        ids, times = ids[order], times[order]
        self.seen, self.seen_us = ids[is_last(ids)], times[is_last(ids)]


class Candidates(Protocol):
    """The candidates that no gate set aside, batch by batch."""

    def __call__(self, columns: list[str] | None = None, only: np.ndarray | None = None) -> Iterator[pa.Table]:
        """Some columns of all of them, or only of those with these ids."""


def decide(candidates: Candidates, published: Mapping[str, Path]) -> Merged:
    """Decide on all candidates; `published` are the files of articles by place."""
    columns = [
        tuple(numbers(part.column(name)) for name in ("doc_id", "article_id", "text_digest"))
        for part in candidates(["doc_id", "article_id", "text_digest"])
    ]
    none = np.zeros(0, dtype=np.uint64)
    docs, articles, texts = (
        (np.concatenate(column) for column in zip(*columns, strict=True)) if columns else (none,) * 3
    )
    del columns
    known = known_articles(published, article_id=np.unique(articles), text_digest=np.unique(texts))
    is_shared = _repeated(articles, numbers(known.column("article_id")))
    is_shared |= _repeated(texts, numbers(known.column("text_digest")))
    alone = Decisions.new_articles(docs[~is_shared], articles[~is_shared])
    rows = _rows(candidates, MERGED, docs[is_shared])
    found = Merged(alone, none, none, none.astype(np.int64))
    parts, replaced = [alone], [none]
    for group in _groups(rows, known):
        merged = merge(*group)
        parts.append(Decisions.of(merged.decisions.values()))
        replaced.append(numbers(pa.array(list(merged.replaced), pa.string())))
        found.see(merged.seen)
    found.decisions, found.replaced = Decisions.joined(parts), np.sort(np.concatenate(replaced))
    return found


def _rows(candidates: Candidates, columns: list[str], docs: np.ndarray) -> pa.Table:
    """Some columns of some candidates, in the order in which they come."""
    empty = pa.schema([schema.CANDIDATES.field(name) for name in columns]).empty_table()
    return pa.concat_tables([empty, *(part.select(columns) for part in candidates(columns, docs))])


def precedence(candidates: Candidates, docs: np.ndarray) -> np.ndarray:
    """The ranks of some candidates in the order in which they are taken for the original: by (fetched_at, source_uri, doc_id)."""
    ascending = np.sort(docs)
    rows = _rows(candidates, ["doc_id", "fetched_at", "source_uri"], docs)
    keys = [(name, "ascending", "at_start") for name in ("fetched_at", "source_uri", "doc_id")]
    order = pc.sort_indices(rows, keys).to_numpy()
    ranks = np.empty(len(docs), dtype=np.int64)
    ranks[find(ascending, numbers(rows.column("doc_id"))[order])] = np.arange(len(order))
    found: np.ndarray = ranks[find(ascending, docs)]
    return found


def known_articles(published: Mapping[str, Path], **wanted: np.ndarray) -> pa.Table:
    """The published articles (columns KNOWN and `place`) of which the id in one of the named columns is wanted; wanted numbers ascend."""
    parts = [pa.schema([*(schema.ARTICLES.field(name) for name in KNOWN), ("place", pa.string())]).empty_table()]
    for place, path in published.items():
        for batch in pq.ParquetFile(path).iter_batches(columns=KNOWN):
            is_wanted = np.zeros(batch.num_rows, dtype=bool)
            for name, values in wanted.items():
                is_wanted |= find(values, numbers(batch.column(name))) >= 0
            if is_wanted.any():
                rows = pa.Table.from_batches([batch.filter(pa.array(is_wanted))]).select(KNOWN)
                parts.append(rows.append_column("place", pa.array([place] * rows.num_rows, pa.string())))
    return pa.concat_tables([part.cast(parts[0].schema) for part in parts])


def _repeated(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """For each value whether it stands twice, or among the known ones."""
    _, place, counts = np.unique(np.concatenate([values, known]), return_inverse=True, return_counts=True)
    found: np.ndarray = counts[place[: len(values)]] > 1
    return found


def _groups(rows: pa.Table, known: pa.Table) -> Iterator[tuple[list[dict[str, Any]], list[Known]]]:
    """Candidates and published articles in groups, such that none shares an address or a text with one of another group."""
    keys = [
        np.concatenate([numbers(table.column(name)) for table in (rows, known)])
        for name in ("article_id", "text_digest")
    ]
    labels = _connected(*keys)
    order = np.argsort(labels, kind="stable")
    start = 0
    for end in (np.flatnonzero(is_last(labels[order])) + 1).tolist():
        if end - start >= _GROUP_ROWS or end == len(order):
            places = np.sort(order[start:end])  # published ones stay in the order of their files
            start = end
            yield (
                rows.take(places[places < rows.num_rows]).to_pylist(),
                [Known(**row) for row in known.take(places[places >= rows.num_rows] - rows.num_rows).to_pylist()],
            )


def _connected(*keys: np.ndarray) -> np.ndarray:
    """A label a row: equal for rows that agree in a key, or are linked by others that do."""
    codes = [np.unique(each, return_inverse=True)[1] for each in keys]
    labels = np.arange(len(keys[0]))
    while True:
        before = labels
        for code in codes:
            lowest = np.full(int(code.max(initial=-1)) + 1, len(labels))
            np.minimum.at(lowest, code, labels)
            labels = lowest[code]
        if np.array_equal(labels, before):
            return labels
