"""The ingest step as a Prefect task."""

from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.batch import StepResult
from tasks.executor import report_progress, run_batches
from tasks.ingest.listing import PageRef, SourceError, cut, list_pages
from tasks.ingest.reading import ingest_batch
from tasks.ingest.recall import recall


@task(name="ingest", task_run_name="ingest", cache_policy=NO_CACHE, persist_result=False)
def ingest(
    sources: list[str],
    folder: str,
    ledger_files: list[str],
    *,
    batch_pages: int,
    batch_bytes: int,
    max_page_bytes: int,
    workers: int,
) -> StepResult:
    """Read the pages of all sources into batch files; pages that the ledger knows by place, size and time are skipped.

    Raises:
        SourceError: a source does not exist or holds no page.
    """
    listing = list_pages(sources)
    known = known_files(ledger_files)
    refs = [ref for ref in listing.refs if (ref.source_uri, ref.byte_count, ref.mtime_ns) not in known]
    batches = cut(refs, max_pages=batch_pages, max_bytes=batch_bytes)
    jobs: list[tuple[list[PageRef], str, int]] = [(batch, folder, max_page_bytes) for batch in batches]
    receipts = tuple(
        run_batches("ingest", ingest_batch, jobs, workers=workers, weights=[len(batch) for batch in batches])
    )
    notes = {"listed": len(listing.refs), "known": len(listing.refs) - len(refs)}
    notes |= {f"passed over: {kind}": count for kind, count in listing.passed_over.items()}
    return StepResult("ingest", receipts, notes)


@task(name="ingest", task_run_name="recall", cache_policy=NO_CACHE, persist_result=False)
def recall_pages(rows: list[dict[str, Any]], root: str, folder: str, *, batch_pages: int) -> StepResult:
    """Take pages that are in quarantine from the output's store of raw pages, in place of reading sources."""
    receipts = tuple(recall(rows, Path(root), Path(folder), batch_pages=batch_pages))
    report_progress("ingest", sum(receipt.received for receipt in receipts), len(rows))
    return StepResult("ingest", receipts, {"listed": len(rows), "known": 0})


def known_files(ledger_files: list[str]) -> set[tuple[str, int, int]]:
    """Place, size and modification time of every file that was received before."""
    known: set[tuple[str, int, int]] = set()
    for path in ledger_files:
        table = pq.ParquetFile(Path(path)).read(columns=["source_uri", "byte_count", "source_mtime_ns"])
        known.update(zip(*(table.column(name).to_pylist() for name in table.column_names), strict=True))
    return known


__all__ = ["SourceError", "ingest"]
