"""What a program and everything it starts cost: CPU, time, and the peak memory of each process, by its part.

Processes that outlive their parent come to this one (it makes itself their reaper), so that their CPU is counted too.
"""

import ctypes
import os
import resource
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

_BECOME_REAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)
_SAMPLE_SECONDS = 0.2
_ORPHAN_SECONDS = 15.0  # after the program's end; what runs longer is ended here


@dataclass
class Cost:
    """What a program took, with all its children."""

    code: int
    cpu_seconds: float  # of the whole tree, as wait4 tells of each process that was reaped
    children_cpu_seconds: float  # the same as getrusage tells; the two are equal
    wall_seconds: float
    peak_megabytes: dict[str, float] = field(default_factory=dict)  # part -> the largest of its processes

    @property
    def largest(self) -> float:
        """The peak of the largest process."""
        return max(self.peak_megabytes.values(), default=0.0)


def become_reaper() -> None:
    """Have orphans of programs that are started here come to this process, where the system can do that."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_BECOME_REAPER, 1, 0, 0, 0)


def _seconds(usage: resource.struct_rusage) -> float:
    return usage.ru_utime + usage.ru_stime


def run(command: list[str], environment: dict[str, str], folder: Path, log: Path) -> Cost:
    """Run a program to its end, and wait for what it leaves behind. Its output goes to a file."""
    become_reaper()
    before = _seconds(resource.getrusage(resource.RUSAGE_CHILDREN))
    peaks: dict[str, float] = {}
    cpu, started = 0.0, time.monotonic()
    with log.open("wb") as sink:
        process = subprocess.Popen(command, env=environment, cwd=folder, stdout=sink, stderr=subprocess.STDOUT)
        while True:
            pid, status, usage = os.wait4(process.pid, os.WNOHANG)
            if pid:
                break
            for part, megabytes in memory_of_children(os.getpid(), process.pid).items():
                peaks[part] = max(peaks.get(part, 0.0), megabytes)
            time.sleep(_SAMPLE_SECONDS)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.monotonic() - started
    cpu += _seconds(usage)
    deadline = time.monotonic() + _ORPHAN_SECONDS
    with suppress(ChildProcessError):
        while True:
            pid, _, usage = os.wait4(-1, os.WNOHANG)
            if pid:
                cpu += _seconds(usage)
            elif time.monotonic() > deadline:
                for orphan in descendants(os.getpid()):
                    os.kill(orphan, 9)
            else:
                time.sleep(0.05)
    after = _seconds(resource.getrusage(resource.RUSAGE_CHILDREN))
    return Cost(process.returncode, cpu, after - before, wall, peaks)


def descendants(root: int) -> list[int]:
    """The processes below one, from /proc; none where there is no such place."""
    children: dict[int, list[int]] = {}
    for place in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            fields = (place / "stat").read_text(errors="replace")
            children.setdefault(int(fields.rpartition(")")[2].split()[1]), []).append(int(place.name))
    found, left = [], [root]
    while left:
        below = children.get(left.pop(), [])
        found += below
        left += below
    return found


def memory_of_children(root: int, main: int) -> dict[str, float]:
    """The peak so far, in MB, of the largest process of each part: the program itself, its workers, its server."""
    found: dict[str, float] = {}
    for pid in descendants(root):
        with suppress(OSError, IndexError, ValueError):
            words = Path("/proc", str(pid), "cmdline").read_bytes().replace(b"\0", b" ")
            part = (
                "program"
                if pid == main
                else "server"
                if b"flows.operate.server" in words or b"uvicorn" in words
                else "workers"
            )
            peak_kb = Path("/proc", str(pid), "status").read_text().split("VmHWM:")[1].split()[0]
            found[part] = max(found.get(part, 0.0), int(peak_kb) / 1024)
    return found
