"""A process in which no command can work ends at once, in words about the process."""

import subprocess
import sys

import pytest
from support.paths import PAGES, PYTHONPATH

from flows.cli.main import main

STORY = str(PAGES / "northquay" / "tram-strike.html")


def test_a_deleted_folder_is_named(tmp_path, monkeypatch, capsys):
    folder = tmp_path / "gone"
    folder.mkdir()
    monkeypatch.chdir(folder)
    folder.rmdir()
    assert main(["try", STORY]) == 1
    assert capsys.readouterr().err == "copydesk: the current folder no longer exists: change to another one\n"


@pytest.mark.parametrize(("option", "exit_code"), [("-O", 0), ("-OO", 1)])
def test_python_without_docstrings_is_refused(option, exit_code):
    done = subprocess.run(
        [sys.executable, option, "-m", "flows", "try", STORY],
        capture_output=True,
        text=True,
        check=False,
        env={"PYTHONPATH": PYTHONPATH},
        timeout=120,
    )
    assert done.returncode == exit_code
    assert ("needs docstrings" in done.stderr) == bool(exit_code)
