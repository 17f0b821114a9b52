"""Where runs start: a one-off run without a Prefect server, which records nothing of it."""

import os
import subprocess
import sys
import time

import pytest
from prefect import flow, task
from support.paths import PAGES, ROOT

from flows.recording import is_recorded, run_flow, run_step


@pytest.fixture
def environment(tmp_path):
    own = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "COPYDESK_"))}
    (tmp_path / "file").touch()
    # a home in which Prefect could keep nothing
    return own | {"PREFECT_HOME": str(tmp_path / "file" / "home"), "PYTHONPATH": str(ROOT)}


def test_a_run_without_a_server_needs_none(environment, tmp_path):
    command = [sys.executable, "-m", "flows", "run", str(PAGES / "cometfeed"), "--output", str(tmp_path / "out")]
    began = time.monotonic()
    with subprocess.Popen(command, env=environment, stdout=-1, stderr=-1, text=True) as process:
        first = process.stderr.readline()
        seconds = time.monotonic() - began
        printed, rest = process.communicate(timeout=170)
    assert process.returncode == 0, rest
    assert first.endswith(" starting\n")
    assert seconds < 10  # 0.5 on an idle machine; imports of Prefect and Great Expectations come after it
    assert printed.startswith("Completed")
    assert "Prefect" not in rest
    assert "Warning" not in rest


def test_a_run_does_not_load_what_no_rule_uses(environment, tmp_path):
    code = """
import sys
from flows.cli.main import main
code = main(sys.argv[1:])
heavy = ("scipy.stats._stats_py", "altair.vegalite", "great_expectations.core")
print(code, [name for name in heavy if name in sys.modules])
"""
    command = [
        sys.executable,
        "-c",
        code,
        "run",
        str(PAGES / "cometfeed"),
        "--output",
        str(tmp_path / "out"),
        "--quiet",
    ]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=170, check=False)
    assert done.stdout == "0 ['great_expectations.core']\n", done.stderr


def test_without_a_server_a_task_keeps_its_retries_and_its_condition():
    calls = []

    def is_transient(_task, _run, state):
        try:
            state.result()
        except ConnectionError:
            return True
        except Exception:
            return False

    @task(retries=2, retry_delay_seconds=[0, 0], retry_condition_fn=is_transient)
    def fails(error, times):
        calls.append(is_recorded())
        if len(calls) <= times:
            raise error
        return "done"

    assert run_step(fails, ConnectionError("gone"), 2) == "done"
    assert calls == [False] * 3
    calls.clear()
    with pytest.raises(ConnectionError):
        run_step(fails, ConnectionError("gone"), 3)
    assert len(calls) == 3
    calls.clear()
    with pytest.raises(ValueError, match="bad data"):
        run_step(fails, ValueError("bad data"), 1)
    assert len(calls) == 1


def test_without_a_server_a_flow_ends_in_the_same_states():
    @flow
    def divides(number):
        return 1 // number

    state = run_flow(divides, 0, is_recorded=False)
    assert state.is_failed()
    with pytest.raises(ZeroDivisionError):
        state.result()
