"""Rows grouped by a key with bounded memory: what does not fit is spilled to disk, one file per key."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa


class Spool:
    """Takes tables of one schema and gives back the rows of each key, in the order in which they were added.

    Tables are buffered whole and split by key only when they are spilled: a table of a few rows for each of a hundred
    keys takes ten times the memory of its content.
    """

    def __init__(
        self, folder: Path, schema: pa.Schema, buffer_bytes: int, keys_of: Callable[[pa.Table], list[str]]
    ) -> None:
        """`keys_of` gives the key of each row; a key must be usable as a file name."""
        self._folder, self._schema, self._max_bytes, self._keys_of = folder, schema, buffer_bytes, keys_of
        self._buffer: list[pa.Table] = []
        self._buffered_bytes = 0
        self.rows_on_disk: dict[str, int] = defaultdict(int)  # by key

    def add(self, table: pa.Table) -> list[str]:
        """Add rows. Returns the keys whose rows were spilled to disk by this call."""
        self._buffer.append(table)
        self._buffered_bytes += table.nbytes
        if self._buffered_bytes <= self._max_bytes:
            return []
        spilled = []
        for key, rows in self._empty_buffer():
            self._spill(key, rows)
            spilled.append(key)
        return spilled

    def take(self, key: str) -> pa.Table:
        """Remove the rows of a key from disk and return them."""
        file = self._folder / f"{key}.arrows"
        tables = list(_read_streams(file)) if self.rows_on_disk.pop(key, 0) else []
        file.unlink(missing_ok=True)
        return pa.concat_tables([self._schema.empty_table(), *tables])

    def close(self) -> Iterator[tuple[str, pa.Table]]:
        """All rows that are left, key by key in ascending order."""
        buffered = dict(self._empty_buffer())
        for key in sorted({*self.rows_on_disk, *buffered}):
            on_disk = self.take(key)
            yield key, pa.concat_tables([on_disk, buffered.pop(key)]) if key in buffered else on_disk

    def _empty_buffer(self) -> Iterator[tuple[str, pa.Table]]:
        """The rows in memory, key by key; the buffer is empty then."""
        table = pa.concat_tables([self._schema.empty_table(), *self._buffer])
        self._buffer, self._buffered_bytes = [], 0
        keys, codes = np.unique(np.array(self._keys_of(table), dtype=object), return_inverse=True)
        table = table.take(np.argsort(codes, kind="stable"))
        start = 0
        for key, count in zip(keys.tolist(), np.bincount(codes, minlength=len(keys)).tolist(), strict=True):
            yield key, table.slice(start, count)
            start += count

    def _spill(self, key: str, rows: pa.Table) -> None:
        """Append rows to the key's file as one more Arrow stream."""
        self._folder.mkdir(parents=True, exist_ok=True)
        options = pa.ipc.IpcWriteOptions(compression="lz4")
        with (
            (self._folder / f"{key}.arrows").open("ab") as handle,
            pa.ipc.new_stream(handle, self._schema, options=options) as stream,
        ):
            stream.write_table(rows)
        self.rows_on_disk[key] += rows.num_rows


def _read_streams(path: Path) -> Iterator[pa.Table]:
    """The tables of a file of Arrow streams, one after the other."""
    size = path.stat().st_size
    with path.open("rb") as handle:
        while handle.tell() < size:
            with pa.ipc.open_stream(handle) as stream:
                yield stream.read_all()
