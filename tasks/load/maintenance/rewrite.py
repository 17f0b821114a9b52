"""Rows taken out of published tables: the files that hold them are written anew without them, under their names."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks import schema
from tasks.load.output import Changes, Output, renewed
from tasks.load.tables.staging import LOW_CARDINALITY
from tasks.storage.ids import find, numbers
from tasks.storage.tables import write_table

Mask = Callable[[pa.Table], pa.ChunkedArray]  # which rows go


def take_out(folder: Path, output: Output, table: str, column: str, gone: Mask, changes: Changes) -> int:
    """Stage the files of `table` without the rows that `gone` marks, looking at `column` only to find them.

    Files that a run replaced already (`changes.added`) are read from there. Returns how many rows go.
    """
    count = 0
    added = changes.added.setdefault(table, {})
    for place, path in (output.files(table) | added).items():
        if place in changes.removed.get(table, ()):
            continue
        mask = gone(pq.ParquetFile(path).read(columns=[column]))
        marked = int(pc.sum(mask).as_py() or 0)
        if not marked:
            continue
        count += marked
        rest = pq.ParquetFile(path).read().filter(pc.invert(mask))
        target = folder / table / renewed(place, output.state()) if rest.num_rows else None
        if target is not None:
            write_table(schema.conform(rest, schema.PUBLISHED[table]), target, dictionary=LOW_CARDINALITY)
        changes.rewrite(table, place, target, output.state())
    return count


def of_ids(column: str, ids: np.ndarray) -> Mask:
    """Marks the rows whose column of ids holds one of these, which are numbers (`tasks.storage.ids`) and ascend."""
    return lambda rows: pa.chunked_array([find(ids, numbers(rows.column(column))) >= 0])


def of_values(column: str, values: set[str]) -> Mask:
    """Marks the rows whose column holds one of the values."""
    wanted = pa.array(sorted(values), pa.string())
    return lambda rows: pc.is_in(rows.column(column), wanted)
