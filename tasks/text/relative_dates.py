"""Times that count from now, in the forms of CLDR: `2 hours ago`, `vor 3 Stunden`, `2시간 전`; `today at 10:42`; and
days of the current year: `12 октября, 18:40`, `10月12日`.

They say a day only together with the time when the page was fetched.
"""

import re
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache

from tasks.text.date_patterns import DIGITS, LETTER
from tasks.text.month_names import month_number

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
# what newspapers print beside the phrase of CLDR
_SPELLINGS = {"ণ্ট": "ন্ট", "منذ": "قبل", "ที่แล้ว": "ที่ผ่านมา", "ชม": "ชั่วโมง", "ชั่วโมงก่อน": "ชั่วโมงที่ผ่านมา"}
_CLOCK_FOLLOWS = (
    r"[^\w]{0,3}"
    r"(?:um|at|à|a las|às|alle|om|o|v|la|ore|στις|в|о|kl\.?|klo|u|у|pukul|lúc|jam|saat|,)?"
    r"\s*\d{1,2}\s?[:.h]\s?\d{2}"
)


# a day and the name of its month, in either order; a day and a month in Chinese, Japanese or Korean; two numbers
_DAY_AND_NAME = re.compile(
    rf"(?<![\d.,:/])(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th|er|º)?\.?\s+(?:de\s+|d['’])?(?P<w>{LETTER}{{3,}})"
    rf"|(?P<w2>{LETTER}{{3,}})\.?\s+(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?)\b(?![:.]\d)"
    r"|(?P<m3>\d{1,2})\s?[月월]\s?(?P<d3>\d{1,2})\s?[日일]"
    r"|(?<![\d.,:/])(?P<d4>\d{1,2})[./](?P<m4>\d{1,2})(?![\d/])"
)
_CLOCK = re.compile(r"\d{1,2}\s?[:.h時시]\s?\d{2}(?:\s?[分분])?")
_DAY_FIRST_LANGUAGES = frozenset("cs da de es et fi fr hr it lv nb no pl pt ro ru sk sl sr sv tr uk".split())
_WORDS_BESIDE = 4  # a weekday, `published`, `at`
_RECENT = timedelta(days=60)  # an older day without a year may be of an earlier year


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
    text = " ".join(text.casefold().replace(".", "").split())
    if text.isascii():
        return text.replace(" mins ", " min ").replace(" hrs ", " hr ")
    for printed, of_cldr in _SPELLINGS.items():
        text = text.replace(printed, of_cldr)
    return text.translate(DIGITS)


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


def recent_day(text: str, language: str | None, fetched_at: datetime) -> date | None:
    """The day that a short line names without its year, if it is one of the last weeks before the fetch."""
    text = _CLOCK.sub(" ", (text if text.isascii() else text.translate(DIGITS))[:_LINE_CHARS])
    for match in _DAY_AND_NAME.finditer(text):
        rest = text[: match.start()] + " " + text[match.end() :]
        month, day = _month_and_day(match, language)
        if month is None or any(char.isdigit() for char in rest) or len(rest.split()) > _WORDS_BESIDE:
            continue
        for year in (fetched_at.year, fetched_at.year - 1):
            try:
                named = date(year, month, day)
            except ValueError:
                continue
            if timedelta(0) <= fetched_at.date() - named <= _RECENT:
                return named
    return None


def _month_and_day(match: re.Match[str], language: str | None) -> tuple[int | None, int]:
    """The month, None if it is not one, and the day of a match of `_DAY_AND_NAME`."""
    if match["d3"]:
        return int(match["m3"]), int(match["d3"])
    if match["d4"]:
        is_day_first = (language or "").lower()[:2] in _DAY_FIRST_LANGUAGES
        return (int(match["m4"]) if is_day_first else None), int(match["d4"])
    return month_number(match["w"] or match["w2"], language), int(match["d"] or match["d2"])
