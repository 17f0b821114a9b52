"""One execution of a flow on an output: its lock, its report, its workers, its time limit and its final state."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
from prefect.states import Completed, Failed

from expectations.data_docs import build as build_data_docs
from expectations.thresholds import DEFAULT_FILE, Thresholds, load_thresholds
from flows.operate.logs import scrub_logs
from flows.operate.progress import TimeIsOverError, at_most, progress_in_ui
from flows.parameters import NewsParameters, ReplayParameters
from flows.problems import follow, remember_alert
from flows.recording import WARNINGS, add_tag, is_recorded
from flows.report.alerts import alert
from flows.report.artifacts import show_report
from flows.report.model import RunReport
from flows.report.prometheus import write_metrics
from flows.settings import Settings, show_own_log
from tasks.load.output import Output, OutputBusyError
from tasks.load.worker import LoadOptions
from tasks.parallel.engines import CLUSTERS
from tasks.parallel.executor import INLINE, Executor, open_executor
from tasks.quality.metrics import Metric
from tasks.quality.problems import Observation
from tasks.quality.site_flags import SiteLimits
from tasks.site_rules.entries import NO_RULES, SiteRules
from tasks.site_rules.file import load_site_rules
from tasks.steps import rules_version, rules_version_with
from tasks.storage.addresses import scrubbed

_LONGEST_WAIT_SECONDS = 86_400.0  # for another run to end

Parameters: TypeAlias = NewsParameters | ReplayParameters


class GateStop(Exception):  # noqa: N818 - an outcome, not an error
    """A gate stopped the run before anything was published. `rejected` is the file of the pages it rejected, if any."""

    def __init__(self, message: str, rejected: Path | None = None) -> None:
        super().__init__(message)
        self.rejected = rejected


class Run:
    """What all parts of one run share: its parameters, output, settings, report, metrics and workers."""

    executor: Executor  # set while the run works

    def __init__(self, parameters: Parameters, output: Output, settings: Settings) -> None:
        self.parameters = parameters
        self.output = output
        self.settings = settings
        self.report = RunReport.begin(parameters, rules_version())
        self.metrics: list[Metric] = []
        self.observation = Observation()

    @property
    def run_id(self) -> str:
        """The id of the run; ids sort by time."""
        return self.report.run_id

    @cached_property
    def thresholds(self) -> Thresholds:
        """The thresholds of the gates.

        Raises:
            ThresholdError: the user's file is unusable.
        """
        return load_thresholds(Path(self.parameters.thresholds) if self.parameters.thresholds else DEFAULT_FILE)

    @cached_property
    def site_rules(self) -> SiteRules:
        """The user's corrections by site.

        Raises:
            SiteRulesError: the file is unusable.
        """
        return load_site_rules(self.parameters.sites) if self.parameters.sites else NO_RULES

    @property
    def data_docs(self) -> Path | None:
        """Where the gates keep results for Data Docs, if the user wants them."""
        return self.output.reports / "data_docs" if self.parameters.data_docs else None

    @property
    def site_limits(self) -> SiteLimits:
        """What is usual among the pages of a site."""
        extract = self.thresholds.extract
        return SiteLimits(self.thresholds.dataset, extract.title_repeats_max, extract.instant_repeats_max)

    @property
    def load_options(self) -> LoadOptions:
        """How the run is loaded."""
        return LoadOptions(
            output_root=str(self.output.root),
            run_id=self.run_id,
            rules_version=self.report.rules_version,
            keep_pages=self.parameters.keeps_raw_pages,
            is_replay=self.parameters.is_replay,
            one_per_story=self.parameters.one_per_story,
        )


def carry_out(parameters: Parameters, work: Callable[[Run], None]) -> Any:
    """Work on an output under its lock, and write a report whatever happens; returns the state of the flow run."""
    scrub_logs()
    settings = Settings.from_environment()
    output = Output(parameters.output)
    if settings.executor in CLUSTERS:  # whose workers may have another working directory
        output = Output(output.root.absolute())
    output.prepare()
    try:
        with output.lock(_LONGEST_WAIT_SECONDS if parameters.if_busy == "wait" else 0.0):
            output.sweep()
            return _state_after(Run(parameters, output, settings), work)
    except OutputBusyError as error:
        if parameters.if_busy != "skip":
            raise
        return Completed(name="Skipped", message=str(error))


def _state_after(run: Run, work: Callable[[Run], None]) -> Any:
    """The state of the flow run after the work; its report is written."""
    report = run.report
    try:
        _work(run, work)
    except GateStop as stop:
        _close(run, "StoppedByGate", str(stop))
        return Failed(name="StoppedByGate", message=str(stop))
    except TimeIsOverError as error:
        _close(run, "Failed", str(error))
        return Failed(name="TimedOut", message=f"{error}; nothing of it was published")
    except Exception as error:
        report.finish("Failed", run.output, run.metrics, message=scrubbed(f"{type(error).__name__}: {error}"))
        write_metrics(report)
        alert(report)
        raise
    except BaseException as error:  # cancelled, interrupted or terminated
        report.finish("Cancelled", run.output, run.metrics, message=f"{type(error).__name__}: {error}")
        write_metrics(report)
        raise
    name = "CompletedWithWarnings" if report.warnings else "Completed"
    _close(run, name)
    return Completed(name=name, message=report.sentence())


def _work(run: Run, work: Callable[[Run], None]) -> None:
    run.report.rules_version = rules_version_with(run.site_rules.fingerprint)
    show_own_log()  # for a run that a Prefect worker started
    settings = run.settings
    if settings.executor != INLINE:
        # programs that load Arrow before `flows.settings.quiet_environment` runs have kept its own allocator
        pa.set_memory_pool(pa.system_memory_pool())
    with (
        at_most(run.parameters.timeout_minutes),
        progress_in_ui() if is_recorded() else nullcontext(),
        open_executor(settings.executor, settings.workers, settings.address) as executor,
    ):
        run.executor = executor
        work(run)


def _close(run: Run, state: str, message: str | None = None) -> None:
    """Finish the report and show it: artifacts in the UI; metrics and an alert if they are configured."""
    report = run.report
    if state != "Failed":  # a run that failed has not looked at everything
        _follow_problems(run)
    report.finish(state, run.output, run.metrics, message=message)
    write_metrics(report)
    if run.data_docs:
        build_data_docs(run.data_docs)
    if is_recorded():
        show_report(report, run.output)
        if report.warnings:
            add_tag(WARNINGS)
    if alert(report):
        remember_alert(run.output)


def _follow_problems(run: Run) -> None:
    """Open, keep or close the problems of the dataset by what this run observed."""
    run.observation.measured(run.metrics)
    if isinstance(run.parameters, ReplayParameters) and not run.parameters.everything:
        run.observation.rules.clear()  # a selection of pages does not show that a rule holds for the others
    begun = run.report.started_at or datetime.now(UTC)
    run.report.problems = follow(
        run.output,
        run.observation,
        (run.run_id, begun),
        run.thresholds.dataset,
        is_replay=run.parameters.is_replay,
    )
