"""The day of publication where only readers see it: beside the headline, around the story, in labelled lines."""

import json
from datetime import UTC, date, datetime

import pytest
from support.pages import page_table, process

PARAGRAPHS = (
    "The ferry across the Lark will carry cars again from Monday, two weeks earlier than promised by the county.",
    "Workers replaced forty piles below the eastern landing stage, which a storm broke early in March.",
    "“We had hoped for May at best,” said Greta Annis, who runs the kiosk beside the ramp.",
    "The repair cost one million eight hundred thousand, of which the county pays two thirds.",
)
STORY = "".join(f"<p>{text}</p>" for text in PARAGRAPHS)
FETCHED = datetime(2025, 2, 1, 9, tzinfo=UTC)
DAY = date(2024, 10, 12)
TITLE = "Ferry over the Lark returns early"


def article(head="", above="", below="", title=TITLE, before="", first=STORY, language="en", url=None):
    html = (
        f"<html lang={language}><head><title>{title} | Lark Valley Post</title>{head}</head><body>"
        "<nav><a href='/a'>News</a> <a href='/b'>Sport</a></nav>"
        f"<main><article>{before}<h1>{title}</h1>{above}<div class='article-body'>{first}</div>{below}</article></main>"
        "</body></html>"
    )
    (row,) = process(page_table(html, url=url, fetched_at=FETCHED))[2].to_pylist()
    return row


@pytest.mark.parametrize(
    ("place", "markup", "language"),
    [
        ("above", "<div>12.10.2024 Riverton, Lower Lark</div>", "de"),
        ("above", "<div>12.10.24 – 18:40</div>", "de"),
        ("above", "<div>Saturday, 12 October 2024 | Tags: ferry |</div>", "en"),
        ("above", "<p>12 October 2024 at 08:45 AM | categories: rivers | 6 comments</p>", "en"),
        ("above", "<h2>Lokales 12.10.2024 13:30 von Olga Brandt Symbolbild</h2>", "de"),
        ("above", "<div>samedi 12 octobre 2024, par la rédaction</div>", "fr"),
        ("before", "<div>Geschrieben von Ada am 12.10.2024 22:30 (1599 x gelesen)</div>", "de"),
        ("before", "<div>12.10.2024 - Wasserwerk Unteres Larktal (Anstalt des Landes)</div>", "de"),
        ("below", "<div>Author: Ada Brandt on 12.10.2024, 13:36</div>", "de"),
    ],
)
def test_a_date_beside_the_headline_or_after_the_story(place, markup, language):
    assert article(**{place: markup}, language=language)["published_date"] == DAY


@pytest.mark.parametrize(
    ("start", "language"),
    [
        ("12.10.2024 – ", "de"),
        ("12.10.2024 „So früh wie nie“: ", "de"),
        ("Riverton, (12.10.2024). ", "de"),
        ("Pressemitteilung vom 12. Oktober 2024 | Riverton – ", "de"),
        ("RIVERTON, October 12, 2024 — ", "en"),
        ("Riverton, 12.10.2024 - ", "de"),
    ],
)
def test_a_dateline_with_the_day(start, language):
    assert article(first=STORY.replace("<p>The", f"<p>{start}The", 1), language=language)["published_date"] == DAY


def test_a_dateline_in_the_second_paragraph():
    first = f"<p>{PARAGRAPHS[1]}</p><p>12.10.2024 – {PARAGRAPHS[0]}</p><p>{PARAGRAPHS[2]}</p>"
    assert article(first=first, language="de")["published_date"] == DAY


@pytest.mark.parametrize(
    ("line", "language"),
    [
        ("Erschienen am: 12.10.2024", "de"),
        ("Veröffentlichung: 12.10.2024", "de"),
        ("Datum: 12.10.2024", "de"),
        ("Publication date: 12 October 2024", "en"),
        ("Дата публикации: 12.10.2024", "ru"),
        ("发布时间：2024年10月12日", "zh"),
    ],
)
def test_a_line_with_a_label_counts_wherever_it_stands(line, language):
    below = "".join(f"<div><a href='/{n}'>Story number {n}</a></div>" for n in range(12))
    assert article(below=f"{below}<footer><p>{line}</p></footer>", language=language)["published_date"] == DAY


def test_labelled_lines_of_several_days_are_of_teasers():
    links = "".join(f"<div><a href='/{n}'>Story number {n}</a></div>" for n in range(12))
    below = f"{links}<footer><p>Published: 12 October 2024</p><p>Published: 11 October 2024</p></footer>"
    assert article(below=below)["published_date"] is None


@pytest.mark.parametrize(
    "line",
    [
        "12.10.2024, 10:00-11:30 Uhr",
        "12.10.2024（土）13：00－16：40",
        "Anmeldung bis 12.10.2024",
        "Deadline: 12.10.2024",
        "Registriert: 12.10.2024, 05:56",
        "© 12.10.2024 Lark Valley Post",
    ],
)
def test_dates_of_events_accounts_and_rights_are_not_of_publication(line):
    assert article(above=f'<p class="date">{line}</p>', language="de")["published_date"] is None


def test_the_line_that_names_the_publication_comes_first():
    above = '<p class="date">15 October 2024</p><p class="date">{}</p>'
    for line in ("Published on October 12, 2024 by Ada", "Publiziert am 12. Oktober 2024 von Ada"):
        assert article(above=above.format(line))["published_date"] == DAY


def test_the_subject_of_a_headline_is_not_its_day():
    title = "Race results of 5 October 2024 on the Lark"
    row = article(title=title, above=f'<p class="date">{title}</p><p class="date">12 October 2024</p>')
    assert row["published_date"] == DAY


def test_a_date_line_that_the_title_repeats_is_read():
    row = article(title=f"{TITLE} | 12 October 2024 11:12", above='<p class="date">12 October 2024 11:12</p>')
    assert row["published_date"] == DAY


@pytest.mark.parametrize("name", ["date", "dc.date", "dcterms.date"])
def test_a_printed_day_beats_a_meta_tag_that_often_has_the_last_change(name):
    head = f'<meta name="{name}" content="2024-10-15T11:52:23">'
    assert article(head)["published_date"] == date(2024, 10, 15)
    assert article(head, above='<p class="date">12.10.2024 18:00 Uhr</p>', language="de")["published_date"] == DAY
    assert article(head, above="<div>12.10.2024 Riverton, Lower Lark</div>", language="de")["published_date"] == DAY


def test_two_declarations_of_publication_ask_the_printed_day():
    node = json.dumps({"@type": "NewsArticle", "headline": TITLE, "datePublished": "2024-09-20T07:00:00Z"})
    head = f'<script type="application/ld+json">{node}</script>'
    head += '<meta property="article:published_time" content="2024-10-12T08:29:34">'
    assert article(head)["published_date"] == date(2024, 9, 20)
    row = article(head, above='<p class="date">12 October 2024</p>')
    assert (row["published_date"], row["published_from"]) == (DAY, "article:published_time")


@pytest.mark.parametrize(
    "markup",
    [
        '<section class="comments"><time datetime="2024-10-14T09:00:00Z">14 October 2024</time><p>Nice.</p></section>',
        '<aside class="sidebar"><time datetime="2024-10-14">14 October</time> Harbour fair</aside>',
    ],
    ids=["comment", "sidebar"],
)
def test_the_times_of_comments_and_sidebars_are_not_the_articles(markup):
    assert article(below=markup)["published_date"] is None


def test_a_time_element_that_is_both_published_and_updated_is_of_publication():
    above = '<time class="entry-date published updated" datetime="2024-10-12T15:27:05+02:00">12 October 2024</time>'
    row = article(above=above)
    assert (row["published_date"], row["modified_at"]) == (DAY, None)


def test_a_date_line_is_read_in_the_form_for_machines():
    above = '<div class="date">Published <time datetime="2024-10-12T21:00:51+00:00">22:00, 12 October 2024</time></div>'
    assert article(above=above)["published_at"] == datetime(2024, 10, 12, 21, 0, 51, tzinfo=UTC)
    naive = '<div><time datetime="2024-10-12 08:00:00">10/12/2024 08:00 AM EDT</time></div>'
    assert article(above=naive)["published_at"] == datetime(2024, 10, 12, 12, tzinfo=UTC)


def test_an_address_declared_by_og_url_has_the_day():
    head = '<meta property="og:url" content="https://lark.example/news/2024/10/12/ferry-returns">'
    assert article(head)["published_date"] == DAY


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://lark.example/2024/10/12/ferry", DAY),
        ("https://lark.example/meldungen/29-10-2024", date(2024, 10, 29)),
        ("https://lark.example/meldungen/05-10-2024", None),  # of May or October
        ("https://lark.example/meldungen/129-10-2024", None),
    ],
)
def test_the_day_in_an_address(url, day):
    assert article(url=url)["published_date"] == day


TEASERS = (
    "<div class='cards'><div><h3><a href='/x'>Timetable changes</a></h3><span>{}</span></div>"
    "<div><h3><a href='/y'>Council delays vote</a></h3><span>{}</span></div></div>"
)


@pytest.mark.parametrize(
    ("below", "expected"),
    [
        (TEASERS.format("01.09.2024", "02.09.2024"), None),
        (TEASERS.format("01.09.2024", "01.09.2024"), None),
        ("<div>12.10.2024</div>" + TEASERS.format("01.09.2024", "02.09.2024"), DAY),
        (TEASERS.format("01.09.2024", "02.09.2024") + "<p>Published 12 October 2024</p>", DAY),
    ],
)
def test_the_dates_of_teasers_below_the_story_are_not_its_own(below, expected):
    assert article(below=below)["published_date"] == expected


@pytest.mark.parametrize(("declared", "expected"), [("en-US", date(2024, 10, 12)), ("ta", date(2024, 10, 12))])
def test_a_template_that_declares_english_does_not_hide_the_month(declared, expected):
    story = "<p>லார்ன் ஹேவன் படகுத்துறை வசந்த காலம் வரை மூடப்படும் என்று துறைமுக வாரியம் தெரிவித்துள்ளது.</p>" * 3
    assert article(above="<p>12 அக்டோபர் 2024</p>", first=story, language=declared)["published_date"] == expected


@pytest.mark.parametrize(
    ("bar", "above", "expected"),
    [
        ("01.02.2025", "<p>12.10.2024</p>", DAY),
        ("01.02.2025 · Weather 12°", "<p>12.10.2024</p>", DAY),
        ("01.02.2025 · Weather 12°", "", None),
        ("12.10.2024 | Lark", "", DAY),
    ],
)
def test_todays_date_at_the_top_of_the_page_is_not_that_of_the_story(bar, above, expected):
    assert article(before=f"<div class='bar'>{bar}</div>", above=above, language="de")["published_date"] == expected


def test_the_times_of_a_list_of_stories_above_the_headline_are_not_its_own():
    items = "".join(
        f"<li><time datetime='2024-09-0{day}T08:00:00Z'>0{day}.09.2024</time> <a href='/{day}'>{text}</a></li>"
        for day, text in ((1, "Timetable changes for winter"), (2, "Council delays vote on fees"))
    )
    assert article(before=f"<ul>{items}</ul>")["published_date"] is None
