"""Which entries are for a page, and how several are joined."""

import time

import pytest

from tasks.site_rules.addresses import glob_matches
from tasks.site_rules.entries import SiteRules
from tasks.site_rules.page import RuleFinder


def finder_of(*entries):
    return RuleFinder(SiteRules.model_validate({"site": list(entries)}))


@pytest.mark.parametrize(
    ("pattern", "url", "is_meant"),
    [
        ("ledger.example", "https://ledger.example/a", True),
        ("ledger.example", "http://www.LEDGER.example:8080", True),
        ("www.ledger.example", "https://ledger.example/", True),
        ("ledger.example", "https://sport.ledger.example/", False),
        ("ledger.example", "https://my-ledger.example/", False),
        ("*.ledger.example", "https://sport.ledger.example/", True),
        ("*.ledger.example", "https://ledger.example/", True),
        ("*.ledger.example", "https://ledger.example.com/", False),
        ("ledger.example/games/*", "https://ledger.example/games/chess", True),
        ("ledger.example/games/*", "https://ledger.example/news", False),
        ("ledger.example/*?page=*", "https://ledger.example/news?page=2", True),
        ("*.example/live/*", "https://a.b.example/live/1", True),
        ("*/live/*", "https://other.test/live/1", True),
        ("*", "https://other.test/", True),
        ("bücher.example", "https://xn--bcher-kva.example/a", True),
        ("ledger.example/مصر/*", "https://ledger.example/%D9%85%D8%B5%D8%B1/1", True),
        ("ledger.example/%d9%85%D8%B5%D8%B1/*", "https://ledger.example/مصر/1", True),
        ("ledger.example/a%2520b", "https://ledger.example/a%20b", False),
        ("ledger.example", None, False),
        ("*", "http://[", False),
        ("ledger.example", "ledger.example/a", False),
    ],
)
def test_a_pattern_means_a_host_its_subdomains_or_a_part_of_its_addresses(pattern, url, is_meant):
    finder = finder_of({"match": [pattern], "publisher": "x"})
    assert (finder.of_page(url, "page.html") is not None) is is_meant


@pytest.mark.parametrize(
    ("pattern", "source", "is_meant"),
    [
        ("scrapes/ledger/*", "scrapes/ledger/a.txt", True),
        ("*ledger*.txt", "/data/ledger/a.txt", True),
        ("scrapes/ledger/*", "scrapes/other/a.txt", False),
        ("a.txt", "a.txt", True),
        ("a*a", "a", False),
    ],
)
def test_a_source_is_meant_by_its_path(pattern, source, is_meant):
    finder = finder_of({"sources": [pattern], "publisher": "x"})
    assert (finder.of_page(None, source) is not None) is is_meant


def test_no_pattern_of_a_path_takes_long():
    start = time.process_time()
    assert not glob_matches("*a" * 400 + "*b", "a" * 100_000)
    assert time.process_time() - start < 1


def test_all_entries_for_a_page_count_and_the_last_value_wins():
    rules = finder_of(
        {"match": ["*.ledger.example"], "publisher": "Ledger", "body": ".old", "drop": [{"text": "a"}]},
        {"match": ["other.example"], "publisher": "Other"},
        {"match": ["ledger.example/x/*"], "body": ".new", "never_a_story": True, "drop": [{"css": "b"}]},
    ).of_page("https://ledger.example/x/1", "page.html")
    assert rules.fields == {"publisher": "Ledger"}
    assert rules.selectors == {"body": ".new"}
    assert [rule.shown for rule in rules.drop] == ["text a", "css b"]
    assert rules.never_a_story_by == "ledger.example/x/*"
