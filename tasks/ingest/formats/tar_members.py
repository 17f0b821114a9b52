"""The members of a tar archive, one after the other, whatever its headers claim.

`tarfile` believes a header: with a size of 10^14 bytes it never ends, with 200,000 extended headers in a row it exceeds
the stack, and behind a damaged header it stops. Here a header costs no more than its own bytes, and reading goes on at
the next sound one.
"""

import tarfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tasks.ingest.bounded_streams import CHUNK_BYTES, BoundedStream, FlawError
from tasks.vocabulary import Flaw

_BLOCK_BYTES = tarfile.BLOCKSIZE
_MAX_EXTENDED_BYTES = 1 << 20  # of one extended header; a path has some thousand at most
_MAX_RETURNS = 8  # to the header of a member that is not there; each reads the file up to it again
_MAX_DIGITS = 20  # of a number in an extended header: no file has more bytes
_LINKS = {tarfile.LNKTYPE, tarfile.SYMTYPE}
_WITHOUT_DATA = {*_LINKS, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, tarfile.DIRTYPE}


@dataclass(slots=True)
class Member:
    """One member: its name, what it is if no regular file, and its data."""

    name: str
    kind: str  # empty for a regular file
    size: int
    mtime: float | None
    data: "Data"


@dataclass(slots=True)
class Damage:
    """Something between members that cannot be read."""

    detail: str
    is_end: bool = False  # nothing was found behind it


@dataclass(slots=True)
class _Extended:
    """What extended headers say of the member that follows them."""

    name: str | None = None
    size: int | None = None
    mtime: float | None = None
    is_sparse: bool = False


class Data:
    """The data of a member as a stream. A read behind the end of the archive is an error, not the end of the member."""

    def __init__(self, tape: "_Tape", size: int) -> None:
        self._tape, self.left = tape, size

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, b"" at the end of the member.

        Raises:
            FlawError: the archive ends before, or it cannot be decompressed.
        """
        wanted = min(self.left, CHUNK_BYTES if size < 0 else size)
        if wanted <= 0:
            return b""
        data = self._tape.read(wanted)
        if not data:
            raise FlawError(Flaw.BROKEN_RECORD, f"the archive ends {self.left:,} bytes before the end of this member")
        self.left -= len(data)
        return data

    @property
    def closed(self) -> bool:
        """False."""
        return False

    def close(self) -> None:
        """Do nothing: the archive stays open."""


@dataclass(slots=True)
class _Tape:
    """A decompressed stream in blocks; `at` is the offset in it."""

    source: BoundedStream
    at: int = 0
    _ahead: bytes = b""
    _used: int = 0  # of the bytes ahead

    def read(self, size: int) -> bytes:
        """At most `size` bytes."""
        if self._used >= len(self._ahead):
            self._ahead, self._used = self.source.read(), 0
        data = self._ahead[self._used : self._used + size]
        self._used += len(data)
        self.at += len(data)
        return data

    def exactly(self, size: int) -> bytes:
        """`size` bytes, fewer at the end."""
        data = self.read(size)
        while len(data) < size and (more := self.read(size - len(data))):
            data += more
        return data

    def skip(self, size: int) -> int:
        """Pass over some bytes, which cost no memory: they are no sign of a bomb. Returns: how many there were not."""
        while size > 0 and (data := self.read(min(size, CHUNK_BYTES))):
            size -= len(data)
            self.source.forgive(len(data))
        return size


@dataclass
class _Walk:
    """The state of reading an archive."""

    tape: _Tape
    extended: _Extended = field(default_factory=_Extended)
    is_lost: bool = False  # whether the next sound header is looked for
    damage: str = ""  # why, if it is to be reported
    header_count: int = 0
    member_count: int = 0
    returns: int = 0


NO_END = Damage("the archive has no end", is_end=True)  # cut between two members, or by a program that writes none


def members(open_tape: Callable[[], BoundedStream]) -> Iterator[Member | Damage]:
    """The members of an archive. `open_tape` opens it at its start, again after a member that is not there.

    Raises:
        FlawError: it cannot be decompressed, or has grown like a bomb.
    """
    walk, has_end = _Walk(_Tape(open_tape())), False
    while block := walk.tape.exactly(_BLOCK_BYTES):
        has_end = not block.strip(b"\0")  # of an archive; another one may follow
        if has_end:
            continue
        header = _header(block, walk.is_lost)
        if header is None:
            if not walk.is_lost:
                walk.is_lost, walk.extended = True, _Extended()
                walk.damage = f"the header at byte {walk.tape.at - len(block):,} is damaged"
            continue
        if walk.damage:
            yield Damage(walk.damage)
        walk.is_lost, walk.damage = False, ""
        walk.header_count += 1
        if header.type in (tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, b"L", b"K"):
            _extend(walk, header)
            continue
        member = _member(walk, header)
        walk.extended = _Extended()
        header_end = walk.tape.at
        walk.member_count += 1
        yield member
        padding = -member.size % _BLOCK_BYTES
        if walk.tape.skip(member.data.left) and walk.returns < _MAX_RETURNS:
            walk.tape = _Tape(open_tape())
            walk.tape.skip(header_end)
            walk.is_lost, walk.returns = True, walk.returns + 1
        else:
            walk.tape.skip(padding)
    if walk.header_count or walk.damage:
        yield from _ending(walk, has_end=has_end)


def _ending(walk: _Walk, *, has_end: bool) -> Iterator[Damage]:
    """What is to be said at the end of an archive that is not without a member."""
    if not walk.header_count:
        yield Damage("is not a tar archive", is_end=True)
    elif not walk.member_count and not walk.damage:
        yield Damage(f"contains {walk.header_count:,} extended headers and no member", is_end=True)
    elif walk.damage:
        yield Damage(f"{walk.damage}, and no sound one follows", is_end=True)
    elif not has_end:
        yield NO_END


def _header(block: bytes, is_lost: bool) -> tarfile.TarInfo | None:
    """The header in a block, or None. Where the way is lost, it must have the signature, as data may look like one."""
    if is_lost and block[257:262] != b"ustar":
        return None
    try:
        header = tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except (tarfile.TarError, ValueError, OverflowError):
        return None
    return header if header.size >= 0 else None


def _extend(walk: _Walk, header: tarfile.TarInfo) -> None:
    """Read an extended header."""
    extended = walk.extended
    if header.size > _MAX_EXTENDED_BYTES:
        walk.damage = f"an extended header claims {header.size:,} bytes"
        walk.is_lost = True  # what stands in it is looked at
        return
    data = walk.tape.exactly(header.size)
    walk.tape.skip(-header.size % _BLOCK_BYTES)
    if header.type == b"L":
        extended.name = _text(data.rstrip(b"\0"))
    elif header.type in (tarfile.XHDTYPE, tarfile.SOLARIS_XHDTYPE):
        _read_pax(data, extended)


def _read_pax(data: bytes, extended: _Extended) -> None:
    """Read the records `LENGTH KEY=VALUE` of an extended header."""
    at = 0
    while at < len(data):
        space = data.find(b" ", at, at + _MAX_DIGITS)
        digits = data[at:space] if space > 0 else b""
        if not digits.isdigit() or int(digits) <= len(digits) + 1:
            return
        key, _, value = data[space + 1 : at + int(digits) - 1].partition(b"=")
        at += int(digits)
        if key == b"path":
            extended.name = _text(value)
        elif key == b"size" and value.isdigit() and len(value) <= _MAX_DIGITS:
            extended.size = int(value)
        elif key == b"mtime":
            extended.mtime = _number(value)
        elif key.startswith(b"GNU.sparse."):
            extended.is_sparse = True


def _member(walk: _Walk, header: tarfile.TarInfo) -> Member:
    extended = walk.extended
    size = header.size if extended.size is None else extended.size
    if header.type in _WITHOUT_DATA:
        size = 0
    name = header.name if extended.name is None else extended.name
    mtime = extended.mtime if extended.mtime is not None else float(header.mtime)
    return Member(name, _kind(header, extended), size, mtime, Data(walk.tape, size))


def _kind(header: tarfile.TarInfo, extended: _Extended) -> str:
    if header.isdir():
        return "a folder"
    if header.type in _LINKS:
        return "a link"
    if extended.is_sparse or header.type == tarfile.GNUTYPE_SPARSE:
        return "a sparse file"
    return "" if header.isreg() else "a device or a pipe"


def _text(raw: bytes) -> str:
    return raw.decode("utf-8", "surrogateescape")


def _number(value: bytes) -> float | None:
    try:
        return float(value[:_MAX_DIGITS])
    except ValueError:
        return None
