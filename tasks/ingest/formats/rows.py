"""A row of a table as a page: which of its columns hold the page, its address and its time."""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import chain, repeat
from typing import Any

from tasks.ingest.formats import MAP_MATCHED, MAP_UNMATCHED, Options, Skipped
from tasks.ingest.formats.times import microseconds
from tasks.ingest.record import Record
from tasks.vocabulary import Flaw

# The names of columns that these tools use, tried in order where the user maps none
COMMON_NAMES = {
    "html": "html raw_html page_html html_content content_html".split(),
    "text": "markdown raw_markdown text content body raw_content maintext plain_text raw".split(),
    "url": "url link source_url sourceurl page_url uri warc_target_uri".split(),
    "fetched_at": ("fetched_at crawled crawled_at date_download crawl_date scraped_at timestamp date_crawled".split()),
    "encoding": "encoding charset".split(),
}
FIELDS = tuple(COMMON_NAMES)
_PAGES = ("html", "text")
# The columns in which tools keep such columns, one level down; others may be of an author, a publisher or an image
PARENTS = "metadata markdown meta response page document doc article item data _source".split()
_UNREAD_TIMES = "times that cannot be read; the time of the file is used for these pages"
_NO_TEXTS: frozenset[str] = frozenset()


class Rows:
    """The rows of one file: how each becomes a page, and what the report says of all of them."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._matched: set[str] = set()  # fields for which a row has the column that the user names
        self._seen: dict[str, None] = {}  # names of columns, in their order
        self._unread_times = 0

    def record(self, row: Mapping[str, Any], key: str, texts: frozenset[str] = _NO_TEXTS) -> Record:
        """The page in a row; `texts` are columns of bytes that were text."""
        found = _Columns(row, self._options)
        for name in row:
            if len(self._seen) < 40:
                self._seen.setdefault(str(name))
        places = {field: found.place(field) for field in FIELDS}
        self._matched.update(field for field in self._options.columns if places[field] is not None)
        values = {field: _at(row, place) for field, place in places.items()}
        url, when = _text(values["url"]), microseconds(values["fetched_at"])
        if when is None and values["fetched_at"] not in (None, ""):
            self._unread_times += 1
        for field in _PAGES:
            content = values[field]
            if isinstance(content, str | bytes | bytearray | memoryview) and len(content):
                is_text = isinstance(content, str) or (places[field] or ("",))[0] in texts
                return Record(
                    _encoded(content) if isinstance(content, str) else bytes(content),
                    key,
                    url=url,
                    fetched_at_us=when,
                    media_type="text/html" if field == "html" else None,
                    # text of a table has been encoded just now, or by Arrow
                    encoding="utf-8" if is_text else _text(values["encoding"]),
                )
        names = ", ".join(column_names(row))
        return Record(None, key, url=url, flaw=Flaw.NO_CONTENT, detail=f"contains no page; its columns: {names}"[:300])

    def is_page(self, row: Mapping[str, Any]) -> bool:
        """Whether a row has a column with a page that is not empty."""
        found = _Columns(row, self._options)
        return any(found.place(field) is not None for field in _PAGES)

    def is_page_or_has_address(self, row: Mapping[str, Any]) -> bool:
        """Whether a row is a page or is about one; a list in it is a part of that page."""
        return self.is_page(row) or _Columns(row, self._options).place("url") is not None

    def notes(self) -> Iterator[Skipped]:
        """What the report says of the rows, when all are read."""
        if self._seen:
            names = ", ".join(list(self._seen)[:20])
            for field in self._options.columns:
                is_matched = field in self._matched
                yield Skipped(f"{MAP_MATCHED}{field}" if is_matched else f"{MAP_UNMATCHED}{field}: {names}"[:400])
        yield from repeat(Skipped(_UNREAD_TIMES), self._unread_times)


class _Columns:
    """Where in a row the fields of a page are."""

    def __init__(self, row: Mapping[str, Any], options: Options) -> None:
        self._row, self._columns = row, options.columns
        self._inner: dict[str, dict[str, tuple[str, ...]]] = {}

    def place(self, field: str) -> tuple[str, ...] | None:
        """The column with a field, as names from the outside to the inside, or None."""
        if field in self._columns:
            return named_place(self._row, self._columns[field])
        if field in _PAGES and not set(_PAGES).isdisjoint(self._columns):
            return None  # the user has named the column of the page
        for name in COMMON_NAMES[field]:
            value = self._row.get(name)
            if value and not isinstance(value, Mapping):
                return (name,)
        for names in self._places:
            for name in COMMON_NAMES[field]:
                value = _at(self._row, place) if (place := names.get(name)) else None
                if value and not isinstance(value, Mapping):
                    return place
        return None

    @cached_property
    def _places(self) -> list[dict[str, tuple[str, ...]]]:
        """The columns of the row and of those of its columns that have any: most rows are flat."""
        own = self._names("")
        inner = [self._names(parent) for parent in PARENTS if parent in own]
        return [names for names in (own, *inner) if names]

    def _names(self, parent: str) -> dict[str, tuple[str, ...]]:
        """The columns in a column (or in the row, for an empty name) by their names in small letters."""
        if parent not in self._inner:
            outer = () if not parent else self._names("").get(parent)
            found = self._row if outer == () else _at(self._row, outer)
            inner = found if isinstance(found, Mapping) else {}
            self._inner[parent] = {str(name).casefold(): (*(outer or ()), name) for name in reversed(list(inner))}
        return self._inner[parent]


def named_place(row: Mapping[str, Any], column: str) -> tuple[str, ...] | None:
    """The place of a column that the user names, `url` or `metadata.url`, in any case; None if the row has none."""
    if column in row:
        return (column,)
    lowered = column.casefold()
    for name, value in row.items():
        folded = str(name).casefold()
        if folded == lowered:
            return (name,)
        if isinstance(value, Mapping) and lowered.startswith(f"{folded}."):
            inner = named_place(value, column[len(folded) + 1 :])
            if inner is not None:
                return (name, *inner)
    return None


def column_names(row: Mapping[str, Any]) -> list[str]:
    """The first names of a row's columns, with those one level down."""
    nested = (
        [f"{name}.{inner}" for inner in value] if isinstance(value, Mapping) and value else [str(name)]
        for name, value in row.items()
    )
    return list(chain.from_iterable(nested))[:20]


def is_wanted(name: str, options: Options) -> bool:
    """Whether a column of a table may hold a field of a page, or a column that does."""
    lowered = name.casefold()
    for field in options.columns:
        column = options.columns[field].casefold()
        if lowered == column or column.startswith(f"{lowered}."):
            return True
    unnamed = (names for field, names in COMMON_NAMES.items() if field not in options.columns)
    return lowered in PARENTS or any(lowered in names for names in unnamed)


def unmatched(notes: Mapping[str, int], columns: Mapping[str, str]) -> dict[str, str]:
    """The fields whose column, which the user names, was in no file, each with the columns of such a file."""
    kinds = [note.removeprefix("skipped: ") for note in notes]
    matched = {kind.removeprefix(MAP_MATCHED) for kind in kinds if kind.startswith(MAP_MATCHED)}
    missing = (kind.removeprefix(MAP_UNMATCHED).partition(": ") for kind in kinds if kind.startswith(MAP_UNMATCHED))
    return {field: names for field, _, names in missing if field not in matched and field in columns}


def is_about_map(note: str) -> bool:
    """Whether a note of a run only says which named columns a file has."""
    return note.removeprefix("skipped: ").startswith((MAP_MATCHED, MAP_UNMATCHED))


def _at(row: Mapping[str, Any], place: Iterable[str] | None) -> Any:
    if place is None:
        return None
    value: Any = row
    for name in place:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _encoded(text: str) -> bytes:
    """The text in UTF-8; halves of characters, which JSON may hold, become the sign for damage."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _text(value: Any) -> str | None:
    return value.strip()[:4000] or None if isinstance(value, str) else None
