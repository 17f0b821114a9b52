"""How the problems of a dataset are written: in one phrase, and one line each."""

from collections.abc import Sequence

from flows.report.model import RunReport
from flows.report.wording import count, foreign_text
from tasks.quality.problems import CLOSED, NEW, STILL_OPEN, Problem


def standing_phrase(report: RunReport) -> str:
    """How many problems are new, still open and closed; empty if there is none: `1 new problem, 2 still open`."""
    groups = report.problems_by_standing()
    acknowledged = sum(problem.acknowledged_at is not None for problem in groups[STILL_OPEN])
    parts = [count(len(groups[NEW]), "new problem")] if groups[NEW] else []
    for standing in (STILL_OPEN, CLOSED):
        if groups[standing]:
            noun = "" if parts else " problem" if len(groups[standing]) == 1 else " problems"
            parts.append(f"{len(groups[standing]):,}{noun} {standing}")
            if standing == STILL_OPEN and acknowledged:
                parts[-1] += f" ({acknowledged:,} acknowledged)"
    return ", ".join(parts)


def problem_line(problem: Problem, run_id: str) -> str:
    """A problem in one line: its standing, key, what was found, and since when."""
    return f"{problem.standing(run_id)}: {foreign_text(problem.key)}: {details(problem, run_id)}"


def details(problem: Problem, run_id: str) -> str:
    """What was found, and the life of the problem so far."""
    if not problem.is_open:
        by = f"closed by {problem.closed_how} {problem.closed_by}"
        return f"{foreign_text(problem.sentence)} ({by}; open {_since(problem)})"
    return f"{foreign_text(problem.sentence)} ({life(problem, run_id)})"


def life(problem: Problem, run_id: str = "") -> str:
    """How large an open problem is and how old, seen from a run."""
    is_seen_now = problem.last_seen_by in (run_id, problem.opened_by)
    seen = "" if is_seen_now else f", last seen {problem.last_seen_at:%Y-%m-%d %H:%M}"
    text = f"{count(problem.pages, 'page')}, {count(problem.runs, 'run')}, {_since(problem)}{seen}"
    if problem.acknowledged_at:
        text += ", acknowledged" + (f": {foreign_text(problem.note)}" if problem.note else "")
    return text


def _since(problem: Problem) -> str:
    return f"since {problem.opened_at:%Y-%m-%d %H:%M}"


def ordered(report: RunReport) -> Sequence[Problem]:
    """All problems of a report: the new ones, those still open, those closed."""
    groups = report.problems_by_standing()
    return [*groups[NEW], *groups[STILL_OPEN], *groups[CLOSED]]
