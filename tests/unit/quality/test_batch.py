"""Faults that show over the pages of a site in one run, and limits that chance seldom crosses."""

import random

import pytest

from expectations import dataset
from expectations.gate import check
from expectations.thresholds import load_thresholds
from tasks.quality.batch import SiteBatches
from tasks.quality.chance import absence_chance, share_limits
from tasks.quality.drift import SMALL_SITES, compare
from tasks.quality.metrics import of_run

LIMIT = load_thresholds().dataset
ROW = {
    "published_date": None,
    "published_at": None,
    "published_utc_offset_minutes": None,
    "topics": [],
    "image_url": None,
    "language": "en",
    "summary": None,
    "kind": "article",
    "confidence": 0.9,
    "fetched_at": None,
}


def page(number, site="a.example", **changes):
    """A page that passed, with a headline, an author and an address of its own."""
    row = {
        "doc_id": f"{site}{number}",
        "domain": site,
        "publisher": "The Paper",
        "source_uri": f"{site}/{number}",
        "url": f"https://{site}/{number}",
        "canonical_url": f"https://{site}/{number}",
        "title": f"Headline {number}",
        "text_digest": f"{site}{number}",
        "text": "s",
        "authors": [f"Author {number % 7}"],
        "flags": [],
        "word_count": 250 + 40 * (number % 11),
        "paragraph_count": 6 + number % 5,
    }
    return ROW | row | changes


def batch(change, count=20):
    batches = SiteBatches(LIMIT)
    for _ in batches.watch([page(n) | change(n) for n in range(count)]):
        pass
    return [metric.code for metric in batches.compared() if metric.state == "outside"]


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (lambda n: {}, []),
        (lambda n: {"canonical_url": "https://a.example/lead"}, ["site_address"]),
        (lambda n: {"canonical_url": "https://a.example/lead", "url": None}, ["site_address"]),
        # parts of one story, versions of one story, and one address on few pages are usual
        (lambda n: {"canonical_url": "https://a.example/lead", "title": "Lead"}, []),
        (lambda n: {"canonical_url": "https://a.example/lead", "url": "https://a.example/lead"}, []),
        (lambda n: {"canonical_url": "https://a.example/lead"} if n < 3 else {}, []),
        (lambda n: {"canonical_url": None, "title": None}, []),
        (lambda n: {"publisher": f"Headline {n}"}, ["site_publisher"]),
        (lambda n: {"publisher": f"Paper {n % 4}"}, []),  # a portal of four papers
        (lambda n: {"publisher": None}, []),
        (lambda n: {"flags": ["title_not_in_text"]}, ["site_headlines"]),
        (lambda n: {"flags": ["title_not_in_text"] if n % 4 == 0 else []}, []),
    ],
)
def test_faults_over_the_pages_of_a_site(change, codes):
    assert batch(change) == codes


@pytest.mark.parametrize(
    "change",
    [
        lambda n: {"publisher": f"P{n}"},
        lambda n: {"flags": ["title_not_in_text"]},
        lambda n: {"canonical_url": "https://a.example/lead"} if n < 2 else {},
    ],
)
def test_few_pages_say_nothing(change):
    assert batch(change, count=5) == []


def test_a_fault_is_a_warning_with_its_example():
    batches = SiteBatches(LIMIT)
    for number in range(12):
        batches.add(page(number, canonical_url="https://a.example/lead"))
    verdict = check(dataset.suite(LIMIT), dataset.table(batches.compared()))
    (warning,) = verdict.warnings
    assert warning.code == "dataset.site_address"
    assert "a.example: 12 stories with different headlines declare one address" in warning.observed
    assert "https://a.example/lead" in warning.observed


# ---------------------------------------------------------------------- with history


def day(change=lambda n: {}, sites=("a.example", "b.example"), count=20):
    pages = [page(n, site) | (change(n) if site == "b.example" else {}) for site in sites for n in range(count)]
    return of_run(pages, [], {"received": len(pages)})


HISTORY = [row | {"run_id": f"r{number}"} for number in range(8) for row in day(count=18 + number % 4)]


def outside(metrics, history=HISTORY):
    return {(row.code, row.site) for row in compare(metrics, history, LIMIT) if row.state == "outside"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda n: {"publisher": "WordPress"}, "site_publisher"),
        (lambda n: {"publisher": f"Headline {n}"}, "site_publisher"),
        (lambda n: {"authors": ["Admin"]}, "site_authors"),
        (lambda n: {"canonical_url": None}, "site_layout"),
        (lambda n: {"word_count": 40, "paragraph_count": 1} if n % 5 in (0, 1) else {}, "site_layout"),  # of 40 %
        (lambda n: {"authors": []} if n % 5 in (0, 1) else {}, "site_layout"),
    ],
)
def test_a_site_that_changed_is_named(change, code):
    assert outside(day()) == set()
    found = outside(day(change))
    assert (code, "b.example") in found
    assert "a.example" not in {site for _, site in found}


def test_small_sites_are_judged_together():
    names = [f"s{number}.example" for number in range(8)]
    past = [row | {"run_id": f"r{run}"} for run in range(8) for row in day(sites=names, count=4)]
    assert outside(day(sites=names, count=4), past) == set()
    pages = [page(n, name, authors=[]) for name in names for n in range(4)]
    assert ("site_layout", SMALL_SITES) in outside(of_run(pages, [], {"received": len(pages)}), past)


def test_chance_seldom_crosses_its_limits():
    chance = random.Random(5)

    def run(share, rows):
        return {"value": sum(chance.random() < share for _ in range(rows)) / rows, "rows": rows}

    crossed = 0
    for _ in range(2000):
        share, rows = chance.choice((0.02, 0.2, 0.6)), chance.choice((5, 20, 100))
        low, high = share_limits([run(share, rows) for _ in range(12)], rows, 0.005)
        crossed += not low <= run(share, rows)["value"] <= high
    assert crossed <= 20  # one in a hundred: 0.005 at each end


@pytest.mark.parametrize(
    ("volumes", "is_chance"),
    [([5, 6, 4, 7, 5, 6], True), ([30, 25, 28, 33, 31, 27], False), ([30, 0, 28, 0, 31, 27], True), ([], True)],
)
def test_the_absence_of_a_small_or_irregular_site_is_chance(volumes, is_chance):
    assert (absence_chance(volumes) > 0.001) is is_chance
