"""The problems of a dataset, as a table for the terminal."""

from collections.abc import Sequence

from rich.table import Table

from flows.cli.terminal import Terminal, one_line
from tasks.quality.problems import Problem


def print_problems(problems: Sequence[Problem], *, is_all: bool) -> None:
    """Print problems as a table, one line for what was found below each."""
    console = Terminal(soft_wrap=True)
    if not problems:
        console.print("No run has found a problem." if is_all else "No problem is open. List closed ones with --all.")
        return
    table = Table("state", "problem", "pages", "runs", "since", "last seen", "closed by", box=None)
    for problem in problems:
        state = "acknowledged" if problem.is_open and problem.acknowledged_at else problem.state
        closed = f"{problem.closed_how} {problem.closed_by}" if problem.closed_by else ""
        times = (f"{moment:%Y-%m-%d %H:%M}" for moment in (problem.opened_at, problem.last_seen_at))
        key = one_line(problem.key)
        table.add_row(state, key, f"{problem.pages:,}", f"{problem.runs:,}", *times, one_line(closed))
    console.print_table(table)
    console.print()
    for problem in problems:
        console.print(f"{one_line(problem.key)}: {one_line(problem.sentence)}")
        if problem.note:
            console.print(f"  note: {one_line(problem.note)}")
