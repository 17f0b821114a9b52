"""Deployments on a real Prefect server on loopback: a worker, missed runs, a server on Postgres."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support import waiting
from support.commands import run_command
from support.datasets import values
from support.paths import PAGES, ROOT
from support.prefect_server import Server, wait_for

pytestmark = pytest.mark.slow  # minutes: a server starts


@pytest.fixture
def server(tmp_path_factory):
    """A server for which no process works."""
    made = Server(tmp_path_factory.mktemp("server"))
    yield made
    made.close()


def articles(root):
    return values(root, "articles", "source_uri")


def test_a_worker_runs_what_was_deployed(server, tmp_path):
    deployed = server.register("nightly", tmp_path, "news-pool")
    server.begin("prefect", "worker", "start", "--pool", "news-pool")

    def state_of(name, **parameters):
        return server.ended(server.create_run(deployed[name], **parameters).json()["id"])["state"]

    for name in ("nightly", "backfill", "maintenance"):
        state = state_of(name)
        assert state["name"].startswith("Completed"), (name, state["message"])
    assert len(articles(tmp_path / "out")) == 4
    assert len(list((tmp_path / "out" / "runs").glob("*.json"))) == 2
    assert list((tmp_path / "mirror" / "manifests").glob("*.json")), "next to the schedules file"
    state = state_of("nightly", output="out")
    assert state["type"] == "FAILED"
    assert "output: 'out' is a relative path" in state["message"]
    (tmp_path / "out").rename(tmp_path / "not-mounted")
    for name in ("nightly", "backfill", "maintenance"):
        state = state_of(name)
        assert state["type"] == "FAILED", name
        assert f"output: {tmp_path}/out does not exist on the machine of this worker" in state["message"]
    assert not (tmp_path / "out").exists(), "no second dataset is begun"


def test_after_downtime_only_the_newest_missed_run_is_made(server, tmp_path):
    hourly = server.register("hourly", tmp_path, "idle-pool")["hourly"]
    runs = []
    for hours in (5, 3, 1):
        when = (datetime.now(UTC) - timedelta(hours=hours)).isoformat()
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": when}}
        runs.append(server.create_run(hourly, state).json()["id"])
    # pages of one run, so that the runs are on several
    code = "from flows.operate import deployments; deployments._PAGE_RUNS = 1; print(deployments.drop_missed_runs())"
    done = subprocess.run(
        [sys.executable, "-c", code], env=server.environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout.split()[-1]) >= 2
    assert [server.run(run_id)["state"]["type"] for run_id in runs] == ["CANCELLED", "CANCELLED", "SCHEDULED"]


POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@pytest.mark.skipif(not POSTGRES, reason="no Postgres is installed")
def test_a_server_on_postgres_runs_the_line(tmp_path):
    tmp_path.chmod(0o777)
    for parent in tmp_path.parents[:3]:
        parent.chmod(parent.stat().st_mode | 0o011)
    data, port, tools = tmp_path / "data", waiting.free_port(), POSTGRES[-1]
    user = {"user": "nobody"} if os.geteuid() == 0 else {}  # it refuses to run as root
    subprocess.run(
        [tools / "initdb", "-D", data, "-U", "news", "--auth=trust"],
        check=True,
        capture_output=True,
        cwd=tmp_path,
        **user,
    )
    database = subprocess.Popen(
        [tools / "postgres", "-D", data, "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-k", tmp_path],
        cwd=tmp_path,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        **user,
    )
    try:
        ready = [tools / "pg_isready", "-h", "127.0.0.1", "-p", str(port)]
        wait_for("the database", 60, lambda: subprocess.run(ready, capture_output=True, check=False).returncode == 0)
        subprocess.run(
            [tools / "createdb", "-h", "127.0.0.1", "-p", str(port), "-U", "news", "prefect"],
            check=True,
            capture_output=True,
        )
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv(
                "PREFECT_SERVER_DATABASE_CONNECTION_URL", f"postgresql+asyncpg://news@127.0.0.1:{port}/prefect"
            )
            server = Server(tmp_path)
        try:
            done = run_command("run", PAGES / "cometfeed", "--output", tmp_path / "out", environment=server.environment)
            assert done.returncode == 0, done.stderr
            assert server.post("/flow_runs/count").json() == 1
        finally:
            server.close()
    finally:
        database.terminate()
        database.wait(30)
    assert len(articles(tmp_path / "out")) == 5
