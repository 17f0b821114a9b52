"""The views of sites: what became of their pages over the last runs, what is missing, and their open problems."""

import re
import threading
from contextlib import suppress
from datetime import UTC, datetime

import orjson
import pyarrow as pa
import pytest
from support.browsing import article, get

from flows.browse.app import make_app
from flows.browse.snapshot import ClosedError, Dataset
from tasks import schema
from tasks.load.output import Changes, Output
from tasks.quality.history import write_problems
from tasks.quality.problems import Problem
from tasks.storage.tables import write_table

RUNS = [f"202604{day:02d}T100000-aaaaaa" for day in range(1, 41)]  # of which the last 30 are shown
NOW = datetime(2026, 4, 30, tzinfo=UTC)


def page(number, run_id, url, outcome="article", **values):
    """A row of the ledger, and the article that its page became."""
    row = article(number, run_id=run_id, url=url, **values)
    known = ("doc_id", "source_uri", "url", "page_digest", "fetched_at", "run_id", "rules_version")
    ledger = {name: row[name] for name in known} | {"outcome": outcome, "byte_count": 9}
    return schema.blank_row(schema.LEDGER) | ledger, row if outcome == "article" else None


def problem(scope, **changes):
    values = {"key": f"dataset.site_layout/{scope}", "rule": "dataset.site_layout", "scope": scope, "pages": 7}
    times = {"opened_at": NOW, "last_seen_at": NOW, "opened_by": RUNS[-1], "last_seen_by": RUNS[-1]}
    return Problem(**{**values, **times, "sentence": f"{scope}: the pages have <changed>", **changes})


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """Sites in 40 runs: one in all, one in three with a page lost, one in the first only, one without address."""
    output = Output(tmp_path_factory.mktemp("out"))
    output.prepare()
    pages = [page(number, run_id, "https://www.Daily.example/a") for number, run_id in enumerate(RUNS, 1)]
    for number, run_id in enumerate(RUNS[-6::2], 100):
        pages.append(
            page(number, run_id, "http://weekly.example:8080/b", authors=["Ann Lee"], confidence=0.25 * (number - 99))
        )
        pages.append(page(number + 50, run_id, "http://weekly.example/c", "quarantined"))
    pages.append(page(200, RUNS[0], "https://gone.example/", publisher=None))
    pages.append(page(201, RUNS[-1], None, "duplicate", source_uri="Old/Pages/a.html"))
    changes = Changes()
    rows = {"ledger": [one for one, _ in pages], "articles": [one for _, one in pages if one]}
    for name, found in rows.items():
        path = output.work / f"{name}.parquet"
        write_table(pa.Table.from_pylist(found, schema=schema.PUBLISHED[name]), path)
        changes.added[name] = {("published_month=2026-03/" if name == "articles" else "") + "a.parquet": path}
    output.publish(changes)
    closed = problem("gone.example", key="gone", state="closed")
    write_problems(
        output.quality, [problem("weekly.example"), problem("weekly.example", key="b", rule="b", pages=2), closed]
    )
    report = {"run_id": RUNS[-1], "state": "StoppedByGate", "message": "clean: too many", "started_at": NOW.isoformat()}
    (output.runs / f"{RUNS[-1]}.json").write_bytes(orjson.dumps(report))
    output.reports.mkdir()
    (output.reports / f"{RUNS[-1]}.html").write_text("<!DOCTYPE html><title>Report</title>")
    return make_app(output.root)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("pages", ["daily.example", "weekly.example", "gone.example", "old/pages"]),
        ("quarantined", ["weekly.example", "daily.example", "gone.example", "old/pages"]),
        ("doubtful", ["weekly.example", "daily.example", "gone.example", "old/pages"]),
        ("problems", ["weekly.example", "daily.example", "gone.example", "old/pages"]),
        ("name", ["daily.example", "gone.example", "old/pages", "weekly.example"]),
    ],
)
def test_sites_are_ordered(app, sort, order):
    assert re.findall(r'<td class="site"><b><a [^>]*><bdi>(.*?)<', get(app, f"/sites?sort={sort}").text) == order


def test_an_unknown_order_is_refused(app):
    assert get(app, "/sites?sort=rowid").status_code == 400


def test_a_site_has_its_numbers_what_is_missing_its_problems_and_its_runs_as_bars(app):
    html = get(app, "/sites").text
    rows = re.findall(r'<td class="site">(.*?)</tr>', html, re.DOTALL)
    by_name = {re.search("<bdi>(.*?)</bdi>", row).group(1): row for row in rows}
    shown = {name: re.findall(r'data-label="\w+">(.*?)<', row) for name, row in by_name.items()}
    assert shown == {
        "daily.example": ["40", "40", "0", "0", "0.90", "authors 100%"],
        "weekly.example": ["6", "3", "0", "3", "0.50", "nothing"],
        "gone.example": ["1", "1", "0", "0", "0.90", "authors 100%, publisher 100%"],
        "old/pages": ["1", "0", "1", "0", "–", "–"],
    }
    bars = {name: row.count("<rect ") for name, row in by_name.items()}
    assert bars == {"daily.example": 30, "weekly.example": 6, "gone.example": 0, "old/pages": 1}
    assert "oldest run first: 1 of 2, 1 of 2, 1 of 2" in by_name["weekly.example"]
    places = re.findall(r'class="published" x="(\d+)"', by_name["weekly.example"])
    assert places == ["144", "156", "168"], "runs without a page of the site leave a gap"
    assert [name for name, row in by_name.items() if "open problem" in row] == ["weekly.example"]
    assert "2 open problems" in by_name["weekly.example"]


@pytest.mark.parametrize(
    ("name", "said", "plots"),
    [
        (
            "weekly.example",
            [
                "6 pages",
                "3 articles + 0 replaced by a newer text + 0 duplicates",
                "3 quarantined",
                "the pages have &lt;changed&gt;",
                "7 pages, 1 run",
            ],
            2,
        ),
        ("daily.example", ["40 pages", "None.", f'href="/runs/{RUNS[-1]}"'], 1),
        ("gone.example", ["None of the last runs had a page of this site.", "Trends are drawn once 3 runs"], 0),
        ("old/pages", ["1 page", "1 duplicate"], 0),
    ],
)
def test_a_site_has_a_view_of_its_own(app, name, said, plots):
    html = get(app, f"/site?name={name}").text
    for words in said:
        assert words in html
    assert html.count('<svg class="trend"') == plots


@pytest.mark.parametrize("name", ["", "nowhere.example", "daily", "%27+or+true+--", "%00"])
def test_a_site_without_pages_is_not_found(app, name):
    assert get(app, f"/site?name={name}").status_code == 404


def test_the_dataset_names_its_open_problems_and_why_the_last_run_published_nothing(app):
    html = get(app, "/").text
    assert "The last run published nothing" in html
    assert "clean: too many" in html
    listed = re.findall(
        r'<b class="(\w+)">.*?<code>(.*?)</code> <small>(.*?)</small>', html.partition('id="problems"')[2], re.DOTALL
    )
    assert listed == [("warn", "dataset.site_layout", "1 problem, 7 pages"), ("warn", "b", "1 problem, 2 pages")]


def test_closing_ends_what_is_prepared_in_the_background(app):
    """A thread that is in DuckDB when Python ends would abort the process."""
    begun = threading.Event()

    def prepare(snapshot):
        begun.set()
        with suppress(ClosedError):
            snapshot.create_table("endless", "select count(*) from range(1000000) a, range(1000000) b")

    dataset = Dataset(app.state.dataset.output.root, lambda snapshot: snapshot.in_background(prepare))
    snapshot = dataset.snapshot()
    assert begun.wait(10)
    dataset.close()
    assert not snapshot.is_preparing
    with pytest.raises(ClosedError):
        snapshot.rows("select 1")
