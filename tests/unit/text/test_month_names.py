"""The bundled names of months are those of CLDR, as Babel has them.

`PYTHONPATH=.:tests python tests/unit/text/test_month_names.py > tasks/text/month_names.toml` writes the file.
"""

import pytest

from tasks.text import month_names

LOCALES = (
    "en de fr es pt it nl sv da nb fi pl cs sk hu ro bg ru uk sr sr_Latn "
    "hr sl el tr ar he hi id ms vi sw af ca lt lv et fa"
).split()
# by newspapers, beside the forms of CLDR
PRINTED = {"en": {"sept": 9, "febr": 2, "mär": 3, "maerz": 3, "marz": 3}, "es": {"setiembre": 9, "set": 9}}
# in the case that stands behind a day, which CLDR does not have
CASES = {
    "sl": "januarja februarja marca aprila maja junija julija avgusta septembra oktobra novembra decembra",
    "sr_Latn": "januara februara marta aprila maja juna jula avgusta septembra oktobra novembra decembra",
    "sr": "јануара фебруара марта априла маја јуна јула августа септембра октобра новембра децембра",
    "et": "jaanuaril veebruaril märtsil aprillil mail juunil juulil augustil septembril oktoobril novembril detsembril",
    "lv": "janvārī februārī martā aprīlī maijā jūnijā jūlijā augustā septembrī oktobrī novembrī decembrī",
}
HEADER = """\
# Names and abbreviations of months, by locale, each with its number, from the Unicode locale data (CLDR, by Babel).
# Bundled because Babel takes a fifth of a second to load the locales, which every process of a run would wait for.
# Written by tests/unit/text/test_month_names.py, which says how; its test compares both.
"""


def names_of_cldr():
    """The names by locale, each with the number of its month."""
    from babel.dates import get_month_names

    by_locale = {}
    for locale in LOCALES:
        found = by_locale.setdefault(locale, {})
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                names = get_month_names(width, context, locale)
                parts = [set(str(name).lower().replace(".", "").split()) for name in names.values()]
                for number, words in zip(names, parts, strict=True):
                    for word in sorted(words):
                        # `tháng` of `tháng 10` is in every name
                        if word.isalpha() and len(word) > 1 and sum(word in other for other in parts) == 1:
                            found.setdefault(word, number)
    for locale, numbers in PRINTED.items():
        for name, number in numbers.items():
            by_locale[locale].setdefault(name, number)
    for locale, words in CASES.items():
        for number, name in enumerate(words.split(), 1):
            by_locale[locale].setdefault(name, number)
    return {locale: names for locale, names in by_locale.items() if names}


def test_the_bundled_names_are_those_of_cldr():
    assert month_names.names_by_locale() == names_of_cldr()


@pytest.mark.parametrize(
    ("word", "language", "number"),
    [
        ("March", "en", 3),
        ("märz", "de", 3),
        ("sept", None, 9),
        ("Mai", None, 5),
        ("października", "pl", 10),
        ("x", "en", None),
    ],
)
def test_a_name_has_its_number(word, language, number):
    assert month_names.month_number(word, language) == number


if __name__ == "__main__":
    lines = [HEADER]
    for locale, names in names_of_cldr().items():
        by_number = {}
        for word, number in names.items():
            by_number.setdefault(number, []).append(word)
        months = ", ".join(f'"{" ".join(by_number.get(number, []))}"' for number in range(1, 13))
        lines.append(f"{locale} = [{months}]")
    print("\n".join(lines))
