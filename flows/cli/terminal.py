"""Text on the terminal. What pages, file names and publishers say is foreign: it is shown, never obeyed."""

from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

_UNLIMITED = 100_000  # columns; rich always wants a number
_LINE_BREAKS = frozenset("\n")
_JOINERS = frozenset("\u200c\u200d")  # invisible, but Persian and Hindi cannot be written without them


def printable(text: str) -> str:
    r"""The text with control, bidi and undecodable characters written as escapes: ESC is shown as `\x1b`.

    Line breaks stay; pass `one_line` what must not add lines.
    """
    if text.isprintable():
        return text
    return "".join(
        char if char.isprintable() or char in _LINE_BREAKS or char in _JOINERS else _escaped(char) for char in text
    )


def one_line(text: object) -> str:
    r"""Any value on one line: line breaks are shown as `\n` too."""
    return printable(str(text)).replace("\n", "\\n")


def _escaped(char: str) -> str:
    r"""`\x1b`, `\u202e`; a byte of a file name that is not UTF-8 (a lone surrogate) as `\xe9`."""
    code = ord(char)
    if 0xDC80 <= code <= 0xDCFF:  # how Python keeps such a byte (PEP 383)
        return f"\\x{code - 0xDC00:02x}"
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


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
        self.file.write("".join(f"{line.rstrip()}\n" for line in captured.get().splitlines()))

    def render_str(self, text: str, **options: Any) -> Text:  # type: ignore[override]  # its options are passed on
        """Every string that is printed or is in a cell of a table comes by here."""
        return super().render_str(printable(text), **options)
