"""Printed dates and times in many languages, read without guessing.

Shared by clean (is this line a date?) and extract (which date is it?). What a page leaves open stays open: a time
without an offset gives no instant, and `04/05/2024` is marked as ambiguous.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from sys import maxunicode
from unicodedata import category, decimal
from zoneinfo import ZoneInfo

from tasks.text import calendars, cldr_dates

_MONTH_LOCALES = (
    "en de fr es pt it nl sv da nb fi pl cs sk hu ro bg ru uk sr sr_Latn "
    "hr sl el tr ar he hi id ms vi sw af ca lt lv et fa"
).split()

_DIGITS = {code: str(decimal(chr(code))) for code in range(128, maxunicode + 1) if category(chr(code)) == "Nd"}
# a letter of any script, or a mark that belongs to one: vowels of India and Burma, points of Hebrew and Arabic
_LETTER = (
    r"(?:[^\W\d_]|[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0951-\u0957"
    r"\u0981-\u0983\u09bc-\u09cd\u09d7\u0a01-\u0a03\u0a3c-\u0a4d\u0a70\u0a71\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b4d"
    r"\u0b82\u0bbe-\u0bcd\u0c00-\u0c04\u0c3e-\u0c4d\u0c81-\u0c83\u0cbc-\u0ccd\u0d00-\u0d03\u0d3b-\u0d4d\u0d81-\u0d83\u0dca-\u0ddf"
    r"\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3\u200c\u200d])"
)
_ISO = re.compile(
    r"""
    (?<!\d) (?P<y>\d{4}) - (?P<m>\d{1,2}) - (?P<d>\d{1,2})
    (?:
        (?: [T_ ] | \s+ | ,\s* | \s+-\s+ )
        (?P<H>\d{1,2}) : (?P<M>\d{2}) (?: : (?P<S>\d{2}) (?: [.,]\d+ )? )?
        \s* (?P<z> Z | UTC | GMT | [+-]\d{2}:?\d{2} | [+-]\d{2}(?!\d) )?
    )?
    (?!\d)
    """,
    re.VERBOSE,
)
_COMPACT = re.compile(
    r"""
    (?<!\d) (?P<y>20\d{2}) (?P<m>\d{2}) (?P<d>\d{2})
    (?: T? (?P<H>\d{2}) (?P<M>\d{2}) (?P<S>\d{2})? (?P<z> Z | [+-]\d{4} )? )?
    (?!\d)
    """,
    re.VERBOSE,
)
_CJK = re.compile(r"(?P<y>\d{4})\s*[年년]\s*(?P<m>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日일号號]?")
_YEAR_MONTH_DAY = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d{2})\s*([./])\s*(?P<m>\d{1,2})\s*\2\s*(?P<d>\d{1,2})(?![\d/])")
_DAY_OR_MONTH_FIRST = re.compile(
    r"(?<![\d./-])(?P<a>\d{1,2})\s?([./-])\s?(?P<b>\d{1,2})\s?\2\s?(?P<y>(?:19|20)\d{2}|\d{2})(?![\d])"
)
_DAY_NAMED_MONTH = re.compile(
    r"""
    (?<!\d) (?P<d>\d{1,2}) (?: st | nd | rd | th | er | º | ª | ° | \. | -én | -án )?
    [\s,./-]* (?: de\s+ | d['’] | of\s+ | di\s+ | del\s+ )?
    (?P<w>LETTER+) \.? ,?
    [\s./-]* (?: de\s+ | del\s+ | di\s+ | г\.?\s+ )?
    (?P<y>(?:19|20)\d{2}) (?!\d)
    """.replace("LETTER", _LETTER),
    re.VERBOSE,
)
_NAMED_MONTH_DAY = re.compile(
    rf"(?<!\w)(?P<w>{_LETTER}+)\.?[\s]+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\.?,?\s+(?P<y>(?:19|20)\d{{2}})(?!\d)"
)
_YEAR_NAMED_MONTH = re.compile(
    rf"(?<!\d)(?P<y>(?:19|20)\d{{2}})\.?\s+(?:m\.\s+)?(?P<w>{_LETTER}+)\s+(?P<d>\d{{1,2}})\b"
)
_SHORT_YEAR = re.compile(r"(?<![\d-])(?P<d>\d{1,2})[-\s](?P<w>[^\W\d_]{3,9})[-\s]['’]?(?P<y>\d{2})(?![\d:-])")
# the C library's and Java's: `Sat Oct 12 08:30:00 CEST 2024`
_CTIME = re.compile(
    r"""
    (?<!\w) (?P<w>[A-Z][a-z]{2}) \s+ (?P<d>\d{1,2}) \s+ (?P<H>\d{1,2}) : (?P<M>\d{2}) : (?P<S>\d{2}) \s+
    (?: (?P<z> [A-Z]{1,5} | (?:GMT|UTC)?[+-]\d{2}:?\d{2} ) \s+ )? (?P<y>(?:19|20)\d{2}) (?!\d)
    """,
    re.VERBOSE,
)
_TIME = re.compile(
    r"""
    (?<![\d.,:/-]) (?P<H> [01]?\d | 2[0-3] )
    (?: [:.h時시] (?P<M>[0-5]\d) (?: : (?P<S>[0-5]\d) )? (?: 分 | 분 )? )
    \s* (?P<p> [ap]\.?\s?m\b\.? )?
    |
    (?<![\d.,:/-]) (?P<H2> 1[0-2] | 0?[1-9] ) \s* (?P<p2> [ap]\.?m\b\.? )
    """,
    re.IGNORECASE | re.VERBOSE,
)
_OFFSET = re.compile(r"\s*\(?(?:(?:UTC|GMT)\s*)?(?P<s>[+-])(?P<h>\d{1,2}):?(?P<m>\d{2})?\)?(?!\d)")
_ZONE = re.compile(r"[\s(]*(?P<z>[A-Z]{1,5}|[Uu]hr)\b")
# minutes from UTC; without CST and IST, each of which is used for several zones
_ZONES_BY_OFFSET = {
    0: "UTC GMT Z WET",
    60: "BST WEST CET MEZ WAT",
    120: "CEST MESZ EET SAST CAT",
    180: "EEST MSK EAT TRT",
    300: "PKT",
    420: "WIB",
    480: "HKT SGT PHT WITA AWST",
    540: "JST KST WIT",
    570: "ACST",
    600: "AEST",
    660: "AEDT",
    720: "NZST",
    780: "NZDT",
    -180: "BRT ART",
    -240: "EDT",
    -300: "EST CDT",
    -360: "MDT",
    -420: "MST PDT",
    -480: "PST AKDT",
    -540: "AKST",
    -600: "HST",
}
_FIXED_ZONES = {name: minutes for minutes, names in _ZONES_BY_OFFSET.items() for name in names.split()}
_US_ZONES = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"}
_ONE_DATE_CHARS = 36  # a declared instant has up to 35, and no second date beside it
_FORMS_CHARS = 300  # of a text in which the language's own forms are searched; a date line has under 100
_CJK_LANGUAGES = frozenset({"ja", "ko", "yue", "zh"})  # the year is first whatever separates the numbers
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


@cache
def _months() -> dict[str, dict[str, int]]:
    """Month numbers by lower-case name and locale (CLDR, by Babel)."""
    from babel.dates import get_month_names  # noqa: PLC0415 - loads half a second of tables, only when a date is read

    table: dict[str, dict[str, int]] = {}
    for locale in _MONTH_LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                names = get_month_names(width, context, locale)
                parts = [set(str(name).lower().replace(".", "").split()) for name in names.values()]
                for number, words in zip(names, parts, strict=True):
                    for word in words:
                        # `tháng` of `tháng 10` is in every name
                        if word.isalpha() and len(word) > 1 and sum(word in other for other in parts) == 1:
                            table.setdefault(word, {}).setdefault(locale, number)
    for name, number in (("sept", 9), ("febr", 2), ("mär", 3), ("maerz", 3), ("marz", 3)):
        table.setdefault(name, {}).setdefault("en", number)
    return table


def month_number(word: str, language: str | None) -> int | None:
    """The month named by a word: in the page's language if the word exists there, else if all languages agree."""
    plain = cldr_dates.plain_name(word)
    if language and (number := cldr_dates.month_names(language).get(plain)):
        return number
    by_language = _months().get(plain)
    if not by_language:
        return None
    if language and language[:2] in by_language:
        return by_language[language[:2]]
    months = set(by_language.values())
    return next(iter(months)) if len(months) == 1 else by_language.get("en")


def month_names() -> list[str]:
    """All known names and abbreviations of months that have at least three letters."""
    return [name for name in _months() if len(name) > 2]


def find_dates(text: str, language: str | None = None, *, is_month_first: bool | None = None) -> list[PrintedDate]:
    """The dates in a short text, in order, each with the time that follows or precedes it.

    `language` is a tag like `en-US`; `is_month_first` overrides what the tag implies for `04/05/2024`.
    """
    if not any(letter.isdecimal() for letter in text) and "年" not in text:
        return []
    text = text if text.isascii() else text.translate(_DIGITS)
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
    return [_with_time(text, printed, dates) for printed in dates]


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
        patterns.append((_ISO, _read_numbers))
    if ":" in text:
        patterns.append((_CTIME, _read_words))
    if not text.isascii():
        patterns.append((_CJK, _read_numbers))
    return patterns


def _common_patterns(text: str) -> list[tuple[re.Pattern[str], Reader]]:
    """The patterns of all languages that may occur in a text."""
    patterns: list[tuple[re.Pattern[str], Reader]] = []
    has_year = "20" in text or "19" in text
    if has_year:
        patterns += [(_YEAR_MONTH_DAY, _read_numbers), (_DAY_NAMED_MONTH, _read_words)]
        patterns += [(_NAMED_MONTH_DAY, _read_words), (_YEAR_NAMED_MONTH, _read_words)]
    if "-" in text or "." in text or "/" in text:
        patterns.append((_DAY_OR_MONTH_FIRST, _read_ambiguous))
    patterns.append((_SHORT_YEAR, _read_words))
    if has_year:
        patterns.append((_COMPACT, _read_numbers))
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
    if not text.isascii() or base in cldr_dates.OTHER_CALENDARS or base == "zh":
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


def _read_numbers(match: re.Match[str], _language: str | None, _month_first: bool | None) -> PrintedDate | None:
    day = _day(int(match["y"]), int(match["m"]), int(match["d"]))
    if not day:
        return None
    groups = match.groupdict()
    if groups.get("H") is None:
        return PrintedDate(day)
    clock = _clock(groups["H"], groups["M"], groups.get("S"), None)
    return PrintedDate(day, clock, _offset(groups.get("z")) if clock else None)


def _read_words(match: re.Match[str], language: str | None, _month_first: bool | None) -> PrintedDate | None:
    month = month_number(match["w"], language)
    day = _day(_full_year(match["y"]), month, int(match["d"])) if month else None
    if day is None:
        return None
    groups = match.groupdict()
    if groups.get("H") is None:
        return PrintedDate(day)
    clock = _clock(groups["H"], groups["M"], groups["S"], None)
    return PrintedDate(day, clock, _zone_minutes(groups["z"]) if clock else None)


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


def _with_time(text: str, printed: PrintedDate, others: list[PrintedDate]) -> PrintedDate:
    """The date with the time printed beside it, if there is one before the next date."""
    if printed.clock is not None:
        if printed.offset_minutes is None:
            return replace(printed, offset_minutes=_offset_after(text, printed.span[1], printed))
        return printed
    start, end = printed.span
    later = [other.span[0] for other in others if other.span[0] >= end]
    after = _TIME.search(text, end, min([*later, end + 24, len(text)]))
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


def _offset_after(text: str, position: int, printed: PrintedDate) -> int | None:
    """The offset or zone printed at a position, in minutes from UTC."""
    match = _OFFSET.match(text, position)
    if match:
        return _minutes(match["s"], match["h"], match["m"])
    match = _ZONE.match(text, position)
    if not match:
        return None
    name = match["z"]
    if name in _US_ZONES and printed.clock is not None:
        local = datetime.combine(printed.day, printed.clock, tzinfo=ZoneInfo(_US_ZONES[name]))
        offset = local.utcoffset()
        return int(offset.total_seconds() // 60) if offset is not None else None
    return _FIXED_ZONES.get(name)


def _full_year(text: str) -> int:
    year = int(text)
    return year if len(text) > 2 else year + (2000 if year < 70 else 1900)


def _zone_minutes(text: str | None) -> int | None:
    """The offset of a zone by its name or its distance from UTC, in minutes."""
    if not text:
        return None
    if text in _FIXED_ZONES:
        return _FIXED_ZONES[text]
    match = _OFFSET.match(text)
    return _minutes(match["s"], match["h"], match["m"]) if match else None


def _offset(text: str | None) -> int | None:
    if not text:
        return None
    if text in ("Z", "UTC", "GMT"):
        return 0
    return _minutes(text[0], text[1:3], text[-2:] if len(text) > 3 else None)


def _minutes(sign: str, hours: str, minutes: str | None) -> int | None:
    """An offset from UTC in minutes; None if no place on Earth has it."""
    offset = int(hours) * 60 + int(minutes or 0)
    if offset > 14 * 60:
        return None
    return offset if sign == "+" else -offset


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


_HAS_YEAR_OR_DIGITS = re.compile(r"\d{1,2}\D{1,12}\d{2,4}|\d{4}|\d{8}")
_WORDS_BESIDE_DATES = re.compile(
    r"""
    [\W\d_]+ |
    \b (?:
        \w{1,3} | uhr | o'clock | last | updated? | published | posted | hours? | minutes? | days? | read | stand |
        datum | date | veröffentlicht | aktualisiert | artikel | erschienen | lesezeit | publié | modifié |
        mise | jour | publicado | actualizado | atualizado | hora | pubblicato | aggiornato |
        gepubliceerd | bijgewerkt | opublikowano | aktualizacja | publikacja | publikováno | aktualizováno |
        publisert | oppdatert | udgivet | opdateret | publicerad | uppdaterad | yayınlanma | güncelleme
    ) \b
    """,
    re.IGNORECASE | re.VERBOSE,
)


def is_date_line(text: str, language: str | None = None) -> bool:
    """Whether a line is only a date or time: `Sat, 10 Jun 2023 3:40 pm | Updated`."""
    other_words = words_beside_dates(text, language)
    return other_words is not None and len(other_words) <= 2


def words_beside_dates(text: str, language: str | None = None) -> list[str] | None:
    """The words of more than three letters in a short line besides its dates; None if it has no date."""
    if len(text) > 110 or not _HAS_YEAR_OR_DIGITS.search(text):
        return None
    dates = find_dates(text, language)
    if not dates:
        return None
    rest = text
    for printed in reversed(dates):
        rest = rest[: printed.span[0]] + " " + rest[printed.span[1] :]
    return [word for word in _WORDS_BESIDE_DATES.sub(" ", rest).split() if len(word) > 3]
