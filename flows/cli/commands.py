"""What each command of `copydesk` does. Heavy packages are imported inside the command that needs them."""

import argparse
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flows.operate.server import TemporaryServer

DONE, FAILED, WRONG_USE, STOPPED = 0, 1, 2, 3
Flow = Callable[[], Any]

INTERRUPTED = "interrupted; what was done is kept, and the next run goes on from there"


def complain(message: object, code: int = WRONG_USE) -> int:
    """Print what is wrong; returns the exit code."""
    print(f"copydesk: {message}", file=sys.stderr)
    return code


def quarantine(options: argparse.Namespace) -> int:
    """List what lies in quarantine, or prune it."""
    from flows import quarantine
    from tasks.load.output import Output, OutputError

    output = Output(options.output)
    if not output.exists():
        return complain(f"{options.output}: no run has published here yet")
    if options.prune_days is None and options.prune_megabytes is None:
        return quarantine.show(
            output, reason=options.reason, run_id=options.run_id, limit=options.limit, as_json=options.json
        )
    if min(options.prune_days or 0, options.prune_megabytes or 0) < 0:
        return complain("--prune-days and --prune-megabytes take whole numbers from 0")
    try:
        count, pages = quarantine.prune(output, days=options.prune_days, megabytes=options.prune_megabytes)
    except OutputError as error:
        return complain(error)
    print(f"{count:,} rows taken out of quarantine, and {pages:,} raw pages with them")
    return DONE


def replay(options: argparse.Namespace) -> int:
    """Run pages in quarantine again."""
    from pathlib import Path

    from expectations.thresholds import ThresholdError, load_thresholds
    from tasks.load.output import Output

    if not Output(options.output).exists():
        return complain(f"{options.output}: no run has published here yet")
    if options.all and (options.reason or options.run_id):
        return complain("--all takes every page; --reason and --run choose some in quarantine")
    try:
        if options.thresholds:
            load_thresholds(Path(options.thresholds))
    except ThresholdError as error:
        return complain(error)

    return _in_flow(options, _replay)


def run(options: argparse.Namespace) -> int:
    """Check what can be checked cheaply, then start the flow."""
    if options.max_page_megabytes < 1 or (options.workers is not None and options.workers < 1):
        return complain("--max-page-megabytes and --workers take whole numbers above 0")
    problem = _early_problem(options)
    if problem:
        return complain(problem)
    if options.address and options.executor not in ("dask", "ray"):
        return complain("--address is that of a Dask scheduler or a Ray cluster: say which with --executor dask or ray")
    for name in ("executor", "workers", "address"):
        if getattr(options, name):
            os.environ[f"COPYDESK_{name.upper()}"] = str(getattr(options, name))
    options.columns = columns_of(options.map)
    if isinstance(options.columns, str):
        return complain(options.columns)
    return _in_flow(options, _run)


def _in_flow(options: argparse.Namespace, make: Callable[[argparse.Namespace], Flow]) -> int:
    """Start a flow with progress shown, and print what it did; returns the exit code.

    `make` imports the flow and gives a call of it.
    """
    from flows.settings import quiet_environment
    from tasks.parallel.processes import reduce_gc

    reduce_gc(at_exit=True)
    quiet_environment()
    is_terminal = sys.stderr.isatty()
    # the summary says what happened; Prefect's own lines and tracebacks are in its UI, and here on demand
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "INFO" if options.verbose else "CRITICAL")
    from flows.operate.server import ServerError, server_unless_named

    server = server_unless_named()
    if server is not None:
        _end_at_once_on_interrupt(server)
    from flows.cli.console import progress, summary

    flow = make(options)
    if server is not None:
        from flows.gates import import_checks_in_background

        # even though a run that finds nothing new will not need them: until the server is there, nothing else is to be done
        import_checks_in_background()
        try:
            server.wait()
        except ServerError as silence:
            return complain(silence, FAILED)
    try:
        with progress(is_terminal):
            outcome = _outcome(options.output, flow)
    except RuntimeError as refusal:
        if "Failed to reach API" not in str(refusal):  # Prefect's words
            raise
        return complain(f"{refusal}: start that Prefect server, or name none and the run brings one of its own", FAILED)
    if isinstance(outcome, str):
        return complain(outcome)
    report, error = outcome
    if report is None:
        return complain(error or "the run failed", FAILED)
    summary(report, options.output)
    return {"Completed": DONE, "CompletedWithWarnings": DONE, "StoppedByGate": STOPPED}.get(
        str(report["state"]), FAILED
    )


def _end_at_once_on_interrupt(server: "TemporaryServer") -> None:
    """Let Ctrl-C end a run that brings its own server.

    Prefect would wait for what runs and report it. What the run has done is on disk, and nothing of it is visible before it
    is published, so there is nothing to wait for.
    """
    import signal
    from types import FrameType

    def end(_number: int, _frame: FrameType | None) -> None:
        print(INTERRUPTED, file=sys.stderr, flush=True)
        server.kill()
        os._exit(FAILED)

    signal.signal(signal.SIGINT, end)


def _early_problem(options: argparse.Namespace) -> str | None:
    """What is wrong with sources, output or thresholds, before anything heavy is imported."""
    from expectations.thresholds import DEFAULT_FILE, ThresholdError, load_thresholds
    from tasks.ingest.fetch.publishers import ListError
    from tasks.ingest.listing import SourceError
    from tasks.load.output import Output, OutputError

    try:
        check_web_and_files(options.sources)
        output = Output(options.output)
        if any(os.path.realpath(source) == os.path.realpath(options.output) for source in options.sources):
            return f"{options.output}: is a source; choose another output"
        output.check_no_foreign_files()
        output.prepare()
        from pathlib import Path

        load_thresholds(Path(options.thresholds) if options.thresholds else DEFAULT_FILE)
        with output.lock():
            pass
    except (SourceError, ListError, OutputError, ThresholdError) as error:
        return str(error)
    return None


def columns_of(text: str | None) -> dict[str, str] | str:
    """`url=link,html=body` as a mapping of field to column, or a message that says what is wrong with it."""
    from tasks.ingest.formats.tables import FIELDS

    found: dict[str, str] = {}
    for part in (text or "").split(","):
        field, mark, column = (piece.strip() for piece in part.partition("="))
        if not part.strip():
            continue
        if not mark or not column or field not in FIELDS:
            return f"--map {text}: FIELD=COLUMN,... is expected, where FIELD is one of {', '.join(FIELDS)}"
        found[field] = column
    return found


def check_web_and_files(sources: list[str]) -> None:
    """Refuse sources that cannot be read, before anything heavy is imported.

    Raises:
        ValueError: a file, a folder or a list of publishers cannot be used.
    """
    from tasks.ingest.fetch.fetching import is_web, publishers_of
    from tasks.ingest.listing import check_sources

    web = [source for source in sources if is_web(source)]
    if web:
        publishers_of(web)
    check_sources([source for source in sources if not is_web(source)])


def _run(options: argparse.Namespace) -> Flow:
    from flows.parameters import NewsParameters
    from flows.pipeline import news

    parameters = NewsParameters(
        sources=options.sources,
        output=options.output,
        keep_pages=options.keep_pages,
        guess_dates=options.guess_dates,
        one_per_story=options.one_per_story,
        max_page_megabytes=options.max_page_megabytes,
        thresholds=options.thresholds,
        data_docs=options.data_docs,
        columns=options.columns,
        keep_warc=options.keep_warc,
        fetch_minutes=options.fetch_minutes,
    )
    return lambda: news(parameters, return_state=True)


def _replay(options: argparse.Namespace) -> Flow:
    from flows.parameters import ReplayParameters
    from flows.pipeline import replay

    parameters = ReplayParameters(
        output=options.output, reason=options.reason, run=options.run_id, everything=options.all, thresholds=options.thresholds, guess_dates=options.guess_dates
    )  # fmt: skip
    return lambda: replay(parameters, return_state=True)


def _outcome(root: str, flow: Flow) -> "tuple[dict[str, Any] | None, str | None] | str":
    """Run a flow in this process; returns its report, or a message where the sources or the output are wrong."""
    from flows.report.model import read_reports
    from tasks.ingest.listing import SourceError
    from tasks.load.output import Output, OutputError

    before = {report["run_id"] for report in read_reports(Output(root), 1)}
    state: Any = flow()
    reports = [report for report in read_reports(Output(root), 1) if report["run_id"] not in before]
    if not reports or reports[0]["state"] == "Failed":
        try:
            state.result()
        except (SourceError, OutputError) as error:
            return str(error)
        except OSError as error:
            if "No space left" in str(error):
                return None, f"{root}: no space is left on its disk; nothing was published, make room and run again"
            return None, f"{error.strerror or error}{f': {error.filename}' if error.filename else ''}"
        except Exception as error:
            return None, f"{type(error).__name__}: {error}"
    return (reports[0] if reports else None), state.message


def show(options: argparse.Namespace) -> int:
    """Print what is in an output."""
    from flows.cli.console import show

    return show(options.output)


def explain_page(options: argparse.Namespace) -> int:
    """Print the account of one page."""
    from flows.cli.explain import explain

    return explain(options.page, options.output, as_json=options.json)


def check_thresholds(options: argparse.Namespace) -> int:
    """Say whether a thresholds file can be used."""
    from pathlib import Path

    from expectations.thresholds import DEFAULT_FILE, ThresholdError, load_thresholds

    path = Path(options.file) if options.file else DEFAULT_FILE
    try:
        thresholds = load_thresholds(path)
    except ThresholdError as error:
        return complain(error)
    print(f"{path}: {thresholds.count} thresholds, all valid")
    return DONE


def entities(options: argparse.Namespace) -> int:
    """Find the entities of all articles that have none yet."""
    from flows.settings import quiet_environment
    from tasks.entities.find import ModelError, load_model
    from tasks.load.output import Output

    if not Output(options.output).exists():
        return complain(f"{options.output}: no run has published here yet")
    try:
        load_model(options.model)
    except ModelError as error:
        return complain(error)
    quiet_environment()
    os.environ.setdefault("PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL", "CRITICAL")
    from flows.entities import find_entities

    counts: Any = find_entities(options.output, options.model)
    print(
        f"{counts['entities']:,} entities in {counts['articles']:,} articles; {counts['files_up_to_date']} files were up to date"
    )
    return DONE


def compact(options: argparse.Namespace) -> int:
    """Join small files of the dataset."""
    from flows.operate import upkeep

    def work(output: Any) -> int:
        for table, (before, after) in upkeep.compact(output).items():
            print(f"{table}: {before:,} files, now {after:,}")
        return DONE

    return _on_output(options, work)


def mirror(options: argparse.Namespace) -> int:
    """Publish the dataset to an object store, or list the files of a table there."""
    from flows.operate import upkeep
    from tasks.load.mirror import Mirror, MirrorError
    from tasks.storage.object_stores import StoreError, file_system

    try:
        if options.list:
            files, root = file_system(options.address)
            print("\n".join(Mirror(files, root, options.address).addresses(options.list)))
            return DONE

        def work(output: Any) -> int:
            done = upkeep.push(output, options.address, drops_earlier=options.drop_earlier)
            print(
                f"state {done.state}: {done.files:,} files, {done.uploaded:,} of them uploaded ({done.uploaded_bytes:,} bytes), {done.removed:,} old ones removed"
            )
            return DONE

        return _on_output(options, work)
    except (MirrorError, StoreError) as error:
        return complain(error, FAILED)


def rebuild_index(options: argparse.Namespace) -> int:
    """Make the index of near-duplicates anew."""
    from flows.operate import upkeep

    def work(output: Any) -> int:
        print(f"{upkeep.rebuild_index(output):,} signatures made anew")
        return DONE

    return _on_output(options, work)


def forget(options: argparse.Namespace) -> int:
    """Remove an article everywhere, or say what would go."""
    from flows.operate import upkeep
    from tasks.load.maintenance import forget as forgetting

    def work(output: Any) -> int:
        target = forgetting.find_target(output, options.wanted)
        if not target.doc_ids:
            return complain(f"{options.wanted}: no page of this output has this id, path or address")
        print(f"{len(target.article_ids)} articles and {len(target.doc_ids)} pages:")
        for source in sorted(target.source_uris):
            print(f"  {source}")
        if not options.yes:
            print("Nothing was removed. Say it again with --yes to remove them for good.")
            return DONE
        counts, left = upkeep.forget_article(output, target)
        print("removed: " + ", ".join(f"{count} rows of {name}" for name, count in sorted(counts.items()) if count))
        if left:
            return complain(f"still named in {', '.join(left)}", FAILED)
        print("every file under the output was read again: no row names them, but for the ledger's `forgotten`")
        print(
            "The files they were read from are not touched, and a mirror keeps earlier states: remove the files yourself,"
        )
        print("and push with copydesk mirror ADDRESS --drop-earlier.")
        return DONE

    return _on_output(options, work)


def _on_output(options: argparse.Namespace, work: Any) -> int:
    from tasks.load.output import Output, OutputError

    output = Output(options.output)
    if not output.exists():
        return complain(f"{options.output}: no run has published here yet")
    try:
        return int(work(output))
    except OutputError as error:
        return complain(error)
