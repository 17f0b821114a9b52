"""When it was published and changed, as the page says it: the day, and an instant only where the page gives one."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from tasks.extract.page import Found, Page, strings
from tasks.text.dates import PrintedDate, find_dates
from tasks.vocabulary import Doubt

_URL_DATE = re.compile(
    r"(?<!\d)(?P<y>20\d{2}|19[89]\d)[/_-]?(?P<m>0[1-9]|1[0-2])[/_-]?(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"
)
_JS_DATE = re.compile(r"^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d{4}) (\d\d:\d\d:\d\d) (?:GMT|UTC)([+-]\d{4})")
_EPOCH = re.compile(r"^\d{10}(?:\d{3})?$")
_PUBLISHED_CLASS = re.compile(r"publi|pubdate|created|posted|dateline|entry-date|erschienen|veroeffentlicht", re.I)
_MODIFIED_CLASS = re.compile(r"modif|updat|aktualisier|changed|lastmod", re.I)
_UPDATED_WORDS = re.compile(
    r"updat|modif|aktualisiert|mise? à jour|actualizad|atualizad|aggiornat|bijgewerkt|aktualizac|обновлен|güncellen|更新",
    re.I,
)
_PUBLISHED_WORDS = re.compile(r"publi[kcs]|posted|veröffentlicht|erschienen|opubli|yayın|udgivet|pubblic", re.I)
_LEAD_CHARS = 12  # a line whose word for change stands this early is about the change
_TITLE_TAIL = re.compile(r"[|–—-]\s*([^|–—]{6,30}\d)\s*$")  # "Headline | DW | 28.04.2023"
GUESS = "a guess: a date in the text"
_GUESS_LINES, _GUESS_CHARS = 4, 1_000  # a lede and a note at the end hold what date there is
EARLIEST = date(1990, 1, 1)  # no news page is older than the Web; an earlier date is a parser's or editor's slip
_SLACK = timedelta(days=1)  # clocks and time zones; more than a day ahead of the fetch is an error

_PUBLISHED_METAS = ("article:published_time", "og:published_time", "og:article:published_time", "article:published:time", "parsely-pub-date", "sailthru.date",
                    "pubdate", "publishdate", "publish-date", "publication_date", "cxenseparse:recs:publishtime", "article.published",
                    "datepublished", "dc.date.issued", "dcterms.issued", "dcterms.created", "citation_publication_date")  # fmt: skip
_DATE_METAS = ("date", "dc.date", "dcterms.date", "article:created", "dc.date.created")
_MODIFIED_METAS = ("article:modified_time", "og:updated_time", "og:modified_time", "dcterms.modified", "dc.date.modified", "last-modified",
                   "datemodified", "article.updated", "revision_date")  # fmt: skip


@dataclass(frozen=True)
class Times:
    """What is known of when the article appeared."""

    published: PrintedDate | None
    published_from: str | None
    modified: PrintedDate | None
    modified_from: str | None
    flags: tuple[str, ...]


def read_time(value: str, language: str | None) -> PrintedDate | None:
    """The first date in a declared or printed value: ISO 8601, RFC 2822, JavaScript, epoch seconds, or prose."""
    value = value.strip()
    if not value or len(value) > 200:
        return None
    script = _JS_DATE.match(value)
    if script:
        value = f"{script[2]} {script[1]} {script[3]} {script[4]} {script[5]}"
    if _EPOCH.match(value):
        try:
            when = datetime.fromtimestamp(int(value[:10]), tz=UTC)
        except (OverflowError, OSError, ValueError):
            return None
        return PrintedDate(when.date(), when.time(), 0)
    found = find_dates(value, language)
    return found[0] if found else None


def find_times(page: Page, *, is_guessing: bool = False) -> Times:
    """Publication and modification, each from the most reliable place that holds one, with doubts as flags.

    `is_guessing`: where no place says it, take a date from the text itself, and say so.
    """
    language = page.declared_language()
    published, published_from = _first(_published_candidates(page), language)
    modified, modified_from = _first(_modified_candidates(page), language)
    if published is None:
        found = _of_address(page)
        published, published_from = (found.value, found.origin) if found else (None, None)
    flags: list[str] = []
    if published is None and is_guessing and (guess := _of_text(page, language)):
        published, published_from = guess, GUESS
        flags.append(Doubt.PUBLISHED_GUESSED.value)
    published = _settle(published, page, flags)
    if published and published.day < EARLIEST:
        flags.append(Doubt.PUBLISHED_BEFORE_1990.value)
    if published and page.fetched_at and published.day > (page.fetched_at + _SLACK).date():
        flags.append(Doubt.PUBLISHED_AFTER_FETCHED.value)
    if published and modified and _is_before(modified, published):
        flags.append(Doubt.MODIFIED_BEFORE_PUBLISHED.value)
    return Times(published, published_from, modified, modified_from, tuple(flags))


def _first(candidates: list[tuple[str, str]], language: str | None) -> tuple[PrintedDate | None, str | None]:
    """The first readable value; a later one of the same day that has the time or the offset lends it."""
    chosen: tuple[PrintedDate, str] | None = None
    for origin, value in candidates:
        printed = read_time(value, language)
        if printed is None:
            continue
        if chosen is None or (
            chosen[0].instant is None and printed.instant is not None and _agrees(chosen[0], printed)
        ):
            chosen = (printed, origin)
        if chosen[0].instant is not None:
            break
    return chosen or (None, None)


def _agrees(known: PrintedDate, fuller: PrintedDate) -> bool:
    """Whether a fuller value tells the same time: the same day, and the same clock where both have one."""
    if known.clock is None:
        return fuller.day == known.day
    return (
        fuller.day == known.day
        and fuller.clock is not None
        and fuller.clock.replace(second=0) == known.clock.replace(second=0)
    )


def _published_candidates(page: Page) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    found += [("json-ld:datePublished", text) for node in page.nodes() for text in strings(node.get("datePublished"))]
    found += [(name, value) for name, value in page.meta(_PUBLISHED_METAS[0])]
    found += [
        ("json-ld:datePublished", text)
        for node in page.nodes(articles=False)
        for text in strings(node.get("datePublished"))
    ]
    found += [
        ("itemprop:datePublished", text) for item, text in page.signals.get("items", ()) if item == "datePublished"
    ]
    found += list(page.meta(*_PUBLISHED_METAS[1:]))
    times = page.signals.get("times", ())
    found += [("time element", time["datetime"] or time["text"]) for time in times
              if _PUBLISHED_CLASS.search(time["class"]) and not _MODIFIED_CLASS.search(time["class"])]  # fmt: skip
    found += [("data script", value) for _, value in page.signals.get("inline_dates", ())]
    found += list(page.meta(*_DATE_METAS))
    found += [("date line", text) for line in page.labelled("date", "byline") if (text := _of_publication(line.text))]
    if page.is_html:
        found += [
            ("time element", time["datetime"] or time["text"])
            for time in times
            if not _MODIFIED_CLASS.search(time["class"])
        ][:1]
    tail = _TITLE_TAIL.search(page.signals.get("title") or "")
    if tail:
        found.append(("title", tail[1]))
    found += [("json-ld:dateCreated", text) for node in page.nodes() for text in strings(node.get("dateCreated"))]
    return found


def _modified_candidates(page: Page) -> list[tuple[str, str]]:
    found = [("json-ld:dateModified", text) for node in page.nodes() for text in strings(node.get("dateModified"))]
    found += list(page.meta(*_MODIFIED_METAS))
    found += [("itemprop:dateModified", text) for item, text in page.signals.get("items", ()) if item == "dateModified"]
    found += [
        ("time element", time["datetime"] or time["text"])
        for time in page.signals.get("times", ())
        if _MODIFIED_CLASS.search(time["class"])
    ]
    for line in page.labelled("date"):
        match = _UPDATED_WORDS.search(line.text)
        if match:
            found.append(("date line", line.text[match.end() :]))
    return found


def _of_publication(text: str) -> str | None:
    """The part of a date line that tells of publication: `Aktualizacja: 2 May Publikacja: 1 May` has it at its end."""
    updated = _UPDATED_WORDS.search(text)
    if not updated or updated.start() >= _LEAD_CHARS:
        return text[: updated.start()] if updated else text
    published = _PUBLISHED_WORDS.search(text, updated.end())
    return text[published.end() :] if published else None


def _of_address(page: Page) -> Found | None:
    """The day in the page's address; sites put the day of publication there and nothing else."""
    addresses = [page.document.get("url") or "", *page.signals.get("links", {}).get("canonical", ())]
    for address in addresses:
        match = _URL_DATE.search(address.split("?")[0])
        if match:
            try:
                return Found(PrintedDate(date(int(match["y"]), int(match["m"]), int(match["d"]))), "address")
            except ValueError:
                continue
    return None


def _of_text(page: Page, language: str | None) -> PrintedDate | None:
    """The latest full date before the fetch in the first or last lines of the text: news speaks of the days before it."""
    kept = [line.text for line in page.lines if line.action == "keep"]
    latest = (page.fetched_at + _SLACK).date() if page.fetched_at else date.max
    found = [printed for text in dict.fromkeys([*kept[:_GUESS_LINES], *kept[-_GUESS_LINES:]])
             for printed in find_dates(text[:_GUESS_CHARS], language)]  # fmt: skip
    possible = [printed for printed in found if EARLIEST <= printed.day <= latest]
    return max(possible, key=lambda printed: printed.day, default=None)


def _settle(printed: PrintedDate | None, page: Page, flags: list[str]) -> PrintedDate | None:
    """A date whose day and month might be swapped is settled by the address or the fetch time, or flagged."""
    if printed is None or not printed.is_ambiguous:
        return printed
    swapped = replace(printed, day=date(printed.day.year, printed.day.day, printed.day.month))
    address = _of_address(page)
    if address and address.value.day in (printed.day, swapped.day):
        return replace(printed, day=address.value.day, is_ambiguous=False)
    if page.fetched_at:
        latest = (page.fetched_at + _SLACK).date()
        if (printed.day > latest) != (swapped.day > latest):
            return replace(printed, day=min(printed.day, swapped.day), is_ambiguous=False)
    flags.append(Doubt.PUBLISHED_DAY_OR_MONTH_OPEN.value)
    return printed


def _is_before(a: PrintedDate, b: PrintedDate) -> bool:
    if a.instant and b.instant:
        return b.instant - a.instant > timedelta(minutes=1)
    return b.day - a.day > _SLACK
