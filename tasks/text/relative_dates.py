"""Times that count from now, in the forms of CLDR: `2 hours ago`, `vor 3 Stunden`, `2시간 전`; and `today at 10:42`.

They say a day only together with the time when the page was fetched.
"""

import re
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

_LINE_CHARS = 90  # of a line with such a time beside a name
_HOURS, _MINUTES = range(1, 24), range(1, 60)  # more than a day ago is counted in days: of the calendar or of 24 hours
_DAYS_BACK = {
    **dict.fromkeys(
        """today heute aujourd’hui aujourd'hui hoy hoje oggi vandaag dzisiaj dziś dnes astăzi azi ma σήμερα сегодня
        сьогодні днес bugün اليوم امروز היום आज আজ idag tänään danas данас šodien šiandien täna avui gaur heddiw bugun
        今日 今天 오늘 วันนี้""".split(),
        0,
    ),
    **dict.fromkeys(["hari ini", "hôm nay", "i dag"], 0),
    **dict.fromkeys(
        """yesterday gestern hier ayer ontem ieri gisteren wczoraj včera tegnap χθες χτες вчера вчора dün أمس دیروز
        אתמול igår eilen jučer juče јуче vakar ahir atzo ddoe semalam kemarin 昨日 昨天 어제
        เมื่อวานนี้ เมื่อวาน""".split(),
        1,
    ),
    **dict.fromkeys(["hôm qua", "i går"], 1),
}
_CLOCK_FOLLOWS = (
    r"[^\w]{0,3}"
    r"(?:um|at|à|a las|às|alle|om|o|v|la|ore|στις|в|о|kl\.?|klo|u|у|pukul|lúc|jam|saat|,)?"
    r"\s*\d{1,2}\s?[:.h]\s?\d{2}"
)


@lru_cache(maxsize=1)
def _named_day() -> re.Pattern[str]:
    """An expression for `today` or `yesterday` with a time of day; without one it is a headline's word as often."""
    names = "|".join(map(re.escape, sorted(_DAYS_BACK, key=len, reverse=True)))
    return re.compile(rf"(?<!\w)({names})(?={_CLOCK_FOLLOWS})", re.I)


@lru_cache(maxsize=1)
def _days_back() -> dict[str, int]:
    """The days by the names as `casefold` writes them: it makes another letter of the sigma that ends `χθες`."""
    return {name.casefold(): days for name, days in _DAYS_BACK.items()}


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
    day = _named_day().search(text) if zone else None
    if day and (day[1].casefold() != "hier" or language.startswith("fr")):  # German for `here`
        return now.date() - timedelta(days=_days_back()[day[1].casefold()])
    known = _phrases(language) or _phrases(language.replace("_", "-").partition("-")[0])
    match = known[0].search(_folded(text)) if known else None
    if known is None or match is None:
        return None
    age = known[1][match[0]]
    unit = timedelta(hours=1) if age >= timedelta(hours=1) else timedelta(minutes=1)
    earliest, latest = (now - age - unit).date(), (now - age).date()
    return latest if earliest == latest else None
