"""Whether a run is recorded: by Prefect, on a server, or by nothing but its own report.

A one-off run without a server needs nothing of Prefect: no schedule, no limit on runs at once, nobody who watches. Its
outcome, report and history are files of the output. To start a server for it would take half of the time of a small
run. So the same functions run without Prefect's engine then: the flow and its steps, in the same order.
"""

import logging
import time
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from prefect import Flow, State, Task, tags
from prefect.client.orchestration import get_client
from prefect.context import FlowRunContext
from prefect.states import Failed

P = ParamSpec("P")
Result = TypeVar("Result")
Parameters = TypeVar("Parameters")
logger = logging.getLogger(__name__)

COMMAND_LINE, WARNINGS = "command-line", "warnings"  # tags of runs


def is_recorded() -> bool:
    """Whether this is part of a flow run that a Prefect server knows."""
    return FlowRunContext.get() is not None


def run_step(task: Task[P, Result], *arguments: P.args, **keywords: P.kwargs) -> Result:
    """The result of a task, or outside of a recorded run of its plain function, with the retries of the task."""
    if is_recorded():
        return task(*arguments, **keywords)
    given = task.retry_delay_seconds
    for delay in given if isinstance(given, list) else [given or 0.0] * task.retries:
        try:
            return task.fn(*arguments, **keywords)
        except Exception as error:
            if not _may_pass(task, error):
                raise
            logger.warning("%s: %s; trying again in %g s", task.name, error, delay)
            time.sleep(delay)
    return task.fn(*arguments, **keywords)


def run_flow(flow: Flow[[Parameters], Any], parameters: Parameters, *, is_recorded: bool) -> State[Any]:
    """The state in which a flow ends: run by Prefect, or as a plain function if no server records it."""
    if is_recorded:
        with tags("copydesk", COMMAND_LINE):
            return cast(State[Any], flow(parameters, return_state=True))
    try:
        return cast(State[Any], flow.fn(parameters))
    except Exception as error:
        logger.exception("the run failed")
        return Failed(message=f"{type(error).__name__}: {error}", data=error)


def add_tag(tag: str) -> None:
    """Add a tag to this run, by which runs are filtered in the UI. Without a server there is nothing to do."""
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return
    try:
        with get_client(sync_client=True) as client:
            client.update_flow_run(context.flow_run.id, tags=[*context.flow_run.tags, tag])
    except Exception:  # a server that is away for a moment must not end the run
        logger.warning("could not add the tag %s to the run", tag, exc_info=False)


def _may_pass(task: Task[Any, Any], error: Exception) -> bool:
    """Whether the task itself says that this failure may pass."""
    condition = cast(Callable[..., bool] | None, task.retry_condition_fn)
    return condition is None or condition(task, None, Failed(data=error))
