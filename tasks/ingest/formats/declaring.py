"""What the other columns of a row of text declare of its page: headline, writers, date, publisher.

A page of HTML declares these itself. Of a text that a program took from a page they are in the columns beside it.
"""

import ast
import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import orjson

from tasks.ingest.formats.columns import FOLDED_NAMES, PARENTS, folded
from tasks.storage.addresses import without_grant

# the field, and the columns in which tools and collections of news have it, tried in order; folded: no case, `_` or `-`
_NAMES = {
    "title": "title headline articletitle newstitle articleheadline".split(),
    "author": "authors author byline articleauthor articleauthors writers writer creator".split(),
    "published": (
        "publishedat datepublish datepublished publishdate publisheddate publicationdate published pubdate publishtime "
        "publishedtime publishedon publicationtime articledate date"
    ).split(),
    "publisher": "publisher publication sitename sourcename outlet newspaper medianame source".split(),
    "section": "section category articlesection".split(),
    "description": "standfirst description summary excerpt".split(),
    "image": "imageurl image topimage urltoimage leadimage".split(),
    "language": "language lang".split(),
}
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in names}
_MAX_VALUES, _MAX_CHARS = 20, 2_000  # of a field, and of a value
_SHAPES = 256  # of rows; tables have one, and JSON some
_LIST = re.compile(r"\[\s*['\"].{0,2000}['\"]\s*\]", re.S)  # as Python writes a list into a cell


def declaring_columns(names: Iterable[str]) -> list[str]:
    """The columns of a table that declare something about its texts; none where a column has the pages as HTML."""
    own = list(names)
    if any(folded(name) in FOLDED_NAMES["html"] for name in own):
        return []
    return [name for name in own if folded(name) in _FIELD_OF]


def declared_in(row: Mapping[str, Any]) -> str | None:
    """What the columns of a row declare, as the JSON of `Record.given`; None if they declare nothing.

    They may be one level down: `{"page_content": ..., "metadata": {"title": ...}}`.
    """
    found: dict[str, list[str]] = {}
    inner = (value for name, value in row.items() if isinstance(value, Mapping) and str(name).casefold() in PARENTS)
    for columns in (row, *inner):
        for name, field in _places(tuple(map(str, columns))):
            values = _texts(columns.get(name)) if field not in found else []
            if field == "publisher":  # the source is a name for some tools, and an address for others
                values = [one for one in values if "/" not in one]
            if values:
                found[field] = values
    return orjson.dumps({"columns": found}).decode() if found else None


@lru_cache(_SHAPES)
def _places(names: tuple[str, ...]) -> list[tuple[str, str]]:
    """The declaring columns of rows with these columns and their fields, the usual names first."""
    order = {name: number for number, name in enumerate(_FIELD_OF)}
    own = [(order[key], name) for name in names if (key := folded(name)) in _FIELD_OF]
    return [(name, _FIELD_OF[folded(name)]) for _, name in sorted(own)]


def _texts(value: Any) -> list[str]:
    """The texts in a cell: one, or a list of them, also one that was written as text."""
    if isinstance(value, bytes):
        value = value.decode("utf-8", "replace")
    if isinstance(value, str) and value[:1] == "[" and _LIST.fullmatch(value):
        try:
            value = ast.literal_eval(value)
        except (ValueError, SyntaxError, MemoryError, RecursionError):
            return []
    items = value if isinstance(value, list | tuple) else [value]
    texts = [text for item in items[:_MAX_VALUES] if (text := _text(item))]
    return list(dict.fromkeys(texts))


def _text(value: Any) -> str:
    if isinstance(value, Mapping):  # {"id": "bbc", "name": "BBC"}
        value = value.get("name")
    if isinstance(value, datetime | date):
        value = value.isoformat()
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = f"{value:.0f}" if value == value and abs(value) < 1e18 else ""  # noqa: PLR0124 - not a number
    if not isinstance(value, str) or len(value) > _MAX_CHARS:
        return ""
    text = value.encode("utf-8", "replace").decode().strip()
    if "://" in text:
        text = without_grant(text)
    return "" if text.casefold() in ("", "none", "null", "nan", "n/a", "[]", "{}") else text
