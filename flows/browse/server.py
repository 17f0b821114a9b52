"""The server of the web page: uvicorn on loopback, until it is interrupted."""

import os
import socket

import uvicorn

from flows.browse.app import make_app
from flows.browse.safety import LOOPBACK
from tasks.errors import UsageError

_REQUESTS_AT_ONCE = 32  # more wait for nobody: each view takes a fraction of a second


def serve_dataset(root: str, port: int) -> None:
    """Serve the dataset in a folder on a port of loopback; 0 is any free one.

    Raises:
        NothingPublishedError: no run has published there.
        UsageError: the port is not a port, or is taken.
    """
    if not 0 <= port <= 65_535:
        raise UsageError(f"--port: not a port from 0 to 65535: {port}")
    app = make_app(root)
    try:
        listener = socket.create_server((LOOPBACK, port))
    except OSError as error:
        # the message of the operating system; Python adds the address to it
        problem = os.strerror(error.errno) if error.errno else str(error)
        raise UsageError(f"--port: cannot listen on {LOOPBACK}:{port} ({problem}); choose another") from error
    with listener:
        address = f"http://{LOOPBACK}:{listener.getsockname()[1]}"
        print(f"{root} is shown at {address} (stop with Ctrl-C)", flush=True)
        config = uvicorn.Config(
            app,
            log_level="warning",
            access_log=False,
            limit_concurrency=_REQUESTS_AT_ONCE,
            server_header=False,
            lifespan="off",
            proxy_headers=False,
        )
        try:
            uvicorn.Server(config).run(sockets=[listener])
        finally:
            app.state.dataset.close()
