"""The ingest step as a Prefect task."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.ingest.fetch.fetching import Fetching, fetch, is_web
from tasks.ingest.formats import NOT_MET
from tasks.ingest.listing import FileRef, FileRefs, SourceError, cut, list_files
from tasks.ingest.seen import Known
from tasks.ingest.stored_pages import recall
from tasks.ingest.worker import Job, Limits, ingest_job, read_so_far
from tasks.parallel.executor import Advance, is_elsewhere, report_progress, run_batches
from tasks.steps import Receipt, StepResult, digest
from tasks.storage.object_stores import StoreError, is_remote

_CHUNK_FILES = 20_000  # asked for at a time whether they are known


def _is_passing(_task: Any, _run: Any, state: Any) -> bool:
    """Whether a failure may be over in a moment: that of a store or of the network, never one of data, disk or rights."""
    try:
        state.result()
    except StoreError:
        return True
    except OSError as error:
        return isinstance(error, ConnectionError | TimeoutError)
    except Exception:  # bad data stays bad
        return False
    return False


@task(
    name="ingest", task_run_name="ingest", cache_policy=NO_CACHE, persist_result=False, retries=2, retry_delay_seconds=[10, 60],
    retry_condition_fn=_is_passing,
)  # fmt: skip
def ingest(
    sources: list[str],
    folder: str,
    ledger_files: list[str],
    *,
    limits: Limits,
    columns: dict[str, str] | None = None,
    fetching: Fetching | None = None,
) -> StepResult:
    """Read the pages of all sources into batch files; what the ledger knows is skipped before it is read, or, where only its
    bytes tell, before anything is done with it.

    Raises:
        SourceError: a source does not exist or holds no page.
        ListError: a list of publishers cannot be used.
    """
    web = [source for source in sources if is_web(source)]
    listing = list_files([source for source in sources if not is_web(source)])
    known = Known.read(ledger_files)
    refs = FileRefs(_unknown(listing.refs, known, is_asked_for=bool(columns)))
    if is_elsewhere():
        refs = FileRefs(
            ref if is_remote(ref.path) else replace(ref, path=str(Path(ref.path).absolute())) for ref in refs
        )
    known_file = None
    if refs and len(known.docs):
        known_file = Path(folder).parent / "known" / digest(*map(str, ledger_files))
        known.save(known_file)
    batches = cut(refs, max_pages=limits.batch_pages, max_bytes=limits.batch_bytes, part_bytes=limits.part_bytes)
    known_name = str(known_file) if known_file else None
    receipts = read_jobs([Job(FileRefs(batch), folder, limits, known_name, columns or {}) for batch in batches])
    if web:
        receipts += fetch(web, Path(folder), limits, known, fetching or Fetching())
    notes = Counter(listed=len(listing.refs), known=len(listing.refs) - len(refs))
    notes.update({f"passed over: {kind}": count for kind, count in listing.passed_over.items()})
    for receipt in receipts:
        notes.update(receipt.notes)
    return StepResult("ingest", tuple(receipt for receipt in receipts if receipt.received), dict(notes))


def read_jobs(jobs: list[Job]) -> list[Receipt]:
    """The receipts of all jobs in their order. A file whose parts do not meet is read again, as one."""
    found = list(_receipts_of(jobs))
    torn = {
        ref.source_uri: replace(ref, span=None, lines_before=0)
        for job, receipts in zip(jobs, found, strict=True) if any(NOT_MET.note in receipt.notes for receipt in receipts)
        for ref in job.refs
    }  # fmt: skip
    if not torn:
        return [receipt for receipts in found for receipt in receipts]
    whole = [replace(jobs[0], refs=FileRefs([ref])) for ref in torn.values()]
    again = dict(zip(torn, _receipts_of(whole), strict=True))
    kept: list[Receipt] = []
    for job, receipts in zip(jobs, found, strict=True):
        uri = next(iter(job.refs)).source_uri
        kept += again.pop(uri, []) if uri in torn else receipts
    return kept


def _receipts_of(jobs: list[Job]) -> Iterator[list[Receipt]]:
    return run_batches(
        "ingest", ingest_job, jobs, weights=[job.refs.size for job in jobs], unit="bytes",
        under_way=lambda: sum(read_so_far(Path(folder)) for folder in {job.folder for job in jobs}),
        pages_of=lambda receipts: sum(receipt.received for receipt in receipts),
    )  # fmt: skip


def _unknown(refs: Iterable[FileRef], known: Known, *, is_asked_for: bool) -> Iterator[FileRef]:
    """The files that no earlier run has read as they are now.

    `is_asked_for`: columns are named in this run, so tables are read again; their pages are known by their bytes.
    """
    listed = iter(refs)
    while part := list(islice(listed, _CHUNK_FILES)):
        is_known = known.has_files(
            [ref.source_uri for ref in part], [ref.byte_count for ref in part], [ref.mtime_ns for ref in part]
        )
        for ref, seen in zip(part, is_known.tolist(), strict=True):
            if not seen and (
                is_asked_for or not (ref.is_container and known.has_container(ref.source_uri, ref.mtime_ns))
            ):
                yield ref


@task(name="ingest", task_run_name="recall", cache_policy=NO_CACHE, persist_result=False)
def recall_pages(
    wanted: Mapping[str, Collection[str] | None], root: str, folder: str, *, without: set[str], batch_pages: int
) -> StepResult:
    """Take pages that were received before from the output's store of raw pages, in place of reading sources (`recall`)."""
    receipts = tuple(recall(wanted, Path(root), Path(folder), without=without, batch_pages=batch_pages))
    received = sum(receipt.received for receipt in receipts)
    report_progress(Advance("ingest", received, received))
    return StepResult("ingest", receipts, {"listed": received, "known": 0})


__all__ = ["SourceError", "ingest"]
