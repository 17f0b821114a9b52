"""`copydesk doctor`: checks of an installation, each with advice on how to fix it."""

import os
import shutil
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from packaging.requirements import Requirement

from flows.operate.prefect_settings import api_url

if TYPE_CHECKING:
    from flows.operate.schedules import Schedules
    from tasks.ingest.fetch.client import Client

OK, WARN, FAIL = "ok", "warn", "fail"
_FREE_BYTES = 2 << 30  # a day's run and its snapshot
_SECONDS = 10.0
_PLANNING_SECONDS = 90  # the scheduler works once a minute
_FEED_BYTES = 64 << 20
_DEFAULT_OUTPUT = "output"


@dataclass(frozen=True)
class Finding:
    """The result of one check."""

    subject: str
    state: str  # ok | warn | fail
    message: str
    advice: str = ""


def examine(output: str | None, schedules_file: str) -> Iterator[Finding]:
    """Run all checks that are possible from this machine, one after the other."""
    yield _python()
    yield _packages()
    yield _thresholds()
    schedules, finding = _schedules(schedules_file)
    yield finding
    scheduled = schedules.outputs() if schedules else [_DEFAULT_OUTPUT]
    for root in [output] if output else scheduled:
        yield from _output(Path(root))
    api = api_url()
    if not api:
        yield Finding(
            "server",
            WARN,
            "no Prefect server is named: runs are not recorded, and nobody can watch what `copydesk serve` runs",
            "for schedules and the UI: `make ui`, then export PREFECT_API_URL=http://127.0.0.1:4200/api",
        )
    else:
        yield from _server(api, schedules)
    if schedules is not None:
        yield from _site_rules(schedules)
        yield from _sources(schedules)


def _python() -> Finding:
    installed = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] < (3, 14):
        return Finding("python", OK, installed)
    return Finding("python", FAIL, installed, "use Python 3.11, 3.12 or 3.13")


def _packages() -> Finding:
    """Whether the installed versions are the tested ones: some wrong ones fail silently (see pyproject.toml)."""
    problems = []
    for line in requires("copydesk") or []:
        required = Requirement(line)
        if required.marker is not None and not required.marker.evaluate({"extra": ""}):
            continue
        try:
            installed = version(required.name)
        except PackageNotFoundError:
            problems.append(f"{required.name} is missing")
            continue
        if not required.specifier.contains(installed, prereleases=True):
            problems.append(f"{required.name} is {installed}, required is {required.specifier}")
    if problems:
        advice = "pip install --upgrade copydesk, in a separate environment"
        return Finding("packages", FAIL, "; ".join(problems), advice)
    shown = ("copydesk", "prefect", "great-expectations")
    return Finding("packages", OK, ", ".join(f"{name} {version(name)}" for name in shown))


def _output(root: Path) -> Iterator[Finding]:
    from tasks.load.layout import DamagedOutputError, OutputError
    from tasks.load.output import Output, OutputBusyError, check_links

    existing = next(path for path in (root, *root.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if free < _FREE_BYTES:
        yield Finding("disk", FAIL, f"{free / 1e9:.1f} GB free at {existing}", "free space, or choose another output")
    else:
        yield Finding("disk", OK, f"{free / 1e9:,.0f} GB free at {existing}")
    if not os.access(existing, os.W_OK):
        advice = "change its owner or permissions, or choose another output"
        yield Finding("output", FAIL, f"{existing}: cannot be written", advice)
        return
    output = Output(root)
    try:
        output.check_usable()
        check_links(existing, root)
        if not output.exists():
            yield Finding("output", OK, f"{root}: no run has published here yet")
            return
        with output.lock():
            count = len(output.files("articles"))
            yield Finding("output", OK, f"{root}: state {output.state()}, {count} files of articles")
    except OutputBusyError as error:
        yield Finding("output", WARN, str(error), "nothing to do if that run is alive")
    except DamagedOutputError as error:
        yield Finding("output", FAIL, str(error), f"copydesk repair --output {root}")
    except OutputError as error:
        yield Finding("output", FAIL, str(error), "follow the message above")


def _thresholds() -> Finding:
    from expectations.thresholds import ThresholdError, load_thresholds

    try:
        load_thresholds()
    except ThresholdError as error:
        return Finding("thresholds", FAIL, str(error), "fix that line")
    return Finding("thresholds", OK, "valid")


def _schedules(path: str) -> "tuple[Schedules | None, Finding]":
    from flows.operate.deployments import deployments_of
    from flows.operate.schedules import DEFAULT_FILE, read_schedules

    if not Path(path).exists():
        if path != DEFAULT_FILE:
            return None, Finding("schedules", FAIL, f"{path} does not exist", "fix the path after --schedules")
        advice = "fine if you start runs by hand; otherwise see flows/README.md"
        return None, Finding("schedules", WARN, f"{path} does not exist", advice)
    try:
        schedules = read_schedules(path)
        names = [deployment.name for deployment in deployments_of(schedules)]
    except ValueError as error:
        return None, Finding("schedules", FAIL, str(error).split("\n")[0], "fix the file")
    return schedules, Finding("schedules", OK, ", ".join(names))


def _server(api: str, schedules: "Schedules | None") -> Iterator[Finding]:
    try:
        with httpx.Client(base_url=api, timeout=_SECONDS) as client:
            yield _server_version(api, client)
            if schedules is not None:
                yield from _deployments(client)
    except (httpx.HTTPError, ValueError) as error:
        yield Finding(
            "server",
            FAIL,
            f"{api} does not respond: {error}",
            "start it (`make ui`), or fix PREFECT_API_URL or the Prefect profile",
        )


def _server_version(api: str, client: httpx.Client) -> Finding:
    response = client.get("/admin/version")
    response.raise_for_status()
    remote, local = str(response.json()), version("prefect")
    if remote.split(".")[:2] == local.split(".")[:2]:
        return Finding("server", OK, f"{api}, Prefect {remote}")
    return Finding(
        "server", WARN, f"the server has Prefect {remote}, this machine {local}", "install the same version on both"
    )


def _deployments(client: httpx.Client) -> Iterator[Finding]:
    """Whether the server knows what is scheduled, a worker will run it, and its schedules produce runs."""
    tags = {"deployments": {"tags": {"all_": ["copydesk"]}}}
    deployments: list[dict[str, Any]] = client.post("/deployments/filter", json=tags).json()
    if not deployments:
        advice = "run `copydesk serve`, or `copydesk deploy --pool NAME`"
        yield Finding("deployments", WARN, "the server has no deployments", advice)
        return
    idle = [deployment["name"] for deployment in deployments if deployment.get("status") == "NOT_READY"]
    if idle:
        advice = "start `copydesk serve`, or a worker: prefect worker start --pool NAME"
        yield Finding("workers", FAIL, f"no worker polls for {', '.join(idle)}", advice)
    else:
        yield Finding("workers", OK, "every deployment has an active worker")
    for deployment in deployments:
        if any(schedule["active"] for schedule in deployment["schedules"]):
            yield _next_run(client, deployment)


def _next_run(client: httpx.Client, deployment: dict[str, Any]) -> Finding:
    query = {
        "deployments": {"id": {"any_": [deployment["id"]]}},
        "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
        "limit": 1,
        "sort": "EXPECTED_START_TIME_ASC",
    }
    runs = client.post("/flow_runs/filter", json=query).json()
    # the server plans the runs of a new deployment some time after it has received it
    end = datetime.fromisoformat(deployment["updated"]) + timedelta(seconds=_PLANNING_SECONDS)
    while not runs and datetime.now(UTC) < end:
        time.sleep(1)
        runs = client.post("/flow_runs/filter", json=query).json()
    subject = f"schedule {deployment['name']}"
    if runs:
        return Finding(subject, OK, f"next at {runs[0]['expected_start_time'][:16].replace('T', ' ')} UTC")
    return Finding(
        subject,
        FAIL,
        "no run is scheduled",
        "the server's scheduler is dead: check its log and its version of SQLAlchemy",
    )


def _site_rules(schedules: "Schedules") -> Iterator[Finding]:
    """Whether the corrections by site can be used, if there are any."""
    from tasks.site_rules.file import SiteRulesError, load_site_rules

    if schedules.sites is None:
        return
    try:
        rules = load_site_rules(schedules.sites)
        yield Finding("corrections", OK, f"{schedules.sites}: {rules.rule_count} rules, all valid")
    except SiteRulesError as error:
        yield Finding("corrections", FAIL, str(error), "fix that line")


def _sources(schedules: "Schedules") -> Iterator[Finding]:
    """Whether the scheduled sources exist and the feeds respond."""
    from tasks.ingest.fetch.fetching import is_web
    from tasks.ingest.sources import check_all_sources
    from tasks.storage.addresses import shown

    for name, schedule in (("hourly", schedules.hourly), ("nightly", schedules.nightly)):
        if schedule is None:
            continue
        try:
            check_all_sources(schedule.sources)
        except ValueError as error:
            advice = "fix the schedules file, or the source"
            yield Finding(f"sources {name}", FAIL, str(error).split("\n")[0], advice)
            continue
        yield Finding(f"sources {name}", OK, ", ".join(map(shown, schedule.sources)))
        web = [source for source in schedule.sources if is_web(source)]
        if web:
            yield from _feeds(web)


def _feeds(sources: list[str]) -> Iterator[Finding]:
    from tasks.ingest.fetch.client import Client, ClientSettings
    from tasks.ingest.fetch.fetching import publishers_of, user_agent
    from tasks.ingest.fetch.guard import Backend

    publishers = publishers_of(sources)
    settings = ClientSettings(user_agent(publishers.contact), _FEED_BYTES, retries=0, request_seconds=_SECONDS)
    client = Client(settings, Backend(publishers.private_hosts))
    for publisher in publishers.publisher:
        for url in (*publisher.feeds, *publisher.sitemaps):
            yield _feed(url, client)
    client.close()


def _feed(url: str, client: "Client") -> Finding:
    from tasks.ingest.bounded_streams import FlawError
    from tasks.storage.addresses import scrubbed, shown

    name = shown(url)
    advice = "fix the address, or remove it from the list"
    try:
        status = client.get(url).status
    except FlawError as error:
        return Finding(f"feed {name}", FAIL, scrubbed(str(error)), advice)
    if status in (200, 304):
        return Finding(f"feed {name}", OK, f"HTTP {status}")
    return Finding(f"feed {name}", FAIL, f"HTTP {status}", advice)


def show(findings: Iterator[Finding]) -> int:
    """Print the findings as they come. Returns how many checks failed."""
    marks = {OK: "ok  ", WARN: "note", FAIL: "FAIL"}
    failed = 0
    for finding in findings:
        failed += finding.state == FAIL
        print(f"{marks[finding.state]}  {finding.subject}: {finding.message}", flush=True)
        if finding.advice:
            print(f"      {finding.advice}", flush=True)
    return failed
