"""Pages in the tables of SQLite databases, as scrapers and feed readers keep them. Nothing is ever written to one."""

import io
import os
import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

from tasks.ingest.bounded_streams import FREE_BYTES, FlawError
from tasks.ingest.formats import Opened, Options, Skipped
from tasks.ingest.formats.columns import PAGES, is_of_page
from tasks.ingest.formats.rows import Rows
from tasks.ingest.formats.sqlite_rows import quoted, rows_of_table, selected
from tasks.ingest.formats.tables import needed_columns
from tasks.ingest.reading_time import seconds_for, time_is_up
from tasks.ingest.record import Record
from tasks.vocabulary import Flaw

_STEPS_PER_CHECK = 50_000  # of SQLite's machine: some milliseconds
_MIN_CELL_BYTES, _CELL_GROWTH = 64 << 20, 2  # larger cells are not read into memory; a page may be packed in base64
_MAX_GROWTH = 4  # of a database whose rows share their bytes; texts of UTF-16 grow by half
_CACHE_KIB = 16 << 10
_NAMED_TABLES, _NAME_CHARS = 20, 60  # of those that are not read
# writable_schema lets SQLite open a database whose end is cut off; the others keep code and memory out of its reach
_SETTINGS = ("query_only=ON", "trusted_schema=OFF", "writable_schema=ON", f"cache_size=-{_CACHE_KIB}", "mmap_size=0")
_TABLES = "SELECT name, type, coalesce(sql, '') FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY rowid"
_LOG = Skipped("write-ahead logs beside SQLite databases, not read; close the database with its own tool first")


def read_sqlite(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """One page per row of each table with a column of pages; the other tables are named as not read."""
    with tempfile.TemporaryDirectory(prefix="copydesk-") as folder:
        try:
            path = _path(opened, folder)
            # immutable: no lock, no log and no journal is looked for
            with closing(sqlite3.connect(f"file:{quote(os.fsencode(path))}?mode=ro&immutable=1", uri=True)) as database:
                yield from _Reader(database, path.stat().st_size, options).records()
        except FlawError as error:
            yield Record(None, "end", flaw=error.flaw, detail=error.detail)
        except (sqlite3.Error, OSError) as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
                yield time_is_up(seconds_for(path.stat().st_size))
                return
            yield Record(None, "end", flaw=Flaw.BROKEN_FILE, detail=f"the SQLite file cannot be read: {error}")
        if _has_content(Path(f"{opened.name}-wal")):
            yield _LOG


def _path(opened: Opened, folder: str) -> Path:
    """The path of the database: SQLite reads a file of this machine itself, and a copy of any other."""
    stream = opened.stream
    if isinstance(stream, io.BufferedReader) and isinstance(stream.raw, io.FileIO):
        return Path(opened.name).absolute()
    path = Path(folder) / "copy.db"
    with path.open("wb") as copy:
        shutil.copyfileobj(stream, copy, 1 << 20)
    return path


class _Reader:
    """One database, which may be hostile."""

    def __init__(self, database: sqlite3.Connection, byte_count: int, options: Options) -> None:
        self._database, self._options, self._rows = database, options, Rows(options)
        self._byte_count, self._cell_bytes = byte_count, 0
        deadline = time.thread_time() + seconds_for(byte_count)
        for setting in _SETTINGS:
            database.execute(f"PRAGMA {setting}")
        database.text_factory = _text
        max_cell_bytes = max(_MIN_CELL_BYTES, _CELL_GROWTH * options.max_page_bytes)
        database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, max_cell_bytes)
        database.set_progress_handler(lambda: time.thread_time() > deadline, _STEPS_PER_CHECK)

    def records(self) -> Iterator[Record | Skipped]:
        """The pages of all tables."""
        unread: list[str] = []
        is_any_read = False
        for name, kind, sql in self._database.execute(_TABLES).fetchall():
            if str(name).startswith("sqlite_"):
                continue
            if kind == "view" or str(sql).upper().startswith("CREATE VIRTUAL"):
                unread.append(f"{name}, a {'view' if kind == 'view' else 'virtual table'}")
                continue
            columns = [str(row[1]) for row in self._database.execute(f"PRAGMA table_info({quoted(name)})")]
            self._rows.has_columns(columns)
            wanted = needed_columns(columns, self._options)
            if self._has_pages(name, wanted):
                is_any_read = True
                for key, row, flaw in rows_of_table(self._database, str(name), wanted, columns):
                    self._count(row)
                    yield (
                        self._rows.record(row, key) if flaw is None else Record(None, key, flaw=flaw[0], detail=flaw[1])
                    )
            else:
                unread.append(f"{name} ({', '.join(columns[:8])})")
        if not is_any_read:
            detail = f"no table has a column with a known name; its tables: {'; '.join(unread)}"[:300]
            raise FlawError(Flaw.NO_PAGES, f"{detail}; name the columns with --map html=COLUMN,url=COLUMN")
        yield from self._rows.notes()
        for number, name in enumerate(unread):
            shown = name[:_NAME_CHARS] if number < _NAMED_TABLES else "and more of one database"
            yield Skipped(f"tables of SQLite databases without a column of pages: {shown}")

    def _count(self, row: Mapping[str, Any]) -> None:
        """Count the cells of a row.

        Raises:
            FlawError: the rows are so much larger than the database that they must share their bytes.
        """
        self._cell_bytes += sum(len(cell) for cell in row.values() if isinstance(cell, str | bytes))
        if self._cell_bytes > max(FREE_BYTES, _MAX_GROWTH * self._byte_count):
            detail = f"the rows of a database of {self._byte_count:,} bytes have {self._cell_bytes:,} and more"
            raise FlawError(Flaw.BOMB, detail)

    def _has_pages(self, table: str, columns: list[str]) -> bool:
        """Whether a column is called as one of pages, or as one that may hold a row and does so in the first row."""
        named = [self._options.columns[field].casefold() for field in PAGES if field in self._options.columns]
        usual = {*named, *(name.partition(".")[0] for name in named)}
        known = {column.casefold() for column in columns}
        if not known.isdisjoint(usual) or (not usual and any(map(is_of_page, columns))):
            return True
        if not columns:
            return False
        first = self._database.execute(selected(columns, table) + " LIMIT 1").fetchone()
        return first is not None and self._rows.is_page(dict(zip(columns, first, strict=True)))


def _has_content(path: Path) -> bool:
    with suppress(OSError, ValueError):  # the name of a member of an archive has no place on the disk
        return path.stat().st_size > 0
    return False


def _text(raw: bytes) -> str | bytes:
    """A text, or its bytes if it is in another encoding than the database says."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw
