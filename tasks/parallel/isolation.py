"""Pages that crash or hang a parser: they are identified, and the rest of their batch is processed without them.

A C parser may crash (signal) or hang on a page. So the kernel limits the CPU time and the memory of a worker, and
kills it at the limit. Then parts of its batch are tried in separate processes, halved until single pages are left.
CPU time and not wall time is limited, as wall time would blame pages for a busy machine.
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

# A page takes some 15 ms, or 150 on a machine ten times slower; one that needs seconds is an attack
PAGE_CPU_SECONDS = 10
PIECE_CPU_SECONDS = 1.0  # per piece of a batch on average, in addition to the seconds of one page
WORKER_MEGABYTES = 3072
CRASH, TIMEOUT = "crash", "timeout"

Failure = tuple[str, str]  # how a page failed (CRASH or TIMEOUT), and a sentence about it


@runtime_checkable
class Divisible(Protocol):
    """A batch of which parts can be tried."""

    def pieces(self) -> list[str]:
        """The names of its parts: pages, or files."""

    def only(self, pieces: Sequence[str], folder: str) -> Any:
        """The same batch with only these parts, its results in another folder."""

    def without(self, culprits: Mapping[str, Failure]) -> Any:
        """The same batch with these parts reported as failed instead of processed."""


def page_cpu_seconds() -> int:
    """The CPU time limit of a page: COPYDESK_PAGE_CPU_SECONDS, which workers inherit and the run has checked."""
    return int(os.environ.get("COPYDESK_PAGE_CPU_SECONDS") or PAGE_CPU_SECONDS)


def limit_cpu(batch: object) -> None:
    """Let the kernel end this process if the batch takes more CPU time than its pieces can need.

    A file of many pages says itself how much it needs beyond that: `more_cpu_seconds`.
    """
    limit_cpu_seconds(int(_cpu_seconds_of(batch)) if isinstance(batch, Divisible) else None)


def limit_cpu_seconds(seconds: int | None) -> None:
    """Let the kernel end this process when it takes more CPU time from now on; None for no limit."""
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    soft = hard
    if seconds is not None:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        soft = int(usage.ru_utime + usage.ru_stime + seconds) + 1
        if hard != resource.RLIM_INFINITY:
            soft = min(soft, hard)
    resource.setrlimit(resource.RLIMIT_CPU, (soft, hard))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _cpu_seconds_of(batch: Any) -> float:
    more: float = getattr(batch, "more_cpu_seconds", 0.0)
    return page_cpu_seconds() + PIECE_CPU_SECONDS * max(len(batch.pieces()) - 1, 0) + more


def limit_memory() -> None:
    """Limit the private memory of this process to COPYDESK_WORKER_MEGABYTES."""
    limit = int(os.environ.get("COPYDESK_WORKER_MEGABYTES") or WORKER_MEGABYTES) << 20
    with contextlib.suppress(ValueError, OSError):  # a lower limit is set already
        resource.setrlimit(resource.RLIMIT_DATA, (limit, resource.getrlimit(resource.RLIMIT_DATA)[1]))


def rescue(work: Callable[[Any], Result], batch: Any, error: BaseException | None, *, in_children: bool) -> Result:
    """The result of a batch that failed, processed without the pages at fault.

    `error` is what it raised, None if its worker died. A failure that is not the fault of a page (a full disk) is
    raised.
    """
    if isinstance(error, OSError | KeyboardInterrupt) or not isinstance(batch, Divisible):
        if error is not None:
            raise error
        return cast("Result", _in_child(work, batch)[1])
    if error is None:
        failure, result = _in_child(work, batch)
        if failure is None:
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
            "a worker died although every page of its batch succeeds alone; is the machine out of memory?"
        )
    remaining = batch.without(culprits)
    if not in_children:
        return work(remaining)
    failure, result = _in_child(work, remaining)
    if failure is not None:
        raise RuntimeError(f"a batch fails even without the pages at fault: {failure[1]}")
    return cast("Result", result)


def _culprits(
    work: Callable[[Any], Any], batch: Divisible, pieces: Sequence[str], folder: str, *, in_children: bool
) -> dict[str, Failure]:
    """The pieces that fail alone, and how. Halves are tried, so that one culprit among 500 takes 18 tries."""
    if not pieces:
        return {}
    failure = _try(work, batch.only(pieces, tempfile.mkdtemp(dir=folder)), in_children=in_children)
    if failure is None:
        return {}
    if len(pieces) == 1:
        return {pieces[0]: failure}
    half = len(pieces) // 2
    first, second = (
        _culprits(work, batch, part, folder, in_children=in_children) for part in (pieces[:half], pieces[half:])
    )
    return first | second


def _try(work: Callable[[Any], Any], batch: Any, *, in_children: bool) -> Failure | None:
    if in_children:
        return _in_child(work, batch)[0]
    try:
        work(batch)
    except OSError:
        raise
    except Exception as error:
        return CRASH, f"{type(error).__name__}: {error}"
    return None


def _in_child(work: Callable[[Any], Any], batch: Any) -> tuple[Failure | None, Any]:
    """Do a batch in a separate process.

    Returns: how it failed, or None, and its result.
    """
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    process = context.Process(target=_child, args=(sender, work, batch), daemon=True)
    process.start()
    sender.close()
    try:
        outcome = receiver.recv() if receiver.poll(None) else None
    except EOFError:  # it died before it could send anything
        outcome = None
    process.join()
    if outcome is None:
        code = process.exitcode or 0
        if code == -signal.SIGXCPU:
            return (TIMEOUT, f"took more than {_cpu_seconds_of(batch):.0f} s of CPU time"), None
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        return (CRASH, f"the process that read it died ({name})"), None
    error, result = outcome
    if isinstance(error, OSError):
        raise error
    if error is not None:
        return (CRASH, f"{type(error).__name__}: {error}"), None
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
