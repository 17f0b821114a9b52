"""What a dataset holds, as tables for the terminal: articles, quarantine and the last runs."""

import shlex
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from rich.table import Column, Table

from expectations.reasons import quarantine_reasons
from flows.cli.suggestions import did_you_mean
from flows.cli.terminal import Terminal, one_line
from flows.report.model import RunReport, read_reports
from flows.report.wording import count
from tasks.errors import UsageError
from tasks.load.output import Output

_PUBLISHERS_SHOWN = 25
_DAYS_SHOWN = 7
_RUNS_SHOWN = 5
_EXAMPLES = 3
_OUTCOMES = {
    "article": "article",
    "replaced": "replaced by a newer text",
    "duplicate": "duplicate",
    "quarantined": "quarantined",
    "forgotten": "forgotten",
}
_COUNTED = ("article", "duplicate")  # nouns


def check_selection(output: Output, reason: str | None, run_id: str | None) -> None:
    """Refuse a reason or a run that the dataset does not know: a typo would look like an empty quarantine.

    Raises:
        UsageError: the message lists the reasons or the newest runs.
    """
    if reason is not None:
        present = _values(output, "quarantine", "reason")
        known = sorted(present | quarantine_reasons())
        if reason not in known:
            listed = f"this dataset has {', '.join(sorted(present)) or 'no quarantined page'}"
            raise UsageError(f"unknown reason: {reason}{did_you_mean(reason, known) or '; ' + listed}")
    if run_id is not None:
        runs = [path.stem for path in sorted(output.runs.glob("*.json"), reverse=True)]
        if run_id not in runs:
            newest = ", ".join(runs[:_RUNS_SHOWN]) or "none"
            raise UsageError(f"unknown run: {run_id}{did_you_mean(run_id, runs) or '; the newest runs are ' + newest}")


def _values(output: Output, table: str, column: str) -> set[str]:
    """The different values of a column of a published table."""
    found = _columns(output, table, [column])
    return set() if found is None else {str(value) for value in pc.unique(found.column(column)).to_pylist()}


def dataset_summary(output: Output) -> dict[str, Any]:
    """What `print_dataset` shows, for programs: articles, pages by outcome, quarantine by reason and the last runs."""
    articles = _columns(output, "articles", ["publisher"])
    quarantine = _columns(output, "quarantine", ["reason"])
    return {
        "state": output.state(),
        "articles": articles.num_rows if articles else 0,
        "articles_by_publisher": _counts(articles, "publisher"),
        "pages_by_outcome": _pages_by_outcome(output, articles.num_rows if articles else 0),
        "quarantined_by_reason": _counts(quarantine, "reason"),
        "runs": [_run_summary(report) for report in read_reports(output, _RUNS_SHOWN)],
    }


def _pages_by_outcome(output: Output, articles: int) -> dict[str, int]:
    """What became of all pages ever received.

    Of the pages that became an article, those count as `article` whose text is published now; a newer page of the same
    address has `replaced` the others.
    """
    pages = _counts(_columns(output, "ledger", ["outcome"]), "outcome")
    replaced = pages.get("article", 0) - articles
    return pages | {"article": articles, "replaced": replaced} if replaced > 0 else pages


def _counts(table: pa.Table | None, column: str) -> dict[str, int]:
    """How often each value of a column occurs, the most frequent first; a missing value is `unknown`."""
    if table is None:
        return {}
    counted = pc.value_counts(table.column(column)).to_pylist()
    return {row["values"] or "unknown": row["counts"] for row in sorted(counted, key=lambda row: -row["counts"])}


def _run_summary(report: RunReport) -> dict[str, Any]:
    account = report.account
    return {
        "run_id": report.run_id,
        "state": report.state,
        "started_at": report.started_at,
        "received": account.received,
        "articles": account.articles,
        "duplicates": account.duplicates,
        "quarantined": account.quarantined,
        "warnings": [rule.code for rule in report.warnings],
    }


def print_dataset(output: Output) -> None:
    """Print a dataset's articles by publisher and day, its quarantine by reason, and its last runs."""
    console = Terminal()
    articles = _columns(output, "articles", ["publisher", "published_date", "word_count"])
    _print_articles(console, articles)
    if pages := _pages_by_outcome(output, articles.num_rows if articles else 0):
        _print_ledger(console, pages)
    quarantine = _columns(output, "quarantine", ["reason", "source_uri", "detail"])
    if quarantine is not None and quarantine.num_rows:
        console.print()
        console.print_table(_quarantine_overview(quarantine))
    console.print()
    console.print_table(_last_runs(output))


def _columns(output: Output, table: str, columns: list[str]) -> pa.Table | None:
    """Some columns of a published table, or None if it has no file."""
    files = output.files(table)
    if not files:
        return None
    return pa.concat_tables([pq.ParquetFile(path).read(columns=columns) for path in files.values()])


def _print_articles(console: Terminal, articles: pa.Table | None) -> None:
    if articles is None or not articles.num_rows:
        console.print("no articles yet")
        return
    console.print_table(_publishers(articles))
    days = articles.group_by("published_date").aggregate([("word_count", "count")]).to_pylist()
    dated = [(row["published_date"], row["word_count_count"]) for row in days if row["published_date"]]
    if dated:
        newest = sorted(dated, reverse=True)[:_DAYS_SHOWN]
        console.print("\nlatest days: " + ", ".join(f"{day} ({number})" for day, number in newest))


def _publishers(articles: pa.Table) -> Table:
    """The articles by publisher, those with the most articles first."""
    headings = ("publisher", "articles", "first day", "last day", "undated", "words")
    table = Table(*headings, title=count(articles.num_rows, "article"), title_justify="left", box=None)
    groups = articles.group_by("publisher").aggregate(
        [
            ("published_date", "count"),
            ("published_date", "min"),
            ("published_date", "max"),
            ("word_count", "sum"),
            ("word_count", "count"),
        ]
    )
    rows = sorted(groups.to_pylist(), key=lambda row: (-row["word_count_count"], row["publisher"] or ""))
    for row in rows[:_PUBLISHERS_SHOWN]:
        undated = row["word_count_count"] - row["published_date_count"]
        table.add_row(
            one_line(row["publisher"] or "(unknown)"),
            f"{row['word_count_count']:,}",
            str(row["published_date_min"] or "-"),
            str(row["published_date_max"] or "-"),
            f"{undated:,}" if undated else "",
            f"{row['word_count_sum']:,}",
        )
    if len(rows) > _PUBLISHERS_SHOWN:
        table.add_row(f"... and {len(rows) - _PUBLISHERS_SHOWN} more", *[""] * 5)
    return table


def _print_ledger(console: Terminal, pages: Mapping[str, int]) -> None:
    """Print what became of all pages ever received (`_pages_by_outcome`)."""
    parts = [
        count(pages.get(name, 0), words) if name in _COUNTED else f"{pages[name]:,} {words}"
        for name, words in _OUTCOMES.items()
        if name in _COUNTED or pages.get(name)
    ]
    console.print(f"\nledger: {count(sum(pages.values()), 'page')} received = {' + '.join(parts)}")


def _quarantine_overview(quarantine: pa.Table) -> Table:
    table = Table("reason", "pages", "example", title="Quarantine", title_justify="left", box=None)
    reasons = quarantine.column("reason")
    for entry in sorted(pc.value_counts(reasons).to_pylist(), key=lambda row: -row["counts"]):
        example = quarantine.filter(pc.equal(reasons, entry["values"])).slice(0, 1).to_pylist()[0]
        shown = one_line(f"{Path(example['source_uri']).name}: {example['detail'] or ''}")
        table.add_row(entry["values"], f"{entry['counts']:,}", shown)
    return table


def _last_runs(output: Output) -> Table:
    run = Column("run", no_wrap=True)  # an id is there to be copied, so it is never cut
    state = Column("state", overflow="fold")
    headings = (run, state, "pages", "articles", "duplicates", "quarantined")
    table = Table(*headings, title="Last runs", title_justify="left", box=None)
    for report in read_reports(output, _RUNS_SHOWN):
        account = report.account
        numbers = (account.received, account.articles, account.duplicates, account.quarantined)
        table.add_row(report.run_id, report.state, *(f"{number:,}" for number in numbers))
    return table


def print_quarantine(
    rows: Sequence[Mapping[str, Any]], output: Output, *, reason: str | None = None, limit: int = 0
) -> None:
    """Print quarantined pages by reason with examples, or those of one reason page by page (0: without limit)."""
    console = Terminal()
    if not rows:
        console.print("No quarantined page matches.")
        return
    if reason is not None:
        table = Table(
            "page",
            "detail",
            Column("run", no_wrap=True),
            title=f"{count(len(rows), 'page')}: {reason}",
            title_justify="left",
            box=None,
        )
        for row in rows[: limit or len(rows)]:
            table.add_row(one_line(row["source_uri"]), one_line(row["detail"] or ""), row["run_id"])
        console.print_table(table)
        return
    by_reason: dict[str, list[Mapping[str, Any]]] = defaultdict(list)
    for row in rows:
        by_reason[row["reason"]].append(row)
    title = f"{count(len(rows), 'page')} in quarantine"
    table = Table("reason", "pages", "examples", title=title, title_justify="left", box=None)
    for name, pages in sorted(by_reason.items(), key=lambda item: -len(item[1])):
        examples = [one_line(f"{row['source_uri']}: {row['detail'] or ''}") for row in pages[:_EXAMPLES]]
        table.add_row(name, f"{len(pages):,}", "\n".join(examples))
    console.print_table(table)
    command = f"copydesk replay --reason REASON --output {shlex.quote(str(output.root))}"
    console.print(f"Process them again with the current rules: {command}", style="dim")
