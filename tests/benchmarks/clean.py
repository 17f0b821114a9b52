"""Body text of our code and of the peers that are installed, on corpora with gold texts, in one run.

    python tests/benchmarks/clean.py CORPUS... [--style html|wet|inscriptis] [--pages N] [--floors]

A corpus is a folder with `pages/PAGEID.html.gz` and `gold.jsonl.gz`. Each page passes through every extractor in turn, so
that a busy machine slows all alike; cost is CPU time as a multiple of one lexbor parse of the same page (clean works on
batches, so its time is that of the batch). Figures of our code on corpora it was trained on flatter it: the model's
cards, `tasks/clean/model_*.json`, name those and give the cross-validated figures; `--floors` checks the cards against
the floors below.
"""

import argparse
import importlib
import json
import sys
import time
from collections import defaultdict
from pathlib import Path

import numpy as np
import pyarrow as pa
from selectolax.lexbor import LexborHTMLParser

from tasks import schema
from tasks.clean import model
from tasks.clean.batch import clean_pages
from tasks.training import corpus

BATCH = 50  # pages of one interleaved turn
# cross-validated F1 that a change may not fall below; the epsilon is half the interval's half-width, about what another
# seed moves it by. Lowering one needs a reason in the commit message.
FLOORS = {
    "html": {"wcxb-dev html": 0.946, "fundus-dev html": 0.958},
    "text": {
        "wcxb-dev wet": 0.929,
        "fundus-dev wet": 0.926,
        "wcxb-dev inscriptis": 0.926,
        "fundus-dev inscriptis": 0.916,
    },
}


def peers():
    """Name -> function from HTML text to body text, for what can be imported."""
    found = {}

    def offer(module, make):
        try:
            found[module] = make(importlib.import_module(module))
        except ImportError:
            print(f"(not installed: {module})", file=sys.stderr)

    offer("trafilatura", lambda m: lambda html: m.extract(html, include_comments=False) or "")
    offer(
        "resiliparse.extract.html2text",
        lambda m: lambda html: m.extract_plain_text(html, main_content=True, alt_texts=False),
    )
    offer(
        "justext",
        lambda m: (
            lambda html: "\n".join(
                p.text for p in m.justext(html.encode(), m.get_stoplist("English")) if not p.is_boilerplate
            )
        ),
    )
    return found


def ours(pages, style):
    """The kept text of each page."""
    rows = [
        {"doc_id": page.page_id, "source_uri": f"{page.page_id}/x", "media_type": "text/html" if style == "html" else "text/plain", "page_digest": "-",
         "byte_count": len(page.html), "raw": corpus.in_style(page.html, style)}
        for page in pages
    ]  # fmt: skip
    table = pa.Table.from_pylist(rows, schema=schema.PAGES)
    start = time.process_time()
    lines = clean_pages(table).lines
    seconds = time.process_time() - start
    kept = defaultdict(list)
    for doc, text, action in zip(
        *(lines.column(name).to_pylist() for name in ("doc_id", "text", "action")), strict=True
    ):
        if action == "keep":
            kept[doc].append(text)
    return [" \n".join(kept[page.page_id]) for page in pages], seconds


def best_run(html, style):
    """The plain rule to beat on text: the run of lines whose words, less a price for short ones, sum up highest."""
    lines = [line for line in corpus.in_style(html, style).decode("utf-8", "replace").splitlines() if line.strip()]
    best = run = 0.0
    start = first = end = 0
    for number, line in enumerate(lines):
        size = len(line.split())
        run += size if size >= 12 and line.rstrip()[-1:] in '.!?"”’' else -6
        if run <= 0:
            run, start = 0.0, number + 1
        elif run > best:
            best, first, end = run, start, number + 1
    return "\n".join(lines[first:end])


def measure(folder, style, limit):
    """Scores by page and seconds by extractor; `lexbor parse` is the unit of cost."""
    pages = corpus.read_corpus(folder)[:limit]
    scores, seconds = defaultdict(list), defaultdict(float)
    others = peers()
    label = "" if style == "html" else " (on the HTML)"
    ours(pages[:3], style)  # lexicon and model are read once a process, and are not a cost of a page
    for start in range(0, len(pages), BATCH):
        part = pages[start : start + BATCH]
        gold = [corpus.shingles(corpus.tokens(page.body or "")) for page in part]
        answers, spent = ours(part, style)
        seconds["copydesk"] += spent
        scores["copydesk"] += [corpus.page_score(text, want) for text, want in zip(answers, gold, strict=True)]
        for page, want in zip(part, gold, strict=True):
            clock = time.process_time()
            LexborHTMLParser(page.html)
            seconds["lexbor parse"] += time.process_time() - clock
            html = page.html.decode("utf-8", "replace")
            for name, extract in others.items():
                clock = time.process_time()
                try:
                    text = extract(html)
                except Exception as error:
                    print(f"{name} fails on {page.page_id}: {error}", file=sys.stderr)
                    text = ""
                seconds[name + label] += time.process_time() - clock
                scores[name + label].append(corpus.page_score(text, want))
            if style != "html":
                scores["best run of long lines"].append(corpus.page_score(best_run(page.html, style), want))
    return pages, scores, seconds


def show(folder, style, limit):
    """Print the table of one corpus."""
    pages, scores, seconds = measure(folder, style, limit)
    print(
        f"\n{folder.name}, {style}, {len(pages)} pages (the figures of copydesk are in-sample if its card names this corpus)"
    )
    print(f"{'':34}{'precision':>10}{'recall':>8}{'F1':>7}{'95 %':>16}{'x parse':>9}")
    draw = np.random.default_rng(1)
    for name, found in sorted(scores.items(), key=lambda entry: -corpus.f1(entry[1])[2]):
        precision, recall, value = corpus.f1(found)
        samples = [corpus.f1([found[n] for n in draw.integers(0, len(found), len(found))])[2] for _ in range(300)]
        low, high = np.quantile(samples, [0.025, 0.975])
        cost = f"{seconds[name] / seconds['lexbor parse']:.1f}" if seconds[name] else "-"
        print(f"{name:34}{precision:10.3f}{recall:8.3f}{value:7.3f}{f'{low:.3f} to {high:.3f}':>16}{cost:>9}")


def check_floors():
    """Whether the shipped models' cards keep the floors."""
    fallen = 0
    for kind, floors in FLOORS.items():
        card = json.loads((Path(model.__file__).parent / f"model_{kind}.json").read_text())["cross_validation"]
        for name, floor in floors.items():
            state = "ok" if card[name]["f1"] >= floor else "BELOW"
            fallen += state != "ok"
            print(f"{kind:5} {name:24} {card[name]['f1']:.4f} floor {floor:.3f} {state}")
    return fallen


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpora", nargs="*", type=Path)
    parser.add_argument("--style", choices=corpus.STYLES, default="html")
    parser.add_argument("--pages", type=int)
    parser.add_argument("--floors", action="store_true")
    options = parser.parse_args()
    for folder in options.corpora:
        show(folder, options.style, options.pages)
    return check_floors() if options.floors else 0


if __name__ == "__main__":
    sys.exit(main())
