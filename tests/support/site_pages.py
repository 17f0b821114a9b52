"""Pages of one site with their flags, and the metrics of earlier runs, without a pipeline."""

from datetime import UTC, datetime, timedelta

import pyarrow as pa

from expectations.thresholds import load_thresholds
from tasks import schema
from tasks.quality.site_flags import SiteLimits, flag_sites
from tasks.quality.site_rows import COLUMNS
from tasks.steps import digest

LIMITS = SiteLimits(load_thresholds().dataset, title_repeats_max=3, instant_repeats_max=4)
NOW = datetime(2026, 9, 5, 18, tzinfo=UTC)
TABLE = pa.schema([schema.CANDIDATES.field(name) for name in COLUMNS])


def paragraph(number, part):
    day = 1000 + number * 97 + part
    return f"Paragraph {part} of story {number} says what the council of the old harbour town decided on day {day}."


def story(number, count=8):
    return [paragraph(number, part) for part in range(count)]


def page(number, **changes):
    """A page of a site with many authors, written on the day before it was fetched."""
    published = NOW - timedelta(hours=7 + number, minutes=3 * number, seconds=number)
    row = {
        "doc_id": digest(str(number)),
        "domain": "www.a.example",
        "publisher": "The Paper",
        "source_uri": f"pages/{number}.html",
        "url": f"https://www.a.example/{number}",
        "canonical_url": f"https://www.a.example/{number}",
        "title": f"Headline {chr(97 + number // 26)}{chr(97 + number % 26)}",
        "title_found_share": 0.8,
        "authors": [f"Ada Author {number % 7}"],
        "language": "en",
        "published_at": published,
        "published_date": published.date(),
        "published_utc_offset_minutes": 120,
        "fetched_at": NOW,
        "text": "\n\n".join(story(number)),
    }
    row |= changes
    return row | {"text_digest": digest(row["text"])}


def cut(number, chars):
    """A story that ends within a word."""
    return "\n\n".join(story(number))[: chars - 1].rstrip(" .") + "a"


def metrics(share, **values):
    """Six earlier runs of the site with twenty pages each."""
    rows = [{"site": "a.example", "metric": "passed", "value": 20.0, "rows": 20}]
    rows += [{"site": "a.example", "metric": metric, "value": share, "rows": 20} for metric in values.values()]
    return [row | {"run_id": f"run-{run}"} for run in range(6) for row in rows]


def flags_of(pages, history=(), parts=1):
    """The flags of pages, by the number of the page."""
    size = -(-len(pages) // parts)
    tables = [pa.Table.from_pylist(pages[n : n + size], schema=TABLE) for n in range(0, len(pages), size)]
    numbers = {row["doc_id"]: number for number, row in enumerate(pages)}
    found = {}
    for row in flag_sites(tables, history, LIMITS).to_pylist():
        assert row["shown"]
        found.setdefault(row["flag"], set()).add(numbers[row["doc_id"]])
    return found
