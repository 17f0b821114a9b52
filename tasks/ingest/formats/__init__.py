"""One reader per format, and the registry of formats: files in, page records out.

A reader is a function of an open file and `Options` that yields a `Record` per page, and `Skipped` for what is not a
page (an image in a WARC file). It has only one record in memory, and a broken record becomes a record with a flaw.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import IO

from tasks.ingest.record import Record
from tasks.ingest.unpacking import CODECS
from tasks.storage.addresses import printable, scrubbed


@dataclass
class ColumnsFound:
    """What is known of the columns of some rows."""

    names: dict[str, None] = field(default_factory=dict)  # in their order, the first of them
    matched: set[str] = field(default_factory=set)  # fields for which a row has the column that the user names


@dataclass(frozen=True)
class Options:
    """What a reader needs to know."""

    max_page_bytes: int
    columns: Mapping[str, str] = field(default_factory=dict)  # html|text|url|fetched_at -> name of the user's column
    found: ColumnsFound | None = None  # where a reader of rows notes their columns, for who wants to know them
    is_in_archive: bool = False  # an archive in the file is not opened


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that is not a page, with a few words on what it is: it is counted and not kept."""

    kind: str

    @property
    def note(self) -> str:
        """Its key in the notes of a run: names in it are of others, and reports and terminals show it."""
        return printable(scrubbed(f"skipped: {self.kind}"))


@dataclass(frozen=True, slots=True)
class Opened:
    """A file to read: `stream` is at its start; `codec` is its compression, or None.

    Of a part of a file, `span` is the range of bytes in which its records begin (the end is None for the last part),
    and `lines_before` the number of line ends before the byte in front of it, where records are named by their line.
    """

    stream: IO[bytes]
    name: str
    codec: str | None = None
    span: tuple[int, int | None] | None = None
    lines_before: int = 0


# Gzip itself passes over what stands behind its data
BYTES_BEHIND = Skipped("bytes behind the end of compressed data")
# A part of a file that does not end where the next one begins: the file is read again, by one worker
PARTS_MISALIGNED = Skipped("parts that do not fit together")
# Whether a file has the column that the user names for a field: noted for each file, judged for all of them
MAP_MATCHED, MAP_UNMATCHED = "column named for ", "no column named for "
Reader = Callable[[Opened, Options], Iterator[Record | Skipped]]


@dataclass(frozen=True)
class Format:
    """A kind of file. `reader` is the module and the function, imported when the first such file is read."""

    name: str
    suffixes: tuple[str, ...]
    reader: str
    is_container: bool = True  # holds many pages, or one with parts
    splittable: tuple[str | None, ...] = ()  # compressions (None for none) in which a file can be read in parts
    is_numbered: bool = False  # records are named by their line, so lines must be counted before a part is read

    def read(self, opened: Opened, options: Options) -> Iterator[Record | Skipped]:
        """The records of a file."""
        module, function = self.reader.split(":")
        reader: Reader = getattr(import_module(f"tasks.ingest.formats.{module}"), function)
        return reader(opened, options)


PAGE = Format(
    "page", (".txt", ".text", ".html", ".htm", ".xhtml", ".md", ".markdown"), "pages:read_page", is_container=False
)
FORMATS = (
    PAGE,
    Format("mhtml", (".mhtml", ".mht"), "pages:read_mhtml", is_container=False),
    Format("mail", (".eml", ".emlx"), "mail:read_mail", is_container=False),
    Format("mbox", (".mbox", ".mbx"), "mail:read_mbox"),
    Format("webarchive", (".webarchive",), "webarchive:read_webarchive", is_container=False),
    Format("har", (".har",), "har:read_har"),
    Format("warc", (".warc", ".wet"), "warc:read_warc", splittable=("gzip",)),
    Format("arc", (".arc",), "arc:read_arc"),
    Format("wacz", (".wacz",), "wacz:read_wacz"),
    Format("zip", (".zip", ".maff"), "archives:read_zip"),
    Format("tar", (".tar", ".tgz", ".tbz2", ".txz", ".tzst"), "archives:read_tar"),
    Format(
        "json",
        (".jsonl", ".ndjson", ".jsonlines", ".jl", ".json"),
        "json_rows:read_json",
        splittable=(None,),
        is_numbered=True,
    ),
    Format("parquet", (".parquet",), "tables:read_parquet", splittable=(None,)),
    Format("orc", (".orc",), "orc_rows:read_orc"),
    Format("arrow", (".arrow", ".feather", ".arrows"), "tables:read_arrow"),
    Format("sqlite", (".sqlite", ".sqlite3", ".db", ".db3"), "sqlite_tables:read_sqlite"),
    Format("csv", (".csv", ".tsv"), "csv_rows:read_csv"),
)
_BY_SUFFIX = {suffix: kind for kind in FORMATS for suffix in kind.suffixes}
BY_NAME = {kind.name: kind for kind in FORMATS}
_SHORT_TARS = {".tgz": "gzip", ".tbz2": "bzip2", ".txz": "xz", ".tzst": "zstd"}


def format_of(name: str) -> tuple[Format | None, str | None]:
    """The format and the compression by a file's name: `a.warc.gz` is a WARC file in gzip."""
    stem, _, last = name.lower().rpartition(".")
    codec = CODECS.get(f".{last}") if stem else None
    suffix = f".{stem.rpartition('.')[2]}" if codec else f".{last}"
    return _BY_SUFFIX.get(suffix), codec or _SHORT_TARS.get(suffix)
