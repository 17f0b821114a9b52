"""A disk that fills up or turns read-only during a run: the old dataset stays whole, the message says what to do."""

import os
import shutil
import subprocess
import sys
import time

import pytest
from support.browsing import make_dataset
from support.datasets import values
from support.paths import PAGES, ROOT

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="only root may mount"),
]


def mount(folder, options):
    return (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, check=False
        ).returncode
        == 0
    )


@pytest.fixture
def disk(tmp_path):
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    if not mount(folder, "size=40m"):
        pytest.skip("mounting is not allowed here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=False)


def start(source, output):
    return subprocess.Popen(
        [sys.executable, "-m", "flows", "run", str(source), "--output", str(output)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"COPYDESK_WORKERS": "1"},
    )


def articles(output):
    return values(output, "articles", "doc_id")


def test_a_full_disk(disk):
    process = start(PAGES / "cometfeed", disk / "out")
    assert process.wait(300) == 0
    before = articles(disk / "out")
    filler = disk / "filler"
    free = shutil.disk_usage(disk).free
    filler.write_bytes(b"x" * (free - 60_000))
    process = start(PAGES, disk / "out")
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 1
    assert "no space left on its disk" in errors
    assert articles(disk / "out") == before
    filler.unlink()
    assert start(PAGES, disk / "out").wait(300) == 0
    assert len(articles(disk / "out")) == 33


@pytest.mark.parametrize("name", ["a.jsonl", "a.csv", "a.sqlite", "a.duckdb", "notes"])
def test_an_export_to_a_full_disk_leaves_nothing_there(disk, tmp_path, name):
    dataset, target = make_dataset(tmp_path / "out"), disk / name
    (disk / "filler").write_bytes(b"x" * (shutil.disk_usage(disk).free - 8_000))
    options = ["--format", "markdown"] if name == "notes" else []
    done = subprocess.run(
        [sys.executable, "-m", "flows", "export", str(target), "--output", str(dataset), *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr == f"copydesk: {target}: cannot be written (No space left on device)\n"
    assert [path.name for path in disk.iterdir()] == ["filler"]


@pytest.mark.skipif(not shutil.which("setpriv"), reason="needs setpriv of util-linux")
def test_an_output_that_turns_read_only(tmp_path):
    out = tmp_path / "out"
    # root that may not pass over permissions
    plain = ["setpriv", "--bounding-set=-dac_override,-dac_read_search"]

    def begin(source):
        return subprocess.Popen(
            [*plain, sys.executable, "-m", "flows", "run", str(source), "--output", str(out)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=os.environ | {"COPYDESK_WORKERS": "1"},
        )

    process = begin(PAGES / "cometfeed")
    _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    before = articles(out)
    process = begin(PAGES)
    deadline = time.monotonic() + 200
    while not list((out / "work").glob("run/clean/*")) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.002)
    folders = [out, *(path for path in out.rglob("*") if path.is_dir() and not path.is_symlink())]
    for folder in folders:
        folder.chmod(0o555)
    _, errors = process.communicate(timeout=300)
    for folder in folders:
        if folder.exists():
            folder.chmod(0o755)
    assert process.returncode == 1
    assert "ermission denied" in errors
    assert "Traceback" not in errors
    assert articles(out) == before
    assert begin(PAGES).wait(300) == 0
    assert len(articles(out)) == 33
