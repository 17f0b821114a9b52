"""Times that count from now, in the forms of CLDR: `2 hours ago`, `vor 3 Stunden`, `2시간 전`; and `today at 10:42`.

They say a day only together with the time when the page was fetched.
"""

import re
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

_LINE_CHARS = 90  # of a line with such a time beside a name
_HOURS, _MINUTES = range(1, 24), range(1, 60)  # more than a day ago is counted in days: of the calendar or of 24 hours
_TODAY = re.compile(
    r"(?<!\w)(?:today|heute|aujourd[’']hui|hoy|hoje|oggi|vandaag|dzisiaj|dziś|dnes|astăzi|azi|ma|σήμερα|сегодня|сьогодні"
    r"|днес|bugün|اليوم|امروز|היום|आज|আজ|hari ini|hôm nay|idag|i dag|tänään|danas|данас)(?!\w)"
    r"(?=[^\w]{0,3}(?:um|at|à|a las|às|alle|om|o|v|la|ore|στις|в|о|kl\.?|klo|u|у|pukul|lúc|,)?"
    r"\s*\d{1,2}\s?[:.h]\s?\d{2})",
    re.I,
)


@lru_cache(maxsize=64)
def _phrases(language: str) -> tuple[re.Pattern[str], dict[str, timedelta]] | None:
    """The phrases of a language for the hours and minutes of the last day, and an expression that finds one."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - loads tables, only for a page without another date
    from babel.dates import format_timedelta  # noqa: PLC0415

    try:
        locale = Locale.parse(language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return None
    ages = [*(timedelta(hours=count) for count in _HOURS), *(timedelta(minutes=count) for count in _MINUTES)]
    phrases: dict[str, timedelta] = {}
    for age in ages:
        for style in ("long", "short", "narrow"):
            text = format_timedelta(-age, threshold=1, add_direction=True, format=style, locale=locale)
            phrases.setdefault(_folded(text), age)
    phrases = {phrase: age for phrase, age in phrases.items() if any(char.isdigit() for char in phrase)}
    longest_first = sorted(phrases, key=len, reverse=True)
    return re.compile(rf"(?<![\w.:])(?:{'|'.join(map(re.escape, longest_first))})"), phrases


def _folded(text: str) -> str:
    return " ".join(text.casefold().replace(".", "").split())


def relative_day(text: str, language: str | None, fetched_at: datetime, zone: tzinfo | None) -> date | None:
    """The day that a short line means by a time counted from the fetch; None if it may be one of two days."""
    if not language or len(text) > _LINE_CHARS:
        return None
    now = fetched_at.astimezone(zone) if zone else fetched_at
    if zone and _TODAY.search(text):
        return now.date()
    known = _phrases(language) or _phrases(language.replace("_", "-").partition("-")[0])
    match = known[0].search(_folded(text)) if known else None
    if known is None or match is None:
        return None
    age = known[1][match[0]]
    unit = timedelta(hours=1) if age >= timedelta(hours=1) else timedelta(minutes=1)
    earliest, latest = (now - age - unit).date(), (now - age).date()
    return latest if earliest == latest else None
