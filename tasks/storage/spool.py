"""Rows gathered by a key, with a bound on what is held in memory: beyond it they wait on disk, one file a key."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa


class Spool:
    """Takes tables of one schema and gives back the rows of each key, in the order in which they came.

    Tables are held whole and cut by key only when they go to disk: a table of a few rows for each of a hundred keys takes ten
    times the memory of its content.
    """

    def __init__(
        self, folder: Path, schema: pa.Schema, held_bytes: int, keys_of: Callable[[pa.Table], list[str]]
    ) -> None:
        """`keys_of` names the key of each row; it must do for a file name."""
        self._folder, self._schema, self._limit, self._keys_of = folder, schema, held_bytes, keys_of
        self._held: list[pa.Table] = []
        self._held_bytes = 0
        self.waiting: dict[str, int] = defaultdict(int)  # rows on disk, by key

    def add(self, table: pa.Table) -> list[str]:
        """Take some rows. Returns the keys of which rows were put on disk just now."""
        self._held.append(table)
        self._held_bytes += table.nbytes
        if self._held_bytes <= self._limit:
            return []
        put = []
        for key, rows in self._let_go():
            self._put_aside(key, rows)
            put.append(key)
        return put

    def take(self, key: str) -> pa.Table:
        """The rows of a key that wait on disk, which are then gone from there."""
        file = self._folder / f"{key}.arrows"
        tables = list(_read(file)) if self.waiting.pop(key, 0) else []
        file.unlink(missing_ok=True)
        return pa.concat_tables([self._schema.empty_table(), *tables])

    def close(self) -> Iterator[tuple[str, pa.Table]]:
        """All rows that are left, key by key in ascending order."""
        rest = dict(self._let_go())
        for key in sorted({*self.waiting, *rest}):
            waiting = self.take(key)
            yield key, pa.concat_tables([waiting, rest.pop(key)]) if key in rest else waiting

    def _let_go(self) -> Iterator[tuple[str, pa.Table]]:
        """What is held in memory, key by key."""
        table = pa.concat_tables([self._schema.empty_table(), *self._held])
        self._held, self._held_bytes = [], 0
        keys, codes = np.unique(np.array(self._keys_of(table), dtype=object), return_inverse=True)
        table = table.take(np.argsort(codes, kind="stable"))
        start = 0
        for key, count in zip(keys.tolist(), np.bincount(codes, minlength=len(keys)).tolist(), strict=True):
            yield key, table.slice(start, count)
            start += count

    def _put_aside(self, key: str, rows: pa.Table) -> None:
        """Append rows to the key's file, as one Arrow stream after the other."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (
            (self._folder / f"{key}.arrows").open("ab") as handle,
            pa.ipc.new_stream(handle, self._schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as stream,
        ):
            stream.write_table(rows)
        self.waiting[key] += rows.num_rows


def _read(path: Path) -> Iterator[pa.Table]:
    size = path.stat().st_size
    with path.open("rb") as handle:
        while handle.tell() < size:
            with pa.ipc.open_stream(handle) as stream:
                yield stream.read_all()
