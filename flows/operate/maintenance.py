"""The care of an output as a flow: compaction, retention, the index of near-duplicates, a mirror, old runs in the database."""

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
from flows.parameters import MaintenanceParameters
from flows.quarantine import prune
from tasks.load.output import Output

logger = logging.getLogger(__name__)

_PAGE_RUNS = 200  # as many as the API lists at a time
_LOCK_SECONDS = 3600.0  # a run that is under way may end first


@flow(name="maintenance", validate_parameters=True, persist_result=False)
def maintenance(parameters: MaintenanceParameters) -> Any:
    """Take care of an output: join small files, keep to retention, publish to a mirror.

    Args:
        parameters: What to do, and where.
    """
    output = Output(parameters.output)
    if not output.exists():
        return Completed(name="Skipped", message=f"{output.root}: no run has published here yet")
    rows: list[dict[str, str]] = []
    if parameters.compacts:
        rows.append({"what": "compaction", "done": _compact(output)})
    if parameters.prune_days is not None or parameters.prune_megabytes is not None:
        rows.append({"what": "quarantine", "done": _prune(output, parameters.prune_days, parameters.prune_megabytes)})
    if parameters.rebuilds_index:
        rows.append({"what": "index", "done": _rebuild(output)})
    if parameters.mirror:
        rows.append({"what": "mirror", "done": _mirror(output, parameters.mirror)})
    if parameters.keep_run_days is not None:
        rows.append({"what": "database", "done": _forget_runs(parameters.keep_run_days)})
    create_table_artifact(key="maintenance", table=rows, description=f"{len(rows)} things done")
    return Completed(message="; ".join(f"{row['what']}: {row['done']}" for row in rows) or "nothing was asked for")


@task(name="compact", task_run_name="compact", cache_policy=NO_CACHE, persist_result=False)
def _compact(output: Output) -> str:
    counts = upkeep.compact(output, wait_seconds=_LOCK_SECONDS)
    before, after = (sum(pair[number] for pair in counts.values()) for number in (0, 1))
    return f"{before:,} files, now {after:,}"


@task(name="prune-quarantine", task_run_name="prune-quarantine", cache_policy=NO_CACHE, persist_result=False)
def _prune(output: Output, days: int | None, megabytes: int | None) -> str:
    count, pages = prune(output, days=days, megabytes=megabytes, wait_seconds=_LOCK_SECONDS)
    return f"{count:,} rows and {pages:,} raw pages taken out"


@task(name="rebuild-index", task_run_name="rebuild-index", cache_policy=NO_CACHE, persist_result=False)
def _rebuild(output: Output) -> str:
    return f"{upkeep.rebuild_index(output, wait_seconds=_LOCK_SECONDS):,} signatures made anew"


@task(
    name="mirror",
    task_run_name="mirror",
    cache_policy=NO_CACHE,
    persist_result=False,
    retries=2,
    retry_delay_seconds=[10, 60],
)
def _mirror(output: Output, address: str) -> str:
    done = upkeep.push(output, address)
    return f"state {done.state}, {done.uploaded:,} files uploaded"


@task(name="forget-runs", task_run_name="forget-runs", cache_policy=NO_CACHE, persist_result=False)
def _forget_runs(days: int) -> str:
    """Delete runs that ended before so many days from Prefect's database, which grows without end otherwise."""
    oldest = datetime.now(UTC) - timedelta(days=days)
    count = 0
    with get_client(sync_client=True) as client:
        while True:
            old = client.read_flow_runs(
                flow_run_filter=FlowRunFilter(end_time=FlowRunFilterEndTime(before_=oldest)), limit=_PAGE_RUNS
            )
            for run in old:
                client.delete_flow_run(run.id)
            count += len(old)
            if len(old) < _PAGE_RUNS:
                return f"{count:,} runs of more than {days} days ago deleted"
