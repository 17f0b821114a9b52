"""How the rows of a CSV file are written: its separator, its quotes and its escapes, found in the first lines."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from tasks.ingest.bounded_streams import FlawError
from tasks.ingest.formats import Options
from tasks.ingest.formats.columns import is_wanted
from tasks.ingest.formats.csv_recovery import BrokenRow, RecoveringRows
from tasks.vocabulary import Flaw

SEPARATORS = ",;\t|~^\x01"  # the last is Hive's
_UNQUOTED = "\t|\x01"  # programs that separate so often write cells as they are
_MAX_LINES_BEFORE, _HEADER_CHARS = 10, 10_000  # the header is looked for in these many lines
# \" within a cell, where RFC 4180 has ""; before a separator the backslash is the last letter of the cell
_BACKSLASH_QUOTE = re.compile(r'\\"[^",;\t|\r\n]')
_R_HEADER = re.compile(r'"[^"]*"(?: "[^"]*")+')  # of write.table, which separates by blanks
_ESCAPE = re.compile(r"\\(.)", re.S)
_LETTERS = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "0": "", "N": ""}
# what databases put behind a backslash; MySQL writes it before a real tab and a real end of line, too
_ESCAPED = frozenset("\\'\t\n\r") | _LETTERS.keys()
_FEW = 3  # letters that stand for an end of line; fewer may be of a path of Windows
# in quotes from its start to its end; a text may begin with a quotation
_QUOTED_CELL = re.compile(r'(?:^|\t)"[^"]*+(?:""[^"]*+)*+"(?=\t|\r|\n|\Z)', re.M)
_CELL = re.compile(r"(?:[^\t\\]++|\\.)*+", re.S)
_NO_VALUES = frozenset({"\\N", "NULL"})  # of Postgres and Hive, of MySQL and SQLite


@dataclass(frozen=True)
class Dialect:
    """How rows are written. `has_escapes`: as databases export them, with no quotes and backslashes instead."""

    separator: str
    quote: str = '"'
    escape: str | None = None
    has_blanks: bool = False  # before quotes
    has_blanks_behind: bool = False  # and behind them
    has_escapes: bool = False
    has_quotes: bool = True

    def rows(self, lines: Iterator[str], max_chars: int) -> Iterator[list[str] | BrokenRow]:
        """The cells of the rows in these lines, and rows that are broken; empty where a database has no value.

        Raises:
            FlawError: a row has more than so many characters.
            csv.Error: a row is not of this dialect, and it is unclear where the next one begins.
        """
        if self.has_escapes:
            return map(_unescaped_cells, _whole_rows(lines, max_chars))
        return iter(RecoveringRows(lines, self._cells))

    def _cells(self, lines: Iterable[str]) -> Iterator[list[str]]:
        reader = csv.reader(
            lines,
            delimiter=self.separator,
            quotechar=self.quote,
            escapechar=self.escape,
            skipinitialspace=self.has_blanks,
            quoting=csv.QUOTE_MINIMAL if self.has_quotes else csv.QUOTE_NONE,
            strict=not self.has_blanks_behind,  # else such a blank would be an error
        )
        return ([cell if cell not in _NO_VALUES else "" for cell in cells] for cells in reader)


def dialect_of(sample: str, name: str, options: Options, separator: str | None = None) -> Dialect:
    """The dialect of a file that begins with this text, from its header on; a file may name its separator."""
    header = re.split(r"[\r\n]", sample, maxsplit=1)[0][:_HEADER_CHARS].strip()
    if separator is None and _R_HEADER.fullmatch(header):
        return Dialect(" ", escape=_escape_in(sample))
    quote = "'" if _quotes_all(header, "'") else '"'
    separator = separator or _separator(sample, quote, name, options)
    if _has_escapes(sample, separator):
        return Dialect(separator, has_escapes=True)
    if separator in _UNQUOTED and not _is_quoted(sample, separator, quote):
        return Dialect(separator, has_quotes=False)
    names = header.split(separator)
    has_blanks = len(names) > 1 and all(name[:1].isspace() for name in names[1:])
    has_blanks_behind = len(names) > 1 and all(name[-1:].isspace() for name in names[:-1])
    escape = _escape_in(sample) if quote == '"' else None
    return Dialect(separator, quote, escape, has_blanks, has_blanks_behind=has_blanks_behind)


def _is_quoted(sample: str, separator: str, quote: str) -> bool:
    """Whether quotes are around cells: where a story begins with a quotation, its quote is a letter of the story."""
    if f"{separator}{quote}" not in sample and f"\n{quote}" not in sample:
        return True  # nothing shows it
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=separator, quotechar=quote, strict=True)
    try:
        for _ in reader:
            pass
    except csv.Error as error:
        return "expected after" not in str(error) or _BACKSLASH_QUOTE.search(sample) is not None
    return True


def _escape_in(sample: str) -> str | None:
    return "\\" if _BACKSLASH_QUOTE.search(sample) else None


def _quotes_all(header: str, quote: str) -> bool:
    """Whether all names of a header are in these quotes."""
    parts = (header.split(separator) for separator in SEPARATORS)
    return any(
        len(names) > 1 and all(len(name) > 1 and name[0] == name[-1] == quote for name in map(str.strip, names))
        for names in parts
    )


def _has_escapes(sample: str, separator: str) -> bool:
    """Whether backslashes stand for what would end a cell or a row, as Postgres and MySQL write a table."""
    if separator != "\t" or _QUOTED_CELL.search(sample):
        return False
    found = [escape[1] for escape in _ESCAPE.finditer(sample)]
    has_signs = "\\" in found or "N" in found or "\n" in found or found.count("n") >= _FEW
    return has_signs and _ESCAPED.issuperset(found)


def _whole_rows(lines: Iterator[str], max_chars: int) -> Iterator[str]:
    """The lines, joined where a backslash stands before the end of one."""
    parts: list[str] = []
    size = 0
    for line in lines:
        size = size + len(line) if parts else len(line)
        if size > max_chars:
            raise FlawError(Flaw.TOO_LARGE, f"a row of more than {max_chars:,} characters")
        parts.append(line)
        body = line.rstrip("\r\n")
        # a carriage return alone is one of the page
        if line.endswith("\n") and (len(body) - len(body.rstrip("\\"))) % 2 == 0:
            yield "".join(parts).rstrip("\r\n")
            parts = []
    if parts:
        yield "".join(parts).rstrip("\r\n")


def _unescaped_cells(row: str) -> list[str]:
    cells, at = [], 0
    while found := _CELL.match(row, at):
        cells.append(_ESCAPE.sub(lambda escape: _LETTERS.get(escape[1], escape[1]), found[0]))
        at = found.end() + 1
        if at > len(row):
            break
    return [cell if cell not in _NO_VALUES else "" for cell in cells]


def lines_before_header(sample: str, options: Options) -> int:
    """The number of lines of titles and comments before the one that names the columns; none where that is unclear."""
    for number, line in enumerate(sample.split("\n", _MAX_LINES_BEFORE)[:_MAX_LINES_BEFORE]):
        known = max(
            sum(is_wanted(cell.strip(" \r\"'\ufeff"), options) for cell in line[:_HEADER_CHARS].split(separator))
            for separator in SEPARATORS
        )
        if known > (number > 0):  # a line of text may be one known word; two are a header
            return number
    return 0


def _separator(sample: str, quote: str, name: str, options: Options) -> str:
    """The separator with which the header has the most known columns, then the most columns."""
    usual = "\t" if ".tsv" in name.lower() else ","

    def merit(separator: str) -> tuple[int, int, bool]:
        try:
            header = next(csv.reader(io.StringIO(sample, newline=""), delimiter=separator, quotechar=quote), [])
        except csv.Error:
            return 0, 0, False
        known = sum(is_wanted(column.strip(), options) for column in header)
        return known, len(header), separator == usual

    return max(SEPARATORS, key=merit)
