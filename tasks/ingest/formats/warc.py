"""WARC and WET files (ISO 28500), read by fastwarc: responses, resources and conversions are pages."""

import contextlib
import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import IO, Any, cast

from tasks.ingest.bounded_streams import FlawError, Window
from tasks.ingest.formats import PARTS_MISALIGNED, Opened, Options, Skipped
from tasks.ingest.formats.http_body import body_of
from tasks.ingest.formats.times import microseconds
from tasks.ingest.formats.warc_repair import (
    NO_RECORD,
    SCAN_BYTES,
    STARTS,
    WRONG_LENGTH,
    Actual,
    Unpacked,
    actual_record,
    gap_behind,
    is_compressed_as_whole,
    next_start,
)
from tasks.ingest.record import Record
from tasks.ingest.unpacking import DICTIONARY, needs_dictionary
from tasks.vocabulary import Flaw

_PAGE_TYPES = ("text/html", "application/xhtml", "text/plain")
_MAX_BROKEN = 1000  # records; a file with more is not a WARC file
_WALK_BYTES = 1 << 16  # copied once per member that ends in them
_PROBE_BYTES = 1 << 12  # of a member; its first block is smaller than this, apart from the tables before it
_TAIL_BYTES = 8 << 20  # the last record of nearly every file is in them; a larger one is not checked
_MAX_TAIL_GROWTH_BYTES = 64 << 20
_SHOWN_TYPE_CHARS = 60
_AS_WHOLE = ("bzip2", "xz", "lzma", "zlib")  # in which fastwarc sees no record
_LENGTH_DIGITS = 16
_PAGE_END_BYTES = 1024  # in which a page closes, with scripts behind; a record that swallows others ends elsewhere
UNKNOWN_KIND = Skipped("records of an unknown kind")
BYTES_BEFORE = Skipped("bytes before the first WARC record")


def read_warc(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """The pages of a WARC or WET file; a broken record is reported, and reading resumes at the next sound one."""
    if opened.codec in _AS_WHOLE or (opened.codec == "gzip" and is_compressed_as_whole(opened.stream)):
        if opened.span and opened.span[0]:
            return  # the first part reads it all
        unpacked = Unpacked(opened.stream, str(opened.codec))
        stream = cast("IO[bytes]", unpacked)
        yield from _named_apart(_read_records(replace(opened, stream=stream, codec=None, span=None), options))
        if unpacked.problem:
            yield Record(None, "end", flaw=unpacked.problem.flaw, detail=unpacked.problem.detail)
        return
    if opened.codec == "zstd":
        head = opened.stream.read(SCAN_BYTES)
        if needs_dictionary(head):
            yield Record(None, "end", flaw=Flaw.BROKEN_FILE, detail=f"the file cannot be read: {DICTIONARY}")
            return
        if head[:4] != STARTS["zstd"]:  # a frame without data, behind which fastwarc sees nothing
            unpacked = Unpacked(opened.stream, "zstd")
            opened = replace(opened, stream=cast("IO[bytes]", unpacked), codec=None)
    yield from _named_apart(_read_records(opened, options))


def _named_apart(records: Iterator[Record | Skipped]) -> Iterator[Record | Skipped]:
    """The records, each with a name of its own, also those that damage leaves in one gzip member."""
    last, count = "", 1
    for record in records:
        if isinstance(record, Record):
            count = count + 1 if record.key == last else 1
            last = record.key
            if count > 1:
                record.key = f"{last}.{count}"
        yield record


def _records(stream: IO[bytes], seen: list[int] | None = None) -> Iterator[Any]:
    """The records of a file that may be pages; `seen` has the place of the last. fastwarc detects the compression."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType  # noqa: PLC0415 - only where there is a WARC file

    kinds = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion | WarcRecordType.revisit
    last = seen if seen is not None else [0]
    for record in ArchiveIterator(stream, parse_http=False, quirks_mode=True):
        last[0] = record.stream_pos
        # where the names of headers are in small letters, fastwarc knows no kind
        if record.record_type & kinds or not int(record.record_type):
            yield record


def _read_records(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    try:
        start, end = _bounds(opened)
    except ValueError:
        yield PARTS_MISALIGNED
        return
    if start is None:
        return
    opened = replace(opened, stream=cast("IO[bytes]", Window(opened.stream, end)))
    last_whole, broken, seen = start, 0, [start]
    if start == 0 and opened.codec is None and not opened.stream.read(16).lstrip(b"\r\n").startswith(b"WARC/"):
        yield BYTES_BEFORE
        first = next_start(opened.stream, 0, None, SCAN_BYTES)
        start = last_whole = first or 0
    while True:
        opened.stream.seek(start)
        position: int | None = None  # of the last record that was found
        is_read = False
        try:
            for record in _records(opened.stream, seen):
                position = last_whole = record.stream_pos  # in the file, wherever the iterator began
                page, body = _page(record, position, options)
                is_doubtful = body.contradicts_length or (not body.has_declared_size and _is_doubtful(record, page))
                actual = _looked_at(opened, record, page, options) if is_doubtful else None
                if actual is None:
                    yield page
                    continue
                yield from _as_it_is(actual, position, options)
                start, position = max(actual.end, position + 1), None  # whatever is broken, reading moves on
                seen[0] = start
                break
            else:
                is_read = True
        except (OSError, ValueError, EOFError, RuntimeError) as error:
            broken += 1
            # the record that cannot be read starts after the last one, or where reading began
            failed = start if position is None else next_start(opened.stream, position + 1, opened.codec)
            following = None if failed is None else next_start(opened.stream, failed + 1, opened.codec)
            if (following is None and end is not None) or (broken > _MAX_BROKEN and opened.span):
                yield PARTS_MISALIGNED
                return
            if following is None or broken > _MAX_BROKEN:
                what = "is truncated" if following is None else "is not a WARC file"
                detail = f"the file {what} at byte {failed or 0:,}: {error}"
                yield Record(None, "end", flaw=Flaw.BROKEN_FILE, detail=detail)
                return
            yield Record(None, str(failed), flaw=Flaw.BROKEN_RECORD, detail=f"at byte {failed:,}: {error}")
            start = following
        if is_read:
            gap = gap_behind(opened.stream, seen[0]) if opened.codec is None and end is None else None
            if gap is not None and broken < _MAX_BROKEN:
                broken, start, seen[0] = broken + 1, gap[1], gap[1]
                yield Record(None, str(gap[0]), flaw=Flaw.BROKEN_RECORD, detail=NO_RECORD.format(*gap))
                continue
            yield from _problem_of_end(opened, last_whole, end, is_sound=broken == 0)
            return


def _problem_of_end(opened: Opened, last_whole: int, end: int | None, *, is_sound: bool) -> Iterator[Record | Skipped]:
    """What is wrong with the end of a file, or of a part, whose records were all read."""
    if end is not None:
        if not _ends_at(opened.stream, last_whole, end):
            yield PARTS_MISALIGNED
    elif is_sound and opened.codec == "gzip" and (problem := _end_problem(opened.stream)):
        yield Record(None, "end", flaw=Flaw.BROKEN_FILE, detail=problem)


def _is_doubtful(record: Any, page: Record | Skipped) -> bool:
    """Whether the headers of a record may be wrong: its page does not end like one, or holds another record."""
    if isinstance(page, Skipped):
        # a header that is cut short by its length has no status, or not all of its type, and no page behind it
        return page is UNKNOWN_KIND or (record.is_http and record.content_length == 0)
    if page.raw is None:
        return page.flaw is Flaw.TOO_LARGE
    end = page.raw[-_PAGE_END_BYTES:]
    if len(page.raw) < record.content_length or b"\nWARC/1." in end or not end:
        return True
    if page.media_type == "text/plain":
        return str(record.record_type).rpartition(".")[2] != "conversion"
    return b"</html" not in end.lower()


def _looked_at(opened: Opened, record: Any, page: Record | Skipped, options: Options) -> Actual | None:
    """The record as it is in the file, or None if its headers are right."""
    if opened.codec not in (None, "gzip"):
        return None
    here = opened.stream.tell()
    actual = actual_record(opened.stream, record.stream_pos, opened.codec, 4 * options.max_page_bytes)
    opened.stream.seek(here)
    return actual if actual is not None and (actual.is_wrong or actual.is_cut) else None


def _as_it_is(actual: Actual, position: int, options: Options) -> Iterator[Record | Skipped]:
    """The page of a record whose headers were put right."""
    if actual.is_cut:
        of = f" of {actual.declared:,}" if actual.declared else ""
        detail = f"at byte {position:,}: the file ends within the record, after {actual.size:,}{of} bytes"
        yield Record(None, str(position), flaw=Flaw.BROKEN_RECORD, detail=detail, byte_count=actual.size)
        return
    yield page_in(actual.raw, str(position), options)
    if actual.declared != actual.size:
        yield WRONG_LENGTH


def page_in(raw: bytes, key: str, options: Options) -> Record | Skipped:
    """The page in the bytes of one record."""
    for record in _records(cast("IO[bytes]", io.BytesIO(raw))):
        page, _ = _page(record, 0, options)
        if isinstance(page, Record):
            page.key = key
        return page
    return UNKNOWN_KIND


def _bounds(opened: Opened) -> tuple[int | None, int | None]:
    """Where the records of the span start (None if there are none) and end (None at the end of the file).

    Raises:
        ValueError: the file is not one of records.
    """
    if opened.span is None:
        return 0, None
    first, past = opened.span
    # the end is looked for first: then what follows the start of a remote file is read once
    end = None if past is None else _member(opened.stream, past)
    return 0 if first == 0 else _member(opened.stream, first, past), end


def _ends_at(stream: IO[bytes], position: int, end: int) -> bool:
    """Whether one of the gzip members from `position` on ends at `end`.

    A page may contain what looks like a record: then the part would end inside the page, and the next begin there.
    """
    stream.seek(position)
    engine, rest = zlib.decompressobj(wbits=31), b""
    while chunk := rest or stream.read(_WALK_BYTES):
        try:
            engine.decompress(chunk, SCAN_BYTES)
            while engine.unconsumed_tail:
                engine.decompress(engine.unconsumed_tail, SCAN_BYTES)
        except zlib.error:
            return False
        rest = engine.unused_data
        if engine.eof:
            engine = zlib.decompressobj(wbits=31)
            if not rest and stream.tell() == end:
                return True
    return False


def _member(stream: IO[bytes], position: int, past: int | None = None) -> int | None:
    """Where the first gzip member of a WARC record begins at or after a position and before `past`, or None.

    The signature of a gzip member occurs by chance once in 16 MB of compressed data; a record also starts with "WARC/".

    Raises:
        ValueError: too many signatures are not of a record for a file of records.
    """
    start = next_start(stream, position, "gzip", past)
    for _ in range(_MAX_BROKEN):
        if start is None:
            return None
        stream.seek(start)
        with contextlib.suppress(zlib.error):
            if zlib.decompressobj(wbits=31).decompress(stream.read(_PROBE_BYTES), 5) == b"WARC/":
                return start
        start = next_start(stream, start + 1, "gzip", past)
    raise ValueError("is not a WARC file")


def _page(record: Any, position: int, options: Options) -> tuple[Record | Skipped, "_Body"]:
    """The page of one record, and what its bytes say of the length in its header."""
    body = _Body()
    try:
        page = _page_of(record, position, options, body)
    except (OSError, ValueError, EOFError, RuntimeError) as error:
        page = Record(None, str(position), flaw=Flaw.BROKEN_RECORD, detail=f"at byte {position:,}: {error}")
    return page, body


@dataclass(slots=True)
class _Body:
    """What stands in a record behind its headers."""

    contradicts_length: bool = False  # in the header of the record
    has_declared_size: bool = False  # by the server: the record is then neither too long nor too short

    def read(self, record: Any, http_headers: Mapping[str, str]) -> bytes:
        raw: bytes = record.reader.read()
        declared = http_headers.get("content-length", "").strip()
        is_size = declared.isdigit() and len(declared) < _LENGTH_DIGITS
        self.has_declared_size = is_size and int(declared) == len(raw)
        # where the server and the crawler agree, no record can be inside: the search costs a third of reading
        if not self.has_declared_size:
            self.contradicts_length = (is_size and int(declared) > len(raw)) or b"\nWARC/1." in raw
        return raw


def _by_name(headers: Any) -> dict[str, str]:
    """Headers by their names in small letters, the first of each name; fastwarc compares all for each that is asked."""
    return {name.lower(): value for name, value in reversed(headers.astuples())}


def _page_of(record: Any, position: int, options: Options, body: _Body) -> Record | Skipped:
    headers, http_headers = _by_name(record.headers), dict[str, str]()
    kind = record.record_type.name if hasattr(record.record_type, "name") else str(record.record_type)
    if kind.endswith("unknown"):
        return UNKNOWN_KIND
    if kind.endswith("revisit"):
        return Skipped("revisit records, whose page is unchanged")
    key = str(position)
    url = headers.get("warc-target-uri", "").strip("<> ") or None
    if url and not url.startswith(("http://", "https://")):
        return Skipped(f"records of {url.partition(':')[0]}: addresses")
    fetched = microseconds(headers.get("warc-date"))

    def flawed(flaw: Flaw, detail: str) -> Record:
        size = record.content_length
        return Record(None, key, url=url, fetched_at_us=fetched, flaw=flaw, detail=detail, byte_count=size)

    if headers.get("warc-segment-number"):
        return flawed(Flaw.BROKEN_RECORD, "is a part of a record in segments, which are not joined")
    if record.content_length > 4 * options.max_page_bytes:
        return flawed(Flaw.TOO_LARGE, f"a record of {record.content_length:,} bytes")
    media, encoding = headers.get("content-type", "").lower(), None
    if record.is_http:
        record.parse_http(auto_decode="none")
        status = record.http_headers.status_code
        if status != 200:
            return Skipped(f"responses with status {status}")
        http_headers = _by_name(record.http_headers)
        media = (record.http_content_type or "").lower()
        encoding = record.http_charset
        identified = headers.get("warc-identified-payload-type")
        media = identified.lower() if identified else media
    if media and not media.startswith(_PAGE_TYPES):
        return Skipped(f"records of type {media.partition(';')[0][:_SHOWN_TYPE_CHARS]}")
    try:
        raw = body_of(http_headers, body.read(record, http_headers), options.max_page_bytes)
    except FlawError as error:
        return flawed(error.flaw, error.detail)
    is_conversion = kind.endswith("conversion")
    is_plain = is_conversion or media.startswith("text/plain")
    media_type = "text/plain" if is_plain else media.partition(";")[0] or None
    if is_conversion:
        encoding = "utf-8"  # as Common Crawl documents its WET files
    return Record(raw, key, url=url, fetched_at_us=fetched, media_type=media_type, encoding=encoding)


def _end_problem(stream: IO[bytes]) -> str | None:
    """What is wrong with the end of a file whose records are gzip members, or None.

    fastwarc skips a truncated last record, so the last member must decompress to its end here.
    """
    size = stream.seek(0, 2)
    tail_start = max(0, size - _TAIL_BYTES)
    stream.seek(tail_start)
    tail = stream.read()
    start = tail.rfind(STARTS["gzip"])
    while start >= 0:
        engine = zlib.decompressobj(wbits=31)
        try:
            decompressed = len(engine.decompress(tail[start:], _MAX_TAIL_GROWTH_BYTES))
        except zlib.error:
            decompressed = -1
        if decompressed >= 0 and (engine.eof or engine.unconsumed_tail):
            is_sound = engine.unconsumed_tail or not engine.unused_data.strip(b"\x00")
            return None if is_sound else "bytes after the last record"
        if decompressed > 0:
            return f"the last record, at byte {tail_start + start:,}, is truncated"
        start = tail.rfind(STARTS["gzip"], 0, start)
    return None
