"""Which files of a folder are read: those that the user selects, and pages that their names do not show."""

import mimetypes
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

from tasks.ingest.content_kind import found_kind
from tasks.ingest.formats import PAGE, Format
from tasks.ingest.unpacking import CODECS
from tasks.storage import object_stores
from tasks.storage.addresses import printable

NOT_SELECTED = "files left out by --include and --exclude"
HIDDEN = "files whose names begin with _ or ."
HIDDEN_FOLDERS = "folders whose names begin with _ or ."
BESIDE_PAGES = "files that crawlers and sites keep beside pages"
_HEAD_BYTES = 8192
_MIRROR_FOLDER = "/hts-cache/"  # HTTrack keeps the pages there a second time
_TEXTS_OF_ARCHIVE = frozenset({"pages.jsonl", "extrapages.jsonl"})  # of Browsertrix: what is in archive/, as text
_MIRROR_FILES = frozenset({"hts-log.txt", "hts-err.txt", "hts-nohref.txt"})
# names that a page may have too; these lines are in no story
_SITE_FILES = {
    "robots.txt": re.compile(rb"^\s{0,9}(?:user-agent|disallow|allow|sitemap)\s{0,9}:", re.I | re.M),
    "ads.txt": re.compile(rb",\s{0,9}(?:direct|reseller)\b", re.I),
    "app-ads.txt": re.compile(rb",\s{0,9}(?:direct|reseller)\b", re.I),
    "cookies.txt": re.compile(rb"\A# (?:Netscape )?HTTP Cookie File", re.I),
    # of a folder that an archive keeps as BagIt
    "bagit.txt": re.compile(rb"\A(?:\xef\xbb\xbf)?BagIt-Version:", re.I),
    "bag-info.txt": re.compile(rb"^(?:Bagging-Date|Payload-Oxum|Bag-Software-Agent|Bag-Size):", re.I | re.M),
}
_CHECKSUM_NAME = re.compile(r"(?:tag)?manifest-\w{1,20}\.txt|(?:md5|sha\d{0,3})sums?\.txt|checksums?\.txt")
_CHECKSUMS = re.compile(rb"\A[0-9a-f]{32,128}[ \t]", re.I)
# of pages that a server makes, and of exports; their names say nothing of what is in a file
_SERVER_SUFFIXES = frozenset(
    ".php .php3 .php4 .php5 .phtml .asp .aspx .ashx .jsp .jspx .jsf .do .action .shtml .shtm .stm .cgi .pl .cfm .cfml "
    ".xml .xht .dhtml .amp .page .story"
    # of anything: Heritrix calls a WARC file .open while it writes it
    " .dat .data .log .out .open .dump .export .bak .old .orig .part".split()
)
# what Python knows to be pictures, programs, documents and so on, whatever this machine says, and templates of pages
_OTHER_SUFFIXES = frozenset(suffix for types in mimetypes.MimeTypes().types_map for suffix in types) | frozenset(
    ".tpl .tmpl .twig .ejs .hbs .erb .jinja .j2 .njk .vue .haml .pug .jade .blade .latte .ftl .vm "
    ".map .scss .less".split()
)
_MAILDIR = re.compile(
    r"\d{9,11}\.[\w=-]{1,99}\.[\w.-]{1,255}(?:[:;!]2,[A-Za-z]{0,20})?\Z"
)  # a message, by time and host
_SUFFIX_CHARS = 5  # what is longer, or has other signs than letters and digits, is a part of a headline or a query


@dataclass(frozen=True)
class Selection:
    """Patterns of files to read and to leave out, e.g. `*.csv`, `drafts` or `2026/*/index.html`.

    A pattern with a slash is compared with the path below the source, or the whole path; any other with each name in
    the path below the source, of the file or of a folder. A name that is not UTF-8, or holds a character that acts on a
    terminal, may be written as it is shown.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def takes(self, path: str, source: str) -> bool:
        """Whether a file of a source is read."""
        if not self.include and not self.exclude:
            return True
        folder = source.rstrip("/") if path != source else source.rpartition("/")[0]
        for mark in "*?[":  # of a glob, the folder before its first pattern
            folder = folder.partition(mark)[0].rpartition("/")[0] if mark in folder else folder
        below = path.removeprefix(f"{folder}/") if folder else path
        names = [(path, below)]
        if not path.isprintable():
            names.append((printable(path), printable(below)))
        is_included = not self.include or _matches_any(self.include, names)
        return is_included and not _matches_any(self.exclude, names)


EVERYTHING = Selection()


def _matches_any(patterns: tuple[str, ...], names: list[tuple[str, str]]) -> bool:
    return any(_matches(pattern, *name) for pattern in patterns for name in names)


def _matches(pattern: str, path: str, below: str) -> bool:
    pattern = pattern.removeprefix("./").rstrip("/")
    if "/" in pattern:
        return any(fnmatchcase(name, wanted) for name in (below, path) for wanted in (pattern, f"{pattern}/*"))
    return any(fnmatchcase(name, pattern) for name in below.split("/"))


def is_hidden(name: str) -> bool:
    """Whether a file or folder is passed over as Spark does: unfinished or hidden, but no partition such as _day=3."""
    return name.startswith(".") or (name.startswith("_") and "=" not in name)


def is_of_mirror(path: str) -> bool:
    """Whether a file is one of HTTrack's own."""
    return path.rpartition("/")[2].lower() in _MIRROR_FILES or _MIRROR_FOLDER in f"/{path}"


def is_beside_pages(path: str) -> bool:
    """Whether a file is one that a crawler or a site keeps beside the pages, by its name and its first bytes."""
    name = path.rpartition("/")[2].lower()
    if is_of_mirror(path):
        return True
    if name in _TEXTS_OF_ARCHIVE:
        folder = Path(path).parent
        return folder.name == "pages" and (folder.parent / "archive").is_dir()
    signs = signs_beside_pages(name)
    if signs is None:
        return False
    try:
        with object_stores.open_file(path) as stream:
            return signs.search(stream.read(_HEAD_BYTES)) is not None
    except (OSError, object_stores.StoreError):
        return False


def signs_beside_pages(name: str) -> re.Pattern[bytes] | None:
    """What a file with such a name begins with if it only stands beside pages; None if the name is of no such file."""
    name = name.lower()
    return _CHECKSUMS if _CHECKSUM_NAME.fullmatch(name) else _SITE_FILES.get(name)


def kind_without_ending(path: str) -> tuple[Format, str | None] | None:
    """The format and compression of a file in a folder whose name does not show them; None if it is passed over."""
    name = PurePosixPath(path).name
    found = found_kind(path) if may_be_page(name) else None
    return found if found and may_be_of(name, found[0]) else None


def may_be_of(name: str, kind: Format) -> bool:
    """Whether a file of this name, without a known ending, is read as what its first bytes show."""
    return kind is PAGE or _may_be_anything(name)


def may_be_page(name: str) -> bool:
    """Whether a file of this name may be a page: content systems have endings of their own, e.g. story.ece."""
    return _may_be_anything(name) or _suffix(name) not in _OTHER_SUFFIXES


def _may_be_anything(name: str) -> bool:
    """Whether a name without a known ending says nothing of what is in the file."""
    if _MAILDIR.match(name):  # what stands behind the last point is a part of the host's name
        return True
    suffix = _suffix(name)
    is_usual = suffix[1:].isalnum() and len(suffix) <= _SUFFIX_CHARS + 1 and not suffix[1:].isdigit()
    return not is_usual or suffix in _SERVER_SUFFIXES or "?" in name


def _suffix(name: str) -> str:
    """The ending of a name, that of compression apart, as in dump.gz."""
    suffix = PurePosixPath(name).suffix.lower()
    return PurePosixPath(PurePosixPath(name).stem).suffix.lower() if suffix in CODECS else suffix
