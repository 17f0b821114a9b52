"""Damage planted in the stories of real pages, and the flags of damage on the pages as they are.

    python tests/benchmarks/damage.py FOLDER... [--pages N]

FOLDER is a corpus as `accuracy.py` reads it. The first table has the share of published stories with each flag. For the
second, each story is printed again as a plain page with one kind of damage; a row counts if it has a flag that the
undamaged page has not, or if its text is as without the damage. All pages of that table are of one site.
"""

import argparse
import logging
import re
from collections import Counter
from html import escape
from pathlib import Path

import accuracy_pages
import pyarrow as pa

from expectations.thresholds import load_thresholds
from tasks import schema
from tasks.clean.core import clean_pages
from tasks.extract.core import extract_documents
from tasks.extract.damage.table import DETECTORS
from tasks.ingest.record import Record, SourceFile, page_row
from tasks.load.tables.site_flags import SiteFlagRows
from tasks.quality.site_flags import SITE_FLAGS, SiteLimits, flag_sites
from tasks.quality.site_rows import COLUMNS
from tasks.steps import digest

BATCH = 100
LOOKALIKES = str.maketrans("aeopcx", "аеорсх")


def every_second(text, change):
    """The text with every second word changed."""
    return " ".join(change(word) if n % 2 else word for n, word in enumerate(text.split()))


def among(lines, added):
    """The paragraphs with another line after each."""
    return [part for line in lines for part in (line, added)]


KINDS = {
    "entities": lambda lines: [line.replace(", ", ",&amp;nbsp;") for line in lines],
    "joiners": lambda lines: [every_second(line, lambda word: word[:2] + "\u200d" + word[2:]) for line in lines],
    "whole_copy": lambda lines: [*lines, " ".join(lines)],
    "style_sheet": lambda lines: among(lines, ".lead { color: red; margin: 0 auto; }"),
    "script": lambda lines: among(lines, "window.dataLayer=window.dataLayer||[];gtag('js',new Date());"),
    "ad_slot": lambda lines: among(lines, "slot-3 size=[[300,250],[728,90]] targeting={pos:mid,cat:news}"),
    "markdown": lambda lines: [every_second(line, lambda word: f"**{word}**") for line in lines],
    "tags": lambda lines: [f"<p>{line}</p>" for line in lines],
    "template": lambda lines: [every_second(line, lambda word: "{{ item.field }}") for line in lines],
    "percent": lambda lines: [line.replace(" ", "%20") for line in lines],
    "base64": lambda lines: among(lines, "data:image/png;base64," + "aB3dE5fG7h" * 20),
    "lookalikes": lambda lines: [every_second(line, lambda word: word.translate(LOOKALIKES)) for line in lines],
    "recognition": lambda lines: [re.sub("(?<=[a-z])o(?=[a-z])", "0", line) for line in lines],
    "spaces_lost": lambda lines: [re.sub(r"(\S+ \S+ \S+) ", r"\1", line) for line in lines],
    "capitals": lambda lines: [line.upper() for line in lines],
}


# what is done to all pages of a site: the paragraphs of a page and of the next one
SITE_KINDS = {
    "another_story_below": lambda own, other: [*own, *other],
    "interleaved": lambda own, other: [line for pair in zip(own, other, strict=False) for line in pair],
    "text_of_another": lambda own, other: other,
}


def rows_of(pages):
    """The candidate rows of pages: pairs of an address and bytes."""
    made = []
    for url, raw in pages:
        row = page_row(Record(raw, "page.html", url=url), SourceFile(url, 0), 1 << 24)
        made.append(row | {"doc_id": digest(url, str(len(made))), "source_mtime_ns": None})
    tables = []
    for start in range(0, len(made), BATCH):
        table = pa.Table.from_pylist(made[start : start + BATCH], schema=schema.PAGES)
        tables.append(extract_documents(*clean_pages(table)[:2]))
    limits = load_thresholds()
    usual = SiteLimits(limits.dataset, limits.extract.title_repeats_max, limits.extract.instant_repeats_max)
    flags = SiteFlagRows.of(flag_sites([table.select(COLUMNS) for table in tables], (), usual))
    return [row for table in tables for row in flags.added(table).to_pylist()]


def plain_page(row, change):
    """A story on a page of its own, with its paragraphs changed."""
    lines = change(row["text"].split("\n\n"))
    inner = "".join(f"<p>{escape(line)}</p>" for line in lines)
    head = f'<html lang="{row["language"] or "en"}"><head><meta charset="utf-8"><title>{escape(row["title"])}</title>'
    return f"{head}</head><body><article><h1>{escape(row['title'])}</h1>{inner}</article></body></html>".encode()


def seen(row, undamaged):
    """Whether a row says what was done to it, or is as without it."""
    return bool(set(row["flags"]) - set(undamaged["flags"])) or row["text"] == undamaged["text"]


def main():
    """Print both tables."""
    logging.disable(logging.WARNING)
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--pages", type=int, help="pages of each corpus")
    options = parser.parse_args()
    pages = []
    for folder in options.folders:
        for page, raw in accuracy_pages.read(folder, options.pages):
            if page.is_story:
                pages.append((page.url or f"https://{page.group}.example/{page.page_id}.html", raw))
    rows = [row for row in rows_of(pages) if row["text"] and row["title"] and row["confidence"] >= 0.5]
    flags = Counter(flag for row in rows for flag in row["flags"])
    known = [*(detector.doubt.value for detector in DETECTORS), *SITE_FLAGS]
    print(f"{len(rows):,} stories as they are: share with the flag")
    for name in known:
        print(f"{name:24}{flags[name] / len(rows):8.2%}")
    print(f"{'any of them':24}{sum(bool(set(known) & set(row['flags'])) for row in rows) / len(rows):8.2%}")
    before = rows_of([(f"https://a.example/{n}.html", plain_page(row, list)) for n, row in enumerate(rows)])
    print("\nplanted: share of the rows that are flagged or repaired")
    for kind, change in KINDS.items():
        after = rows_of([(f"https://a.example/{n}.html", plain_page(row, change)) for n, row in enumerate(rows)])
        share = sum(seen(row, old) for row, old in zip(after, before, strict=True)) / len(rows)
        print(f"{kind:24}{share:8.1%}")
    lines = [row["text"].split("\n\n") for row in rows]
    for kind, join in SITE_KINDS.items():
        joined = [plain_page(row, lambda own, n=n, join=join: join(own, lines[n - 1])) for n, row in enumerate(rows)]
        after = rows_of([(f"https://a.example/{n}.html", raw) for n, raw in enumerate(joined)])
        share = sum(seen(row, old) for row, old in zip(after, before, strict=True)) / len(rows)
        print(f"{kind:24}{share:8.1%}")


if __name__ == "__main__":
    main()
