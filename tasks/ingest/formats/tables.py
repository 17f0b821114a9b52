"""Pages in rows: JSON lines, Parquet, Arrow and CSV, e.g. of Scrapy, news-please, datatrove and Hugging Face."""

import csv
import io
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import IO, Any

import orjson
import pyarrow as pa
import pyarrow.csv
import pyarrow.ipc
import pyarrow.parquet as pq

from tasks.ingest.bounded_streams import CHUNK_BYTES, BoundedStream, FlawError
from tasks.ingest.formats import PARTS_MISALIGNED, Opened, Options, Skipped
from tasks.ingest.record import Record
from tasks.vocabulary import Flaw

# The names of columns that these tools use, tried in order where the user maps none
COMMON_NAMES = {
    "html": "html raw_html page_html html_content content_html".split(),
    "text": "text content body raw_content maintext plain_text raw".split(),
    "url": "url link source_url page_url uri warc_target_uri".split(),
    "fetched_at": ("fetched_at crawled crawled_at date_download crawl_date scraped_at timestamp date_crawled".split()),
    "encoding": "encoding charset".split(),
}
FIELDS = tuple(COMMON_NAMES)
_ROWS = 64  # of a table at a time: some MB of HTML
_JSON_AROUND = b" \t\r\xef\xbb\xbf"
_JSON_FRAME = (b"", b"[", b"]")  # Scrapy's JSON is an array with one item per line
_MAX_JSON_GROWTH = 6  # a page in JSON with every letter escaped, e.g. \u00e9


def read_json(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """One page per line: JSON lines, or an array with one item per line."""
    first, past = opened.span or (0, None)
    offset, before = 0, 0
    if first:
        after = _after_line(opened.stream, first - 1, past)
        if after is None:
            return
        offset, before = after, opened.lines_before + 1
        opened.stream.seek(offset)
    source = BoundedStream(opened.stream, opened.codec)
    limit = options.max_page_bytes * _MAX_JSON_GROWTH
    try:
        for number, (line, size) in enumerate(source.lines(limit), before + 1):
            offset += size + 1
            if line is None:
                detail = f"a line of {size:,} bytes"
                yield Record(None, str(number), flaw=Flaw.TOO_LARGE, detail=detail, byte_count=size)
            elif line.strip(_JSON_AROUND) not in _JSON_FRAME:
                yield _json_row(line, number, options)
            if past is not None and offset >= past:
                return
    except FlawError as error:
        # an unreadable file is reported once, when it is read again as a whole
        yield Record(None, "end", flaw=error.flaw, detail=error.detail) if opened.span is None else PARTS_MISALIGNED


def _after_line(stream: IO[bytes], offset: int, past: int | None) -> int | None:
    """The offset after the line with the byte at `offset`; None if that is not before `past` or the line has no end."""
    stream.seek(offset)
    while (past is None or offset < past) and (chunk := stream.read(CHUNK_BYTES)):
        end = chunk.find(b"\n")
        offset += len(chunk) if end < 0 else end + 1
        if end >= 0:
            return offset if past is None or offset < past else None
    return None


def _json_row(line: bytes, number: int, options: Options) -> Record:
    line = line.strip(_JSON_AROUND)
    if number == 1 and line == b"{":
        detail = "a JSON object over many lines; expected one object per line"
        return Record(None, "1", flaw=Flaw.BROKEN_RECORD, detail=detail)
    try:
        row = orjson.loads(line.rstrip(b","))
    except orjson.JSONDecodeError as error:
        return Record(None, str(number), flaw=Flaw.BROKEN_RECORD, detail=f"is not JSON: {error}", byte_count=len(line))
    if not isinstance(row, dict):
        detail = f"is a JSON {type(row).__name__}, not an object"
        return Record(None, str(number), flaw=Flaw.BROKEN_RECORD, detail=detail)
    return _record(row, str(number), options)


def read_parquet(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """One page per row; only the columns needed are read, some rows at a time."""
    begin = opened.span[0] if opened.span else 0
    groups: dict[int, int] | None = None
    try:
        file = pq.ParquetFile(opened.stream)
        wanted = _wanted(file.schema_arrow.names, options)
        groups = _groups(file.metadata, opened.span)
        for group, number in groups.items():
            for batch in file.iter_batches(batch_size=_ROWS, row_groups=[group], columns=wanted):
                rows, texts = _rows(batch, wanted, options)
                for row in rows:
                    number += 1  # noqa: PLW2901 - the number of the row in the file
                    yield _record(row, str(number), options, texts)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        if groups is not None or not begin:  # a problem of the whole file is reported by its first part
            detail = f"the Parquet file cannot be read: {_short(error)}"
            yield Record(None, f"{begin or 'end'}", flaw=Flaw.BROKEN_FILE, detail=detail)


def _groups(metadata: pq.FileMetaData, span: tuple[int, int | None] | None) -> dict[int, int]:
    """The row groups of a span of the file, each with the number of rows before it.

    A group begins with its first column; whatever a broken footer declares, it is in one part and no other.
    """
    first, past = span or (0, None)
    chosen: dict[int, int] = {}
    rows_before = 0
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        column = group.column(0) if group.num_columns else None
        begin = max((column.dictionary_page_offset or column.data_page_offset) if column else 0, 0)
        if first <= begin and (past is None or begin < past):
            chosen[number] = rows_before
        rows_before += group.num_rows
    return chosen


def read_arrow(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """One page per row of an Arrow file (Feather) or stream."""
    try:
        batches: Iterator[pa.RecordBatch]
        try:
            file = pa.ipc.open_file(opened.stream)
            batches = (file.get_batch(number) for number in range(file.num_record_batches))
        except pa.ArrowInvalid:
            opened.stream.seek(0)
            batches = iter(pa.ipc.open_stream(opened.stream))
        number = 0
        for batch in batches:
            batch.validate(full=True)  # offsets outside their buffer would end the process
            wanted = _wanted(batch.schema.names, options)
            for start in range(0, batch.num_rows, _ROWS):
                rows, texts = _rows(batch.slice(start, _ROWS), wanted, options)
                for row in rows:
                    number += 1
                    yield _record(row, str(number), options, texts)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        yield Record(None, "end", flaw=Flaw.BROKEN_FILE, detail=f"the Arrow file cannot be read: {_short(error)}")


def _values(column: pa.Array) -> list[Any]:
    """The values of a column; None for those that Python cannot represent, such as the year 292277."""
    try:
        values: list[Any] = column.to_pylist()
    except (ValueError, OverflowError):
        values = [_scalar(value) for value in column]
    return values


def _scalar(value: pa.Scalar) -> Any:
    try:
        return value.as_py()
    except UnicodeDecodeError:  # Parquet files may declare any bytes as text
        text = value.value if isinstance(value, pa.DictionaryScalar) else value
        return text.as_buffer().to_pybytes() if hasattr(text, "as_buffer") else None
    except (ValueError, OverflowError):
        return None


def read_csv(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """One page per row below a header; cells may contain line breaks, as RFC 4180 allows."""
    source = BoundedStream(opened.stream, opened.codec)
    csv.field_size_limit(max(options.max_page_bytes, 131_072))
    text = io.TextIOWrapper(_as_file(source), encoding="utf-8-sig", errors="backslashreplace", newline="")
    number = 0
    try:
        reader = csv.DictReader(text, delimiter="\t" if ".tsv" in opened.name.lower() else ",", strict=True)
        for row in reader:
            number += 1
            yield _record({name: value for name, value in row.items() if name}, str(number), options)
    except FlawError as error:
        yield Record(None, "end", flaw=error.flaw, detail=error.detail)
    except csv.Error as error:
        flaw = Flaw.TOO_LARGE if "field larger" in str(error) else Flaw.BROKEN_FILE
        yield Record(None, "end", flaw=flaw, detail=f"after row {number}: {error}; the rest is not read")


class _Raw(io.RawIOBase):
    def __init__(self, source: BoundedStream) -> None:
        self._source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._source.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def _as_file(source: BoundedStream) -> IO[bytes]:
    return io.BufferedReader(_Raw(source), 1 << 20)  # type: ignore[return-value]


def _wanted(names: list[str], options: Options) -> list[str]:
    """The columns of a table that are needed for records."""
    used = {options.columns[field] for field in options.columns}
    for field, guesses in COMMON_NAMES.items():
        if field not in options.columns:
            used.update(guesses)
    wanted = [name for name in names if name in used]
    if not wanted:
        shown = ", ".join(names[:20])
        raise ValueError(f"none of the columns ({shown}) has a known name; name them with --map html=COLUMN,url=COLUMN")
    return wanted


def _rows(
    batch: pa.RecordBatch, wanted: list[str], options: Options
) -> tuple[Iterator[dict[str, Any]], frozenset[str]]:
    """The rows of a batch, and the page columns that were text: they are not decoded, which saves two copies.

    Of columns with the same name the first is used.
    """
    pages = {
        *COMMON_NAMES["html"],
        *COMMON_NAMES["text"],
        *(options.columns.get(name, "") for name in ("html", "text")),
    }
    names = batch.schema.names
    columns: dict[str, list[Any]] = {}
    texts = []
    for name in wanted:
        column = batch.column(names.index(name))
        if name in pages and (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
            column = column.cast(pa.large_binary() if pa.types.is_large_string(column.type) else pa.binary())
            texts.append(name)
        columns[name] = _values(column)
    rows = ({name: values[number] for name, values in columns.items()} for number in range(batch.num_rows))
    return rows, frozenset(texts)


def _record(row: Mapping[str, Any], key: str, options: Options, texts: frozenset[str] = frozenset()) -> Record:
    columns = {field: _column(row, field, options) for field in FIELDS}
    values = {field: row[column] if column else None for field, column in columns.items()}
    url = _text(values["url"])
    for field in ("html", "text"):
        content = values[field]
        if isinstance(content, str | bytes | bytearray | memoryview) and len(content):
            is_text = isinstance(content, str) or columns[field] in texts
            raw = content.encode("utf-8", "replace") if isinstance(content, str) else bytes(content)
            return Record(
                raw,
                key,
                url=url,
                fetched_at_us=_time(values["fetched_at"]),
                media_type="text/html" if field == "html" else None,
                # text of a table has been encoded just now, or by Arrow
                encoding="utf-8" if is_text else _text(values["encoding"]),
            )
    names = ", ".join(list(map(str, row))[:12])
    return Record(None, key, url=url, flaw=Flaw.NO_CONTENT, detail=f"contains no page; its columns: {names}"[:300])


def _column(row: Mapping[str, Any], field: str, options: Options) -> str | None:
    """The name of the row's column with a field, or None."""
    if field in options.columns:
        return options.columns[field] if options.columns[field] in row else None
    if field in ("html", "text") and {"html", "text"} & set(options.columns):
        return None  # the user has named the column of the page
    return next((name for name in COMMON_NAMES[field] if row.get(name)), None)


def _text(value: Any) -> str | None:
    return value.strip()[:4000] or None if isinstance(value, str) else None


def _time(value: Any) -> int | None:
    """Microseconds since 1970 of a time, its text, or a number of seconds or milliseconds; None for anything else."""
    try:
        if isinstance(value, datetime):
            when = value if value.tzinfo else value.replace(tzinfo=UTC)
            return int(when.timestamp() * 1_000_000)
        if isinstance(value, date):
            return int(datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp() * 1_000_000)
        if isinstance(value, str):
            return _time(datetime.fromisoformat(value.strip()))
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 4e12:
            seconds = value / 1000 if value > 4e9 else value  # else milliseconds
            return int(seconds * 1_000_000)
    except (ValueError, OverflowError, OSError):
        pass
    return None


def _short(error: BaseException) -> str:
    return str(error).split("\n")[0][:200]
