"""WARC records whose headers are wrong: where they really end, and the same record with headers that are right."""

import re
import zlib
from dataclasses import dataclass
from typing import IO

from tasks.ingest.bounded_streams import BoundedStream, FlawError
from tasks.ingest.formats import Skipped
from tasks.ingest.unpacking import codec_of

WRONG_LENGTH = Skipped("WARC records with a wrong Content-Length, whose end was found")
STARTS = {"gzip": b"\x1f\x8b\x08", "zstd": b"\x28\xb5\x2f\xfd", None: b"WARC/1."}
SCAN_BYTES = 1 << 20
NO_RECORD = "at byte {0:,}: no record; the reading goes on at byte {1:,}"
_CHUNK_BYTES = 1 << 16
_KEPT_BYTES = 8 << 20  # of a file that is compressed as a whole: a record is read again within them
_PAGE_END_BYTES = 4096
_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_VERSION = re.compile(rb"WARC/\d\.\d{1,2}\r?\n")
_NEXT_RECORD = re.compile(rb"\r?\n\r?\n(?=WARC/1\.\d\r?\n)")
_RECORD_START_BYTES = 16  # enough for the start of a record behind blank lines
_MEMBER_BYTES = 8 << 20  # a gzip member of one record is smaller than this
_NAMES = {
    name.lower(): name
    for name in (
        b"WARC-Type WARC-Target-URI WARC-Date WARC-Record-ID WARC-Identified-Payload-Type Content-Type Content-Length"
    ).split()
}


@dataclass(slots=True)
class Actual:
    """A record as it is in the file."""

    raw: bytes  # with headers that are right
    end: int  # where it ends in the file
    size: int  # of its block
    declared: int | None  # what the header says of it
    is_cut: bool  # the file ends within it
    is_wrong: bool  # something in its headers had to be put right


def actual_record(stream: IO[bytes], position: int, codec: str | None, max_bytes: int) -> Actual | None:
    """The record at a position; None if it is too large to look at or in no readable form."""
    stream.seek(position)
    data, end, is_whole = _member(stream, max_bytes) if codec == "gzip" else _plain(stream, max_bytes)
    head_end = _END_OF_HEAD.search(data)
    if not data or head_end is None or not data.startswith(b"WARC/"):
        return None
    lines = data[: head_end.start()].splitlines()
    fields = [_renamed(line) for line in lines[1:]]
    declared = _declared(fields)
    block = data[head_end.end() :]
    if codec != "gzip" and declared is not None and _is_right(block, declared, is_whole=is_whole):
        block = block[:declared]
        end = position + head_end.end() + declared
    else:
        block = block.removesuffix(b"\n").removesuffix(b"\r").removesuffix(b"\n").removesuffix(b"\r")
    # at the end of a file nothing but the page itself shows that it is whole
    is_closed = data.endswith(b"\n\r\n") and b"</html" in block[-_PAGE_END_BYTES:].lower()
    is_cut = not is_whole and not is_closed and (declared is None or len(block) < declared)
    body = with_line_ends(block)
    is_wrong = declared != len(block) or body != block or fields != lines[1:]
    kept = [field for field in fields if not field.startswith(b"Content-Length:")]
    head = b"\r\n".join([b"WARC/1.0", *kept, b"Content-Length: %d" % len(body)])
    return Actual(head + b"\r\n\r\n" + body + b"\r\n\r\n", end, len(block), declared, is_cut, is_wrong)


def next_start(stream: IO[bytes], position: int, codec: str | None, past: int | None = None) -> int | None:
    """Where the next record may start at or after a position and before `past`, or None."""
    signature = STARTS.get(codec, STARTS[None])
    stream.seek(position)
    overlap = b""
    while (past is None or position - len(overlap) < past) and (chunk := stream.read(SCAN_BYTES)):
        index = (overlap + chunk).find(signature)
        if index >= 0:
            start = position - len(overlap) + index
            return start if past is None or start < past else None
        position += len(chunk)
        overlap = chunk[-(len(signature) - 1) :]
    return None


def gap_behind(stream: IO[bytes], position: int) -> tuple[int, int] | None:
    """Where the record at a position ends and the next one begins, which fastwarc does not see behind other bytes."""
    stream.seek(position)
    head = stream.read(_CHUNK_BYTES)
    head_end = _END_OF_HEAD.search(head)
    end = position + 1
    if _VERSION.match(head) and head_end is not None:
        declared = _declared([_renamed(line) for line in head[: head_end.start()].splitlines()])
        end = position + head_end.end() + (declared or 0)
    following = next_start(stream, end, None)
    return None if following is None else (end, following)


def _member(stream: IO[bytes], max_bytes: int) -> tuple[bytes, int, bool]:
    """The data of one gzip member, where it ends, and whether it is whole; no data if there is too much."""
    engine, parts, size = zlib.decompressobj(wbits=31), [], 0
    while not engine.eof and (packed := stream.read(_CHUNK_BYTES)):
        try:
            parts.append(engine.decompress(packed, max_bytes - size + 1))
        except zlib.error:
            return b"", 0, False
        size += len(parts[-1])
        if size > max_bytes:
            return b"", 0, False
    return b"".join(parts), stream.tell() - len(engine.unused_data), engine.eof


def _plain(stream: IO[bytes], max_bytes: int) -> tuple[bytes, int, bool]:
    """The data up to the next record, where it ends, and whether there is one; no data if there is too much."""
    begin, data, searched = stream.tell(), b"", 0
    while len(data) <= max_bytes:
        chunk = stream.read(max(_CHUNK_BYTES, len(data)))
        data += chunk
        found = _NEXT_RECORD.search(data, searched)
        if found:
            # a page may hold a record; if the length in the header is right, the record ends there
            head_end = _END_OF_HEAD.search(data)
            declared = (
                _declared([_renamed(line) for line in data[: head_end.start()].splitlines()]) if head_end else None
            )
            if head_end and declared and found.start() < (wanted := head_end.end() + declared) <= max_bytes:
                while len(data) < wanted + len(b"\r\n\r\nWARC/1.") and (more := stream.read(_CHUNK_BYTES)):
                    data += more
                if not _ends_page(data[head_end.end() : found.start()]) and _is_right(
                    data[head_end.end() :], declared, is_whole=True
                ):
                    return data[: wanted + 4], begin + wanted, True
            return data[: found.end()], begin + found.end(), True
        if not chunk:
            return data, begin + len(data), False
        searched = max(0, len(data) - 16)
    return b"", 0, False


def _ends_page(block: bytes) -> bool:
    """Whether a page ends with this block, so that a record behind it is none that the page shows."""
    http_end = _END_OF_HEAD.search(block) if block.startswith(b"HTTP/") else None
    body = block[http_end.end() :] if http_end else block
    return body[-_PAGE_END_BYTES:].rstrip().lower().endswith(b"</html>") or codec_of(body) is not None


def _is_right(block: bytes, declared: int, *, is_whole: bool) -> bool:
    """Whether a block ends where its header says."""
    behind = block[declared:]
    if len(block) < declared:
        return False
    rest = behind.lstrip(b"\r\n")
    return (rest.startswith(b"WARC/1.") or not rest) and (len(behind) - len(rest) <= 8) and (is_whole or not rest)


def _renamed(line: bytes) -> bytes:
    """A header line with the usual case of its name."""
    name, colon, value = line.partition(b":")
    usual = _NAMES.get(name.strip().lower())
    return usual + b":" + value if usual and colon else line


def _declared(fields: list[bytes]) -> int | None:
    for field in fields:
        name, _, value = field.partition(b":")
        if name == b"Content-Length" and value.strip().isdigit() and len(value) < 20:
            return int(value)
    return None


def with_line_ends(block: bytes) -> bytes:
    """An HTTP response whose headers end in line feeds only, with the line ends of HTTP."""
    if not block.startswith(b"HTTP/"):
        return block
    end = _END_OF_HEAD.search(block)
    if end is None or end[0] == b"\r\n\r\n":
        return block
    head = block[: end.start()].replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    return head + b"\r\n\r\n" + block[end.end() :]


def is_compressed_as_whole(stream: IO[bytes]) -> bool:
    """Whether the first gzip member of a WARC file has more than one record, so that members are no records."""
    stream.seek(0)
    try:
        return _begins_two_records(stream) or _is_one_member_of_records(stream)
    finally:
        stream.seek(0)


def _is_one_member_of_records(stream: IO[bytes]) -> bool:
    """Whether a file is one gzip member with several records, also where the length of the first is wrong."""
    stream.seek(0)
    engine, overlap, has_records = zlib.decompressobj(wbits=31), b"", False
    while not engine.eof and (packed := stream.read(_CHUNK_BYTES)):
        while packed and not engine.eof:
            try:
                data = overlap + engine.decompress(packed, _CHUNK_BYTES)
            except zlib.error:  # of a small member, fastwarc reads more than the decompressor gives before damage
                return False
            has_records = has_records or _NEXT_RECORD.search(data) is not None
            packed, overlap = engine.unconsumed_tail, data[-_RECORD_START_BYTES:]
        if has_records and stream.tell() > _MEMBER_BYTES:
            return True
    return has_records and not engine.unused_data.strip(b"\0") and not stream.read(1)


def _begins_two_records(stream: IO[bytes]) -> bool:
    try:
        head = zlib.decompressobj(wbits=31).decompress(stream.read(_CHUNK_BYTES), 1 << 20)
    except zlib.error:
        return False
    end = _END_OF_HEAD.search(head)
    declared = _declared([_renamed(line) for line in head[: end.start()].splitlines()]) if end else None
    if end is None or declared is None:
        return False
    return head[end.end() + declared :].lstrip(b"\r\n").startswith(b"WARC/1.")


class Unpacked:
    """A compressed file as an uncompressed one: what was read of it last can be read again without a second pass."""

    def __init__(self, stream: IO[bytes], codec: str) -> None:
        self._stream, self._codec = stream, codec
        self._open()
        self.problem: FlawError | None = None  # what stands behind the last byte

    def _open(self) -> None:
        self._stream.seek(0)
        self._source = BoundedStream(self._stream, self._codec)
        self._kept, self._begin, self._at = b"", 0, 0

    def read(self, size: int = -1) -> bytes:
        """Read decompressed bytes; none behind damage."""
        if self._at >= self._begin + len(self._kept):
            try:
                more = self._source.read()
            except FlawError as error:
                self.problem, more = error, b""
            kept = self._kept[-_KEPT_BYTES:]
            self._begin += len(self._kept) - len(kept)
            self._kept = kept + more
        start = self._at - self._begin
        data = self._kept[start:] if size < 0 else self._kept[start : start + size]
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to an offset from the start, or (whence 2) to the end."""
        target = offset if whence == 0 else self._at + offset
        if whence == 2:
            while self.read(_CHUNK_BYTES):
                pass
            target = self._begin + len(self._kept) + offset
        if target < self._begin:
            self._open()
        while self._begin + len(self._kept) < target:
            self._at = self._begin + len(self._kept)
            if not self.read(_CHUNK_BYTES):
                break
        self._at = min(target, self._begin + len(self._kept))
        return self._at

    def tell(self) -> int:
        """The offset in the decompressed data."""
        return self._at
