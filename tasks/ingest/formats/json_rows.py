"""Pages in JSON as it is written: a row per line, one array, objects over many lines, or a list within an object."""

import re
from collections.abc import Callable, Iterator
from typing import IO, Any

import orjson

from tasks.ingest.bounded_streams import CHUNK_BYTES, BoundedStream, FlawError
from tasks.ingest.formats import BYTES_BEHIND, PARTS_MISALIGNED, Opened, Options, Skipped
from tasks.ingest.formats.encodings import encoding_of
from tasks.ingest.formats.gaps import damaged, to_first_sound
from tasks.ingest.formats.json_lists import has_page, lists_begin, pages_in
from tasks.ingest.formats.json_text import JsonScan, end_of_value, from_a_value_on, parsed
from tasks.ingest.formats.rows import Rows, no_row
from tasks.ingest.record import Record
from tasks.vocabulary import Flaw

_AROUND = b" \t\r\x1e\0\xef\xbb\xbf"  # of a line; RFC 7464 puts 1E before a row, a crash leaves NUL
_BETWEEN = _AROUND + b"\n,"
_FRAME = (b"", b"[", b"]", b"],", b"][")  # Scrapy's JSON is an array with one item per line, or several of them
# the first and the last line of an object that holds a list with one row per line, e.g. of CouchDB
_PAIRS = rb"""(?:\s{0,9}"[^"\\]{0,99}"\s{0,9}:\s{0,9}(?:[-\w.+]{1,99}|"[^"\\]{0,200}"))"""
_OPENING = re.compile(rb"\{(?:" + _PAIRS + rb"\s{0,9},){0,20}\s{0,9}\"[^\"\\]{1,99}\"\s{0,9}:\s{0,9}\[")
_CLOSING = re.compile(rb"\](?:\s{0,9}," + _PAIRS + rb"){0,20}\s{0,9}\}")
_FRAME_BYTES = 4 << 10
_MAX_GROWTH = 6  # a page in JSON with every letter escaped, e.g. \u00e9
_ENCODING_BYTES = 1 << 12
_CONTAINER_LOG = re.compile(rb"\d{4}-\S{6,40} (?:stdout|stderr) F ")  # before each line of a container's log
# JSON in a script, as an archive of Twitter or an interface on the Web gives it
_SCRIPT = re.compile(
    rb"(?:\xef\xbb\xbf)?\s{0,20}(?:\)\]\}'?,?|for\s?\(;;\);|while\s?\(1\);|[A-Za-z_$][\w$.]{0,100}\("
    rb"|(?:(?:var|let|const|export)\s{1,9}){0,2}[A-Za-z_$][\w$.\[\]]{0,200}\s{0,20}=)\s{0,20}(?=[\[{])"
)
_LABEL_BYTES = 1 << 10  # before a row
_WRAPPER_BYTES = 8 << 20  # a smaller object that holds a list is read at once

Found = Record | Skipped
Read = Callable[[int, bool], Iterator[tuple[int, Found]]]


def read_json(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """One page per row. A file of one row per line may be read in parts; any other is read by the first part."""
    limit = options.max_page_bytes * _MAX_GROWTH
    first = opened.span[0] if opened.span else 0
    rows = Rows(options)
    source = BoundedStream(opened.stream, opened.codec)
    try:
        is_behind_damage = yield from to_first_sound(source)
        encoding = encoding_of(source.peek(_ENCODING_BYTES))
        is_wide = encoding.startswith("utf-") and not encoding.startswith("utf-8")
        if is_wide:
            source.recode(encoding)
        is_script = not is_behind_damage and _drop_script(source)
        is_lines = not is_script and _has_lines(source, limit, is_behind_damage)
        is_wrapped = _holds_lists(source, rows, is_lines=is_lines)
        is_lines = is_lines and not is_wrapped
        if is_lines and opened.span is not None and not is_wide:
            opened.stream.seek(0)
            source = BoundedStream(opened.stream, opened.codec)
            yield from _by_line(opened, source, limit, rows)
        elif is_lines and not first:
            yield from _over_gaps(source, lambda number, _: _lines(source, limit, rows, number), is_behind_damage)
        elif not first:

            def values(number: int, is_behind_damage: bool) -> Iterator[tuple[int, Found]]:
                scan = JsonScan(source.read, limit, is_wrapped=is_wrapped, is_behind_damage=is_behind_damage)
                return _by_value(scan, rows, number)

            yield from _over_gaps(source, values, is_behind_damage)
        yield from rows.notes()
        if source.bytes_behind:
            yield BYTES_BEHIND
    except FlawError as error:
        # an unreadable file is reported once, when it is read again as a whole
        yield Record(None, "end", flaw=error.flaw, detail=error.detail) if opened.span is None else PARTS_MISALIGNED


def _over_gaps(source: BoundedStream, read: Read, is_behind_damage: bool) -> Iterator[Found]:
    """The records of a file and of what stands behind its damaged parts.

    `read` gets the number of the next row, and whether it begins behind damage.
    """
    last = 0
    found = read(1, is_behind_damage)
    while True:
        try:
            for last, record in found:  # noqa: B007 - the number is needed where the reading ends
                yield record
        except FlawError as error:
            position = source.resume()
            if position is None:
                raise
            yield damaged(error, str(last), position)
            found = read(last + 1, True)
        else:
            return


def _lines(source: BoundedStream, limit: int, rows: Rows, first_number: int) -> Iterator[tuple[int, Found]]:
    for number, (line, size) in enumerate(source.lines(limit), first_number):
        if (page := _page_of(line, number, rows)) is not None:
            yield number, page
            continue
        for record in _records_of(line, size, number, rows):
            yield number, record


def _records_of(line: bytes | None, size: int, number: int, rows: Rows) -> Iterator[Found]:
    if line is None:
        yield _too_large(str(number), size)
    elif not _is_frame(line.strip(_AROUND)):
        yield from _rows_of(line, str(number), rows)


def _is_frame(line: bytes) -> bool:
    """Whether a line is of what is around the rows."""
    return line in _FRAME or (
        len(line) < _FRAME_BYTES and line[:1] in b"{]" and bool(_OPENING.fullmatch(line) or _CLOSING.fullmatch(line))
    )


def _by_line(opened: Opened, source: BoundedStream, limit: int, rows: Rows) -> Iterator[Found]:
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
        if (record := _page_of(line, number, rows)) is not None:
            yield record
        else:
            yield from _records_of(line, size, number, rows)
        if past is not None and offset >= past:
            return


def _page_of(line: bytes | None, number: int, rows: Rows) -> Record | None:
    """The page in a line that is one object of strict JSON, as nearly all are; None where more has to be tried."""
    if not line:
        return None
    try:
        value = orjson.loads(line)
    except ValueError:
        return None
    record = rows.record(value, str(number)) if isinstance(value, dict) else None
    return None if record is None or record.flaw is not None else record


def _after_line(stream: IO[bytes], offset: int, past: int | None) -> int | None:
    """The offset after the line with the byte at `offset`; None if that is not before `past` or the line has no end."""
    stream.seek(offset)
    while (past is None or offset < past) and (chunk := stream.read(CHUNK_BYTES)):
        end = chunk.find(b"\n")
        offset += len(chunk) if end < 0 else end + 1
        if end >= 0:
            return offset if past is None or offset < past else None
    return None


def _by_value(scan: JsonScan, rows: Rows, first_number: int) -> Iterator[tuple[int, Found]]:
    number, list_number, is_list_of_pages = first_number - 1, 0, True
    for value, size in scan.values():
        if scan.list_number != list_number:
            list_number = scan.list_number
            is_list_of_pages = value is None or has_page(value, rows)
        if not is_list_of_pages:
            continue
        number += 1
        if value is None:
            yield number, _too_large(str(number), size)
            continue
        for record in _rows_of(value, str(number), rows):
            yield number, record
    if scan.detail:
        yield number, Record(None, "end", flaw=Flaw.BROKEN_RECORD, detail=scan.detail)


def _too_large(key: str, size: int) -> Record:
    return Record(None, key, flaw=Flaw.TOO_LARGE, detail=f"a row of {size:,} bytes", byte_count=size)


def _holds_lists(source: BoundedStream, rows: Rows, *, is_lines: bool) -> bool:
    """Whether the rows are in lists within objects that are read part by part."""
    head = source.peek(0)
    if is_lines:  # an object on a line is read at once, unless it is large
        line_bytes = head.find(b"\n") if b"\n" in head else len(head)
        return line_bytes >= _WRAPPER_BYTES and lists_begin(head, rows) is True
    while (found := lists_begin(head, rows)) is None and len(head) < _WRAPPER_BYTES:
        size = len(head)
        head = source.peek(4 * size)
        if len(head) == size:
            break
    return found is True


def _drop_script(source: BoundedStream) -> bool:
    """Whether JSON stands in a script, of which what is before it is dropped."""
    script = _SCRIPT.match(source.peek(_ENCODING_BYTES))
    if script is None:
        return False
    source.read(script.end())
    return True


def _has_lines(source: BoundedStream, limit: int, is_behind_damage: bool) -> bool:
    """Whether the file has one row per line: its first row ends on the line that it begins on, and alone."""
    size = 1 << 16
    while True:
        head = source.peek(size)
        is_all = len(head) < size
        shape = _shape(from_a_value_on(head) if is_behind_damage else head, is_all=is_all)
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
    close = end_of_value(head, start)
    if close is not None and (newline < 0 or close <= newline):
        if newline < 0 and not is_all:
            return None
        rest = head[close : newline if newline >= 0 else None].strip(_BETWEEN + b"]")
        return not rest.startswith((b"{", b"["))
    if newline < 0:
        return None
    # the object does not end on the first line: broken if another one begins after it, else a part of the object
    following = head[newline + 1 :].lstrip(b"\r\n")
    if following.startswith(b"{") and _is_frame(head[start:newline].strip(_AROUND)):
        close = end_of_value(following, 0)  # its rows are lines if the first one is
        return None if close is None and not is_all else close is not None and b"\n" not in following[:close]
    return following.startswith(b"{") if following else None


def _rows_of(raw: bytes, key: str, rows: Rows) -> Iterator[Found]:
    """The pages in a row; there may be several objects on a line."""
    raw = raw.strip(_AROUND)
    if (start := raw.find(b"\t{", 0, _LABEL_BYTES)) > 0 and raw[:1] not in b'{["':
        raw = raw[start + 1 :]  # Kafka's tools write the time and the key of a row before it
    elif label := _CONTAINER_LOG.match(raw):
        raw = raw[label.end() :]
    try:
        values = parsed(raw)
    except (ValueError, RecursionError) as error:
        yield Record(None, key, flaw=Flaw.BROKEN_RECORD, detail=f"is not JSON: {error}", byte_count=len(raw))
        return
    for number, value in enumerate(values, 1):
        if isinstance(value, str) and value[:1] in ("{", "["):  # JSON that was written as JSON once more
            yield from _rows_of(value.encode("utf-8", "replace"), key if number == 1 else f"{key}.{number}", rows)
            continue
        name = key if number == 1 else f"{key}.{number}"
        if isinstance(value, dict):
            found = _found(value, name, rows)
            is_page = isinstance(found, Skipped) or found.flaw is not Flaw.NO_CONTENT
            pages = None if is_page else pages_in(value, rows)
            yield from (_found(page, f"{name}.{n}", rows) for n, page in enumerate(pages, 1)) if pages else (found,)
        else:
            detail = f"is a JSON {type(value).__name__}, not an object"
            yield Record(None, name, flaw=Flaw.BROKEN_RECORD, detail=detail)


def _found(value: dict[str, Any], name: str, rows: Rows) -> Found:
    record = rows.record(value, name)
    return (no_row(value) if record.flaw is Flaw.NO_CONTENT else None) or record
