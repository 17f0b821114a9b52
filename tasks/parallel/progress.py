"""Progress of the steps: each step reports how far it is, and whoever listens in this process learns of it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Advance:
    """How far a step is: `done` of `total` pages or bytes, and the number of pages that came out so far."""

    step: str
    done: int
    total: int
    unit: str = "pages"
    pages: int = 0


Listener = Callable[[Advance], None]
_listeners: list[Listener] = []


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Call `listener` within this block whenever a step of this process advances."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def report_progress(advance: Advance) -> None:
    """Call all listeners."""
    for listener in _listeners:
        listener(advance)
