"""The one seam for parallel work: the same function over the same batches, in this process or in several.

Workers get batch references and return receipts; they read sources and write results themselves. A batch that kills its
worker, uses up its time or raises is looked at piece by piece (`tasks.isolation`), and only the pages at fault are left out.
"""

import logging
import multiprocessing
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from tasks.isolation import limit_cpu, limit_memory, rescue

Batch = TypeVar("Batch")
Result = TypeVar("Result")
logger = logging.getLogger(__name__)

INLINE, PROCESSES = "inline", "processes"
KINDS = (INLINE, PROCESSES)

TICK_SECONDS = 1.0  # how often it is told how far a batch is that takes long


@dataclass(frozen=True)
class Advance:
    """How far a step is: `done` of `total` pages or bytes, and the pages that came out so far."""

    step: str
    done: int
    total: int
    unit: str = "pages"
    pages: int = 0


Listener = Callable[[Advance], None]
_listeners: list[Listener] = []
_pool: "_Pool | None" = None


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Have the listener called in this process, in this block, whenever a step has advanced."""
    _listeners.append(listener)
    try:
        yield
    finally:
        _listeners.remove(listener)


def report_progress(advance: Advance) -> None:
    """Tell all listeners how far a step is."""
    for listener in _listeners:
        listener(advance)


class _Pool:
    """Worker processes that outlive a step: starting one costs a second of imports. Made when first used."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, work: Callable[[Batch], Result], batch: Batch) -> "Future[Result]":
        if self._pool is None:
            # spawned: a forked process can hang on locks held by threads
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(
                self.workers, mp_context=context, initializer=_quiet_worker, initargs=(os.getpid(),)
            )
        return self._pool.submit(_within_limits, work, batch)

    def kill(self) -> None:
        """End all workers at once, whatever they do."""
        if self._pool is not None:
            for process in list((self._pool._processes or {}).values()):
                process.kill()

    def close(self) -> None:
        """End all workers when they have done their batch."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


@contextmanager
def executor(kind: str, workers: int) -> Iterator[None]:
    """Have `run_batches` use worker processes in this block, or this process alone.

    Raises:
        ValueError: there is no such kind.
    """
    global _pool  # noqa: PLW0603 - one run at a time in a process
    if kind not in KINDS:
        raise ValueError(f"{kind!r} is no executor; there are {', '.join(KINDS)}")
    before = _pool
    _pool = _Pool(workers) if kind == PROCESSES else None
    try:
        yield
    except BaseException:
        if _pool is not None:  # a run that was cancelled must not wait for its batches
            _pool.kill()
        raise
    finally:
        if _pool is not None:
            _pool.close()
        _pool = before


def run_batches(
    step: str,
    work: Callable[[Batch], Result],
    batches: Sequence[Batch],
    *,
    weights: Sequence[int],
    unit: str = "pages",
    under_way: Callable[[], int] = lambda: 0,
    pages_of: Callable[[Result], int] = lambda result: int(getattr(result, "received", 0)),
) -> Iterator[Result]:
    """The results of `work` for each batch, in the order of the batches.

    For the progress report, `weights` are the pages or bytes of each batch, `under_way` says how much of those is done that
    are not finished, `pages_of` how many pages a result stands for. A batch with a page at fault is done without it; any
    other exception ends the step.
    """
    total, done, pages = sum(weights), 0, 0
    report_progress(Advance(step, 0, total, unit))
    found = _in_processes(_pool, work, batches) if _pool is not None else _in_this_process(work, batches)
    results: dict[int, Result] = {}
    next_up = 0
    for item in found:
        if item is None:  # a moment has passed
            report_progress(Advance(step, min(done + under_way(), total), total, unit, pages))
            continue
        number, result = item
        results[number] = result
        done, pages = done + weights[number], pages + pages_of(result)
        report_progress(Advance(step, done, total, unit, pages))
        while next_up in results:
            yield results.pop(next_up)
            next_up += 1


def _in_this_process(work: Callable[[Batch], Result], batches: Sequence[Batch]) -> Iterator[tuple[int, Result]]:
    for number, batch in enumerate(batches):
        try:
            result = work(batch)
        except Exception as error:
            result = rescue(work, batch, error, in_children=False)
        yield number, result


def _in_processes(
    pool: _Pool, work: Callable[[Batch], Result], batches: Sequence[Batch]
) -> Iterator[tuple[int, Result] | None]:
    waiting = deque(range(len(batches)))
    running: dict[Future[Result], int] = {}
    while waiting or running:
        while waiting and len(running) < 2 * pool.workers:  # not all at once: what breaks takes only these along
            number = waiting.popleft()
            running[pool.submit(work, batches[number])] = number
        finished, _ = wait(running, TICK_SECONDS, return_when=FIRST_COMPLETED)
        if not finished:
            yield None
        suspects: list[int] = []
        for future in finished:
            number = running.pop(future)
            try:
                yield number, future.result()
            except BrokenProcessPool:
                suspects.append(number)
            except Exception as error:
                yield number, rescue(work, batches[number], error, in_children=True)
        if (
            suspects
        ):  # one of the batches under way killed its worker, and with it the pool: which one, each alone will tell
            suspects += running.values()
            running.clear()
            pool.close()
            logger.warning("a worker died; %d batches are looked at one by one", len(suspects))
            for number in sorted(suspects):
                yield number, rescue(work, batches[number], None, in_children=True)


def _within_limits(work: Callable[[Batch], Result], batch: Batch) -> Result:
    limit_cpu(batch)
    return work(batch)


def _quiet_worker(parent: int) -> None:
    """Workers speak through receipts: one core each, no chatter, no more memory than a page can need."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    logging.getLogger().setLevel(logging.WARNING)
    limit_memory()
    threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()


def _end_with_parent(parent: int) -> None:
    """End this process when its parent is gone: a killed one cannot tell, and its workers would wait for ever.

    `parent` is told by the parent itself: it may be gone before this process has come to look.
    """
    while os.getppid() == parent:
        time.sleep(TICK_SECONDS)
    os._exit(1)


def default_workers() -> int:
    """One worker a core that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
