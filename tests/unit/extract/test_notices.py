"""Pages that ask, test or refuse are quarantined at the first copy, and stories about such pages are not."""

import tomllib
from html import escape
from pathlib import Path

import pyarrow as pa
import pytest
from support.ids import case_id
from support.pages import page_table, process

from expectations import clean, extract
from expectations.gate import check
from expectations.thresholds import load_thresholds
from tasks.extract.damage.evidence import Story
from tasks.extract.damage.table import find_damage
from tasks.vocabulary import Doubt

FOLDER = Path(__file__).parent
FLAGS = {
    "consent": Doubt.CONSENT_WALL,
    "robot": Doubt.ACCESS_REFUSED,
    "country": Doubt.ACCESS_REFUSED,
    "denied": Doubt.ACCESS_REFUSED,
}


def texts_of(name):
    tables = tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
    return [
        (language, kind, text.strip().split("\n")) for language, table in tables.items() for kind, text in table.items()
    ]


NOTICES = texts_of("notice_pages")
REQUESTS = texts_of("notice_requests")
STORIES = texts_of("notice_stories")


def damage_of(language, lines):
    text = "\n\n".join(lines[1:])
    words = text.split()
    story = Story(lines[1:], text, words, len(words), language, lines[0], [], ["p"] * (len(lines) - 1))
    return next(find_damage([story]))


@pytest.mark.parametrize(("language", "kind", "lines"), NOTICES, ids=case_id)
def test_a_notice_is_known_by_its_words(language, kind, lines):
    assert FLAGS[kind] in damage_of(language, lines)


@pytest.mark.parametrize(("language", "kind", "lines"), STORIES, ids=case_id)
def test_a_story_about_such_pages_is_not_a_notice(language, kind, lines):
    assert not set(FLAGS.values()) & set(damage_of(language, lines))


def quarantined(texts):
    """The rules that each page breaks on its own site, in the order of the pages."""
    pages = []
    for number, (language, kind, lines) in enumerate(texts):
        inner = f"<h1>{escape(lines[0])}</h1>" + "".join(f"<p>{escape(line)}</p>" for line in lines[1:])
        html = f"<html lang='{language}'><head><title>{escape(lines[0])}</title></head><body>{inner}</body></html>"
        url = f"https://site-{language}-{number}.example/news/{kind}-{number}.html"
        pages.append(page_table(html, source_uri=url, url=url, doc_id=f"d{number:03}"))
    documents, _, candidates = process(pa.concat_tables(pages))
    thresholds = load_thresholds()
    found = {}
    for rules, bounds, table in ((clean, thresholds.clean, documents), (extract, thresholds.extract, candidates)):
        suite = rules.suite(bounds)
        slim = rules.slim(table.select(list(suite.columns)))
        ids = slim.column("doc_id").to_pylist()
        for row, codes in check(suite, slim).reasons.items():
            found.setdefault(ids[row], []).extend(codes)
    return [found.get(f"d{number:03}", []) for number in range(len(texts))]


def test_the_first_copy_of_every_notice_is_quarantined():
    published = [text[:2] for text, codes in zip(NOTICES, quarantined(NOTICES), strict=True) if not codes]
    assert published == []


def test_first_copies_of_requests_in_whatever_words_are_quarantined():
    published = [text[:2] for text, codes in zip(REQUESTS, quarantined(REQUESTS), strict=True) if not codes]
    assert len(published) <= 0.05 * len(REQUESTS), published


def test_stories_about_notices_are_published():
    lost = {text[:2]: codes for text, codes in zip(STORIES, quarantined(STORIES), strict=True) if codes}
    assert lost == {}


def test_twenty_languages_are_covered():
    assert len({language for language, _, _ in NOTICES}) == 20
    assert len({language for language, _, _ in STORIES}) == 20
    assert len(STORIES) == 40
