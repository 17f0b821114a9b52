"""The fingerprint of the rules changes with what decides the outcome of a page, and with nothing else."""

import shutil
from pathlib import Path

import pytest

from tasks.steps import rules_fingerprint, rules_version

TASKS = Path(__file__).parents[2] / "tasks"

DECIDING = [
    "text/dates.py",
    "text/publisher_names.py",
    "text/agencies.toml",
    "vocabulary.py",
    "schema/articles.py",
    "ingest/sniff.py",
    "clean/label/rules.py",
    "clean/model/lexicon.toml",
    "clean/model/model_html.npz",
    "extract/quotes/quote_words.toml",
    "load/dedup/exact.py",
]
NOT_DECIDING = [
    "training/train.py",
    "parallel/executor.py",
    "load/output.py",
    "clean/README.md",
    "clean/model/model_html.json",
]


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copy") / "tasks"
    shutil.copytree(TASKS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def fingerprint_after_a_change(folder, name):
    path = folder / name
    original = path.read_bytes() if path.exists() else None
    path.write_bytes((original or b"") + b"\n# changed\n")
    try:
        return rules_fingerprint(folder)
    finally:
        path.unlink() if original is None else path.write_bytes(original)


def test_a_copy_of_the_code_has_the_fingerprint_of_the_version(copy):
    assert rules_version().endswith(f"+{rules_fingerprint(copy)}")


@pytest.mark.parametrize("name", DECIDING)
def test_a_change_of_a_deciding_file_changes_the_fingerprint(copy, name):
    assert (copy / name).exists()
    assert fingerprint_after_a_change(copy, name) != rules_fingerprint(copy)


@pytest.mark.parametrize("name", NOT_DECIDING)
def test_a_change_elsewhere_leaves_the_fingerprint(copy, name):
    assert fingerprint_after_a_change(copy, name) == rules_fingerprint(copy)


def test_flows_are_outside_the_fingerprint(copy):
    before = rules_fingerprint(copy)
    (copy.parent / "flows").mkdir()
    (copy.parent / "flows" / "pipeline.py").write_text("# changed\n")
    assert rules_fingerprint(copy) == before
