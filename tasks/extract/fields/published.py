"""When it was published and changed, as declared or printed: the day, and an instant only if the page gives one."""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from tasks.extract.page import FieldValue, Page
from tasks.text.dates import PrintedDate, find_dates
from tasks.vocabulary import Doubt

_URL_DATE = re.compile(
    r"(?<!\d)(?P<y>20\d{2}|19[89]\d)[/_-]?(?P<m>0[1-9]|1[0-2])[/_-]?(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"
)
_JS_DATE = re.compile(r"^[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d{4}) (\d\d:\d\d:\d\d) (?:GMT|UTC)([+-]\d{4})")
_NET_DATE = re.compile(r"^\\?/Date\((-?\d{8,14})(?:[+-]\d{4})?\)\\?/$")  # milliseconds, of .NET
_EPOCH = re.compile(r"^\d{10}(?:\d{3})?$")
_PUBLISHED_CLASS = re.compile(r"publi|pubdate|created|posted|dateline|entry-date|erschienen|veroeffentlicht", re.I)
_MODIFIED_CLASS = re.compile(r"modif|updat|aktualisier|changed|lastmod", re.I)
_UPDATED_WORDS = re.compile(
    r"updat|modif|aktualisiert|mise? à jour|actualizad|atualizad|aggiornat|bijgewerkt|"
    r"aktualizac|обновлен|güncellen|更新",
    re.I,
)
_PUBLISHED_WORDS = re.compile(r"publi[kcs]|posted|veröffentlicht|erschienen|opubli|yayın|udgivet|pubblic", re.I)
_LEAD_CHARS = 12  # a line with a word for "updated" this early is about the update
_FRONT = re.compile(r"(?:\s|<[^>]{0,80}>)*([\d१२३४५६७८९٠-٩۰-۹][\w.,/ -]{5,28}?)\s*(?:[–—:|]|\s-|<)")
_RECEIVED_WORDS = re.compile(
    r"\b(?:received|accepted|submitted|revised|eingereicht|eingegangen|angenommen|reçu|recibido)\b", re.I
)
_TITLE_TAIL = re.compile(r"[|–—-]\s*([^|–—]{6,30}\d)\s*$")  # "Headline | DW | 28.04.2023"
GUESS = "a guess: a date in the text"
_GUESS_LINES, _GUESS_CHARS = 4, 1_000  # any date is in the lede or in a note at the end
EARLIEST = date(1990, 1, 1)  # no news page is older than the Web; an earlier date is a mistake of a parser or an editor
_SLACK = timedelta(days=1)  # clocks and time zones; more than a day after the fetch is an error

_ARTICLE_PUBLISHED_META = "article:published_time"
_PUBLISHED_METAS = tuple(
    """
    og:published_time og:article:published_time article:published:time parsely-pub-date sailthru.date
    pubdate publishdate publish-date publication_date cxenseparse:recs:publishtime article.published
    datepublished dc.date.issued dcterms.issued dcterms.created citation_publication_date
    """.split()
)
_DATE_METAS = ("date", "dc.date", "dcterms.date", "article:created", "dc.date.created")
_MODIFIED_METAS = tuple(
    """
    article:modified_time og:updated_time og:modified_time dcterms.modified dc.date.modified last-modified
    datemodified article.updated revision_date
    """.split()
)


@dataclass(frozen=True)
class Times:
    """When the article was published and modified, each with its origin, and doubts as flags."""

    published: PrintedDate | None
    published_from: str | None
    modified: PrintedDate | None
    modified_from: str | None
    flags: tuple[str, ...]


@lru_cache(maxsize=256)  # a page says its date in several places, which are read more than once
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


def find_times(page: Page, *, is_guessing: bool = False) -> Times:
    """Publication and modification, each from its most reliable origin, with doubts as flags.

    `is_guessing`: if the page gives no date of publication, take one from the text and flag it.
    """
    language = page.declared_language() or page.document.get("language")
    published, published_from, refused = _first_possible(page, language)
    modified, modified_from = _first(_modified_candidates(page), language)
    if published is None and (in_address := _date_in_address(page)):
        published, published_from = in_address.value, in_address.origin
    flags: list[str] = []
    if published is None and is_guessing and (guess := _date_in_text(page, language)):
        published, published_from = guess, GUESS
        flags.append(Doubt.PUBLISHED_GUESSED.value)
    published = _local(_disambiguate(published, page, flags), page, language)
    flags += [
        flag for flag in (Doubt.PUBLISHED_BEFORE_1990.value, Doubt.PUBLISHED_AFTER_FETCHED.value) if flag in refused
    ]
    if published and modified and _is_before(modified, published):
        flags.append(Doubt.MODIFIED_BEFORE_PUBLISHED.value)
    return Times(published, published_from, modified, modified_from, tuple(flags))


def _latest_day(page: Page) -> date:
    """The last day that is not after the fetch."""
    return (page.fetched_at + _SLACK).date() if page.fetched_at else date.max


def _local(declared: PrintedDate | None, page: Page, language: str | None) -> PrintedDate | None:
    """An instant declared in UTC as the local day and time that the page prints, where these name the same instant."""
    if declared is None or declared.instant is None or declared.offset_minutes:
        return declared
    for line in page.labelled("date"):
        printed = read_time(line.text, language)
        if printed and printed.clock and abs(printed.day - declared.day) == _SLACK:
            local = datetime.combine(printed.day, printed.clock, tzinfo=UTC)
            minutes = round((local - declared.instant) / timedelta(minutes=1))
            if abs(minutes) <= 14 * 60 and minutes % 15 == 0:
                return replace(printed, offset_minutes=minutes)
    return declared


def _first_possible(page: Page, language: str | None) -> tuple[PrintedDate | None, str | None, dict[str, str]]:
    """The date of publication, its origin, and the impossible declarations that were refused: flag -> what was refused.

    The year 1, 1970 or the future are values that programs write where they know none.
    """
    refused: dict[str, str] = {}
    possible = []
    for origin, value in _published_candidates(page):
        printed = read_time(value, language)
        if printed is None:
            continue
        if printed.day < EARLIEST:
            refused.setdefault(Doubt.PUBLISHED_BEFORE_1990.value, f"{origin} {printed.day}")
        elif printed.day > _latest_day(page):
            refused.setdefault(Doubt.PUBLISHED_AFTER_FETCHED.value, f"{origin} {printed.day}")
        else:
            possible.append((origin, value))
    published, published_from = _first(possible, language)
    if published_from and refused:
        published_from += "; refused: " + ", ".join(refused.values())
    return published, published_from, refused


def _first(candidates: list[tuple[str, str]], language: str | None) -> tuple[PrintedDate | None, str | None]:
    """The first readable date, or a later one that agrees with it and also has the time and its offset."""
    chosen: tuple[PrintedDate, str] | None = None
    for origin, value in candidates:
        printed = read_time(value, language)
        if printed is None:
            continue
        if chosen is None or (printed.instant is not None and _agrees(chosen[0], printed)):
            chosen = (printed, origin)
        if chosen[0].instant is not None:
            break
    return chosen or (None, None)


def _agrees(known: PrintedDate, fuller: PrintedDate) -> bool:
    """Whether two dates are the same day, and the same minute if the first one has a time."""
    if known.clock is None:
        return fuller.day == known.day
    return (
        fuller.day == known.day
        and fuller.clock is not None
        and fuller.clock.replace(second=0) == known.clock.replace(second=0)
    )


def _published_candidates(page: Page) -> list[tuple[str, str]]:
    """Declared and printed dates of publication with their origins, the most reliable first."""
    candidates = [(page.json_ld_origin("datePublished"), text) for text in page.node_strings("datePublished")]
    candidates += page.meta(_ARTICLE_PUBLISHED_META)
    candidates += [("json-ld:datePublished", text) for text in page.node_strings("datePublished", articles=False)]
    candidates += [("itemprop:datePublished", text) for text in page.items("datePublished")]
    candidates += page.meta(*_PUBLISHED_METAS)
    unmodified = [time for time in page.signals.get("times", ()) if not _MODIFIED_CLASS.search(time["class"])]
    candidates += [_of_element(time) for time in unmodified if _PUBLISHED_CLASS.search(time["class"])]
    candidates += [("data script", value) for _, value in page.signals.get("inline_dates", ())]
    candidates += page.meta(*_DATE_METAS)
    for line in page.labelled("date", "byline"):
        text = _published_part(line.text)
        if text:
            candidates.append(("date line", text))
    if page.is_html:
        candidates += [_of_element(time) for time in unmodified[:1]]
    title_tail = _TITLE_TAIL.search(page.signals.get("title") or "")
    if title_tail:
        candidates.append(("title", title_tail[1]))
    candidates += [("json-ld:dateCreated", text) for text in page.node_strings("dateCreated")]
    candidates += [("data-timestamp", text) for text in page.items("timestamp")[:1]]
    return candidates + _dates_in_front(page)


def _dates_in_front(page: Page) -> list[tuple[str, str]]:
    """Dates that begin the title or the first paragraph: `12.10.2024 - Headline`, `12.10.2024 – Rain has come ...`."""
    texts = [("title", page.signals.get("title") or "")]
    texts += [("title", text) for _, text in page.meta("og:title")]
    texts += [("text", line.text) for line in page.lines if line.action == "keep"][:1]
    return [(f"start of the {origin}", match[1]) for origin, text in texts if (match := _FRONT.match(text))]


def _modified_candidates(page: Page) -> list[tuple[str, str]]:
    """Declared and printed dates of the last change with their origins, the most reliable first."""
    candidates = [(page.json_ld_origin("dateModified"), text) for text in page.node_strings("dateModified")]
    candidates += page.meta(*_MODIFIED_METAS)
    candidates += [("itemprop:dateModified", text) for text in page.items("dateModified")]
    times = page.signals.get("times", ())
    candidates += [_of_element(time) for time in times if _MODIFIED_CLASS.search(time["class"])]
    for line in page.labelled("date"):
        match = _UPDATED_WORDS.search(line.text)
        if match:
            candidates.append(("date line", line.text[match.end() :]))
    return candidates


def _of_element(time: dict[str, str]) -> tuple[str, str]:
    return "time element", time["datetime"] or time["text"]


def _published_part(text: str) -> str | None:
    """The part of a date line about publication; last in `Aktualizacja: 2 May Publikacja: 1 May`."""
    if _RECEIVED_WORDS.search(text):  # of a paper: `Received 1 May / Accepted 2 June / Published 3 July`
        published = _PUBLISHED_WORDS.search(text)
        return text[published.end() :] if published else None
    updated = _UPDATED_WORDS.search(text)
    if not updated:
        return text
    if updated.start() >= _LEAD_CHARS:
        return text[: updated.start()]
    published = _PUBLISHED_WORDS.search(text, updated.end())
    return text[published.end() :] if published else None


def _date_in_address(page: Page) -> FieldValue[PrintedDate] | None:
    """The day in the page's address: sites put the day of publication there and nothing else."""
    for address in [page.document.get("url") or "", *page.links("canonical")]:
        match = _URL_DATE.search(address.split("?")[0])
        if match:
            try:
                day = date(int(match["y"]), int(match["m"]), int(match["d"]))
            except ValueError:
                continue
            return FieldValue(PrintedDate(day), "address")
    return None


def _date_in_text(page: Page, language: str | None) -> PrintedDate | None:
    """The latest full date before the fetch in the first or last lines of the text: news is about recent days."""
    kept = [line.text for line in page.lines if line.action == "keep"]
    texts = dict.fromkeys([*kept[:_GUESS_LINES], *kept[-_GUESS_LINES:]])
    dates = [printed for text in texts for printed in find_dates(text[:_GUESS_CHARS], language)]
    latest = _latest_day(page)
    possible = [printed for printed in dates if EARLIEST <= printed.day <= latest]
    return max(possible, key=lambda printed: printed.day, default=None)


def _disambiguate(printed: PrintedDate | None, page: Page, flags: list[str]) -> PrintedDate | None:
    """A date whose day and month may be swapped, decided by the address or the fetch time; else it is flagged."""
    if printed is None or not printed.is_ambiguous:
        return printed
    swapped = replace(printed, day=date(printed.day.year, printed.day.day, printed.day.month))
    in_address = _date_in_address(page)
    if in_address and in_address.value.day in (printed.day, swapped.day):
        return replace(printed, day=in_address.value.day, is_ambiguous=False)
    latest = _latest_day(page)
    if (printed.day > latest) != (swapped.day > latest):
        return replace(printed, day=min(printed.day, swapped.day), is_ambiguous=False)
    flags.append(Doubt.PUBLISHED_DAY_OR_MONTH_OPEN.value)
    return printed


def _is_before(first: PrintedDate, second: PrintedDate) -> bool:
    """Whether a date is clearly before another: by a minute if both are instants, else by more than a day."""
    if first.instant and second.instant:
        return second.instant - first.instant > timedelta(minutes=1)
    return second.day - first.day > _SLACK
