"""Times counted from the fetch: right in every language of CLDR, and null where they may be of two days."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from babel.dates import format_timedelta

from tasks.text.relative_dates import recent_day, relative_day

NOON = datetime(2024, 10, 14, 12, tzinfo=UTC)
TODAY = date(2024, 10, 14)
LANGUAGES = (
    "en de fr es pt it nl pl cs ro hu el ru uk bg tr ar fa he hi bn ta th vi id ja ko zh sw am ka sv da fi sr".split()
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("style", ["long", "short"])
@pytest.mark.parametrize("age", [timedelta(hours=3), timedelta(minutes=25)], ids=["hours", "minutes"])
def test_the_forms_of_cldr_give_the_day(language, style, age):
    text = format_timedelta(-age, threshold=1, add_direction=True, format=style, locale=language)
    if any(char.isdecimal() for char in text):
        assert relative_day(f"Ada Mork · {text}", language, NOON, None) == TODAY


@pytest.mark.parametrize(
    ("text", "language", "zone", "expected"),
    [
        ("2 hours ago", "en", None, TODAY),
        ("11 hours ago", "en", None, TODAY),
        ("12 hours ago", "en", None, None),  # between 11 p.m. and midnight, or a minute after
        ("14 hours ago", "en", None, date(2024, 10, 13)),
        ("vor 3 Std.", "de", None, TODAY),
        ("3시간 전", "ko", "Asia/Seoul", TODAY),
        ("45 mins ago", "en", None, TODAY),
        ("3 hrs ago", "en", None, TODAY),
        ("৩ ঘণ্টা আগে", "bn", None, TODAY),
        ("۳ ساعت پیش", "fa", None, TODAY),
        ("منذ 3 ساعات", "ar", None, TODAY),
        ("3 ชั่วโมงที่แล้ว", "th", None, TODAY),
        ("χθες στις 18:40", "el", "Europe/Athens", date(2024, 10, 13)),
        ("23 hours ago", "en", "Asia/Kolkata", date(2024, 10, 13)),
        ("heute um 10:42 Uhr", "de", "Europe/Berlin", TODAY),
        ("heute um 10:42 Uhr", "de", None, None),
        ("Gisteren, 17:45", "nl", "Europe/Amsterdam", date(2024, 10, 13)),
        ("Yesterday at 5:45 PM", "en", "Europe/London", date(2024, 10, 13)),
        ("Hier à 17h45", "fr", "Europe/Paris", date(2024, 10, 13)),
        ("Hier 17:45 Uhr", "de", "Europe/Berlin", None),
        ("Вчера, 17:45", "ru", "Europe/Moscow", date(2024, 10, 13)),
        ("昨天 17:45", "zh", "Asia/Shanghai", date(2024, 10, 13)),
        ("어제 17:45", "ko", "Asia/Seoul", date(2024, 10, 13)),
        ("أمس 17:45", "ar", "Africa/Cairo", date(2024, 10, 13)),
        ("今日 09:30", "ja", "Asia/Tokyo", TODAY),
        ("Yesterday was a good day", "en", "Europe/London", None),
        ("2 days ago", "en", None, None),
        ("The shop closed 2 hours ago.", "de", None, None),
        ("2 hours ago", None, None, None),
        ("2 hours ago", "xx", None, None),
    ],
)
def test_a_day_is_given_only_if_there_is_one(text, language, zone, expected):
    assert relative_day(text, language, NOON, ZoneInfo(zone) if zone else None) == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("12 октября, 18:40", "ru", date(2024, 10, 12)),
        ("10月12日 18:40", "zh", date(2024, 10, 12)),
        ("Sáb., 12 de octubre", "es", date(2024, 10, 12)),
        ("Le 12/10 à 18h40", "fr", date(2024, 10, 12)),
        ("Oct. 12th, 6:40 p.m.", "en", date(2024, 10, 12)),
        ("12/10", "en", None),  # either order
        ("12/10", "ja", None),
        ("12 декабря, 18:40", "ru", None),  # after the fetch, or of an earlier year
        ("12 May", "en", None),  # long before the fetch: of any year
        ("12 October 2019", "en", None),
        ("Room 12, October House, 14 Quay Street", "en", None),
    ],
)
def test_a_day_without_a_year_is_one_of_the_last_weeks(text, language, expected):
    assert recent_day(text, language, NOON) == expected
