"""Pages whose bytes were received before: they are not processed, and get the outcome of the first such page."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.load.dedup.exact import DedupDecision
from tasks.load.dedup.plan import DedupDecisions, DedupPlan, published_articles
from tasks.steps import raw_file_of
from tasks.storage.ids import Ids, contains, hex_ids, to_uint64
from tasks.storage.tables import gather

Row = dict[str, Any]

_COLUMNS = ["doc_id", "source_uri", "url", "fetched_at", "page_digest", "same_as"]
_QUARANTINE_COLUMNS = ("doc_id", "source_uri", "url", "fetched_at", "page_digest", "raw_file")
_LEDGER_COLUMNS = ["doc_id", "source_uri", "outcome", "reason", "article_id", "fetched_at"]
_LOOKED_UP_ROWS = 20_000  # pages looked up at a time: the ledger is read once for each such part


@dataclass
class SamePages:
    """What happens to some pages with a `same_as`."""

    decisions: list[DedupDecision] = field(default_factory=list)
    quarantined: list[Row] = field(default_factory=list)  # rows of `schema.QUARANTINE` without the run
    forgotten: list[str] = field(default_factory=list)  # doc_ids
    seen: dict[str, datetime] = field(default_factory=dict)  # article_id -> the last time its page was fetched again


def find_same_pages(
    paths: Iterable[Path],
    plan: DedupPlan,
    published: Mapping[str, Path],
    quarantined: pa.Table,
    ledger: Iterable[Path],
) -> Iterator[SamePages]:
    """The outcome of each page (of batches of pages) whose `same_as` names an earlier one, some thousands at a time.

    A page that repeats one of this run gets the outcome decided in it, any other the one in the ledger. `published`
    are the files of articles before this run, by their path in the table.
    """
    files = list(ledger)
    for tables in gather(_pages_with_same_as(paths), lambda table: table.num_rows, _LOOKED_UP_ROWS):
        pages = pa.concat_tables(tables)
        originals = to_uint64(pages.column("same_as"))
        articles = _article_ids(plan.decisions, originals)
        in_quarantine = _rows_by_doc(quarantined, np.unique(originals))
        in_ledger = _ledger_rows(files, np.unique(originals))
        article_ids = [row["article_id"] for row in in_ledger.values() if row["article_id"]]
        known = published_articles(published, article_id=np.unique(to_uint64(article_ids)))
        is_replaced = contains(plan.replaced, to_uint64(known.column("article_id")))
        current = {row["article_id"]: row for row in known.filter(pa.array(~is_replaced)).to_pylist()}
        yield _outcomes(pages.to_pylist(), articles, in_quarantine, in_ledger, current)


def _outcomes(
    pages: list[Row],
    articles: list[str | None],
    in_quarantine: Mapping[str, Row],
    in_ledger: Mapping[str, Row],
    current: Mapping[str, Row],
) -> SamePages:
    """The outcome of each page, by that of its original.

    `articles` has the article decided on in this run, or None; `current` the published articles whose text stays, by
    id.
    """
    same = SamePages()
    for page, article in zip(pages, articles, strict=True):
        doc_id, original = page["doc_id"], page["same_as"]
        ledger = in_ledger.get(original, {})
        outcome = None if original in in_quarantine else ledger.get("outcome")
        if article is not None:
            same.decisions.append(DedupDecision(doc_id, "duplicate", article, "same_page", similarity=1.0))
        elif outcome in ("article", "duplicate"):
            known = ledger["article_id"]
            same.decisions.append(DedupDecision(doc_id, "duplicate", known, "same_page", similarity=1.0))
            if page["fetched_at"] and _shows_current_text(original, ledger, current.get(known)):
                same.seen[known] = max(page["fetched_at"], same.seen.get(known, page["fetched_at"]))
        elif outcome == "forgotten":
            same.forgotten.append(doc_id)
        else:
            same.quarantined.append(_quarantine_row(page, in_quarantine.get(original) or ledger))
    return same


def _quarantine_row(page: Row, original: Mapping[str, Any]) -> Row:
    """The row of a page whose original was quarantined."""
    reason = original.get("reason") or "ingest.unreadable"
    return {
        **{name: page[name] for name in _QUARANTINE_COLUMNS},
        "step": reason.partition(".")[0],
        "reason": reason,
        "all_reasons": [reason],
        "detail": f"same bytes as {original.get('source_uri', page['same_as'])}, which failed this rule",
    }


def _shows_current_text(original: str, ledger: Mapping[str, Any], article: Mapping[str, Any] | None) -> bool:
    """Whether the page `original` shows the article's current text: the text is from it, or was seen there again."""
    if article is None:
        return False
    was_seen = ledger["reason"] == "seen_again" and article["fetched_at"] and ledger["fetched_at"]
    return article["doc_id"] == original or bool(was_seen and ledger["fetched_at"] >= article["fetched_at"])


def _pages_with_same_as(paths: Iterable[Path]) -> Iterator[pa.Table]:
    for path in paths:
        pages = pq.ParquetFile(path).read(columns=["same_as"])
        if pages.column("same_as").null_count == pages.num_rows:
            continue
        pages = pq.ParquetFile(path).read(columns=_COLUMNS)
        pages = pages.filter(pc.is_valid(pages.column("same_as")))
        yield pages.append_column("raw_file", pa.array([raw_file_of(path)] * pages.num_rows, pa.string()))


def _article_ids(decisions: DedupDecisions, docs: Ids) -> list[str | None]:
    """The article_id that each page becomes or repeats in this run, None where nothing is decided on it."""
    ids: list[str | None] = hex_ids(decisions.article_of(docs), ~contains(decisions.docs, docs)).to_pylist()
    return ids


def _rows_by_doc(table: pa.Table, docs: Ids) -> dict[str, Row]:
    """The rows of some pages by doc_id; `docs` ascend."""
    rows = table.filter(pa.array(contains(docs, to_uint64(table.column("doc_id"))))).to_pylist()
    return {row["doc_id"]: row for row in rows}


def _ledger_rows(files: Iterable[Path], docs: Ids) -> dict[str, Row]:
    """The ledger's last row of each of some pages by doc_id; `docs` ascend."""
    rows: dict[str, Row] = {}
    for path in files:
        for batch in pq.ParquetFile(path).iter_batches(columns=_LEDGER_COLUMNS):
            rows |= _rows_by_doc(pa.Table.from_batches([batch]), docs)
    return rows
