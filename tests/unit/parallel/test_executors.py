"""The same batches on every engine: identical datasets, batches of lost workers done again, clear errors."""

import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import pytest
from support.paths import PAGES, PYTHONPATH, ROOT

from flows.cli.main import main
from flows.report import model
from tasks import schema
from tasks.load import worker as work
from tasks.load.dedup import near_duplicates
from tasks.parallel import engines
from tasks.parallel import executor as tasks_executor
from tasks.parallel.executor import open_executor

RUN_ID = "20260101T000000-abcdef"  # the one thing in a dataset that names the run


def dataset(root):
    """Every file that readers see, to the byte."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for table in (*schema.PUBLISHED, "lines", "pages")
        for path in sorted((root / table).rglob("*.parquet"))
    }


@pytest.fixture
def one_run_id(monkeypatch):
    begin = model.RunReport.begin.__func__

    def fixed(cls, *values):
        made = begin(cls, *values)
        made.run_id = RUN_ID
        return made

    monkeypatch.setattr(model.RunReport, "begin", classmethod(fixed))
    monkeypatch.setenv("COPYDESK_BATCH_PAGES", "6")
    for name in ("EXECUTOR", "WORKERS", "ADDRESS"):  # set by the command for its run
        monkeypatch.setenv(f"COPYDESK_{name}", "")


@pytest.fixture(scope="module")
def inline(tmp_path_factory):
    """The dataset that this process makes alone, made when first asked for."""
    root = tmp_path_factory.mktemp("inline") / "out"
    found = {}

    def made():
        if not found:
            assert main(["run", str(PAGES), "--output", str(root), "--executor", "inline"]) == 0
            found.update(dataset(root))
        return found

    return made


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """A Dask scheduler on loopback with two workers, all processes of their own, in another folder than ours."""
    pytest.importorskip("distributed")
    folder = tmp_path_factory.mktemp("dask")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
    port = address.rpartition(":")[2]
    dask = [sys.executable, "-m", "dask"]
    quiet = {
        "cwd": folder,
        "stdout": subprocess.DEVNULL,
        "stderr": (folder / "log").open("w"),
        "env": os.environ | {"COPYDESK_WORKERS": "", "PYTHONPATH": PYTHONPATH},
    }
    started = [subprocess.Popen([*dask, "scheduler", "--host", "127.0.0.1", "--port", port, "--no-dashboard"], **quiet)]
    try:
        worker = [*dask, "worker", address, "--nthreads", "1", "--no-dashboard", "--host", "127.0.0.1"]
        started += [subprocess.Popen(worker, **quiet) for _ in range(2)]
        from distributed import Client

        deadline = time.monotonic() + 60
        while True:
            try:
                with Client(address, timeout=5, set_as_default=False) as client:
                    client.wait_for_workers(2, timeout=60)
                break
            except OSError:
                assert time.monotonic() < deadline, (folder / "log").read_text()
        yield address
    finally:
        for process in reversed(started):
            process.send_signal(signal.SIGTERM)
        for process in started:
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def run(root, *options):
    assert main(["run", str(PAGES), "--output", str(root), *options]) == 0
    return dataset(root)


def test_worker_processes_make_the_same_dataset(one_run_id, inline, tmp_path):
    assert run(tmp_path / "out", "--executor", "processes", "--workers", "2") == inline()


def test_what_looks_at_all_pages_makes_the_same_dataset_in_a_process_of_its_own(
    one_run_id, inline, tmp_path, monkeypatch
):
    expected = inline()
    calls = []
    monkeypatch.setattr(tasks_executor, "_SUBPROCESS_PAGES_MIN", 1)
    monkeypatch.setattr(tasks_executor, "ProcessPoolExecutor", lambda *of: calls.append(of) or ProcessPoolExecutor(*of))
    assert run(tmp_path / "out", "--executor", "processes", "--workers", "1") == expected
    assert len(calls) == 3  # the comparison within sites, load, and what is remembered of sites


def test_signatures_in_a_file_make_the_same_dataset(one_run_id, inline, tmp_path, monkeypatch):
    expected = inline()
    monkeypatch.setattr(work, "SPOOLED_FROM", 1)
    monkeypatch.setattr(near_duplicates, "SPOOLED_FROM", 1)
    assert run(tmp_path / "out", "--executor", "inline") == expected


def refuses(word):
    raise OSError(28, word)


def is_killed():
    os.kill(os.getpid(), signal.SIGKILL)


def test_what_a_call_in_a_subprocess_raises_is_raised_and_what_ends_it_is_reported():
    with open_executor("processes", 1) as executor:
        with pytest.raises(OSError, match="No space left"):
            executor.run_in_subprocess(50_000, refuses, "No space left on device")
        with pytest.raises(engines.WorkerLostError, match=r"SIGKILL.*out of memory"):
            executor.run_in_subprocess(50_000, is_killed)


def is_alive(process):
    """Whether a process is there, and not just waiting for whoever has adopted it."""
    try:
        os.kill(process, 0)
        return "zombie" not in Path(f"/proc/{process}/status").read_text()
    except ProcessLookupError:
        return False
    except FileNotFoundError:  # it has gone meanwhile, or this machine tells nothing of processes
        return not Path("/proc/self").exists()


CALLER = """
import os, sys, time
from pathlib import Path
from tasks.parallel.executor import open_executor


def wait(path):
    Path(path).write_text(str(os.getpid()))
    time.sleep(60)


if __name__ == "__main__":
    with open_executor("processes", 1) as executor:
        executor.run_in_subprocess(50_000, wait, sys.argv[1])
"""


def test_a_call_in_a_subprocess_ends_with_the_run_that_is_killed(tmp_path):
    pid_file = tmp_path / "pid"
    (tmp_path / "caller.py").write_text(CALLER)
    caller = subprocess.Popen(
        [sys.executable, tmp_path / "caller.py", pid_file], env=os.environ | {"PYTHONPATH": str(ROOT)}
    )
    deadline = time.monotonic() + 60
    while not pid_file.exists() or not pid_file.read_text().strip():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process = int(pid_file.read_text())
    assert process != caller.pid
    caller.kill()
    caller.wait(10)
    while is_alive(process):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_a_dask_cluster_makes_the_same_dataset(one_run_id, inline, scheduler, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # the output is a relative path here, and means nothing to the workers
    assert run(Path("out"), "--executor", "dask", "--address", scheduler) == inline()


def test_ray_makes_the_same_dataset(one_run_id, inline, tmp_path):
    pytest.importorskip("ray")
    assert run(tmp_path / "out", "--executor", "ray", "--workers", "2") == inline()


def dies_once(job):
    """Ends its process at the first try."""
    folder, name, is_deadly = job
    with (Path(folder) / name).open("a") as tries:
        tries.write(".")
    if is_deadly and (Path(folder) / name).stat().st_size == 1:
        os.kill(os.getpid(), signal.SIGKILL)
    return name.upper()


def lost_and_found(executor, folder):
    """Four batches, the second of which loses its worker once: the results, and how often each was tried."""
    jobs = [(str(folder), name, name == "b") for name in "abcd"]
    found = list(executor.run_batches("demo", dies_once, jobs, weights=[1] * 4))
    return found, [(folder / name).stat().st_size for name in "abcd"]


def test_a_batch_of_a_lost_dask_worker_is_done_again_once(scheduler, tmp_path):
    with open_executor("dask", 2, scheduler) as executor:
        assert lost_and_found(executor, tmp_path) == (["A", "B", "C", "D"], [1, 2, 1, 1])


def test_a_batch_of_a_lost_ray_worker_is_done_again_once(tmp_path, monkeypatch):
    pytest.importorskip("ray")
    monkeypatch.setenv("PYTHONPATH", PYTHONPATH)  # workers import this module and its helpers
    with open_executor("ray", 2) as executor:
        assert lost_and_found(executor, tmp_path) == (["A", "B", "C", "D"], [1, 2, 1, 1])


def setting(job):
    return os.environ.get("COPYDESK_PAGE_CPU_SECONDS")


def test_the_settings_of_one_run_are_not_those_of_the_next(scheduler, monkeypatch):
    found = []
    for seconds in ("3", ""):
        monkeypatch.setenv("COPYDESK_PAGE_CPU_SECONDS", seconds)
        if not seconds:
            monkeypatch.delenv("COPYDESK_PAGE_CPU_SECONDS")
        with open_executor("dask", 2, scheduler) as executor:
            found += executor.run_batches("demo", setting, [1, 2], weights=[1, 1])
    assert found == ["3", "3", None, None]


def test_a_cluster_without_workers_is_not_waited_for_for_ever(scheduler, monkeypatch):
    monkeypatch.setattr(engines, "_NO_WORKER_SECONDS", 1.0)
    monkeypatch.setattr(engines, "_COUNT_SECONDS", 0.2)
    monkeypatch.setattr(
        engines.Dask,
        "submit",
        lambda self, work, batch: self._client.submit(work, batch, workers=["tcp://127.0.0.1:1"], pure=False),
    )
    with open_executor("dask", 2, scheduler) as executor, pytest.raises(OSError, match="has had no worker"):
        monkeypatch.setattr(executor._engine._count, "_ask", lambda: 0)
        list(executor.run_batches("demo", setting, [1, 2], weights=[1, 1]))


def test_a_worker_with_other_rules_is_refused(scheduler, tmp_path, monkeypatch):
    monkeypatch.setattr(engines, "rules_version", lambda: "0.0.1+00000000")
    with open_executor("dask", 2, scheduler) as executor, pytest.raises(OSError, match="install the same wheel"):
        list(executor.run_batches("demo", dies_once, [(str(tmp_path), "a", False)], weights=[1]))
    assert not list(tmp_path.iterdir())


def test_what_cannot_work_is_said_at_once(capsys, tmp_path, monkeypatch):
    with pytest.raises(ValueError, match="choose one of inline, processes, dask, ray"), open_executor("spark", 1):
        pass
    assert main(["run", str(PAGES), "--output", str(tmp_path), "--address", "tcp://127.0.0.1:1"]) == 2
    assert "--address requires --executor dask or ray" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ValueError, match=r"pip install 'copydesk\[ray\]'"), open_executor("ray", 1):
        pass


def test_an_address_where_nobody_answers_is_named(monkeypatch):
    pytest.importorskip("distributed")
    monkeypatch.setattr(engines, "_CONNECT_SECONDS", 2)
    with pytest.raises(OSError, match="no Dask scheduler responds"), open_executor("dask", 1, "tcp://127.0.0.1:9"):
        pass
