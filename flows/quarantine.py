"""The quarantine of a dataset: which pages are in it, and its retention."""

import shutil
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks.load.maintenance.forget import Target, delete_unpublished
from tasks.load.maintenance.rewrite import delete_rows, rows_with_values
from tasks.load.output import Changes, Output


def select(output: Output, *, reason: str | None = None, run_id: str | None = None) -> list[dict[str, Any]]:
    """The rows of quarantine, the newest run first; only those with a reason or of a run, where these are given."""
    rows: list[dict[str, Any]] = []
    for path in output.files("quarantine").values():
        rows += [
            row
            for row in pq.ParquetFile(path).read().to_pylist()
            if (reason is None or reason in row["all_reasons"]) and (run_id is None or row["run_id"] == run_id)
        ]
    return sorted(rows, key=lambda row: (row["run_id"], row["source_uri"]), reverse=True)


def forgotten_pages(output: Output) -> set[str]:
    """The doc_ids of pages that were forgotten and must not come back."""
    doc_ids: set[str] = set()
    for path in output.files("ledger").values():
        ledger = pq.ParquetFile(path).read(columns=["doc_id", "outcome"])
        doc_ids.update(ledger.filter(pc.equal(ledger.column("outcome"), "forgotten")).column("doc_id").to_pylist())
    return doc_ids


def prune(
    output: Output, *, days: int | None = None, megabytes: int | None = None, wait_seconds: float = 0.0
) -> tuple[int, int]:
    """Delete rows of quarantine and their raw pages. The ledger keeps the outcome of every page.

    Args:
        output: The dataset.
        days: Delete rows of runs older than this.
        megabytes: Delete the oldest rows until their raw pages take at most this.
        wait_seconds: How long to wait for another writer.

    Returns: the number of deleted rows and of deleted raw pages.

    Raises:
        OutputBusyError: another run is writing to the output.
    """
    with output.lock(wait_seconds):
        doc_ids = _outdated(output, days, megabytes)
        if not doc_ids:
            return 0, 0
        folder, changes = output.work / "pruned", Changes()
        rows = delete_rows(folder, output, "quarantine", "doc_id", rows_with_values("doc_id", doc_ids), changes)
        output.publish(changes)
        target = Target(frozenset(), frozenset(doc_ids), frozenset())
        raw_pages = delete_unpublished(output, target, ["pages"])["pages"]
        shutil.rmtree(folder, ignore_errors=True)
    return rows, raw_pages


def _outdated(output: Output, days: int | None, megabytes: int | None) -> set[str]:
    """The doc_ids of the rows that are to be deleted."""
    oldest_run = f"{datetime.now(UTC) - timedelta(days=days):%Y%m%dT%H%M%S}" if days is not None else ""
    rows = [
        row
        for path in output.files("quarantine").values()
        for row in pq.ParquetFile(path).read(columns=["doc_id", "run_id"]).to_pylist()
    ]
    sizes = _page_sizes(output) if megabytes is not None else {}
    doc_ids, kept_bytes = set(), 0
    for row in sorted(rows, key=lambda row: (row["run_id"], row["doc_id"]), reverse=True):  # the newest first
        kept_bytes += sizes.get(row["doc_id"], 0)
        # an empty page has no bytes, but with a limit of 0 it must go too
        is_over = megabytes is not None and (kept_bytes > megabytes << 20 or not megabytes)
        if row["run_id"] < oldest_run or is_over:
            doc_ids.add(row["doc_id"])
    return doc_ids


def _page_sizes(output: Output) -> dict[str, int]:
    """The size in bytes of every page ever received, by doc_id."""
    sizes: dict[str, int] = {}
    for path in output.files("ledger").values():
        table = pq.ParquetFile(path).read(columns=["doc_id", "byte_count"])
        sizes.update(zip(table.column("doc_id").to_pylist(), table.column("byte_count").to_pylist(), strict=True))
    return sizes
