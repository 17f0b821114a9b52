"""The temporary Prefect server of a command that needs one where none is named, started while this process imports.

Prefect would start one itself, but only when a flow is called, and would import the whole server into this process.
Here it starts first, and Prefect is pointed to it as to any other server.
"""

import atexit
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tasks.errors import CopydeskError
from tasks.parallel.processes import end_with_parent, reduce_gc

_STOP_SECONDS = 10  # to store what it received last
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ROOT = Path(__file__).parents[2]
_PROGRAM = (
    "import sys; sys.path.append(sys.argv[1]); "
    "from flows.operate.server import run_server; run_server(int(sys.argv[2]), int(sys.argv[3]))"
)


class ServerError(CopydeskError, OSError):
    """The server did not start; the message is shown to the user."""


class TemporaryServer:
    """A server in a process of its own, which ends with this one."""

    def __init__(self, environment: dict[str, str], start_seconds: int) -> None:
        self._start_seconds = start_seconds
        with socket.create_server(("127.0.0.1", 0)) as listener:
            self._port = listener.getsockname()[1]
            # not `-m`, which would prefer any `flows.py` in the working directory to this package
            command = [sys.executable, "-P", "-c", _PROGRAM, str(_ROOT), str(os.getpid()), str(listener.fileno())]
            # in its own session: Ctrl-C is for the run, which then ends its server
            self._process = subprocess.Popen(  # noqa: S603 - starts this module
                command, env=environment, pass_fds=[listener.fileno()], start_new_session=True
            )
        # runs after Prefect has sent its last logs and events, which it does when the threads end
        atexit.register(self.stop)

    @property
    def api_url(self) -> str:
        """The value for PREFECT_API_URL."""
        return f"http://127.0.0.1:{self._port}/api"

    def wait(self) -> None:
        """Wait until the server responds.

        Raises:
            ServerError: it has ended, did not respond within `start_seconds`, or is unhealthy.
        """
        # its socket listens from the start: this single request waits there until the server accepts it
        connection = HTTPConnection("127.0.0.1", self._port, timeout=self._start_seconds)
        try:
            connection.request("GET", "/api/health")
            status = connection.getresponse().status
        except TimeoutError as error:
            raise ServerError(f"the temporary Prefect server did not respond within {self._start_seconds} s") from error
        except (OSError, HTTPException) as error:
            raise ServerError(
                f"the temporary Prefect server ended while starting (exit code {self._exit_code()}); "
                "--verbose shows its output"
            ) from error
        finally:
            connection.close()
        if status != 200:
            raise ServerError(f"the temporary Prefect server is unhealthy: HTTP {status}")

    def stop(self) -> None:
        """End the server after it has stored what it received last.

        The run is over by then: SIGINT is ignored from here on.
        """
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._process.terminate()
        self._exit_code()

    def _exit_code(self) -> int:
        """Wait for the end of the process, and kill it if it takes too long."""
        try:
            return self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._process.wait()

    def end(self) -> None:
        """Ask the server to end, without waiting for it: it ends some seconds after this process at the latest."""
        self._process.terminate()

    def kill(self) -> None:
        """End the server at once, without waiting; safe in a signal handler."""
        self._process.kill()


def keep_loopback_direct() -> None:
    """Let no proxy of the environment be asked for this machine itself, where the temporary server is."""
    names = ("NO_PROXY", "no_proxy")
    given = [part.strip() for name in names for part in os.environ.get(name, "").split(",")]
    excepted = [part for part in dict.fromkeys([*given, *_LOOPBACK]) if part]
    for name in names:  # libraries differ in which of them they read
        os.environ[name] = "*" if "*" in excepted else ",".join(excepted)


def temporary_server(*, has_schedules: bool = False) -> TemporaryServer:
    """Start a server and point Prefect to it; with schedules, all services of a server run in it.

    Raises:
        CopydeskError: Prefect's home folder cannot be written.
    """
    from flows.operate.prefect_settings import check_home

    check_home()
    from prefect.context import refresh_global_settings_context
    from prefect.settings import get_current_settings

    settings = get_current_settings()
    environment = os.environ | settings.to_environment_variables(exclude_unset=True)
    environment |= {"PREFECT_UI_ENABLED": "0"}
    if not has_schedules:  # as for Prefect's own: only those of its services that a single run needs
        environment |= {"PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"}
    server = TemporaryServer(environment, settings.server.ephemeral.startup_timeout_seconds)
    # Prefect would print where its UI shows the run; this server has no UI
    logging.getLogger("prefect.flow_runs").addFilter(lambda record: not record.getMessage().startswith("View at"))
    os.environ["PREFECT_API_URL"] = server.api_url
    refresh_global_settings_context()
    return server


def run_server(parent: int, descriptor: int) -> None:
    """Serve on a listening socket until terminated, or until the run, process `parent`, is gone."""
    import uvicorn

    reduce_gc(at_exit=True)
    end_with_parent(parent, grace_seconds=_STOP_SECONDS)
    config = uvicorn.Config(
        "prefect.server.api.server:create_app", factory=True, log_level=logging.ERROR, lifespan="on"
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])
