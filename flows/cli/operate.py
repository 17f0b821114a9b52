"""The commands that keep running or look after the machine: `browse`, `serve`, `deploy` and `doctor`."""

import argparse
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from tasks.errors import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED, CopydeskError, UsageError, first_problem
from tasks.storage.addresses import shown

if TYPE_CHECKING:
    from flows.operate.schedules import Schedules


def serve_schedules(options: argparse.Namespace) -> int:
    """Serve what is scheduled until interrupted."""
    from flows.settings import quiet_environment

    quiet_environment()
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "INFO")
    from flows.operate.schedules import RunSchedule, Schedules, check_cron, read_schedules
    from tasks.ingest.sources import check_all_sources

    with _value_errors_as_usage():
        if options.sources:
            check_all_sources(options.sources)
            try:
                check_cron(options.cron)
            except ValueError as error:
                raise UsageError(f"--cron {error}") from error
            nightly = RunSchedule(cron=options.cron, sources=options.sources)
            schedules = Schedules(timezone=options.timezone, output=options.output, nightly=nightly)
            schedules = schedules.with_absolute_paths(Path.cwd())
        else:
            schedules = read_schedules(options.schedules)
        from flows.operate.deployments import create_outputs, deployments_of

        create_outputs(schedules)
        for source in schedules.missing_sources():
            print(f"note: {shown(source)} does not exist yet; runs fail until it does", file=sys.stderr)
        deployments_of(schedules)  # a wrong parameter is reported before a server starts
        _serve(schedules)
    return EXIT_DONE


def _serve(schedules: "Schedules") -> None:
    """Serve at the server that is named, or at a temporary one."""
    from flows.operate.deployments import prepare_serving
    from flows.operate.prefect_settings import api_url, check_server
    from flows.operate.server import keep_loopback_direct, temporary_server
    from flows.operate.serving import NOBODY_WATCHES, serve_until_stopped

    keep_loopback_direct()
    server = None
    if api_url():
        check_server()
    else:
        print(NOBODY_WATCHES, file=sys.stderr, flush=True)
        server = temporary_server(has_schedules=True)
        server.wait()
    serve_until_stopped(prepare_serving(schedules), server)


def deploy_schedules(options: argparse.Namespace) -> int:
    """Register what is scheduled with a work pool."""
    from flows.settings import quiet_environment

    quiet_environment()
    from flows.operate.prefect_settings import api_url, check_server
    from flows.operate.schedules import read_schedules
    from flows.operate.server import keep_loopback_direct

    keep_loopback_direct()
    if not api_url():
        raise UsageError(
            "PREFECT_API_URL is not set: set it to the server the workers poll, e.g. http://127.0.0.1:4200/api"
        )
    check_server()
    with _value_errors_as_usage():
        schedules = read_schedules(options.schedules)
        from flows.operate.deployments import create_outputs, deploy

        missing = create_outputs(schedules)
        names = deploy(schedules, options.pool)
    print("registered: " + ", ".join(names))
    for root in missing:
        print(f"note: {root} cannot be created on this machine; create it where the workers see it")
    for source in schedules.missing_sources():
        print(f"note: {shown(source)} does not exist on this machine; it must exist where the workers are")
    print(f"on each worker machine, run: prefect worker start --pool {options.pool}")
    return EXIT_DONE


def check_installation(options: argparse.Namespace) -> int:
    """Check everything that could be wrong, and print what to do about it."""
    from flows.settings import quiet_environment

    quiet_environment()
    from flows.operate.doctor import FAIL, examine, show

    findings = examine(options.output, options.schedules)
    if not options.json:
        return EXIT_FAILED if show(findings) else EXIT_DONE
    from dataclasses import asdict

    from flows.cli.console import print_json

    rows = [asdict(finding) for finding in findings]
    print_json(rows)
    return EXIT_FAILED if any(row["state"] == FAIL for row in rows) else EXIT_DONE


def browse_dataset(options: argparse.Namespace) -> int:
    """Show a dataset in the browser until interrupted."""
    from flows.browse.server import serve_dataset

    try:
        serve_dataset(options.output, options.port)
    except KeyboardInterrupt:  # how it is meant to end
        print("stopped", file=sys.stderr)
        return EXIT_INTERRUPTED
    return EXIT_DONE


def print_completion(options: argparse.Namespace) -> int:
    """Print the code that connects a shell with `argcomplete`."""
    from argcomplete.shell_integration import shellcode

    print(shellcode(["copydesk"], shell=options.shell))
    return EXIT_DONE


@contextmanager
def _value_errors_as_usage() -> Iterator[None]:
    """Turn the ValueErrors of schedules and their parameters, pydantic's included, into usage errors of one line."""
    try:
        yield
    except CopydeskError:
        raise
    except ValueError as error:
        from pydantic import ValidationError

        from flows.operate.schedules import Schedules

        raise UsageError(
            first_problem(error, Schedules) if isinstance(error, ValidationError) else str(error)
        ) from error
