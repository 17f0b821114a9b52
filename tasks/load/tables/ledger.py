"""The ledger and the duplicates of a run: one row per page, written while the pages are read batch by batch."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks import schema
from tasks.load.dedup.plan import OUTCOMES, REASONS, DedupDecisions
from tasks.load.output import Changes
from tasks.load.tables.staging import LOW_CARDINALITY
from tasks.storage.ids import Ids, Positions, contains, hex_ids, positions, take_or, to_uint64
from tasks.storage.tables import TableWriter, with_column

PAGE_COLUMNS = ["doc_id", "source_uri", "url", "fetched_at", "page_digest", "byte_count", "source_mtime_ns"]
_OUTCOMES = pa.array([*OUTCOMES, "quarantined", "forgotten"])
_QUARANTINED, _FORGOTTEN = len(OUTCOMES), len(OUTCOMES) + 1
_UNDECIDED = 255
_REASONS = pa.array(REASONS, pa.string())


@dataclass(frozen=True)
class PageOutcomes:
    """What happened to every page of a run."""

    decisions: DedupDecisions
    quarantined: pa.Table  # `schema.QUARANTINE`
    forgotten: Ids  # ascending doc_ids

    def add_to(self, pages: pa.Table) -> pa.Table:
        """The pages with outcome, reason, article_id and similarity, without those on which nothing was decided."""
        docs = to_uint64(pages.column("doc_id"))
        decided = positions(self.decisions.docs, docs)
        quarantined = _unsorted_positions(to_uint64(self.quarantined.column("doc_id")), docs)
        is_decided, is_quarantined = decided >= 0, quarantined >= 0
        codes = take_or(self.decisions.outcomes, decided, _UNDECIDED).astype(np.int16)
        codes[is_quarantined & ~is_decided] = _QUARANTINED
        codes[contains(self.forgotten, docs) & ~is_decided] = _FORGOTTEN
        reasons = _REASONS.take(pa.array(take_or(self.decisions.reasons, decided)))
        if is_quarantined.any():
            rows = pa.array(quarantined, mask=~is_quarantined)
            gate_reasons = self.quarantined.column("reason").combine_chunks().take(rows)
            reasons = pc.if_else(pa.array(is_quarantined), gate_reasons, reasons)
        columns = {
            "outcome": _OUTCOMES.take(pa.array(codes, mask=codes == _UNDECIDED)),
            "reason": reasons,
            "article_id": hex_ids(take_or(self.decisions.articles, decided), ~is_decided),
            "similarity": pa.array(take_or(self.decisions.similarities, decided)),
        }
        for name, values in columns.items():
            pages = pages.append_column(name, values)
        return pages.filter(pc.is_valid(pages.column("outcome")))


def _unsorted_positions(values: Ids, wanted: Ids) -> Positions:
    """The index of each wanted value in an array in any order; -1 where it is not there."""
    order = np.argsort(values, kind="stable")
    indices = positions(values[order], wanted)
    return np.where(indices >= 0, take_or(order, indices), -1)


def stage_ledger(
    folder: Path, paths: list[Path], outcomes: PageOutcomes, stamp: Mapping[str, str], changes: Changes
) -> Counter[str]:
    """Write the run's ledger and duplicates from its batches of pages. Returns the number of pages by outcome.

    `stamp` are columns with one value for the run: run_id and rules_version.
    """
    counts: Counter[str] = Counter()
    files = {table: folder / table / f"{stamp['run_id']}.parquet" for table in ("ledger", "duplicates")}
    with _writer(files, "ledger") as ledger, _writer(files, "duplicates") as duplicates:
        for path in paths:
            pages = outcomes.add_to(pq.ParquetFile(path).read(columns=PAGE_COLUMNS))
            for name, value in stamp.items():
                pages = pages.append_column(name, pa.array([value] * pages.num_rows, pa.string()))
            counts.update(pages.column("outcome").to_pylist())
            is_forgotten = pc.equal(pages.column("outcome"), "forgotten")  # its address is not kept
            urls = pc.if_else(is_forgotten, pa.scalar(None, pages.schema.field("url").type), pages.column("url"))
            ledger.write(schema.conform(with_column(pages, "url", urls), schema.LEDGER))
            repeated = pages.filter(pc.equal(pages.column("outcome"), "duplicate"))
            repeated = repeated.append_column("kind", repeated.column("reason"))
            duplicates.write(schema.conform(repeated, schema.DUPLICATES))
    for table, writer in (("ledger", ledger), ("duplicates", duplicates)):
        if writer.rows:
            changes.added.setdefault(table, {})[files[table].name] = files[table]
    return counts


def _writer(files: Mapping[str, Path], table: str) -> TableWriter:
    return TableWriter(files[table], schema.PUBLISHED[table], dictionary=LOW_CARDINALITY)
