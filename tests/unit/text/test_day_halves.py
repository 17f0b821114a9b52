"""Times of twelve hours: the word for the half of the day in any script, before or behind them; zones in words."""

from datetime import date, time

import pytest

from tasks.text.dates import find_dates

EVENING, MORNING = time(18, 40), time(6, 40)


@pytest.mark.parametrize(
    ("text", "language", "clock"),
    [
        ("2024年10月12日午後6時40分", "ja", EVENING),
        ("2024年10月12日（土）午前6時40分", "ja", MORNING),
        ("2024-10-12 下午6:40", "zh-CN", EVENING),
        ("2024年10月12日 上午6:40", "zh-TW", MORNING),
        ("2024년 10월 12일 오후 6:40", "ko", EVENING),
        ("12 أكتوبر 2024 06:40 م", "ar", EVENING),
        ("12 أكتوبر 2024 06:40 صباحا", "ar", MORNING),
        ("12 أكتوبر 2024 - 06:40 مساءً", "ar", EVENING),
        ("১২ অক্টোবর ২০২৪, ০৬:৪০ পিএম", "bn", EVENING),
        ("12 अक्टूबर 2024, अपराह्न 6:40", "hi", EVENING),
        ("12 अक्टूबर 2024, शाम 6:40 बजे", "hi", EVENING),
        ("2024 ඔක්තෝබර් 12 ප.ව. 6:40", "si", EVENING),
        ("12/10/2024 6:40 μ.μ.", "el", EVENING),
        ("12/10/2024 6:40 CH", "vi", EVENING),
        ("12 de octubre de 2024, 6:40 de la tarde", "es", EVENING),
        ("2024. október 12. du. 6:40", "hu", EVENING),
        ("12. října 2024 6:40 odp.", "cs", EVENING),
        # a time that counts 24 hours stays
        ("2024年10月12日午後18時40分", "ja", EVENING),
        ("12 ตุลาคม 2567 เวลา 18:40 น.", "th", EVENING),
        ("2024年10月12日 6:40", "ja", MORNING),
        ("12:40 de la tarde, 12 oct 2024", "es", time(12, 40)),
        ("12 अक्टूबर 2024 रात 10:30 बजे", "hi", time(22, 30)),
        ("12 अक्टूबर 2024 रात 2:30 बजे", "hi", time(2, 30)),
        ("12 अक्टूबर 2024 रात 12:30 बजे", "hi", None),  # the beginning or the end of the day
    ],
)
def test_the_half_of_the_day_is_read(text, language, clock):
    (printed,) = find_dates(text, language)
    assert (printed.day, printed.clock) == (date(2024, 10, 12), clock)


@pytest.mark.parametrize(
    ("zone", "minutes"),
    [
        ("Eastern Daylight Time", -240),
        ("Pacific Time", -420),
        ("British Summer Time", 60),
        ("Central European Summer Time", 120),
        ("Coordinated Universal Time", 0),
        ("India Standard Time", 330),
        ("MYT", 480),
        ("Reading Time 3 min", None),
    ],
)
def test_a_zone_in_words(zone, minutes):
    (printed,) = find_dates(f"October 12, 2024 6:40 PM {zone}", "en")
    assert (printed.clock, printed.offset_minutes) == (EVENING, minutes)
