"""Flows that a Prefect server records: their graphs, logs and tags, time limits, waiting, maintenance, backfill.

They are in one file since the server takes as long to start as most of them take.
"""

import logging
import shutil
import time
from datetime import date

import pytest
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from support.paths import PAGES, THRESHOLDS
from support.waiting import wait_for

from flows.cli.main import main
from flows.operate.backfill import backfill
from flows.operate.maintenance import maintenance
from flows.parameters import BackfillParameters, MaintenanceParameters, NewsParameters
from flows.pipeline import news
from flows.recording import WARNINGS, add_tag, run_flow
from tasks.ingest.task import ingest
from tasks.load.output import Output, OutputBusyError

STEPS = (
    "ingest clean extract load learn-sites publish gate-ingest gate-clean gate-extract gate-load gate-dataset".split()
)


@pytest.fixture(scope="module")
def task_runs(prefect_server, tmp_path_factory):
    """The task runs of one recorded run."""
    root = tmp_path_factory.mktemp("recorded") / "out"
    state = run_flow(news, NewsParameters(sources=[str(PAGES / "northquay")], output=str(root)), is_recorded=True)
    assert state.name.startswith("Completed")
    run_id = FlowRunFilter(id=FlowRunFilterId(any_=[state.state_details.flow_run_id]))
    with get_client(sync_client=True) as client:

        def recorded():
            runs = client.read_task_runs(flow_run_filter=run_id)
            return len(runs) >= len(STEPS) and runs

        return {run.name: run for run in wait_for("the record", 60, recorded)}


def test_every_step_but_the_first_follows_another_one_in_the_graph(task_runs):
    names = {run.id: name for name, run in task_runs.items()}
    parents = {
        name: {names[source.id] for sources in run.task_inputs.values() for source in sources if hasattr(source, "id")}
        for name, run in task_runs.items()
    }
    assert [name for name in parents if not parents[name]] == ["ingest"]
    assert "gate-load" in parents["gate-dataset"]
    assert {"gate-dataset", "learn-sites"} <= parents["publish"]


def test_a_gate_that_stops_is_logged_in_words(prefect_server, tmp_path, caplog):
    strict = tmp_path / "strict.yml"
    strict.write_text(THRESHOLDS.read_text().replace("articles_min: 0 ", "articles_min: 999 "))
    parameters = NewsParameters(
        sources=[str(PAGES / "cometfeed")], output=str(tmp_path / "out"), thresholds=str(strict)
    )
    caplog.set_level(logging.INFO, logger="prefect.task_runs")
    state = run_flow(news, parameters, is_recorded=True)
    assert state.name == "StoppedByGate"
    ours = [record.getMessage() for record in caplog.records if record.name == "prefect.task_runs"]
    assert [line.partition("('")[0] for line in ours if "load.articles" in line] == ["Finished in state StoppedByGate"]
    assert "result=" not in caplog.text
    assert "NoneType" not in caplog.text


def test_a_run_waits_for_the_output_or_is_skipped(prefect_server, tmp_path):
    output = Output(tmp_path / "out")
    output.prepare()
    own = {"sources": [str(PAGES / "cometfeed")], "output": str(tmp_path / "out")}
    with output.lock():
        with pytest.raises(OutputBusyError):
            news(NewsParameters(**own))
        state = news(NewsParameters(**own, if_busy="skip"), return_state=True)
        assert (state.name, state.is_completed()) == ("Skipped", True)
    start = time.monotonic()
    with pytest.raises(OutputBusyError), output.lock(), Output(tmp_path / "out").lock(0.5):
        pass
    assert time.monotonic() - start >= 0.5
    assert news(NewsParameters(**own, if_busy="wait"), return_state=True).is_completed()


def test_a_run_ends_when_its_time_is_over(prefect_server, tmp_path):
    parameters = NewsParameters(sources=[str(PAGES)], output=str(tmp_path / "out"), timeout_minutes=0.001)
    started = time.monotonic()
    state = news(parameters, return_state=True)
    assert (state.is_failed(), state.name) == (True, "TimedOut")
    assert time.monotonic() - started < sum(ingest.retry_delay_seconds), "ingest was tried again after its time"
    assert "longer than" in state.message
    assert not Output(tmp_path / "out").exists()


def test_maintenance_and_backfill_do_their_work(prefect_server, tmp_path):
    for number, site in enumerate(("cometfeed", "northquay")):
        shutil.copytree(PAGES / site, tmp_path / f"2026-03-0{number + 1}")
    parameters = BackfillParameters(
        sources=[str(tmp_path) + "/{day:%Y-%m-%d}"],
        first_day=date(2026, 3, 1),
        last_day=date(2026, 3, 4),
        output=str(tmp_path / "out"),
    )
    for _ in range(2):  # the second time all is known
        state = backfill(parameters, return_state=True)
        assert state.is_completed(), state.message
        assert "2 of 4 slices" in state.message
    assert len(Output(tmp_path / "out").files("ledger")) == 2
    done = maintenance(
        MaintenanceParameters(output=str(tmp_path / "out"), prune_days=0, mirror=f"file://{tmp_path}/mirror"),
        return_state=True,
    )
    assert done.is_completed(), done.message
    assert "compaction: " in done.message
    assert "mirror: state 1" in done.message
    assert len(Output(tmp_path / "out").files("ledger")) == 1
    assert not Output(tmp_path / "out").files("quarantine")


def test_a_recorded_run_has_tags_by_which_it_is_found(prefect_server):
    @flow
    def warns(number):
        add_tag(WARNINGS)

    run_flow(warns, 1, is_recorded=True)
    with get_client(sync_client=True) as client:
        tags = [set(run.tags) for run in client.read_flow_runs() if {"command-line"} <= set(run.tags)]
    assert {"copydesk", "command-line", "warnings"} in tags


def test_deploy_to_an_unknown_pool_names_the_command_that_creates_it(prefect_server, tmp_path, capsys):
    (tmp_path / "schedules.toml").write_text(f"[nightly]\ncron = '0 3 * * *'\nsources = ['{PAGES}']\n")
    assert main(["deploy", "--pool", "nopool", "--schedules", str(tmp_path / "schedules.toml")]) == 2
    assert capsys.readouterr().err == (
        "copydesk: the server has no work pool 'nopool'; create it by: prefect work-pool create nopool --type process\n"
    )
