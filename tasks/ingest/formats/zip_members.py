"""The members of a zip archive that can be read, with bounds on what is unpacked, and those of one without its end."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from tasks.ingest.bounded_streams import FREE_BYTES, MAX_GROWTH, Outer

_LOCAL = b"PK\x03\x04"
_LOCAL_HEADER = struct.Struct("<4s5H3L2H")
_CENTRAL = b"PK\x01\x02"
_SEARCH_BYTES = 1 << 20
_PACKED_BYTES = 1 << 16
# Beyond the bound of an archive, members are still read that cannot grow more than text does
_PLAIN_GROWTH = 20
_ENCRYPTED, _SIZES_FOLLOW, _UTF8 = 1, 8, 0x800


@dataclass
class Budget:
    """What may be unpacked of an archive of `packed` bytes: only bytes that really were unpacked count."""

    packed: int
    unpacked: int = 0
    refused: list[str] = field(default_factory=list)  # names of members that are not read

    def allows(self, member: zipfile.ZipInfo) -> bool:
        """Whether a member may be read."""
        if self.unpacked <= FREE_BYTES or self.unpacked <= MAX_GROWTH * max(self.packed, 1):
            return True
        return member.file_size <= _PLAIN_GROWTH * max(member.compress_size, 1)

    @property
    def detail(self) -> str:
        """The sentence about the members that are not read."""
        return (
            f"{self.packed:,} bytes decompress to {self.unpacked:,}; {len(self.refused):,} members are not read, "
            f"the first is {self.refused[0]}"
        )


class CountedMember(Outer):
    """A member as a stream that counts what is unpacked."""

    def __init__(self, stream: IO[bytes], budget: Budget) -> None:
        super().__init__(stream)
        self._budget = budget

    def read(self, size: int = -1) -> bytes:
        """Read from the member."""
        data = self._stream.read(size)
        self._budget.unpacked += len(data)
        return data


def overlapping(members: list[zipfile.ZipInfo]) -> set[int]:
    """The header offsets of members whose data begins within another one: the sign of an archive made to explode."""
    found: set[int] = set()
    end = -1
    for member in sorted(members, key=lambda member: member.header_offset):
        if member.header_offset < end:
            found.add(member.header_offset)
        # the local header has at least these bytes before the data
        size = member.compress_size if member.compress_size > 0 else 0
        end = max(
            end, member.header_offset + _LOCAL_HEADER.size + len(member.orig_filename.encode("cp437", "replace")) + size
        )
    return found


def realign(members: list[zipfile.ZipInfo], stream: IO[bytes]) -> None:
    """Correct where members begin, if bytes stand between the last one and the directory.

    `zipfile` takes them for bytes before the first member, and then looks for each member too far behind.
    """
    first = min((member.header_offset for member in members), default=0)
    if not members or _is_header(stream, first) or (at := _next_header(stream, 0)) is None:
        return
    for member in members:
        if _is_header(stream, member.header_offset - (first - at)):
            member.header_offset -= first - at


def _is_header(stream: IO[bytes], at: int) -> bool:
    if at < 0:
        return False
    stream.seek(at)
    return stream.read(len(_LOCAL)) == _LOCAL


@dataclass(slots=True)
class Found:
    """A member found by its local header. `detail` says why it cannot be read."""

    name: str
    detail: str
    data: bytes = b""


def without_directory(stream: IO[bytes], max_bytes: int) -> Iterator[Found]:
    """The members of an archive that has lost its end, and with it its directory, by the headers before their data."""
    at = _next_header(stream, 0)
    while at is not None:
        stream.seek(at)
        head = stream.read(_LOCAL_HEADER.size)
        if len(head) < _LOCAL_HEADER.size:
            return
        _, _, flags, method, _, _, crc, packed, size, name_bytes, extra_bytes = _LOCAL_HEADER.unpack(head)
        raw_name = stream.read(name_bytes)
        name = raw_name.decode("utf-8" if flags & _UTF8 else "cp437", "replace")
        begin = at + _LOCAL_HEADER.size + name_bytes + extra_bytes
        follow = bool(flags & _SIZES_FOLLOW)
        stream.seek(begin)
        if flags & _ENCRYPTED or method not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or (follow and not method):
            found, end = Found(name, "cannot be read without the directory at the end of the archive"), begin
        elif method == zipfile.ZIP_STORED:
            found, end = _stored(stream, name, packed, max_bytes), begin + packed
        else:
            found, end = _inflated(stream, name, max_bytes)
        if not found.detail and not follow and (len(found.data) != size or zlib.crc32(found.data) != crc):
            found = Found(name, "is damaged: its checksum differs")
        if name and not name.endswith("/"):
            yield found
        at = _next_header(stream, begin if found.detail else end)


def _stored(stream: IO[bytes], name: str, size: int, max_bytes: int) -> Found:
    if size > max_bytes:
        return Found(name, f"more than {max_bytes:,} bytes")
    data = stream.read(size)
    return Found(name, "", data) if len(data) == size else Found(name, "the archive ends within it")


def _inflated(stream: IO[bytes], name: str, max_bytes: int) -> tuple[Found, int]:
    """A deflated member, and where its data ends."""
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    parts: list[bytes] = []
    size = 0
    while not engine.eof:
        packed = engine.unconsumed_tail or stream.read(_PACKED_BYTES)
        if not packed:
            return Found(name, "the archive ends within it"), stream.tell()
        try:
            parts.append(engine.decompress(packed, _SEARCH_BYTES))
        except zlib.error as error:
            return Found(name, f"is damaged: {error}"), stream.tell()
        size += len(parts[-1])
        if size > max_bytes:
            return Found(name, f"more than {max_bytes:,} bytes"), stream.tell()
    return Found(name, "", b"".join(parts)), stream.tell() - len(engine.unused_data)


def _next_header(stream: IO[bytes], at: int) -> int | None:
    """Where the next local header begins at or after an offset, or None."""
    stream.seek(at)
    overlap = b""
    while chunk := stream.read(_SEARCH_BYTES):
        window = overlap + chunk
        index = window.find(_LOCAL)
        if index >= 0:
            return at - len(overlap) + index
        at += len(chunk)
        overlap = window[-(len(_LOCAL) - 1) :]
    return None
