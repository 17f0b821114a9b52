"""The confidence of single fields grows with independent witnesses and falls with contradictions."""

import json
from datetime import UTC, date, datetime

import pytest
from support.pages import page_table, process

from tasks.extract import confidence
from tasks.extract.confidence import ANY_ORIGIN, FIELDS, cell, counts, plain_origin, probability
from tasks.extract.page import LabelledLine, Page
from tasks.extract.witnesses import Agreement, of_authors, of_published, of_publisher, of_title

TITLE = "Ferry over the Lark returns two weeks early"
STORY = "".join(
    f"<p>{text}</p>"
    for text in (
        "The ferry across the Lark will carry cars again from Monday, two weeks earlier than promised.",
        "Workers replaced forty piles below the eastern landing stage, which a storm broke early in March.",
        "“We had hoped for May at best,” said Greta Annis, who runs the kiosk beside the ramp.",
        "The repair cost one million eight hundred thousand, of which the county pays two thirds.",
    )
)


def page(signals=None, lines=(), url=None, media_type="text/html"):
    labelled = [LabelledLine(n, text, label, "field", "-", 0, None) for n, (label, text) in enumerate(lines)]
    return Page({"url": url, "media_type": media_type, "language": "en"}, labelled, signals or {})


def article(**declared):
    return {"nodes": [{"is_article": True, "@type": "NewsArticle", **declared}]}


def row(head="", above="", url="https://larkpost.example/news/ferry"):
    html = (
        f"<html lang=en><head><title>{TITLE} | Lark Post</title>{head}</head><body><main><article><h1>{TITLE}</h1>"
        f"{above}<div class='article-body'>{STORY}</div></article></main></body></html>"
    )
    return process(page_table(html, url=url, fetched_at=datetime(2025, 2, 1, tzinfo=UTC)))[2].to_pylist()[0]


@pytest.mark.parametrize(
    ("seen", "agreement"),
    [
        (page(article(headline=TITLE) | {"metas": {"og:title": [TITLE]}, "title": f"{TITLE} | Lark Post"}), (3, 0)),
        (page(article(headline="The ferry is back"), [("headline", TITLE)]), (1, 1)),
        (page(lines=[("headline", TITLE.upper())]), (1, 0)),
        (page(), (0, 0)),
        # the address counts on a page of text only
        (page(url="https://a.example/ferry-over-the-lark-returns-early", media_type="text/plain"), (1, 0)),
        (page(url="https://a.example/council-votes-about-school-fees", media_type="text/plain"), (0, 1)),
        (page(url="https://a.example/ferry-over-the-lark-returns-early"), (0, 0)),
    ],
)
def test_headlines_that_agree(seen, agreement):
    assert of_title(seen, TITLE) == agreement


@pytest.mark.parametrize(
    ("seen", "agreement"),
    [
        (page(article(author={"name": "Ada Vale"}), [("byline", "By Ada Vale and Per Quist")]), (1, 1)),
        (page(article(author=[{"name": "Ada Vale"}, {"name": "Per Quist"}]), [("byline", "By A. Nother")]), (1, 1)),
        (page({"metas": {"author": ["Ada Vale, PER QUIST"]}, "author_links": ["Ada Vale", "Per Quist"]}), (2, 0)),
        (page({"metas": {"article:author": ["https://social.example/ada"]}}), (0, 0)),
    ],
)
def test_writers_that_agree(seen, agreement):
    assert of_authors(seen, ["Ada Vale", "Per Quist"]) == agreement


@pytest.mark.parametrize(
    ("seen", "agreement"),
    [
        (page(article(datePublished="2024-10-12T08:30:00Z"), url="https://a.example/2024/10/12/ferry"), (2, 0)),
        (page(article(datePublished="2024-10-12"), [("date", "Published 3 May 2021")]), (1, 1)),
        # of another time zone
        (page(article(datePublished="2024-10-11T23:30:00Z"), [("date", "October 12, 2024")]), (1, 0)),
        (page({"times": [{"class": "updated", "datetime": "2024-11-01", "text": ""}]}), (0, 0)),
        (page({"metas": {"date": ["no date"]}}, url="https://a.example/20241399/x"), (0, 0)),
    ],
)
def test_dates_that_agree(seen, agreement):
    assert of_published(seen, date(2024, 10, 12)) == agreement


@pytest.mark.parametrize(
    ("seen", "agreement"),
    [
        (page({"metas": {"og:site_name": ["The Lark Post"]}}, url="https://www.larkpost.example/a"), (2, 0)),
        (
            page({"metas": {"og:site_name": ["Home"]}, "title": "Ferry | Lark Post"}, url="https://x-media.example/"),
            (1, 2),
        ),
        (page(), (0, 0)),
    ],
)
def test_names_of_the_site_that_agree(seen, agreement):
    assert of_publisher(seen, "Lark Post") == agreement


def test_a_cell_with_few_pages_leans_on_the_others():
    agreed, alone = Agreement(3, 0), Agreement(1, 0)
    cells = {
        "any origin, any witnesses": (80, 100),
        cell(ANY_ORIGIN, agreed): (95, 100),
        cell("og:title", agreed): (0, 1),
        cell("h1", agreed): (0, 1000),
    }
    assert probability(cells, "og:title", agreed) == pytest.approx(0.85, abs=0.02)  # one page does not decide
    assert probability(cells, "h1", agreed) < 0.02
    assert probability(cells, "a new origin", agreed) == pytest.approx(0.94, abs=0.02)
    assert probability(cells, "a new origin", alone) == pytest.approx(0.8, abs=0.02)
    assert probability({}, "anything", alone) == 0.5


def test_what_was_refused_or_repaired_is_not_part_of_the_origin():
    assert plain_origin("broken json-ld:datePublished; refused: date 1970-01-01") == "json-ld:datePublished"


def test_the_table_is_sound_and_more_witnesses_are_better():
    for field in FIELDS:
        for kind in ("html", "text"):
            cells = counts()[field][kind]
            assert all(0 <= right <= pages for right, pages in cells.values())
    for field in ("title", "authors", "published"):  # of the publisher there are too few pages
        cells = counts()[field]["html"]
        one, many = (probability(cells, "a new origin", Agreement(agreeing, 0)) for agreeing in (1, 3))
        assert one < many, field


def test_a_value_that_all_confirm_is_surer_than_one_that_is_contradicted():
    declared = {
        "@type": "NewsArticle",
        "headline": TITLE,
        "datePublished": "2025-01-04T08:00:00Z",
        "author": {"@type": "Person", "name": "Ada Vale"},
        "publisher": {"@type": "Organization", "name": "Lark Post"},
    }
    metas = (
        f'<meta property="og:title" content="{TITLE}"><meta property="og:site_name" content="Lark Post">'
        '<meta name="author" content="Ada Vale"><meta property="article:published_time" content="2025-01-04T08:00:00Z">'
    )
    agreed = row(f'<script type="application/ld+json">{json.dumps(declared)}</script>{metas}', "<p>By Ada Vale</p>")
    others = declared | {"datePublished": "2019-07-01T08:00:00Z", "author": {"@type": "Person", "name": "Rolf Emm"}}
    differing = row(f'<script type="application/ld+json">{json.dumps(others)}</script>{metas}', "<p>By Ada Vale</p>")
    for name in ("authors_confidence", "published_confidence"):
        assert 0 < differing[name] < agreed[name] <= 1
    assert agreed["title_confidence"] > 0.9


def test_a_missing_field_has_no_confidence_and_the_users_word_is_not_doubted():
    found = row(url=None)
    assert (found["authors"], found["authors_confidence"]) == ([], None)
    assert (found["published_date"], found["published_confidence"]) == (None, None)
    assert found["title_confidence"] is not None
    given = dict.fromkeys(("title", "published_date", "title_from", "published_from", "authors_from"))
    given |= {"authors": [], "publisher": "Lark Post", "publisher_from": "list of publishers"}
    assert confidence.field_confidences(page(), given) == {
        "title_confidence": None,
        "authors_confidence": None,
        "published_confidence": None,
        "publisher_confidence": 1.0,
    }
