"""The rows of one table of a SQLite database, also of a damaged one: what is sound on both sides of the damage."""

import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

from tasks.vocabulary import Flaw

_NAME_CHARS = 60
_ALIASES = ("rowid", "_rowid_", "oid")  # of the number of a row, unless a column has that name
_TOO_LARGE = (Flaw.TOO_LARGE, "the row has a cell that is too large to be read")
_ALL = -1  # as a limit of SQL
_OUT_OF_ORDER = "the numbers of rows are out of order"  # where SQLite takes damaged bytes for a row
Found = tuple[str, dict[str, Any], tuple[Flaw, str] | None]  # the key of a row, its columns, and why it has none


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def selected(columns: list[str], table: str, number: str | None = None) -> str:
    """A query of columns of a table, with the number of each row in front."""
    listed = ", ".join([*([number] if number else []), *map(quoted, columns)])
    return f"SELECT {listed} FROM {quoted(table)}"  # noqa: S608 - all names are quoted


def rows_of_table(database: sqlite3.Connection, table: str, wanted: list[str], columns: list[str]) -> Iterator[Found]:
    """The rows by number; behind one that is damaged, those from the end of the table backwards."""
    rows = _NumberedRows(database, table, wanted, columns)
    if rows.number is None:
        yield from _rows_without_numbers(database, table, wanted)
        return
    damage = None
    while damage is None:
        try:
            yield from rows.forwards()
        except sqlite3.DataError:  # a cell is larger than the limit
            yield rows.pass_over()
        except sqlite3.DatabaseError as error:
            _raise_if_late(error)
            damage = error
        else:
            return
    try:
        yield from rows.backwards()
    except sqlite3.DatabaseError as error:
        _raise_if_late(error)
    yield rows.loss(damage)


def _raise_if_late(error: sqlite3.Error) -> None:
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
        raise error


def _up_to_bad(database: sqlite3.Connection, query: Callable[[int], str]) -> Iterator[tuple[Any, ...]]:
    """The rows of a query, which knows how far the reading is, up to one that cannot be read.

    The library reads one row ahead and loses a good row with a bad one behind it, so that row is asked for again.
    """
    try:
        yield from database.execute(query(_ALL))
    except sqlite3.DatabaseError as error:
        _raise_if_late(error)
        yield from database.execute(query(1))
        raise


def _rows_without_numbers(database: sqlite3.Connection, table: str, wanted: list[str]) -> Iterator[Found]:
    number, name = 0, table[:_NAME_CHARS]

    def rest(limit: int) -> str:
        return f"{selected(wanted, table)} LIMIT {limit} OFFSET {number}"

    try:
        for cells in _up_to_bad(database, rest):
            number += 1
            yield f"{name}:{number}", dict(zip(wanted, cells, strict=True)), None
    except sqlite3.DatabaseError as error:
        _raise_if_late(error)
        yield f"{name}:{number}+", {}, (Flaw.BROKEN_RECORD, f"{error}: the rows of {name} behind row {number} are lost")


class _NumberedRows:
    """A table whose rows have numbers, and how far it has been read from either end."""

    def __init__(self, database: sqlite3.Connection, table: str, wanted: list[str], columns: list[str]) -> None:
        self._database, self._table, self._wanted = database, table, wanted
        self._name = table[:_NAME_CHARS]
        self._last: int | None = None
        self._first: int | None = None  # of those read from the end
        taken = {column.casefold() for column in columns}
        self.number = next((alias for alias in _ALIASES if alias not in taken), None)
        try:
            database.execute(selected([], table, self.number) + " LIMIT 0")
        except sqlite3.OperationalError:  # a table WITHOUT ROWID
            self.number = None

    @property
    def _between(self) -> str:
        """The condition for rows that are not read yet."""
        bounds = [f"{self.number} > {self._last}"] * (self._last is not None)
        bounds += [f"{self.number} < {self._first}"] * (self._first is not None)
        return f" WHERE {' AND '.join(bounds)}" if bounds else ""

    def _rows(self, order: str) -> Iterator[tuple[Any, ...]]:
        query = selected(self._wanted, self._table, self.number)
        return _up_to_bad(
            self._database,
            lambda limit: f"{query}{self._between} ORDER BY {self.number} {order} LIMIT {limit}",
        )

    def _found(self, number: int, cells: list[Any]) -> Found:
        return f"{self._name}:{number}", dict(zip(self._wanted, cells, strict=True)), None

    def forwards(self) -> Iterator[Found]:
        """The rows behind the last one."""
        for number, *cells in self._rows("ASC"):
            if self._last is not None and number <= self._last:
                raise sqlite3.DatabaseError(_OUT_OF_ORDER)
            self._last = number
            yield self._found(number, cells)

    def backwards(self) -> Iterator[Found]:
        """The rows from the end of the table to the damage."""
        for number, *cells in self._rows("DESC"):
            if (self._last is not None and number <= self._last) or (self._first is not None and number >= self._first):
                raise sqlite3.DatabaseError(_OUT_OF_ORDER)
            self._first = number
            yield self._found(number, cells)

    def pass_over(self) -> Found:
        """The row behind the last one, without its cells."""
        ((self._last,),) = self._database.execute(selected([], self._table, f"min({self.number})") + self._between)
        return f"{self._name}:{self._last}", {}, _TOO_LARGE

    def loss(self, damage: sqlite3.Error) -> Found:
        """What the damage costs."""
        between = f" and before number {self._first}" if self._first is not None else ""
        behind = f" behind number {self._last}" if self._last is not None else ""
        detail = f"{damage}: the rows of {self._name}{behind}{between} are lost"
        return f"{self._name}:{'' if self._last is None else self._last}+", {}, (Flaw.BROKEN_RECORD, detail)
