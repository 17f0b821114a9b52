"""Names and abbreviations of months in many languages, from CLDR."""

import tomllib
from functools import cache
from pathlib import Path

from tasks.text import cldr_dates

_FILE = Path(__file__).with_suffix(".toml")


def names_by_locale() -> dict[str, dict[str, int]]:
    """The number of the month of each name, by locale."""
    months_by_locale: dict[str, list[str]] = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return {
        locale: {name: number for number, names in enumerate(months, 1) for name in names.split()}
        for locale, months in months_by_locale.items()
    }


@cache
def _months() -> dict[str, dict[str, int]]:
    """The number of the month of each name in lower case, by the locales that have the name."""
    table: dict[str, dict[str, int]] = {}
    for locale, names in names_by_locale().items():
        for name, number in names.items():
            table.setdefault(name, {})[locale] = number
    return table


def month_number(word: str, language: str | None) -> int | None:
    """The month named by a word: in the page's language if the word exists there, else if all languages agree."""
    plain = cldr_dates.plain_name(word)
    if language and (number := cldr_dates.month_names(language).get(plain)):
        return number
    by_language = _months().get(plain)
    if not by_language:
        return None
    if language and language[:2] in by_language:
        return by_language[language[:2]]
    months = set(by_language.values())
    return next(iter(months)) if len(months) == 1 else by_language.get("en")


def month_names() -> list[str]:
    """All known names and abbreviations of months that have at least three letters."""
    return [name for name in _months() if len(name) > 2]
