"""Pages whose very bytes came before: each shares the fate of the page that had them first, without any work done on it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.load.merge import Decision, Known, Merge
from tasks.load.output import Output


@dataclass
class Echoes:
    """What becomes of the pages with a `same_as`."""

    decisions: list[Decision] = field(default_factory=list)
    quarantined: list[dict[str, Any]] = field(default_factory=list)  # rows of `schema.QUARANTINE` without the run
    forgotten: list[str] = field(default_factory=list)  # doc_ids
    seen: dict[str, datetime] = field(default_factory=dict)  # article_id -> when its very page was fetched again, last


def find_echoes(
    pages: Mapping[str, dict[str, Any]],
    merged: Merge,
    published: Mapping[str, Known],
    quarantined: list[dict[str, Any]],
    output: Output,
) -> Echoes:
    """The fate of each page whose `same_as` names an earlier one: of this run, if it is decided again in it, else of the
    ledger. `published` are the articles as they were before this run, by id.
    """
    echoes = Echoes()
    same = {doc_id: row["same_as"] for doc_id, row in pages.items() if row["same_as"]}
    if not same:
        return echoes
    now = {row["doc_id"]: row for row in quarantined}
    before = _ledger_of(output, set(same.values()))
    for doc_id, owner in same.items():
        page = pages[doc_id]
        known = before.get(owner, {})
        decision = merged.decisions.get(owner)
        if decision is not None:
            echoes.decisions.append(Decision(doc_id, "duplicate", decision.article_id, "same_page", similarity=1.0))
        elif owner not in now and known.get("outcome") in ("article", "duplicate"):
            article = known["article_id"]
            echoes.decisions.append(Decision(doc_id, "duplicate", article, "same_page", similarity=1.0))
            if page["fetched_at"] and article not in merged.replaced and _holds(published.get(article), owner, known):
                echoes.seen[article] = max(page["fetched_at"], echoes.seen.get(article, page["fetched_at"]))
        elif owner not in now and known.get("outcome") == "forgotten":
            echoes.forgotten.append(doc_id)
        else:
            told = now.get(owner) or known
            reason = told.get("reason") or "ingest.unreadable"
            echoes.quarantined.append({
                **{name: page[name] for name in ("doc_id", "source_uri", "url", "fetched_at", "page_digest")},
                "step": reason.partition(".")[0], "reason": reason, "all_reasons": [reason],
                "detail": f"the same bytes as {told.get('source_uri', owner)}, which failed this rule",
            })  # fmt: skip
    return echoes


def _holds(article: Known | None, owner: str, ledger: Mapping[str, Any]) -> bool:
    """Whether the page `owner` shows the text that the article has now: it is its page, or its text was seen there again."""
    if article is None:
        return False
    was_seen = ledger["reason"] == "seen_again" and article.fetched_at and ledger["fetched_at"]
    return article.doc_id == owner or bool(was_seen and ledger["fetched_at"] >= article.fetched_at)


def echo_decisions(echoes: Echoes, merged: Merge) -> None:
    """Add the echoes that are duplicates to the run's decisions, and what they have seen again."""
    merged.decisions.update({decision.doc_id: decision for decision in echoes.decisions})
    for article, when in echoes.seen.items():
        merged.seen[article] = max(when, merged.seen.get(article, when))


def _ledger_of(output: Output, doc_ids: set[str]) -> dict[str, dict[str, Any]]:
    wanted = pa.array(sorted(doc_ids), pa.string())
    found: dict[str, dict[str, Any]] = {}
    for path in output.files("ledger").values():
        table = pq.ParquetFile(path).read(
            columns=["doc_id", "source_uri", "outcome", "reason", "article_id", "fetched_at"]
        )
        found |= {row["doc_id"]: row for row in table.filter(pc.is_in(table.column("doc_id"), wanted)).to_pylist()}
    return found
