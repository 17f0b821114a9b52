"""The columns of a table that hold a page, its address and its time: known by usual names, or as the user says."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from tasks.ingest.formats import Options
from tasks.ingest.formats.typed_values import is_typed, plain_value

# The names of columns that these tools use, tried in order where the user maps none
COMMON_NAMES = {
    "html": (
        "html raw_html page_html html_content content_html browser_html page_source outer_html full_html source_html"
    ).split(),
    "text": (
        "markdown raw_markdown text content body raw_content maintext plain_text raw page_content "
        "http_response_body response_body"
    ).split(),
    "url": (
        "url link source_url sourceurl page_url uri warc_target_uri warc-target-uri target_uri final_url permalink "
        "canonical_url article_url web_url original_url"
    ).split(),
    "fetched_at": (
        "fetched_at crawled crawled_at date_download crawl_date scraped_at timestamp date_crawled "
        "retrieved_at downloaded_at fetch_time fetch_date warc_date warc-date ts @timestamp loaded_time crawl_time "
        "scrape_date scraped_on date_scraped date_fetched date_retrieved retrieval_date download_date "
        "collected_at crawl_time_msec captured_at archived_at fetched".split()
    ),
    "encoding": "encoding charset".split(),
}
FIELDS = tuple(COMMON_NAMES)
_BETWEEN_WORDS = str.maketrans("", "", "_- ")


def folded(name: object) -> str:
    """The name of a column without what programs change in it: `pageUrl`, `Page URL` and `page-url` are one."""
    return str(name).casefold().translate(_BETWEEN_WORDS)


FOLDED_NAMES = {field: tuple(map(folded, names)) for field, names in COMMON_NAMES.items()}
PAGES = ("html", "text")
# The columns in which tools keep such columns, one level down; others may be of an author, a publisher or an image
PARENTS = "metadata markdown meta response page document doc article item data _source crawl".split()
# of columns in a table that was made flat: response.body, article_html; but meta_content describes one
FLAT_STARTS = (
    *(f"{parent}{mark}" for parent in PARENTS for mark in "./"),
    *(f"{parent}_" for parent in ("response", "page", "document", "doc", "article", "item")),
)
_FOLDED_STARTS = tuple(map(folded, FLAT_STARTS))
REQUEST = "request"  # may name the address of the response beside it
_SOURCE = "source"  # an address for some tools, and the name of a paper for others
Place = tuple[str, ...]  # of a value in a row: the names of columns from the outside to the inside


class Shape:
    """Where the fields of a page may be in rows that have the same columns."""

    def __init__(self, names: Iterable[str], options: Options) -> None:
        self._columns = options.columns
        own = list(names)
        by_name = {folded(name): name for name in reversed(own)}
        has_page_named = not set(PAGES).isdisjoint(self._columns)
        # the fields to look for by name: not the page where the user has named its column
        self._free = {
            field for field in FIELDS if field not in self._columns and not (has_page_named and field in PAGES)
        }
        present = frozenset(own)
        self._flat: dict[str, list[Place]] = {
            field: [(name,) for name in dict.fromkeys(_candidates(field, present, by_name))] for field in self._free
        }
        self._source = by_name.get(_SOURCE)
        cased = {str(name).casefold(): name for name in reversed(own)}
        self._parents = [cased[parent] for parent in PARENTS if parent in cased]  # not a source for a _source
        self._request = cased.get(REQUEST)
        self._named: dict[str, Place] = {
            field: (column,) for field, column in self._columns.items() if column in present
        }

    def place(self, row: Mapping[str, Any], field: str) -> Place | None:
        """The column with a field, or None."""
        if field not in self._free:
            if field in self._named:
                return self._named[field]
            return named_place(row, self._columns[field]) if field in self._columns else None
        for place in self._flat[field]:
            value = row[place[0]]
            if value and (not isinstance(value, dict) or is_typed(value)):
                return place
        if field == "url" and self._source is not None and _is_address(row[self._source]):
            return (self._source,)
        parents = self._parents
        if field == "url" and self._request is not None:
            parents = [*parents, self._request]
        for parent in parents:
            inner = row[parent]
            if isinstance(inner, dict) and (name := _inner_name(inner, field)) is not None:
                return (parent, name)
        return None

    def value(self, row: Mapping[str, Any], field: str) -> Any:
        """The value of a field; None if there is none."""
        for place in self._flat.get(field, ()):  # nearly all: the same as below, without its calls
            value = row[place[0]]
            if value and not isinstance(value, dict):
                return value
        return value_at(row, self.place(row, field))


def _candidates(field: str, present: frozenset[str], by_name: Mapping[str, str]) -> Iterator[str]:
    """The columns of a row that may have the field: names as tools write them, then in any case and spelling."""
    yield from (name for name in COMMON_NAMES[field] if name in present)
    yield from (by_name[name] for name in FOLDED_NAMES[field] if name in by_name)
    names = FOLDED_NAMES[field]
    yield from (by_name[start + name] for start in _FOLDED_STARTS for name in names if start + name in by_name)


def _inner_name(inner: Mapping[str, Any], field: str) -> str | None:
    by_name = {folded(name): name for name in reversed(list(inner))}
    found = (by_name[name] for name in FOLDED_NAMES[field] if name in by_name)
    usual = next((n for n in found if inner[n] and (not isinstance(inner[n], dict) or is_typed(inner[n]))), None)
    if usual is None and field == "url" and _is_address(inner.get(_SOURCE)):
        return _SOURCE
    return usual


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))


def value_at(row: Mapping[str, Any], place: Place | None) -> Any:
    """The value at a place of a row; None if there is none."""
    if place is None:
        return None
    value = row.get(place[0])
    for name in place[1:]:
        value = value.get(name) if isinstance(value, Mapping) else None
    return plain_value(value) if isinstance(value, dict) else value


def named_place(row: Mapping[str, Any], column: str) -> Place | None:
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


def is_of_page(name: str) -> bool:
    """Whether a column has a usual name of pages."""
    return any(folded(name) in FOLDED_NAMES[field] for field in PAGES)


def is_of_address(name: str) -> bool:
    """Whether a column has a usual name of addresses."""
    return folded(name) in FOLDED_NAMES["url"]


def is_wanted(name: str, options: Options) -> bool:
    """Whether a column of a table may hold a field of a page, or a column that does."""
    lowered = name.casefold()
    for field in options.columns:
        column = options.columns[field].casefold()
        if lowered == column or column.startswith(f"{lowered}."):
            return True
    unnamed = (names for field, names in FOLDED_NAMES.items() if field not in options.columns)
    is_source = lowered == _SOURCE and "url" not in options.columns
    short = folded(name)
    start = next((start for start in _FOLDED_STARTS if short.startswith(start)), "")
    known = {short, short[len(start) :]}
    return is_source or lowered in (*PARENTS, REQUEST) or any(not known.isdisjoint(names) for names in unnamed)
