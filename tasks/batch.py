"""What a step hands on: files on disk with names made from their content, and small receipts.

Done is a file that exists. A batch is named by the digest of its input and the fingerprint of the rules, written
aside and renamed; a step that finds the file does not do the work again. Killed and started again, a run therefore
goes on where it was.
"""

import hashlib
import os
import shutil
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

# zstd 3: a quarter of snappy's size more saved at a third of the speed, still far from being a cost beside clean;
# dictionaries only pay on columns of few values, so each table names those.
_ZSTD_LEVEL = 3
ROW_GROUP_ROWS = 10_000  # small enough that min/max statistics skip, large enough that zstd has material


RECALLED = "recalled"  # folder of batches of pages that lie in the output's store already, by the file they lie in


def raw_file_of(batch: Path) -> str:
    """The file under the output in which the raw pages of a batch lie, or will lie if they are kept."""
    return f"pages/{batch.parent.name if batch.parent.parent.name == RECALLED else batch.stem}.parquet"


@dataclass(frozen=True)
class Receipt:
    """What a step did with one batch; `received == kept + quarantined + duplicates` once its gate has spoken."""

    batch_id: str
    path: str
    received: int
    seconds: float
    cpu_seconds: float
    byte_count: int = 0
    is_reused: bool = False
    notes: dict[str, int] = field(default_factory=dict)


def digest(*parts: str | bytes) -> str:
    """A name of 16 hex digits made from the parts, in order: 64 bits, so ten million names collide once in 10^5 tries."""
    state = hashlib.blake2b(digest_size=8)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        state.update(len(data).to_bytes(8, "little"))
        state.update(data)
    return state.hexdigest()


@cache
def rules_version() -> str:
    """Version and fingerprint of everything that decides how a page turns out: `0.1.0+3fa9c1d2`.

    The fingerprint covers the sources, the lexica and the model of ingest, clean and extract, and what these share.
    """
    here = Path(__file__).parent
    state = hashlib.blake2b(digest_size=4)
    for place in ("ingest", "clean", "extract", "dates.py", "labels.py", "language.py", "names.py", "schema.py"):
        for path in sorted((here / place).rglob("*")) or [here / place]:
            if path.is_file() and path.suffix != ".pyc":
                state.update(path.relative_to(here).as_posix().encode())
                state.update(path.read_bytes())
    try:
        number = version("copydesk")
    except PackageNotFoundError:  # a checkout that was not installed
        number = "0"
    return f"{number}+{state.hexdigest()}"


def write_table(table: pa.Table, path: Path, *, dictionary: Iterable[str] = (), zstd_level: int = _ZSTD_LEVEL) -> None:
    """Write a Parquet file that is either wholly there or not at all, even after a power cut."""
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")  # readers skip names with a leading dot
    try:
        pq.write_table(
            table, aside, compression="zstd", compression_level=zstd_level,
            use_dictionary=[name for name in dictionary if name in table.column_names], row_group_size=ROW_GROUP_ROWS,
        )  # fmt: skip
        put_in_place(aside, path)
    finally:
        aside.unlink(missing_ok=True)


class TableWriter:
    """Writes a Parquet file table by table, never holding more than a row group; wholly there once closed, or not at all.

    A context: after an exception within, nothing is left. Without a single row no file is made.
    """

    def __init__(
        self, path: Path, schema: pa.Schema, *, dictionary: Iterable[str] = (), zstd_level: int = _ZSTD_LEVEL
    ) -> None:
        self.path, self.rows = path, 0
        self._schema, self._dictionary = schema, [name for name in dictionary if name in schema.names]
        self._zstd_level = zstd_level
        self._aside = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
        self._held: list[pa.Table] = []
        self._file: pq.ParquetWriter | None = None

    def __enter__(self) -> "TableWriter":
        return self

    def write(self, table: pa.Table) -> None:
        """Add the rows of a table that has the writer's schema, in row groups of `ROW_GROUP_ROWS`."""
        self._held.append(table)
        while sum(part.num_rows for part in self._held) >= ROW_GROUP_ROWS:
            joined = pa.concat_tables(self._held)
            self.write_row_group(joined.slice(0, ROW_GROUP_ROWS))
            self._held = [joined.slice(ROW_GROUP_ROWS)]

    def write_row_group(self, table: pa.Table) -> None:
        """Add the rows of a table that has the writer's schema as a row group of their own."""
        if not table.num_rows:
            return
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = pq.ParquetWriter(self._aside, self._schema, compression="zstd", compression_level=self._zstd_level,
                                          use_dictionary=self._dictionary)  # fmt: skip
        self._file.write_table(table, row_group_size=table.num_rows)
        self.rows += table.num_rows

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None and self._held:
                self.write_row_group(pa.concat_tables(self._held))
            if kind is None and self._file is not None:
                self._file.close()
                self._file = None
                put_in_place(self._aside, self.path)
        finally:
            if self._file is not None:
                self._file.close()
            self._aside.unlink(missing_ok=True)


def write_json(value: object, path: Path) -> None:
    """Write a JSON file that is either wholly there or not at all."""
    _write_bytes(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS), path)


def write_text(text: str, path: Path) -> None:
    """Write a text file in UTF-8 that is either wholly there or not at all."""
    _write_bytes(text.encode("utf-8", "replace"), path)


def _write_bytes(data: bytes, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        aside.write_bytes(data)
        put_in_place(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def put_in_place(aside: Path, path: Path) -> None:
    """Flush a finished file to disk and give it its name in one step."""
    with aside.open("rb") as handle:
        os.fsync(handle.fileno())
    aside.replace(path)


def sweep(folder: Path) -> int:
    """Remove what a killed run left half written under the folder. Returns how many things it removed."""
    removed = 0
    if folder.is_dir():
        for path in list(folder.rglob(".*.tmp")):
            if path.is_dir():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink(missing_ok=True)
            removed += 1
    return removed


@dataclass(frozen=True)
class StepResult:
    """What a step hands to its gate and to the next step: receipts, and counts for the report."""

    step: str
    receipts: tuple[Receipt, ...]
    notes: dict[str, int] = field(default_factory=dict)

    @property
    def paths(self) -> list[Path]:
        """The batches' files or folders, in order."""
        return [Path(receipt.path) for receipt in self.receipts]

    @property
    def received(self) -> int:
        """The pages that went into the batches."""
        return sum(receipt.received for receipt in self.receipts)


def without(table: pa.Table, doc_ids: set[str]) -> pa.Table:
    """The rows of a table of documents, pages or lines that are not of these documents."""
    if not doc_ids:
        return table
    return table.filter(pc.invert(pc.is_in(table.column("doc_id"), pa.array(sorted(doc_ids), pa.string()))))


def with_column(table: pa.Table, name: str, values: pa.Array | pa.ChunkedArray) -> pa.Table:
    """The table with other values in one of its columns."""
    place = table.schema.get_field_index(name)
    return table.set_column(place, table.schema.field(place), values)


def left_out(verdicts: Path | None) -> set[str]:
    """The doc_ids that a gate set aside, from its verdict file."""
    if verdicts is None or not verdicts.exists():
        return set()
    return set(pq.ParquetFile(verdicts).read(columns=["doc_id"]).column("doc_id").to_pylist())
