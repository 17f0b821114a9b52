"""Pages in zip and tar archives; nothing is unpacked to disk."""

import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import IO, cast

from tasks.ingest.bounded_streams import FREE_BYTES, MAX_GROWTH, BoundedStream, FlawError
from tasks.ingest.formats import PAGE, Opened, Options, Skipped, format_of
from tasks.ingest.formats.pages import read_mhtml, read_page
from tasks.ingest.record import Record
from tasks.vocabulary import Flaw

# everything that `zipfile` raises for broken data; NotImplementedError means an unknown compression
_ZIP_ERRORS = (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, zlib.error, RuntimeError)


def read_zip(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """The pages of a zip archive; unsafe names, nested archives and bombs are records with a flaw."""
    try:
        archive = zipfile.ZipFile(opened.stream)
        members = archive.infolist()
    except _ZIP_ERRORS as error:
        yield Record(None, flaw=Flaw.BROKEN_FILE, detail=f"the archive cannot be opened: {error}")
        return
    packed, grown = _size(opened.stream), 0
    for member in members:
        if member.is_dir():
            continue
        if grown > FREE_BYTES and grown > MAX_GROWTH * max(packed, 1):  # members that overlap: small each, huge in sum
            detail = f"{packed:,} bytes decompress to {grown:,}"
            yield Record(None, key=_key(member.filename), flaw=Flaw.BOMB, detail=detail)
            return
        if member.flag_bits & 1:
            yield Record(None, key=_key(member.filename), flaw=Flaw.ENCRYPTED, detail="needs a password")
            continue
        try:
            with archive.open(member) as stream:
                for record in _member(stream, member.filename, _zip_time(member), options):
                    if isinstance(record, Record):
                        grown += len(record.raw or b"") or options.max_page_bytes
                    yield record
        except _ZIP_ERRORS as error:
            yield Record(None, key=_key(member.filename), flaw=Flaw.BROKEN_RECORD, detail=str(error))


def read_tar(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """The pages of a tar archive in its order; links and devices in it are never followed."""
    source = BoundedStream(opened.stream, opened.codec)
    last = ""
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", _Stream(source)), mode="r|") as archive:
            for member in archive:
                last = member.name
                if member.isdir():
                    continue
                if not member.isfile():
                    kind = "a link" if member.issym() or member.islnk() else "a device or a pipe"
                    yield Record(None, key=_key(member.name), flaw=Flaw.NO_REGULAR_FILE, detail=f"is {kind}")
                    continue
                stream = archive.extractfile(member)
                if stream is not None:
                    yield from _member(stream, member.name, _tar_time(member), options)
    except FlawError as error:
        yield Record(None, key=_key(last), flaw=error.flaw, detail=error.detail)
    except (tarfile.TarError, OSError, ValueError, EOFError, OverflowError) as error:
        after = f" after {last}" if last else ""
        yield Record(None, key=_key(last), flaw=Flaw.BROKEN_FILE, detail=f"the archive is truncated{after}: {error}")


class _Stream:
    """A stream as tarfile needs it: a read returns exactly the size asked for."""

    def __init__(self, source: BoundedStream) -> None:
        self._source = source

    def read(self, size: int) -> bytes:
        """Exactly `size` bytes, fewer only at the end."""
        parts, left = [], size
        while left > 0 and (data := self._source.read(left)):
            parts.append(data)
            left -= len(data)
        return b"".join(parts)


def _member(stream: IO[bytes], name: str, fetched_at_us: int | None, options: Options) -> Iterator[Record | Skipped]:
    kind, codec = format_of(name)
    leaf = PurePosixPath(name).name
    if kind is None or leaf.startswith(".") or leaf == "urls.csv":
        suffix = PurePosixPath(leaf).suffix.lower()
        yield Skipped(f"{suffix} files in archives" if suffix else "files without a suffix in archives")
        return
    if problem := _unsafe(name):
        yield Record(None, key=_key(name), flaw=Flaw.UNSAFE_NAME, detail=problem)
        return
    if kind.is_container:
        detail = f"a {kind.name} file in an archive; unpack it and use it as a source"
        yield Record(None, key=_key(name), flaw=Flaw.NESTED_ARCHIVE, detail=detail)
        return
    read = read_page if kind is PAGE else read_mhtml
    for record in read(Opened(stream, name, codec), options):
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


def _tar_time(member: tarfile.TarInfo) -> int | None:
    try:
        return int(member.mtime * 1_000_000)
    except (ValueError, OverflowError):  # "nan" and "inf" are numbers in a PAX header
        return None


def _size(stream: IO[bytes]) -> int:
    offset = stream.tell()
    size = stream.seek(0, 2)
    stream.seek(offset)
    return size
