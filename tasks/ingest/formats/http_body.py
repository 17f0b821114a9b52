"""The body of an HTTP response in a WARC record, without its transfer and content encodings."""

import io
from collections.abc import Mapping

from tasks.ingest.bounded_streams import MAX_GROWTH, BoundedStream, FlawError
from tasks.ingest.zstd_frames import frame_end
from tasks.vocabulary import Flaw

_PART_BYTES = 1 << 16


def body_of(headers: Mapping[str, str], raw: bytes, max_bytes: int) -> bytes:
    """The payload without its transfer and content encodings, which some crawlers keep and others remove.

    `headers` are those of the server, their names in small letters.
    """
    if "chunked" in headers.get("transfer-encoding", "").lower():
        raw = unchunked(raw)
    for coding in reversed(headers.get("content-encoding", "").lower().split(",")):
        raw = decoded(raw, coding.strip(), max_bytes)
    return raw


def unchunked(raw: bytes) -> bytes:
    """The body without its chunked encoding (RFC 9112); unchanged if the crawler has removed it already."""
    parts: list[bytes] = []
    position = 0
    while True:
        end = raw.find(b"\r\n", position)
        size_text = raw[position:end].split(b";")[0].strip() if end > position else b""
        try:
            size = int(size_text, 16)
        except ValueError:
            return raw if not parts else b"".join(parts)
        if size == 0:
            return b"".join(parts)
        parts.append(raw[end + 2 : end + 2 + size])
        position = end + 2 + size + 2
        if position > len(raw):
            return b"".join(parts)


def decoded(raw: bytes, coding: str, max_bytes: int) -> bytes:
    """The body without one content coding; unchanged if it is not in that coding after all.

    Raises:
        FlawError: it is larger than `max_bytes`.
    """
    codec = {"gzip": "gzip", "x-gzip": "gzip", "zstd": "zstd"}.get(coding)
    if codec == "gzip" and not raw.startswith(b"\x1f\x8b"):
        return raw
    if codec:
        parts: list[bytes] = []
        source = BoundedStream(io.BytesIO(raw), codec)
        try:
            while data := source.read():
                parts.append(data)
                if source.count > max_bytes:
                    raise _too_large(len(raw), source.count, max_bytes)
        except FlawError as error:
            if error.flaw is Flaw.BROKEN_FILE and parts:  # truncated by the crawler: the page is what it received
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
        raise _too_large(len(raw), len(data), max_bytes)
    return data


def is_cut(raw: bytes, coding: str) -> bool:
    """Whether a body ends before its content coding does; a checksum that is missing or wrong costs no text."""
    if coding in ("gzip", "x-gzip") and raw.startswith(b"\x1f\x8b"):
        return _ends_within(raw[_gzip_head(raw) :])
    if coding == "deflate" and raw:
        return _ends_within(raw[2:] if raw[:1] == b"\x78" else raw)
    if coding == "zstd":
        end = frame_end(io.BytesIO(raw), 0, _PART_BYTES)
        return end is not None and end > len(raw)
    return False


def _gzip_head(raw: bytes) -> int:
    """The length of the head of a gzip member (RFC 1952)."""
    flags, length = raw[3] if len(raw) > 3 else 0, 10
    if flags & 4:
        length += 2 + int.from_bytes(raw[10:12], "little")
    for flag in (8, 16):  # a name, a comment
        if flags & flag:
            length = raw.find(b"\0", length) + 1 or len(raw)
    return length + (2 if flags & 2 else 0)


def _ends_within(raw: bytes) -> bool:
    """Whether data in DEFLATE, without a head, ends before its last block does."""
    import zlib  # noqa: PLC0415 - rare

    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    rest = raw
    try:
        while rest and not engine.eof:
            engine.decompress(rest, _PART_BYTES)
            rest = engine.unconsumed_tail
        if not engine.eof:
            engine.decompress(b"", _PART_BYTES)  # what it held back
    except zlib.error:
        return False
    return not engine.eof


def _too_large(raw_bytes: int, decoded_bytes: int, max_bytes: int) -> FlawError:
    flaw = Flaw.BOMB if decoded_bytes > MAX_GROWTH * raw_bytes else Flaw.TOO_LARGE
    return FlawError(flaw, f"{raw_bytes:,} bytes decompress to more than {max_bytes:,}")
