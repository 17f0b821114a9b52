"""Articles as JSON lines, and as CSV that a spreadsheet opens."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import IO, Any

import orjson
import pyarrow as pa

from tasks import schema

Rows = Iterable[Mapping[str, Any]]
_CELL_CHARS = 32_767  # that Excel keeps of a cell
_SHEET_ROWS = 1_048_576  # that Excel opens of a file, the heading included
# what a spreadsheet would calculate: a page could make it read files or send them
_FORMULA_STARTS = frozenset("=+-@\t\r")
_BOM = "\ufeff"  # without it Excel takes UTF-8 for the alphabet of the machine


def json_lines(rows: Rows) -> Iterator[bytes]:
    """One line per row; times as in ISO 8601."""
    for row in rows:
        yield orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE)


class CsvWriter:
    """Writes rows as CSV: lists joined by `; `, times in UTC without a zone, which their column's name says instead."""

    def __init__(self, stream: IO[bytes], columns: Iterable[str]) -> None:
        self.row_count = self.long_cell_count = self.formula_count = 0
        self._columns = tuple(columns)
        self._text = io.TextIOWrapper(stream, encoding="utf-8", errors="replace", newline="")
        self._writer = csv.writer(self._text)
        self._text.write(_BOM)
        self._writer.writerow([csv_name(name) for name in self._columns])

    def write(self, rows: Rows) -> None:
        """Write some rows."""
        for row in rows:
            self._writer.writerow([self._safe(csv_cell(row[name])) for name in self._columns])
            self.row_count += 1

    def flush(self) -> None:
        """Pass on to the stream what was written."""
        self._text.flush()

    def close(self) -> None:
        """Write what is left; the stream stays open."""
        self._text.detach()

    @property
    def notes(self) -> list[str]:
        """What a reader of the file must know, in sentences."""
        sentences = []
        if self.formula_count:
            counted = f"{self.formula_count:,}"
            sentences.append(
                f"Cells that a spreadsheet would calculate, each now with an apostrophe before it: {counted}."
            )
        if self.long_cell_count:
            sentences.append(
                f"Cells of more than {_CELL_CHARS:,} characters, which Excel cuts: {self.long_cell_count:,}."
            )
        if self.row_count >= _SHEET_ROWS:
            sentences.append(f"Excel opens only the first {_SHEET_ROWS - 1:,} articles.")
        return sentences

    def _safe(self, cell: Any) -> Any:
        """The cell with an apostrophe before what would be calculated."""
        if type(cell) is not str or not cell:
            return cell
        if len(cell) > _CELL_CHARS:
            self.long_cell_count += 1
        if cell[0] in _FORMULA_STARTS:
            self.formula_count += 1
            return f"'{cell}"
        return cell


def csv_name(column: str) -> str:
    """The heading of a column: that of a time says that it is in UTC."""
    return f"{column}_utc" if pa.types.is_timestamp(schema.ARTICLES.field(column).type) else column


def csv_cell(value: Any) -> Any:
    """A value as one cell."""
    kind = type(value)  # a million articles have sixty million cells, most of them text or nothing
    if kind is str or value is None:
        return value
    if kind is list:
        return "; ".join(_part(part) for part in value)
    if kind is datetime:
        return value.replace(tzinfo=None).isoformat(" ", "seconds")
    return value.isoformat() if kind is date else value


def _part(value: Any) -> str:
    """A part of a list: a text, a quote as `Speaker: words`, the evidence of a flag as `flag, line 3: words`."""
    if not isinstance(value, dict):
        return str(value)
    if "speaker" in value:
        return f"{value['speaker']}: {value['text']}" if value["speaker"] else str(value["text"])
    line = f", line {value['line_no']}" if value["line_no"] else ""
    words = f": {value['shown']}" if value["shown"] else ""
    return f"{value['flag']}{line}{words}"
