"""Paths that are not UTF-8, or hold newlines, escape codes or markup: they work, and are shown escaped."""

import os
import shutil

import pytest
from support.datasets import values
from support.paths import PAGES

from flows.cli.main import main

COPPERLINE, NORTHQUAY = PAGES / "copperline", PAGES / "northquay"
STORIES = [
    *(COPPERLINE / name for name in ("bike-lane.html", "food-bank.html", "rocket-club.html")),
    *(NORTHQUAY / name for name in ("night-bakers.html", "seawall-plan.html", "tram-strike.html")),
]
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
    """A story under every name."""
    root = tmp_path_factory.mktemp("odd")
    for name, story in zip(NAMES, STORIES, strict=True):
        path = os.fsencode(root) + b"/" + name
        with open(path, "wb") as stream:  # noqa: PTH123 - a path in bytes
            stream.write(story.read_bytes())
    return root


def is_readable(printed):
    return printed.replace("\n", "").isprintable()


@pytest.fixture(scope="module")
def given(folder):
    """The paths as a shell gives them."""
    return [os.path.join(str(folder), os.fsdecode(raw)) for raw in NAMES]  # noqa: PTH118 - so


@pytest.fixture(scope="module")
def output(given, tmp_path_factory):
    """The output of a run with all the paths on its command line."""
    root = tmp_path_factory.mktemp("paths") / "out"
    assert main(["run", *given, "--output", str(root)]) == 0
    return root


def shown(folder):
    return sorted(f"{folder}/{name}" for name in NAMES.values())


def test_paths_on_the_command_line_work_in_a_run(folder, given, output, capsys):
    assert sorted(values(output, "articles", "source_uri")) == shown(folder)
    assert main(["run", *given, "--output", str(output)]) == 0  # they are known
    printed = capsys.readouterr()
    assert is_readable(printed.out)
    assert is_readable(printed.err)
    assert sorted(values(output, "articles", "source_uri")) == shown(folder)


@pytest.mark.parametrize(("raw", "name"), NAMES.items(), ids=range(len(NAMES)))
def test_a_path_on_the_command_line_works_in_explain(folder, output, capsys, raw, name):
    path = os.path.join(str(folder), os.fsdecode(raw))  # noqa: PTH118 - as a shell gives it
    for wanted in (path, f"{folder}/{name}", os.fsdecode(raw)):
        assert main(["explain", wanted, "--output", str(output)]) == 0
        printed = capsys.readouterr().out
        assert name in printed.replace("\n", "")
        assert is_readable(printed)


def test_a_path_on_the_command_line_works_in_forget(folder, given, output, tmp_path, capsys):
    root = tmp_path / "out"
    shutil.copytree(output, root, symlinks=True)
    for path, name in zip(given, NAMES.values(), strict=True):
        assert main(["forget", path, "--yes", "--output", str(root)]) == 0
        assert f"{folder}/{name}" in capsys.readouterr().out
    assert values(root, "articles", "source_uri") == []


@pytest.mark.parametrize(("raw", "name"), NAMES.items(), ids=range(len(NAMES)))
def test_an_error_shows_the_path_escaped(tmp_path, capsys, raw, name):
    assert main(["run", os.fsdecode(b"no-such-" + raw), "--output", str(tmp_path / "out")]) == 2
    printed = capsys.readouterr().err
    assert is_readable(printed)
    assert f"no-such-{name}" in printed
