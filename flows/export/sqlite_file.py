"""Articles as a SQLite database: full-text search, and tables of their own for what an article has several of.

Ready for Datasette: it finds the full-text table and the foreign keys by itself. Times are text in UTC, other lists
are JSON, which both SQLite and Datasette understand.
"""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import closing
from datetime import date, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from flows.export.articles import KEY
from tasks import schema
from tasks.schema.columns import sentence

Row = Mapping[str, Any]
# column of articles -> its table and the columns there, beside article_id and position
PART_TABLES = {
    "quotes": ("quotes", ("speaker", "text")),
    "authors": ("authors", ("author",)),
    "topics": ("topics", ("topic",)),
    "flags": ("flags", ("flag",)),
}
_SEARCHED = ("title", "text")


def write_sqlite(path: Path, batches: Iterable[list[dict[str, Any]]], columns: tuple[str, ...]) -> None:
    """Write the articles into a new database."""
    plain = [name for name in columns if name not in PART_TABLES]
    parts = {name: PART_TABLES[name] for name in columns if name in PART_TABLES}
    with closing(sqlite3.connect(path, isolation_level=None)) as database:
        # the file is complete or thrown away: a journal would only double the work
        database.execute("pragma journal_mode = off")
        database.execute("pragma synchronous = off")
        _create(database, plain, parts)
        first = 1
        for rows in batches:
            database.execute("begin")
            _insert(database, rows, first, (plain, parts))
            first += len(rows)
            database.execute("commit")
        for table, _ in parts.values():
            database.execute(f"create index {table}_by_article on {table} ({KEY})")
        searched = [name for name in _SEARCHED if name in plain]
        if searched:
            database.execute(
                f"create virtual table articles_fts using fts5 ({', '.join(searched)}, content = 'articles', "
                "content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2')"
            )
            database.execute("insert into articles_fts (articles_fts) values ('rebuild')")


def _create(database: sqlite3.Connection, plain: list[str], parts: Mapping[str, tuple[str, tuple[str, ...]]]) -> None:
    # The search refers to the rows by a number of their own: `vacuum` may change SQLite's. It is not the primary key,
    # by which programs like Datasette find the row that another table refers to.
    declared = ["id integer unique not null"]
    declared += [f"{name} {_sqlite_type(name)}" + (" primary key not null" if name == KEY else "") for name in plain]
    database.execute(f"create table articles ({', '.join(declared)})")
    for table, columns in parts.values():
        texts = ", ".join(f"{name} text" for name in columns)
        database.execute(
            f"create table {table} ({KEY} text references articles ({KEY}), position integer, {texts}, "
            f"primary key ({KEY}, position)) without rowid"
        )
    database.execute("create table dictionary (column_name text primary key, meaning text)")
    rows = [(field.name, sentence(field)) for field in schema.ARTICLES if field.name in {*plain, *parts}]
    database.executemany("insert into dictionary values (?, ?)", rows)


def _insert(
    database: sqlite3.Connection,
    rows: list[dict[str, Any]],
    first: int,
    columns: tuple[list[str], Mapping[str, tuple[str, tuple[str, ...]]]],
) -> None:
    """Insert articles, numbered from `first`, into the columns of `articles` and the tables of lists."""
    plain, parts = columns
    marks = ", ".join("?" * len(plain))
    database.executemany(
        f"insert into articles values (?, {marks})",  # noqa: S608 - only question marks
        ([number, *(sqlite_value(row[name]) for name in plain)] for number, row in enumerate(rows, first)),
    )
    for column, (table, names) in parts.items():
        marks = ", ".join("?" * (len(names) + 2))
        database.executemany(
            f"insert into {table} values ({marks})",  # noqa: S608 - names of PART_TABLES
            (
                (row[KEY], position, *([part[name] for name in names] if isinstance(part, dict) else [part]))
                for row in rows
                for position, part in enumerate(row[column] or (), 1)
            ),
        )


def _sqlite_type(column: str) -> str:
    kind = schema.ARTICLES.field(column).type
    if pa.types.is_integer(kind) or pa.types.is_boolean(kind):
        return "integer"
    return "real" if pa.types.is_floating(kind) else "text"


def sqlite_value(value: Any) -> Any:
    """A value as SQLite has it: times in UTC as text that its functions of dates read, lists as JSON."""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%dT%H:%M:%SZ}"
    if isinstance(value, date):
        return value.isoformat()
    return orjson.dumps(value).decode() if isinstance(value, list) else value
