"""Dates of calendars other than the Gregorian one, as pages print them: Japanese eras, Minguo, Buddhist years, Jalali,
Ethiopian years, and years written out in Chinese numerals.
"""

import re
from datetime import date, timedelta

# year 1 is the one after
_ERAS = {"明治": 1867, "大正": 1911, "昭和": 1925, "平成": 1988, "令和": 2018, "S": 1925, "H": 1988, "R": 2018}
_JAPANESE = re.compile(
    r"""
    (?P<era>明治|大正|昭和|平成|令和) \s* (?P<y>元|\d{1,2}) \s* [年./-] \s*
    (?P<m>\d{1,2}) \s* [月./-] \s* (?P<d>\d{1,2}) (?!\d)
    """,
    re.VERBOSE,
)
# on Japanese pages; elsewhere such a letter is of a version or a road
_JAPANESE_INITIAL = re.compile(
    r"(?<![A-Za-z\d])(?P<era>[SHR])\s?(?P<y>\d{1,2})([./年])\s?(?P<m>\d{1,2})[./月]\s?(?P<d>\d{1,2})(?![./\d])"
)
_MINGUO = re.compile(
    r"""
    (?: (?:中華)? 民國 \s* (?P<y>\d{1,3}) | (?<!\d) (?P<y2>1[0-3]\d) ) \s* 年 \s*
    (?P<m>\d{1,2}) \s* 月 \s* (?P<d>\d{1,2}) \s* 日
    """,
    re.VERBOSE,
)
_MINGUO_SHORT = re.compile(r"(?<![\d./-])(?P<y>1[0-3]\d)([./-])(?P<m>\d{1,2})\2(?P<d>\d{1,2})(?![./-]?\d)")
_HAN = "〇零○一二三四五六七八九"
_HAN_DATE = re.compile(
    rf"(?:(?P<y>[{_HAN}]{{4}})|(?P<era>大正|昭和|平成|令和)(?P<e>[元一二三四五六七八九十]{{1,3}}))年\s*(?P<m>[正一二三四五六七八九十]{{1,3}})月\s*(?P<d>[一二三四五六七八九十廿卅]{{1,4}})[日号號]?"
)
_THAI_MONTHS = {
    name: number
    for number, names in enumerate(
        """มกราคม ม.ค.
        กุมภาพันธ์ ก.พ.
        มีนาคม มี.ค.
        เมษายน เม.ย.
        พฤษภาคม พ.ค.
        มิถุนายน มิ.ย.
        กรกฎาคม ก.ค.
        สิงหาคม ส.ค.
        กันยายน ก.ย.
        ตุลาคม ต.ค.
        พฤศจิกายน พ.ย.
        ธันวาคม ธ.ค.""".splitlines(),
        1,
    )
    for name in names.split()
}
_THAI = re.compile(
    rf"""
    (?<!\d) (?P<d>\d{{1,2}}) \s* (?P<w>{"|".join(map(re.escape, sorted(_THAI_MONTHS, key=len, reverse=True)))}) \s*
    (?: พ\.?\s?ศ\.? | ค\.?\s?ศ\.? )? \s* (?P<y>\d{{4}}|\d{{2}}) (?!\d)
    """,
    re.VERBOSE,
)
_DAY_FIRST = re.compile(r"(?<![\d./-])(?P<d>\d{1,2})\s?([./-])\s?(?P<m>\d{1,2})\s?\2\s?(?P<y>\d{4}|\d{2})(?![./-]?\d)")
_YEAR_FIRST = re.compile(r"(?<![\d./-])(?P<y>\d{4})\s?([./-])\s?(?P<m>\d{1,2})\s?\2\s?(?P<d>\d{1,2})(?![./-]?\d)")
_BUDDHIST_OFFSET = 543
_BUDDHIST_YEARS = range(2480, 2620)
_JALALI_YEARS = range(1300, 1450)
# Iranian and Afghan names, by number
_JALALI_MONTHS = {
    name: number
    for number, names in enumerate(
        """فروردین حمل
        اردیبهشت ثور
        خرداد جوزا
        تیر سرطان
        مرداد اسد امرداد
        شهریور سنبله
        مهر میزان
        آبان عقرب ابان
        آذر قوس اذر
        دی جدی
        بهمن دلو
        اسفند حوت""".splitlines(),
        1,
    )
    for name in names.split()
}
_JALALI = re.compile(
    rf"""
    (?<!\d) (?P<d>\d{{1,2}}) \s+
    (?P<w>{"|".join(sorted(_JALALI_MONTHS, key=len, reverse=True))}) \s* (?:ماه)? [\s،,]* (?:سال\s+)?
    (?P<y>1[34]\d{{2}}) (?!\d)
    """,
    re.VERBOSE,
)
JALALI_LANGUAGES = frozenset("ckb fa lrc mzn ps".split())
# Ethiopian, in several spellings; the names of Gregorian months in Amharic are others
_ETHIOPIAN_MONTHS = {
    name: number
    for number, names in enumerate(
        "መስከረም ጥቅምት ኅዳር/ህዳር ታኅሣሥ/ታህሳስ/ታኅሳስ ጥር የካቲት መጋቢት ሚያዝያ/ሚያዚያ ግንቦት ሰኔ ሐምሌ/ሀምሌ ነሐሴ/ነሀሴ ጳጉሜን/ጳጉሜ".split(), 1
    )
    for name in names.split("/")
}
_ETHIOPIAN_NAMES = "|".join(sorted(_ETHIOPIAN_MONTHS, key=len, reverse=True))
_ETHIOPIAN = re.compile(
    rf"(?P<w>{_ETHIOPIAN_NAMES})\s+(?P<d>\d{{1,2}})\s*(?:ቀን)?[\s፣,/]*(?P<y>19[5-9]\d|20[0-4]\d)(?!\d)"
    rf"|(?<!\d)(?P<d2>\d{{1,2}})\s+(?P<w2>{_ETHIOPIAN_NAMES})[\s፣,]+(?P<y2>19[5-9]\d|20[0-4]\d)(?!\d)"
)
_ETHIOPIAN_YEAR_1 = date(8, 8, 27)  # day 1 of year 1, in the Gregorian calendar carried back
_DIGITS = {letter: value for value, letter in enumerate("〇一二三四五六七八九")} | {"零": 0, "○": 0, "正": 1}
_LEAP_CYCLE = (1, 5, 9, 13, 17, 22, 26, 30)  # years of the Jalali 33-year cycle that have 366 days


def find(text: str, language: str | None) -> list[tuple[tuple[int, int], date]]:
    """The days that a text (digits are ASCII) names in other calendars, each with its span. `language` is a tag."""
    base = (language or "").lower().replace("_", "-").partition("-")[0]
    readers = list(_READERS)
    if base == "zh":
        readers.append((_MINGUO_SHORT, _read_minguo))
    if base == "ja":
        readers.append((_JAPANESE_INITIAL, _read_japanese))
    if base == "th":
        readers.append((_DAY_FIRST, _read_thai))
    if base in JALALI_LANGUAGES:
        readers += [(_YEAR_FIRST, _read_jalali), (_DAY_FIRST, _read_jalali)]
    return [
        (match.span(), day)
        for pattern, read in readers
        for match in pattern.finditer(text)
        if (day := read(match)) is not None
    ]


def _read_japanese(match: re.Match[str]) -> date | None:
    year = 1 if match["y"] == "元" else int(match["y"])
    return _day(_ERAS[match["era"]] + year, match["m"], match["d"])


def _read_minguo(match: re.Match[str]) -> date | None:
    year = match["y"] or match["y2"]
    return _day(int(year) + 1911, match["m"], match["d"])


def _read_han(match: re.Match[str]) -> date | None:
    if match["era"]:
        year = _ERAS[match["era"]] + (1 if match["e"] == "元" else _han_number(match["e"]))
    else:
        year = int("".join(str(_DIGITS[letter]) for letter in match["y"]))
    return _day(year, _han_number(match["m"]), _han_number(match["d"]))


def _read_thai(match: re.Match[str]) -> date | None:
    groups = match.groupdict()
    month = _THAI_MONTHS[groups["w"]] if groups.get("w") else groups["m"]
    return _day(_thai_year(groups["y"]), month, groups["d"])


def _read_jalali(match: re.Match[str]) -> date | None:
    groups = match.groupdict()
    month = _JALALI_MONTHS[groups["w"]] if groups.get("w") else int(groups["m"])
    return from_jalali(int(groups["y"]), month, int(groups["d"]))


def _read_ethiopian(match: re.Match[str]) -> date | None:
    """The day of an Ethiopian date: twelve months of 30 days and one of 5, of 6 before each year that 4 divides."""
    year, day = int(match["y"] or match["y2"]), int(match["d"] or match["d2"])
    month = _ETHIOPIAN_MONTHS[match["w"] or match["w2"]]
    last = 30 if month < 13 else 6 if year % 4 == 3 else 5
    if not 1 <= day <= last:
        return None
    return _ETHIOPIAN_YEAR_1 + timedelta(days=365 * (year - 1) + year // 4 + 30 * (month - 1) + day - 1)


_READERS = (
    (_JAPANESE, _read_japanese),
    (_MINGUO, _read_minguo),
    (_HAN_DATE, _read_han),
    (_THAI, _read_thai),
    (_JALALI, _read_jalali),
    (_ETHIOPIAN, _read_ethiopian),
)


def from_jalali(year: int, month: int, day: int) -> date | None:
    """The Gregorian day of a Jalali date (Solar Hijri), by the 33-year cycle, which is exact from 1925 to 2088."""
    month_days = 31 if month <= 6 else 30 if month <= 11 or _is_jalali_leap(year) else 29
    if not (1 <= month <= 12 and 1 <= day <= month_days and year in _JALALI_YEARS):
        return None
    leaps = sum(_is_jalali_leap(past) for past in range(1300, year))
    new_year = date(1921, 3, 21) + timedelta(days=365 * (year - 1300) + leaps)
    return new_year + timedelta(days=31 * min(month - 1, 6) + 30 * max(month - 7, 0) + day - 1)


def _is_jalali_leap(year: int) -> bool:
    return year % 33 in _LEAP_CYCLE


def _thai_year(text: str) -> int:
    """The Gregorian year of one printed in Thailand: four digits of either era, or the last two of either."""
    year = int(text)
    if len(text) == 2:
        latest = date.today().year + 1  # noqa: DTZ011 - a bound, a year wide
        candidates = (2500 + year - _BUDDHIST_OFFSET, 2000 + year)
        return next((candidate for candidate in candidates if 1990 <= candidate <= latest), 1900 + year)
    return year - _BUDDHIST_OFFSET if year in _BUDDHIST_YEARS else year


def _day(year: int, month: str | int, day: str | int) -> date | None:
    try:
        return date(year, int(month), int(day))
    except ValueError:
        return None


def _han_number(text: str) -> int:
    """A number from 1 to 31 in Chinese numerals; 0 if it is not one."""
    text = text.replace("廿", "二十").replace("卅", "三十")
    tens, has_ten, ones = text.partition("十")
    if not has_ten:
        return _DIGITS.get(text, 0) if len(text) == 1 else 0
    if len(tens) > 1 or len(ones) > 1:
        return 0
    return 10 * (_DIGITS.get(tens, 0) if tens else 1) + (_DIGITS.get(ones, 0) if ones else 0)
