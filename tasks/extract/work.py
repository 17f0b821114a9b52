"""One folder of documents and lines in, one file of candidate rows out; what a worker does."""

import time
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from tasks.batch import Receipt, digest, left_out, rules_version, without, write_table
from tasks.extract.batch import extract_documents


class Job(NamedTuple):
    """One batch for a worker."""

    path: str
    verdicts: str | None  # the file that says which of its pages the gate set aside
    folder: str
    guess_dates: bool


def extract_batch(job: Job) -> Receipt:
    """Extract the documents of one batch that passed; writes `folder/<batch id>.parquet`, unless that is there already."""
    path, verdicts, folder, guess_dates = job
    wall, cpu = time.perf_counter(), time.process_time()
    source = Path(path)
    documents = pq.ParquetFile(source / "documents.parquet").read()
    ids = documents.column("doc_id").to_pylist()
    out = left_out(Path(verdicts) if verdicts else None).intersection(ids)
    name = digest(source.name, rules_version(), str(guess_dates), *sorted(out))
    target = Path(folder) / f"{name}.parquet"
    is_reused = target.exists()
    if not is_reused:
        lines = pq.ParquetFile(source / "lines.parquet").read()
        write_table(
            extract_documents(without(documents, out), without(lines, out), guess_dates=guess_dates),
            target,
            dictionary=["language", "kind", "publisher"],
        )
    return Receipt(
        name,
        str(target),
        len(ids) - len(out),
        time.perf_counter() - wall,
        time.process_time() - cpu,
        is_reused=is_reused,
    )
