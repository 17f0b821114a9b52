"""One published state of a dataset as DuckDB views over its Parquet files, for reading only.

DuckDB may open files of the output folder and nothing else, and its settings are locked. No text from a request becomes
SQL: values are parameters, and names of columns come from this package.
"""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, cast

import duckdb
import pyarrow as pa

from tasks import schema
from tasks.errors import CopydeskError
from tasks.load.output import NothingPublishedError, Output

Row = dict[str, Any]

QUERY_SECONDS = 10.0  # a view takes less than one; what takes longer would keep others waiting
PREPARE_SECONDS = 300.0  # for what is computed once for a state, in the background
_MEMORY_LIMIT = "2GB"  # what is shown is a page of rows; only sorting and grouping need memory
_CLOSE_SECONDS = 10.0  # an interrupted query ends in a fraction of a second
_QUERIES_AT_ONCE = 4  # each uses all cores; more only makes all of them slower
# tables whose rows belong to pages: lines and raw pages are beside the published tables
_UNPUBLISHED = {"lines": schema.LINES, "pages": schema.PAGES}
_DEFAULTS = {"story_probability": "1.0"}  # of rows that were published before this required column existed


_CLOSED = "The server is being stopped."
CHANGED = "The dataset changed while it was read. Load the page again."
Prepared = TypeVar("Prepared")


class TooSlowError(CopydeskError):
    """A query took longer than its time limit."""


class ClosedError(CopydeskError):
    """The server is being stopped."""


class ChangedError(CopydeskError):
    """A file of this state was deleted while it was read: a newer state is published."""


class Snapshot:
    """The tables of one published state: `articles`, `ledger` and so on, and `lines` and `pages`."""

    def __init__(self, output: Output) -> None:
        self.output, self.state = output, output.state()
        # the folder behind the link: a run that publishes meanwhile does not change what this snapshot shows
        self._folder = (output.published / "current").resolve()
        self._database = duckdb.connect()
        self._slots = threading.BoundedSemaphore(_QUERIES_AT_ONCE)
        self._configure()
        for name, table in schema.PUBLISHED.items():
            self._create_view(name, table, sorted((self._folder / name).rglob("*.parquet")))
        self._stored_files = {
            name: [path.resolve() for path in sorted((output.root / name).glob("*.parquet"))] for name in _UNPUBLISHED
        }
        for name, table in _UNPUBLISHED.items():
            self._create_view(name, table, self._stored_files[name])
        self._database.execute("set lock_configuration = true")
        self._prepared: dict[str, Any] = {}
        self._preparing = threading.RLock()
        self._background: threading.Thread | None = None
        self._running: set[duckdb.DuckDBPyConnection] = set()
        self._is_closing = False

    def _configure(self) -> None:
        """Confine DuckDB to the files of the output."""
        self._database.execute("set timezone = 'UTC'")
        self._database.execute(f"set memory_limit = '{_MEMORY_LIMIT}'")
        self._database.execute("set temp_directory = ''")
        self._database.execute("set autoinstall_known_extensions = false")
        self._database.execute("set autoload_known_extensions = false")
        self._database.execute("set parquet_metadata_cache = true")
        roots = ", ".join(_quoted(f"{path}/") for path in {self.output.root.resolve(), self._folder})
        self._database.execute(f"set allowed_directories = [{roots}]")
        self._database.execute("set enable_external_access = false")

    def _create_view(self, name: str, table: pa.Schema, paths: Sequence[Path]) -> None:
        """A view with every column of the schema; a column that no file has yet is null."""
        self._database.register("declared", table.empty_table())
        self._database.execute(f"create table empty_{name} as select * from declared")
        self._database.unregister("declared")
        if not paths:
            self._database.execute(f"create view {name} as select * from empty_{name}")
            return
        listed = ", ".join(_quoted(str(path.resolve())) for path in paths)
        source = f"read_parquet([{listed}], union_by_name = true, hive_partitioning = false, filename = true)"
        present = {row[0] for row in self._database.execute(f"describe select * from {source}").fetchall()}
        types = self._database.execute(f"describe empty_{name}").fetchall()
        columns = [
            column if column in present else f"{_DEFAULTS.get(column, 'null')}::{kind} as {column}"
            for column, kind, *_ in types
        ]
        quoted = ", ".join(f'"{column}"' if column in present else column for column in columns)
        self._database.execute(f"create view {name} as select {quoted}, filename from {source}")

    def rows(self, sql: str, *values: object, seconds: float = QUERY_SECONDS) -> list[Row]:
        """The rows of a query; `values` are its parameters.

        Raises:
            TooSlowError: it took longer than `seconds`.
            ChangedError: a newer state is published and these files are gone.
        """
        with self._cursor(seconds) as cursor:
            return [dict(row) for row in cursor.sql(sql, params=list(values)).to_arrow_table().to_pylist()]

    def row(self, sql: str, *values: object) -> Row | None:
        """The first row of a query, or None."""
        found = self.rows(f"{sql} limit 1", *values)
        return found[0] if found else None

    def batches(self, sql: str, *values: object, batch_rows: int) -> Iterator[pa.RecordBatch]:
        """The rows of a query in batches, however long it takes: for downloads."""
        cursor = self._database.cursor()
        try:
            yield from cursor.sql(sql, params=list(values)).to_arrow_reader(batch_rows)
        finally:
            cursor.close()

    @contextmanager
    def _cursor(self, seconds: float) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection for one query, which is interrupted when its time is over."""
        if not self._slots.acquire(timeout=seconds):
            raise TooSlowError("Too many queries are running. Try again in a moment.")
        cursor = self._database.cursor()
        timer = threading.Timer(seconds, cursor.interrupt)
        self._running.add(cursor)
        try:
            timer.start()
            if self._is_closing:
                raise ClosedError(_CLOSED)
            yield cursor
        except duckdb.InterruptException as error:
            if self._is_closing:
                raise ClosedError(_CLOSED) from error
            raise TooSlowError(f"The query took more than {seconds:g} seconds. Narrow it with a filter.") from error
        except (duckdb.IOException, duckdb.InvalidInputException) as error:
            raise ChangedError(CHANGED) from error
        finally:
            timer.cancel()
            self._running.discard(cursor)
            cursor.close()
            self._slots.release()

    def in_background(self, work: Callable[["Snapshot"], None]) -> None:
        """Do some work in a thread of its own, which ends before `close` does."""
        self._background = threading.Thread(target=work, args=(self,), daemon=True, name="browse-prepare")
        self._background.start()

    @property
    def is_preparing(self) -> bool:
        """Whether something is done in the background."""
        return self._background is not None and self._background.is_alive()

    def close(self) -> None:
        """End the work in the background and the queries that run.

        A thread that is still in DuckDB when Python ends would abort the process.
        """
        self._is_closing = True
        deadline = time.monotonic() + _CLOSE_SECONDS
        while self._background is not None and self.is_preparing and time.monotonic() < deadline:
            for cursor in tuple(self._running):
                with suppress(duckdb.Error):  # it has ended meanwhile
                    cursor.interrupt()
            self._background.join(0.05)

    def prepared(self, name: str, prepare: Callable[["Snapshot"], Prepared]) -> Prepared:
        """What `prepare` makes of this state, made once: a state never changes."""
        with self._preparing:
            if name not in self._prepared:
                self._prepared[name] = prepare(self)
            return cast(Prepared, self._prepared[name])

    def create_table(self, name: str, sql: str, *values: object) -> None:
        """A table in memory with the rows of a query, for what is too slow to compute for each view."""
        with self._cursor(PREPARE_SECONDS) as cursor:
            # it may be there already if what needed it was interrupted
            cursor.execute(f"create or replace table {name} as {sql}", list(values))

    def stored_files(self, table: str) -> list[Path]:
        """The files of `lines` or `pages`."""
        return self._stored_files[table]

    @cached_property
    def article_files(self) -> list[Path]:
        """The files of the articles, those of the newest month first and those without a date last."""
        paths = (self._folder / "articles").rglob("*.parquet")
        return sorted(paths, key=lambda path: ("unknown" not in path.parent.name, path.parent.name, path.name))[::-1]


class Dataset:
    """The newest published state of an output, opened again when a run has published."""

    def __init__(self, root: str | Path, on_open: Callable[[Snapshot], None] | None = None) -> None:
        self.output, self._on_open = Output.open(root), on_open
        self._lock = threading.Lock()
        self._prepared_snapshots: list[Snapshot] = []
        self._snapshot = self._open()

    def snapshot(self) -> Snapshot:
        """The tables as they are published now."""
        with self._lock:
            state = self.output.state()
            if not state:
                raise NothingPublishedError(self.output.root)
            if state != self._snapshot.state:
                self._snapshot = self._open()
            return self._snapshot

    def close(self) -> None:
        """End what is done in the background, for an earlier state too."""
        for snapshot in self._prepared_snapshots:
            snapshot.close()

    def open_again(self, changed: Snapshot) -> None:
        """Open the state again if this is still the current snapshot: files beside the tables have changed."""
        with self._lock:
            if self._snapshot is changed:
                self._snapshot = self._open()

    def _open(self) -> Snapshot:
        snapshot = Snapshot(self.output)
        at_work = [earlier for earlier in self._prepared_snapshots if earlier.is_preparing]
        self._prepared_snapshots = [*at_work, snapshot]
        if self._on_open is not None:
            self._on_open(snapshot)
        return snapshot


def _quoted(text: str) -> str:
    """A string of SQL. Only paths of the output folder are written like this; DuckDB takes no parameter there."""
    return "'" + text.replace("'", "''") + "'"
