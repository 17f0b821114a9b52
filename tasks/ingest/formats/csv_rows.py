"""Pages in CSV as it is saved: the encoding, the separator and the escapes are found in the file."""

import csv
import io
import re
from collections.abc import Iterator
from typing import IO, Any

from tasks.ingest.bounded_streams import BoundedStream, FlawError
from tasks.ingest.formats import BYTES_BEHIND, Opened, Options, Skipped
from tasks.ingest.formats.columns import is_of_address
from tasks.ingest.formats.csv_dialect import dialect_of, lines_before_header
from tasks.ingest.formats.csv_recovery import BrokenRow
from tasks.ingest.formats.encodings import BYTE_BY_BYTE, encoding_of
from tasks.ingest.formats.gaps import damaged, to_first_sound
from tasks.ingest.formats.rows import Rows
from tasks.ingest.formats.tables import problem_of_columns
from tasks.ingest.record import Record
from tasks.vocabulary import Flaw

_HEAD_BYTES = 1 << 20
_LINE_PAGES = 4  # a row may hold its page as HTML, as text and as Markdown, beside other columns
_MAX_COLUMNS = 10_000  # what stands in later ones is not read
# of ClickHouse and of SQL Server
_UNDER_HEADER = re.compile(
    r"\s*(?:-+|(?:(?:Nullable|LowCardinality)\(){0,2}(?:String|FixedString|U?Int\d+|Float\d+|Bool|UUID|Date|Date32"
    r"|DateTime|DateTime64|Decimal|Array|Map|Enum8|Enum16)(?:\([^()]{0,200}\))?\){0,2})\s*"
)
_TOO_LARGE = "field larger"  # in the message of Python's reader
_NAMED_SEPARATOR = re.compile(r"\s*sep=(.)\s*", re.I)  # a first line for Excel


def read_csv(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """One page per row below a header; cells may contain line breaks, as RFC 4180 allows."""
    source = BoundedStream(opened.stream, opened.codec)
    csv.field_size_limit(max(options.max_page_bytes, 131_072))
    rows, number = Rows(options), 0
    try:
        yield from to_first_sound(source)
        text = _Text(source, opened.name, options)
        first = next(text.rows(), [])
        header = [_name(cell) for cell in first] if isinstance(first, list) else []
        names: list[str] = []
        while True:
            try:
                for cells in text.rows():
                    if isinstance(cells, BrokenRow):
                        number += 1
                        yield _broken(cells, number)
                        continue
                    if _is_header(cells, header) or (not names and _is_under_header(cells)):
                        continue
                    if not names:
                        names = _names(header, cells)
                        rows.has_columns(name for name in names if name)
                        # a file of a million short lines that is called .csv is refused at once, not row by row
                        problem = problem_of_columns([name for name in names if name], options)
                        if problem:
                            yield from rows.notes()
                            yield Record(None, "end", flaw=Flaw.NO_PAGES, detail=problem)
                            return
                    number += 1
                    yield rows.record(
                        {name: cell for name, cell in zip(names, cells, strict=False) if name}, f"{number}"
                    )
                break
            except FlawError as error:
                position = source.resume()
                if position is None:
                    raise
                yield damaged(error, str(number), position)
                text.go_on()
        yield from rows.notes()
        if source.bytes_behind:
            yield BYTES_BEHIND
    except FlawError as error:
        yield Record(None, "end", flaw=error.flaw, detail=error.detail)
    except (csv.Error, UnicodeError) as error:
        flaw = Flaw.TOO_LARGE if _TOO_LARGE in str(error) else Flaw.BROKEN_FILE
        yield Record(None, "end", flaw=flaw, detail=f"after row {number}: {error}; the rest is not read")


def _broken(row: BrokenRow, number: int) -> Record:
    flaw = Flaw.TOO_LARGE if _TOO_LARGE in row.problem else Flaw.BROKEN_RECORD
    lines = "line" if row.line_count == 1 else "lines"
    return Record(
        None, f"{number}", flaw=flaw, detail=f"{row.problem}; the row is taken to end after {row.line_count} {lines}"
    )


class _Text:
    """The text of a file, whose encoding and dialect are found in its first bytes."""

    def __init__(self, source: BoundedStream, name: str, options: Options) -> None:
        head = source.peek(_HEAD_BYTES)
        self._source, self._encoding = source, encoding_of(head)
        self._max_line = _LINE_PAGES * max(options.max_page_bytes, _HEAD_BYTES)
        sample = head.decode(self._encoding, "replace")
        named = _NAMED_SEPARATOR.fullmatch(sample.split("\n", 1)[0])
        self._text = self._open()
        if named:
            self._text.readline()
            sample = sample.partition("\n")[2]
        for _ in range(lines_before := lines_before_header(sample, options)):
            self._text.readline(self._max_line)
        sample = sample.split("\n", lines_before)[-1]
        self._dialect = dialect_of(sample, name, options, named[1] if named else None)
        self._reader = self._read()

    def rows(self) -> Iterator[list[str] | BrokenRow]:
        """The cells of the rows that are not read yet."""
        return self._reader

    def go_on(self) -> None:
        """Read on behind damage, where a row begins."""
        self._text = self._open()
        self._reader = self._read()

    def _open(self) -> io.TextIOWrapper:
        errors = BYTE_BY_BYTE if self._encoding.startswith("utf-8") else "replace"
        return io.TextIOWrapper(_as_file(self._source), encoding=self._encoding, errors=errors, newline="")

    def _lines(self) -> Iterator[str]:
        """The lines.

        Raises:
            FlawError: a line is longer than any row: the file may be one line of gigabytes.
        """
        while line := self._text.readline(self._max_line):
            if len(line) >= self._max_line:
                raise FlawError(Flaw.TOO_LARGE, f"a line of more than {self._max_line:,} characters")
            yield line

    def _read(self) -> Iterator[list[str] | BrokenRow]:
        return self._dialect.rows(self._lines(), self._max_line)


def _name(cell: str) -> str:
    """The name of a column; joined files have more than one byte order mark, behind which quotes are part of a cell."""
    name = cell.strip()
    return name.lstrip("\ufeff").strip('" ') if name.startswith("\ufeff") else name


def _is_header(cells: list[str], header: list[str]) -> bool:
    """Whether a row is empty or the header, which files that were joined repeat."""
    return not cells or [cell.strip() for cell in cells] == header


def _is_under_header(cells: list[str]) -> bool:
    """Whether a first row has the types of the columns, or a line of dashes, as databases put below a header."""
    return all(map(_UNDER_HEADER.fullmatch, cells))


def _names(header: list[str], first_row: list[str]) -> list[str]:
    """The names of the columns, each once; R leaves out the one of the column with the names of rows."""
    names = header[:_MAX_COLUMNS]
    if len(first_row) == len(header) + 1 and _is_behind_row_name(header, first_row):
        names = ["", *names]
    # of columns with one name the first is used
    return [name if name not in names[:place] else "" for place, name in enumerate(names)]


def _is_behind_row_name(header: list[str], cells: list[str]) -> bool:
    """Whether a row with one cell more than the header begins with its number, or with a name before its address."""
    if cells[0] == "1":
        return True
    is_address = [cell.startswith(("http://", "https://")) for cell in cells]
    places = [place for place, name in enumerate(header) if is_of_address(name)]
    return any(is_address[place + 1] and not is_address[place] for place in places)


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
