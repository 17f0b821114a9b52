"""Operating Copydesk, against a real Prefect server on loopback: schedules, the form, cancelling, killing, waiting, stopping."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import httpx
import pytest

from flows.backfill import slices
from flows.cli import main
from flows.parameters import BackfillParameters, NewsParameters
from flows.prometheus import metrics_text
from flows.report import RunReport
from flows.schedules import EXAMPLE, ScheduleError, read_schedules
from tasks.load.output import Output, OutputBusyError

ROOT = Path(__file__).parent.parent
PAGES = ROOT / "tests" / "pages"


# --- without a server


def test_the_example_file_can_be_used(tmp_path):
    (tmp_path / "schedules.toml").write_text(EXAMPLE)
    found = read_schedules(tmp_path / "schedules.toml")
    assert (found.hourly.cron, found.nightly.sources, found.maintenance.cron) == ("15 * * * *", ["pages"], "30 4 * * 0")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[nightly]\ncron = 'every night'\nsources = ['a']", "no cron expression"),
        ("[nightly]\ncron = '0 3 * * * *'\nsources = ['a']", "no cron expression"),
        ("[nightly]\ncron = '61 3 * * *'\nsources = ['a']", "no cron expression"),
        ("timezone = 'Mars/Olympus'\n[nightly]\ncron = '0 3 * * *'\nsources = ['a']", "no time zone"),
        ("[nightly]\ncron = '0 3 * * *'\nsource = ['a']", "nightly.source"),
        ("[weekly]\ncron = '0 3 * * *'", "weekly"),
        ("output = 'x'", "nothing is scheduled"),
        ("not toml", "is not TOML"),
    ],
)
def test_a_wrong_schedule_is_told_in_one_line(tmp_path, capsys, text, told):
    path = tmp_path / "schedules.toml"
    path.write_text(text)
    with pytest.raises(ScheduleError, match=told):
        read_schedules(path)
    assert main(["serve", "--schedules", str(path)]) == 2
    assert told in capsys.readouterr().err


def test_a_backfill_is_cut_into_days_and_slices():
    daily = BackfillParameters(sources=["crawl/{day:%Y/%m/%d}", "more.warc.gz"], first_day=date(2026, 2, 27), last_day=date(2026, 3, 1), slice_sources=2)  # fmt: skip
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


def test_a_run_waits_for_the_output_or_is_skipped(prefect_server, tmp_path):
    from flows.news import news

    output = Output(tmp_path / "out")
    output.prepare()
    own = {"sources": [str(PAGES / "cometfeed")], "output": str(tmp_path / "out")}
    with output.lock():
        with pytest.raises(OutputBusyError):
            news(NewsParameters(**own))
        state = news(NewsParameters(**own, if_busy="skip"), return_state=True)
        assert (state.name, state.is_completed()) == ("Skipped", True)
    start = time.monotonic()
    with pytest.raises(OutputBusyError), output.lock(), Output(tmp_path / "out").lock(0.5):
        pass
    assert time.monotonic() - start >= 0.5
    assert news(NewsParameters(**own, if_busy="wait"), return_state=True).is_completed()


def test_a_run_ends_when_its_time_is_over(prefect_server, tmp_path):
    from flows.news import news

    parameters = NewsParameters(sources=[str(PAGES)], output=str(tmp_path / "out"), timeout_minutes=0.001)
    state = news(parameters, return_state=True)
    assert (state.is_failed(), state.name) == (True, "TimedOut")
    assert "longer than" in state.message
    assert not Output(tmp_path / "out").exists()


def test_maintenance_and_backfill_do_their_work(prefect_server, tmp_path):
    from flows.backfill import backfill
    from flows.maintenance import maintenance
    from flows.parameters import MaintenanceParameters

    for number, site in enumerate(("cometfeed", "northquay")):
        shutil.copytree(PAGES / site, tmp_path / f"2026-03-0{number + 1}")
    parameters = BackfillParameters(sources=[str(tmp_path) + "/{day:%Y-%m-%d}"], first_day=date(2026, 3, 1), last_day=date(2026, 3, 4), output=str(tmp_path / "out"))  # fmt: skip
    for _ in range(2):  # the second time all is known
        state = backfill(parameters, return_state=True)
        assert state.is_completed(), state.message
        assert "2 of 4 slices" in state.message
    assert len(Output(tmp_path / "out").files("ledger")) == 2
    done = maintenance(
        MaintenanceParameters(output=str(tmp_path / "out"), prune_days=0, mirror=f"file://{tmp_path}/mirror"),
        return_state=True,
    )
    assert done.is_completed(), done.message
    assert "compaction: " in done.message
    assert "mirror: state 1" in done.message
    assert len(Output(tmp_path / "out").files("ledger")) == 1
    assert not Output(tmp_path / "out").files("quarantine")


def test_the_doctor_says_what_is_wrong_and_what_to_do(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    assert main(["doctor", "--output", str(tmp_path / "out")]) == 0
    assert "make ui" in capsys.readouterr().out
    (tmp_path / "schedules.toml").write_text("[nightly]\ncron = '0 3 * * *'\nsources = ['no/such/folder']\n")
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    (tmp_path / "out" / "articles").mkdir(parents=True)
    assert main(["doctor", "--output", str(tmp_path / "out")]) == 1
    printed = capsys.readouterr().out
    assert "FAIL  server" in printed
    assert "FAIL  sources nightly: no/such/folder" in printed
    (tmp_path / "schedules.toml").write_text("[nightly]\ncron = 'x'\nsources = ['a']\n")
    assert main(["doctor"]) == 1
    assert "FAIL  schedules" in capsys.readouterr().out


# --- with a server


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
        time.sleep(0.5)
    pytest.fail(f"{what} did not happen within {seconds} seconds")
    return None


class Server:
    """A Prefect server with a database of its own, which can be stopped and started again."""

    def __init__(self, folder):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | {
            "PREFECT_HOME": str(folder / "prefect"), "PREFECT_API_URL": f"{self.url}/api", "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1", "PREFECT_LOGGING_TO_API_ENABLED": "true", "PREFECT_LOGGING_LEVEL": "INFO", "COPYDESK_EXECUTOR": "processes",
            "PREFECT_SERVER_UI_V2_ENABLED": "false", "PREFECT_RUNNER_POLL_FREQUENCY": "2", "PREFECT_WORKER_QUERY_SECONDS": "2",
        }  # fmt: skip
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
        process = subprocess.Popen([sys.executable, "-m", "flows", *map(str, arguments)], env=self.environment, cwd=ROOT,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
        self.processes.append(process)
        return process

    def deployment(self, name):
        return wait_for(f"the deployment {name}", 120, lambda: next(
            (one for one in self.api.post("/deployments/filter", json={}).json() if one["name"] == name), None))  # fmt: skip

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

    def run(self, run_id):
        return self.api.get(f"/flow_runs/{run_id}").json()

    def ended(self, run_id, seconds=180):
        return wait_for("the end of the run", seconds, lambda: (run := self.run(run_id))["state"]["type"] in
                        ("COMPLETED", "FAILED", "CANCELLED", "CRASHED") and run)  # fmt: skip


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
        f"output = '{root}/out'\n[nightly]\ncron = '* * * * *'\nsources = ['{PAGES}/cometfeed']\n[hourly]\ncron = '0 0 1 1 *'\nsources = ['{pages}']\n"
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
    return sorted(duckdb.sql(f"select source_uri from '{root}/articles/**/*.parquet'").df()["source_uri"])


@pytest.mark.slow
def test_a_schedule_fires_within_a_minute_and_the_run_tells_its_story(server, served):
    run = wait_for("a run of the schedule", 120, lambda: next(
        (one for one in server.api.post("/flow_runs/filter", json={}).json() if one["state"]["name"].startswith("Completed")), None))  # fmt: skip
    assert run["name"].endswith("-cometfeed")
    assert len(articles(served / "out")) == 5
    tasks = {one["name"] for one in server.api.post("/task_runs/filter", json={}).json()}
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
    artifacts = {one["key"]: one for one in server.api.post("/artifacts/filter", json={}).json()}
    assert {"gate-ingest", "gate-clean", "gate-extract", "gate-load", "run-report", "run-report-page"} <= set(artifacts)
    text = (PAGES / "cometfeed" / "harbor-drones.txt").read_text()
    story = max(text.split("\n"), key=len)
    assert not any(story[:80] in str(one["data"]) for one in artifacts.values()), "no artifact holds article text"


CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--virtual-time-budget=25000", "--dump-dom")  # fmt: skip


def shown(address, folder):
    """The text that a page shows in a real browser, once its scripts have run."""
    command = [CHROMIUM, *QUIET, f"--user-data-dir={folder}", address]
    page = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False).stdout
    return " ".join(re.sub(r"<(script|style).*?</\\1>|<[^>]*>", " ", page, flags=re.S).split())


@pytest.mark.slow
@pytest.mark.skipif(not CHROMIUM, reason="no browser is installed")
def test_the_pages_show_what_they_should(server, served, tmp_path):
    run_id = server.create("nightly", sources=[str(PAGES / "northquay")], output=str(tmp_path / "out")).json()["id"]
    assert server.ended(run_id)["state"]["name"].startswith("Completed")
    said = "gate after clean: 6 in, 4 passed, 2 to quarantine"
    told = {"logs": {"flow_run_id": {"any_": [run_id]}}, "limit": 200}
    wait_for(
        "the log",
        60,
        lambda: any(said in line["message"] for line in server.api.post("/logs/filter", json=told).json()),
    )
    text = shown(f"{server.url}/runs/flow-run/{run_id}", tmp_path / "browser")
    assert "Completed" in text
    assert "-northquay" in text
    gate = next(
        one
        for one in server.api.post("/artifacts/filter", json={}).json()
        if one["key"] == "gate-clean" and one["flow_run_id"] == run_id
    )
    text = shown(f"{server.url}/artifacts/artifact/{gate['id']}", tmp_path / "browser")
    assert "6 in, 4 passed, 2 to quarantine" in text
    form = shown(f"{server.url}/deployments/deployment/{server.deployment('nightly')['id']}/run", tmp_path / "browser")
    assert "If the output is busy" in form
    report = next((tmp_path / "out" / "report").glob("2*.html"))
    assert "clean.paywall_stub" in shown(report.as_uri(), tmp_path / "browser")


@pytest.mark.slow
def test_the_form_refuses_wrong_values_before_a_run_exists(server, served):
    before = server.api.post("/flow_runs/count", json={}).json()
    for wrong in ({"sources": []}, {"if_busy": "never"}, {"max_page_megabytes": 0}, {"no_such_parameter": 1}):
        answer = server.create("nightly", **wrong)
        assert answer.status_code in (409, 422), (wrong, answer.text)
    assert server.api.post("/flow_runs/count", json={}).json() - before <= 1  # the schedule's own may have come
    schema = server.deployment("nightly")["parameter_openapi_schema"]
    fields = schema["definitions"]["NewsParameters"]["properties"]
    assert all(field.get("title") and field.get("description") for field in fields.values())


@pytest.mark.slow
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


@pytest.mark.slow
def test_two_runs_at_once_do_not_overlap_and_the_second_waits(server, served, tmp_path):
    out = str(tmp_path / "out")
    first = server.create("hourly", output=out).json()["id"]
    wait_for("the first run's work", 120, (tmp_path / "out" / "work").exists)
    second = server.create("nightly", output=out).json()["id"]
    runs = [server.ended(run_id, 300) for run_id in (first, second)]
    assert all(run["state"]["name"].startswith("Completed") for run in runs)
    reports = sorted((tmp_path / "out" / "runs").glob("*.json"))
    assert len(reports) == 2


@pytest.mark.slow
def test_a_gate_stop_shows_as_such(server, served, tmp_path):
    strict = tmp_path / "strict.yml"
    text = (ROOT / "expectations" / "thresholds.yml").read_text()
    strict.write_text(text.replace("articles_min: 0 ", "articles_min: 999 "))
    run_id = server.create("nightly", output=str(tmp_path / "out"), thresholds=str(strict)).json()["id"]
    run = server.ended(run_id)
    assert (run["state"]["type"], run["state"]["name"]) == ("FAILED", "StoppedByGate")
    assert "load.articles" in run["state"]["message"]
    assert not Output(tmp_path / "out").exists()


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_worker_runs_what_was_deployed(server, tmp_path):
    (tmp_path / "schedules.toml").write_text(
        f"output = '{tmp_path}/out'\n[nightly]\ncron = '0 0 1 1 *'\nsources = ['{PAGES}/northquay']\n"
    )
    prefect = [sys.executable, "-m", "prefect"]
    subprocess.run(
        [*prefect, "work-pool", "create", "news-pool", "--type", "process"],
        env=server.environment,
        check=True,
        capture_output=True,
    )
    deployed = subprocess.run([sys.executable, "-m", "flows", "deploy", "--pool", "news-pool", "--schedules", str(tmp_path / "schedules.toml")],
                              env=server.environment, cwd=ROOT, capture_output=True, text=True, check=False)  # fmt: skip
    assert deployed.returncode == 0, deployed.stderr
    assert "news/nightly" in deployed.stdout
    worker = subprocess.Popen([*prefect, "worker", "start", "--pool", "news-pool"], env=server.environment, cwd=ROOT,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        one = next(
            one
            for one in server.api.post("/deployments/filter", json={}).json()
            if one["name"] == "nightly" and one["work_pool_name"] == "news-pool"
        )
        run_id = server.api.post(f"/deployments/{one['id']}/create_flow_run", json={}).json()["id"]
        assert server.ended(run_id, 240)["state"]["name"].startswith("Completed")
    finally:
        end(worker)
    assert len(articles(tmp_path / "out")) == 4


@pytest.mark.slow
def test_after_downtime_only_the_newest_missed_run_is_made(server, tmp_path):
    (tmp_path / "schedules.toml").write_text(
        f"output = '{tmp_path}/out'\n[hourly]\ncron = '0 0 1 1 *'\nsources = ['{PAGES}/northquay']\n"
    )
    prefect = [sys.executable, "-m", "prefect"]
    subprocess.run(
        [*prefect, "work-pool", "create", "idle-pool", "--type", "process"],
        env=server.environment,
        check=True,
        capture_output=True,
    )
    subprocess.run([sys.executable, "-m", "flows", "deploy", "--pool", "idle-pool", "--schedules", str(tmp_path / "schedules.toml")],
                   env=server.environment, cwd=ROOT, check=True, capture_output=True)  # fmt: skip
    one = next(
        one
        for one in server.api.post("/deployments/filter", json={}).json()
        if one["work_pool_name"] == "idle-pool" and one["name"] == "hourly"
    )
    runs = []
    for hours in (5, 3, 1):
        when = (datetime.now(UTC) - timedelta(hours=hours)).isoformat()
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": when}}
        runs.append(server.api.post(f"/deployments/{one['id']}/create_flow_run", json={"state": state}).json()["id"])
    code = "from flows.deployments import drop_missed_runs; print(drop_missed_runs())"
    done = subprocess.run(
        [sys.executable, "-c", code], env=server.environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert int(done.stdout.split()[-1]) >= 2
    assert [server.run(run_id)["state"]["type"] for run_id in runs] == ["CANCELLED", "CANCELLED", "SCHEDULED"]


POSTGRES = sorted(Path("/usr/lib/postgresql").glob("*/bin"))


@pytest.mark.slow
@pytest.mark.skipif(not POSTGRES, reason="no Postgres is installed")
def test_a_server_on_postgres_runs_the_line(tmp_path):
    tmp_path.chmod(0o777)
    for parent in tmp_path.parents[:3]:
        parent.chmod(parent.stat().st_mode | 0o011)
    data, port, tools = tmp_path / "data", free_port(), POSTGRES[-1]
    user = {"user": "nobody"} if os.geteuid() == 0 else {}  # it refuses to run as root
    subprocess.run(
        [tools / "initdb", "-D", data, "-U", "news", "--auth=trust"],
        check=True,
        capture_output=True,
        cwd=tmp_path,
        **user,
    )
    database = subprocess.Popen([tools / "postgres", "-D", data, "-p", str(port), "-c", "listen_addresses=127.0.0.1", "-k", tmp_path], cwd=tmp_path,
                                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user)  # fmt: skip
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
            done = subprocess.run([sys.executable, "-m", "flows", "run", str(PAGES / "cometfeed"), "--output", str(tmp_path / "out")],
                                  env=server.environment, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False)  # fmt: skip
            assert done.returncode == 0, done.stderr
            assert server.api.post("/flow_runs/count", json={}).json() == 1
        finally:
            server.stop()
    finally:
        database.terminate()
        database.wait(30)
    assert len(articles(tmp_path / "out")) == 5
