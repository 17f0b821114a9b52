"""The manual beside the data, and `copydesk schema`: every table, column and code with its sentence."""

import json
from fnmatch import fnmatch

import pytest
from support.paths import ROOT

from expectations.reasons import quarantine_reasons, quarantine_sentences
from flows.cli.main import main
from flows.manual import write_manual
from tasks import schema
from tasks.schema.croissant import croissant
from tasks.schema.dictionary import DATASET, dictionary
from tasks.schema.manual import MARK, dictionary_markdown
from tasks.vocabulary import Action, Doubt, Label, Reason

NAMES = {"README.md", "DICTIONARY.md", "croissant.json"}


def test_the_dictionary_has_every_table_column_and_code_with_a_sentence():
    described = dictionary(quarantine_sentences())
    assert {table["table"] for table in described["tables"]} >= set(schema.PUBLISHED)
    for table in described["tables"]:
        assert [column["name"] for column in table["columns"]] == DATASET[table["table"]].names
        assert table["description"] and all(column["description"] for column in table["columns"])
    codes = {one["codes"]: {value["code"] for value in one["values"]} for one in described["codes"]}
    assert codes == {
        "flags": set(Doubt),
        "labels": set(Label),
        "actions": set(Action),
        "reasons": set(Reason),
        "quarantine_reasons": quarantine_reasons(),
    }
    assert all(value["description"] for one in described["codes"] for value in one["values"])


def test_markdown_cells_with_a_bar_do_not_end_early():
    assert r"| `a\|b` | x \| y |" in dictionary_markdown(dictionary({"a|b": "x | y"})).splitlines()


def test_the_description_for_catalogues_refers_only_to_what_it_declares():
    described = croissant()
    files = {one["@id"] for one in described["distribution"]}
    for records in described["recordSet"]:
        ids = [field["@id"] for field in records["field"]]
        assert len(set(ids)) == len(ids)
        assert "key" not in records or records["key"]["@id"] in ids
        for field in records["field"]:
            assert field["source"]["fileSet"]["@id"] in files
            assert field["source"]["extract"]["column"] in DATASET[records["@id"]].names
            assert ("dataType" in field) != ("subField" in field)
            for part in field.get("subField", ()):
                assert part["source"]["transform"]["jsonPath"] == part["name"], "a part of each value, not of the list"


@pytest.mark.parametrize(
    ("path", "folder"),
    [
        ("articles/published_month=2026-03/a.parquet", "articles"),
        ("ledger/a.parquet", "ledger"),
        ("lines/a-00001.parquet", "lines"),
        ("quality/metrics/a.parquet", "quality/metrics"),
        ("report/a.parquet", None),
    ],
)
def test_the_patterns_of_files_match_as_globs_and_as_readers_of_croissant_match(tmp_path, path, folder):
    (tmp_path / path).parent.mkdir(parents=True)
    (tmp_path / path).touch()
    patterns = {one["@id"]: one["includes"] for one in croissant()["distribution"]}
    expected = [f"{folder}-files"] if folder else []
    assert [name for name, globs in patterns.items() if any(fnmatch(path, one) for one in globs)] == expected
    assert [name for name, globs in patterns.items() if any(set(tmp_path.glob(one)) for one in globs)] == expected


def test_the_manual_is_written_once_and_again_where_it_is_out_of_date(tmp_path):
    assert {path.name for path in write_manual(tmp_path)} == NAMES
    assert write_manual(tmp_path) == []
    dictionary_file = tmp_path / "DICTIONARY.md"
    dictionary_file.write_text(f"<!-- {MARK} long ago -->", encoding="utf-8")
    assert write_manual(tmp_path) == [dictionary_file]
    assert "| `article_id` |" in dictionary_file.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_file_of_the_user_is_never_written_over(tmp_path, name):
    (tmp_path / name).write_text("my own notes", encoding="utf-8")
    assert {path.name for path in write_manual(tmp_path)} == NAMES - {name}
    assert (tmp_path / name).read_text(encoding="utf-8") == "my own notes"


def test_a_link_and_a_folder_in_its_place_stay(tmp_path):
    target = tmp_path / "elsewhere.md"
    target.write_text(MARK, encoding="utf-8")
    (tmp_path / "README.md").symlink_to(target)
    (tmp_path / "DICTIONARY.md").mkdir()
    assert [path.name for path in write_manual(tmp_path)] == ["croissant.json"]
    assert target.read_text(encoding="utf-8") == MARK


def test_the_manual_of_the_repository_is_not_taken_for_a_written_one():
    assert MARK not in (ROOT / "output" / "README.md").read_text(encoding="utf-8")


def test_a_folder_that_cannot_be_written_to_is_reported_and_no_error(tmp_path, caplog):
    blocked = tmp_path / "plain"
    blocked.write_text("a file", encoding="utf-8")
    assert write_manual(blocked) == []
    assert "could not be written" in caplog.text


def test_schema_prints_a_table_in_full_and_all_for_programs(capsys):
    assert main(["schema", "articles"]) == 0
    printed = capsys.readouterr().out
    assert "published_utc_offset_minutes" in printed
    assert "UTC offset of the time of publication, declared, printed or by the country of the site." in printed
    assert main(["schema", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(dictionary(quarantine_sentences())))
    assert main(["schema", "flags", "--json"]) == 0
    assert {value["code"] for value in json.loads(capsys.readouterr().out)["values"]} == set(Doubt)


def test_an_unknown_table_gets_a_suggestion(capsys):
    assert main(["schema", "artcles"]) == 2
    assert capsys.readouterr().err == "copydesk: unknown table: artcles; did you mean articles?\n"
