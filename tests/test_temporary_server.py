"""The Prefect server that a run brings along: there when it is needed, gone when the run is, and never beside one that is named."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

PAGES = Path(__file__).parent / "pages"
REPOSITORY = Path(__file__).parent.parent
pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="it looks for processes in /proc")


@pytest.fixture
def run(tmp_path):
    """Starts a run of the sample pages in a process of its own, with a Prefect home of its own and no server named."""
    processes = []

    def start(*arguments, **environment):
        own = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        own |= {"PREFECT_HOME": str(tmp_path / "prefect"), "COPYDESK_EXECUTOR": "inline"} | environment
        command = [sys.executable, "-m", "flows", "run", str(PAGES), "--output", str(tmp_path / "out"), *arguments]
        processes.append(
            subprocess.Popen(
                command, env=own, cwd=REPOSITORY, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
        )
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate(timeout=30)


def server_of(parent):
    """The process id of the server that a run has brought along, waited for; it is the run's first child."""
    deadline = time.monotonic() + 60
    while not (found := Path(f"/proc/{parent}/task/{parent}/children").read_text().split()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return int(found[0])


def test_a_run_without_a_server_is_written_down_and_leaves_none_behind(run, tmp_path):
    process = run()
    server = server_of(process.pid)
    assert "flows.temporary_server" in Path(f"/proc/{server}/cmdline").read_text()
    assert process.wait(180) == 0
    assert not Path(f"/proc/{server}").exists()
    with sqlite3.connect(tmp_path / "prefect" / "prefect.db") as database:
        assert database.execute("select state_type from flow_run").fetchall() == [("COMPLETED",)]
        assert {state for (state,) in database.execute("select state_type from task_run")} == {"COMPLETED"}
        # what Prefect sends last, from threads of its own
        assert database.execute("select 1 from log where message like '%Finished in state%Completed%'").fetchall()
        assert database.execute("select 1 from events where event = 'prefect.flow-run.Completed'").fetchall()


def test_the_server_of_a_run_that_is_killed_ends(run):
    process = run()
    server = server_of(process.pid)
    process.send_signal(signal.SIGKILL)
    process.wait(30)
    deadline = time.monotonic() + 30
    while Path(f"/proc/{server}").exists() and "Z" not in Path(f"/proc/{server}/stat").read_text().rpartition(")")[2]:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_server_that_cannot_start_is_told_in_a_sentence(run, tmp_path):
    process = run(PREFECT_API_DATABASE_CONNECTION_URL="sqlite+aiosqlite:////no/such/folder/prefect.db")
    said = process.communicate(timeout=120)[0]
    assert process.returncode == 1
    assert said.startswith("copydesk: the temporary Prefect server ended while it started (exit code 3)")
    assert said.count("\n") == 1
    assert not (tmp_path / "out" / "articles").exists()


def test_a_server_that_is_named_in_a_profile_is_asked_and_its_silence_is_told_in_a_sentence(run, tmp_path):
    (tmp_path / "prefect").mkdir()
    (tmp_path / "prefect" / "profiles.toml").write_text(
        'active = "desk"\n[profiles.desk]\nPREFECT_API_URL = "http://127.0.0.1:9/api"\n'
    )
    process = run()
    said = process.communicate(timeout=120)[0]
    assert process.returncode == 1
    assert said == (
        "copydesk: Failed to reach API at http://127.0.0.1:9/api/: "
        "start that Prefect server, or name none and the run brings one of its own\n"
    )
