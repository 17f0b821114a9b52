"""A Prefect server on loopback with a database of its own, for tests."""

import os
import shutil
import signal
import subprocess
import sys
import uuid

import httpx

from support import waiting
from support.paths import PAGES, ROOT, THRESHOLDS


def wait_for(what, seconds, check):
    return waiting.wait_for(what, seconds, check, ignored=httpx.HTTPError)


class Server:
    """A Prefect server with a database of its own, which can be stopped and started again."""

    def __init__(self, folder):
        self.port = waiting.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = os.environ | {
            "PREFECT_HOME": str(folder / "prefect"),
            "PREFECT_API_URL": f"{self.url}/api",
            "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
            "DO_NOT_TRACK": "1",
            "PREFECT_LOGGING_TO_API_ENABLED": "true",
            "PREFECT_LOGGING_LEVEL": "INFO",
            "COPYDESK_EXECUTOR": "processes",
            "PREFECT_SERVER_UI_V2_ENABLED": "false",
            "PREFECT_RUNNER_POLL_FREQUENCY": "2",
            "PREFECT_WORKER_QUERY_SECONDS": "2",
        }
        self.api = httpx.Client(base_url=f"{self.url}/api", timeout=20)
        self.processes = []
        self.start()

    def start(self):
        command = [sys.executable, "-m", "prefect", "server", "start", "--port", str(self.port)]
        self.process = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait_for("the server's start", 300, lambda: self.api.get("/health").status_code == 200)

    def stop(self):
        end(self.process)

    def ask(self, method, path, **content):
        """The answer to a request. It is sent again while the server is too busy for it, as SQLite's lock may be."""
        return wait_for(
            f"an answer to {method} {path}",
            120,
            lambda: (
                (answer := self.api.request(method, path, **content)).status_code < httpx.codes.INTERNAL_SERVER_ERROR
                and answer
            ),
        )

    def post(self, path, **content):
        return self.ask("POST", path, json=content)

    def found(self, kind, **filters):
        """The flow runs, task runs, artifacts, logs or deployments that the server has."""
        return self.post(f"/{kind}/filter", **filters).json()

    def close(self):
        """End the server and all that was begun beside it."""
        for process in self.processes:
            end(process)
        self.stop()

    def begin(self, module, *arguments):
        """A command beside the server: `flows` or `prefect`."""
        process = subprocess.Popen(
            [sys.executable, "-m", module, *map(str, arguments)],
            env=self.environment,
            cwd=ROOT,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.processes.append(process)
        return process

    def deployment(self, name):
        return wait_for(
            f"the deployment {name}",
            300,
            lambda: next((one for one in self.found("deployments") if one["name"] == name), None),
        )

    def create(self, name, **parameters):
        """Ask for a run of a served deployment, as the form does."""
        return self.create_run(self.deployment(name), **parameters)

    def create_run(self, deployment, state=None, **parameters):
        """Ask for a run of a deployment with other parameters. Asking again makes no second run."""
        content = {"idempotency_key": str(uuid.uuid4())}
        if parameters:
            content["parameters"] = {"parameters": deployment["parameters"]["parameters"] | parameters}
        if state:
            content["state"] = state
        return self.post(f"/deployments/{deployment['id']}/create_flow_run", **content)

    def register(self, name, folder, pool):
        """Deploy a schedule of one entry to a new work pool of processes; returns the deployments by name.

        All paths of the file are relative, as in the README; neither `deploy` nor the worker runs in its folder.
        """
        shutil.copytree(PAGES / "northquay", folder / "pages")
        shutil.copy(THRESHOLDS, folder / "own.yml")
        (folder / "schedules.toml").write_text(
            f"output = 'out'\n[{name}]\ncron = '0 0 1 1 *'\nsources = ['pages']\n"
            f"parameters = {{ thresholds = 'own.yml' }}\n[maintenance]\ncron = '0 0 1 1 *'\n"
            f"parameters = {{ mirror = 'mirror' }}\n[backfill]\nsources = ['pages/*.txt']\n"
        )
        make = [sys.executable, "-m", "prefect", "work-pool", "create", pool, "--type", "process"]
        deploy = [
            sys.executable,
            "-m",
            "flows",
            "deploy",
            "--pool",
            pool,
            "--schedules",
            str(folder / "schedules.toml"),
        ]
        subprocess.run(make, env=self.environment, check=True, capture_output=True)
        deployed = subprocess.run(deploy, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False)
        assert deployed.returncode == 0, deployed.stderr
        assert f"news/{name}" in deployed.stdout
        return {one["name"]: one for one in self.found("deployments") if one["work_pool_name"] == pool}

    def run(self, run_id):
        return self.ask("GET", f"/flow_runs/{run_id}").json()

    def ended(self, run_id, seconds=400):
        return wait_for(
            "the end of the run",
            seconds,
            lambda: (
                (run := self.run(run_id))["state"]["type"] in ("COMPLETED", "FAILED", "CANCELLED", "CRASHED") and run
            ),
        )


def end(process):
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)
