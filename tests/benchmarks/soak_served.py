"""A long-lived process that performs runs, like one that serves schedules, and reports its memory; run by `soak.py`.

    python tests/benchmarks/soak_served.py

Reads orders as JSON lines, `{"flow": "news" | "maintenance", "parameters": {...}}`, and answers each with a line: the
state, and this process's memory, open files, threads and Python objects after the run.
"""

import ctypes
import gc
import json
import os
import re
import sys
import tempfile
import threading
import time
from pathlib import Path


def heap():
    """Megabytes that malloc has given out in all arenas, and those it keeps free; empty without glibc.

    Growth of the first is a leak, growth of the second alone is none.
    """
    libc = ctypes.CDLL(None)
    try:
        tell, libc.fopen.restype = libc.malloc_info, ctypes.c_void_p
    except AttributeError:
        return {}
    with tempfile.NamedTemporaryFile("r") as place:
        stream = ctypes.c_void_p(libc.fopen(place.name.encode(), b"w"))
        tell(0, stream)
        libc.fclose(stream)
        whole = place.read().rpartition("</heap>")[2]
    sizes = {
        kind: int(size)
        for kind, size in re.findall(r'type="(fast|rest|mmap|current)" (?:count="\d+" )?size="(\d+)"', whole)
    }
    free = sizes["fast"] + sizes["rest"]
    return {
        "malloc_megabytes": round((sizes["current"] + sizes["mmap"] - free) / 1e6, 2),
        "malloc_free_megabytes": round(free / 1e6, 2),
    }


def held():
    """What this process holds now."""
    import pyarrow as pa

    gc.collect()
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    rss, anonymous, mapped = (round(int(status[name].split()[0]) / 1024, 2) for name in ("VmRSS", "RssAnon", "RssFile"))
    return {
        "rss_megabytes": rss,
        "anonymous_megabytes": anonymous,
        "mapped_megabytes": mapped,
        "fds": len(list(Path("/proc/self/fd").iterdir())),
        "threads": threading.active_count(),
        "objects": len(gc.get_objects()),
        "arrow_megabytes": round(pa.total_allocated_bytes() / 1e6, 2),
        **heap(),
    }


def main():
    answers = os.fdopen(os.dup(1), "w")  # whatever else is printed goes to the log
    os.dup2(2, 1)
    from flows.settings import quiet_environment

    quiet_environment()
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    from flows.operate.maintenance import maintenance
    from flows.parameters import MaintenanceParameters, NewsParameters
    from flows.pipeline import news

    flows = {"news": (news, NewsParameters), "maintenance": (maintenance, MaintenanceParameters)}
    for line in sys.stdin:
        order = json.loads(line)
        flow, parameters = flows[order["flow"]]
        started = time.monotonic()
        state = flow(parameters(**order["parameters"]), return_state=True)
        answer = {
            "state": state.name,
            "message": (state.message or "")[:300],
            "seconds": round(time.monotonic() - started, 2),
        }
        del state
        answers.write(json.dumps(answer | held()) + "\n")
        answers.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
