"""A real Prefect server on loopback: a schedule fires, and the run tells its story there.

This catches the worst of the pins' reasons: with a wrong SQLAlchemy the scheduler silently never fires.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

PAGES = Path(__file__).parent / "pages" / "cometfeed"
ROOT = Path(__file__).parent.parent


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, seconds, check):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            found = check()
        except httpx.HTTPError:
            found = None
        if found:
            return found
        time.sleep(1)
    pytest.fail(f"{what} did not happen within {seconds} seconds")
    return None


@pytest.fixture
def server(tmp_path):
    """A server with a database of its own; ended with the test."""
    port = free_port()
    environment = os.environ | {
        "PREFECT_HOME": str(tmp_path / "prefect"), "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1", "PREFECT_LOGGING_TO_API_ENABLED": "true",
    }  # fmt: skip
    command = [sys.executable, "-m", "prefect", "server", "start", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}/api", timeout=10) as api:
            wait_for("the server's start", 120, lambda: api.get("/health").status_code == 200)
            yield environment, api
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.mark.slow
def test_a_schedule_fires_and_publishes(server, tmp_path):
    environment, api = server
    output = tmp_path / "out"
    command = [sys.executable, "-m", "flows", "serve", str(PAGES), "--output", str(output), "--cron", "* * * * *"]
    process = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for("a published dataset", 240, lambda: list((output / "articles").rglob("*.parquet")))
        runs = wait_for("a completed run", 60, lambda: [
            run for run in api.post("/flow_runs/filter", json={}).json() if run["state"]["name"] in ("Completed", "CompletedWithWarnings")
        ])  # fmt: skip
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
    assert runs[0]["name"].startswith("news-")
    assert runs[0]["name"].endswith("-cometfeed")
    tasks = {run["name"] for run in api.post("/task_runs/filter", json={}).json()}
    assert {
        "ingest",
        "gate-ingest",
        "clean",
        "gate-clean",
        "extract",
        "gate-extract",
        "load",
        "gate-load",
        "publish",
    } <= tasks
    artifacts = {artifact["key"]: artifact for artifact in api.post("/artifacts/filter", json={}).json()}
    assert {"gate-ingest", "gate-clean", "gate-extract", "gate-load", "run-report"} <= set(artifacts)
    assert artifacts["gate-clean"]["type"] == "table"
    assert "pages in =" in artifacts["run-report"]["data"]
