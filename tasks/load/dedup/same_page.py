"""Pages whose very bytes came before: each shares the fate of the page that had them first, without any work done on it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.load.dedup.exact import Decision
from tasks.load.dedup.outcomes import Decisions, Merged, known_articles
from tasks.steps import raw_file_of
from tasks.storage.ids import find, hex_ids, numbers

_COLUMNS = ["doc_id", "source_uri", "url", "fetched_at", "page_digest", "same_as"]
_LEDGER_COLUMNS = ["doc_id", "source_uri", "outcome", "reason", "article_id", "fetched_at"]
_AT_ONCE = 20_000  # pages looked up at a time: the ledger streams past for each such part


@dataclass
class Echoes:
    """What becomes of some pages with a `same_as`."""

    decisions: list[Decision] = field(default_factory=list)
    quarantined: list[dict[str, Any]] = field(default_factory=list)  # rows of `schema.QUARANTINE` without the run
    forgotten: list[str] = field(default_factory=list)  # doc_ids
    seen: dict[str, datetime] = field(default_factory=dict)  # article_id -> when its very page was fetched again, last


def find_echoes(
    paths: Iterable[Path],
    merged: Merged,
    published: Mapping[str, Path],
    quarantined: pa.Table,
    ledger: Iterable[Path],
) -> Iterator[Echoes]:
    """The fate of each page (of batches of pages) whose `same_as` names an earlier one, some thousands at a time: if that is of
    this run, as it is decided in it, else as the ledger says. `published` are the files of articles before this run, by place.
    """
    files = list(ledger)
    for pages in _same(paths):
        owners = numbers(pages.column("same_as"))
        decided = _decided(merged.decisions, owners)
        now = _rows_of(quarantined, np.unique(owners))
        before = _ledger_of(files, np.unique(owners))
        articles = [row["article_id"] for row in before.values() if row["article_id"]]
        known = known_articles(published, article_id=np.unique(numbers(pa.array(articles, pa.string()))))
        is_replaced = find(merged.replaced, numbers(known.column("article_id"))) >= 0
        shown = {row["article_id"]: row for row in known.filter(pa.array(~is_replaced)).to_pylist()}
        yield _fates(pages.to_pylist(), decided, now, before, shown)


def _fates(
    pages: list[dict[str, Any]], decided: list[str | None], now: Mapping[str, Any], before: Mapping[str, Any], shown: Mapping[str, Any]
) -> Echoes:  # fmt: skip
    """`shown` are the published articles whose text stays, by id."""
    echoes = Echoes()
    for page, own in zip(pages, decided, strict=True):
        doc_id, owner = page["doc_id"], page["same_as"]
        known = before.get(owner, {})
        if own is not None:
            echoes.decisions.append(Decision(doc_id, "duplicate", own, "same_page", similarity=1.0))
        elif owner not in now and known.get("outcome") in ("article", "duplicate"):
            article = known["article_id"]
            echoes.decisions.append(Decision(doc_id, "duplicate", article, "same_page", similarity=1.0))
            if page["fetched_at"] and _holds(shown.get(article), owner, known):
                echoes.seen[article] = max(page["fetched_at"], echoes.seen.get(article, page["fetched_at"]))
        elif owner not in now and known.get("outcome") == "forgotten":
            echoes.forgotten.append(doc_id)
        else:
            told = now.get(owner) or known
            reason = told.get("reason") or "ingest.unreadable"
            echoes.quarantined.append({
                **{name: page[name] for name in ("doc_id", "source_uri", "url", "fetched_at", "page_digest", "raw_file")},
                "step": reason.partition(".")[0], "reason": reason, "all_reasons": [reason],
                "detail": f"the same bytes as {told.get('source_uri', owner)}, which failed this rule",
            })  # fmt: skip
    return echoes


def _holds(article: Mapping[str, Any] | None, owner: str, ledger: Mapping[str, Any]) -> bool:
    """Whether the page `owner` shows the text that the article has now: it is its page, or its text was seen there again."""
    if article is None:
        return False
    was_seen = ledger["reason"] == "seen_again" and article["fetched_at"] and ledger["fetched_at"]
    return article["doc_id"] == owner or bool(was_seen and ledger["fetched_at"] >= article["fetched_at"])


def _same(paths: Iterable[Path]) -> Iterator[pa.Table]:
    """The pages with a `same_as`, some thousands at a time."""
    held: list[pa.Table] = []
    for path in paths:
        pages = pq.ParquetFile(path).read(columns=["same_as"])
        if pages.column("same_as").null_count == pages.num_rows:
            continue
        pages = pq.ParquetFile(path).read(columns=_COLUMNS)
        pages = pages.filter(pc.is_valid(pages.column("same_as")))
        held.append(pages.append_column("raw_file", pa.array([raw_file_of(path)] * pages.num_rows, pa.string())))
        if sum(part.num_rows for part in held) >= _AT_ONCE:
            yield pa.concat_tables(held)
            held = []
    if held:
        yield pa.concat_tables(held)


def _decided(decisions: Decisions, owners: np.ndarray) -> list[str | None]:
    """The article of each owner that is decided on in this run."""
    found: list[str | None] = hex_ids(decisions.article_of(owners), find(decisions.docs, owners) < 0).to_pylist()
    return found


def _rows_of(table: pa.Table, docs: np.ndarray) -> dict[str, dict[str, Any]]:
    """The rows of some pages by doc_id; `docs` ascend."""
    mine = table.filter(pa.array(find(docs, numbers(table.column("doc_id"))) >= 0))
    return {row["doc_id"]: row for row in mine.to_pylist()}


def _ledger_of(files: Iterable[Path], docs: np.ndarray) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for path in files:
        for batch in pq.ParquetFile(path).iter_batches(columns=_LEDGER_COLUMNS):
            found |= _rows_of(pa.Table.from_batches([batch]), docs)
    return found
