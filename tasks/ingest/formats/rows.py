"""A row of a table as a page: which of its columns hold the page, its address and its time."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import repeat
from typing import Any

from tasks.ingest.formats import MAP_MATCHED, MAP_UNMATCHED, ColumnsFound, Options, Skipped
from tasks.ingest.formats.cell_codings import unpacked
from tasks.ingest.formats.columns import PAGES, REQUEST, Shape, column_names, value_at
from tasks.ingest.formats.declaring import declared_in
from tasks.ingest.formats.row_shapes import flattened
from tasks.ingest.formats.times import microseconds
from tasks.ingest.record import Record
from tasks.ingest.sniff import is_html
from tasks.vocabulary import Flaw

_UNREAD_TIMES = "times that cannot be read; the time of the file is used for these pages"
_NO_TEXTS: frozenset[str] = frozenset()
_CONTENT = (str, bytes, bytearray, memoryview)
_KINDS = {list: "a list", int: "a number", float: "a number", bool: "yes or no"}
_ACTIONS = frozenset({"index", "create", "update", "delete"})  # each on a line before its document
_FORMULA = re.compile(r'=(?:HYPERLINK\()?\s{0,9}"(https?://[^"\s]+)"', re.I)
_HEAD_BYTES = 8192
_MAX_NAMES = 40  # of columns, for a message that lists them
_SHOWN_CHARS = 200  # of the names of columns
_MAX_SHAPES = 256  # of rows; tables have one, and JSON some


class Rows:
    """The rows of one file: how each becomes a page, and what the report says of all of them."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._found = options.found or ColumnsFound()
        self._shapes: dict[tuple[str, ...], Shape] = {}
        self._unread_times = 0

    def has_columns(self, names: Iterable[str]) -> None:
        """Note columns of the file, of which the readers of some formats leave out those that nobody needs."""
        for name in names:
            if len(self._found.names) < _MAX_NAMES:
                self._found.names.setdefault(name)

    def record(
        self,
        row: Mapping[str, Any],
        key: str,
        texts: frozenset[str] = _NO_TEXTS,
        *,
        is_flat: bool = False,
        is_clean: bool = False,
    ) -> Record:
        """The page in a row.

        `texts` are columns of bytes that were text; a flat row is not looked into, and a clean one has no controls.
        """
        shape = self._shape(row)
        url, when, is_time_unread = _text(shape.value(row, "url")), None, False
        if url is not None and url[0] == "=":
            url = _out_of_formula(url)
        if (fetched_at := shape.value(row, "fetched_at")) not in (None, ""):
            when = microseconds(fetched_at)
            is_time_unread = when is None
        if self._options.columns:
            self._found.matched.update(field for field in self._options.columns if shape.place(row, field) is not None)
        for field in PAGES:
            content = shape.value(row, field)
            if not content or not isinstance(content, _CONTENT):
                continue
            self._unread_times += is_time_unread
            is_text = isinstance(content, str)
            raw = _encoded(content) if isinstance(content, str) else bytes(content)
            page = unpacked(raw, self._options.max_page_bytes)
            is_raw = page is raw
            if texts and not is_text:
                is_text = (shape.place(row, field) or ("",))[0] in texts
            return Record(
                page,
                key,
                url=url,
                fetched_at_us=when,
                media_type="text/html" if field == "html" or not is_raw else None,
                # text of a table has been encoded just now, or by Arrow
                encoding="utf-8" if is_text and is_raw else _text(shape.value(row, "encoding")),
                is_clean=is_clean and is_raw,
                given=declared_in(row) if field == "text" and is_raw and not is_html(raw[:_HEAD_BYTES]) else None,
            )
        if not is_flat and (flat := flattened(row)) is not None:
            record = self.record(flat, key, texts, is_flat=True, is_clean=is_clean)
            if record.flaw is None:
                return record
        return Record(None, key, url=url, flaw=Flaw.NO_CONTENT, detail=self._why_no_page(row, shape))

    def _why_no_page(self, row: Mapping[str, Any], shape: Shape) -> str:
        detail = f"contains no page; its columns: {', '.join(column_names(row))}"[:_SHOWN_CHARS]
        if not self._options.columns:
            detail = f"{detail}; name them with --map html=COLUMN,url=COLUMN"
        for field in PAGES:
            place = shape.place(row, field)
            if place is not None and not isinstance(content := value_at(row, place), (*_CONTENT, type(None))):
                kind = _KINDS.get(type(content), f"a value of type {type(content).__name__}")
                detail = f"contains no page; its column {'.'.join(place)} has {kind} instead of text"
        return detail

    def is_page(self, row: Mapping[str, Any]) -> bool:
        """Whether a row has a column with a page that is not empty."""
        return self._has_page(row) or ((flat := flattened(row)) is not None and self._has_page(flat))

    def _has_page(self, row: Mapping[str, Any]) -> bool:
        shape = Shape(row, self._options)
        return any(isinstance(value_at(row, shape.place(row, field)), _CONTENT) for field in PAGES)

    def is_page_or_has_address(self, row: Mapping[str, Any]) -> bool:
        """Whether a row is a page or is about one; a list in it is a part of that page."""
        place = Shape(row, self._options).place(row, "url")
        # what was asked for is not the address of all that is in the answer
        has_address = place is not None and place[0].casefold() != REQUEST
        found = value_at(row, place)
        return self.is_page(row) or (has_address and not (isinstance(found, list) and len(found) > 1))

    def notes(self) -> Iterator[Skipped]:
        """What the report says of the rows, when all are read."""
        if self._found.names:
            names = ", ".join(list(self._found.names)[:20])
            for field in self._options.columns:
                is_matched = field in self._found.matched
                yield Skipped(f"{MAP_MATCHED}{field}" if is_matched else f"{MAP_UNMATCHED}{field}: {names}"[:400])
        yield from repeat(Skipped(_UNREAD_TIMES), self._unread_times)

    def _shape(self, row: Mapping[str, Any]) -> Shape:
        """How rows with these columns are read: that is found out once."""
        names = tuple(row)
        shape = self._shapes.get(names)
        if shape is None:
            if len(self._shapes) >= _MAX_SHAPES:
                self._shapes.clear()
            shape = self._shapes[names] = Shape(names, self._options)
            self.has_columns(column_names(row))
        return shape


def no_row(value: Mapping[str, Any]) -> Skipped | None:
    """What an object is that tools write between rows, or None."""
    if len(value) == 1:
        ((name, inner),) = value.items()
        if name in _ACTIONS and isinstance(inner, Mapping) and all(key.startswith("_") for key in inner):
            return Skipped("actions of an Elasticsearch bulk file")
    if str(value.get("format")).startswith("json-pages-"):
        return Skipped("headers of a list of pages")
    if str(value.get("id") or value.get("_id")).startswith("_design/"):
        return Skipped("design documents of CouchDB")
    return None


def unmatched(notes: Mapping[str, int], columns: Mapping[str, str]) -> dict[str, str]:
    """The fields whose column, which the user names, was in no file, each with the columns of such a file."""
    kinds = [note.removeprefix("skipped: ") for note in notes]
    matched = {kind.removeprefix(MAP_MATCHED) for kind in kinds if kind.startswith(MAP_MATCHED)}
    missing = (kind.removeprefix(MAP_UNMATCHED).partition(": ") for kind in kinds if kind.startswith(MAP_UNMATCHED))
    return {field: names for field, _, names in missing if field not in matched and field in columns}


def without_named_columns(notes: Mapping[str, int]) -> Counter[str]:
    """Notes on files without a column that the user names: others have it, but these lack the field."""
    found: Counter[str] = Counter()
    for note, count in notes.items():
        kind = note.removeprefix("skipped: ")
        if kind.startswith(MAP_UNMATCHED):
            field = kind.removeprefix(MAP_UNMATCHED).partition(": ")[0]
            found[Skipped(f"column named for {field}, which a file does not have").note] += count
    return found


def is_about_map(note: str) -> bool:
    """Whether a note of a run only says which named columns a file has."""
    return note.removeprefix("skipped: ").startswith((MAP_MATCHED, MAP_UNMATCHED))


def _encoded(text: str) -> bytes:
    """The text in UTF-8; halves of characters, which JSON may hold, become the sign for damage."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace").encode()


def _out_of_formula(text: str) -> str:
    """The address in the formula in which a spreadsheet keeps it; any other text as it is."""
    found = _FORMULA.match(text)
    return found[1] if found else text


def _text(value: Any) -> str | None:
    return value.strip()[:4000] or None if isinstance(value, str) else None
