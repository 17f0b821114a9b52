"""Printed dates and times in many languages, read without guessing.

Shared by clean (is this line a date?) and extract (which date is it?). What a page leaves open stays open: a time
without an offset gives no instant, and `04/05/2024` says that it might be two days.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from zoneinfo import ZoneInfo

MONTH_LOCALES = [
    "en",
    "de",
    "fr",
    "es",
    "pt",
    "it",
    "nl",
    "sv",
    "da",
    "nb",
    "fi",
    "pl",
    "cs",
    "sk",
    "hu",
    "ro",
    "bg",
    "ru",
    "uk",
    "sr",
    "sr_Latn",
    "hr",
    "sl",
    "el",
    "tr",
    "ar",
    "he",
    "hi",
    "id",
    "ms",
    "vi",
    "sw",
    "af",
    "ca",
    "lt",
    "lv",
    "et",
    "fa",
]

_ISO = re.compile(
    r"(?<!\d)(?P<y>\d{4})-(?P<m>\d{1,2})-(?P<d>\d{1,2})"
    r"(?:(?:[T_ ]|\s+|,\s*|\s+-\s+)(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,]\d+)?)?\s*(?P<z>Z|UTC|GMT|[+-]\d{2}:?\d{2}|[+-]\d{2}(?!\d))?)?(?!\d)"
)
_COMPACT = re.compile(
    r"(?<!\d)(?P<y>20\d{2})(?P<m>\d{2})(?P<d>\d{2})(?:T?(?P<H>\d{2})(?P<M>\d{2})(?P<S>\d{2})?(?P<z>Z|[+-]\d{4})?)?(?!\d)"
)
_CJK = re.compile(r"(?P<y>\d{4})\s*[年년]\s*(?P<m>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日일号號]?")
_YMD = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d{2})\s*([./])\s*(?P<m>\d{1,2})\s*\2\s*(?P<d>\d{1,2})(?![\d/])")
_XXY = re.compile(r"(?<![\d./-])(?P<a>\d{1,2})\s?([./-])\s?(?P<b>\d{1,2})\s?\2\s?(?P<y>(?:19|20)\d{2}|\d{2})(?![\d])")
_WORD = r"[^\W\d_]+"
_DAY_MONTH = re.compile(
    rf"(?<!\d)(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|º|ª|°|\.|-én|-án)?[\s,./-]*(?:de\s+|d['’]|of\s+|di\s+|del\s+)?(?P<w>{_WORD})\.?,?[\s./-]*"
    rf"(?:de\s+|del\s+|di\s+|г\.?\s+)?(?P<y>(?:19|20)\d{{2}})(?!\d)"
)
_MONTH_DAY = re.compile(
    rf"(?<!\w)(?P<w>{_WORD})\.?[\s]+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\.?,?\s+(?P<y>(?:19|20)\d{{2}})(?!\d)"
)
_YEAR_FIRST = re.compile(rf"(?<!\d)(?P<y>(?:19|20)\d{{2}})\.?\s+(?:m\.\s+)?(?P<w>{_WORD})\s+(?P<d>\d{{1,2}})\b")
_TIME = re.compile(
    r"(?<![\d.,:/-])(?P<H>[01]?\d|2[0-3])(?:[:.h時시](?P<M>[0-5]\d)(?::(?P<S>[0-5]\d))?(?:分|분)?)\s*(?P<p>[ap]\.?\s?m\b\.?)?"
    r"|(?<![\d.,:/-])(?P<H2>1[0-2]|0?[1-9])\s*(?P<p2>[ap]\.?m\b\.?)",
    re.I,
)
_OFFSET = re.compile(r"\s*\(?(?:(?:UTC|GMT)\s*)?(?P<s>[+-])(?P<h>\d{1,2}):?(?P<m>\d{2})?\)?(?!\d)")
_ZONE = re.compile(r"[\s(]*(?P<z>[A-Z]{1,5}|[Uu]hr)\b")
_FIXED_ZONES = {
    "UTC": 0,
    "GMT": 0,
    "Z": 0,
    "BST": 60,
    "WET": 0,
    "WEST": 60,
    "CET": 60,
    "CEST": 120,
    "MEZ": 60,
    "MESZ": 120,
    "EET": 120,
    "EEST": 180,
    "MSK": 180,
    "EST": -300,
    "EDT": -240,
    "CDT": -300,
    "MST": -420,
    "MDT": -360,
    "PST": -480,
    "PDT": -420,
    "AKST": -540,
    "AKDT": -480,
    "HST": -600,
    "JST": 540,
    "KST": 540,
    "HKT": 480,
    "SGT": 480,
    "PHT": 480,
    "WIB": 420,
    "WITA": 480,
    "WIT": 540,
    "PKT": 300,
    "AEST": 600,
    "AEDT": 660,
    "ACST": 570,
    "AWST": 480,
    "NZST": 720,
    "NZDT": 780,
    "SAST": 120,
    "WAT": 60,
    "CAT": 120,
    "EAT": 180,
    "TRT": 180,
    "BRT": -180,
    "ART": -180,
}  # fmt: skip - CST and IST are left out: each is used for several zones
_PLACE_ZONES = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"}
_MONTH_FIRST_COUNTRIES = frozenset({"en-us", "en-ph", "en_us", "fil-ph"})


@dataclass(frozen=True)
class Printed:
    """A date as a page prints it: the day, and as much of the time as stands there."""

    day: date
    clock: time | None = None
    offset_minutes: int | None = None
    is_ambiguous: bool = False  # day and month might be the other way round
    span: tuple[int, int] = (0, 0)

    @property
    def instant(self) -> datetime | None:
        """The instant in UTC, if the page prints a time and its offset."""
        if self.clock is None or self.offset_minutes is None:
            return None
        zone = timezone(timedelta(minutes=self.offset_minutes))
        try:
            return datetime.combine(self.day, self.clock, tzinfo=zone).astimezone(UTC)
        except OverflowError:
            return None


@cache
def _months() -> dict[str, dict[str, int]]:
    """Month numbers by lower-case name and locale (CLDR, by Babel)."""
    from babel.dates import get_month_names  # noqa: PLC0415 - half a second of tables, only where a date is read

    table: dict[str, dict[str, int]] = {}
    for locale in MONTH_LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in get_month_names(width, context, locale).items():
                    for part in str(name).lower().replace(".", "").split():
                        if part.isalpha() and len(part) > 1:
                            table.setdefault(part, {}).setdefault(locale, number)
    for name, number in (("sept", 9), ("febr", 2), ("mär", 3), ("maerz", 3), ("marz", 3)):
        table.setdefault(name, {}).setdefault("en", number)
    return table


def month_number(word: str, language: str | None) -> int | None:
    """The month that a word names, in the page's language if it is known there, else if all languages agree."""
    found = _months().get(word.lower().rstrip("."))
    if not found:
        return None
    if language and language[:2] in found:
        return found[language[:2]]
    numbers = set(found.values())
    return next(iter(numbers)) if len(numbers) == 1 else found.get("en")


def month_names() -> list[str]:
    """Every month name and abbreviation that is known, of three letters and more."""
    return [name for name in _months() if len(name) > 2]


def find_dates(text: str, language: str | None = None, *, is_month_first: bool | None = None) -> list[Printed]:
    """The dates in a short text in the order they stand, each with the time that follows or precedes it.

    `language` is a tag like `en-US`; `is_month_first` overrides what it says about `04/05/2024`.
    """
    found: list[Printed] = []
    taken: list[tuple[int, int]] = []
    # a look for what a pattern cannot do without takes a tenth of the time of trying it
    has_year, has_dash = "20" in text or "19" in text, "-" in text
    for pattern, reader, may_match in (
        (_ISO, _read_numbers, has_dash), (_CJK, _read_numbers, not text.isascii()), (_YMD, _read_numbers, has_year),
        (_DAY_MONTH, _read_words, has_year), (_MONTH_DAY, _read_words, has_year), (_YEAR_FIRST, _read_words, has_year),
        (_XXY, _read_ambiguous, has_dash or "." in text or "/" in text), (_COMPACT, _read_numbers, has_year),
    ):  # fmt: skip
        for match in pattern.finditer(text) if may_match else ():
            if any(match.start() < end and match.end() > start for start, end in taken):
                continue
            printed = reader(match, language, is_month_first)
            if printed:
                taken.append(match.span())
                found.append(replace(printed, span=match.span()))
    found.sort(key=lambda printed: printed.span)
    return [_with_time(text, printed, found) for printed in found]


def _read_numbers(match: re.Match[str], _language: str | None, _month_first: bool | None) -> Printed | None:
    day = _day(int(match["y"]), int(match["m"]), int(match["d"]))
    if not day:
        return None
    groups = match.groupdict()
    if groups.get("H") is None:
        return Printed(day)
    clock = _clock(groups["H"], groups["M"], groups.get("S"), None)
    return Printed(day, clock, _offset(groups.get("z")) if clock else None)


def _read_words(match: re.Match[str], language: str | None, _month_first: bool | None) -> Printed | None:
    month = month_number(match["w"], language)
    day = _day(int(match["y"]), month, int(match["d"])) if month else None
    return Printed(day) if day else None


def _read_ambiguous(match: re.Match[str], language: str | None, is_month_first: bool | None) -> Printed | None:
    a, b, year = int(match["a"]), int(match["b"]), int(match["y"])
    if year < 100:
        year += 2000 if year < 70 else 1900
    if is_month_first is None:
        # full stops are day first the world over; slashes are month first in the United States only
        tag = (language or "").lower()
        is_month_first = tag in _MONTH_FIRST_COUNTRIES if match[2] != "." else False
        is_open = match[2] != "." and (not language or tag.startswith("en"))
    else:
        is_open = False
    first = _day(year, a, b) if is_month_first else _day(year, b, a)
    second = _day(year, b, a) if is_month_first else _day(year, a, b)
    if first and second and first != second:
        return Printed(first, is_ambiguous=is_open and len(tag) != 5 if is_open else False)
    day = first or second
    return Printed(day) if day else None


def _with_time(text: str, printed: Printed, others: list[Printed]) -> Printed:
    """The date with the time that stands beside it, if one does before the next date."""
    if printed.clock is not None:
        if printed.offset_minutes is None:
            return replace(printed, offset_minutes=_offset_after(text, printed.span[1], printed))
        return printed
    start, end = printed.span
    nexts = [other.span[0] for other in others if other.span[0] >= end]
    after = _TIME.search(text, end, min([*nexts, end + 24, len(text)]))
    before = None
    if not after:
        earlier = [other.span[1] for other in others if other.span[1] <= start]
        before = next(iter(_TIME.finditer(text, max([*earlier, start - 24, 0]), start)), None)
    match = after or before
    if not match:
        return printed
    clock = _clock(match["H"] or match["H2"], match["M"], match["S"], match["p"] or match["p2"])
    if clock is None:
        return printed
    timed = replace(printed, clock=clock)
    return replace(timed, offset_minutes=_offset_after(text, match.end(), timed))


def _offset_after(text: str, place: int, printed: Printed) -> int | None:
    match = _OFFSET.match(text, place)
    if match:
        return _minutes(match["s"], match["h"], match["m"])
    match = _ZONE.match(text, place)
    if not match:
        return None
    name = match["z"]
    if name in _PLACE_ZONES and printed.clock is not None:
        away = datetime.combine(printed.day, printed.clock, tzinfo=ZoneInfo(_PLACE_ZONES[name])).utcoffset()
        return int(away.total_seconds() // 60) if away is not None else None
    return _FIXED_ZONES.get(name)


def _offset(text: str | None) -> int | None:
    if not text:
        return None
    if text in ("Z", "UTC", "GMT"):
        return 0
    return _minutes(text[0], text[1:3], text[-2:] if len(text) > 3 else None)


def _minutes(sign: str, hours: str, minutes: str | None) -> int | None:
    """An offset from UTC; None where no place on Earth has it."""
    away = int(hours) * 60 + int(minutes or 0)
    if away > 14 * 60:
        return None
    return away if sign == "+" else -away


def _day(year: int, month: int | None, day: int) -> date | None:
    try:
        return date(year, month or 0, day)
    except ValueError:
        return None


def _clock(hour: str, minute: str | None, second: str | None, half: str | None) -> time | None:
    number = int(hour)
    if half:
        if number > 12:
            return None
        number = number % 12 + (12 if half[0].lower() == "p" else 0)
    try:
        return time(number, int(minute or 0), int(second or 0))
    except ValueError:
        return None


_HAS_YEAR_OR_DIGITS = re.compile(r"\d{1,2}\D{1,12}\d{2,4}|\d{4}|\d{8}")
_DATE_TALK = re.compile(
    r"[\W\d_]+|\b(?:\w{1,3}|uhr|o'clock|last|updated?|published|posted|hours?|minutes?|days?|read|stand|datum|date|veröffentlicht|aktualisiert|"
    r"artikel|erschienen|lesezeit|publié|modifié|mise|jour|publicado|actualizado|atualizado|hora|pubblicato|aggiornato|gepubliceerd|bijgewerkt|"
    r"opublikowano|aktualizacja|publikacja|publikováno|aktualizováno|publisert|oppdatert|udgivet|opdateret|publicerad|uppdaterad|yayınlanma|güncelleme)\b",
    re.I,
)


def is_date_line(text: str, language: str | None = None) -> bool:
    """Whether a line is a date or time and nothing else of weight: `Sat, 10 Jun 2023 3:40 pm | Updated`."""
    rest = beside_dates(text, language)
    return rest is not None and len(rest) <= 2


def beside_dates(text: str, language: str | None = None) -> list[str] | None:
    """The words of weight that stand in a short line besides its dates; None where it has no date."""
    if len(text) > 110 or not _HAS_YEAR_OR_DIGITS.search(text):
        return None
    found = find_dates(text, language)
    if not found:
        return None
    rest = text
    for printed in reversed(found):
        rest = rest[: printed.span[0]] + " " + rest[printed.span[1] :]
    return [word for word in _DATE_TALK.sub(" ", rest).split() if len(word) > 3]
