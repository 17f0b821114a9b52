"""Engines that process batches: processes of this machine, the workers of a Dask scheduler, or those of a Ray cluster.

Dask and Ray are extras. They start workers, distribute calls and notice what is lost. Their workers get the same
functions and batches as local processes, read the same sources and write the same files, so all paths must be valid
there, and the same rules must be installed.
"""

import contextlib
import logging
import math
import multiprocessing
import os
import resource
import signal
import threading
import time
import weakref
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Protocol

from tasks.errors import CopydeskError
from tasks.parallel.isolation import limit_cpu, limit_memory
from tasks.parallel.processes import end_with_parent, reduce_gc
from tasks.steps import rules_version

PROCESSES, DASK, RAY = "processes", "dask", "ray"
CLUSTERS = (DASK, RAY)  # their workers may be on other machines, with another working directory
KINDS = (PROCESSES, *CLUSTERS)

Work = Callable[[Any], Any]
_COUNT_SECONDS = 10.0  # how often the number of a cluster's workers is requested
_CONNECT_SECONDS = 30
_NO_WORKER_SECONDS = 300.0  # a cluster that grows on demand has its first worker by then


class WorkerLostError(Exception):
    """A worker died before its batch was done, after all retries."""


class DifferentRulesError(CopydeskError, OSError):
    """A worker has other rules than this process. Like a full disk, that is not the fault of a page."""


class Engine(Protocol):
    """Workers that process batches."""

    is_lost_as_one: bool  # whether all unfinished batches are lost when a worker dies

    @property
    def workers(self) -> int:
        """The number of batches that can be processed at once.

        Raises:
            OSError: a cluster has had no worker for minutes.
        """

    def submit(self, work: Work, batch: Any) -> Any:
        """Start a batch; returns its future."""

    def finished(self, futures: Sequence[Any], seconds: float) -> list[Any]:
        """The finished futures, as soon as there is one or the seconds are over; empty if there is none.

        Raises:
            OSError: the cluster is gone.
        """

    def result(self, future: Any) -> Any:
        """The result of a finished batch.

        Raises:
            WorkerLostError: its worker died.
        """

    def kill(self) -> None:
        """End all batches at once; on a cluster only those that have not started."""

    def close(self) -> None:
        """End what was started here; a later `submit` starts it again."""


class Processes:
    """Worker processes, started at first use and kept between steps, as starting one takes a second of imports."""

    is_lost_as_one = True

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool: ProcessPoolExecutor | None = None

    def submit(self, work: Work, batch: Any) -> "Future[Any]":
        if self._pool is None:
            # spawned: a forked process can hang on locks held by threads
            context = multiprocessing.get_context("spawn")
            self._pool = ProcessPoolExecutor(
                self.workers, mp_context=context, initializer=_quiet_worker, initargs=(os.getpid(),)
            )
        return self._pool.submit(_within_limits, work, batch)

    def finished(self, futures: Sequence[Any], seconds: float) -> list[Any]:
        return list(wait(futures, seconds, return_when=FIRST_COMPLETED)[0])

    def result(self, future: Any) -> Any:
        try:
            return future.result()
        except BrokenProcessPool as error:
            raise WorkerLostError from error

    def kill(self) -> None:
        if self._pool is not None:
            for process in list((self._pool._processes or {}).values()):
                process.kill()

    def close(self) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None


def cluster(kind: str, workers: int, address: str | None) -> Engine:
    """The Dask or Ray engine, connected.

    Raises:
        ValueError: the extra is not installed.
        OSError: there is no scheduler or cluster at the address.
    """
    try:
        return Dask(workers, address) if kind == DASK else Ray(workers, address)
    except ImportError as error:
        raise ValueError(f"the executor {kind} needs the extra: pip install 'copydesk[{kind}]' ({error})") from error


class Dask:
    """The workers of a Dask scheduler, which retries a lost worker's batch three times by default."""

    is_lost_as_one = False

    def __init__(self, workers: int, address: str | None) -> None:
        import distributed  # noqa: PLC0415 - an extra, and a second of imports

        self._dask = distributed
        self._local_cluster: Any = None
        if address is None:
            self._local_cluster = distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, dashboard_address=None, silence_logs=logging.ERROR
            )  # type: ignore[no-untyped-call]
        try:
            self._client: Any = distributed.Client(
                self._local_cluster or address, timeout=_CONNECT_SECONDS, set_as_default=False
            )  # type: ignore[no-untyped-call]
        except (OSError, TimeoutError) as error:
            raise OSError(f"{address}: no Dask scheduler responds ({error})") from error
        self._under_way: weakref.WeakSet[Any] = weakref.WeakSet()
        self._count = _WorkerCount(lambda: sum(self._client.nthreads().values()))

    @property
    def workers(self) -> int:
        return self._count.value()

    def submit(self, work: Work, batch: Any) -> Any:
        future = self._client.submit(_on_cluster, work, batch, rules_version(), _settings(), pure=False)
        self._under_way.add(future)
        return future

    def finished(self, futures: Sequence[Any], seconds: float) -> list[Any]:
        try:
            with self._client.as_current():
                self._dask.wait(futures, timeout=seconds, return_when="FIRST_COMPLETED")  # type: ignore[no-untyped-call]
        except (TimeoutError, self._dask.TimeoutError):
            pass
        except CancelledError as error:
            raise OSError("the connection to the Dask scheduler was lost") from error
        return [future for future in futures if future.done()]

    def result(self, future: Any) -> Any:
        try:
            return future.result()
        except self._dask.KilledWorker as error:
            raise WorkerLostError from error

    def kill(self) -> None:
        self._client.cancel(list(self._under_way), force=True)

    def close(self) -> None:
        self._client.close()
        if self._local_cluster is not None:
            self._local_cluster.close()


class Ray:
    """The workers of a Ray cluster; a lost worker's batch is retried once."""

    is_lost_as_one = False

    def __init__(self, workers: int, address: str | None) -> None:
        os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # no warning about a future default
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        # a machine that disappears is noticed after 90 seconds instead of Ray's seven minutes; its workers refuse to be
        # pinged more than once a minute
        os.environ.setdefault("RAY_grpc_client_keepalive_time_ms", "75000")
        os.environ.setdefault("RAY_grpc_client_keepalive_timeout_ms", "15000")
        import ray  # noqa: PLC0415 - an extra, and a second of imports

        self._ray = ray
        options: dict[str, Any] = {"address": address} if address else {"num_cpus": workers, "include_dashboard": False}
        on_term = signal.getsignal(signal.SIGTERM)
        try:
            ray.init(**options, logging_level=logging.ERROR, log_to_driver=False, configure_logging=False)
        except (ConnectionError, OSError, RuntimeError) as error:
            raise OSError(f"{address or 'ray'}: the Ray cluster cannot be reached ({error})") from error
        finally:  # Ray replaces the handler of this signal, which a run needs for being cancelled
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGTERM, on_term)
        self._remote = ray.remote(max_retries=1, num_cpus=1)(_on_cluster)
        resources: Callable[[], dict[str, float]] = ray.cluster_resources
        self._count = _WorkerCount(lambda: int(resources().get("CPU", 0)))

    @property
    def workers(self) -> int:
        return self._count.value()

    def submit(self, work: Work, batch: Any) -> Any:
        return self._remote.remote(work, batch, rules_version(), _settings())

    def finished(self, futures: Sequence[Any], seconds: float) -> list[Any]:
        done: list[Any] = self._ray.wait(list(futures), num_returns=1, timeout=seconds)[0]
        return done

    def result(self, future: Any) -> Any:
        try:
            return self._ray.get(future)
        except self._ray.exceptions.RayTaskError as error:
            raise error.cause from error
        except (
            self._ray.exceptions.WorkerCrashedError,
            self._ray.exceptions.NodeDiedError,
            self._ray.exceptions.OutOfMemoryError,
        ) as error:
            raise WorkerLostError from error

    def kill(self) -> None:
        self._ray.shutdown()

    def close(self) -> None:
        if self._ray.is_initialized():
            self._ray.shutdown()


class _WorkerCount:
    """The number of workers of a cluster, updated now and then as they come and go."""

    def __init__(self, ask: Callable[[], int]) -> None:
        self._ask = ask
        self._value = 0
        self._updated_at = -math.inf
        self._last_seen_at = time.monotonic()  # when there was a worker last

    def value(self) -> int:
        now = time.monotonic()
        if now - self._updated_at > _COUNT_SECONDS:
            self._value, self._updated_at = self._ask(), now
            self._last_seen_at = now if self._value else self._last_seen_at
            if now - self._last_seen_at > _NO_WORKER_SECONDS:
                raise OSError(f"the cluster has had no worker for {_NO_WORKER_SECONDS:.0f} s; start some and run again")
        return max(self._value, 1)


def _settings() -> dict[str, str]:
    """The settings in the environment, which workers of a cluster do not inherit."""
    return {name: value for name, value in os.environ.items() if name.startswith("COPYDESK_")}


def _on_cluster(work: Work, batch: Any, rules: str, settings: dict[str, str]) -> Any:
    """Process a batch in a worker of a cluster, with limits if no other call shares the process.

    Raises:
        DifferentRulesError: other rules are installed on the worker.
    """
    if rules_version() != rules:
        raise DifferentRulesError(
            f"a worker has the rules {rules_version()} and this run has {rules}; install the same wheel on every worker"
        )
    with _environment(settings), _limited(batch):
        return work(batch)


@contextlib.contextmanager
def _environment(settings: dict[str, str]) -> Iterator[None]:
    """Set the run's settings in this block and restore the others afterwards: a worker may serve other runs too."""
    before = _settings()
    for name in before.keys() | settings.keys():
        os.environ.pop(name, None)
    os.environ.update(settings)
    try:
        yield
    finally:
        for name in settings:
            os.environ.pop(name, None)
        os.environ.update(before)


@contextlib.contextmanager
def _limited(batch: Any) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_CPU)
    if _has_other_calls():
        yield
        return
    limit_cpu(batch)
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_CPU, before)


def _has_other_calls() -> bool:
    """Whether this process may do several calls at once, as a Dask worker with threads: a limit would end them all."""
    try:
        from distributed import get_worker  # noqa: PLC0415 - only where it is installed

        return bool(get_worker().state.nthreads > 1)
    except (ImportError, ValueError):
        return False


def _within_limits(work: Work, batch: Any) -> Any:
    limit_cpu(batch)
    return work(batch)


def _quiet_worker(parent: int) -> None:
    """Prepare a worker process, which gets no more memory than a page can need."""
    limit_memory()
    quiet(parent)


def quiet(parent: int) -> None:
    """Prepare a process of the run: one core, only warnings in the log, and an end when its parent ends."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    logging.getLogger().setLevel(logging.WARNING)
    reduce_gc()
    end_with_parent(parent)
