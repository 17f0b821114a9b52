"""Whole runs of the pipeline over folders of pages, and what became of each page.

    python tests/benchmarks/accuracy_run.py JOBS.json

is the process that `accuracy.py` starts for each set of models; its jobs run one after the other in it, since most of
the time of a small run is its start.
"""

import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path

import pyarrow.dataset as ds
import yaml
from accuracy_pages import page_id_of

import tasks

ROOT = Path(tasks.__file__).parents[1]  # of the code that measures, so that it is the code that runs too
PROCESSES = 2  # a run keeps one core busy
# a corpus that is half of other pages is not a broken source, and a stopped run publishes nothing to measure
_NEVER_STOPS = {step: {"quarantined_share_max": 1.0} for step in ("ingest", "clean", "extract", "load")}
_OPEN = {  # every threshold that a user may choose at its least
    "clean": {"story_probability_min": 0.01, "body_confidence_min": 0.0},
    "extract": {"confidence_min": 0.0},
}
THRESHOLDS = {
    "default": _NEVER_STOPS,
    "open": {step: _NEVER_STOPS[step] | _OPEN.get(step, {}) for step in _NEVER_STOPS},
}
NOWHERE = "nowhere"  # a page that no table of the output accounts for
CHANCES = ("story_probability", "confidence")  # columns that a user can choose a threshold of


@dataclass(frozen=True)
class Job:
    """One run."""

    corpus: str
    style: str
    which: str  # of THRESHOLDS
    models: str | None  # folder; None for the shipped ones
    source: str
    output: str
    thresholds: str


@dataclass(frozen=True)
class Fate:
    """What became of a page: a row of `articles`, or the reason why there is none."""

    reason: str | None  # of quarantine, or the kind of duplicate with `duplicate: ` before it
    text: str = ""
    chances: tuple[float | None, ...] = ()  # by CHANCES; None where the output has no such column

    @property
    def is_published(self):
        """Whether there is a row."""
        return self.reason is None


def use_models(folder):
    """Have this process use the models of a folder in place of the shipped ones.

    Raises:
        FileNotFoundError: a model that ships is not in the folder.
    """
    from tasks.clean.model import block_model, page_model

    for shipped in block_model.FOLDER.glob("model_*.npz"):
        if not (folder / shipped.name).is_file():
            raise FileNotFoundError(f"{folder}: there is no {shipped.name}")
    block_model.FOLDER = folder  # where both modules look
    block_model.load.cache_clear()
    page_model.load.cache_clear()


def write_thresholds(folder):
    """Name -> file of THRESHOLDS, each the shipped file with some numbers changed."""
    from expectations.thresholds import DEFAULT_FILE

    files = {}
    for name, changes in THRESHOLDS.items():
        numbers = yaml.safe_load(DEFAULT_FILE.read_text(encoding="utf-8"))
        for step, own in changes.items():
            numbers[step] |= own
        files[name] = folder / f"{name}.yml"
        files[name].write_text(yaml.safe_dump(numbers), encoding="utf-8")
    return files


def run_all(jobs):
    """Do all jobs, those of one set of models and one style in a process of their own.

    Raises:
        RuntimeError: a run failed; what it printed is in the message.
    """
    groups = {}
    for job in jobs:
        groups.setdefault((job.models, job.style), []).append(job)
    with ThreadPoolExecutor(PROCESSES) as pool:
        list(pool.map(_run_group, groups.values()))


def _run_group(jobs):
    with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
        json.dump([asdict(job) for job in jobs], file)
        file.flush()
        paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(paths),
            "COPYDESK_EXECUTOR": "inline",
            "COPYDESK_WORKERS": "1",
        }
        done = subprocess.run(
            [sys.executable, __file__, file.name], env=environment, stdout=subprocess.PIPE, text=True, check=False
        )
    if done.returncode:
        raise RuntimeError(f"{jobs[0].style} with the models {jobs[0].models or 'shipped'}: {done.stdout[-3000:]}")


def work(jobs):
    """Do jobs of one set of models in this process; the exit code of the first that fails, else 0."""
    from flows.cli.main import main as copydesk

    if jobs[0].models:
        use_models(Path(jobs[0].models))
    for job in jobs:
        clock, said = time.monotonic(), io.StringIO()
        options = {"--output": job.output, "--thresholds": job.thresholds, "--executor": "inline", "--workers": "1"}
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = copydesk(["run", job.source, "--no-raw-pages", *chain.from_iterable(options.items())])
        if code:
            print(said.getvalue())
            return code
        models = Path(job.models).name if job.models else "shipped models"
        seconds = time.monotonic() - clock
        print(f"  {job.corpus}, {job.style}, {models}, {job.which} gates: {seconds:.0f} s", file=sys.stderr, flush=True)
    return 0


def fates(output):
    """Page id -> Fate of every page of a run.

    Raises:
        ValueError: a page has two fates.
    """
    found = {}

    def add(source_uri, fate):
        page_id = page_id_of(source_uri)
        if page_id in found:
            raise ValueError(f"{output}: two rows account for {page_id}")
        found[page_id] = fate

    for row in _rows(output / "articles", "source_uri", "text", *CHANCES):
        add(row["source_uri"], Fate(None, row["text"], tuple(row.get(name) for name in CHANCES)))
    for row in _rows(output / "quarantine", "source_uri", "reason"):
        add(row["source_uri"], Fate(row["reason"]))
    for row in _rows(output / "duplicates", "source_uri", "kind"):
        add(row["source_uri"], Fate(f"duplicate: {row['kind']}"))
    return found


def _rows(folder, *columns):
    if not folder.is_dir():
        return []
    table = ds.dataset(folder, format="parquet")
    return table.to_table(columns=[name for name in columns if name in table.schema.names]).to_pylist()


if __name__ == "__main__":
    sys.exit(work([Job(**job) for job in json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))]))
