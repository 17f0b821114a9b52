"""What the user's sources stand for: the list of files to read, before any is read.

Pure listing: names, sizes and times, no contents. Folders are walked in the order of their names, so that the same
folder gives the same batches every time.
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
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from tasks.errors import UsageError
from tasks.ingest.bounded_streams import CHUNK_BYTES
from tasks.ingest.formats import BY_NAME, FORMATS, PAGE, Format, format_of
from tasks.storage import object_stores
from tasks.vocabulary import Flaw

ADDRESS_FILE = "urls.csv"  # beside the pages: columns file (or page_id), url, fetched_at (or crawled)
SAVED_PARTS = (
    "_files",
    "_data",
    "-Dateien",
    "_fichiers",
    "_archivos",
)  # what browsers call the folder beside a saved page


_PACKED_REFS = 1_000


class SourceError(UsageError):
    """An unusable source; the message is shown to the user."""


@dataclass(frozen=True, slots=True)
class FileRef:
    """Where one file lies that holds a page or many; enough for a worker to read it."""

    source_uri: str
    path: str
    byte_count: int
    mtime_ns: int
    format: str = PAGE.name
    codec: str | None = None
    url: str | None = None
    fetched_at_us: int | None = None  # microseconds since 1970, UTC
    flaw: Flaw | None = None  # why it is not to be opened
    detail: str = ""
    is_link: bool = False
    # of a part: the first byte at which its records may begin, and one past the last (None: the rest)
    span: tuple[int, int | None] | None = None
    lines_before: int = 0  # as in `formats.Opened`

    @property
    def size(self) -> int:
        """Bytes that are to be read."""
        return self.byte_count if self.span is None else (self.span[1] or self.byte_count) - self.span[0]

    def parts(self, part_bytes: int) -> Iterator["FileRef"]:
        """The file in parts that several workers can read, where its format allows: records belong where they begin.

        The last part has no end, whatever the file says of itself.
        """
        kind = BY_NAME[self.format]
        is_parted = self.codec in kind.parted and self.byte_count > part_bytes
        # http is fetched whole, and to count the lines of a remote file were to fetch it once more
        if not is_parted or (object_stores.is_remote(self.path) if kind.is_numbered else self.path.startswith(("http://", "https://"))):  # fmt: skip
            yield self
            return
        starts = range(0, self.byte_count, part_bytes)
        try:
            lines = _line_ends(self.path, [start - 1 for start in starts]) if kind.is_numbered else [0] * len(starts)
        except OSError:  # of which the reader tells
            yield self
            return
        for start, before in zip(starts, lines, strict=True):
            end = start + part_bytes
            yield replace(self, span=(start, end if end < self.byte_count else None), lines_before=before)

    @property
    def is_container(self) -> bool:
        """Whether it may hold more than one page."""
        return BY_NAME[self.format].is_container


def _line_ends(path: str, places: Iterable[int]) -> list[int]:
    """The line ends before each of some places of a file, which ascend: a second for three gigabytes."""
    found, count = [], 0
    with Path(path).open("rb") as stream:
        for place in places:
            while (left := place - stream.tell()) > 0 and (chunk := stream.read(min(left, CHUNK_BYTES))):
                count += chunk.count(b"\n")
            found.append(count)
    return found


class FileRefs(Collection[FileRef]):
    """Many files in order, packed: some 20 bytes each where objects take 280, so that ten million of them fit into memory."""

    def __init__(self, refs: Iterable[FileRef] = ()) -> None:
        self._packed: list[bytes] = []
        self._count = 0
        self.size = 0  # bytes that are to be read of all
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
        return any(own == ref for own in self)


@dataclass
class Listing:
    """The files of a run, and what was passed over in the folders."""

    refs: FileRefs
    passed_over: Counter[str] = field(default_factory=Counter)  # by suffix or kind of file


def list_files(sources: list[str]) -> Listing:
    """The files that the sources name, each once, in the order of the sources and of the names within.

    Raises:
        SourceError: a source does not exist, may not be read, or holds no file of a known kind.
    """
    listing = Listing(FileRefs())
    for source in sources:
        before = len(listing.refs)
        listing.refs.extend(files_of(source, listing.passed_over))
        if len(listing.refs) == before:
            raise SourceError(nothing_found(source, listing.passed_over))
    if len(sources) > 1 or any(ref.is_link for ref in listing.refs):  # else no file can have two names here
        listing.refs = FileRefs(_once(listing.refs))
    return listing


def _once(refs: Iterable[FileRef]) -> Iterable[FileRef]:
    """Without files that were listed before, by two sources or through a link; a link gives way to the file itself."""
    found: dict[str, FileRef] = {}
    for ref in refs:
        real = ref.path if object_stores.is_remote(ref.path) else os.path.realpath(ref.path)
        if real not in found or (found[real].is_link and not ref.is_link):
            found[real] = ref
    return found.values()


def nothing_found(source: str, passed_over: Counter[str]) -> str:
    """What to tell of a source without a single file."""
    others = ", ".join(f"{count} {kind}" for kind, count in passed_over.most_common(5))
    endings = " ".join(suffix for kind in FORMATS for suffix in kind.suffixes)
    return f"{source}: no page in it (looked for {endings}, also compressed{'; found ' + others if others else ''})"


def files_of(source: str, passed_over: Counter[str]) -> Iterator[FileRef]:
    """The files of one source.

    Raises:
        SourceError: it does not exist or may not be read.
    """
    path = Path(source)
    if object_stores.is_remote(source):
        yield from _remote_files(source, passed_over)
    elif path.is_dir():
        yield from _walk(path, passed_over)
    elif os.path.lexists(path):
        yield _named_file(path)
    elif any(mark in source for mark in "*?["):
        yield from _matches(source, passed_over)
    else:
        raise SourceError(f"{source}: there is no such file or folder")


def _remote_files(source: str, passed_over: Counter[str]) -> Iterator[FileRef]:
    try:
        for found in object_stores.find(source):
            kind, codec = format_of(found.path)
            if kind is None and not found.is_named:
                passed_over[_kind(Path(found.path))] += 1
            else:
                yield FileRef(found.path, found.path, found.byte_count, found.mtime_ns, (kind or PAGE).name, codec)
    except object_stores.StoreError as error:
        raise SourceError(str(error)) from error


def _matches(pattern: str, passed_over: Counter[str]) -> Iterator[FileRef]:
    for name in sorted(glob.glob(pattern, recursive=True)):  # noqa: PTH207 - keeps the user's spelling of the path
        entry = Path(name)
        if entry.is_dir():
            if not pattern.endswith("**"):  # `**` names the folders and their files both
                yield from _walk(entry, passed_over)
        elif format_of(name)[0]:
            yield from _file_in(name, entry.name, format_of(entry.name), _addresses(entry.parent), passed_over)
        else:
            passed_over[_kind(entry)] += 1


def _named_file(path: Path) -> FileRef:
    """A file that the user named is a page whatever its ending; what is no regular file is refused."""
    try:
        status = path.stat()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(f"{path}: is neither a file nor a folder")
    if not os.access(path, os.R_OK):
        raise SourceError(f"{path}: cannot be read (permission denied)")
    return _ref(str(path), path.name, status, _addresses(path.parent), format_of(path.name), is_link=path.is_symlink())


def _walk(folder: Path, passed_over: Counter[str]) -> Iterator[FileRef]:
    def refuse(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise SourceError(f"{folder}: cannot be read ({error.strerror})") from error
        passed_over[f"unreadable folder {error.filename}"] += 1

    top = os.path.realpath(folder)
    for root, folders, names in os.walk(folder, onerror=refuse):  # does not follow links to folders
        stems = {name.rpartition(".")[0] for name in names if name.lower().endswith((".htm", ".html"))}
        saved = {
            name
            for name in folders
            if any(name.endswith(end) and name.removesuffix(end) in stems for end in SAVED_PARTS)
        }
        if saved:
            passed_over["folders of a saved page's parts"] += len(saved)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in saved)
        addresses = _addresses(Path(root)) if ADDRESS_FILE in names else {}
        for name in sorted(names):
            if name == ADDRESS_FILE or name.startswith("."):
                continue
            kind = format_of(name)
            if kind[0]:
                yield from _file_in(f"{root.rstrip(os.sep)}{os.sep}{name}", name, kind, addresses, passed_over, top)
            else:
                passed_over[_kind(Path(name))] += 1


Kind = tuple[Format | None, str | None]


def _file_in(
    path: str, name: str, kind: Kind, addresses: dict[str, dict[str, str]], passed_over: Counter[str], top: str | None = None
) -> Iterator[FileRef]:  # fmt: skip
    """A file met in a folder; what is no plain file in it is a page with a flaw, and never opened."""
    try:
        status = os.lstat(path)
        is_link = stat.S_ISLNK(status.st_mode)
        if is_link:
            status = os.stat(path)  # noqa: PTH116 - as above: a million files, and no object for each
    except OSError as error:
        passed_over[f"broken link ({error.strerror})"] += 1
        return
    if not stat.S_ISREG(status.st_mode):  # a FIFO would block the run, a device never end
        mode = status.st_mode
        what = "a pipe" if stat.S_ISFIFO(mode) else "a socket" if stat.S_ISSOCK(mode) else "a device"
        yield FileRef(_uri(path), path, 0, status.st_mtime_ns, flaw=Flaw.NO_REGULAR_FILE, detail=f"is {what}")
    elif is_link and top is not None and not _is_within(os.path.realpath(path), top):
        detail = f"leads to {os.path.realpath(path)}"
        yield FileRef(_uri(path), path, 0, status.st_mtime_ns, flaw=Flaw.LINK_OUTSIDE, detail=detail)
    else:
        yield _ref(path, name, status, addresses, kind, is_link=is_link)


def _is_within(path: str, top: str) -> bool:
    return path == top or path.startswith(top.rstrip(os.sep) + os.sep)


def _ref(
    path: str, name: str, status: os.stat_result, addresses: dict[str, dict[str, str]], kind: Kind, *, is_link: bool = False
) -> FileRef:  # fmt: skip
    found, codec = kind
    own = found or PAGE
    url, fetched = None, None
    if addresses:
        said = addresses.get(name) or addresses.get(name.partition(".")[0]) or {}
        url, fetched = said.get("url") or None, _microseconds(said.get("fetched_at") or said.get("crawled") or "")
    return FileRef(
        _uri(path), path, status.st_size, status.st_mtime_ns, own.name, codec if found else None, url, fetched, is_link=is_link
    )  # fmt: skip


def _uri(path: str) -> str:
    """The path as tables can hold it: surrogates stand for bytes of a file name that are not UTF-8."""
    return path if path.isascii() else os.fsencode(path).decode("utf-8", "backslashreplace")


def _addresses(folder: Path) -> dict[str, dict[str, str]]:
    """The rows of the folder's urls.csv by file name or page id; empty where there is none."""
    path = folder / ADDRESS_FILE
    if not path.is_file():
        return {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as handle:
            rows = list(csv.DictReader(handle))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{path}: cannot be read as CSV ({error})") from error
    return {row.get("file") or row.get("page_id") or "": row for row in rows}


def _microseconds(text: str) -> int | None:
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return int(when.timestamp() * 1_000_000)


def _kind(path: Path) -> str:
    return f"{path.suffix.lower()} files" if path.suffix else "files without an ending"


def cut(refs: Iterable[FileRef], *, max_pages: int, max_bytes: int, part_bytes: int) -> Iterator[list[FileRef]]:
    """The files in batches: each that may hold many pages alone or in parts, the others at most `max_pages` and, save for a
    single larger one, `max_bytes` together.
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
    """Refuse sources that cannot be read or hold no page; looks no further than the first file of each.

    Raises:
        SourceError: a source does not exist, may not be read, or holds no page.
    """
    for source in sources:
        passed_over: Counter[str] = Counter()
        if next(files_of(source, passed_over), None) is None:
            raise SourceError(nothing_found(source, passed_over))
