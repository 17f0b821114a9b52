"""Text on the terminal. What pages, file names and publishers say is foreign: it is shown, never obeyed."""

import os
from typing import IO, Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from flows.cli.foreign_text import one_line, printable

__all__ = ["Terminal", "one_line", "printable"]

_UNLIMITED = 100_000  # columns; rich always wants a number


def discard(stream: IO[str]) -> None:
    """Send to nowhere what is still written to a stream, also at the end of the process."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


class Terminal(Console):
    """A console that takes every string literally: no markup, no emoji codes, no control characters.

    Styles are given as `style=` or as a `Text`, never within a string. In a file or a pipe no line is cut or wrapped.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, markup=False, emoji=False, **options)
        if not self.is_terminal and "width" not in options:
            self.width = _UNLIMITED

    def print_table(self, table: Table) -> None:
        """Print a table without the blanks that fill its last column: nobody wants them in a file."""
        with self.capture() as captured:
            self.print(table)
        try:
            self.file.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))
            self.file.flush()
        except BrokenPipeError:
            self.on_broken_pipe()

    def on_broken_pipe(self) -> None:
        """Print no more, its reader is gone (`copydesk show | head -1`). The exit code still says what was done."""
        self.quiet = True
        discard(self.file)

    def render_str(self, text: str, **options: Any) -> Text:  # type: ignore[override]  # its options are passed on
        """Every string that is printed or is in a cell of a table comes by here."""
        return super().render_str(printable(text), **options)
