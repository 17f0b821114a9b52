"""The names of runs in the Prefect UI: what is run, and when, in the time zone of its schedule."""

from datetime import datetime, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from prefect.client.orchestration import get_client
from prefect.runtime import deployment, flow_run

_SOURCE_CHARS = 40


def run_name() -> str:
    """`hourly 27 Nov 00:15`; a run that is of no deployment has its source in place of that name."""
    zone = _time_zone(deployment.id) if deployment.id else None
    moment = (flow_run.scheduled_start_time or datetime.now().astimezone()).astimezone(zone)
    return f"{deployment.name or _source() or flow_run.flow_name} {moment:%d %b %H:%M}"


def _time_zone(deployment_id: str) -> tzinfo | None:
    """The time zone of the schedule of a deployment; None, that of this machine, if it has no schedule."""
    with get_client(sync_client=True) as client:
        schedules = client.read_deployment(deployment_id).schedules
    name = next((getattr(entry.schedule, "timezone", None) for entry in schedules), None)
    return ZoneInfo(name) if name else None


def _source() -> str:
    """The name of the first source in ASCII, and how many more there are; empty if the flow has none."""
    parameters: Any = flow_run.parameters.get("parameters") or {}
    sources = parameters.get("sources") if isinstance(parameters, dict) else getattr(parameters, "sources", None)
    if not sources:
        return ""
    name = Path(sources[0].rstrip("/*")).name.encode("ascii", "ignore").decode().strip()[:_SOURCE_CHARS]
    more = f"+{len(sources) - 1}" if len(sources) > 1 else ""
    return f"{name or 'news'}{more}"
