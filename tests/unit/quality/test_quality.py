"""Runs beside the runs before them; quarantine, replay; and what an alert says."""

import http.server
import json
import socket
import threading
from datetime import UTC, datetime, timedelta

import pytest
from support.datasets import query
from support.paths import PAGES, THRESHOLDS

from expectations import dataset
from expectations.gate import check
from expectations.thresholds import load_thresholds
from flows.cli.main import main
from flows.report.alerts import alert
from tasks.load.output import Output
from tasks.quality.drift import compare
from tasks.quality.history import read_metrics
from tasks.quality.metrics import of_run

LIMIT = load_thresholds().dataset
DAY = datetime(2026, 1, 1, tzinfo=UTC)


def page(site, number, **changes):
    """A candidate as the metrics see it."""
    return {
        "doc_id": f"{site}{number}",
        "domain": site,
        "publisher": site,
        "source_uri": f"{site}/{number}",
        "url": f"https://{site}/{number}",
        "published_date": DAY.date(),
        "published_at": DAY,
        "published_utc_offset_minutes": 0,
        "authors": ["A B"],
        "topics": ["x"],
        "image_url": "i",
        "language": "en",
        "summary": "s",
        "word_count": 300 + 7 * (number % 9),
        "paragraph_count": 8,
        "confidence": 0.9,
        "kind": "article",
        "flags": [],
        "fetched_at": DAY,
        "title": f"Headline {number}",
        "canonical_url": f"https://{site}/{number}",
        "text_digest": f"{site}{number}",
        "text": "s",
    } | changes


def run_of(pages, quarantined=()):
    return of_run(pages, quarantined, {"received": len(pages) + len(quarantined), "duplicates": 0})


def clean_day(number):
    return [page(site, n) for site in ("a.example", "b.example") for n in range(20 + number % 4)]


HISTORY = [row | {"run_id": f"r{day}"} for day in range(8) for row in run_of(clean_day(day))]


def outside_by_rule(pages, quarantined=(), history=HISTORY):
    """Rule -> sentences of what lies outside the usual."""
    compared = compare(run_of(pages, quarantined), history, LIMIT)
    found = {}
    for row in compared:
        if row.state == "outside":
            found.setdefault(row.code, []).append(row.sentence)
    return found


@pytest.mark.parametrize("day", range(6))
def test_a_usual_day_is_usual(day):
    assert outside_by_rule(clean_day(day)) == {}


def test_a_site_whose_dates_vanish_is_named():
    pages = [page("a.example", n) for n in range(20)] + [page("b.example", n, published_date=None) for n in range(20)]
    found = outside_by_rule(pages)
    assert any("b.example: date_missing_share is 100%" in sentence for sentence in found["site_layout"])
    assert not any("a.example" in sentence for sentence in found["site_layout"])


def test_a_site_whose_bodies_shrink_is_named():
    found = outside_by_rule(
        [page("a.example", n) for n in range(20)] + [page("b.example", n, word_count=60) for n in range(20)]
    )
    assert any(sentence.startswith("b.example: words_median is 60") for sentence in found["site_layout"])


def test_a_site_that_goes_to_quarantine_is_named():
    gone = [{"url": f"https://b.example/{n}", "source_uri": f"b/{n}"} for n in range(20)]
    found = outside_by_rule([page("a.example", n) for n in range(20)], gone)
    assert any("b.example: quarantined_share is 100%" in sentence for sentence in found["site_layout"])


def test_a_missing_site_a_small_and_a_large_day_are_reported():
    assert "site_missing" in outside_by_rule([page("a.example", n) for n in range(42)])
    assert "volume" in outside_by_rule(clean_day(0)[:6])
    assert "volume" in outside_by_rule(clean_day(0) * 10)


def test_another_language_is_reported():
    assert "language_mix" in outside_by_rule(
        [page(site, n, language="fr") for site in ("a.example", "b.example") for n in range(20)]
    )


def test_a_doubt_that_becomes_frequent_is_reported_and_a_single_one_is_not():
    def day(count):
        return [page("a.example", n, flags=["text_ends_open"] if n < count else []) for n in range(20)] + clean_day(0)[
            20:
        ]

    assert outside_by_rule(day(2)) == {}
    assert any(sentence.startswith("flag_text_ends_open_share is") for sentence in outside_by_rule(day(5))["doubts"])


def test_old_articles_a_tenth_and_tenfold_volume_are_reported_whatever_the_spread_was():
    old = [
        page(site, n, published_date=(DAY - timedelta(days=400)).date())
        for site in ("a.example", "b.example")
        for n in range(10)
    ]
    assert "age" in outside_by_rule(clean_day(0) + old)
    wild = [
        row | {"run_id": f"w{day}"}
        for day, times in enumerate((1, 2, 1, 2, 1, 2, 1, 2))
        for row in run_of(clean_day(day) * times)
    ]
    assert "volume" in outside_by_rule(clean_day(0)[:4], history=wild)
    assert "volume" in outside_by_rule(clean_day(0) * 40, history=wild)
    assert "volume" not in outside_by_rule(clean_day(0), history=wild)


def test_without_history_nothing_is_judged_and_that_is_said():
    compared = compare(run_of(clean_day(0)), HISTORY[:20], LIMIT)
    assert {row.state for row in compared if row.site == ""} == {"no_history"}
    verdict = check(dataset.suite(LIMIT), dataset.table(compared))
    history = next(outcome for outcome in verdict.outcomes if outcome.code == "dataset.history")
    assert (history.state, history.severity) == ("fail", "info")
    assert "too little history to compare: 1 of 5 runs" in history.observed
    assert verdict.warnings == []
    assert verdict.stops == []


def test_drift_warns_and_stops_only_if_configured():
    compared = compare(run_of(clean_day(0)[:6]), HISTORY, LIMIT)
    assert "dataset.volume" in {
        outcome.code for outcome in check(dataset.suite(LIMIT), dataset.table(compared)).warnings
    }
    strict = LIMIT.model_copy(update={"is_drift_critical": True})
    assert check(dataset.suite(strict), dataset.table(compared)).reasons


@pytest.fixture(scope="module")
def strict_run(tmp_path_factory):
    """The sample pages of one site, run under a rule that sets most of them aside."""
    root = tmp_path_factory.mktemp("strict")
    text = THRESHOLDS.read_text()
    strict = root / "strict.yml"
    strict.write_text(text.replace("words_min: 8 ", "words_min: 250 ").replace("from_rows: 20", "from_rows: 1000"))
    assert (
        main(
            [
                "run",
                str(PAGES / "islandobserver"),
                str(PAGES / "cometfeed"),
                "--output",
                str(root / "out"),
                "--thresholds",
                str(strict),
            ]
        )
        == 0
    )
    return root / "out"


def test_replay_publishes_what_now_passes_exactly_once(strict_run, capsys):
    before = query(strict_run, "articles", "article_id")
    set_aside = {row[0] for row in query(strict_run, "quarantine", "doc_id")}
    assert main(["quarantine", "--output", str(strict_run), "--json"]) == 0
    assert {row["doc_id"] for row in json.loads(capsys.readouterr().out)} == set_aside
    assert len(set_aside) > 2
    for _ in range(2):
        assert main(["replay", "--reason", "clean.too_short", "--output", str(strict_run)]) == 0
    ledger = query(strict_run, "ledger", "doc_id, outcome")
    assert len(ledger) == len({row[0] for row in ledger}) == 9
    after = query(strict_run, "articles", "article_id, doc_id")
    assert len(after) == len(before) + len(set_aside) == len({row[0] for row in after})
    assert set_aside <= {row[1] for row in after}
    assert not Output(strict_run).files("quarantine")
    assert main(["run", str(PAGES / "cometfeed"), "--output", str(strict_run)]) == 0  # known pages stay known
    assert len(query(strict_run, "ledger", "doc_id")) == 9


def test_every_run_is_in_the_history(strict_run):
    metrics = read_metrics(strict_run / "quality", 20)
    assert {row["metric"] for row in metrics} >= {"pages", "quarantined_share", "words_median", "date_missing_share"}
    outcomes = query(strict_run, "quality/outcomes", "step, code, state")
    assert ("clean", "clean.too_short", "fail") in outcomes
    assert {step for step, _, _ in outcomes} == {"ingest", "clean", "extract", "load", "dataset"}


REPORT = {
    "state": "StoppedByGate",
    "run_id": "r1",
    "message": "clean: 9 of 10 rows fail",
    "parameters": {"output": "out"},
    "counts": {"received": 10, "articles": 0, "duplicates": 0, "quarantined": 9},
    "gates": [
        {
            "rules": [
                {
                    "code": "dataset.volume",
                    "severity": "warning",
                    "state": "fail",
                    "sentence": "As many pages came as usual.",
                    "observed": "pages is 10, usually about 400",
                }
            ]
        }
    ],
}


@pytest.fixture
def receiver():
    """A webhook on loopback; what it received."""
    received = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            """Keep the test's output clean."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port, received
    server.shutdown()
    thread.join(10)
    server.server_close()


def test_a_stopped_run_calls_the_webhook(receiver, monkeypatch):
    port, received = receiver
    monkeypatch.setenv("COPYDESK_ALERT_URLS", f"json://127.0.0.1:{port}/desk")
    assert alert(REPORT) is True
    assert "StoppedByGate" in received[0]["title"]
    assert "9 of 10 rows fail" in received[0]["message"]
    assert "usually about 400" in received[0]["message"]
    assert alert(REPORT | {"state": "Completed"}) is None
    monkeypatch.setenv("COPYDESK_ALERT_ON", "failure")
    assert alert(REPORT) is None
    assert len(received) == 1


def test_an_e_mail_goes_out(monkeypatch):
    mailbox, listener = [], socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=take_mail, args=(listener, mailbox), daemon=True)
    thread.start()
    port = listener.getsockname()[1]
    monkeypatch.setenv(
        "COPYDESK_ALERT_URLS",
        f"mailto://127.0.0.1:{port}?mode=insecure&from=desk@paper.example&to=editor@paper.example",
    )
    assert alert(REPORT) is True
    thread.join(20)
    listener.close()
    assert "Subject: Copydesk: StoppedByGate" in mailbox[0]


def take_mail(listener, mailbox):
    """One conversation of SMTP (RFC 5321), as far as one message needs."""
    connection, _ = listener.accept()
    with connection, connection.makefile("rwb") as stream:
        stream.write(b"220 desk\r\n")
        stream.flush()
        for line in stream:
            command = line[:4].upper()
            if command == b"DATA":
                stream.write(b"354 go on\r\n")
                stream.flush()
                lines = []
                while (part := stream.readline()) != b".\r\n":
                    lines.append(part.decode("utf-8", "replace"))
                mailbox.append("".join(lines))
            stream.write(b"221 bye\r\n" if command == b"QUIT" else b"250 ok\r\n")
            stream.flush()
            if command == b"QUIT":
                return


def test_an_address_that_is_none_or_answers_not_is_reported_and_stops_nothing(monkeypatch, caplog):
    monkeypatch.setenv("COPYDESK_ALERT_URLS", "nonsense json://127.0.0.1:9/")
    assert alert(REPORT) is False
    assert "address 1" in caplog.text
    assert "delivered" in caplog.text
