"""Lines and raw pages, which are beside the tables in one file a batch: a million pages are in two thousand files.

Which file has a page is found once for each state and kept in memory, some 16 bytes a page; after that a page costs
the reading of one row group.
"""

from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.browse.snapshot import CHANGED, ChangedError, Row, Snapshot
from tasks import schema

_SCHEMAS = {"lines": schema.LINES, "pages": schema.PAGES}


def stored_rows(snapshot: Snapshot, table: str, doc_id: str) -> list[Row]:
    """The rows of a page in `lines` or `pages`, as the newest file has them."""
    index = snapshot.prepared(f"{table}_index", prepare_lines if table == "lines" else prepare_pages)
    numbers = snapshot.rows(f"select number from {table}_index where key = hash(?::varchar)", doc_id)
    paths = [index[row["number"]] for row in numbers]
    try:
        for path in sorted(paths, key=lambda path: path.stat().st_mtime, reverse=True):
            rows = _rows(path, table, doc_id)
            if rows:
                return rows
    except FileNotFoundError as error:
        raise ChangedError(CHANGED) from error
    return []


def prepare_lines(snapshot: Snapshot) -> list[Path]:
    """Find out which file has the lines of which page; the files by number."""
    return _prepare(snapshot, "lines")


def prepare_pages(snapshot: Snapshot) -> list[Path]:
    """Find out which file has which raw page; the files by number."""
    return _prepare(snapshot, "pages")


def _prepare(snapshot: Snapshot, table: str) -> list[Path]:
    paths = snapshot.stored_files(table)
    if not paths:
        snapshot.create_table(f"{table}_index", "select 0::ubigint as key, 0 as number where false")
        return []
    names = "select unnest(?::varchar[]) as filename, unnest(range(?)) as number"
    snapshot.create_table(
        f"{table}_index",
        f"select distinct hash(doc_id) as key, number::integer as number from {table} "
        f"join ({names}) using (filename) order by key",
        [str(path) for path in paths],
        len(paths),
    )
    return paths


def _rows(path: Path, table: str, doc_id: str) -> list[Row]:
    """The rows of a page in a file, reading only the row groups that have it."""
    found: list[Row] = []
    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            ids = file.read_row_group(number, columns=["doc_id"]).column("doc_id")
            is_wanted = pc.equal(ids, doc_id)
            if pc.any(is_wanted).as_py():
                group = file.read_row_group(number).filter(is_wanted)
                found += schema.conform(group, _SCHEMAS[table]).to_pylist()
    return found
