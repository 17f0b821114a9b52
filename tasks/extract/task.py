"""The extract step as a Prefect task."""

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.extract.worker import Job, extract_batch
from tasks.parallel.executor import Executor
from tasks.steps import StepResult


@task(name="extract", task_run_name="extract", cache_policy=NO_CACHE, persist_result=False)
def extract(
    documents: StepResult, folder: Path, *, guess_dates: bool, executor: Executor, site_rules: str = ""
) -> StepResult:
    """Read every field of every page that passed the gate after clean; each batch becomes a file in `folder`.

    `site_rules` is the fingerprint of the user's rules for sites, which clean applied.
    """
    rejected = str(documents.rejected) if documents.rejected else None
    jobs = [
        Job(path=receipt.path, rejected=rejected, folder=str(folder), guess_dates=guess_dates, site_rules=site_rules)
        for receipt in documents.receipts
    ]
    weights = [receipt.received for receipt in documents.receipts]
    return StepResult("extract", tuple(executor.run_batches("extract", extract_batch, jobs, weights=weights)))
