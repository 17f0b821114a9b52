"""The publisher: what a page declares and shows of its site, and the name that comes out, or null."""

import pytest
from support.ids import case_id

from tasks.extract.fields.publisher import find_publisher
from tasks.extract.page import LabelledLine, Page

TITLE = "Ferry to run again after pier repairs finish early"
URL = "https://www.wend-gazette.example/coast/ferry"


def html_page(*, title=TITLE, footer=(), url=URL, nodes=(), **metas):
    lines = [LabelledLine(9 + n, text, "footer", "drop", "model", 0, "p") for n, text in enumerate(footer)]
    named = {name.replace("__", ":").replace("_of_", "."): [value] for name, value in metas.items()}
    return Page({"media_type": "text/html", "url": url}, lines, {"title": title, "metas": named, "nodes": list(nodes)})


def text_page(*top, url=None):
    kept = LabelledLine(len(top) + 1, f"{TITLE}. The pier is open.", "paragraph", "keep", "model", 1, None)
    lines = [LabelledLine(n, text, "navigation", "drop", "model", 0, None) for n, text in enumerate(top, 1)]
    return Page({"media_type": "text/plain", "url": url}, [*lines, kept], {})


def site(name):
    return {"@type": "WebSite", "name": name}


@pytest.mark.parametrize(
    ("page", "name"),
    [
        # the site before the headline, spelled like its address
        (html_page(title=f"Wend-Gazette » {TITLE}"), "Wend-Gazette"),
        (html_page(title=f"Wend gazettes lose readers » {TITLE}"), "wend-gazette.example"),
        # words about rights, legal forms and addresses around a name
        (html_page(copyright="文德报版权所有"), "文德报"),
        (html_page(copyright="Wend Gazette, Harbour Street 5"), "Wend Gazette"),
        (html_page(copyright="Copyright © 2001-2009"), "wend-gazette.example"),
        (html_page(footer=["© All rights reserved"]), "wend-gazette.example"),
        (html_page(footer=["Copyright Copyright Wend Gazette 2020"]), "Wend Gazette"),
        (html_page(footer=["© 2020 Verein der Wend Gazette e.V. Alle Rechte"]), "Verein der Wend Gazette"),
        (html_page(footer=["© John C. Welk"]), "John C. Welk"),
        (html_page(footer=["© Ann Pohl/Getty Images"]), "wend-gazette.example"),
        (html_page(footer=["© Theme Breeze by Pixel"]), "wend-gazette.example"),
        # an end of the title that begins a line at the end of the page
        (html_page(title=f"{TITLE} - 港口网", footer=["港口网 | 版权所有 联系我们"]), "港口网"),
        (html_page(title=f"{TITLE} - Harbour", footer=["Harbours of the coast: a list"]), "wend-gazette.example"),
        (html_page(title=f"{TITLE} - Quay Post", footer=["Quay Post", *["More stories"] * 6]), "wend-gazette.example"),
        (html_page(title=f"{TITLE} - Quay Post", footer=[f"{TITLE} 3 hours ago"]), "wend-gazette.example"),
        # programs, first pages and titles in the place of the name
        (html_page(og__site_name="WordPress"), "wend-gazette.example"),
        (html_page(og__site_name="Home"), "wend-gazette.example"),
        (html_page(og__site_name="Startseite", title=f"{TITLE} | Wend Gazette"), "Wend Gazette"),
        (html_page(**{"application-name": TITLE}), "wend-gazette.example"),
        # slogans and abbreviations beside the name
        (html_page(og__site_name="Wend Gazette - News that matters"), "Wend Gazette"),
        (html_page(og__site_name="News from the coast | Wend Gazette"), "Wend Gazette"),
        (html_page(og__site_name="WG - Wend Gazette"), "Wend Gazette"),
        (html_page(nodes=[site("Harbour Watch – since 1841 for sailors")], url=None), "Harbour Watch"),
        # initials, handles and hosts
        (html_page(og__site_name="WG"), "wend-gazette.example"),
        (html_page(twitter__site="@WG_News"), "wend-gazette.example"),
        (html_page(twitter__site="@annpohl"), "wend-gazette.example"),
        (html_page(og__site_name="wend-gazette.example", title=f"{TITLE} | Wend Gazette"), "Wend Gazette"),
        (html_page(og__site_name="wend-gazette.example", footer=["© 2020 Harbour Holding"]), "wend-gazette.example"),
        (html_page(og__site_name="Wend Gazette", twitter__site="@WendGazette"), "Wend Gazette"),
    ],
    ids=case_id,
)
def test_the_publisher_is_a_name_that_the_page_gives_or_its_host(page, name):
    assert find_publisher(page)[0].value == name


def test_initials_of_the_host_are_the_short_name():
    assert find_publisher(html_page(og__site_name="WG"))[1] == "WG"


@pytest.mark.parametrize(
    ("top", "name"),
    [
        (["Cass Bay,MN", "54°F", "Home", "Cass Bay,MN 54°F today", "Cass Bay,MN"], None),
        (["Cass Bay", "72°", "Cass Bay"], None),
        (["Humidity 40 %", "Cass Bay", "Cass Bay"], None),
        (["WordPress", "WordPress", "WordPress"], None),
        (["54°F Cloudy", "The Wend Gazette", "The Wend Gazette", "desk@wendgazette.example"], "The Wend Gazette"),
        (["Wend Gazette", "Cass Bay,MN", "54°F", "Write to desk@wendgazette.example"], "Wend Gazette"),
    ],
    ids=case_id,
)
def test_the_place_of_a_weather_report_is_no_masthead(top, name):
    publisher = find_publisher(text_page(*top))[0]
    assert (publisher.value if publisher else None) == name


def test_the_site_stands_before_the_headline_that_is_shown():
    page = html_page(title=f"Quay Post » {TITLE}", footer=["© 2001–2024 Quay Post. All rights"])
    page.lines.insert(0, LabelledLine(1, TITLE, "headline", "field", "page_title", 0, "h1"))
    assert find_publisher(page)[0].value == "Quay Post"
