"""The extract step as a Prefect task."""

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.extract.worker import Job, extract_batch
from tasks.parallel.executor import run_batches
from tasks.steps import StepResult


@task(name="extract", task_run_name="extract", cache_policy=NO_CACHE, persist_result=False)
def extract(cleaned: StepResult, verdicts: Path | None, folder: str, *, guess_dates: bool) -> StepResult:
    """Read every field of every page that passed the gate after clean."""
    jobs = [Job(receipt.path, str(verdicts) if verdicts else None, folder, guess_dates) for receipt in cleaned.receipts]
    weights = [receipt.received for receipt in cleaned.receipts]
    return StepResult("extract", tuple(run_batches("extract", extract_batch, jobs, weights=weights)))
