"""Fields of our code on corpora with gold answers: from HTML, and from the same pages as text beside a plain baseline.

    python tests/benchmarks/fields.py CORPUS... [--style html|wet|inscriptis] [--pages N]

A corpus is a folder with `pages/PAGEID.html.gz` and `gold.jsonl.gz`. On text pages a gold value counts only where it is
printed on the page (its letters stand in one line; a date in any written form). The baseline is what a person would
write in five minutes: the first line of 5 to 25 words is the title, the first line that starts with "By" names the
author, the first date is the date, the first line is the publisher. CPU is that of extract alone, per page.
"""

import argparse
import gzip
import re
import sys
import time
from collections import defaultdict
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pyarrow as pa

from tasks import schema
from tasks.clean.core import clean_pages
from tasks.extract.core import extract_documents
from tasks.text.dates import find_dates
from tasks.text.publisher_names import squeeze
from tasks.training import corpus

BATCH = 250


def gold_rows(folder):
    """The gold answers by page."""
    with gzip.open(folder / "gold.jsonl.gz", "rt", encoding="utf-8") as handle:
        return {row["page_id"]: row for row in map(orjson.loads, handle)}


def run_line(pages, gold, style):
    """The candidate rows by page, and extract's CPU seconds."""
    rows = [
        {
            "doc_id": page.page_id,
            "source_uri": f"{page.page_id}/x",
            "url": gold[page.page_id]["url"],
            "fetched_at": _time(gold[page.page_id].get("crawled")),
            "media_type": "text/html" if style == "html" else "text/plain",
            "page_digest": "-",
            "byte_count": len(page.html),
            "raw": corpus.in_style(page.html, style),
        }
        for page in pages
    ]
    table = pa.Table.from_pylist(rows, schema=schema.PAGES)
    found, seconds = {}, 0.0
    for start in range(0, len(rows), BATCH):
        documents, lines, _ = clean_pages(table.slice(start, BATCH))
        clock = time.process_time()
        candidates = extract_documents(documents, lines)
        seconds += time.process_time() - clock
        found.update({row["doc_id"]: row for row in candidates.to_pylist()})
    return found, seconds, {row["doc_id"]: row["raw"].decode("utf-8", "replace") for row in rows}


def _time(text):
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError:
        return None


def baseline(text, language):
    """Title, authors, day and publisher by the plainest rules."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    title = next((line for line in lines if 5 <= len(line.split()) <= 25), None)
    byline = next((line for line in lines if re.match(r"by\s+\S", line, re.I) and len(line) < 80), "")
    authors = [name.strip() for name in re.split(r",| and ", re.sub(r"^by\s+", "", byline, flags=re.I)) if name.strip()]
    day = next((date.day for line in lines if len(line) < 200 for date in find_dates(line, language)), None)
    return {"title": title, "authors": authors, "published_date": day, "publisher": lines[0] if lines else None}


def printed(gold, text, field):
    """The gold value as far as the text shows it."""
    value = gold.get(field)
    if not value:
        return None
    lines = [squeeze(line) for line in text.splitlines() if line.strip()]
    if field == "published":
        day = _day(value)
        shown = any(
            date.day == day
            for line in text.splitlines()
            if len(line) < 300
            for date in find_dates(line, gold.get("language"))
        )
        return value if shown else None
    if isinstance(value, list):
        return [one for one in value if any(squeeze(one) in line for line in lines)] or None
    return value if any(squeeze(value) in line for line in lines) else None


def _day(value):
    return datetime.fromisoformat(value.replace("Z", "+00:00")).date()


def f1(want, got):
    """F1 of two lists as sets of squeezed names."""
    a, b = {squeeze(one) for one in want}, {squeeze(one) for one in got or ()}
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 1.0


def is_same_name(want, got):
    """Whether two names of a site match: equal letters or one contains the other (Kleine Zeitung, kleinezeitung.at)."""
    a, b = squeeze(want), squeeze(got)
    return a == b or (min(len(a), len(b)) >= 3 and (a in b or b in a))


def judge(gold, answer):
    """Field -> score of one page; fields without gold are left out."""
    scores = {}
    if gold.get("title"):
        scores["title"] = float(squeeze(answer["title"] or "") == squeeze(gold["title"]))
    if gold.get("authors"):
        scores["authors (F1)"] = f1(gold["authors"], answer["authors"])
    if gold.get("published"):
        scores["published day"] = float(answer["published_date"] == _day(gold["published"]))
    if gold.get("sitename"):
        scores["publisher"] = float(is_same_name(gold["sitename"], answer["publisher"] or ""))
    if gold.get("language") and "language" in answer:
        scores["language"] = float((answer["language"] or "") == gold["language"].split("-")[0])
    if gold.get("topics") and "topics" in answer:
        scores["topics (F1)"] = f1(gold["topics"], answer["topics"])
    return scores


def show(folder, style, limit):
    """Print the table of one corpus."""
    gold = gold_rows(folder)
    pages = corpus.read_corpus(folder)[:limit]
    answers, seconds, texts = run_line(pages, gold, style)
    ours, plain, invented = defaultdict(list), defaultdict(list), []
    for page in pages:
        want, text = gold[page.page_id], texts[page.page_id]
        if style != "html":
            want = {**want, "topics": None} | {
                name: printed(want, text, name) for name in ("title", "authors", "published", "sitename")
            }
            for field, score in judge(want, baseline(text, want.get("language"))).items():
                plain[field].append(score)
        for field, score in judge(want, answers[page.page_id]).items():
            ours[field].append(score)
        if not gold[page.page_id].get("published"):
            invented.append(answers[page.page_id])
    print(f"\n{folder.name}, {style}, {len(pages)} pages, extract {seconds / len(pages) * 1000:.2f} ms CPU a page")
    print(f"{'field':16}{'pages':>7}{'copydesk':>10}{'baseline':>10}")
    for field, scores in ours.items():
        other = f"{sum(plain[field]) / len(plain[field]):.3f}" if plain[field] else "-"
        print(f"{field:16}{len(scores):7}{sum(scores) / len(scores):10.3f}{other:>10}")
    if invented:
        dated = [row for row in invented if row["published_date"]]
        guessed = [row for row in dated if row["published_from"] == "address"]
        print(
            f"pages without a date in the gold: {len(invented)}; dated {len(dated)}, of these by a guess {len(guessed)}"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="+", type=Path)
    parser.add_argument("--style", choices=corpus.STYLES, default="html")
    parser.add_argument("--pages", type=int)
    options = parser.parse_args()
    for folder in options.corpora:
        show(folder, options.style, options.pages)
    return 0


if __name__ == "__main__":
    sys.exit(main())
