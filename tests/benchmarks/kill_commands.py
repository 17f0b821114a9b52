"""Kills every command that writes, at each kind of moment, repeats it, and compares with an undisturbed one.

    python tests/benchmarks/kill_commands.py [--kills 100] [--seed 1] [--only COMMAND]

A kill is a SIGKILL right before a change of the file system: a file opened for writing, renamed, removed, linked or a
folder made, drawn among all that the command makes in the output or the mirror. Each kill has a copy of one output,
which two runs have published to. After it readers must see all rows from before the command or all from after it;
after the same command again, the rows are those of an undisturbed command and no temporary file is left. Commands run
in forks of this process, which has loaded everything. A Prefect server on loopback is started and stopped here.
"""

import argparse
import contextlib
import os
import random
import shutil
import signal
import sys
import tempfile
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
from kills import ROOT, serve

from tasks import schema
from tasks.load.output import Output

PAGES = ROOT / "tests" / "pages"
BEFORE, NEW = ("cometfeed", "islandobserver"), "northquay"
EVENTS = frozenset("open os.rename os.remove os.rmdir os.mkdir os.symlink os.link os.truncate".split())
# of 100 kills: a run and a replay take seconds, the others a part of one
SHARES = {"repair": 16, "compact": 22, "forget": 22, "mirror": 16, "run": 12, "replay": 12}
# of rows: what differs from run to run
_OF_A_RUN = ("run_id", "started_at", "rules_version", "fetched_at", "last_seen_at", "quarantined_at", "raw_file")
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


class Place:
    """An output and its mirror, in a folder that is deleted."""

    def __init__(self, folder, name, base=None, has_links=True):
        self.folder = folder / name
        self.output, self.mirror = self.folder / "out", self.folder / "mirror"
        self.folder.mkdir()
        if base is not None:
            shutil.copytree(base.output, self.output, symlinks=has_links)

    def rows(self):
        """The rows of every table as readers see them; None if there is no dataset."""
        output = Output(self.output)
        if not output.exists():
            return None
        return {table: _rows(output.files(table).values()) for table in schema.PUBLISHED}

    def mirrored(self):
        """The rows of the newest state in the mirror; None if there is none."""
        found = {}
        for table in ("articles", "quotes"):
            listed = self.folder / "listed"
            if call(["mirror", self.mirror.as_uri(), "--output", str(self.output), "--list", table], listed)[0]:
                return None
            names = [line for line in listed.read_text().splitlines() if line.endswith(".parquet")]
            found[table] = _rows(name.removeprefix("file://") for name in names)
        return found

    def strays(self):
        """Temporary files in the output."""
        return [str(path.relative_to(self.output)) for path in self.output.rglob("*.tmp")]


def _rows(paths):
    """The rows of some files as sorted text."""
    parts = (row for path in paths for row in pq.ParquetFile(path).read().to_pylist())
    return sorted(repr({name: value for name, value in row.items() if name not in _OF_A_RUN}) for row in parts)


def command(name, place, wanted):
    """The arguments of a command."""
    more = {
        "run": [str(PAGES / NEW)],
        "replay": ["--all"],
        "forget": [wanted, "--yes"],
        "mirror": [place.mirror.as_uri()],
    }.get(name, [])
    return [name, *more, "--output", str(place.output)]


def watch(place, kill_at, report):
    """Count the changes below a place in this process, and end it right before one of them."""
    state = {"count": 0}
    below = str(place.folder)

    def see(event, values):
        if event not in EVENTS or not values:
            return
        if event == "open" and not (isinstance(values[2], int) and values[2] & _WRITING):
            return
        names = [os.fsdecode(name) for name in values[:2] if isinstance(name, str | bytes | os.PathLike)]
        if not any(name.startswith(below) for name in names):
            return
        state["count"] += 1
        if state["count"] == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)

    sys.addaudithook(see)
    return lambda: os.write(report, str(state["count"]).encode())


def call(arguments, output=None, place=None, kill_at=0):
    """Run a command in a fork; its exit code (negative: the signal), and the number of changes that it made."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        code = 99
        with contextlib.suppress(BaseException):
            target = os.open(output or os.devnull, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(target, 1)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
            sys.stdout = os.fdopen(1, "w", closefd=False)
            tell = watch(place, kill_at, writing) if place else None
            from flows.cli.main import main

            code = main(arguments)
            sys.stdout.flush()
            if tell:
                tell()
        os._exit(code)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        count = pipe.read()
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), int(count or 0)


def seen(name, place):
    return place.mirrored() if name == "mirror" else place.rows()


def episode(name, number, folder, base, wanted, undisturbed, draw):
    """One kill; returns what went wrong, and the number of the change before which the command was killed."""
    before, after, changes = undisturbed
    place = Place(folder, f"{name}{number}", base, name != "repair")
    at, wrong = draw.randint(1, changes), []
    code, _ = call(command(name, place, wanted), place=place, kill_at=at)
    what = f"{name}, kill {number} before change {at} of {changes}"
    found = seen(name, place) if name != "repair" else before
    if found not in (before, after):
        wrong.append(f"{what}: readers see neither the state before nor that after it")
    again, _ = call(command(name, place, wanted), place=place)
    # what is forgotten cannot be forgotten again
    if again != 0 and not (name == "forget" and found == after):
        wrong.append(f"{what}: the command again ended with {again}")
    other = seen(name, place) or {}
    if other != after:
        tables = [table for table in after if other.get(table) != after[table]]
        wrong.append(f"{what}: rows of {', '.join(tables)} differ from those of an undisturbed command")
    if place.strays():
        wrong.append(f"{what}: stray files {place.strays()[:3]}")
    shutil.rmtree(place.folder)
    return wrong, code == -signal.SIGKILL


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=(*SHARES,))
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kill-commands-"))
    server, api = serve(folder)
    os.environ |= {"PREFECT_API_URL": api, "COPYDESK_WORKERS": "1"}
    import flows.pipeline  # noqa: F401 - loaded once, for all forks

    killed, wrong = Counter(), []
    try:
        base = Place(folder, "base")
        for site in BEFORE:
            if call(["run", str(PAGES / site), "--output", str(base.output)])[0]:
                raise SystemExit("an undisturbed run failed")
        path = next(iter(Output(base.output).files("articles").values()))
        wanted = pq.ParquetFile(path).read(["article_id"]).column("article_id")[0].as_py()
        for name in [options.only] if options.only else SHARES:
            draw = random.Random(f"{options.seed} {name}")
            whole = Place(folder, f"{name}-whole", base, name != "repair")
            before = seen(name, whole) if name != "repair" else None
            code, changes = call(command(name, whole, wanted), place=whole)
            if code:
                raise SystemExit(f"an undisturbed {name} ended with {code}")
            undisturbed = before, seen(name, whole), changes
            share = SHARES[name] * options.kills / sum(SHARES.values()) if not options.only else options.kills
            for number in range(round(share)):
                found, is_killed = episode(name, number, folder, base, wanted, undisturbed, draw)
                killed[name] += is_killed
                wrong += found
                print(*found, sep="\n", end="\n" * bool(found), flush=True)
            print(f"{name:<10}{changes:>5} changes{killed[name]:>5} kills", flush=True)
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{killed.total()} kills, {len(wrong)} wrong")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
