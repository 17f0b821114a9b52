"""`serve` is asked to stop: in time, in its own words only, whoever else gets the signal."""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import time

import pytest
from support import waiting
from support.paths import PAGES, ROOT

pytestmark = pytest.mark.slow  # a server starts for each


@pytest.fixture
def serve(tmp_path):
    """Starts `serve` in a process group of its own; returns it once it serves, with the file of what it prints."""
    groups = []

    def start(**environment):
        own = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        own |= {"PREFECT_HOME": str(tmp_path / "prefect"), "PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"}
        log = tmp_path / "log"
        command = [sys.executable, "-m", "flows", "serve", str(PAGES / "cometfeed"), "--output", str(tmp_path / "out")]
        with log.open("w") as printed:
            process = subprocess.Popen(
                [*command, "--cron", "* * * * *", "--timezone", "Asia/Kathmandu"],
                env=own | environment,
                stdout=printed,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        groups.append(process)
        waiting.wait_for("serving", 120, lambda: process.poll() is not None or "serving nightly" in log.read_text())
        return process, log

    yield start
    for process in groups:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def stopped(process, number):
    """The seconds until a process has ended after a signal to its group, as systemd and Ctrl-C send it."""
    began = time.monotonic()
    os.killpg(process.pid, number)
    assert process.wait(30) == 0
    return time.monotonic() - began


@pytest.mark.parametrize("number", [signal.SIGTERM, pytest.param(signal.SIGINT, marks=pytest.mark.slow)])
def test_serve_without_a_server_says_so_and_stops_in_time(serve, number):
    process, log = serve()
    time.sleep(5)  # the runner polls
    assert stopped(process, number) < 5
    printed = log.read_text()
    assert printed.startswith("note: no Prefect server is named, so nobody can watch these runs")
    assert "PREFECT_API_URL=http://127.0.0.1:4200/api" in printed
    assert "Traceback" not in printed
    assert "Warning" not in printed
    assert printed.endswith("resume when they are started again\n")


def test_a_run_that_is_served_is_named_by_the_time_of_its_schedule(serve, tmp_path):
    process, _ = serve()

    def names():
        with sqlite3.connect(tmp_path / "prefect" / "prefect.db") as database:
            return database.execute(
                "select name from flow_run where state_type = 'COMPLETED' or state_type = 'RUNNING'"
            ).fetchall()

    (name,) = waiting.wait_for("a run", 120, names, ignored=sqlite3.Error)[0]
    # Kathmandu is 5:45 ahead of UTC
    assert re.fullmatch(r"nightly \d\d [A-Z][a-z][a-z] \d\d:\d\d", name)
    assert int(name[-2:]) in {(time.gmtime().tm_min + 45 - late) % 60 for late in range(4)}
    assert stopped(process, signal.SIGTERM) < 5


@pytest.mark.parametrize(
    "is_gone", [pytest.param(False, id="there", marks=pytest.mark.slow), pytest.param(True, id="gone")]
)
def test_serve_stops_in_time_whether_the_server_is_there_or_gone(serve, tmp_path, is_gone):
    port = waiting.free_port()
    api = f"http://127.0.0.1:{port}/api"
    own = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    server = subprocess.Popen(
        [sys.executable, "-m", "prefect", "server", "start", "--port", str(port)],
        env=own | {"PREFECT_HOME": str(tmp_path / "server"), "PREFECT_API_URL": api, "DO_NOT_TRACK": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        waiting.wait_for("the server", 120, lambda: _answers(port))
        process, log = serve(PREFECT_API_URL=api)
        assert f"for http://127.0.0.1:{port}; Ctrl-C stops it" in log.read_text()
        if is_gone:
            server.kill()
            server.wait()
        assert stopped(process, signal.SIGTERM) < 5
        rest = log.read_text().partition("stopping;")[2]
        assert rest.endswith("resume when they are started again\n")
        assert "Traceback" not in rest
        assert "never awaited" not in rest
    finally:
        server.kill()
        server.wait()


def _answers(port):
    import urllib.error
    import urllib.request

    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=5) as answer:
            return answer.status == 200
    except (urllib.error.URLError, OSError):
        return False
