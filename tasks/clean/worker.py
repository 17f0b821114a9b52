"""One batch file of pages in, one folder with its documents and lines out; what a worker does."""

import shutil
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from tasks import schema
from tasks.clean.core import clean_pages
from tasks.clean.sites.memory import learn_files, recall
from tasks.steps import Receipt, digest, left_out, rules_version
from tasks.storage.tables import without, write_table

DOCUMENTS, LINES, EVIDENCE = "documents.parquet", "lines.parquet", "evidence.parquet"
_PAGES_AT_ONCE = 8  # read into the same memory again and again
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


@dataclass(frozen=True)
class Job:
    """One batch for a worker."""

    path: str
    verdicts: str | None  # the file that says which of its pages the gate set aside
    folder: str
    sites: dict[str, str]  # files of what earlier runs remember of sites, by their place
    state: str  # names the state of that memory
    chosen: tuple[str, ...] | None = None  # doc_ids, where only some are tried
    flawed: dict[str, tuple[str, str]] = field(default_factory=dict)  # doc_id -> how its parser failed, and a sentence

    def pieces(self) -> list[str]:
        """The pages of the batch that are to be cleaned."""
        out = left_out(Path(self.verdicts) if self.verdicts else None) | set(self.flawed)
        ids: list[str] = pq.ParquetFile(self.path).read(columns=["doc_id"]).column("doc_id").to_pylist()
        return [doc_id for doc_id in ids if doc_id not in out and (self.chosen is None or doc_id in self.chosen)]

    def only(self, pieces: Sequence[str], folder: str) -> "Job":
        """The same batch with these pages alone."""
        return replace(self, chosen=tuple(pieces), folder=folder)

    def apart(self, culprits: Mapping[str, tuple[str, str]]) -> "Job":
        """The same batch with these pages left out, which are told as flawed."""
        return replace(self, flawed=self.flawed | dict(culprits))


def clean_batch(job: Job) -> Receipt:
    """Clean the pages of one batch that passed; writes `folder/<batch id>/`, unless that is there already."""
    wall, cpu = time.perf_counter(), time.process_time()
    pages = pq.ParquetFile(job.path).read(columns=["doc_id"])
    ids = pages.column("doc_id").to_pylist()
    out = left_out(Path(job.verdicts) if job.verdicts else None).intersection(ids)
    if job.chosen is not None:
        out |= set(ids) - set(job.chosen)
    name = digest(Path(job.path).stem, rules_version(), job.state, *sorted(out), *map(str, sorted(job.flawed.items())))
    target = Path(job.folder) / name
    is_reused = target.exists()
    if not is_reused:
        file = pq.ParquetFile(job.path)
        pages = without(file.read(columns=[name for name in file.schema_arrow.names if name != "raw"]), out)
        remembered = partial(recall, {place: Path(file) for place, file in job.sites.items()})
        idle = out | set(job.flawed)
        documents, lines, evidence = clean_pages(without(pages, idle), remembered, partial(_raws, job.path, idle))
        if job.flawed:
            documents = pa.concat_tables([documents, _flawed(pages, job.flawed)])
        aside = target.with_name(f".{name}.{uuid.uuid4().hex}.tmp")
        try:
            write_table(documents, aside / DOCUMENTS, dictionary=_WORDS_OF_FEW)
            write_table(lines, aside / LINES, dictionary=_WORDS_OF_FEW)
            write_table(evidence, aside / EVIDENCE, dictionary=["site"])
            aside.rename(target)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return Receipt(
        name, str(target), len(ids) - len(out), time.perf_counter() - wall, time.process_time() - cpu, is_reused=is_reused,
        notes={"parser failed": len(job.flawed)} if job.flawed else {},
    )  # fmt: skip


def _raws(path: str, idle: set[str]) -> Iterator[bytes | None]:
    """The bytes of the pages of a batch in their order, without those of the pages in `idle`."""
    for part in pq.ParquetFile(path).iter_batches(
        batch_size=_PAGES_AT_ONCE, columns=["doc_id", "raw"], use_threads=False
    ):
        for doc_id, raw in zip(part.column("doc_id").to_pylist(), part.column("raw"), strict=True):
            if doc_id not in idle:
                yield raw.as_py()


def _flawed(pages: pa.Table, flawed: Mapping[str, tuple[str, str]]) -> pa.Table:
    """Documents of pages that no parser has survived: what is known from outside, and how it failed."""
    rows = [
        schema.blank_row(schema.DOCUMENTS)
        | {name: row[name] for name in ("doc_id", "source_uri", "url", "media_type", "fetched_at", "page_digest", "byte_count")}
        | {"kind": "article", "problem": f"clean.parser_{flawed[row['doc_id']][0]}", "problem_detail": flawed[row["doc_id"]][1]}
        for row in pages.to_pylist() if row["doc_id"] in flawed
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=schema.DOCUMENTS)


def learn(batches: list[Path], sites: Mapping[str, Path], folder: str) -> dict[str, Path]:
    """Write what is remembered of sites after these batches into `folder`; returns the files that are new, by their place."""
    evidence = (pq.ParquetFile(path / EVIDENCE).read() for path in batches)
    written = {}
    for place, table in learn_files(evidence, sites, Path(folder) / "evidence"):
        written[place] = Path(folder) / place
        write_table(table, written[place], dictionary=["site"])
    return written
