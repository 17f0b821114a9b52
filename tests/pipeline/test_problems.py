"""A problem over runs: a stop opens it, a second stop finds it open, a run that passes closes it; alerts come once."""

import json
import shutil
from collections.abc import Iterator

import pytest
from support.datasets import query
from support.paths import PAGES, THRESHOLDS

from flows.cli.main import main

COLUMNS = "key, state, runs, opened_by, last_seen_by, closed_by, closed_how"


@pytest.fixture
def alerts(monkeypatch) -> Iterator[list[str]]:
    """The bodies of alerts, taken from Apprise's own in-process transport."""
    import apprise

    sent: list[str] = []

    @apprise.decorators.notify(on="desk")
    def take(body, title, notify_type, *args, **kwargs):
        sent.append(body)

    monkeypatch.setenv("COPYDESK_ALERT_URLS", "desk://newsroom")
    yield sent
    apprise.plugins.N_MGR.remove("desk")


@pytest.fixture
def strict(tmp_path):
    """Thresholds under which the run of the sample pages stops after clean."""
    text = THRESHOLDS.read_text()
    file = tmp_path / "strict.yml"
    file.write_text(text.replace("words_min: 8 ", "words_min: 2500 ").replace("from_rows: 20", "from_rows: 1"))
    return file


def problems(root, capsys, *options):
    capsys.readouterr()
    assert main(["problems", "--output", str(root), "--json", *options]) == 0
    return json.loads(capsys.readouterr().out)


def test_a_stop_opens_a_problem_once_and_the_run_that_passes_closes_it(tmp_path, strict, alerts, capsys):
    shutil.copytree(PAGES / "northquay", tmp_path / "pages")
    run = ["run", str(tmp_path / "pages"), "--output", str(tmp_path / "out")]
    for _ in range(2):
        assert main([*run, "--thresholds", str(strict)]) == 3
    screen = capsys.readouterr().out
    assert "Problems: 2 new problems " in screen  # the gate, and the language that lost its pages
    assert "Problems: 2 problems still open " in screen
    (stop,) = [row for row in problems(tmp_path / "out", capsys) if row["key"] == "gate.clean"]
    assert (stop["state"], stop["runs"], stop["severity"], stop["scope"]) == ("open", 2, "critical", "")
    assert stop["opened_by"] < stop["last_seen_by"]
    assert len(alerts) == 1
    assert "new: gate.clean: clean: " in alerts[0]

    assert main(run) == 0
    screen = capsys.readouterr().out
    assert "  closed: gate.clean\n" in screen
    after = {row[0]: row for row in query(tmp_path / "out", "quality/problems", COLUMNS)}
    newest = max(path.stem for path in (tmp_path / "out" / "runs").glob("*.json"))
    assert after["gate.clean"] == ("gate.clean", "closed", 2, stop["opened_by"], stop["last_seen_by"], newest, "run")
    assert "gate.clean" not in {row["key"] for row in problems(tmp_path / "out", capsys)}
    assert "gate.clean" in {row["key"] for row in problems(tmp_path / "out", capsys, "--all")}
    page = (tmp_path / "out" / "report" / f"{newest}.html").read_text()
    assert f"closed by run {newest}" in page

    # history survives a replay, which neither opens a problem twice nor closes what it did not look for
    before = query(tmp_path / "out", "quality/problems", "key, opened_by, state", "order by all")
    assert main(["replay", "--all", "--output", str(tmp_path / "out")]) == 0
    kept = query(tmp_path / "out", "quality/problems", "key, opened_by, state", "order by all")
    assert [row[:2] for row in kept] == [row[:2] for row in before]


def test_an_acknowledged_problem_sends_no_alert_and_keeps_its_note(tmp_path, strict, alerts, capsys):
    shutil.copytree(PAGES / "northquay", tmp_path / "pages")
    run = ["run", str(tmp_path / "pages"), "--output", str(tmp_path / "out"), "--thresholds", str(strict)]
    with pytest.MonkeyPatch.context() as quiet:
        quiet.delenv("COPYDESK_ALERT_URLS")
        assert main(run) == 3
    acknowledge = ["problems", "--output", str(tmp_path / "out"), "--acknowledge"]
    assert main([*acknowledge, "gate.claen"]) == 2
    assert "gate.clean" in capsys.readouterr().err
    assert main(["problems", "--output", str(tmp_path / "out"), "--note", "x"]) == 2
    assert main([*acknowledge, "gate.clean", "--note", "the wrong folder\x1b[2J"]) == 0
    assert main([*acknowledge, "dataset.language_quarantined/en"]) == 0
    assert main(run) == 3
    assert alerts == []
    (stop,) = [row for row in problems(tmp_path / "out", capsys) if row["key"] == "gate.clean"]
    assert stop["note"].startswith("the wrong folder")
    assert main(["problems", "--output", str(tmp_path / "out")]) == 0
    screen = capsys.readouterr().out
    assert "acknowledged" in screen
    assert "\x1b" not in screen
