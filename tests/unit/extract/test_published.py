"""The day of publication, wherever a page declares or prints it, and never a day that cannot be."""

from datetime import UTC, date, datetime

import pytest
from support.pages import page_table, process

STORY = "".join(
    f"<p>{text}</p>"
    for text in (
        "The ferry across the Lark will carry cars again from Monday, two weeks earlier than promised.",
        "Workers replaced forty piles below the eastern landing stage, which a storm broke early in March.",
        "“We had hoped for May at best,” said Greta Annis, who runs the kiosk beside the ramp.",
        "The repair cost one million eight hundred thousand, of which the county pays two thirds.",
    )
)
FETCHED = datetime(2025, 2, 1, 9, tzinfo=UTC)


def article(head="", above="", below="", title="Ferry over the Lark returns early", first=STORY):
    html = (
        f"<html lang=en><head><title>{title} | Lark Valley Post</title>{head}</head><body><main><article>"
        f"<h1>{title}</h1>{above}<div class='article-body'>{first}</div>{below}</article></main></body></html>"
    )
    (row,) = process(page_table(html, fetched_at=FETCHED))[2].to_pylist()
    return row


@pytest.mark.parametrize(
    "above",
    [
        '<meta itemprop="datePublished" content="2024-10-12T08:30:00+02:00">',
        '<span itemprop="datePublished" content="2024-10-12T08:30:00+02:00">Saturday</span>',
        '<span property="dc:date dc:created" content="2024-10-12T08:30:00+02:00">Saturday</span>',
        '<abbr class="published" title="2024-10-12T08:30:00+02:00">Saturday</abbr>',
        '<span class="ago" data-timestamp="1728714600">4 months ago</span>',
    ],
    ids=["meta in the body", "microdata", "RDFa", "hAtom", "data attribute"],
)
def test_a_date_in_the_attributes_of_the_body(above):
    row = article(above=above)
    assert row["published_date"] == date(2024, 10, 12)
    assert row["published_at"] == datetime(2024, 10, 12, 6, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("above", "clock"),
    [
        ('<time data-published="2024-10-12 06:30:00Z">Oct 12, 2024</time>', (6, 30)),
        ('<span class="when" data-origindate="2024-10-12 14:30:00 +0800">2024-10-12 14:30</span>', (6, 30)),
        ('<div class="byline__timestamp" datetime="2024-10-12 06:30:00 -0400">Oct 12, 2024</div>', (10, 30)),
        ('<p>12 October 2024 <span data-time="1728714600">Saturday</span></p>', (6, 30)),
        # of another day than the printed one
        ('<p>12 October 2024</p><span data-published="2024-10-11 06:30:00Z">Gate opens</span>', None),
        ('<p>12 October 2024</p><span data-date="2024-10-12">Saturday</span>', None),
        # of another minute than the printed one
        ('<p>12 October 2024 07:15</p><span data-published="2024-10-12 06:30:00Z">x</span>', None),
        ('<p>12 October 2024</p><ul class="related"><li><b data-time="1728714600">Gate</b></li></ul>', None),
    ],
)
def test_a_moment_for_scripts_gives_the_clock_of_the_printed_day(above, clock):
    row = article(above=above)
    assert row["published_date"] == date(2024, 10, 12)
    assert row["published_at"] == (datetime(2024, 10, 12, *clock, tzinfo=UTC) if clock else None)


def test_a_moment_for_scripts_is_no_date_where_none_is_printed():
    assert article(above='<span class="clock" data-time="1728714600">Gate</span>')["published_date"] is None


def test_metas_after_an_element_that_closed_the_head():
    head = '<noscript><img src="pixel.gif"></noscript><div id="root"></div>'
    row = article(head=head + '<meta property="article:published_time" content="2024-10-12T08:30:00Z">')
    assert (row["published_date"], row["published_from"]) == (date(2024, 10, 12), "article:published_time")


@pytest.mark.parametrize("value", ["0001-01-01T00:00:00", "1970-01-01T00:00:00Z", "2099-12-31"])
def test_an_impossible_declaration_loses_to_what_is_printed(value):
    head = f'<meta property="article:published_time" content="{value}">'
    row = article(head, above='<p class="date">12 October 2024</p>')
    assert row["published_date"] == date(2024, 10, 12)
    assert "refused: article:published_time" in row["published_from"]
    assert {"published_before_1990", "published_after_fetched"} & set(row["flags"])


def test_an_impossible_declaration_alone_is_none():
    row = article('<meta property="article:published_time" content="1970-01-01T00:00:00Z">')
    assert row["published_date"] is None


@pytest.mark.parametrize(
    ("value", "day"),
    [
        ("Sat Oct 12 08:30:00 CEST 2024", date(2024, 10, 12)),
        ("/Date(1728714600000)/", date(2024, 10, 12)),
        ("12-Oct-24", date(2024, 10, 12)),
    ],
    ids=["Java", ".NET", "short year"],
)
def test_forms_that_programs_write(value, day):
    assert article(f'<meta name="pubdate" content="{value}">')["published_date"] == day


def test_a_date_at_the_head_of_the_title_or_the_text():
    assert article(title="12.10.2024 - Ferry over the Lark returns early")["published_date"] == date(2024, 10, 12)
    dated = STORY.replace("<p>The ferry", "<p>12.10.2024 – The ferry", 1)
    assert article(first=dated)["published_date"] == date(2024, 10, 12)


def test_a_paper_is_published_on_the_day_that_it_calls_published():
    dates = '<p class="date">Received 16 August 2022 / Accepted 2 November 2022 / Published 2 January 2023</p>'
    assert article(above=dates)["published_date"] == date(2023, 1, 2)


def test_the_printed_local_day_of_an_instant_declared_in_utc():
    head = '<meta property="article:published_time" content="2024-10-12T15:15:00Z">'
    row = article(head, above='<p class="date">13 October 2024, 00:15 JST</p>')
    assert row["published_date"] == date(2024, 10, 13)
    assert row["published_at"] == datetime(2024, 10, 12, 15, 15, tzinfo=UTC)
    assert row["published_utc_offset_minutes"] == 9 * 60


def test_characters_that_no_reader_sees_stay_out_of_every_field():
    hidden = "\\u202e\\u200b"
    head = (
        '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Ferry over the Lark returns early",'
        f' "author": {{"@type": "Person", "name": "Greta{hidden} Annis"}}, "articleSection": "Har{hidden}bour",'
        f' "publisher": {{"name": "Lark{hidden} Valley Post"}}}}</script>'
    )
    row = article(head)
    assert (row["authors"], row["section"], row["publisher"]) == (["Greta Annis"], "Harbour", "Lark Valley Post")


@pytest.mark.parametrize(
    ("dateline", "place"),
    [
        ("PORTHAVEN, March 3 (Meridian Wire) — ", "Porthaven"),
        ("PORTHAVEN, Maine — ", "Porthaven, Maine"),
        ("PORTHAVEN, May 4, 2024 — ", "Porthaven"),
    ],
)
def test_the_day_of_a_dateline_is_not_part_of_its_place(dateline, place):
    assert article(first=STORY.replace("<p>The", f"<p>{dateline}The", 1))["dateline_place"] == place


@pytest.mark.parametrize(
    ("printed", "day"),
    [
        ("1/12/25", date(2025, 1, 12)),
        ("12/1/25", date(2025, 1, 12)),
        ("12/01/2025", date(2025, 1, 12)),
    ],
    ids=["month first", "day first", "whole year"],
)
def test_of_two_orders_of_day_and_month_the_one_before_the_fetch_is_meant(printed, day):
    row = article(above=f'<p class="date">{printed}</p>')
    assert row["published_date"] == day
    assert not {"published_after_fetched", "published_date_ambiguous"} & set(row["flags"])


@pytest.mark.parametrize("name", ["published", "published-date", "citation_date", "article:publication_date"])
def test_names_of_the_day_of_publication_that_few_programs_write(name):
    assert article(f'<meta name="{name}" content="October 12, 2024">')["published_date"] == date(2024, 10, 12)
