"""Fields that a user's rules for the site give, with their origin; they are stronger than what the page declares."""

from datetime import UTC, date, datetime

import pytest
from support.pages import page_table

from tasks.clean.core import clean_pages
from tasks.extract.core import extract_documents
from tasks.site_rules.entries import SiteRules

RAIN = "Rain fell on the harbor for three days, and the council said that the old sea wall would hold until spring."
HTML = f"""<html lang="en"><head><title>Sea wall holds - LDG</title>
<meta property="og:site_name" content="LDG"><meta property="og:title" content="Sea wall holds">
<meta name="author" content="Night Desk"><meta property="article:published_time" content="%s"></head><body>
<article><h1>Sea wall holds</h1><h2>The wall of H<sub>2</sub>O</h2>
<div class="who"><span>Ada Finch</span><span>Dana Wirth</span></div><p class="desk">Harbor Newsroom</p>
<time class="on" datetime="2024-05-02T09:00">2 May</time>
<p>{RAIN}</p><p>{RAIN.replace("Rain", "Snow")}</p><p>{RAIN.replace("Rain", "Hail")}</p></article></body></html>"""
DECLARED = "2024-05-03T02:12:00Z"


def fields(declared=DECLARED, **rules):
    site_rules = SiteRules.model_validate({"site": [{"match": ["ledger.example"]} | rules]})
    page = page_table(HTML % declared, url="https://ledger.example/news/wall")
    documents, lines, _ = clean_pages(page, site_rules=site_rules)
    return extract_documents(documents, lines, version="1").to_pylist()[0]


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (
            {"publisher": "The Harbor Ledger"},
            {"publisher": "The Harbor Ledger", "publisher_from": "site rule"},
        ),
        ({"language": "en"}, {"language": "en", "language_from": "site rule"}),
        ({"language": "fr"}, {"language": "fr", "language_from": "site rule; detected: en"}),
        ({"title": "h2"}, {"title": "The wall of H2O", "title_from": "site rule"}),
        ({"title": "h5"}, {"title": "Sea wall holds", "title_from": "og:title"}),  # not on this page
        ({"title": "meta[name=author]"}, {"title": "Night Desk", "title_from": "site rule"}),
        (
            {"author": ".who span"},
            {"authors": ["Ada Finch", "Dana Wirth"], "authors_from": "site rule", "author": "Ada Finch; Dana Wirth"},
        ),
        ({"author": ".desk"}, {"authors": [], "authors_from": "site rule names no person"}),
        (
            {"date": ".on"},
            {"published_date": date(2024, 5, 2), "published_from": "site rule", "published_at": None},
        ),
        (
            {"date": ".on", "timezone": "America/New_York"},
            {
                "published_date": date(2024, 5, 2),
                "published_at": datetime(2024, 5, 2, 13, 0, tzinfo=UTC),
                "published_utc_offset_minutes": -240,
                "published_from": "site rule; zone America/New_York (site rule)",
            },
        ),
        (
            {"timezone": "America/New_York"},  # an instant in UTC is on the day before there
            {
                "published_date": date(2024, 5, 2),
                "published_at": datetime(2024, 5, 3, 2, 12, tzinfo=UTC),
                "published_from": "article:published_time; zone America/New_York (site rule)",
            },
        ),
    ],
)
def test_a_rule_gives_a_field_its_value_and_origin(rules, expected):
    row = fields(**rules)
    assert {name: row[name] for name in expected} == expected


def test_a_time_with_an_offset_keeps_it():
    row = fields("2024-05-03T10:12:00+02:00", timezone="America/New_York")
    assert (row["published_utc_offset_minutes"], row["published_from"]) == (120, "article:published_time")


def test_a_language_that_the_text_contradicts_has_little_confidence():
    assert fields(language="fr")["language_confidence"] < 0.2
    assert fields(language="en")["language_confidence"] > 0.9


def test_what_the_user_gives_is_certain():
    row = fields(publisher="Ledger", title="h2", author=".who span", date=".on")
    assert [row[f"{name}_confidence"] for name in ("publisher", "title", "authors", "published")] == [1.0] * 4
    assert fields(publisher="Ledger")["title_confidence"] < 1


def test_a_dropped_line_feeds_no_field():
    assert fields(drop=[{"css": "h1, .who"}], author=".desk")["authors"] == []
    assert "Ada Finch" not in fields(drop=[{"css": ".who"}])["authors"]


def test_the_version_of_the_rules_is_in_the_row():
    assert fields(publisher="Ledger")["rules_version"] == "1"
