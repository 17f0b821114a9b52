"""The dates of publication and change that a page declares or prints, with their origins, the most reliable first."""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from tasks.extract.fields.published_printed import (
    candidates_by_the_headline,
    candidates_in_front,
    date_line_candidates,
    dropped_teasers,
    labelled_candidates,
    text_about_the_update,
)
from tasks.extract.page import Page
from tasks.text.dates import PrintedDate, find_dates

_JS_DATE = re.compile(r"^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d{4}) (\d\d:\d\d:\d\d) (?:GMT|UTC)([+-]\d{4})")
_NET_DATE = re.compile(r"^\\?/Date\((-?\d{8,14})(?:[+-]\d{4})?\)\\?/$")  # milliseconds, of .NET
_FIRST_DATE_LINES = 3  # a byline may come before the date
_EPOCH = re.compile(r"^\d{10}(?:\d{3})?$")
_PUBLISHED_CLASS = re.compile(r"publi|pubdate|created|posted|dateline|entry-date|erschienen|veroeffentlicht", re.I)
_MODIFIED_CLASS = re.compile(r"modif|updat|aktualisier|changed|lastmod", re.I)
_ARTICLE_PUBLISHED_META = "article:published_time"
_PUBLISHED_METAS = tuple(
    """
    og:published_time og:article:published_time article:published:time parsely-pub-date sailthru.date
    pubdate publishdate publish-date publication_date cxenseparse:recs:publishtime article.published
    column:published
    datepublished schema:datepublished dc.date.issued dcterms.issued dcterms.created citation_publication_date
    """.split()
)
# of few programs; a property of the text or a time element with a word for publication is more exact
_RARE_METAS = tuple(
    """
    article:published og:pubdate published_time publish_date pub_date dc.issued iso-8601-publish-date
    article_date_original originalpublicationdate mediator_published_time published published-date date_published
    publicationdate published_date article:publication_date article:published_date article:post_date articlepublishdate
    shareaholic:article_published_time vr:published_time twt-published-at bt:pubdate dc.date.publication
    citation_online_date citation_date
    """.split()
)
_DATE_METAS = ("date", "dc.date", "dcterms.date", "article:created", "dc.date.created", "dc.created", "datecreated")
_MODIFIED_METAS = tuple(
    """
    article:modified_time article:modified mediator_modified_time og:updated_time og:modified_time dcterms.modified
    dc.date.modified last-modified
    datemodified schema:datemodified article.updated revision_date
    """.split()
)


@lru_cache(maxsize=1_024)  # a page declares one date in several places
def read_time(value: str, language: str | None) -> PrintedDate | None:
    """The first date in a declared or printed value: ISO 8601, RFC 2822, JavaScript, epoch seconds, or prose."""
    value = value.strip()
    if not value or len(value) > 200:
        return None
    script = _JS_DATE.match(value)
    if script:
        value = f"{script[2]} {script[1]} {script[3]} {script[4]} {script[5]}"
    milliseconds = _NET_DATE.match(value)
    if milliseconds:
        value = str(int(milliseconds[1]) // 1000)
    if _EPOCH.match(value):
        try:
            instant = datetime.fromtimestamp(int(value[:10]), tz=UTC)
        except (OverflowError, OSError, ValueError):
            return None
        return PrintedDate(instant.date(), instant.time(), 0)
    return next(iter(find_dates(value, language)), None)


def head_candidates(page: Page) -> list[tuple[str, str]]:
    """What the page's head declares as the date of publication, by a name that means no other date."""
    candidates = [(page.json_ld_origin("datePublished"), text) for text in page.node_strings("datePublished")]
    candidates += page.meta(_ARTICLE_PUBLISHED_META)
    candidates += [("json-ld:datePublished", text) for text in page.node_strings("datePublished", articles=False)]
    return candidates + list(page.meta(*_PUBLISHED_METAS))


def body_candidates(page: Page) -> list[tuple[str, str]]:
    """What elements of the body declare as the date of publication, and scripts with data."""
    candidates = [("itemprop:datePublished", text) for text in page.items("datePublished")]
    for time in _times(page):
        if _PUBLISHED_CLASS.search(time["class"]) and not time.get("is_beside_story"):
            candidates += _of_element(time)
    return candidates + [("data script", value) for _, value in page.signals.get("inline_dates", ())]


def shown_candidates(page: Page, language: str | None) -> list[tuple[str, str]]:
    """The date lines of the page, and before them the time element in one: the same date in the form for machines."""
    printed = date_line_candidates(page)
    candidates = []
    for time in _times(page):
        text = time["text"]
        is_shown = text and any(text in line for _, line in printed[:_FIRST_DATE_LINES])
        if is_shown and not _is_modified(time):
            for_machines, for_readers = read_time(time["datetime"], language), read_time(text, language)
            # where the days differ, one is in UTC: the day that readers see counts
            if for_machines and (
                for_readers is None or any(date.day == for_machines.day for date in for_readers.meanings)
            ):
                candidates += _of_element(time)
    return candidates + printed


def other_candidates(page: Page, language: str | None) -> list[tuple[str, str]]:
    """Dates that count where there is no better one: CMSs often put the last change or a date of creation there."""
    candidates = [*page.meta(*_RARE_METAS), *candidates_by_the_headline(page, language)]
    candidates += page.meta(*_DATE_METAS)
    own = [time for time in _times(page) if not _is_modified(time) and not time.get("is_beside_story")]
    teasers = "\n".join(dropped_teasers(page) if own else [])
    own = [time for time in own if not time["text"] or time["text"] not in teasers]
    for time in own[:1]:
        candidates += _of_element(time)

    candidates += [("json-ld:dateCreated", text) for text in page.node_strings("dateCreated")]
    candidates += [("data-timestamp", text) for text in page.items("timestamp")[:1]]
    return candidates + candidates_in_front(page) + labelled_candidates(page, language)


def modified_candidates(page: Page) -> list[tuple[str, str]]:
    """Declared and printed dates of the last change with their origins, the most reliable first."""
    candidates = [(page.json_ld_origin("dateModified"), text) for text in page.node_strings("dateModified")]
    candidates += page.meta(*_MODIFIED_METAS)
    candidates += [("itemprop:dateModified", text) for text in page.items("dateModified")]
    for time in _times(page):
        if _is_modified(time):
            candidates += _of_element(time)
    for line in page.labelled("date"):
        text = text_about_the_update(line.text)
        if text:
            candidates.append(("date line", text))
    return candidates


def _times(page: Page) -> list[dict[str, Any]]:
    """The time elements outside comments."""
    return [time for time in page.signals.get("times", ()) if not time.get("is_in_comment")]


def _is_modified(time: dict[str, Any]) -> bool:
    """Whether a time element is of the last change only; WordPress marks that of publication as `published updated`."""
    return bool(_MODIFIED_CLASS.search(time["class"])) and not _PUBLISHED_CLASS.search(time["class"])


def _of_element(time: dict[str, Any]) -> list[tuple[str, str]]:
    """What a time element says to machines, and what it says to readers, which may add the zone."""
    return [("time element", text) for text in (time["datetime"], time["text"]) if text]
