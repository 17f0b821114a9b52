"""The READMEs say what the code does: their generated tables, console output and answers are what comes out now."""

import re

import pytest
from project.generate_docs import FILES, Sample, masked, with_outputs, with_parts
from support.paths import ROOT

_LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]+)?\)")
_NAMED_PATH = re.compile(r"`(?:python )?((?:flows|tasks|expectations|tests)/[\w./-]+)[`\s]")


def name_of(path):
    """A README's path, as the id of its tests."""
    return path.relative_to(ROOT).as_posix()


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """A folder with the sample pages and what `make run` makes of them."""
    return Sample(tmp_path_factory.mktemp("readme"))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_generated_tables_are_up_to_date(path):
    text = path.read_text(encoding="utf-8")
    assert with_parts(text) == text, "run `make docs`"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_console_output_and_answers_are_what_comes_out(path, sample):
    text = path.read_text(encoding="utf-8")
    assert masked(with_outputs(text, sample)) == masked(text), "run `make docs`"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_links_and_paths_lead_somewhere(path):
    text = path.read_text(encoding="utf-8")
    links = {target for target, _ in _LINK.findall(text) if "://" not in target}
    assert not {target for target in links if not (path.parent / target).exists()}
    assert not {named for named in _NAMED_PATH.findall(text) if not (ROOT / named).exists()}


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_python_without_an_answer_runs_too(path, sample):
    blocks = re.findall(r"```python\n((?:(?!```).)*)```(?!\n+```text)", path.read_text(encoding="utf-8"), re.S)
    for block in blocks:
        sample.answered(block)


def test_the_manual_answers_five_questions():
    manual = (ROOT / "output" / "README.md").read_text(encoding="utf-8")
    assert len(re.findall(r"```\n```text\n", manual)) == 5


def test_the_named_benchmarks_exist():
    folder = ROOT / "tests" / "benchmarks"
    named = set(re.findall(r"`(\w+\.py)`", (folder / "README.md").read_text(encoding="utf-8")))
    assert named
    assert not {name for name in named if not (folder / name).exists()}


def test_the_front_page_stays_short():
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) <= 170
