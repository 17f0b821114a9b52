"""A run's report as its JSON file holds it, rendered as pages, and what a browser sees of these."""

import re
from datetime import UTC, datetime
from html.parser import HTMLParser

from flows.report import html
from flows.report.model import RunReport

VOID = {"meta", "br", "img", "link", "input", "hr"}
SVG_SHAPES = {"rect", "line", "path", "circle", "polyline"}


class Page(HTMLParser):
    """What a browser would see: every tag closed in order, attributes and text apart."""

    def __init__(self, source):
        super().__init__()
        self.open, self.tags, self.attributes, self.text, self.faults, self.ids = [], [], [], "", [], []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag, attrs):
        self.handle_startendtag(tag, attrs)
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        self.ids += [value for name, value in attrs if name == "id"]
        if len({name for name, _ in attrs}) < len(attrs):
            self.faults.append(f"{tag} has an attribute twice")

    def handle_endtag(self, tag):
        if not self.open or self.open[-1] != tag:
            self.faults.append(f"</{tag}> closes {self.open[-1:]}")
        elif self.open:
            self.open.pop()

    def handle_data(self, data):
        if "style" not in self.open and data.strip():
            self.text += re.sub(r"\s+", " ", data) + " "


def seen(source):
    """The page, after checking what must hold of every one."""
    page = Page(source)
    assert page.faults == []
    assert page.open == []
    assert len(set(page.ids)) == len(page.ids)
    assert "script" not in page.tags
    assert "img" not in page.tags
    assert not [name for _, name, _ in page.attributes if name.startswith("on")]
    for _, name, value in page.attributes:
        if name in ("href", "src"):
            assert re.fullmatch(r"#[a-z_.-]+|[\w%.~-]+\.html|\.\./", value), value
            assert not value.startswith("#") or value[1:] in page.ids
    assert "url(" not in source
    assert "@import" not in source
    assert ("meta", "name", "viewport") in page.attributes
    assert not any(
        "nan" in (value or "") or "inf" in (value or "") for tag, _, value in page.attributes if tag in SVG_SHAPES
    )
    source.encode("utf-8")
    return page


def render_run(report, history):
    return html.render_run(RunReport.from_json(report), history)


def render_index(reports):
    return html.render_index([RunReport.from_json(report) for report in reports])


def account_of(report):
    return RunReport.from_json(report).account


def rule(code, state="pass", severity="critical", failed=0, checked=40, observed=""):
    return {
        "code": code,
        "severity": severity,
        "sentence": f"Sentence of {code}.",
        "state": state,
        "checked": checked,
        "failed": failed,
        "observed": observed,
    }


def report_of(**changes):
    """A run of 40 pages as its JSON file holds it."""
    gates = [
        {
            "step": "ingest",
            "received": 40,
            "quarantined": 2,
            "stops": [],
            "rules": [rule("ingest.empty", "fail", failed=2), rule("ingest.id_unique")],
        },
        {
            "step": "clean",
            "received": 38,
            "quarantined": 4,
            "stops": [],
            "rules": [rule("clean.listing", "fail", failed=4), rule("clean.login")],
        },
        {
            "step": "extract",
            "received": 34,
            "quarantined": 0,
            "stops": [],
            "rules": [rule("extract.date_missing", "fail", "warning", 12)],
        },
        {"step": "load", "received": 33, "quarantined": 0, "stops": [], "rules": [rule("load.accounted")]},
    ]
    return {
        "run_id": "20260301T060000-abc123",
        "rules_version": "0.1.0+12345678",
        "state": "CompletedWithWarnings",
        "message": None,
        "started_at": "2026-03-01T06:00:00+00:00",
        "finished_at": "2026-03-01T06:00:08+00:00",
        "parameters": {"sources": ["pages"], "output": "out"},
        "counts": {"received": 40, "articles": 33, "duplicates": 1, "quarantined": 6, "known": 3, "replaced": 0},
        "steps": [
            {
                "step": "clean",
                "batches": 4,
                "reused": 1,
                "pages": 38,
                "bytes": 0,
                "seconds": 1.0,
                "cpu_seconds": 0.5,
                "notes": {},
            }
        ],
        "gates": gates,
        "quarantine_counts": {"ingest.empty": 2, "clean.listing": 4},
        "quarantine": {
            "ingest.empty": [{"source_uri": "pages/a.html", "detail": "0 bytes"}],
            "clean.listing": [{"source_uri": "pages/b.html", "detail": None}],
        },
        "drift": [],
        "snapshot": "000001",
        "example": None,
    } | changes


def drift(metric, value, low, high, code, site=""):
    return {
        "site": site,
        "metric": metric,
        "value": value,
        "low": low,
        "high": high,
        "rows": 30,
        "state": "outside",
        "code": code,
        "sentence": f"{site or 'all'}: {metric} moved",
    }


def problem(key, *, is_new=True, **changes):
    """A problem of 7 pages that the run of `report_of` found."""
    run_id, before = "20260301T060000-abc123", "20260201T060000-000000"
    moments = {"opened_at": "2026-02-01T06:00:00+00:00", "last_seen_at": "2026-03-01T06:00:00+00:00"}
    row = {"key": key, "rule": key, "sentence": f"About {key}.", "pages": 7, "last_seen_by": run_id, **moments}
    return row | {"opened_by": run_id if is_new else before} | changes


def history_of(metric, values, last_run="20260301T060000-abc123"):
    """One metric of the runs before and of this one; None where a run has no value."""
    runs = [*(f"202602{day:02d}T060000-000000" for day in range(1, len(values))), last_run]
    return [
        {
            "run_id": run,
            "started_at": datetime(2026, 2, 1, tzinfo=UTC),
            "site": "",
            "metric": metric,
            "value": value,
            "rows": 40,
        }
        for run, value in zip(runs, values, strict=True)
        if value is not None
    ]
