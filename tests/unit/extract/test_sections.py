"""The section: what a page declares as its section or shows in its breadcrumb, and what comes out, or null."""

import pytest
from support.ids import case_id

from tasks.extract.fields.section import find_section
from tasks.extract.page import Page

TITLE = "Ferry to run again after pier repairs, says harbour office"


def page(*, declared=None, meta=None, steps=()):
    nodes = [{"@type": "NewsArticle", "is_article": True, "headline": TITLE, "articleSection": declared}]
    nodes.append({"@type": "BreadcrumbList", "itemListElement": [{"name": step} for step in steps]})
    metas = {"article:section": [meta]} if meta else {}
    return Page({"media_type": "text/html", "url": None}, [], {"title": TITLE, "nodes": nodes, "metas": metas})


@pytest.mark.parametrize(
    ("declarations", "section"),
    [
        ({"declared": "Coast"}, "Coast"),
        ({"declared": "Johannesburg"}, "Johannesburg"),
        # words that any page of a site may have
        *[({"declared": word}, None) for word in ("Home", "News", "Startseite", "Uncategorized", "Allgemein")],
        *[
            ({"meta": word}, None)
            for word in ("undefined", "tags", "Sin categoría", "未分類", "ニュース", "Noticias", "記事")
        ],
        # names that a program reads, and places for a name
        *[
            ({"meta": word}, None)
            for word in ("cat_17;node-type=news", "{{ section }}", "%section%", "4711", "term:12")
        ],
        ({"declared": "node-type:news", "meta": "Coast"}, "Coast"),
        *[({"meta": word}, word) for word in ("24/7", "Area 51", "Q&A", "U-20", "Cat 5 storms")],
        ({"declared": "News", "meta": "Coast"}, "Coast"),
        ({"declared": ["Featured", "Coast"]}, "Coast"),
        ({"declared": "Headlines", "steps": ["Home", "Coast", TITLE]}, "Coast"),
        # lists, paths and series
        ({"declared": "Coast,Trade,Video"}, "Coast"),
        ({"declared": "News, Trade"}, "Trade"),
        ({"declared": "Food, Drink & Travel"}, "Food, Drink & Travel"),
        ({"declared": "Politics > Elections"}, "Elections"),
        ({"declared": "#Coast"}, "Coast"),
        # the title as a step, in all its forms
        ({"steps": ["Home", "Coast", "Ferry to run again after pier repairs..."]}, "Coast"),
        ({"steps": ["Home", "Coast", f"{TITLE} | Coast"]}, "Coast"),
        ({"steps": ["Home", "Coast", f"23.01.2022 - {TITLE}"]}, "Coast"),
        ({"steps": ["Home", TITLE]}, None),
        ({"declared": TITLE}, None),
        ({"declared": "https://wend.example/coast"}, None),
        ({"steps": ["Home", "E"]}, None),
    ],
    ids=case_id,
)
def test_the_section_is_a_part_of_the_publication_or_null(declarations, section):
    found = find_section(page(**declarations))
    assert (found.value if found else None) == section
