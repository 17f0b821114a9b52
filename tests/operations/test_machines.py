"""Several machines in network namespaces: a machine vanishes during a run without closing its connections."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("ip") or os.geteuid() != 0, reason="network namespaces want root and `ip`"),
]

NETWORK = f"10.213.{os.getpid() % 250}"  # some private network, another for each test run
TAG = f"cd{os.getpid() % 100_000}"
DRIVER = """
import socket, sys, time
from pathlib import Path

from tasks.parallel.executor import open_executor


def here():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as somewhere:
        somewhere.connect(("NETWORK.1", 9))
        return somewhere.getsockname()[0]


def work(job):
    # No batch ends before the machine that will vanish has one, and that one does not end before it has vanished,
    # however late a machine joins.
    folder, number = Path(job[0]), job[1]
    machine = here()
    with (folder / f"{number}.tries").open("a") as tries:
        tries.write(machine + "\\n")
    if machine == "NETWORK.2":
        (folder / "begun").touch()
    awaited = folder / ("cut" if machine == "NETWORK.2" else "begun")
    deadline = time.monotonic() + 90
    while not awaited.exists() and time.monotonic() < deadline:
        time.sleep(0.1)
    return number


if __name__ == "__main__":
    kind, address, folder = sys.argv[1:]
    with open_executor(kind, 2, address) as executor:
        print(sum(executor.run_batches("demo", work, [(folder, number) for number in range(8)], weights=[1] * 8)))
""".replace("NETWORK", NETWORK)


def ip(*words):
    return subprocess.run(["ip", *words], check=True, capture_output=True, text=True)


def network(undo):
    """Make the bridge and what hangs on it."""
    ip("link", "add", TAG, "type", "bridge")
    undo.callback(ip, "link", "del", TAG)
    ip("addr", "add", f"{NETWORK}.1/24", "dev", TAG)
    ip("link", "set", TAG, "up")
    for number in (2, 3):
        name = f"{TAG}n{number}"
        ip("netns", "add", name)
        undo.callback(ip, "netns", "del", name)
        ip("link", "add", f"{TAG}v{number}", "type", "veth", "peer", "name", "eth0", "netns", name)
        undo.callback(ip, "link", "del", f"{TAG}v{number}")
        ip("link", "set", f"{TAG}v{number}", "master", TAG, "up")
        ip("-n", name, "addr", "add", f"{NETWORK}.{number}/24", "dev", "eth0")
        ip("-n", name, "link", "set", "eth0", "up")
        ip("-n", name, "link", "set", "lo", "up")


@pytest.fixture
def machines():
    """A function that makes a command run on machine 2 or 3 of a network behind a bridge; this machine is .1."""
    with ExitStack() as undo:
        try:
            network(undo)
        except subprocess.CalledProcessError as error:
            pytest.skip(f"no network of its own can be made here: {error.stderr}")

        def on(number, *command):
            return ["ip", "netns", "exec", f"{TAG}n{number}", *command]

        with socket.create_server((f"{NETWORK}.1", 0)) as server:
            address = server.getsockname()
            knock = on(2, sys.executable, "-c", f"import socket; socket.create_connection({address}, 5)")
            if subprocess.run(knock, check=False, capture_output=True).returncode:
                pytest.skip("this machine lets nothing through between networks of its own")
        yield on


@pytest.fixture
def started(tmp_path):
    """Starts programs, and ends them."""
    processes = []

    def start(*command, **more):
        log = (tmp_path / f"{len(processes)}.log").open("w")
        environment = os.environ | {"RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0", "COPYDESK_WORKERS": ""}
        processes.append(
            subprocess.Popen(
                command, cwd=tmp_path, env=environment, start_new_session=True, **{"stdout": log, "stderr": log} | more
            )
        )
        return processes[-1]

    yield start
    for process in processes:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
        process.wait(20)


def answers(port):
    """Wait until somebody listens at a port of this machine."""
    deadline = time.monotonic() + 60
    while True:
        try:
            socket.create_connection((f"{NETWORK}.1", port), 2).close()
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.2)
        else:
            return


def dask(machines, started):
    """A scheduler here and a worker on each of the others; its address."""
    python = [sys.executable, "-m", "dask"]
    started(*python, "scheduler", "--host", f"{NETWORK}.1", "--port", "8786", "--no-dashboard")
    answers(8786)
    for number in (2, 3):
        started(*machines(number, *python, "worker", f"tcp://{NETWORK}.1:8786", "--nthreads", "1", "--no-dashboard"))
    return f"tcp://{NETWORK}.1:8786"


def ray(machines, started):
    """A head without work here and a node on each of the others; its address."""
    pytest.importorskip("ray")
    command = [sys.executable, "-m", "ray.scripts.scripts", "start", "--block"]
    head = f"--head --node-ip-address {NETWORK}.1 --port 6398 --num-cpus 0 --include-dashboard false"
    started(*command, *head.split(), "--temp-dir", f"/tmp/{TAG}h")  # Ray's sockets need a short path
    answers(6398)
    for number in (2, 3):
        node = f"--address {NETWORK}.1:6398 --node-ip-address {NETWORK}.{number} --num-cpus 1"
        node = [*command, *node.split(), "--temp-dir", f"/tmp/{TAG}{number}"]
        started(*machines(number, *node))
    return f"{NETWORK}.1:6398"


@pytest.mark.parametrize(("cluster", "seconds"), [(dask, 120), (ray, 240)])
def test_the_batches_of_a_machine_that_vanishes_are_done_by_another(machines, started, tmp_path, cluster, seconds):
    (tmp_path / "driver.py").write_text(DRIVER)
    tries = tmp_path / "tries"
    tries.mkdir()
    try:
        address = cluster(machines, started)
        driver = started(
            sys.executable, "driver.py", cluster.__name__, address, str(tries), stdout=subprocess.PIPE, text=True
        )
        deadline = time.monotonic() + 90
        while len(list(tries.iterdir())) < 3:
            assert time.monotonic() < deadline
            assert driver.poll() is None
            time.sleep(0.1)
        ip("link", "set", f"{TAG}v2", "down")
        assert driver.communicate(timeout=seconds)[0].strip().endswith(str(sum(range(8))))
        tried = [path.read_text().split() for path in tries.glob("*.tries")]
        cut_off = [where for where in tried if f"{NETWORK}.2" in where]
        assert cut_off
        assert all(f"{NETWORK}.3" in where for where in cut_off)
    finally:
        for folder in Path("/tmp").glob(f"{TAG}*"):
            shutil.rmtree(folder, ignore_errors=True)
