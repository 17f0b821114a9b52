"""The whole pipeline on the sample pages: counts that add up, a readable dataset, repeated runs that change nothing."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest
from support.datasets import count, relation
from support.ids import case_id
from support.paths import EXPECTED, PAGES, ROOT

from flows.cli.main import main
from tasks import schema
from tasks.load.output import Output


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """The sample pages, published once."""
    root = tmp_path_factory.mktemp("run") / "out"
    assert main(["run", str(PAGES), "--output", str(root)]) == 0
    return root


def everything(root):
    """Name and content of every file that readers see."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for table in schema.PUBLISHED
        for path in sorted((root / table).rglob("*.parquet"))
    }


def test_every_page_is_accounted_for_exactly_once(published):
    files = [path for path in PAGES.rglob("*") if path.is_file()]
    ledger = relation(published, "ledger").df()
    assert sorted(ledger.source_uri) == sorted(map(str, files))
    counts = Counter(ledger.outcome)
    assert counts["article"] == count(published, "articles")
    assert counts["duplicate"] == count(published, "duplicates")
    assert counts["quarantined"] == count(published, "quarantine")


def test_the_outcome_of_every_page_is_the_expected_one(published):
    outcome = {"article": "article", "duplicate": "duplicate", "quarantined": "quarantined"}
    found = dict(relation(published, "ledger").select("source_uri, outcome").fetchall())
    for path, got in found.items():
        expected = json.loads(
            (EXPECTED / Path(path).relative_to(PAGES)).with_suffix(".json").read_text(encoding="utf-8")
        )
        assert got == outcome[expected["outcome"]], path


def test_duckdb_pandas_and_polars_read_the_same_articles(published):
    glob = f"{published}/articles/**/*.parquet"
    ids = sorted(duckdb.sql(f"select article_id from '{glob}'").df().article_id)
    assert ids == sorted(pd.read_parquet(published / "articles").article_id)
    assert ids == sorted(pl.scan_parquet(glob).select("article_id").collect()["article_id"])
    assert len(ids) == len(set(ids)) > 25


def test_the_files_carry_schema_and_compression(published):
    for path in (published / "articles").rglob("*.parquet"):
        file = pq.ParquetFile(path)
        assert file.schema_arrow.equals(schema.ARTICLES, check_metadata=False)
        assert schema.sentence(file.schema_arrow.field("title")) == schema.sentence(schema.ARTICLES.field("title"))
        assert file.metadata.row_group(0).column(0).compression == "ZSTD"


def test_every_line_of_every_read_page_is_kept_with_its_reason(published):
    explained = set(pq.read_table(published / "lines", columns=["doc_id"]).column("doc_id").to_pylist())
    read = relation(published, "ledger").filter("outcome <> 'quarantined'").df().doc_id
    assert set(read) <= explained


def test_the_raw_page_lies_under_its_digest(published):
    import hashlib

    pages = pq.read_table(published / "pages", columns=["page_digest", "raw"]).to_pylist()
    assert {row["page_digest"] for row in pages} == set(relation(published, "ledger").df().page_digest)
    assert all(hashlib.sha256(row["raw"]).hexdigest() == row["page_digest"] for row in pages if row["raw"])


def test_running_twice_changes_nothing(published, capsys):
    before = everything(published)
    assert main(["run", str(PAGES), "--output", str(published)]) == 0
    assert capsys.readouterr().out == "Nothing new: all 40 pages are known from earlier runs.\n"
    assert everything(published) == before
    assert not any((published / "work").iterdir()) if (published / "work").exists() else True


def test_a_run_is_reported_although_another_one_seems_newer(tmp_path, capsys):
    """As if a clock had been ahead, or two runs had started in one second."""
    arguments = ["run", str(PAGES / "cometfeed"), "--output", str(tmp_path / "out")]
    assert main(arguments) == 0
    report = next((tmp_path / "out" / "runs").glob("*.json"))
    later = "29990101T000000-ffffff"
    content = json.loads(report.read_text()) | {"run_id": later}
    report.with_name(f"{later}.json").write_text(json.dumps(content))
    capsys.readouterr()
    assert main(arguments) == 0
    assert "Nothing new" in capsys.readouterr().out


def test_new_pages_are_added_and_a_changed_text_becomes_a_version(published, tmp_path, capsys):
    root = tmp_path / "out"
    shutil.copytree(published, root, symlinks=True)
    folder = tmp_path / "more"
    folder.mkdir()
    source = next(path for path in sorted(PAGES.rglob("*.html")) if path.name == "food-bank.html")
    text = source.read_text(encoding="utf-8")
    changed = folder / source.name
    changed.write_text(text.replace(" the ", " thatsame ", 12), encoding="utf-8")
    os.utime(changed, (time.time() + 60, time.time() + 60))
    before = count(root, "articles")
    assert main(["run", str(folder), "--output", str(root)]) == 0
    assert count(root, "articles") == before
    assert count(root, "versions") == 1
    assert count(root, "articles", "version = 2") == 1
    assert relation(root, "versions").select("changes").fetchall() == [(["summary", "text: +8 -8 words"],)]


def test_programs_get_json_and_quiet_is_quiet(published, capfd):
    assert main(["run", str(PAGES), "--output", str(published), "--json", "--quiet"]) == 0
    printed = capfd.readouterr()
    report = json.loads(printed.out)
    assert (report["state"], report["counts"]["known"], printed.err) == ("Completed", 40, "")
    assert main(["run", str(PAGES), "--output", str(published), "--quiet"]) == 0
    assert capfd.readouterr() == ("", "")
    assert main(["show", "--json", "--output", str(published)]) == 0
    shown = json.loads(capfd.readouterr().out)
    assert shown["pages_by_outcome"] == {"article": 33, "quarantined": 6, "duplicate": 1}
    assert sum(shown["articles_by_publisher"].values()) == shown["articles"] == 33
    assert shown["runs"][0]["run_id"] == report["run_id"] or len(shown["runs"]) > 1


@pytest.mark.parametrize("command", ["quarantine", "replay"])
@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("--reason", "clean.lsting", "unknown reason: clean.lsting; did you mean clean.listing?"),
        ("--reason", "nonsense", "unknown reason: nonsense; this dataset has clean.error_page, clean.listing,"),
        ("--run", "yesterday", "unknown run: yesterday; the newest runs are 20"),
    ],
)
def test_a_reason_or_run_that_does_not_exist_is_an_error(published, capsys, command, option, value, message):
    before = sorted((published / "runs").iterdir())
    assert main([command, option, value, "--output", str(published)]) == 2
    assert message in capsys.readouterr().err
    assert sorted((published / "runs").iterdir()) == before


def test_a_reason_that_no_page_has_is_no_error(published, capsys):
    assert main(["quarantine", "--reason", "clean.forum", "--output", str(published)]) == 0
    assert "No quarantined page matches." in capsys.readouterr().out


def test_show_and_explain_speak(published, capsys):
    assert main(["show", "--output", str(published)]) == 0
    shown = capsys.readouterr().out
    assert "ingest.empty" in shown
    assert "The Castor City Ledger" in shown
    assert main(["explain", str(PAGES / "cometfeed" / "harbor-drones.txt"), "--output", str(published)]) == 0
    explained = capsys.readouterr().out
    (sums,) = [line for line in explained.splitlines() if " lines = " in line]
    assert re.findall(r"\d+", sums) == ["23", "9", "7", "7"]  # all, kept, moved to fields, dropped
    assert "With Ledger Wires" in explained
    assert main(["explain", "lifeboat-gallery.html", "--output", str(published)]) == 0
    assert "Quarantined after ingest: ingest.empty" in capsys.readouterr().out
    assert main(["explain", "no-such-page", "--output", str(published)]) == 2


def test_a_gate_that_stops_publishes_nothing(tmp_path, capsys):
    folder = tmp_path / "pages"
    folder.mkdir()
    for n in range(25):
        (folder / f"{n}.html").write_text("")
    assert main(["run", str(folder), "--output", str(tmp_path / "out")]) == 3
    assert "nothing was published" in capsys.readouterr().out
    assert not Output(tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "no/such/place"], "no such file or folder"),
        (["run", "{empty}"], "contains no page"),
        (["run", "{page}", "--max-page-megabytes", "0"], "positive integers"),
        (["run", "{page}", "--thresholds", "{page}"], "expected the steps"),
        (["run", "{page}", "--output", "{page}"], "is a source"),
        (["run", "{page}", "--output", "{page}/below"], "cannot be written to"),
        (["show"], "no run has published here yet"),
        (["explain", "x"], "no run has published here yet"),
        (["check-thresholds", "{empty}"], "cannot be read"),
    ],
    ids=case_id,
)
def test_wrong_use_is_reported_in_one_line(tmp_path, capsys, arguments, message):
    (tmp_path / "empty").mkdir()
    page = tmp_path / "page.txt"
    page.write_text("just some text")
    given = [each.format(empty=tmp_path / "empty", page=page) for each in arguments]
    if "--output" not in given and given[0] != "check-thresholds":
        given += ["--output", str(tmp_path / "out")]
    assert main(given) == 2
    said = capsys.readouterr().err.strip()
    assert message in said
    assert "Traceback" not in said


def test_a_foreign_folder_in_the_tables_place_is_refused(tmp_path, capsys):
    (tmp_path / "out" / "articles").mkdir(parents=True)
    (tmp_path / "page.txt").write_text("x")
    assert main(["run", str(tmp_path / "page.txt"), "--output", str(tmp_path / "out")]) == 2
    assert "not created by Copydesk" in capsys.readouterr().err


def test_two_runs_on_one_output_do_not_meet(tmp_path, capsys):
    (tmp_path / "page.txt").write_text("x")
    output = Output(tmp_path / "out")
    output.prepare()
    with output.lock():
        command = [sys.executable, "-m", "flows", "run", str(tmp_path / "page.txt"), "--output", str(tmp_path / "out")]
        found = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert found.returncode == 2
    assert "another run is writing here" in found.stderr


def test_help_is_light():
    code = "import sys; from flows.cli.main import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += (
        "heavy = {'prefect', 'pandas', 'pyarrow', 'great_expectations', 'numpy', 'pydantic', 'rich'} & "
        "set(sys.modules)\nassert not heavy, heavy"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, timeout=60)


@pytest.mark.parametrize("command", ["run", "show", "explain", "check-thresholds", "serve"])
def test_every_command_has_an_example(command, capsys):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"copydesk {command}" in capsys.readouterr().out.split("example:")[1]


@pytest.mark.slow
def test_an_interrupt_ends_a_run_at_once(tmp_path):
    """Ctrl-C is for the run alone, which ends the server it brought along; Prefect would first report to the latter."""
    environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"}
    command = [sys.executable, "-m", "flows", "run", str(PAGES), "--output", str(tmp_path / "out")]
    process = subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True, cwd=ROOT
    )
    for said in process.stderr:
        if "ingest:" in said:
            break
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(20) == 130
    assert "the next run resumes from it" in process.stderr.read()
    assert not Output(tmp_path / "out").exists()


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["pages", "clean", "extract", "staged", ".published"])
def test_killed_and_run_again_the_dataset_is_the_same(published, tmp_path, moment):
    """SIGKILL as soon as a step has written something; the next run ends in the dataset of an undisturbed one."""
    root = tmp_path / "out"
    command = [sys.executable, "-m", "flows", "run", str(PAGES), "--output", str(root)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT)
    deadline = time.monotonic() + 180
    while process.poll() is None and time.monotonic() < deadline:
        place = root / ".published" if moment == ".published" else root / "work"
        names = [path.name for path in place.rglob("*")] if place.exists() else []
        if (
            any(name.startswith(".000") for name in names)
            or (moment != ".published" and (place / moment).exists())
            or any(name.startswith(moment) for name in names)
        ):
            break
        time.sleep(0.002)
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    assert main(["run", str(PAGES), "--output", str(root)]) == 0
    own = ["run_id"]
    for name in ("articles", "quarantine", "duplicates", "ledger"):
        got, want = (
            relation(place, name).df().drop(columns=own).sort_values("doc_id").reset_index(drop=True)
            for place in (root, published)
        )
        pd.testing.assert_frame_equal(got.astype(str), want.astype(str))
    assert not list((root / ".published").glob(".*.tmp"))
