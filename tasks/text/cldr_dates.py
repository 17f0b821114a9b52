"""The printed date forms of one language by CLDR (the Unicode locale data, by Babel), as expressions to search.

`d בMMMM y` or `y('e')'ko' MMMM'ren' d('a')` cannot be guessed from other languages. The language's own patterns say
where the day, the month and the year are, and which words and prefixes are between them.
"""

import itertools
import re
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from babel import Locale

_WIDTHS = ("full", "long", "medium", "short")
_TOKENS = re.compile(r"'(?:[^']|'')*'|([A-Za-z])\1*|.", re.DOTALL)
_SPACE = r"[\s\u200e\u200f\u061c]*"
# English without a country is written with the month first in some countries and the day first in others
_UNDECIDED_LANGUAGES = frozenset({"en", "en-001", "en-150"})
# pages in these languages also write years of their own calendars, two-digit ones above all
OTHER_CALENDARS = frozenset("am ckb dv fa lrc mzn ne ps th ti".split())
# languages whose countries name the months differently, or whose pages mix two scripts
_REGIONS = {
    "ar": ("ar-LB", "ar-MA", "ar-DZ"),
    "az": ("az-Cyrl",),
    "bs": ("bs-Cyrl",),
    "de": ("de-AT",),
    "pt": ("pt-PT",),
    "sr": ("sr-Latn",),
    "uz": ("uz-Cyrl",),
    "zh": ("zh-Hant",),
}
# forms that newspapers print beside those of CLDR, in its notation
_PRINTED = {
    "am": ("MMMM d 'ቀን' y",),
    "eu": ("y'ko' MMMM'ren' d'a'", "y'ko' MMMM'k' d"),
    "he": ("d 'ל'MMMM y", "d 'ב'MMMM, y"),
    "fil": ("'ika'-d 'ng' MMMM y",),
    "ha": ("d 'ga' MMMM, y",),
    "ka": ("y 'წლის' d MMMM",),
    "kk": ("y 'жылғы' d MMMM", "y 'жылдың' d MMMM"),
    "km": ("d 'ខែ'MMMM 'ឆ្នាំ'y",),
    "lv": ("y. 'gada' d. MMMM",),
    "mn": ("y 'оны' M 'сарын' d",),
    "my": ("y 'ခုနှစ်' MMMM d", "y 'ခုနှစ်၊' MMMM d"),
    "tl": ("'ika'-d 'ng' MMMM y",),
    "uz": ("y-'yil' d-MMMM", "y-'йил' d-MMMM", "y 'йил' d MMMM"),
    "vi": ("d 'tháng' M 'năm' y", "d 'tháng' M, y"),
}
# names that newspapers print beside those of CLDR: the international ones, the case behind a day, other spellings
_PRINTED_NAMES = {
    "bn": "জানুয়ারী ফেব্রুয়ারী মার্চ এপ্রিল মে জুন জুলাই আগষ্ট/অগাস্ট/আগস্ট/অগস্ট সেপ্টেম্বর অক্টোবর নভেম্বর ডিসেম্বর",
    "gu": "જાન્યુઆરી/જાન્યુ ફેબ્રુઆરી/ફેબ્રુ માર્ચ એપ્રિલ મે જૂન જુલાઈ ઓગસ્ટ/ઑગસ્ટ સપ્ટેમ્બર ઓક્ટોબર/ઑક્ટોબર નવેમ્બર ડિસેમ્બર",
    "hi": "जनवरी/जन फरवरी/फ़रवरी/फर मार्च अप्रैल मई जून जुलाई अगस्त सितंबर/सितम्बर/सितं "
    "अक्टूबर/अक्तूबर/अक्टू नवंबर/नवम्बर/नवं दिसंबर/दिसम्बर/दिसं",
    "ka": "იანვარს თებერვალს მარტს აპრილს მაისს ივნისს ივლისს აგვისტოს სექტემბერს ოქტომბერს ნოემბერს დეკემბერს",
    "si": "ජනවාරි පෙබරවාරි මාර්තු අප්‍රේල් මැයි ජූනි ජූලි අගෝස්තු සැප්තැම්බර් ඔක්තෝබර් නොවැම්බර් දෙසැම්බර්",
}
_PRINTED_EVERYWHERE = ("d MMMM y", "d. MMMM y", "d MMMM, y", "MMMM d, y", "y MMMM d")
_JOINERS = re.compile("[\u200c\u200d]")  # between letters of a month's name, written or not
_VIRAMA = "[\u094d\u09cd\u0a4d\u0acd\u0b4d\u0bcd\u0c4d\u0ccd\u0d4d\u0dca]"  # a joiner may follow
# final consonants of Malayalam: one letter today, three characters in older texts
_CHILLUS = {"ൺ": "ണ്", "ൻ": "ന്", "ർ": "ര്", "ൽ": "ല്", "ൾ": "ള്"}
_CHILLUS_BY_OLD = {old: letter for letter, old in _CHILLUS.items()}
_HAMZA = str.maketrans("أإآ", "ااا")  # written with and without


class Form(NamedTuple):
    """One printed form: an expression with the groups d, y and either m (a number) or w (a name)."""

    pattern: re.Pattern[str]
    month_names: dict[str, int]  # lower case -> number
    has_short_year: bool

    def read(self, match: re.Match[str]) -> date | None:
        """The day that a match of the expression names; None if there is no such day."""
        groups = match.groupdict()
        month = int(groups["m"]) if groups.get("m") else self.month_names.get(plain_name(groups["w"]))
        year = int(groups["y"])
        if self.has_short_year:
            year += 2000 if year < 70 else 1900
        try:
            return date(year, month or 0, int(groups["d"]))
        except ValueError:
            return None


def locale_of(language: str | None) -> "Locale | None":
    """Babel's locale for a language tag such as `pt-BR`, or for its language alone; None if Babel has neither."""
    from babel import Locale, UnknownLocaleError  # noqa: PLC0415 - loads tables, only when a date is read

    tag = (language or "").replace("_", "-")
    for candidate in (tag, tag.partition("-")[0]):
        try:
            return Locale.parse(candidate, sep="-") if candidate else None
        except (UnknownLocaleError, ValueError, TypeError):
            continue
    return None


@lru_cache(maxsize=64)  # a run meets few languages
def month_names(language: str) -> dict[str, int]:
    """The language's names and abbreviations of months, lower case and without full stops -> number; {} if unknown."""
    names: dict[str, int] = {}
    ambiguous: set[str] = set()
    for tag in (language, *_REGIONS.get(language, ())):
        locale = locale_of(tag)
        if locale is None:
            continue
        for context, width in itertools.product(("format", "stand-alone"), ("wide", "abbreviated")):
            for number, name in locale.months[context][width].items():
                plain = plain_name(str(name))
                # with its full stops too: `ຕ.ລ.` has one within
                for spelling in {plain, plain.translate(_HAMZA), str(name).lower().rstrip(".")}:
                    if names.setdefault(spelling, int(number)) != int(number):
                        ambiguous.add(spelling)
    for number, spellings in enumerate(_PRINTED_NAMES.get(language.lower().partition("-")[0], "").split(), 1):
        for printed in spellings.split("/"):
            names.setdefault(plain_name(printed), number)
    return {name: number for name, number in names.items() if _is_name(name) and name not in ambiguous}


@lru_cache(maxsize=64)
def forms(language: str) -> tuple[Form, ...]:
    """The forms in which a language prints a full date, the longest first; () if the language is unknown."""
    names = month_names(language)
    patterns: list[str] = []
    for tag in (language, *_REGIONS.get(language, ())):
        locale = locale_of(tag)
        patterns += [locale.date_formats[width].pattern for width in _WIDTHS] if locale else []
    patterns += _PRINTED.get(language.lower().partition("-")[0], ())
    chosen: dict[str, Form] = {}
    for pattern in patterns:
        if "MMM" not in pattern and (_is_undecided(language) or _has_other_calendar(language)):
            continue
        form = _form(pattern, names)
        if form is not None:
            chosen.setdefault(form.pattern.pattern, form)
    return tuple(chosen.values())


@lru_cache(maxsize=64)
def common_forms(language: str) -> tuple[Form, ...]:
    """Forms with the name of a month that are printed in all languages, with the names of one."""
    names = month_names(language)
    return tuple(form for pattern in _PRINTED_EVERYWHERE if (form := _form(pattern, names)) is not None)


@lru_cache(maxsize=64)
def is_year_first(language: str) -> bool:
    """Whether the language's short form begins with the year."""
    locale = locale_of(language)
    return locale is not None and locale.date_formats["short"].pattern.startswith("y")


@lru_cache(maxsize=64)
def _weekdays(language: str) -> frozenset[str]:
    """The language's names of the days of the week, in lower case."""
    locale = locale_of(language)
    contexts = ("format", "stand-alone") if locale else ()
    return frozenset(str(name).lower() for context in contexts for name in locale.days[context]["wide"].values())  # type: ignore[union-attr]


def is_weekday(text: str, language: str | None) -> bool:
    """Whether a text is the name of a day of the week in a language: `Thứ Bảy`, two words with capitals."""
    return bool(language) and text.lower() in _weekdays(language or "")


def _is_undecided(language: str) -> bool:
    return language.lower().replace("_", "-") in _UNDECIDED_LANGUAGES


def _has_other_calendar(language: str) -> bool:
    return language.lower().replace("_", "-").partition("-")[0] in OTHER_CALENDARS


def _form(pattern: str, names: dict[str, int]) -> Form | None:
    """The form of a CLDR pattern; weekdays and eras may be missing from the text."""
    tokens = [match[0] for match in _TOKENS.finditer(pattern)]
    if tokens and tokens[0][0] in "EcG":
        tokens = _without_edge(tokens)
    if tokens and tokens[-1][0] in "EcG":
        tokens = _without_edge(tokens[::-1])[::-1]
    alternatives = "|".join(_name_pattern(name) for name in sorted(names, key=len, reverse=True))
    expressions: list[str] = []
    for part in tokens:
        if part[0] == "y":
            expressions.append(r"(?P<y>\d{2})" if part == "yy" else r"(?P<y>\d{4})")
        elif part in ("MMM", "MMMM", "LLL", "LLLL"):
            expressions.append(rf"(?P<w>{alternatives})\.?")
        elif part[0] in "ML":
            expressions.append(r"(?P<m>\d{1,2})")
        elif part[0] == "d":
            expressions.append(r"(?P<d>\d{1,2})")
        elif part[0] in "Ec":
            expressions.append(r"[^\d]{0,24}?")
        elif part[0] == "G":
            expressions.append(r"(?:[^\d\s]{1,12})?")
        else:
            literal = part[1:-1].replace("''", "'") if len(part) > 1 and part.startswith("'") else part
            expressions.append(_literal(literal))
    if not names and any("<w>" in expression for expression in expressions):
        return None
    body = "".join(expressions).strip()
    has_short_year = "yy" in tokens
    return Form(re.compile(rf"(?<!\d)(?<!\d[./-]){body}(?![./-]?\d)", re.IGNORECASE), names, has_short_year)


def _name_pattern(name: str) -> str:
    """An expression for a month's name, with or without joiners, in old and new spelling."""
    escaped = re.sub(f"({_VIRAMA})", "\\1[\u200c\u200d]?", re.escape(name))
    for letter, old in _CHILLUS.items():
        escaped = escaped.replace(letter, f"(?:{letter}|{old}\u200d?)")
    return escaped


def _without_edge(tokens: list[str]) -> list[str]:
    """Tokens without a weekday or era at their start, and without what separates it from the rest."""
    for number, token in enumerate(tokens):
        if number and token[0] in "dMLy":
            return tokens[number:]
    return tokens


def _literal(text: str) -> str:
    """An expression for what is between the numbers; spaces and marks of direction may be missing or others."""
    pieces = re.split(r"[\s\u00a0\u202f\u200e\u200f\u061c]+", text)
    return _SPACE.join(re.escape(piece).replace(",", "[,،፣]") for piece in pieces)


def plain_name(name: str) -> str:
    """A month's name in lower case and new spelling, without full stops, joiners, the dot of a capital i."""
    if not name.isascii():
        for letter, old in _CHILLUS.items():
            name = name.replace(old + "\u200d", letter)
        name = _JOINERS.sub("", name)
        name = name[:-2] + _CHILLUS_BY_OLD.get(name[-2:], name[-2:])
    return " ".join(name.lower().replace(".", "").replace("\u0307", "").split())


def _is_name(name: str) -> bool:
    """Whether a month's name is one, and not the number that CLDR has where a language has no name."""
    return len(name) > 1 and not re.fullmatch(r"m?\d+", name) and any(letter.isalpha() for letter in name)
