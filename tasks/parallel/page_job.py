"""One batch of pages for a worker: which of its pages to process, and how to try only some of them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Self

import pyarrow.parquet as pq

from tasks.steps import rejected_ids


@dataclass(frozen=True, kw_only=True)
class PageJob:
    """A batch without the pages that a gate rejected.

    `chosen` restricts it to some doc_ids. `failed` names pages that crashed or hung the worker: doc_id -> (how,
    sentence).
    """

    path: str
    rejected: str | None  # the gate's file of quarantined pages
    folder: str
    chosen: tuple[str, ...] | None = None
    failed: dict[str, tuple[str, str]] = field(default_factory=dict)

    @property
    def ids_path(self) -> Path:
        """The file that has the doc_id of every page of the batch."""
        return Path(self.path)

    def doc_ids(self) -> list[str]:
        """The pages of the batch, rejected ones included, in order."""
        ids: list[str] = pq.ParquetFile(self.ids_path).read(columns=["doc_id"]).column("doc_id").to_pylist()
        return ids

    def skipped(self, doc_ids: Iterable[str]) -> set[str]:
        """Those of some pages that a gate rejected or that are not chosen."""
        ids = set(doc_ids)
        skipped = rejected_ids(Path(self.rejected) if self.rejected else None) & ids
        return skipped if self.chosen is None else skipped | (ids - set(self.chosen))

    def pieces(self) -> list[str]:
        """The pages to process."""
        ids = self.doc_ids()
        idle = self.skipped(ids) | set(self.failed)
        return [doc_id for doc_id in ids if doc_id not in idle]

    def only(self, pieces: Sequence[str], folder: str) -> Self:
        """The same batch with these pages alone, its results in another folder."""
        return replace(self, chosen=tuple(pieces), folder=folder)

    def without(self, culprits: Mapping[str, tuple[str, str]]) -> Self:
        """The same batch with some pages reported as failed instead of processed."""
        return replace(self, failed=self.failed | dict(culprits))
