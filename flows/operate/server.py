"""The Prefect server that a run brings along where none is named, started while this process still imports.

Prefect would start one itself, but only when the flow is called, and imports the whole server into the calling process for that.
Here it starts first, and is named to Prefect as any other server would be.
"""

import atexit
import logging
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from tasks.errors import CopydeskError

_STOP_SECONDS = 10  # to write down what it was told last
_PARENT_SECONDS = 1.0  # how often it looks whether the run lives
_ROOT = Path(__file__).parents[2]
_PROGRAM = "import sys; sys.path.append(sys.argv[1]); from flows.operate.server import serve; serve(int(sys.argv[2]), int(sys.argv[3]))"


class ServerError(CopydeskError, OSError):
    """The server did not start."""


class TemporaryServer:
    """A server in a process of its own, which ends with this one."""

    def __init__(self, environment: dict[str, str], start_seconds: int) -> None:
        self._start_seconds = start_seconds
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self._port = listening.getsockname()[1]
            # not `-m`, for which any `flows.py` in the working directory would stand before this one
            command = [sys.executable, "-P", "-c", _PROGRAM, str(_ROOT), str(os.getpid()), str(listening.fileno())]
            # in a session of its own: Ctrl-C is for the run, which then ends its server
            self._process = subprocess.Popen(  # noqa: S603 - this very module
                command, env=environment, pass_fds=[listening.fileno()], start_new_session=True
            )
        # after Prefect has sent its last logs and events, which it does when the threads end
        atexit.register(self.stop)

    @property
    def api_url(self) -> str:
        """What PREFECT_API_URL is to be."""
        return f"http://127.0.0.1:{self._port}/api"

    def wait(self) -> None:
        """Wait until it answers.

        Raises:
            ServerError: it has ended, or has said nothing for `start_seconds`.
        """
        # its socket listens from the start: this one question waits there until the server takes it up
        connection = HTTPConnection("127.0.0.1", self._port, timeout=self._start_seconds)
        try:
            connection.request("GET", "/api/health")
            status = connection.getresponse().status
        except TimeoutError as error:
            raise ServerError(f"the temporary Prefect server says nothing for {self._start_seconds} s") from error
        except (OSError, HTTPException) as error:
            raise ServerError(
                f"the temporary Prefect server ended while it started (exit code {self._end()}); --verbose shows what it said"
            ) from error
        finally:
            connection.close()
        if status != 200:
            raise ServerError(f"the temporary Prefect server is not well: it answers with status {status}")

    def stop(self) -> None:
        """End it, and let it write down what it was told last; the run is over by then, and no longer to be interrupted."""
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._process.terminate()
        self._end()

    def _end(self) -> int:
        """Its exit code, in the end."""
        try:
            return self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
            return self._process.wait()

    def kill(self) -> None:
        """Have it end at once, without waiting: a signal's handler may do this."""
        self._process.kill()


def server_unless_named() -> TemporaryServer | None:
    """Start a server and name it to Prefect; None where Prefect's settings name one, or forbid it."""
    from prefect.context import refresh_global_settings_context
    from prefect.settings import PREFECT_API_URL, PREFECT_SERVER_ALLOW_EPHEMERAL_MODE, get_current_settings

    if PREFECT_API_URL.value() or not PREFECT_SERVER_ALLOW_EPHEMERAL_MODE.value():
        return None
    settings = get_current_settings()
    environment = os.environ | settings.to_environment_variables(exclude_unset=True)
    # as Prefect's own: no UI, and of its services those alone that a single run needs
    environment |= {"PREFECT_UI_ENABLED": "0", "PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"}
    server = TemporaryServer(environment, settings.server.ephemeral.startup_timeout_seconds)
    # Prefect would say where in the UI the run can be looked at; this server has none
    logging.getLogger("prefect.flow_runs").addFilter(lambda record: not record.getMessage().startswith("View at"))
    os.environ["PREFECT_API_URL"] = server.api_url
    refresh_global_settings_context()
    return server


def serve(parent: int, descriptor: int) -> None:
    """Be the server until told to end, or until the run is gone: one that was killed cannot tell."""
    import uvicorn

    from flows.settings import spare_the_collector

    spare_the_collector()
    threading.Thread(target=_end_with_parent, args=(parent,), daemon=True).start()
    config = uvicorn.Config(
        "prefect.server.api.server:create_app", factory=True, log_level=logging.ERROR, lifespan="on"
    )
    uvicorn.Server(config).run(sockets=[socket.socket(fileno=descriptor)])


def _end_with_parent(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_PARENT_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_STOP_SECONDS)
    os._exit(1)
