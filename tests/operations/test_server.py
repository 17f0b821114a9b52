"""The pipeline on a real Prefect server on loopback: schedules, forms, pages, cancelling, kills, queues, workers."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from support import waiting
from support.datasets import values
from support.paths import PAGES, ROOT, THRESHOLDS

from tasks.load.output import Output

pytestmark = pytest.mark.slow  # minutes: a server starts, schedules fire


def wait_for(what, seconds, check):
    return waiting.wait_for(what, seconds, check, ignored=httpx.HTTPError)


class Server:
    """A Prefect server with a database of its own, which can be stopped and started again."""

    def __init__(self, folder):
        self.port = waiting.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | {
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_API_URL": f"{self.url}/api",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "PREFECT_LOGGING_TO_API_ENABLED": "true",
            "PREFECT_LOGGING_LEVEL": "INFO",
            "COPYDESK_EXECUTOR": "processes",
            "PREFECT_SERVER_UI_V2_ENABLED": "false",
            "PREFECT_RUNNER_POLL_FREQUENCY": "2",
            "PREFECT_WORKER_QUERY_SECONDS": "2",
        }
        self.api = httpx.Client(base_url=f"{self.url}/api", timeout=20)
        self.processes = []
        self.start()

    def start(self):
        command = [sys.executable, "-m", "prefect", "server", "start", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for("the server's start", 120, lambda: self.api.get("/health").status_code == 200)

    def stop(self):
        end(self.process)

    def begin(self, *arguments):
        """A command of ours beside the server; ended with it."""
        process = subprocess.Popen(
            [sys.executable, "-m", "flows", *map(str, arguments)],
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.processes.append(process)
        return process

    def deployment(self, name):
        return wait_for(
            f"the deployment {name}",
            120,
            lambda: next(
                (one for one in self.api.post("/deployments/filter", json={}).json() if one["name"] == name), None
            ),
        )

    def create(self, name, **parameters):
        """Ask for a run of a deployment, as the form does."""
        one = self.deployment(name)
        values = {"parameters": one["parameters"]["parameters"] | parameters}
        for _ in range(5):  # SQLite may be busy for a moment
            answer = self.api.post(f"/deployments/{one['id']}/create_flow_run", json={"parameters": values})
            if answer.status_code < 500:
                break
            time.sleep(1)
        return answer

    def register(self, name, folder, pool):
        """Deploy a schedule of one entry to a new work pool of processes; returns the deployment.

        All paths of the file are relative, as in the README; neither `deploy` nor the worker runs in its folder.
        """
        shutil.copytree(PAGES / "northquay", folder / "pages")
        shutil.copy(THRESHOLDS, folder / "own.yml")
        (folder / "schedules.toml").write_text(
            f"output = 'out'\n[{name}]\ncron = '0 0 1 1 *'\nsources = ['pages']\n"
            f"parameters = {{ thresholds = 'own.yml' }}\n[maintenance]\ncron = '0 0 1 1 *'\n"
            f"parameters = {{ mirror = 'mirror' }}\n[backfill]\nsources = ['pages/*.txt']\n"
        )
        make = [sys.executable, "-m", "prefect", "work-pool", "create", pool, "--type", "process"]
        deploy = [
            sys.executable,
            "-m",
            "flows",
            "deploy",
            "--pool",
            pool,
            "--schedules",
            str(folder / "schedules.toml"),
        ]
        subprocess.run(make, env=self.environment, check=True, capture_output=True)
        deployed = subprocess.run(deploy, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False)
        assert deployed.returncode == 0, deployed.stderr
        assert f"news/{name}" in deployed.stdout
        return next(
            one
            for one in self.api.post("/deployments/filter", json={}).json()
            if one["name"] == name and one["work_pool_name"] == pool
        )

    def run(self, run_id):
        return self.api.get(f"/flow_runs/{run_id}").json()

    def ended(self, run_id, seconds=180):
        return wait_for(
            "the end of the run",
            seconds,
            lambda: (
                (run := self.run(run_id))["state"]["type"] in ("COMPLETED", "FAILED", "CANCELLED", "CRASHED") and run
            ),
        )


def end(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("server"))
    yield made
    for process in made.processes:
        end(process)
    made.stop()


@pytest.fixture
def idle_server(tmp_path_factory):
    """A server of its own, for which no process works."""
    made = Server(tmp_path_factory.mktemp("idle"))
    yield made
    made.stop()


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
    server.begin("serve", "--schedules", root / "schedules.toml")
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
            (
                one
                for one in server.api.post("/flow_runs/filter", json={}).json()
                if one["state"]["name"].startswith("Completed")
            ),
            None,
        ),
    )
    assert re.fullmatch(r"nightly \d\d [A-Z][a-z][a-z] \d\d:\d\d", run["name"])
    assert len(articles(served / "out")) == 5
    tasks = {one["name"] for one in server.api.post("/task_runs/filter", json={}).json()}
    assert tasks >= set("ingest gate-ingest clean gate-clean extract gate-extract load gate-load publish".split())
    artifacts = {one["key"]: one for one in server.api.post("/artifacts/filter", json={}).json()}
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
    told = {"logs": {"flow_run_id": {"any_": [run_id]}}, "limit": 200}
    wait_for(
        "the log",
        60,
        lambda: any(said in line["message"] for line in server.api.post("/logs/filter", json=told).json()),
    )
    text = shown(f"{server.url}/runs/flow-run/{run_id}", tmp_path / "browser")
    assert "Completed" in text
    assert "Flow Run: nightly " in text
    gate = next(
        one
        for one in server.api.post("/artifacts/filter", json={}).json()
        if one["key"] == "gate-clean" and one["flow_run_id"] == run_id
    )
    text = shown(f"{server.url}/artifacts/artifact/{gate['id']}", tmp_path / "browser")
    assert "6 in, 4 passed, 2 quarantined" in text
    form = shown(f"{server.url}/deployments/deployment/{server.deployment('nightly')['id']}/run", tmp_path / "browser")
    assert "If the output is busy" in form
    report = next((tmp_path / "out" / "report").glob("2*.html"))
    assert "clean.paywall_stub" in shown(report.as_uri(), tmp_path / "browser")


def test_the_form_refuses_wrong_values_before_a_run_exists(server, served):
    before = server.api.post("/flow_runs/count", json={}).json()
    for wrong in ({"sources": []}, {"if_busy": "never"}, {"max_page_megabytes": 0}, {"no_such_parameter": 1}):
        answer = server.create("nightly", **wrong)
        assert answer.status_code in (409, 422), (wrong, answer.text)
    assert server.api.post("/flow_runs/count", json={}).json() - before <= 1  # the schedule's own may have come
    schema = server.deployment("nightly")["parameter_openapi_schema"]
    fields = schema["definitions"]["NewsParameters"]["properties"]
    assert all(field.get("title") and field.get("description") for field in fields.values())


def test_a_cancelled_and_a_killed_run_leave_a_sound_dataset(server, served, tmp_path):
    out = tmp_path / "out"
    lock = out / ".published" / "lock"
    for how in ("cancel", "kill"):
        run_id = server.create("backfill", sources=[str(served / "pages")], output=str(out)).json()["id"]
        wait_for(
            f"the start of the run ({how})", 120, lambda run_id=run_id: server.run(run_id)["state"]["name"] == "Running"
        )
        wait_for(
            f"the work of the run ({how})", 120, lambda: lock.exists() and _holds(lock) and (out / "work").exists()
        )
        if how == "cancel":
            server.api.post(
                f"/flow_runs/{run_id}/set_state", json={"state": {"type": "CANCELLING", "name": "Cancelling"}}
            )
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
    wait_for("the first run's work", 120, (tmp_path / "out" / "work").exists)
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
    wait_for("the run's work", 120, (out / "work").exists)
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


def test_a_worker_runs_what_was_deployed(server, tmp_path):
    one = server.register("nightly", tmp_path, "news-pool")
    worker = subprocess.Popen(
        [sys.executable, "-m", "prefect", "worker", "start", "--pool", "news-pool"],
        env=server.environment,
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    all_ = {
        one["name"]: one["id"]
        for one in server.api.post("/deployments/filter", json={}).json()
        if one["work_pool_name"] == "news-pool"
    }

    def state_of(name, **parameters):
        given = {"parameters": {"parameters": one["parameters"]["parameters"] | parameters}} if parameters else {}
        run_id = server.api.post(f"/deployments/{all_[name]}/create_flow_run", json=given).json()["id"]
        return server.ended(run_id, 240)["state"]

    try:
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
    finally:
        end(worker)


def test_after_downtime_only_the_newest_missed_run_is_made(idle_server, tmp_path):
    server = idle_server
    one = server.register("hourly", tmp_path, "idle-pool")
    runs = []
    for hours in (5, 3, 1):
        when = (datetime.now(UTC) - timedelta(hours=hours)).isoformat()
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": when}}
        runs.append(server.api.post(f"/deployments/{one['id']}/create_flow_run", json={"state": state}).json()["id"])
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
            done = subprocess.run(
                [sys.executable, "-m", "flows", "run", str(PAGES / "cometfeed"), "--output", str(tmp_path / "out")],
                env=server.environment,
                cwd=ROOT,
                capture_output=True,
                text=True,
                timeout=240,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            assert server.api.post("/flow_runs/count", json={}).json() == 1
        finally:
            server.stop()
    finally:
        database.terminate()
        database.wait(30)
    assert len(articles(tmp_path / "out")) == 5
