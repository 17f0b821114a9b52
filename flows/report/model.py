"""What a run did, in numbers that add up: kept as JSON beside the dataset, shown in the UI and on the terminal."""

import logging
import secrets
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq

from expectations.gate import Verdict
from flows.parameters import NewsParameters, ReplayParameters
from flows.report.html import render_index, render_run
from tasks.load.output import Output
from tasks.quality.history import read_metrics, write_run
from tasks.quality.metrics import Metric
from tasks.steps import StepResult
from tasks.storage.atomic import write_json, write_text

logger = logging.getLogger(__name__)

TREND_RUNS = 30  # as many runs back as the plots of the report show
INDEX_RUNS = 500  # runs that the index lists
EXAMPLES = 5  # quarantined pages shown for each reason


@dataclass
class RunReport:
    """The account of one run."""

    run_id: str
    rules_version: str
    parameters: dict[str, Any]
    started_at: datetime
    state: str = "Running"
    message: str | None = None
    finished_at: datetime | None = None
    counts: dict[str, int] = field(default_factory=dict)
    steps: list[dict[str, Any]] = field(default_factory=list)
    gates: list[dict[str, Any]] = field(default_factory=list)
    quarantine: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    quarantine_counts: dict[str, int] = field(default_factory=dict)
    drift: list[dict[str, Any]] = field(default_factory=list)  # metrics that lie outside the usual
    losses: list[dict[str, Any]] = field(default_factory=list)  # languages and sites that lose more pages than is usual
    snapshot: str | None = None
    example: str | None = None  # a page that became an article, to show what `explain` tells

    @classmethod
    def begin(cls, parameters: NewsParameters | ReplayParameters, rules_version: str) -> "RunReport":
        """A report for a run that starts now; its id sorts by time and is unique among runs of one second."""
        now = datetime.now(UTC)
        run_id = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        return cls(
            run_id,
            rules_version,
            parameters.model_dump(),
            now,
            counts={"received": 0, "articles": 0, "duplicates": 0, "quarantined": 0},
        )

    def step(self, result: StepResult) -> None:
        """Take down what a step did."""
        if result.step == "ingest":
            self.counts |= {"listed": result.notes.get("listed", 0), "known": result.notes.get("known", 0),
                            "received": result.received}  # fmt: skip
        logger.info("%s: %d pages in %d batches", result.step, result.received, len(result.receipts))
        self.steps.append(
            {
                "step": result.step, "batches": len(result.receipts), "reused": sum(receipt.is_reused for receipt in result.receipts),
                "pages": result.received, "bytes": sum(receipt.byte_count for receipt in result.receipts),
                "seconds": round(sum(receipt.seconds for receipt in result.receipts), 3),
                "cpu_seconds": round(sum(receipt.cpu_seconds for receipt in result.receipts), 3), "notes": result.notes,
            }
        )  # fmt: skip

    def gate(self, verdict: Verdict, path: Path | None) -> None:
        """Take down what a gate found."""
        self.gates.append(
            {
                "step": verdict.step,
                "received": verdict.received,
                "quarantined": len(verdict.reasons),
                "stops": verdict.stops,
                "rules": verdict.as_rows(),
            }
        )
        if path is None:
            return
        rows = pq.ParquetFile(path).read(columns=["source_uri", "reason", "detail"]).to_pylist()
        for row in rows:
            self.quarantine.setdefault(row["reason"], [])
            if len(self.quarantine[row["reason"]]) < EXAMPLES:
                self.quarantine[row["reason"]].append({"source_uri": row["source_uri"], "detail": row["detail"]})
        self.quarantine_counts = dict(Counter(self.quarantine_counts) + Counter(row["reason"] for row in rows))

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """The warning rules that were broken, over all gates."""
        return [
            rule
            for gate in self.gates
            for rule in gate["rules"]
            if rule["state"] == "fail" and rule["severity"] == "warning"
        ]

    def finish(self, state: str, output: Output, metrics: list[Metric], message: str | None = None) -> None:
        """Close the report and write it to `runs/`, and the run into the history; nothing is raised by a failed run if the
        output has become unwritable.
        """
        self.state, self.message, self.finished_at = state, message, datetime.now(UTC)
        try:
            write_json(self.__dict__, output.runs / f"{self.run_id}.json")
            outcomes = [
                {name: rule[name] for name in ("code", "severity", "state", "checked", "failed", "observed")}
                | {"step": gate["step"]}
                for gate in self.gates
                for rule in gate["rules"]
            ]
            write_run(output.quality, self.__dict__, metrics, outcomes)
            self._write_pages(output, metrics)
        except OSError:
            if state != "Failed":
                raise

    def _write_pages(self, output: Output, metrics: list[Metric]) -> None:
        """The report as a page of its own, and the index over the last runs."""
        history = read_metrics(output.quality, TREND_RUNS)
        if not any(row["run_id"] == self.run_id for row in history):  # a stopped run is no history for others
            own = {"run_id": self.run_id, "started_at": self.started_at}
            history += [own | metric for metric in metrics]
        report = orjson.loads(orjson.dumps(self.__dict__))
        write_text(render_run(report, history), output.reports / f"{self.run_id}.html")
        write_text(render_index(read_reports(output, INDEX_RUNS)), output.reports / "index.html")

    def sentence(self) -> str:
        """The account in one line."""
        counts = self.counts
        text = (f"{counts['received']} pages in = {counts['articles']} articles + {counts['duplicates']} duplicates + "
                f"{counts['quarantined']} quarantined")  # fmt: skip
        return text + (f"; {counts['known']} known from earlier runs were skipped" if counts.get("known") else "")

    def markdown(self) -> str:
        """The account for the Prefect UI."""
        lines = [f"# {self.state}", "", self.sentence(), ""]
        if self.message:
            lines += [f"> {self.message}", ""]
        lines += ["| step | pages | batches | already done | seconds of CPU |", "|---|--:|--:|--:|--:|"]
        lines += [
            f"| {step['step']} | {step['pages']} | {step['batches']} | {step['reused']} | {step['cpu_seconds']:.2f} |"
            for step in self.steps
        ]
        if self.quarantine_counts:
            lines += ["", "## Quarantine", "", "| reason | pages | for example |", "|---|--:|---|"]
            for reason, count in sorted(self.quarantine_counts.items(), key=lambda item: -item[1]):
                example = self.quarantine[reason][0]
                lines.append(f"| `{reason}` | {count} | `{example['source_uri']}`: {example['detail'] or ''} |")
        if self.warnings:
            lines += ["", "## Warnings", ""]
            lines += [
                f"- `{rule['code']}`: {rule['sentence']} {rule['failed']} of {rule['checked']} failed, e.g. {rule['observed']}"
                for rule in self.warnings
            ]
        if self.losses:
            lines += ["", "## Pages of one kind lost", "", *(f"- {row['sentence']}" for row in self.losses)]
        lines += ["", f"Run `{self.run_id}`, rules `{self.rules_version}`, output `{self.parameters['output']}`."]
        return "\n".join(lines)


def read_reports(output: Output, last: int) -> list[dict[str, Any]]:
    """The newest reports of an output, the newest first; files that are no report are passed over."""
    reports = []
    for path in sorted(output.runs.glob("*.json"), reverse=True):
        try:
            reports.append(orjson.loads(path.read_bytes()))
        except (OSError, orjson.JSONDecodeError):
            continue
        if len(reports) >= last:
            break
    return reports
