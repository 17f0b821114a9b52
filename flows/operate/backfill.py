"""A backfill: the pipeline over a range of days or a list of files, in slices that are published separately.

It can be interrupted and started again: pages that a slice has published are known, so a finished slice costs seconds.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from prefect import State, flow
from prefect.artifacts import create_table_artifact
from prefect.states import Completed, Failed

from flows.operate.logs import scrub_logs
from flows.operate.paths import check_paths
from flows.operate.run_names import run_name
from flows.parameters import BackfillParameters, NewsParameters
from flows.pipeline import news
from flows.report.wording import count
from tasks.ingest.listing import SourceError
from tasks.storage.addresses import as_given

logger = logging.getLogger(__name__)

_MESSAGE_CHARS = 300  # of the message of a slice in the table


def slices(parameters: BackfillParameters, today: date) -> Iterator[list[str]]:
    """The sources of each slice, in the order of the list and of the days."""
    sources: list[str] = []
    for source in as_given(parameters.sources):
        if "{day" not in source:
            sources.append(source)
            continue
        day, last = parameters.first_day or today, parameters.last_day or today
        while day <= last:
            sources.append(source.format(day=day))
            day += timedelta(days=1)
    for start in range(0, len(sources), parameters.slice_sources):
        yield sources[start : start + parameters.slice_sources]


@flow(name="backfill", flow_run_name=run_name, validate_parameters=True, persist_result=False)
def backfill(parameters: BackfillParameters) -> Any:
    """Run the pipeline over a range of days or a list of files, in slices.

    Args:
        parameters: What to read, in which slices, and where to publish it.
    """
    scrub_logs()
    check_paths(parameters)
    rows: list[dict[str, str]] = []
    has_stopped = False
    for sources in slices(parameters, datetime.now(UTC).date()):
        slice_parameters = NewsParameters(
            sources=sources,
            output=parameters.output,
            thresholds=parameters.thresholds,
            sites=parameters.sites,
            if_busy="wait",
        )
        state = cast(State[Any], news(slice_parameters, return_state=True))
        if state.is_failed() and _has_no_source(state):  # a day without a crawl is not a failure of the backfill
            name = "NoPages"
        else:
            name, has_stopped = state.name or "", has_stopped or not state.is_completed()
        message = (state.message or "")[:_MESSAGE_CHARS]
        rows.append({"slice": ", ".join(slice_parameters.sources), "state": name, "message": message})
        logger.info("slice %s: %s", ", ".join(slice_parameters.sources), name)
        if has_stopped and not parameters.goes_on:
            break
    create_table_artifact(key="backfill", table=rows, description=count(len(rows), "slice"))
    done = sum(row["state"].startswith("Completed") for row in rows)
    text = f"{done} of {count(len(rows), 'slice')} processed"
    if has_stopped:
        name = "StoppedByGate" if rows[-1]["state"] == "StoppedByGate" else "Failed"
        return Failed(name=name, message=f"{text}; {rows[-1]['message']}")
    return Completed(message=text)


def _has_no_source(state: State[Any]) -> bool:
    """Whether a slice failed because its source does not exist or has no page."""
    try:
        state.result()
    except SourceError:
        return True
    except Exception:  # any other failure is the slice's own
        return False
    return False
