"""A report in a real browser, at three widths, light and dark: nothing is cut, or too faint to read."""

import pytest
from support.browser import CHROMIUM, WIDTHS, Browser, layout_faults
from support.reports import drift, history_of, problem, render_index, render_run, report_of

LONG = "https://paper.example/" + "a-very-long-part-of-an-address-without-a-space-" * 4
SITE = {"pages": 12345.0, "passed": 678.0, "confidence_mean": 0.5, "date_missing_share": 0.125}
METRICS = {"passed": 34.0, "words_median": 235.0, "confidence_mean": 0.85, "authors_missing_share": 0.2}


def history(runs):
    """Metrics of all pages over runs, and of three sites in the last one."""
    moved = [
        row
        for metric, value in {**METRICS, "language_en_share": 0.8}.items()
        for row in history_of(metric, [value * (1 + number / 50) for number in range(runs)])
    ]
    sites = [
        row | {"site": site}
        for site in ("paper.example", LONG, "folder/of/pages")
        for metric, value in (
            ("pages", 12345.0),
            ("passed", 678.0),
            ("confidence_mean", 0.5),
            ("date_missing_share", 0.125),
        )
        for row in history_of(metric, [value])
    ]
    return moved + sites


CHANGED = [
    drift("words_median", 31.0, 140.0, 560.0, "site_layout", "paper.example"),
    drift("pages", 40.0, 100.0, None, "volume"),
]
STOP = {
    "step": "clean",
    "received": 38,
    "quarantined": 30,
    "stops": [f"clean: 30 of 38 rows fail: {LONG}"],
    "rules": [],
}
REPORTS = {
    "first": (report_of(), history(1)),
    "later": (
        report_of(
            drift=CHANGED,
            problems=[problem(f"clean.listing/{number}-{LONG}", rule="clean.listing") for number in range(9)],
            quarantine={"clean.listing": [{"source_uri": LONG, "detail": LONG}]},
        ),
        history(5),
    ),
    "stopped": (
        report_of(state="StoppedByGate", snapshot=None, gates=[STOP], parameters={"sources": [LONG], "output": LONG}),
        [],
    ),
    "nothing new": (report_of(state="Completed", counts={"received": 0, "known": 40}, gates=[], steps=[]), []),
}


@pytest.mark.skipif(not CHROMIUM, reason="no browser is installed")
def test_reports_can_be_read_at_every_width(tmp_path):
    pages = {name: render_run(report, past) for name, (report, past) in REPORTS.items()}
    pages["index"] = render_index([report for report, _ in REPORTS.values()])
    with Browser(tmp_path / "browser") as browser:
        for name, source in pages.items():
            path = tmp_path / f"{name}.html"
            path.write_text(source, encoding="utf-8")
            browser.open(path.as_uri())
            browser.run("document.querySelectorAll('details').forEach(one => one.open = true)")
            for width in WIDTHS:
                for is_dark in (False, True):
                    browser.resize(width, is_dark=is_dark)
                    assert layout_faults(browser, "body", ["header", "html[lang]"]) == [], (name, width, is_dark)
        assert browser.messages == []
