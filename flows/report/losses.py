"""What a run loses by language and by site, read from the files of clean and of the gates."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tasks.load.output import Output
from tasks.quality.history import read_metrics
from tasks.quality.losses import find_losses
from tasks.quality.thresholds import HistoryThresholds
from tasks.steps import StepResult

_COLUMNS = ["doc_id", "language", "url", "source_uri"]


def losses(
    cleaned: StepResult, verdicts: list[Path], output: Output, limits: HistoryThresholds
) -> list[dict[str, Any]]:
    """The languages and sites that lose an unusual share of their pages at the gates whose verdict files are given
    (`tasks.quality.losses.find_losses`); `limits` are the thresholds of `thresholds.yml: dataset`.
    """
    quarantined: dict[str, str] = {}
    for path in verdicts:
        table = pq.ParquetFile(path).read(columns=["doc_id", "reason"])
        quarantined |= dict(zip(*(column.to_pylist() for column in table.columns), strict=True))
    history = read_metrics(output.quality, limits.history_runs)
    return find_losses(_documents(cleaned), quarantined, history, limits)


def _documents(cleaned: StepResult) -> Iterator[dict[str, Any]]:
    """What is asked of each cleaned page, a batch at a time."""
    for path in cleaned.paths:
        with pq.ParquetFile(path / "documents.parquet") as file:
            yield from file.read(columns=_COLUMNS).to_pylist()
