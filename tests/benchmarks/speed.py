"""What a page costs in CPU, beside peers, in one run on the same pages: the table that `make bench` prints.

    python tests/benchmarks/speed.py [PLACE...] [--pages 4000] [--peers VENV]
        [--only start,html,text,skip] [--out FOLDER]

PLACE is a folder of HTML files, searched to its depths, or a WARC file; its pages are repeated in varied copies until
there are enough. Without a place the pages are invented. Ours is `copydesk run` with its gates, as a program of its
own, with one worker and with two. The peers run on fewer pages in an environment of their own, which is made unless
one is named. CPU is that of the whole process tree; start and warm-up are measured on a few pages and shown apart.
Exit code 1: a goal is missed, or a part failed.
"""

import argparse
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice
from pathlib import Path

import speed_corpus
import speed_table
import tree
from speed_table import DATATROVE_HTML, DATATROVE_TEXT, LEXBOR, OURS_HTML, OURS_TEXT, row

ROOT = Path(__file__).parent.parent.parent
PARTS = ("start", "html", "text", "skip")
PINS = ["datatrove[processing,io]==0.10.1", "trafilatura==1.11.0", "spacy==3.8.18", "lxml_html_clean"]
OWN_VERSIONS = ("copydesk", "prefect", "great-expectations", "pyarrow", "selectolax", "resiliparse", "fastwarc")
WARM_PAGES = 10
KNOWN_FILES = 20_000
FILES = 8  # of the corpus: a small WARC file is read by one process, so that a single one would leave the second idle
NO_GATE = "quarantined_share_max: 1.0"  # tiny files are no articles, and the gates would rightly stop a run of them
STEPS = ("ingest", "clean", "extract")


class Bench:
    """One measurement: its folder, its corpora, and what was found so far."""

    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.rows, self.figures, self.splits, self.notes, self.versions = [], {}, {}, [], {}
        self.count = 0
        self.warm = 0.0
        # a database of its own, made by the first run, so that no run pays for another's
        self.environment = {name: value for name, value in os.environ.items() if name != "PREFECT_API_URL"} | {
            "PREFECT_HOME": str(folder / "prefect"),
            "PYTHONPATH": str(ROOT),
            "COPYDESK_WORKERS": "1",
        }
        pages = options.pages
        self.say(f"writing {pages:,} pages")
        self.corpus = speed_corpus.write(folder / "all", self.pages(pages), files=FILES)
        self.sample = speed_corpus.write(folder / "sample", self.pages(options.peer_pages))
        self.few = speed_corpus.write(folder / "few", self.pages(WARM_PAGES))
        texts = [speed_corpus.decoded(page.html)[0] for page in self.pages(options.peer_pages)]
        self.decoded = folder / "decoded.json"
        self.decoded.write_text(json.dumps(texts))

    def pages(self, count):
        return islice(speed_corpus.pages_of(self.options.places, count, self.options.seed), count)

    def say(self, text):
        print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)

    def run(self, name, command, **environment):
        """The cost of a program, which must end well, and its log."""
        self.count += 1
        log = self.folder / f"{self.count:02d}.log"
        self.say(name)
        cost = tree.run(command, self.environment | environment, ROOT, log)
        if cost.code != 0:
            raise RuntimeError(f"{name} ended with {cost.code}: {log.read_text(errors='replace')[-1500:]}")
        if abs(cost.cpu_seconds - cost.children_cpu_seconds) > 0.05:
            self.notes.append(
                f"{name}: wait4 tells {cost.cpu_seconds:.2f} s of CPU, getrusage {cost.children_cpu_seconds:.2f}"
            )
        return cost, log

    def ours(self, name, source, *more, workers=1):
        """The cost of `copydesk run`, and its report."""
        output = self.folder / f"output{self.count}"
        command = [sys.executable, "-m", "flows", "run", str(source), "--output", str(output), *more]
        cost, _ = self.run(name, command, COPYDESK_WORKERS=str(workers))
        reports = sorted((output / "runs").glob("*.json"))
        return cost, json.loads(reports[-1].read_text()), output

    def peer(self, name, python, *arguments):
        script = str(Path(__file__).with_name("speed_peers.py"))
        cost, log = self.run(name, [str(python), script, *map(str, arguments)])
        reported = json.loads(log.read_text().strip().splitlines()[-1])
        self.versions |= {key: value for key, value in reported.pop("versions").items() if key != "python"}
        return cost, reported

    # ------------------------------------------------------------------ parts

    def start(self):
        """A run of ten pages beside the imports that it cannot do without."""
        self.ours("a first run makes Prefect's database", self.few.html)
        runs = [self.ours(f"start-up {number}", self.few.html)[0] for number in (1, 2, 3)]
        imports = [
            self.run("imports", [sys.executable, "-c", "import prefect, great_expectations"])[0] for _ in range(3)
        ]
        self.warm = min(cost.cpu_seconds for cost in runs)
        self.figures |= {
            "start_cpu_seconds": self.warm,
            "start_wall_seconds": min(cost.wall_seconds for cost in runs),
            "import_cpu_seconds": min(cost.cpu_seconds for cost in imports),
            "import_wall_seconds": min(cost.wall_seconds for cost in imports),
        }
        self.figures["start_ratio"] = self.figures["start_cpu_seconds"] / self.figures["import_cpu_seconds"]
        self.figures["start_wall_ratio"] = self.figures["start_wall_seconds"] / self.figures["import_wall_seconds"]

    def _add_ours(self, name, cost, report, *, is_text=False):
        pages = report["counts"]["received"]
        self.rows.append(
            row(
                name,
                pages,
                cost.cpu_seconds,
                warm_seconds=self.warm,
                warm_pages=WARM_PAGES,
                what="gates on, one worker",
                is_text=is_text,
                peak_megabytes=cost.largest,
                parts_megabytes=cost.peak_megabytes,
                wall_seconds=cost.wall_seconds,
                counts=report["counts"],
            )
        )
        cpu = {step: sum(one["cpu_seconds"] for one in report["steps"] if one["step"] == step) for step in STEPS}
        net = cost.cpu_seconds - self.warm
        rest = max(net - sum(cpu.values()), 0.0)
        if net < 0.5 * self.warm:
            self.notes.append(
                f"{name}: so few pages that start-up hides them; take more for figures that mean something"
            )
        self.splits[name] = {step: seconds / net for step, seconds in cpu.items()} | {"all the rest": rest / net}
        self.splits[f"{name}, with start-up ({self.warm:.1f} s)"] = {
            step: seconds / cost.cpu_seconds for step, seconds in cpu.items()
        } | {"all the rest": 1 - sum(cpu.values()) / cost.cpu_seconds}
        self.figures["peak_megabytes"] = max(self.figures.get("peak_megabytes", 0.0), cost.largest)
        return rest / net

    def html(self):
        cost, report, _ = self.ours("HTML, one worker", self.corpus.html)
        self.figures["rest_share"] = self._add_ours(OURS_HTML, cost, report)
        two, _, _ = self.ours("HTML, two workers", self.corpus.html, workers=2)
        bare = statistics.median(2 * self._bare(1) / self._bare(2) for _ in range(3))
        self.notes.append(
            f"two processes that do nothing but parse are {bare:.2f} times as fast as one on this machine"
        )
        start = self.figures["start_wall_seconds"]
        self.figures |= {
            "speed_up": (cost.wall_seconds - start) / (two.wall_seconds - start),
            "speed_up_with_start": cost.wall_seconds / two.wall_seconds,
            "speed_up_of_bare_processes": bare,
            "peak_megabytes": max(self.figures["peak_megabytes"], two.largest),
        }
        for kind, name, what, python in (
            ("lexbor", LEXBOR, "selectolax, of decoded pages", sys.executable),
            ("resiliparse", "resiliparse", "main text of decoded pages", sys.executable),
            ("trafilatura", "trafilatura", "with metadata, of decoded pages", self.options.peers),
        ):
            if python:
                _, reported = self.peer(kind, python, kind, self.decoded)
                self.rows.append(row(name, reported["pages"], reported["cpu_seconds"], what=what))
        self._datatrove(
            DATATROVE_HTML, "datatrove-html", "trafilatura, Gopher, C4, Parquet", self.sample.html, self.few.html
        )

    def _bare(self, count):
        """The time a page takes each of so many processes at once that share nothing."""
        command = [sys.executable, str(Path(__file__).with_name("speed_peers.py")), "resiliparse", str(self.decoded)]
        running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(count)]
        return sum(json.loads(one.communicate()[0])["cpu_seconds"] for one in running) / count

    def text(self):
        cost, report, _ = self.ours("text, one worker", self.corpus.text)
        self._add_ours(OURS_TEXT, cost, report, is_text=True)
        self._datatrove(DATATROVE_TEXT, "datatrove-text", "Gopher, C4, Parquet", self.sample.text, self.few.text)

    def _datatrove(self, name, kind, what, source, few):
        if not self.options.peers:
            return
        warm, _ = self.peer(f"{name}, warm-up", self.options.peers, kind, few, self.folder / f"{kind}-warm")
        cost, reported = self.peer(name, self.options.peers, kind, source, self.folder / kind)
        asked = self.options.peer_pages
        if reported["pages"] != asked or reported["timeouts"]:
            self.notes.append(f"{name}: {reported['pages']} of {asked} pages came in, {reported['timeouts']} timed out")
        self.rows.append(
            row(
                name,
                asked,
                cost.cpu_seconds,
                warm_seconds=warm.cpu_seconds,
                warm_pages=WARM_PAGES,
                what=what,
                is_text=kind.endswith("text"),
                peak_megabytes=cost.largest,
                reaching=reported["reaching"],
            )
        )
        self.notes.append(
            f"{name}: without language identification, whose model is a download; pages that reach each step: "
            f"{reported['reaching'][1:]}"
        )

    def skip(self):
        """A folder of known files asked for again, by the very step that does it, without the start of a flow."""
        from tasks.ingest.task import ingest
        from tasks.ingest.worker import Limits
        from tasks.load.output import Output
        from tasks.parallel.executor import Executor

        folder = self.folder / "known"
        folder.mkdir()
        for number in range(KNOWN_FILES):
            (folder / f"page-{number:06d}.txt").write_text(f"Notice {number} of the harbour office.\n")
        thresholds = self.folder / "thresholds.yml"
        shipped = (ROOT / "expectations" / "thresholds.yml").read_text()
        thresholds.write_text(
            "\n".join(
                NO_GATE.join(("  ", "")) if "quarantined_share_max" in line else line for line in shipped.splitlines()
            )
        )
        _, report, output = self.ours(
            f"{KNOWN_FILES:,} small files", folder, "--thresholds", str(thresholds), "--no-raw-pages"
        )
        ledger = [str(path) for path in Output(output).files("ledger").values()]
        best = float("inf")
        for _ in range(5):
            start = time.process_time()
            found = ingest.fn(
                [str(folder)], output / "work" / "pages", ledger, Executor(), limits=Limits(20 << 20, 500, 64 << 20)
            )
            best = min(best, time.process_time() - start)
        if found.receipts or found.notes["known"] != KNOWN_FILES:
            raise RuntimeError(f"{found.notes['known']} of {KNOWN_FILES} files were known; {report['counts']}")
        self.figures["skipped_a_second"] = KNOWN_FILES / best

    # ------------------------------------------------------------------ all of it

    def found(self):
        options, corpus = self.options, self.corpus
        own = {name: version(name) for name in OWN_VERSIONS}
        found = {
            "date": f"{datetime.now(UTC):%Y-%m-%d}",
            "machine": {"cpu": cpu_model(), "cores": os.cpu_count(), "python": platform.python_version()},
            "versions": own
            | {
                f"peers' {name}" if own.get(name, number) != number else name: number
                for name, number in self.versions.items()
            },
            "corpus": {
                "pages": corpus.pages,
                "kilobytes_a_page": corpus.html_bytes / corpus.pages / 1000,
                "seed": options.seed,
                "from": f"copies of pages from {', '.join(Path(place).name for place in options.places)}"
                if options.places
                else "invented",
            },
            "rows": self.rows,
            "figures": self.figures,
            "splits": self.splits,
            "notes": self.notes,
        }
        found["goals"] = [
            {"name": goal.name, "value": goal.value, "goal": goal.goal, "is_most": goal.is_most, "is_met": goal.is_met}
            for goal in speed_table.goals(self.rows, self.figures)
        ]
        return found


def cpu_model():
    """The name of the processor."""
    try:
        cpu_info = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or "unknown processor"
    names = [line.partition(":")[2].strip() for line in cpu_info.splitlines() if line.startswith("model name")]
    return names[0] if names else platform.machine()


def peers_of(place, folder):
    """The Python of the peers' environment, which is made if none is named; nothing and the reason where that fails."""
    if place:
        python = Path(place) if Path(place).is_file() else Path(place) / "bin" / "python"
        return (python, None) if python.exists() else (None, f"{place}: holds no bin/python")
    python = folder / "peers" / "bin" / "python"
    print("making an environment for the peers", file=sys.stderr, flush=True)
    for command in (
        [sys.executable, "-m", "venv", str(folder / "peers")],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *PINS],
    ):
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            return None, f"pip could not install them: {done.stderr.strip().splitlines()[-1:]}"
    return python, None


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("places", nargs="*", metavar="PLACE")
    parser.add_argument("--pages", type=int, default=4000)
    parser.add_argument(
        "--peer-pages", type=int, default=250, help="pages for the peers, which are slow (default: 250)"
    )
    parser.add_argument("--peers", help="an environment with datatrove and trafilatura; without one it is made")
    parser.add_argument(
        "--only", default=",".join(PARTS), help=f"parts to run, of {','.join(PARTS)}; start always runs"
    )
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, help="folder for bench.json and bench.svg (default: a new one)")
    options = parser.parse_args()
    only = options.only.split(",")
    if unknown := set(only) - set(PARTS):
        parser.error(f"{', '.join(sorted(unknown))}: the parts are {', '.join(PARTS)}")
    if min(options.pages, options.peer_pages) <= WARM_PAGES:
        parser.error(f"--pages and --peer-pages must be more than {WARM_PAGES}")
    options.places = [str(Path(place).resolve()) for place in options.places]
    folder = Path(tempfile.mkdtemp(prefix="bench-"))
    try:
        reason = None
        if {"html", "text"} & set(only):
            options.peers, reason = peers_of(options.peers, folder)
        bench = Bench(options, folder)
        if reason:
            bench.notes.append(f"datatrove and trafilatura were skipped: {reason}")
        for part in ("start", *(part for part in PARTS[1:] if part in only)):
            try:
                getattr(bench, part)()
            except (RuntimeError, OSError) as error:  # what the other parts measured is still worth having
                bench.notes.append(f"FAILED, {part}: {error}")
        found = bench.found()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    out = options.out or Path(tempfile.mkdtemp(prefix="bench-result-"))
    out.mkdir(parents=True, exist_ok=True)
    (out / "bench.json").write_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    (out / "bench.svg").write_text(speed_table.plot(found))
    print(speed_table.table(found))
    print(f"\n{out}/bench.json and {out}/bench.svg hold this too")
    is_whole = not any(note.startswith("FAILED") for note in found["notes"])
    return int(not is_whole or any(goal["is_met"] is False for goal in found["goals"]))


if __name__ == "__main__":
    sys.exit(main())
