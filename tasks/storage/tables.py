"""Parquet tables: written atomically, in row groups of a bounded size."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.storage.atomic import replaced_file

# zstd 3 saves a quarter of snappy's size at a third of its speed, which is still far less time than cleaning takes.
# Dictionaries only pay on columns of few distinct values, so each table names those.
_ZSTD_LEVEL = 3
ROW_GROUP_ROWS = 10_000  # small enough that min/max statistics skip, large enough that zstd has material

Part = TypeVar("Part")


def write_table(table: pa.Table, path: Path, *, dictionary: Iterable[str] = (), zstd_level: int = _ZSTD_LEVEL) -> None:
    """Write a Parquet file atomically; `dictionary` names columns to encode by dictionary, if the table has them."""
    with replaced_file(path) as temporary:
        pq.write_table(
            table,
            temporary,
            compression="zstd",
            compression_level=zstd_level,
            use_dictionary=[name for name in dictionary if name in table.column_names],
            row_group_size=ROW_GROUP_ROWS,
        )


class TableWriter:
    """Writes a Parquet file table by table and atomically, with at most one row group in memory.

    A context manager: after an exception in the block no file is left. Without a row no file is written.
    """

    def __init__(
        self, path: Path, schema: pa.Schema, *, dictionary: Iterable[str] = (), zstd_level: int = _ZSTD_LEVEL
    ) -> None:
        self.path, self.rows = path, 0
        self._schema, self._dictionary = schema, [name for name in dictionary if name in schema.names]
        self._zstd_level = zstd_level
        self._buffer: list[pa.Table] = []
        self._open = ExitStack()
        self._file: pq.ParquetWriter | None = None

    def __enter__(self) -> "TableWriter":
        return self

    def write(self, table: pa.Table) -> None:
        """Add the rows of a table that has the writer's schema, in row groups of `ROW_GROUP_ROWS`."""
        self._buffer.append(table)
        while sum(part.num_rows for part in self._buffer) >= ROW_GROUP_ROWS:
            joined = pa.concat_tables(self._buffer)
            self.write_row_group(joined.slice(0, ROW_GROUP_ROWS))
            self._buffer = [joined.slice(ROW_GROUP_ROWS)]

    def write_row_group(self, table: pa.Table) -> None:
        """Add the rows of a table that has the writer's schema as one row group."""
        if not table.num_rows:
            return
        if self._file is None:
            writer = pq.ParquetWriter(
                self._open.enter_context(replaced_file(self.path)),
                self._schema,
                compression="zstd",
                compression_level=self._zstd_level,
                use_dictionary=self._dictionary,
            )
            self._file = self._open.enter_context(writer)
        self._file.write_table(table, row_group_size=table.num_rows)
        self.rows += table.num_rows

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            self._open.__exit__(kind, error, traceback)
            return
        with self._open:
            if self._buffer:
                self.write_row_group(pa.concat_tables(self._buffer))


def is_file_of(path: Path, table: str) -> bool:
    """Whether a file is one that Copydesk wrote for this table, by the metadata in its footer."""
    if path.suffix != ".parquet":
        return False
    try:
        metadata = pq.read_schema(path).metadata or {}
    except (pa.ArrowException, OSError):
        return False
    return bool(metadata.get(b"table") == table.encode())


def files_of(folder: Path, table: str) -> list[Path]:
    """The files of a table in and below a folder, by name; files of somebody else are passed over."""
    return [path for path in sorted(folder.rglob("*.parquet")) if is_file_of(path, table)]


def gather(parts: Iterable[Part], size_of: Callable[[Part], int], min_size: int) -> Iterator[list[Part]]:
    """The parts in order, in lists whose sizes add up to at least `min_size`; the last list may be smaller."""
    gathered: list[Part] = []
    size = 0
    for part in parts:
        gathered.append(part)
        size += size_of(part)
        if size >= min_size:
            yield gathered
            gathered, size = [], 0
    if gathered:
        yield gathered


def without(table: pa.Table, doc_ids: set[str]) -> pa.Table:
    """The rows of a table of documents, pages or lines that do not belong to these documents."""
    if not doc_ids:
        return table
    return table.filter(pc.invert(pc.is_in(table.column("doc_id"), pa.array(sorted(doc_ids), pa.string()))))


def with_column(table: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    """The table with one of its columns replaced."""
    index = table.schema.get_field_index(name)
    return table.set_column(index, table.schema.field(index), values)
