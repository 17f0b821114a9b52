"""What a run shows on the terminal: progress, and the closing summary."""

import logging
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from expectations.dataset import LOSSES
from flows.cli.terminal import Terminal, discard, one_line
from flows.report.account import article_count
from flows.report.model import RunReport
from flows.report.problems import standing_phrase
from flows.report.wording import plural
from tasks.load.output import Output
from tasks.parallel.progress import Advance, listening
from tasks.quality.problems import CLOSED

_PROBLEMS_SHOWN = 5

logger = logging.getLogger("copydesk")


def print_json(value: object) -> None:
    """Print a value as JSON, for programs."""
    try:
        print(orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode(), flush=True)
    except BrokenPipeError:  # `copydesk run --json pages | head -1`: the exit code still says what was done
        discard(sys.stdout)


@contextmanager
def progress(is_terminal: bool) -> Iterator[None]:
    """Show how far each step is: a bar on a terminal, one line per step in a log."""
    if not is_terminal:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.INFO)
        logger.info("starting")  # imports take seconds
        with listening(_log_finished_step):
            yield
        return
    columns = (
        TextColumn("{task.description:<8}"),
        BarColumn(),
        TextColumn("{task.fields[text]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Terminal(stderr=True), transient=True) as bar:
        starting = bar.add_task("starting", total=None, text="")
        tasks: dict[str, Any] = {}

        def move(now: Advance) -> None:
            bar.update(starting, visible=False)
            if now.step not in tasks:
                tasks[now.step] = bar.add_task(now.step, total=now.total, text="")
            bar.update(tasks[now.step], completed=now.done, total=now.total, text=_progress_numbers(now))

        with listening(move):
            yield


def _log_finished_step(now: Advance) -> None:
    if now.total and now.done == now.total:
        logger.info("%s: %s", now.step, _progress_numbers(now))


def _progress_numbers(now: Advance) -> str:
    """How far a step is: `1.2 of 3.4 GB, 7,100 pages`."""
    if now.unit == "pages":
        return f"{now.done:,} of {now.total:,} pages"
    unit, size = next((pair for pair in (("GB", 1e9), ("MB", 1e6)) if now.total >= pair[1]), ("kB", 1e3))
    return f"{now.done / size:,.1f} of {now.total / size:,.1f} {unit}, {now.pages:,} pages"


def summary(report: RunReport, output: str) -> None:
    """Print what a run did, in numbers that add up, and where to look next."""
    console = Terminal(soft_wrap=True)
    account = report.account
    if report.state == "Completed" and account.known and not account.received:
        what = "the one page is" if account.known == 1 else f"all {account.known:,} pages are"
        console.print(f"Nothing new: {what} known from earlier runs.")
        return
    if report.state == "Completed" and "everything" in report.parameters and not account.received:
        console.print("Nothing to replay: no such page is in quarantine, or its raw page was not kept.")
        return
    _print_account(console, report)
    _print_warnings(console, report)
    _print_problems(console, report, output)
    for step in report.steps:
        for kind, count in step.notes.items():
            if kind.startswith("skipped"):
                console.print(f"  {kind}: {count}")
    page = Output(output).reports / f"{report.run_id}.html"
    console.print(f"Report: {page if page.exists() else f'{output}/runs/{report.run_id}.json'}")
    if report.state == "StoppedByGate":
        console.print("Fix the source or adjust the thresholds, then run again.")
    else:
        _print_next_commands(console, report, output)


def _print_account(console: Terminal, report: RunReport) -> None:
    account = report.account
    console.print(Text.assemble((report.state, "bold"), f"  run {report.run_id}"))
    known = f" ({account.known:,} more known from earlier runs, skipped)" if account.known else ""
    console.print(f"  {account.received:>7,} {plural(account.received, 'page')} in{known}")
    if report.state == "StoppedByGate":
        console.print("A gate stopped the run; nothing was published.", style="bold")
        console.print(f"  {report.message}")
        return
    number, words = article_count(account).split(" ", 1)
    console.print(f"= {number:>7} {words}")
    console.print(f"+ {account.duplicates:>7,} {plural(account.duplicates, 'duplicate')}")
    console.print(f"+ {account.quarantined:>7,} quarantined")
    if account.forgotten:
        console.print(f"+ {account.forgotten:>7,} forgotten")


def _print_problems(console: Terminal, report: RunReport, output: str) -> None:
    """Print how many problems are new, still open and closed, and which were closed; the warnings name the others."""
    if not report.problems:
        return
    command = f"{_command()} problems --output {shlex.quote(output)}"
    console.print(Text.assemble("Problems: ", (standing_phrase(report), "bold"), f"  (details: {command})"))
    closed = report.problems_by_standing()[CLOSED]
    for problem in closed[:_PROBLEMS_SHOWN]:
        console.print(f"  closed: {one_line(problem.key)}")
    if len(closed) > _PROBLEMS_SHOWN:
        console.print(f"  and {len(closed) - _PROBLEMS_SHOWN:,} more")


def _print_warnings(console: Terminal, report: RunReport) -> None:
    """Print what was lost, the reasons for quarantine with an example each, and the rules that warn."""
    for loss in report.losses:
        console.print(Text.assemble(("warning:", "bold"), f" {one_line(loss.sentence or '')}"))
    for reason, count, examples in report.quarantined():
        example = one_line(f"e.g. {Path(examples[0].source_uri).name}: {examples[0].detail or ''}") if examples else ""
        console.print(f"          {count:>5,}  {reason:<24} {example}")
    for rule in report.warnings:
        if rule.code.removeprefix("dataset.") in LOSSES:  # printed above, with the language or the site
            continue
        console.print(f"  warning {rule.code}: {rule.sentence} {one_line(rule.breach)}")


def _print_next_commands(console: Terminal, report: RunReport, output: str) -> None:
    command, folder = _command(), shlex.quote(output)
    console.print(f"Articles are in {output}/articles. Explore them with:")
    console.print(f"  {command} show --output {folder}")
    if example := report.example:
        example = f"./{example}" if example.startswith("-") else example  # no option
        console.print(f"  {command} explain {shlex.quote(example)} --output {folder}")
    python = command.replace("copydesk", "python") if "/" in command else "python"
    console.print(f"  {python} -c \"import pandas; print(pandas.read_parquet('{output}/articles'))\"")


def _command() -> str:
    """How this program was called, so that printed commands can be pasted."""
    program = Path(sys.argv[0])
    if program.name != "copydesk" or shutil.which("copydesk"):
        return "copydesk"
    return os.path.relpath(program) if program.is_absolute() else str(program)
