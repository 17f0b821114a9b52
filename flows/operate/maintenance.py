"""Maintenance of an output as a flow: compaction, retention, near-duplicate index, mirror, old runs in the database."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

from prefect import flow, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterEndTime
from prefect.states import Completed

from flows.operate import upkeep
from flows.operate.logs import scrub_logs
from flows.operate.paths import check_paths
from flows.operate.run_names import run_name
from flows.parameters import MaintenanceParameters
from flows.quarantine import prune
from tasks.load.output import Output

logger = logging.getLogger(__name__)

_API_PAGE_RUNS = 200  # the most that the API lists at once
_LOCK_SECONDS = 3600.0  # a run in progress may finish first


@flow(name="maintenance", flow_run_name=run_name, validate_parameters=True, persist_result=False)
def maintenance(parameters: MaintenanceParameters) -> Any:
    """Maintain an output: join small files, apply retention, publish to a mirror.

    Args:
        parameters: What to do, and where.
    """
    scrub_logs()
    check_paths(parameters)
    output = Output(parameters.output)
    if not output.exists():
        return Completed(name="Skipped", message=f"{output.root}: no run has published here yet")
    results: dict[str, str] = {}
    if parameters.compacts:
        results["compaction"] = _compact(output)
    if parameters.prune_days is not None or parameters.prune_megabytes is not None:
        results["quarantine"] = _prune(output, parameters.prune_days, parameters.prune_megabytes)
    if parameters.rebuilds_index:
        results["index"] = _rebuild_index(output)
    if parameters.mirror:
        results["mirror"] = _mirror(output, parameters.mirror)
    if parameters.keep_run_days is not None:
        results["database"] = _delete_old_runs(parameters.keep_run_days)
    rows = [{"task": name, "result": result} for name, result in results.items()]
    create_table_artifact(key="maintenance", table=rows, description=f"{len(rows)} tasks done")
    return Completed(message="; ".join(f"{name}: {result}" for name, result in results.items()) or "nothing to do")


@task(name="compact", task_run_name="compact", cache_policy=NO_CACHE, persist_result=False)
def _compact(output: Output) -> str:
    counts = upkeep.compact(output, wait_seconds=_LOCK_SECONDS).values()
    before, after = sum(count for count, _ in counts), sum(count for _, count in counts)
    return f"{before:,} files, now {after:,}"


@task(name="prune-quarantine", task_run_name="prune-quarantine", cache_policy=NO_CACHE, persist_result=False)
def _prune(output: Output, days: int | None, megabytes: int | None) -> str:
    rows, raw_pages = prune(output, days=days, megabytes=megabytes, wait_seconds=_LOCK_SECONDS)
    return f"{rows:,} rows and {raw_pages:,} raw pages deleted"


@task(name="rebuild-index", task_run_name="rebuild-index", cache_policy=NO_CACHE, persist_result=False)
def _rebuild_index(output: Output) -> str:
    return f"{upkeep.rebuild_index(output, wait_seconds=_LOCK_SECONDS):,} signatures rebuilt"


@task(
    name="mirror",
    task_run_name="mirror",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=2,
    retry_delay_seconds=[10, 60],
)
def _mirror(output: Output, address: str) -> str:
    pushed = upkeep.push(output, address)
    return f"state {pushed.state}, {pushed.uploaded:,} files uploaded"


@task(name="forget-runs", task_run_name="forget-runs", cache_policy=NO_CACHE, persist_result=False)
def _delete_old_runs(days: int) -> str:
    """Delete runs that ended more than `days` days ago from Prefect's database, which otherwise grows without end."""
    oldest = datetime.now(UTC) - timedelta(days=days)
    is_old = FlowRunFilter(end_time=FlowRunFilterEndTime(before_=oldest))
    count = 0
    with get_client(sync_client=True) as client:
        while True:
            runs = client.read_flow_runs(flow_run_filter=is_old, limit=_API_PAGE_RUNS)
            for run in runs:
                client.delete_flow_run(run.id)
            count += len(runs)
            if len(runs) < _API_PAGE_RUNS:
                return f"{count:,} runs older than {days} days deleted"
