"""Feeds damaged and hostile pages and files to the pipeline, from the readers to extract, and looks for what breaks.

    python tests/benchmarks/fuzz.py [--inputs 100000] [--minutes N] [--seed 1] [--workers 2]
        [--only FORMAT] [--findings FOLDER]
    python tests/benchmarks/fuzz.py --again NUMBER [--seed 1] [--only FORMAT]
    python tests/benchmarks/fuzz.py --atheris [--inputs 100000]      (after: pip install atheris)

Inputs are the sample pages and every kind of file made of them (gz, zip, WARC, Parquet, feeds ...), with bits turned,
parts cut, doubled and exchanged, and with text planted that parsers and patterns choke on; each is made again from
its number. They go in batches through readers, clean, extract and what the gates look at, in processes that the
kernel ends when they take more CPU time or memory than a worker of a run may. Then every page must be accounted for:
once in each table, its lines complete. What dies, raises, loses a page or takes more than 5 s, and more than half a
second for each of its pages and a second for each MB of them, is a finding; its input and a note are kept under
--findings by its number. `--again` runs one input alone and shows what it does; `--atheris` drives the same line by
coverage.
"""

import argparse
import multiprocessing
import random
import signal
import sys
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from fuzz_inputs import FORMATS, Input, make
from fuzz_pages import seeds

HANG_SECONDS = 5.0  # of CPU for one input: half of what a page may take
PAGE_SECONDS = 0.5  # for each page of an input of more than ten; a file of 4,000 takes its time
MB_SECONDS = 1.0  # for each MB of pages beyond the fifth, as unpacked: the work grows with the text, and no faster
AGAIN = 2  # more runs of an input that was slow, of which the fastest counts
SLOW_SECONDS = HANG_SECONDS  # a batch that takes longer is run again input by input
NOTED_INPUTS = 1000  # progress in a file of messages
KINDS = ("crash", "exception", "hang", "identity")


@dataclass
class Totals:
    """What was found so far."""

    inputs: int = 0
    pages: int = 0
    kinds: Counter = field(default_factory=Counter)
    slowest: tuple[float, int] = (0.0, -1)  # seconds, number
    peak: int = 0  # MB


class Worker:
    """A process that runs batches, and starts anew when it died."""

    def __init__(self, options):
        self.options = options
        self.process = None
        self.count = 0

    def start(self):
        from fuzz_pipeline import serve

        context = multiprocessing.get_context("spawn")
        self.pipe, there = context.Pipe()
        self.process = context.Process(target=serve, args=(there, self.options.seed, self.options.only), daemon=True)
        self.process.start()
        there.close()

    def run(self, numbers):
        """Pages, their bytes, CPU seconds, peak MB, the kind of what went wrong, and a note."""
        if self.process is None:
            self.start()
        started, self.count = time.monotonic(), self.count + 1
        try:
            self.pipe.send((numbers, self.count))
            return self.pipe.recv()
        except (EOFError, OSError):
            self.process.join()
            code, self.process = self.process.exitcode, None
            if code == -signal.SIGXCPU:
                return 0, 0, time.monotonic() - started, 0, "hang", "more CPU time than a page may take"
            return 0, 0, 0.0, 0, "crash", f"the process died with {code}"

    def stop(self):
        if self.process is not None:
            self.pipe.send(None)
            self.process.join(10)


def is_hang(pages, size, seconds):
    """Whether an input took more CPU than its pages and their bytes may."""
    return seconds > max(HANG_SECONDS, PAGE_SECONDS * pages, MB_SECONDS * size / 1e6)


def work(options, batches, totals, lock):
    """Take batches until there are none; one that fails or is slow is run again input by input."""
    worker = Worker(options)
    while True:
        with lock:
            numbers = next(batches, None)
        if numbers is None:
            return worker.stop()
        pages, _, seconds, peak, kind, note = worker.run(numbers)
        culprits = []
        if kind or seconds > SLOW_SECONDS:
            for number in numbers:
                own_pages, size, own_seconds, own_peak, own_kind, own_note = worker.run([number])
                peak = max(peak, own_peak)
                for _ in range(AGAIN):  # a busy machine makes a run slow, but not every one
                    if own_kind or not is_hang(own_pages, size, own_seconds):
                        break
                    own_seconds = min(own_seconds, worker.run([number])[2])
                if own_kind or is_hang(own_pages, size, own_seconds):
                    what = own_note or f"{own_seconds:.1f} s of CPU for {own_pages} pages of {size / 1e6:.1f} MB"
                    culprits.append((number, own_kind or "hang", what))
                with lock:
                    totals.slowest = max(totals.slowest, (own_seconds, number))
            if kind and not culprits:  # only together
                culprits = [(numbers[0], kind, f"only with all of {numbers[0]} to {numbers[-1]}: {note}")]
        with lock:
            totals.inputs, totals.pages, totals.peak = (
                totals.inputs + len(numbers),
                totals.pages + pages,
                max(totals.peak, peak),
            )
            for number, which, what in culprits:
                totals.kinds[which] += 1
                keep(options, make(options.seed, number, options.only), which, what)


def keep(options, one, kind, note):
    """Save an input and what it did."""
    last = note.strip().splitlines()[-1] if note.strip() else ""
    print(f"{kind}: input {one.number} ({one.format}, {len(one.raw):,} bytes): {last[:200]}", flush=True)
    if options.findings:
        options.findings.mkdir(parents=True, exist_ok=True)
        (options.findings / f"{options.seed}-{one.name}").write_bytes(one.raw)
        (options.findings / f"{options.seed}-{one.number}.note").write_text(f"{kind} {one.format}\n{note}\n", "utf-8")


def cut(options):
    """Batches of 20 to 50 numbers, the same for the same seed."""
    draw, at, end = random.Random(options.seed), options.first, options.first + options.inputs
    until = time.monotonic() + 60 * options.minutes
    while at < end and time.monotonic() < until:
        size = draw.randint(20, 50)
        yield list(range(at, min(at + size, end)))
        at += size


def again(options):
    """One input alone, in this process."""
    from fuzz_pipeline import run

    one = make(options.seed, options.again, options.only)
    started = time.process_time()
    try:
        print(one.format, f"{len(one.raw):,} bytes,", run([one], is_whole=True)[0], "pages")
    finally:
        print(f"{time.process_time() - started:.2f} s of CPU")


def by_coverage(options):
    """The same line under atheris: the first byte of an input chooses the kind of file."""
    try:
        import atheris
    except ImportError:
        raise SystemExit("--atheris needs atheris: pip install atheris") from None
    with atheris.instrument_imports(include=["tasks"]):
        from fuzz_pipeline import run
    import tempfile

    kinds = [options.only] if options.only else list(FORMATS)

    def one(data):
        if len(data) > 1:
            kind = kinds[data[0] % len(kinds)]
            ending = {"page": "html", "gz": "html.gz", "bz2": "html.bz2", "xz": "html.xz", "zst": "html.zst"}.get(
                kind, kind
            )
            run(
                [
                    Input(
                        0,
                        kind,
                        f"0.{'html' if kind == 'page' and data[0] < 128 else 'txt' if kind == 'page' else ending}",
                        data[1:],
                    )
                ]
            )

    with tempfile.TemporaryDirectory(prefix="fuzz-corpus-") as folder:
        for number in range(600):
            made = make(options.seed, number, options.only)
            if len(made.raw) < 60_000:
                (Path(folder) / str(number)).write_bytes(bytes([kinds.index(made.format)]) + made.raw)
        for number, raw in enumerate(seeds()):
            (Path(folder) / f"seed{number}").write_bytes(b"\x00" + raw)
        arguments = [
            sys.argv[0],
            folder,
            f"-atheris_runs={options.inputs}",
            f"-runs={options.inputs}",
            "-max_len=100000",
            f"-timeout={int(2 * HANG_SECONDS)}",
            "-rss_limit_mb=3072",
            f"-seed={options.seed}",
        ]
        if options.findings:
            options.findings.mkdir(parents=True, exist_ok=True)
            arguments.append(f"-artifact_prefix={options.findings}/")
        atheris.Setup(arguments, one)
        atheris.Fuzz()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--inputs", type=int, default=100_000)
    parser.add_argument("--first", type=int, default=0, help="number of the first input")
    parser.add_argument("--minutes", type=float, default=1e6, help="end after this time, however many inputs are left")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", choices=(*FORMATS,), metavar="FORMAT", help=", ".join(FORMATS))
    parser.add_argument("--findings", type=Path)
    parser.add_argument("--again", type=int, metavar="NUMBER")
    parser.add_argument("--atheris", action="store_true")
    options = parser.parse_args()
    if options.again is not None:
        return again(options)
    if options.atheris:
        return by_coverage(options)
    totals, lock, batches, started = Totals(), threading.Lock(), cut(options), time.monotonic()
    threads = [threading.Thread(target=work, args=(options, batches, totals, lock)) for _ in range(options.workers)]
    for thread in threads:
        thread.start()
    noted = 0
    while any(thread.is_alive() for thread in threads):
        threads[0].join(1)
        time.sleep(1)
        so_far = f"{totals.inputs:,} inputs, {sum(totals.kinds.values())} findings"
        if sys.stderr.isatty():
            print(f"\r{so_far}", end="", file=sys.stderr)
        elif totals.inputs >= noted + NOTED_INPUTS:
            noted = totals.inputs
            print(so_far, file=sys.stderr, flush=True)
    seconds, number = totals.slowest
    lines = [("inputs", f"{totals.inputs:,}"), ("pages that came out", f"{totals.pages:,}")]
    lines += [
        (
            {"crash": "crashes", "exception": "exceptions", "hang": "hangs", "identity": "broken identities"}[kind],
            totals.kinds[kind],
        )
        for kind in KINDS
    ]
    slowest = f"{1000 * seconds:,.0f} (input {number})" if number >= 0 else f"under {1000 * SLOW_SECONDS:,.0f}"
    lines += [
        ("slowest page in ms", slowest),
        ("peak memory in MB", f"{totals.peak:,}"),
        ("minutes", f"{(time.monotonic() - started) / 60:.1f}"),
    ]
    print("\n".join(f"{name:<22}{value:>24}" for name, value in lines))
    return bool(sum(totals.kinds.values()))


if __name__ == "__main__":
    sys.exit(main())
