"""Parallel work: the same function over the same batches, in this process or in several, on this machine or on others.

Workers get references to batches and return receipts; they read sources and write results themselves. A batch that
kills its worker, uses up its time or raises is retried piece by piece (`tasks.parallel.isolation`), and only the
pages at fault are skipped.
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
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, TypeVar

from tasks.parallel.engines import CLUSTERS, KINDS, PROCESSES, Engine, Processes, WorkerLostError, cluster, quiet
from tasks.parallel.isolation import rescue
from tasks.parallel.progress import Advance, report_progress

Batch = TypeVar("Batch")
Result = TypeVar("Result")
logger = logging.getLogger(__name__)

INLINE = "inline"

# long pages of this number take 100 MB when they are loaded; a process takes half a second to start
_SUBPROCESS_PAGES_MIN = 5_000
TICK_SECONDS = 1.0  # how often the progress of a long batch is reported


class Executor:
    """Does the batches of the steps by the workers of an engine; without an engine, in this process."""

    def __init__(self, engine: Engine | None = None) -> None:
        self._engine = engine

    @property
    def is_remote(self) -> bool:
        """Whether the workers may have another working directory than this process."""
        return self._engine is not None and not isinstance(self._engine, Processes)

    def prepare(self, *works: Callable[..., Any]) -> None:
        """Let a worker process import what the next steps do, while this process is busy itself."""
        if isinstance(self._engine, Processes):
            self._engine.submit(_import_by_name, works)

    def run_batches(
        self,
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

        A batch with a page at fault is done without it; any other exception ends the step.

        Args:
            step: Name of the step, for the progress report.
            work: A module-level function; workers import it by name.
            batches: What each call of `work` gets.
            weights: Pages or bytes (`unit`) of each batch.
            unit: What the weights count.
            under_way: How much of the weight of unfinished batches is done.
            pages_of: The number of pages in a result.
        """
        total, done, pages = sum(weights), 0, 0
        report_progress(Advance(step, 0, total, unit))
        if self._engine is not None:
            finished = _in_workers(self._engine, work, batches)
        else:
            finished = _in_this_process(work, batches)
        results: dict[int, Result] = {}
        next_number = 0
        for item in finished:
            if item is None:  # a tick without a finished batch
                report_progress(Advance(step, min(done + under_way(), total), total, unit, pages))
                continue
            number, result = item
            results[number] = result
            done, pages = done + weights[number], pages + pages_of(result)
            report_progress(Advance(step, done, total, unit, pages))
            while next_number in results:
                yield results.pop(next_number)
                next_number += 1

    def run_in_subprocess(
        self, page_count: int, work: Callable[..., Result], *arguments: Any, **options: Any
    ) -> Result:
        """The result of one call on all pages of a run. For many pages a process of its own makes the call, so that the
        memory is free afterwards.

        Raises:
            WorkerLostError: that process ended without a result.
        """
        if self._engine is None or page_count < _SUBPROCESS_PAGES_MIN:
            return work(*arguments, **options)
        pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), quiet, (os.getpid(),))
        with tempfile.TemporaryDirectory(prefix="copydesk-call-") as folder:
            # in a file: a process that ends before it has read long arguments from its pipe blocks Python 3.11.2 for
            # ever
            call = Path(folder) / "call"
            call.write_bytes(pickle.dumps((work, arguments, options)))
            future = pool.submit(_call_from_file, call)
            processes = list((pool._processes or {}).values())
            try:
                result: Result = future.result()
            except BrokenProcessPool as error:
                raise _lost(processes[0]) from error
            except BaseException:  # a cancelled run must not wait for it
                for process in processes:
                    process.kill()
                raise
            finally:
                pool.shutdown()
        return result


@contextmanager
def open_executor(kind: str, workers: int, address: str | None = None) -> Iterator[Executor]:
    """An executor of one kind, whose workers end with this block.

    `address` is that of a running Dask scheduler or Ray cluster; without one these engines start `workers` of their
    own.

    Raises:
        ValueError: the kind is unknown, or its extra is not installed.
        OSError: nothing answers at the address.
    """
    if kind not in (INLINE, *KINDS):
        raise ValueError(f"unknown executor {kind!r}; choose one of {', '.join((INLINE, *KINDS))}")
    if address and kind not in CLUSTERS:
        raise ValueError(f"an address requires the executor dask or ray, not {kind}")
    if kind == INLINE:
        yield Executor()
        return
    engine = Processes(workers) if kind == PROCESSES else cluster(kind, workers, address)
    try:
        yield Executor(engine)
    except BaseException:
        engine.kill()  # a cancelled run must not wait for its batches
        raise
    finally:
        engine.close()


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
    """The number and result of each batch as it finishes; None after a tick in which none did."""
    waiting = deque(range(len(batches)))
    running: dict[Any, int] = {}
    while waiting or running:
        at_once = 2 * engine.workers  # a worker that dies takes only these with it
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
        if suspects and engine.is_lost_as_one:  # one of the running batches killed its worker, and all others with it
            suspects += running.values()
            running.clear()
            engine.close()
        if suspects:
            logger.warning("a worker died; trying its %d batches one by one", len(suspects))
        for number in sorted(suspects):
            yield number, rescue(work, batches[number], None, in_children=True)


def _lost(process: BaseProcess) -> WorkerLostError:
    """The error for a process that ended without a result."""
    code = _exit_code(process)
    how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
    memory = "; the machine may be out of memory" if code == -signal.SIGKILL else ""
    return WorkerLostError(f"the process for the work on all pages ended ({how}){memory}")


def _exit_code(process: BaseProcess) -> int:
    """The exit code of a process that has ended.

    The pool's own thread may reap the process, and then it knows the code a moment before the process object does.
    """
    process.join()
    for _ in range(200):
        if process.exitcode is not None:
            break
        time.sleep(0.01)
    return process.exitcode or 0


def _import_by_name(_works: tuple[Callable[..., Any], ...]) -> None:
    """Nothing more to do: a process imports the modules of functions that are sent to it."""


def _call_from_file(path: Path) -> Any:
    work, arguments, options = pickle.loads(path.read_bytes())  # noqa: S301 - written by this run
    return work(*arguments, **options)


def default_workers() -> int:
    """One worker per core that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
