"""The page of a run: whole, safe against what pages say of themselves, and true to its numbers."""

import re

import pytest
from support.reports import account_of, drift, history_of, render_index, render_run, report_of, rule, seen

from flows.report.wording import foreign_text, percent, usual_range

HOSTILE = "https://evil.example/\"'><script>alert(1)</script><img src=x onerror=alert(2)>\u202egnp.exe\x00"


def test_a_run_shows_its_numbers():
    page = seen(render_run(report_of(), history_of("pages", [41.0, 39.0, 40.0])))
    assert (
        "40 pages in = 33 articles + 1 duplicate + 6 quarantined; 3 pages known from earlier runs were skipped."
        in page.text
    )
    for said in (
        "CompletedWithWarnings",
        "20260301T060000-abc123",
        "0.1.0+12345678",
        "2026-03-01 06:00:00 UTC",
        "1 warning",
        "Sentence of clean.listing.",
    ):
        assert said in page.text
    assert re.search(r"clean +38 +0\.50 +76 +4 +1", page.text), (
        "pages, CPU seconds, pages a CPU second, batches, reused"
    )
    assert "Why it stopped" not in page.text


def test_sections_come_in_the_order_of_a_readers_questions():
    stopped = report_of(state="Failed", message="OSError: disk full", snapshot=None)
    page = seen(render_run(stopped, []))
    order = [name for name in page.ids if "-" not in name]
    assert order == ["stop", "flow", "quarantine", "gates", "speed"], "what was not measured has no section"
    moved = report_of(drift=[drift("words_median", 31.0, 140.0, 560.0, "site_layout", "gazette.example")])
    whole = seen(render_run(moved, history_of("passed", [1.0, 2.0, 3.0])))
    order = [name for name in whole.ids if "-" not in name]
    assert order == ["flow", "quarantine", "articles", "sites", "trends", "drift", "gates", "speed"]


@pytest.mark.parametrize(("received", "aside"), [(1, 0), (1, 1), (40, 3), (1_000_000, 1), (1_000_000, 999_999)])
def test_the_flow_adds_up_and_is_drawn_for_any_number_of_pages(received, aside):
    gates = [{"step": "ingest", "received": received, "quarantined": aside, "stops": [], "rules": []}]
    report = report_of(
        counts={"received": received, "articles": received - aside, "duplicates": 0, "quarantined": aside}, gates=gates
    )
    account = account_of(report)
    assert account.received == account.quarantined + account.duplicates + account.articles + account.rest
    source = render_run(report, [])
    page = seen(source)
    assert f"{received:,}" in page.text
    assert f"{received - aside:,}" in page.text
    widths = [float(width) for width in re.findall(r'class="trunk"[^>]* width="([\d.]+)"', source)]
    assert all(1 <= width <= 120 for width in widths)
    assert bool(widths) == (received > aside), "a page that goes on is seen, however many there are"
    branches = source.count('<path class="quarantined"')
    assert branches == (1 if aside else 0)


def test_widths_are_in_proportion():
    gates = [{"step": "ingest", "received": 400, "quarantined": 300, "stops": [], "rules": []}]
    source = render_run(report_of(gates=gates, counts={"received": 400, "articles": 100, "duplicates": 0}), [])
    assert re.findall(r'class="trunk"[^>]* width="([\d.]+)"', source)[0] == "29.0", "a quarter of 116"


def test_the_flow_has_a_title_a_description_and_a_table_of_the_same_numbers():
    source = render_run(report_of(), [])
    assert '<title id="flow-title">' in source
    assert account_of(report_of()).rest == 0
    described = re.search(r'<desc id="flow-desc">(.*?)</desc>', source).group(1)
    for what, number in (
        ("pages received", 40),
        ("quarantined after clean", 4),
        ("passed clean", 34),
        ("duplicates", 1),
        ("articles", 33),
    ):
        assert f"{what}: {number}" in described
        assert re.search(rf'<td>{what}</td><td class="num">{number}</td>', source)


def test_nothing_hostile_reaches_the_page_as_markup():
    hostile = report_of(
        run_id=HOSTILE,
        state=HOSTILE,
        message=HOSTILE,
        rules_version=HOSTILE,
        started_at=HOSTILE,
        parameters={"sources": [HOSTILE]},
        gates=[
            {
                "step": HOSTILE,
                "received": 1,
                "quarantined": 0,
                "stops": [HOSTILE],
                "rules": [rule(HOSTILE, "fail", "warning", 1, 1, HOSTILE)],
            },
            {"step": "clean", "received": 1, "quarantined": 1, "stops": [HOSTILE], "rules": []},
        ],
        quarantine_counts={HOSTILE: 1},
        quarantine={HOSTILE: [{"source_uri": HOSTILE, "detail": HOSTILE}]},
        drift=[drift(HOSTILE, 1.0, None, 0.5, HOSTILE), drift("words_median", 1.0, 2.0, None, "site_layout", HOSTILE)],
        steps=[{"step": HOSTILE, "batches": 1, "reused": 0, "pages": 1, "cpu_seconds": 0, "notes": {}}],
    )
    metric = f"{HOSTILE}_missing_share"
    source = render_run(hostile, history_of(metric, [0.1, 0.2], HOSTILE))
    page = seen(source)
    assert "<script" not in source
    assert "\u202e" not in source, "no text may turn the direction of what follows"
    assert "\x00" not in source
    assert "<script>alert(1)</script>" in page.text, "it is shown, as text"
    index = render_index([hostile])
    seen(index)
    assert "<script" not in index


def test_an_endless_text_is_cut_and_lone_surrogates_do_no_harm():
    endless = report_of(quarantine={"clean.listing": [{"source_uri": "a" * 1_000_000, "detail": "\ud800"}]})
    assert len(render_run(endless, [])) < 100_000
    seen(render_run(endless, []))
    assert foreign_text("خبر\u200cها") == "خبر\u200cها", "joiners are part of words"


def test_a_stopped_run_says_why_and_what_to_do():
    gates = report_of()["gates"][:2]
    gates[1] |= {"quarantined": 30, "stops": ["clean: 30 of 38 rows fail a critical rule (79%; the limit is 60%)"]}
    stopped = report_of(
        state="StoppedByGate",
        snapshot=None,
        gates=gates,
        message="x",
        counts={"received": 40, "articles": 0, "duplicates": 0, "quarantined": 0},
    )
    page = seen(render_run(stopped, []))
    assert (
        "40 pages in, 32 quarantined; then the gate after clean stopped the run, and nothing was published."
        in page.text
    )
    assert "30 of 38 rows fail a critical rule (79%; the limit is 60%)" in page.text
    assert "clean.quarantined_share_max" in page.text
    assert account_of(stopped).rest == 8
    assert re.search(r"not published +8 ", page.text)


@pytest.mark.parametrize(
    ("step", "stop", "advice"),
    [
        ("clean", "clean.schema: column label: missing, declared string", "Report it"),
        ("clean", "clean.login: could not be checked", "never counts as a pass"),
        ("ingest", "ingest.pages: There is at least one page. Found: 0", "whether the source holds"),
        ("load", "load.id_unique: the id 1 stands twice", "fault of the program"),
        ("dataset", "dataset.volume: pages is 1, usually about 90", "dataset.is_drift_critical"),
    ],
)
def test_each_kind_of_stop_has_its_advice(step, stop, advice):
    gates = [{"step": step, "received": 40, "quarantined": 0, "stops": [stop], "rules": []}]
    page = seen(render_run(report_of(state="StoppedByGate", snapshot=None, gates=gates), []))
    assert stop in re.sub(r" +", " ", page.text)
    assert advice in page.text


def test_a_failed_run_shows_its_message_and_whether_it_published():
    failed = report_of(state="Failed", message="OSError: disk full", snapshot=None)
    assert "OSError: disk full" in seen(render_run(failed, [])).text
    assert "Nothing was published." in seen(render_run(failed, [])).text
    assert "It was published before it failed." in seen(render_run(failed | {"snapshot": "000002"}, [])).text


def test_a_run_without_new_pages():
    empty = report_of(
        state="Completed",
        counts={"received": 0, "articles": 0, "duplicates": 0, "quarantined": 0, "known": 40},
        gates=[],
        steps=[],
        quarantine={},
        quarantine_counts={},
    )
    page = seen(render_run(empty, []))
    assert "No new page came in; 40 pages known from earlier runs were skipped." in page.text
    assert page.ids == ["speed"], "no field of empty sections"
    assert "Nothing new: 40 known pages were skipped, the dataset is as before, and nothing needs a look." in page.text
    assert account_of(report_of(counts={}, gates=[], state="Completed")).sentence() == "No page came in."


def test_what_failed_stands_open_and_what_passed_is_folded_in_the_order_of_the_run():
    source = render_run(report_of(), [])
    gates = source[source.index('id="gates"') : source.index('id="speed"')]
    heads = re.findall(r"<details( open)?><summary><h3>(.*?)</h3>", gates)
    assert heads == [
        (" open", "After ingest"),
        (" open", "After clean"),
        (" open", "After extract"),
        ("", "Before publication"),
    ]
    stopped = report_of()
    stopped["gates"][2]["stops"] = ["extract.schema: column"]
    marks = re.findall(r'<h3>([^<]*)</h3> <b class="(\w+)"><span aria-hidden="true">(.)', render_run(stopped, []))
    assert marks == [
        ("After ingest", "note", "⊘"),
        ("After clean", "note", "⊘"),
        ("After extract", "bad", "■"),
        ("Before publication", "good", "✓"),
    ]
    assert re.search(r"<details><summary>.{0,60}1 rule passed</summary>.{0,200}ingest\.id_unique", gates, re.DOTALL)


def test_drift_is_shown_with_its_limits_and_sites_separately():
    moved = [
        drift("date_missing_share", 0.37, -0.02, 0.18, "null_share"),
        drift("pages", 40.0, 100.0, None, "volume"),
        drift("words_median", 31.0, 140.0, 560.0, "site_layout", "gazette.example"),
        drift("pages", 0.0, 1.0, float("inf"), "site_missing", "post.example"),
    ]
    source = render_run(report_of(drift=moved), history_of("date_missing_share", [0.08, 0.09, 0.37]))
    page = seen(source)
    for said in (
        "date_missing_share 37%; usual: 0% to 18%",
        "pages 40; usual: at least 100",
        "2 sites changed",
        "◆ outside the usual range",
        "words_median 31; usual: 140 to 560",
        "no page came",
    ):
        assert said in re.sub(r" +", " ", page.text)
    sites = source[source.index('id="sites"') :]
    assert sites.index("post.example") < sites.index("gazette.example"), "a site that is gone comes first"
    assert usual_range("pages", None, float("inf")) == "anything"


def test_trends_show_the_last_value_and_say_when_it_is_not_this_runs():
    page = seen(render_run(report_of(), history_of("words_median", [400.0, None, 380.0, 412.5])))
    assert re.search(r"words median .*412\.5 +380 to 412\.5 in 3 runs", page.text)
    other = [row for row in history_of("words_median", [400.0, 380.0, 410.0, 1.0]) if row["value"] > 1]
    assert re.search(r"410 +before; this run has none", seen(render_run(report_of(), other)).text)
    site = [row | {"site": "gazette.example"} for row in history_of("words_median", [1.0, 2.0, 7777.0])]
    assert "7,777" not in seen(render_run(report_of(), site)).text


def test_the_index_lists_runs_newest_first_with_links():
    old, new = report_of(run_id="20260101T000000-aaaaaa", state="StoppedByGate", snapshot=None), report_of()
    source = render_index([old, new])
    page = seen(source)
    links = [value for tag, name, value in page.attributes if name == "href"]
    assert links == ["../", "20260301T060000-abc123.html", "20260101T000000-aaaaaa.html"]
    assert re.search(r"CompletedWithWarnings.* 40 +33 +1 +6 +1 +0 ", page.text)
    assert "nothing was published" in page.text
    assert "There are no reports yet." in seen(render_index([])).text


def test_states_are_shown_by_sign_and_word_too():
    signs = {"Completed": "✓", "CompletedWithWarnings": "▲", "StoppedByGate": "■", "Failed": "✕", "Running": "○"}
    for state, sign in signs.items():
        assert re.search(rf"{sign} +{state}", seen(render_run(report_of(state=state), [])).text)


@pytest.mark.parametrize(
    ("share", "said"), [(0.0, "0%"), (0.00001, "<0.1%"), (0.125, "12.5%"), (0.99996, "99.9%"), (1.0, "100%")]
)
def test_a_share_is_never_rounded_to_nothing_or_all(share, said):
    assert percent(share) == said


@pytest.mark.parametrize(("articles", "words"), [(33, "articles"), (1, "article")])
def test_the_end_of_the_flow_is_named_for_what_it_is(articles, words):
    counts = {"received": 40, "articles": articles, "duplicates": 1, "quarantined": 8, "forgotten": 31 - articles + 1}
    labels = re.findall(r"<text[^>]*>(.*?)</text>", render_run(report_of(counts=counts), []).partition("</svg>")[0])
    assert re.sub("<.*?>", "", labels[-1]) == f"{articles} {words}"
