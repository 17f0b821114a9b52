"""What each section of a report's page shows, as records for the templates."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from flows.report.account import Account, AccountRow, account_rows
from flows.report.charts import flow_plot
from flows.report.model import RunReport
from flows.report.records import GATE_ORDER, GateSummary, QuarantinedPage, RuleOutcome
from flows.report.wording import count, gate_title
from tasks.quality.drift import ComparedMetric

_REASONS_UNFOLDED = 3


@dataclass(frozen=True)
class Mark:
    """A state by symbol and word; `kind` is the class that colours it, so colour is never the only sign."""

    symbol: str
    word: str
    kind: str  # good | warn | bad | note
    rank: int = 0  # the lower, the worse


@dataclass(frozen=True)
class Neighbours:
    """The runs before and after one, of which there are reports too; empty where there is none."""

    previous: str = ""
    following: str = ""


_PLAIN_CODE = re.compile(r"[a-z]+\.[a-z_]+")


def rule_anchor(code: str) -> str:
    """The id of a rule in the page; empty where a code is none of ours."""
    return f"rule-{code}" if _PLAIN_CODE.fullmatch(code) else ""


def reason_anchor(code: str) -> str:
    """The id of the pages quarantined for a reason; empty where a code is none of ours."""
    return f"reason-{code}" if _PLAIN_CODE.fullmatch(code) else ""


def state_mark(state: str) -> Mark:
    """The state of a run."""
    symbol, kind = {
        "Completed": ("✓", "good"),
        "CompletedWithWarnings": ("▲", "warn"),
        "StoppedByGate": ("■", "bad"),
        "Failed": ("✕", "bad"),
    }.get(state, ("○", "note"))
    return Mark(symbol, state, kind)


def index_numbers(report: RunReport) -> list[str]:
    """The numbers of a run in the index."""
    account = report.account
    numbers = (account.received, account.articles, account.duplicates, account.quarantined)
    return [f"{number:,}" for number in (*numbers, len(report.warnings), len(report.drift))]


# ---------------------------------------------------------------------- flow


@dataclass(frozen=True)
class FlowView:
    """Where the pages went, as a plot and as a table."""

    plot: Markup
    rows: list[AccountRow]


def flow(account: Account) -> FlowView:
    """Where the pages of a run went."""
    return FlowView(flow_plot(account), account_rows(account))


# ---------------------------------------------------------------------- stops


@dataclass(frozen=True)
class StopView:
    """Why a gate stopped the run, and which advice fits."""

    step: str
    message: str
    advice: str  # unchecked | schema | drift | quarantine | too few | dataset | other


def stops(report: RunReport) -> list[StopView]:
    """Why gates stopped the run."""
    return [StopView(gate.step, stop, _advice(gate.step, stop)) for gate in report.gates for stop in gate.stops]


def _advice(step: str, stop: str) -> str:
    """The advice for a stop, by the kinds of stops that `expectations.gate` and `flows.gates` know."""
    code = stop.partition(":")[0]
    if stop.endswith("could not be checked"):
        return "unchecked"
    if code.endswith(".schema"):
        return "schema"
    if step == "dataset":
        return "drift"
    if code == step:
        return "quarantine"
    if code in ("ingest.pages", "load.articles"):
        return "too few"
    return "dataset" if step == "load" else "other"


# ---------------------------------------------------------------------- drift


@dataclass(frozen=True)
class DriftView:
    """What is outside its usual range."""

    rows: list[ComparedMetric]
    overall: list[ComparedMetric]
    site_count: int  # sites that changed, of which the overall rows name none
    too_little_history: str  # why not everything was compared, if so
    is_shown: bool  # whether the run was compared with others


def drift(report: RunReport) -> DriftView:
    """The metrics outside their usual range."""
    rows = report.drift
    overall = [row for row in rows if not row.is_of_site]
    sites = {row.site for row in rows} - {row.site for row in overall}
    history = [rule for rule in report.rules if rule.code == "dataset.history" and rule.state == "fail"]
    return DriftView(
        rows=rows,
        overall=overall,
        site_count=len(sites),
        too_little_history=(history[0].observed or "there are too few earlier runs.") if history else "",
        is_shown=bool(rows) or any(gate.step == "dataset" for gate in report.gates),
    )


# ---------------------------------------------------------------------- gates and quarantine

_PASSED, _WARNING, _NOTE = Mark("✓", "passed", "good", 3), Mark("▲", "warning", "warn", 1), Mark("●", "note", "note", 2)
_UNCHECKED, _FAILED = Mark("!", "not checked", "bad", -1), Mark("✕", "failed", "bad")
_FAILED_PAGES = Mark("⊘", "quarantined", "note")  # quarantining bad pages is what a gate is for: no alarm


@dataclass(frozen=True)
class RuleView:
    """One rule of a gate."""

    rule: RuleOutcome
    mark: Mark
    result: str
    anchor: str
    pages_anchor: str  # where the pages are that it quarantined


@dataclass(frozen=True)
class GateView:
    """A gate: its worst result, and its rules, the worst first."""

    title: str
    mark: Mark
    numbers: str
    broken: list[RuleView]
    passed: list[RuleView]


def gates(report: RunReport) -> list[GateView]:
    """The gates of a run, in the order in which the pages passed them."""
    order = {step: place for place, step in enumerate(GATE_ORDER)}
    views, left = [], report.account.received
    for gate in sorted(report.gates, key=lambda gate: order.get(gate.step, len(order))):
        views.append(_gate(gate, left - gate.received if gate.is_of_pages else 0, report.quarantine_counts))
        left -= gate.quarantined if gate.is_of_pages else 0
    return views


def _gate(gate: GateSummary, copies: int, reasons: Collection[str]) -> GateView:
    """A gate. `copies` is the number of pages that it did not see, since their bytes are those of a known page;
    `reasons` are those of the quarantined pages.
    """
    rules = sorted((_rule(rule, gate, reasons) for rule in gate.rules), key=_by_gravity)
    broken = [line for line in rules if line.rule.state != "pass"]
    passed = [line for line in rules if line.rule.state == "pass"]
    noun = {"dataset": "metric", "load": "article"}.get(gate.step, "page")
    mark = _gate_mark(gate, rules)
    numbers = count(gate.received, noun) if noun == "metric" else f"{count(gate.received, noun)} in"
    if gate.is_of_pages and "quarantined" not in mark.word:
        numbers += f", {gate.quarantined:,} quarantined"
    if copies > 0:
        numbers += f"; {count(copies, 'copy', 'copies')} of known pages not checked again"
    return GateView(gate_title(gate.step), mark, numbers, broken, passed)


def _by_gravity(line: RuleView) -> tuple[int, int, str]:
    return (line.mark.rank, -line.rule.failed, line.rule.code)


def _gate_mark(gate: GateSummary, rules: Sequence[RuleView]) -> Mark:
    """The result of a gate in a word."""
    if gate.stops:
        return Mark("■", "stopped the run", "bad", -2)
    worst = min((line.mark for line in rules), key=lambda mark: mark.rank, default=_PASSED)
    number = sum(line.mark == worst for line in rules)
    if worst == _FAILED_PAGES:
        return Mark(worst.symbol, f"{count(gate.quarantined, 'page')} quarantined", worst.kind, worst.rank)
    if worst in (_WARNING, _NOTE):
        return Mark(worst.symbol, count(number, worst.word), worst.kind, worst.rank)
    return worst


def _rule(rule: RuleOutcome, gate: GateSummary, reasons: Collection[str]) -> RuleView:
    if rule.state == "pass":
        mark = _PASSED
    elif rule.is_unchecked:
        mark = _UNCHECKED
    else:
        failed = _FAILED_PAGES if gate.is_of_pages else _FAILED
        mark = {"warning": _WARNING, "info": _NOTE}.get(rule.severity, failed)
    result = f"{rule.failed:,} of {rule.checked:,} failed" if rule.failed else f"{rule.checked:,} checked"
    pages_anchor = reason_anchor(rule.code) if rule.code in reasons else ""
    return RuleView(rule, mark, result, rule_anchor(rule.code), pages_anchor)


@dataclass(frozen=True)
class ReasonView:
    """The pages quarantined for one reason."""

    code: str
    sentence: str
    pages: int
    share: float  # of all quarantined pages
    bar_percent: float  # of the most frequent reason
    is_open: bool
    examples: list[QuarantinedPage]
    anchor: str
    rule_anchor: str  # where the rule is among the gates


def reasons(report: RunReport) -> list[ReasonView]:
    """Why pages were quarantined, the most frequent reason first."""
    sentences = {rule.code: rule.sentence for rule in report.rules}
    quarantined = report.quarantined()
    total = sum(number for _, number, _ in quarantined)
    most = max((number for _, number, _ in quarantined), default=0)
    return [
        ReasonView(
            code=reason,
            sentence=sentences.get(reason, ""),
            pages=number,
            share=number / total,
            bar_percent=100 * number / most,
            is_open=index < _REASONS_UNFOLDED,
            examples=examples[:5],
            anchor=reason_anchor(reason),
            rule_anchor=rule_anchor(reason) if reason in sentences else "",
        )
        for index, (reason, number, examples) in enumerate(quarantined)
    ]


# ---------------------------------------------------------------------- speed


@dataclass(frozen=True)
class StepView:
    """The speed of a step, as the cells of a table."""

    name: str
    numbers: list[str]


def steps(report: RunReport) -> list[StepView]:
    """The speed of each step."""
    views = []
    for step in report.steps:
        rate = f"{step.pages / step.cpu_seconds:,.0f}" if step.cpu_seconds else "–"
        numbers = [f"{step.pages:,}", f"{step.cpu_seconds:,.2f}", rate, f"{step.batches:,}", f"{step.reused:,}"]
        views.append(StepView(step.step, numbers))
    return views
