"""The articles to export: chosen by a condition in SQL, read part by part, however many they are."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from flows.cli.suggestions import did_you_mean
from tasks import schema
from tasks.errors import CopydeskError, UsageError
from tasks.load.output import Output

_BATCH_ROWS = 1_000  # a few megabytes of text
_MEMORY = "1GB"  # of DuckDB; what needs more is written to disk
KEY = "article_id"
SHARE_DIGITS = 4  # of confidences, which are 32-bit numbers: what follows means nothing
_UNKNOWN_COLUMN = re.compile(r'^Referenced column "([^"]*)" not found')
_EXAMPLE = "for example \"language = 'de'\""
_TEXT_IN_QUOTES = f"; a text has single quotes around it, {_EXAMPLE}"
_CONDITION_ALONE = f"expected only a condition in SQL, {_EXAMPLE}"


@dataclass(frozen=True)
class Selection:
    """Which articles and columns are exported."""

    where: str | None
    columns: tuple[str, ...]

    @property
    def query(self) -> str:
        """The articles as a query of the view `articles_of_dataset`."""
        condition = f" where (\n{self.where}\n)" if self.where else ""  # a comment at its end must not hide the bracket
        # the condition is the user's own, in a database of the user's own
        return f"select {', '.join(self.columns)} from articles_of_dataset{condition}"  # noqa: S608

    @property
    def left_out(self) -> list[str]:
        """The columns of the dataset that are not exported."""
        return [name for name in schema.ARTICLES.names if name not in self.columns]


def chosen_columns(given: str | None, always: Sequence[str] = ()) -> tuple[str, ...]:
    """The columns that a user names, `title,text`, in this order; all of them by default. `always` are added.

    Raises:
        UsageError: there is no such column.
    """
    known = schema.ARTICLES.names
    names = known if given is None else [name.strip() for name in given.split(",") if name.strip()]
    if not names:
        raise UsageError("--columns: names no column; leave the option out to export all columns")
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or "; `copydesk schema articles` lists them"
            raise UsageError(f"--columns: unknown column: {name}{hint}")
    return tuple(dict.fromkeys([*(name for name in always if name not in names), *names]))


def chosen_condition(given: str | None) -> str | None:
    """The condition that a user gives; None for all articles.

    Raises:
        UsageError: it is empty, as an unset variable of a shell is: that must not export everything.
    """
    if given is not None and not given.strip():
        raise UsageError("--where: is empty; leave the option out to export all articles")
    return given


class Articles:
    """The chosen articles of one state of a dataset, in the order of its files: by month."""

    def __init__(self, output: Output, selection: Selection, database: str = ":memory:") -> None:
        """`database` is the file in which DuckDB works, for an export that is a database itself.

        Raises:
            UsageError: the condition is not valid SQL.
        """
        self.selection = selection
        self.connection = duckdb.connect(database)
        for setting in (f"memory_limit = '{_MEMORY}'", "timezone = 'UTC'", "enable_progress_bar = false"):
            self.connection.execute(f"set {setting}")
        self._open(output)
        self.total = int(self._value("select count(*) from articles_of_dataset"))
        try:
            self.count = int(self._value(f"select count(*) from ({selection.query})"))  # noqa: S608 - as above
        except duckdb.Error as error:
            self.close()
            raise UsageError(f"--where: {_condition_problem(error)}") from error

    def _open(self, output: Output) -> None:
        """Make the view `articles_of_dataset` with exactly the declared columns, which older files may lack."""
        files = [str(path) for path in output.files("articles").values()]
        self.connection.register("declared", schema.ARTICLES.empty_table())
        query = "select * from declared"
        if files:
            listed = ", ".join("'" + path.replace("'", "''") + "'" for path in files)
            parquet = f"read_parquet([{listed}], union_by_name = true)"
            query += f" union all by name select * from {parquet}"  # noqa: S608 - quoted names of files
        shares = [field.name for field in schema.ARTICLES if pa.types.is_float32(field.type)]
        rounded = ", ".join(f"round({name}::double, {SHARE_DIGITS}) as {name}" for name in shares)
        view = f"select * replace ({rounded}) from ({query})"  # noqa: S608 - names of columns and files
        self.connection.execute(f"create temporary view articles_of_dataset as {view}")

    def _value(self, query: str) -> Any:
        return self.connection.execute(query).fetchall()[0][0]  # all of it: an open result blocks the next query

    def batches(self) -> Iterator[list[dict[str, Any]]]:
        """The rows, some at a time.

        Raises:
            CopydeskError: the condition fails on a row, or a file cannot be read.
        """
        try:
            reader: pa.RecordBatchReader = self.connection.sql(self.selection.query).to_arrow_reader(_BATCH_ROWS)
            for batch in reader:
                yield batch.to_pylist()
        except (duckdb.Error, pa.ArrowException, OSError) as error:
            raise CopydeskError(f"the articles cannot be read: {one_sentence(error)}") from error

    def close(self) -> None:
        """Close the database."""
        self.connection.close()


def _condition_problem(error: duckdb.Error) -> str:
    """What is wrong with a condition, and how one is written."""
    message = one_sentence(error)
    if unknown := _UNKNOWN_COLUMN.search(message):
        name = unknown[1]
        return f"unknown column: {name}{did_you_mean(name, schema.ARTICLES.names) or _TEXT_IN_QUOTES}"
    if isinstance(error, duckdb.ParserException | duckdb.CatalogException):
        return f"{message.rstrip('!')}; {_CONDITION_ALONE}"
    return message


def one_sentence(error: BaseException) -> str:
    """DuckDB's message without its kind, its advice and its picture of the place."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    kind, separator, message = lines[0].partition(": ")
    return message if separator and kind.endswith("Error") else lines[0]
