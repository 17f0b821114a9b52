"""Pages in JSON as it is written: a row per line, one array, or objects over many lines, one after the other."""

import json
import re
from collections.abc import Iterator
from typing import IO, Any

import orjson

from tasks.ingest.bounded_streams import CHUNK_BYTES, BoundedStream, FlawError
from tasks.ingest.formats import BYTES_BEHIND, PARTS_MISALIGNED, Opened, Options, Skipped
from tasks.ingest.formats.encodings import readable_text
from tasks.ingest.formats.rows import Rows
from tasks.ingest.record import Record
from tasks.vocabulary import Flaw

_AROUND = b" \t\r\x1e\xef\xbb\xbf"  # of a line; 1E is put before each row by RFC 7464
_BETWEEN = _AROUND + b"\n,"
_FRAME = (b"", b"[", b"]", b"],")  # Scrapy's JSON is an array with one item per line
_MAX_GROWTH = 6  # a page in JSON with every letter escaped, e.g. \u00e9
_STRUCTURE = re.compile(rb'["{}\[\]]')
_IN_STRING = re.compile(rb'[^"\\]*+(?:\\.[^"\\]*+)*+', re.S)
_DECODER = json.JSONDecoder(strict=False)  # accepts NaN, control characters and halves of characters


def read_json(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """One page per row. A file of one row per line may be read in parts; any other is read by the first part."""
    limit = options.max_page_bytes * _MAX_GROWTH
    first = opened.span[0] if opened.span else 0
    rows = Rows(options)
    try:
        source = BoundedStream(opened.stream, opened.codec)
        is_lines = _has_lines(source, limit)
        if is_lines and opened.span is not None:
            opened.stream.seek(0)
            source = BoundedStream(opened.stream, opened.codec)
        if is_lines:
            yield from _by_line(opened, source, limit, rows)
        elif not first:
            yield from _by_value(source, limit, rows)
        yield from rows.notes()
        if source.bytes_behind:
            yield BYTES_BEHIND
    except FlawError as error:
        # an unreadable file is reported once, when it is read again as a whole
        yield Record(None, "end", flaw=error.flaw, detail=error.detail) if opened.span is None else PARTS_MISALIGNED


def _by_line(opened: Opened, source: BoundedStream, limit: int, rows: Rows) -> Iterator[Record]:
    first, past = opened.span or (0, None)
    offset, before = 0, 0
    if first:
        after = _after_line(opened.stream, first - 1, past)
        if after is None:
            return
        offset, before = after, opened.lines_before + 1
        opened.stream.seek(offset)
    for number, (line, size) in enumerate(source.lines(limit), before + 1):
        offset += size + 1
        if line is None:
            yield _too_large(str(number), size)
        elif line.strip(_AROUND) not in _FRAME:
            yield from _rows_of(line, str(number), rows)
        if past is not None and offset >= past:
            return


def _after_line(stream: IO[bytes], offset: int, past: int | None) -> int | None:
    """The offset after the line with the byte at `offset`; None if that is not before `past` or the line has no end."""
    stream.seek(offset)
    while (past is None or offset < past) and (chunk := stream.read(CHUNK_BYTES)):
        end = chunk.find(b"\n")
        offset += len(chunk) if end < 0 else end + 1
        if end >= 0:
            return offset if past is None or offset < past else None
    return None


def _by_value(source: BoundedStream, limit: int, rows: Rows) -> Iterator[Record]:
    scan = _Scan(source, limit)
    for number, (value, size) in enumerate(scan.values(), 1):
        if value is None:
            yield _too_large(str(number), size)
        else:
            yield from _rows_of(value, str(number), rows)
    if scan.detail:
        yield Record(None, "end", flaw=Flaw.BROKEN_RECORD, detail=scan.detail)


def _too_large(key: str, size: int) -> Record:
    return Record(None, key, flaw=Flaw.TOO_LARGE, detail=f"a row of {size:,} bytes", byte_count=size)


def _has_lines(source: BoundedStream, limit: int) -> bool:
    """Whether the file has one row per line: its first row ends on the line that it begins on, and alone."""
    size = 1 << 16
    while True:
        head = source.peek(size)
        is_all = len(head) < size
        shape = _shape(head, is_all=is_all)
        if shape is not None or is_all or size > limit:
            return shape is not False
        size = max(size * 2, len(head) + 1)


def _shape(head: bytes, *, is_all: bool) -> bool | None:
    """Whether these first bytes are of rows that are lines; None if they do not show it."""
    start = len(head) - len(head.lstrip(_AROUND + b"\n"))
    if head[start : start + 1] == b"[":
        line, end, _ = head[start + 1 :].partition(b"\n")
        if line.strip(_AROUND):
            return False  # an array with its first item, or all, on one line
        if not end:
            return None
        start += 1 + len(line)
        start += len(head[start:]) - len(head[start:].lstrip(_AROUND + b"\n"))
    if head[start : start + 1] != b"{":
        return True if start < len(head) else None
    newline = head.find(b"\n", start)
    close = _end_of_value(head, start)
    if close is not None and (newline < 0 or close <= newline):
        if newline < 0 and not is_all:
            return None
        rest = head[close : newline if newline >= 0 else None].strip(_BETWEEN + b"]")
        return not rest.startswith((b"{", b"["))
    if newline < 0:
        return None
    # the object does not end on the first line: broken if another one begins after it, else a part of the object
    following = head[newline + 1 :].lstrip(b"\r\n")
    return following.startswith(b"{") if following else None


def _end_of_value(head: bytes, start: int) -> int | None:
    """The offset after the object that begins at `start`, or None if it does not end."""
    depth, at = 0, start
    while found := _STRUCTURE.search(head, at):
        at = found.end()
        if found[0] == b'"':
            at = _IN_STRING.match(head, at).end() + 1  # type: ignore[union-attr]  # it matches anything
            continue
        depth += 1 if found[0] in b"{[" else -1
        if depth <= 0:
            return at
    return None


class _Scan:
    """The values of a file, one after the other or in one array, with only one in memory."""

    def __init__(self, source: BoundedStream, limit: int) -> None:
        self._source, self._limit = source, limit
        self._buffer, self._at = b"", 0
        self._begin = 0  # of the value, in the buffer
        self._dropped = 0  # bytes of a value that is too large
        self._depth = self._floor = 0  # values are at the depth of the floor: 1 in an array
        self._number = 0
        self.detail = ""  # what is wrong with the file

    def values(self) -> Iterator[tuple[bytes | None, int]]:
        """The objects without what is between them, and their sizes; None instead of one larger than the limit."""
        is_string = False
        while chunk := self._source.read():
            self._add(chunk)
            while True:
                if is_string:
                    self._at = _IN_STRING.match(self._buffer, self._at).end()  # type: ignore[union-attr]  # always matches
                    if self._buffer[self._at : self._at + 1] != b'"':
                        break
                    self._at, is_string = self._at + 1, False
                found = _STRUCTURE.search(self._buffer, self._at)
                if found is None:
                    self._at = len(self._buffer)
                    break
                self._at = found.end()
                if found[0] == b'"':
                    is_string = True
                elif found[0] in b"{[":
                    self._open(found[0])
                elif self._closes():
                    yield self._value()
        if self._depth:
            self.detail = f"the file ends within the JSON of row {self._number + 1}"
        elif not self._number:
            self.detail = "the JSON has no object"

    def _add(self, chunk: bytes) -> None:
        """Keep what is not read yet, and the value so far unless it is too large."""
        kept = self._begin if self._depth > self._floor else self._at
        if self._depth > self._floor and (self._dropped or self._at - self._begin > self._limit):
            self._dropped += self._at - self._begin
            kept = self._at
        self._buffer, self._at, self._begin = self._buffer[kept:] + chunk, self._at - kept, 0

    def _open(self, bracket: bytes) -> None:
        if not self._depth and bracket == b"[":
            self._floor = 1
        elif self._depth == self._floor:
            self._begin, self._dropped = self._at - 1, 0
        self._depth += 1

    def _closes(self) -> bool:
        """Whether a value ends here."""
        was_inside = self._depth > self._floor
        self._depth = max(self._depth - 1, 0)
        if self._depth < self._floor:
            self._floor = 0
        return was_inside and self._depth == self._floor

    def _value(self) -> tuple[bytes | None, int]:
        value = None if self._dropped else self._buffer[self._begin : self._at]
        size = self._dropped + self._at - self._begin
        self._number, self._dropped = self._number + 1, 0
        return (value if size <= self._limit else None), size


def _rows_of(raw: bytes, key: str, rows: Rows) -> Iterator[Record]:
    """The pages in a row; there may be several objects on a line."""
    raw = raw.strip(_AROUND)
    try:
        values = _parse(raw)
    except (ValueError, RecursionError) as error:
        yield Record(None, key, flaw=Flaw.BROKEN_RECORD, detail=f"is not JSON: {error}", byte_count=len(raw))
        return
    for number, value in enumerate(values, 1):
        name = key if number == 1 else f"{key}.{number}"
        if isinstance(value, dict):
            yield rows.record(value, name)
        else:
            detail = f"is a JSON {type(value).__name__}, not an object"
            yield Record(None, name, flaw=Flaw.BROKEN_RECORD, detail=detail)


def _parse(raw: bytes) -> list[Any]:
    """The values in a row.

    Raises:
        ValueError: there is something else.
    """
    try:
        return [orjson.loads(raw.rstrip(b","))]
    except orjson.JSONDecodeError as error:
        text, at, values = readable_text(raw), 0, []
        while at < len(text):
            try:
                value, at = _DECODER.raw_decode(text, at)
            except ValueError:
                raise error from None
            values.append(value)
            while at < len(text) and text[at] in " \t\r\n,\x1e":
                at += 1
        if not values:
            raise
        return values
