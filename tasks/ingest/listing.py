"""The files that the user's sources name, listed before any is read: paths, sizes and times, no contents.

Folders are walked in the order of their names, so that the same folder gives the same batches every time.
"""

import csv
import glob
import os
import stat
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from tasks.errors import UsageError
from tasks.ingest.content_kind import found_kind
from tasks.ingest.file_refs import FileRef, FileRefs
from tasks.ingest.formats import FORMATS, PAGE, Format, format_of
from tasks.ingest.formats.times import microseconds
from tasks.ingest.selection import (
    BESIDE_PAGES,
    EVERYTHING,
    HIDDEN,
    HIDDEN_FOLDERS,
    NOT_SELECTED,
    Selection,
    is_beside_pages,
    is_hidden,
    kind_without_ending,
)
from tasks.ingest.unpacking import CODECS
from tasks.storage import object_stores
from tasks.storage.addresses import path_of, printable, shown
from tasks.storage.output_mark import MARK, read_mark
from tasks.vocabulary import Flaw

ADDRESS_FILE = "urls.csv"  # beside the pages: columns file (or page_id), url, fetched_at (or crawled)
# suffixes of the folder that browsers save with a page
SAVED_PARTS = ("_files", "_data", "-Dateien", "_fichiers", "_archivos")
INNER_LINKS = "links to folders that are read themselves"
OUTPUTS = "outputs of Copydesk"
OUTER_LINK, OUTER_LINKS = "link to the folder ", "more links to folders, not followed"
_SHOWN_LINKS = 20
_TABLE_LOGS = frozenset({"_delta_log", ".hoodie"})
TABLE_LOGS = "logs of Delta Lake or Hudi tables, not followed: rows that they delete are read too; export such a table"
# what to do with files that hold pages in another form, by their endings
_AS_TABLE = "export the rows of tables as Parquet, JSON lines or CSV"
_AS_TEXT = "convert documents to text or HTML"
ADVICE = {
    **dict.fromkeys((".avro", ".xlsx", ".xls", ".ods", ".h5", ".dta", ".rds"), _AS_TABLE),
    **dict.fromkeys((".pickle", ".pkl", ".marshal"), f"{_AS_TABLE}; pickles are never opened, since they may run code"),
    **dict.fromkeys((".msg", ".pst", ".ost", ".dbx"), "save mails as .eml or .mbox"),
    **dict.fromkeys((".pdf", ".docx", ".doc", ".odt", ".epub", ".rtf"), _AS_TEXT),
    **dict.fromkeys((".cdx", ".cdxj"), "an index of web archives names pages and holds none; use the WARC files"),
    ".wat": "WAT files describe pages and hold none; use the WARC or WET files",
    ".xml": "XML is read as XHTML only; name a feed or sitemap by its address, and export other XML as HTML",
    **dict.fromkeys(
        (".rar", ".7z", ".lz", ".lzo", ".br", ".z", ".snappy", ".sz", ".cab", ".iso"),
        "unpack archives of other kinds",
    ),
    **dict.fromkeys(
        (".001", ".002", ".z01", ".partaa", ".aa"), "join the parts of split files, e.g. cat NAME.* > NAME"
    ),
    **dict.fromkeys((".sql", ".bson"), _AS_TABLE),
    **dict.fromkeys((".rss", ".atom", ".opml"), "name a feed or a sitemap by its address; a run fetches its pages"),
    ".zim": "export the pages of a ZIM file, e.g. with zimdump",
}


class SourceError(UsageError):
    """An unusable source; the message is shown to the user."""


@dataclass
class Listing:
    """The files of a run, and what was skipped in the folders."""

    refs: FileRefs
    skipped: Counter[str] = field(default_factory=Counter)  # by suffix or kind of file


def list_files(sources: list[str], selection: Selection = EVERYTHING) -> Listing:
    """The files that the sources name and the user selects, each once, in the order of the sources and of names.

    Raises:
        SourceError: a source does not exist, may not be read, or contains no file of a known kind.
    """
    listing = Listing(FileRefs())
    for source in sources:
        before = len(listing.refs)
        listing.refs.extend(files_of(source, listing.skipped, selection))
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
    kinds = [kind.removesuffix(" files") for kind, _ in skipped.most_common()]
    kinds = [kind.rpartition(".")[0] if f".{kind.rpartition('.')[2]}" in CODECS else kind for kind in kinds]
    advice = "".join(f"; {text}" for text in dict.fromkeys(ADVICE[kind] for kind in kinds if kind in ADVICE))
    return f"{shown(source)}: contains no page (looked for {suffixes}, also compressed{found}){advice}"


def files_of(source: str, skipped: Counter[str], selection: Selection = EVERYTHING) -> Iterator[FileRef]:
    """The files of one source that the user selects.

    Raises:
        SourceError: it does not exist or may not be read.
    """
    for ref in _files_of(source, skipped):
        if selection.takes(ref.path, source):
            yield ref
        else:
            skipped[NOT_SELECTED] += 1


def _files_of(source: str, skipped: Counter[str]) -> Iterator[FileRef]:
    path = Path(source)
    if not source.strip():  # Path("") would be the current folder
        raise SourceError("a source is empty; was a variable of the shell not set?")
    if object_stores.is_remote(source):
        yield from _remote_files(source, skipped)
    elif path.is_dir():
        if read_mark(path) is not None:
            raise SourceError(
                f"{shown(source)}: is an output of Copydesk, not a source; its raw pages are in {shown(source)}/pages"
            )
        yield from _walk(path, skipped)
    elif os.path.lexists(path):
        yield _named_file(path)
    elif any(mark in source for mark in "*?["):
        yield from _matches(source, skipped)
    else:
        hint = "; an address begins with https://" if source.lower().startswith("www.") else ""
        raise SourceError(f"{shown(source)}: no such file or folder{hint}")


def _remote_files(source: str, skipped: Counter[str]) -> Iterator[FileRef]:
    try:
        for file in object_stores.list_store(source):
            name = path_of(file.path)
            kind, codec = format_of(name)
            inner = name.removeprefix(path_of(source).rstrip("/"))
            if not file.is_named and any(is_hidden(part) for part in inner.split("/") if part):
                skipped[HIDDEN] += 1
                continue
            if not file.is_named and is_beside_pages(name):
                skipped[BESIDE_PAGES] += 1
                continue
            if kind is None and not file.is_named:
                kind, codec = kind_without_ending(name) or (None, codec)
                if kind is None:
                    skipped[_kind(Path(name))] += 1
                    continue
            yield FileRef(shown(file.path), file.path, file.byte_count, file.mtime_ns, (kind or PAGE).name, codec)
    except object_stores.StoreError as error:
        raise SourceError(str(error)) from error


def _matches(pattern: str, skipped: Counter[str]) -> Iterator[FileRef]:
    asks_for_hidden = any(part.startswith("_") for part in Path(pattern).parts)
    named = set(Path(pattern).parts)
    base = os.path.dirname(pattern[: min(pattern.index(mark) for mark in "*?[" if mark in pattern)])  # noqa: PTH120
    outputs: dict[Path, bool] = {}
    for name in sorted(glob.glob(pattern, recursive=True)):  # noqa: PTH207 - keeps the user's spelling of the path
        entry = Path(name)
        if _is_in_output(entry, base, outputs):
            skipped[OUTPUTS] += 1
            continue
        if not asks_for_hidden and any(is_hidden(part) for part in entry.parts if part not in named):
            skipped[HIDDEN] += 1
            continue
        if entry.is_dir():
            if read_mark(entry) is not None:
                skipped[OUTPUTS] += 1
            elif not pattern.endswith("**"):  # `**` matches the folders and their files both
                yield from _walk(entry, skipped)
        elif is_beside_pages(name):
            skipped[BESIDE_PAGES] += 1
        elif kind := _kind_in_folder(name):
            yield from _file_in(name, entry.name, kind, _addresses(entry.parent), skipped)
        else:
            skipped[_kind(entry)] += 1


def _kind_in_folder(path: str) -> "Kind | None":
    """The format and compression of a file by its name, else by its first bytes; None if it is passed over."""
    kind = format_of(path.rpartition(os.sep)[2])
    return kind if kind[0] else kind_without_ending(path)


def _is_in_output(entry: Path, base: str, known: dict[Path, bool]) -> bool:
    """Whether a match is in an output that the pattern does not name; `known` keeps what was found."""
    for folder in entry.parents:
        if folder == Path(base):
            return False
        if folder not in known:
            known[folder] = read_mark(folder) is not None
        if known[folder]:
            return True
    return False


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
    kind = format_of(path.name)
    if kind[0] is None:
        kind = found_kind(str(path), is_named=True) or kind
        if kind[0] is None and (advice := ADVICE.get(path.suffix.lower())):
            uri, when = printable(str(path)), status.st_mtime_ns
            return FileRef(
                uri, str(path), status.st_size, when, flaw=Flaw.NO_CONTENT, detail=f"is not a page; {advice}"
            )
    return _ref(str(path), path.name, status, _addresses(path.parent), kind, is_link=path.is_symlink())


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
        folders[:] = sorted(_real_folders(root, set(folders) - parts, top, skipped))
        addresses = _addresses(Path(root)) if ADDRESS_FILE in names else {}
        for name in sorted(names):
            if name == ADDRESS_FILE:
                continue
            if is_hidden(name):
                skipped[HIDDEN] += 1
                continue
            path = f"{root.rstrip(os.sep)}{os.sep}{name}"
            if is_beside_pages(path):
                skipped[BESIDE_PAGES] += 1
            elif kind := _kind_in_folder(path):
                yield from _file_in(path, name, kind, addresses, skipped, top)
            else:
                skipped[_kind(Path(name))] += 1


def _real_folders(root: str, names: set[str], top: str, skipped: Counter[str]) -> Iterator[str]:
    """The folders in a folder that are walked. Links are not: they may lead in circles, or to what is not meant."""
    for name in sorted(names):
        path = os.path.join(root, name)  # noqa: PTH118 - a million folders, and no Path for each
        if name in _TABLE_LOGS:
            skipped[TABLE_LOGS] += 1
        elif is_hidden(name):
            skipped[HIDDEN_FOLDERS] += 1
        elif not os.path.islink(path):  # noqa: PTH114
            if os.path.exists(os.path.join(path, MARK)) and read_mark(Path(path)):  # noqa: PTH110, PTH118
                skipped[OUTPUTS] += 1
            else:
                yield name
        elif _is_within(target := os.path.realpath(path), top):
            skipped[INNER_LINKS] += 1
        else:
            kinds = sum(kind.startswith(OUTER_LINK) for kind in skipped)
            named = f"{OUTER_LINK}{target} (not followed; name the folder as a source)"
            skipped[named if kinds < _SHOWN_LINKS or named in skipped else OUTER_LINKS] += 1


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
    suffix = path.suffix.lower()
    if suffix in CODECS:  # what is compressed
        suffix = PurePath(path.stem).suffix.lower() + suffix
    return f"{printable(suffix)} files" if suffix else "files without a suffix"


def check_sources(sources: list[str], selection: Selection = EVERYTHING) -> None:
    """Check that every source can be read and contains a page; only the first file of each is looked for.

    Raises:
        SourceError: a source does not exist, may not be read, or contains no page.
    """
    for source in sources:
        skipped: Counter[str] = Counter()
        if next(files_of(source, skipped, selection), None) is None:
            raise SourceError(_no_page_message(source, skipped))
