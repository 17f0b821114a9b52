"""Serving deployments in one process until it is asked to stop: it then ends within seconds, whatever Prefect does."""

import asyncio
import logging
import os
import signal
import sys
import threading
import warnings
from types import FrameType

from prefect.deployments.runner import RunnerDeployment
from prefect.runner import Runner

from flows.operate.prefect_settings import api_url
from flows.operate.server import TemporaryServer
from tasks.errors import EXIT_DONE

_STOP_SECONDS = 3.5  # for Prefect to cancel runs and pause the schedules; of five seconds in all
NOBODY_WATCHES = (
    "note: no Prefect server is named, so nobody can watch these runs or start one by hand. To change that, run "
    "`prefect server start`, and `export PREFECT_API_URL=http://127.0.0.1:4200/api` here"
)


def serve_until_stopped(deployments: list[RunnerDeployment], server: TemporaryServer | None) -> None:
    """Run what is due until SIGTERM or Ctrl-C, and end this process then; `server` is its own, which ends too.

    Prefect's runner works in a thread, since in the main thread it takes the signals itself: it then waits for a
    server that may be gone, and prints tracebacks.

    Raises:
        Exception: the runner failed.
    """
    runner = Runner(pause_on_shutdown=True, limit=len(deployments))
    failures: list[BaseException] = []
    is_over = threading.Event()

    def work() -> None:
        try:
            for deployment in deployments:
                runner.add_deployment(deployment)
            print(_served(deployments, server), flush=True)
            asyncio.run(runner.start())
        except BaseException as error:  # reported by the main thread
            failures.append(error)
        finally:
            is_over.set()

    def stop(_number: int, _frame: FrameType | None) -> None:
        is_over.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    thread = threading.Thread(target=work, name="runner", daemon=True)
    thread.start()
    is_over.wait()
    if failures:
        raise failures[0]
    print("stopping; runs that are under way are cancelled, and resume when they are started again", flush=True)
    _be_silent()
    if runner.started:
        runner.execute_in_background(runner.astop)
        thread.join(_STOP_SECONDS)
    if server is not None:
        server.end()
    sys.stdout.flush()
    os._exit(EXIT_DONE)  # threads of Prefect may still wait for a server that is gone


def _served(deployments: list[RunnerDeployment], server: TemporaryServer | None) -> str:
    names = ", ".join(deployment.name for deployment in deployments)
    where = "" if server else f" for {api_url().removesuffix('/api')}"
    return f"serving {names}{where}; Ctrl-C stops it"


def _be_silent() -> None:
    """What libraries say from now on is about connections that end, as they should."""
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    threading.excepthook = lambda _arguments: None
    sys.unraisablehook = lambda _arguments: None
