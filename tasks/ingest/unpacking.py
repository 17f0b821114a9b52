"""Decompression that gives all that can be read of damaged data: what stands before the damage, then the error."""

import bz2
import lzma
import zlib
from typing import IO, Any

import pyarrow as pa

from tasks.ingest.zstd_frames import frame_end, next_frame

CODECS = {".gz": "gzip", ".bz2": "bzip2", ".xz": "xz", ".zst": "zstd", ".lz4": "lz4", ".lzma": "lzma"}
CODECS |= {".zlib": "zlib", ".zz": "zlib"}
MAGIC_BYTES = 10
_MAGIC = {"gzip": b"\x1f\x8b\x08", "bzip2": b"BZh", "xz": b"\xfd7zXZ\x00"}
_SKIPPABLE = b"\x2a\x4d\x18"  # of a frame without data, behind a byte from 50 to 5F
_WARC_DICTIONARY = 0x5D  # that byte where the frame holds a dictionary, in WARC files of the Archive Team
DICTIONARY = (
    "it was compressed with a dictionary, which cannot be read; decompress it first, e.g. with zstd -d -D DICTIONARY"
)
_LZ4 = b"\x04\x22\x4d\x18"
_LZMA_DICTIONARIES = frozenset((2 << n, 3 << n)[k] for n in range(11, 30) for k in (0, 1))  # that its programs write
_ZLIB = (b"\x78\x01", b"\x78\x9c", b"\x78\xda")  # 78 5E is not among them: x^ may begin a text
_BY_ZLIB = frozenset({"gzip", "zlib"})
_MEMORY_BYTES = 1 << 29  # the most that a dictionary of xz or LZMA may take; what `xz -9` writes takes 65 MB
WINDOW = "it needs more memory than any reader should give; decompress it first, e.g. with zstd -d --long=31"
DICTIONARY_SIZE = "it needs more memory than any reader should give; decompress it first, e.g. with xz -d"
_PACKED_BYTES = 1 << 17  # read at a time
_PROBE_BYTES = 1 << 11  # of what looks like a member; the tables before the first letters of gzip are smaller
_ERRORS = (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError, pa.ArrowException)
# of Zstandard, at a time: where it is damaged, what is read at once is lost at once
_READ_BYTES = (1 << 20, 1 << 8, 1)
_MAX_BLOCKS = 1 << 17  # of a frame of Zstandard that are walked, 16 GB of data


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
    if head.startswith(_LZ4):
        return "lz4"
    if head.startswith(b"\x5d\0\0") and int.from_bytes(head[1:5], "little") in _LZMA_DICTIONARIES:
        return "lzma"
    if head.startswith(_ZLIB) and _is_zlib(head):
        return "zlib"
    is_skippable = head[1:4] == _SKIPPABLE and head[0] & 0xF0 == 0x50
    return "zstd" if is_skippable or head.startswith(b"\x28\xb5\x2f\xfd") else None


def _is_zlib(head: bytes) -> bool:
    try:
        zlib.decompressobj().decompress(head, _PROBE_BYTES)
    except zlib.error:
        return False
    return len(head) > 2


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
        return Zstd(stream)
    if codec == "lz4":
        return Lz4(stream)
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
                is_large = isinstance(error, lzma.LZMAError) and "Memory" in str(error)
                self._error = UnpackError(DICTIONARY_SIZE if is_large else str(error) or "it is cut short")
                break
            if data is not None:
                return data
        raise self._error or UnpackError

    def _next(self, size: int) -> bytes | None:
        """Some bytes, b"" at the end, None if the next packed data gave none."""
        if self._engine is not None and self._codec not in _BY_ZLIB and not self._engine.needs_input:
            data = self._engine.decompress(b"", size)  # what it held back
        else:
            self._packed = self._packed or self._stream.read(_PACKED_BYTES)
            if not self._packed:
                return self._last(size)
            if self._engine is None and not self._begins():
                return None
            data = self._engine.decompress(self._packed, size)
            self._packed = self._engine.unconsumed_tail if self._codec in _BY_ZLIB else b""
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
        data: bytes = self._engine.decompress(b"", size) if self._codec in _BY_ZLIB else b""
        if self._engine.eof:
            self._engine = None
        elif not data:
            raise EOFError
        return data

    def go_on(self) -> int | None:
        """Pass over a damaged member; the byte of the file at which the next sound one begins, or None."""
        if self._codec not in _MAGIC:
            return None
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
    if codec in _BY_ZLIB:
        return zlib.decompressobj(wbits=31 if codec == "gzip" else 15)
    return bz2.BZ2Decompressor() if codec == "bzip2" else lzma.LZMADecompressor(memlimit=_MEMORY_BYTES)


class Zstd:
    """Frames of Zstandard, by Arrow, which refuses windows of gigabytes (the limit is 128 MB)."""

    _codec = "zstd"

    def __init__(self, stream: IO[bytes]) -> None:
        self._packed = stream
        self._stream = self._first = _arrow_stream(stream, self._codec)  # Arrow closes the file with the stream
        self._start = 0  # the byte of the file where that stream begins
        self._count = 0  # bytes that it gave
        self._read_bytes: tuple[int, ...] = _READ_BYTES

    def read(self, size: int) -> bytes:
        """At most `size` bytes, b"" at the end.

        Raises:
            UnpackError: what follows cannot be decompressed.
        """
        while True:
            try:
                data: bytes = self._stream.read(min(size, self._read_bytes[0]))
            except _ERRORS as error:
                self._go_nearer(error)
            else:
                self._count += len(data)
                return data

    def _go_nearer(self, error: Exception) -> None:
        """Begin to read in smaller pieces, up to the damage.

        Raises:
            UnpackError: it is reached.
        """
        if not self._count and not self._start and self._needs_dictionary():
            raise UnpackError(DICTIONARY) from error
        if len(self._read_bytes) == 1 or not self._goes_back():
            raise UnpackError(WINDOW if "too much memory" in str(error) else str(error)) from error
        self._read_bytes = self._read_bytes[1:]

    def _needs_dictionary(self) -> bool:
        try:
            self._packed.seek(0)
            return needs_dictionary(self._packed.read(_PACKED_BYTES))
        except (OSError, AttributeError):
            return False

    def _goes_back(self) -> bool:
        """Whether the stream can be read again up to where it was."""
        left = self._count
        if not self._begins_at(self._start):
            return False
        while left and (data := self._stream.read(min(left, 1 << 20))):
            left -= len(data)
        return not left

    def _begins_at(self, start: int) -> bool:
        try:
            self._packed.seek(start)
        except (OSError, AttributeError):
            return False
        self._stream = _arrow_stream(_Part(self._packed), self._codec)
        return True

    def go_on(self) -> int | None:
        """Pass over a damaged frame; the byte of the file at which the next one begins, or None."""
        try:
            start = self._behind_damage()
        except (OSError, AttributeError):  # the file cannot be read again
            return None
        if start is None or not self._begins_at(start):
            return None
        self._start, self._count, self._read_bytes = start, 0, _READ_BYTES
        return start

    def _behind_damage(self) -> int | None:
        """Where the first frame begins behind the first that is damaged."""
        start = self._start
        while end := frame_end(self._packed, start, _MAX_BLOCKS):
            self._packed.seek(end)
            if not self._packed.read(1):  # none is behind it
                return None
            if not self._is_whole(start, end):
                break
            start = end
        return next_frame(self._packed, end if end and frame_end(self._packed, end, 1) else start + 1)

    def _is_whole(self, start: int, end: int) -> bool:
        """Whether a frame can be decompressed."""
        self._packed.seek(start)
        frame = _arrow_stream(_Part(self._packed, end - start), self._codec)
        try:
            while frame.read(_READ_BYTES[0]):
                pass
        except _ERRORS:
            return False
        return True


class Lz4(Zstd):
    """Frames of LZ4, by Arrow. Behind a damaged one nothing is read."""

    _codec = "lz4"

    def _needs_dictionary(self) -> bool:
        return False

    def go_on(self) -> int | None:
        """None."""
        return None


class _Part:
    """The next bytes of a stream, or its rest, as a file that leaves the stream open."""

    closed = False

    def __init__(self, stream: IO[bytes], byte_count: int = 1 << 62) -> None:
        self._stream, self._left = stream, byte_count

    def read(self, size: int = -1) -> bytes:
        """Read from the stream."""
        data = self._stream.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(data)
        return data

    def readable(self) -> bool:
        """True."""
        return True

    def seekable(self) -> bool:
        """False."""
        return False

    def close(self) -> None:
        """Do nothing."""


def _arrow_stream(stream: "IO[bytes] | _Part", codec: str) -> Any:
    return pa.CompressedInputStream(pa.PythonFile(stream, "r"), codec)
