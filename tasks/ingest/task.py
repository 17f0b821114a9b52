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
from tasks.ingest.file_refs import FileRef, FileRefs, split_into_batches
from tasks.ingest.formats import PARTS_MISALIGNED
from tasks.ingest.formats.rows import is_about_map, unmatched, without_named_columns
from tasks.ingest.listing import SourceError, list_files
from tasks.ingest.seen import SeenPages
from tasks.ingest.selection import EVERYTHING, Selection
from tasks.ingest.stored_pages import copy_stored_pages
from tasks.ingest.worker import Job, Limits, bytes_read, ingest_job
from tasks.parallel.executor import Executor
from tasks.parallel.progress import Advance, report_progress
from tasks.steps import Receipt, StepResult, digest
from tasks.storage.addresses import as_given
from tasks.storage.object_stores import StoreError, is_remote

_CHUNK_FILES = 20_000  # files looked up in the ledger at a time


def _is_transient(_task: Any, _run: Any, state: Any) -> bool:
    """Whether a failure may pass: one of a store or of the network, never one of data, disk or permissions."""
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
    name="ingest",
    task_run_name="ingest",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=2,
    retry_delay_seconds=[10, 60],
    retry_condition_fn=_is_transient,
)
def ingest(
    sources: list[str],
    folder: Path,
    ledger_files: list[str],
    executor: Executor,
    *,
    limits: Limits,
    columns: dict[str, str] | None = None,
    fetching: Fetching | None = None,
    selection: Selection = EVERYTHING,
) -> StepResult:
    """Read the pages of all sources into batch files.

    Files that the ledger knows are skipped before they are read; pages that it knows by their bytes are skipped before
    anything else is done with them.

    Raises:
        SourceError: a source does not exist or contains no page, or no row has a column that the user names.
        ListError: a list of publishers is unusable.
    """
    sources = as_given(sources)
    web = [source for source in sources if is_web(source)]
    listing = list_files([source for source in sources if not is_web(source)], selection)
    seen = SeenPages.from_ledger(ledger_files)
    known: Counter[str] = Counter()
    refs = FileRefs(_new_files(listing.refs, seen, known, rereads_tables=bool(columns)))
    if executor.is_remote:
        refs = FileRefs(
            ref if is_remote(ref.path) else replace(ref, path=str(Path(ref.path).absolute())) for ref in refs
        )
    seen_folder = None
    if refs and len(seen.docs):
        seen_folder = folder.parent / "known" / digest(*map(str, ledger_files))
        seen.save(seen_folder)
    batches = split_into_batches(
        refs, max_pages=limits.batch_pages, max_bytes=limits.batch_bytes, part_bytes=limits.part_bytes
    )
    seen_name = str(seen_folder) if seen_folder else None
    jobs = [Job(FileRefs(batch), str(folder), limits, seen_name, columns or {}) for batch in batches]
    receipts = read_jobs(jobs, executor)
    if web:
        receipts += fetch(web, folder, limits, seen, fetching or Fetching())
    notes = Counter(listed=len(listing.refs), known=known["pages"])
    notes.update({f"skipped: {kind}": count for kind, count in listing.skipped.items()})
    for receipt in receipts:
        notes.update(receipt.notes)
    for field, names in unmatched(notes, columns or {}).items():
        raise SourceError(f"--map {field}={(columns or {})[field]}: no row has this column; the columns are: {names}")
    reported = Counter({note: count for note, count in notes.items() if not is_about_map(note)})
    reported.update(without_named_columns(notes))
    return StepResult("ingest", tuple(receipt for receipt in receipts if receipt.received), dict(reported))


def read_jobs(jobs: list[Job], executor: Executor) -> list[Receipt]:
    """The receipts of all jobs in their order. A file whose parts do not fit together is read again as a whole."""
    first = list(_receipts_of(jobs, executor))
    torn: dict[str, FileRef] = {}
    for job, receipts in zip(jobs, first, strict=True):
        if any(PARTS_MISALIGNED.note in receipt.notes for receipt in receipts):
            torn |= {ref.source_uri: replace(ref, span=None, lines_before=0) for ref in job.refs}
    if not torn:
        return [receipt for receipts in first for receipt in receipts]
    whole = [replace(jobs[0], refs=FileRefs([ref])) for ref in torn.values()]
    second = dict(zip(torn, _receipts_of(whole, executor), strict=True))
    kept: list[Receipt] = []
    for job, receipts in zip(jobs, first, strict=True):
        uri = next(iter(job.refs)).source_uri
        kept += second.pop(uri, []) if uri in torn else receipts
    return kept


def _receipts_of(jobs: list[Job], executor: Executor) -> Iterator[list[Receipt]]:
    folders = {Path(job.folder) for job in jobs}
    return executor.run_batches(
        "ingest",
        ingest_job,
        jobs,
        weights=[job.refs.size for job in jobs],
        unit="bytes",
        under_way=lambda: sum(map(bytes_read, folders)),
        pages_of=lambda receipts: sum(receipt.received for receipt in receipts),
    )


def _new_files(
    refs: Iterable[FileRef], seen: SeenPages, known: Counter[str], *, rereads_tables: bool
) -> Iterator[FileRef]:
    """The files that no earlier run has read in their present state; the pages of the others are counted in `known`.

    With `rereads_tables` (this run names columns) files with many pages are read again; their pages are known by
    their bytes.
    """
    listed = iter(refs)
    while part := list(islice(listed, _CHUNK_FILES)):
        is_seen = seen.has_files(
            [ref.source_uri for ref in part], [ref.byte_count for ref in part], [ref.mtime_ns for ref in part]
        )
        for ref, is_known in zip(part, is_seen.tolist(), strict=True):
            count = int(is_known)
            if not is_known and ref.is_container and not rereads_tables:
                count = seen.pages_of_container(ref.source_uri, ref.mtime_ns)
            known["pages"] += count
            if not count:
                yield ref


@task(name="ingest", task_run_name="load-stored-pages", cache_policy=NO_CACHE, persist_result=False)
def load_stored_pages(
    wanted: Mapping[str, Collection[str] | None], root: Path, folder: Path, *, without: set[str], batch_pages: int
) -> StepResult:
    """Take pages from the output's store of raw pages instead of reading sources (`tasks.ingest.stored_pages`)."""
    receipts = tuple(copy_stored_pages(wanted, root, folder, without=without, batch_pages=batch_pages))
    received = sum(receipt.received for receipt in receipts)
    report_progress(Advance("ingest", received, received))
    return StepResult("ingest", receipts, {"listed": received, "known": 0})
