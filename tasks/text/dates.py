"""Printed dates and times in many languages, read without guessing.

Shared by clean (is this line a date?) and extract (which date is it?). What a page leaves open stays open: a time
without an offset gives no instant, and `04/05/2024` is marked as ambiguous.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone

from tasks.text import calendars, cldr_dates
from tasks.text.date_patterns import (
    CJK,
    COMPACT,
    CTIME,
    DAY_MONTH_SPACE_YEAR,
    DAY_NAMED_MONTH,
    DAY_OR_MONTH_FIRST,
    DAY_ROMAN_MONTH,
    DAY_TWO_NAMES,
    DIGITS,
    ISO,
    NAMED_MONTH_DAY,
    ROMAN_MONTHS,
    SHORT_YEAR,
    TIME,
    YEAR_MONTH_DAY,
    YEAR_NAMED_MONTH,
)
from tasks.text.day_halves import half_beside, in_half
from tasks.text.month_names import month_number
from tasks.text.time_zones import iso_minutes, offset_after, zone_minutes

_ONE_DATE_CHARS = 36  # a declared instant has up to 35, and no second date beside it
_FORMS_CHARS = 300  # of a text in which the language's own forms are searched; a date line has under 100
_EARLIEST_GREGORIAN = 1500  # of a printed year; the Jalali ones of this age are below it
_CJK_LANGUAGES = frozenset({"ja", "ko", "yue", "zh"})  # the year is first whatever separates the numbers
# of newspapers that print `12 X 2024`; elsewhere the number is of a volume
_LANGUAGES_OF_ROMAN_MONTHS = frozenset("bg bs cs hr hu lt lv mk pl ro ru sk sl sr uk".split())
_LANGUAGES_OF_DAY_AND_MONTH = frozenset("da fi is nb nn no sv".split())  # `12/10 2024`
_MONTH_FIRST_LANGUAGES = frozenset({"en-us", "en-ph", "en_us", "fil-ph"})


@dataclass(frozen=True)
class PrintedDate:
    """A date as printed on a page: the day, and as much of the time as is printed."""

    day: date
    clock: time | None = None
    offset_minutes: int | None = None
    is_ambiguous: bool = False  # day and month may be swapped
    span: tuple[int, int] = (0, 0)

    @property
    def instant(self) -> datetime | None:
        """The instant in UTC, if a time and its offset are printed."""
        if self.clock is None or self.offset_minutes is None:
            return None
        zone = timezone(timedelta(minutes=self.offset_minutes))
        try:
            return datetime.combine(self.day, self.clock, tzinfo=zone).astimezone(UTC)
        except OverflowError:
            return None

    @property
    def meanings(self) -> tuple["PrintedDate", ...]:
        """The dates that this may be: two if day and month may be swapped."""
        if not self.is_ambiguous:
            return (self,)
        swapped = date(self.day.year, self.day.day, self.day.month)
        return tuple(replace(self, day=day, is_ambiguous=False) for day in (self.day, swapped))


Reader = Callable[[re.Match[str], str | None, bool | None], PrintedDate | None]


def find_dates(text: str, language: str | None = None, *, is_month_first: bool | None = None) -> list[PrintedDate]:
    """The dates in a short text, in order, each with the time that follows or precedes it.

    `language` is a tag like `en-US`; `is_month_first` overrides what the tag implies for `04/05/2024`.
    """
    if not any(letter.isdecimal() for letter in text) and "年" not in text:
        return []
    text = text if text.isascii() else text.translate(DIGITS)
    dates: list[PrintedDate] = []
    for candidates in (
        _by_patterns(_exact_patterns(text), text, language, is_month_first),
        _of_other_calendars(text, language),
        _by_forms(cldr_dates.forms, text, language if is_month_first is None else None),
        _by_patterns(_common_patterns(text), text, language, is_month_first),
    ):
        _add(candidates, dates)
        if dates and len(text) <= _ONE_DATE_CHARS:
            break
    if not dates and not text.isascii():
        _add(_by_forms(cldr_dates.common_forms, text, language), dates)
    dates.sort(key=lambda printed: printed.span)
    return [_with_time(text, printed, dates, language) for printed in dates]


def _add(candidates: Iterable[PrintedDate], dates: list[PrintedDate]) -> None:
    """Add the candidates that do not overlap with a date that is known."""
    for printed in candidates:
        start, end = printed.span
        if not any(start < other.span[1] and end > other.span[0] for other in dates):
            dates.append(printed)


def _exact_patterns(text: str) -> list[tuple[re.Pattern[str], Reader]]:
    """The patterns that can be read in one way only. A search for what a pattern needs takes a tenth of its time."""
    patterns: list[tuple[re.Pattern[str], Reader]] = []
    if "-" in text:
        patterns.append((ISO, _read_numbers))
    if ":" in text:
        patterns.append((CTIME, _read_words))
    if not text.isascii():
        patterns.append((CJK, _read_numbers))
    return patterns


def _common_patterns(text: str) -> list[tuple[re.Pattern[str], Reader]]:
    """The patterns of all languages that may occur in a text."""
    patterns: list[tuple[re.Pattern[str], Reader]] = []
    has_year = "20" in text or "19" in text
    if has_year:
        patterns += [(YEAR_MONTH_DAY, _read_numbers), (DAY_NAMED_MONTH, _read_words)]
        if "/" in text and not text.isascii():
            patterns.append((DAY_TWO_NAMES, _read_two_names))
        patterns += [(NAMED_MONTH_DAY, _read_words), (YEAR_NAMED_MONTH, _read_words)]
    if "-" in text or "." in text or "/" in text or "|" in text:
        patterns.append((DAY_OR_MONTH_FIRST, _read_ambiguous))
        if has_year:
            patterns.append((DAY_MONTH_SPACE_YEAR, _read_day_and_month))
    if has_year and ("I" in text or "V" in text or "X" in text):
        patterns.append((DAY_ROMAN_MONTH, _read_roman))
    patterns.append((SHORT_YEAR, _read_words))
    if has_year:
        patterns.append((COMPACT, _read_numbers))
    return patterns


def _by_patterns(
    patterns: list[tuple[re.Pattern[str], Reader]], text: str, language: str | None, is_month_first: bool | None
) -> Iterator[PrintedDate]:
    for pattern, reader in patterns:
        for match in pattern.finditer(text):
            printed = reader(match, language, is_month_first)
            if printed:
                yield replace(printed, span=match.span())


def _of_other_calendars(text: str, language: str | None) -> Iterator[PrintedDate]:
    base = (language or "").lower()[:2]
    if not text.isascii() or base in cldr_dates.OTHER_CALENDARS or base in ("ja", "zh"):
        for span, day in calendars.find(text, language):
            yield PrintedDate(day, span=span)


def _by_forms(
    forms_of: Callable[[str], tuple[cldr_dates.Form, ...]], text: str, language: str | None
) -> Iterator[PrintedDate]:
    for form in forms_of(language) if language and len(text) <= _FORMS_CHARS else ():
        for match in form.pattern.finditer(text):
            day = form.read(match)
            if day:
                yield PrintedDate(day, span=match.span())


def _read_numbers(match: re.Match[str], language: str | None, _month_first: bool | None) -> PrintedDate | None:
    year, month, number = int(match["y"]), int(match["m"]), int(match["d"])
    is_jalali = year < _EARLIEST_GREGORIAN and (language or "").lower()[:2] in calendars.JALALI_LANGUAGES
    day = calendars.from_jalali(year, month, number) if is_jalali else _day(year, month, number)
    if not day:
        return None
    groups = match.groupdict()
    if groups.get("H") is None:
        return PrintedDate(day)
    clock = _clock(groups["H"], groups["M"], groups.get("S"), None)
    return PrintedDate(day, clock, iso_minutes(groups.get("z")) if clock else None)


def _read_words(match: re.Match[str], language: str | None, _month_first: bool | None) -> PrintedDate | None:
    month = month_number(match["w"], language)
    day = _day(_full_year(match["y"]), month, int(match["d"])) if month else None
    if day is None:
        return None
    groups = match.groupdict()
    if groups.get("H") is None:
        return PrintedDate(day)
    clock = _clock(groups["H"], groups["M"], groups["S"], None)
    return PrintedDate(day, clock, zone_minutes(groups["z"]) if clock else None)


def _read_two_names(match: re.Match[str], language: str | None, _month_first: bool | None) -> PrintedDate | None:
    """A month by two names, of which one has to be known and none may be another month's."""
    numbers = {number for name in (match["w"], match["w2"]) if (number := month_number(name, language))}
    day = _day(int(match["y"]), numbers.pop(), int(match["d"])) if len(numbers) == 1 else None
    return PrintedDate(day) if day else None


def _read_roman(match: re.Match[str], language: str | None, _month_first: bool | None) -> PrintedDate | None:
    if (language or "").lower()[:2] not in _LANGUAGES_OF_ROMAN_MONTHS:
        return None
    month = ROMAN_MONTHS.get(match["r"] or match["r2"])
    day = _day(int(match["y"] or match["y2"]), month, int(match["d"] or match["d2"])) if month else None
    return PrintedDate(day) if day else None


def _read_day_and_month(match: re.Match[str], language: str | None, _month_first: bool | None) -> PrintedDate | None:
    if (language or "").lower()[:2] not in _LANGUAGES_OF_DAY_AND_MONTH:
        return None
    day = _day(int(match["y"]), int(match["m"]), int(match["d"]))
    return PrintedDate(day) if day else None


def _read_ambiguous(match: re.Match[str], language: str | None, is_month_first: bool | None) -> PrintedDate | None:
    a, b, year = int(match["a"]), int(match["b"]), _full_year(match["y"])
    base = (language or "").lower().replace("_", "-").partition("-")[0]
    if len(match["y"]) == 2 and (not base or base in cldr_dates.OTHER_CALENDARS):
        return None  # nothing says which of the three numbers is the year, or of which calendar it is
    if len(match["y"]) == 2 and cldr_dates.is_year_first(language or ""):
        day = _day(_full_year(match["a"]), b, int(match["y"])) if base in _CJK_LANGUAGES else None
        return PrintedDate(day) if day else None
    is_open = False
    if is_month_first is None:
        # full stops are day first everywhere; slashes are month first in few countries
        has_stops = match[2] == "."
        tag = (language or "").lower()
        is_month_first = not has_stops and tag in _MONTH_FIRST_LANGUAGES
        is_open = not has_stops and (not language or tag.startswith("en")) and len(tag) != 5  # 5: names a country
    first = _day(year, a, b) if is_month_first else _day(year, b, a)
    second = _day(year, b, a) if is_month_first else _day(year, a, b)
    if first and second and first != second:
        return PrintedDate(first, is_ambiguous=is_open)
    day = first or second
    return PrintedDate(day) if day else None


def _with_time(text: str, printed: PrintedDate, others: list[PrintedDate], language: str | None) -> PrintedDate:
    """The date with the time printed beside it, if there is one before the next date."""
    if printed.clock is not None:
        if printed.offset_minutes is None:
            offset = offset_after(text, printed.span[1], printed.day, printed.clock, language)
            return replace(printed, offset_minutes=offset)
        return printed
    start, end = printed.span
    later = [other.span[0] for other in others if other.span[0] >= end]
    after = TIME.search(text, end, min([*later, end + 24, len(text)]))
    before = None
    if not after:
        earlier = [other.span[1] for other in others if other.span[1] <= start]
        before = next(iter(TIME.finditer(text, max([*earlier, start - 24, 0]), start)), None)
    match = after or before
    if not match:
        return printed
    clock = _clock(match["H"] or match["H2"], match["M"], match["S"], match["p"] or match["p2"])
    if clock is None:
        return printed
    is_halved = match["p"] or match["p2"]
    half, clock_end = (None, match.end()) if is_halved else half_beside(text, match.span(), language)
    clock = in_half(clock, half)
    if clock is None:
        return printed
    timed = replace(printed, clock=clock)
    offset = offset_after(text, clock_end, printed.day, clock, language)
    if offset is None and match is before:  # `22:00, 11 July 2021 BST`
        offset = offset_after(text, end, printed.day, clock, language)
    return replace(timed, offset_minutes=offset)


def _full_year(text: str) -> int:
    year = int(text)
    return year if len(text) > 2 else year + (2000 if year < 70 else 1900)


def _day(year: int, month: int | None, day: int) -> date | None:
    try:
        return date(year, month or 0, day)
    except ValueError:
        return None


def _clock(hour: str, minute: str | None, second: str | None, half_of_day: str | None) -> time | None:
    hours = int(hour)
    if half_of_day:
        if hours > 12:
            return None
        hours = hours % 12 + (12 if half_of_day[0].lower() == "p" else 0)
    try:
        return time(hours, int(minute or 0), int(second or 0))
    except ValueError:
        return None
