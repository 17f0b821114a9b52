"""Where a run happens: read from the environment when asked, never at import."""

import logging
import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

# what Prefect and Great Expectations would otherwise send or show unasked; a user's own setting wins
_QUIET = {
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "DO_NOT_TRACK": "1",
    "GX_ANALYTICS_ENABLED": "false",
    "PREFECT_SERVER_UI_SHOW_PROMOTIONAL_CONTENT": "false",
    "PREFECT_SERVER_UI_V2_ENABLED": "false",  # its pages ask a tracker at every load, whatever is set
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",  # the default of 20 is too short on a busy machine
    "PREFECT_LOGGING_EXTRA_LOGGERS": "flows,tasks",
    "PREFECT_LOGGING_TO_API_WHEN_MISSING_FLOW": "ignore",  # a run that no server records (flows/recording.py)
    "PREFECT_FLOWS_HEARTBEAT_FREQUENCY": "30",  # so that dead runs are noticed (flows/operate/deployments.py)
}
_ALLOCATOR = "ARROW_DEFAULT_MEMORY_POOL"


@dataclass(frozen=True)
class Settings:
    """How many processes work, and how large their batches are."""

    executor: str
    address: str | None
    workers: int
    batch_pages: int
    batch_bytes: int

    @classmethod
    def from_environment(cls) -> "Settings":
        """The settings of this process: COPYDESK_EXECUTOR, COPYDESK_ADDRESS, COPYDESK_WORKERS, COPYDESK_BATCH_PAGES and
        COPYDESK_BATCH_MEGABYTES.

        Raises:
            ValueError: a variable holds no whole number above 0.
        """
        from tasks.parallel.engines import PROCESSES
        from tasks.parallel.executor import default_workers
        from tasks.parallel.isolation import PAGE_CPU_SECONDS, WORKER_MEGABYTES

        if (given := _override.get()) is not None:
            return given
        # workers inherit and read these themselves; a wrong value is reported here
        _number("COPYDESK_PAGE_CPU_SECONDS", PAGE_CPU_SECONDS)
        _number("COPYDESK_WORKER_MEGABYTES", WORKER_MEGABYTES)

        return cls(
            executor=os.environ.get("COPYDESK_EXECUTOR") or PROCESSES,
            address=os.environ.get("COPYDESK_ADDRESS") or None,
            workers=_number("COPYDESK_WORKERS", default_workers()),
            batch_pages=_number(
                "COPYDESK_BATCH_PAGES", 500
            ),  # about 80 MB of HTML, a few seconds of work: progress moves
            batch_bytes=_number("COPYDESK_BATCH_MEGABYTES", 64) << 20,
        )


def _number(name: str, default: int) -> int:
    text = os.environ.get(name)
    if not text:
        return default
    if not text.isdigit() or int(text) < 1:
        raise ValueError(f"{name}={text!r}: expected an integer above 0")
    return int(text)


def quiet_environment() -> None:
    """Switch off telemetry and promotion, lengthen timeouts, choose the allocator. Call this before Prefect and Arrow
    are imported; the user's settings win.
    """
    for name, value in _QUIET.items():
        os.environ.setdefault(name, value)
    # a run without a server needs no such folder; what needs it says so (flows/operate/prefect_settings.py)
    warnings.filterwarnings("ignore", "Failed to create the Prefect home directory")
    show_own_log()
    if os.environ.get("COPYDESK_EXECUTOR") != "inline":  # `tasks.parallel.executor.INLINE`, whose module loads Arrow
        _use_malloc()


def show_own_log() -> None:
    """Let the log of this package be seen from INFO on, while all other libraries stay at WARNING.

    Prefect hands the log of `PREFECT_LOGGING_EXTRA_LOGGERS` to its server and console, but does not set their level.
    """
    for name in ("flows", "tasks"):
        logging.getLogger(name).setLevel(logging.INFO)


def _use_malloc() -> None:
    """Let Arrow use malloc in this process. Workers keep its own allocator, with which ingest is a third faster.

    Its own allocator never returns memory: 130 MB after a hundred runs of a process that serves schedules. The choice
    is made when Arrow is loaded, whatever pool is set later.
    """
    if _ALLOCATOR not in os.environ and "pyarrow" not in sys.modules:
        os.environ[_ALLOCATOR] = "system"
        import pyarrow

        pyarrow.default_memory_pool()
        del os.environ[_ALLOCATOR]


_override: ContextVar[Settings | None] = ContextVar("copydesk settings", default=None)


@contextmanager
def override(settings: Settings) -> Iterator[None]:
    """Use these settings in this block instead of those of the environment."""
    token = _override.set(settings)
    try:
        yield
    finally:
        _override.reset(token)
