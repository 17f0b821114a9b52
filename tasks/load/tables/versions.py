"""Older texts of articles: set aside with a word on what the newer one changed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks import schema
from tasks.load.dedup.outcomes import REASONS, Candidates, Merged
from tasks.load.tables.edits import FIELDS, what_changed
from tasks.load.tables.staging import Decided
from tasks.storage.ids import find, numbers
from tasks.storage.tables import with_column

_COMPARED = ["doc_id", "article_id", "text", *FIELDS]
_AT_ONCE = 5_000  # edited articles: some 25 MB of texts, old and new


def older_texts(
    candidates: Candidates, decided: Decided, merged: Merged, published: Mapping[str, Path], run_id: str
) -> Iterator[pa.Table]:
    """The texts that gave way in this run (`schema.VERSIONS`): those of earlier runs, and those of this one that a later page outdated."""
    decisions = merged.decisions
    is_older = decisions.reasons == REASONS.index("older_version")
    edited = np.unique(np.concatenate([merged.replaced, decisions.articles[is_older]]))
    for start in range(0, len(edited), _AT_ONCE):
        part = edited[start : start + _AT_ONCE]
        is_in = find(part, decisions.articles) >= 0
        new = candidates(_COMPARED, decisions.docs[is_in & decisions.articles_made()])
        newer = {row["article_id"]: row for table in new for row in table.to_pylist()}
        outdated = (
            _without_story(decided(table), newer) for table in candidates(None, decisions.docs[is_in & is_older])
        )
        for table in (*outdated, *_gave_way(published, part[find(merged.replaced, part) >= 0])):
            replaced_by = pa.array([run_id] * table.num_rows, pa.string())
            yield _with_changes(table, newer).append_column("replaced_by_run", replaced_by)


def _gave_way(published: Mapping[str, Path], replaced: np.ndarray) -> Iterator[pa.Table]:
    """The rows of some published articles (ascending)."""
    for path in published.values() if len(replaced) else ():
        is_gone = find(replaced, numbers(pq.ParquetFile(path).read(columns=["article_id"]).column("article_id"))) >= 0
        if is_gone.any():
            yield schema.conform(pq.ParquetFile(path).read().filter(pa.array(is_gone)), schema.ARTICLES)


def _without_story(outdated: pa.Table, newer: Mapping[str, dict[str, Any]]) -> pa.Table:
    """Of a text that is older than a published one no story is known: only new articles' stories are looked for."""
    is_told = pa.array([article in newer for article in outdated.column("article_id").to_pylist()], pa.bool_())
    stories = pc.if_else(is_told, outdated.column("story_id"), pa.scalar(None, pa.string()))
    return with_column(outdated, "story_id", stories)


def _with_changes(older: pa.Table, newer: Mapping[str, dict[str, Any]]) -> pa.Table:
    """Older texts with what their newer one changed; nothing is said where that is in another run."""
    rows = older.select(["article_id", "text", *FIELDS]).to_pylist()
    told = [what_changed(row, newer[row["article_id"]]) if row["article_id"] in newer else None for row in rows]
    return older.append_column("changes", pa.array(told, pa.list_(pa.string())))
