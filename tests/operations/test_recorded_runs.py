"""What a Prefect server records of a run: the graph of its steps, and the log of a gate that stops it."""

import logging

import pytest
from prefect.client.orchestration import get_client
from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterId
from support.paths import PAGES, THRESHOLDS
from support.waiting import wait_for

from flows.parameters import NewsParameters
from flows.pipeline import news
from flows.recording import run_flow

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
