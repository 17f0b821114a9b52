"""The clean step as Prefect tasks: label the pages of each batch, and update the memory of sites for the next run."""

from collections.abc import Mapping
from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.clean.worker import Job, clean_batch, learn
from tasks.parallel.executor import Executor
from tasks.site_rules.entries import NO_RULES, SiteRules
from tasks.steps import StepResult


@task(name="clean", task_run_name="clean", cache_policy=NO_CACHE, persist_result=False)
def clean(
    pages: StepResult,
    folder: Path,
    sites: Mapping[str, Path],
    sites_state: str,
    executor: Executor,
    *,
    site_rules: SiteRules = NO_RULES,
) -> StepResult:
    """Label every line of every page that passed the gate after ingest.

    Args:
        pages: The result of ingest, checked by its gate.
        folder: Where each batch gets a folder with its documents and lines.
        sites: Files of the memory of sites: path within the table -> file.
        sites_state: Name of the state of that memory.
        executor: Does the batches.
        site_rules: The user's corrections by site.
    """
    remembered = {relative: str(path) for relative, path in sites.items()}
    rejected = str(pages.rejected) if pages.rejected else None
    jobs = [
        Job(
            path=receipt.path,
            rejected=rejected,
            folder=str(folder),
            sites=remembered,
            sites_state=sites_state,
            site_rules=site_rules,
        )
        for receipt in pages.receipts
    ]
    weights = [receipt.received for receipt in pages.receipts]
    return StepResult("clean", tuple(executor.run_batches("clean", clean_batch, jobs, weights=weights)))


@task(name="learn-sites", task_run_name="learn-sites", cache_policy=NO_CACHE, persist_result=False)
def learn_sites(documents: StepResult, sites: Mapping[str, Path], folder: Path, executor: Executor) -> dict[str, Path]:
    """Write the memory of sites after this run into `folder`; returns the new files by their path within the table."""
    return executor.run_in_subprocess(documents.received, learn, documents.paths, sites, str(folder))
