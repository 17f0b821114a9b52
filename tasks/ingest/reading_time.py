"""The CPU time that reading a file of many pages may take: a hostile one costs a worker no more than its time.

The limit of the kernel on a worker (`tasks/parallel/isolation.py`) would cost what was read before. This one ends the
reading in Python, and keeps it. The other stays behind it, for a C library that never returns.
"""

import signal
import threading
from collections.abc import Generator, Iterator
from types import FrameType
from typing import TypeVar

from tasks.ingest.record import Record
from tasks.parallel.isolation import page_cpu_seconds
from tasks.vocabulary import Flaw

Found = TypeVar("Found")

# A megabyte of packed pages takes about a tenth of a second to read, and ten times that on a slow machine; growth up to
# 200 times is allowed and takes time too
_SECONDS_PER_MEGABYTE = 5.0


# What libraries raise on data that their authors did not think of: the pages before it stay
_UNFORESEEN = (ArithmeticError, AssertionError, AttributeError, LookupError, MemoryError, RecursionError, TypeError)
_SHOWN_CHARS = 300
# Python drops an exception that is raised while it frees an object or a library catches everything: it is raised again
_AGAIN_SECONDS = 0.5
_SECONDS_OF_UNKNOWN = 3600.0  # a file of the Web whose server does not say its size


def seconds_for(byte_count: int) -> float:
    """The CPU time that reading a file of some size may take."""
    if not byte_count:
        return _SECONDS_OF_UNKNOWN
    return page_cpu_seconds() + _SECONDS_PER_MEGABYTE * byte_count / (1 << 20)


def time_is_up(seconds: float, rest: str = "") -> Record:
    """The record of a file that is read no further; `rest` says how much is left, e.g. `20 of 30 rows`."""
    detail = f"took more than {seconds:,.0f} s of CPU time; {f'{rest} are' if rest else 'what follows is'} not read"
    return Record(None, "end", flaw=Flaw.READER_TIMEOUT, detail=detail)


def within(found: Iterator[Found], seconds: float) -> Iterator[Found | Record]:
    """The records that are read within some CPU time, with what is done with them; then a record that says so."""
    records = _up_to_unforeseen(found)
    if threading.current_thread() is not threading.main_thread():  # only there can a timer interrupt the reading
        yield from records
        return
    clock = _Clock()
    before = signal.signal(signal.SIGPROF, clock.interrupt)
    rest = None
    signal.setitimer(signal.ITIMER_PROF, seconds, _AGAIN_SECONDS)
    try:
        while not clock.is_up:
            try:
                record = clock.next_of(records)
            except TimeIsUpError as error:
                rest = error.rest
                break
            if record is None:
                return
            yield record
            if isinstance(record, Record) and record.flaw is Flaw.READER_TIMEOUT:  # a library was stopped, and says so
                return
        yield time_is_up(seconds, _rest_of(records) if rest is None else rest)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def _rest_of(records: Generator[Found]) -> str:
    """What a reader says that it has not read when its time is up between two records."""
    try:
        records.throw(TimeIsUpError())
    except TimeIsUpError as error:
        return error.rest
    except StopIteration:
        pass
    return ""


def _up_to_unforeseen(records: Iterator[Found]) -> Generator[Found | Record]:
    """The records up to what their reader fails at, and a record that says so."""
    try:
        yield from records
    except _UNFORESEEN as error:
        detail = f"the rest cannot be read: {type(error).__name__}: {error}"[:_SHOWN_CHARS]
        yield Record(None, "end", flaw=Flaw.BROKEN_FILE, detail=detail)


class TimeIsUpError(Exception):
    """Raised in whatever code reads at that moment, and again if that code drops it.

    A reader that knows how much it has not read writes it into `rest` and raises the error on.
    """

    rest = ""


class _Clock:
    """Whether the time is up; reading is interrupted then, and nothing else."""

    def __init__(self) -> None:
        self.is_up = self._is_reading = False

    def interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        """Handle the signal of the timer."""
        self.is_up = True
        if self._is_reading:
            raise TimeIsUpError

    def next_of(self, records: Iterator[Found]) -> Found | None:
        """The next record, None at the end."""
        self._is_reading = True
        try:
            return next(records, None)
        finally:
            self._is_reading = False
