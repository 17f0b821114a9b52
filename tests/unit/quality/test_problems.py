"""The life of a problem over runs, without a run."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from expectations.gate import Outcome, Verdict
from expectations.thresholds import load_thresholds
from flows.problems import follow, observe
from flows.report.alerts import alert
from flows.report.html import render_run
from flows.report.model import RunReport
from flows.report.problems import standing_phrase
from tasks.load.output import Output
from tasks.quality.drift import ComparedMetric
from tasks.quality.history import read_problems, write_problems
from tasks.quality.losses import UnusualLoss, recovered_groups
from tasks.quality.problems import Finding, Key, Observation, Problem, acknowledge, advance, key_of, mark_alerted

LIMIT = load_thresholds().dataset
START = datetime(2026, 3, 1, tzinfo=UTC)
RULE = "dataset.site_layout"
SITE = Key(RULE, "a.example")
LOSS = Key("dataset.site_quarantined", "a.example")


def observed(*keys, rules=(), recovered=(), **scopes):
    observation = Observation(rules=set(rules), recovered=set(recovered))
    observation.scopes = {name.replace("_", "."): pages for name, pages in scopes.items()}
    for key in keys:
        observation.find(Finding(key, "warning", f"{key} is odd", 7))
    return observation


def life(*observations, is_replay=False):
    """The problems after runs r0, r1, ... with these observations; the last may be a replay."""
    problems = []
    for number, observation in enumerate(observations):
        last = number == len(observations) - 1
        run = (f"r{number}", START + timedelta(days=number))
        problems = advance(problems, observation, run, LIMIT, is_replay=is_replay and last)
    return [(problem.key, problem.state, problem.runs, problem.closed_by) for problem in problems]


@pytest.mark.parametrize(
    ("observations", "after"),
    [
        ([observed(SITE)], ("open", 1, None)),
        ([observed(SITE), observed(SITE)], ("open", 2, None)),
        ([observed(SITE), observed(rules=[RULE], a_example=9)], ("closed", 1, "r1")),
        ([observed(SITE), observed(rules=[RULE], a_example=2)], ("open", 1, None)),  # too few pages to tell
        ([observed(SITE), observed(rules=[RULE], b_example=9)], ("open", 1, None)),  # no page of the site
        ([observed(SITE), observed(a_example=9)], ("open", 1, None)),  # stopped before the comparison
        ([observed(Key("dataset.volume")), observed(rules=["dataset.volume"])], ("closed", 1, "r1")),
        (
            [observed(Key("dataset.site_missing", "a.example")), observed(rules=["dataset.site_missing"], a_example=1)],
            ("closed", 1, "r1"),
        ),
    ],
)
def test_a_problem_opens_stays_and_closes(observations, after):
    ((key, *rest),) = life(*observations)
    assert key.startswith("dataset.")
    assert tuple(rest) == after


def test_what_comes_back_is_a_new_problem():
    runs = life(observed(SITE), observed(rules=[RULE], a_example=9), observed(SITE))
    assert [state for _, state, _, _ in runs] == ["closed", "open"]


@pytest.mark.parametrize(
    ("replayed", "state"),
    [
        (observed(recovered=[LOSS]), "closed"),
        (observed(rules=[LOSS.rule], a_example=9), "open"),  # its pages are still in quarantine
        (observed(), "open"),
    ],
)
def test_a_replay_closes_the_losses_that_it_made_good(replayed, state):
    assert [row[1] for row in life(observed(LOSS), replayed, is_replay=True)] == [state]


def test_the_groups_that_a_replay_made_good():
    pages = [
        {"doc_id": f"{site}{n}", "language": "en", "url": f"https://{site}/{n}", "source_uri": "p"}
        for site in ("a.example", "b.example")
        for n in range(10)
    ]
    lost = {f"b.example{n}": "clean.listing" for n in range(10)}
    assert recovered_groups(pages, lost, LIMIT) == {("site", "a.example")}


@pytest.mark.parametrize(
    ("metric", "key"),
    [
        (ComparedMetric("a.example", "date_missing_share", code="site_layout"), "dataset.site_layout/a.example"),
        (ComparedMetric("a.example", "words_median", code="site_layout"), "dataset.site_layout/a.example"),
        (
            ComparedMetric("a.example", "flag_text_ends_open_share", code="site_layout"),
            "dataset.site_layout/a.example/text_ends_open",
        ),
        (ComparedMetric("", "flag_text_ends_open_share", code="doubts"), "dataset.doubts/text_ends_open"),
        (ComparedMetric("", "date_missing_share", code="null_share"), "dataset.null_share/date_missing"),
        (
            ComparedMetric("a.example", "publisher_WordPress_share", code="site_publisher"),
            "dataset.site_publisher/a.example",
        ),
        (UnusualLoss(code="language_quarantined", kind="language", name="ko"), "dataset.language_quarantined/ko"),
    ],
)
def test_a_key_names_rule_scope_and_flag(metric, key):
    assert str(key_of(metric)) == key


def test_a_gate_is_observed_by_rule_and_site():
    outcomes = [
        Outcome("extract.title_repeated", "warning", "Fine.", "Repeated.", "fail", 20, 9),
        Outcome("extract.title_missing", "warning", "Fine.", "Missing.", "pass", 20),
        Outcome("extract.odd", "warning", "Fine.", "Odd.", "error"),
    ]
    outcomes[0].sites.update({"a.example": 5, "b.example": 4})
    observation = Observation()
    observe(Verdict("extract", 20, outcomes, {0: ["x"]}, stops=["extract: too many"]), observation)
    assert {str(key): finding.pages for key, finding in observation.findings.items()} == {
        "extract.title_repeated/a.example": 5,
        "extract.title_repeated/b.example": 4,
        "gate.extract": 1,
    }
    assert "extract.odd" not in observation.rules
    assert "extract.title_missing" in observation.rules


def test_problems_are_kept_and_a_broken_list_ends_no_run(tmp_path, caplog):
    output = Output(tmp_path)
    run = ("r0", START)
    assert [row.key for row in follow(output, observed(SITE), run, LIMIT, is_replay=False)] == [str(SITE)]
    (problem,) = read_problems(output.quality)
    assert (problem.opened_at, problem.opened_by, problem.is_open) == (START, "r0", True)
    reported = mark_alerted(acknowledge([problem], str(SITE), "known", START), START)
    assert not any(row.awaits_alert for row in reported)
    write_problems(output.quality, reported)
    assert read_problems(output.quality) == reported
    with pytest.raises(KeyError):
        acknowledge(reported, "other", "", START)
    (output.quality / "problems" / "problems.parquet").write_bytes(b"no table")
    assert follow(output, observed(SITE), run, LIMIT, is_replay=False) == []
    assert "cannot be read" in caplog.text


def report_with(**changes):
    problem = Problem(
        key=str(SITE),
        rule=RULE,
        scope="a.example",
        sentence="a <b>",
        pages=7,
        opened_at=START,
        opened_by="r1",
        last_seen_at=START,
        last_seen_by="r1",
    )
    problems = [
        problem,
        replace(problem, key="old", opened_by="r0", runs=3),
        replace(problem, key="gone", opened_by="r0", state="closed", closed_by="r1", closed_how="replay"),
    ]
    row = {"run_id": "r1", "state": "CompletedWithWarnings", "parameters": {"output": "out"}, "problems": problems}
    return RunReport.from_json(row | changes)


def test_a_report_speaks_of_new_open_and_closed_problems():
    report = report_with()
    assert standing_phrase(report) == "1 new problem, 1 still open, 1 closed"
    page = render_run(report, [])
    assert '<a class="warn" href="#problems">1 new problem, 1 still open, 1 closed</a>' in page
    assert "a &lt;b&gt;" in page
    assert "closed by replay r1" in page
    assert "**1 new problem, 1 still open, 1 closed**" in report.markdown()
    stopped = [replace(report.problems[0], severity="critical")]
    assert '<a class="bad" href="#problems">1 new problem</a>' in render_run(report_with(problems=stopped), [])


@pytest.mark.parametrize(
    ("changes", "sends"),
    [
        ({}, True),
        ({"alerted_at": START}, False),
        ({"acknowledged_at": START}, False),
    ],
)
def test_an_alert_is_sent_once_for_a_problem(changes, sends, monkeypatch):
    monkeypatch.setenv("COPYDESK_ALERT_URLS", "json://127.0.0.1:9/")
    known = [replace(report_with().problems[0], **changes)]
    # nothing listens there, so that an alert that is sent is not delivered
    assert alert(report_with(problems=known)) is (False if sends else None)
    assert alert(report_with(problems=known, state="Failed")) is False
