"""The report of a run: collected while it runs, kept as JSON beside the dataset, shown in the UI and the terminal."""

import logging
import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow.parquet as pq

from expectations.gate import Verdict
from flows.parameters import NewsParameters, ReplayParameters
from flows.report.account import Account, account_of
from flows.report.records import (
    GateSummary,
    QuarantinedPage,
    RuleOutcome,
    StepSummary,
    gate_of,
    moment_of,
    problem_of,
    record_of,
)
from flows.report.wording import count
from tasks.load.output import Output
from tasks.quality.drift import ComparedMetric
from tasks.quality.history import write_run
from tasks.quality.losses import UnusualLoss
from tasks.quality.metrics import Metric
from tasks.quality.problems import CLOSED, NEW, STILL_OPEN, Problem
from tasks.steps import StepResult
from tasks.storage.atomic import write_json

if TYPE_CHECKING:
    from tasks.load.worker import Staged

logger = logging.getLogger(__name__)

TREND_RUNS = 30  # runs in the plots of the report
INDEX_RUNS = 500  # runs in the index
EXAMPLES = 5  # quarantined pages kept for each reason


@dataclass
class RunReport:
    """What one run did."""

    run_id: str
    rules_version: str
    parameters: dict[str, Any]
    started_at: datetime | None
    state: str = "Running"
    message: str | None = None
    finished_at: datetime | None = None
    counts: dict[str, int] = field(default_factory=dict)
    steps: list[StepSummary] = field(default_factory=list)
    gates: list[GateSummary] = field(default_factory=list)
    quarantine: dict[str, list[QuarantinedPage]] = field(default_factory=dict)  # examples by reason
    quarantine_counts: dict[str, int] = field(default_factory=dict)
    drift: list[ComparedMetric] = field(default_factory=list)  # metrics outside their usual range
    losses: list[UnusualLoss] = field(default_factory=list)  # languages and sites
    problems: list[Problem] = field(default_factory=list)  # open after the run, or closed by it
    snapshot: str | None = None
    example: str | None = None  # a page that became an article, to try `explain` on

    @classmethod
    def begin(cls, parameters: NewsParameters | ReplayParameters, rules_version: str) -> "RunReport":
        """A report for a run that starts now; its id sorts by time and is unique among runs of one second."""
        now = datetime.now(UTC)
        run_id = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(3)}"
        counts = {"received": 0, "articles": 0, "duplicates": 0, "quarantined": 0}
        return cls(run_id, rules_version, parameters.model_dump(), now, counts=counts)

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> "RunReport":
        """A report from JSON of this or an earlier version: unknown keys are ignored, missing ones get defaults."""
        known = {entry.name: row[entry.name] for entry in fields(cls) if entry.name in row}
        examples = known.get("quarantine") or {}
        typed = {
            "run_id": str(known.get("run_id", "")),
            "rules_version": str(known.get("rules_version", "")),
            "parameters": known.get("parameters") or {},
            "started_at": moment_of(known.get("started_at")),
            "finished_at": moment_of(known.get("finished_at")),
            "counts": known.get("counts") or {},
            "steps": [record_of(StepSummary, step) for step in known.get("steps") or ()],
            "gates": [gate_of(gate) for gate in known.get("gates") or ()],
            "quarantine": {
                reason: [record_of(QuarantinedPage, page) for page in pages] for reason, pages in examples.items()
            },
            "quarantine_counts": known.get("quarantine_counts") or {},
            "drift": [record_of(ComparedMetric, row) for row in known.get("drift") or ()],
            "losses": [record_of(UnusualLoss, row) for row in known.get("losses") or ()],
            "problems": [problem_of(row) for row in known.get("problems") or ()],
        }
        return cls(**(known | typed))

    # ------------------------------------------------------------------ collecting

    def step(self, result: StepResult) -> None:
        """Record what a step did."""
        if result.step == "ingest":
            self.counts["listed"] = result.notes.get("listed", 0)
            self.counts["known"] = result.notes.get("known", 0)
            self.counts["received"] = result.received
        batches = count(len(result.receipts), "batch", "batches")
        logger.info("%s: %s in %s", result.step, count(result.received, "page"), batches)
        summary = StepSummary(
            step=result.step,
            batches=len(result.receipts),
            reused=sum(receipt.is_reused for receipt in result.receipts),
            pages=result.received,
            bytes=sum(receipt.byte_count for receipt in result.receipts),
            seconds=round(sum(receipt.seconds for receipt in result.receipts), 3),
            cpu_seconds=round(sum(receipt.cpu_seconds for receipt in result.receipts), 3),
            notes=result.notes,
        )
        self.steps.append(summary)

    def gate(self, verdict: Verdict, path: Path | None) -> None:
        """Record what a gate found; `path` is the file of the pages that it quarantined."""
        rules = [record_of(RuleOutcome, row) for row in verdict.as_rows()]
        self.gates.append(GateSummary(verdict.step, verdict.received, len(verdict.reasons), verdict.stops, rules))
        if path is None:
            return
        self.quarantine_counts = dict(Counter(self.quarantine_counts) + self._reasons(path))

    def loaded(self, staged: "Staged") -> None:
        """Record what load decided: among it the copies of quarantined pages, which no gate saw."""
        self.counts |= staged.counts
        self.quarantine = {}
        self.quarantine_counts = dict(sum(map(self._reasons, staged.quarantine_files), Counter()))

    def _reasons(self, path: Path) -> "Counter[str]":
        """The reasons in a file of quarantined pages; a few pages of each are kept as examples."""
        rows = pq.ParquetFile(path).read(columns=["source_uri", "reason", "detail", "doc_id"]).to_pylist()
        for row in rows:
            examples = self.quarantine.setdefault(row["reason"], [])
            if len(examples) < EXAMPLES:
                examples.append(record_of(QuarantinedPage, row))
        return Counter(row["reason"] for row in rows)

    def finish(self, state: str, output: Output, metrics: list[Metric], message: str | None = None) -> None:
        """Close the report; write it to `runs/` and `report/`, and the run into the history.

        Raises:
            OSError: the output cannot be written to, unless the run has failed anyway.
        """
        from flows.report.pages import write_pages  # it imports this module

        self.state, self.message, self.finished_at = state, message, datetime.now(UTC)
        try:
            write_json(self.to_json(), output.runs / f"{self.run_id}.json")
            run = {"run_id": self.run_id, "started_at": self.started_at, "state": self.state}
            write_run(output.quality, run, metrics, self._outcomes())
            write_pages(self, output, metrics)
        except OSError:
            if state != "Failed":
                raise

    def _outcomes(self) -> list[dict[str, Any]]:
        """The outcome of every rule, as rows of the history."""
        names = ("code", "severity", "state", "checked", "failed", "observed")
        return [
            {name: getattr(rule, name) for name in names} | {"step": gate.step}
            for gate in self.gates
            for rule in gate.rules
        ]

    # ------------------------------------------------------------------ reading

    def to_json(self) -> dict[str, Any]:
        """The report as it is written to JSON; orjson knows dataclasses."""
        return {entry.name: getattr(self, entry.name) for entry in fields(self)}

    @property
    def is_published(self) -> bool:
        """Whether the run has changed the dataset, or had no new page."""
        return self.state.startswith("Completed") or bool(self.snapshot)

    @property
    def account(self) -> Account:
        """Where the pages went."""
        return account_of(self.counts, self.gates, is_published=self.is_published)

    @property
    def rules(self) -> list[RuleOutcome]:
        """The outcomes of all rules, gate by gate."""
        return [rule for gate in self.gates for rule in gate.rules]

    @property
    def warnings(self) -> list[RuleOutcome]:
        """The warning rules that were broken, over all gates."""
        return [rule for rule in self.rules if rule.is_warning]

    def problems_by_standing(self) -> dict[str, list[Problem]]:
        """The problems of the dataset that are new, still open, and closed by this run; the largest first."""
        groups: dict[str, list[Problem]] = {NEW: [], STILL_OPEN: [], CLOSED: []}
        for problem in sorted(self.problems, key=lambda row: (row.severity, -row.pages, row.key)):
            groups[problem.standing(self.run_id)].append(problem)
        return groups

    def quarantined(self) -> list[tuple[str, int, list[QuarantinedPage]]]:
        """Reason, number of pages and examples, the most frequent reason first."""
        ordered = sorted(self.quarantine_counts.items(), key=lambda item: (-item[1], item[0]))
        return [(reason, number, self.quarantine.get(reason, [])) for reason, number in ordered]

    def sentence(self) -> str:
        """The account in one sentence."""
        return self.account.sentence()

    def markdown(self) -> str:
        """The report for the Prefect UI."""
        from flows.report.markdown import render_markdown  # it imports this module

        return render_markdown(self)


def read_reports(output: Output, last: int) -> list[RunReport]:
    """The newest reports of an output, the newest first; files that are not a report are skipped."""
    reports: list[RunReport] = []
    for path in sorted(output.runs.glob("*.json"), reverse=True):  # names sort by time
        try:
            content = orjson.loads(path.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            continue
        if not (isinstance(content, dict) and isinstance(content.get("run_id"), str)):
            continue  # somebody else's file
        try:
            reports.append(RunReport.from_json(content))
        except (KeyError, TypeError, ValueError, AttributeError):  # JSON of somebody else
            continue
        if len(reports) >= last:
            break
    return reports
