"""Flags that articles get beside the other pages of their site, added to the candidate rows."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tasks import schema
from tasks.storage.ids import Ids, positions, to_uint64
from tasks.storage.tables import with_column


@dataclass(frozen=True)
class SiteFlagRows:
    """The flags of a run; only pages that have one are in memory."""

    docs: Ids  # ascending; a page with two flags has two rows
    flags: list[str]
    shown: list[str]

    @classmethod
    def read(cls, path: Path) -> "SiteFlagRows":
        """The flags in a file of `tasks.quality.site_flag_files.write_flags`."""
        return cls.of(pq.ParquetFile(path).read())

    @classmethod
    def of(cls, table: pa.Table) -> "SiteFlagRows":
        """The flags in a table of `tasks.quality.site_flags.flag_sites`."""
        docs = to_uint64(table.column("doc_id"))
        order = np.argsort(docs, kind="stable")
        table = table.take(pa.array(order))
        return cls(docs[order], table.column("flag").to_pylist(), table.column("shown").to_pylist())

    def added(self, table: pa.Table) -> pa.Table:
        """Candidate rows with their flags and, where the table has its column, what shows each."""
        docs = to_uint64(table.column("doc_id"))
        flagged = np.flatnonzero(positions(self.docs, docs) >= 0).tolist()
        if not flagged:
            return table
        known = table.column("flags").to_pylist()
        # a flag may be known from the page itself
        own = {row: [n for n in self._of(docs[row]) if self.flags[n] not in (known[row] or ())] for row in flagged}
        added: dict[str, dict[int, list[Any]]] = {
            "flags": {row: [self.flags[n] for n in numbers] for row, numbers in own.items()},
            "flag_evidence": {
                row: [{"flag": self.flags[n], "line_no": None, "shown": self.shown[n]} for n in numbers]
                for row, numbers in own.items()
            },
        }
        for name in added.keys() & set(table.column_names):
            values = table.column(name).to_pylist()
            for row, more in added[name].items():
                values[row] = [*(values[row] or []), *more]
            table = with_column(table, name, pa.array(values, schema.CANDIDATES.field(name).type))
        return table

    def _of(self, doc: np.uint64) -> range:
        first, end = (int(np.searchsorted(self.docs, doc, side)) for side in ("left", "right"))
        return range(first, end)
