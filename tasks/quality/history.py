"""The history of an output's runs: one file of metrics and one of rule outcomes per run, under `DIR/quality/`."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks import schema
from tasks.quality.metrics import Metric, PastMetric
from tasks.storage.tables import files_of, write_table

METRICS, OUTCOMES = "metrics", "outcomes"
_READ = [*PastMetric.__annotations__, "is_published"]
_LOW_CARDINALITY = ["site", "metric", "code", "step", "severity", "state"]


def write_run(folder: Path, run: dict[str, Any], metrics: Iterable[Metric], outcomes: Iterable[dict[str, Any]]) -> None:
    """Append a run.

    Args:
        folder: The history.
        run: Has run_id, started_at and state.
        metrics: Rows of `schema.QUALITY_METRICS` without the columns of the run.
        outcomes: One row per rule, with step, code, severity, state, checked, failed and observed.
    """
    run_columns = {"run_id": run["run_id"], "started_at": run["started_at"]}
    is_published = run["state"].startswith("Completed")
    rows = [run_columns | {"is_published": is_published} | {**metric} for metric in metrics]
    rules = [run_columns | {"run_state": run["state"]} | row for row in outcomes]
    tables = {
        METRICS: pa.Table.from_pylist(rows, schema=schema.QUALITY_METRICS),
        OUTCOMES: pa.Table.from_pylist(rules, schema=schema.QUALITY_OUTCOMES),
    }
    for name, table in tables.items():
        write_table(table, folder / name / f"{run['run_id']}.parquet", dictionary=_LOW_CARDINALITY)


def read_metrics(folder: Path, runs: int) -> list[PastMetric]:
    """The metrics of the last published runs, the oldest first; unreadable files are skipped."""
    newest_first: list[list[PastMetric]] = []
    for path in reversed(files_of(folder / METRICS, METRICS)):  # names sort by time
        try:
            rows = pq.ParquetFile(path).read(columns=_READ).to_pylist()
        except (OSError, pa.ArrowInvalid):
            continue
        if rows and rows[0]["is_published"]:
            newest_first.append(rows)
        if len(newest_first) >= runs:
            break
    return [row for rows in reversed(newest_first) for row in rows]
