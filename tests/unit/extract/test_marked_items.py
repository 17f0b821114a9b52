"""Writers, dates and steps of a path that a page marks with RDFa or microdata, or has only in its program's state."""

import json

import pytest
from support.ids import case_id
from support.pages import PIER_STORY as STORY
from support.pages import PIER_TITLE as TITLE
from support.pages import page_table, process


def article(top="", after="", head=""):
    """The row of a page with the story, parts above and below it, and declarations."""
    page = f"""<html lang="en"><head><title>{TITLE}</title>{head}</head><body><nav><a href="/">Home</a></nav><article>
    <h1>{TITLE}</h1>{top}{STORY}</article>{after}</body></html>"""
    _, _, articles = process(page_table(page))
    return articles.to_pylist()[0]


def state(value, name="__NEXT_DATA__"):
    data = json.dumps(value)
    if name == "__NEXT_DATA__":
        return f'<script id="{name}" type="application/json">{data}</script>'
    return f"<script>window.{name} = {data};</script>"


PAD = {"messages": ["a state has far more than the article"] * 20}


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ('<p><span property="schema:author"><span property="schema:name">Ada Mork</span></span></p>', ["Ada Mork"]),
        ('<p><span class="username" property="foaf:name">Ada Mork</span><span>on Monday</span></p>', ["Ada Mork"]),
        ('<div><meta property="schema:author" content="Ada Mork"></div>', ["Ada Mork"]),
        ('<p><span itemprop="author" itemscope><meta itemprop="name" content="Ada Mork"></span></p>', ["Ada Mork"]),
        ('<div itemprop="author" itemscope><meta itemprop="name" content="Ada Mork"></div>', ["Ada Mork"]),
        ('<p><span property="schema:author">Newsroom</span></p>', []),
        ('<p><cite itemprop="author"><span>/</span>public domain</cite></p>', []),
    ],
    ids=case_id,
)
def test_a_marked_writer_is_read(markup, expected):
    assert article(markup)["authors"] == expected


@pytest.mark.parametrize(
    "markup",
    [
        '<div class="comments"><p><span itemprop="author">Bo Lee</span> agrees.</p></div>',
        '<div class="related"><p><span property="schema:author">Bo Lee</span></p></div>',
        '<div class="sidebar"><p><span itemprop="author"><meta itemprop="name" content="Bo Lee"></span></p></div>',
    ],
    ids=case_id,
)
def test_a_marked_writer_of_a_comment_or_teaser_is_none(markup):
    assert article(after=markup)["authors"] == []


def test_marked_dates_of_a_teaser_are_of_another_article():
    own = '<time itemprop="datePublished" datetime="2024-10-12T10:00:00+03:00">12 October</time>'
    teaser = """<ul><li itemscope itemtype="https://schema.org/NewsArticle">
    <a href="/x"><span itemprop="headline">Bakery wins prize</span></a>
    <meta itemprop="datePublished" content="2019-01-01"><span itemprop="author">Bo Lee</span></li></ul>"""
    row = article(own, teaser)
    assert (str(row["published_date"]), row["authors"]) == ("2024-10-12", [])


def test_dates_in_rdfa_metas_of_the_body_are_read():
    row = article(
        '<div><meta property="schema:datePublished" content="2024-10-12T08:00:00Z">'
        '<meta property="schema:dateModified" content="2024-10-13T08:00:00Z"></div>'
    )
    assert (str(row["published_date"]), row["modified_at"].isoformat()) == ("2024-10-12", "2024-10-13T08:00:00+00:00")


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ({"article": {"headline": TITLE, "authors": [{"name": "Ada Mork", "slug": "ada-mork"}]}}, "__NEXT_DATA__"),
        ({"story": {"title": TITLE, "author": "Ada Mork"}}, "__PRELOADED_STATE__"),
        ({"post": {"title": {"rendered": TITLE}, "byline": "By Ada Mork"}}, "__INITIAL_STATE__"),
        ({"page": {"headline": TITLE, "author": {"firstName": "Ada", "lastName": "Mork"}}}, "__NEXT_DATA__"),
        ({"data": {"title": TITLE, "authors": {"data": [{"attributes": {"name": "Ada Mork"}}]}}}, "__NEXT_DATA__"),
        ({"headlines": {"basic": TITLE}, "credits": {"by": [{"name": "Ada Mork"}]}}, "__PRELOADED_STATE__"),
    ],
    ids=case_id,
)
def test_a_writer_in_the_state_of_the_program_is_read(value, name):
    row = article(after=state({**PAD, **value}, name))
    assert (row["authors"], row["authors_from"]) == (["Ada Mork"], "page data")


@pytest.mark.parametrize(
    "value",
    [
        {"related": [{"headline": "Bakery wins county prize", "author": "Bo Lee"}]},
        {"article": {"headline": TITLE}, "mostRead": [{"title": "Bakery wins county prize", "author": "Bo Lee"}]},
        {"article": {"headline": TITLE, "author": {"id": 3, "url": "https://news.example/bo-lee"}}},
        {"article": {"headline": TITLE, "author": "newsdesk2"}},
        {"article": {"headline": TITLE, "credits": {"photo": [{"name": "Bo Lee"}]}}},
    ],
    ids=case_id,
)
def test_writers_of_other_articles_and_accounts_are_none(value):
    assert article(after=state({**PAD, **value}))["authors"] == []


def test_a_printed_byline_is_preferred_to_the_state():
    value = {**PAD, "article": {"headline": TITLE, "author": "Bo Lee"}}
    assert article("<p>By Ada Mork</p>", state(value))["authors"] == ["Ada Mork"]


@pytest.mark.parametrize(
    ("steps", "section"),
    [(["Home", "Trade"], "Trade"), (["Home", "Trade", TITLE], "Trade"), (["Home"], None), (["Home", TITLE], None)],
    ids=case_id,
)
def test_the_section_is_the_last_step_of_a_marked_breadcrumb(steps, section):
    items = "".join(
        f'<li itemprop="itemListElement" itemscope><a href="/"><span itemprop="name">{step}</span></a></li>'
        for step in steps
    )
    path = f'<ol itemscope itemtype="https://schema.org/BreadcrumbList">{items}</ol>'
    assert article(path)["section"] == section


def test_the_names_of_another_marked_list_are_no_sections():
    items = '<li itemprop="itemListElement" itemscope><span itemprop="name">Rope shop</span></li>' * 3
    assert article(f'<ul itemscope itemtype="https://schema.org/ItemList">{items}</ul>')["section"] is None
