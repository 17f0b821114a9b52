"""Rows that hold their page in a roundabout way: as a list, within a column, as JSON in a string, or by its address.

These are tried where no column is a page as it stands, so that usual rows cost nothing.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from tasks.ingest.formats.columns import FOLDED_NAMES, PAGES, folded
from tasks.ingest.formats.typed_values import is_typed

# columns that hold another row, as an object or as JSON in a string: of Kafka, Debezium, Airtable, GraphQL and others
_ROW_COLUMNS = frozenset(
    "payload value message record after fields attributes node properties post story json content data doc document"
    " item body article log response summary row entry result object resource hit".split()
)
# within the column of a page: of WordPress, Feedly, Atom in JSON, XML in JSON, MongoDB
_INNER_NAMES = ("rendered", "content", "html", "text", "value", "#text", "$t", "markdown", "plain", "raw")
_PAGE_NAMES = frozenset(name for field in PAGES for name in FOLDED_NAMES[field])
# names that are of a page only where nothing else is one
_RARE_NAMES = {
    **dict.fromkeys(("contenthtml", "articlehtml", "bodyhtml"), "html"),
    **dict.fromkeys(("contenttext", "articlebody", "articletext", "fulltext", "bodytext", "storytext"), "text"),
    **dict.fromkeys(("weburl", "href", "canonicalurl", "articleurl", "originalurl"), "url"),
}
_MAX_JSON_CHARS = 120 << 20  # of JSON in a string; the row itself is no longer
_DEPTH = 2  # a row in a row in a row is looked into


def may_hold_page(column: str) -> bool:
    """Whether a column may hold a page where no column is called as one."""
    return folded(column) in _ROW_COLUMNS or folded(column) in _RARE_NAMES


def flattened(row: Mapping[str, Any], depth: int = _DEPTH) -> dict[str, Any] | None:
    """The row with the values of its inner columns under usual names; None if that adds nothing."""
    if columns_as_rows(row):
        return None
    added: dict[str, Any] = {}
    for name, value in row.items():
        lowered = folded(name)
        if isinstance(value, list):
            value = _joined(value)  # noqa: PLW2901 - what a list of one value stands for
        if not value:
            continue
        inner = _inner_row(value) if lowered in _ROW_COLUMNS or lowered in _PAGE_NAMES else None
        if inner is not None:
            text = next((inner[key] for key in _INNER_NAMES if isinstance(inner.get(key), str) and inner[key]), None)
            if lowered in _PAGE_NAMES and text is not None:
                added.setdefault(lowered, text)
            added |= {key: found for key, found in _with_more(inner, depth).items() if key not in row}
        elif lowered in ("alternate", "canonical") and isinstance(value, Mapping):  # of Feedly, Google Reader and Atom
            added.setdefault("url", value.get("href"))
        elif value is not row[name] and lowered in _PAGE_NAMES | set(FOLDED_NAMES["url"]):
            added[name] = value
        elif lowered in _RARE_NAMES and isinstance(value, str):
            added.setdefault(_RARE_NAMES[lowered], value)
    return {**row, **added} if added else None


def _with_more(row: Mapping[str, Any], depth: int) -> dict[str, Any]:
    deeper = flattened(row, depth - 1) if depth > 1 else None
    return dict(row if deeper is None else deeper)


def _joined(values: list[Any]) -> Any:
    """The value that a list stands for: Scrapy's items are lists of one, and some tools list paragraphs."""
    if len(values) == 1:
        return values[0]
    return "\n\n".join(values) if values and all(isinstance(value, str) for value in values) else None


def _inner_row(value: Any) -> Mapping[str, Any] | None:
    """The row in a column."""
    if isinstance(value, Mapping):
        return None if is_typed(value) else value
    if isinstance(value, str) and value[:1] == "{" and len(value) <= _MAX_JSON_CHARS:
        try:
            inner = orjson.loads(value)
        except ValueError:
            return None
        return inner if isinstance(inner, dict) else None
    return None


def columns_as_rows(table: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The rows of a table that is an object with a list for each column; empty where its lists are of one page.

    A page may be a list of its paragraphs. Rows are what has as many addresses, in another list.
    """
    columns = {name: value for name, value in table.items() if isinstance(value, list)}
    count = next((len(value) for name, value in columns.items() if folded(name) in FOLDED_NAMES["url"]), 0)
    if count < 2 or not any(folded(name) in _PAGE_NAMES and len(value) == count for name, value in columns.items()):
        return []
    columns = {name: value for name, value in columns.items() if len(value) == count}
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def rows_in(table: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of a table that is one object: the ways in which pandas writes one, and addresses with their pages."""
    columns, data = table.get("columns"), table.get("data")
    values = list(table.values())
    if isinstance(columns, list) and isinstance(data, list):
        yield from (dict(zip(map(str, columns), cells, strict=False)) for cells in data if isinstance(cells, list))
    elif not values:
        return
    elif all(isinstance(value, dict) for value in values):
        if any(folded(name) in _PAGE_NAMES for name in table):  # columns of values by row
            rows: dict[str, dict[str, Any]] = {}
            for name, column in table.items():  # each cell once, however the columns differ
                for number, cell in column.items():
                    rows.setdefault(number, {})[name] = cell
            yield from rows.values()
        else:
            yield from ({_name_of_key(name): name} | value for name, value in table.items())
    elif all(_name_of_key(name) == "url" for name in table):
        for address, page in table.items():
            if isinstance(page, str):
                yield {"url": address, "html" if "<" in page else "text": page}


def _name_of_key(key: Any) -> str:
    """The column that the key of a row stands for: many programs keep pages by their addresses."""
    return "url" if str(key).startswith(("http://", "https://")) else "id"
