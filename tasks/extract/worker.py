"""One folder of documents and lines in, one file of candidate rows out: what a worker of the extract step does."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks import schema
from tasks.extract.core import extract_documents
from tasks.parallel.page_job import PageJob
from tasks.steps import Receipt, digest, rules_version_with
from tasks.storage.tables import without, write_table


@dataclass(frozen=True, kw_only=True)
class Job(PageJob):
    """One batch for a worker."""

    guess_dates: bool
    site_rules: str = ""  # fingerprint of the user's rules for sites, which clean applied to the lines

    @property
    def ids_path(self) -> Path:
        """The file that has the doc_id of every document of the batch."""
        return Path(self.path) / "documents.parquet"


def extract_batch(job: Job) -> Receipt:
    """Extract the documents of one batch that passed. Writes `folder/<batch id>.parquet`, unless it exists."""
    wall, cpu = time.perf_counter(), time.process_time()
    source = Path(job.path)
    documents = pq.ParquetFile(job.ids_path).read()
    ids = documents.column("doc_id").to_pylist()
    skipped = job.skipped(ids)
    version = rules_version_with(job.site_rules)
    name = digest(source.name, version, str(job.guess_dates), *sorted(skipped), *map(str, sorted(job.failed.items())))
    target = Path(job.folder) / f"{name}.parquet"
    is_reused = target.exists()
    if not is_reused:
        lines = pq.ParquetFile(source / "lines.parquet").read()
        idle = skipped | set(job.failed)
        rows = extract_documents(
            without(documents, idle), without(lines, idle), guess_dates=job.guess_dates, version=version
        )
        if job.failed:
            rows = pa.concat_tables([rows, _failed_rows(without(documents, skipped), job.failed)])
        write_table(rows, target, dictionary=["language", "kind", "publisher"])
    return Receipt(
        batch_id=name,
        path=str(target),
        received=len(ids) - len(skipped),
        seconds=time.perf_counter() - wall,
        cpu_seconds=time.process_time() - cpu,
        is_reused=is_reused,
    )


def _failed_rows(documents: pa.Table, failed: Mapping[str, tuple[str, str]]) -> pa.Table:
    """Candidates of the documents whose fields could not be read, with the reason."""
    blank = schema.blank_row(schema.CANDIDATES)
    known = ("doc_id", "source_uri", "url", "fetched_at", "page_digest", "kind")
    rows = []
    for row in documents.to_pylist():
        if row["doc_id"] in failed:
            how, detail = failed[row["doc_id"]]
            identity = {name: row[name] for name in known}
            rows.append(blank | identity | {"problem": f"extract.{how}", "problem_detail": detail})
    return pa.Table.from_pylist(rows, schema=schema.CANDIDATES)
