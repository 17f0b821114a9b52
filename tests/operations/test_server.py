"""The pipeline on a real Prefect server on loopback: schedules, forms, pages, cancelling, kills, queues."""

import os
import re
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest
from support.datasets import values
from support.paths import PAGES, THRESHOLDS
from support.prefect_server import Server, wait_for

from tasks.load.output import Output

pytestmark = pytest.mark.slow  # minutes: a server starts, schedules fire


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("server"))
    yield made
    made.close()


@pytest.fixture(scope="module")
def served(server, tmp_path_factory):
    """Deployments of a file of schedules, served."""
    root = tmp_path_factory.mktemp("served")
    pages = root / "pages"
    for site in sorted(PAGES.iterdir()):
        for path in sorted(site.iterdir()):
            for copy in range(12):  # a run of some seconds
                target = pages / f"{site.name}{copy}" / path.name
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(path, target)
    (root / "schedules.toml").write_text(
        f"output = '{root}/out'\n[nightly]\ncron = '* * * * *'\nsources = ['{PAGES}/cometfeed']\n[hourly]\n"
        f"cron = '0 0 1 1 *'\nsources = ['{pages}']\n"
        f"[maintenance]\ncron = '0 0 1 1 *'\n"
    )
    server.begin("flows", "serve", "--schedules", root / "schedules.toml")
    server.deployment("maintenance")
    return root


def _holds(lock):
    """The process that holds an output's lock, or None."""
    text = lock.read_text().strip()
    return int(text) if text and Path(f"/proc/{text}").exists() else None


def articles(root):
    return values(root, "articles", "source_uri")


def test_a_schedule_fires_within_a_minute_and_the_run_tells_its_story(server, served):
    run = wait_for(
        "a run of the schedule",
        120,
        lambda: next(
            (one for one in server.found("flow_runs") if one["state"]["name"].startswith("Completed")),
            None,
        ),
    )
    assert re.fullmatch(r"nightly \d\d [A-Z][a-z][a-z] \d\d:\d\d", run["name"])
    assert len(articles(served / "out")) == 5
    tasks = {one["name"] for one in server.found("task_runs")}
    assert tasks >= set("ingest gate-ingest clean gate-clean extract gate-extract load gate-load publish".split())
    artifacts = {one["key"]: one for one in server.found("artifacts")}
    assert {"gate-ingest", "gate-clean", "gate-extract", "gate-load", "run-report"} <= set(artifacts)
    text = (PAGES / "cometfeed" / "harbor-drones.txt").read_text()
    story = max(text.split("\n"), key=len)
    assert not any(story[:80] in str(one["data"]) for one in artifacts.values()), "no artifact holds article text"


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = """--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync --virtual-time-budget=25000 --dump-dom""".split()


def shown(address, folder):
    """The text that a page shows in a real browser, once its scripts have run."""
    command = [CHROMIUM, *QUIET, f"--user-data-dir={folder}", address]
    page = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False).stdout
    return " ".join(re.sub(r"<(script|style).*?</\\1>|<[^>]*>", " ", page, flags=re.S).split())


@pytest.mark.skipif(not CHROMIUM, reason="no browser is installed")
def test_the_pages_show_what_they_should(server, served, tmp_path):
    run_id = server.create("nightly", sources=[str(PAGES / "northquay")], output=str(tmp_path / "out")).json()["id"]
    assert server.ended(run_id)["state"]["name"].startswith("Completed")
    said = "6 in, 4 passed, 2 quarantined"  # how Prefect logs the state of the gate after clean
    of_run = {"logs": {"flow_run_id": {"any_": [run_id]}}, "limit": 200}
    wait_for(
        "the log",
        300,
        lambda: any(said in line["message"] for line in server.found("logs", **of_run)),
    )
    text = shown(f"{server.url}/runs/flow-run/{run_id}", tmp_path / "browser")
    assert "Completed" in text
    assert "Flow Run: nightly " in text
    gate = next(one for one in server.found("artifacts") if one["key"] == "gate-clean" and one["flow_run_id"] == run_id)
    text = shown(f"{server.url}/artifacts/artifact/{gate['id']}", tmp_path / "browser")
    assert "6 in, 4 passed, 2 quarantined" in text
    form = shown(f"{server.url}/deployments/deployment/{server.deployment('nightly')['id']}/run", tmp_path / "browser")
    assert "If the output is busy" in form
    report = next((tmp_path / "out" / "report").glob("2*.html"))
    assert "clean.paywall_stub" in shown(report.as_uri(), tmp_path / "browser")


def test_the_form_refuses_wrong_values_before_a_run_exists(server, served):
    before = server.post("/flow_runs/count").json()
    for wrong in ({"sources": []}, {"if_busy": "never"}, {"max_page_megabytes": 0}, {"no_such_parameter": 1}):
        answer = server.create("nightly", **wrong)
        assert answer.status_code in (409, 422), (wrong, answer.text)
    assert server.post("/flow_runs/count").json() - before <= 1  # the schedule's own may have come
    schema = server.deployment("nightly")["parameter_openapi_schema"]
    fields = schema["definitions"]["NewsParameters"]["properties"]
    assert all(field.get("title") and field.get("description") for field in fields.values())


def test_a_cancelled_and_a_killed_run_leave_a_sound_dataset(server, served, tmp_path):
    out = tmp_path / "out"
    lock = out / ".published" / "lock"
    for how in ("cancel", "kill"):
        run_id = server.create("backfill", sources=[str(served / "pages")], output=str(out)).json()["id"]
        wait_for(
            f"the start of the run ({how})", 300, lambda run_id=run_id: server.run(run_id)["state"]["name"] == "Running"
        )
        wait_for(
            f"the work of the run ({how})", 300, lambda: lock.exists() and _holds(lock) and (out / "work").exists()
        )
        if how == "cancel":
            server.post(f"/flow_runs/{run_id}/set_state", state={"type": "CANCELLING", "name": "Cancelling"})
            run = server.ended(run_id)
            assert run["state"]["type"] == "CANCELLED"
        else:
            os.kill(_holds(lock), signal.SIGKILL)
            assert server.ended(run_id)["state"]["type"] == "CRASHED"
        assert not Output(out).exists() or articles(out)
    run_id = server.create("backfill", sources=[str(served / "pages")], output=str(out)).json()["id"]
    assert server.ended(run_id, 300)["state"]["name"].startswith("Completed")
    assert len(articles(out)) == len(set(articles(out))) > 20
    assert not list(out.rglob("*.tmp"))


def test_two_runs_at_once_do_not_overlap_and_the_second_waits(server, served, tmp_path):
    out = str(tmp_path / "out")
    first = server.create("hourly", output=out).json()["id"]
    wait_for("the first run's work", 300, (tmp_path / "out" / "work").exists)
    second = server.create("nightly", output=out).json()["id"]
    runs = [server.ended(run_id, 300) for run_id in (first, second)]
    assert all(run["state"]["name"].startswith("Completed") for run in runs)
    reports = sorted((tmp_path / "out" / "runs").glob("*.json"))
    assert len(reports) == 2


def test_a_gate_stop_shows_as_such(server, served, tmp_path):
    strict = tmp_path / "strict.yml"
    text = THRESHOLDS.read_text()
    strict.write_text(text.replace("articles_min: 0 ", "articles_min: 999 "))
    run_id = server.create("nightly", output=str(tmp_path / "out"), thresholds=str(strict)).json()["id"]
    run = server.ended(run_id)
    assert (run["state"]["type"], run["state"]["name"]) == ("FAILED", "StoppedByGate")
    assert "load.articles" in run["state"]["message"]
    assert not Output(tmp_path / "out").exists()


def test_the_server_is_restarted_in_mid_run(server, served, tmp_path):
    out = tmp_path / "out"
    server.create("hourly", output=str(out))
    wait_for("the run's work", 300, (out / "work").exists)
    server.stop()
    time.sleep(3)
    server.start()
    wait_for(
        "a published dataset or the end of the run",
        300,
        lambda: Output(out).exists() or "Failed" in "".join(path.read_text() for path in (out / "runs").glob("*.json")),
    )
    if not Output(out).exists():  # the run lost its server: the next one makes it good
        run_id = server.create("hourly", output=str(out)).json()["id"]
        assert server.ended(run_id, 300)["state"]["name"].startswith("Completed")
    assert len(articles(out)) > 20
