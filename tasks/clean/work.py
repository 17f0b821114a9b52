"""One batch file of pages in, one folder with its documents and lines out; what a worker does."""

import shutil
import time
import uuid
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pyarrow.parquet as pq

from tasks.batch import Receipt, digest, left_out, rules_version, without, write_table
from tasks.clean.batch import clean_pages
from tasks.clean.site_memory import recall

DOCUMENTS, LINES, EVIDENCE = "documents.parquet", "lines.parquet", "evidence.parquet"
_WORDS_OF_FEW = [
    "label",
    "action",
    "reason",
    "tag",
    "doubt",
    "doc_id",
    "kind",
    "encoding",
    "encoding_from",
    "media_type",
]


class Job(NamedTuple):
    """One batch for a worker."""

    path: str
    verdicts: str | None  # the file that says which of its pages the gate set aside
    folder: str
    sites: dict[str, str]  # files of what earlier runs remember of sites, by their place
    state: str  # names the state of that memory


def clean_batch(job: Job) -> Receipt:
    """Clean the pages of one batch that passed; writes `folder/<batch id>/`, unless that is there already."""
    path, verdicts, folder, sites, state = job
    wall, cpu = time.perf_counter(), time.process_time()
    ids = pq.ParquetFile(path).read(columns=["doc_id"]).column("doc_id").to_pylist()
    out = left_out(Path(verdicts) if verdicts else None).intersection(ids)
    name = digest(Path(path).stem, rules_version(), state, *sorted(out))
    target = Path(folder) / name
    is_reused = target.exists()
    if not is_reused:
        pages = pq.ParquetFile(path).read()
        remembered = partial(recall, {place: Path(file) for place, file in sites.items()})
        documents, lines, evidence = clean_pages(without(pages, out), remembered)
        aside = target.with_name(f".{name}.{uuid.uuid4().hex}.tmp")
        try:
            write_table(documents, aside / DOCUMENTS, dictionary=_WORDS_OF_FEW)
            write_table(lines, aside / LINES, dictionary=_WORDS_OF_FEW)
            write_table(evidence, aside / EVIDENCE, dictionary=["site"])
            aside.rename(target)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return Receipt(
        name,
        str(target),
        len(ids) - len(out),
        time.perf_counter() - wall,
        time.process_time() - cpu,
        is_reused=is_reused,
    )
