"""What the processes of a run have in common: none outlives its parent, and none searches for garbage often."""

import atexit
import gc
import os
import signal
import threading
import time

_CHECK_SECONDS = 1.0  # how often a process checks that its parent is alive


def end_with_parent(parent: int, grace_seconds: float = 0.0) -> None:
    """End this process soon after its parent.

    A parent that was killed cannot end its children, which would wait forever.

    Args:
        parent: Process id, passed by the parent itself: it may be gone before this process can ask for it.
        grace_seconds: If positive, send SIGTERM first and end the process after that time.
    """
    threading.Thread(target=_wait_for_end, args=(parent, grace_seconds), daemon=True).start()


def _wait_for_end(parent: int, grace_seconds: float) -> None:
    while os.getppid() == parent:
        time.sleep(_CHECK_SECONDS)
    if grace_seconds:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(grace_seconds)
    os._exit(1)


def reduce_gc(*, at_exit: bool = False) -> None:
    """Search for garbage cycles rarely, and with `at_exit` not at the end of the process either.

    A batch makes hundreds of thousands of objects and no cycles: a search every 700 objects took a thirtieth of a
    worker's time. Imports make 370,000 objects that stay: searching them took a fifth of the time of the imports, and a
    second at the end of a run.
    """
    gc.set_threshold(50_000, 20, 20)
    if at_exit:
        atexit.register(gc.freeze)
