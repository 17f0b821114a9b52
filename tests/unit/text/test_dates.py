"""Printed dates are read without guessing."""

from datetime import date, datetime, time, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.text.date_lines import is_date_line
from tasks.text.dates import find_dates

CASES = [
    ("10 Jun 2023", None, date(2023, 6, 10), None, None),
    ("Nov 29, 2023  |", None, date(2023, 11, 29), None, None),
    ("Sat, 10 Jun 2023 12:34:56 GMT", None, date(2023, 6, 10), time(12, 34, 56), 0),
    ("2024-05-04T10:11:12+02:00", None, date(2024, 5, 4), time(10, 11, 12), 120),
    ("2024-05-04T10:11:12.123Z", None, date(2024, 5, 4), time(10, 11, 12), 0),
    ("2024-05-04T10:11:12", None, date(2024, 5, 4), time(10, 11, 12), None),
    ("10. Juni 2023, 15.40 Uhr", "de", date(2023, 6, 10), time(15, 40), None),
    ("Publicado el 10 de junio de 2023 a las 15:40", "es", date(2023, 6, 10), time(15, 40), None),
    ("Le 3 mars 2024 à 09h05", "fr", date(2024, 3, 3), time(9, 5), None),
    ("3 марта 2024, 09:05", "ru", date(2024, 3, 3), time(9, 5), None),
    ("2023年6月10日 12時30分", "ja", date(2023, 6, 10), time(12, 30), None),
    ("12 listopada 2023", "pl", date(2023, 11, 12), None, None),
    ("12 listopada 2023", "hr", date(2023, 10, 12), None, None),  # the same word is another month
    ("June 10, 2023 at 3:40 PM ET", "en", date(2023, 6, 10), time(15, 40), -240),
    ("January 10, 2023 at 3:40 PM ET", "en", date(2023, 1, 10), time(15, 40), -300),
    ("March 3, 2024, 6:02 p.m. PST", "en", date(2024, 3, 3), time(18, 2), -480),
    ("04.05.2024", None, date(2024, 5, 4), None, None),
    ("04/05/2024", "en-US", date(2024, 4, 5), None, None),
    ("04/05/2024", "de", date(2024, 5, 4), None, None),
    ("25/12/2024", None, date(2024, 12, 25), None, None),
    ("26 | 01 | 2022", "de", date(2022, 1, 26), None, None),
    ("Apr 042013", "de", date(2013, 4, 4), None, None),  # day and year in elements of their own
    ("22:00, 11 July 2021 BST", "en", date(2021, 7, 11), time(22, 0), 60),
    ("19.1.2023, 10:00-11:30 Uhr", "de", date(2023, 1, 19), time(10, 0), None),  # an event's end, no offset
    ("19.1.2023, 10:00 -12 Uhr", "de", date(2023, 1, 19), time(10, 0), None),
    ("19 January 2023 10:00:00 -03:30", "en", date(2023, 1, 19), time(10, 0), -210),
    ("19 January 2023 10:00 GMT-3", "en", date(2023, 1, 19), time(10, 0), -180),
    ("19 January 2023 10:00 +05:30", "en", date(2023, 1, 19), time(10, 0), 330),
    ("19 January 2023 10:00 -0500", "en", date(2023, 1, 19), time(10, 0), -300),
]


@pytest.mark.parametrize(("text", "language", "day", "clock", "offset"), CASES, ids=[f"{c[0]} [{c[1]}]" for c in CASES])
def test_a_printed_date_is_read(text, language, day, clock, offset):
    printed = find_dates(text, language)[0]
    assert (printed.day, printed.clock, printed.offset_minutes, printed.is_ambiguous) == (day, clock, offset, False)


def test_day_and_month_that_could_be_swapped_are_marked():
    assert find_dates("04/05/2024", None)[0].is_ambiguous
    assert find_dates("04/05/2024", "en")[0].is_ambiguous
    assert not find_dates("04/04/2024", None)[0].is_ambiguous


@pytest.mark.parametrize("text", ["May 2024", "call 555-1234", "32 June 2024", "version 1.2.3", "30 February 2024"])
def test_impossible_or_partial_days_are_not_dates(text):
    assert find_dates(text) == []


def test_a_sentence_with_a_date_is_not_a_date_line():
    assert not is_date_line("The fire of 10 June 2023 destroyed buildings in town")
    assert is_date_line("Updated: Sat, 10 June 2023, 3:40 pm")


DATETIMES = st.datetimes(min_value=datetime(1991, 1, 1), max_value=datetime(2090, 1, 1))  # noqa: DTZ001


@given(DATETIMES, st.integers(-12 * 4, 14 * 4))
def test_an_iso_time_with_offset_gives_its_instant(when, quarters):
    aware = when.replace(microsecond=0, tzinfo=timezone(timedelta(minutes=15 * quarters)))
    printed = find_dates(aware.isoformat())[0]
    assert printed.instant == aware
    assert printed.offset_minutes == 15 * quarters


@given(st.text(max_size=200))
def test_no_text_breaks_it(text):
    for printed in find_dates(text):
        assert printed.day.year > 0
