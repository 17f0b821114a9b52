"""Ports, and conditions to wait for."""

import socket
import time


def free_port():
    """A port of loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(what, seconds, check, *, pause=0.5, ignored=()):
    """The first true result of `check`, which is called again and again until the time is over.

    Args:
        what: names in the error what was waited for.
        seconds: how long to wait.
        check: takes nothing.
        pause: seconds between two calls.
        ignored: exceptions of `check` that count as "not yet".

    Raises:
        AssertionError: the result was never true.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            result = check()
        except ignored:
            result = None
        if result:
            return result
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds} seconds"
        time.sleep(pause)
