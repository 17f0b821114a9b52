"""The rules of each field, by tables: what is declared or printed, and the value read from it."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.ids import case_id

from tasks.extract.body import read_body
from tasks.extract.core import extract_page
from tasks.extract.damage.page_story import _declares_front_page
from tasks.extract.fields.address import _is_of_page, clean_url, is_front_page
from tasks.extract.fields.authors import find_authors
from tasks.extract.fields.bylines import is_person, people_in
from tasks.extract.fields.headlines import strip_site
from tasks.extract.fields.language import find_language
from tasks.extract.fields.published import find_times
from tasks.extract.fields.published_declared import read_time
from tasks.extract.fields.title import find_title
from tasks.extract.fields.topics import find_topics
from tasks.extract.page import LabelledLine, Page, strings
from tasks.quality.metrics import site_of_row
from tasks.text.language import base_language
from tasks.text.publisher_names import is_agency, is_short_form


def page(signals=None, lines=(), url=None, media_type="text/html"):
    document = {"media_type": media_type, "url": url, "fetched_at": None, "signals": None}
    return Page(
        document,
        [LabelledLine(n, text, label, "field", "r", 0, "p") for n, (label, text) in enumerate(lines, 1)],
        signals or {},
    )


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("By DANA WIRTH", ["Dana Wirth"]),
        ("By Dana Wirth and Priya Nandakumar", ["Dana Wirth", "Priya Nandakumar"]),
        ("Von Anna Müller und Jörg Groß", ["Anna Müller", "Jörg Groß"]),
        ("Par Loïc Tréguennec", ["Loïc Tréguennec"]),
        ("Wirth, Dana", ["Dana Wirth"]),
        ("Dana Wirth, Staff Writer", ["Dana Wirth"]),
        ("Dana Wirth (dwi)", ["Dana Wirth"]),
        ("by Renata Szabo | October 2, 2025", ["Renata Szabo"]),
        ("Piet van den Berg; Ana de la Cruz", ["Piet van den Berg", "Ana de la Cruz"]),
        ("Owen McGREGOR-HILL", ["Owen McGregor-Hill"]),
        ("記者 佐久間理恵", ["佐久間理恵"]),
    ],
    ids=case_id,
)
def test_a_byline_names_its_people(text, people):
    assert [name for name in people_in(text) if is_person(name, set())] == people


@pytest.mark.parametrize(
    "name",
    (
        "Reuters|AFP|Staff Reports|Redaktion|News Desk|The Harbor Ledger Staff|"
        "newsroom@paper.example|https://paper.example/a|@handle"
    ).split("|"),
)
def test_an_organisation_or_address_is_not_an_author(name):
    assert not is_person(name, set())


def test_the_newsroom_alone_leaves_the_authors_empty_and_says_so():
    node = {"@type": "NewsArticle", "is_article": True, "author": {"@type": "Organization", "name": "Newsroom"}}
    authors = find_authors(page({"nodes": [node]}), [])
    assert (authors.value, authors.origin) == ([], "json-ld:author names no person")


PERSON = {"@type": "Person", "name": "Dana Wirth"}


@pytest.mark.parametrize(
    "author",
    [
        "Dana Wirth",
        ["Dana Wirth"],
        PERSON,
        [PERSON],
        {"@type": "Person", "givenName": "Dana", "familyName": "Wirth"},
        {"@type": "Person", "name": ["Dana Wirth"]},
        {"@id": "#d"},
    ],
    ids=["string", "list", "node", "nodes", "given and family name", "list of names", "reference"],
)
def test_json_ld_writes_a_name_in_many_ways(author):
    nodes = [
        {"@type": "NewsArticle", "is_article": True, "author": author},
        PERSON | {"@id": "#d"},
    ]
    assert find_authors(page({"nodes": nodes}), []).value == ["Dana Wirth"]


ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "@type", "url", "@id", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(ODD)
def test_no_odd_value_loses_the_page(value):
    keys = "headline author datePublished dateModified keywords image publisher articleSection description".split()
    keys.append("isAccessibleForFree")
    signals = {
        "nodes": [{"@type": "NewsArticle", "is_article": True} | dict.fromkeys(keys, value)],
        "title": "A title of the page",
    }
    shown = page(signals, [("paragraph", "Some text.")])
    shown.document |= {
        "doc_id": "d",
        "source_uri": "s",
        "page_digest": "p",
        "kind": "article",
        "body_confidence": 0.5,
        "story_probability": 1.0,
        "damaged_char_count": 0,
        "repairs": [],
    }
    row = extract_page(shown).row
    assert row["title"]
    strings(value)


@pytest.mark.parametrize(
    ("title", "names", "stripped"),
    [
        ("Headline of the day | The Harbor Ledger", ["The Harbor Ledger"], "Headline of the day"),
        ("Harbor Ledger: Headline of the day", ["Harbor Ledger"], "Headline of the day"),
        (
            "Anti-terror operation turns sinister - official",
            ["The Harbor Ledger"],
            "Anti-terror operation turns sinister - official",
        ),
        ("Zinsen setzen Dax zu | Börsen-Zeitung", ["boersen-zeitung"], "Zinsen setzen Dax zu"),
        ("Impfung: Was wissen wir?", ["Talblick"], "Impfung: Was wissen wir?"),
    ],
    ids=case_id,
)
def test_only_the_sites_own_name_is_cut_off_a_title(title, names, stripped):
    assert strip_site(title, names) == stripped


def test_the_heading_completes_a_title_that_was_cut_short():
    signals = {"metas": {"og:title": ["Smugglers flew dozens of drones over…"]}}
    lines = [
        LabelledLine(1, "Smugglers flew dozens of drones over the strait", "headline", "field", "page_title", 0, "h1")
    ]
    shown = page(signals)
    shown.lines = lines
    assert find_title(shown, []).value == "Smugglers flew dozens of drones over the strait"


@pytest.mark.parametrize(
    ("value", "instant"),
    [
        ("2024-05-04T10:11:12+02:00", "2024-05-04T08:11:12+00:00"),
        ("1714810272", "2024-05-04T08:11:12+00:00"),
        ("1714810272000", "2024-05-04T08:11:12+00:00"),
        ("Sat May 04 2024 10:11:12 GMT+0200 (CEST)", "2024-05-04T08:11:12+00:00"),
        ("2024-05-04T10:11:12", None),
        ("4 May 2024", None),
    ],
)
def test_a_declared_time_gives_an_instant_only_with_its_offset(value, instant):
    printed = read_time(value, "en")
    assert str(printed.day) == "2024-05-04"
    assert (printed.instant.isoformat() if printed.instant else None) == instant


def test_modified_is_not_published_and_doubts_are_flagged():
    node = {
        "@type": "NewsArticle",
        "is_article": True,
        "datePublished": "2024-05-04T10:00:00Z",
        "dateModified": "2024-05-03T10:00:00Z",
    }
    times = find_times(page({"nodes": [node]}))
    assert times.flags == ("modified_before_published",)
    modified_only = {"@type": "NewsArticle", "is_article": True, "dateModified": "2024-05-03T10:00:00Z"}
    assert find_times(page({"nodes": [modified_only]})).published is None


def test_an_ambiguous_day_is_settled_by_the_address_or_flagged():
    lines = [("date", "04/05/2024")]
    settled = find_times(page(lines=lines, url="https://paper.example/2024/04/05/x", media_type="text/plain"))
    assert (str(settled.published.day), settled.flags) == ("2024-04-05", ())
    assert find_times(page(lines=lines, media_type="text/plain")).flags == ("published_day_or_month_open",)


@pytest.mark.parametrize(
    ("url", "base", "clean"),
    [
        ("/a?utm_source=x&id=7#top", "https://Paper.example/b", "https://paper.example/a?id=7"),
        ("https://paper.example/a?fbclid=1", None, "https://paper.example/a"),
        ("javascript:void(0)", "https://paper.example/", None),
        ("http://[broken", None, None),
    ],
)
def test_addresses_become_absolute_without_tracking(url, base, clean):
    assert clean_url(url, base) == clean


@pytest.mark.parametrize(
    ("short", "full", "is_short"),
    [
        ("NY Post", "New York Post", True),
        ("WSJ", "The Wall Street Journal", True),
        ("SBT", "Saltbay Times", True),
        ("Castor Ledger", "The Castor City Ledger", True),
        ("Talblick", "Northquay Courier", False),
        ("The Times", "New York Post", False),
        ("Saltbay Post", f"Saltbay {'said Jo Li ' * 400}Post", False),  # a text that an open quote made the name
        ("a " * 8 + "b", "a " * 40 + "c", False),
    ],
)
def test_short_names_are_recognised(short, full, is_short):
    assert is_short_form(short, full) is is_short


def test_agencies_are_recognised_alone_and_together():
    assert is_agency("Anadolu Agency")
    assert is_agency("(AFP/Getty Images)")
    assert is_agency("Halcyon Images")
    assert not is_agency("Moscow has denied claims")


@pytest.mark.parametrize(
    ("tag", "code"), [("en-US", "en"), ("pt_BR", "pt"), ("nb", "no"), ("utf-8", None), ("", None), ("x", None)]
)
def test_language_tags_become_codes(tag, code):
    assert base_language(tag) == code


def test_a_wrong_declaration_is_overruled_by_the_text():
    text = (
        "Der Bürgermeister hat am Dienstag erklärt, dass die Brücke noch vor dem Winter wieder geöffnet werden soll. "
        * 3
    )
    language, confidence = find_language(text, "en")
    assert (language.value, language.origin) == ("de", "detected")
    assert confidence > 0.5


def test_a_date_in_the_text_is_taken_only_when_asked_for_and_marked():
    lines = [
        ("paragraph", "The bridge, closed since 3 March 2021, opened on 4 May 2024."),
        ("paragraph", "It will close on 1 June 2031."),
    ]
    shown = page(lines=lines)
    for number, line in enumerate(shown.lines):
        shown.lines[number] = line._replace(action="keep")
    shown.document["fetched_at"] = datetime(2024, 5, 6, tzinfo=UTC)
    assert find_times(shown).published is None
    guessed = find_times(shown, is_guessing=True)
    assert guessed.published.day == date(2024, 5, 4)
    assert guessed.published_from.startswith("a guess")
    assert guessed.flags == ("published_guessed",)


def test_captions_are_words_about_a_picture_not_controls_of_a_player():
    controls = ("Video Player is loading.", "Click to play", "Close Modal Dialog", "Sign up to our newsletter")
    marks = ("©", "Foto:", "1/2", "-")
    shown = ("The pier in March", "Text panels at the pier", "Slideshow artists at work")
    lines = [("caption", text) for text in (*controls, *marks, *shown)]
    assert read_body(page(lines=lines)).captions == list(shown)


@pytest.mark.parametrize(
    ("keywords", "topics"),
    [
        ("news, press, daily, media, county, radio, jobs, weather", ["Pier"]),
        ("news, press, daily, media, county, radio, ferry, weather", None),
        ("news, press, daily", None),
    ],
    ids=case_id,
)
def test_a_long_list_of_keywords_that_the_story_never_names_is_the_sites(keywords, topics):
    signals = {"metas": {"keywords": [keywords]}, "tag_links": ["Pier"]}
    found = find_topics(page(signals, [("paragraph", "The ferry runs again.")]))
    assert found.value == (topics or keywords.split(", "))


@pytest.mark.parametrize("url", ["http://[", "http://[a]/x", "http://\u2100.x/a", "//[", "x", ""])
def test_an_address_that_is_none_costs_no_page(url):
    signals = {"links": {"canonical": ["https://paper.example/"]}}
    assert not _is_of_page("https://paper.example/story", url) or not url
    assert not is_front_page(url) or not url
    assert not _declares_front_page(page(signals, url=url))
    assert site_of_row({"domain": None, "url": url, "source_uri": "folder/a.html"}) == "folder"


def test_subjects_of_dublin_core_are_the_topics_if_there_are_no_others():
    metas = {"dc.subject": ["piers; oak; surveys"]}
    assert find_topics(page({"metas": metas}, [])).value == ["piers", "oak", "surveys"]
    assert find_topics(page({"metas": {**metas, "keywords": ["ferry"]}}, [])).value == ["ferry"]
