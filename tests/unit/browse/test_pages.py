"""The list of all pages: what became of a page of this address?"""

import re
from urllib.parse import quote

import pytest
from support.browsing import ARTICLES, SCRIPT, get, make_dataset
from support.ids import case_id

from flows.browse.app import make_app
from flows.browse.pages import spellings_of


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return make_app(make_dataset(tmp_path_factory.mktemp("browse") / "out"))


def shown(app, query):
    """The count and the doc_ids of a list of pages."""
    html = get(app, f"/pages?{query}").text
    return int(re.search(r"([\d,]+) pages? received", html)[1]), re.findall(r'<li><a href="/page/(\w+)"', html)


@pytest.mark.parametrize(
    ("wanted", "doc_ids"),
    [
        ("https://paper.example/7", [7]),
        ("http://www.Paper.example/7/?#comments", []),
        ("http://www.Paper.example/7/#comments", [7]),
        ("paper.example/64", [64]),
        ("pages/64.html", [64]),
        ("/home/ann/pages/64.html", [64]),
        ("copy of 2.html", ["r2"]),
        ("copy%20of%202.html", ["r2"]),
        (ARTICLES[8]["article_id"], [9]),
        (ARTICLES[8]["doc_id"], [9]),
        (SCRIPT, ["q1"]),
        ("paper.example/%' or true --", []),
        ("\x00", []),
        ("_", []),
        ("nothing.example", []),
    ],
    ids=case_id,
)
def test_a_page_is_found_by_any_part_of_its_address(app, wanted, doc_ids):
    expected = [ARTICLES[one - 1]["doc_id"] if isinstance(one, int) else one for one in doc_ids]
    assert shown(app, f"q={quote(wanted)}") == (len(expected), expected)


def test_a_page_that_no_run_has_received_is_said_to_be_unknown(app):
    assert "No run has received such a page" in get(app, "/pages?q=nothing.example").text


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 69),
        ("outcome=article", 66),
        ("outcome=duplicate", 1),
        ("outcome=quarantined", 1),
        ("outcome=forgotten", 1),
        ("site=Paper.example", 67),
        ("site=paper.example&outcome=duplicate", 1),
        ("page=2", 69),
    ],
)
def test_pages_are_chosen_by_outcome_and_site(app, query, count):
    assert shown(app, query)[0] == count


def test_a_page_that_was_removed_on_request_offers_nothing_of_it(app):
    html = get(app, "/page/f1").text
    assert "Forgotten: nothing of it is kept" in html
    assert "/page/f1/" not in html
    assert "/site?" not in html


@pytest.mark.parametrize("query", ["outcome=other", "page=0", f"q={'x' * 2001}"], ids=["outcome", "page", "long"])
def test_an_unusable_value_is_refused(app, query):
    assert get(app, f"/pages?{query}").status_code == 400


@pytest.mark.parametrize(
    ("address", "spelling"),
    [
        ("https://www.paper.example/مصر", "paper.example/%d9%85%d8%b5%d8%b1"),
        ("paper.example/%D9%85%D8%B5%D8%B1", "paper.example/مصر"),
        ("https://paper.example/cafe\u0301", "paper.example/café"),
        ("crawl.warc#7", "crawl.warc#7"),
        ("https://", "https://"),
        ("/", "/"),
    ],
    ids=ascii,
)
def test_an_address_is_known_in_letters_and_in_percent_codes(address, spelling):
    assert spelling in spellings_of(address)
