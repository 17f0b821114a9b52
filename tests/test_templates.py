"""Lines that recur on a site's pages are template; paragraphs of a story that is there several times are not."""

import numpy as np

from tasks.clean.site_templates import find_templates, site_of

MENU = [1, 2, 3]


def find(pages, sites=None):
    """Pages are lists of (key, words, is_good)."""
    flat = [(key, number, words, good) for number, lines in enumerate(pages) for key, words, good in lines]
    keys, page, words, good = (list(column) for column in zip(*flat, strict=True))
    found = find_templates(
        keys, np.array(page), np.array(words, dtype=float), np.array(good), sites or ["a"] * len(pages)
    )
    return {keys[row]: counts for row, counts in found.items()}


def page(*story):
    return [(key, 2, False) for key in MENU] + [(key, 30, True) for key in story]


def test_a_menu_on_every_page_is_template():
    assert find([page(10 + n, 20 + n) for n in range(5)]) == dict.fromkeys(MENU, (5, 5))


def test_two_pages_prove_nothing():
    assert find([page(10), page(11)]) == {}


def test_pages_of_other_sites_do_not_count():
    assert find([page(10), page(11), page(12), page(13)], ["a", "a", "b", "b"]) == {}


def test_a_line_on_few_of_many_pages_is_not_template():
    pages = [page(10 + n) for n in range(20)]
    for n in range(3):
        pages[n].append((99, 2, False))
    assert 99 not in find(pages)


def test_the_same_story_fetched_many_times_counts_as_one_page():
    pages = [page(10, 11, 12) for _ in range(6)] + [page(20), page(21), page(22)]
    found = find(pages)
    assert not {10, 11, 12} & set(found)
    assert found[1] == (4, 4)


def test_the_site_is_the_host_else_the_folder():
    assert site_of("https://www.paper.example/a/b", "x/y.html") == "paper.example"
    assert site_of(None, "crawl/monday/y.txt") == "crawl/monday"


def test_templates_are_named_with_their_evidence(line):
    folder = line.PAGES / "cometfeed"
    _, lines, _ = line.through(line.pages_table([folder]))
    sponsor = [row for row in lines.to_pylist() if row["text"].startswith("Sponsor:")]
    assert {row["reason"] for row in sponsor} == {"template_on_site"}
    assert {row["detail"] for row in sponsor} == {"5 of 5 pages"}
    assert {row["label"] for row in sponsor} == {"promo"}
