"""Flags of pages that are odd only beside the other pages of their site, in the run or in earlier ones."""

from datetime import UTC, date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest

from expectations.thresholds import load_thresholds
from tasks import schema
from tasks.load.tables.site_flags import SiteFlagRows
from tasks.quality import shared_texts
from tasks.quality.profiles import profile, usual_range
from tasks.quality.site_flags import SiteLimits, flag_sites
from tasks.quality.site_rows import COLUMNS
from tasks.steps import digest

LIMITS = SiteLimits(load_thresholds().dataset, title_repeats_max=3, instant_repeats_max=4)
NOW = datetime(2026, 9, 5, 18, tzinfo=UTC)
TABLE = pa.schema([schema.CANDIDATES.field(name) for name in COLUMNS])


def paragraph(number, part):
    day = 1000 + number * 97 + part
    return f"Paragraph {part} of story {number} says what the council of the old harbour town decided on day {day}."


def story(number, count=8):
    return [paragraph(number, part) for part in range(count)]


def page(number, **changes):
    """A page of a site with many authors, written on the day before it was fetched."""
    published = NOW - timedelta(hours=7 + number, minutes=3 * number, seconds=number)
    row = {
        "doc_id": digest(str(number)),
        "domain": "www.a.example",
        "publisher": "The Paper",
        "source_uri": f"pages/{number}.html",
        "url": f"https://www.a.example/{number}",
        "canonical_url": f"https://www.a.example/{number}",
        "title": f"Headline {chr(97 + number // 26)}{chr(97 + number % 26)}",
        "title_found_share": 0.8,
        "authors": [f"Ada Author {number % 7}"],
        "language": "en",
        "published_at": published,
        "published_date": published.date(),
        "published_utc_offset_minutes": 120,
        "fetched_at": NOW,
        "text": "\n\n".join(story(number)),
    }
    row |= changes
    return row | {"text_digest": digest(row["text"])}


def cut(number, chars):
    """A story that ends within a word."""
    return "\n\n".join(story(number))[: chars - 1].rstrip(" .") + "a"


def metrics(share, **values):
    """Six earlier runs of the site with twenty pages each."""
    rows = [{"site": "a.example", "metric": "passed", "value": 20.0, "rows": 20}]
    rows += [{"site": "a.example", "metric": metric, "value": share, "rows": 20} for metric in values.values()]
    return [row | {"run_id": f"run-{run}"} for run in range(6) for row in rows]


def flags_of(pages, history=(), parts=1):
    """The flags of pages, by the number of the page."""
    size = -(-len(pages) // parts)
    tables = [pa.Table.from_pylist(pages[n : n + size], schema=TABLE) for n in range(0, len(pages), size)]
    numbers = {row["doc_id"]: number for number, row in enumerate(pages)}
    found = {}
    for row in flag_sites(tables, history, LIMITS).to_pylist():
        assert row["shown"]
        found.setdefault(row["flag"], set()).add(numbers[row["doc_id"]])
    return found


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


WHO = ("The harbour trust", "The town council", "The county court", "The ferry company", "The school board")
DID = ("agreed to close", "heard from", "counted", "promised a wall to", "found water under", "asked for more time for")
WHAT = ("the old pier", "many people of the north shore", "lorries on the road by the brickworks", "the market hall")


def varied_story(number, count=7):
    """Paragraphs of different words, lengths and figures, as a newspaper has them."""
    dice = np.random.default_rng(number)
    return [
        " ".join(
            f"{dice.choice(WHO)} {dice.choice(DID)} {dice.choice(WHAT)}, said {dice.choice(WHO).lower()} on day"
            f" {dice.integers(1000)} of case {dice.integers(20)}."
            for _ in range(dice.integers(1, 4))
        )
        for _ in range(count)
    ]


def ranges_of(stories):
    """Three earlier runs with these stories each."""
    values = usual_range(
        np.array([profile("\n\n".join(one), f"Headline {chr(97 + n % 26)}x") for n, one in enumerate(stories)])
    )
    rows = [{"site": "a.example", "metric": name, "value": value, "rows": 20} for name, value in values.items()]
    return [row | {"run_id": f"run-{run}"} for run in range(3) for row in rows]


def each(change):
    return lambda story: [change(one) for one in story]


USUAL_RANGES = ranges_of([varied_story(number) for number in range(100, 140)])


@pytest.mark.parametrize(
    ("change", "share"),
    [
        pytest.param(list, 0.0, id="nothing"),
        pytest.param(lambda story: story[:1], 1.0, id="one paragraph is left"),
        pytest.param(each(lambda one: one.replace("e", "3").replace("a", "4")), 1.0, id="digits for letters"),
        pytest.param(each(lambda one: one.replace("h", "b")), 1.0, id="h read as b"),
        pytest.param(each(lambda one: one.replace(".", "")), 1.0, id="no full stops"),
        pytest.param(lambda story: [x for one in story for x in (one, "Photo: A. Thornwick")], 1.0, id="captions"),
        pytest.param(each(lambda one: one[4:]), 1.0, id="starts of paragraphs lost"),
        pytest.param(lambda story: [*story, *story], 1.0, id="paragraphs twice"),
    ],
)
def test_texts_that_are_unlike_the_earlier_ones_of_their_site(change, share):
    pages = [page(n, text="\n\n".join(change(varied_story(n)))) for n in range(20)]
    assert len(flags_of(pages, USUAL_RANGES).get("text_unlike_usual", ())) == pytest.approx(20 * share, abs=2)
    assert "text_unlike_usual" not in flags_of(pages[:9], USUAL_RANGES)  # too few pages
    assert "text_unlike_usual" not in flags_of(pages, [row for row in USUAL_RANGES if row["run_id"] == ""])


def test_a_few_odd_texts_are_no_change_of_their_site():
    pages = [page(n, text="\n\n".join(varied_story(n)[: 1 if n % 2 else None])) for n in range(20)]
    assert "text_unlike_usual" not in flags_of(pages, USUAL_RANGES)


def test_what_is_unlike_is_shown_beside_the_usual():
    pages = [page(n, text="\n\n".join(varied_story(n)[:1])) for n in range(20)]
    shown = {
        row["shown"]
        for row in flag_sites([pa.Table.from_pylist(pages, schema=TABLE)], USUAL_RANGES, LIMITS).to_pylist()
        if row["flag"] == "text_unlike_usual"
    }
    assert any(one.startswith("characters: ") and one.endswith(" on the site") for one in shown)


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


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        pytest.param("Headline {0}", set(), id="as usual"),
        pytest.param("{1}/20 Headline {0}", ALL, id="with a number"),
        pytest.param("Headline {0} | Town | The Paper", ALL, id="with a path"),
        pytest.param("IMG_{1:04}", ALL, id="of a picture"),
        pytest.param("HEADLINE {0}", ALL, id="in capitals"),
    ],
)
def test_headlines_that_are_unlike_the_earlier_ones_of_their_site(title, expected):
    pages = [
        page(n, text="\n\n".join(varied_story(n)), title=title.format(f"{chr(97 + n)}{chr(99 + n % 9)}", n))
        for n in range(20)
    ]
    assert flags_of(pages, USUAL_RANGES).get("title_unlike_usual", set()) == expected
