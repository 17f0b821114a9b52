"""One folder of documents and lines in, one file of candidate rows out; what a worker does."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks import schema
from tasks.extract.core import extract_documents
from tasks.steps import Receipt, digest, left_out, rules_version
from tasks.storage.tables import without, write_table


@dataclass(frozen=True)
class Job:
    """One batch for a worker."""

    path: str
    verdicts: str | None  # the file that says which of its pages the gate set aside
    folder: str
    guess_dates: bool
    chosen: tuple[str, ...] | None = None  # doc_ids, where only some are tried
    flawed: dict[str, tuple[str, str]] = field(default_factory=dict)  # doc_id -> how it failed, and a sentence

    def pieces(self) -> list[str]:
        """The documents of the batch whose fields are to be read."""
        out = left_out(Path(self.verdicts) if self.verdicts else None) | set(self.flawed)
        documents = pq.ParquetFile(Path(self.path) / "documents.parquet").read(columns=["doc_id"])
        ids: list[str] = documents.column("doc_id").to_pylist()
        return [doc_id for doc_id in ids if doc_id not in out and (self.chosen is None or doc_id in self.chosen)]

    def only(self, pieces: Sequence[str], folder: str) -> "Job":
        """The same batch with these documents alone."""
        return replace(self, chosen=tuple(pieces), folder=folder)

    def apart(self, culprits: Mapping[str, tuple[str, str]]) -> "Job":
        """The same batch with these documents left out, which are told as flawed."""
        return replace(self, flawed=self.flawed | dict(culprits))


def extract_batch(job: Job) -> Receipt:
    """Extract the documents of one batch that passed; writes `folder/<batch id>.parquet`, unless that is there already."""
    wall, cpu = time.perf_counter(), time.process_time()
    source = Path(job.path)
    documents = pq.ParquetFile(source / "documents.parquet").read()
    ids = documents.column("doc_id").to_pylist()
    out = left_out(Path(job.verdicts) if job.verdicts else None).intersection(ids)
    if job.chosen is not None:
        out |= set(ids) - set(job.chosen)
    name = digest(
        source.name, rules_version(), str(job.guess_dates), *sorted(out), *map(str, sorted(job.flawed.items()))
    )
    target = Path(job.folder) / f"{name}.parquet"
    is_reused = target.exists()
    if not is_reused:
        lines = pq.ParquetFile(source / "lines.parquet").read()
        idle = out | set(job.flawed)
        rows = extract_documents(without(documents, idle), without(lines, idle), guess_dates=job.guess_dates)
        if job.flawed:
            rows = pa.concat_tables([rows, _flawed(without(documents, out), job.flawed)])
        write_table(rows, target, dictionary=["language", "kind", "publisher"])
    return Receipt(
        name, str(target), len(ids) - len(out), time.perf_counter() - wall, time.process_time() - cpu, is_reused=is_reused
    )  # fmt: skip


def _flawed(documents: pa.Table, flawed: Mapping[str, tuple[str, str]]) -> pa.Table:
    """Candidates of documents whose fields could not be read, and how it failed."""
    rows = [
        schema.blank_row(schema.CANDIDATES)
        | {name: row[name] for name in ("doc_id", "source_uri", "url", "fetched_at", "page_digest", "kind")}
        | {"problem": f"extract.{flawed[row['doc_id']][0]}", "problem_detail": flawed[row["doc_id"]][1]}
        for row in documents.to_pylist() if row["doc_id"] in flawed
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=schema.CANDIDATES)
