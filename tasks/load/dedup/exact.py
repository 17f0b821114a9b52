"""Which candidates become articles, which repeat an article, and which replace an older text at the same address.

Pure: slim rows in, decisions out. Candidates are taken in the order of (fetched_at, source_uri, doc_id), never in
that of the batches, so the outcome does not depend on how a run was split or resumed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class PublishedArticle:
    """What `merge` needs of an article that was published by an earlier run."""

    article_id: str
    text_digest: str
    fetched_at: datetime | None
    version: int
    doc_id: str = ""


@dataclass
class DedupDecision:
    """What happens to one candidate."""

    doc_id: str
    outcome: str  # article | duplicate
    article_id: str  # what it becomes, or the article that it repeats
    reason: str | None = None  # same_text | seen_again | same_page | older_version | near_duplicate
    version: int = 1
    similarity: float = 0.0  # of a duplicate to its article


@dataclass
class MergeResult:
    """The decisions on some candidates, and what they change in the published articles."""

    decisions: dict[str, DedupDecision]  # by doc_id
    replaced: dict[str, PublishedArticle]  # article_id -> the published text that is replaced
    seen: dict[str, datetime]  # article_id -> the last time that its text was fetched again


def merge(candidates: Iterable[dict[str, Any]], published: Iterable[PublishedArticle]) -> MergeResult:
    """Decide on every candidate (rows with doc_id, article_id, text_digest, fetched_at, source_uri)."""
    known = {row.article_id: row for row in published}
    article_by_text = {row.text_digest: row.article_id for row in known.values()}
    decisions: dict[str, DedupDecision] = {}
    replaced: dict[str, PublishedArticle] = {}
    seen: dict[str, datetime] = {}
    # the current state of each article_id; `holders` has the candidate of this run whose text it is
    holders: dict[str, str] = {}
    fetched: dict[str, datetime] = {row.article_id: row.fetched_at or _LONG_AGO for row in known.values()}
    versions: dict[str, int] = {row.article_id: row.version for row in known.values()}
    digests: dict[str, str] = {row.article_id: row.text_digest for row in known.values()}
    for row in sorted(candidates, key=lambda row: (row["fetched_at"] or _LONG_AGO, row["source_uri"], row["doc_id"])):
        doc_id, article_id, digest = row["doc_id"], row["article_id"], row["text_digest"]
        twin = article_by_text.get(digest)
        if twin is not None:
            reason = "seen_again" if twin == article_id else "same_text"
            decisions[doc_id] = DedupDecision(doc_id, "duplicate", twin, reason, similarity=1.0)
            if twin == article_id and row["fetched_at"]:
                seen[twin] = max(row["fetched_at"], seen.get(twin, _LONG_AGO))
            continue
        when = row["fetched_at"] or _LONG_AGO
        if article_id in digests:
            if when < fetched[article_id]:  # only possible against an article of an earlier run
                decisions[doc_id] = DedupDecision(doc_id, "duplicate", article_id, "older_version")
                continue
            if article_id in holders:
                older = holders[article_id]
                decisions[older] = DedupDecision(older, "duplicate", article_id, "older_version", versions[article_id])
            else:
                replaced[article_id] = known[article_id]
            article_by_text.pop(digests[article_id], None)
            versions[article_id] += 1
        else:
            versions[article_id] = 1
        digests[article_id], fetched[article_id], holders[article_id] = digest, when, doc_id
        article_by_text[digest] = article_id
        seen.pop(article_id, None)  # it was the previous text that was seen
        decisions[doc_id] = DedupDecision(doc_id, "article", article_id, None, versions[article_id])
    return MergeResult(decisions, replaced, seen)
