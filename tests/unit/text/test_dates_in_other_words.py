"""Dates in forms that newspapers print beside those of CLDR: other orders, cases, spellings and eras."""

from datetime import date

import pytest

from tasks.text.dates import find_dates

PRINTED = [
    ("12. oktobra 2024", "sl"),
    ("12. oktobra 2024. u 9:30", "sr"),
    ("12. октобра 2024.", "sr"),
    ("12. oktobra 2024.", "bs"),
    ("12. oktoobril 2024", "et"),
    ("2024. gada 12. oktobrī", "lv"),
    ("2024 წლის 12 ოქტომბერი", "ka"),
    ("12 ოქტომბერს, 2024", "ka"),
    ("2024-yil 12-oktabr", "uz"),
    ("2024 йил 12 октябрь", "uz"),
    ("2024 жылғы 12 қазан", "kk"),
    ("2024 оны 10 сарын 12", "mn"),
    ("ika-12 ng Oktubre 2024", "tl"),
    ("12 ga Oktoba, 2024", "ha"),
    ("၂၀၂၄ ခုနှစ် အောက်တိုဘာ ၁၂", "my"),
    ("ថ្ងៃទី12 ខែតុលា ឆ្នាំ2024", "km"),
    ("ኦክቶበር 12 ቀን 2024", "am"),
    ("۱۲ اکتوبر، ۲۰۲۴", "ps"),
    ("12 ഒക്ടോബർ 2024, 09:30 AM IST", "ml"),  # CLDR has a joiner in it
    ("12 ഒക്ടോബര്‍ 2024", "ml"),
    ("2024 ഒക്‌ടോബർ 12", "ml"),
    ("2024 ඔක්තෝබර් 12", "si"),
    ("令和六年十月十二日", "ja"),
    ("R6.10.12", "ja"),
    ("二〇二四年十月十二日", "ja"),
    ("12 de octubre de 2024", "es"),
    ("Octubre 12 del 2024", "es"),
    ("12 de outubro do 2024", "gl"),
    ("Oct 12 | 2024", "en"),
    ("12th Oct ’24", "en"),
    ("12 اکتوبر ، 2024", "ur"),
    ("12 أكتوبر/ تشرين الأول 2024", "ar"),
    ("12 تشرين الأول/أكتوبر 2024", "ar"),
    ("शनिवार, 12 अक्तूबर 2024", "hi"),
    ("12 अक्टू. 2024", "hi"),
    ("12 ઓક્ટોબર 2024", "gu"),
    ("12/10 2024", "da"),
    ("12 X 2024", "pl"),
    ("令和6年（2024年）10月12日", "ja"),
    ("۱۴۰۳-۰۷-۲۱ ۱۸:۴۰", "fa"),
    ("2024. X. 12.", "hu"),
    ("ጥቅምት 2 ቀን 2017 ዓ.ም", "am"),
]


@pytest.mark.parametrize(("text", "language"), PRINTED, ids=[text for text, _ in PRINTED])
def test_a_printed_form_is_read(text, language):
    assert find_dates(text, language)[0].day == date(2024, 10, 12)


@pytest.mark.parametrize(
    ("text", "language", "day"),
    [
        ("3 de setiembre de 2024", "es", date(2024, 9, 3)),
        ("1.º de octubre de 2024", "es", date(2024, 10, 1)),
        ("3 മാര്‍ച്ച് 2024", "ml", date(2024, 3, 3)),
        ("H31.4.30", "ja", date(2019, 4, 30)),
        ("2024 අප්‍රේල් 1", "si", date(2024, 4, 1)),
    ],
)
def test_ordinals_eras_and_other_names_are_read(text, language, day):
    assert find_dates(text, language)[0].day == day


@pytest.mark.parametrize("text", ["R6.10.12", "S5.10.12"])
def test_the_letter_of_an_era_is_one_on_japanese_pages_only(text):
    assert not find_dates(text, "en") or find_dates(text, "en")[0].day.year != 2024


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("12.10. 18:40", "fi"),  # an hour and no year
        ("12.10. 18.40", "fi"),
        ("12 X 2024", "en"),  # a volume or a street
        ("12/10 2024", "en"),
        ("12 أكتوبر/ أيلول 2024", "ar"),  # two months
        ("ጳጉሜን 6 ቀን 2016", "am"),  # a day that this year does not have
    ],
)
def test_what_only_looks_like_a_date_is_none(text, language):
    assert find_dates(text, language) == []


@pytest.mark.parametrize(
    ("text", "day"),
    [("መስከረም 1 ቀን 2016", date(2023, 9, 12)), ("ጳጉሜን 6 ቀን 2015", date(2023, 9, 11)), ("1 ጥር 2017", date(2025, 1, 9))],
)
def test_ethiopian_days(text, day):
    assert find_dates(text, "am")[0].day == day
