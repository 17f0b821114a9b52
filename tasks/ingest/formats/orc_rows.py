"""Pages in the rows of ORC files, as Hive, Trino and Spark write them."""

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.dataset as ds

from tasks.ingest.formats import Opened, Options, Skipped
from tasks.ingest.formats.rows import Rows
from tasks.ingest.formats.tables import ROWS, column_names_of, ended, records_of, wanted_columns
from tasks.ingest.record import Record


def read_orc(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """One page per row; only the columns needed are read, some rows at a time."""
    return ended(_orc_records(opened, options), "ORC")


def _orc_records(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    table, number = Rows(options), 0
    file = ds.OrcFileFormat().make_fragment(pa.PythonFile(opened.stream, "r"))
    table.has_columns(column_names_of(file.physical_schema))
    wanted = wanted_columns(file.physical_schema.names, options)
    for batch in file.to_batches(columns=wanted, batch_size=ROWS, use_threads=False, batch_readahead=0):
        yield from records_of(batch, wanted, table, options, number)
        number += batch.num_rows
    yield from table.notes()
