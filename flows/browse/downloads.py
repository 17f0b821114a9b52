"""The articles that the filters let through as a file: CSV, JSON lines or Parquet, streamed batch by batch."""

from collections.abc import Callable, Iterator
from io import BytesIO, RawIOBase
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from flows.browse.filters import ArticleFilter
from flows.browse.snapshot import Snapshot
from tasks import schema

_BATCH_ROWS = 2000  # some 10 MB of articles: what a download takes of memory
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def articles_in_batches(snapshot: Snapshot, wanted: ArticleFilter) -> Iterator[pa.RecordBatch]:
    """All articles of a filter, with all columns, in the order of the files: by month of publication."""
    condition, values = wanted.conditions()
    columns = ", ".join(f'"{field.name}"' for field in schema.ARTICLES)
    sql = f"select {columns} from articles where {condition}"
    for batch in snapshot.batches(sql, *values, batch_rows=_BATCH_ROWS):
        if batch.num_rows:
            yield batch


def as_json_lines(batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    """One JSON object a line."""
    for batch in batches:
        yield b"".join(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE) for row in batch.to_pylist())


def as_csv(batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    """CSV in UTF-8 with a byte order mark, which Excel needs; lists are joined by `; `.

    A text that a spreadsheet would take for a formula gets an apostrophe before it.
    """
    names = schema.ARTICLES.names
    yield b"\xef\xbb\xbf" + ",".join(f'"{name}"' for name in names).encode() + b"\r\n"
    options = pyarrow.csv.WriteOptions(include_header=False)
    for batch in batches:
        columns = [_flat(batch.column(number)) for number in range(batch.num_columns)]
        sink = BytesIO()
        pyarrow.csv.write_csv(pa.table(columns, names=names), sink, options)
        yield sink.getvalue()


def _flat(column: pa.Array) -> pa.Array:
    """A column of CSV: lists as text, times in UTC without a zone, no formulas."""
    kind = column.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return pa.array([_joined(values) for values in column.to_pylist()], pa.string())
    if pa.types.is_timestamp(kind):
        return column.cast(pa.timestamp("s"), safe=False)
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pa.array([_no_formula(value) for value in column.to_pylist()], pa.string())
    return column


def _joined(values: list[Any] | None) -> str | None:
    if values is None:
        return None
    parts = [
        f"{value['speaker'] or '(speaker not named)'}: {value['text']}" if isinstance(value, dict) else str(value)
        for value in values
    ]
    return _no_formula("; ".join(parts))


def _no_formula(value: str | None) -> str | None:
    return f"'{value}" if value and value.startswith(_FORMULA_STARTS) else value


def as_parquet(batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    """Parquet with the columns and sentences of the table of articles."""
    written = _Written()
    with pq.ParquetWriter(pa.PythonFile(written, "w"), schema.ARTICLES, compression="zstd") as writer:
        for batch in batches:
            writer.write_table(schema.conform(pa.Table.from_batches([batch]), schema.ARTICLES))
            yield written.take()
    yield written.take()


class _Written(RawIOBase):
    """A file that is only written to, and from which the bytes written so far are taken."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []
        self._position = 0

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, part: Any) -> int:
        """Add bytes."""
        self._parts.append(bytes(part))
        self._position += len(self._parts[-1])
        return len(self._parts[-1])

    def tell(self) -> int:
        """How many bytes were written, those taken included: the places in a Parquet footer count from the start."""
        return self._position

    def take(self) -> bytes:
        """The bytes written since the last time."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


Writer = Callable[[Iterator[pa.RecordBatch]], Iterator[bytes]]
# ending -> (what it is, media type, writer)
FORMATS: dict[str, tuple[str, str, Writer]] = {
    "csv": ("CSV", "text/csv; charset=utf-8", as_csv),
    "jsonl": ("JSON lines", "application/jsonl", as_json_lines),
    "parquet": ("Parquet", "application/vnd.apache.parquet", as_parquet),
}
