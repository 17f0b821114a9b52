"""One reader a format, one registry: files in, page records out.

A reader is a function of an open file and `Options` that yields `Record`s, and `Passed` for what is no page at all (an image
in a WARC file). It never holds more than one record, and a record that is broken is a record with a flaw.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import IO

from tasks.ingest.bounded_streams import CODECS
from tasks.ingest.record import Record


@dataclass(frozen=True)
class Options:
    """What a reader must know."""

    max_page_bytes: int
    columns: Mapping[str, str] = field(default_factory=dict)  # html|text|url|fetched_at|id -> name of the user's column


@dataclass(frozen=True, slots=True)
class Passed:
    """Something that is no page, by its kind in words: counted, not kept."""

    kind: str

    @property
    def note(self) -> str:
        """What the notes of a run say of it."""
        return f"passed over: {self.kind}"


@dataclass(frozen=True, slots=True)
class Opened:
    """A file to read: `stream` at its start; `codec` is what it is compressed with, None for nothing.

    `span`: of the file only the records that begin at these bytes (first, one past the last or None for the rest), for formats
    that can be parted; `lines_before`: the line ends in front of the byte before those, where records are named by their line.
    """

    stream: IO[bytes]
    name: str
    codec: str | None = None
    span: tuple[int, int | None] | None = None
    lines_before: int = 0


# A part of a file that does not end where the next one begins: the file is read again, by one worker
NOT_MET = Passed("parts that do not meet")
Reader = Callable[[Opened, Options], Iterator[Record | Passed]]


@dataclass(frozen=True)
class Format:
    """A kind of file. `reader` is the module and the function, imported when the first such file is read."""

    name: str
    suffixes: tuple[str, ...]
    reader: str
    is_container: bool = True  # holds many pages, or one with parts
    parted: tuple[str | None, ...] = ()  # compressed so (None for not at all) a file can be read in parts
    is_numbered: bool = False  # records are named by their line, which must be counted before a part is read

    def read(self, opened: Opened, options: Options) -> Iterator[Record | Passed]:
        """The records of a file."""
        module, function = self.reader.split(":")
        reader: Reader = getattr(import_module(f"tasks.ingest.formats.{module}"), function)
        return reader(opened, options)


PAGE = Format("page", (".txt", ".text", ".html", ".htm", ".xhtml"), "pages:read_page", is_container=False)
FORMATS = (
    PAGE,
    Format("mhtml", (".mhtml", ".mht"), "pages:read_mhtml", is_container=False),
    Format("warc", (".warc", ".wet"), "warc:read_warc", parted=("gzip",)),
    Format("wacz", (".wacz",), "warc:read_wacz"),
    Format("zip", (".zip",), "archives:read_zip"),
    Format("tar", (".tar", ".tgz", ".tbz2", ".txz", ".tzst"), "archives:read_tar"),
    Format("json", (".jsonl", ".ndjson", ".jsonlines", ".json"), "tables:read_json", parted=(None,), is_numbered=True),
    Format("parquet", (".parquet",), "tables:read_parquet", parted=(None,)),
    Format("arrow", (".arrow", ".feather", ".arrows"), "tables:read_arrow"),
    Format("csv", (".csv", ".tsv"), "tables:read_csv"),
)
_BY_SUFFIX = {suffix: kind for kind in FORMATS for suffix in kind.suffixes}
BY_NAME = {kind.name: kind for kind in FORMATS}
_SHORT_TARS = {".tgz": "gzip", ".tbz2": "bzip2", ".txz": "xz", ".tzst": "zstd"}


def format_of(name: str) -> tuple[Format | None, str | None]:
    """The format and the compression that a file's name tells: `a.warc.gz` is a WARC file in gzip."""
    stem, _, last = name.lower().rpartition(".")
    codec = CODECS.get(f".{last}") if stem else None
    suffix = f".{stem.rpartition('.')[2]}" if codec else f".{last}"
    return _BY_SUFFIX.get(suffix), codec or _SHORT_TARS.get(suffix)
