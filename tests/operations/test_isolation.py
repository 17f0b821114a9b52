"""A page that crashes, hangs or fills its process is found and quarantined; the others of its batch go through."""

import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from support.datasets import count, query
from support.paths import PAGES, ROOT

from flows.cli.main import main
from tasks.parallel.executor import Executor, open_executor

pytestmark = pytest.mark.slow
HOOK = """
import importlib.machinery, os, sys

class Hook:
    @staticmethod
    def find_spec(name, path, target=None):
        if name != "tasks.clean.parse.html":
            return None
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        execute = spec.loader.exec_module
        def patched(module):
            execute(module)
            plain = module.add_html_page
            def deadly(blocks, page, raw, *more):
                if b"KILL-THE-PARSER" in raw:
                    os.kill(os.getpid(), 11)
                return plain(blocks, page, raw, *more)
            module.add_html_page = deadly
        spec.loader.exec_module = patched
        return spec

sys.meta_path.insert(0, Hook)
"""


@dataclass(frozen=True)
class Job:
    """Numbers, some of which do harm."""

    numbers: tuple[int, ...]
    flawed: dict = field(default_factory=dict)

    def pieces(self):
        return [str(number) for number in self.numbers]

    def only(self, pieces, _folder):
        return replace(self, numbers=tuple(map(int, pieces)))

    def without(self, culprits):
        return replace(self, numbers=tuple(n for n in self.numbers if str(n) not in culprits), flawed=dict(culprits))


def work(job):
    if 13 in job.numbers:
        os.kill(os.getpid(), 11)
    if 19 in job.numbers:
        while True:
            pass
    if 23 in job.numbers:
        raise RecursionError("too deep")
    if 29 in job.numbers:
        return len(bytearray(8 << 30))
    return sum(job.numbers), {name: how for name, (how, _) in job.flawed.items()}


def test_the_pages_at_fault_are_found_and_the_rest_is_done(monkeypatch):
    monkeypatch.setenv("COPYDESK_PAGE_CPU_SECONDS", "1")
    batches = [Job((1, 2, 3)), Job((4, 13, 5)), Job((7, 19)), Job((8, 23, 9)), Job((29,))]
    with open_executor("processes", 2) as executor:
        found = list(executor.run_batches("demo", work, batches, weights=[1] * 5))
    assert found == [(6, {}), (9, {"13": "crash"}), (7, {"19": "timeout"}), (17, {"23": "crash"}), (0, {"29": "crash"})]


def test_without_processes_exceptions_are_found_too():
    assert list(Executor().run_batches("demo", work, [Job((8, 23, 9))], weights=[1])) == [(17, {"23": "crash"})]


def failing(job):
    raise OSError(28, "No space left on device")


def test_a_full_disk_is_no_page_at_fault():
    with open_executor("processes", 1) as executor, pytest.raises(OSError, match="No space"):
        list(executor.run_batches("demo", failing, [Job((1, 2))], weights=[1]))


def test_a_page_whose_parser_dies_is_a_row_of_quarantine(prefect_server, tmp_path, monkeypatch):
    """The real pipeline in real workers, with a parser that crashes on one page (by a hook for these workers only)."""
    pages = tmp_path / "pages"
    shutil.copytree(PAGES / "copperline", pages)
    killer = (pages / "food-bank.html").read_text().replace("</article>", "<p>KILL-THE-PARSER</p></article>")
    (pages / "killer.html").write_text(killer + "KILL-THE-PARSER")
    hook = tmp_path / "hook"
    hook.mkdir()
    (hook / "sitecustomize.py").write_text(HOOK)
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(hook), str(ROOT)]))
    monkeypatch.setenv("COPYDESK_EXECUTOR", "processes")
    start = time.monotonic()
    assert main(["run", str(pages), "--output", str(tmp_path / "out")]) == 0
    rows = query(tmp_path / "out", "quarantine", "source_uri, reason, detail")
    assert ("killer.html", "clean.parser_crash") in [(Path(row[0]).name, row[1]) for row in rows]
    assert any("SIGSEGV" in detail for _, _, detail in rows)
    assert count(tmp_path / "out", "articles") == 3
    assert time.monotonic() - start < 120


STARTER = """
import os, sys, time
from tasks.parallel.executor import open_executor
from tests_sleep import nap

if __name__ == "__main__":
    with open_executor("processes", 2) as executor:
        list(executor.run_batches("demo", nap, [1, 2], weights=[1, 1]))
"""
NAP = """
import os, time
from pathlib import Path

def nap(number):
    Path(os.environ["PIDS"], str(os.getpid())).touch()
    time.sleep(600)
"""


def test_workers_end_with_a_parent_that_was_killed(tmp_path):
    (tmp_path / "tests_sleep.py").write_text(NAP)
    (tmp_path / "starter.py").write_text(STARTER)
    pids = tmp_path / "pids"
    pids.mkdir()
    environment = os.environ | {"PIDS": str(pids), "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])}
    parent = subprocess.Popen([sys.executable, str(tmp_path / "starter.py")], env=environment)
    deadline = time.monotonic() + 60
    while len(list(pids.iterdir())) < 2 and time.monotonic() < deadline:
        time.sleep(0.1)
    workers = [int(path.name) for path in pids.iterdir()]
    assert len(workers) == 2
    parent.kill()
    parent.wait(10)
    deadline = time.monotonic() + 15
    while any(Path(f"/proc/{pid}").exists() for pid in workers) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]
