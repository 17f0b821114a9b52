"""The news pipeline: pages in, gated articles out. Ingest, clean, extract and load, with a gate after each step."""

import logging
from collections import defaultdict
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from prefect import flow

from expectations.rule import CRITICAL, WARNING
from flows.gates import Gates, import_checks_during_ingest
from flows.manual import write_manual
from flows.operate.paths import check_paths
from flows.operate.run_names import run_name
from flows.parameters import NewsParameters, ReplayParameters
from flows.quarantine import forgotten_pages, select
from flows.recording import run_step
from flows.report.losses import losses, recovered
from flows.run import GateStop, Run, carry_out
from tasks.clean.task import clean, learn_sites
from tasks.clean.worker import clean_batch
from tasks.extract.task import extract
from tasks.extract.worker import extract_batch
from tasks.ingest.column_check import check_columns
from tasks.ingest.fetch.fetching import STATE_FILE, Fetching
from tasks.ingest.selection import Selection
from tasks.ingest.stored_pages import stored_files
from tasks.ingest.task import ingest, load_stored_pages
from tasks.ingest.worker import Limits
from tasks.load.output import Changes
from tasks.load.tables.site_flags import SiteFlagRows
from tasks.load.tables.staging import candidates, quarantined_rows
from tasks.load.task import load, publish
from tasks.load.worker import Staged
from tasks.parallel.executor import INLINE
from tasks.quality.batch import SiteBatches
from tasks.quality.drift import compare
from tasks.quality.history import read_metrics
from tasks.quality.metrics import COLUMNS, of_run
from tasks.quality.problems import Key
from tasks.quality.task import compare_sites
from tasks.steps import StepResult, rejected_ids

logger = logging.getLogger(__name__)


@flow(name="news", flow_run_name=run_name, validate_parameters=True, persist_result=False)
def news(parameters: NewsParameters) -> Any:
    """Turn scraped pages into a dataset of articles.

    Args:
        parameters: What to read and where to publish it.
    """
    check_paths(parameters)
    return carry_out(parameters, lambda run: _process_new_pages(run, parameters))


@flow(name="replay", flow_run_name=run_name, validate_parameters=True, persist_result=False)
def replay(parameters: ReplayParameters) -> Any:
    """Process stored pages again with the current rules, and publish the result.

    Args:
        parameters: Which pages, and where.
    """
    return carry_out(parameters, lambda run: _process_stored_pages(run, parameters))


def process(run: Run, pages: StepResult) -> None:
    """Take pages through clean, extract and load, with a gate after each step, and publish.

    Raises:
        GateStop: a gate stopped the run; nothing was published.
    """
    gates, work, sites = Gates(run, pages), run.output.work, run.output.files("sites")
    run.executor.prepare(clean_batch, extract_batch)  # while this process imports the checks of the first gate
    pages = gates.check(pages)

    documents = run_step(
        clean, pages, work / "clean", sites, run.output.state(), run.executor, site_rules=run.site_rules
    )
    run.report.step(documents)
    try:
        documents = gates.check(documents)
    except GateStop as stop:
        _note_losses(run, documents, [stop.rejected])  # the report then says if one language or site explains the stop
        raise

    articles = run_step(
        extract,
        documents,
        work / "extract",
        guess_dates=run.parameters.guess_dates,
        executor=run.executor,
        site_rules=run.site_rules.fingerprint,
    )
    run.report.step(articles)
    articles = gates.check(articles)

    site_flags = run_step(
        compare_sites,
        articles,
        run.output.quality,
        run.site_limits,
        work / f"site-flags-{run.run_id}.parquet",
        run.executor,
    )
    staged = run_step(load, pages, documents, articles, site_flags, run.load_options, run.executor)
    run.report.loaded(staged)
    run.report.example = gates.source_of(staged.example)
    gates.check_staged(staged)
    if not run.parameters.is_replay:  # a replay has pages of many days: not comparable with one run
        _compare_with_history(run, gates, (pages, documents, articles), staged, SiteFlagRows.read(site_flags))
    else:
        _note_recovered(run, documents, [documents.rejected, articles.rejected])

    new_sites = run_step(learn_sites, documents, sites, work / f"sites-{run.run_id}", run.executor)
    _add_memories(run, staged.changes, new_sites)
    # the raw pages of a replay are in the output already
    keep_pages = run.parameters.keeps_raw_pages and not run.parameters.is_replay
    run.report.snapshot = run_step(publish, staged, pages, documents, run.output, keep_pages=keep_pages)
    if run.report.snapshot is not None:
        write_manual(run.output.root)


def _process_new_pages(run: Run, parameters: NewsParameters) -> None:
    output, settings = run.output, run.settings
    selection = Selection(tuple(parameters.include), tuple(parameters.exclude))
    check_columns(parameters.sources, parameters.columns, selection)
    fetching = Fetching(
        tuple(str(path) for path in output.files("fetches").values()),
        str(output.root / "warc") if parameters.keep_warc else None,
        parameters.fetch_minutes * 60.0,
    )
    with import_checks_during_ingest() if settings.executor != INLINE else nullcontext():
        pages = run_step(
            ingest,
            parameters.sources,
            output.work / "pages",
            [str(path) for path in output.files("ledger").values()],
            run.executor,
            limits=Limits(parameters.max_page_megabytes << 20, settings.batch_pages, settings.batch_bytes),
            columns=parameters.columns,
            fetching=fetching,
            selection=selection,
        )
    run.report.step(pages)
    if pages.receipts:
        process(run, pages)
    else:
        logger.info("nothing new: all %d pages are known from earlier runs", pages.notes["known"])
        output.clear_work()


def _process_stored_pages(run: Run, parameters: ReplayParameters) -> None:
    output = run.output
    wanted = _stored_pages(parameters, run)
    if not wanted:
        logger.info("nothing to replay: no matching page in quarantine, or its raw page was not kept")
        return
    pages = run_step(
        load_stored_pages,
        wanted,
        output.root,
        output.work / "pages",
        without=forgotten_pages(output),
        batch_pages=run.settings.batch_pages,
    )
    run.report.step(pages)
    if pages.receipts:
        process(run, pages)


def _stored_pages(parameters: ReplayParameters, run: Run) -> Mapping[str, list[str] | None]:
    """The files of stored pages to replay, each with the doc_ids to take from it; None takes all."""
    if parameters.everything:
        return dict.fromkeys(stored_files(run.output.root))
    by_file: dict[str, list[str]] = defaultdict(list)
    for row in select(run.output, reason=parameters.reason, run_id=parameters.run):
        if row["raw_file"]:
            by_file[row["raw_file"]].append(row["doc_id"])
    return by_file


def _compare_with_history(
    run: Run, gates: Gates, steps: tuple[StepResult, StepResult, StepResult], staged: Staged, site_flags: SiteFlagRows
) -> None:
    """Compare the run with earlier ones and its languages and sites with each other, and check both by a gate."""
    _, documents, articles = steps
    limits = run.thresholds.dataset
    rejected = [step.rejected for step in steps if step.rejected]
    tables = candidates(articles.paths, rejected_ids(articles.rejected), list(COLUMNS))
    batches = SiteBatches(limits)
    passed = batches.watch(row for table in tables for row in site_flags.added(table).to_pylist())
    run.metrics += of_run(passed, quarantined_rows(rejected).to_pylist(), staged.counts)
    compared = compare(run.metrics, read_metrics(run.output.quality, limits.history_runs), limits)
    compared += batches.compared()
    run.report.drift = [metric for metric in compared if metric.state == "outside"]
    _note_losses(run, documents, [documents.rejected, articles.rejected])
    severity = CRITICAL if limits.is_drift_critical else WARNING
    run.observation.compared(compared, severity)
    gates.check_history(staged, [*compared, *run.report.losses])


def _note_losses(run: Run, documents: StepResult, rejected: list[Path | None]) -> None:
    """Add the languages and sites that lose unusually many pages to the report."""
    files = [path for path in rejected if path]
    if files:
        run.report.losses = losses(documents, files, run.output, run.thresholds.dataset)
        run.observation.compared(run.report.losses, WARNING)


def _note_recovered(run: Run, documents: StepResult, rejected: list[Path | None]) -> None:
    """Note the languages and sites of which a replay published nearly all pages."""
    groups = recovered(documents, [path for path in rejected if path], run.thresholds.dataset)
    run.observation.scopes |= {name: 1 for _, name in groups}
    run.observation.recovered = {Key(f"dataset.{kind}_quarantined", name) for kind, name in groups}


def _add_memories(run: Run, changes: Changes, sites: dict[str, Path]) -> None:
    """Add what the next run needs to know to the changes: what is known of the sites, and the state of the crawl."""
    changes.added["sites"] = sites
    crawl_state = run.output.work / STATE_FILE
    if crawl_state.exists():
        changes.added["fetches"] = {STATE_FILE: crawl_state}
        # this file replaces all others, e.g. one that `copydesk forget` wrote
        changes.removed["fetches"] = set(run.output.files("fetches")) - {STATE_FILE}
