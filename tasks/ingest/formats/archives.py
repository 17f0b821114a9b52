"""Pages in zip and tar archives; nothing is unpacked to disk."""

import io
import stat
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import IO, cast

from tasks.ingest.bounded_streams import FREE_BYTES, Begun, BoundedStream, FlawError
from tasks.ingest.content_kind import kind_of_unnamed
from tasks.ingest.formats import Opened, Options, Skipped, format_of
from tasks.ingest.formats.nested import read_nested
from tasks.ingest.formats.tar_members import NO_END, Damage
from tasks.ingest.formats.tar_members import members as tar_members
from tasks.ingest.formats.zip_members import Budget, CountedMember, overlapping, realign, without_directory
from tasks.ingest.reading_time import TimeIsUpError
from tasks.ingest.record import Record
from tasks.ingest.selection import BESIDE_PAGES, is_hidden, is_of_mirror, may_be_of, may_be_page, signs_beside_pages
from tasks.vocabulary import Flaw

MEMBERS_NOT_READ = Skipped("members of archives that decompress beyond all limits")
# everything that `zipfile` raises for broken data; NotImplementedError means an unknown compression
_ZIP_ERRORS = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, zlib.error, RuntimeError)


def read_zip(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """The pages of a zip archive; unsafe names, nested archives and bombs are records with a flaw."""
    try:
        archive = zipfile.ZipFile(opened.stream)
        members = archive.infolist()
        realign(members, opened.stream)
    except _ZIP_ERRORS as error:
        yield from _without_directory(opened, options, error)
        return
    budget, within, read_count = Budget(_size(opened.stream)), overlapping(members), 0
    try:
        for member in members:
            is_within = member.header_offset in within
            yield from _zip_member(archive, member, budget, options, is_within=is_within)
            read_count += 1
    except TimeIsUpError as error:
        error.rest = f"{len(members) - read_count:,} of {len(members):,} members"
        raise
    if budget.refused:
        yield Record(None, key=budget.refused[0], flaw=Flaw.BOMB, detail=budget.detail)


def _zip_member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, budget: Budget, options: Options, *, is_within: bool
) -> Iterator[Record | Skipped]:
    """The pages of a member of a zip archive; `is_within` says that its bytes are those of another one."""
    if member.filename.endswith("/"):
        return
    key = _key(member.filename)
    if member.flag_bits & 1:
        yield Record(None, key=key, flaw=Flaw.ENCRYPTED, detail="needs a password")
        return
    if stat.S_ISLNK(member.external_attr >> 16):
        yield Record(None, key=key, flaw=Flaw.NO_REGULAR_FILE, detail="is a link")
        return
    if (is_within and budget.unpacked > FREE_BYTES) or not budget.allows(member):
        budget.refused.append(key)
        yield MEMBERS_NOT_READ
        return
    try:
        with archive.open(member) as stream:
            counted = cast("IO[bytes]", CountedMember(stream, budget))
            yield from _member(counted, member.filename, _zip_time(member), options)
    except _ZIP_ERRORS as error:
        yield Record(None, key=key, flaw=Flaw.BROKEN_RECORD, detail=_of_damage(error))


def _of_damage(error: Exception) -> str:
    """What is wrong with a member; zlib and the other engines name neither the member nor what they read."""
    if isinstance(error, zlib.error | EOFError):
        return f"the member of the zip file is damaged: {str(error) or 'it is cut short'}"
    return str(error)


def _without_directory(opened: Opened, options: Options, error: Exception) -> Iterator[Record | Skipped]:
    """The pages of an archive whose end, where its directory is, is damaged or cut off."""
    count = 0
    for found in without_directory(opened.stream, options.max_page_bytes):
        count += 1
        if found.detail:
            yield Record(None, key=_key(found.name), flaw=Flaw.BROKEN_RECORD, detail=found.detail)
        else:
            yield from _member(io.BytesIO(found.data), found.name, None, options)
    detail = f"the archive cannot be opened: {error}"
    if count:
        detail = (
            f"the directory at the end of the archive is damaged ({error}); {count:,} members were found without it"
        )
    yield Record(None, key="end" if count else "", flaw=Flaw.BROKEN_FILE, detail=detail)


WITHOUT_END = Skipped("tar archives without an end, of which members may be missing")


def read_tar(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """The pages of a tar archive in its order; links and devices in it are never followed."""

    def open_tape() -> BoundedStream:
        opened.stream.seek(0)
        return BoundedStream(opened.stream, opened.codec)

    last, detail = "", ""
    try:
        for member in tar_members(open_tape):
            if member is NO_END:
                yield WITHOUT_END
                continue
            if isinstance(member, Damage):
                flaw = Flaw.BROKEN_FILE if member.is_end else Flaw.BROKEN_RECORD
                yield Record(None, key=_key(f"{last}+"), flaw=flaw, detail=f"{member.detail}{_after(last)}")
                continue
            last = member.name
            if member.kind:
                if member.kind != "a folder":
                    yield Record(None, _key(last), flaw=Flaw.NO_REGULAR_FILE, detail=f"is {member.kind}")
                continue
            for record in _member(cast("IO[bytes]", member.data), last, _tar_time(member.mtime), options):
                detail = record.detail if isinstance(record, Record) else ""
                yield record
    except FlawError as error:
        if error.detail != detail:  # which the member has reported
            yield Record(None, key=_key(f"{last}+"), flaw=error.flaw, detail=f"{error.detail}{_after(last)}")


def _after(name: str) -> str:
    return f", after {name}" if name else ""


def _member(stream: IO[bytes], name: str, fetched_at_us: int | None, options: Options) -> Iterator[Record | Skipped]:
    kind, codec = format_of(name)
    leaf = PurePosixPath(name).name
    if kind is None and may_be_page(leaf) and not is_hidden(leaf):
        begun = Begun(stream)
        found, stream = kind_of_unnamed(begun.head), cast("IO[bytes]", begun)
        kind = found if found is not None and may_be_of(leaf, found) else None
    if kind is None or leaf.startswith(".") or leaf == "urls.csv":
        suffix = PurePosixPath(leaf).suffix.lower()
        yield Skipped(f"{suffix} files in archives" if suffix else "files without a suffix in archives")
        return
    is_beside = is_of_mirror(name)
    if signs := signs_beside_pages(leaf):
        begun = Begun(stream)
        is_beside, stream = is_beside or bool(signs.search(begun.head)), cast("IO[bytes]", begun)
    if is_beside:
        yield Skipped(BESIDE_PAGES)
        return
    if problem := _unsafe(name):
        yield Record(None, key=_key(name), flaw=Flaw.UNSAFE_NAME, detail=problem)
        return
    if kind.is_container:
        yield from read_nested(stream, kind, name, _key(name), options)
        return
    for record in kind.read(Opened(stream, name, codec), options):
        if isinstance(record, Skipped):
            yield record
            continue
        record.key = _key(name)
        record.fetched_at_us = record.fetched_at_us if record.fetched_at_us is not None else fetched_at_us
        yield record


def _unsafe(name: str) -> str | None:
    """Why a name must not be used as a path, or None."""
    parts = PurePosixPath(name.replace("\\", "/"))
    if parts.is_absolute() or (len(name) > 1 and name[1] == ":"):
        return "the name is an absolute path"
    if ".." in parts.parts:
        return "the name points outside the archive"
    return "the name contains a NUL" if "\x00" in name else None


def _key(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode().replace("\x00", "\\0")[:500] or "?"


def _zip_time(member: zipfile.ZipInfo) -> int | None:
    try:
        return int(datetime(*member.date_time, tzinfo=UTC).timestamp() * 1_000_000)
    except ValueError:
        return None


def _tar_time(seconds: float | None) -> int | None:
    try:
        return None if seconds is None else int(seconds * 1_000_000)
    except (ValueError, OverflowError):  # "nan" and "inf" are numbers in a PAX header
        return None


def _size(stream: IO[bytes]) -> int:
    offset = stream.tell()
    size = stream.seek(0, 2)
    stream.seek(offset)
    return size
