"""The command `problems`: lists the problems of a dataset over its runs, and acknowledges one.

Heavy packages are imported inside the command.
"""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from flows.cli.suggestions import did_you_mean
from tasks.errors import EXIT_DONE, UsageError

if TYPE_CHECKING:
    from tasks.quality.problems import Problem


def list_or_acknowledge_problems(options: argparse.Namespace) -> int:
    """List the open problems, or all; or acknowledge one."""
    from flows.cli.console import print_json
    from flows.cli.problem_table import print_problems
    from flows.cli.terminal import one_line
    from flows.problems import acknowledge_problem
    from tasks.load.output import Output
    from tasks.quality.history import read_problems

    output = Output(options.output)
    if not output.runs.is_dir():  # a dataset whose first run was stopped has problems, too
        Output.open(options.output)
    if options.note and not options.acknowledge:
        raise UsageError("--note requires --acknowledge KEY")
    if options.acknowledge:
        try:
            problem = acknowledge_problem(output, options.acknowledge, options.note or "")
        except KeyError as error:
            raise _no_such_problem(options.acknowledge, read_problems(output.quality)) from error
        if options.json:
            print_json(asdict(problem))
        else:
            print(f"acknowledged: {one_line(problem.key)}; no alert is sent about it until it closes and opens again")
        return EXIT_DONE
    problems = [problem for problem in read_problems(output.quality) if options.all or problem.is_open]
    newest_first = sorted(problems, key=lambda row: (row.is_open, row.last_seen_at), reverse=True)
    if options.json:
        print_json([asdict(problem) for problem in newest_first])
    else:
        print_problems(newest_first, is_all=options.all)
    return EXIT_DONE


def _no_such_problem(key: str, problems: Sequence["Problem"]) -> UsageError:
    known = [problem.key for problem in problems if problem.is_open]
    listed = f"; the open problems are {', '.join(known[:10])}" if known else "; no problem is open"
    return UsageError(f"unknown problem: {key}{did_you_mean(key, known) or listed}")
