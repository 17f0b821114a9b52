"""Names and abbreviations of months in many languages, from CLDR."""

from functools import cache

from tasks.text import cldr_dates

_MONTH_LOCALES = (
    "en de fr es pt it nl sv da nb fi pl cs sk hu ro bg ru uk sr sr_Latn "
    "hr sl el tr ar he hi id ms vi sw af ca lt lv et fa"
).split()


@cache
def _months() -> dict[str, dict[str, int]]:
    """Month numbers by lower-case name and locale (CLDR, by Babel)."""
    from babel.dates import get_month_names  # noqa: PLC0415 - loads half a second of tables, only when a date is read

    table: dict[str, dict[str, int]] = {}
    for locale in _MONTH_LOCALES:
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                names = get_month_names(width, context, locale)
                parts = [set(str(name).lower().replace(".", "").split()) for name in names.values()]
                for number, words in zip(names, parts, strict=True):
                    for word in words:
                        # `tháng` of `tháng 10` is in every name
                        if word.isalpha() and len(word) > 1 and sum(word in other for other in parts) == 1:
                            table.setdefault(word, {}).setdefault(locale, number)
    for name, number in (("sept", 9), ("febr", 2), ("mär", 3), ("maerz", 3), ("marz", 3)):
        table.setdefault(name, {}).setdefault("en", number)
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
