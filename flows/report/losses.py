"""What a run loses by language and by site, read from the files of clean and of the gates."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from tasks.load.output import Output
from tasks.quality.history import read_metrics
from tasks.quality.losses import UnusualLoss, find_losses, recovered_groups
from tasks.quality.thresholds import HistoryThresholds
from tasks.steps import StepResult

_COLUMNS = ["doc_id", "language", "url", "source_uri"]


def losses(
    cleaned: StepResult, verdicts: Sequence[Path], output: Output, limits: HistoryThresholds
) -> list[UnusualLoss]:
    """The languages and sites that lost an unusual share of their pages (`tasks.quality.losses.find_losses`).

    Args:
        cleaned: The result of clean.
        verdicts: The files of quarantined pages of the gates that count.
        output: The output with the history of runs.
        limits: The thresholds of `thresholds.yml: dataset`.
    """
    history = read_metrics(output.quality, limits.history_runs)
    return find_losses(_documents(cleaned), _reasons(verdicts), history, limits)


def recovered(cleaned: StepResult, verdicts: Sequence[Path], limits: HistoryThresholds) -> set[tuple[str, str]]:
    """The languages and sites that a replay made good (`tasks.quality.losses.recovered_groups`)."""
    return recovered_groups(_documents(cleaned), _reasons(verdicts), limits)


def _reasons(verdicts: Sequence[Path]) -> dict[str, str]:
    """The reason of each quarantined page by doc_id."""
    quarantined: dict[str, str] = {}
    for path in verdicts:
        table = pq.ParquetFile(path).read(columns=["doc_id", "reason"])
        quarantined |= dict(zip(table.column("doc_id").to_pylist(), table.column("reason").to_pylist(), strict=True))
    return quarantined


def _documents(cleaned: StepResult) -> Iterator[dict[str, Any]]:
    """The identity and language of each cleaned page, batch by batch."""
    for path in cleaned.paths:
        with pq.ParquetFile(path / "documents.parquet") as file:
            yield from file.read(columns=_COLUMNS).to_pylist()
