"""The headline and the page's own article, by tables: what is shown and declared, and what comes out."""

import pytest
from support.ids import case_id

from tasks.clean.parse import json_ld
from tasks.extract.fields.authors import find_authors
from tasks.extract.fields.headlines import clean_title
from tasks.extract.fields.published import find_times
from tasks.extract.fields.title import find_declared_title, find_title
from tasks.extract.page import LabelledLine, Page

SHOWN = "Ferry to run again after pier repairs finish early"
OTHER = "Bakery wins county prize for rye loaf"


def page(signals, *, h1=None, line=None, url=None):
    shown = [(h1, "h1"), (line, "div")]
    lines = [
        LabelledLine(number, text, "headline", "field", "page_title", 0, tag)
        for number, (text, tag) in enumerate(shown, 1)
        if text
    ]
    return Page({"media_type": "text/html", "url": url, "fetched_at": None}, lines, signals)


def article(**values):
    return {"@type": "NewsArticle", "is_article": True, **values}


@pytest.mark.parametrize(
    ("text", "title"),
    [
        (f"<em>{SHOWN}</em>", SHOWN),
        (f"{SHOWN} (Published 2016)", SHOWN),
        (f"{SHOWN} 128 shares", SHOWN),
        (f"{SHOWN} 1.2k comments", SHOWN),
        ("Town counts 128 shares of the pier", "Town counts 128 shares of the pier"),
        ("Home", ""),
        ("Untitled Document", ""),
        (f"12.10.2024 - {SHOWN}", SHOWN),
        (f"12.10.2024{SHOWN}", SHOWN),
        (f"2024-10-12 | {SHOWN}", SHOWN),
        (f"{SHOWN} - John C. Welk", SHOWN),
        (f"{SHOWN} › The Wend Gazette", SHOWN),
        (f"{SHOWN}｜The Wend Gazette", SHOWN),
        ("渡船恢复运营-The Wend Gazette",) * 2,  # between letters of other scripts it may be part of a word
        ("渡船恢复运营：The Wend Gazette", "渡船恢复运营"),
        ("发稿时间：2017-03-10 08:42:00 来源：文报", ""),
        ("Deprecated: Assigning the return value of new by reference", ""),
        ("Strict Standards: Non-static method should not be called statically", ""),
        ("Warning: include(head.php): failed to open stream on line 7", ""),
        (f"The Wend Gazette » Blog Archive » {SHOWN}", SHOWN),
        (f"Notes of a sailor » Blog Archiv » {SHOWN}", SHOWN),
        (f"{SHOWN} | The Wend Gazette | News that matters", SHOWN),
        (f"{SHOWN} » ☆☆☆ - The Wend Gazette - All the news", SHOWN),
        (f"{SHOWN} |", SHOWN),
        (f"wendgazette.com {SHOWN}", SHOWN),
        ("wendgazette.com - shop and readers", "shop and readers"),
        ("Pier in May - The Wend Gazette: more ferries are needed",) * 2,
        ("Tips - The Wend Gazette - Ferry runs",) * 2,
        ("Warning: storm to reach the coast tonight", "Warning: storm to reach the coast tonight"),
        ("7.5 million crowns for the pier", "7.5 million crowns for the pier"),
    ],
    ids=case_id,
)
def test_only_the_headline_is_left_of_a_title(text, title):
    assert clean_title(text, ["The Wend Gazette", "wendgazette.com"], {"johncwelk"}) == title


@pytest.mark.parametrize(
    ("declared", "h1", "line", "title"),
    [
        ({"title": f"{SHOWN} – Region"}, SHOWN, None, SHOWN),
        ({"title": SHOWN}, f"{SHOWN} Share", None, SHOWN),
        ({"title": "Mills gain market share"}, "Mills gain market share", None, "Mills gain market share"),
        ({"metas": {"og:title": ["Pier repaired early, ferry to run"]}}, SHOWN, None, SHOWN),
        ({"nodes": [article(headline="boat line on the Wend")], "title": SHOWN}, SHOWN, None, SHOWN),
        ({"metas": {"og:title": [f"{SHOWN} | Coast | County"]}}, None, SHOWN, SHOWN),
        ({"title": f"{SHOWN} | Harbour notes"}, "Harbour notes", None, f"{SHOWN} | Harbour notes"),
        ({"nodes": [article(headline=f"Coast: {SHOWN}")], "metas": {"og:title": [SHOWN]}}, None, None, SHOWN),
        (
            {"metas": {"og:title": ["Senator calls the mayor"]}, "title": 'Senator calls the mayor "unfit"'},
            None,
            None,
            'Senator calls the mayor "unfit"',
        ),
        # JSON-LD and the tab agree, and a reader sees something else
        ({"nodes": [article(headline=f"{SHOWN} | Coast")], "title": f"{SHOWN} | Coast"}, SHOWN, None, SHOWN),
        (
            {"nodes": [article(headline=f"{SHOWN}（2020年2月15日）")], "title": f"{SHOWN}（2020年2月15日）"},
            SHOWN,
            None,
            SHOWN,
        ),
        (
            {"nodes": [article(headline=OTHER)], "title": OTHER, "metas": {"og:title": ["A prize for rye loaf"]}},
            "A prize for rye loaf",
            None,
            "A prize for rye loaf",
        ),
        # a slogan longer than the headline
        (
            {
                "metas": {
                    "og:title": [
                        f"Bakers share a county prize | {SHOWN}, and other news from the coast for all readers"
                    ]
                }
            },
            "Bakers share a county prize",
            None,
            "Bakers share a county prize",
        ),
        # one heading in other words than those for search engines; not that of the site
        ({"metas": {"og:title": [OTHER], "og:type": ["article"]}, "title": OTHER}, SHOWN, None, SHOWN),
        ({"metas": {"og:title": [OTHER]}, "title": OTHER}, SHOWN, None, OTHER),
        (
            {"metas": {"og:title": [f"{OTHER} - Notes on our coast"]}},
            "Notes on our coast",
            None,
            f"{OTHER} - Notes on our coast",
        ),
        ({"metas": {"og:title": [OTHER], "og:type": ["article"]}, "title": OTHER}, "Harbour notes", None, OTHER),
        # a word in the tab beside the only heading
        ({"title": "X"}, SHOWN, None, SHOWN),
        ({"title": "Artikel"}, "Nacht am Anleger", None, "Nacht am Anleger"),
        ({"title": "首页"}, "码头关闭到明年春天", None, "码头关闭到明年春天"),
        ({"title": SHOWN}, "Harbour", None, SHOWN),
        # another kicker before the same words of somebody
        (
            {"metas": {"og:title": ["After the rain: «We swam to the old pier»"]}},
            "Flood - «We swam to the old pier»",
            None,
            "«We swam to the old pier»",
        ),
        (
            {"metas": {"og:title": ["Wales: ferry is back on Monday"]}},
            "Wend: ferry is back on Monday",
            None,
            "Wend: ferry is back on Monday",
        ),
        # a long kicker in the heading, which neither the tab nor social media has
        (
            {"metas": {"og:title": [SHOWN]}, "title": SHOWN},
            f"The day of the spring fair in the harbour of Wend {SHOWN}",
            None,
            SHOWN,
        ),
        # short headlines of scripts without spaces, before the site
        ({"title": "桟橋、春まで閉鎖：港新聞デジタル"}, "桟橋、春まで閉鎖", None, "桟橋、春まで閉鎖"),
        ({"title": "老桥周一起封闭维修-社会新闻-某某港口门户网"}, "老桥周一起封闭维修", None, "老桥周一起封闭维修"),
        ({"title": "老桥周一起封闭_社会_港口网"}, "老桥周一起封闭", None, "老桥周一起封闭"),
        ({"title": "老桥周一起封闭--港口网"}, None, "老桥周一起封闭", "老桥周一起封闭"),
        ({"title": "老码头腐朽|码头|渡轮_港口网"}, "老码头腐朽", None, "老码头腐朽"),
        ({"title": "ニュース：桟橋は春まで閉鎖される"}, "ニュース", None, "ニュース：桟橋は春まで閉鎖される"),
        ({"nodes": [article(headline=OTHER)], "title": f"{OTHER}, The Wend"}, "A prize for rye loaf", None, OTHER),
    ],
    ids=case_id,
)
def test_the_headline_is_the_one_that_displays_and_declarations_agree_on(declared, h1, line, title):
    assert find_title(page(declared, h1=h1, line=line), []).value == title


def test_a_declared_title_is_kept_where_it_differs():
    shown = page({"metas": {"og:title": ["Pier repaired early, ferry to run"]}}, h1=SHOWN)
    title = find_title(shown, [])
    assert find_declared_title(shown, [], title) == "Pier repaired early, ferry to run"
    same = page({"metas": {"og:title": [SHOWN.upper()]}}, h1=SHOWN)
    assert find_declared_title(same, [], find_title(same, [])) is None


RELATED = article(
    headline=OTHER, url="https://wend.example/bakery", datePublished="2023-01-05", author={"name": "Jasper Holm"}
)
OWN = article(headline=SHOWN, datePublished="2024-10-12", author={"name": "Clara Winton"})


@pytest.mark.parametrize(
    ("own", "signals", "h1", "url"),
    [
        ({"url": "https://wend.example/ferry"}, {"links": {"canonical": ["https://wend.example/ferry"]}}, None, None),
        ({"@id": "https://wend.example/ferry#article"}, {}, None, "http://www.wend.example/ferry/?page=1"),
        (
            {"mainEntityOfPage": {"@id": "https://wend.example/ferry"}},
            {"metas": {"og:url": ["https://wend.example/ferry"]}},
            None,
            None,
        ),
        ({}, {}, SHOWN, None),
        ({}, {"title": f"{SHOWN} | The Wend Gazette"}, None, None),
    ],
    ids=case_id,
)
def test_the_article_of_a_related_story_is_not_asked(own, signals, h1, url):
    read = page(signals | {"nodes": [RELATED, OWN | own]}, h1=h1, url=url)
    assert find_title(read, ["The Wend Gazette"]).value == SHOWN
    assert find_authors(read, []).value == ["Clara Winton"]
    assert str(find_times(read).published.day) == "2024-10-12"


def test_two_parts_of_one_article_are_both_asked():
    parts = [article(url="https://wend.example/ferry"), article(author={"name": "Clara Winton"})]
    assert find_authors(page({"nodes": parts}, url="https://wend.example/ferry"), []).value == ["Clara Winton"]


def test_json_ld_that_a_quote_breaks_is_read_by_pattern_and_marked():
    script = """{"@type": "Organization", "name": "Wend"}, {"@type": "NewsArticle", "headline": "The "Wend" runs again",
        "datePublished": "2024-10-12", "author": [{"@type": "Person", "name": "Clara Winton"}]}"""
    nodes, _ = json_ld.nodes([script])
    read = page({"nodes": nodes})
    assert nodes[0]["is_broken"]
    assert find_title(read, []).value == 'The "Wend" runs again'
    assert find_title(read, []).origin == "broken json-ld:headline"
    assert find_authors(read, []).value == ["Clara Winton"]
    assert find_times(read).published_from == "broken json-ld:datePublished"


def test_broken_json_ld_of_something_else_is_not_read():
    assert json_ld.nodes(['{"@type": "Product", "name": "The "Wend" mug", "datePublished": "2024-10-12"}']) == ([], [])


def test_of_two_headings_the_one_in_the_language_of_the_declarations_is_chosen():
    english, gujarati = "Ferry runs again after repairs", "સમારકામ પછી ફેરી ફરી ચાલુ"
    signals = {"title": f"{english}|{gujarati}", "nodes": [article(headline=gujarati)]}
    lines = [
        LabelledLine(number, text, "headline", "field", "page_title", 0, "h1")
        for number, text in enumerate((english, f"બંદર / {gujarati}"), 1)
    ]
    shown = Page({"media_type": "text/html", "url": None, "fetched_at": None}, lines, signals)
    assert gujarati in find_title(shown, []).value


def test_a_title_declared_in_capitals_is_given_as_it_is_shown():
    signals = {"nodes": [article(headline=SHOWN.upper())], "title": SHOWN.upper()}
    assert find_title(page(signals, h1=SHOWN), []).value == SHOWN
    assert find_title(page(signals, h1=SHOWN.upper()), []).value == SHOWN.upper()


def test_a_text_with_its_language_is_a_text():
    (node,), _ = json_ld.nodes(['{"@type": "Article", "headline": {"@value": "Ferry runs", "@language": "en"}}'])
    assert node["headline"] == "Ferry runs"
