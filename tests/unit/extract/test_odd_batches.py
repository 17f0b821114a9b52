"""Clean but unusual batches are published: poems, briefs, results, long features, interviews, other scripts."""

import random
import tomllib
from pathlib import Path

import pyarrow as pa
import pytest
from support.pages import page_table, process

from expectations import clean, extract
from expectations.gate import check
from expectations.thresholds import load_thresholds

STOCK = tomllib.loads(Path(__file__).with_name("odd_batches.toml").read_text(encoding="utf-8"))
PAGES = 12
FRAME = """<!DOCTYPE html><html lang="{language}"><head><meta charset="utf-8"><title>{title} | The Saltmere Post</title>
<meta property="og:type" content="article"><meta property="article:published_time" content="2026-09-0{day}T10:00:00Z">
</head><body><header><a href="/">The Saltmere Post</a><nav><ul><li><a href="/local">Local</a></li>
<li><a href="/sport">Sport</a></li><li><a href="/weather">Weather</a></li></ul></nav></header>
<main><h1>{title}</h1><p class="byline">By {author}</p><article>{body}</article>
<aside><h3>More stories</h3><ul><li><a href="/a">Ferry pier to stay closed for the winter</a></li>
<li><a href="/b">Who paints the bridge at night?</a></li></ul></aside></main>
<footer><p>© The Saltmere Post</p><p>Contact · Terms of use · Privacy</p></footer></body></html>"""


class Writer:
    """Writes paragraphs of one language, no two pages alike."""

    def __init__(self, language, seed):
        self.stock = STOCK[language]
        self.dice = random.Random(f"{language} {seed}")

    def fill(self, line):
        dice, stock = self.dice, self.stock
        return line.format(n=dice.randrange(12, 980), p=dice.choice(stock["places"]), w=dice.choice(stock["people"]))

    def lines(self, count, name="prose"):
        stock = self.stock[name]
        rounds = [self.dice.sample(stock, len(stock)) for _ in range(count // len(stock) + 1)]
        return [self.fill(line) for each in rounds for line in each][:count]

    def paragraphs(self, count, sentences=2):
        joiner = " " if self.stock is STOCK["English"] or self.stock is STOCK["Arabic"] else ""
        lines = self.lines(count * sentences)
        return [joiner.join(lines[n : n + sentences]) for n in range(0, len(lines), sentences)]


def paragraphs(lines):
    return "".join(f"<p>{line}</p>" for line in lines)


def verse(writer, joiner):
    lines = writer.lines(24, "verses")
    return [joiner.join(lines[n : n + 4]) for n in range(0, 24, 4)]


def results(writer):
    dice, places = writer.dice, writer.stock["places"]
    rows = "".join(
        f"<tr><td>{dice.choice(places)}</td><td>{dice.choice(places)}</td><td>{dice.randrange(6)}-{dice.randrange(6)}</td></tr>"
        for _ in range(9)
    )
    return f"{paragraphs(writer.paragraphs(2))}<table>{rows}</table>"


def interview(writer):
    answers = writer.paragraphs(9)
    return "".join(
        f"<p><strong>What happened after the {n}th night?</strong></p><p>{text}</p>"
        for n, text in enumerate(answers, 4)
    )


def correction(writer):
    (line,) = writer.lines(1)
    return paragraphs(
        [
            f"An article about {writer.fill('{p}')} gave a wrong number in an earlier version. {line}",
            f"The report of {writer.fill('{w}')} counted {writer.fill('{n}')} houses and not {writer.fill('{n}')}.",
            "The newspaper regrets the error and has changed the text on its pages and in the archive.",
        ]
    )


BATCHES = {
    "poems with line breaks": ("English", lambda writer: paragraphs(verse(writer, "<br>"))),
    "poems, a paragraph for each line": ("English", lambda writer: paragraphs(writer.lines(24, "verses"))),
    "briefs of one paragraph": ("English", lambda writer: paragraphs(writer.paragraphs(1, 4))),
    "results in a table": ("English", results),
    "features of 280 paragraphs": ("English", lambda writer: paragraphs(writer.paragraphs(280))),
    "interviews": ("English", interview),
    "corrections": ("English", correction),
    "Chinese, 4 paragraphs": ("Chinese", lambda writer: paragraphs(writer.paragraphs(4))),
    "Chinese, 8 paragraphs": ("Chinese", lambda writer: paragraphs(writer.paragraphs(8))),
    "Japanese, 3 paragraphs": ("Japanese", lambda writer: paragraphs(writer.paragraphs(3))),
    "Japanese, 7 paragraphs": ("Japanese", lambda writer: paragraphs(writer.paragraphs(7))),
    "Arabic, 4 paragraphs": ("Arabic", lambda writer: paragraphs(writer.paragraphs(4))),
}
CODES = {"English": "en", "Chinese": "zh", "Japanese": "ja", "Arabic": "ar"}


def batch(name):
    language, write = BATCHES[name]
    pages = []
    for number in range(3 if "280" in name else PAGES):
        writer = Writer(language, f"{name} {number}")
        title = writer.lines(1)[0].rstrip(".。").split("，")[0].split("、")[0][:70]
        html = FRAME.format(
            language=CODES[language],
            title=title,
            day=number % 9 + 1,
            author=writer.fill("{w}"),
            body=write(writer),
        )
        url = f"https://saltmerepost.example/local/story-{number}.html"
        pages.append(page_table(html, source_uri=url, url=url, doc_id=f"d{number:02}"))
    return pa.concat_tables(pages)


@pytest.mark.parametrize("name", BATCHES)
def test_an_odd_batch_is_published(name):
    documents, _, candidates = process(batch(name))
    thresholds = load_thresholds()
    lost = {}
    for rules, bounds, table in ((clean, thresholds.clean, documents), (extract, thresholds.extract, candidates)):
        suite = rules.suite(bounds)
        verdict = check(suite, rules.slim(table.select(list(suite.columns))))
        assert verdict.stops == []
        lost |= verdict.reasons
    assert lost == {}
    assert len(set(candidates.column("text_digest").to_pylist())) == candidates.num_rows
