"""Files in, batches of page rows on disk out: what a worker of the ingest step does."""

import contextlib
import hashlib
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa

from tasks import schema
from tasks.ingest.formats import BY_NAME, NOT_MET, Opened, Options, Passed
from tasks.ingest.listing import FileRef, FileRefs
from tasks.ingest.record import Place, Record, page_row
from tasks.ingest.seen import Known
from tasks.parallel.isolation import CRASH
from tasks.steps import Receipt, digest
from tasks.storage.atomic import write_json
from tasks.storage.object_stores import open_file
from tasks.storage.tables import TableWriter
from tasks.vocabulary import Flaw

_ZSTD_LEVEL = 1  # of raw pages: at level 3 they are an eighth smaller, and a third of the step's time goes there
# a row group of a batch of pages: the same memory serves each; with smaller groups their number costs more than that saves
_GROUP_PAGES, _GROUP_BYTES = 32, 16 << 20
_METER, _METER_RECORDS = ".meter", 250  # a moment's worth of reading


@dataclass(frozen=True)
class Limits:
    """Sizes that bound a batch in memory and on disk."""

    max_page_bytes: int
    batch_pages: int
    batch_bytes: int
    part_bytes: int = 64 << 20  # of a file that several workers can read: a minute's work for one


@dataclass(frozen=True)
class Job:
    """What one worker reads at a time: some files of one page each, or one file with many."""

    refs: FileRefs
    folder: str
    limits: Limits
    known: str | None = None  # file of what earlier runs know
    columns: dict[str, str] = field(default_factory=dict)

    def pieces(self) -> list[str]:
        """The files that are to be opened."""
        return [ref.source_uri for ref in self.refs if ref.flaw is None]

    @property
    def is_timed(self) -> bool:
        """Whether the time is limited: not of a file that may hold millions of pages."""
        return not any(ref.is_container for ref in self.refs)

    def only(self, pieces: Sequence[str], folder: str) -> "Job":
        """The same job with these files alone."""
        chosen = set(pieces)
        return replace(self, refs=FileRefs(ref for ref in self.refs if ref.source_uri in chosen), folder=folder)

    def without(self, culprits: Mapping[str, tuple[str, str]]) -> "Job":
        """The same job with these files not opened, which are told as flawed."""
        refs = (
            replace(ref, flaw=Flaw.READER_CRASH if culprits[ref.source_uri][0] == CRASH else Flaw.READER_TIMEOUT, detail=culprits[ref.source_uri][1])
            if ref.source_uri in culprits else ref for ref in self.refs
        )  # fmt: skip
        return replace(self, refs=FileRefs(refs))

    @property
    def job_id(self) -> str:
        """Names the job by what it will read and how: places, sizes, times, limits, columns, what is known."""
        known = Path(self.known).stem if self.known else ""
        return digest(
            *(f"{ref.source_uri}\0{ref.url}\0{ref.byte_count}\0{ref.mtime_ns}\0{ref.fetched_at_us}\0{ref.flaw}\0{ref.span}" for ref in self.refs),
            f"{self.limits}", f"{sorted(self.columns.items())}", known,
        )  # fmt: skip


def read_records(ref: FileRef, options: Options, meter: Path | None = None) -> Iterator[Record | Passed]:
    """The records of one file; never raises for a bad file."""
    start = ref.span[0] if ref.span else 0
    if ref.flaw is not None:
        yield Record(None, str(start or ""), flaw=ref.flaw, detail=ref.detail, byte_count=ref.size)
        return
    kind = BY_NAME[ref.format]
    if (
        not kind.is_container
        and not ref.codec
        and ref.byte_count > options.max_page_bytes * (4 if kind.name == "mhtml" else 1)
    ):
        yield _too_large(ref, options)
        return
    try:
        with open_file(ref.path) as stream:
            for number, record in enumerate(
                kind.read(Opened(stream, ref.path, ref.codec, ref.span, ref.lines_before), options)
            ):
                if meter is not None and number % _METER_RECORDS == 0:
                    meter.write_text(str(min(max(stream.tell() - start, 0), ref.size)))
                if isinstance(record, Record) and not kind.is_container:
                    record.url = record.url or ref.url
                    record.fetched_at_us = ref.fetched_at_us if ref.fetched_at_us is not None else record.fetched_at_us
                    record.byte_count = (
                        record.byte_count if record.byte_count is not None or record.raw is not None else ref.byte_count
                    )
                yield record
    except OSError as error:
        if ref.span:  # told once, when the whole is read
            yield NOT_MET
            return
        yield Record(
            None,
            "end" if kind.is_container else "",
            flaw=Flaw.UNREADABLE,
            detail=error.strerror or str(error),
            byte_count=ref.byte_count,
        )


def _too_large(ref: FileRef, options: Options) -> Record:
    """The record of a page that is only hashed."""
    detail = f"{ref.byte_count:,} bytes; pages of up to {options.max_page_bytes:,} are read"
    try:
        with open_file(ref.path) as stream:
            page_digest = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    except OSError as error:
        return Record(None, flaw=Flaw.UNREADABLE, detail=error.strerror or str(error), byte_count=ref.byte_count)
    return Record(None, flaw=Flaw.TOO_LARGE, detail=detail, byte_count=ref.byte_count, page_digest=page_digest)


def read_so_far(folder: Path) -> int:
    """Bytes read of the files that are being read: what their readers have noted."""
    found = 0
    for path in folder.glob(f".*{_METER}"):
        with contextlib.suppress(OSError, ValueError):  # it ends just now
            found += int(path.read_text() or 0)
    return found


def file_rows(ref: FileRef, options: Options, meter: Path | None = None) -> Iterator[dict[str, Any] | Passed]:
    """The page rows (`schema.PAGES`) of one file; how far it is read is noted in `meter` now and then."""
    place = Place(ref.source_uri, ref.mtime_ns)
    for record in read_records(ref, options, meter):
        yield record if isinstance(record, Passed) else page_row(record, place, options.max_page_bytes)


class _Batch:
    """A batch file that is being written, a few pages at a time, so that a worker holds no more than those."""

    def __init__(self, writer: TableWriter, known: Known | None) -> None:
        self.row_count = self.raw_bytes = self.byte_count = 0
        self.notes: Counter[str] = Counter()
        self._writer, self._known = writer, known
        self._held: list[dict[str, Any]] = []
        self._held_bytes = 0
        self._ids: set[str] = set()

    def add(self, row: dict[str, Any]) -> None:
        """Add a page; a record that stands twice in a file, byte for byte and under one key, is one page."""
        size = len(row["raw"] or b"")
        self.row_count, self.raw_bytes, self.byte_count = self.row_count + 1, self.raw_bytes + size, self.byte_count + row["byte_count"]  # fmt: skip
        if row["doc_id"] in self._ids:
            return
        self._ids.add(row["doc_id"])
        self._held.append(row)
        self._held_bytes += size
        if len(self._held) >= _GROUP_PAGES or self._held_bytes >= _GROUP_BYTES:
            self.flush()

    def is_full(self, limits: Limits) -> bool:
        """Whether a further page belongs to the next batch; one page has room in any."""
        return self.row_count > 0 and (self.row_count >= limits.batch_pages or self.raw_bytes >= limits.batch_bytes)

    def flush(self) -> None:
        """Write the pages that are held, without those that are known."""
        table = pa.Table.from_pylist(self._held, schema=schema.PAGES)
        self._held, self._held_bytes = [], 0
        fresh, known_count = self._known.sort_out(table) if self._known is not None else (table, 0)
        self.notes["known"] += known_count
        self.notes["same as before"] += fresh.num_rows - fresh.column("same_as").null_count
        self._writer.write_row_group(fresh)


def write_batches(
    rows: Iterable[dict[str, Any] | Passed], folder: Path, name: str, limits: Limits, known: Known | None
) -> Iterator[Receipt]:
    """Write page rows into batches of bounded size, without what is known; one receipt each, the last with the notes."""
    passed: Counter[str] = Counter()  # by note
    pages = _pages(rows, passed)
    wall, cpu = time.perf_counter(), time.process_time()
    row = next(pages, None)
    for number in count(1):
        path = folder / f"{name}-{number:05d}.parquet"
        with TableWriter(path, schema.PAGES, dictionary=["media_type", "declared_encoding", "problem"], zstd_level=_ZSTD_LEVEL) as writer:  # fmt: skip
            batch = _Batch(writer, known)
            while row is not None and not batch.is_full(limits):
                batch.add(row)
                row = next(pages, None)
            batch.flush()
        notes = batch.notes if row is not None else batch.notes + passed
        yield Receipt(path.stem, str(path), writer.rows, time.perf_counter() - wall, time.process_time() - cpu,
                      byte_count=batch.byte_count, notes=dict(+notes))  # fmt: skip
        if row is None:
            return
        wall, cpu = time.perf_counter(), time.process_time()


def _pages(rows: Iterable[dict[str, Any] | Passed], passed: Counter[str]) -> Iterator[dict[str, Any]]:
    """The pages among the rows; what is no page is counted in `passed`."""
    for row in rows:
        if isinstance(row, Passed):
            passed[row.note] += 1
        else:
            yield row


@cache
def _known(path: str) -> Known:
    return Known.load(Path(path))


def ingest_job(job: Job) -> list[Receipt]:
    """Read the files of a job and write their pages to `folder/<job id>-<n>.parquet`, unless that was done already."""
    folder, name = Path(job.folder), job.job_id
    done = folder / f"{name}.json"
    if done.exists():
        return [replace(Receipt(**saved), is_reused=True) for saved in orjson.loads(done.read_bytes())]
    options = Options(job.limits.max_page_bytes, job.columns)

    folder.mkdir(parents=True, exist_ok=True)
    meter = folder / f".{name}{_METER}"
    rows = (row for ref in job.refs for row in file_rows(ref, options, meter if ref.is_container else None))
    receipts = list(write_batches(rows, folder, name, job.limits, _known(job.known) if job.known else None))
    write_json([asdict(receipt) for receipt in receipts], done)
    meter.unlink(missing_ok=True)
    return receipts
