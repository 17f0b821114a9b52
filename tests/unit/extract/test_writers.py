"""Where writers are printed and declared: by the headline, beside dates, in dropped lines, at the end of the story."""

import tomllib
from collections import defaultdict

import pyarrow as pa
import pytest
from support.ids import case_id
from support.paths import ROOT

from tasks import schema
from tasks.clean.model.lexicon import phrases_in
from tasks.extract.core import extract_page
from tasks.extract.dropped_lines import writers_lines
from tasks.extract.fields.authors import find_authors, find_byline
from tasks.extract.fields.bylines import is_introduced, is_person, people_in
from tasks.extract.page import LabelledLine, Page

STORY = "The ferry between Osterby and the opposite shore will carry passengers again from Monday."
HEAD = ("headline", "Ferry to run again after repairs")
BODY = [("paragraph", STORY), ("paragraph", STORY + " It is a relief.")]
CONTRIBUTORS = ["Bo Lee", "Cy Fox"]


def page(lines, signals=None):
    """A page of lines `(label, text)`; `drop label` is one that clean dropped."""
    document = {"media_type": "text/html", "url": None, "fetched_at": None, "signals": None}
    kept, dropped = [], []
    for number, (label, text) in enumerate(lines, 1):
        is_dropped = label.startswith("drop ")
        action = "drop" if is_dropped else "keep"
        line = LabelledLine(number, text, label.removeprefix("drop "), action, "r", 0, "p")
        (dropped if is_dropped else kept).append(line)
    return Page(document, kept, signals or {}, dropped_names=dropped)


def authors(lines, signals=None):
    return find_authors(page(lines, signals), []).value


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Ada Mork, 12 October 2024", ["Ada Mork"]),
        ("12 October 2024 - Ada Mork", ["Ada Mork"]),
        ("12.10.2024 | 13:10 Uhr | Ada Mork", ["Ada Mork"]),
        ("Ada Mork12 October 2024", ["Ada Mork"]),
        ("Posted on October 12, 2024 by Ada Mork", ["Ada Mork"]),
        ("ByAda Mork Dec 9, 2016", ["Ada Mork"]),
        ("12 October 2024 • Ada Mork in Harbour", ["Ada Mork"]),
        ("05.02.2020 - Redaktion: Ada Mork (Pressesprecherin)", ["Ada Mork"]),
        ("Aktuelle Meldung - 12 October 2024", []),
        ("Thema des Tages // 12.10.2024", []),
        ("Reading Time: 3 mins read", []),
        ("Harbour News | 12 October 2024", []),
        ("Osterby Harbour 12 October 2024", []),
    ],
    ids=case_id,
)
def test_beside_a_date_stands_a_writer_or_a_section(line, expected):
    assert authors([HEAD, ("date", line), *BODY]) == expected


def test_a_topic_of_the_page_beside_the_date_is_not_a_writer():
    lines = [HEAD, ("date", "Osterby Ferry | 12 October 2024"), *BODY]
    assert authors(lines, {"metas": {"article:section": ["Osterby Ferry"]}}) == []


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([HEAD, ("drop promo", "By Ada Mork"), *BODY], ["Ada Mork"], id="in a bar of buttons"),
        pytest.param([HEAD, ("drop promo", "By"), ("drop promo", "Ada Mork"), *BODY], ["Ada Mork"], id="in two lines"),
        pytest.param(
            [HEAD, ("drop navigation", "By Ada Mork May 8, 2024 5 min read"), *BODY], ["Ada Mork"], id="with a date"
        ),
        pytest.param(
            [HEAD, ("drop related", "By Ada Mork"), ("drop related", "By Jon Russ"), *BODY], [], id="bylines of teasers"
        ),
        pytest.param([HEAD, *BODY, ("drop navigation", "Autor: Ada Mork")], ["Ada Mork"], id="labelled, below"),
        pytest.param([HEAD, *BODY, ("drop navigation", "Autorin/Autor Ada Mork")], ["Ada Mork"], id="label, no colon"),
        pytest.param([HEAD, *BODY, ("drop navigation", "Author Guidelines for Science")], [], id="no label of a name"),
        pytest.param([HEAD, *BODY, ("drop footer", "Autor:"), ("drop footer", "Ada Mork")], ["Ada Mork"], id="label"),
        pytest.param(
            [HEAD, *BODY, ("drop footer", "Written by Ada Mork, Harbour Desk")], ["Ada Mork"], id="written by"
        ),
        pytest.param(
            [HEAD, *BODY, ("drop related", "Autor: Ada Mork"), ("drop related", "Autor: Jon Russ")], [], id="a list"
        ),
        pytest.param([HEAD, *BODY, ("drop navigation", "Jon Russ")], [], id="a bare name below"),
        pytest.param(
            [HEAD, ("drop navigation", "Von der Fähre bis zum Deich: was bleibt"), *BODY], [], id="a headline with von"
        ),
        pytest.param(
            [HEAD, *BODY, ("paragraph", "Autorin: Ada Mork, Projektleiterin.")], ["Ada Mork"], id="at the end"
        ),
        pytest.param(
            [HEAD, ("standfirst", "Posted by Ada Mork and Jon Russ"), *BODY],
            ["Ada Mork", "Jon Russ"],
            id="a standfirst",
        ),
    ],
)
def test_dropped_lines_and_text_name_the_writer_where_they_say_so(lines, expected):
    assert authors(lines) == expected


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([HEAD, ("byline", "Harbour Pledge"), ("byline", "By Ada Mork")], ["Ada Mork"]),
        ([HEAD, ("byline", "By Ada Mork"), ("byline", "JUST WATCHED")], ["Ada Mork"]),
        ([HEAD, ("byline", "By"), ("byline", "Ada Mork")], ["Ada Mork"]),
        ([HEAD, ("byline", "By Ada Mork, Harbour Writer,"), ("byline", "& Jon Russ")], ["Ada Mork", "Jon Russ"]),
        ([HEAD, ("byline", "Monday May 6, 2024 10:44 am PDT by Ada Mork")], ["Ada Mork"]),
        ([HEAD, ("byline", "Ada Mork"), ("byline", "The Big Shift")], ["Ada Mork"]),
        ([HEAD, ("byline", "too long"), ("byline", "Entretiens de Harbour au large")], []),
    ],
    ids=case_id,
)
def test_of_several_lines_the_one_that_says_by_counts(lines, expected):
    assert authors([*lines, *BODY]) == expected


@pytest.mark.parametrize(
    ("signals", "byline", "expected"),
    [
        pytest.param({"metas": {"author": ["Jon Russ"]}}, "By Ada Mork", ["Ada Mork"], id="the account that published"),
        pytest.param(
            {"metas": {"parsely-author": ["Ada Mork"]}},
            "By Ada Mork and Jon Russ",
            ["Ada Mork", "Jon Russ"],
            id="one more",
        ),
        pytest.param({"metas": {"parsely-author": ["Ada Mork", "Jon Russ"]}}, "By Ada Mork", None, id="declared more"),
        pytest.param(
            {"nodes": [{"is_article": True, "author": {"@type": "Person", "name": "Ada"}}]},
            "By Ada Mork",
            ["Ada Mork"],
            id="a given name",
        ),
        pytest.param(
            {"nodes": [{"is_article": True, "author": "Ada"}], "author_links": ["Ada", "More from Ada 99 posts"]},
            "Photos",
            ["Ada"],
            id="a given name and a counter",
        ),
        pytest.param({"metas": {"citation_author": ["Mork, Ada"]}}, "Photos", ["Ada Mork"], id="a library's meta tag"),
        pytest.param(
            {"items": [["author", "Ada Mork " + "has sailed since childhood " * 4]]}, "Photos", [], id="a life"
        ),
    ],
)
def test_declared_and_printed_writers_complete_each_other(signals, byline, expected):
    declared = authors([HEAD, *BODY], signals)
    assert authors([HEAD, ("byline", byline), *BODY], signals) == (expected if expected is not None else declared)


@pytest.mark.parametrize(
    ("elements", "line", "expected"),
    [
        ([["author box", "Ada Mork"]], ("caption", "Ada Mork"), ["Ada Mork"]),
        ([["author-share", "谢若含 2017-03-01 14:27:02"]], ("date", "谢若含2017-03-01 14:27:02"), ["谢若含"]),
        ([["comment-author vcard", "Jon Russ"]], ("caption", "Jon Russ"), []),
        ([["teaser author", "Jon Russ"]], ("caption", "Jon Russ"), []),
        ([["author", "Jon Russ"], ["author", "Bo Lee"]], ("caption", "Jon Russ"), []),
        ([["quote author", "Thomas Berg"]], ("caption", "A quay"), []),
    ],
    ids=case_id,
)
def test_an_element_of_a_writers_class_counts_by_the_headline(elements, line, expected):
    assert authors([HEAD, line, *BODY], {"bylines": elements}) == expected


@pytest.mark.parametrize(
    ("bylines", "expected"),
    [
        (["Ada Mork", "Piet Vos"], ["Ada Mork", "Piet Vos"]),
        (["Ada Mork", "Osterby"], ["Ada Mork"]),
        (["Bo Lee", "Piet Vos"], ["Ada Mork"]),
        (["Ada Mork", "Piet Vos", "Bo Lee", "Cy Fox"], ["Ada Mork"]),
    ],
)
def test_a_row_of_names_by_the_headline_completes_the_declared_one(bylines, expected):
    signals = {
        "nodes": [{"@type": "NewsArticle", "is_article": True, "author": {"@type": "Person", "name": "Ada Mork"}}]
    }
    lines = [HEAD, *(("byline", text) for text in bylines), ("date", "12 October 2024"), *BODY]
    assert authors(lines, signals) == expected


def test_sections_of_the_site_are_not_people_and_an_agency_is_named_before_the_site():
    signals = {
        "links": {"canonical": ["https://www.wendgazette.example/a"]},
        "nodes": [{"is_article": True, "author": "Wend Gazette"}],
        "metas": {"parsely-author": ["Wend Gazette Kitchens"], "articleauthor": ["Reuters"]},
    }
    read = page([HEAD, *BODY], signals)
    assert find_authors(read, ["Wend Gazette"]).value == []
    assert find_byline(read, []) == "Reuters"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("von Konstantin · 18. Oktober 2019 18. Oktober 2019", "Konstantin"),
        ("Written by Wend Today on November 7, 2023", "Wend Today"),
        ("By Daniel | Published: 23. Juli 2017 | Kommentare geschlossen", "Daniel"),
        ("By harbourhallFebruary 16, 2026", "harbourhall"),
        ("von Newsdesk 28. Januar 2022, 12:01", "Newsdesk"),
    ],
    ids=case_id,
)
def test_the_byline_as_one_string_has_no_dates_and_counters(line, expected):
    assert find_byline(page([HEAD, ("byline", line), *BODY]), []) == expected


def test_every_word_of_the_lexicon_before_a_writer_is_known():
    names = {"a": "Ada Mörk", "а": "Анна Морозова", "文": "陈美玲"}
    with (ROOT / "tasks/clean/model/lexicon.toml").open("rb") as handle:
        words = list(phrases_in(tomllib.load(handle)["byline"]["by"]["starts"]))
    roles_of_others = ("edited", "责任", "責任", "编辑", "編輯")
    unknown = []
    for word in words:
        script = "а" if "а" <= word[0] <= "я" else "文" if word[0] > "\u3000" else "a"
        people = [name for name in people_in(f"{word} {names[script]}") if is_person(name, set())]
        if people != ([] if word.startswith(roles_of_others) else [names[script]]):
            unknown.append((word, people))
    assert unknown == []
    assert is_introduced("a cura di Ada Mörk")


def test_dropped_lines_are_read_within_their_document_only():
    rows = [("a", 1, "navigation", "drop", "By Ada Mork"), ("a", 2, "headline", "field", "Ferry")]
    rows += [("a", 3, "related", "drop", "Jon Russ"), ("a", 4, "paragraph", "keep", STORY)]
    rows += [("a", 5, "footer", "drop", "Bo Lee")]
    rows += [
        ("b", n, "navigation", "drop", text)
        for n, text in enumerate(["Cy Fox", "Autor: Di Po", "x" * 200, "Autor Di Po"], 1)
    ]
    columns = ("doc_id", "line_no", "label", "action", "text")
    blank = {"blank_before": 0, "tag": "p", "reason": "container", "detail": None, "confidence": 1.0, "doubt": None}
    lines = pa.Table.from_pylist([dict(zip(columns, row, strict=True)) | blank for row in rows], schema=schema.LINES)
    kept = lines.filter(writers_lines(lines)).column("text").to_pylist()
    assert kept == ["By Ada Mork", "Jon Russ", "Bo Lee", "Autor: Di Po", "Autor Di Po"]


def test_the_writer_of_a_site_of_one_person_stays_an_author():
    lines = [HEAD, *BODY, ("footer", "© 2024 Ada Mork · Privacy ∙ Terms")]
    signals = {"metas": {"author": ["Ada Mork"]}}
    read = page(lines, signals)
    read.document = defaultdict(lambda: None, read.document, story_probability=1.0, body_confidence=1.0, doc_id="a")
    read.document |= {"page_digest": "a", "damaged_char_count": 0, "repairs": []}
    row = extract_page(read).row
    assert row["authors"] == ["Ada Mork"]


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Harbour Style", []), ("Ask Question", []), ("Perpetua Style", ["Perpetua Style"]), ("Ada Ferry", ["Ada Ferry"])],
)
def test_words_that_the_story_has_in_small_letters_are_a_section_unless_a_given_name_is_among_them(name, expected):
    story = ("paragraph", "Every harbour has its own style, and a ferry for those who ask a question.")
    assert authors([HEAD, ("byline", name), ("date", "12 October 2024"), story]) == expected
