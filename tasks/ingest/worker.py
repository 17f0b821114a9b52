"""The work of the ingest step: files in, batches of page rows on disk out."""

import contextlib
import hashlib
import time
from collections import Counter
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import IO, Any, cast

import orjson
import pyarrow as pa

from tasks import schema
from tasks.ingest.bounded_streams import BoundedStream, FlawError
from tasks.ingest.content_kind import kind_of, unpacked_head
from tasks.ingest.file_refs import FileRef, FileRefs
from tasks.ingest.formats import BY_NAME, PARTS_MISALIGNED, Format, Opened, Options, Skipped
from tasks.ingest.formats.nested import UNPACKED_FORMATS, read_nested
from tasks.ingest.reading_time import seconds_for, within
from tasks.ingest.record import Record, SourceFile, page_row, too_large_detail
from tasks.ingest.seen import SeenPages
from tasks.ingest.side_files import as_one_finding
from tasks.ingest.unpacking import MAGIC_BYTES, UnpackError, codec_of
from tasks.parallel.isolation import CRASH
from tasks.steps import Receipt, digest
from tasks.storage.atomic import write_json
from tasks.storage.object_stores import open_file
from tasks.storage.tables import TableWriter
from tasks.vocabulary import Flaw

_ZSTD_LEVEL = 1  # of raw pages: level 3 makes them an eighth smaller, but takes a third of the step's time
_LOW_CARDINALITY = ["media_type", "declared_encoding", "problem"]
# of a row group in a batch of pages, which are written from the same memory; smaller groups cost more than they save
_GROUP_PAGES, _GROUP_BYTES = 32, 16 << 20
# readers note their progress in a file with this suffix, every 250 records
_SAME_BYTES = {"wacz": ("zip",), "har": ("json",)}  # formats that begin like a wider one
_METER, _METER_RECORDS = ".meter", 250
_WRITING_FACTOR = 3.0  # of the time to read a file: its pages are hashed, compressed and written besides
# the parts of a saved page are with it, in MHTML in base64
_SAVED_GROWTH = {"mhtml": 4, "webarchive": 4, "mail": 4}


@dataclass(frozen=True)
class Limits:
    """Sizes that bound a batch in memory and on disk."""

    max_page_bytes: int
    batch_pages: int
    batch_bytes: int
    part_bytes: int = 64 << 20  # of a file that several workers can read: a minute of work


@dataclass(frozen=True)
class Job:
    """What one worker reads at a time: some files of one page each, or one file with many."""

    refs: FileRefs
    folder: str
    limits: Limits
    seen: str | None = None  # folder of the `SeenPages` of earlier runs
    columns: dict[str, str] = field(default_factory=dict)

    def pieces(self) -> list[str]:
        """The files to open."""
        return [ref.source_uri for ref in self.refs if ref.flaw is None]

    @property
    def more_cpu_seconds(self) -> float:
        """The CPU time of a file of many pages, in addition to that of one page; its pages are written in it, too."""
        return sum(_WRITING_FACTOR * seconds_for(ref.size) for ref in self.refs if ref.is_container and not ref.flaw)

    def only(self, pieces: Sequence[str], folder: str) -> "Job":
        """The same job with these files alone."""
        chosen = set(pieces)
        return replace(self, refs=FileRefs(ref for ref in self.refs if ref.source_uri in chosen), folder=folder)

    def without(self, culprits: Mapping[str, tuple[str, str]]) -> "Job":
        """The same job with these files reported as flawed instead of opened."""

        def flawed(ref: FileRef) -> FileRef:
            how, detail = culprits[ref.source_uri]
            return replace(ref, flaw=Flaw.READER_CRASH if how == CRASH else Flaw.READER_TIMEOUT, detail=detail)

        return replace(self, refs=FileRefs(flawed(ref) if ref.source_uri in culprits else ref for ref in self.refs))

    @property
    def job_id(self) -> str:
        """A digest of what the job reads and how: paths, sizes, times, limits, columns, what earlier runs have read."""
        files = (
            (ref.source_uri, ref.url, ref.byte_count, ref.mtime_ns, ref.fetched_at_us, ref.flaw, ref.span)
            for ref in self.refs
        )
        seen = Path(self.seen).stem if self.seen else ""
        options = (f"{self.limits}", f"{sorted(self.columns.items())}", seen)
        return digest(*("\0".join(map(str, file)) for file in files), *options)


def read_records(ref: FileRef, options: Options, meter: Path | None = None) -> Iterator[Record | Skipped]:
    """The records of one file; never raises for a bad file."""
    start = ref.span[0] if ref.span else 0
    if ref.flaw is not None:
        yield Record(None, str(start or ""), flaw=ref.flaw, detail=ref.detail, byte_count=ref.size)
        return
    kind = BY_NAME[ref.format]
    max_bytes = options.max_page_bytes * _SAVED_GROWTH.get(kind.name, 1)
    if not kind.is_container and not ref.codec and ref.byte_count > max_bytes:
        yield _too_large(ref, options)
        return
    try:
        with open_file(ref.path) as stream:
            for number, record in enumerate(_records_in(stream, ref, options)):
                if meter is not None and number % _METER_RECORDS == 0:
                    meter.write_text(str(min(max(stream.tell() - start, 0), ref.size)))
                if isinstance(record, Record) and not kind.is_container:
                    record.url = ref.url or record.url  # the user's list knows better than the page
                    record.fetched_at_us = ref.fetched_at_us if ref.fetched_at_us is not None else record.fetched_at_us
                    if record.byte_count is None and record.raw is None:
                        record.byte_count = ref.byte_count
                yield record
    except OSError as error:
        if ref.span:  # reported once, when the whole file is read
            yield PARTS_MISALIGNED
        else:
            yield _unreadable(ref, error, "end" if kind.is_container else "")


def _records_in(stream: IO[bytes], ref: FileRef, options: Options) -> Iterator[Record | Skipped]:
    """The records of an open file, whose compression is known by its bytes: names often say another one or none."""
    kind = BY_NAME[ref.format]
    if kind.is_container and ref.span is None:
        kind = _kind_inside(stream, kind)
        ref = replace(ref, format=kind.name)
    opened = opened_as(stream, ref)
    if kind.name in UNPACKED_FORMATS and (codec := codec_of(_first_bytes(stream))):
        return within(_decompressed(stream, codec, kind, ref, options), seconds_for(ref.size))
    if kind.is_container and opened.codec and ref.span is None and _is_packed_twice(stream):
        return within(_decompressed(stream, opened.codec, kind, ref, options), seconds_for(ref.size))
    if ref.span and opened.codec != ref.codec:  # it was cut into parts by its name
        return iter((PARTS_MISALIGNED,))

    def read() -> Generator[Record | Skipped, None, None]:
        stream.seek(0)
        found = kind.read(opened, options)
        yield from within(found, seconds_for(ref.size)) if kind.is_container else found

    return as_one_finding(read, ref.size, ref.span) if kind.is_container else read()


def _first_bytes(stream: IO[bytes]) -> bytes:
    head = stream.read(MAGIC_BYTES)
    stream.seek(0)
    return head


def _decompressed(
    stream: IO[bytes], codec: str, kind: Format, ref: FileRef, options: Options
) -> Iterator[Record | Skipped]:
    """The pages of a file that is compressed although its format is: a Parquet file in gzip."""
    try:
        yield from read_nested(cast("IO[bytes]", BoundedStream(stream, codec)), kind, ref.path, "", options)
    except FlawError as error:
        yield Record(None, "end", flaw=error.flaw, detail=error.detail)


def _kind_inside(stream: IO[bytes], kind: Format) -> Format:
    """The format of a file of many pages by its first bytes: a name may be wrong, as of Parquet in a .csv file."""
    inside = None
    with contextlib.suppress(UnpackError):
        inside = kind_of(unpacked_head(stream)[0])
    stream.seek(0)
    is_other = inside is not None and inside.is_container and inside.name not in _SAME_BYTES.get(kind.name, ())
    return inside if inside is not None and is_other else kind


def _is_packed_twice(stream: IO[bytes]) -> bool:
    """Whether a compressed file holds compressed data, as servers send it that compress whatever they have."""
    head = b""
    with contextlib.suppress(UnpackError):
        head = unpacked_head(stream)[0]
    stream.seek(0)
    return codec_of(head[:MAGIC_BYTES]) is not None


def opened_as(stream: IO[bytes], ref: FileRef) -> Opened:
    """An open file, or a part of one, as readers take it."""
    codec = ref.codec
    if ref.format not in UNPACKED_FORMATS:
        codec = codec_of(_first_bytes(stream))
    return Opened(stream, ref.path, codec, ref.span, ref.lines_before)


def _unreadable(ref: FileRef, error: OSError, key: str = "") -> Record:
    detail = error.strerror or str(error)
    return Record(None, key, flaw=Flaw.UNREADABLE, detail=detail, byte_count=ref.byte_count)


def _too_large(ref: FileRef, options: Options) -> Record:
    """The record of a page that is only hashed."""
    detail = too_large_detail(ref.byte_count, options.max_page_bytes)
    try:
        with open_file(ref.path) as stream:
            page_digest = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    except OSError as error:
        return _unreadable(ref, error)
    return Record(None, flaw=Flaw.TOO_LARGE, detail=detail, byte_count=ref.byte_count, page_digest=page_digest)


def bytes_read(folder: Path) -> int:
    """Bytes read so far of the files that workers are reading, as their readers have noted."""
    total = 0
    for path in folder.glob(f".*{_METER}"):
        with contextlib.suppress(OSError, ValueError):  # the reader may delete it at any time
            total += int(path.read_text() or 0)
    return total


def file_rows(ref: FileRef, options: Options, meter: Path | None = None) -> Iterator[dict[str, Any] | Skipped]:
    """The page rows (`schema.PAGES`) of one file. The number of bytes read is written to `meter` now and then."""
    source = SourceFile(ref.source_uri, ref.mtime_ns)
    for record in read_records(ref, options, meter):
        yield record if isinstance(record, Skipped) else page_row(record, source, options.max_page_bytes)


class _Batch:
    """A batch file that is being written, with only a few pages in memory."""

    def __init__(self, writer: TableWriter, seen: SeenPages | None) -> None:
        self.row_count = self.raw_bytes = self.byte_count = 0
        self.notes: Counter[str] = Counter()
        self._writer, self._seen = writer, seen
        self._buffer: list[dict[str, Any]] = []
        self._buffered_bytes = 0
        self._ids: set[str] = set()

    def add(self, row: dict[str, Any]) -> None:
        """Add a page; a record that is twice in a file, with the same bytes and key, is one page."""
        size = len(row["raw"] or b"")
        self.row_count += 1
        self.raw_bytes += size
        self.byte_count += row["byte_count"]
        if row["doc_id"] in self._ids:
            return
        self._ids.add(row["doc_id"])
        self._buffer.append(row)
        self._buffered_bytes += size
        if len(self._buffer) >= _GROUP_PAGES or self._buffered_bytes >= _GROUP_BYTES:
            self.flush()

    def is_full(self, limits: Limits) -> bool:
        """Whether the next page belongs to the next batch; an empty batch takes any page."""
        return self.row_count > 0 and (self.row_count >= limits.batch_pages or self.raw_bytes >= limits.batch_bytes)

    def flush(self) -> None:
        """Write the pages in memory, without those that earlier runs have read."""
        pages = pa.Table.from_pylist(self._buffer, schema=schema.PAGES)
        self._buffer, self._buffered_bytes = [], 0
        new, known_count = self._seen.drop_seen(pages) if self._seen is not None else (pages, 0)
        self.notes["known"] += known_count
        self.notes["same as before"] += new.num_rows - new.column("same_as").null_count
        self._writer.write_row_group(new)


def write_batches(
    rows: Iterable[dict[str, Any] | Skipped], folder: Path, name: str, limits: Limits, seen: SeenPages | None
) -> Iterator[Receipt]:
    """Write page rows into batches of bounded size, without those in `seen`.

    Returns: one receipt per batch; what was skipped is in the notes of the last one.
    """
    skipped: Counter[str] = Counter()  # by note
    pages = _pages(rows, skipped)
    wall, cpu = time.perf_counter(), time.process_time()
    row = next(pages, None)
    for number in count(1):
        path = folder / f"{name}-{number:05d}.parquet"
        with TableWriter(path, schema.PAGES, dictionary=_LOW_CARDINALITY, zstd_level=_ZSTD_LEVEL) as writer:
            batch = _Batch(writer, seen)
            while row is not None and not batch.is_full(limits):
                batch.add(row)
                row = next(pages, None)
            batch.flush()
        notes = batch.notes if row is not None else batch.notes + skipped
        yield Receipt(
            path.stem,
            str(path),
            writer.rows,
            time.perf_counter() - wall,
            time.process_time() - cpu,
            byte_count=batch.byte_count,
            notes=dict(+notes),
        )
        if row is None:
            return
        wall, cpu = time.perf_counter(), time.process_time()


def _pages(rows: Iterable[dict[str, Any] | Skipped], skipped: Counter[str]) -> Iterator[dict[str, Any]]:
    """The pages among the rows; the others are counted in `skipped`."""
    for row in rows:
        if isinstance(row, Skipped):
            skipped[row.note] += 1
        else:
            yield row


@cache
def _load_seen(folder: str) -> SeenPages:
    return SeenPages.load(Path(folder))


def ingest_job(job: Job) -> list[Receipt]:
    """Read the files of a job and write their pages to `folder/<job id>-<n>.parquet`, unless that is done already."""
    folder, name = Path(job.folder), job.job_id
    done = folder / f"{name}.json"
    if done.exists():
        return [replace(Receipt(**saved), is_reused=True) for saved in orjson.loads(done.read_bytes())]
    options = Options(job.limits.max_page_bytes, job.columns)

    folder.mkdir(parents=True, exist_ok=True)
    meter = folder / f".{name}{_METER}"
    rows = (row for ref in job.refs for row in file_rows(ref, options, meter if ref.is_container else None))
    seen = _load_seen(job.seen) if job.seen else None
    receipts = list(write_batches(rows, folder, name, job.limits, seen))
    write_json([asdict(receipt) for receipt in receipts], done)
    meter.unlink(missing_ok=True)
    return receipts
