"""The line: pages in, gated articles out. Ingest, clean, extract, load, and a gate after each."""

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pyarrow as pa
from prefect import flow
from prefect.artifacts import create_link_artifact, create_markdown_artifact
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from expectations.data_docs import build as build_data_docs
from expectations.gate import Verdict
from expectations.thresholds import DEFAULT_FILE, load_thresholds
from flows.gates import PageIndex, checks_loading_meanwhile, gate, gate_dataset, gate_load
from flows.operate.progress import TimeIsOverError, at_most, progress_in_ui
from flows.parameters import NewsParameters, ReplayParameters
from flows.quarantine import forgotten_pages, select
from flows.report.alerts import alert
from flows.report.losses import losses
from flows.report.model import RunReport
from flows.report.prometheus import write_metrics
from flows.settings import Settings
from tasks.clean.task import clean, learn_sites
from tasks.extract.task import extract
from tasks.ingest.fetch.fetching import STATE_FILE, Fetching
from tasks.ingest.stored_pages import stored
from tasks.ingest.task import ingest, recall_pages
from tasks.ingest.worker import Limits
from tasks.load.output import Output, OutputBusyError
from tasks.load.tables.staging import candidates, quarantined_rows
from tasks.load.task import load, publish
from tasks.parallel.engines import CLUSTERS
from tasks.parallel.executor import INLINE, executor
from tasks.quality.drift import compare
from tasks.quality.history import read_metrics
from tasks.quality.metrics import COLUMNS, Metric, of_run
from tasks.steps import StepResult, left_out, rules_version

logger = logging.getLogger(__name__)

DATA_DOCS = "data_docs"  # folder in `report/`


class GateStop(Exception):  # noqa: N818 - an outcome, not an error
    """A gate stopped the run before anything was published; `verdicts` is the file of what it set aside, if it wrote one."""

    def __init__(self, message: str, verdicts: Path | None = None) -> None:
        super().__init__(message)
        self.verdicts = verdicts


def _name_of_run() -> str:
    parameters = flow_run.parameters.get("parameters") or {}
    sources = parameters["sources"] if isinstance(parameters, dict) else parameters.sources
    source = Path(sources[0].rstrip("/*")).name or "news"
    more = f"+{len(sources) - 1}" if len(sources) > 1 else ""
    return f"news-{datetime.now(UTC):%Y-%m-%d}-{source}{more}"


@flow(name="news", flow_run_name=_name_of_run, validate_parameters=True, persist_result=False)
def news(parameters: NewsParameters) -> Any:
    """Turn scraped pages into a dataset of articles.

    Args:
        parameters: What to read and where to publish it.
    """
    return run_on(parameters, _run)


@flow(name="replay", validate_parameters=True, persist_result=False)
def replay(parameters: ReplayParameters) -> Any:
    """Run pages that were received before again under today's rules, and publish what is made of them now.

    Args:
        parameters: Which pages, and where.
    """
    return run_on(parameters, _replay)


def _replay(parameters: ReplayParameters, output: Output, report: RunReport, metrics: list[Metric]) -> None:
    wanted = _wanted(parameters, output)
    if not wanted:
        logger.info("nothing to replay: no page in quarantine answers to this, or none was kept")
        return
    settings = Settings.from_environment()
    recalled = recall_pages(
        wanted,
        str(output.root),
        str(output.work / "pages"),
        without=forgotten_pages(output),
        batch_pages=settings.batch_pages,
    )
    report.step(recalled)
    if recalled.receipts:
        line(parameters, recalled, output, report, metrics)


def _wanted(parameters: ReplayParameters, output: Output) -> Mapping[str, list[str] | None]:
    """The files of stored pages that are run again, and of each the pages; None for all."""
    if parameters.everything:
        return dict.fromkeys(stored(output.root))
    by_file: dict[str, list[str]] = defaultdict(list)
    for row in select(output, reason=parameters.reason, run_id=parameters.run):
        if row["raw_file"]:
            by_file[row["raw_file"]].append(row["doc_id"])
    return by_file


Parameters = TypeVar("Parameters", NewsParameters, ReplayParameters)
_LONGEST_WAIT_SECONDS = 86_400.0  # for another run to end


def run_on(parameters: Parameters, work: Callable[[Parameters, Output, RunReport, list[Metric]], None]) -> Any:
    """Do some work on an output under its lock, with a report whatever happens; returns the state of the flow run."""
    is_cluster = Settings.from_environment().executor in CLUSTERS
    output = Output(Path(parameters.output).absolute() if is_cluster else parameters.output)
    output.refuse_strangers()
    output.prepare()
    if_busy = parameters.if_busy if isinstance(parameters, NewsParameters) else "fail"
    try:
        with output.lock(_LONGEST_WAIT_SECONDS if if_busy == "wait" else 0.0):
            return _locked(parameters, output, work)
    except OutputBusyError as error:
        if if_busy != "skip":
            raise
        return Completed(name="Skipped", message=str(error))


def _locked(
    parameters: Parameters, output: Output, work: Callable[[Parameters, Output, RunReport, list[Metric]], None]
) -> Any:
    logging.getLogger("httpx").setLevel(logging.WARNING)  # a line for each request to the server hides the run's own
    output.sweep()
    report = RunReport.begin(parameters, rules_version())
    metrics: list[Metric] = []
    settings = Settings.from_environment()
    if settings.executor != INLINE:
        # for programs that have loaded Arrow before `quiet_environment` could choose for its kernels too
        pa.set_memory_pool(pa.system_memory_pool())
    minutes = parameters.timeout_minutes if isinstance(parameters, NewsParameters) else None
    try:
        with at_most(minutes), progress_in_ui(), executor(settings.executor, settings.workers, settings.address):
            work(parameters, output, report, metrics)
    except GateStop as stop:
        report.finish("StoppedByGate", output, metrics, message=str(stop))
        _tell(report)
        return Failed(name="StoppedByGate", message=str(stop))
    except TimeIsOverError as error:
        report.finish("Failed", output, metrics, message=str(error))
        _tell(report)
        return Failed(name="TimedOut", message=f"{error}; nothing of it was published")
    except BaseException as error:
        is_ended = not isinstance(error, Exception)  # cancelled, interrupted or told to go
        report.finish(
            "Cancelled" if is_ended else "Failed", output, metrics, message=f"{type(error).__name__}: {error}"
        )
        write_metrics(report)
        if not is_ended:
            alert(report.__dict__)
        raise
    name = "CompletedWithWarnings" if report.warnings else "Completed"
    report.finish(name, output, metrics)
    _tell(report)
    return Completed(name=name, message=report.sentence())


def _run(parameters: NewsParameters, output: Output, report: RunReport, metrics: list[Metric]) -> None:
    settings = Settings.from_environment()
    ledger = [str(path) for path in output.files("ledger").values()]
    with checks_loading_meanwhile() if settings.executor != INLINE else nullcontext():
        ingested = ingest(
            parameters.sources, str(output.work / "pages"), ledger, columns=parameters.columns,
            limits=Limits(parameters.max_page_megabytes << 20, settings.batch_pages, settings.batch_bytes),
            fetching=Fetching(tuple(str(path) for path in output.files("fetches").values()),
                              str(output.root / "warc") if parameters.keep_warc else None, parameters.fetch_minutes * 60.0),
        )  # fmt: skip
    report.step(ingested)
    if not ingested.receipts:
        logger.info("nothing new: all %d pages are known from earlier runs", ingested.notes["known"])
        output.clear_work()
        return
    line(parameters, ingested, output, report, metrics)


def line(
    parameters: NewsParameters | ReplayParameters,
    ingested: StepResult,
    output: Output,
    report: RunReport,
    metrics: list[Metric],
) -> None:
    """The diagram, in code, from the gate after ingest on. The run's metrics are added to `metrics` when they are known."""
    thresholds = load_thresholds(Path(parameters.thresholds) if parameters.thresholds else DEFAULT_FILE)
    work = output.work
    index = PageIndex(ingested)
    docs = output.reports / DATA_DOCS if parameters.data_docs else None
    is_replay = isinstance(parameters, ReplayParameters)
    # a replayed page lies in the output's store already
    keep_pages = isinstance(parameters, NewsParameters) and parameters.keep_pages

    def checked(step: str, result: StepResult) -> Path:
        state = gate(
            step,
            result,
            index,
            work / "gates",
            thresholds,
            report.run_id,
            report.rules_version,
            docs,
            return_state=True,
        )
        path: Path = _passed(state, report)
        return path

    after_ingest = checked("ingest", ingested)
    sites = output.files("sites")
    cleaned = clean(ingested, after_ingest, str(work / "clean"), sites, output.state())
    report.step(cleaned)
    try:
        after_clean = checked("clean", cleaned)
    except GateStop as stop:
        if stop.verdicts:  # whose pages they are may be what is wrong
            report.losses = losses(cleaned, [stop.verdicts], output, thresholds.dataset)
        raise
    extracted = extract(cleaned, after_clean, str(work / "extract"), guess_dates=parameters.guess_dates)
    report.step(extracted)
    after_extract = checked("extract", extracted)

    staged = load(ingested, extracted, [after_ingest, after_clean, after_extract], parameters.output, report.run_id, report.rules_version,
                  keep_pages=is_replay or keep_pages, is_replay=is_replay,
                  one_per_story=isinstance(parameters, NewsParameters) and parameters.one_per_story)  # fmt: skip
    report.counts |= staged.counts
    if staged.example:
        report.example = index.rows({staged.example})[staged.example]["source_uri"]
    _passed(gate_load(staged, thresholds, docs, return_state=True), report)
    if not is_replay:  # pages of many days at once are no day to compare with others
        tables = candidates(extracted.paths, left_out(after_extract), list(COLUMNS))
        passed = (row for table in tables for row in table.to_pylist())
        quarantined = quarantined_rows([after_ingest, after_clean, after_extract]).to_pylist()
        metrics += of_run(passed, quarantined, staged.counts)
        history = read_metrics(output.quality, thresholds.dataset.history_runs)
        compared = compare(metrics, history, thresholds.dataset)
        report.drift = [row for row in compared if row["state"] == "outside"]
        report.losses = losses(cleaned, [after_clean, after_extract], output, thresholds.dataset)
        _passed(gate_dataset(compared + report.losses, thresholds, docs, return_state=True), report)
    if (work / STATE_FILE).exists():
        staged.changes.added["fetches"] = {STATE_FILE: work / STATE_FILE}
        staged.changes.removed["fetches"] = set(output.files("fetches")) - {
            STATE_FILE
        }  # one that forgetting wrote anew
    staged.changes.added["sites"] = learn_sites(cleaned, sites, str(work / f"sites-{report.run_id}"))
    report.snapshot = publish(staged, ingested, cleaned, parameters.output, keep_pages=keep_pages)


def _passed(state: Any, report: RunReport) -> Any:
    """The verdict file of a gate that let the run go on.

    Raises:
        GateStop: it did not.
    """
    data = state.result(raise_on_failure=state.name != "StoppedByGate")
    if not (isinstance(data, tuple) and isinstance(data[0], Verdict)):
        raise TypeError(f"the gate ended as {state.name} without a verdict: {state.message}")
    verdict, path = data
    report.gate(verdict, path)
    logger.info("gate after %s: %s", verdict.step, state.message)
    if verdict.stops:
        raise GateStop("; ".join(verdict.stops), path)
    return path


def _tell(report: RunReport) -> None:
    """Show the report in the UI; build Data Docs, write metrics and send an alert where these are asked for."""
    write_metrics(report)
    if report.parameters.get("data_docs"):
        build_data_docs(Output(report.parameters["output"]).reports / DATA_DOCS)
    page = (Output(report.parameters["output"]).reports / f"{report.run_id}.html").resolve()
    markdown = f"{report.markdown()}\n\n[The whole report]({page.as_uri()})"
    create_markdown_artifact(key="run-report", markdown=markdown, description=report.sentence())
    create_link_artifact(
        key="run-report-page", link=page.as_uri(), link_text="The whole report", description=report.sentence()
    )
    alert(report.__dict__)
