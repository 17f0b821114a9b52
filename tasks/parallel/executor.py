"""The one seam for parallel work: the same function over the same batches, in this process or in several, here or on other machines.

Workers get batch references and return receipts; they read sources and write results themselves. A batch that kills its
worker, uses up its time or raises is looked at piece by piece (`tasks.parallel.isolation`), and only the pages at fault are left out.
"""

import logging
import multiprocessing
import os
import pickle
import signal
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

from tasks.parallel.engines import CLUSTERS, KINDS, PROCESSES, Engine, Processes, WorkerLostError, cluster, quiet
from tasks.parallel.isolation import rescue

Batch = TypeVar("Batch")
Result = TypeVar("Result")
logger = logging.getLogger(__name__)

INLINE = "inline"

_APART_FROM_PAGES = 5_000  # as many long ones take 100 MB when they are loaded; a process takes half a second to start
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
_engine: Engine | None = None


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


@contextmanager
def executor(kind: str, workers: int, address: str | None = None) -> Iterator[None]:
    """Have `run_batches` use an engine's workers in this block, or this process alone.

    `address` is that of a running Dask scheduler or Ray cluster; without one these engines start `workers` of their own.

    Raises:
        ValueError: there is no such kind, or its extra is not installed.
        OSError: nobody answers at the address.
    """
    global _engine  # noqa: PLW0603 - one run at a time in a process
    if kind not in (INLINE, *KINDS):
        raise ValueError(f"{kind!r} is no executor; there are {', '.join((INLINE, *KINDS))}")
    if address and kind not in CLUSTERS:
        raise ValueError(f"an address is that of a Dask scheduler or a Ray cluster; the executor is {kind}")
    before = _engine
    makers = {INLINE: lambda: None, PROCESSES: lambda: Processes(workers)}
    _engine = makers.get(kind, lambda: cluster(kind, workers, address))()
    try:
        yield
    except BaseException:
        if _engine is not None:  # a run that was cancelled must not wait for its batches
            _engine.kill()
        raise
    finally:
        if _engine is not None:
            _engine.close()
        _engine = before


def is_elsewhere() -> bool:
    """Whether the workers may have another working directory than this process."""
    return _engine is not None and not isinstance(_engine, Processes)


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
    found = _in_workers(_engine, work, batches) if _engine is not None else _in_this_process(work, batches)
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


def _in_workers(
    engine: Engine, work: Callable[[Batch], Result], batches: Sequence[Batch]
) -> Iterator[tuple[int, Result] | None]:
    waiting = deque(range(len(batches)))
    running: dict[Any, int] = {}
    while waiting or running:
        at_once = 2 * engine.workers  # not all at once: what breaks takes only these along
        while waiting and len(running) < at_once:
            number = waiting.popleft()
            running[engine.submit(work, batches[number])] = number
        finished = engine.finished(list(running), TICK_SECONDS)
        if not finished:
            yield None
        suspects: list[int] = []
        for future in finished:
            number = running.pop(future)
            try:
                yield number, engine.result(future)
            except WorkerLostError:
                suspects.append(number)
            except Exception as error:
                yield number, rescue(work, batches[number], error, in_children=True)
        if suspects and engine.is_lost_as_one:  # one of the batches under way killed its worker, and with it all others
            suspects += running.values()
            running.clear()
            engine.close()
        if suspects:  # which one was it? each alone will tell
            logger.warning("a worker died; %d batches are looked at one by one", len(suspects))
        for number in sorted(suspects):
            yield number, rescue(work, batches[number], None, in_children=True)


def apart(pages: int, work: Callable[..., Result], *arguments: Any, **options: Any) -> Result:
    """The result of a call on all of so many pages; of many, it is made in a process of its own, whose memory goes with it.

    Raises:
        WorkerLostError: that process was ended.
    """
    if _engine is None or pages < _APART_FROM_PAGES:
        return work(*arguments, **options)
    pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), quiet, (os.getpid(),))
    with tempfile.TemporaryDirectory(prefix="copydesk-apart-") as folder:
        # in a file: a process that ends before it has read long arguments from its pipe blocks Python 3.11.2 for ever
        call = Path(folder) / "call"
        call.write_bytes(pickle.dumps((work, arguments, options)))
        future = pool.submit(_called, call)
        processes = list((pool._processes or {}).values())
        try:
            result: Result = future.result()
        except BrokenProcessPool as error:
            code = _exit_code(processes[0])
            how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
            memory = ": was the machine out of memory?" if code == -signal.SIGKILL else ""
            raise WorkerLostError(f"the process that looks at all pages ended ({how}){memory}") from error
        except BaseException:  # a run that is cancelled must not wait for it
            for process in processes:
                process.kill()
            raise
        finally:
            pool.shutdown()
    return result


def _exit_code(process: BaseProcess) -> int:
    """The exit code of a process that has ended. The pool's own thread may be the one that reaps it, and then it knows the code a
    moment before the process object does.
    """
    process.join()
    for _ in range(200):
        if process.exitcode is not None:
            break
        time.sleep(0.01)
    return process.exitcode or 0


def _called(call: Path) -> Any:
    work, arguments, options = pickle.loads(call.read_bytes())  # noqa: S301 - what this run has written
    return work(*arguments, **options)


def default_workers() -> int:
    """One worker a core that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
