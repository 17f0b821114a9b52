"""ARC files, which web archives wrote before WARC: one line of a record, then its block."""

import re
from collections.abc import Iterator

from tasks.ingest.bounded_streams import BoundedStream, FlawError
from tasks.ingest.formats import Opened, Options, Skipped
from tasks.ingest.formats.warc import page_in
from tasks.ingest.formats.warc_repair import with_line_ends
from tasks.ingest.record import Record
from tasks.vocabulary import Flaw

# URL, in which old crawlers left blanks, IP address, time of 14 digits, media type,
# (in version 2: status, checksum, location, offset, file name,) length
_LINE = re.compile(rb"([a-z][a-z0-9.+-]*:[^\r\n]*?) \S+ (\d{12,17}) (\S*)(?: \S+){0,12}? (\d{1,15})\r?\n")
_MAX_LINE_BYTES = 16 << 10


def read_arc(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """The pages of an ARC file; after a damaged record, reading goes on at the next line that is one of a record."""
    lines = _Lines(BoundedStream(opened.stream, opened.codec))
    is_lost = False
    try:
        while line := lines.line():
            found = _LINE.fullmatch(line)
            if found is None:
                if line.strip() and not is_lost:
                    is_lost = True
                    detail = f"at byte {lines.at - len(line):,}: is not the line of a record"
                    yield Record(None, str(lines.at - len(line)), flaw=Flaw.BROKEN_RECORD, detail=detail)
                continue
            is_lost = False
            key, size = str(lines.at - len(line)), int(found[4])
            if size > 4 * options.max_page_bytes:
                missing = lines.skip(size)
                detail = f"a record of {size:,} bytes{'; the file ends within it' if missing else ''}"
                yield Record(None, key, flaw=Flaw.TOO_LARGE, detail=detail, byte_count=size)
                continue
            block = lines.block(size)
            if found[1].startswith(b"filedesc:"):
                continue
            if len(block) < size:
                detail = f"the file ends within the record, after {len(block):,} of {size:,} bytes"
                yield Record(None, key, flaw=Flaw.BROKEN_RECORD, detail=detail, byte_count=len(block))
                continue
            yield page_in(_as_warc(found, with_line_ends(block)), key, options)
    except FlawError as error:
        yield Record(None, "end", flaw=error.flaw, detail=error.detail)


def _as_warc(found: re.Match[bytes], block: bytes) -> bytes:
    """The record as one of a WARC file."""
    is_http = block.startswith(b"HTTP/")
    return (
        b"WARC/1.0\r\nWARC-Type: %b\r\nWARC-Target-URI: %b\r\nWARC-Date: %b\r\nContent-Type: %b\r\n"
        b"Content-Length: %d\r\n\r\n%b\r\n\r\n"
    ) % (
        b"response" if is_http else b"resource",
        found[1],
        found[2],
        b"application/http; msgtype=response" if is_http else found[3],
        len(block),
        block,
    )


class _Lines:
    """A stream in lines and blocks; `at` is the offset of what comes next."""

    def __init__(self, source: BoundedStream) -> None:
        self._source = source
        self._ahead, self._used = b"", 0
        self.at = 0

    def line(self) -> bytes:
        """The next line with its end, or a part of a very long one; b"" at the end."""
        while (end := self._ahead.find(b"\n", self._used)) < 0 and len(self._ahead) - self._used < _MAX_LINE_BYTES:
            if not self._more():
                break
        return self._take(end + 1 - self._used if end >= 0 else _MAX_LINE_BYTES)

    def block(self, size: int) -> bytes:
        """The next bytes, fewer at the end."""
        while len(self._ahead) - self._used < size and self._more():
            pass
        return self._take(size)

    def skip(self, size: int) -> int:
        """Pass over some bytes. Returns: how many there were not."""
        while size > 0:
            size -= len(self._take(size))
            if size and not self._more():
                return size
        return 0

    def _more(self) -> bool:
        data = self._source.read()
        self._ahead, self._used = self._ahead[self._used :] + data, 0
        return bool(data)

    def _take(self, size: int) -> bytes:
        data = self._ahead[self._used : self._used + size]
        self._used += len(data)
        self.at += len(data)
        return data
