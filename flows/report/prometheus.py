"""Metrics of the last run for Prometheus, as a text file for the node exporter's textfile collector.

`COPYDESK_METRICS_FILE` names the file; without it nothing is written. (Format: Prometheus text exposition 0.0.4.)
"""

import logging
import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from flows.report.model import RunReport
from tasks.storage.atomic import write_text

logger = logging.getLogger(__name__)

_STATES = {"Completed": 0, "CompletedWithWarnings": 1, "StoppedByGate": 2}
_FAILED = 3


def write_metrics(report: RunReport) -> None:
    """Write the metrics file. One that cannot be written is logged and does not end the run."""
    name = os.environ.get("COPYDESK_METRICS_FILE")
    if not name:
        return
    try:
        write_text(metrics_text(report), Path(name))
    except OSError as error:
        logger.warning("%s: the metrics cannot be written (%s)", name, error.strerror or error)


def metrics_text(report: RunReport) -> str:
    """The metrics of a run."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: RunReport) -> Iterator[str]:
    output = report.parameters["output"]

    def gauge(name: str, help_text: str, value: float) -> Iterator[str]:
        yield from gauges(name, help_text, "", {"": value})

    def gauges(name: str, help_text: str, label: str, values: Mapping[str, float]) -> Iterator[str]:
        yield f"# HELP copydesk_{name} {help_text}"
        yield f"# TYPE copydesk_{name} gauge"
        for key, value in values.items():
            labels = f"output={_quoted(output)}" + (f",{label}={_quoted(key)}" if label else "")
            yield f"copydesk_{name}{{{labels}}} {value:g}"

    account = report.account
    pages = {
        "received": account.received,
        "articles": account.articles,
        "duplicates": account.duplicates,
        "quarantined": account.quarantined,
        "forgotten": account.forgotten,
        "known": account.known,
    }
    yield from gauges("pages", "Pages of the last run by outcome.", "outcome", pages)
    replaced = "Articles of the last run that replace an earlier text at their address."
    yield from gauge("replaced_articles", replaced, account.replaced)
    reasons = dict(sorted(report.quarantine_counts.items()))
    yield from gauges("quarantined_pages", "Quarantined pages of the last run by rule.", "reason", reasons)
    cpu_seconds = {step.step: step.cpu_seconds for step in report.steps}
    yield from gauges("step_cpu_seconds", "CPU seconds of the last run by step.", "step", cpu_seconds)
    yield from gauge("warnings", "Warning rules that the last run broke.", len(report.warnings))
    states = "0 completed, 1 with warnings, 2 stopped by a gate, 3 failed"
    yield from gauge("state", f"How the last run ended: {states}.", _STATES.get(report.state, _FAILED))
    if report.started_at is not None and report.finished_at is not None:
        seconds = (report.finished_at - report.started_at).total_seconds()
        yield from gauge("run_seconds", "Duration of the last run.", seconds)
        ended = report.finished_at.timestamp()
        yield from gauge("finished_timestamp_seconds", "When the last run ended, in Unix time.", ended)


def _quoted(value: object) -> str:
    """A label's value, escaped."""
    text = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{text}"'
