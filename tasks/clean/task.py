"""The clean step as Prefect tasks: its work on one batch, and what it learns of sites for the next run."""

from collections.abc import Mapping
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.clean.worker import Job, clean_batch, learn
from tasks.parallel.executor import apart, run_batches
from tasks.steps import StepResult


@task(name="clean", task_run_name="clean", cache_policy=NO_CACHE, persist_result=False)
def clean(
    ingested: StepResult,
    verdicts: Path | None,
    folder: str,
    sites: Mapping[str, Path],
    sites_state: str,
) -> StepResult:
    """Label every line of every page that passed the gate after ingest.

    `sites` are the files of what earlier runs remember of sites, by their place; `sites_state` names their state.
    """
    known = {place: str(path) for place, path in sites.items()}
    out = str(verdicts) if verdicts else None
    jobs = [Job(receipt.path, out, folder, known, sites_state) for receipt in ingested.receipts]
    weights = [receipt.received for receipt in ingested.receipts]
    return StepResult("clean", tuple(run_batches("clean", clean_batch, jobs, weights=weights)))


@task(name="learn-sites", task_run_name="learn-sites", cache_policy=NO_CACHE, persist_result=False)
def learn_sites(cleaned: StepResult, sites: Mapping[str, Path], folder: str) -> dict[str, Path]:
    """Write what is remembered of sites after this run into `folder`; returns the files that are new, by their place."""
    return apart(cleaned.received, learn, cleaned.paths, sites, folder)
