"""The labeller in bulk gives every line the label that the rules give it."""

from html import escape

import numpy as np
import pyarrow as pa
import pytest
from support.paths import PAGES

from tasks import schema
from tasks.clean import core
from tasks.clean.model import lexicon, story
from tasks.clean.sites.templates import SiteHistory
from tasks.training import corpus
from tasks.training.invented import invented

INVENTED_COUNT, SITE_COUNT = 100, 12


def pages_table(contents, media_type):
    """A table of pages with these bytes, spread over a few sites so that some of their lines recur."""
    rows = [
        schema.blank_row(schema.PAGES)
        | {
            "doc_id": f"{number:016x}",
            "source_uri": f"{number}",
            "url": f"https://site{number % SITE_COUNT}.example/{number}",
            "media_type": media_type,
            "page_digest": "-",
            "byte_count": len(raw),
            "raw": raw,
        }
        for number, raw in enumerate(contents)
    ]
    return pa.Table.from_pylist(rows, schema=schema.PAGES)


def sample_pages(suffix):
    return [path.read_bytes() for path in sorted(PAGES.rglob(f"*{suffix}"))]


def invented_pages(style):
    return [corpus.in_style(html.encode(), style) for _, html in invented(INVENTED_COUNT, seed=7)]


FILLER = "about the quay and the boats that lie there in winter under snow and wait for the spring".split()
SITUATIONS = 4  # first or later run, the model's story or one elsewhere
CLASSES = ["", "comment", "newsletter", "caption", "author", "date", "footer", "related-list", "sidebar hidden"]
STORY = "The ropeworks at Tallow Quay will weave sails again from the spring, its new owners said on Monday number {}."


def phrase_pages(form, situation):
    """Stories with phrases of the lexicon around them, at the start of lines of all lengths or within them.

    Each of the situations has its own part of the phrases, which are thousands.
    """
    entries = lexicon.lexicon().entries
    lines = []
    for mode in ("whole", "starts", "has"):
        for n, phrase in enumerate(sorted(entry.phrase for entry in entries[mode].values())):
            after = " ".join((FILLER * 3)[: 0 if mode == "whole" else n * 7 % 46])
            lines.append(f"{'Readers here' if mode == 'has' else ''} {phrase} {after}".strip())
    lines = lines[situation::SITUATIONS]
    story = [STORY.format(n) for n in range(8)]
    for start in range(0, len(lines), 40):
        around = lines[start : start + 40]
        yield form([*around[:20], *story, *around[20:]]).encode()


def as_html(lines):
    blocks = (f'<div class="{CLASSES[n % len(CLASSES)]}"><p>{escape(line)}</p></div>' for n, line in enumerate(lines))
    return f"<html><body>{''.join(blocks)}</body></html>"


CORPORA = {
    "sample HTML": ("text/html", lambda _: sample_pages(".html")),
    "sample text": ("text/plain", lambda _: sample_pages(".txt")),
    "invented HTML": ("text/html", lambda _: invented_pages("html")),
    "invented text": ("text/plain", lambda _: invented_pages("wet")),
    "phrases in HTML": ("text/html", lambda situation: list(phrase_pages(as_html, situation))),
    "phrases in text": ("text/plain", lambda situation: list(phrase_pages("\n\n".join, situation))),
}


def shifted_chances(*arguments, **options):
    """The chances of other lines: a story wherever it may be, so that the rules meet lines that they rarely see."""
    values = np.roll(model_chances(*arguments, **options).values, 3)
    return story.Chances(values, values >= 0.5)


model_chances = story.chances


def history_of(evidence):
    """Each site as if earlier runs had seen some of its lines on most of its pages, and others on some."""
    history = {}
    for number in range(SITE_COUNT):
        site = f"site{number}.example"
        rows = [row for row in evidence.to_pylist() if row["site"] == site]
        keys = np.unique([key for row in rows for key in row["line_keys"]] or [0]).astype(np.uint32)[::2]
        history[site] = SiteHistory(100, keys, np.where(np.arange(len(keys)) % 2, 95, 40).astype(np.int32))
    return history


@pytest.mark.parametrize("has_history", [False, True], ids=["first run", "later run"])
@pytest.mark.parametrize("chances", [model_chances, shifted_chances], ids=["model's story", "story elsewhere"])
@pytest.mark.parametrize("name", CORPORA)
def test_both_labellers_agree_on_every_value_of_every_line(name, chances, has_history, monkeypatch):
    media_type, read = CORPORA[name]
    pages = pages_table(read(2 * has_history + (chances is shifted_chances)), media_type)
    monkeypatch.setattr(story, "chances", chances)
    history = history_of(core.clean_pages(pages).evidence) if has_history else {}
    fast = core.clean_pages(pages, lambda sites: history)
    done = []

    def label_no_lines(labels, facts):
        done.append(int(label_plain_lines(core.LabelColumns(len(facts.tag)), facts).sum()))
        return np.zeros(len(facts.tag), dtype=bool)

    label_plain_lines = core.label_plain_lines
    monkeypatch.setattr(core, "label_plain_lines", label_no_lines)
    by_rules = core.clean_pages(pages, lambda sites: history)
    differences = [
        (fast_row, rule_row)
        for fast_row, rule_row in zip(fast.lines.to_pylist(), by_rules.lines.to_pylist(), strict=True)
        if fast_row != rule_row
    ]
    assert differences == []
    assert fast.documents.equals(by_rules.documents)
    assert sum(done) > 30  # the comparison is about many lines


@pytest.mark.parametrize("name", ["invented HTML", "invented text"])
def test_the_comparison_meets_thousands_of_lines_and_most_labels(name):
    media_type, read = CORPORA[name]
    lines = core.clean_pages(pages_table(read(0), media_type)).lines
    assert lines.num_rows > 3000
    assert len(set(lines["label"].to_pylist())) >= 12
    assert len(set(lines["reason"].to_pylist())) >= 12
