"""`copydesk export`: the articles in formats for other tools."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from tasks.errors import EXIT_DONE
from tasks.storage.addresses import shown

FORMATS = ("jsonl", "csv", "sqlite", "duckdb", "markdown")


def export_articles(options: argparse.Namespace) -> int:
    """Write the articles of a dataset to a file or a folder, and say what is not in it."""
    from flows.export.articles import Selection, chosen_columns, chosen_condition
    from flows.export.run import STANDARD_OUTPUT, check_target, columns_needed, export, format_of
    from flows.report.wording import count
    from tasks.load.output import Output

    output = Output.open(options.output)
    file_format = format_of(options.target, options.format)
    check_target(options.target, file_format, output, is_overwriting=options.overwrite)
    selection = Selection(chosen_condition(options.where), chosen_columns(options.columns, columns_needed(file_format)))
    with _progress() as progress:
        exported = export(output, options.target, file_format, selection, progress)
    is_piped = options.target == STANDARD_OUTPUT
    where = "standard output" if is_piped else f"{shown(options.target)}{_size(Path(options.target))}"
    # in a pipe the sentences must not be among the articles
    print(f"{count(exported.count, 'article')} in {where}", *exported.left_out, sep="\n", file=_report(is_piped))
    return EXIT_DONE


def _report(is_piped: bool) -> TextIO:
    return sys.stderr if is_piped else sys.stdout


def _size(path: Path) -> str:
    """`, 12.3 MB`; nothing for a folder."""
    if not path.is_file():
        return ""
    size = path.stat().st_size
    return f" ({size / 1e6:,.1f} MB)" if size >= 1e6 else f" ({size / 1e3:,.1f} kB)"


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal, nothing in a log."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from flows.cli.terminal import Terminal

    columns = (TextColumn("articles"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Terminal(stderr=True), transient=True) as bar:
        task = bar.add_task("articles", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
