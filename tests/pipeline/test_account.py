"""One account: a word is the same number in the summary, `show`, the report, the index, the UI and Prometheus."""

import json
import re

import pytest
from support.datasets import count

from flows.cli.console import summary
from flows.cli.main import main
from flows.report import sections
from flows.report.account import account_of
from flows.report.html import render_index, render_run
from flows.report.model import read_reports
from flows.report.prometheus import metrics_text
from flows.report.records import GateSummary
from tasks.load.output import Output

OUTCOMES = ("articles", "duplicates", "quarantined")


@pytest.fixture(scope="module")
def reports(dataset):
    """The reports of the dataset's runs, the oldest first."""
    return list(reversed(read_reports(Output(dataset / "out"), 10)))


def words_of(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def test_every_run_adds_up(reports):
    for report in reports:
        account = report.account
        assert account.rest == 0, account
        assert account.received == account.articles + account.duplicates + account.quarantined + account.forgotten
        assert sum(report.quarantine_counts.values()) == account.quarantined
        assert {name: report.counts[name] for name in OUTCOMES} == {name: getattr(account, name) for name in OUTCOMES}
    assert any(report.account.quarantined_copies for report in reports), "a copy of a quarantined page is among them"
    assert any(report.account.replaced for report in reports), "a newer text is among them"


def test_the_dataset_is_the_sum_of_its_runs(dataset, reports):
    accounts = [report.account for report in reports]
    out = dataset / "out"
    forgotten = count(out, "ledger", "outcome = 'forgotten'")
    replaced = sum(account.replaced for account in accounts)
    assert sum(account.received for account in accounts) == count(out, "ledger")
    assert sum(account.articles for account in accounts) - replaced - forgotten == count(out, "articles")
    assert sum(account.duplicates for account in accounts) == count(out, "duplicates")
    assert sum(account.quarantined for account in accounts) == count(out, "quarantine")


def test_show_counts_an_article_once(dataset, capsys):
    assert main(["show", "--output", str(dataset / "out")]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    articles = count(dataset / "out", "articles")
    assert shown.startswith(f"{articles} articles ")
    assert f"ledger: 10 pages received = {articles} articles + 1 replaced by a newer text + 4 duplicates" in shown
    assert main(["show", "--json", "--output", str(dataset / "out")]) == 0
    known = json.loads(capsys.readouterr().out)
    assert known["pages_by_outcome"]["article"] == known["articles"] == articles
    assert sum(known["pages_by_outcome"].values()) == count(dataset / "out", "ledger")


def test_show_never_cuts_the_id_of_a_run(dataset, capsys, monkeypatch, reports):
    for columns in (60, 80, 120):
        monkeypatch.setenv("COLUMNS", str(columns))
        assert main(["show", "--output", str(dataset / "out")]) == 0
        shown = capsys.readouterr().out
        assert all(report.run_id in shown for report in reports)


def test_all_places_say_the_same_of_a_run(dataset, capsys, reports):
    assert main(["show", "--json", "--output", str(dataset / "out")]) == 0
    shown = {run["run_id"]: run for run in json.loads(capsys.readouterr().out)["runs"]}
    for report in reports:
        account = report.account
        numbers = {"received": account.received} | {name: getattr(account, name) for name in OUTCOMES}
        assert {name: shown[report.run_id][name] for name in numbers} == numbers
        summary(report, str(dataset / "out"))
        printed = capsys.readouterr().out
        for name, sign in (("articles", "="), ("duplicates", r"\+"), ("quarantined", r"\+")):
            assert re.search(rf"^{sign} +{numbers[name]} {name.removesuffix('s')}", printed, re.MULTILINE), printed
        page = words_of(render_run(report, []))
        assert report.sentence() in page
        assert report.sentence() in report.markdown()  # the artifact in the UI
        assert "not accounted for" not in page
        if account.quarantined:
            assert f"{account.quarantined} page{'s'[: account.quarantined != 1]} quarantined for" in page
        index = words_of(render_index([report]))
        assert " ".join(str(number) for number in numbers.values()) in index
        metrics = metrics_text(report)
        for name, number in numbers.items():
            assert re.search(rf'^copydesk_pages{{.*outcome="{name}"}} {number}$', metrics, re.MULTILINE)
        last = sections.flow(account).rows[-1]
        assert last.pages == account.articles


def test_the_steps_and_gates_of_a_report_see_the_same_pages(reports):
    for report in reports:
        gates = {gate.step: gate.received for gate in report.gates}
        assert {step.step: step.pages for step in report.steps} == {
            name: gates[name] for name in gates if name in ("ingest", "clean", "extract")
        }
    titles = [gate.title for gate in sections.gates(reports[1])]
    assert titles[:3] == ["After ingest", "After clean", "After extract"], "in the order of the run"
    assert "copies of known pages not checked again" in sections.gates(reports[1])[1].numbers


@pytest.mark.parametrize(
    ("counts", "sentence"),
    [
        (
            {"received": 9, "articles": 4, "duplicates": 2, "quarantined": 2, "forgotten": 1, "replaced": 1},
            "9 pages in = 4 articles (1 replaces an earlier text) + 2 duplicates + 2 quarantined + 1 forgotten.",
        ),
        (
            {"received": 5, "articles": 3, "duplicates": 0, "quarantined": 2, "replaced": 2},
            "5 pages in = 3 articles (2 replace an earlier text) + 0 duplicates + 2 quarantined.",
        ),
    ],
)
def test_new_versions_and_forgotten_copies_are_named(counts, sentence):
    account = account_of(counts, [GateSummary("ingest", counts["received"], 1)], is_published=True)
    assert account.sentence() == sentence
    assert account.rest == 0
    assert account.quarantined_copies == 1
