"""What runs when: the deployments of a file of schedules, served by one process or registered for workers elsewhere."""

import logging
from datetime import UTC, datetime
from typing import Any

from prefect.automations import Automation
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, StateType
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import PrefectHTTPStatusError
from prefect.states import Cancelled
from prefect.types.entrypoint import EntrypointType

from flows.operate.backfill import backfill
from flows.operate.maintenance import maintenance
from flows.operate.schedules import RunSchedule, Schedules
from flows.parameters import MaintenanceParameters, NewsParameters
from flows.pipeline import news

logger = logging.getLogger(__name__)

HOURLY, NIGHTLY, BACKFILL, MAINTENANCE = "hourly", "nightly", "backfill", "maintenance"
NAMES = (HOURLY, NIGHTLY, BACKFILL, MAINTENANCE)
_TEXTS = {
    HOURLY: "Feeds and sitemaps: what is new on the Web becomes articles.",
    NIGHTLY: "Folders and archives: what is new on disk becomes articles.",
    BACKFILL: "A range of days or a list of files, slice by slice; start it by hand.",
    MAINTENANCE: "Compaction, retention, the index and the mirror.",
}
# Runs of one deployment never overlap: an hourly run that would is dropped, since the next one finds the same news; any
# other waits its turn. Runs of different deployments on one output wait for each other by its lock.
_DROP = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
_QUEUE = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE)
DEAD_RUNS = "copydesk: runs without a heartbeat have crashed"
HEARTBEAT_SECONDS = 30
_DEAD_AFTER_SECONDS = 180  # six heartbeats; a busy machine may miss some


def deployments_of(schedules: Schedules) -> list[RunnerDeployment]:
    """The deployments of a file of schedules.

    Raises:
        ValueError: a parameter is not one, or has a wrong value; the message names it.
    """
    made = []
    for name, line in ((HOURLY, schedules.hourly), (NIGHTLY, schedules.nightly)):
        if line is not None:
            made.append(_of_line(name, line, schedules))
    # what is there on disk, unless the file or the form says otherwise; a deployment without sources is refused
    sources = schedules.backfill.sources or (schedules.nightly.sources if schedules.nightly else ["pages"])
    own: dict[str, Any] = {"sources": list(sources), "output": schedules.output}
    own |= {key: value.isoformat() for key in ("first_day", "last_day") if (value := getattr(schedules.backfill, key))}
    made.append(_made(backfill, BACKFILL, own, None, schedules.timezone, _QUEUE))
    if schedules.maintenance is not None:
        parameters = MaintenanceParameters.model_validate(
            {"output": schedules.output} | schedules.maintenance.parameters
        )
        made.append(
            _made(
                maintenance,
                MAINTENANCE,
                parameters.model_dump(),
                schedules.maintenance.cron,
                schedules.timezone,
                _QUEUE,
            )
        )
    return made


def _of_line(name: str, line: RunSchedule, schedules: Schedules) -> RunnerDeployment:
    own = {"sources": line.sources, "output": schedules.output, "if_busy": "wait"} | line.parameters
    parameters = NewsParameters.model_validate(own)
    limit = _DROP if name == HOURLY else _QUEUE
    return _made(news, name, parameters.model_dump(), line.cron, schedules.timezone, limit)


def _made(
    flow: Any, name: str, parameters: dict[str, Any], cron: str | None, timezone: str, limit: ConcurrencyLimitConfig
) -> RunnerDeployment:
    made: RunnerDeployment = flow.to_deployment(
        name=name, description=_TEXTS[name], tags=["copydesk"], concurrency_limit=limit, parameters={"parameters": parameters},
        schedules=[CronSchedule(cron=cron, timezone=timezone)] if cron else [], enforce_parameter_schema=True,
        entrypoint_type=EntrypointType.MODULE_PATH,  # a path entrypoint would load a second copy of the module
    )  # fmt: skip
    return made


def serve(schedules: Schedules) -> None:
    """Serve all deployments until interrupted. Needs no worker; runs are processes of this machine."""
    from prefect import serve as serve_deployments

    made = deployments_of(schedules)
    watch_for_dead_runs()
    drop_missed_runs()
    serve_deployments(*made, limit=len(made))


def deploy(schedules: Schedules, pool: str) -> list[str]:
    """Register all deployments with a work pool, for workers that have Copydesk installed. Returns their names.

    Raises:
        ValueError: there is no such pool.
    """
    names = []
    for made in deployments_of(schedules):
        try:
            made.apply(work_pool_name=pool)
        except Exception as error:
            raise ValueError(f"{pool}: the deployment {made.name!r} cannot be registered: {error}") from error
        names.append(f"{made.flow_name}/{made.name}")
    watch_for_dead_runs()
    return names


def drop_missed_runs() -> int:
    """Cancel the runs that should have started while nothing served them, but for the newest of each deployment.

    Without this a server that waited for a week would start them all at once. Returns how many.
    """
    count = 0
    with get_client(sync_client=True) as client:
        wanted = DeploymentFilter(name=DeploymentFilterName(any_=list(NAMES)))
        waiting = FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])))
        runs = client.read_flow_runs(flow_run_filter=waiting, deployment_filter=wanted, limit=200)
        now = datetime.now(UTC)
        missed = [run for run in runs if run.expected_start_time and run.expected_start_time < now]
        missed.sort(key=lambda run: run.expected_start_time or now)
        newest = {run.deployment_id: run.id for run in missed}
        for run in missed:
            if newest[run.deployment_id] != run.id:
                client.set_flow_run_state(
                    run.id, Cancelled(message="missed while nothing served it; a later run does its work")
                )
                count += 1
    if count:
        logger.info("%d missed runs are dropped; the newest of each deployment does their work", count)
    return count


def watch_for_dead_runs() -> bool:
    """Have the server mark runs as crashed that send no heartbeat any more: those of a process that was killed.

    Returns whether it will: a server may have no automations.
    """
    content = {
        "name": DEAD_RUNS,
        "trigger": {
            "type": "event", "posture": "Proactive", "after": ["prefect.flow-run.heartbeat"], "threshold": 1, "within": _DEAD_AFTER_SECONDS,
            "expect": [f"prefect.flow-run.{name}" for name in ("heartbeat", "Completed", "Failed", "Cancelled", "Crashed")],
            "match": {"prefect.resource.id": ["prefect.flow-run.*"]}, "for_each": ["prefect.resource.id"],
        },
        "actions": [{"type": "change-flow-run-state", "state": "CRASHED", "name": "Crashed", "message": "no heartbeat: its process is gone"}],
    }  # fmt: skip
    kind: Any = Automation  # its methods answer at once outside an event loop, which its types do not say
    try:
        kind.read(name=DEAD_RUNS)
    except ValueError:
        try:
            kind.model_validate(content).create()
        except (PrefectHTTPStatusError, ValueError) as error:
            logger.warning("no automation for dead runs: %s", error)
            return False
    return True
