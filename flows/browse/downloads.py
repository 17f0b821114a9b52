"""The articles that the filters let through as a file: CSV, JSON lines or Parquet, streamed batch by batch."""

from collections.abc import Callable, Iterator
from io import BytesIO, RawIOBase
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from flows.browse.filters import ArticleFilter
from flows.browse.snapshot import Snapshot
from flows.export.articles import SHARE_DIGITS
from flows.export.text_files import CsvWriter, json_lines
from tasks import schema

_BATCH_ROWS = 2000  # some 10 MB of articles: what a download takes of memory


def articles_in_batches(snapshot: Snapshot, wanted: ArticleFilter) -> Iterator[pa.RecordBatch]:
    """All articles of a filter, with all columns, in the order of the files: by month of publication."""
    condition, values = wanted.conditions()
    columns = ", ".join(f'"{field.name}"' for field in schema.ARTICLES)
    sql = f"select {columns} from articles where {condition}"
    for batch in snapshot.batches(sql, *values, batch_rows=_BATCH_ROWS):
        if batch.num_rows:
            yield batch


def as_json_lines(batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    """One JSON object per line, as `copydesk export` writes it."""
    for batch in batches:
        yield b"".join(json_lines(_rows(batch)))


def as_csv(batches: Iterator[pa.RecordBatch]) -> Iterator[bytes]:
    """CSV for spreadsheets, as `copydesk export` writes it."""
    sink = BytesIO()
    writer = CsvWriter(sink, schema.ARTICLES.names)
    for batch in batches:
        writer.write(_rows(batch))
        writer.flush()
        yield sink.getvalue()
        sink.seek(0)
        sink.truncate()
    writer.close()
    yield sink.getvalue()


def _rows(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    """The rows of a batch; shares are rounded, as 32-bit numbers have digits that mean nothing."""
    columns = [
        pc.round(column.cast(pa.float64()), SHARE_DIGITS) if pa.types.is_float32(column.type) else column
        for column in batch.columns
    ]
    rows: list[dict[str, Any]] = pa.RecordBatch.from_arrays(columns, batch.schema.names).to_pylist()
    return rows


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
