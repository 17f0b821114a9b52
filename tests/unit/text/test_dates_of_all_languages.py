"""Dates printed in every language that CLDR has, and in other calendars, read back: right or not at all."""

from datetime import date, time

import pytest
from babel import localedata
from babel.dates import format_date
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.text.calendars import from_jalali
from tasks.text.dates import find_dates

LOCALES = localedata.locale_identifiers()
WIDTHS = ("full", "long", "medium", "short")


def read(text, language):
    """The one day that a text names in a language; None where there is none, or where it may be another."""
    dates = find_dates(text, language)
    return dates[0].day if dates and not dates[0].is_ambiguous else None


def read_back(locale, width, day):
    return read(format_date(day, width, locale), locale.replace("_", "-"))


@settings(max_examples=300)
@given(st.sampled_from(LOCALES), st.sampled_from(WIDTHS), st.dates(date(1991, 1, 1), date(2026, 12, 31)))
def test_no_language_is_read_wrongly(locale, width, day):
    assert read_back(locale, width, day) in (day, None)


def test_nearly_every_form_of_every_language_is_read():
    """What is not read: languages without names of months in CLDR (`M10`), and English that names no country."""
    day = date(2024, 10, 12)
    outcomes = [read_back(locale, width, day) for locale in LOCALES for width in WIDTHS]
    assert set(outcomes) == {day, None}
    assert outcomes.count(day) > 0.92 * len(outcomes)


@pytest.mark.parametrize(
    "language", "ar bn de el es fa fr gu he hi hu hy id ja ka kk km kn ko lt lv ml mr ms my".split()
)
@pytest.mark.parametrize("width", ["full", "long", "medium"])
def test_the_forms_of_a_large_language_are_all_read(language, width):
    assert read_back(language, width, date(2023, 3, 5)) == date(2023, 3, 5)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        pytest.param(text, language, id=f"{language}: {text}")
        for language, texts in {
            "ar": ("١٢ أكتوبر ٢٠٢٤", "12 اكتوبر 2024", "12 تشرين الأول 2024"),
            "bn": ("১২ অক্টোবর ২০২৪",),
            "en": (
                "12-Oct-24",
                "Sat Oct 12 08:30:00 2024",
                "Sat Oct 12 08:30:00 CEST 2024",
                "Saturday, Oct. 12th, 2024",
            ),
            "eu": ("2024ko urriaren 12a", "2024(e)ko urriaren 12a"),
            "fa": ("۲۱ مهر ۱۴۰۳", "۱۴۰۳/۰۷/۲۱", "۲۰۲۴/۱۰/۱۲", "شنبه ۲۱ مهر ماه ۱۴۰۳"),
            "he": ("12 באוקטובר 2024", "12 אוקטובר 2024"),
            "hi": ("१२ अक्टूबर २०२४", "शनिवार, 12 अक्टूबर 2024"),
            "ja": ("令和6年10月12日", "24/10/12", "2024年10月12日"),
            "ko": ("24. 10. 12.", "2024년 10월 12일"),
            "lv": ("2024. gada 12. oktobris",),
            "th": ("12 ตุลาคม 2567", "12 ต.ค. 67", "12/10/67", "12/10/2567", "12 ตุลาคม 2024"),
            "tr": ("12 EKİM 2024",),
            "ur": ("12 اکتوبر 2024ء",),
            "vi": ("ngày 12 tháng 10 năm 2024", "12 tháng 10, 2024"),
            "zh": ("民國113年10月12日", "113/10/12", "二〇二四年十月十二日", "2024年10月12日"),
        }.items()
        for text in texts
    ],
)
def test_printed_forms_beyond_cldr(text, language):
    assert read(text, language) == date(2024, 10, 12)


@pytest.mark.parametrize(
    ("text", "language"),
    [("03/07/12", "fa"), ("12/10/24", None), ("24/10/12", "sv"), ("1446/03/12", "ar"), ("12 Moharram 1446", "en")],
)
def test_what_could_be_several_days_is_none(text, language):
    assert read(text, language) is None


def test_the_time_beside_a_date_in_native_digits():
    (printed,) = find_dates("१२ अक्टूबर २०२४, १०:३०", "hi")
    assert (printed.day, printed.clock) == (date(2024, 10, 12), time(10, 30))


@pytest.mark.parametrize(
    ("jalali", "day"),
    [((1403, 1, 1), date(2024, 3, 20)), ((1399, 12, 30), date(2021, 3, 20)), ((1367, 6, 31), date(1988, 9, 22))],
)
def test_jalali_days(jalali, day):
    assert from_jalali(*jalali) == day
