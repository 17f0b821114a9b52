"""Metrics of the last run for Prometheus, as a text file that the node exporter's textfile collector picks up.

`COPYDESK_METRICS_FILE` names the file; without it nothing is written. (Format: Prometheus text exposition 0.0.4.)
"""

import logging
import os
from pathlib import Path

from flows.report.model import RunReport
from tasks.storage.atomic import write_text

logger = logging.getLogger(__name__)


def write_metrics(report: RunReport) -> None:
    """Write the file of the report's output; an unwritable one is logged and ends nothing."""
    name = os.environ.get("COPYDESK_METRICS_FILE")
    if not name:
        return
    try:
        write_text(metrics_text(report), Path(name))
    except OSError as error:
        logger.warning("%s: the metrics cannot be written (%s)", name, error.strerror or error)


def metrics_text(report: RunReport) -> str:
    """The metrics of a run."""
    output = _label(report.parameters["output"])
    lines = []

    def family(name: str, kind: str, text: str, values: list[tuple[str, float]]) -> None:
        lines.append(f"# HELP copydesk_{name} {text}")
        lines.append(f"# TYPE copydesk_{name} {kind}")
        lines.extend(f"copydesk_{name}{{output={output}{labels}}} {value:g}" for labels, value in values)

    counts = report.counts
    family("pages", "gauge", "Pages of the last run by what became of them.", [
        (f",outcome={_label(name)}", counts.get(name, 0)) for name in ("received", "articles", "duplicates", "quarantined", "known")
    ])  # fmt: skip
    family("quarantined_pages", "gauge", "Pages of the last run that were set aside, by rule.", [
        (f",reason={_label(reason)}", count) for reason, count in sorted(report.quarantine_counts.items())
    ])  # fmt: skip
    family("step_cpu_seconds", "gauge", "CPU seconds of the last run by step.", [
        (f",step={_label(step['step'])}", step["cpu_seconds"]) for step in report.steps
    ])  # fmt: skip
    family("warnings", "gauge", "Warning rules that the last run broke.", [("", len(report.warnings))])
    state = {"Completed": 0, "CompletedWithWarnings": 1, "StoppedByGate": 2}.get(report.state, 3)
    family(
        "state",
        "gauge",
        "How the last run ended: 0 completed, 1 with warnings, 2 stopped by a gate, 3 failed.",
        [("", state)],
    )
    if report.finished_at is not None:
        seconds = (report.finished_at - report.started_at).total_seconds()
        family("run_seconds", "gauge", "How long the last run took.", [("", seconds)])
        family(
            "finished_timestamp_seconds", "gauge", "When the last run ended.", [("", report.finished_at.timestamp())]
        )
    return "\n".join(lines) + "\n"


def _label(value: str) -> str:
    plain = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{plain}"'
