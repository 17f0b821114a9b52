"""Tables gathered by key, with a bound on what is held in memory: beyond it they wait on disk, one file a key."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa


class Spool:
    """Takes tables of one schema under any key that can name a file; gives back what came under a key, in the order in which it came."""

    def __init__(self, folder: Path, schema: pa.Schema, held_bytes: int) -> None:
        self._folder, self._schema, self._limit = folder, schema, held_bytes
        self._held: dict[str, list[pa.Table]] = defaultdict(list)
        self._held_bytes = 0
        self.rows: dict[str, int] = defaultdict(int)  # of each key, held and waiting

    def add(self, key: str, table: pa.Table) -> None:
        """Take some rows."""
        self._held[key].append(table)
        self._held_bytes += table.nbytes
        self.rows[key] += table.num_rows
        if self._held_bytes > self._limit:
            for name in list(self._held):
                self._put_aside(name)

    def take(self, key: str) -> pa.Table:
        """All rows of a key, which are then forgotten here."""
        waiting = self._file(key)
        tables = [*(_read(waiting) if waiting.exists() else ()), *self._let_go(key)]
        waiting.unlink(missing_ok=True)
        self.rows.pop(key, None)
        return pa.concat_tables([self._schema.empty_table(), *tables])

    def _file(self, key: str) -> Path:
        return self._folder / f"{key}.arrows"

    def _put_aside(self, key: str) -> None:
        """Append what is held of a key to its file, as one Arrow stream after the other."""
        tables = self._let_go(key)
        self._folder.mkdir(parents=True, exist_ok=True)
        with (
            self._file(key).open("ab") as handle,
            pa.ipc.new_stream(handle, self._schema, options=pa.ipc.IpcWriteOptions(compression="lz4")) as stream,
        ):
            for table in tables:
                stream.write_table(table)

    def _let_go(self, key: str) -> list[pa.Table]:
        tables = self._held.pop(key, [])
        self._held_bytes -= sum(table.nbytes for table in tables)
        return tables


def _read(path: Path) -> Iterator[pa.Table]:
    size = path.stat().st_size
    with path.open("rb") as handle:
        while handle.tell() < size:
            with pa.ipc.open_stream(handle) as stream:
                yield stream.read_all()
