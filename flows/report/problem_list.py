"""The problems of a dataset in a report: by what the run made of them, and by rule, as one rule may name many sites."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from expectations.rule import Severity
from flows.report.model import RunReport
from flows.report.problems import details, standing_phrase
from flows.report.sections import Mark, rule_anchor
from flows.report.wording import count
from tasks.quality.problems import Problem

_UNFOLDED = 3  # problems of one rule that are shown without a click


@dataclass(frozen=True)
class ProblemView:
    """A problem: its key and its life."""

    mark: Mark
    key: str
    details: str


@dataclass(frozen=True)
class RuleProblems:
    """The problems that one rule found."""

    rule: str
    anchor: str  # where the rule is among the gates
    sentence: str
    numbers: str
    mark: Mark  # of the gravest
    is_folded: bool
    rows: list[ProblemView]


@dataclass(frozen=True)
class ProblemGroup:
    """The problems that are new, still open, or closed by the run."""

    title: str
    total: int
    by_rule: list[RuleProblems]


@dataclass(frozen=True)
class ProblemsView:
    """The problems of the dataset as the run left them."""

    phrase: str
    has_open: bool
    has_stop: bool  # whether one of them stops runs
    groups: list[ProblemGroup]


def problems(report: RunReport) -> ProblemsView:
    """The problems of the dataset as the run left them: new, still open, closed."""
    groups = [
        ProblemGroup(standing.capitalize(), len(found), _by_rule(found, report))
        for standing, found in report.problems_by_standing().items()
        if found
    ]
    alive = [problem for problem in report.problems if problem.is_open]
    has_stop = any(problem.severity == Severity.CRITICAL for problem in alive)
    return ProblemsView(standing_phrase(report), bool(alive), has_stop, groups)


def _by_rule(found: Sequence[Problem], report: RunReport) -> list[RuleProblems]:
    """The problems by rule, those that stop runs first, then those with the most pages."""
    sentences = {rule.code: rule.sentence for rule in report.rules}
    groups = []
    for rule, members in groupby(sorted(found, key=lambda problem: problem.rule), lambda problem: problem.rule):
        of_rule = sorted(members, key=lambda problem: (problem.severity, -problem.pages, problem.key))
        rows = [
            ProblemView(_mark(problem, report.run_id), problem.key, details(problem, report.run_id))
            for problem in of_rule
        ]
        group = RuleProblems(
            rule=rule,
            anchor=rule_anchor(rule) if rule in sentences else "",
            sentence=sentences.get(rule, ""),
            numbers=f"{count(len(of_rule), 'problem')}, {count(sum(problem.pages for problem in of_rule), 'page')}",
            mark=min((row.mark for row in rows), key=lambda mark: mark.rank),
            is_folded=len(of_rule) > _UNFOLDED,
            rows=rows,
        )
        groups.append((of_rule[0].severity, -sum(problem.pages for problem in of_rule), group))
    return [group for _, _, group in sorted(groups, key=lambda entry: entry[:2])]


def _mark(problem: Problem, run_id: str) -> Mark:
    word = problem.standing(run_id)
    if not problem.is_open:
        return Mark("✓", word, "good", 3)
    if problem.severity == Severity.CRITICAL:
        return Mark("■", word, "bad", 0)
    return Mark("●", f"{word}, acknowledged", "note", 2) if problem.acknowledged_at else Mark("▲", word, "warn", 1)
