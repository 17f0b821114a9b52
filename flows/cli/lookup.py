"""What a dataset knows of one page: the page that a user means, and the rows of all tables about it."""

import os
import re
import unicodedata
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.load.output import Output
from tasks.storage.addresses import shown
from tasks.storage.tables import files_of

Row = dict[str, Any]  # a row of a table, as its schema declares it
_START = re.compile(r"^(https?://)?(www\.)?")
_VERSIONED = ("articles", "versions")


def find_pages(wanted: str, output: Output) -> list[Row]:
    """The ledger's rows that an id, a path or an address matches, the newest first.

    A path matches in any spelling (absolute, relative, bare name), an address also as the `canonical_url` of an
    article. If no page has exactly this address, those count that differ in scheme, `www.`, case, percent codes, a
    fragment or a slash at the end.
    """
    given, wanted = wanted, shown(wanted)  # tables have the name that is shown
    rows = _found(given, wanted, _pages_of_address(wanted, output) | {wanted}, output)
    if not rows and urlsplit(wanted).scheme:
        rows = _found(given, wanted, _pages_of_similar_address(wanted, output), output)
    return sorted(rows, key=lambda row: (row["run_id"], row["outcome"] == "article"), reverse=True)


def _found(given: str, wanted: str, doc_ids: set[str], output: Output) -> list[Row]:
    """The ledger's rows of these pages, or of this article, source or file name."""
    exact, by_name = [], []
    for file in output.files("ledger").values():
        table = pq.ParquetFile(file).read()
        article_ids = pc.fill_null(table.column("article_id"), "")
        is_meant = pc.or_(
            pc.is_in(table.column("doc_id"), pa.array(sorted(doc_ids), pa.string())),
            pc.or_(pc.equal(article_ids, wanted), _has_source(table, given)),
        )
        exact += table.filter(is_meant).to_pylist()
        if "/" not in wanted:
            by_name += table.filter(pc.ends_with(table.column("source_uri"), f"/{wanted}")).to_pylist()
    return exact or by_name


def _pages_of_address(wanted: str, output: Output) -> set[str]:
    """The doc_ids of the articles and earlier versions with this `canonical_url`."""
    if not urlsplit(wanted).scheme:
        return set()
    doc_ids: set[str] = set()
    for name in _VERSIONED:
        for file in output.files(name).values():
            table = pq.ParquetFile(file).read(columns=["doc_id", "canonical_url"])
            doc_ids |= set(table.filter(pc.equal(table.column("canonical_url"), wanted)).column("doc_id").to_pylist())
    return doc_ids


def _pages_of_similar_address(wanted: str, output: Output) -> set[str]:
    """The doc_ids of the pages whose address differs from this one only in its spelling."""
    meant, doc_ids = plain_address(wanted), set()
    for name, column in (("ledger", "url"), *((name, "canonical_url") for name in _VERSIONED)):
        for file in output.files(name).values():
            table = pq.ParquetFile(file).read(columns=["doc_id", column])
            pairs = zip(table.column("doc_id").to_pylist(), table.column(column).to_pylist(), strict=True)
            doc_ids |= {doc_id for doc_id, address in pairs if address and plain_address(address) == meant}
    return doc_ids


def plain_address(address: str) -> str:
    """An address in lower case and in letters, without scheme, `www.`, fragment and a slash at the end."""
    composed = unicodedata.normalize("NFC", unquote(address))
    return _START.sub("", composed.lower()).split("#", 1)[0].rstrip("/")


def _has_source(table: pa.Table, given: str) -> pa.Array:
    """Whether each row is from this address or this file, however its path is spelled."""
    wanted = shown(given)
    same = pc.or_(pc.equal(table.column("source_uri"), wanted), pc.equal(pc.fill_null(table.column("url"), ""), wanted))
    if urlsplit(wanted).scheme:
        return same
    meant = shown(os.path.realpath(given))
    sources = table.column("source_uri")
    same_name = sources.filter(pc.ends_with(sources, Path(wanted).name)).to_pylist()
    # a run may have been started in another folder than this command: then its path is the end of the absolute one
    same_file = [uri for uri in same_name if os.path.realpath(uri) == meant or meant.endswith(f"/{uri}")]
    return pc.or_(same, pc.is_in(sources, pa.array(same_file, pa.string())))


def explanation(page: Row, output: Output) -> Row:
    """The rows of all tables about one page; `page` is its row of the ledger.

    Returns: page, article (the row that the page is now), version (the row that it was before a newer page replaced
    it), original (of a duplicate: the article that it repeats; of a near-duplicate: the one that it resembles),
    quarantine, duplicate, lines. A row that does not exist is None.
    """
    doc_id = page["doc_id"]
    article = _row_with(output, "articles", "doc_id", doc_id)
    repeated = page["article_id"] if page["outcome"] == "duplicate" else None
    original = article["near_duplicate_of"] if article else repeated
    return {
        "page": page,
        "article": article,
        "version": None if article else _row_with(output, "versions", "doc_id", doc_id),
        "original": _row_with(output, "articles", "article_id", original) if original else None,
        "quarantine": _row_with(output, "quarantine", "doc_id", doc_id),
        "duplicate": _row_with(output, "duplicates", "doc_id", doc_id),
        "lines": _lines_of(doc_id, output),
    }


def _row_with(output: Output, table: str, column: str, value: str) -> Row | None:
    """The row of a table with this id; the newest file with one counts."""
    for path in reversed(list(output.files(table).values())):
        file = pq.ParquetFile(path)
        if value in file.read(columns=[column]).column(column).to_pylist():
            rows = file.read()
            return dict(rows.filter(pc.equal(rows.column(column), value)).to_pylist()[-1])
    return None


def _lines_of(doc_id: str, output: Output) -> list[Row]:
    """The lines of a page as the newest run labelled them."""
    files = files_of(output.root / "lines", "lines")
    for path in sorted(files, key=lambda path: path.stat().st_mtime, reverse=True):
        table = pq.read_table(path, filters=[("doc_id", "=", doc_id)])
        if table.num_rows:
            return [dict(row) for row in table.sort_by("line_no").to_pylist()]
    return []
