"""The account of a run, page by page: the ledger and the duplicates, written as the pages stream past."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks import schema
from tasks.load.dedup.outcomes import OUTCOMES, REASONS, Decisions
from tasks.load.output import Changes
from tasks.load.tables.staging import LOW_CARDINALITY
from tasks.storage.ids import at, find, hex_ids, numbers
from tasks.storage.tables import TableWriter, with_column

PAGE_COLUMNS = ["doc_id", "source_uri", "url", "fetched_at", "page_digest", "byte_count", "source_mtime_ns"]
_OUTCOMES = pa.array([*OUTCOMES, "quarantined", "forgotten"])
_QUARANTINED, _FORGOTTEN = len(OUTCOMES), len(OUTCOMES) + 1
_REASONS = pa.array(REASONS, pa.string())


@dataclass(frozen=True)
class Fates:
    """Everything that was decided on the pages of a run."""

    decisions: Decisions
    quarantined: pa.Table  # `schema.QUARANTINE`
    forgotten: np.ndarray  # uint64, ascending

    def of(self, pages: pa.Table) -> pa.Table:
        """The pages with outcome, reason, article and similarity, without those on which nothing was decided."""
        docs = numbers(pages.column("doc_id"))
        made = find(self.decisions.docs, docs)
        aside = _places(numbers(self.quarantined.column("doc_id")), docs)
        is_made, is_aside, is_gone = made >= 0, aside >= 0, find(self.forgotten, docs) >= 0
        codes = at(self.decisions.outcomes, made, 255).astype(np.int16)
        codes[is_aside & ~is_made], codes[is_gone & ~is_made] = _QUARANTINED, _FORGOTTEN
        reasons = _REASONS.take(pa.array(at(self.decisions.reasons, made)))
        if is_aside.any():
            theirs = self.quarantined.column("reason").combine_chunks().take(pa.array(aside, mask=~is_aside))
            reasons = pc.if_else(pa.array(is_aside), theirs, reasons)
        columns = {
            "outcome": _OUTCOMES.take(pa.array(codes, mask=codes == 255)), "reason": reasons,
            "article_id": hex_ids(at(self.decisions.articles, made), ~is_made),
            "similarity": pa.array(at(self.decisions.similarities, made)),
        }  # fmt: skip
        for name, values in columns.items():
            pages = pages.append_column(name, values)
        return pages.filter(pc.is_valid(pages.column("outcome")))


def _places(owners: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Where each wanted number stands among some in any order; -1 where it does not."""
    order = np.argsort(owners, kind="stable")
    places = find(owners[order], wanted)
    return np.where(places >= 0, at(order, places), -1)


def stage_accounts(
    folder: Path, paths: list[Path], fates: Fates, stamp: Mapping[str, str], changes: Changes
) -> Counter[str]:
    """Write the run's ledger and its duplicates from the batches of pages; returns how many pages had each outcome."""
    counts: Counter[str] = Counter()
    files = {table: folder / table / f"{stamp['run_id']}.parquet" for table in ("ledger", "duplicates")}
    with _writer(files, "ledger") as ledger, _writer(files, "duplicates") as duplicates:
        for path in paths:
            pages = fates.of(pq.ParquetFile(path).read(columns=PAGE_COLUMNS))
            for name, value in stamp.items():
                pages = pages.append_column(name, pa.array([value] * pages.num_rows, pa.string()))
            counts.update(pages.column("outcome").to_pylist())
            is_gone = pc.equal(pages.column("outcome"), "forgotten")  # its address is not kept
            urls = pc.if_else(is_gone, pa.scalar(None, pages.schema.field("url").type), pages.column("url"))
            ledger.write(schema.conform(with_column(pages, "url", urls), schema.LEDGER))
            again = pages.filter(pc.equal(pages.column("outcome"), "duplicate"))
            again = again.append_column("kind", again.column("reason"))
            duplicates.write(schema.conform(again, schema.DUPLICATES))
    for table, writer in (("ledger", ledger), ("duplicates", duplicates)):
        if writer.rows:
            changes.added.setdefault(table, {})[files[table].name] = files[table]
    return counts


def _writer(files: Mapping[str, Path], table: str) -> TableWriter:
    return TableWriter(files[table], schema.PUBLISHED[table], dictionary=LOW_CARDINALITY)
