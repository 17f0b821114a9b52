"""WARC and WET files (ISO 28500) and WACZ, by fastwarc: responses, resources and conversions are pages."""

import contextlib
import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import IO, Any, cast

from tasks.ingest.bounded_streams import FlawError, Guarded, Window
from tasks.ingest.formats import NOT_MET, Opened, Options, Passed
from tasks.ingest.record import Record
from tasks.vocabulary import Flaw

_PAGE_TYPES = ("text/html", "application/xhtml", "text/plain")
_MAX_BROKEN = 1000  # records; a file with more is no WARC file
_SCAN_BYTES = 1 << 20
_WALK_BYTES = 1 << 16  # copied once for each member that ends in them
_PROBE_BYTES = 1 << 12  # of a member; its first block is smaller, but for the tables that precede it
_STARTS = {"gzip": b"\x1f\x8b\x08", "zstd": b"\x28\xb5\x2f\xfd", None: b"WARC/1."}
_MAX_ENCODED_GROWTH = 200  # of a Content-Encoding within a record, as in `guarded`


def read_warc(opened: Opened, options: Options) -> Iterator[Record | Passed]:
    """The pages of a WARC or WET file; a broken record is told and reading goes on at the next one that is whole."""
    from fastwarc.warc import ArchiveIterator, WarcRecordType  # noqa: PLC0415 - only where there is a WARC file

    kinds = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion | WarcRecordType.revisit
    try:
        start, end = _bounds(opened)
    except ValueError:
        yield NOT_MET
        return
    if start is None:
        return
    opened = replace(opened, stream=cast("IO[bytes]", Window(opened.stream, end)))
    last_whole, broken = start, 0
    while True:
        opened.stream.seek(start)
        position: int | None = None  # of the last record that could be found
        try:
            # the file goes in as it is: fastwarc finds out the compression, which is by record
            for record in ArchiveIterator(opened.stream, record_types=kinds, parse_http=False, quirks_mode=True):
                position = last_whole = record.stream_pos  # in the file, wherever the iterator began
                yield _page(record, position, options)
        except (OSError, ValueError, EOFError, RuntimeError) as error:
            broken += 1
            # the record that cannot be read starts after the last one, or where reading began
            failed = start if position is None else _next_start(opened.stream, position + 1, opened.codec)
            following = None if failed is None else _next_start(opened.stream, failed + 1, opened.codec)
            if (following is None and end is not None) or (broken > _MAX_BROKEN and opened.span):
                yield NOT_MET
                return
            if following is None or broken > _MAX_BROKEN:
                what = "breaks off" if following is None else "is no WARC file"
                yield Record(
                    None, "end", flaw=Flaw.BROKEN_FILE, detail=f"the file {what} at byte {failed or 0:,}: {error}"
                )
                return
            yield Record(None, str(failed), flaw=Flaw.BROKEN_RECORD, detail=f"at byte {failed:,}: {error}")
            start = following
        else:
            if end is not None:
                if not _meets(opened.stream, last_whole, end):
                    yield NOT_MET
            elif broken == 0 and opened.codec == "gzip" and (detail := _cut_off(opened.stream)):
                yield Record(None, "end", flaw=Flaw.BROKEN_FILE, detail=detail)
            return


def _bounds(opened: Opened) -> tuple[int | None, int | None]:
    """Where the records of the span start and end: a start of None is that of none, an end of None is the file's.

    Raises:
        ValueError: it is no file of records.
    """
    if opened.span is None:
        return 0, None
    first, past = opened.span
    # the end is looked for first: of a remote file what follows the start is then read once
    end = None if past is None else _member(opened.stream, past)
    return 0 if first == 0 else _member(opened.stream, first, past), end


def _meets(stream: IO[bytes], position: int, end: int) -> bool:
    """Whether the gzip members from the one at a position on end where a part does.

    A page may hold what looks like a record: then the part would end within the page, and the next begin with what it holds.
    """
    import zlib  # noqa: PLC0415 - beside its use

    stream.seek(position)
    engine, rest = zlib.decompressobj(wbits=31), b""
    while chunk := rest or stream.read(_WALK_BYTES):
        try:
            engine.decompress(chunk, _SCAN_BYTES)
            while engine.unconsumed_tail:
                engine.decompress(engine.unconsumed_tail, _SCAN_BYTES)
        except zlib.error:
            return False
        rest = engine.unused_data
        if engine.eof:
            engine = zlib.decompressobj(wbits=31)
            if not rest and stream.tell() == end:
                return True
    return False


def _member(stream: IO[bytes], position: int, past: int | None = None) -> int | None:
    """Where the first gzip member of a WARC record begins at or after a position and before `past`.

    The mark of a member stands by chance once in 16 MB of compressed data; a record says what it is.

    Raises:
        ValueError: so many marks are no record's that the file is none of records.
    """
    import zlib  # noqa: PLC0415 - beside its use

    at = _next_start(stream, position, "gzip", past)
    for _ in range(_MAX_BROKEN):
        if at is None:
            return None
        stream.seek(at)
        with contextlib.suppress(zlib.error):
            if zlib.decompressobj(wbits=31).decompress(stream.read(_PROBE_BYTES), 5) == b"WARC/":
                return at
        at = _next_start(stream, at + 1, "gzip", past)
    raise ValueError("is no WARC file")


def _page(record: Any, position: int, options: Options) -> Record | Passed:
    """The page of one record."""
    try:
        return _page_of(record, position, options)
    except (OSError, ValueError, EOFError, RuntimeError) as error:
        return Record(None, str(position), flaw=Flaw.BROKEN_RECORD, detail=f"at byte {position:,}: {error}")


def _page_of(record: Any, position: int, options: Options) -> Record | Passed:
    headers = record.headers
    kind = record.record_type.name if hasattr(record.record_type, "name") else str(record.record_type)
    if kind.endswith("revisit"):
        return Passed("revisit records, whose page is the same as before")
    key = str(position)
    url = (headers.get("WARC-Target-URI") or "").strip("<> ") or None
    if url and not url.startswith(("http://", "https://")):
        return Passed(f"records of {url.partition(':')[0]}: addresses")
    fetched = _time(headers.get("WARC-Date"))
    if record.content_length > 4 * options.max_page_bytes:
        return Record(None, key, url=url, fetched_at_us=fetched, flaw=Flaw.TOO_LARGE, detail=f"a record of {record.content_length:,} bytes",
                      byte_count=record.content_length)  # fmt: skip
    media, encoding = (headers.get("Content-Type") or "").lower(), None
    if record.is_http:
        record.parse_http(auto_decode="none")
        status = record.http_headers.status_code
        if status != 200:
            return Passed(f"responses with status {status}")
        media = (record.http_content_type or "").lower()
        encoding = record.http_charset
        told = headers.get("WARC-Identified-Payload-Type")
        media = told.lower() if told else media
    if media and not media.startswith(_PAGE_TYPES):
        return Passed(f"records of type {media.partition(';')[0][:60]}")
    try:
        raw = _body(record, options.max_page_bytes)
    except FlawError as error:
        return Record(
            None,
            key,
            url=url,
            fetched_at_us=fetched,
            flaw=error.flaw,
            detail=error.detail,
            byte_count=record.content_length,
        )
    kind_of = (
        "text/plain"
        if kind.endswith("conversion") or media.startswith("text/plain")
        else media.partition(";")[0] or None
    )
    if kind.endswith("conversion"):
        encoding = "utf-8"  # so says Common Crawl of its WET files
    return Record(raw, key, url=url, fetched_at_us=fetched, media_type=kind_of, encoding=encoding)


def _body(record: Any, max_bytes: int) -> bytes:
    """The payload without its transfer and content encodings, which crawlers keep or take off as they please."""
    raw: bytes = record.reader.read()
    if not record.is_http:
        return raw
    headers = record.http_headers
    if "chunked" in (headers.get("Transfer-Encoding") or "").lower():
        raw = _unchunked(raw)
    for coding in reversed((headers.get("Content-Encoding") or "").lower().split(",")):
        raw = decoded(raw, coding.strip(), max_bytes)
    return raw


def _unchunked(raw: bytes) -> bytes:
    """The body out of its chunks (RFC 9112); bytes that are in none are a body that was unwrapped already."""
    parts: list[bytes] = []
    at = 0
    while True:
        end = raw.find(b"\r\n", at)
        size_text = raw[at:end].split(b";")[0].strip() if end > at else b""
        try:
            size = int(size_text, 16)
        except ValueError:
            return raw if not parts else b"".join(parts)
        if size == 0:
            return b"".join(parts)
        parts.append(raw[end + 2 : end + 2 + size])
        at = end + 2 + size + 2
        if at > len(raw):
            return b"".join(parts)


def decoded(raw: bytes, coding: str, max_bytes: int) -> bytes:
    """The body without one content coding; as it is where it is not in that coding after all.

    Raises:
        FlawError: it grows beyond `max_bytes`.
    """
    codec = {"gzip": "gzip", "x-gzip": "gzip", "zstd": "zstd"}.get(coding)
    if codec == "gzip" and not raw.startswith(b"\x1f\x8b"):
        return raw
    if codec:
        parts: list[bytes] = []
        source = Guarded(io.BytesIO(raw), codec)
        try:
            while data := source.read():
                parts.append(data)
                if source.count > max_bytes:
                    is_bomb = source.count > _MAX_ENCODED_GROWTH * len(raw)
                    raise FlawError(
                        Flaw.BOMB if is_bomb else Flaw.TOO_LARGE,
                        f"{len(raw):,} bytes have become more than {max_bytes:,}",
                    )
        except FlawError as error:
            if error.flaw is Flaw.BROKEN_FILE and parts:  # cut off by the crawler: what came is the page
                return b"".join(parts)
            raise
        return b"".join(parts)
    if coding in ("br", "deflate"):
        return _inflated(raw, coding, max_bytes)
    return raw


def _inflated(raw: bytes, coding: str, max_bytes: int) -> bytes:
    if coding == "br":
        from fastwarc.stream_io import BrotliReader  # noqa: PLC0415 - rare

        reader = BrotliReader(io.BytesIO(raw))
        try:
            data: bytes = reader.read(max_bytes + 1)
        except (OSError, ValueError):
            return raw
    else:
        import zlib  # noqa: PLC0415 - rare

        engine = zlib.decompressobj(wbits=zlib.MAX_WBITS if raw[:1] == b"\x78" else -zlib.MAX_WBITS)
        try:
            data = engine.decompress(raw, max_bytes + 1)
        except zlib.error:
            return raw
    if len(data) > max_bytes:
        raise FlawError(
            Flaw.BOMB if len(data) > _MAX_ENCODED_GROWTH * len(raw) else Flaw.TOO_LARGE,
            f"{len(raw):,} bytes have become more than {max_bytes:,}",
        )
    return data


def _next_start(stream: IO[bytes], position: int, codec: str | None, past: int | None = None) -> int | None:
    """Where the next record may start at or after a position, and before `past`."""
    mark = _STARTS.get(codec, _STARTS[None])
    stream.seek(position)
    held = b""
    while (past is None or position - len(held) < past) and (chunk := stream.read(_SCAN_BYTES)):
        found = (held + chunk).find(mark)
        if found >= 0:
            start = position - len(held) + found
            return start if past is None or start < past else None
        position += len(chunk)
        held = chunk[-(len(mark) - 1) :]
    return None


def _cut_off(stream: IO[bytes]) -> str | None:
    """What is wrong with the end of a file whose records are gzip members, or None.

    fastwarc passes over a last record that breaks off; the last member must inflate to its end.
    """
    import zlib  # noqa: PLC0415 - beside its use

    size = stream.seek(0, 2)
    start = max(0, size - (8 << 20))  # the last record of nearly every file; of a larger one nothing is said
    stream.seek(start)
    tail = stream.read()
    at = tail.rfind(_STARTS["gzip"])
    while at >= 0:
        engine = zlib.decompressobj(wbits=31)
        try:
            grown = len(engine.decompress(tail[at:], 64 << 20))
        except zlib.error:
            grown = -1
        if grown >= 0 and (engine.eof or engine.unconsumed_tail):
            return (
                None
                if (engine.eof and not engine.unused_data.strip(b"\x00")) or engine.unconsumed_tail
                else "bytes after the last record"
            )
        if grown > 0:
            return f"the last record, at byte {start + at:,}, breaks off"
        at = tail.rfind(_STARTS["gzip"], 0, at)
    return None


def _time(text: str | None) -> int | None:
    try:
        return int(datetime.fromisoformat((text or "").strip()).timestamp() * 1_000_000)
    except (ValueError, OverflowError):
        return None


def read_wacz(opened: Opened, options: Options) -> Iterator[Record | Passed]:
    """The WARC files in a WACZ (a zip with `archive/*.warc.gz`), which are stored there uncompressed and thus seekable."""
    try:
        archive = zipfile.ZipFile(opened.stream)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        yield Record(None, "end", flaw=Flaw.BROKEN_FILE, detail=f"the WACZ file cannot be opened: {error}")
        return
    for member in archive.infolist():
        name = member.filename
        if not (name.startswith("archive/") and ".warc" in name):
            continue
        try:
            with archive.open(member) as stream:
                for record in read_warc(Opened(stream, name, "gzip" if name.endswith(".gz") else None), options):
                    if isinstance(record, Record):
                        record.key = f"{name}:{record.key}"
                    yield record
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
            yield Record(None, name, flaw=Flaw.BROKEN_RECORD, detail=str(error))
