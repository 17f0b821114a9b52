"""What `doctor` says of the schedules that a server has."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from flows.cli.main import main
from flows.operate import doctor

RUN = {"expected_start_time": "2026-03-01T03:00:00.000000Z"}


@pytest.mark.parametrize(
    ("age_seconds", "answers", "state", "asked"),
    [
        (5, [[], [], [RUN]], doctor.OK, 3),  # just deployed: the server plans its runs within a minute
        (3600, [[RUN]], doctor.OK, 1),
        (3600, [[]], doctor.FAIL, 1),  # old, and nothing is planned: at once
        (doctor._PLANNING_SECONDS - 1, [[], [], [], []], doctor.FAIL, None),  # fresh, but nothing is planned in time
    ],
    ids=["fresh", "old", "dead", "dead and fresh"],
)
def test_doctor_waits_for_the_first_planned_runs_of_a_fresh_deployment(age_seconds, answers, state, asked):
    questions = []

    def answer(_request):
        questions.append(1)
        return httpx.Response(200, json=answers[min(len(questions), len(answers)) - 1])

    updated = datetime.now(UTC) - timedelta(seconds=age_seconds)
    deployment = {"id": "1", "name": "nightly", "updated": updated.isoformat().replace("+00:00", "Z")}
    with httpx.Client(transport=httpx.MockTransport(answer), base_url="http://server/api") as client:
        finding = doctor._next_run(client, deployment)
    assert (finding.subject, finding.state) == ("schedule nightly", state)
    assert asked is None or len(questions) == asked
    if state == doctor.FAIL:
        assert "scheduler is dead" in finding.advice


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ([], 0, "note  schedules: schedules.toml does not exist"),
        (["--schedules", "nightly.toml"], 1, "FAIL  schedules: nightly.toml does not exist"),
    ],
    ids=["by default", "named"],
)
def test_a_schedules_file_that_is_named_must_exist(tmp_path, monkeypatch, capsys, arguments, code, said):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(doctor, "api_url", lambda: None)
    assert main(["doctor", *arguments]) == code
    assert said in capsys.readouterr().out
