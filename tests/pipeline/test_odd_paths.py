"""Paths that are not UTF-8, or hold newlines, escape codes or markup: they work, and are shown escaped."""

import os

import pytest
from support.datasets import values
from support.paths import PAGES

from flows.cli.main import main

STORY = (PAGES / "northquay" / "tram-strike.html").read_bytes()
NAMES = {
    b"latin\xe9.html": "latin\\xe9.html",
    b"two\nlines\r.html": "two\\nlines\\r.html",
    b"\x1b[31mred\x1b]8;;x\x07.html": "\\x1b[31mred\\x1b]8;;x\\x07.html",
    b"\xe2\x80\xaegnp.html": "\\u202egnp.html",
    b"[bold]x[.b].html": "[bold]x[.b].html",
    b"`<b>&amp;.html": "`<b>&amp;.html",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The same story under every name, each with an ending of its own."""
    root = tmp_path_factory.mktemp("odd")
    for number, name in enumerate(NAMES):
        path = os.fsencode(root) + b"/" + name
        with open(path, "wb") as stream:  # noqa: PTH123 - a path in bytes
            stream.write(STORY.replace(b"</p>", b" Edition %d.</p>" % number))
    return root


def is_readable(printed):
    return printed.replace("\n", "").isprintable()


@pytest.mark.parametrize(("raw", "name"), NAMES.items(), ids=range(len(NAMES)))
def test_a_path_on_the_command_line_works_in_run_and_explain(prefect_server, folder, tmp_path, capsys, raw, name):
    given = os.path.join(str(folder), os.fsdecode(raw))  # noqa: PTH118 - as a shell gives it
    out = tmp_path / "out"
    assert main(["run", given, "--output", str(out)]) == 0
    printed = capsys.readouterr()
    assert is_readable(printed.out)
    assert is_readable(printed.err)
    assert values(out, "articles", "source_uri") == [f"{folder}/{name}"]
    for wanted in (given, f"{folder}/{name}", os.fsdecode(raw)):
        assert main(["explain", wanted, "--output", str(out)]) == 0
        printed = capsys.readouterr().out
        assert name in printed.replace("\n", "")
        assert is_readable(printed)
    assert main(["run", given, "--output", str(out)]) == 0  # it is known
    assert values(out, "articles", "source_uri") == [f"{folder}/{name}"]
    assert main(["forget", given, "--yes", "--output", str(out)]) == 0
    assert f"{folder}/{name}" in capsys.readouterr().out
    assert values(out, "articles", "source_uri") == []


@pytest.mark.parametrize(("raw", "name"), NAMES.items(), ids=range(len(NAMES)))
def test_an_error_shows_the_path_escaped(tmp_path, capsys, raw, name):
    assert main(["run", os.fsdecode(b"no-such-" + raw), "--output", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr().err
    assert is_readable(printed)
    assert f"no-such-{name}" in printed
