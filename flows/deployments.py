"""The line on a schedule: one process that serves the flow, or a deployment for workers elsewhere."""

from typing import Any

from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.types.entrypoint import EntrypointType
from pydantic import ValidationError

from flows.news import news
from flows.parameters import NewsParameters


def deployment(sources: list[str], output: str, *, cron: str, timezone: str) -> RunnerDeployment:
    """The flow with a schedule; two runs of it never overlap, a run that would is cancelled.

    Raises:
        ValueError: the cron expression or the time zone is not one.
    """
    try:
        schedule = CronSchedule(cron=cron, timezone=timezone)
    except ValueError as error:
        said = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise ValueError(f"the schedule {cron!r} in {timezone!r} cannot be used: {said}") from error
    made: Any = news.to_deployment(
        name="nightly", schedules=[schedule], concurrency_limit=1, tags=["news"],
        parameters={"parameters": NewsParameters(sources=sources, output=output).model_dump()},
        entrypoint_type=EntrypointType.MODULE_PATH,  # a path entrypoint would load a second copy of the module
    )  # fmt: skip
    return made  # type: ignore[no-any-return]


def serve(sources: list[str], output: str, *, cron: str, timezone: str) -> None:
    """Serve the flow on its schedule until interrupted."""
    from prefect import serve as serve_deployments

    serve_deployments(deployment(sources, output, cron=cron, timezone=timezone))
