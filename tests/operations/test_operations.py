"""Operating Copydesk: the file of schedules, the doctor, slices of a backfill, metrics."""

import json
import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings
from support.ids import case_id
from support.paths import PAGES

from flows.cli.main import main
from flows.operate import doctor
from flows.operate.backfill import slices
from flows.operate.deployments import create_outputs, deployments_of
from flows.operate.paths import absolute
from flows.operate.schedules import EXAMPLE, ScheduleError, Schedules, read_schedules
from flows.parameters import BackfillParameters, NewsParameters
from flows.report.model import RunReport
from flows.report.prometheus import metrics_text
from tasks.load.layout import OutputError


def test_the_example_file_can_be_used(tmp_path):
    (tmp_path / "schedules.toml").write_text(EXAMPLE)
    found = read_schedules(tmp_path / "schedules.toml")
    assert (found.hourly.cron, found.maintenance.cron) == ("15 * * * *", "30 4 * * 0")
    assert found.nightly.sources == [f"{tmp_path}/pages"]


@pytest.mark.parametrize(
    ("folder", "written", "meant"),
    [
        ("/srv/news", "out", "/srv/news/out"),
        ("/srv/news", "./out/", "/srv/news/out"),
        ("/srv/news", "../out", "/srv/news/../out"),  # `..` of a linked folder is not what the text suggests
        ("/srv/news", "/data/out", "/data/out"),
        ("/srv/news", "~/out", f"{Path.home()}/out"),
        ("/srv/news", "crawls/**/*.html", "/srv/news/crawls/**/*.html"),
        ("/srv/[old] news", "crawls/*.html", "/srv/[[]old] news/crawls/*.html"),
        ("/srv/[old] news", "crawls", "/srv/[old] news/crawls"),
        ("/srv/{a}", "crawls/{day:%Y-%m-%d}", "/srv/{{a}}/crawls/{day:%Y-%m-%d}"),
        ("/srv/{a}", "crawls", "/srv/{a}/crawls"),
        ("/srv/news", "https://paper.example/rss", "https://paper.example/rss"),
        ("/srv/news", "s3://bucket/in/*.warc.gz", "s3://bucket/in/*.warc.gz"),
    ],
    ids=case_id,
)
def test_paths_mean_what_they_mean_where_they_are_written(folder, written, meant):
    assert absolute(written, Path(folder)) == meant


def test_every_path_of_a_schedules_file_is_absolute_in_its_deployments(tmp_path, monkeypatch):
    """None is written as it is in the file, whatever parameter it is in."""
    (tmp_path / "conf").mkdir()
    run = "sources = ['here-pages']\nparameters = { thresholds = 'here.yml', output = 'here-out' }\n"
    (tmp_path / "conf" / "schedules.toml").write_text(
        f"output = 'here-main'\n[hourly]\ncron = '1 * * * *'\n{run}[nightly]\ncron = '2 3 * * *'\n{run}"
        "[maintenance]\ncron = '3 4 * * *'\nparameters = { mirror = 'here-mirror' }\n"
        "[backfill]\nsources = ['here-{day:%Y}']\nfirst_day = 2026-01-01\n"
    )
    monkeypatch.chdir(tmp_path)
    schedules = read_schedules("conf/schedules.toml")
    written = re.findall(r"[^'\"]*here[^'\"]*", json.dumps([one.parameters for one in deployments_of(schedules)]))
    assert len(written) == 10
    assert all(path.startswith(f"{tmp_path}/conf/here") for path in written), written
    assert create_outputs(schedules) == []
    assert sorted(path.parent.name for path in tmp_path.rglob("copydesk.json")) == ["here-main", "here-out"]


def test_an_output_that_this_machine_cannot_create_is_named_and_a_foreign_one_refused(tmp_path):
    (tmp_path / "file").write_text("")
    schedules = Schedules(output=str(tmp_path / "file" / "out"))
    assert create_outputs(schedules) == [str(tmp_path / "file" / "out")]
    (tmp_path / "mine" / "report").mkdir(parents=True)
    (tmp_path / "mine" / "report" / "index.html").write_text("my report")
    with pytest.raises(OutputError, match="report: already exists and was not created by Copydesk"):
        create_outputs(Schedules(output=str(tmp_path / "mine")))


@pytest.mark.parametrize(
    ("source", "is_missing"),
    [
        ("pages", False),
        ("publishers.toml", True),
        ("pagez", True),
        ("pagez/*.html", False),  # a pattern may match tomorrow
        ("https://a.example/feed", False),
        ("s3://bucket/pages", False),
    ],
)
def test_a_scheduled_source_that_does_not_exist_is_named(tmp_path, source, is_missing):
    (tmp_path / "pages").mkdir()
    path = tmp_path / "schedules.toml"
    path.write_text(f"[nightly]\ncron = '0 3 * * *'\nsources = ['{source}']\n")
    assert read_schedules(path).missing_sources() == [str(tmp_path / source)] * is_missing


@pytest.mark.parametrize(("rule", "state"), [('body = "p"', "ok"), ('body = "p["', "fail"), ("", "fail")])
def test_doctor_checks_the_corrections_that_are_scheduled(tmp_path, rule, state):
    (tmp_path / "schedules.toml").write_text(EXAMPLE.replace("# sites =", "sites ="))
    (tmp_path / "sites.toml").write_text(f'[[site]]\nmatch = ["a.example"]\n{rule}\n')
    schedules = read_schedules(tmp_path / "schedules.toml")
    (finding,) = doctor._site_rules(schedules)
    assert (finding.state, "sites.toml" in finding.message) == (state, True)


def test_corrections_by_site_are_beside_the_schedules_and_reach_every_run(tmp_path):
    text = EXAMPLE.replace("# sites =", "sites =")
    (tmp_path / "schedules.toml").write_text(text)
    found = read_schedules(tmp_path / "schedules.toml")
    assert found.sites == str(tmp_path / "sites.toml")
    parameters = {deployment.name: deployment.parameters["parameters"] for deployment in deployments_of(found)}
    assert {name: value.get("sites") for name, value in parameters.items()} == {
        "hourly": found.sites,
        "nightly": found.sites,
        "backfill": found.sites,
        "maintenance": None,
    }


@pytest.mark.parametrize(
    ("text", "reported"),
    [
        ("[nightly]\ncron = 'every night'\nsources = ['a']", "not a cron expression"),
        ("[nightly]\ncron = '0 3 * * * *'\nsources = ['a']", "not a cron expression"),
        ("[nightly]\ncron = '61 3 * * *'\nsources = ['a']", "not a cron expression"),
        ("timezone = 'Mars/Olympus'\n[nightly]\ncron = '0 3 * * *'\nsources = ['a']", "not a time zone"),
        ("[nightly]\ncron = '0 3 * * *'\nsource = ['a']", "nightly.sources: is missing"),
        (
            "[nightly]\ncron = '0 3 * * *'\nsources = ['a']\nparams = {}",
            "nightly.params: unknown key; did you mean parameters?",
        ),
        ("[weekly]\ncron = '0 3 * * *'", "weekly: unknown key; known are timezone, output, sites, hourly, "),
        ("outptu = 'x'", "outptu: unknown key; did you mean output?"),
        ("[nightly]\ncron = 3\nsources = ['a']", "nightly.cron: must be a valid string, not 3"),
        ("output = 'x'", "nothing is scheduled"),
        ("not toml", "is not TOML"),
    ],
    ids=case_id,
)
def test_a_wrong_schedule_is_reported_in_one_line(tmp_path, capsys, text, reported):
    path = tmp_path / "schedules.toml"
    path.write_text(text)
    with pytest.raises(ScheduleError, match=reported):
        read_schedules(path)
    assert main(["serve", "--schedules", str(path)]) == 2
    assert reported in capsys.readouterr().err


@pytest.mark.parametrize(
    ("section", "parameters", "reported"),
    [
        (
            "nightly",
            "one_per_stroy = true",
            "nightly.parameters.one_per_stroy: unknown key; did you mean one_per_story?",
        ),
        ("nightly", "timeout_minutes = 'x'", "nightly.parameters.timeout_minutes: must be a valid number, not 'x'"),
        ("maintenance", "prune_dayz = 9", "maintenance.parameters.prune_dayz: unknown key; did you mean prune_days?"),
    ],
)
def test_a_wrong_parameter_of_a_schedule_is_reported_with_its_place(tmp_path, capsys, section, parameters, reported):
    path = tmp_path / "schedules.toml"
    sources = f"sources = ['{PAGES}']\n" if section == "nightly" else ""
    path.write_text(f"[{section}]\ncron = '0 3 * * *'\n{sources}parameters = {{ {parameters} }}\n")
    assert main(["serve", "--schedules", str(path)]) == 2
    assert reported in capsys.readouterr().err


def test_a_backfill_is_cut_into_days_and_slices():
    daily = BackfillParameters(
        sources=["crawl/{day:%Y/%m/%d}", "more.warc.gz"],
        first_day=date(2026, 2, 27),
        last_day=date(2026, 3, 1),
        slice_sources=2,
    )
    assert list(slices(daily, date(2026, 4, 1))) == [
        ["crawl/2026/02/27", "crawl/2026/02/28"],
        ["crawl/2026/03/01", "more.warc.gz"],
    ]
    for wrong in (
        {"sources": ["{day}"]},
        {"sources": ["{day}"], "first_day": "2026-03-01", "last_day": "2026-02-01"},
        {"sources": []},
    ):
        with pytest.raises(ValueError):
            BackfillParameters.model_validate(wrong)


def test_metrics_for_prometheus():
    report = RunReport.begin(NewsParameters(sources=["a"], output='o"ut\\'), "1")
    report.counts |= {"received": 10, "articles": 7, "quarantined": 3}
    report.quarantine_counts = {"clean.listing": 3}
    report.state = "StoppedByGate"
    text = metrics_text(report)
    assert 'copydesk_pages{output="o\\"ut\\\\",outcome="articles"} 7' in text
    assert 'copydesk_quarantined_pages{output="o\\"ut\\\\",reason="clean.listing"} 3' in text
    assert 'copydesk_state{output="o\\"ut\\\\"} 2' in text


def test_the_doctor_says_what_is_wrong_and_what_to_do(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    with temporary_settings(restore_defaults={PREFECT_API_URL}):  # another test may have a server
        assert main(["doctor", "--output", str(tmp_path / "out")]) == 0
    assert "make ui" in capsys.readouterr().out
    (tmp_path / "schedules.toml").write_text("[nightly]\ncron = '0 3 * * *'\nsources = ['no/such/folder']\n")
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    (tmp_path / "out" / "articles").mkdir(parents=True)
    assert main(["doctor", "--output", str(tmp_path / "out")]) == 1
    printed = capsys.readouterr().out
    assert "FAIL  server" in printed
    assert f"FAIL  sources nightly: {tmp_path}/no/such/folder" in printed
    (tmp_path / "schedules.toml").write_text("[nightly]\ncron = 'x'\nsources = ['a']\n")
    assert main(["doctor"]) == 1
    assert "FAIL  schedules" in capsys.readouterr().out


@pytest.mark.parametrize(("executor", "own"), [("processes", False), ("inline", True)])
def test_a_process_that_leaves_the_pages_to_workers_lets_arrow_use_malloc(executor, own):
    asked = (
        "from flows.settings import quiet_environment; quiet_environment(); import os, pyarrow; "
        "print(pyarrow.default_memory_pool().backend_name, 'ARROW_DEFAULT_MEMORY_POOL' in os.environ)"
    )
    plain = {name: value for name, value in os.environ.items() if name != "ARROW_DEFAULT_MEMORY_POOL"}
    reported = subprocess.run(
        [sys.executable, "-c", asked],
        env=plain | {"COPYDESK_EXECUTOR": executor},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert (reported[0] == "system") is not own
    assert reported[1] == "False"  # its workers choose for themselves
