"""Times as crawlers write them: ISO 8601, e-mail dates, the 14 digits of web archives, and seconds since 1970."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.utils import parsedate_to_datetime
from typing import Any

_CDX = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)?(\d\d)?(\d\d)?(?:\d{3})?")  # 20260314123000, also cut short
# Mon May 06 2024 07:08:09 GMT+0000 (Coordinated Universal Time), as JavaScript writes times
_SCRIPT = re.compile(
    r"[A-Z][a-z]{2} ([A-Z][a-z]{2}) (\d{1,2}) (\d{4}) (\d\d:\d\d:\d\d) GMT([+-]\d{4})(?: \([^()]{1,60}\))?"
)
# /Date(1778051289000)/, with or without a zone, which changes nothing: as .NET writes times in JSON
_DOTNET = re.compile(r"\\?/Date\((\d{9,15})(?:[+-]\d{4})?\)\\?/")
_LOG = re.compile(r"(\d{1,2})/([A-Z][a-z]{2})/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d{4})")  # of servers
# 04mar2025 10:15:00 of Stata, 04MAR2025:10:15:00 of SAS, 04-MAR-25 10.15.00.000000 AM of Oracle
_STATISTICS = re.compile(
    r"(\d{1,2})([ -]?)([A-Za-z]{3})\2(\d{4}|\d\d)"
    r"(?:[ :T](\d{1,2})[:.](\d\d)(?:[:.](\d\d))?(?:[.,]\d{1,9})?(?: ([AP])M)?)?"
)
_MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
# what Java and Go write behind an offset, which says it already, and the blank of Ruby and Go before one
_BEHIND_OFFSET = re.compile(r"([+-]\d\d:?\d\d|Z)(?:\[[\w/+-]{1,40}\]|\s+[A-Z]{3,5}(?:\s+m=[+-][\d.]+)?)$")
_BEFORE_OFFSET = re.compile(r"\s+(?=[+-]\d\d:?\d\d$)")
_NUMBER = re.compile(r"\d{9,20}(?:\.\d+)?|[7-9]\d{3}(?:\.\d{1,15})?|\d{5}(?:\.\d{1,15})?")
# numbers this small are of days: since 1970 as R counts them, or since the end of 1899 as spreadsheets do
_FIRST_DAY, _FIRST_SHEET_DAY, _LAST_SHEET_DAY = 7_305, 32_874, 73_050  # 1990 for both, and 2099
_SHEET_DAYS = 25_569  # from the one to the other
_MAX_CHARS = 200  # of a time; those of JavaScript have some 70, with the name of the zone
_LAST_SECOND = 4e9  # the year 2096; larger numbers are of smaller units
_FIRST_SECOND = 631_152_000  # the year 1990: no page of the Web is older
_UNITS = (1, 1_000, 1_000_000, 1_000_000_000)  # of a second


def microseconds(value: Any) -> int | None:
    """Microseconds since 1970 of a time in any of these forms; None for anything else. Without a zone it is UTC."""
    try:
        if isinstance(value, str):
            return _of_text(value)
        if isinstance(value, datetime):
            return _of_datetime(value)
        if isinstance(value, date):
            return int(datetime(value.year, value.month, value.day, tzinfo=UTC).timestamp() * 1_000_000)
        if isinstance(value, bytes):
            return _of_text(value.decode("ascii"))
        # {"$date": "2026-05-06T07:08:09Z"} or {"$date": {"$numberLong": "1778051289000"}}
        if isinstance(value, Mapping):
            inner = value.get("$date")
            inner = inner.get("$numberLong") if isinstance(inner, Mapping) else inner
            return None if isinstance(inner, Mapping) else microseconds(inner)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return _of_number(value)
    except (ValueError, OverflowError, OSError, TypeError, IndexError):
        pass
    return None


def _of_datetime(when: datetime) -> int:
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp() * 1_000_000)


def _of_text(text: str) -> int | None:
    text = text.strip()
    if len(text) > _MAX_CHARS:  # patterns take long for a text of blanks
        return None
    if text[4:5] == "-":  # most are ISO 8601
        try:
            return _of_datetime(datetime.fromisoformat(text))
        except ValueError:
            pass  # perhaps with another zone
    if written := _in_usual_form(text):
        return microseconds(written)
    if when := _of_digits(text):
        return microseconds(when)
    if script := _SCRIPT.fullmatch(text):
        month, day, year, clock, zone = script.groups()
        return microseconds(parsedate_to_datetime(f"{day} {month} {year} {clock} {zone}"))
    if _NUMBER.fullmatch(text):
        return _of_number(float(text) if "." in text else int(text))
    try:
        return microseconds(datetime.fromisoformat(re.sub(r"\s+(?:UTC|GMT|Z)$", "+00:00", text)))
    except ValueError:
        return microseconds(parsedate_to_datetime(text))


def _in_usual_form(text: str) -> datetime | int | str | None:
    """A time as programs write it for themselves in a form that is read; None for any other text."""
    if found := _DOTNET.fullmatch(text):
        return int(found[1])
    if found := _LOG.fullmatch(text):
        day, month, year, clock, zone = found.groups()
        return parsedate_to_datetime(f"{day} {month} {year} {clock} {zone}")
    if found := _STATISTICS.fullmatch(text):
        return _of_statistics(*found.groups())
    if text[4:5] != "-":
        return None
    shorter = _BEFORE_OFFSET.sub("", _BEHIND_OFFSET.sub(r"\1", text))
    return shorter if shorter != text else None


def _of_statistics(day: str, _: str, month: str, year: str, *clock: str | None) -> datetime | None:
    """The time in its parts, with the name of the month and perhaps two digits of the year."""
    hour, minute, second = (int(part or 0) for part in clock[:3])
    if clock[3]:  # A or P of the twelve hours
        hour = hour % 12 + 12 * (clock[3] == "P")
    full_year = int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= 90 else 2000)
    if month.lower() not in _MONTHS:
        return None
    return datetime(full_year, _MONTHS.index(month.lower()) + 1, int(day), hour, minute, second, tzinfo=UTC)


def _of_digits(text: str) -> datetime | None:
    """The time in the digits of year, month, day, hour, minute and second."""
    found = _CDX.fullmatch(text)
    if found is None or not "1990" <= found[1] < "2100":  # other numbers are of seconds
        return None
    try:
        return datetime(*(int(part) for part in found.groups() if part), tzinfo=UTC)  # type: ignore[misc,arg-type]
    except ValueError:
        return None


def _of_number(value: float) -> int | None:
    if isinstance(value, int) and len(str(value)) == 14 and (when := _of_digits(str(value))):
        return microseconds(when)
    if _FIRST_DAY <= value < _LAST_SHEET_DAY:
        return round((value - (_SHEET_DAYS if value >= _FIRST_SHEET_DAY else 0)) * 86_400) * 1_000_000
    for unit in _UNITS:
        if (_FIRST_SECOND * unit if unit > 1 else 0) < value < _LAST_SECOND * unit:
            return value * 1_000_000 // unit if isinstance(value, int) else int(value / unit * 1_000_000)
    return None
