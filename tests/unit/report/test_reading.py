"""What a reader of a report finds first: the judgement, the problems, the bars, the sites, and ways to other pages."""

import re

import pytest
from support.reports import drift, history_of, problem, render_index, render_run, report_of, seen

from flows.report import html
from flows.report.judgement import judgement
from flows.report.model import RunReport
from flows.report.sections import Neighbours
from tasks.load.output import Output


@pytest.mark.parametrize("runs", [1, 2, 3])
def test_trends_are_drawn_from_three_runs_on_and_only_of_what_moved(runs):
    history = [
        row
        for metric, values in (
            ("passed", [30.0, 32.0, 34.0]),
            ("date_missing_share", [0.0, 0.0, 0.0]),
            ("authors_missing_share", [0.5, 0.25, 0.125]),
        )
        for row in history_of(metric, values[-runs:])
    ]
    source = render_run(report_of(), history)
    page = seen(source)
    assert source.count('<svg class="trend"') == (2 if runs == 3 else 0)
    assert ("The same in all these runs: date missing 0%." in page.text) == (runs == 3)
    assert ("Trends are drawn once 3 runs have processed pages" in page.text) == (runs < 3)


def test_the_first_run_shows_its_fields_and_languages_as_bars():
    shares = {"authors_missing_share": 0.25, "language_missing_share": 0.1, "language_en_share": 0.6}
    shares |= {"language_de_share": 0.2, "passed": 34.0, "words_median": 235.0, "confidence_mean": 0.85}
    history = [row for metric, value in shares.items() for row in history_of(metric, [value])]
    source = render_run(report_of(), history)
    shown = re.findall(r'<th scope="row">(.*?)</th>.*?width:([\d.]+)%.*?"num">(.*?)<', source)
    assert shown == [
        ("language", "90.0", "90%"),
        ("authors", "75.0", "75%"),
        ("English (en)", "60.0", "60%"),
        ("German (de)", "20.0", "20%"),
        ("others", "10.0", "10%"),
        ("unknown", "10.0", "10%"),
    ]
    words = re.sub(r" +", " ", seen(source).text)
    assert "34 pages passed all gates; half of them have 235 words or more, and their mean confidence is 0.85." in words


def test_the_table_of_sites_has_what_became_of_their_pages_those_that_changed_first():
    values = {
        "gazette.example": {"pages": 8.0, "passed": 6.0, "confidence_mean": 0.75, "authors_missing_share": 0.5},
        "<b>": {"pages": 20.0, "passed": 20.0},
        "folder/of/pages": {"pages": 2.0, "passed": 0.0},
    }
    history = [
        row | {"site": site}
        for site, metrics in values.items()
        for metric, value in metrics.items()
        for row in history_of(metric, [value])
    ]
    source = render_run(report_of(drift=[drift("pages", 0.0, 1.0, None, "site_missing", "post.example")]), history)
    seen(source)
    rows = re.findall(r'<tr>\s*<td class="site"><bdi><b>(.*?)</b>(.*?)</tr>', source, re.DOTALL)
    assert [(name, re.findall(r'data-label="\w.*?">(.*?)<', cells)) for name, cells in rows] == [
        ("post.example", ["0", "0", "0", "–", "–"]),
        ("&lt;b&gt;", ["20", "20", "0", "–", "nothing"]),
        ("gazette.example", ["8", "6", "2", "0.75", "authors 50%"]),
        ("folder/of/pages", ["2", "0", "2", "–", "–"]),
    ]
    assert "counted for its publisher, or, if it was quarantined, for its folder" in source
    many = [row | {"site": f"s{number}"} for number in range(1200) for row in history_of("pages", [1.0])]
    assert "200 smaller sites not shown here" in seen(render_run(report_of(), many)).text


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({}, "Published: 33 of 40 pages became articles; 1 warning needs a look."),
        ({"gates": []}, "Published: 33 of 40 pages became articles, and nothing needs a look."),
        (
            {"counts": {"received": 1, "articles": 1}, "gates": []},
            "Published: 1 of 1 page became an article, and nothing needs a look.",
        ),
        (
            {"counts": {"received": 0, "known": 1}, "gates": []},
            "Nothing new: 1 known page was skipped, the dataset is as before, and nothing needs a look.",
        ),
        ({"counts": {}, "gates": []}, "No page came in: the dataset is as before, and nothing needs a look."),
        (
            {"problems": [problem("a"), problem("b", is_new=False), problem("c", is_new=False)]},
            "Published: 33 of 40 pages became articles; 1 new problem and 2 older problems need a look.",
        ),
        (
            {"problems": [problem("a", is_new=False, acknowledged_at="2026-03-01T06:00:00+00:00")]},
            "Published: 33 of 40 pages became articles, and nothing needs a look.",
        ),
        (
            {"state": "StoppedByGate", "snapshot": None, "gates": [{"step": "clean", "stops": ["clean: too many"]}]},
            "Not published: the gate after clean stopped the run; the reason needs a look.",
        ),
        ({"state": "Failed", "snapshot": None}, "Not published: the run failed; its message needs a look."),
        ({"state": "Failed"}, "Published, but then the run failed; its message needs a look."),
        ({"state": "Cancelled", "snapshot": None}, "Not published: the run was cancelled; its message needs a look."),
        ({"state": "Running"}, "Not published yet: the run is not over, and nothing needs a look."),
    ],
)
def test_one_sentence_says_whether_it_was_published_and_what_needs_a_look(changes, sentence):
    report = report_of(**changes)
    heading = re.search(r"<h1>(.*?)</h1>", render_run(report, []), re.DOTALL).group(1)
    assert re.sub(r"\s+", " ", re.sub("<.*?>", "", heading)) == sentence
    assert judgement(RunReport.from_json(report)).sentence == sentence
    assert sentence in RunReport.from_json(report).markdown()
    assert sentence in seen(render_index([report])).text
    seen(render_run(report, []))


def test_problems_are_grouped_by_standing_and_rule():
    found = [problem(f"clean.listing/{number}", rule="clean.listing") for number in range(5)]
    found += [
        problem("old", is_new=False),
        problem("gone", is_new=False, state="closed", closed_by="r", closed_how="run"),
    ]
    source = render_run(report_of(problems=found), [])
    page = seen(source)
    section = source[source.index('id="problems"') : source.index('id="flow"')]
    assert re.findall(r"<h3>(.*?) <span", section) == ["New", "Still open", "Closed"]
    assert section.count("<details>") == 1, "only what is many is folded"
    assert "Sentence of clean.listing." in page.text
    assert re.search(r"5 problems, 35 pages", page.text)
    assert section.count('href="#rule-clean.listing"') == 5


def test_rules_lead_to_the_pages_that_they_quarantined_and_back():
    source = render_run(report_of(), [])
    seen(source)
    assert '<a href="#reason-clean.listing"><code>clean.listing</code></a>' in source
    assert 'id="reason-clean.listing"' in source
    assert '<a href="#rule-clean.listing">Its rule</a>' in source
    assert 'id="rule-clean.listing"' in source
    assert "3 more: " in seen(source).text, "the account has more pages than examples"


@pytest.mark.parametrize(
    ("neighbours", "links"),
    [
        (Neighbours(), []),
        (Neighbours("20260228T060000-aaaaaa"), ["20260228T060000-aaaaaa.html"]),
        (Neighbours("", "20260302T060000-bbbbbb"), ["20260302T060000-bbbbbb.html"]),
    ],
)
def test_a_report_links_to_the_runs_beside_it_to_all_and_to_the_dataset(neighbours, links):
    page = seen(html.render_run(RunReport.from_json(report_of()), [], neighbours))
    hrefs = [value for _, name, value in page.attributes if name == "href" and not value.startswith("#")]
    assert sorted(hrefs) == sorted([*links, "index.html", "../"])


def test_a_run_that_follows_is_linked_from_the_report_before_it(tmp_path):
    output = Output(tmp_path)
    output.prepare()
    names = ["20260101T060000-a", "20260102T060000-b", "20260103T060000-c", "20260104T060000-d"]
    for number, run_id in enumerate(names):
        report = RunReport.from_json(report_of(run_id=run_id))
        metric = {"site": "a.example", "metric": "pages", "value": 7000.0 + number, "rows": 1}
        overall = {"site": "", "metric": "passed", "value": 10.0 + number, "rows": 1}
        report.finish("StoppedByGate" if number == 1 else "Completed", output, [metric, overall])
    for number, run_id in enumerate(names):
        source = (output.reports / f"{run_id}.html").read_text()
        linked = re.findall(r'<a rel="(\w+)" href="(.*?)\.html"', source)
        before, after = names[max(0, number - 1) : number], names[number + 1 : number + 2]
        assert linked == [("prev", one) for one in before] + [("next", one) for one in after], run_id
        assert f'data-label="pages">{7000 + number:,}<' in source, "each keeps the sites of its own run"
        plots = re.findall(r"<title>passed, oldest run first: (.*?)</title>", source)
        assert plots == {3: ["10, 12, 13"]}.get(number, []), "stopped runs are no history, later ones neither"
