"""The line: pages in, gated articles out. Ingest, clean, extract, load, and a gate after each."""

import logging
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from prefect import flow
from prefect.artifacts import create_markdown_artifact
from prefect.runtime import flow_run
from prefect.states import Completed, Failed

from expectations.gate import Verdict
from expectations.limits import DEFAULT_FILE, limits
from flows.gating import PageIndex, gate, gate_dataset, gate_load
from flows.parameters import NewsParameters
from flows.report import RunReport
from flows.settings import Settings
from tasks.batch import StepResult, left_out, rules_version
from tasks.clean.step import clean, learn_sites
from tasks.extract.step import extract
from tasks.ingest.step import ingest
from tasks.load.output import Output
from tasks.load.stage import candidates, quarantined_rows
from tasks.load.step import load, publish
from tasks.quality.drift import compare
from tasks.quality.history import read_metrics
from tasks.quality.metrics import COLUMNS, Metric, of_run

logger = logging.getLogger(__name__)


class GateStop(Exception):  # noqa: N818 - an outcome, not an error
    """A gate stopped the run before anything was published."""


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
    output = Output(parameters.output)
    output.refuse_strangers()
    output.prepare()
    with output.lock():
        output.sweep()
        report = RunReport.begin(parameters, rules_version())
        metrics: list[Metric] = []
        try:
            _run(parameters, output, report, metrics)
        except GateStop as stop:
            report.finish("StoppedByGate", output, metrics, message=str(stop))
            _show(report)
            return Failed(name="StoppedByGate", message=str(stop))
        except BaseException as error:
            report.finish("Failed", output, metrics, message=f"{type(error).__name__}: {error}")
            raise
        report.finish("CompletedWithWarnings" if report.warnings else "Completed", output, metrics)
        _show(report)
    name = "CompletedWithWarnings" if report.warnings else "Completed"
    return Completed(name=name, message=report.sentence())


def _run(parameters: NewsParameters, output: Output, report: RunReport, metrics: list[Metric]) -> None:
    """The diagram, in code. The run's metrics are added to `metrics` as soon as they are known."""
    settings = Settings.from_environment()
    numbers = limits(Path(parameters.thresholds) if parameters.thresholds else DEFAULT_FILE)
    work = output.work
    ledger = [str(path) for path in output.files("ledger").values()]

    ingested = ingest(
        parameters.sources, str(work / "pages"), ledger, batch_pages=settings.batch_pages, batch_bytes=settings.batch_bytes,
        max_page_bytes=parameters.max_page_megabytes << 20, workers=settings.workers,
    )  # fmt: skip
    report.step(ingested)
    if not ingested.receipts:
        logger.info("nothing new: all %d pages are known from earlier runs", ingested.notes["known"])
        return
    index = PageIndex(ingested)

    def checked(step: str, result: StepResult) -> Path:
        state = gate(
            step, result, index, work / "gates", numbers, report.run_id, report.rules_version, return_state=True
        )
        path: Path = _passed(state, report)
        return path

    after_ingest = checked("ingest", ingested)
    sites = output.files("sites")
    cleaned = clean(ingested, after_ingest, str(work / "clean"), sites, output.state(), workers=settings.workers)
    report.step(cleaned)
    after_clean = checked("clean", cleaned)
    extracted = extract(
        cleaned, after_clean, str(work / "extract"), guess_dates=parameters.guess_dates, workers=settings.workers
    )
    report.step(extracted)
    after_extract = checked("extract", extracted)

    staged = load(ingested, extracted, [after_ingest, after_clean, after_extract], parameters.output, report.run_id, report.rules_version,
                  keep_pages=parameters.keep_pages)  # fmt: skip
    report.counts |= staged.counts
    if staged.articles.num_rows:
        report.example = index.row(staged.articles.column("doc_id")[0].as_py())["source_uri"]
    _passed(gate_load(staged, numbers, return_state=True), report)
    passed = (
        row
        for table in candidates(extracted.paths, left_out(after_extract), list(COLUMNS))
        for row in table.to_pylist()
    )
    metrics += of_run(passed, quarantined_rows([after_ingest, after_clean, after_extract]), staged.counts)
    history = read_metrics(output.quality, numbers["dataset"]["history_runs"])
    compared = compare(metrics, history, numbers["dataset"])
    report.drift = [row for row in compared if row["state"] == "outside"]
    _passed(gate_dataset(compared, numbers, return_state=True), report)
    staged.changes.added["sites"] = learn_sites(cleaned, sites, str(work / f"sites-{report.run_id}"))
    report.snapshot = publish(staged, ingested, cleaned, parameters.output, keep_pages=parameters.keep_pages)


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
        raise GateStop("; ".join(verdict.stops))
    return path


def _show(report: RunReport) -> None:
    create_markdown_artifact(key="run-report", markdown=report.markdown(), description=report.sentence())
