"""The load step as two Prefect tasks: stage the tables of a run, and publish them once the gate has passed them."""

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.load.output import Output, link_or_copy
from tasks.load.worker import LoadOptions, Staged, stage
from tasks.parallel.executor import Executor
from tasks.steps import StepResult


@task(name="load", task_run_name="load", cache_policy=NO_CACHE, persist_result=False)
def load(
    pages: StepResult,
    documents: StepResult,
    articles: StepResult,
    site_flags: Path,
    options: LoadOptions,
    executor: Executor,
) -> Staged:
    """Decide what becomes an article, and write every table of the run to the staging folder.

    Each of the three step results names the pages that its gate rejected. `site_flags` is a file of
    `tasks.quality.task.compare_sites`.
    """
    return executor.run_in_subprocess(pages.received, stage, pages, documents, articles, site_flags, options)


@task(name="publish", task_run_name="publish", cache_policy=NO_CACHE, persist_result=False)
def publish(
    staged: Staged, pages: StepResult, documents: StepResult, output: Output, *, keep_pages: bool
) -> str | None:
    """Make the staged tables visible in one step; returns the number of the new snapshot, None if nothing is new.

    The lines and the raw pages are put in place first: a row that is visible can always be explained.
    """
    if staged.changes.is_empty():
        return None
    for receipt in documents.receipts:
        _keep(Path(receipt.path) / "lines.parquet", output.root / "lines" / f"{receipt.batch_id}.parquet")
    if keep_pages:
        for receipt in pages.receipts:
            _keep(Path(receipt.path), output.root / "pages" / f"{receipt.batch_id}.parquet")
    number = output.publish(staged.changes)
    output.clear_work()
    output.sweep()
    return number


def _keep(source: Path, target: Path) -> None:
    if not target.exists():
        link_or_copy(source, target)
