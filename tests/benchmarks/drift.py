"""False warnings of drift, and breaks that are found: clean runs of natural variation, and runs with one broken site.

    python tests/benchmarks/drift.py [--runs 200] [--seed 1]

The pages are invented: sites differ in volume, lengths, authors and missing fields; days differ at each site, weekends
are quiet, and a big event makes the texts of one day alike. Each run is compared with the twenty runs before it.
"""

import argparse
import random
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from expectations.thresholds import load_thresholds
from tasks.quality.drift import ComparedMetric, compare
from tasks.quality.metrics import Metric, PastMetric, of_run

Page = dict[str, Any]
_FIRST_DAY = datetime(2026, 1, 5, 6, tzinfo=UTC)  # a Monday
_WEEKEND = 0.6  # of the pages of a weekday
_FALSE_RUNS_MAX = 0.01  # what the thresholds promise
_FLAGS = ("text_ends_open", "title_not_in_text", "body_doubtful", "language_not_as_declared", "paragraphs_alike")
# sites, and pages of a site on a usual day
_NEWSROOMS = {"two sites": (2, 8.0), "ten small sites": (10, 5.0), "ten sites": (10, 20.0), "sixty sites": (60, 12.0)}


@dataclass(frozen=True)
class Site:
    """What is usual at a site."""

    name: str
    pages: float  # on a weekday
    log_words: float
    log_spread: float
    missing: dict[str, float]  # column -> share of pages without it
    flags: dict[str, float]
    authors: int
    languages: tuple[str, ...]


def invent_site(chance: random.Random, number: int, pages: float) -> Site:
    """A site; some leave out a field nearly always or never, as real ones do."""

    def share() -> float:
        return chance.choice((0.0, 0.0, chance.betavariate(1, 20), chance.betavariate(1, 3), 1.0))

    columns = ("published_date", "published_at", "authors", "topics", "image_url", "summary", "canonical_url")
    return Site(
        name=f"site{number}.example",
        pages=pages * chance.lognormvariate(0, 0.7),
        log_words=chance.gauss(5.9, 0.4),
        log_spread=chance.uniform(0.4, 0.9),
        missing={column: share() for column in columns},
        flags={flag: chance.betavariate(0.5, 40) for flag in _FLAGS},
        authors=chance.choice((1, 2, 5, 12, 40)),
        languages=chance.choice((("en",), ("en",), ("en", "es"), ("de",))),
    )


def pages_of(site: Site, day: int, chance: random.Random) -> list[Page]:
    """The pages of a site on one day, whose shares differ from the site's usual ones."""
    fetched = _FIRST_DAY + timedelta(days=day)
    quiet = _WEEKEND if fetched.weekday() >= 5 else 1.0
    expected = site.pages * quiet * chance.gammavariate(8, 1 / 8)
    missing = {column: _varied(share, chance) for column, share in site.missing.items()}
    flags = {flag: _varied(share, chance) for flag, share in site.flags.items()}
    log_words = site.log_words + chance.gauss(0, 0.12)
    event = chance.random() < 0.05  # one story fills the day: one author, short updates
    return [
        _page(site, fetched, chance, missing, flags, log_words - 0.3 * event, site.authors if not event else 3)
        for _ in range(_poisson(expected, chance))
    ]


def _varied(share: float, chance: random.Random) -> float:
    """A share of one day around the usual one."""
    if share in (0.0, 1.0):
        return min(max(share + chance.choice((0, 0, 0.01, -0.01)), 0.0), 1.0)
    return chance.betavariate(max(60 * share, 0.01), max(60 * (1 - share), 0.01))


def _poisson(mean: float, chance: random.Random) -> int:
    count, reached = 0, chance.expovariate(1.0)
    while reached < mean:
        count, reached = count + 1, reached + chance.expovariate(1.0)
    return count


def _page(
    site: Site,
    fetched: datetime,
    chance: random.Random,
    missing: dict[str, float],
    flags: dict[str, float],
    *lengths: Any,
) -> Page:
    log_words, authors = lengths
    number = chance.getrandbits(40)
    words = max(int(chance.lognormvariate(log_words, site.log_spread)), 10)
    age = timedelta(days=min(chance.expovariate(0.5), 400) if chance.random() < 0.97 else chance.uniform(30, 900))
    page = {
        "doc_id": str(number),
        "domain": site.name,
        "publisher": site.name.title(),
        "source_uri": f"{site.name}/{number}",
        "url": f"https://{site.name}/{number}",
        "canonical_url": f"https://{site.name}/{number}",
        "published_date": (fetched - age).date(),
        "published_at": fetched - age,
        "published_utc_offset_minutes": 0,
        "authors": [f"Author {min(int(chance.expovariate(2 / authors)), authors - 1)}"],
        "topics": ["x"],
        "image_url": "i",
        "language": chance.choice(site.languages),
        "summary": "s",
        "title": f"Headline {number}",
        "text_digest": str(number),
        "text": "s",
        "word_count": words,
        "paragraph_count": max(round(words / chance.uniform(25, 60)), 1),
        "confidence": chance.betavariate(18, 1),
        "kind": chance.choices(("article", "live", "stub"), (0.97, 0.02, 0.01))[0],
        "flags": [flag for flag, share in flags.items() if chance.random() < share],
        "fetched_at": fetched,
    }
    for column, share in missing.items():
        if chance.random() < share:
            page[column] = [] if column in ("authors", "topics") else None
    return page


def runs_of(sites: list[Site], days: int, chance: random.Random) -> Iterator[list[Page]]:
    """The pages of each day, over all sites."""
    for day in range(days):
        yield [page for site in sites for page in pages_of(site, day, chance)]


def metrics_of(pages: list[Page], chance: random.Random) -> list[Metric]:
    """The metrics of a run of which some pages are lost and some repeat others."""
    lost = chance.betavariate(2, 60)
    passed: list[Page] = []
    quarantined: list[Page] = []
    for page in pages:
        (quarantined if chance.random() < lost else passed).append(page)
    duplicates = round(len(passed) * chance.betavariate(4, 60))
    counts = {"received": len(pages), "duplicates": duplicates, "near_duplicates": duplicates // 2}
    return of_run(passed, quarantined, counts)


# a break -> what it does to one page
BREAKS: dict[str, Callable[[Page], dict[str, Any]]] = {
    "no date": lambda page: {"published_date": None, "published_at": None},
    "a fifth of the text": lambda page: {"word_count": page["word_count"] // 5, "paragraph_count": 1},
    "publisher WordPress": lambda page: {"publisher": "WordPress"},
    "another publisher on each page": lambda page: {"publisher": page["title"]},
    "one author for all": lambda page: {"authors": ["Admin"]},
    "another language": lambda page: {"language": "pl"},
    "headlines of other texts": lambda page: {"flags": ["title_not_in_text"]},
    "new layout": lambda page: {"published_date": None, "authors": [], "word_count": 40, "paragraph_count": 1},
}


def outside(metrics: list[Metric], history: list[PastMetric]) -> list[ComparedMetric]:
    """What a run would warn of."""
    compared = compare(metrics, history, load_thresholds().dataset)
    return [metric for metric in compared if metric.state == "outside"]


def measure(sites: list[Site], runs: int, chance: random.Random) -> tuple[Counter[str], Counter[str], int]:
    """Runs with a false warning by rule, breaks found by kind, and the number of runs with any false warning."""
    past: list[list[PastMetric]] = []
    false_rules: Counter[str] = Counter()
    found: Counter[str] = Counter()
    false_runs = 0
    back = load_thresholds().dataset.history_runs
    for day, pages in enumerate(runs_of(sites, runs + back, chance)):
        metrics = metrics_of(pages, chance)
        if day >= back:
            history = [row for run in past[-back:] for row in run]
            warnings = outside(metrics, history)
            false_runs += bool(warnings)
            false_rules.update({f"{metric.code}:{metric.metric}" for metric in warnings})
            for kind, broken in _broken(sites, pages, day):
                named = {metric.site for metric in outside(metrics_of(broken, chance), history)}
                found[kind] += max(sites, key=lambda site: site.pages).name in named
        past.append([{**row, "run_id": f"{day:05}"} for row in metrics])
    return false_rules, found, false_runs


def _broken(sites: list[Site], pages: list[Page], day: int) -> Iterator[tuple[str, list[Page]]]:
    """Every tenth run with each break at the largest site; a new layout is on 30 % of its pages, the rest on all."""
    if day % 10:
        return
    name = max(sites, key=lambda site: site.pages).name
    for kind, change in BREAKS.items():
        share = 0.3 if kind == "new layout" else 1.0
        chance = random.Random(day)
        yield (
            kind,
            [page | change(page) if page["domain"] == name and chance.random() < share else page for page in pages],
        )


def main() -> int:
    """Print both tables; 1 if there are more false warnings than promised."""
    parser = argparse.ArgumentParser(description="Measure false warnings of drift and breaks that are found.")
    parser.add_argument("--runs", type=int, default=200, help="clean runs of each newsroom (default: 200)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    total = false_total = 0
    broken_runs = max(sum(not day % 10 for day in range(20, 20 + options.runs)), 1)
    for name, (count, pages) in _NEWSROOMS.items():
        chance = random.Random(f"{options.seed} {name}")
        sites = [invent_site(chance, number, pages) for number in range(count)]
        rules, found, false_runs = measure(sites, options.runs, chance)
        print(f"\n{name}: {false_runs} of {options.runs} clean runs have a warning")
        for rule, number in rules.most_common(8):
            print(f"  {number:>4}  {rule}")
        for kind in BREAKS:
            print(f"  {found[kind]:>4} of {broken_runs} found: {kind}")
        total, false_total = total + options.runs, false_total + false_runs
    print(f"\nall: {false_total} of {total} clean runs have a warning ({false_total / total:.1%})")
    return int(false_total > _FALSE_RUNS_MAX * total)


if __name__ == "__main__":
    sys.exit(main())
