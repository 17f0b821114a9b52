"""A run's report: its JSON keeps its keys, and every rendering states the same account and the same warnings."""

from dataclasses import replace

import orjson
import pytest

from expectations.gate import Example, Outcome, Verdict
from flows.cli.console import summary
from flows.parameters import NewsParameters
from flows.report.alerts import body
from flows.report.html import render_index, render_run
from flows.report.model import RunReport, read_reports
from flows.report.prometheus import metrics_text
from flows.report.records import QuarantinedPage
from tasks.load.output import Output
from tasks.quality.drift import ComparedMetric
from tasks.quality.losses import UnusualLoss
from tasks.quality.problems import Problem
from tasks.steps import Receipt, StepResult

REPORT_KEYS = (
    "run_id rules_version parameters started_at state message finished_at counts steps gates quarantine "
    "quarantine_counts "
    "drift losses problems snapshot example"
).split()
STEP_KEYS = "step batches reused pages bytes seconds cpu_seconds notes".split()
GATE_KEYS = "step received quarantined stops rules".split()
RULE_KEYS = "code severity sentence state checked failed observed".split()
LOSS = UnusualLoss(kind="language", name="ko", lost=3, sentence="3 of 3 pages in Korean (ko) were quarantined")
DRIFT = ComparedMetric(metric="pages", value=4.0, low=8.0, high=float("inf"), code="volume")


@pytest.fixture
def report():
    """A run of four pages of which one was quarantined and one a duplicate, with a warning and a note."""
    report = RunReport.begin(NewsParameters(sources=["pages"], output="out"), "1+abc")
    receipt = Receipt("b", "b.parquet", received=4, seconds=1.25, cpu_seconds=0.5, byte_count=900, is_reused=True)
    report.step(StepResult("ingest", (receipt,), {"listed": 6, "known": 2}))
    rules = [
        Outcome("ingest.empty", "critical", "It holds text.", "It is empty.", "fail", 4, 1),
        Outcome(
            "ingest.late", "warning", "It came in time.", "It came late.", "fail", 4, 2, [Example("a.html", "two days")]
        ),
        Outcome("ingest.odd", "info", "It is not odd.", "It is odd.", "fail", 4, 1),
        Outcome("ingest.broken", "critical", "It can be checked.", "It cannot be checked.", "error"),
    ]
    report.gate(Verdict("ingest", 4, rules, {0: ["ingest.empty"]}), None)
    report.counts |= {"articles": 2, "duplicates": 1, "quarantined": 1}
    report.drift, report.losses = [DRIFT], [LOSS]
    report.state = "CompletedWithWarnings"
    return report


def test_the_json_has_the_keys_that_it_always_had(report):
    written = orjson.loads(orjson.dumps(report.to_json()))
    assert list(written) == REPORT_KEYS
    assert list(written["steps"][0]) == STEP_KEYS
    assert list(written["gates"][0]) == GATE_KEYS
    assert list(written["gates"][0]["rules"][0]) == RULE_KEYS


def test_a_report_is_read_as_it_was_written(report):
    written = orjson.dumps(report.to_json())
    again = RunReport.from_json(orjson.loads(written))
    assert orjson.dumps(again.to_json()) == written
    assert (again.steps, again.gates, again.account) == (report.steps, report.gates, report.account)
    assert again.drift == [replace(DRIFT, high=None)]
    assert again.losses == [LOSS]


def test_a_report_of_another_version_is_read_too(tmp_path):
    output = Output(tmp_path)
    output.prepare()
    (output.runs / "1.json").write_text(
        '{"run_id": "1", "state": "Completed", "counts": {"received": 1}, "future": []}'
    )
    (output.runs / "2.json").write_text("[]")
    (output.runs / "3.json").write_text("{")
    (report,) = read_reports(output, 5)
    assert (report.run_id, report.account.received, report.started_at) == ("1", 1, None)


def test_every_rendering_states_the_same_account(report, capsys):
    sentence = "4 pages in = 2 articles + 1 duplicate + 1 quarantined; 2 pages known from earlier runs were skipped."
    assert report.sentence() == sentence
    assert sentence in body(report)
    assert sentence in report.markdown()
    assert sentence in render_run(report, [])
    summary(report, "no/such/output")
    screen = capsys.readouterr().out
    for words in ("4 pages in (2 more known", "2 articles", "1 duplicate\n", "1 quarantined"):
        assert words in screen
    for outcome, pages in (("received", 4), ("articles", 2), ("duplicates", 1), ("quarantined", 1), ("known", 2)):
        assert f'copydesk_pages{{output="out",outcome="{outcome}"}} {pages}\n' in metrics_text(report)


def test_a_stopped_run_counts_what_its_gates_quarantined(report):
    report.state, report.counts["quarantined"] = "StoppedByGate", 0
    assert report.account.quarantined == 1
    assert 'outcome="quarantined"} 1\n' in metrics_text(report)


def test_warnings_are_the_same_everywhere(report, capsys):
    assert [rule.code for rule in report.warnings] == ["ingest.late"]
    assert "1 warning<" in render_run(report, [])
    assert '<td class="num" data-label="warnings">1</td>' in render_index([report])
    assert 'copydesk_warnings{output="out"} 1\n' in metrics_text(report)
    assert "- `ingest.late`: It came late. 2 of 4 failed, e.g. a.html: two days" in report.markdown()
    summary(report, "no/such/output")
    assert capsys.readouterr().out.count("  warning ") == 1
    # an alert also names rules that could not be checked
    assert [line.split()[1] for line in body(report).splitlines() if line.startswith("- ")] == [
        "ingest.broken",
        "ingest.late",
    ]


def test_with_an_address_of_browse_reports_and_alerts_lead_there(report, monkeypatch):
    monkeypatch.delenv("COPYDESK_BROWSE_URL", raising=False)
    assert "http" not in body(report) + render_run(report, []).partition("<body>")[2]
    monkeypatch.setenv("COPYDESK_BROWSE_URL", "http://127.0.0.1:8321/")
    report.quarantine_counts = {"clean.too_short": 1}
    for problems in ([], [Problem(key="a", rule="a", sentence="It is odd.")]):
        report.problems = problems
        assert body(report).endswith(f"\nReport: http://127.0.0.1:8321/runs/{report.run_id}")
    report.quarantine = {"clean.too_short": [QuarantinedPage("a.html", None, "d1")]}
    page = render_run(report, [])
    assert '<a href="http://127.0.0.1:8321/">' in page
    assert '<a href="http://127.0.0.1:8321/page/d1">' in page
    assert '<a href="http://127.0.0.1:8321/quarantine?reason=clean.too_short">' in page


def test_files_of_others_among_the_reports_are_passed_over(tmp_path):
    output = Output(tmp_path)
    output.prepare()
    for name, text in (("a.json", '{"a": 1}'), ("b.json", '{"run_id": 7}'), ("c.json", '{"run_id": "1"}')):
        (output.runs / name).write_text(text)
    assert [report.run_id for report in read_reports(output, 9)] == ["1"]


@pytest.mark.parametrize(("example", "shown"), [("-dash.html", "./-dash.html"), ("a b.html", "'a b.html'")])
def test_the_command_for_an_example_can_be_pasted(report, capsys, example, shown):
    report.example = example
    summary(report, "no/such/output")
    assert f"explain {shown} --output" in capsys.readouterr().out
