"""The one seam for parallel work: the same function over the same batches, in this process or in several.

Workers get batch references and return receipts; they read sources and write results themselves.
"""

import logging
import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from typing import TypeVar

Batch = TypeVar("Batch")
Result = TypeVar("Result")

_progress: Callable[[str, int, int], None] | None = None


def on_progress(listener: Callable[[str, int, int], None] | None) -> None:
    """Have `listener(step, done, total)` called in this process whenever a batch is done; None ends it."""
    global _progress  # noqa: PLW0603 - one terminal, one progress bar
    _progress = listener


def report_progress(step: str, done: int, total: int) -> None:
    """Tell the listener, if there is one, how far a step is."""
    if _progress is not None:
        _progress(step, done, total)


def run_batches(
    step: str, work: Callable[[Batch], Result], batches: Sequence[Batch], *, workers: int, weights: Sequence[int]
) -> Iterator[Result]:
    """The results of `work` for each batch, in the order of the batches.

    One worker means this process; more mean a spawn pool (a forked one can hang on locks held by threads).
    `weights` are the pages of each batch, for the progress report. An exception in a batch ends the step.
    """
    total = sum(weights)
    done = 0
    report_progress(step, 0, total)
    if workers <= 1 or len(batches) <= 1:
        for batch, weight in zip(batches, weights, strict=True):
            result = work(batch)
            done += weight
            report_progress(step, done, total)
            yield result
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(batches)), mp_context=context, initializer=_quiet_worker) as pool:
        futures: dict[Future[Result], int] = {pool.submit(work, batch): n for n, batch in enumerate(batches)}
        open_futures = set(futures)
        results: dict[int, Result] = {}
        next_up = 0
        while open_futures:
            finished, open_futures = wait(open_futures, return_when=FIRST_COMPLETED)
            for future in finished:
                results[futures[future]] = future.result()
                done += weights[futures[future]]
            report_progress(step, done, total)
            while next_up in results:
                yield results.pop(next_up)
                next_up += 1


def _quiet_worker() -> None:
    """Workers speak through receipts: one core each, no chatter."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    logging.getLogger().setLevel(logging.WARNING)


def default_workers() -> int:
    """One worker a core that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else (os.cpu_count() or 1)
