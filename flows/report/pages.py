"""The HTML files of an output's reports: that of a run, the one before it, and the list of all."""

from collections.abc import Sequence
from dataclasses import dataclass

from flows.report.html import render_index, render_run
from flows.report.model import INDEX_RUNS, TREND_RUNS, RunReport, read_reports
from flows.report.sections import Neighbours
from tasks.load.output import Output
from tasks.quality.history import read_overall, read_run
from tasks.quality.metrics import Metric, PastMetric
from tasks.storage.atomic import write_text


def write_pages(report: RunReport, output: Output, metrics: Sequence[Metric]) -> None:
    """Write the report of a run, and the list of the last runs.

    The report of the run before is written again, because it now has a next one to link to.
    """
    reports = read_reports(output, INDEX_RUNS)  # the newest first
    overall = read_overall(output.quality, TREND_RUNS + 1)
    own = [PastMetric(**metric, run_id=report.run_id) for metric in metrics]
    previous = _before(report, reports, output)
    _write(_Page(report, Neighbours(previous), own), overall, output)
    for other in reports:
        if other.run_id != previous:
            continue
        neighbours = Neighbours(_before(other, reports, output), report.run_id)
        _write(_Page(other, neighbours, read_run(output.quality, previous)), overall, output)
    write_text(render_index(reports), output.reports / "index.html")


@dataclass(frozen=True)
class _Page:
    """A report with the reports beside it, and all metrics of its run."""

    report: RunReport
    neighbours: Neighbours
    metrics: list[PastMetric]


def _write(page: _Page, overall: Sequence[PastMetric], output: Output) -> None:
    """Write a page; of other runs, it shows the metrics over all sites of those that were published before."""
    run_id = page.report.run_id
    runs = sorted({row["run_id"] for row in overall if row["run_id"] < run_id})[1 - TREND_RUNS :]
    history = [row for row in overall if row["run_id"] in runs]
    write_text(render_run(page.report, history + page.metrics, page.neighbours), output.reports / f"{run_id}.html")


def _before(report: RunReport, newest_first: Sequence[RunReport], output: Output) -> str:
    """The id of the last run before this one that has a page; empty if there is none."""
    for other in newest_first:  # ids sort by time
        if other.run_id < report.run_id and (output.reports / f"{other.run_id}.html").is_file():
            return other.run_id
    return ""
