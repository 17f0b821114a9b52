"""A backfill: the line over a range of days or a list of files, slice by slice, each published by itself.

It can be cut off and started again: pages that a slice has published are known, so a slice that is done costs seconds.
"""

import logging
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

from prefect import flow
from prefect.artifacts import create_table_artifact
from prefect.states import Completed, Failed

from flows.parameters import BackfillParameters, NewsParameters
from flows.pipeline import news
from tasks.ingest.listing import SourceError

logger = logging.getLogger(__name__)


def slices(parameters: BackfillParameters, today: date) -> Iterator[list[str]]:
    """The sources of each slice, in the order of days and of the list."""
    sources: list[str] = []
    for source in parameters.sources:
        if "{day" not in source:
            sources.append(source)
            continue
        day, last = parameters.first_day or today, parameters.last_day or today
        while day <= last:
            sources.append(source.format(day=day))
            day += timedelta(days=1)
    for start in range(0, len(sources), parameters.slice_sources):
        yield sources[start : start + parameters.slice_sources]


@flow(name="backfill", validate_parameters=True, persist_result=False)
def backfill(parameters: BackfillParameters) -> Any:
    """Run the line over a range of days or a list of files, in slices.

    Args:
        parameters: What to read, in which slices, and where to publish it.
    """
    rows: list[dict[str, str]] = []
    has_stopped = False
    for part in slices(parameters, datetime.now(UTC).date()):
        own = NewsParameters(sources=part, output=parameters.output, thresholds=parameters.thresholds, if_busy="wait")
        state: Any = news(own, return_state=True)
        told = state.message or ""
        if state.is_failed() and _is_missing(state):  # a day without a crawl is no failure of the backfill
            name = "NoPages"
        else:
            name, has_stopped = state.name, has_stopped or not state.is_completed()
        rows.append({"slice": ", ".join(part), "state": name, "told": told[:300]})
        logger.info("slice %s: %s", ", ".join(part), name)
        if has_stopped and not parameters.goes_on:
            break
    create_table_artifact(key="backfill", table=rows, description=f"{len(rows)} slices")
    done = sum(row["state"].startswith("Completed") for row in rows)
    text = f"{done} of {len(rows)} slices published"
    if has_stopped:
        return Failed(
            name="StoppedByGate" if rows[-1]["state"] == "StoppedByGate" else "Failed",
            message=f"{text}; {rows[-1]['told']}",
        )
    return Completed(message=text)


def _is_missing(state: Any) -> bool:
    try:
        state.result()
    except SourceError:
        return True
    except Exception:  # any other end is the slice's own
        return False
    return False
