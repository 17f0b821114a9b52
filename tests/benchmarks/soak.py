"""Hours of small runs on one output, with kills, readers and upkeep: does it stay sound, does anything grow?

    python tests/benchmarks/soak.py [--minutes 60] [--pages 30] [--log output/soak.jsonl] [--keep FOLDER]
    python tests/benchmarks/soak.py --read output/soak.jsonl        # the report of a soak that was cut

Every run gets a new day of invented pages, some fetched again, edited or broken, in a folder that grows. Two runs of
three are made by one process that lives as long as the soak, as a process that serves schedules does; the third is a
program of its own, and every second of these is first killed with SIGKILL at a random moment. Compaction, the index
and old database rows have their turn every tenth day. Two readers (DuckDB, PyArrow) check all articles all the time.
A Prefect server on loopback is started and stopped here. Exit code 1: something is unsound, or grows by more than the
limits say.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import soak_account
from kills import serve
from soak_days import Days
from tree import become_reaper, descendants

ROOT = Path(__file__).parent.parent.parent
HERE = Path(__file__).parent
FIRST_DAY = datetime.now(UTC) - timedelta(days=900)
READERS = ("duckdb", "pyarrow")
SERVED, PROGRAM, KILLED, UPKEEP = "served", "program", "killed", "upkeep"
UPKEEP_EVERY, PROGRAM_EVERY = 10, 3
RUN_SECONDS = 600  # what takes longer hangs
# growth over the second half that caches that fill would explain too: it decides in soaks of a few minutes only
PASSING_MEGABYTES, PASSING_FDS = 10, 2
WELL = ("Completed", "CompletedWithWarnings")


class Soak:
    """The processes of a soak and what they did; every event is a line of the log at once."""

    def __init__(self, options, folder: Path) -> None:
        self.options, self.folder = options, folder
        self.output = folder / "output"
        self.log = options.log.open("w")
        self.temporary = folder / "tmp"
        self.temporary.mkdir()
        os.environ |= {"TMPDIR": str(self.temporary), "COPYDESK_WORKERS": "1", "PYTHONPATH": str(ROOT)}
        self.days = Days(folder / "pages", options.seed, options.pages, FIRST_DAY)
        self.dice = random.Random(options.seed)
        self.server, api = serve(folder)
        os.environ["PREFECT_API_URL"] = api
        self.served_log = (folder / "served.log").open("wb")
        self.served: Any = self._start_served()
        self.readers: dict[str, Any] = {}
        self.read_to: dict[str, int] = dict.fromkeys(READERS, 0)
        self.usual_seconds = 12.0  # of a program's run, until one was seen
        self.began = time.monotonic()

    def _start_served(self):
        command = [sys.executable, str(HERE / "soak_served.py")]
        return subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.served_log, text=True
        )

    def record(self, event: str, **more: Any) -> None:
        line = {"event": event, "at": round(time.monotonic() - self.began, 1)} | more
        self.log.write(json.dumps(line) + "\n")
        self.log.flush()
        if more.get("wrong"):
            print(f"{line['at']:8.1f} s: {event}: {more['wrong']}", flush=True)

    # ------------------------------------------------------------------ runs

    def serve_run(self, kind: str, flow: str, **parameters: Any) -> None:
        """Order a flow from the process that lives long."""
        order = {"flow": flow, "parameters": {"output": str(self.output)} | parameters}
        try:
            self.served.stdin.write(json.dumps(order) + "\n")
            self.served.stdin.flush()
            line = self.served.stdout.readline()
        except OSError:
            line = ""
        if not line:
            tail = (self.folder / "served.log").read_text(errors="replace")[-800:]
            self.record(kind, flow=flow, wrong=[f"the long-lived process ended with {self.served.wait(30)}: {tail}"])
            self.served = self._start_served()
            return
        reported = json.loads(line)
        self.record(
            kind,
            flow=flow,
            **reported,
            wrong=[] if reported["state"] in WELL else [f"{reported['state']}: {reported['message']}"],
        )

    def program(self, *words: str, kill_after: float | None = None) -> None:
        """Run a command as a program of its own, and perhaps kill it."""
        command = [sys.executable, "-m", "flows", *words, "--output", str(self.output)]
        started = time.monotonic()
        with (self.folder / "program.log").open("wb") as sink:
            process = subprocess.Popen(command, cwd=ROOT, stdout=sink, stderr=subprocess.STDOUT)
            try:
                code = process.wait(kill_after or RUN_SECONDS)
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                code = process.wait(60)
        seconds = round(time.monotonic() - started, 2)
        if code == -signal.SIGKILL and kill_after:
            self.record(KILLED, seconds=seconds)
            return
        tail = (self.folder / "program.log").read_text(errors="replace")[-800:]
        self.record(
            PROGRAM if words[0] == "run" else UPKEEP,
            command=words[0],
            seconds=seconds,
            wrong=[] if code == 0 else [f"{words[0]} ended with {code}: {tail}"],
        )
        if words[0] == "run":
            self.usual_seconds = seconds

    def day(self, number: int) -> None:
        """A new day of pages, and its run."""
        pages = self.days.next()
        self.record("day", number=number, pages=pages)
        sources = str(self.days.folder)
        if number % PROGRAM_EVERY:
            self.serve_run(SERVED, "news", sources=[sources], if_busy="wait")
        else:
            if number % (2 * PROGRAM_EVERY):
                self.program("run", sources, kill_after=self.dice.uniform(0.3, 1.05) * self.usual_seconds)
            self.program("run", sources)
        if number % UPKEEP_EVERY == 0:
            if number % (2 * UPKEEP_EVERY) == 0:
                self.program("compact")
            else:  # first, so that what it loads is there in the second half even of a short soak
                self.serve_run(UPKEEP, "maintenance", rebuilds_index=True, prune_days=None, keep_run_days=1)

    # ------------------------------------------------------------------ watching

    def start_readers(self) -> None:
        for name in READERS:
            with (self.folder / f"{name}.jsonl").open("wb") as sink:
                command = [sys.executable, str(HERE / "soak_reader.py"), name, str(self.output)]
                self.readers[name] = subprocess.Popen(command, cwd=ROOT, stdout=sink, stderr=sink)

    def hear_readers(self) -> None:
        """Take down what the readers have read since the last time."""
        for name, process in self.readers.items():
            with (self.folder / f"{name}.jsonl").open() as source:
                source.seek(self.read_to[name])
                lines = source.read().splitlines(keepends=True)
            whole = [line for line in lines if line.endswith("\n")]
            self.read_to[name] += sum(len(line.encode()) for line in whole)
            reads = [json.loads(line) for line in whole if line.startswith("{")]
            wrong = [sentence for read in reads for sentence in read["wrong"]]
            wrong += [line.strip() for line in whole if not line.startswith("{")][-5:]
            if process.poll() is not None:
                wrong.append(f"the reader ended with {process.returncode}")
            self.record(
                "read",
                reader=name,
                reads=len(reads),
                vanished=sum(read["vanished"] for read in reads),
                slowest=max((read["seconds"] for read in reads), default=0),
                rows=reads[-1]["rows"] if reads else 0,
                wrong=wrong[:5],
            )

    def orphans(self) -> list[int]:
        """Processes of killed runs that are still there; what has ended of them is put away."""
        known = {process.pid for process in (self.server, self.served, *self.readers.values())}
        known |= {pid for one in list(known) for pid in descendants(one)}
        left = [pid for pid in descendants(os.getpid()) if pid not in known]
        alive = []
        for pid in left:
            with suppress(ChildProcessError):
                if os.waitpid(pid, os.WNOHANG)[0] == 0:
                    alive.append(pid)
        return alive

    def sample(self) -> None:
        """What is held now: by the long-lived process, the server, and the disk."""
        self.hear_readers()
        files, megabytes, half_done = soak_account.held_on_disk(self.output)
        self.record(
            "sample",
            files=files,
            megabytes=megabytes,
            half_done=len(half_done),
            temporary=sorted(path.name for path in self.temporary.iterdir())[:50],
            temporary_count=sum(1 for _ in self.temporary.rglob("*")),
            server_megabytes=rss(self.server.pid),
            server_fds=fds(self.server.pid),
            orphans=len(self.orphans()),
        )

    def run(self) -> None:
        """Days until the time is over."""
        end = self.began + self.options.minutes * 60
        every = min(300.0, self.options.minutes * 60 / 6)
        next_sample = self.began + every
        number = 0
        while time.monotonic() < end:
            number += 1
            started = time.monotonic()
            self.day(number)
            if number == 1:
                self.start_readers()
            if time.monotonic() >= next_sample:
                self.sample()
                next_sample += every
                print(interval(read(self.options.log), every), flush=True)
            time.sleep(max(0.0, self.options.every - (time.monotonic() - started)))

    def end(self) -> None:
        """End what was started here, and look at what is left."""
        self.program("run", str(self.days.folder))  # the last run is whole, and nothing is left of those killed
        time.sleep(3)  # workers look once a second whether their parent is there
        self.sample()
        for process in self.readers.values():
            process.terminate()
            process.wait(30)
        wrong, counts = soak_account.unsound(self.output, self.days.files)
        self.record("end", wrong=wrong, counts=counts)

    def close(self) -> None:
        with suppress(OSError):
            self.served.stdin.close()
        for process in (self.served, *self.readers.values(), self.server):
            try:
                process.terminate()
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(30)
        for pid in self.orphans():  # workers of a run that was under way
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        self.served_log.close()
        self.log.close()


def rss(pid):
    """Resident megabytes of a process."""
    with suppress(OSError, IndexError):
        status = Path(f"/proc/{pid}/status").read_text()
        return round(int(status.split("VmRSS:")[1].split()[0]) / 1024, 1)
    return None


def fds(pid):
    """Open files of a process."""
    with suppress(OSError):
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    return None


# ---------------------------------------------------------------------- the report


def read(log: Path) -> list[dict[str, Any]]:
    """The events of a soak; a last line that was cut is left out."""
    return [json.loads(line) for line in log.read_text().splitlines(keepends=True) if line.endswith("\n")]


def interval(events: list[dict[str, Any]], seconds: float, until: float | None = None) -> str:
    """A stretch of the soak in one line: what was done in it, and what is held at its end."""
    sample = [one for one in events if one["event"] == "sample" and (until is None or one["at"] <= until)][-1]
    part = [one for one in events if sample["at"] - seconds < one["at"] <= sample["at"]]
    kinds = {kind: sum(one["event"] == kind for one in part) for kind in (SERVED, PROGRAM, KILLED, UPKEEP)}
    held = next((one for one in reversed(part) if "rss_megabytes" in one), {})
    reads = [one for one in events if one["event"] == "read" and sample["at"] - seconds < one["at"] <= sample["at"]]
    files = ", ".join(f"{name} {count}" for name, count in sorted(sample["files"].items()))
    return (
        f"{sample['at'] / 60:6.1f} min: {kinds[SERVED]} served runs, {kinds[PROGRAM]} programs, {kinds[KILLED]} "
        f"kills, {kinds[UPKEEP]} upkeep, "
        f"{sum(one.get('pages', 0) for one in part if one['event'] == 'day')} pages, "
        f"{max((one['rows'] for one in reads), default=0)} articles; "
        f"{held.get('rss_megabytes', '?')} MB, {held.get('fds', '?')} fds, {held.get('threads', '?')} threads, "
        f"{held.get('objects', 0):,} objects; "
        f"server {sample['server_megabytes']} MB, {sample['server_fds']} fds; {sample['megabytes']} MB on disk; "
        f"temporary {sample['half_done']} in the output, "
        f"{sample['temporary_count']} elsewhere; {sample['orphans']} orphans; "
        f"{sum(one['reads'] for one in reads)} reads "
        f"({sum(one['vanished'] for one in reads)} again, slowest "
        f"{max((one['slowest'] for one in reads), default=0):.2f} s)\n"
        f"            files: {files}"
    )


def verdict(events: list[dict[str, Any]], options: argparse.Namespace) -> tuple[list[str], list[str]]:
    """What is wrong with a whole soak, and its figures, in sentences."""
    wrong = [f"{one['event']} at {one['at']} s: {sentence}" for one in events for sentence in one.get("wrong", [])]
    runs = [one for one in events if one["event"] == SERVED and "rss_megabytes" in one]
    samples = [one for one in events if one["event"] == "sample"]
    said = []
    for name, unit, most, passing in (
        ("rss_megabytes", "MB a run", options.most_megabytes, PASSING_MEGABYTES),
        ("fds", "open files a run", options.most_fds, PASSING_FDS),
        ("threads", "threads a run", options.most_fds, PASSING_FDS),
        ("objects", "Python objects a run", None, None),
    ):
        values = soak_account.second_half([one[name] for one in runs])
        found = soak_account.slope(values)
        if found is None:
            said.append(f"{name}: too few runs for a slope")
            continue
        said.append(
            f"{name}: {found[0]:+.3f} ± {found[1]:.3f} {unit} over the last {len(values)} runs, {values[0]:,} to "
            f"{values[-1]:,}"
        )
        if most is not None and found[0] - 2 * found[1] > most and found[0] * len(values) > passing:
            wrong.append(f"grows: {said[-1]}; at most {most} was allowed")
    for name, limit in (("temporary_count", options.most_files), ("orphans", 0)):
        if samples and samples[-1][name] > limit:
            wrong.append(
                f"{name}: {samples[-1][name]} at the end, at most {limit} was allowed: {samples[-1]['temporary'][:5]}"
            )
    ends = [one for one in events if one["event"] == "end"]
    if not ends:
        wrong.append("the soak was cut: its end was not looked at")
    else:
        said.append(f"at the end: {ends[-1]['counts']}")
    kinds = {kind: sum(one["event"] == kind for one in events) for kind in (SERVED, PROGRAM, KILLED, UPKEEP)}
    reads = [one for one in events if one["event"] == "read"]
    said.append(
        f"{kinds}, {sum(one['reads'] for one in reads)} reads, {sum(one['vanished'] for one in reads)} of them "
        "twice since a file had vanished"
    )
    return wrong, said


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--pages", type=int, default=30, help="of a day, about (default: 30)")
    parser.add_argument("--every", type=float, default=0, metavar="SECONDS", help="between the starts of two runs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--log",
        type=Path,
        default=ROOT / "output" / "soak.jsonl",
        help="events as JSON lines (default: output/soak.jsonl)",
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="work here, and leave it there")
    parser.add_argument("--read", type=Path, metavar="LOG", help="report on this log, and run nothing")
    parser.add_argument("--most-megabytes", type=float, default=0.2, help="growth a run, in the second half")
    parser.add_argument("--most-fds", type=float, default=0.02, help="growth a run, of open files and of threads")
    parser.add_argument("--most-files", type=int, default=20, help="left at the end in the folder for temporary files")
    options = parser.parse_args()
    if not options.read:
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        become_reaper()
        folder = (options.keep or Path(tempfile.mkdtemp(prefix="soak-"))).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        soak = Soak(options, folder)
        try:
            soak.run()
            soak.end()
        except KeyboardInterrupt:
            print("cut; what was seen so far:", flush=True)
        finally:
            soak.close()
            if not options.keep:
                shutil.rmtree(folder, ignore_errors=True)
    wrong, said = verdict(read(options.read or options.log), options)
    print("\n".join(said))
    print("\n".join(f"WRONG {sentence}" for sentence in wrong) or "sound, and nothing grows beyond its limit")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())
