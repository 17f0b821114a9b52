"""Which candidate becomes an article, which tells what one tells already, and which takes an older text's place.

Pure: slim rows in, decisions out. The order of the decisions is that of (fetched_at, source_uri, doc_id), never that
of the batches, so the outcome does not depend on how a run was cut or started again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Known:
    """A published article, as far as merging must know it."""

    article_id: str
    text_digest: str
    fetched_at: datetime | None
    version: int
    place: str  # its file within the table
    doc_id: str = ""


@dataclass
class Decision:
    """What becomes of one candidate."""

    doc_id: str
    outcome: str  # article | duplicate
    article_id: str
    reason: str | None = None  # same_text | seen_again | same_page | older_version | near_duplicate
    version: int = 1
    similarity: float = 0.0  # of a duplicate, to the article it equals


@dataclass
class Merge:
    """The decisions of a run, and the published rows that newer texts replace."""

    decisions: dict[str, Decision]
    replaced: dict[str, Known]  # article_id -> the published row that gives way
    seen: dict[str, datetime]  # article_id -> when its text was fetched again, last


def merge(candidates: Iterable[dict[str, Any]], published: Iterable[Known]) -> Merge:
    """Decide on every candidate (rows with doc_id, article_id, text_digest, fetched_at, source_uri)."""
    known: dict[str, Known] = {row.article_id: row for row in published}
    by_text: dict[str, str] = {row.text_digest: row.article_id for row in known.values()}
    decisions: dict[str, Decision] = {}
    replaced: dict[str, Known] = {}
    seen: dict[str, datetime] = {}
    holders: dict[str, str] = {}  # article_id -> doc_id of the candidate that holds it in this run
    fetched: dict[str, datetime] = {row.article_id: row.fetched_at or _LONG_AGO for row in known.values()}
    versions: dict[str, int] = {row.article_id: row.version for row in known.values()}
    digests: dict[str, str] = {row.article_id: row.text_digest for row in known.values()}
    for row in sorted(candidates, key=lambda row: (row["fetched_at"] or _LONG_AGO, row["source_uri"], row["doc_id"])):
        doc_id, article_id, digest = row["doc_id"], row["article_id"], row["text_digest"]
        twin = by_text.get(digest)
        if twin is not None:
            is_own = twin == article_id
            decisions[doc_id] = Decision(
                doc_id, "duplicate", twin, "seen_again" if is_own else "same_text", similarity=1.0
            )
            if is_own and row["fetched_at"]:
                seen[twin] = max(row["fetched_at"], seen.get(twin, _LONG_AGO))
            continue
        when = row["fetched_at"] or _LONG_AGO
        if article_id in digests:
            if when < fetched[article_id]:  # only against what was published by an earlier run
                decisions[doc_id] = Decision(doc_id, "duplicate", article_id, "older_version")
                continue
            if article_id in holders:
                decisions[holders[article_id]] = Decision(
                    holders[article_id], "duplicate", article_id, "older_version", versions[article_id]
                )
            else:
                replaced[article_id] = known[article_id]
            by_text.pop(digests[article_id], None)
            versions[article_id] += 1
        else:
            versions[article_id] = 1
        digests[article_id], fetched[article_id], holders[article_id] = digest, when, doc_id
        by_text[digest] = article_id
        seen.pop(article_id, None)  # that was the text before
        decisions[doc_id] = Decision(doc_id, "article", article_id, None, versions[article_id])
    return Merge(decisions, replaced, seen)
