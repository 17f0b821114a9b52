"""The deployments of a schedules file, served by one process or registered for workers elsewhere."""

import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

from prefect import Flow
from prefect.automations import Automation
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterName,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateType,
)
from prefect.client.schemas.objects import ConcurrencyLimitConfig, ConcurrencyLimitStrategy, FlowRun, StateType
from prefect.client.schemas.schedules import CronSchedule
from prefect.client.schemas.sorting import FlowRunSort
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound, PrefectHTTPStatusError
from prefect.states import Cancelled
from prefect.types.entrypoint import EntrypointType
from pydantic import BaseModel, ValidationError

from flows.operate.backfill import backfill
from flows.operate.maintenance import maintenance
from flows.operate.schedules import RunSchedule, ScheduleError, Schedules
from flows.parameters import MaintenanceParameters, NewsParameters
from flows.pipeline import news
from tasks.errors import first_problem
from tasks.load.output import Output
from tasks.storage.addresses import hand_on_given, keep_as_given, shown, without_secrets

logger = logging.getLogger(__name__)

HOURLY, NIGHTLY, BACKFILL, MAINTENANCE = "hourly", "nightly", "backfill", "maintenance"
NAMES = (HOURLY, NIGHTLY, BACKFILL, MAINTENANCE)
_DESCRIPTIONS = {
    HOURLY: "Feeds and sitemaps: turn new pages on the web into articles.",
    NIGHTLY: "Folders and archives: turn new pages on disk into articles.",
    BACKFILL: "A range of days or a list of files, in slices; start it by hand.",
    MAINTENANCE: "Compaction, retention, the near-duplicate index and the mirror.",
}
# Runs of one deployment never overlap: a second hourly run is dropped, since the next one gets the same news; any other
# waits. Runs of different deployments on one output wait for each other by its lock.
_DROP = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.CANCEL_NEW)
_QUEUE = ConcurrencyLimitConfig(limit=1, collision_strategy=ConcurrencyLimitStrategy.ENQUEUE)
DEAD_RUNS = "copydesk: runs without a heartbeat have crashed"
_PAGE_RUNS = 200  # the most that a Prefect server returns at once
_DEAD_AFTER_SECONDS = 180  # six heartbeats (flows/settings.py); a busy machine may miss some


def deployments_of(schedules: Schedules) -> list[RunnerDeployment]:
    """The deployments of a schedules file.

    Raises:
        ScheduleError: a parameter is unknown or has a wrong value; the message names it.
    """
    deployments = [
        _run_deployment(name, schedule, schedules)
        for name, schedule in ((HOURLY, schedules.hourly), (NIGHTLY, schedules.nightly))
        if schedule is not None
    ]
    deployments.append(_backfill_deployment(schedules))
    if schedules.maintenance is not None:
        given = {"output": schedules.output} | schedules.maintenance.parameters
        parameters = _validated(MaintenanceParameters, given, MAINTENANCE)
        deployments.append(
            _deployment(
                maintenance,
                MAINTENANCE,
                parameters.model_dump(),
                cron=schedules.maintenance.cron,
                timezone=schedules.timezone,
                limit=_QUEUE,
            )
        )
    return deployments


def _run_deployment(name: str, schedule: RunSchedule, schedules: Schedules) -> RunnerDeployment:
    defaults = {"sources": schedule.sources, "output": schedules.output, "sites": schedules.sites, "if_busy": "wait"}
    parameters = _validated(NewsParameters, defaults | schedule.parameters, name)
    return _deployment(
        news,
        name,
        parameters.model_dump(),
        cron=schedule.cron,
        timezone=schedules.timezone,
        limit=_DROP if name == HOURLY else _QUEUE,
    )


Parameters = TypeVar("Parameters", bound=BaseModel)


def _validated(model: type[Parameters], values: Mapping[str, Any], section: str) -> Parameters:
    """The parameters of a section of the schedules file.

    Raises:
        ScheduleError: one of them is unknown or has a wrong value.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise ScheduleError(first_problem(error, model, f"{section}.parameters.")) from error


def _backfill_deployment(schedules: Schedules) -> RunnerDeployment:
    # Prefect refuses a deployment without sources: default to what is on disk
    beside_output = str(Path(schedules.output).parent / "pages")
    sources = schedules.backfill.sources or (schedules.nightly.sources if schedules.nightly else [beside_output])
    days = {"first_day": schedules.backfill.first_day, "last_day": schedules.backfill.last_day}
    parameters = {"sources": keep_as_given(sources), "output": schedules.output}
    parameters |= {"sites": schedules.sites} if schedules.sites else {}
    parameters |= {name: day.isoformat() for name, day in days.items() if day}
    return _deployment(backfill, BACKFILL, parameters, cron=None, timezone=schedules.timezone, limit=_QUEUE)


def _deployment(
    flow: Flow[Any, Any],
    name: str,
    parameters: dict[str, Any],
    *,
    cron: str | None,
    timezone: str,
    limit: ConcurrencyLimitConfig,
) -> RunnerDeployment:
    deployment = flow.to_deployment(
        name=name,
        description=_DESCRIPTIONS[name],
        tags=["copydesk"],
        concurrency_limit=limit,
        parameters={"parameters": parameters},
        schedules=[CronSchedule(cron=cron, timezone=timezone)] if cron else [],
        enforce_parameter_schema=True,
        entrypoint_type=EntrypointType.MODULE_PATH,  # a path entrypoint would load a second copy of the module
    )
    return cast(RunnerDeployment, deployment)  # outside of an event loop it is not a coroutine


def prepare_serving(schedules: Schedules) -> list[RunnerDeployment]:
    """All deployments, for this process to serve; runs become processes of this machine and need no worker."""
    deployments = deployments_of(schedules)
    hand_on_given()  # to the processes of the runs: Prefect's database has the sources without their secrets
    watch_for_dead_runs()
    drop_missed_runs()
    return deployments


def deploy(schedules: Schedules, pool: str) -> list[str]:
    """Register all deployments with a work pool, for workers that have Copydesk installed. Returns their names.

    Raises:
        ValueError: a deployment cannot be registered, e.g. because there is no such pool.
    """
    names = []
    _refuse_secrets(schedules)
    _check_pool(pool)
    for deployment in deployments_of(schedules):
        try:
            deployment.apply(work_pool_name=pool)
        except Exception as error:
            raise ValueError(f"{pool}: the deployment {deployment.name!r} cannot be registered: {error}") from error
        names.append(f"{deployment.flow_name}/{deployment.name}")
    watch_for_dead_runs()
    return names


def _check_pool(pool: str) -> None:
    """Refuse a work pool that the server does not have.

    Raises:
        ValueError: the message has the command that creates it.
    """
    with get_client(sync_client=True) as client:
        try:
            client.read_work_pool(pool)
        except ObjectNotFound as error:
            raise ValueError(
                f"the server has no work pool {pool!r}; create it by: prefect work-pool create {pool} --type process"
            ) from error


def _refuse_secrets(schedules: Schedules) -> None:
    """Refuse addresses with secrets, which Prefect's database must not have and workers elsewhere would not get.

    Raises:
        ValueError: a source or the mirror has a secret.
    """
    runs = (schedules.hourly, schedules.nightly, schedules.backfill)
    addresses = [source for run in runs if run is not None for source in run.sources]
    if schedules.maintenance is not None and (mirror := schedules.maintenance.parameters.get("mirror")):
        addresses.append(mirror)
    for source in addresses:
        if without_secrets(source) != source:
            raise ValueError(
                f"{shown(source)}: its user name, password or signature cannot be handed to workers elsewhere; "
                "name the address in a list of publishers (.toml) on their machines, or use `copydesk serve`"
            )


def create_outputs(schedules: Schedules) -> list[str]:
    """Create the outputs of everything that is scheduled. Returns those that this machine cannot create.

    A worker refuses an output that does not exist, since it would be another one than the others see.

    Raises:
        OutputError: an output cannot be used, e.g. because its folder holds files that are not of Copydesk.
    """
    missing = []
    for root in schedules.outputs():
        try:
            Path(root).mkdir(parents=True, exist_ok=True)
        except OSError:
            missing.append(root)
            continue
        Output(root).prepare()
    return missing


def drop_missed_runs() -> int:
    """Cancel the runs that were due while no process served them, except the newest of each deployment.

    Otherwise a server that was idle for a week would start them all at once. Returns how many were cancelled.
    """
    count = 0
    with get_client(sync_client=True) as client:
        missed = _missed_runs(client)
        newest = {run.deployment_id: run.id for run in missed}
        for run in missed:
            if newest[run.deployment_id] != run.id:
                client.set_flow_run_state(run.id, Cancelled(message="missed while not served; a later run replaces it"))
                count += 1
    if count:
        logger.info("%d missed runs dropped; the newest run of each deployment replaces them", count)
    return count


def _missed_runs(client: SyncPrefectClient) -> list[FlowRun]:
    """The runs that are still scheduled though they were due, the oldest first.

    The server is asked for these only: it keeps up to a hundred future runs of each deployment, and an answer has at
    most `_PAGE_RUNS` runs.
    """
    is_ours = DeploymentFilter(name=DeploymentFilterName(any_=list(NAMES)))
    is_missed = FlowRunFilter(
        state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED])),
        expected_start_time=FlowRunFilterExpectedStartTime(before_=datetime.now(UTC)),
    )
    missed: list[FlowRun] = []
    while True:
        page = client.read_flow_runs(
            flow_run_filter=is_missed,
            deployment_filter=is_ours,
            sort=FlowRunSort.EXPECTED_START_TIME_ASC,
            limit=_PAGE_RUNS,
            offset=len(missed),
        )
        missed += page
        if len(page) < _PAGE_RUNS:
            return missed


def watch_for_dead_runs() -> bool:
    """Make the server mark runs as crashed when their heartbeat stops, i.e. their process was killed.

    Returns whether it will: a server may have no automations.
    """
    events = ("heartbeat", "Completed", "Failed", "Cancelled", "Crashed")
    content = {
        "name": DEAD_RUNS,
        "trigger": {
            "type": "event",
            "posture": "Proactive",
            "after": ["prefect.flow-run.heartbeat"],
            "threshold": 1,
            "within": _DEAD_AFTER_SECONDS,
            "expect": [f"prefect.flow-run.{name}" for name in events],
            "match": {"prefect.resource.id": ["prefect.flow-run.*"]},
            "for_each": ["prefect.resource.id"],
        },
        "actions": [
            {
                "type": "change-flow-run-state",
                "state": "CRASHED",
                "name": "Crashed",
                "message": "no heartbeat: its process is gone",
            }
        ],
    }
    automation: Any = Automation  # its methods return at once outside of an event loop, which its types do not say
    try:
        automation.read(name=DEAD_RUNS)
    except ValueError:
        try:
            automation.model_validate(content).create()
        except (PrefectHTTPStatusError, ValueError) as error:
            logger.warning("dead runs will not be noticed, the server has no automations: %s", error)
            return False
    return True
