"""Quarantine to work with: what lies there by reason, with examples, and its retention."""

import shutil
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pyarrow.compute as pc
import pyarrow.parquet as pq
from rich.console import Console
from rich.table import Table

from tasks.load.maintenance.forget import Target, delete_unpublished
from tasks.load.maintenance.rewrite import delete_rows, rows_with_values
from tasks.load.output import Changes, Output

EXAMPLES = 3


def select(output: Output, *, reason: str | None = None, run_id: str | None = None) -> list[dict[str, Any]]:
    """The rows of quarantine with a reason and of a run, where these are given, the newest run first."""
    rows: list[dict[str, Any]] = []
    for path in output.files("quarantine").values():
        rows += [
            row
            for row in pq.ParquetFile(path).read().to_pylist()
            if (reason is None or reason in row["all_reasons"]) and (run_id is None or row["run_id"] == run_id)
        ]
    return sorted(rows, key=lambda row: (row["run_id"], row["source_uri"]), reverse=True)


def forgotten_pages(output: Output) -> set[str]:
    """The doc_ids of pages that must not come back."""
    found: set[str] = set()
    for path in output.files("ledger").values():
        ledger = pq.ParquetFile(path).read(columns=["doc_id", "outcome"])
        found.update(ledger.filter(pc.equal(ledger.column("outcome"), "forgotten")).column("doc_id").to_pylist())
    return found


def show(output: Output, *, reason: str | None, run_id: str | None, limit: int, as_json: bool) -> int:
    """Print what lies in quarantine, by reason with examples; one reason alone page by page. Returns the exit code."""
    rows = select(output, reason=reason, run_id=run_id)
    if as_json:
        print(orjson.dumps(rows[:limit] if limit else rows, option=orjson.OPT_INDENT_2).decode())
        return 0
    console = Console(highlight=False, soft_wrap=True)
    if not rows:
        console.print("Nothing in quarantine answers to this.")
        return 0
    if reason is not None:
        table = Table("page", "detail", "run", title=f"{len(rows):,} pages: {reason}", title_justify="left")
        for row in rows[: limit or len(rows)]:
            table.add_row(row["source_uri"], row["detail"] or "", row["run_id"])
        console.print(table)
        return 0
    by_reason: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_reason[row["reason"]].append(row)
    table = Table("reason", "pages", "for example", title=f"{len(rows):,} pages in quarantine", title_justify="left")
    for name, count in Counter(row["reason"] for row in rows).most_common():
        examples = [f"{row['source_uri']}: {row['detail'] or ''}" for row in by_reason[name][:EXAMPLES]]
        table.add_row(name, f"{count:,}", "\n".join(examples))
    console.print(table)
    console.print("Run them again under today's rules: copydesk replay --reason REASON", style="dim")
    return 0


def prune(
    output: Output, *, days: int | None = None, megabytes: int | None = None, wait_seconds: float = 0.0
) -> tuple[int, int]:
    """Take rows out of quarantine, and their raw pages with them: those of runs older than `days`, and the oldest ones while
    the pages behind the rest are larger than `megabytes`. The ledger keeps saying what became of every page.

    Returns: how many rows and how many raw pages went.
    """
    with output.lock(wait_seconds):
        gone = _outdated(output, days, megabytes)
        if not gone:
            return 0, 0
        folder, changes = output.work / "pruned", Changes()
        count = delete_rows(folder, output, "quarantine", "doc_id", rows_with_values("doc_id", gone), changes)
        output.publish(changes)
        raw = delete_unpublished(output, Target(frozenset(), frozenset(gone), frozenset()), ["pages"])["pages"]
        shutil.rmtree(folder, ignore_errors=True)
    return count, raw


def _outdated(output: Output, days: int | None, megabytes: int | None) -> set[str]:
    """The doc_ids of the rows that retention ends for."""
    oldest = f"{datetime.now(UTC) - timedelta(days=days):%Y%m%dT%H%M%S}" if days is not None else ""
    rows = [
        row
        for path in output.files("quarantine").values()
        for row in pq.ParquetFile(path).read(columns=["doc_id", "run_id"]).to_pylist()
    ]
    sizes: dict[str, int] = {}
    if megabytes is not None:
        for path in output.files("ledger").values():
            table = pq.ParquetFile(path).read(columns=["doc_id", "byte_count"])
            sizes.update(zip(*(table.column(name).to_pylist() for name in table.column_names), strict=True))
    gone, kept_bytes = set(), 0
    for row in sorted(rows, key=lambda row: (row["run_id"], row["doc_id"]), reverse=True):  # the newest first
        # an empty page has no bytes; none at all may stay where none are wanted
        kept_bytes += sizes.get(row["doc_id"], 0)
        if row["run_id"] < oldest or (megabytes is not None and (kept_bytes > megabytes << 20 or not megabytes)):
            gone.add(row["doc_id"])
    return gone
