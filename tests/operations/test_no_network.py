"""No call leaves the machine: every connection and every look-up of a name, of all processes of a run, is watched."""

import os
import shutil

import pytest
from support.commands import run_command
from support.paths import PAGES, ROOT

pytestmark = pytest.mark.slow
HOOK = """
import os, sys

def watch(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        target = arguments[1] if event != "socket.getaddrinfo" else arguments[:2]
        with open(os.environ["WATCHED"], "a") as log:
            log.write(f"{event} {target!r}\\n")

sys.addaudithook(watch)
"""
OWN = ("'127.0.0.1'", "'localhost'", "'::1'", "'0.0.0.0'", "None")


def test_a_run_with_its_own_server_talks_to_this_machine_only(tmp_path):
    (tmp_path / "hook").mkdir()
    (tmp_path / "hook" / "sitecustomize.py").write_text(HOOK)
    log = tmp_path / "watched"
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "COPYDESK_"))
    } | {
        "PYTHONPATH": os.pathsep.join([str(tmp_path / "hook"), str(ROOT)]),
        "WATCHED": str(log),
        "PREFECT_HOME": str(tmp_path / "prefect"),
    }
    for name in ("DO_NOT_TRACK", "CI"):  # what keeps it quiet must be our own doing
        environment.pop(name, None)
    shutil.copytree(PAGES / "cometfeed", tmp_path / "pages")
    done = run_command("run", tmp_path / "pages", "--record", "--output", tmp_path / "out", environment=environment)
    assert done.returncode == 0, done.stderr
    lines = log.read_text().splitlines()
    assert any("127.0.0.1" in line for line in lines), "the watch sees nothing"
    # addresses of unix sockets are paths
    away = [
        line
        for line in lines
        if not any(f"({own}" in line for own in OWN) and not line.split(" ", 1)[1].startswith(("'/", "b'"))
    ]
    assert not away
