"""Objects that only hold a list of pages, as interfaces on the Web answer: `{"total": 2, "items": [{...}, {...}]}`."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from tasks.ingest.formats.json_text import JsonScan, parsed
from tasks.ingest.formats.row_shapes import columns_as_rows, rows_in
from tasks.ingest.formats.rows import Rows
from tasks.ingest.formats.typed_values import is_typed

_FIRST_ITEMS = 20
_MAX_TABLES = 50  # objects that are looked at for pages: an answer has some, and a hostile one thousands
_DEPTH = 3  # objects around the list: {"response": {"results": [...]}}


def pages_in(row: dict[str, Any], rows: Rows) -> list[dict[str, Any]]:
    """The items of the lists in an object that is not a page itself; none if there is no list of pages."""
    table = columns_as_rows(row)
    if not table and rows.is_page_or_has_address(row):
        return []
    table = table or list(rows_in(row))
    if _is_of_pages(table, rows):
        return table
    pages = [
        item for items in _lists(row, _DEPTH) if _is_of_pages(items, rows) for item in items if isinstance(item, dict)
    ]
    return pages or next(
        (table for table in islice(_tables(row, _DEPTH), _MAX_TABLES) if _is_of_pages(table, rows)), []
    )


def _tables(row: dict[str, Any], depth: int) -> Iterator[list[Any]]:
    """The objects within an object as tables: pages by their number or name, or columns as lists."""
    for value in row.values():
        if isinstance(value, dict) and not is_typed(value):
            yield columns_as_rows(value) or list(rows_in(value))
            if depth > 1:
                yield from _tables(value, depth - 1)


def _lists(row: dict[str, Any], depth: int) -> Iterator[list[Any]]:
    for value in row.values():
        if isinstance(value, list):
            yield value
        inner = value[:_FIRST_ITEMS] if isinstance(value, list) else (value,)
        if depth > 1:
            for item in inner:
                if isinstance(item, dict):
                    yield from _lists(item, depth - 1)


def _is_of_pages(items: list[Any], rows: Rows) -> bool:
    """Whether one of the first objects in a list is a page."""
    return any(rows.is_page(item) for item in items[:_FIRST_ITEMS] if isinstance(item, dict))


def has_page(raw: bytes, rows: Rows) -> bool:
    """Whether an object, as written, is a page."""
    try:
        values = parsed(raw)
    except (ValueError, RecursionError):
        return True  # what is wrong with it is said where it is read
    return len(values) == 1 and isinstance(values[0], dict) and rows.is_page(values[0])


def lists_begin(head: bytes, rows: Rows) -> bool | None:
    """Whether a file that begins with these bytes is an object that holds a list of pages; None if they end before."""
    if not head.lstrip(b"\xef\xbb\xbf \t\r\n\x1e").startswith(b"{"):
        return False
    chunks = iter((head, b""))
    scan = JsonScan(lambda: next(chunks, b""), len(head), is_wrapped=True)
    list_number = 0
    for value, _ in scan.values():
        if scan.list_number == list_number:
            continue
        list_number = scan.list_number
        if list_number == 1 and scan.list_start is not None:
            try:
                outer = parsed(head[: scan.list_start] + b"[]" + b"}" * scan.list_depth)[0]
            except (ValueError, RecursionError):
                return False
            if not isinstance(outer, dict) or rows.is_page_or_has_address(outer):
                return False
        if value is not None and has_page(value, rows):
            return True
    return None if scan.detail else False
