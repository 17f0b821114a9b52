"""Misspelt forms of the frequent words of a language, as bad recognition of scanned pages or lost letters make them."""

import tomllib
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

_TABLES = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
# letters that text recognition takes for others
_MISREAD = tuple(
    pair.split(">")
    for pair in (
        "m>rn rn>m e>c c>e h>b b>h l>i i>l ll>ii u>ii u>n n>u n>ri w>vv v>y in>m t>f f>t a>o g>q d>cl cl>d h>li h>n o>c"
        " ó>6 í>f ñ>fi é>6 à>a' е>с н>п п>н и>н н>и т>г ш>щ щ>ш л>п ы>ьi"
    ).split()
)
_DIGITS = str.maketrans("aeiostlоз", "0" * 9)  # for letters that they resemble; a sample has zeros for all digits
_SHORT_CHARS = 3  # from such a word no letter is taken away: what is left is often a word
WORDS = {code: table["words"].split() for code, table in _TABLES.items()}
_KNOWN = frozenset(word for words in WORDS.values() for word in words)
_REAL = {code: frozenset(table["real"].split()) for code, table in _TABLES.items()}


def misspelt(code: str, known: frozenset[str]) -> Iterator[str]:
    """The misspelt forms of a language's frequent words; none of them is among `known` words of any language."""
    for word in WORDS.get(code, ()):
        for form in {*_misread(word), *_swapped(word), *_lacking(word), word[::-1]}:
            if len(form) >= _SHORT_CHARS and form not in _KNOWN and form not in known and form not in _REAL[code]:
                yield form


def _misread(word: str) -> Iterator[str]:
    """With other letters or digits in place of one or of all."""
    for own, other in _MISREAD:
        yield word.replace(own, other)
    for letter in set(word):
        yield word.replace(letter, letter.translate(_DIGITS))
    yield word.translate(_DIGITS)


def _swapped(word: str) -> Iterator[str]:
    """With two neighbouring letters in each other's place."""
    for place, (left, right) in enumerate(pairwise(word)):
        yield word[:place] + right + left + word[place + 2 :]


def _lacking(word: str) -> Iterator[str]:
    """Without one of the letters."""
    if len(word) > _SHORT_CHARS:
        for place in range(len(word)):
            yield word[:place] + word[place + 1 :]
