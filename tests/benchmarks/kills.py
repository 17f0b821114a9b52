"""Kills runs at random moments, starts them again, and compares the dataset with that of an undisturbed run.

    python tests/benchmarks/kills.py [--kills 200] [--workers 2] [--seed 1] [--sources FOLDER]

Each episode has an output of its own: a few runs are killed with SIGKILL at moments drawn over the length of a whole
run (a third of them at the instant a named step appears on disk), then one run ends undisturbed. After every kill the
tables that readers see must be those of no run or of a whole one; at the end all rows equal those of the undisturbed
run, no stray file is left, and nobody holds the lock. A Prefect server on loopback is started and stopped here.
"""

import argparse
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow.parquet as pq

from tasks import schema
from tasks.load.output import Output

ROOT = Path(__file__).parent.parent.parent
KILLS_AN_EPISODE = 4
MOMENTS = """work/run/pages work/run/gates work/run/clean work/run/extract work/run/staged work/run/sites lines pages
.published/.0 report""".split()
# of the tables whose rows carry the run that wrote them
_OWN = ["run_id", "started_at"]


def rows(output):
    """The rows of every published table but for what names the run, as sorted text."""
    found = {}
    for table in schema.PUBLISHED:
        parts = [row for path in output.files(table).values() for row in pq.ParquetFile(path).read().to_pylist()]
        found[table] = sorted(repr({name: value for name, value in row.items() if name not in _OWN}) for row in parts)
    return found


def start(sources, root, api):
    environment = os.environ | {"PREFECT_API_URL": api, "COPYDESK_WORKERS": "1"}
    command = [sys.executable, "-m", "flows", "run", str(sources), "--output", str(root)]
    return subprocess.Popen(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def wait_for(process, root, moment, seconds):
    """Until a place appears under the output, the seconds are over, or the run has ended."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        if moment:
            parent, name = (root / moment).parent, Path(moment).name
            if parent.is_dir() and any(path.name.startswith(name) for path in parent.iterdir()):
                return
        time.sleep(0.003)


def episode(number, sources, folder, api, seconds, want, seed):
    """One output: kills, then a whole run. Returns what went wrong, and how many runs were killed alive."""
    draw = random.Random(f"{seed} {number}")
    root = folder / f"out{number}"
    output, wrong, killed = Output(root), [], 0
    for _ in range(KILLS_AN_EPISODE):
        moment = draw.choice(MOMENTS) if draw.random() < 1 / 3 else None
        process = start(sources, root, api)
        wait_for(process, root, moment, 3 * seconds if moment else draw.uniform(0.1, 1.05) * seconds)
        killed += process.poll() is None
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        if output.exists() and rows(output) != want:
            wrong.append(f"episode {number}: readers saw another dataset after a kill at {moment or 'a random moment'}")
    process = start(sources, root, api)
    if process.wait(600) != 0:
        wrong.append(f"episode {number}: the last run ended with {process.returncode}")
    elif rows(output) != want:
        wrong.append(f"episode {number}: the dataset differs from that of an undisturbed run")
    stray = [path for path in root.rglob("*") if path.name.endswith(".tmp")] + [
        path for path in root.rglob("*.parquet") if not path.is_symlink() and path.stat().st_size == 0
    ]
    if stray:
        wrong.append(f"episode {number}: stray files {stray[:3]}")
    shutil.rmtree(root, ignore_errors=True)
    return wrong, killed


def serve(folder):
    """A Prefect server on a free port of loopback; its process and address."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = os.environ | {"PREFECT_HOME": str(folder / "prefect"), "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(240):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=2)
        except OSError:
            time.sleep(0.5)
        else:
            return process, f"http://127.0.0.1:{port}/api"
    process.kill()
    raise SystemExit("the Prefect server did not start")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sources", type=Path, default=ROOT / "tests" / "pages")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kills-"))
    server, api = serve(folder)
    try:
        started = time.monotonic()
        if start(options.sources, folder / "whole", api).wait(600) != 0:
            raise SystemExit("the undisturbed run failed")
        seconds = time.monotonic() - started
        want = rows(Output(folder / "whole"))
        episodes = range((options.kills + KILLS_AN_EPISODE - 1) // KILLS_AN_EPISODE)
        killed, wrong = 0, []
        with ThreadPoolExecutor(options.workers) as pool:
            for found, count in pool.map(
                lambda n: episode(n, options.sources, folder, api, seconds, want, options.seed), episodes
            ):
                killed += count
                wrong += found
                print(f"{killed} kills, {len(wrong)} wrong", *found, flush=True)
    finally:
        server.terminate()
        server.wait(30)
        shutil.rmtree(folder, ignore_errors=True)
    print(
        "\n".join(wrong)
        or f"{killed} runs killed in {len(episodes)} outputs; every dataset equals that of an undisturbed run"
    )
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
