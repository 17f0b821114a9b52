"""The pages of a run beside the others of their sites, as a Prefect task."""

from pathlib import Path

from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.parallel.executor import Executor
from tasks.quality.site_flag_files import write_flags
from tasks.quality.site_flags import SiteLimits
from tasks.steps import StepResult


@task(name="compare_sites", task_run_name="compare-sites", cache_policy=NO_CACHE, persist_result=False)
def compare_sites(articles: StepResult, history: Path, limits: SiteLimits, target: Path, executor: Executor) -> Path:
    """Write the flags that show only beside the other pages of a site to a file, which load adds to the rows.

    `history` is the folder with the metrics of earlier runs.
    """
    executor.run_in_subprocess(
        articles.received, write_flags, articles.paths, articles.rejected, history, limits, target
    )
    return target
