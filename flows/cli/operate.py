"""What the commands for operators do: serve, deploy, doctor. Heavy packages are imported inside the command that needs them."""

import argparse
import os

from flows.cli.commands import DONE, FAILED, check_web_and_files, complain


def serve(options: argparse.Namespace) -> int:
    """Serve what is scheduled until interrupted."""
    from flows.settings import quiet_environment

    quiet_environment()
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "INFO")
    from flows.operate.schedules import RunSchedule, Schedules, check_cron, read_schedules

    try:
        if options.sources:
            check_web_and_files(options.sources)
            try:
                check_cron(options.cron)
            except ValueError as error:
                return complain(f"--cron {error}")
            nightly = RunSchedule(cron=options.cron, sources=options.sources)
            schedules = Schedules(timezone=options.timezone, output=options.output, nightly=nightly)
        else:
            schedules = read_schedules(options.schedules)
        from flows.operate.deployments import serve

        serve(schedules)
    except ValueError as error:
        return complain(_first_error(error))
    return DONE


def deploy(options: argparse.Namespace) -> int:
    """Register what is scheduled with a work pool."""
    from flows.settings import quiet_environment

    quiet_environment()
    from flows.operate.schedules import read_schedules

    if not os.environ.get("PREFECT_API_URL"):
        return complain(
            "PREFECT_API_URL is not set: name the server that the workers ask, as http://127.0.0.1:4200/api"
        )
    try:
        schedules = read_schedules(options.schedules)
        from flows.operate.deployments import deploy

        names = deploy(schedules, options.pool)
    except ValueError as error:
        return complain(_first_error(error))
    print("registered: " + ", ".join(names))
    print(f"on each machine that shall work: prefect worker start --pool {options.pool}")
    return DONE


def _first_error(error: ValueError) -> str:
    """The first thing that is wrong, in one line; pydantic tells them all over many."""
    errors = getattr(error, "errors", None)
    if not callable(errors):
        return str(error)
    first = errors()[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg'].removeprefix('Value error, ')}" if place else str(first["msg"])


def doctor(options: argparse.Namespace) -> int:
    """Look at everything that could be wrong, and say what to do."""
    from flows.settings import quiet_environment

    quiet_environment()
    from flows.operate.doctor import examine, show

    return FAILED if show(examine(options.output, options.schedules)) else DONE
