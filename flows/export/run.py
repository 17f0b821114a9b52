"""One export: where it goes, in which format, and what it leaves out."""

import errno
import os
import sqlite3
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import duckdb

from flows.export.articles import KEY, Articles, Selection, one_sentence
from flows.export.duckdb_file import write_duckdb
from flows.export.markdown import article_markdown, file_name, front_matter
from flows.export.sqlite_file import write_sqlite
from flows.export.text_files import CsvWriter, json_lines
from tasks import schema
from tasks.errors import UsageError
from tasks.load.output import Output
from tasks.storage.addresses import shown
from tasks.storage.atomic import replaced_file, replaced_folder
from tasks.storage.object_stores import is_remote

STANDARD_OUTPUT = "-"
# format -> endings of its files; Markdown is a folder
FORMATS = {
    "jsonl": (".jsonl", ".ndjson"),
    "csv": (".csv",),
    "sqlite": (".sqlite", ".sqlite3", ".db"),
    "duckdb": (".duckdb",),
    "markdown": (),
}
_DATABASES = ("sqlite", "duckdb")
_FOLDER_MARK = ".copydesk-export"  # in a folder of Markdown files: only such a folder is ever replaced
_NO_SPACE = ("No space left", "disk is full")  # how DuckDB and SQLite say it

Progress = Callable[[int, int], None]  # articles done, and all


@dataclass
class Exported:
    """What was exported, and what was not, in sentences."""

    count: int
    left_out: list[str] = field(default_factory=list)


def check_target(target: str, file_format: str, output: Output, *, is_overwriting: bool) -> None:
    """Check that an export may be written there.

    Raises:
        UsageError: something is there, it is inside the dataset, or it is an address.
    """
    if target == STANDARD_OUTPUT:
        if file_format not in ("jsonl", "csv"):
            raise UsageError(f"{file_format} cannot be written to standard output; name a file or folder")
        return
    if is_remote(target):
        raise UsageError(f"{shown(target)}: an export is written to this machine; name a file or folder")
    path = Path(target)
    if path.resolve().is_relative_to(output.published.resolve()):
        raise UsageError(f"{shown(target)}: is inside the dataset's tables; choose a path outside of them")
    if not os.path.lexists(path):
        return
    if path.is_dir():
        if file_format != "markdown":
            raise UsageError(f"{shown(target)}: is a folder; {file_format} is written to a file")
        if any(path.iterdir()) and not (path / _FOLDER_MARK).exists():
            raise UsageError(f"{shown(target)}: is a folder that no export has written; choose another one")
    elif file_format == "markdown":
        raise UsageError(f"{shown(target)}: is a file; markdown is written to a folder")
    if not is_overwriting and not (path.is_dir() and not any(path.iterdir())):
        raise UsageError(f"{shown(target)}: already exists; replace it with --overwrite")


def format_of(target: str, given: str | None) -> str:
    """The format: as given, or by the ending of the target.

    Raises:
        UsageError: the ending says nothing.
    """
    if given:
        return given
    for name, endings in FORMATS.items():
        if target.lower().endswith(endings) and endings:
            return name
    raise UsageError(f"{shown(target)}: the format is not clear from its name; choose one with --format")


def columns_needed(file_format: str) -> tuple[str, ...]:
    """The columns that a format cannot do without."""
    if file_format == "markdown":
        return (KEY, "title", "published_date")
    return (KEY,) if file_format in _DATABASES else ()


def export(output: Output, target: str, file_format: str, selection: Selection, progress: Progress) -> Exported:
    """Write the chosen articles to the target, which is complete or as it was before.

    Raises:
        CopydeskError: the condition is not valid, or the target cannot be written.
    """
    left_out = _left_out(file_format, selection)
    try:
        if file_format == "duckdb":
            with replaced_file(Path(target)) as temporary:
                try:
                    count, total = write_duckdb(temporary, output, selection)
                finally:  # on a full disk, what DuckDB could not write into the database stays beside it
                    Path(f"{temporary}.wal").unlink(missing_ok=True)
            return Exported(count, [*_not_chosen(selection, total - count), *left_out])
        articles = Articles(output, selection)
        try:
            batches = _counted(articles, progress)
            if file_format == "markdown":
                _write_folder(Path(target), batches, front_matter(selection.columns))
            elif file_format == "sqlite":
                with replaced_file(Path(target)) as temporary:
                    write_sqlite(temporary, batches, selection.columns)
            else:
                with _stream(target) as stream:
                    left_out += _write_text(stream, file_format, batches, selection.columns)
            return Exported(articles.count, [*_not_chosen(selection, articles.total - articles.count), *left_out])
        finally:
            articles.close()
    except BrokenPipeError:  # `copydesk export - | head`
        raise
    except OSError as error:
        raise UsageError(f"{shown(target)}: cannot be written ({error.strerror or error})") from error
    except (sqlite3.Error, duckdb.Error) as error:
        is_full = any(words in str(error) for words in _NO_SPACE)  # the rest of the message names a temporary file
        problem = os.strerror(errno.ENOSPC) if is_full else one_sentence(error)
        raise UsageError(f"{shown(target)}: cannot be written ({problem})") from error


def _counted(articles: Articles, progress: Progress) -> Iterator[list[dict[str, Any]]]:
    done = 0
    for rows in articles.batches():
        yield rows
        done += len(rows)
        progress(done, articles.count)


@contextmanager
def _stream(target: str) -> Iterator[IO[bytes]]:
    if target == STANDARD_OUTPUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with replaced_file(Path(target)) as temporary, temporary.open("wb") as stream:
        yield stream


def _write_text(
    stream: IO[bytes], file_format: str, batches: Iterator[list[dict[str, Any]]], columns: tuple[str, ...]
) -> list[str]:
    """Write JSON lines or CSV; returns what a reader of the file must know."""
    if file_format == "jsonl":
        for rows in batches:
            stream.writelines(json_lines(rows))
        return []
    writer = CsvWriter(stream, columns)
    try:
        for rows in batches:
            writer.write(rows)
    finally:
        writer.close()
    return writer.notes


def _write_folder(path: Path, batches: Iterator[list[dict[str, Any]]], front_names: Sequence[str]) -> None:
    with replaced_folder(path) as temporary:
        (temporary / _FOLDER_MARK).write_text("written by copydesk export\n", encoding="utf-8")
        for rows in batches:
            for row in rows:
                target = temporary / file_name(row)
                target.parent.mkdir(exist_ok=True)
                target.write_bytes(article_markdown(row, front_names).encode("utf-8", "replace"))


def _not_chosen(selection: Selection, number: int) -> list[str]:
    if not selection.where:
        return []
    return [f"Articles that do not meet the condition: {number:,} ({' '.join(selection.where.split())})."]


def _left_out(file_format: str, selection: Selection) -> list[str]:
    """The columns and tables that are not in the export."""
    columns = selection.left_out
    if file_format == "markdown":
        columns = [
            name
            for name in schema.ARTICLES.names
            if name not in (*front_matter(selection.columns), "text") or name in columns
        ]
    sentences = []
    if columns:
        sentences.append(f"Columns of articles that are not in it: {', '.join(columns)}.")
    others = [name for name in schema.PUBLISHED if name != "articles"]
    sentences.append(f"Tables that are not in it: {', '.join([*others, 'lines', 'pages'])}.")
    return sentences
