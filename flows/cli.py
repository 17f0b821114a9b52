"""The command `copydesk`. Heavy packages are imported inside the command that needs them: `--help` answers at once."""

import argparse
import os
import sys
from typing import Any

DONE, FAILED, WRONG_USE, STOPPED = 0, 1, 2, 3

_INTERRUPTED = "interrupted; what was done is kept, and the next run goes on from there"
_EPILOG = """exit codes:
  0  done (with warnings too: the summary says so)
  1  failed for another reason
  2  wrong use: a source, an output or an option is not right
  3  a gate stopped the run: nothing was published
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line; returns the exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    try:
        return int(options.run(options))
    except KeyboardInterrupt:
        print(_INTERRUPTED, file=sys.stderr)
        return FAILED
    except BrokenPipeError:  # `copydesk show | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="copydesk", description="Scraped news pages in, a table of articles that analysts trust out.", epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )  # fmt: skip
    parser.add_argument("--version", action=_Version, nargs=0, help="print the version and leave")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    run = _command(
        commands, "run", "turn pages into articles", "copydesk run pages/ 'more/**/*.html' --output output", _run
    )
    run.add_argument(
        "sources", nargs="+", metavar="SOURCE", help="a folder, a glob or a file of pages (.txt, .html and their kin)"
    )
    run.add_argument("--output", default="output", metavar="DIR", help="folder of the dataset (default: output)")
    run.add_argument(
        "--no-raw-pages", dest="keep_pages", action="store_false", help="do not keep the pages as they came"
    )
    run.add_argument(
        "--max-page-megabytes",
        type=int,
        default=20,
        metavar="N",
        help="larger pages are quarantined unread (default: 20)",
    )
    run.add_argument("--thresholds", metavar="FILE", help="use this file in place of the thresholds.yml that ships")
    run.add_argument(
        "--guess-dates",
        action="store_true",
        help="where a page gives no date, take one from its text, marked as a guess",
    )
    run.add_argument("--workers", type=int, metavar="N", help="processes that work at once (default: one a core)")

    run.add_argument("--verbose", action="store_true", help="print Prefect's log too")

    show = _command(commands, "show", "what is in an output", "copydesk show --output output", _show)
    _output(show)
    explain = _command(
        commands,
        "explain",
        "every line of a page: what it is, what was done with it, and why",
        "copydesk explain pages/a.txt --output output",
        _explain,
    )
    explain.add_argument(
        "page", metavar="ID_OR_SOURCE", help="an article_id, a doc_id, an address or the path of the page"
    )
    explain.add_argument("--json", action="store_true", help="print it as JSON, for programs")
    _output(explain)
    check = _command(
        commands,
        "check-thresholds",
        "whether a thresholds file can be used",
        "copydesk check-thresholds my-thresholds.yml",
        _check,
    )
    check.add_argument("file", nargs="?", metavar="FILE", help="default: the file that ships")
    entities = _command(
        commands,
        "entities",
        "find the people, organisations and places in the articles (needs the extra `entities`)",
        "copydesk entities --model en_core_web_sm --output output",
        _entities,
    )
    entities.add_argument("--model", required=True, metavar="NAME", help="an installed spaCy model, or its folder")
    _output(entities)
    serve = _command(
        commands,
        "serve",
        "run the line on a schedule",
        "copydesk serve pages/ --output output --cron '0 3 * * *'",
        _serve,
    )
    serve.add_argument("sources", nargs="+", metavar="SOURCE", help="as for `run`")
    _output(serve)
    serve.add_argument("--cron", default="0 3 * * *", help="when to run (default: %(default)r, each night at three)")
    serve.add_argument("--timezone", default="UTC", help="time zone of the schedule (default: UTC)")
    return parser


class _Version(argparse.Action):
    """Prints the version; looked up only when asked for."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> None:
        from importlib.metadata import version

        print(f"copydesk {version('copydesk')}")
        parser.exit()


def _command(commands: Any, name: str, text: str, example: str, run: Any) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(
        name,
        help=text,
        description=text[0].upper() + text[1:] + ".",
        epilog=f"example:\n  {example}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.set_defaults(run=run)
    return command


def _output(command: argparse.ArgumentParser) -> None:
    command.add_argument("--output", default="output", metavar="DIR", help="folder of the dataset (default: output)")


def _complain(message: object, code: int = WRONG_USE) -> int:
    print(f"copydesk: {message}", file=sys.stderr)
    return code


def _run(options: argparse.Namespace) -> int:
    """Check what can be checked cheaply, then start the flow."""
    if options.max_page_megabytes < 1 or (options.workers is not None and options.workers < 1):
        return _complain("--max-page-megabytes and --workers take whole numbers above 0")
    problem = _early_problem(options)
    if problem:
        return _complain(problem)
    if options.workers:
        os.environ["COPYDESK_WORKERS"] = str(options.workers)
    from flows.settings import quiet_environment

    quiet_environment()
    is_terminal = sys.stderr.isatty()
    # the summary says what happened; Prefect's own lines and tracebacks are in its UI, and here on demand
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "INFO" if options.verbose else "CRITICAL")
    from flows.terminal import progress, summary

    if not os.environ.get("PREFECT_API_URL"):
        _end_at_once_on_interrupt()
    with progress(is_terminal):
        outcome = _start(options)
    if isinstance(outcome, str):
        return _complain(outcome)
    report, error = outcome
    if report is None:
        return _complain(error or "the run failed", FAILED)
    summary(report, options.output)
    return {"Completed": DONE, "CompletedWithWarnings": DONE, "StoppedByGate": STOPPED}.get(
        str(report["state"]), FAILED
    )


def _end_at_once_on_interrupt() -> None:
    """Let Ctrl-C end a run that brings its own server.

    The terminal interrupts that server too, and Prefect would try for minutes to report to it. What the run has done is
    on disk, and nothing of it is visible before it is published, so there is nothing to wait for.
    """
    import signal
    from types import FrameType

    def end(_number: int, _frame: FrameType | None) -> None:
        from prefect.server.api.server import SubprocessASGIServer

        print(_INTERRUPTED, file=sys.stderr, flush=True)
        for server in list(SubprocessASGIServer._instances.values()):
            process = getattr(server, "server_process", None)
            if process is not None:
                process.kill()
        os._exit(FAILED)

    signal.signal(signal.SIGINT, end)


def _early_problem(options: argparse.Namespace) -> str | None:
    """What is wrong with sources, output or thresholds, before anything heavy is imported."""
    from expectations.limits import DEFAULT_FILE, ThresholdError, limits
    from tasks.ingest.listing import SourceError, check_sources
    from tasks.load.output import Output, OutputError

    try:
        check_sources(options.sources)
        output = Output(options.output)
        if any(os.path.realpath(source) == os.path.realpath(options.output) for source in options.sources):
            return f"{options.output}: is a source; choose another output"
        output.refuse_strangers()
        output.prepare()
        from pathlib import Path

        limits(Path(options.thresholds) if options.thresholds else DEFAULT_FILE)
        with output.lock():
            pass
    except (SourceError, OutputError, ThresholdError) as error:
        return str(error)
    return None


def _start(options: argparse.Namespace) -> "tuple[dict[str, Any] | None, str | None] | str":
    """Run the flow in this process; returns its report, or a message where the sources or the output are wrong."""
    from flows.news import news
    from flows.parameters import NewsParameters
    from flows.report import read_reports
    from tasks.ingest.listing import SourceError
    from tasks.load.output import Output, OutputError

    parameters = NewsParameters(
        sources=options.sources, output=options.output, keep_pages=options.keep_pages, max_page_megabytes=options.max_page_megabytes, guess_dates=options.guess_dates,
        thresholds=options.thresholds,
    )  # fmt: skip
    before = {report["run_id"] for report in read_reports(Output(options.output), 1)}
    state: Any = news(parameters, return_state=True)
    reports = [report for report in read_reports(Output(options.output), 1) if report["run_id"] not in before]
    if not reports or reports[0]["state"] == "Failed":
        try:
            state.result()
        except (SourceError, OutputError) as error:
            return str(error)
        except OSError as error:
            return None, f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
        except Exception as error:
            return None, f"{type(error).__name__}: {error}"
    return (reports[0] if reports else None), state.message


def _show(options: argparse.Namespace) -> int:
    from flows.terminal import show

    return show(options.output)


def _explain(options: argparse.Namespace) -> int:
    from flows.explain import explain

    return explain(options.page, options.output, as_json=options.json)


def _check(options: argparse.Namespace) -> int:
    from pathlib import Path

    from expectations.limits import DEFAULT_FILE, ThresholdError, limits

    path = Path(options.file) if options.file else DEFAULT_FILE
    try:
        numbers = limits(path)
    except ThresholdError as error:
        return _complain(error)
    print(f"{path}: {sum(len(step) for step in numbers.values())} thresholds, all of them usable")
    return DONE


def _entities(options: argparse.Namespace) -> int:
    from flows.settings import quiet_environment
    from tasks.entities.find import ModelError, load_model
    from tasks.load.output import Output

    if not Output(options.output).exists():
        return _complain(f"{options.output}: no run has published here yet")
    try:
        load_model(options.model)
    except ModelError as error:
        return _complain(error)
    quiet_environment()
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    from flows.entities import find_entities

    counts: Any = find_entities(options.output, options.model)
    print(
        f"{counts['entities']:,} entities in {counts['articles']:,} articles; {counts['files_up_to_date']} files were up to date"
    )
    return DONE


def _serve(options: argparse.Namespace) -> int:
    from flows.settings import quiet_environment

    quiet_environment()
    from tasks.ingest.listing import check_sources

    try:
        check_sources(options.sources)
        from flows.deployments import serve

        serve(options.sources, options.output, cron=options.cron, timezone=options.timezone)
    except ValueError as error:
        return _complain(error)
    return DONE


if __name__ == "__main__":
    sys.exit(main())
