"""The files that the user's sources name, listed before any is read: paths, sizes and times, no contents.

Folders are walked in the order of their names, so that the same folder gives the same batches every time.
"""

import csv
import glob
import os
import pickle
import stat
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path

from tasks.errors import UsageError
from tasks.ingest.bounded_streams import CHUNK_BYTES
from tasks.ingest.formats import BY_NAME, FORMATS, PAGE, Format, format_of
from tasks.ingest.formats.times import microseconds
from tasks.storage import object_stores
from tasks.storage.addresses import path_of, printable, shown
from tasks.vocabulary import Flaw

ADDRESS_FILE = "urls.csv"  # beside the pages: columns file (or page_id), url, fetched_at (or crawled)
# suffixes of the folder that browsers save with a page
SAVED_PARTS = ("_files", "_data", "-Dateien", "_fichiers", "_archivos")
_PACKED_REFS = 1_000


class SourceError(UsageError):
    """An unusable source; the message is shown to the user."""


@dataclass(frozen=True, slots=True)
class FileRef:
    """One file with a page or many; all that a worker needs to read it."""

    source_uri: str
    path: str
    byte_count: int
    mtime_ns: int
    format: str = PAGE.name
    codec: str | None = None
    url: str | None = None
    fetched_at_us: int | None = None  # microseconds since 1970, UTC
    flaw: Flaw | None = None  # why it must not be opened
    detail: str = ""
    is_link: bool = False
    # of a part of a file: its records begin at or after the first byte and before the second (None: the end of the
    # file)
    span: tuple[int, int | None] | None = None
    lines_before: int = 0  # as in `formats.Opened`

    @property
    def size(self) -> int:
        """Bytes to read."""
        return self.byte_count if self.span is None else (self.span[1] or self.byte_count) - self.span[0]

    def parts(self, part_bytes: int) -> Iterator["FileRef"]:
        """The file in parts that several workers can read, if its format allows; a record is in the part it begins in.

        The last part has no end, whatever size the file declares.
        """
        kind = BY_NAME[self.format]
        # http is fetched whole, and counting the lines of a remote file would fetch it once more
        is_whole = (
            object_stores.is_remote(self.path) if kind.is_numbered else self.path.startswith(("http://", "https://"))
        )
        if is_whole or self.codec not in kind.splittable or self.byte_count <= part_bytes:
            yield self
            return
        starts = range(0, self.byte_count, part_bytes)
        try:
            lines = _line_ends(self.path, [start - 1 for start in starts]) if kind.is_numbered else [0] * len(starts)
        except OSError:  # which the reader will report
            yield self
            return
        for start, before in zip(starts, lines, strict=True):
            end = start + part_bytes
            yield replace(self, span=(start, end if end < self.byte_count else None), lines_before=before)

    @property
    def is_container(self) -> bool:
        """Whether it may hold more than one page."""
        return BY_NAME[self.format].is_container


def _line_ends(path: str, offsets: Iterable[int]) -> list[int]:
    """The number of line ends before each of some ascending offsets of a file. Takes a second for three gigabytes."""
    counts, count = [], 0
    with Path(path).open("rb") as stream:
        for offset in offsets:
            while (left := offset - stream.tell()) > 0 and (chunk := stream.read(min(left, CHUNK_BYTES))):
                count += chunk.count(b"\n")
            counts.append(count)
    return counts


class FileRefs(Collection[FileRef]):
    """Many files in order, compressed to some 20 bytes each instead of 280, so that ten million fit into memory."""

    def __init__(self, refs: Iterable[FileRef] = ()) -> None:
        self._packed: list[bytes] = []
        self._count = 0
        self.size = 0  # bytes to read, of all files
        self.extend(refs)

    def extend(self, refs: Iterable[FileRef]) -> None:
        """Add files at the end."""
        more = iter(refs)
        while part := list(islice(more, _PACKED_REFS)):
            self._packed.append(zlib.compress(pickle.dumps(part, pickle.HIGHEST_PROTOCOL), 1))
            self._count += len(part)
            self.size += sum(ref.size for ref in part)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[FileRef]:
        for packed in self._packed:
            yield from pickle.loads(zlib.decompress(packed))  # noqa: S301 - what was packed here

    def __contains__(self, ref: object) -> bool:
        return any(other == ref for other in self)


@dataclass
class Listing:
    """The files of a run, and what was skipped in the folders."""

    refs: FileRefs
    skipped: Counter[str] = field(default_factory=Counter)  # by suffix or kind of file


def list_files(sources: list[str]) -> Listing:
    """The files that the sources name, each once, in the order of the sources and of the names within.

    Raises:
        SourceError: a source does not exist, may not be read, or contains no file of a known kind.
    """
    listing = Listing(FileRefs())
    for source in sources:
        before = len(listing.refs)
        listing.refs.extend(files_of(source, listing.skipped))
        if len(listing.refs) == before:
            raise SourceError(_no_page_message(source, listing.skipped))
    if len(sources) > 1 or any(ref.is_link for ref in listing.refs):  # else no file can be listed twice
        listing.refs = FileRefs(_without_repeats(listing.refs))
    return listing


def _without_repeats(refs: Iterable[FileRef]) -> Iterable[FileRef]:
    """Each file once, although two sources or a link name it; the file itself is preferred to a link."""
    by_path: dict[str, FileRef] = {}
    for ref in refs:
        real = ref.path if object_stores.is_remote(ref.path) else os.path.realpath(ref.path)
        if real not in by_path or (by_path[real].is_link and not ref.is_link):
            by_path[real] = ref
    return by_path.values()


def _no_page_message(source: str, skipped: Counter[str]) -> str:
    """The message about a source without a single file to read."""
    others = ", ".join(f"{count} {kind}" for kind, count in skipped.most_common(5))
    suffixes = " ".join(suffix for kind in FORMATS for suffix in kind.suffixes)
    found = f"; found {others}" if others else ""
    return f"{shown(source)}: contains no page (looked for {suffixes}, also compressed{found})"


def files_of(source: str, skipped: Counter[str]) -> Iterator[FileRef]:
    """The files of one source.

    Raises:
        SourceError: it does not exist or may not be read.
    """
    path = Path(source)
    if object_stores.is_remote(source):
        yield from _remote_files(source, skipped)
    elif path.is_dir():
        yield from _walk(path, skipped)
    elif os.path.lexists(path):
        yield _named_file(path)
    elif any(mark in source for mark in "*?["):
        yield from _matches(source, skipped)
    else:
        raise SourceError(f"{shown(source)}: no such file or folder")


def _remote_files(source: str, skipped: Counter[str]) -> Iterator[FileRef]:
    try:
        for file in object_stores.list_store(source):
            name = path_of(file.path)
            kind, codec = format_of(name)
            if kind is None and not file.is_named:
                skipped[_kind(Path(name))] += 1
            else:
                yield FileRef(shown(file.path), file.path, file.byte_count, file.mtime_ns, (kind or PAGE).name, codec)
    except object_stores.StoreError as error:
        raise SourceError(str(error)) from error


def _matches(pattern: str, skipped: Counter[str]) -> Iterator[FileRef]:
    for name in sorted(glob.glob(pattern, recursive=True)):  # noqa: PTH207 - keeps the user's spelling of the path
        entry = Path(name)
        if entry.is_dir():
            if not pattern.endswith("**"):  # `**` matches the folders and their files both
                yield from _walk(entry, skipped)
        elif format_of(name)[0]:
            yield from _file_in(name, entry.name, format_of(entry.name), _addresses(entry.parent), skipped)
        else:
            skipped[_kind(entry)] += 1


def _named_file(path: Path) -> FileRef:
    """A file that the user named; its suffix may be unknown, but it must be a regular file."""
    try:
        status = path.stat()
    except OSError as error:
        raise SourceError(f"{printable(str(path))}: cannot be read ({error.strerror})") from error
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(f"{printable(str(path))}: is neither a file nor a folder")
    if not os.access(path, os.R_OK):
        raise SourceError(f"{printable(str(path))}: cannot be read (permission denied)")
    return _ref(str(path), path.name, status, _addresses(path.parent), format_of(path.name), is_link=path.is_symlink())


def _walk(folder: Path, skipped: Counter[str]) -> Iterator[FileRef]:
    def refuse(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise SourceError(f"{printable(str(folder))}: cannot be read ({error.strerror})") from error
        skipped[f"unreadable folder {printable(str(error.filename))}"] += 1

    top = os.path.realpath(folder)
    for root, folders, names in os.walk(folder, onerror=refuse):  # does not follow links to folders
        stems = {name.rpartition(".")[0] for name in names if name.lower().endswith((".htm", ".html"))}
        parts = {
            name
            for name in folders
            if any(name.endswith(suffix) and name.removesuffix(suffix) in stems for suffix in SAVED_PARTS)
        }
        if parts:
            skipped["folders with the parts of a saved page"] += len(parts)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in parts)
        addresses = _addresses(Path(root)) if ADDRESS_FILE in names else {}
        for name in sorted(names):
            if name == ADDRESS_FILE or name.startswith("."):
                continue
            kind = format_of(name)
            if kind[0]:
                yield from _file_in(f"{root.rstrip(os.sep)}{os.sep}{name}", name, kind, addresses, skipped, top)
            else:
                skipped[_kind(Path(name))] += 1


Kind = tuple[Format | None, str | None]


def _file_in(
    path: str,
    name: str,
    kind: Kind,
    addresses: dict[str, dict[str, str]],
    skipped: Counter[str],
    top: str | None = None,
) -> Iterator[FileRef]:
    """A file in a folder. What is not a regular file, or a link that leads out of `top`, is a page with a flaw."""
    try:
        status = os.lstat(path)
        is_link = stat.S_ISLNK(status.st_mode)
        if is_link:
            status = os.stat(path)  # noqa: PTH116 - a million files, and no Path for each
    except OSError as error:
        skipped[f"broken link ({error.strerror})"] += 1
        return
    if not stat.S_ISREG(status.st_mode):  # a FIFO would block the run, a device never end
        mode = status.st_mode
        what = "a pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"
        yield FileRef(printable(path), path, 0, status.st_mtime_ns, flaw=Flaw.NO_REGULAR_FILE, detail=f"is {what}")
    elif is_link and top is not None and not _is_within(os.path.realpath(path), top):
        detail = f"a link to {os.path.realpath(path)}"
        yield FileRef(printable(path), path, 0, status.st_mtime_ns, flaw=Flaw.LINK_OUTSIDE, detail=detail)
    else:
        yield _ref(path, name, status, addresses, kind, is_link=is_link)


def _is_within(path: str, top: str) -> bool:
    return path == top or path.startswith(top.rstrip(os.sep) + os.sep)


def _ref(
    path: str,
    name: str,
    status: os.stat_result,
    addresses: dict[str, dict[str, str]],
    kind: Kind,
    *,
    is_link: bool = False,
) -> FileRef:
    known_format, codec = kind
    url, fetched = None, None
    if addresses:
        row = addresses.get(name) or addresses.get(name.partition(".")[0]) or {}
        url, fetched = row.get("url") or None, microseconds(row.get("fetched_at") or row.get("crawled") or "")
    return FileRef(
        printable(path),
        path,
        status.st_size,
        status.st_mtime_ns,
        (known_format or PAGE).name,
        codec if known_format else None,
        url,
        fetched,
        is_link=is_link,
    )


def _addresses(folder: Path) -> dict[str, dict[str, str]]:
    """The rows of the folder's urls.csv by file name or page id; empty where there is none."""
    path = folder / ADDRESS_FILE
    if not path.is_file():
        return {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            rows = list(csv.DictReader(handle))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{printable(str(path))}: cannot be read as CSV ({error})") from error
    return {row.get("file") or row.get("page_id") or "": row for row in rows}


def _kind(path: Path) -> str:
    return f"{printable(path.suffix.lower())} files" if path.suffix else "files without a suffix"


def split_into_batches(
    refs: Iterable[FileRef], *, max_pages: int, max_bytes: int, part_bytes: int
) -> Iterator[list[FileRef]]:
    """The files in batches: a file with many pages alone or in parts, single pages up to `max_pages` and `max_bytes`.

    A page larger than `max_bytes` is a batch by itself.
    """
    batch: list[FileRef] = []
    size = 0
    for ref in refs:
        if batch and (ref.is_container or len(batch) >= max_pages or size + ref.byte_count > max_bytes):
            yield batch
            batch, size = [], 0
        if ref.is_container:
            yield from ([part] for part in ref.parts(part_bytes))
            continue
        batch.append(ref)
        size += ref.byte_count
    if batch:
        yield batch


def check_sources(sources: list[str]) -> None:
    """Check that every source can be read and contains a page; only the first file of each is looked for.

    Raises:
        SourceError: a source does not exist, may not be read, or contains no page.
    """
    for source in sources:
        skipped: Counter[str] = Counter()
        if next(files_of(source, skipped), None) is None:
            raise SourceError(_no_page_message(source, skipped))
