"""The local day and the offset of a time of publication, where one declaration or printed line leaves them open."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from tasks.extract.page import SITE_RULE
from tasks.text.dates import PrintedDate

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
_FARTHEST_MINUTES = 14 * 60  # from UTC, of any place on Earth
_NEAR_DAYS = 7  # within a week an offset rarely changes: twice a year where there is summer time
# domains of countries that are used by sites of all countries
_SHARED_DOMAINS = frozenset("ac ai cc cd co fm gg ag im io is la li ly me ms nu sc sh st tk to tv vc ws".split())
# countries where nearly all of the press uses one of the zones
_MAIN_ZONES = {
    "AR": "America/Argentina/Buenos_Aires",
    "CL": "America/Santiago",
    "CN": "Asia/Shanghai",
    "CY": "Asia/Nicosia",
    "DE": "Europe/Berlin",
    "EC": "America/Guayaquil",
    "MY": "Asia/Kuala_Lumpur",
    "NZ": "Pacific/Auckland",
    "PT": "Europe/Lisbon",
    "UA": "Europe/Kyiv",
    "UZ": "Asia/Tashkent",
}
# languages of which nearly all of the press is in one zone: enough where the page prints the day that the zone gives,
# and for a printed time on a site of no country
_ZONES_OF_LANGUAGES = {
    "bg": "Europe/Sofia",
    "cs": "Europe/Prague",
    "da": "Europe/Copenhagen",
    "de": "Europe/Berlin",
    "el": "Europe/Athens",
    "et": "Europe/Tallinn",
    "fi": "Europe/Helsinki",
    "he": "Asia/Jerusalem",
    "hu": "Europe/Budapest",
    "it": "Europe/Rome",
    "ja": "Asia/Tokyo",
    "ko": "Asia/Seoul",
    "lt": "Europe/Vilnius",
    "lv": "Europe/Riga",
    "nb": "Europe/Oslo",
    "no": "Europe/Oslo",
    "pl": "Europe/Warsaw",
    "ro": "Europe/Bucharest",
    "sk": "Europe/Bratislava",
    "sl": "Europe/Ljubljana",
    "sv": "Europe/Stockholm",
    "th": "Asia/Bangkok",
    "tr": "Europe/Istanbul",
    "uk": "Europe/Kyiv",
    "vi": "Asia/Ho_Chi_Minh",
    "zh": "Asia/Shanghai",
}


@lru_cache(maxsize=1_024)
def zone_of(host: str | None, language: str | None) -> ZoneInfo | None:
    """The time zone of a site by the country of its domain; None if the country has several.

    The page's language must be an official one of the country: an English page under `.de` may be for all the world.
    """
    if not host or not language:
        return None
    domain = _country_domain(host)
    if domain is None:
        return None
    from babel.core import get_global  # noqa: PLC0415 - loads tables, only when a time has no zone
    from babel.languages import get_official_languages  # noqa: PLC0415

    country = "GB" if domain == "uk" else domain.upper()
    base = language.lower().replace("_", "-").partition("-")[0]
    official = get_official_languages(country, regional=True, de_facto=True)
    if base not in {name.partition("_")[0] for name in official} and (base, country) != ("no", "NO"):
        return None
    zones = get_global("territory_zones").get(country, [])
    name = _MAIN_ZONES.get(country) or (zones[0] if len(zones) == 1 else None)
    return ZoneInfo(name) if name else None


def zone_of_language(language: str | None) -> ZoneInfo | None:
    """The time zone in which nearly all of the press of a language works; None if there is none."""
    name = _ZONES_OF_LANGUAGES.get((language or "").lower().replace("_", "-").partition("-")[0])
    return ZoneInfo(name) if name else None


def zone_of_printed_times(host: str | None, language: str | None) -> ZoneInfo | None:
    """The time zone of a site's country; that of its language if the domain names no country."""
    zone = zone_of(host, language)
    return zone or (None if host and _country_domain(host) else zone_of_language(language))


def _country_domain(host: str) -> str | None:
    """The domain of the country that a host is in; None for one that is open to all."""
    domain = host.rpartition(".")[2].lower()
    return domain if len(domain) == 2 and domain not in _SHARED_DOMAINS else None


def local_time(
    declared: PrintedDate,
    others: Iterable[PrintedDate],
    printed_days: Iterable[PrintedDate],
    zone: ZoneInfo | None,
) -> PrintedDate:
    """An instant that is declared in UTC, as the local day and time by the other dates of the page.

    Args:
        declared: The date of publication.
        others: The other declared and printed dates of publication.
        printed_days: Those of them that are printed for readers.
        zone: The time zone of the site.
    """
    if declared.instant is None or declared.offset_minutes:
        return declared
    for other in others:
        # the same instant, declared with its offset
        if other.offset_minutes and other.instant and abs(other.instant - declared.instant) < _MINUTE:
            return other
    printed = list(printed_days)
    for other in printed:
        if other.clock and abs(other.day - declared.day) == _DAY and (minutes := _distance(other, declared)):
            return replace(other, offset_minutes=minutes)
    local = _in_zone(declared, zone)
    if local and local.day != declared.day and any(other.day == local.day for other in printed):
        return local
    return declared


def with_offset(printed: PrintedDate, others: Iterable[PrintedDate], zone: ZoneInfo | None) -> tuple[PrintedDate, str]:
    """A local time without an offset, with that of the page's other times or of the site's country, and the witness."""
    if printed.clock is None or printed.offset_minutes is not None:
        return printed, ""
    offsets = {
        other.offset_minutes
        for other in others
        if other.offset_minutes and abs((other.day - printed.day).days) <= _NEAR_DAYS
    }
    if len(offsets) == 1:
        return replace(printed, offset_minutes=offsets.pop()), "; offset of another time"
    if zone is None or offsets:
        return printed, ""
    offset = datetime.combine(printed.day, printed.clock, tzinfo=zone).utcoffset()
    if offset is None:
        return printed, ""
    return replace(printed, offset_minutes=offset // _MINUTE), f"; zone {zone.key}"


def in_ruled_zone(
    printed: PrintedDate | None, origin: str | None, zone_name: str
) -> tuple[PrintedDate | None, str | None]:
    """A time in UTC or without an offset in the time zone that the user's rules name, and its origin.

    A time with an offset of its own stays: its page knows it better.
    """
    if printed is None or origin is None or printed.clock is None or printed.offset_minutes:
        return printed, origin
    zone = ZoneInfo(zone_name)
    origin = f"{origin}; zone {zone_name} ({SITE_RULE})"
    if printed.offset_minutes == 0:
        return _in_zone(printed, zone) or printed, origin
    offset = datetime.combine(printed.day, printed.clock, tzinfo=zone).utcoffset() or timedelta()
    return replace(printed, offset_minutes=offset // _MINUTE), origin


def _distance(printed: PrintedDate, declared: PrintedDate) -> int | None:
    """The minutes between a printed local time and an instant, if these can be an offset."""
    if printed.clock is None or declared.instant is None:
        return None
    local = datetime.combine(printed.day, printed.clock.replace(second=0), tzinfo=UTC)
    minutes = (local - declared.instant.replace(second=0)) // _MINUTE
    return minutes if abs(minutes) <= _FARTHEST_MINUTES and minutes % 15 == 0 else None


def _in_zone(declared: PrintedDate, zone: ZoneInfo | None) -> PrintedDate | None:
    if zone is None or declared.instant is None:
        return None
    local = declared.instant.astimezone(zone)
    offset = local.utcoffset() or timedelta()
    return replace(declared, day=local.date(), clock=local.time(), offset_minutes=offset // _MINUTE)
