"""Foreign text on the terminal and in Markdown: shown as text, whatever it holds."""

import io
import os
import subprocess
import sys

import pytest
from rich.table import Table
from support.paths import ROOT

from flows.cli.terminal import Terminal, one_line, printable
from flows.report.wording import markdown_text

HOSTILE = [
    ("Daily [/b] News", "Daily [/b] News"),
    ("[link=https://evil.example]Daily[/link]", "[link=https://evil.example]Daily[/link]"),
    ("Smile :smile: Post", "Smile :smile: Post"),
    ("Pub\x1b[41mX\u202e", r"Pub\x1b[41mX\u202e"),
    ("\x1b]8;;https://evil.example\x07text\x1b]8;;\x07", r"\x1b]8;;https://evil.example\x07text\x1b]8;;\x07"),
    ("caf\udce9.html", r"caf\xe9.html"),
    ("الصحيفة می\u200cخواهم", "الصحيفة می\u200cخواهم"),
]


@pytest.mark.parametrize(("text", "shown"), HOSTILE)
def test_text_in_tables_and_lines_is_shown_and_never_obeyed(text, shown):
    stream = io.StringIO()
    terminal = Terminal(file=stream, width=200, force_terminal=True, color_system=None)
    table = Table("name", box=None)
    table.add_row(text)
    terminal.print_table(table)
    terminal.print(text)
    assert [line.strip() for line in stream.getvalue().splitlines()[1:]] == [shown, shown]


@pytest.mark.parametrize(
    "lines",
    ["Terminal().print('a')", "Terminal().print_table(table)", "print_json(['a'])", "print_json(['a' * 1_000_000])"],
)
def test_a_reader_that_is_gone_does_not_change_the_exit_code(lines):
    code = f"""
import sys
from rich.table import Table
from flows.cli.console import print_json
from flows.cli.terminal import Terminal
table = Table("name")
table.add_row("a")
{lines}
sys.exit(3)
"""
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, stdout=writing, stderr=subprocess.PIPE, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (3, b"")


def test_a_line_break_in_a_name_does_not_forge_a_line():
    assert one_line("a.html\nFAKE 12 articles.html") == r"a.html\nFAKE 12 articles.html"
    assert printable("two\nlines") == "two\nlines"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("`<img src=x onerror=alert(1)>`", r"\`\<img src=x onerror=alert\(1\)\>\`"),
        ("![x](http:evil) | cell", r"\!\[x\]\(http:evil\) \| cell"),
        ("# a\nheading", r"\# a heading"),
        ("plain words, 12 of 40.", "plain words, 12 of 40."),
    ],
)
def test_markdown_is_escaped(text, shown):
    assert markdown_text(text) == shown
