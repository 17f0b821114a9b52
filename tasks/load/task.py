"""The load step as two Prefect tasks: write aside, and - once the gate has spoken - make visible."""

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.load.output import Output, link_or_copy
from tasks.load.worker import Staged, stage
from tasks.parallel.executor import apart
from tasks.steps import StepResult


@task(name="load", task_run_name="load", cache_policy=NO_CACHE, persist_result=False)
def load(
    ingested: StepResult,
    extracted: StepResult,
    verdicts: list[Path],
    output_root: str,
    run_id: str,
    rules_version: str,
    *,
    keep_pages: bool,
    is_replay: bool = False,
    one_per_story: bool = False,
) -> Staged:
    """Decide what becomes an article, and write every table of the run into the staging folder.

    In a replay the pages were received before: whatever was made of them then gives way to what is made of them now. With
    `one_per_story` a near-duplicate of another article becomes a row of duplicates.
    """
    return apart(
        ingested.received, stage, ingested, extracted, verdicts, output_root, run_id, rules_version,
        keep_pages=keep_pages, is_replay=is_replay, one_per_story=one_per_story,
    )  # fmt: skip


@task(name="publish", task_run_name="publish", cache_policy=NO_CACHE, persist_result=False)
def publish(
    staged: Staged, ingested: StepResult, cleaned: StepResult, output_root: str, *, keep_pages: bool
) -> str | None:
    """Make the staged tables visible in one step; None when there is nothing new.

    The lines and the raw pages are put in place first: a row that is visible can always be explained.
    """
    output = Output(output_root)
    if staged.changes.is_empty():
        return None
    for receipt in cleaned.receipts:
        _keep(Path(receipt.path) / "lines.parquet", output.root / "lines" / f"{receipt.batch_id}.parquet")
    if keep_pages:
        for receipt in ingested.receipts:
            _keep(Path(receipt.path), output.root / "pages" / f"{receipt.batch_id}.parquet")
    number = output.publish(staged.changes)
    output.clear_work()
    output.sweep()
    return number


def _keep(source: Path, target: Path) -> None:
    if not target.exists():
        link_or_copy(source, target)
