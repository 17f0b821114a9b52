"""The history of an output's runs, under `DIR/quality/`: one file of metrics and one of rule outcomes per run, and
one file of problems, which lasts over runs.
"""

from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Any, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks import schema
from tasks.errors import CopydeskError
from tasks.quality.metrics import ALL, Metric, PastMetric
from tasks.quality.problems import Problem
from tasks.storage.tables import files_of, write_table

METRICS, OUTCOMES, PROBLEMS = "metrics", "outcomes", "problems"
_CLOSED_KEPT = 10_000  # the newest; years of problems
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
    return [row for table in _last_published(folder, runs) for row in _rows(table)]


def read_overall(folder: Path, runs: int) -> list[PastMetric]:
    """The same without the metrics of single sites, of which a run may have 100,000."""
    return [row for table in _last_published(folder, runs, sites=[ALL]) for row in _rows(table)]


def read_run(folder: Path, run_id: str) -> list[PastMetric]:
    """The metrics of one run, published or not; none if its file cannot be read."""
    table = _read(folder / METRICS / f"{run_id}.parquet")
    return [] if table is None else _rows(table)


def _last_published(folder: Path, runs: int, sites: list[str] | None = None) -> list[pa.Table]:
    """The tables of the last published runs, the oldest first; only of these sites if they are given."""
    newest_first: list[pa.Table] = []
    for path in reversed(files_of(folder / METRICS, METRICS)):  # names sort by time
        if len(newest_first) >= runs:
            break
        table = _read(path)
        if table is not None and table.num_rows and table.column("is_published")[0].as_py():
            is_wanted = None if sites is None else pc.is_in(table.column("site"), pa.array(sites))
            newest_first.append(table if is_wanted is None else table.filter(is_wanted))
    return newest_first[::-1]


def _read(path: Path) -> pa.Table | None:
    try:
        return pq.ParquetFile(path).read(columns=_READ)
    except (OSError, pa.ArrowInvalid):
        return None


def _rows(table: pa.Table) -> list[PastMetric]:
    return cast("list[PastMetric]", table.drop_columns("is_published").to_pylist())


def read_problems(folder: Path) -> list[Problem]:
    """All problems that are kept, the oldest first; none if there is no file yet.

    Raises:
        CopydeskError: the file cannot be read.
    """
    path = _problems_file(folder)
    try:
        return [Problem(**row) for row in pq.ParquetFile(path).read().to_pylist()]
    except FileNotFoundError:
        return []
    except (OSError, pa.ArrowInvalid, TypeError) as error:
        raise CopydeskError(f"{path}: cannot be read ({error}); delete it to begin a new list of problems") from error


def write_problems(folder: Path, problems: Iterable[Problem]) -> None:
    """Replace the list of problems; of the closed ones, the newest are kept."""
    ordered = sorted(problems, key=lambda problem: (problem.opened_at, problem.key))
    too_many = max(sum(not problem.is_open for problem in ordered) - _CLOSED_KEPT, 0)
    kept = []
    for problem in ordered:
        if problem.is_open or not too_many:
            kept.append(asdict(problem))
        else:
            too_many -= 1
    write_table(pa.Table.from_pylist(kept, schema=schema.QUALITY_PROBLEMS), _problems_file(folder))


def _problems_file(folder: Path) -> Path:
    return folder / PROBLEMS / "problems.parquet"
