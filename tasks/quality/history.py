"""The history of an output's runs: one file of metrics and one of rule outcomes a run, under `DIR/quality/`."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from tasks import schema
from tasks.quality.metrics import Metric
from tasks.storage.tables import write_table

METRICS, OUTCOMES = "metrics", "outcomes"


def write_run(folder: Path, run: dict[str, Any], metrics: Iterable[Metric], outcomes: Iterable[dict[str, Any]]) -> None:
    """Append a run. `run` has run_id, started_at, state; `outcomes` step, code, severity, state, checked, failed, observed."""
    own = {"run_id": run["run_id"], "started_at": run["started_at"]}
    is_published = run["state"].startswith("Completed")
    rows = [own | {"is_published": is_published} | row for row in metrics]
    rules = [own | {"run_state": run["state"]} | row for row in outcomes]
    for name, table in ((METRICS, pa.Table.from_pylist(rows, schema=schema.QUALITY_METRICS)),
                        (OUTCOMES, pa.Table.from_pylist(rules, schema=schema.QUALITY_OUTCOMES))):  # fmt: skip
        write_table(
            table,
            folder / name / f"{run['run_id']}.parquet",
            dictionary=["site", "metric", "code", "step", "severity", "state"],
        )


def read_metrics(folder: Path, runs: int) -> list[dict[str, Any]]:
    """The metrics of the last published runs, the oldest first; files that cannot be read are passed over."""
    found: list[list[dict[str, Any]]] = []
    for path in sorted((folder / METRICS).glob("*.parquet"), reverse=True):  # names sort by time
        try:
            rows = pq.ParquetFile(path).read().to_pylist()
        except (OSError, pa.ArrowInvalid):
            continue
        if rows and rows[0]["is_published"]:
            found.append(rows)
        if len(found) >= runs:
            break
    return [row for rows in reversed(found) for row in rows]
