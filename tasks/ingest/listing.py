"""What the user's sources stand for: the list of pages to read, before any is read.

Pure listing: names, sizes and times, no contents. Folders are walked in the order of their names, so that the same
folder gives the same batches every time.
"""

import csv
import glob
import os
import stat
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

PAGE_SUFFIXES = frozenset({".txt", ".text", ".html", ".htm", ".xhtml"})
ADDRESS_FILE = "urls.csv"  # beside the pages: columns file (or page_id), url, fetched_at (or crawled)


class SourceError(ValueError):
    """A source that cannot be read at all, in words for the user."""


@dataclass(frozen=True)
class PageRef:
    """Where one page lies; enough for a worker to read it."""

    source_uri: str
    path: str
    byte_count: int
    mtime_ns: int
    url: str | None = None
    fetched_at_us: int | None = None  # microseconds since 1970, UTC
    problem: str | None = None
    problem_detail: str | None = None


@dataclass
class Listing:
    """The pages of a run, and what was passed over in the folders."""

    refs: list[PageRef]
    passed_over: Counter[str] = field(default_factory=Counter)  # by suffix or kind of file


def list_pages(sources: list[str]) -> Listing:
    """The pages that the sources name, each once, in the order of the sources and of the names within.

    Raises:
        SourceError: a source does not exist, may not be read, or holds no page.
    """
    listing = Listing([])
    seen: set[str] = set()
    for source in sources:
        found = 0
        for ref in _pages_of(source, listing.passed_over):
            found += 1
            real = os.path.realpath(ref.path)
            if real not in seen:  # the same file by two sources is one page
                seen.add(real)
                listing.refs.append(ref)
        if not found:
            raise SourceError(_nothing_found(source, listing.passed_over))
    return listing


def _nothing_found(source: str, passed_over: Counter[str]) -> str:
    others = ", ".join(f"{count} {kind}" for kind, count in passed_over.most_common(5))
    endings = " ".join(sorted(PAGE_SUFFIXES))
    return f"{source}: no page in it (looked for {endings}{'; found ' + others if others else ''})"


def _pages_of(source: str, passed_over: Counter[str]) -> Iterator[PageRef]:
    path = Path(source)
    if path.is_dir():
        yield from _walk(path, passed_over)
    elif os.path.lexists(path):
        yield _named_file(path)
    elif any(mark in source for mark in "*?["):
        for name in sorted(glob.glob(source, recursive=True)):  # noqa: PTH207 - keeps the user's spelling of the path
            entry = Path(name)
            if entry.is_dir():
                if not source.endswith("**"):  # `**` names the folders and their files both
                    yield from _walk(entry, passed_over)
            elif entry.suffix.lower() in PAGE_SUFFIXES:
                yield from _file_in(entry, _addresses(entry.parent), passed_over)
            else:
                passed_over[_kind(entry)] += 1
    else:
        raise SourceError(f"{source}: there is no such file or folder")


def _named_file(path: Path) -> PageRef:
    """A file that the user named is a page whatever its ending; what is no regular file is refused."""
    try:
        status = path.stat()
    except OSError as error:
        raise SourceError(f"{path}: cannot be read ({error.strerror})") from error
    if not stat.S_ISREG(status.st_mode):
        raise SourceError(f"{path}: is neither a file nor a folder")
    if not os.access(path, os.R_OK):
        raise SourceError(f"{path}: cannot be read (permission denied)")
    return _ref(path, status, _addresses(path.parent))


def _walk(folder: Path, passed_over: Counter[str]) -> Iterator[PageRef]:
    def refuse(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise SourceError(f"{folder}: cannot be read ({error.strerror})") from error
        passed_over[f"unreadable folder {error.filename}"] += 1

    for root, folders, names in os.walk(folder, onerror=refuse):  # does not follow links to folders
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        addresses = _addresses(Path(root)) if ADDRESS_FILE in names else {}
        for name in sorted(names):
            path = Path(root) / name
            if name == ADDRESS_FILE or name.startswith("."):
                continue
            if path.suffix.lower() in PAGE_SUFFIXES:
                yield from _file_in(path, addresses, passed_over)
            else:
                passed_over[_kind(path)] += 1


def _file_in(path: Path, addresses: dict[str, dict[str, str]], passed_over: Counter[str]) -> Iterator[PageRef]:
    try:
        status = path.stat()
    except OSError as error:
        passed_over[f"broken link ({error.strerror})"] += 1
        return
    if not stat.S_ISREG(status.st_mode):
        passed_over["not a regular file"] += 1  # a FIFO would block the run, a device never end
        return
    yield _ref(path, status, addresses)


def _ref(path: Path, status: os.stat_result, addresses: dict[str, dict[str, str]]) -> PageRef:
    said = addresses.get(path.name) or addresses.get(path.name.partition(".")[0]) or {}
    fetched = _microseconds(said.get("fetched_at") or said.get("crawled") or "")
    # surrogates stand for bytes of a file name that are not UTF-8; tables cannot hold them
    uri = os.fsencode(path).decode("utf-8", "backslashreplace")
    return PageRef(uri, str(path), status.st_size, status.st_mtime_ns, said.get("url") or None, fetched)


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


def cut(refs: list[PageRef], *, max_pages: int, max_bytes: int) -> list[list[PageRef]]:
    """The pages in batches of at most `max_pages` and, save for a single larger page, `max_bytes`."""
    batches: list[list[PageRef]] = []
    size = 0
    for ref in refs:
        if not batches or len(batches[-1]) >= max_pages or size + ref.byte_count > max_bytes:
            batches.append([])
            size = 0
        batches[-1].append(ref)
        size += ref.byte_count
    return batches


def check_sources(sources: list[str]) -> None:
    """Refuse sources that cannot be read or hold no page; looks no further than the first page of each.

    Raises:
        SourceError: a source does not exist, may not be read, or holds no page.
    """
    for source in sources:
        passed_over: Counter[str] = Counter()
        if next(_pages_of(source, passed_over), None) is None:
            raise SourceError(_nothing_found(source, passed_over))
