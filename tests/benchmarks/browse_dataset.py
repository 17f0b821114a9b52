"""A synthetic dataset of any size, for measuring `copydesk browse`: invented words, real schemas and real file sizes.

Articles are in files of 20,000 rows by month, lines and raw pages in files of one batch of 500 pages, as runs write
them.
"""

import itertools
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pyarrow as pa

from tasks import schema
from tasks.load.output import Changes, Output
from tasks.load.tables.staging import LOW_CARDINALITY
from tasks.storage.tables import write_table

FILE_ROWS, BATCH_PAGES, LINES_OF_A_PAGE = 20_000, 500, 25
RUN_ID, RULES = "20260101T000000-aaaaaa", "0.0.0+benchmark"
FIRST_DAY, FLAGS = date(2022, 1, 1), ("text_ends_open", "language_mixed", "story_doubtful")
FETCHED = datetime(2026, 1, 1, tzinfo=UTC)
SYLLABLES = "ba co di fu ga he ki lo mu ne po ra si ta ve wo xy za".split()
WORDS = ["".join(parts) for parts in itertools.product(SYLLABLES, repeat=3)]
PUBLISHERS = [f"The {WORDS[number * 9].title()} Post" for number in range(300)]


def ids(first, count):
    """As many ids of 16 hexadecimal digits, in an order that says nothing about the row."""
    values = (np.arange(first, first + count, dtype=np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    return pa.array([f"{value:016x}" for value in values.tolist()])


def sentences(rng, count, length):
    return pa.array([" ".join(rng.choice(WORDS, length)).capitalize() + "." for _ in range(count)])


def filled(table, rows, columns):
    """A table of a schema: these columns, and in all others what a blank row has."""
    blank = schema.blank_row(table)
    made = [
        columns.get(field.name, pa.array([blank[field.name]] * rows, field.type)).cast(field.type) for field in table
    ]
    return pa.Table.from_arrays(made, schema=table)


def chosen(rng, values, rows, skew=2.0):
    """Values of a list, the first ones far more often than the last."""
    return pa.array(values).take(pa.array((rng.random(rows) ** skew * len(values)).astype(int)))


def articles(rng, first, rows, total, paragraphs, titles):
    """Articles of one file, all of one month."""
    month = 48 * first // total
    start = (date(2022 + month // 12, month % 12 + 1, 1) - FIRST_DAY).days
    days = np.sort(start + rng.integers(0, 28, rows))
    parts = [paragraphs.take(pa.array(rng.integers(0, len(paragraphs), rows))) for _ in range(6)]
    texts = pa.compute.binary_join_element_wise(*parts, "\n\n")
    article_ids = ids(first, rows)
    flags = [[FLAGS[int(value * 40)]] if value * 40 < len(FLAGS) else [] for value in rng.random(rows)]
    columns = {
        "article_id": article_ids,
        "doc_id": article_ids,
        "source_uri": pa.compute.binary_join_element_wise("https://site.example/", article_ids, ""),
        "url": pa.compute.binary_join_element_wise("https://site.example/", article_ids, ""),
        "domain": chosen(rng, [f"{name.split()[1].lower()}.example" for name in PUBLISHERS], rows),
        "publisher": chosen(rng, PUBLISHERS, rows),
        "title": titles.take(pa.array(rng.integers(0, len(titles), rows))),
        "published_date": pa.array([FIRST_DAY + timedelta(int(day)) for day in days], pa.date32()),
        "fetched_at": pa.array([FETCHED] * rows),
        "language": chosen(rng, ["en", "de", "es", "fr", None], rows, 3.0),
        "text": texts,
        "word_count": pa.array(rng.integers(100, 900, rows)),
        "paragraph_count": pa.array([6] * rows),
        "kind": chosen(rng, ["article", "live", "stub"], rows, 6.0),
        "confidence": pa.array(1 - rng.random(rows) ** 4, pa.float32()),
        "story_probability": pa.array([0.99] * rows),
        "flags": pa.array(flags, pa.list_(pa.string())),
        "text_digest": article_ids,
        "page_digest": article_ids,
        "version": pa.array([1] * rows),
        "run_id": pa.array([RUN_ID] * rows),
        "rules_version": pa.array([RULES] * rows),
    }
    return filled(schema.ARTICLES, rows, columns)


def ledger(first, rows):
    """The ledger of some pages that all became articles."""
    page_ids = ids(first, rows)
    address = pa.compute.binary_join_element_wise("https://site.example/", page_ids, "")
    columns = {
        "doc_id": page_ids,
        "source_uri": address,
        "url": address,
        "page_digest": page_ids,
        "outcome": pa.array(["article"] * rows),
        "article_id": page_ids,
        "fetched_at": pa.array([FETCHED] * rows),
        "run_id": pa.array([RUN_ID] * rows),
        "rules_version": pa.array([RULES] * rows),
    }
    return filled(schema.LEDGER, rows, columns)


def quarantine(rng, first, rows):
    page_ids = ids(first, rows)
    address = pa.compute.binary_join_element_wise("https://site.example/", page_ids, "")
    reasons = chosen(rng, ["clean.too_short", "clean.listing", "ingest.empty"], rows)
    columns = {
        "doc_id": page_ids,
        "source_uri": address,
        "url": address,
        "step": pa.array(["clean"] * rows),
        "reason": reasons,
        "all_reasons": pa.array([[reason] for reason in reasons.to_pylist()]),
        "detail": pa.array(["12 words of prose"] * rows),
        "fetched_at": pa.array([FETCHED] * rows),
        "run_id": pa.array([RUN_ID] * rows),
        "rules_version": pa.array([RULES] * rows),
    }
    return filled(schema.QUARANTINE, rows, columns)


def write_batches(rng, output, total, paragraphs):
    """Lines and raw pages, in files of one batch each."""
    for first in range(0, total, BATCH_PAGES):
        rows = min(BATCH_PAGES, total - first)
        page_ids, name = ids(first, rows), f"{first:016x}"
        count = rows * LINES_OF_A_PAGE
        lines = {
            "doc_id": page_ids.take(pa.array(np.repeat(np.arange(rows), LINES_OF_A_PAGE))),
            "line_no": pa.array(np.tile(np.arange(1, LINES_OF_A_PAGE + 1), rows)),
            "text": paragraphs.take(pa.array(rng.integers(0, len(paragraphs), count))),
            "label": pa.array(["paragraph"] * count),
            "action": pa.array(["keep"] * count),
            "reason": pa.array(["running_text"] * count),
        }
        low = ("doc_id", "tag", "label", "action", "reason")
        write_table(filled(schema.LINES, count, lines), output.root / "lines" / f"{name}.parquet", dictionary=low)
        raw = paragraphs.take(pa.array(rng.integers(0, len(paragraphs), rows)))
        pages = {
            "doc_id": page_ids,
            "source_uri": page_ids,
            "raw": raw.cast(pa.large_binary()),
            "page_digest": page_ids,
        }
        write_table(filled(schema.PAGES, rows, pages), output.root / "pages" / f"{name}-00001.parquet")


def make_dataset(root, total, seed=7):
    """Write a published dataset of that many articles into a folder, with its lines and raw pages."""
    rng = np.random.default_rng(seed)
    output = Output(root)
    output.prepare()
    paragraphs, titles = sentences(rng, 4000, 60), sentences(rng, 20_000, 9)
    staged, added = Path(root) / "work", {"articles": {}, "ledger": {}, "quarantine": {}}

    def stage(table, name, rows):
        path = staged / table / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_table(rows, path, dictionary=LOW_CARDINALITY)
        added[table][name] = path

    for part, first in enumerate(range(0, total, FILE_ROWS), 1):
        rows = articles(rng, first, min(FILE_ROWS, total - first), total, paragraphs, titles)
        month = f"published_month={rows.column('published_date')[0].as_py():%Y-%m}"
        stage("articles", f"{month}/{RUN_ID}-{part:03d}.parquet", rows)
    for part, first in enumerate(range(0, total, 10 * FILE_ROWS), 1):
        stage("ledger", f"{RUN_ID}-{part:03d}.parquet", ledger(first, min(10 * FILE_ROWS, total - first)))
    stage("quarantine", f"{RUN_ID}.parquet", quarantine(rng, total, max(1, total // 20)))
    write_batches(rng, output, total, paragraphs)
    output.publish(Changes(added=added))
    output.clear_work()
