"""What a person sees on the terminal: progress, the closing summary, and what an output holds."""

import logging
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from expectations.dataset import LOSSES
from flows.report.model import read_reports
from tasks.load.output import Output
from tasks.parallel.progress import Advance, listening

logger = logging.getLogger("copydesk")


@contextmanager
def progress(is_terminal: bool) -> Iterator[None]:
    """Show how far each step is: a bar on a terminal, a line a step in a log."""
    if not is_terminal:
        handler = logging.StreamHandler(sys.stderr)
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s", "%H:%M:%S"))
        logger.handlers, logger.propagate = [handler], False
        logger.setLevel(logging.INFO)
        with listening(lambda now: logger.info("%s", told(now)) if now.done == now.total and now.total else None):
            yield
        return
    columns = (
        TextColumn("{task.description:<8}"),
        BarColumn(),
        TextColumn("{task.fields[text]}"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        waiting = bar.add_task("starting", total=None, text="")
        tasks: dict[str, Any] = {}

        def move(now: Advance) -> None:
            bar.update(waiting, visible=False)
            if now.step not in tasks:
                tasks[now.step] = bar.add_task(now.step, total=now.total, text="")
            bar.update(tasks[now.step], completed=now.done, total=now.total, text=told(now).partition(": ")[2])

        with listening(move):
            yield


def told(now: Advance) -> str:
    """How far a step is, in words: `ingest: 1.2 of 3.4 GB, 7,100 pages`."""
    if now.unit == "pages":
        return f"{now.step}: {now.done:,} of {now.total:,} pages"
    unit, size = next((pair for pair in (("GB", 1e9), ("MB", 1e6)) if now.total >= pair[1]), ("kB", 1e3))
    return f"{now.step}: {now.done / size:,.1f} of {now.total / size:,.1f} {unit}, {now.pages:,} pages"


def summary(report: dict[str, Any], output: str) -> None:
    """Print what a run did, in numbers that add up, and where to look."""
    console = Console(highlight=False, soft_wrap=True)
    counts = report["counts"]
    known = counts.get("known", 0)
    console.print(f"[bold]{report['state']}[/]  run {report['run_id']}")
    console.print(
        f"  {counts['received']:>7,} pages in"
        + (f" ({known:,} more known from earlier runs, skipped)" if known else "")
    )
    if report["state"] == "StoppedByGate":
        console.print(f"[bold]A gate stopped the run; nothing was published.[/]\n  {report['message']}")
    else:
        console.print(f"= {counts['articles']:>7,} articles")
        console.print(f"+ {counts['duplicates']:>7,} duplicates")
        console.print(f"+ {counts['quarantined']:>7,} quarantined")
    for loss in report.get("losses", ()):
        console.print(f"[bold]warning:[/] {escape(loss['sentence'])}")
    for reason, count in sorted(report["quarantine_counts"].items(), key=lambda item: (-item[1], item[0])):
        example = report["quarantine"][reason][0]
        console.print(
            f"          {count:>5,}  {reason:<24} e.g. {Path(example['source_uri']).name}: {example['detail'] or ''}",
            markup=False,
        )
    for gate in report["gates"]:
        for rule in gate["rules"]:
            is_said = rule["code"].removeprefix("dataset.") in LOSSES  # above, with the language or the site
            if rule["state"] == "fail" and rule["severity"] == "warning" and not is_said:
                console.print(
                    f"  warning {rule['code']}: {rule['sentence']} {rule['failed']} of {rule['checked']} failed, e.g. {rule['observed']}",
                    markup=False,
                )
    skipped = {
        key: count for step in report["steps"] for key, count in step["notes"].items() if key.startswith("skipped")
    }
    for kind, count in skipped.items():
        console.print(f"  {kind}: {count}", markup=False)
    page = Output(output).reports / f"{report['run_id']}.html"
    if page.exists():
        console.print(f"The report: {page}", markup=False)
    if report["state"] != "StoppedByGate":
        command, place = _command(), shlex.quote(output)
        console.print(f"The articles lie in {output}/articles; look at them with", markup=False)
        console.print(f"  {command} show --output {place}", markup=False)
        if report.get("example"):
            console.print(f"  {command} explain {shlex.quote(report['example'])} --output {place}", markup=False)
        python = command.replace("copydesk", "python") if "/" in command else "python"
        console.print(f"  {python} -c \"import pandas; print(pandas.read_parquet('{output}/articles'))\"", markup=False)
    else:
        console.print(
            f"The report is {output}/runs/{report['run_id']}.json; mend the source or the thresholds and run again.",
            markup=False,
        )


def _command() -> str:
    """How this program was called, so that what is printed can be pasted."""
    own = Path(sys.argv[0])
    if own.name != "copydesk" or shutil.which("copydesk"):
        return "copydesk"
    return os.path.relpath(own) if own.is_absolute() else str(own)


def read_columns(output: Output, table: str, columns: list[str]) -> pa.Table | None:
    """Some columns of a published table, or None if it has no rows."""
    files = output.files(table)
    if not files:
        return None
    return pa.concat_tables([pq.ParquetFile(path).read(columns=columns) for path in files.values()])


def show(root: str) -> int:
    """Print what an output holds: articles by publisher and day, quarantine by reason, the last runs."""
    output = Output(root)
    console = Console(highlight=False)
    if not output.exists():
        print(
            f"copydesk: {root}: no run has published here yet; try `copydesk run SOURCE --output {root}`",
            file=sys.stderr,
        )
        return 2
    articles = read_columns(output, "articles", ["publisher", "published_date", "language", "word_count"])
    _show_articles(console, articles)
    ledger = read_columns(output, "ledger", ["outcome"])
    if ledger is not None:
        counts = {row["values"]: row["counts"] for row in pc.value_counts(ledger.column("outcome")).to_pylist()}
        total = sum(counts.values())
        parts = " + ".join(
            f"{counts.get(name, 0):,} {label}"
            for name, label in (("article", "articles"), ("duplicate", "duplicates"), ("quarantined", "quarantined"))
        )
        console.print(f"\nledger: {total:,} pages received = {parts}")
    quarantine = read_columns(output, "quarantine", ["reason", "source_uri", "detail"])
    if quarantine is not None and quarantine.num_rows:
        table = Table("reason", "pages", "for example", title="Quarantine", title_justify="left", box=None)
        for entry in sorted(pc.value_counts(quarantine.column("reason")).to_pylist(), key=lambda row: -row["counts"]):
            example = (
                quarantine.filter(pc.equal(quarantine.column("reason"), entry["values"])).slice(0, 1).to_pylist()[0]
            )
            table.add_row(
                entry["values"],
                f"{entry['counts']:,}",
                f"{Path(example['source_uri']).name}: {example['detail'] or ''}",
            )
        console.print()
        console.print(table)
    runs = Table(
        "run",
        "state",
        "pages",
        "articles",
        "duplicates",
        "quarantined",
        title="Last runs",
        title_justify="left",
        box=None,
    )
    for report in read_reports(output, 5):
        counts = report["counts"]
        runs.add_row(
            report["run_id"],
            report["state"],
            *(f"{counts.get(name, 0):,}" for name in ("received", "articles", "duplicates", "quarantined")),
        )
    console.print()
    console.print(runs)
    return 0


def _show_articles(console: Console, articles: pa.Table | None, most: int = 25) -> None:
    if articles is None or not articles.num_rows:
        console.print("no articles yet")
        return
    table = Table(
        "publisher",
        "articles",
        "first day",
        "last day",
        "undated",
        "words",
        title=f"{articles.num_rows:,} articles",
        title_justify="left",
        box=None,
    )
    groups = articles.group_by("publisher").aggregate([("published_date", "count"), ("published_date", "min"), ("published_date", "max"),
                                                       ("word_count", "sum"), ("word_count", "count")])  # fmt: skip
    rows = sorted(groups.to_pylist(), key=lambda row: (-row["word_count_count"], row["publisher"] or ""))
    for row in rows[:most]:
        undated = row["word_count_count"] - row["published_date_count"]
        table.add_row(row["publisher"] or "(unknown)", f"{row['word_count_count']:,}", str(row["published_date_min"] or "-"),
                      str(row["published_date_max"] or "-"), f"{undated:,}" if undated else "", f"{row['word_count_sum']:,}")  # fmt: skip
    if len(rows) > most:
        table.add_row(f"... and {len(rows) - most} more", *[""] * 5)
    console.print(table)
    days = articles.group_by("published_date").aggregate([("word_count", "count")]).to_pylist()
    dated = sorted((row for row in days if row["published_date"]), key=lambda row: row["published_date"], reverse=True)[
        :7
    ]
    if dated:
        console.print(
            "\nlatest days: " + ", ".join(f"{row['published_date']} ({row['word_count_count']})" for row in dated)
        )
