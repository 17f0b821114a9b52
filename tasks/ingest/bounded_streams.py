"""Streams that cannot fill the memory: decompression bounded in size and in growth."""

import codecs
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO, Any, cast

from tasks.ingest.unpacking import Members, UnpackError, Zstd, unpacker
from tasks.vocabulary import Flaw

CHUNK_BYTES = 1 << 20
# Text compresses 3 to 20 times, a page of blanks a hundred; gzip's own limit is 1032, bzip2's and xz's are in the
# millions
MAX_GROWTH = 200
FREE_BYTES = 64 << 20  # less than this is never a bomb: it does no harm


class FlawError(Exception):
    """A source that breaks a rule of ingest while it is read."""

    def __init__(self, flaw: Flaw, detail: str) -> None:
        super().__init__(detail)
        self.flaw, self.detail = flaw, detail


@dataclass(slots=True)
class CountingStream:
    """A binary stream that counts the bytes read from it."""

    stream: IO[bytes]
    count: int = 0

    def read(self, size: int = -1) -> bytes:
        """Read from the stream."""
        data = self.stream.read(size)
        self.count += len(data)
        return data

    def readinto(self, buffer: Any) -> int:
        """Read into a buffer."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move in the stream, to read a damaged part again."""
        return self.stream.seek(offset, whence)

    def seekable(self) -> bool:
        """False: the stream is read once, from start to end."""
        return False

    def readable(self) -> bool:
        """True."""
        return True

    def tell(self) -> int:
        """The number of bytes read so far."""
        return self.count

    @property
    def closed(self) -> bool:
        """Whether the stream is closed."""
        return bool(self.stream.closed)

    def close(self) -> None:
        """Close the stream."""
        self.stream.close()

    def flush(self) -> None:
        """Do nothing."""


class Outer:
    """What is read through another stream, and closed with it."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream

    @property
    def closed(self) -> bool:
        """Whether the stream is closed."""
        return self._stream.closed

    def close(self) -> None:
        """Close the stream."""
        self._stream.close()


class Begun(Outer):
    """A binary stream whose first bytes are known, and are read once more."""

    def __init__(self, stream: IO[bytes], size: int = 8192) -> None:
        super().__init__(stream)
        self.head = self._left = stream.read(size)

    def read(self, size: int = -1) -> bytes:
        """Read from the stream."""
        if not self._left:
            return self._stream.read(size)
        if size < 0:
            data, self._left = self._left + self._stream.read(), b""
        else:
            data, self._left = self._left[:size], self._left[size:]
        return data


@dataclass(slots=True)
class Window:
    """A binary stream that seems to end at byte `end` of another; offsets are those of the other stream."""

    stream: IO[bytes]
    end: int | None  # None for the stream's own end

    def read(self, size: int = -1) -> bytes:
        """Read from the stream, up to the end."""
        if self.end is None:
            return self.stream.read(size)
        left = max(0, self.end - self.stream.tell())
        return self.stream.read(left if size < 0 else min(size, left))

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to an offset from the start (whence 0), the current offset (1) or the end (2)."""
        if whence == 2 and self.end is not None:
            return self.stream.seek(self.end + offset)
        return self.stream.seek(offset, whence)

    def tell(self) -> int:
        """The current offset."""
        return self.stream.tell()


class BoundedStream:
    """A decompressed stream: `read` raises FlawError if the data is broken or grows like a bomb."""

    def __init__(self, stream: IO[bytes], codec: str | None) -> None:
        self.compressed = CountingStream(stream)
        self.count = self._forgiven = 0
        self._stream: Any = unpacker(cast("IO[bytes]", self.compressed), codec)
        self._codec = codec
        self._ahead = b""  # read by `peek`
        self._error: FlawError | None = None  # what stands behind it cannot be read
        self._has_gap = False  # damaged members may be passed over
        self._decoder: codecs.IncrementalDecoder | None = None

    def peek(self, size: int) -> bytes:
        """The next `size` bytes or a little more, which `read` gives once more; fewer at the end or before damage.

        Raises:
            FlawError: as for `read`, at the first byte.
        """
        parts = [self._ahead]
        self._ahead = b""
        length = len(parts[0])
        try:
            while length < size and (data := self.read()):
                parts.append(data)
                length += len(data)
        except FlawError:  # `read` raises it where it stands
            if not length:
                raise
        self._ahead = b"".join(parts)
        return self._ahead

    def read(self, size: int = CHUNK_BYTES) -> bytes:
        """At most `size` bytes, b"" at the end.

        Raises:
            FlawError: a bomb, or data that cannot be decompressed.
        """
        if self._ahead:
            length = min(size, CHUNK_BYTES) if size >= 0 else CHUNK_BYTES
            ahead, self._ahead = self._ahead[:length], self._ahead[length:]
            return ahead
        if self._error is not None:
            raise self._error
        data = self._unpacked(min(size, CHUNK_BYTES) if size >= 0 else CHUNK_BYTES)
        if self._decoder is None:
            return data
        while data and not (text := self._decoder.decode(data)):  # a character may be cut
            data = self._unpacked(CHUNK_BYTES)
        return text.encode() if data else self._decoder.decode(b"", final=True).encode()

    def _unpacked(self, size: int) -> bytes:
        try:
            data: bytes = self._stream.read(size)
        except (UnpackError, OSError) as error:
            self._error = FlawError(Flaw.BROKEN_FILE, f"the {self._codec or 'file'} data is broken: {error}")
            self._has_gap = isinstance(error, UnpackError)
            raise self._error from error
        self.count += len(data)
        if self._codec and self.is_bomb():
            detail = f"{self.compressed.count:,} bytes decompress to {self.count:,} and more"
            self._error = FlawError(Flaw.BOMB, detail)
            raise self._error
        return data

    def recode(self, encoding: str) -> None:
        """Give the rest, a text in some encoding, in UTF-8, with the sign for damage where it is not in that."""
        self._decoder = codecs.getincrementaldecoder(encoding)("replace")
        ahead, self._ahead = self._ahead, b""
        self._ahead = self._decoder.decode(ahead).encode()

    def resume(self) -> int | None:
        """Go on behind damage, at the next sound member; its byte in the file, or None if there is none.

        Log files are compressed member by member, and a damaged one must not cost the others.
        """
        if not self._has_gap or not isinstance(self._stream, Members | Zstd):
            return None
        self._has_gap = False
        position = self._stream.go_on()
        if position is not None:
            self._error = None
            if self._decoder is not None:
                self._decoder.reset()
        return position

    @property
    def bytes_behind(self) -> int:
        """The bytes behind the end of the compressed data, which are no data."""
        return getattr(self._stream, "bytes_behind", 0)

    def is_bomb(self) -> bool:
        """Whether the data read so far has grown too much."""
        return self.count - self._forgiven > FREE_BYTES and self.has_outgrown()

    def has_outgrown(self) -> bool:
        """Whether the data read so far has grown more than MAX_GROWTH times, harmless or not."""
        return self.count - self._forgiven > MAX_GROWTH * max(self.compressed.count, 1)

    def forgive(self, byte_count: int) -> None:
        """Do not count some bytes that were read and passed over as growth: they cost time only, which is limited."""
        self._forgiven += byte_count

    def lines(self, max_bytes: int) -> Iterator[tuple[bytes | None, int]]:
        """Lines without their end, and their sizes; None instead of a line larger than `max_bytes`."""
        begun = io.BytesIO()  # a line that began in an earlier chunk; it gives its bytes away without a copy
        size, is_too_large = 0, False
        while chunk := self.read():
            *complete, rest = chunk.split(b"\n")
            for part in complete:
                size += len(part)
                if size == len(part) <= max_bytes:  # nearly all: what began in an earlier chunk is copied
                    yield part, size
                    size = 0
                    continue
                begun.write(part)
                yield (None if is_too_large or size > max_bytes else begun.getvalue()), size
                begun, size, is_too_large = io.BytesIO(), 0, False
            size += len(rest)
            if size > max_bytes:
                begun, is_too_large = io.BytesIO(), True
            elif not is_too_large:
                begun.write(rest)
        if size:
            yield (None if is_too_large else begun.getvalue()), size


def read_bounded(stream: IO[bytes], codec: str | None, max_bytes: int) -> bytes:
    """All of a small file, decompressed.

    Raises:
        FlawError: it is larger than `max_bytes`, a bomb or broken.
    """
    source = BoundedStream(stream, codec)
    parts: list[bytes] = []
    while data := source.read():
        parts.append(data)
        if source.count > max_bytes:
            is_bomb = codec is not None and _turns_into_bomb(source)
            detail = f"more than {max_bytes:,} bytes"
            if codec:
                detail += f", decompressed from {source.compressed.count:,}"
            raise FlawError(Flaw.BOMB if is_bomb else Flaw.TOO_LARGE, detail)
    return b"".join(parts)


def _turns_into_bomb(source: BoundedStream) -> bool:
    """Whether the data has grown too much after the next FREE_BYTES of it.

    A decompressor reads ahead, 8 kB in Python 3.11 and 128 kB from 3.12 on, so the first megabyte says little of the
    growth.
    """
    try:
        while source.count <= FREE_BYTES and source.read():
            pass
    except FlawError as error:
        return error.flaw is Flaw.BOMB
    return source.has_outgrown()
