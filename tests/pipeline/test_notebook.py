"""The notebook of questions answers them on a dataset that a run has made, and the run has written its manual."""

import ast
import json
import sqlite3
from contextlib import closing

import pandas as pd
import pytest
from support.datasets import count, query
from support.paths import PAGES, ROOT

from flows.cli.main import main

NOTEBOOK = ROOT / "output" / "questions.ipynb"
SITES = ("northquay", "talblick", "valleysignal")


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    output = tmp_path_factory.mktemp("notebook") / "out"
    assert main(["run", *(str(PAGES / site) for site in SITES), "--output", str(output), "--quiet"]) == 0
    return output


def cells_of(notebook):
    content = json.loads(notebook.read_text(encoding="utf-8"))
    assert content["nbformat"] == 4
    assert not any(cell.get("outputs") for cell in content["cells"]), "outputs are of one dataset: clear them"
    return ["".join(cell["source"]) for cell in content["cells"] if cell["cell_type"] == "code"]


def value_of_last_line(source, names):
    """Run a cell as Jupyter does; returns the value of its last expression, None if it ends with a statement."""
    *statements, last = ast.parse(source).body
    if not isinstance(last, ast.Expr):
        exec(compile(source, "cell", "exec"), names)
        return None
    exec(compile(ast.Module(statements, []), "cell", "exec"), names)
    return eval(compile(ast.Expression(last.value), "cell", "eval"), names)


def test_every_cell_runs_and_answers(dataset, monkeypatch):
    monkeypatch.chdir(dataset)
    names = {}
    shown = [value_of_last_line(cell, names) for cell in cells_of(NOTEBOOK)]
    assert len(shown) == 9 and shown[0] is None
    for value in shown[1:]:
        assert len(value) if not hasattr(value, "data") else len(value.data)
        assert "<" in value._repr_html_() if hasattr(value, "_repr_html_") else str(value)
    assert names["per_publisher"]["articles"].sum() == count(dataset, "articles")
    assert names["quarantined"]["pages"].sum() == count(dataset, "quarantine")
    assert names["article"].title == "Ferry timetable changes in May"
    assert "linear-gradient" in shown[6]._repr_html_() and "linear-gradient" in shown[7]._repr_html_()


def test_a_run_writes_the_manual_beside_the_data(dataset):
    assert {"README.md", "DICTIONARY.md", "croissant.json"} <= {path.name for path in dataset.iterdir()}
    described = json.loads((dataset / "croissant.json").read_text(encoding="utf-8"))
    for files in described["distribution"]:
        if files["@id"] in ("articles-files", "ledger-files", "lines-files", "quality/metrics-files"):
            assert any(list(dataset.glob(pattern)) for pattern in files["includes"]), files["@id"]
    readme = (dataset / "README.md").read_text(encoding="utf-8")
    code = readme.partition("```python\n")[2].partition("```")[0]
    assert "pandas.read_parquet" in code


def test_the_readme_beside_the_data_has_code_that_runs(dataset, monkeypatch):
    monkeypatch.chdir(dataset)
    readme = (dataset / "README.md").read_text(encoding="utf-8")
    exec(readme.partition("```python\n")[2].partition("```")[0], {})


def test_a_dataset_of_a_run_is_exported_whole(dataset, tmp_path, capsys):
    articles = count(dataset, "articles")
    for name in ("a.csv", "a.sqlite", "a.jsonl", "a.duckdb"):
        assert main(["export", str(tmp_path / name), "--output", str(dataset)]) == 0
        assert capsys.readouterr().out.startswith(f"{articles} articles in ")
    assert len(pd.read_csv(tmp_path / "a.csv")) == len(pd.read_json(tmp_path / "a.jsonl", lines=True)) == articles
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as database:
        quotes = database.execute("select count(*) from quotes join articles using (article_id)").fetchone()[0]
    assert quotes == query(dataset, "articles", "sum(len(quotes))")[0][0]
