"""The clean step as a Prefect task, and its work on one batch."""

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.batch import StepResult
from tasks.clean.work import clean_batch
from tasks.executor import run_batches


@task(name="clean", task_run_name="clean", cache_policy=NO_CACHE, persist_result=False)
def clean(ingested: StepResult, verdicts: Path | None, folder: str, *, workers: int) -> StepResult:
    """Label every line of every page that passed the gate after ingest."""
    jobs = [(receipt.path, str(verdicts) if verdicts else None, folder) for receipt in ingested.receipts]
    weights = [receipt.received for receipt in ingested.receipts]
    return StepResult("clean", tuple(run_batches("clean", clean_batch, jobs, workers=workers, weights=weights)))
