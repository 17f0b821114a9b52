"""An article taken out of an output everywhere: its rows in every table, its lines, its raw pages; and the proof."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks import schema
from tasks.load.maintenance import warc
from tasks.load.maintenance.rewrite import of_values, take_out
from tasks.load.output import Changes, Output, renewed
from tasks.load.tables.staging import LOW_CARDINALITY
from tasks.storage.tables import write_table

# tables and folders with the columns that name an article or a page in them
_BY_ARTICLE = ("articles", "versions", "duplicates", "signatures")
_BY_PAGE = ("articles", "versions", "duplicates", "quarantine")
_OUTSIDE = {"lines": "doc_id", "pages": "doc_id", "entities": "article_id"}


@dataclass(frozen=True)
class Target:
    """What is to be forgotten: articles, and every page that told them."""

    article_ids: frozenset[str]
    doc_ids: frozenset[str]
    source_uris: frozenset[str]
    page_digests: frozenset[str] = frozenset()


def find(output: Output, wanted: str) -> Target:
    """All articles and pages that an article_id, a doc_id, an address or the path of a page names, directly or through
    one another: the article of a page, and all pages of that article.
    """
    articles, docs, sources, digests = set(), set(), set(), set()
    rows = [row for path in output.files("ledger").values() for row in _naming(path, wanted)]
    for table in ("articles", "versions"):
        for path in output.files(table).values():
            rows += _naming(path, wanted, "canonical_url")
    for row in rows:
        docs.add(row["doc_id"])
        if row.get("article_id"):
            articles.add(row["article_id"])
    for path in output.files("ledger").values():
        table = pq.ParquetFile(path).read(columns=["doc_id", "article_id", "source_uri", "page_digest"])
        for row in table.filter(
            pc.is_in(table.column("article_id"), pa.array(sorted(articles), pa.string()))
        ).to_pylist():
            docs.add(row["doc_id"])
        for row in table.filter(pc.is_in(table.column("doc_id"), pa.array(sorted(docs), pa.string()))).to_pylist():
            sources.add(row["source_uri"])
            digests.add(row["page_digest"])
    return Target(frozenset(articles), frozenset(docs), frozenset(sources), frozenset(digests))


def _naming(path: Path, wanted: str, *more: str) -> Iterator[dict[str, Any]]:
    columns = ["doc_id", "article_id", "url", "source_uri", *more]
    table = pq.ParquetFile(path).read(columns=columns)
    for row in table.to_pylist():
        if wanted in (row[name] for name in columns):
            yield row


def stage(folder: Path, output: Output, target: Target, changes: Changes) -> dict[str, int]:
    """Stage every table without the target; its pages stay in the ledger as `forgotten`, so that no run brings them back.

    Returns how many rows go, by table.
    """
    counts: dict[str, int] = {}
    for tables, column, values in (
        (_BY_ARTICLE, "article_id", target.article_ids),
        (_BY_PAGE, "doc_id", target.doc_ids),
    ):
        for table in tables:
            counts[table] = counts.get(table, 0) + take_out(
                folder, output, table, column, of_values(column, set(values)), changes
            )
    # the next crawl knows the page by the ledger; a feed of this address stays
    is_page = of_values("url", set(target.source_uris))
    counts["fetches"] = take_out(folder, output, "fetches", "url", is_page, changes)
    for place, path in output.files("ledger").items():
        rows = pq.ParquetFile(path).read().to_pylist()
        if not any(row["doc_id"] in target.doc_ids for row in rows):
            continue
        for row in rows:
            if row["doc_id"] in target.doc_ids:
                row |= {"outcome": "forgotten", "reason": None, "article_id": None, "url": None}
                counts["ledger"] = counts.get("ledger", 0) + 1
        staged = folder / "ledger" / renewed(place, output.state())
        write_table(pa.Table.from_pylist(rows, schema=schema.LEDGER), staged, dictionary=LOW_CARDINALITY)
        changes.rewrite("ledger", place, staged, output.state())
    return counts


def strike(output: Output, target: Target, folders: Iterable[str] = tuple(_OUTSIDE)) -> dict[str, int]:
    """Take the target out of what lies beside the published tables: lines, raw pages, entities. Returns rows by folder."""
    counts = {}
    for name in folders:
        column = _OUTSIDE[name]
        values = target.article_ids if column == "article_id" else target.doc_ids
        counts[name] = 0
        for path in sorted((output.root / name).rglob("*.parquet")):
            gone = of_values(column, set(values))(pq.ParquetFile(path).read(columns=[column]))
            marked = int(pc.sum(gone).as_py() or 0)
            if marked:
                counts[name] += marked
                file = pq.ParquetFile(path)
                rest = file.read().filter(pc.invert(gone))
                if rest.num_rows:
                    write_table(rest.replace_schema_metadata(file.schema_arrow.metadata), path)
                else:
                    path.unlink()
    if "pages" in folders:
        counts["warc"] = warc.take_out_pages(output.root / "warc", target.page_digests)
    return counts


def traces(output: Output, target: Target) -> dict[str, int]:
    """The proof: every Parquet and WARC file under the output, hidden ones too, is read, and rows that still name the target are
    counted by folder; the ledger's rows that say `forgotten` are no trace.
    """
    found: dict[str, int] = {}
    values = pa.array(sorted(target.article_ids | target.doc_ids), pa.string())
    seen: set[int] = set()
    for path in sorted(output.root.rglob("*.parquet")):
        inode = path.stat().st_ino
        if inode in seen:  # a snapshot's hard link
            continue
        seen.add(inode)
        file = pq.ParquetFile(path)
        names = [name for name in ("article_id", "doc_id", "near_duplicate_of") if name in file.schema_arrow.names]
        extra = ["outcome"] if "outcome" in file.schema_arrow.names else []
        table = file.read(columns=names + extra)
        if extra:
            table = table.filter(pc.not_equal(table.column("outcome"), "forgotten"))
        count = sum(int(pc.sum(pc.is_in(table.column(name), values)).as_py() or 0) for name in names)
        if count:
            place = path.relative_to(output.root).as_posix()
            found[place] = count
    if kept := warc.count_pages(output.root / "warc", target.page_digests):
        found["warc"] = kept
    return found
