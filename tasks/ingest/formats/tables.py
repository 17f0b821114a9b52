"""Pages in the rows of Parquet and Arrow files, e.g. of datatrove, Spark and Hugging Face."""

import io
from collections.abc import Iterator
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.ipc
import pyarrow.parquet as pq

from tasks.ingest.bounded_streams import FlawError
from tasks.ingest.formats import Opened, Options, Skipped
from tasks.ingest.formats.columns import PAGES, is_of_page, is_wanted
from tasks.ingest.formats.declaring import declaring_columns
from tasks.ingest.formats.row_shapes import may_hold_page
from tasks.ingest.formats.rows import Rows
from tasks.ingest.reading_time import TimeIsUpError
from tasks.ingest.record import Record
from tasks.ingest.sniff import count_controls
from tasks.vocabulary import Flaw

ROWS = 64  # of a table at a time: some MB of HTML
_COPIED_BYTES = 64 << 20
_MAX_DAMAGED = 20  # parts of a file, each with a finding; behind more of them the file is given up


def read_parquet(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """One page per row; only the columns needed are read, some rows at a time."""
    begin = opened.span[0] if opened.span else 0
    groups: dict[int, int] | None = None
    damaged_count = read_count = row_count = 0
    table = Rows(options)
    try:
        file = pq.ParquetFile(_source(opened))
        table.has_columns(column_names_of(file.schema_arrow))
        wanted = wanted_columns(file.schema_arrow.names, options)
        groups = _groups(file.metadata, opened.span)
        row_count = sum(file.metadata.row_group(group).num_rows for group in groups)
        for group, number in groups.items():
            opened.stream.seek(_begin(file.metadata.row_group(group)))  # shows how far the reading is
            last = number + file.metadata.row_group(group).num_rows
            try:
                for batch in file.iter_batches(batch_size=ROWS, row_groups=[group], columns=wanted):
                    yield from records_of(batch, wanted, table, options, number)
                    read_count += batch.num_rows
                    number += batch.num_rows  # noqa: PLW2901 - the number of the row in the file
            except (pa.ArrowException, OSError, ValueError) as error:
                damaged_count += 1
                if damaged_count > _MAX_DAMAGED:
                    raise
                yield _damaged_rows(number + 1, last, error)
        yield from table.notes()
    except TimeIsUpError as error:
        error.rest = f"up to {row_count - read_count:,} of {row_count:,} rows" if row_count else ""
        raise
    except FlawError as error:
        if not begin:
            yield Record(None, "end", flaw=error.flaw, detail=error.detail)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        if groups is not None or not begin:  # a problem of the whole file is reported by its first part
            detail = f"the Parquet file cannot be read: {short(error)}"
            yield Record(None, f"{begin or 'end'}", flaw=Flaw.BROKEN_FILE, detail=detail)


def _damaged_rows(first: int, last: int, error: BaseException) -> Record:
    """The finding on a part of a table that cannot be read; what stands behind it can be."""
    rows = f"row {first:,}" if first >= last else f"rows {first:,} to {last:,}"
    detail = f"{rows} cannot be read: {short(error)}; the reading goes on behind them"
    return Record(None, f"{first} to {last}", flaw=Flaw.BROKEN_FILE, detail=detail)


def _groups(metadata: pq.FileMetaData, span: tuple[int, int | None] | None) -> dict[int, int]:
    """The row groups of a span of the file, each with the number of rows before it.

    A group begins with its first column; whatever a broken footer declares, it is in one part and no other.
    """
    first, past = span or (0, None)
    chosen: dict[int, int] = {}
    rows_before = 0
    for number in range(metadata.num_row_groups):
        group = metadata.row_group(number)
        begin = _begin(group)
        if first <= begin and (past is None or begin < past):
            chosen[number] = rows_before
        rows_before += group.num_rows
    return chosen


def _begin(group: pq.RowGroupMetaData) -> int:
    column = group.column(0) if group.num_columns else None
    return max((column.dictionary_page_offset or column.data_page_offset) if column else 0, 0)


def _source(opened: Opened) -> pa.NativeFile | IO[bytes]:
    """The file as Arrow reads it itself, without a copy by Python, if it is one of this machine."""
    if not isinstance(opened.stream, io.BufferedReader) or not isinstance(opened.stream.raw, io.FileIO):
        return opened.stream
    try:
        return pa.OSFile(opened.name)
    except (OSError, UnicodeError):  # a name that is not UTF-8
        return opened.stream


def ended(records: Iterator[Record | Skipped], kind: str) -> Iterator[Record | Skipped]:
    """The records of a table; where reading it fails, one more says so of the `kind` of file."""
    try:
        yield from records
    except FlawError as error:
        yield Record(None, "end", flaw=error.flaw, detail=error.detail)
    except (pa.ArrowException, OSError, ValueError, MemoryError) as error:
        detail = f"the {kind} file cannot be read: {short(error)}"
        yield Record(None, "end", flaw=Flaw.BROKEN_FILE, detail=detail)


def read_arrow(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """One page per row of an Arrow file (Feather) or stream."""
    return ended(_arrow_records(opened, options), "Arrow")


def _arrow_batches(opened: Opened) -> Iterator[pa.RecordBatch | Record]:
    """The batches of a file or a stream; of a file, which says where each is, a finding for each that is damaged."""
    try:
        file = pa.ipc.open_file(opened.stream)
    except pa.ArrowInvalid:
        opened.stream.seek(0)
        for batch in pa.ipc.open_stream(opened.stream):
            batch.validate(full=True)  # offsets outside their buffer would end the process
            yield batch
        return
    damaged_count = 0
    for place in range(file.num_record_batches):
        try:
            batch = file.get_batch(place)
            batch.validate(full=True)
        except (pa.ArrowException, OSError, ValueError) as error:
            damaged_count += 1
            if damaged_count > _MAX_DAMAGED or place + 1 == file.num_record_batches:
                raise
            detail = f"part {place + 1} of {file.num_record_batches} cannot be read: {short(error)}"
            key = f"part {place + 1}"
            yield Record(None, key, flaw=Flaw.BROKEN_FILE, detail=f"{detail}; the reading goes on behind it")
        else:
            yield batch


def _arrow_records(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    table, number = Rows(options), 0
    for batch in _arrow_batches(opened):
        if isinstance(batch, Record):
            yield batch
            continue
        if not number:
            table.has_columns(column_names_of(batch.schema))
        wanted = wanted_columns(batch.schema.names, options)
        yield from records_of(batch, wanted, table, options, number)
        number += batch.num_rows
    yield from table.notes()


def _values(column: pa.Array) -> list[Any]:
    """The values of a column; None for those that Python cannot represent, such as the year 292277."""
    try:
        values: list[Any] = column.to_pylist()
    except (ValueError, OverflowError):
        values = [_scalar(value) for value in column]
    if pa.types.is_map(column.type):  # a list of names and values
        values = [dict(value) if value else None for value in values]
    return values


def _scalar(value: pa.Scalar) -> Any:
    try:
        return value.as_py()
    except UnicodeDecodeError:  # Parquet files may declare any bytes as text
        text = value.value if isinstance(value, pa.DictionaryScalar) else value
        return text.as_buffer().to_pybytes() if hasattr(text, "as_buffer") else None
    except (ValueError, OverflowError):
        return None


def column_names_of(table: pa.Schema) -> Iterator[str]:
    """The names of columns, and of the fields of those that have some."""
    for column in table:
        inner = list(column.type) if pa.types.is_struct(column.type) else []
        yield from (f"{column.name}.{part.name}" for part in inner) if inner else (column.name,)


def wanted_columns(names: list[str], options: Options) -> list[str]:
    """The columns of a table that are needed for records.

    Raises:
        FlawError: there are none.
    """
    if problem := problem_of_columns(names, options):
        raise FlawError(Flaw.NO_PAGES, problem)
    return needed_columns(names, options)


def problem_of_columns(names: list[str], options: Options) -> str | None:
    """What to say of a table none of whose columns may hold a page, or None."""
    if needed_columns(names, options):
        return None
    shown = ", ".join(names[:20])[:400]
    return f"none of the columns ({shown}) has a known name; name them with --map html=COLUMN,url=COLUMN"


def needed_columns(names: list[str], options: Options) -> list[str]:
    """The columns that may hold a field of a page; those of rows within a row only where no other has pages."""
    wanted = [name for name in names if is_wanted(name, options)]
    if set(PAGES).isdisjoint(options.columns) and not any(is_of_page(name) for name in wanted):
        wanted += [name for name in names if name not in wanted and may_hold_page(name)]
    if not wanted or "html" in options.columns:
        return wanted
    return wanted + [name for name in declaring_columns(names) if name not in wanted]


def records_of(
    batch: pa.RecordBatch, wanted: list[str], table: Rows, options: Options, number: int
) -> Iterator[Record]:
    """The pages of a batch that stands behind `number` rows; of large cells a few are copied at a time."""
    step = max(1, min(ROWS, _COPIED_BYTES * batch.num_rows // max(batch.nbytes, 1)))
    for start in range(0, batch.num_rows, step):
        rows, texts, is_clean = rows_of_batch(batch.slice(start, step), wanted, options)
        for row in rows:
            number += 1
            yield table.record(row, str(number), texts, is_clean=is_clean)


def rows_of_batch(
    batch: pa.RecordBatch, wanted: list[str], options: Options
) -> tuple[Iterator[dict[str, Any]], frozenset[str], bool]:
    """The rows of a batch, the page columns that were text, and whether no column has a control character.

    Text of pages is not decoded, which saves two copies. Of columns with the same name the first is used.
    """
    named = {options.columns.get(field, "").casefold() for field in PAGES}
    names = batch.schema.names
    columns: dict[str, list[Any]] = {}
    texts, is_clean = [], True
    for name in wanted:
        column = batch.column(names.index(name))
        is_clean = is_clean and _is_clean(column)
        if (is_of_page(name) or name.casefold() in named) and (
            pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
        ):
            column = column.cast(pa.large_binary() if pa.types.is_large_string(column.type) else pa.binary())
            texts.append(name)
        columns[name] = _values(column)
    given = tuple(columns)
    rows = (dict(zip(given, cells, strict=True)) for cells in zip(*columns.values(), strict=True))
    return rows, frozenset(texts), is_clean


def _is_clean(column: pa.Array) -> bool:
    """Whether no value has a control character, seen in all of them at once; False if they are of another kind."""
    kind = column.type
    if pa.types.is_primitive(kind):
        return True
    is_large = pa.types.is_large_string(kind) or pa.types.is_large_binary(kind)
    if not (is_large or pa.types.is_string(kind) or pa.types.is_binary(kind)):
        return False
    _, offsets, values = column.buffers()
    if values is None or not len(column):
        return True
    ends = np.frombuffer(offsets, np.int64 if is_large else np.int32)
    first, last = ends[column.offset], ends[column.offset + len(column)]
    return not count_controls(np.frombuffer(values, np.uint8)[first:last])


def short(error: BaseException) -> str:
    """The first line of a message of Arrow."""
    return str(error).split("\n")[0][:200]
