"""One page in, one article out, without an output folder: for notebooks, scripts and `copydesk try`.

    from flows.article import read_article

    article = read_article(html, url="https://paper.example/story")
    print(article.title, article.authors, article.published_date)
    for line in article.lines:
        print(line.action, line.label, line.reason, line.text)

It is in `flows` because it puts the steps together, and a step knows no other step. It applies the same rules as a run,
but knows only this page: what a run learns of a site from its other pages, it cannot know.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import yaml

from expectations import clean as clean_rules
from expectations import ingest as ingest_rules
from expectations.one_row import Breach, first_breach
from tasks import schema
from tasks.clean.core import clean_pages
from tasks.extract.core import extract_documents
from tasks.ingest.one_page import page_of_bytes
from tasks.steps import rules_version_with

if TYPE_CHECKING:
    from expectations.thresholds import Thresholds
    from tasks.site_rules.entries import SiteRules


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the page: what it is, what was done with it, and why."""

    line_no: int
    text: str
    label: str  # a value of `tasks.vocabulary.Label`
    action: str  # keep, field or drop
    reason: str  # a value of `tasks.vocabulary.Reason`
    detail: str | None
    confidence: float
    doubt: str | None  # the other label that it might have


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a run would quarantine the page."""

    step: str
    code: str  # of the rule, e.g. `clean.listing`
    sentence: str
    detail: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A direct quote; the speaker is None if the text does not name one."""

    text: str
    speaker: str | None


@dataclass(frozen=True, slots=True)
class FlagEvidence:
    """What shows a flag: words, and their line if they are in one."""

    flag: str
    line_no: int | None
    shown: str | None


@dataclass(frozen=True, kw_only=True)
class Article:
    """What a page holds; `copydesk schema articles` prints the sentence of every field.

    A page that is not a story has a `problem`, and its fields are what was found nevertheless.
    """

    problem: Problem | None
    kind_reason: str | None  # why the page is not clearly an article
    lines: tuple[Line, ...]
    article_id: str
    source_uri: str
    url: str | None
    canonical_url: str | None
    domain: str | None
    publisher: str | None
    publisher_confidence: float | None
    publisher_short: str | None
    title: str | None
    title_confidence: float | None
    title_declared: str | None
    summary: str | None
    authors: list[str]
    authors_confidence: float | None
    author: str | None
    published_date: date | None
    published_at: datetime | None
    published_utc_offset_minutes: int | None
    published_confidence: float | None
    modified_at: datetime | None
    fetched_at: datetime | None
    language: str | None
    language_confidence: float | None
    section: str | None
    topics: list[str]
    tags: list[str] | None
    text: str
    word_count: int
    paragraph_count: int
    captions: list[str]
    image_credits: list[str]
    image_url: str | None
    wire_credit: str | None
    is_agency_copy: bool
    is_free_access: bool | None
    corrections: list[str]
    dateline_place: str | None
    quotes: list[Quote]
    kind: str
    story_probability: float
    confidence: float
    flags: list[str]
    flag_evidence: list[FlagEvidence] | None
    repairs: list[str] | None
    title_from: str | None
    authors_from: str | None
    published_from: str | None
    modified_from: str | None
    publisher_from: str | None
    language_from: str | None
    section_from: str | None
    topics_from: str | None
    image_from: str | None
    summary_from: str | None
    text_digest: str
    doc_id: str
    page_digest: str
    rules_version: str

    @property
    def is_story(self) -> bool:
        """Whether a run would publish it."""
        return self.problem is None


DECIDED_BY_LOAD = frozenset(
    {"story_id", "near_duplicate_of", "similarity", "version", "last_seen_at", "run_id"}
)  # columns of an article that say how it relates to others
_FIELDS = tuple(field.name for field in fields(Article) if field.name in schema.ARTICLES.names)
_LINE_FIELDS = tuple(field.name for field in fields(Line))


def read_article(
    page: str | bytes,
    *,
    url: str | None = None,
    fetched_at: datetime | None = None,
    source: str = "page",
    guess_dates: bool = False,
    site_rules: "SiteRules | None" = None,
    thresholds: "Thresholds | None" = None,
) -> Article:
    """The article that a page holds. Never raises for a bad page: its `problem` says what is wrong.

    Args:
        page: HTML or plain text; bytes as received, or text that was decoded already.
        url: The address that the page is from. Publisher, time zone and section are partly read off it.
        fetched_at: When it was fetched; now by default. A date of publication after it is flagged.
        source: The name of the page; a suffix `.html` decides where the page does not begin like HTML.
        guess_dates: If the page gives no date of publication, take one from its text and flag it.
        site_rules: Your corrections by site (`tasks.site_rules.file.load_site_rules`).
        thresholds: Limits of the rules (`expectations.thresholds.load_thresholds`); those of a run by default.
    """
    if not isinstance(page, str | bytes):
        raise TypeError(f"page: expected str or bytes, not {type(page).__name__}")
    raw = page.encode("utf-8", "replace") if isinstance(page, str) else page
    encoding = "utf-8" if isinstance(page, str) else None
    row = page_of_bytes(raw, source, url=url, fetched_at=fetched_at, encoding=encoding)
    return read_page(row, guess_dates=guess_dates, site_rules=site_rules, thresholds=thresholds)


def read_page(
    row: Mapping[str, Any],
    *,
    guess_dates: bool = False,
    site_rules: "SiteRules | None" = None,
    thresholds: "Thresholds | None" = None,
) -> Article:
    """The same for a row of `schema.PAGES`, as the readers of `tasks.ingest.one_page` return it."""
    limits = thresholds or _bundled_thresholds()
    breach = first_breach(ingest_rules.suite(limits.ingest), {"fetched_days_ahead": None, **row})
    if breach or row["raw"] is None:
        return _unread(row, breach)
    cleaned = clean_pages(pa.Table.from_pylist([dict(row)], schema=schema.PAGES), site_rules=site_rules)
    version = rules_version_with(site_rules.fingerprint if site_rules else "")
    document = cleaned.documents.to_pylist()[0]
    candidates = extract_documents(cleaned.documents, cleaned.lines, guess_dates=guess_dates, version=version)
    candidate = candidates.to_pylist()[0]
    breach = first_breach(clean_rules.suite(limits.clean), clean_rules.slim(cleaned.documents).to_pylist()[0])
    step = "clean"
    if breach is None:
        from expectations import extract as extract_rules

        # how often a headline is on a site is not known of one page
        unknown = pa.table({name: pa.nulls(1, pa.int64()) for name in ("title_texts", "text_titles", "instant_texts")})
        slim = extract_rules.slim(candidates, unknown).to_pylist()[0]
        step, breach = "extract", first_breach(extract_rules.suite(limits.extract), slim)
    lines = cleaned.lines.select(_LINE_FIELDS).to_pylist()
    return _article(candidate, _problem(step, breach), document["kind_reason"], tuple(Line(**line) for line in lines))


@cache
def _bundled_thresholds() -> Any:
    """The limits of the bundled file, whose values a test checks: pydantic would take a tenth of a second to load."""
    path = Path(ingest_rules.__file__).with_name("thresholds.yml")
    steps = yaml.safe_load(path.read_text(encoding="utf-8"))
    return SimpleNamespace(**{step: SimpleNamespace(**limits) for step, limits in steps.items()})


def _unread(row: Mapping[str, Any], breach: Breach | None) -> Article:
    """What is known of a page that could not be read."""
    known = {name: row[name] for name in ("source_uri", "url", "page_digest", "doc_id")}
    blank = schema.blank_row(schema.ARTICLES) | known | {"kind": "article"}
    return _article(blank, _problem("ingest", breach), None, ())


def _problem(step: str, breach: Breach | None) -> Problem | None:
    return Problem(step, breach.rule.code, breach.rule.breaks, breach.detail) if breach else None


def _article(
    candidate: Mapping[str, Any], problem: Problem | None, kind_reason: str | None, lines: tuple[Line, ...]
) -> Article:
    values = {name: _rounded(candidate[name]) for name in _FIELDS}
    values["quotes"] = [Quote(**quote) for quote in candidate["quotes"]]
    evidence = candidate["flag_evidence"]
    values["flag_evidence"] = [FlagEvidence(**one) for one in evidence] if evidence is not None else None
    return Article(problem=problem, kind_reason=kind_reason, lines=lines, **values)


def _rounded(value: Any) -> Any:
    """A share without the digits that a 32-bit number only seems to have."""
    return round(value, 4) if isinstance(value, float) else value
