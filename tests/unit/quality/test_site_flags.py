"""Flags of pages that are odd only beside the other pages of their site, in the run or in earlier ones."""

from datetime import UTC, date, datetime, timedelta

import pyarrow as pa
import pytest
from support.site_pages import LIMITS, NOW, TABLE, cut, flags_of, metrics, page, paragraph, story

from tasks import schema
from tasks.load.tables.site_flags import SiteFlagRows
from tasks.quality import shared_texts
from tasks.quality.site_flags import flag_sites
from tasks.steps import digest

ALL = set(range(20))
MANY_AUTHORS = metrics(0.1, metric="same_author_share")
ONE_AUTHOR = metrics(1.0, metric="same_author_share")
NEWS, ARCHIVE = metrics(0.0, metric="old_share"), metrics(0.9, metric="old_share")
SLOGAN = {"summary": "The town's own paper."}
VARIED_SUMMARIES = metrics(0.01, metric="same_summary_share")
SIGNED = metrics(0.05, metric="authors_missing_share")
ENGLISH = metrics(1.0, metric="language_en_share")
TWO_LANGUAGES = [*metrics(0.9, metric="language_en_share"), *metrics(0.1, metric="language_es_share")[1::2]]
PAPER = metrics(1.0, metric="publisher_The Paper_share")
MOVED = {"published_at": datetime(2023, 4, 2, 3, 14, tzinfo=UTC), "published_date": date(2023, 4, 2)}
OLD = {"published_date": date(2025, 9, 4)}


@pytest.mark.parametrize(
    ("change", "history", "expected"),
    [
        pytest.param(lambda n: {}, (), {}, id="clean"),
        pytest.param(lambda n: {}, [*MANY_AUTHORS, *NEWS[1::2], *ENGLISH[1::2], *PAPER[1::2]], {}, id="clean history"),
        pytest.param(lambda n: MOVED, (), {"published_together": ALL}, id="one instant"),
        pytest.param(lambda n: MOVED if n < 4 else {}, (), {}, id="four with one instant"),
        pytest.param(
            lambda n: {"published_at": NOW - timedelta(hours=13)} if n < 5 else {},
            (),
            {},
            id="a clock at the full hour",
        ),
        pytest.param(lambda n: {"published_at": datetime(2026, 9, 4, 22, tzinfo=UTC)}, (), {}, id="only the day"),
        pytest.param(lambda n: {"title": "News"} if n < 5 else {}, (), {"title_shared": set(range(5))}, id="title"),
        pytest.param(lambda n: {"title": "News"} if n < 3 else {}, (), {}, id="three under one headline"),
        pytest.param(
            lambda n: {"title": f"Local {n}/11/2026"} if n < 5 else {},
            (),
            {"title_shared": set(range(5))},
            id="a section and a date",
        ),
        pytest.param(
            lambda n: {"title": f"Old harbour council: {chr(97 + n) * 9} decides"},
            (),
            {"title_shared": ALL},
            id="one start of all headlines",
        ),
        pytest.param(
            lambda n: {"title": f"{chr(97 + n) * 9} decided | Old Harbour Council"},
            (),
            {"title_shared": ALL},
            id="one end",
        ),
        pytest.param(
            lambda n: {"title": f"Harbour council: {chr(97 + n) * 9}"} if n % 2 else {}, (), {}, id="a start of some"
        ),
        pytest.param(lambda n: {"title": f"Chapter {n}"} if n < 3 else {}, (), {}, id="a series"),
        pytest.param(lambda n: {"text": cut(n, 500)}, (), {"lengths_alike": ALL}, id="cut after as many characters"),
        pytest.param(
            lambda n: {"text": "Summary. " * (n + 2) + "\n\n" + cut(n, 500)},
            (),
            {"lengths_alike": ALL},
            id="cut below a summary",
        ),
        pytest.param(lambda n: {"text": cut(n, 500 + 9 * n)}, (), {}, id="cut elsewhere"),
        pytest.param(lambda n: {"text": cut(n, 500)} if n < 4 else {}, (), {}, id="four cut alike"),
        pytest.param(lambda n: SLOGAN, VARIED_SUMMARIES, {"summary_shared": ALL}, id="a slogan"),
        pytest.param(lambda n: SLOGAN if n < 3 else {}, VARIED_SUMMARIES, {}, id="three with a slogan"),
        pytest.param(lambda n: SLOGAN, metrics(1.0, metric="same_summary_share"), {}, id="always a slogan"),
        pytest.param(lambda n: SLOGAN, (), {}, id="a slogan without history"),
        pytest.param(
            lambda n: {"canonical_url": f"https://www.a.example/{(n + 1) % 20}"},
            (),
            {"address_shared": ALL},
            id="the address of the next story",
        ),
        pytest.param(
            lambda n: {"canonical_url": "https://www.a.example/3", "title": "One"} if n in (3, 4) else {},
            (),
            {},
            id="the second page of a story",
        ),
        pytest.param(
            lambda n: {"canonical_url": "https://a.example/lead"}, (), {"address_shared": ALL}, id="one address"
        ),
        pytest.param(
            lambda n: {"title_found_share": 0.2 if n % 3 else 0.6}, (), {"title_misplaced": ALL}, id="other headlines"
        ),
        pytest.param(lambda n: {"title_found_share": 0.2 if n % 3 == 0 else 0.9}, (), {}, id="some puns"),
        pytest.param(lambda n: {"authors": ["Ada"]}, MANY_AUTHORS, {"author_unusual": ALL}, id="one author"),
        pytest.param(lambda n: {"authors": []}, SIGNED, {"author_unusual": ALL}, id="no author"),
        pytest.param(lambda n: {"authors": []}, (), {}, id="no author without history"),
        pytest.param(lambda n: {"authors": []} if n % 2 else {}, SIGNED, {}, id="some without an author"),
        pytest.param(lambda n: {"authors": ["Ada"]}, ONE_AUTHOR, {}, id="a blog"),
        pytest.param(lambda n: {"authors": ["Ada"]}, (), {}, id="one author without history"),
        pytest.param(lambda n: OLD, NEWS, {"older_than_usual": ALL}, id="all old"),
        pytest.param(lambda n: OLD if n < 9 else {}, NEWS, {}, id="some old"),
        pytest.param(lambda n: OLD, ARCHIVE, {}, id="an archive"),
        pytest.param(lambda n: {"language": "es"}, ENGLISH, {"language_unusual": ALL}, id="another language"),
        pytest.param(lambda n: {"language": "es"}, TWO_LANGUAGES, {}, id="a site of two languages"),
        pytest.param(
            lambda n: {"language": "es"} if n == 3 else {}, (), {"language_unusual": {3}}, id="one in another language"
        ),
        pytest.param(lambda n: {"publisher": "Home"}, PAPER, {"publisher_unusual": ALL}, id="another publisher"),
        pytest.param(lambda n: {"publisher": "Home"}, (), {}, id="any publisher without history"),
        pytest.param(
            lambda n: {"publisher": "a.example"}, PAPER, {"publisher_unusual": ALL}, id="the host in place of the name"
        ),
        pytest.param(lambda n: {"publisher": "www.a.example"} if n == 3 else {}, (), {}, id="the host as a name"),
        pytest.param(
            lambda n: {"publisher": f"Agency {n % 4}"},
            (),
            {"publisher_unusual": ALL},
            id="some names, none the main one",
        ),
        pytest.param(
            lambda n: {"publisher": f"Section {n % 4}" if n % 3 == 0 else "The Paper"},
            (),
            {},
            id="a main one beside some",
        ),
        pytest.param(lambda n: {"publisher": f"Name {n}"}, (), {"publisher_unusual": ALL}, id="a name per page"),
        pytest.param(
            lambda n: {"publisher": f"Name {n}", "url": f"https://archive.example/web/https://{n}.example/a"},
            (),
            {},
            id="copies in an archive",
        ),
    ],
)
def test_pages_that_are_odd_beside_their_site_are_flagged(change, history, expected):
    pages = [page(n, **change(n)) for n in range(20)]
    assert flags_of(pages, history) == expected
    assert flags_of(pages, history, parts=3) == expected


def text(*stories):
    return {"text": "\n\n".join(part for own in stories for part in own)}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({1: text(story(1), story(2))}, {1}, id="another story below"),
        pytest.param({1: text(*zip(story(1), story(2), strict=True))}, {1}, id="interleaved"),
        pytest.param(
            {n: text(story(n), story((n + 1) % 20)) for n in range(20)}, ALL, id="all with the next one below"
        ),
        pytest.param({1: text([paragraph(n, 0) for n in range(3, 9)])}, {1}, id="teasers of others"),
        pytest.param(
            {n: text([paragraph(99, part) for part in range(8)], story(n, 2)) for n in range(20)},
            ALL,
            id="paragraphs of a layout on all pages",
        ),
        pytest.param({1: text(story(1), [paragraph(2, 3)])}, set(), id="one paragraph of another"),
        pytest.param({1: text(story(2), [paragraph(1, 3)])}, set(), id="a version with more"),
        pytest.param({1: text(story(2))}, set(), id="the same text"),
        pytest.param(
            {1: text(story(2)) | {"url": "https://b.example/1", "domain": "b.example"}}, set(), id="elsewhere"
        ),
    ],
)
def test_texts_with_paragraphs_of_other_stories_are_flagged(changes, expected, monkeypatch):
    pages = [page(n, **changes.get(n, {})) for n in range(20)]
    assert flags_of(pages).get("text_shared", set()) == expected
    monkeypatch.setattr(shared_texts, "_KEPT_MAX", 150)  # of the 160 paragraphs and more
    assert flags_of(pages, parts=2).get("text_shared", set()) <= expected


def test_no_page_gives_no_flag():
    assert flag_sites([], (), LIMITS).num_rows == 0
    assert flag_sites([TABLE.empty_table()], (), LIMITS).num_rows == 0


def test_flags_are_added_to_the_rows_with_what_shows_them():
    pages = [page(n, **MOVED) for n in range(6)]
    flags = SiteFlagRows.of(flag_sites([pa.Table.from_pylist(pages, schema=TABLE)], (), LIMITS))
    kept = [{"flag": "sponsored", "line_no": 3, "shown": "Ad"}]
    columns = {"doc_id": [pages[2]["doc_id"], digest("other")], "flags": [["sponsored"], []]}
    rows = pa.table(columns | {"flag_evidence": pa.array([kept, None], schema.CANDIDATES.field("flag_evidence").type)})
    flagged, other = flags.added(rows).to_pylist()
    assert flagged["flags"] == ["sponsored", "published_together"]
    assert flagged["flag_evidence"][0] == kept[0]
    assert flagged["flag_evidence"][1]["shown"] == "6 articles have this instant"
    assert other["flags"] == []
    again = flags.added(flagged_rows := flags.added(rows))
    assert again.equals(flagged_rows)  # a flag that the page has itself is there once
    assert flags.added(pa.table(columns)).column("flags").to_pylist()[0] == ["sponsored", "published_together"]


def past(**shares):
    """Three earlier runs of the site with twenty pages each, and these metrics."""
    rows = [{"site": "a.example", "metric": "passed", "value": 20.0, "rows": 20}]
    rows += [{"site": "a.example", "metric": name, "value": share, "rows": 20} for name, share in shares.items()]
    return [row | {"run_id": f"run-{run}"} for run in range(3) for row in rows]


@pytest.mark.parametrize(
    ("changes", "history", "expected"),
    [
        pytest.param({"summary": None}, past(summary_missing_share=0.05), ALL, id="always had one"),
        pytest.param({"summary": None}, past(summary_missing_share=0.4), set(), id="often had none"),
        pytest.param({"topics": []}, past(topics_missing_share=0.0), ALL, id="an empty list"),
        pytest.param({"summary": None}, (), set(), id="no history"),
    ],
)
def test_a_field_that_all_pages_of_a_site_lack(changes, history, expected):
    pages = [page(n, **{"summary": f"About {n}.", "topics": ["pier"], "image_url": "i", **changes}) for n in range(20)]
    assert flags_of(pages, history).get("field_missing", set()) == expected
    pages[0] |= {"summary": "One.", "topics": ["one"]}
    pages[1] |= {"summary": "Two.", "topics": ["two"]}
    assert "field_missing" not in flags_of(pages, history)  # some pages have it


@pytest.mark.parametrize(
    ("count", "code", "history", "expected"),
    [
        pytest.param(12, "marks_lost", past(), set(range(12, 20)), id="most pages have a flag"),
        pytest.param(9, "marks_lost", past(), set(), id="fewer have it"),
        pytest.param(12, "marks_lost", past(flag_marks_lost_share=0.6), set(), id="they always had it"),
        pytest.param(12, "marks_lost", (), set(range(12, 20)), id="no history"),
        pytest.param(12, "author_damaged", (), set(), id="a site's own way, without history"),
        pytest.param(12, "published_after_fetched", past(), set(), id="a flag of one page"),
        pytest.param(20, "marks_lost", past(), set(), id="all pages have it"),
    ],
)
def test_pages_without_the_flag_that_most_of_their_site_have(count, code, history, expected):
    pages = [page(n, flags=[code] if n < count else []) for n in range(20)]
    assert flags_of(pages, history).get("site_flagged", set()) == expected
    assert flags_of(pages, history, parts=3).get("site_flagged", set()) == expected


def test_the_same_crowd_of_authors_on_all_pages():
    crowd = [f"Ada Author {letter}" for letter in "ABCD"]
    assert flags_of([page(n, authors=crowd) for n in range(20)]).get("author_unusual") == ALL
    assert "author_unusual" not in flags_of([page(n, authors=crowd[:2]) for n in range(20)])
    assert "author_unusual" not in flags_of([page(n, authors=crowd) for n in range(5)])
    assert "author_unusual" not in flags_of([page(n, authors=[*crowd, f"Ben {n}"]) for n in range(20)])


@pytest.mark.parametrize(
    ("repair", "flag"),
    [
        ("author_left_out", "author_damaged"),
        ("publisher_left_out", "publisher_damaged"),
        ("address_left_out", "address_of_front_page"),
    ],
)
def test_values_that_were_left_out_of_most_pages_of_a_site(repair, flag):
    for count, expected in ((20, ALL), (12, set(range(12))), (9, set())):
        pages = [page(n, repairs=[repair] if n < count else ["soft_hyphens"]) for n in range(20)]
        assert flags_of(pages).get(flag, set()) == expected
    assert flag not in flags_of([page(n, repairs=[repair]) for n in range(5)])  # too few pages
