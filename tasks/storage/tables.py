"""Parquet tables: written atomically, in row groups of a bounded size."""

import uuid
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.storage.atomic import put_in_place

# zstd 3: a quarter of snappy's size more saved at a third of the speed, still far from being a cost beside clean;
# dictionaries only pay on columns of few values, so each table names those.
_ZSTD_LEVEL = 3
ROW_GROUP_ROWS = 10_000  # small enough that min/max statistics skip, large enough that zstd has material


def write_table(table: pa.Table, path: Path, *, dictionary: Iterable[str] = (), zstd_level: int = _ZSTD_LEVEL) -> None:
    """Write a Parquet file that is either wholly there or not at all, even after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")  # readers skip names with a leading dot
    try:
        pq.write_table(
            table, aside, compression="zstd", compression_level=zstd_level,
            use_dictionary=[name for name in dictionary if name in table.column_names], row_group_size=ROW_GROUP_ROWS,
        )  # fmt: skip
        put_in_place(aside, path)
    finally:
        aside.unlink(missing_ok=True)


class TableWriter:
    """Writes a Parquet file table by table, never holding more than a row group; wholly there once closed, or not at all.

    A context: after an exception within, nothing is left. Without a single row no file is made.
    """

    def __init__(
        self, path: Path, schema: pa.Schema, *, dictionary: Iterable[str] = (), zstd_level: int = _ZSTD_LEVEL
    ) -> None:
        self.path, self.rows = path, 0
        self._schema, self._dictionary = schema, [name for name in dictionary if name in schema.names]
        self._zstd_level = zstd_level
        self._aside = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
        self._held: list[pa.Table] = []
        self._file: pq.ParquetWriter | None = None

    def __enter__(self) -> "TableWriter":
        return self

    def write(self, table: pa.Table) -> None:
        """Add the rows of a table that has the writer's schema, in row groups of `ROW_GROUP_ROWS`."""
        self._held.append(table)
        while sum(part.num_rows for part in self._held) >= ROW_GROUP_ROWS:
            joined = pa.concat_tables(self._held)
            self.write_row_group(joined.slice(0, ROW_GROUP_ROWS))
            self._held = [joined.slice(ROW_GROUP_ROWS)]

    def write_row_group(self, table: pa.Table) -> None:
        """Add the rows of a table that has the writer's schema as a row group of their own."""
        if not table.num_rows:
            return
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = pq.ParquetWriter(self._aside, self._schema, compression="zstd", compression_level=self._zstd_level,
                                          use_dictionary=self._dictionary)  # fmt: skip
        self._file.write_table(table, row_group_size=table.num_rows)
        self.rows += table.num_rows

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None and self._held:
                self.write_row_group(pa.concat_tables(self._held))
            if kind is None and self._file is not None:
                self._file.close()
                self._file = None
                put_in_place(self._aside, self.path)
        finally:
            if self._file is not None:
                self._file.close()
            self._aside.unlink(missing_ok=True)


def without(table: pa.Table, doc_ids: set[str]) -> pa.Table:
    """The rows of a table of documents, pages or lines that are not of these documents."""
    if not doc_ids:
        return table
    return table.filter(pc.invert(pc.is_in(table.column("doc_id"), pa.array(sorted(doc_ids), pa.string()))))


def with_column(table: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    """The table with other values in one of its columns."""
    place = table.schema.get_field_index(name)
    return table.set_column(place, table.schema.field(place), values)
