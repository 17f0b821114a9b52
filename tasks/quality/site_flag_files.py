"""The flags of pages beside their site, from the files of candidates and of the history."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tasks.quality.history import read_metrics
from tasks.quality.site_flags import SiteLimits, flag_sites
from tasks.quality.site_rows import COLUMNS
from tasks.steps import rejected_ids
from tasks.storage.ids import contains, to_uint64
from tasks.storage.tables import write_table


def write_flags(paths: Sequence[Path], rejected: Path | None, history: Path, limits: SiteLimits, target: Path) -> None:
    """Write the flags of the candidates in some files that no gate has quarantined (see `flag_sites`)."""
    runs = read_metrics(history, limits.history.history_runs)
    write_table(flag_sites(_passed(paths, rejected_ids(rejected)), runs, limits), target)


def _passed(paths: Sequence[Path], rejected: set[str]) -> Iterator[pa.Table]:
    """The columns of the candidates that no gate has quarantined, by row group."""
    rejected_docs = np.sort(to_uint64(list(rejected)))
    for path in paths:
        with pq.ParquetFile(path) as file:
            for group in range(file.metadata.num_row_groups):
                table = file.read_row_group(group, columns=list(COLUMNS))
                yield table.filter(pa.array(~contains(rejected_docs, to_uint64(table.column("doc_id")))))
