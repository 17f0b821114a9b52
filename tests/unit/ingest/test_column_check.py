"""Columns that the user names are looked for before a run begins, in the first rows of the tables."""

import json

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from pyarrow import orc
from pydantic import ValidationError

from flows.cli.main import main
from flows.parameters import NewsParameters
from tasks.ingest import column_check
from tasks.ingest.column_check import check_columns
from tasks.ingest.listing import SourceError
from tasks.ingest.selection import Selection

ROWS = [{"body": "<p>a</p>", "link": "https://news.example/1", "meta": {"when": "2026-05-06"}}] * 3
TABLES = {
    "a.jsonl": lambda path: path.write_text("\n".join(map(json.dumps, ROWS))),
    "a.json": lambda path: path.write_text(json.dumps(ROWS, indent=1)),
    "a.csv": lambda path: path.write_text("body;link;meta.when\n<p>a</p>;https://news.example/1;2026-05-06\n"),
    "a.parquet": lambda path: pq.write_table(pa.Table.from_pylist(ROWS), path),
    "a.orc": lambda path: orc.write_table(pa.Table.from_pylist(ROWS), str(path)),
    "a.arrow": lambda path: pyarrow.feather.write_feather(pa.Table.from_pylist(ROWS), str(path)),
}


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("is_folder", [False, True])
def test_a_column_that_no_row_has_is_refused_with_those_there_are(tmp_path, name, is_folder):
    TABLES[name](tmp_path / name)
    (tmp_path / "page.html").write_text("<p>a page beside it</p>")
    source = str(tmp_path if is_folder else tmp_path / name)
    check_columns([source], {"html": "Body", "url": "LINK", "fetched_at": "meta.when"})
    for columns in ({"url": "lnk"}, {"html": "body", "url": "lnk"}, {"html": "no"}, {"fetched_at": "meta.then"}):
        field = next(name for name, column in columns.items() if column != "body")
        message = f"--map {field}={columns[field]}: .* its columns are: body, link, meta.when"
        with pytest.raises(SourceError, match=message):
            check_columns([source], columns)


def test_what_cannot_be_known_before_is_left_to_the_run(tmp_path, monkeypatch):
    TABLES["a.jsonl"](tmp_path / "a.jsonl")
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 and no more")
    (tmp_path / "empty.jsonl").write_bytes(b"")
    (tmp_path / "page.html").write_text("<p>a page</p>")
    for source in ("broken.parquet", "empty.jsonl", "page.html"):
        check_columns([str(tmp_path / source)], {"url": "lnk"})
    # one of the sources has it
    (tmp_path / "other.csv").write_text("text,lnk\na,b\n")
    check_columns([str(tmp_path / "a.jsonl"), str(tmp_path / "other.csv")], {"url": "lnk"})
    check_columns([str(tmp_path)], {"url": "lnk"}, Selection(exclude=("a.jsonl",)))
    check_columns(["https://news.example/feed"], {"url": "lnk"})


def test_only_the_first_rows_are_looked_at(tmp_path, monkeypatch):
    monkeypatch.setattr(column_check, "_FIRST_ROWS", 2)
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, [*ROWS, {"body": "a", "lnk": "b"}])))
    with pytest.raises(SourceError, match="no such column"):
        check_columns([str(tmp_path)], {"url": "lnk"})


def test_the_command_ends_before_a_run_as_for_any_wrong_option(tmp_path, capsys):
    TABLES["a.parquet"](tmp_path / "a.parquet")
    output = tmp_path / "out"
    assert main(["run", str(tmp_path / "a.parquet"), "--output", str(output), "--map", "url=lnk"]) == 2
    assert "--map url=lnk" in (error := capsys.readouterr().err) and "body, link, meta.when" in error
    assert not list(output.glob("runs/*"))


@pytest.mark.parametrize("columns", [{"colour": "red"}, {"url": " "}])
def test_a_form_takes_columns_of_fields_only(columns):
    with pytest.raises(ValidationError, match="expected a column for one of html, text, url, fetched_at, encoding"):
        NewsParameters(sources=["pages"], columns=columns)
