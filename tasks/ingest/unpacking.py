"""Decompression that gives all that can be read of damaged data: what stands before the damage, then the error."""

import bz2
import lzma
import zlib
from typing import IO, Any

import pyarrow as pa

CODECS = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd"}
MAGIC_BYTES = 10
_MAGIC = {"gzip": b"\x1f\x8b\x08", "bzip2": b"BZh", "xz": b"\xfd7zXZ\x00"}
_SKIPPABLE = b"\x2a\x4d\x18"  # of a frame without data, behind a byte from 50 to 5F
_WARC_DICTIONARY = 0x5D  # that byte where the frame holds a dictionary, in WARC files of the Archive Team
DICTIONARY = (
    "it was compressed with a dictionary, which cannot be read; decompress it first, e.g. with zstd -d -D DICTIONARY"
)
_PACKED_BYTES = 1 << 17  # read at a time
_PROBE_BYTES = 1 << 11  # of what looks like a member; the tables before the first letters of gzip are smaller
_ERRORS = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, pa.ArrowException)
_SMALL_BYTES = 256  # read at a time where Zstandard is damaged: what is read at once is lost at once


class UnpackError(Exception):
    """Data that cannot be decompressed."""


def codec_of(head: bytes) -> str | None:
    """The compression of data that begins like this, or None."""
    if head.startswith(b"\x1f\x8b\x08"):
        return "gzip"
    if head.startswith(b"BZh") and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):
        return "bzip2"
    if head.startswith(b"\xfd7zXZ\x00"):
        return "xz"
    is_skippable = head[1:4] == _SKIPPABLE and head[0] & 0xF0 == 0x50
    return "zstd" if is_skippable or head.startswith(b"\x28\xb5\x2f\xfd") else None


def needs_dictionary(head: bytes) -> bool:
    """Whether data of Zstandard that begins like this was compressed with a dictionary, which Arrow cannot use."""
    while codec_of(head) == "zstd" and head[1:4] == _SKIPPABLE:
        if head[0] == _WARC_DICTIONARY:
            return True
        head = head[8 + int.from_bytes(head[4:8], "little") :]
    return codec_of(head) == "zstd" and len(head) > 4 and head[4] & 3 != 0  # the size of the dictionary's number


def unpacker(stream: IO[bytes], codec: str | None) -> Any:
    """A stream of the decompressed data; `read` raises UnpackError behind the last byte that is whole."""
    if codec == "zstd":
        return _Zstd(stream)
    return Members(stream, codec) if codec else stream


class Members:
    """Compressed members, one after the other. What stands behind the last one is passed over and counted.

    Behind a damaged member, which ends the reading, `go_on` finds the next one.
    """

    def __init__(self, stream: IO[bytes], codec: str) -> None:
        self._stream, self._codec = stream, codec
        self._packed = b""
        self._engine: Any = None
        self._error: UnpackError | None = None
        self._is_first = True
        self.bytes_behind = 0

    def read(self, size: int) -> bytes:
        """At most `size` bytes, b"" at the end.

        Raises:
            UnpackError: what follows cannot be decompressed.
        """
        while self._error is None:
            try:
                data = self._next(size)
            except _ERRORS as error:
                self._error = UnpackError(str(error) or "it is cut short")
                break
            if data is not None:
                return data
        raise self._error or UnpackError

    def _next(self, size: int) -> bytes | None:
        """Some bytes, b"" at the end, None if the next packed data gave none."""
        if self._engine is not None and self._codec != "gzip" and not self._engine.needs_input:
            data = self._engine.decompress(b"", size)  # what it held back
        else:
            self._packed = self._packed or self._stream.read(_PACKED_BYTES)
            if not self._packed:
                return self._last(size)
            if self._engine is None and not self._begins():
                return None
            data = self._engine.decompress(self._packed, size)
            self._packed = self._engine.unconsumed_tail if self._codec == "gzip" else b""
        if self._engine.eof:
            self._packed, self._engine = self._engine.unused_data, None
        return data or None

    def _last(self, size: int) -> bytes:
        """What is left when the packed data has ended: b"" where a member ends too.

        Raises:
            EOFError: the data ends within a member.
        """
        if self._engine is None:
            return b""
        data: bytes = self._engine.decompress(b"", size) if self._codec == "gzip" else b""
        if self._engine.eof:
            self._engine = None
        elif not data:
            raise EOFError
        return data

    def go_on(self) -> int | None:
        """Pass over a damaged member; the byte of the file at which the next sound one begins, or None."""
        searched, is_end = 1, False  # the damaged one may begin with the packed data
        while not is_end:
            more = self._stream.read(_PACKED_BYTES)
            is_end = not more
            self._packed += more
            last = len(self._packed) - (0 if is_end else _PROBE_BYTES)
            while 0 <= (start := self._packed.find(_MAGIC[self._codec], searched)) < last:
                if _is_sound(self._packed[start : start + _PROBE_BYTES], self._codec):
                    self._packed, self._engine, self._error = self._packed[start:], None, None
                    return self._stream.tell() - len(self._packed)
                searched = start + 1
            self._packed = self._packed[max(last, 0) :]
            searched = max(searched - max(last, 0), 0)
        return None

    def _begins(self) -> bool:
        """Whether another member begins with the packed data; zeros are passed over, and so is anything else."""
        if not self._is_first:
            self._packed = self._packed.lstrip(b"\0")
            if not self._packed:
                return False
            self._packed += self._stream.read(MAGIC_BYTES) if len(self._packed) < MAGIC_BYTES else b""
            if codec_of(self._packed) != self._codec:
                self._pass_over()
                return False
        self._engine, self._is_first = _engine(self._codec), False
        return True

    def _pass_over(self) -> None:
        while self._packed:
            self.bytes_behind += len(self._packed)
            self._packed = self._stream.read(_PACKED_BYTES)


def _is_sound(head: bytes, codec: str) -> bool:
    """Whether data is of a member that begins with it, and not bytes that only look so."""
    if codec_of(head) != codec:
        return False
    try:
        engine = _engine(codec)
        return bool(engine.decompress(head, _PROBE_BYTES) or codec != "gzip" or engine.eof)
    except _ERRORS:
        return False


def _engine(codec: str) -> Any:
    if codec == "gzip":
        return zlib.decompressobj(wbits=31)
    return bz2.BZ2Decompressor() if codec == "bzip2" else lzma.LZMADecompressor()


class _Zstd:
    """Frames of Zstandard, by Arrow, which refuses windows of gigabytes (the limit is 128 MB)."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._packed = stream
        self._stream = _arrow_stream(stream)
        self._count = 0
        self._is_damaged = False

    def read(self, size: int) -> bytes:
        """At most `size` bytes, b"" at the end.

        Raises:
            UnpackError: what follows cannot be decompressed.
        """
        if not self._is_damaged:
            try:
                return self._counted(self._stream.read(size))
            except _ERRORS as error:
                self._is_damaged = True
                if not self._count and self._needs_dictionary():
                    raise UnpackError(DICTIONARY) from error
                if not self._goes_back():
                    raise UnpackError(str(error)) from error
        try:  # little by little, up to the damage
            return self._counted(self._stream.read(min(size, _SMALL_BYTES)))
        except _ERRORS as error:
            raise UnpackError(str(error)) from error

    def _counted(self, data: bytes) -> bytes:
        self._count += len(data)
        return data

    def _needs_dictionary(self) -> bool:
        try:
            self._packed.seek(0)
            return needs_dictionary(self._packed.read(_PACKED_BYTES))
        except (OSError, AttributeError):
            return False

    def _goes_back(self) -> bool:
        """Whether the stream can be read again up to where it was."""
        try:
            self._packed.seek(0)
        except (OSError, AttributeError):
            return False
        self._first = self._stream  # Arrow closes the file when a stream of it is no longer used
        self._stream, left = _arrow_stream(self._packed), self._count
        while left and (data := self._stream.read(min(left, 1 << 20))):
            left -= len(data)
        return not left


def _arrow_stream(stream: IO[bytes]) -> Any:
    return pa.CompressedInputStream(pa.PythonFile(stream, "r"), "zstd")
