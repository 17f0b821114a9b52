"""The temporary Prefect server of `run --record`: started if none is named, ended with the run."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import pytest
from support.paths import PAGES, ROOT

from flows.operate.server import keep_loopback_direct

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="it looks for processes in /proc"),
]


@pytest.fixture
def run(tmp_path):
    """Starts a run of the sample pages in a process of its own, with a Prefect home of its own and no server named."""
    processes = []

    def start(*arguments, cwd=ROOT, **environment):
        own = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        own |= {"PREFECT_HOME": str(tmp_path / "prefect"), "COPYDESK_EXECUTOR": "inline"} | environment
        # as the installed command is started: without the working directory among the places of modules
        program = [
            "-P",
            "-c",
            f"import sys; sys.path.append({str(ROOT)!r}); from flows.cli.main import main; sys.exit(main())",
        ]
        command = [
            sys.executable,
            *program,
            "run",
            str(PAGES),
            "--output",
            str(tmp_path / "out"),
            "--record",
            *arguments,
        ]
        processes.append(
            subprocess.Popen(command, env=own, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        )
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.communicate(timeout=30)


def servers_of(parent):
    """The process ids of the servers among the children of a run: its own, and any that Prefect started."""
    found = []
    with suppress(OSError):  # the run has ended
        for child in Path(f"/proc/{parent}/task/{parent}/children").read_text().split():
            with suppress(OSError):
                words = Path(f"/proc/{child}/cmdline").read_text()
                if "flows.operate.server" in words or "uvicorn" in words:
                    found.append(int(child))
    return found


def server_of(process):
    """The server that a run has brought along, waited for."""
    deadline = time.monotonic() + 60
    while not (found := servers_of(process.pid)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return found[0]


def is_alive(process):
    try:
        return "zombie" not in Path(f"/proc/{process}/status").read_text()
    except OSError:
        return False


def test_a_run_without_a_server_is_written_down_and_leaves_none_behind(run, tmp_path):
    process = run("--verbose")
    servers = {server_of(process)}
    deadline = time.monotonic() + 180
    while process.poll() is None:
        servers |= set(servers_of(process.pid))
        assert time.monotonic() < deadline
        time.sleep(0.05)
    said = process.stdout.read()
    assert process.returncode == 0, said
    assert "Beginning flow run" in said
    assert "View at" not in said  # in a UI that this server has not
    assert len(servers) == 1  # Prefect knows of it, and starts none of its own
    assert not is_alive(*servers)
    with sqlite3.connect(tmp_path / "prefect" / "prefect.db") as database:
        assert database.execute("select state_type from flow_run").fetchall() == [("COMPLETED",)]
        assert {state for (state,) in database.execute("select state_type from task_run")} == {"COMPLETED"}
        # what Prefect sends last, from threads of its own
        assert database.execute("select 1 from log where message like '%Finished in state%Completed%'").fetchall()
        assert database.execute("select 1 from events where event = 'prefect.flow-run.Completed'").fetchall()


@pytest.mark.parametrize(
    "ending",
    [
        signal.SIGKILL,
        pytest.param(signal.SIGTERM, marks=pytest.mark.slow),
        pytest.param(signal.SIGINT, marks=pytest.mark.slow),
    ],
)
def test_the_server_of_a_run_that_is_ended_ends(run, ending):
    process = run()
    server = server_of(process)
    time.sleep(2)  # SIGINT is Python's own until the run has its server, and Prefect takes SIGTERM in its time
    process.send_signal(ending)
    assert process.wait(60)
    deadline = time.monotonic() + 30
    while is_alive(server):
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.mark.slow
def test_a_package_of_the_same_name_in_the_working_directory_is_not_in_the_way(run, tmp_path):
    (tmp_path / "flows.py").write_text("raise SystemExit('not this one')")
    (tmp_path / "uvicorn.py").write_text("raise SystemExit('not this one')")
    process = run(cwd=tmp_path)
    assert process.wait(180) == 0, process.stdout.read()


def test_an_empty_name_names_no_server(run):
    process = run(PREFECT_API_URL="")
    server_of(process)


def test_a_home_that_cannot_be_written_is_named(run, tmp_path):
    (tmp_path / "file").touch()
    said = run(PREFECT_HOME=str(tmp_path / "file" / "home")).communicate(timeout=120)[0]
    assert said.split(" starting\n")[1] == (
        f"copydesk: PREFECT_HOME: {tmp_path}/file/home cannot be written (Not a directory); "
        "set PREFECT_HOME to a folder that can\n"
    )


def test_a_server_that_cannot_start_is_reported_in_a_sentence(run, tmp_path):
    process = run(PREFECT_API_DATABASE_CONNECTION_URL="sqlite+aiosqlite:////no/such/folder/prefect.db")
    said = process.communicate(timeout=120)[0]
    assert process.returncode == 1
    said = said.split(" starting\n")[1]
    assert said.startswith("copydesk: the temporary Prefect server ended while starting (exit code 3)")
    assert said.count("\n") == 1
    assert not (tmp_path / "out" / "articles").exists()


def test_a_server_that_is_named_in_a_profile_is_asked_and_its_silence_is_reported_in_a_sentence(run, tmp_path):
    (tmp_path / "prefect").mkdir()
    (tmp_path / "prefect" / "profiles.toml").write_text(
        'active = "desk"\n[profiles.desk]\nPREFECT_API_URL = "http://127.0.0.1:9/api"\n'
    )
    process = run()
    said = process.communicate(timeout=120)[0]
    assert process.returncode == 1
    assert said.split(" starting\n")[1] == (
        "copydesk: no Prefect server responds at http://127.0.0.1:9/api, which the profile 'desk' in "
        f"{tmp_path}/prefect/profiles.toml names: "
        "start that server, or choose another profile by `prefect profile use`\n"
    )


@pytest.mark.parametrize(
    "variables",
    [
        pytest.param(("http_proxy", "https_proxy", "ALL_PROXY"), marks=pytest.mark.slow),
        ("HTTP_PROXY", "HTTPS_PROXY", "all_proxy"),
    ],
    ids="+".join,
)
def test_no_proxy_stands_between_a_run_and_its_server(run, variables):
    process = run("--verbose", **dict.fromkeys(variables, "http://127.0.0.1:9"))  # where nothing listens
    printed, _ = process.communicate(timeout=170)
    assert process.returncode == 0, printed
    assert "Failed to reach API" not in printed
    assert "pending items" not in printed


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "127.0.0.1,localhost,::1"),
        ({"NO_PROXY": "a.example, localhost"}, "a.example,localhost,127.0.0.1,::1"),
        ({"NO_PROXY": "a.example", "no_proxy": "b.example"}, "a.example,b.example,127.0.0.1,localhost,::1"),
        ({"no_proxy": "*"}, "*"),
    ],
)
def test_what_the_user_excepts_from_the_proxy_stays_excepted(monkeypatch, given, expected):
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, given.get(name, ""))
    keep_loopback_direct()
    assert os.environ["NO_PROXY"] == os.environ["no_proxy"] == expected
