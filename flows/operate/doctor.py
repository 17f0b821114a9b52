"""`copydesk doctor`: what could be wrong with an installation, each with what to do about it."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
from packaging.requirements import Requirement

if TYPE_CHECKING:
    from tasks.ingest.fetch.client import Client

OK, WARN, FAIL = "ok", "warn", "fail"
_FREE_BYTES = 2 << 30  # a day's run and its snapshot
_SECONDS = 10.0


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    state: str  # ok | warn | fail
    told: str
    advice: str = ""


def examine(output: str, schedules_file: str) -> Iterator[Finding]:
    """Everything that can be looked at from here, one after the other."""
    yield _python()
    yield from _packages()
    yield from _output(Path(output))
    yield from _thresholds()
    schedules, finding = _schedules(schedules_file)
    if finding is not None:
        yield finding
    api = os.environ.get("PREFECT_API_URL", "").rstrip("/")
    if not api:
        yield Finding("server", WARN, "PREFECT_API_URL is not set: each run brings a server of its own",
                      "for schedules and their UI: `make ui`, then export PREFECT_API_URL=http://127.0.0.1:4200/api")  # fmt: skip
    else:
        yield from _server(api, schedules)
    if schedules is not None:
        yield from _lists(schedules)


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    if (3, 11) <= sys.version_info[:2] < (3, 14):
        return Finding("python", OK, found)
    return Finding("python", FAIL, found, "use Python 3.11, 3.12 or 3.13")


def _packages() -> Iterator[Finding]:
    """Whether what is installed is what was tried: some wrong versions fail without a word (see pyproject.toml)."""
    wrong = []
    for line in requires("copydesk") or []:
        needed = Requirement(line)
        if needed.marker is not None and not needed.marker.evaluate({"extra": ""}):
            continue
        try:
            found = version(needed.name)
        except PackageNotFoundError:
            wrong.append(f"{needed.name} is missing")
            continue
        if not needed.specifier.contains(found, prereleases=True):
            wrong.append(f"{needed.name} is {found}, {needed.specifier} is needed")
    if wrong:
        yield Finding(
            "packages", FAIL, "; ".join(wrong), "pip install --upgrade copydesk, in an environment of its own"
        )
    else:
        yield Finding(
            "packages",
            OK,
            f"copydesk {version('copydesk')}, prefect {version('prefect')}, great-expectations {version('great-expectations')}",
        )


def _output(root: Path) -> Iterator[Finding]:
    from tasks.load.output import Output, OutputBusyError, OutputError

    existing = next(path for path in (root, *root.absolute().parents) if path.exists())
    free = shutil.disk_usage(existing).free
    if free < _FREE_BYTES:
        yield Finding("disk", FAIL, f"{free / 1e9:.1f} GB free at {existing}", "make room, or choose another output")
    else:
        yield Finding("disk", OK, f"{free / 1e9:,.0f} GB free at {existing}")
    if not os.access(existing, os.W_OK):
        yield Finding(
            "output",
            FAIL,
            f"{existing}: cannot be written to",
            "change its owner or permissions, or choose another output",
        )
        return
    output = Output(root)
    if not output.exists():
        yield Finding("output", OK, f"{root}: no run has published here yet")
        return
    try:
        output.check_no_foreign_files()
        with output.lock():
            yield Finding(
                "output", OK, f"{root}: state {output.state()}, {len(output.files('articles'))} files of articles"
            )
    except OutputBusyError as error:
        yield Finding("output", WARN, str(error), "nothing, if that run is alive")
    except OutputError as error:
        yield Finding("output", FAIL, str(error), "do as it says")


def _thresholds() -> Iterator[Finding]:
    from expectations.thresholds import DEFAULT_FILE, ThresholdError, limits

    try:
        limits(DEFAULT_FILE)
        yield Finding("thresholds", OK, "usable")
    except ThresholdError as error:
        yield Finding("thresholds", FAIL, str(error), "mend the line it names")


def _schedules(path: str) -> tuple[Any, Finding | None]:
    from flows.operate.deployments import deployments_of
    from flows.operate.schedules import ScheduleError, read_schedules

    if not Path(path).exists():
        return None, Finding(
            "schedules", WARN, f"{path} is not there", "nothing, if you start runs by hand; else see README, Operating"
        )
    try:
        schedules = read_schedules(path)
        names = [made.name for made in deployments_of(schedules)]
    except (ScheduleError, ValueError) as error:
        return None, Finding("schedules", FAIL, str(error).split("\n")[0], "mend the file")
    return schedules, Finding("schedules", OK, ", ".join(names))


def _server(api: str, schedules: Any) -> Iterator[Finding]:
    try:
        with httpx.Client(base_url=api, timeout=_SECONDS) as client:
            told = client.get("/admin/version")
            told.raise_for_status()
            number = told.json()
            own = version("prefect")
            if number.split(".")[:2] == own.split(".")[:2]:
                yield Finding("server", OK, f"{api}, Prefect {number}")
            else:
                yield Finding(
                    "server", WARN, f"the server has Prefect {number}, this machine {own}", "use one version on both"
                )
            if schedules is not None:
                yield from _deployments(client)
    except (httpx.HTTPError, ValueError) as error:
        yield Finding(
            "server", FAIL, f"{api} does not answer: {error}", "start it (`make ui`), or mend PREFECT_API_URL"
        )


def _deployments(client: httpx.Client) -> Iterator[Finding]:
    """Whether what is scheduled is known to the server, will be run by someone, and fires."""
    found = client.post("/deployments/filter", json={"deployments": {"tags": {"all_": ["copydesk"]}}}).json()
    if not found:
        yield Finding(
            "deployments", WARN, "the server knows none", "`copydesk serve`, or `copydesk deploy --pool NAME`"
        )
        return
    idle = [one["name"] for one in found if one.get("status") == "NOT_READY"]
    if idle:
        yield Finding(
            "workers",
            FAIL,
            f"nobody asks for runs of {', '.join(idle)}",
            "start `copydesk serve`, or a worker: prefect worker start --pool NAME",
        )
    else:
        yield Finding("workers", OK, "somebody asks for runs of all deployments")
    scheduled = [one for one in found if any(schedule["active"] for schedule in one["schedules"])]
    for one in scheduled:
        body = {
            "deployments": {"id": {"any_": [one["id"]]}},
            "flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}},
            "limit": 1,
            "sort": "EXPECTED_START_TIME_ASC",
        }
        runs = client.post("/flow_runs/filter", json=body).json()
        if runs:
            yield Finding(
                f"schedule {one['name']}", OK, f"next at {runs[0]['expected_start_time'][:16].replace('T', ' ')} UTC"
            )
        else:
            yield Finding(f"schedule {one['name']}", FAIL, "no run of it is planned",
                          "if it stays so for minutes, the server's scheduler is dead: look at its log, and at the pin of SQLAlchemy")  # fmt: skip


def _lists(schedules: Any) -> Iterator[Finding]:
    """Whether the sources are there and the feeds answer."""
    from flows.cli.commands import check_web_and_files
    from tasks.ingest.fetch.client import Client, ClientSettings
    from tasks.ingest.fetch.fetching import is_web, publishers_of, user_agent
    from tasks.ingest.fetch.guard import Backend

    for name, line in (("hourly", schedules.hourly), ("nightly", schedules.nightly)):
        if line is None:
            continue
        try:
            check_web_and_files(line.sources)
            yield Finding(f"sources {name}", OK, ", ".join(line.sources))
        except ValueError as error:
            yield Finding(
                f"sources {name}", FAIL, str(error).split("\n")[0], "mend the file of schedules, or the source"
            )
            continue
        web = [source for source in line.sources if is_web(source)]
        if not web:
            continue
        publishers = publishers_of(web)
        client = Client(
            ClientSettings(user_agent(publishers.contact), 64 << 20, retries=0, request_seconds=_SECONDS),
            Backend(publishers.private_hosts),
        )
        for url in [url for entry in publishers.publisher for url in (*entry.feeds, *entry.sitemaps)]:
            yield _asked(url, client)
        client.close()


def _asked(url: str, client: "Client") -> Finding:
    from tasks.ingest.bounded_streams import FlawError

    try:
        answered = client.get(url).status
    except FlawError as error:
        return Finding(f"feed {url}", FAIL, str(error), "mend the address, or take it out of the list")
    state = OK if answered in (200, 304) else FAIL
    return Finding(
        f"feed {url}",
        state,
        f"answers {answered}",
        "" if state == OK else "mend the address, or take it out of the list",
    )


def show(findings: Iterator[Finding]) -> int:
    """Print the findings as they come. Returns how many fail."""
    marks = {OK: "ok  ", WARN: "note", FAIL: "FAIL"}
    failed = 0
    for finding in findings:
        failed += finding.state == FAIL
        print(f"{marks[finding.state]}  {finding.what}: {finding.told}", flush=True)
        if finding.advice:
            print(f"      {finding.advice}", flush=True)
    return failed
