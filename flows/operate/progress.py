"""What a run shows while it runs: progress as artifacts and log lines in the UI, and its time limit."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from uuid import UUID

from prefect.artifacts import create_progress_artifact, update_progress_artifact

from tasks.parallel.progress import Advance, listening

logger = logging.getLogger(__name__)

_INTERVAL_SECONDS = 5.0  # an update costs the server as much as a task's state does
_FROM_SECONDS = 3.0  # a step that ends sooner shows no progress


class _Progress:
    """Reports how far each step is, as often as the server can bear."""

    def __init__(self) -> None:
        self._artifacts: dict[str, UUID] = {}
        self._started: dict[str, float] = {}
        self._reported: dict[str, float] = {}

    def __call__(self, advance: Advance) -> None:
        step, now = advance.step, time.monotonic()
        seconds = now - self._started.setdefault(step, now)
        is_done = advance.done >= advance.total
        is_due = is_done or now - self._reported.get(step, 0.0) >= _INTERVAL_SECONDS
        if seconds < _FROM_SECONDS or not is_due:
            return
        self._reported[step] = now
        text = _text(advance, seconds)
        logger.info("%s: %s", step, text)
        try:
            self._show(step, 100.0 * advance.done / max(advance.total, 1), f"{step}: {text}")
        except Exception:  # a server that is away for a moment must not end the run
            logger.warning("could not report progress to the server", exc_info=False)

    def _show(self, step: str, percent: float, text: str) -> None:
        if step in self._artifacts:
            update_progress_artifact(self._artifacts[step], progress=percent, description=text)
        else:
            artifact = create_progress_artifact(progress=percent, key=f"progress-{step}", description=text)
            self._artifacts[step] = cast(UUID, artifact)  # outside of an event loop it is not a coroutine


def _text(advance: Advance, seconds: float) -> str:
    if advance.done >= advance.total:
        return f"all {advance.total:,} {advance.unit}"
    text = f"{advance.done:,} of {advance.total:,} {advance.unit}"
    if not advance.done:
        return text
    return f"{text}, about {seconds * (advance.total - advance.done) / advance.done:.0f} s left"


@contextmanager
def progress_in_ui() -> Iterator[None]:
    """Report to the Prefect server how far each step is."""
    with listening(_Progress()):
        yield


class TimeIsOverError(Exception):
    """A run exceeded its time limit.

    Not a `TimeoutError`, which ingest takes for one of the network and answers with another try.
    """


@contextmanager
def at_most(minutes: float | None) -> Iterator[None]:
    """Limit the time of this block; None sets no limit.

    The time is checked where a step reports progress: between batches, and once a second while workers work. A signal
    would also interrupt libraries that hold locks or swallow errors.

    Raises:
        TimeIsOverError: the block took longer.
    """
    if minutes is None:
        yield
        return
    end = time.monotonic() + minutes * 60

    def check(_advance: Advance) -> None:
        if time.monotonic() >= end:
            raise TimeIsOverError(f"the run took longer than {minutes:g} minutes")

    with listening(check):
        yield
