"""The commands that run a flow in this process: `run` and `replay`."""

import argparse
import os
import sys
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from tasks.errors import EXIT_DONE, EXIT_FAILED, EXIT_INTERRUPTED, EXIT_STOPPED, CopydeskError, UsageError
from tasks.storage.addresses import printable

if TYPE_CHECKING:
    from flows.operate.server import TemporaryServer
    from flows.report.model import RunReport
    from flows.settings import Settings

FlowCall = Callable[[], Any]  # returns the state in which the flow ended
GUESS_DATES_HELP = "take a date from the text where a page declares none, marked as a guess"
_NEWEST_RUNS = 10  # runs that start in the same second have no order, nor has one whose clock was ahead
INTERRUPTED = "interrupted; finished work is kept, and the next run resumes from it"
_EXIT_CODES = {"Completed": EXIT_DONE, "CompletedWithWarnings": EXIT_DONE, "StoppedByGate": EXIT_STOPPED}


class RunFailedError(CopydeskError):
    """A run that did not finish."""


def run_pages(options: argparse.Namespace) -> int:
    """Check what can be checked cheaply, then run the pipeline."""
    _check_options(options)
    _check_names(options)
    _check_sources_and_output(options)
    columns = columns_of(options.map)
    _check_columns(options, columns)
    settings = settings_of(options)

    def load(is_recorded: bool) -> FlowCall:
        from flows.parameters import NewsParameters
        from flows.pipeline import news
        from flows.recording import run_flow

        parameters = NewsParameters(
            sources=options.sources,
            include=[printable(pattern) for pattern in options.include],
            exclude=[printable(pattern) for pattern in options.exclude],
            output=options.output,
            keep_pages=options.keep_pages,
            guess_dates=options.guess_dates,
            one_per_story=options.one_per_story,
            max_page_megabytes=options.max_page_megabytes,
            thresholds=options.thresholds,
            sites=options.sites,
            data_docs=options.data_docs,
            columns=columns,
            keep_warc=options.keep_warc,
            fetch_minutes=options.fetch_minutes,
        )
        return lambda: run_flow(news, parameters, is_recorded=is_recorded)

    return _run_flow(load, options, settings)


def replay_pages(options: argparse.Namespace) -> int:
    """Process stored pages again."""
    from flows.cli.show import check_selection
    from tasks.load.output import Output

    _check_names(options)
    output = Output.open(options.output)
    if options.all and (options.reason or options.run_id):
        raise UsageError("--all selects every stored page; it cannot be combined with --reason or --run")
    check_selection(output, options.reason, options.run_id)
    if options.thresholds:
        _check_thresholds(options.thresholds)
    _check_site_rules(options.sites)

    def load(is_recorded: bool) -> FlowCall:
        from flows.parameters import ReplayParameters
        from flows.pipeline import replay
        from flows.recording import run_flow

        parameters = ReplayParameters(
            output=options.output,
            reason=options.reason,
            run=options.run_id,
            everything=options.all,
            thresholds=options.thresholds,
            sites=options.sites,
            guess_dates=options.guess_dates,
        )
        return lambda: run_flow(replay, parameters, is_recorded=is_recorded)

    return _run_flow(load, options)


# ---------------------------------------------------------------------- options


def _check_names(options: argparse.Namespace) -> None:
    """Refuse names of files and folders that the parameters of a flow cannot hold, which Prefect stores as text.

    Raises:
        UsageError: the message names the option. Sources may have any name.
    """
    for option in ("output", "thresholds", "sites"):
        value = getattr(options, option, None)
        if isinstance(value, str) and any("\ud800" <= character <= "\udfff" for character in value):
            raise UsageError(f"--{option} {value}: the name is not in UTF-8; rename it, or name a link to it")


def _check_options(options: argparse.Namespace) -> None:
    """Refuse numbers out of range and options that do not fit together.

    Raises:
        UsageError: the message names the option.
    """
    if options.max_page_megabytes < 1 or (options.workers is not None and options.workers < 1):
        raise UsageError("--max-page-megabytes and --workers must be positive integers")
    if options.address and options.executor not in ("dask", "ray"):
        raise UsageError("--address requires --executor dask or ray")


def _check_sources_and_output(options: argparse.Namespace) -> None:
    """Check sources, output and thresholds before anything heavy is imported.

    Raises:
        CopydeskError: one of them cannot be used.
    """
    from tasks.ingest.selection import Selection
    from tasks.ingest.sources import check_all_sources
    from tasks.load.output import Output
    from tasks.storage.addresses import with_plain_scheme

    selection = Selection(tuple(options.include), tuple(options.exclude))
    options.sources = [with_plain_scheme(source) for source in options.sources]
    check_all_sources(options.sources, selection)
    output = Output(options.output)
    if any(os.path.realpath(source) == os.path.realpath(options.output) for source in options.sources):
        raise UsageError(f"{options.output}: is a source; choose another output")
    output.prepare()
    _check_thresholds(options.thresholds)
    _check_site_rules(options.sites)
    with output.lock():
        pass


def _check_columns(options: argparse.Namespace, columns: dict[str, str]) -> None:
    if columns:
        from tasks.ingest.column_check import check_columns
        from tasks.ingest.selection import Selection

        check_columns(options.sources, columns, Selection(tuple(options.include), tuple(options.exclude)))


def _check_thresholds(file: str | None) -> None:
    from pathlib import Path

    from expectations.thresholds import DEFAULT_FILE, load_thresholds

    load_thresholds(Path(file) if file else DEFAULT_FILE)


def _check_site_rules(file: str | None) -> None:
    if file:
        from tasks.site_rules.file import load_site_rules

        load_site_rules(file)


def columns_of(text: str | None) -> dict[str, str]:
    """`url=link,html=body` as a mapping of field to column.

    Raises:
        UsageError: a part is not FIELD=COLUMN, or there is no such field.
    """
    from tasks.ingest.formats.columns import FIELDS

    columns: dict[str, str] = {}
    for part in (text or "").split(","):
        if not part.strip():
            continue
        field, separator, column = (piece.strip() for piece in part.partition("="))
        if not separator or not column or field not in FIELDS:
            raise UsageError(f"--map {text}: expected FIELD=COLUMN,... where FIELD is one of {', '.join(FIELDS)}")
        columns[field] = column
    return columns


def settings_of(options: argparse.Namespace) -> "Settings":
    """The settings of the environment, with those that the command line gives.

    Raises:
        UsageError: a variable of the environment has a wrong value.
    """
    from dataclasses import replace

    from flows.settings import Settings

    given = {name: getattr(options, name) for name in ("executor", "workers", "address") if getattr(options, name)}
    try:
        return replace(Settings.from_environment(), **given)
    except ValueError as error:
        raise UsageError(str(error)) from error


# ---------------------------------------------------------------------- running


def _run_flow(load: Callable[[bool], FlowCall], options: argparse.Namespace, settings: "Settings | None" = None) -> int:
    """Run a flow with progress shown, and print what it did; returns the exit code.

    `load` imports the flow and returns a call of it: that takes seconds.

    Raises:
        CopydeskError: the run failed, or the Prefect server that is named does not respond.
    """
    from flows.settings import override, quiet_environment
    from tasks.parallel.processes import reduce_gc

    reduce_gc(at_exit=True)
    quiet_environment()
    # the summary says what happened; Prefect's log and tracebacks are in its UI, and here on demand
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "INFO" if options.verbose else "CRITICAL")
    from flows.cli.console import print_json, progress, summary

    shown = nullcontext() if options.quiet else progress(sys.stderr.isatty())
    with shown, override(settings) if settings else nullcontext():
        report = _report_of(_prepared(load, options), options.output)
    if options.json:
        print_json(report.to_json())
    elif not options.quiet:
        summary(report, options.output)
    return _EXIT_CODES.get(report.state, EXIT_FAILED)


def _prepared(load: Callable[[bool], FlowCall], options: argparse.Namespace) -> FlowCall:
    """The call of a flow, ready to be made: what it needs is imported, and its server is there, if it has one."""
    from flows.operate.prefect_settings import api_url, check_server
    from flows.operate.server import keep_loopback_direct, temporary_server

    keep_loopback_direct()
    server = None
    is_recorded = bool(api_url()) or options.record
    if api_url():
        check_server()
    else:
        server = temporary_server() if options.record else None
        _end_at_once_on_interrupt(server)
    call = load(is_recorded)
    if server is not None:
        from flows.gates import import_checks_in_background

        # a run that finds nothing new needs no checks, but there is nothing else to do until the server is ready
        import_checks_in_background()
        server.wait()
    return call


def _end_at_once_on_interrupt(server: "TemporaryServer | None") -> None:
    """Let Ctrl-C end a run at once that nobody watches; its own server ends with it.

    Prefect would wait for what is running and report it. What the run has done is on disk and nothing of it is visible
    before it is published, so there is nothing to wait for.
    """
    import signal
    from types import FrameType

    def end(_number: int, _frame: FrameType | None) -> None:
        print(INTERRUPTED, file=sys.stderr, flush=True)
        if server is not None:
            server.kill()
        os._exit(EXIT_INTERRUPTED)

    signal.signal(signal.SIGINT, end)


def _report_of(call: FlowCall, root: str) -> "RunReport":
    """Run a flow in this process; returns the report that it wrote.

    Raises:
        CopydeskError: it failed.
    """
    from flows.report.model import read_reports
    from tasks.load.output import Output

    output = Output(root)
    earlier = {report.run_id for report in read_reports(output, _NEWEST_RUNS)}
    state = call()
    report = next((report for report in read_reports(output, _NEWEST_RUNS) if report.run_id not in earlier), None)
    if (report is None or report.state == "Failed") and not state.is_completed():
        _raise_failure(state, root)
    if report is None:
        raise RunFailedError(state.message or "the run failed")
    return report


def _raise_failure(state: Any, root: str) -> None:
    """Raise what ended a flow, if it was an exception.

    Raises:
        CopydeskError: always for the user; an unexpected exception is named by its type.
    """
    try:
        state.result()
    except CopydeskError:
        raise
    except OSError as error:
        if "No space left" in str(error):
            raise RunFailedError(
                f"{root}: no space left on its disk; nothing was published, free some space and run again"
            ) from error
        file = f": {error.filename}" if error.filename else ""
        raise RunFailedError(f"{error.strerror or error}{file}") from error
    except Exception as error:
        raise RunFailedError(f"{type(error).__name__}: {error}") from error
