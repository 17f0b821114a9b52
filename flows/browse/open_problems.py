"""The open problems of a dataset, and how they are summed up by rule, as one rule may name many sites."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from expectations.rule import Severity
from flows.browse.snapshot import Snapshot
from flows.report.model import RunReport
from flows.report.wording import count
from tasks.errors import CopydeskError
from tasks.quality.history import read_problems
from tasks.quality.problems import Problem

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class RuleSummary:
    """The open problems that one rule found."""

    rule: str
    sentence: str
    numbers: str
    is_stop: bool  # whether it stops runs
    is_acknowledged: bool  # whether somebody knows of all of them


def open_problems(snapshot: Snapshot) -> list[Problem]:
    """The open problems as they are now: a run that publishes nothing changes them too."""
    try:
        return [problem for problem in read_problems(snapshot.output.quality) if problem.is_open]
    except CopydeskError as error:
        logger.warning("%s", error)
        return []


def by_rule(problems: Sequence[Problem], reports: Sequence[RunReport]) -> list[RuleSummary]:
    """The problems by rule: those that stop runs first, then those with the most pages.

    Of many problems of a rule the sentence is that of the rule, as one of the reports has it.
    """
    sentences = {rule.code: rule.sentence for report in reversed(reports) for rule in report.rules}
    ordered = []
    for rule, members in groupby(sorted(problems, key=lambda problem: problem.rule), lambda problem: problem.rule):
        found = list(members)
        pages = sum(problem.pages for problem in found)
        several = sentences.get(rule, "") or found[0].sentence
        summary = RuleSummary(
            rule,
            found[0].sentence if len(found) == 1 else several,
            f"{count(len(found), 'problem')}, {count(pages, 'page')}",
            is_stop=any(problem.severity == Severity.CRITICAL for problem in found),
            is_acknowledged=all(problem.acknowledged_at is not None for problem in found),
        )
        ordered.append((not summary.is_stop, -pages, summary))
    return [summary for _, _, summary in sorted(ordered, key=lambda entry: entry[:2])]
