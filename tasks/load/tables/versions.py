"""Earlier texts of articles, with what the next text changed."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks import schema
from tasks.load.dedup.plan import REASONS, Candidates, DedupPlan
from tasks.load.tables.edits import FIELDS, what_changed
from tasks.load.tables.staging import AddDecisions
from tasks.storage.ids import Ids, contains, to_uint64
from tasks.storage.tables import with_column

_COMPARED = ["doc_id", "article_id", "text", *FIELDS]
_ARTICLES_AT_ONCE = 5_000  # some 25 MB of texts, old and new


def older_texts(
    candidates: Candidates,
    add_decisions: AddDecisions,
    plan: DedupPlan,
    published: Mapping[str, Path],
    run_id: str,
) -> Iterator[pa.Table]:
    """The texts that this run replaces (`schema.VERSIONS`).

    They are of earlier runs, or of this run where a later page has a newer text.
    """
    decisions = plan.decisions
    is_older = decisions.reasons == REASONS.index("older_version")
    edited = np.unique(np.concatenate([plan.replaced, decisions.articles[is_older]]))
    for start in range(0, len(edited), _ARTICLES_AT_ONCE):
        part = edited[start : start + _ARTICLES_AT_ONCE]
        is_in_part = contains(part, decisions.articles)
        new = candidates(_COMPARED, decisions.docs[is_in_part & decisions.is_article()])
        newer = {row["article_id"]: row for table in new for row in table.to_pylist()}
        outdated = (
            _without_unknown_story(add_decisions(table), newer)
            for table in candidates(None, decisions.docs[is_in_part & is_older])
        )
        for table in (*outdated, *_published_rows(published, part[contains(plan.replaced, part)])):
            replaced_by = pa.array([run_id] * table.num_rows, pa.string())
            yield _with_changes(table, newer).append_column("replaced_by_run", replaced_by)


def _published_rows(published: Mapping[str, Path], articles: Ids) -> Iterator[pa.Table]:
    """The rows of some published articles (ascending)."""
    for path in published.values() if len(articles) else ():
        ids = to_uint64(pq.ParquetFile(path).read(columns=["article_id"]).column("article_id"))
        is_wanted = contains(articles, ids)
        if is_wanted.any():
            yield schema.conform(pq.ParquetFile(path).read().filter(pa.array(is_wanted)), schema.ARTICLES)


def _without_unknown_story(outdated: pa.Table, newer: Mapping[str, dict[str, Any]]) -> pa.Table:
    """The rows without a story where the newer text is of an earlier run: stories are only found for new articles."""
    is_newer_here = pa.array([article in newer for article in outdated.column("article_id").to_pylist()], pa.bool_())
    stories = pc.if_else(is_newer_here, outdated.column("story_id"), pa.scalar(None, pa.string()))
    return with_column(outdated, "story_id", stories)


def _with_changes(older: pa.Table, newer: Mapping[str, dict[str, Any]]) -> pa.Table:
    """Older texts with what the newer one changed; null where the newer one is of another run."""
    rows = older.select(["article_id", "text", *FIELDS]).to_pylist()
    changes = [what_changed(row, newer[row["article_id"]]) if row["article_id"] in newer else None for row in rows]
    return older.append_column("changes", pa.array(changes, pa.list_(pa.string())))
