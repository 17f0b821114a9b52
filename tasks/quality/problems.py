"""The life of a problem over runs: the first run that finds it opens it, later runs see it again, and the first run
that looks for it in vain closes it.

A problem is identified by its rule, its site or language, and its flag or metric. A run that did not look, e.g. one
without a page of the site, leaves it as it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import NamedTuple

from tasks.quality.drift import SMALL_SITES, ComparedMetric
from tasks.quality.metrics import ALL, Metric
from tasks.quality.thresholds import HistoryThresholds

GATE = "gate."  # rules of this name stand for a gate that stopped the run
NEW, STILL_OPEN, CLOSED = "new", "still open", "closed"
_OVER_RUNS = "dataset."  # rules about a run compared with others
_LOSSES = ("dataset.language_quarantined", "dataset.site_quarantined")
_NEVER = datetime.fromtimestamp(0, UTC)


class Key(NamedTuple):
    """What identifies a problem over runs."""

    rule: str
    scope: str = ALL  # site or language
    part: str = ""  # flag or metric

    def __str__(self) -> str:
        return "/".join(part for part in self if part)


@dataclass(frozen=True)
class Finding:
    """What one run found under a key."""

    key: Key
    severity: str
    sentence: str
    pages: int


@dataclass(frozen=True)
class Problem:
    """A row of `schema.QUALITY_PROBLEMS`."""

    key: str = ""
    rule: str = ""
    scope: str = ""
    part: str = ""
    severity: str = "warning"
    state: str = "open"  # open | closed
    sentence: str = ""
    pages: int = 0
    runs: int = 1
    opened_at: datetime = _NEVER
    opened_by: str = ""
    last_seen_at: datetime = _NEVER
    last_seen_by: str = ""
    closed_at: datetime | None = None
    closed_by: str | None = None
    closed_how: str | None = None  # run | replay
    alerted_at: datetime | None = None
    acknowledged_at: datetime | None = None
    note: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether no run has closed it."""
        return self.state == "open"

    @property
    def awaits_alert(self) -> bool:
        """Whether it is open, and neither delivered by an alert nor acknowledged."""
        return self.is_open and self.alerted_at is None and self.acknowledged_at is None

    def standing(self, run_id: str) -> str:
        """What a run made of it: new, still open or closed."""
        if not self.is_open:
            return CLOSED
        return NEW if self.opened_by == run_id else STILL_OPEN


@dataclass
class Observation:
    """What one run found, and where it looked."""

    findings: dict[Key, Finding] = field(default_factory=dict)
    rules: set[str] = field(default_factory=set)  # that were checked on at least one row
    scopes: dict[str, int] = field(default_factory=dict)  # site or language -> pages
    recovered: set[Key] = field(default_factory=set)  # losses that a replay made good

    def find(self, finding: Finding) -> None:
        """Note a finding. Several metrics of one key are one finding, with the sentence of the first."""
        first = self.findings.get(finding.key)
        if first is None:
            self.findings[finding.key] = finding
        elif first.pages < finding.pages:
            self.findings[finding.key] = replace(first, pages=finding.pages)

    def compared(self, metrics: Iterable[ComparedMetric], severity: str) -> None:
        """Note the metrics outside their usual range."""
        for metric in metrics:
            if metric.state == "outside" and metric.code:
                self.find(Finding(key_of(metric), severity, metric.sentence or "", affected_pages(metric)))

    def measured(self, metrics: Iterable[Metric]) -> None:
        """Note how many pages each site and language has."""
        for metric in metrics:
            name = metric["metric"]
            if name == "pages" and metric["site"] != ALL:
                self.scopes[metric["site"]] = metric["rows"]
            elif name.startswith("language_") and name != "language_missing_share" and metric["site"] != ALL:
                language = name.removeprefix("language_").removesuffix("_share")
                pages = round(metric["value"] * metric["rows"])
                self.scopes[language] = self.scopes.get(language, 0) + pages


def key_of(metric: ComparedMetric) -> Key:
    """The key of a metric outside its range. A changed site is one problem, however many of its metrics show it."""
    rule = f"{_OVER_RUNS}{metric.code}"
    if rule in _LOSSES:
        return Key(rule, getattr(metric, "name", "") or metric.site)
    flag = metric.metric.removeprefix("flag_").removesuffix("_share")
    if metric.metric.startswith("flag_"):
        return Key(rule, metric.site, flag)
    part = flag if metric.site == ALL and metric.code in ("null_share", "language_mix", "length", "volume") else ""
    return Key(rule, metric.site, part)


def affected_pages(metric: ComparedMetric) -> int:
    """The pages behind a metric outside its range: those counted by a share, else all."""
    lost: int | None = getattr(metric, "lost", None)
    if lost is not None:
        return lost
    return round(metric.value * metric.rows) if metric.metric.endswith("_share") else metric.rows


def advance(
    problems: Iterable[Problem],
    observation: Observation,
    run: tuple[str, datetime],
    limits: HistoryThresholds,
    *,
    is_replay: bool = False,
) -> list[Problem]:
    """The problems after a run: those that it found are open, those that it looked for in vain are closed.

    Args:
        problems: All problems before the run.
        observation: What the run found and where it looked.
        run: Its id, and when it started.
        limits: The thresholds of `thresholds.yml: dataset`.
        is_replay: Whether it processed stored pages, and so says nothing of today's.
    """
    run_id, started_at = run
    left = dict(observation.findings)
    after = []
    for problem in problems:
        if not problem.is_open:
            after.append(problem)
            continue
        finding = left.pop(Key(problem.rule, problem.scope, problem.part), None)
        if finding:
            runs = problem.runs + (problem.last_seen_by != run_id)
            seen = replace(
                problem, sentence=finding.sentence, pages=finding.pages, severity=finding.severity, runs=runs
            )
            after.append(replace(seen, last_seen_at=started_at, last_seen_by=run_id))
        elif _was_looked_for(problem, observation, limits, is_replay=is_replay):
            how = "replay" if is_replay else "run"
            after.append(replace(problem, state="closed", closed_at=started_at, closed_by=run_id, closed_how=how))
        else:
            after.append(problem)
    return after + [_opened(finding, run_id, started_at) for finding in left.values()]


def _opened(finding: Finding, run_id: str, started_at: datetime) -> Problem:
    rule, scope, part = finding.key
    return Problem(
        key=str(finding.key),
        rule=rule,
        scope=scope,
        part=part,
        severity=finding.severity,
        sentence=finding.sentence,
        pages=finding.pages,
        opened_at=started_at,
        opened_by=run_id,
        last_seen_at=started_at,
        last_seen_by=run_id,
    )


def _was_looked_for(problem: Problem, observation: Observation, limits: HistoryThresholds, *, is_replay: bool) -> bool:
    """Whether a run would have found the problem if it were still there."""
    if is_replay and problem.rule in _LOSSES:
        return Key(problem.rule, problem.scope) in observation.recovered
    if problem.rule not in observation.rules:
        return False
    if problem.scope in (ALL, SMALL_SITES):
        return True
    # a site that was missing is back with its first page
    enough = 1 if problem.rule == "dataset.site_missing" else limits.site_rows_min
    pages = observation.scopes.get(problem.scope, 0)
    return pages >= (enough if problem.rule.startswith(_OVER_RUNS) else 1)


def acknowledge(problems: Iterable[Problem], key: str, note: str, now: datetime) -> list[Problem]:
    """The problems, with the open one of a key acknowledged.

    Raises:
        KeyError: no open problem has this key.
    """
    after = [
        replace(problem, acknowledged_at=now, note=note or problem.note)
        if problem.is_open and problem.key == key
        else problem
        for problem in problems
    ]
    if not any(problem.is_open and problem.key == key for problem in after):
        raise KeyError(key)
    return after


def mark_alerted(problems: Iterable[Problem], now: datetime) -> list[Problem]:
    """The problems, with those that an alert was delivered about marked."""
    return [replace(problem, alerted_at=now) if problem.awaits_alert else problem for problem in problems]
