"""Pages that crash or hang a parser: they are found, and the rest of their batch is done without them.

A parser in C may die of a page (a signal) or never come back. So a worker's CPU time and memory are limited by the kernel,
which ends it; then parts of its batch are tried in processes of their own, halved until single pages are left. CPU time, not
time by the clock: on a busy machine the clock would accuse the innocent.
"""

import contextlib
import multiprocessing
import os
import resource
import shutil
import signal
import tempfile
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar, cast, runtime_checkable

Result = TypeVar("Result")

# A page takes some 15 ms, on a machine ten times slower 150: what needs more than these is no page but an attack
PAGE_CPU_SECONDS = 10
PIECE_CPU_SECONDS = 1.0  # of each piece of a batch, on average, on top of the seconds of one page
WORKER_MEGABYTES = 3072
CRASH, TIMEOUT = "crash", "timeout"


@runtime_checkable
class Divisible(Protocol):
    """A batch that can be tried in part."""

    def pieces(self) -> list[str]:
        """The names of its parts: pages, or files."""

    def only(self, pieces: Sequence[str], folder: str) -> Any:
        """The same batch with these parts alone, its results in another folder."""

    def without(self, culprits: Mapping[str, tuple[str, str]]) -> Any:
        """The same batch with these parts left out; of each it is told how it failed (crash or timeout) and a sentence."""


def page_cpu_seconds() -> int:
    """What a page may take: COPYDESK_PAGE_CPU_SECONDS, which workers inherit; the run has checked that it is a number."""
    return int(os.environ.get("COPYDESK_PAGE_CPU_SECONDS") or PAGE_CPU_SECONDS)


def limit_cpu(batch: object) -> None:
    """Let the kernel end this process if the batch takes more CPU time than its pieces can need; one whose `is_timed` is false
    (a file of millions of pages) may take as long as it likes.
    """
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    seconds = hard
    if isinstance(batch, Divisible) and getattr(batch, "is_timed", True):
        used = resource.getrusage(resource.RUSAGE_SELF)
        needed = (
            used.ru_utime + used.ru_stime + page_cpu_seconds() + PIECE_CPU_SECONDS * max(len(batch.pieces()) - 1, 0)
        )
        seconds = int(needed) + 1 if hard == resource.RLIM_INFINITY else min(int(needed) + 1, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_memory() -> None:
    """Let this process have no more memory of its own than COPYDESK_WORKER_MEGABYTES says."""
    limit = int(os.environ.get("COPYDESK_WORKER_MEGABYTES") or WORKER_MEGABYTES) << 20
    with contextlib.suppress(ValueError, OSError):  # a lower limit is set already
        resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def rescue(work: Callable[[Any], Result], batch: Any, error: BaseException | None, *, in_children: bool) -> Result:
    """The result of a batch that failed, without the pages at fault.

    `error` is what it raised, None where its worker died. A failure that no page is to blame for (a full disk) is raised.
    """
    if isinstance(error, OSError | KeyboardInterrupt) or not isinstance(batch, Divisible):
        if error is not None:
            raise error
        return cast("Result", _alone(work, batch)[1])
    if error is None:
        problem, result = _alone(work, batch)
        if problem is None:
            return cast("Result", result)
    folder = tempfile.mkdtemp(prefix="copydesk-trial-")
    try:
        culprits = _culprits(work, batch, batch.pieces(), folder, in_children=in_children)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if not culprits:
        if error is not None:
            raise error
        raise RuntimeError(
            "a worker died of a batch of which each page passes alone: is the memory of the machine exhausted?"
        )
    rest = batch.without(culprits)
    if not in_children:
        return work(rest)
    problem, result = _alone(work, rest)
    if problem is not None:
        raise RuntimeError(f"a batch fails even without the pages at fault: {problem[1]}")
    return cast("Result", result)


def _culprits(
    work: Callable[[Any], Any], batch: Divisible, pieces: Sequence[str], folder: str, *, in_children: bool
) -> dict[str, tuple[str, str]]:
    """The pieces that fail alone, with how and a sentence; halves are tried, so that one among 500 takes 18 tries."""
    if not pieces:
        return {}
    problem = _try(work, batch.only(pieces, tempfile.mkdtemp(dir=folder)), in_children=in_children)
    if problem is None:
        return {}
    if len(pieces) == 1:
        return {pieces[0]: problem}
    half = len(pieces) // 2
    return _culprits(work, batch, pieces[:half], folder, in_children=in_children) | _culprits(
        work, batch, pieces[half:], folder, in_children=in_children
    )


def _try(work: Callable[[Any], Any], batch: Any, *, in_children: bool) -> tuple[str, str] | None:
    if in_children:
        return _alone(work, batch)[0]
    try:
        work(batch)
    except OSError:
        raise
    except Exception as error:
        return CRASH, f"{type(error).__name__}: {error}"
    return None


def _alone(work: Callable[[Any], Any], batch: Any) -> tuple[tuple[str, str] | None, Any]:
    """Do a batch in a process of its own.

    Returns: how it failed, if it did, and its result.
    """
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(there, work, batch), daemon=True)
    process.start()
    there.close()
    try:
        outcome = here.recv() if here.poll(None) else None
    except EOFError:  # it died before it could say anything
        outcome = None
    process.join()
    if outcome is None:
        code = process.exitcode or 0
        if code == -signal.SIGXCPU:
            return (TIMEOUT, f"more CPU time than {page_cpu_seconds()} s a page"), None
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return (CRASH, f"the process that read it died ({name})"), None
    problem, result = outcome
    if isinstance(problem, OSError):
        raise problem
    if problem is not None:
        return (CRASH, f"{type(problem).__name__}: {problem}"), None
    return None, result


def _child(pipe: Any, work: Callable[[Any], Any], batch: Any) -> None:
    limit_memory()
    limit_cpu(batch)
    try:
        outcome: tuple[BaseException | None, Any] = (None, work(batch))
    except Exception as error:
        outcome = (error, None)
    try:
        pipe.send(outcome)
    except Exception:  # an exception that cannot be pickled
        pipe.send((RuntimeError(f"{type(outcome[0]).__name__}: {outcome[0]}"), None))
