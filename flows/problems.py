"""Problems over runs: what a run observes at its gates, and the list of problems that it leaves to the next one."""

import logging
from datetime import UTC, datetime

from expectations.dataset import NEEDS_NO_HISTORY
from expectations.gate import Verdict
from expectations.rule import Severity
from flows.report.wording import count
from tasks.errors import CopydeskError
from tasks.load.output import Output
from tasks.quality.history import read_problems, write_problems
from tasks.quality.problems import GATE, Finding, Key, Observation, Problem, acknowledge, advance, mark_alerted
from tasks.quality.thresholds import HistoryThresholds

logger = logging.getLogger(__name__)


def observe(verdict: Verdict, observation: Observation) -> None:
    """Note what a gate found. The findings of `dataset` are single metrics, noted by `Observation.compared`."""
    checked = {outcome.code for outcome in verdict.outcomes if outcome.state != "error" and outcome.checked}
    if verdict.step == "dataset":
        has_history = all(outcome.state == "pass" for outcome in verdict.outcomes if outcome.code == "dataset.history")
        observation.rules |= checked if has_history else checked & NEEDS_NO_HISTORY
        return
    gate = f"{GATE}{verdict.step}"
    observation.rules |= checked | ({gate} if verdict.received else set())
    for outcome in verdict.warnings:
        found = outcome.observed
        sentence = f"{outcome.sentence} {outcome.failed:,} of {count(outcome.checked, 'row')}" + (
            f", e.g. {found}" if found else ""
        )
        # rows of unknown site are a finding of their own
        counts = dict(outcome.sites) or {"": outcome.failed}
        for site, pages in counts.items():
            text = f"{site}: {outcome.sentence}" if site else sentence  # how many pages is a column of a problem
            observation.find(Finding(Key(outcome.code, site), Severity.WARNING, text, pages))
    if verdict.stops:
        pages = len(verdict.reasons)
        observation.find(Finding(Key(gate), Severity.CRITICAL, "; ".join(verdict.stops), pages))


def follow(
    output: Output,
    observation: Observation,
    run: tuple[str, datetime],
    limits: HistoryThresholds,
    *,
    is_replay: bool,
) -> list[Problem]:
    """Keep the problems after a run; returns those that are open and those that it closed.

    A list that cannot be read is left alone: the run goes on without it.
    """
    try:
        problems = read_problems(output.quality)
    except CopydeskError as error:
        logger.warning("%s; this run's problems are not followed", error)
        return []
    after = advance(problems, observation, run, limits, is_replay=is_replay)
    if after != problems:
        write_problems(output.quality, after)
    return [problem for problem in after if problem.is_open or problem.closed_by == run[0]]


def remember_alert(output: Output) -> None:
    """Note that an alert about all open problems was delivered."""
    try:
        write_problems(output.quality, mark_alerted(read_problems(output.quality), datetime.now(UTC)))
    except (CopydeskError, OSError) as error:
        logger.warning("%s; the alert will be sent again", error)


def acknowledge_problem(output: Output, key: str, note: str) -> Problem:
    """Acknowledge an open problem, so that no alert is sent about it.

    Raises:
        KeyError: no open problem has this key.
    """
    with output.lock():
        problems = acknowledge(read_problems(output.quality), key, note, datetime.now(UTC))
        write_problems(output.quality, problems)
    return next(problem for problem in problems if problem.is_open and problem.key == key)
