"""The records of a run's report. They are written to and read from JSON under the names of their fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, TypeVar

from expectations.rule import Severity
from tasks.quality.problems import Problem

PAGE_GATES = (
    "ingest",
    "clean",
    "extract",
)  # the gates that quarantine pages; those of load and dataset only stop a run

GATE_ORDER = (*PAGE_GATES, "load", "dataset")  # as the pages of a run pass them

Record = TypeVar("Record")


@dataclass(frozen=True)
class StepSummary:
    """What a step did."""

    step: str = ""
    batches: int = 0
    reused: int = 0  # batches that an earlier run had finished
    pages: int = 0
    bytes: int = 0
    seconds: float = 0.0  # summed over the batches, as are the CPU seconds
    cpu_seconds: float = 0.0
    notes: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class RuleOutcome:
    """How one rule of a gate came out."""

    code: str = ""
    severity: str = ""  # critical | warning | info
    sentence: str = ""
    state: str = "pass"  # pass | fail | error: the rule itself could not be checked
    checked: int = 0
    failed: int = 0
    observed: str = ""

    @property
    def is_warning(self) -> bool:
        """Whether this is what a run's warnings are: a broken rule of severity `warning`."""
        return self.state == "fail" and self.severity == Severity.WARNING

    @property
    def is_unchecked(self) -> bool:
        """Whether the rule could not be checked."""
        return self.state == "error"

    @property
    def breach(self) -> str:
        """How many rows broke the rule, and an example: `2 of 15 failed, e.g. a.html: no headline`."""
        example = f", e.g. {self.observed}" if self.observed else ""
        return f"{self.failed:,} of {self.checked:,} failed{example}"


@dataclass(frozen=True)
class GateSummary:
    """What a gate found."""

    step: str = ""
    received: int = 0
    quarantined: int = 0
    stops: list[str] = field(default_factory=list)  # why it stopped the run, if it did
    rules: list[RuleOutcome] = field(default_factory=list)

    @property
    def is_of_pages(self) -> bool:
        """Whether the gate checks pages one by one and quarantines those that fail."""
        return self.step in PAGE_GATES


@dataclass(frozen=True)
class QuarantinedPage:
    """An example of a quarantined page."""

    source_uri: str = ""
    detail: str | None = None
    doc_id: str = ""


def record_of(kind: type[Record], row: Record | Mapping[str, Any]) -> Record:
    """A record from JSON: unknown keys are ignored, missing ones get their defaults, and a record is itself."""
    if isinstance(row, kind):
        return row
    assert isinstance(row, Mapping)
    names = {entry.name for entry in fields(kind)}  # type: ignore[arg-type]  # a dataclass
    return kind(**{name: value for name, value in row.items() if name in names})


def moment_of(value: object) -> datetime | None:
    """A time of a report in UTC, or None where there is none."""
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def problem_of(row: Problem | Mapping[str, Any]) -> Problem:
    """A problem from JSON, with its times."""
    if isinstance(row, Problem):
        return row
    times = {name: moment_of(row[name]) for name in row if name.endswith("_at") and row[name] is not None}
    return record_of(Problem, {**row, **times})


def gate_of(row: GateSummary | Mapping[str, Any]) -> GateSummary:
    """A gate and its rules from JSON."""
    if isinstance(row, GateSummary):
        return row
    return record_of(GateSummary, {**row, "rules": [record_of(RuleOutcome, rule) for rule in row.get("rules") or ()]})
