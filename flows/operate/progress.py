"""What a run shows while it runs: progress as artifacts and log lines in the UI, and an end when its time is over."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact

from tasks.parallel.progress import Advance, listening

logger = logging.getLogger(__name__)

_EVERY_SECONDS = 5.0  # an update costs the server as much as a task's state does
_FROM_SECONDS = 3.0  # a step that is over sooner shows no progress


class _Told:
    """How far each step was when it was told last."""

    def __init__(self) -> None:
        self.artifacts: dict[str, UUID] = {}
        self.started: dict[str, float] = {}
        self.last: dict[str, float] = {}

    def __call__(self, now: Advance) -> None:
        moment = time.monotonic()
        started = self.started.setdefault(now.step, moment)
        is_done = now.done >= now.total
        if moment - started < _FROM_SECONDS or (not is_done and moment - self.last.get(now.step, 0.0) < _EVERY_SECONDS):
            return
        self.last[now.step] = moment
        share = 100.0 * now.done / max(now.total, 1)
        left = (moment - started) * (now.total - now.done) / max(now.done, 1)
        until = f", about {left:.0f} s left" if now.done else ""
        text = f"all {now.total:,} {now.unit}" if is_done else f"{now.done:,} of {now.total:,} {now.unit}{until}"
        logger.info("%s: %s", now.step, text)
        try:
            if now.step not in self.artifacts:
                made: Any = create_progress_artifact(
                    progress=share, key=f"progress-{now.step}", description=f"{now.step}: {text}"
                )
                self.artifacts[now.step] = made
            else:
                update_progress_artifact(self.artifacts[now.step], progress=share, description=f"{now.step}: {text}")
        except Exception:  # a server that is away for a moment must not end the run
            logger.warning("the progress could not be told to the server", exc_info=False)


@contextmanager
def progress_in_ui() -> Iterator[None]:
    """Tell the Prefect server how far each step is."""
    with listening(_Told()):
        yield


class TimeIsOverError(TimeoutError):
    """A run took longer than it may."""


@contextmanager
def at_most(minutes: float | None) -> Iterator[None]:
    """Raise TimeIsOverError in this block after so many minutes, where a step tells how far it is: between batches, and once
    a second while workers work. A signal would also strike inside of libraries that hold locks or swallow errors.
    """
    if minutes is None:
        yield
        return
    end = time.monotonic() + minutes * 60

    def check(_now: Advance) -> None:
        if time.monotonic() >= end:
            raise TimeIsOverError(f"the run took longer than {minutes:g} minutes")

    with listening(check):
        yield
