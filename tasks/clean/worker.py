"""One batch file of pages in, one folder with its documents and lines out: what a worker of the clean step does."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks import schema
from tasks.clean.core import clean_pages
from tasks.clean.sites.memory import learn_files, recall
from tasks.parallel.page_job import PageJob
from tasks.site_rules.entries import NO_RULES, SiteRules
from tasks.steps import Receipt, digest, rules_version_with
from tasks.storage.atomic import replaced_folder
from tasks.storage.tables import without, write_table

DOCUMENTS, LINES, EVIDENCE = "documents.parquet", "lines.parquet", "evidence.parquet"
_PAGES_AT_ONCE = 8  # read into the same memory again and again
_LOW_CARDINALITY = "label action reason tag doubt doc_id kind encoding encoding_from media_type".split()


@dataclass(frozen=True, kw_only=True)
class Job(PageJob):
    """One batch for a worker."""

    sites: dict[str, str]  # the memory of sites: path within the table -> file
    sites_state: str  # name of the state of that memory
    site_rules: SiteRules = NO_RULES


def clean_batch(job: Job) -> Receipt:
    """Clean the pages of one batch that passed. Writes the folder `folder/<batch id>/`, unless it exists."""
    wall, cpu = time.perf_counter(), time.process_time()
    ids = job.doc_ids()
    skipped = job.skipped(ids)
    failed = sorted(job.failed.items())
    version = rules_version_with(job.site_rules.fingerprint)
    name = digest(Path(job.path).stem, version, job.sites_state, *sorted(skipped), *map(str, failed))
    target = Path(job.folder) / name
    is_reused = target.exists()
    if not is_reused:
        _write(job, skipped, target)
    return Receipt(
        batch_id=name,
        path=str(target),
        received=pq.read_metadata(target / DOCUMENTS).num_rows,  # without copies of known pages
        seconds=time.perf_counter() - wall,
        cpu_seconds=time.process_time() - cpu,
        is_reused=is_reused,
        notes={"parser failed": len(failed)} if failed else {},
    )


def _write(job: Job, skipped: set[str], target: Path) -> None:
    """Clean the pages of a batch into a folder, which appears when it is complete."""
    file = pq.ParquetFile(job.path)
    pages = without(file.read(columns=[name for name in file.schema_arrow.names if name != "raw"]), skipped)
    remembered = partial(recall, {relative: Path(path) for relative, path in job.sites.items()})
    idle = skipped | set(job.failed)
    documents, lines, evidence = clean_pages(
        without(pages, idle), remembered, partial(_raws, job.path, idle), site_rules=job.site_rules
    )
    if job.failed:
        documents = pa.concat_tables([documents, _failed_rows(pages, job.failed)])
    with replaced_folder(target) as temporary:
        write_table(documents, temporary / DOCUMENTS, dictionary=_LOW_CARDINALITY)
        write_table(lines, temporary / LINES, dictionary=_LOW_CARDINALITY)
        write_table(evidence, temporary / EVIDENCE, dictionary=["site"])


def _raws(path: str, idle: set[str]) -> Iterator[bytes | None]:
    """The bytes of the pages of a batch in their order, without those of the pages in `idle`."""
    parts = pq.ParquetFile(path).iter_batches(batch_size=_PAGES_AT_ONCE, columns=["doc_id", "raw"], use_threads=False)
    for part in parts:
        for doc_id, raw in zip(part.column("doc_id").to_pylist(), part.column("raw"), strict=True):
            if doc_id not in idle:
                yield raw.as_py()


def _failed_rows(pages: pa.Table, failed: Mapping[str, tuple[str, str]]) -> pa.Table:
    """Documents of pages that crash or hang the parser: what ingest knows of them, and how they failed."""
    blank = schema.blank_row(schema.DOCUMENTS) | {"kind": "article"}
    known = ("doc_id", "source_uri", "url", "media_type", "fetched_at", "page_digest", "byte_count")
    rows = []
    for row in pages.to_pylist():
        if row["doc_id"] in failed:
            how, detail = failed[row["doc_id"]]
            identity = {name: row[name] for name in known}
            rows.append(blank | identity | {"problem": f"clean.parser_{how}", "problem_detail": detail})
    return pa.Table.from_pylist(rows, schema=schema.DOCUMENTS)


def learn(batches: list[Path], sites: Mapping[str, Path], folder: str) -> dict[str, Path]:
    """Write the memory of sites after these batches into `folder`; returns the new files by path within the table."""
    evidence = (pq.ParquetFile(path / EVIDENCE).read() for path in batches)
    written = {}
    for relative, table in learn_files(evidence, sites, Path(folder) / "evidence"):
        written[relative] = Path(folder) / relative
        write_table(table, written[relative], dictionary=["site"])
    return written
