"""When it was published and changed, as declared or printed: the day, and an instant only if the page gives one."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from tasks.extract.fields.address import host
from tasks.extract.fields.published_declared import (
    body_candidates,
    head_candidates,
    modified_candidates,
    other_candidates,
    read_time,
    shown_candidates,
)
from tasks.extract.fields.published_printed import days_named_as_publication, lines_under_the_headline
from tasks.extract.fields.published_zone import (
    in_ruled_zone,
    local_time,
    with_offset,
    zone_of,
    zone_of_language,
    zone_of_printed_times,
)
from tasks.extract.page import SITE_RULE, FieldValue, Page
from tasks.text.dates import PrintedDate, find_dates
from tasks.text.relative_dates import recent_day, relative_day
from tasks.vocabulary import Doubt

_URL_DATE = re.compile(
    r"(?<!\d)(?P<y>20\d{2}|19[89]\d)[/_-]?(?P<m>0[1-9]|1[0-2])[/_-]?(?P<d>0[1-9]|[12]\d|3[01])(?!\d)"
)
# only days that cannot be months: `29-10-2021`
_URL_DAY_FIRST = re.compile(r"(?<!\d)(?P<d>1[3-9]|2\d|3[01])([._-])(?P<m>0[1-9]|1[0-2])\2(?P<y>20\d{2})(?!\d)")
GUESS = "a guess: a date in the text"
_GUESS_LINES, _GUESS_CHARS = 4, 1_000  # any date is in the lede or in a note at the end
EARLIEST = date(1990, 1, 1)  # no news page is older than the Web; an earlier date is a mistake of a parser or an editor
_SLACK = timedelta(days=1)  # clocks and time zones; more than a day after the fetch is an error


@dataclass(frozen=True)
class Times:
    """When the article was published and modified, each with its origin, and doubts as flags."""

    published_day: date | None  # as readers see it; not that of the instant where this is in UTC
    published: PrintedDate | None
    published_from: str | None
    modified: PrintedDate | None
    modified_from: str | None
    flags: tuple[str, ...]


class _Reading(NamedTuple):
    """A date with the place that it was read from."""

    date: PrintedDate
    origin: str
    is_shown: bool = False  # to readers
    is_declared: bool = False  # by the article itself, in its head


def find_times(page: Page, *, is_guessing: bool = False) -> Times:
    """Publication and modification, each from its most reliable origin, with doubts as flags.

    `is_guessing`: if the page gives no date of publication, take one from the text and flag it.
    """
    language = page.printed_language()
    readings, refused = _possible_readings(page, language)
    modified, modified_from = _first(_read(modified_candidates(page), language))
    published, published_from = _first(_agreed(_without_time_of_build(readings, modified, page)))
    if published is None and (in_address := _date_in_address(page)):
        published, published_from = in_address.value, in_address.origin
    if published is None and (counted := _counted_from_fetch(page, language)):
        published, published_from = counted.value, counted.origin
    flags: list[str] = []
    if published is None and is_guessing and (guess := _date_in_text(page, language)):
        published, published_from = guess, GUESS
        flags.append(Doubt.PUBLISHED_GUESSED.value)
    published = _disambiguate(published, readings, page, flags)
    zone = page.ruled.get("timezone")
    if zone:
        published, published_from = in_ruled_zone(published, published_from, zone)
        modified, modified_from = in_ruled_zone(modified, modified_from, zone)
    elif published and published_from and published.clock and not published.offset_minutes:
        published, witness = _located(published, published_from, readings, modified, page)
        published_from += witness
        modified = _in_the_same_zone(modified, published)
    if published_from and refused:
        published_from += "; refused: " + ", ".join(refused.values())
    flags += [
        flag for flag in (Doubt.PUBLISHED_BEFORE_1990.value, Doubt.PUBLISHED_AFTER_FETCHED.value) if flag in refused
    ]
    if published and modified and _is_before(modified, published):
        flags.append(Doubt.MODIFIED_BEFORE_PUBLISHED.value)
    return Times(
        _day_for_readers(published, readings), published, published_from, modified, modified_from, tuple(flags)
    )


def _in_the_same_zone(modified: PrintedDate | None, published: PrintedDate) -> PrintedDate | None:
    """A time of the last change without an offset, with the one of the time of publication if they are near."""
    return with_offset(modified, [published], None)[0] if modified and published.offset_minutes else modified


def _counted_from_fetch(page: Page, language: str | None) -> FieldValue[PrintedDate] | None:
    """The day of a line by the headline such as `2 hours ago` or `12 октября`, by the time of the fetch."""
    if page.fetched_at is None:
        return None
    addresses = [page.document.get("url"), *page.links("canonical")]
    site = host(next(filter(None, addresses), None))
    zone = zone_of(site, language) or zone_of_language(language)
    for text in lines_under_the_headline(page):
        day = relative_day(text, language, page.fetched_at, zone) or recent_day(text, language, page.fetched_at)
        if day:
            return FieldValue(PrintedDate(day), "line by the headline; counted from the fetch")
    return None


def _day_for_readers(published: PrintedDate | None, readings: list[_Reading]) -> date | None:
    """The day that the page prints, where the instant is declared in UTC and is on another day there."""
    if published is None or published.offset_minutes != 0 or published.clock is None:
        return published.day if published else None
    shown = next((reading.date.day for reading in readings if reading.is_shown), published.day)
    # places west of Greenwich are up to 12 hours behind, those east of it up to 14 ahead
    is_west = published.day - shown == _SLACK and published.clock.hour < 12
    is_east = shown - published.day == _SLACK and published.clock.hour >= 10
    return shown if is_west or is_east else published.day


def _latest_day(page: Page) -> date:
    """The last day that is not after the fetch; without one, the end of next year, so that reruns agree."""
    if page.fetched_at:
        return (page.fetched_at + _SLACK).date()
    return date(date.today().year + 1, 12, 31)  # noqa: DTZ011 - a bound, a year wide


def _located(
    published: PrintedDate, origin: str, readings: list[_Reading], modified: PrintedDate | None, page: Page
) -> tuple[PrintedDate, str]:
    """A time in UTC or without an offset, as the local time of the site where the page shows it, and the witness."""
    language = page.printed_language()
    dates = [reading.date for reading in readings]
    shown = [reading.date for reading in readings if reading.is_shown]
    addresses = [page.document.get("url"), *page.links("canonical"), *(url for _, url in page.meta("og:url"))]
    site = host(next(filter(None, addresses), None))
    if published.offset_minutes == 0:
        if not shown:
            shown = [reading.date for reading in _read(other_candidates(page, language), language)]
        in_address = _date_in_address(page)
        days = [*shown, *([in_address.value] if in_address else [])]
        return local_time(published, dates, days, zone_of(site, language) or zone_of_language(language)), ""
    is_printed = origin.startswith("line by the headline")
    if is_printed or any(_agrees(published, meaning) for other in shown for meaning in other.meanings):
        zone = zone_of_printed_times(site, language)
        return with_offset(published, [*dates, *([modified] if modified else [])], zone)
    return published, ""


def _read(
    candidates: Iterable[tuple[str, str]],
    language: str | None,
    *,
    is_shown: bool = False,
    is_declared: bool = False,
) -> list[_Reading]:
    """The candidates that are dates."""
    return [
        _Reading(printed, origin, is_shown, is_declared)
        for origin, text in candidates
        if (printed := read_time(text, language))
    ]


def _possible_readings(page: Page, language: str | None) -> tuple[list[_Reading], dict[str, str]]:
    """The dates of publication, and the impossible declarations that were refused: flag -> what was refused.

    The year 1, 1970 or the future are values that programs write where they know none.
    """
    refused: dict[str, str] = {}
    latest = _latest_day(page)

    def possible(readings: list[_Reading]) -> list[_Reading]:
        kept = []
        for reading in readings:
            # `3/12/24` on a page of March: the fetch is the witness for the order of day and month
            meanings = [meaning for meaning in reading.date.meanings if EARLIEST <= meaning.day <= latest]
            if len(meanings) == len(reading.date.meanings):
                kept.append(reading)
            elif meanings:
                kept.append(reading._replace(date=meanings[0]))
            elif reading.date.day < EARLIEST:
                refused.setdefault(Doubt.PUBLISHED_BEFORE_1990.value, f"{reading.origin} {reading.date.day}")
            else:
                refused.setdefault(Doubt.PUBLISHED_AFTER_FETCHED.value, f"{reading.origin} {reading.date.day}")
        return kept

    by_rule = [(SITE_RULE, text) for text in page.ruled.get("date", ())]
    readings = possible(_read(by_rule, language, is_shown=True))
    readings += possible(_read(head_candidates(page), language, is_declared=True))
    readings += possible(_read(body_candidates(page), language))
    readings += possible(_read(shown_candidates(page, language), language, is_shown=True))
    if not readings or not any(reading.date.instant for reading in readings):
        readings += possible(_read(other_candidates(page, language), language))
        if readings:  # alone such an attribute may be of anything, e.g. of a clock in the menu
            moments = [("data attribute", text) for text in page.signals.get("moments", ())]
            readings += possible(_read(moments, language))
    return readings, refused


def _without_time_of_build(readings: list[_Reading], modified: PrintedDate | None, page: Page) -> list[_Reading]:
    """The dates without that of the page's program, which declares the moment of the fetch as publication and change.

    It is one only if the page says another day with a word for publication.
    """
    declared = readings[0].date.instant if readings and readings[0].is_declared else None
    if declared is None or modified is None or modified.instant != declared or page.fetched_at is None:
        return readings
    named = [day for day in days_named_as_publication(page) if day < readings[0].date.day - _SLACK]
    is_fresh = abs(page.fetched_at - declared) < _SLACK
    kept = [reading for reading in readings if reading.date.instant != declared]
    return kept if is_fresh and any(reading.date.day in named for reading in kept) else readings


def _agreed(readings: list[_Reading]) -> list[_Reading]:
    """The dates of the day on which a declaration agrees with the date line, where the first declaration does not."""
    shown = next((reading.date for reading in readings if reading.is_shown), None)
    if readings and readings[0].origin == SITE_RULE:
        return readings
    if shown is None or abs(readings[0].date.day - shown.day) <= _SLACK:
        return readings
    agreed = [reading for reading in readings if reading.date.day == shown.day]
    return agreed if any(reading.is_declared for reading in agreed) else readings


def _first(readings: list[_Reading]) -> tuple[PrintedDate | None, str | None]:
    """The first date, or a later one that agrees with it and also has the time and its offset."""
    chosen: _Reading | None = None
    for reading in readings:
        if chosen is None:
            chosen = reading
        elif reading.date.instant is not None:
            same = next((date for date in reading.date.meanings if _agrees(chosen.date, date)), None)
            origin = f"{SITE_RULE}, {reading.origin}" if chosen.origin == SITE_RULE else reading.origin
            chosen = reading._replace(date=same, origin=origin) if same else chosen
        if chosen.date.instant is not None:
            break
    return (chosen.date, chosen.origin) if chosen else (None, None)


def _agrees(known: PrintedDate, fuller: PrintedDate) -> bool:
    """Whether two dates are the same day, and the same minute if the first one has a time."""
    if known.clock is None:
        return fuller.day == known.day
    return (
        fuller.day == known.day
        and fuller.clock is not None
        and fuller.clock.replace(second=0) == known.clock.replace(second=0)
    )


def _date_in_address(page: Page) -> FieldValue[PrintedDate] | None:
    """The day in the page's address: sites put the day of publication there and nothing else."""
    addresses = [page.document.get("url") or "", *page.links("canonical"), *(url for _, url in page.meta("og:url"))]
    for address in addresses:
        path = address.split("?")[0]
        match = _URL_DATE.search(path) or _URL_DAY_FIRST.search(path)
        if match:
            try:
                day = date(int(match["y"]), int(match["m"]), int(match["d"]))
            except ValueError:
                continue
            return FieldValue(PrintedDate(day), "address")
    return None


def _date_in_text(page: Page, language: str | None) -> PrintedDate | None:
    """The latest full date before the fetch in the first or last lines of the text: news is about recent days."""
    kept = [line.text for line in page.kept]
    texts = dict.fromkeys([*kept[:_GUESS_LINES], *kept[-_GUESS_LINES:]])
    dates = [printed for text in texts for printed in find_dates(text[:_GUESS_CHARS], language)]
    latest = _latest_day(page)
    possible = [printed for printed in dates if EARLIEST <= printed.day <= latest]
    return max(possible, key=lambda printed: printed.day, default=None)


def _disambiguate(
    printed: PrintedDate | None, readings: list[_Reading], page: Page, flags: list[str]
) -> PrintedDate | None:
    """A date whose day and month may be swapped, decided by another date or the fetch time; else it is flagged."""
    if printed is None or not printed.is_ambiguous:
        return printed
    in_address = _date_in_address(page)
    witnesses = [in_address.value.day] if in_address else []
    witnesses += [reading.date.day for reading in readings if not reading.date.is_ambiguous]
    for witness in witnesses:
        for meaning in printed.meanings:
            if meaning.day == witness:
                return meaning
    possible = [meaning for meaning in printed.meanings if meaning.day <= _latest_day(page)]
    if len(possible) == 1:
        return possible[0]
    flags.append(Doubt.PUBLISHED_DAY_OR_MONTH_OPEN.value)
    return printed


def _is_before(first: PrintedDate, second: PrintedDate) -> bool:
    """Whether a date is clearly before another: by a minute if both are instants, else by more than a day."""
    if first.instant and second.instant:
        return second.instant - first.instant > timedelta(minutes=1)
    return second.day - first.day > _SLACK
