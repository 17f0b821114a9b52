"""Pages in cells that are packed: compressed, or in base64, since many tables hold text only."""

import ast
import base64
import binascii
import io
import re
import zlib

from tasks.ingest.bounded_streams import FlawError, read_bounded
from tasks.ingest.sniff import is_html
from tasks.ingest.unpacking import MAGIC_BYTES, codec_of

_PROBE_BYTES = 64  # base64 has lines of 76 letters; no text has these many without a blank, a comma or a sign
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{%d}" % _PROBE_BYTES)
_PACKED_STARTS = frozenset((b"\x1f", b"\x28", b"\xfd", b"\x42", b"\x78", b"b"))
_HEX_STARTS = (b"\\x", b"0x", b"0X")  # of bytes in text, by Postgres and SQL Server
_REPR_STARTS = (b"b'", b'b"')
_ZLIB_STARTS = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")  # of the levels of compression
_HEAD_BYTES = 8192


def unpacked(raw: bytes, max_bytes: int) -> bytes:
    """The page in a cell; a cell that is not packed, or holds something else, as it is."""
    if raw.startswith(_HEX_STARTS):
        return _from_hex(raw)
    if raw.find(b" ", 0, _PROBE_BYTES) < 0 and _BASE64.match(raw):
        page = _decoded(raw)
        return page if is_html(page[:_HEAD_BYTES]) else _decompressed(page, max_bytes, raw)
    if raw[:1] not in _PACKED_STARTS:
        return raw
    return _from_repr(raw) if raw.startswith(_REPR_STARTS) else _decompressed(raw, max_bytes, raw)


def _from_hex(raw: bytes) -> bytes:
    """The page in a cell of hexadecimal digits."""
    try:
        page = binascii.unhexlify(raw[2:])
    except (binascii.Error, ValueError):
        return raw
    return page if is_html(page[:_HEAD_BYTES]) else raw


def _from_repr(raw: bytes) -> bytes:
    """The page in a cell that Python wrote as b'...': bytes in a table of text."""
    try:
        page = ast.literal_eval(raw.decode("ascii"))
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return raw
    return page if isinstance(page, bytes) and is_html(page[:_HEAD_BYTES]) else raw


def _decoded(raw: bytes) -> bytes:
    try:
        return base64.b64decode(raw.translate(_TO_USUAL, b"\r\n"), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _decompressed(packed: bytes, max_bytes: int, otherwise: bytes) -> bytes:
    if packed.startswith(_ZLIB_STARTS):
        page = _inflated(packed, max_bytes)
        return page if is_html(page[:_HEAD_BYTES]) else otherwise
    codec = codec_of(packed[:MAGIC_BYTES])
    if codec is None:
        return otherwise
    try:
        page = read_bounded(io.BytesIO(packed), codec, max_bytes)
    except FlawError:
        return otherwise
    return page if is_html(page[:_HEAD_BYTES]) else otherwise


def _inflated(packed: bytes, max_bytes: int) -> bytes:
    """The data that was compressed by zlib alone; nothing if it is damaged or too large."""
    unpacker = zlib.decompressobj()
    try:
        page = unpacker.decompress(packed, max_bytes + 1)
    except zlib.error:
        return b""
    return page if unpacker.eof and len(page) <= max_bytes else b""


_TO_USUAL = bytes.maketrans(b"-_", b"+/")  # from the letters of base64 for addresses
