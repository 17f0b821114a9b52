"""Rows of a CSV file behind one that is broken, e.g. by a quote that is not closed.

Such a quote makes one cell of all that follows, up to the next quote. The line is then searched at which a row surely
begins: it has as many cells as the rows before, and they look like theirs (an address, a number, a time). A line of a
page may have as many commas, but hardly an address in the right place.
"""

import csv
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from tasks.ingest.formats.columns import is_of_address

Reader = Callable[[Iterable[str]], Iterator[list[str]]]

_SEARCHED_CHARS = 1 << 27  # of a file, in all; what is searched is read more than once
_TRIED_CHARS = 2_000  # what trying a line costs beside its length: as much time as reading so many
_COMPARED_ROWS = 3
_ADDRESS = re.compile(r"https?://[^\s<>\"]{1,4000}")
_SHAPES = (
    _ADDRESS,
    re.compile(r"[+-]?\d{1,30}(?:[.,]\d{1,30})?"),
    re.compile(r"\d{1,4}[-/.]\d{1,2}[-/.T ][\d:.,+ TZ/-]{1,40}"),
)


@dataclass(frozen=True)
class BrokenRow:
    """A row that cannot be read, behind which the reading goes on."""

    problem: str
    line_count: int


class RecoveringRows:
    """The rows in some lines, and for each that is broken what is wrong with it."""

    def __init__(self, lines: Iterator[str], reader: Reader) -> None:
        self._lines, self._reader = lines, reader
        self._again: deque[str] = deque()  # lines to read once more
        self._taken: list[str] = []  # lines of the row that is being read
        self._searched = 0
        self._last: deque[list[str]] = deque(maxlen=_COMPARED_ROWS)
        self._header: list[str] | None = None

    def __iter__(self) -> Iterator[list[str] | BrokenRow]:
        """The rows.

        Raises:
            csv.Error: a row is broken, and it is unclear where the next one begins.
        """
        rows = self._reader(self._feed())
        while True:
            self._taken.clear()
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                count = self._behind_broken() if self._header is not None else None
                if count is None:
                    raise
                yield BrokenRow(str(error), count)
                rows = self._reader(self._feed())
                continue
            if self._header is None:
                self._header = cells
            else:
                self._last.append(cells)
            yield cells

    def _feed(self) -> Iterator[str]:
        while True:
            line = self._again.popleft() if self._again else next(self._lines, None)
            if line is None:
                return
            self._taken.append(line)
            yield line

    def _behind_broken(self) -> int | None:
        """The number of lines of the broken row, behind which the reading is set; None where that is unclear."""
        shapes = self._shapes()
        if not shapes:
            return None
        width = len(self._last[-1]) if self._last else len(self._header or ())
        ahead = _Ahead(self._taken, self._again, self._lines)
        self._searched += len(ahead.lines)  # which were copied
        for start in ahead.places(1):
            self._searched += _TRIED_CHARS
            if self._searched > _SEARCHED_CHARS:
                return None
            if self._begins_row(ahead, start, width, shapes):
                self._again = deque(ahead.lines[start:])
                return start
        return None

    def _begins_row(self, ahead: "_Ahead", start: int, width: int, shapes: "dict[int, re.Pattern[str]]") -> bool:
        try:
            cells = next(self._reader(self._counted(ahead, start)), [])
        except csv.Error:
            return False
        return len(cells) == width and all(shape.fullmatch(cells[place].strip()) for place, shape in shapes.items())

    def _counted(self, ahead: "_Ahead", start: int) -> Iterator[str]:
        for place in ahead.places(start):
            self._searched += len(ahead.lines[place])
            if self._searched > _SEARCHED_CHARS:
                return
            yield ahead.lines[place]

    def _shapes(self) -> "dict[int, re.Pattern[str]]":
        """By the place of a cell, what it looks like in all of the last rows; addresses at least, if there are any."""
        rows = list(self._last)
        if not rows:
            names = self._header or []
            return {place: _ADDRESS for place, name in enumerate(names) if is_of_address(name.strip())}
        width = min(map(len, rows))
        found = {place: _shape_of([row[place] for row in rows]) for place in range(min(width, 100))}
        return {place: shape for place, shape in found.items() if shape is not None}


class _Ahead:
    """Lines that were read and lines that follow, which are read when they are asked for."""

    def __init__(self, taken: Sequence[str], again: deque[str], lines: Iterator[str]) -> None:
        self.lines = [*taken, *again]
        self._lines = lines
        again.clear()

    def places(self, start: int) -> Iterator[int]:
        """The places of the lines from one on."""
        place = start
        while place < len(self.lines) or self._read():
            yield place
            place += 1

    def _read(self) -> bool:
        line = next(self._lines, None)
        if line is not None:
            self.lines.append(line)
        return line is not None


def _shape_of(cells: list[str]) -> "re.Pattern[str] | None":
    return next((shape for shape in _SHAPES if all(shape.fullmatch(cell.strip()) for cell in cells)), None)
