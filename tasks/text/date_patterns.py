"""How dates and times are printed, as expressions to search: with numbers, with names of months, with times of day."""

import re
from unicodedata import decimal


class _Digits(dict[int, str | int]):
    """The ASCII digit for each decimal digit of any script, for `str.translate`; other characters stay.

    A character is looked up when it is met first: to list all digits takes 12 ms at each start.
    """

    def __missing__(self, code: int) -> str | int:
        value = decimal(chr(code), None)
        self[code] = code if value is None else str(value)
        return self[code]


DIGITS = _Digits()
# a letter of any script, or a mark that belongs to one: vowels of India and Burma, points of Hebrew and Arabic
LETTER = (
    r"(?:[^\W\d_]|[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0670\u0900-\u0903\u093a-\u094f\u0951-\u0957"
    r"\u0981-\u0983\u09bc-\u09cd\u09d7\u0a01-\u0a03\u0a3c-\u0a4d\u0a70\u0a71\u0a81-\u0a83\u0abc-\u0acd\u0b01-\u0b03\u0b3c-\u0b4d"
    r"\u0b82\u0bbe-\u0bcd\u0c00-\u0c04\u0c3e-\u0c4d\u0c81-\u0c83\u0cbc-\u0ccd\u0d00-\u0d03\u0d3b-\u0d4d\u0d81-\u0d83\u0dca-\u0ddf"
    r"\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ece\u0f71-\u0f84\u102b-\u103e\u17b4-\u17d3\u200c\u200d])"
)
ISO = re.compile(
    r"""
    (?<!\d) (?P<y>\d{4}) - (?P<m>\d{1,2}) - (?P<d>\d{1,2})
    (?:
        (?: [T_ ] | \s+ | ,\s* | \s+-\s+ )
        (?P<H>\d{1,2}) : (?P<M>\d{2}) (?: : (?P<S>\d{2}) (?: [.,]\d+ )? )?
        \s* (?P<z> Z | UTC | GMT | [+-]\d{2}:?\d{2} | [+-]\d{2}(?!\d) )?
    )?
    (?!\d)
    """,
    re.VERBOSE,
)
COMPACT = re.compile(
    r"""
    (?<!\d) (?P<y>20\d{2}) (?P<m>\d{2}) (?P<d>\d{2})
    (?: T? (?P<H>\d{2}) (?P<M>\d{2}) (?P<S>\d{2})? (?P<z> Z | [+-]\d{4} )? )?
    (?!\d)
    """,
    re.VERBOSE,
)
CJK = re.compile(r"(?P<y>\d{4})\s*[年년][）)]?\s*(?P<m>\d{1,2})\s*[月월]\s*(?P<d>\d{1,2})\s*[日일号號]?")
YEAR_MONTH_DAY = re.compile(r"(?<!\d)(?P<y>(?:19|20)\d{2})\s*([./])\s*(?P<m>\d{1,2})\s*\2\s*(?P<d>\d{1,2})(?![\d/])")
DAY_OR_MONTH_FIRST = re.compile(
    # a number before another is not a year but an hour: `12.10. 18:40`
    r"(?<![\d./-])(?P<a>\d{1,2})\s?([./|-])\s?(?P<b>\d{1,2})\s?\2\s?(?P<y>(?:19|20)\d{2}|\d{2}(?![.:h]\d{2}))(?!\d)"
)
DAY_NAMED_MONTH = re.compile(
    r"""
    (?<!\d) (?P<d>\d{1,2}) (?: st | nd | rd | th | er | \.?º | \.?ª | ° | \. | -én | -án )?
    [\s,./-]* (?: de\s+ | d['’] | of\s+ | di\s+ | del\s+ )?
    (?P<w>LETTER+) \.? \s? [,،]?
    [\s./-]* (?: de\s+ | del\s+ | do\s+ | di\s+ | г\.?\s+ )?
    (?P<y>(?:19|20)\d{2}) (?!\d)
    """.replace("LETTER", LETTER),
    re.VERBOSE,
)
NAMED_MONTH_DAY = re.compile(
    rf"(?<!\w)(?P<w>{LETTER}+)\.?[\s]+(?P<d>\d{{1,2}})(?:(?:st|nd|rd|th)?\.?,?\s+(?:\|\s|del?\s)?|(?<=\d\d))(?P<y>(?:19|20)\d{{2}})(?!\d)"
)
YEAR_NAMED_MONTH = re.compile(
    rf"(?<!\d)(?P<y>(?:19|20)\d{{2}})[.,]?\s+(?:m\.\s+)?(?P<w>{LETTER}+)\s+(?P<d>\d{{1,2}})\b"
)
SHORT_YEAR = re.compile(
    r"(?<![\d-])(?P<d>\d{1,2})(?:st|nd|rd|th)?[-\s](?P<w>[^\W\d_]{3,9})[-\s]['’]?(?P<y>\d{2})(?![\d:-])"
)
# one month by its names of two calendars or countries: `12 أكتوبر/ تشرين الأول 2024`
DAY_TWO_NAMES = re.compile(
    rf"(?<!\d)(?P<d>\d{{1,2}})\s+(?P<w>{LETTER}+(?:\s{LETTER}+)?)\s?/\s?(?P<w2>{LETTER}+(?:\s{LETTER}+)?)[\s،,]+"
    r"(?P<y>(?:19|20)\d{2})(?!\d)"
)
DAY_ROMAN_MONTH = re.compile(
    r"(?<![\d./-])(?:(?P<d>\d{1,2})[. ]\s?(?P<r>[IVX]{1,4})[. ]\s?(?P<y>(?:19|20)\d{2})"
    r"|(?P<y2>(?:19|20)\d{2})[. ]\s?(?P<r2>[IVX]{1,4})[. ]\s?(?P<d2>\d{1,2}))(?!\d)"
)
ROMAN_MONTHS = {roman: number for number, roman in enumerate("I II III IV V VI VII VIII IX X XI XII".split(), 1)}
DAY_MONTH_SPACE_YEAR = re.compile(r"(?<![\d./-])(?P<d>\d{1,2})/(?P<m>\d{1,2})\s+(?P<y>20\d{2})(?!\d)")
# the C library's and Java's: `Sat Oct 12 08:30:00 CEST 2024`
CTIME = re.compile(
    r"""
    (?<!\w) (?P<w>[A-Z][a-z]{2}) \s+ (?P<d>\d{1,2}) \s+ (?P<H>\d{1,2}) : (?P<M>\d{2}) : (?P<S>\d{2}) \s+
    (?: (?P<z> [A-Z]{1,5} | (?:GMT|UTC)?[+-]\d{2}:?\d{2} ) \s+ )? (?P<y>(?:19|20)\d{2}) (?!\d)
    """,
    re.VERBOSE,
)
TIME = re.compile(
    r"""
    (?<![\d.,:/-]) (?P<H> [01]?\d | 2[0-3] )
    (?: [:.h時시] (?P<M>[0-5]\d) (?: : (?P<S>[0-5]\d) )? (?: 分 | 분 )? )
    \s* (?P<p> [ap]\.?\s?m\b\.? )?
    |
    (?<![\d.,:/-]) (?P<H2> 1[0-2] | 0?[1-9] ) \s* (?P<p2> [ap]\.?m\b\.? )
    """,
    re.IGNORECASE | re.VERBOSE,
)
