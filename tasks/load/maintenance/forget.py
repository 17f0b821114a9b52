"""Delete an article from an output: its rows in every table, its lines and raw pages; check that nothing is left."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks import schema
from tasks.load.maintenance import warc
from tasks.load.maintenance.rewrite import delete_rows, rows_with_values
from tasks.load.output import Changes, Output, rewritten_path
from tasks.load.tables.staging import LOW_CARDINALITY
from tasks.storage.addresses import shown
from tasks.storage.tables import files_of, write_table

# tables and folders with the columns that name an article or a page in them
_BY_ARTICLE = ("articles", "versions", "duplicates", "signatures")
_BY_PAGE = ("articles", "versions", "duplicates", "quarantine")
_UNPUBLISHED = {"lines": "doc_id", "pages": "doc_id", "entities": "article_id"}


@dataclass(frozen=True)
class Target:
    """What is to be forgotten: articles, and every page that showed them."""

    article_ids: frozenset[str]
    doc_ids: frozenset[str]
    source_uris: frozenset[str]
    page_digests: frozenset[str] = frozenset()


def find_target(output: Output, wanted: str) -> Target:
    """All articles and pages that an article_id, a doc_id, an address or the path of a page refers to.

    A page stands for its article, and an article for all of its pages.
    """
    wanted = shown(wanted)
    articles, docs, sources, digests = set(), set(), set(), set()
    rows = [row for path in output.files("ledger").values() for row in _matching_rows(path, wanted)]
    for table in ("articles", "versions"):
        for path in output.files(table).values():
            rows += _matching_rows(path, wanted, "canonical_url")
    for row in rows:
        docs.add(row["doc_id"])
        if row.get("article_id"):
            articles.add(row["article_id"])
    for path in output.files("ledger").values():
        ledger = pq.ParquetFile(path).read(columns=["doc_id", "article_id", "source_uri", "page_digest"])
        for row in ledger.filter(rows_with_values("article_id", articles)(ledger)).to_pylist():
            docs.add(row["doc_id"])
        for row in ledger.filter(rows_with_values("doc_id", docs)(ledger)).to_pylist():
            sources.add(row["source_uri"])
            digests.add(row["page_digest"])
    return Target(frozenset(articles), frozenset(docs), frozenset(sources), frozenset(digests))


def _matching_rows(path: Path, wanted: str, *more: str) -> Iterator[dict[str, Any]]:
    columns = ["doc_id", "article_id", "url", "source_uri", *more]
    for row in pq.ParquetFile(path).read(columns=columns).to_pylist():
        if wanted in (row[name] for name in columns):
            yield row


def stage(folder: Path, output: Output, target: Target, changes: Changes) -> dict[str, int]:
    """Stage every table without the target. Its pages stay in the ledger as `forgotten`: no run adds them again.

    Returns the number of rows deleted or changed, by table.
    """
    counts: dict[str, int] = {}
    for tables, column, values in (
        (_BY_ARTICLE, "article_id", target.article_ids),
        (_BY_PAGE, "doc_id", target.doc_ids),
    ):
        for table in tables:
            deleted = delete_rows(folder, output, table, column, rows_with_values(column, set(values)), changes)
            counts[table] = counts.get(table, 0) + deleted
    # the next crawl knows the page by the ledger; a feed at this address stays
    is_page = rows_with_values("url", set(target.source_uris))
    counts["fetches"] = delete_rows(folder, output, "fetches", "url", is_page, changes)
    for name, path in output.files("ledger").items():
        rows = pq.ParquetFile(path).read().to_pylist()
        to_forget = [row for row in rows if row["doc_id"] in target.doc_ids and row["outcome"] != "forgotten"]
        if not to_forget:
            continue
        for row in to_forget:
            row |= {"outcome": "forgotten", "reason": None, "article_id": None, "url": None}
        counts["ledger"] = counts.get("ledger", 0) + len(to_forget)
        staged = folder / "ledger" / rewritten_path(name, output.state())
        write_table(pa.Table.from_pylist(rows, schema=schema.LEDGER), staged, dictionary=LOW_CARDINALITY)
        changes.replace("ledger", name, staged, output.state())
    return counts


def delete_unpublished(output: Output, target: Target, folders: Iterable[str] = tuple(_UNPUBLISHED)) -> dict[str, int]:
    """Delete the target from the files outside the published tables: lines, raw pages, entities.

    Returns the number of rows deleted, by folder.
    """
    counts = {}
    for name in folders:
        column = _UNPUBLISHED[name]
        values = target.article_ids if column == "article_id" else target.doc_ids
        counts[name] = 0
        for path in files_of(output.root / name, name):
            is_deleted = rows_with_values(column, set(values))(pq.ParquetFile(path).read(columns=[column]))
            deleted = int(pc.sum(is_deleted).as_py() or 0)
            if deleted:
                counts[name] += deleted
                file = pq.ParquetFile(path)
                rows = file.read().filter(pc.invert(is_deleted))
                if rows.num_rows:
                    write_table(rows.replace_schema_metadata(file.schema_arrow.metadata), path)
                else:
                    path.unlink()
    if "pages" in folders:
        counts["warc"] = warc.delete_pages(output.root / "warc", target.page_digests)
    return counts


def find_traces(output: Output, target: Target) -> dict[str, int]:
    """The number of rows that still refer to the target, by file: none after it was forgotten.

    Every Parquet and WARC file under the output is read, hidden ones too. The ledger's `forgotten` rows do not count.
    """
    traces: dict[str, int] = {}
    values = pa.array(sorted(target.article_ids | target.doc_ids), pa.string())
    seen: set[int] = set()
    for path in sorted(output.root.rglob("*.parquet")):
        inode = path.stat().st_ino
        if inode in seen:  # a snapshot's hard link
            continue
        seen.add(inode)
        try:
            file = pq.ParquetFile(path)
        except (pa.ArrowException, OSError):  # a file of somebody else
            continue
        names = [name for name in ("article_id", "doc_id", "near_duplicate_of") if name in file.schema_arrow.names]
        extra = ["outcome"] if "outcome" in file.schema_arrow.names else []
        table = file.read(columns=names + extra)
        if extra:
            table = table.filter(pc.not_equal(table.column("outcome"), "forgotten"))
        count = sum(int(pc.sum(pc.is_in(table.column(name), values)).as_py() or 0) for name in names)
        if count:
            traces[path.relative_to(output.root).as_posix()] = count
    if pages := warc.count_pages(output.root / "warc", target.page_digests):
        traces["warc"] = pages
    return traces
