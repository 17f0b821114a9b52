"""Rows deleted from published tables: the files that hold them are rewritten without them."""

from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks import schema
from tasks.load.output import Changes, Output, rewritten_path
from tasks.load.tables.staging import LOW_CARDINALITY
from tasks.storage.ids import Ids, contains, to_uint64
from tasks.storage.tables import write_table

RowFilter = Callable[[pa.Table], pa.ChunkedArray]  # rows -> a mask, true for those to delete


def delete_rows(folder: Path, output: Output, table: str, column: str, filter_: RowFilter, changes: Changes) -> int:
    """Stage the files of `table` without the rows that the filter marks; it only sees `column`.

    Files that were staged before (`changes.added`) are read from there. Returns the number of rows deleted.
    """
    count = 0
    added = changes.added.setdefault(table, {})
    for name, path in (output.files(table) | added).items():
        if name in changes.removed.get(table, ()):
            continue
        is_deleted = filter_(pq.ParquetFile(path).read(columns=[column]))
        deleted = int(pc.sum(is_deleted).as_py() or 0)
        if not deleted:
            continue
        count += deleted
        rows = pq.ParquetFile(path).read().filter(pc.invert(is_deleted))
        target = folder / table / rewritten_path(name, output.state()) if rows.num_rows else None
        if target is not None:
            write_table(schema.conform(rows, schema.PUBLISHED[table]), target, dictionary=LOW_CARDINALITY)
        changes.replace(table, name, target, output.state())
    return count


def rows_with_ids(column: str, ids: Ids) -> RowFilter:
    """Marks the rows whose column of ids holds one of these; `ids` ascend."""
    return lambda rows: pa.chunked_array([contains(ids, to_uint64(rows.column(column)))])


def rows_with_values(column: str, values: set[str]) -> RowFilter:
    """Marks the rows whose column holds one of the values."""
    wanted = pa.array(sorted(values), pa.string())
    return lambda rows: pc.is_in(rows.column(column), wanted)
