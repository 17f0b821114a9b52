"""Offsets from UTC and names of time zones, as pages print them."""

import re
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

_OFFSET = re.compile(r"\s*\(?(?:(?:UTC|GMT)\s*)?(?P<s>[+-])(?P<h>\d{1,2}):?(?P<m>\d{2})?\)?(?!\d)")
_SECONDS = re.compile(r"\d:\d{2}:\d{2}\s*$")
_ZONE = re.compile(r"[\s(]*(?:(?:[Uu]hr|hrs)[\s(]+)?(?P<z>[A-ZМСК]{1,5})\b")
# minutes from UTC; without CST and IST, each of which is used for several zones
_ZONES_BY_OFFSET = {
    0: "UTC GMT Z WET",
    60: "BST WEST CET MEZ WAT",
    120: "CEST MESZ EET SAST CAT",
    180: "EEST MSK МСК EAT TRT",
    300: "PKT",
    420: "WIB",
    480: "HKT SGT PHT MYT WITA AWST",
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
# zones whose abbreviation has a meaning by the language or country of the page: CST of China or America
_OPEN_ZONES = {
    "IST": {
        **dict.fromkeys("hi bn ta te mr gu kn ml pa or as en-in".split(), "Asia/Kolkata"),
        **dict.fromkeys("he en-il".split(), "Asia/Jerusalem"),
        **dict.fromkeys("ga en-ie".split(), "Europe/Dublin"),
    },
    "CST": {
        **dict.fromkeys("zh zh-cn zh-tw".split(), "Asia/Shanghai"),
        **dict.fromkeys("en-us es-us".split(), "America/Chicago"),
    },
}
# zones in words: `Eastern Daylight Time`, `British Summer Time`
_LONG_NAME = re.compile(
    r"[\s(|,]*(?P<name>(?:[A-Z][a-z]+ ){1,2}(?:(?:Standard|Daylight|Summer|Mean|Universal) )?)Time\b"
)
_KIND_OF_TIME = re.compile(r"(?:Standard|Daylight|Summer|Mean|Universal) ")
_LONG_ZONES = {
    "Eastern": "America/New_York",
    "Central": "America/Chicago",
    "Mountain": "America/Denver",
    "Pacific": "America/Los_Angeles",
    "British": "Europe/London",
    "Greenwich": "UTC",
    "Coordinated": "UTC",
    "Central European": "Europe/Berlin",
    "Eastern European": "Europe/Athens",
    "Western European": "Europe/Lisbon",
    "Moscow": "Europe/Moscow",
    "Israel": "Asia/Jerusalem",
    "India": "Asia/Kolkata",
    "Indian": "Asia/Kolkata",
    "Pakistan": "Asia/Karachi",
    "Bangladesh": "Asia/Dhaka",
    "Nepal": "Asia/Kathmandu",
    "China": "Asia/Shanghai",
    "Hong Kong": "Asia/Hong_Kong",
    "Japan": "Asia/Tokyo",
    "Korea": "Asia/Seoul",
    "Singapore": "Asia/Singapore",
    "Malaysia": "Asia/Kuala_Lumpur",
    "Philippine": "Asia/Manila",
    "Australian Eastern": "Australia/Sydney",
    "New Zealand": "Pacific/Auckland",
    "South Africa": "Africa/Johannesburg",
    "East Africa": "Africa/Nairobi",
    "West Africa": "Africa/Lagos",
}
_US_ZONES = {"ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles"}


def offset_after(text: str, position: int, day: date, clock: time | None, language: str | None = None) -> int | None:
    """The offset or zone printed at a position, in minutes from UTC; `language` says which zone `IST` is."""
    match = _OFFSET.match(text, position)
    if match and _is_offset(match, text[:position]):
        return _minutes(match["s"], match["h"], match["m"])
    match = _ZONE.match(text, position)
    if match:
        name = match["z"]
        zone = _US_ZONES.get(name) or _open_zone(name, language)
        return _minutes_in(zone, day, clock) if zone and clock is not None else _FIXED_ZONES.get(name)
    match = _LONG_NAME.match(text, position)
    if match and clock is not None:
        zone = _LONG_ZONES.get(_KIND_OF_TIME.sub("", match["name"]).strip())
        return _minutes_in(zone, day, clock) if zone else None
    return None


def _minutes_in(zone: str, day: date, clock: time) -> int | None:
    """The offset of a zone at a local time, in minutes from UTC."""
    offset = datetime.combine(day, clock, tzinfo=ZoneInfo(zone)).utcoffset()
    return int(offset.total_seconds() // 60) if offset is not None else None


def _open_zone(name: str, language: str | None) -> str | None:
    """The zone that an abbreviation of several zones has in the language and country of a page."""
    tag = (language or "").lower().replace("_", "-")
    meanings = _OPEN_ZONES.get(name, {})
    return meanings.get(tag) or meanings.get(tag.partition("-")[0])


def _is_offset(match: re.Match[str], before: str) -> bool:
    """Whether a sign with digits after a time is an offset, not the end of an event: `10:00-11:30`, `10:00 -12`."""
    if "T" in match[0]:  # of UTC or GMT
        return True
    if match["m"] is None:
        return False
    return match["s"] == "+" or ":" not in match[0] or _SECONDS.search(before) is not None


def zone_minutes(text: str | None) -> int | None:
    """The offset of a zone by its name or its distance from UTC, in minutes."""
    if not text:
        return None
    if text in _FIXED_ZONES:
        return _FIXED_ZONES[text]
    match = _OFFSET.match(text)
    return _minutes(match["s"], match["h"], match["m"]) if match else None


def iso_minutes(text: str | None) -> int | None:
    """The offset written after an instant of ISO 8601: `Z`, `+02:00`, `+0200` or `+02`."""
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
