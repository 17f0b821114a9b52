"""The README's questions are asked of a real dataset, and its answers are what comes out."""

import re
import subprocess
import sys

import pytest
from support.paths import ROOT

from flows.cli.main import main

README = (ROOT / "README.md").read_text(encoding="utf-8")
QUESTIONS = re.findall(r"```python\n((?:(?!```).)*)```\n```text\n((?:(?!```).)*)```", README, re.S)


@pytest.fixture(scope="module")
def dataset(prefect_server, tmp_path_factory):
    """A folder with the sample pages and what `make run` makes of them."""
    folder = tmp_path_factory.mktemp("readme")
    (folder / "tests").symlink_to(ROOT / "tests")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        assert main(["run", "tests/pages", "--output", "output"]) == 0
    return folder


def test_there_are_five_questions():
    assert len(QUESTIONS) == 5


@pytest.mark.parametrize("number", range(len(QUESTIONS)))
def test_the_answer_is_what_comes_out(dataset, number):
    question, answer = QUESTIONS[number]
    code = "import duckdb, pandas, polars\n" + question
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=dataset, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.rstrip() == answer.rstrip()
