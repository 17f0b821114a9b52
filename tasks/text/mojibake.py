"""Signs of text that was decoded wrongly: UTF-8 read as windows-1252 or Latin-1.

The two sets serve two purposes and differ on purpose: the pattern finds lines that are worth a repair, so it may match
sound text; the signs are counted in a finished text, so each must be damage in itself.
"""

import re
from collections.abc import Iterator
from functools import cache

_LONG_LINE_CHARS = 10_000  # no line of a story is longer; of what repeats itself each piece is repaired once

_SHORT_LINE_CHARS = 200
# one sequence fifty times is not text, and ftfy takes 0.3 ms for each of its characters
_REPEATED = re.compile(r"([^\x00-\x7f]\S?)\1{49}")

# The characters that the lead byte of a sequence turns into.
LEADS = "\xc2\xc3\xc4\xc5\xd0\xd1\xe2\xef"
# A lead byte's character, followed by one that a continuation byte turns into.
PATTERN = re.compile(
    "[\xc2\xc3\xc4\xc5\xd0\xd1]"
    "[\x80-\xbf\u20ac\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u017d"
    "\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u017e\u0178]"
    "|\xe2\u20ac|\xe2\x80|\xef\xbf\xbd"
)
# Sequences of the commonest letters and marks, and the replacement character.
SIGNS = ("\ufffd", "â€", "Ã©", "Ã¨", "Ã¼", "Ã¶", "Ã¤", "Ã±", "Ã³", "Ã¡", "Â ", "ï»¿", "Ð°", "Ð¾")
_SIGN_LEADS = sorted({sign[0] for sign in SIGNS})


def count_signs(text: str) -> int:
    """Signs of damage in a text."""
    # a sound text has none of the leads
    may_have_signs = not text.isascii() and any(lead in text for lead in _SIGN_LEADS)
    return sum(text.count(sign) for sign in SIGNS) if may_have_signs else 0


def is_likely(text: str) -> bool:
    """Whether a text may hold damage that `repair` puts right; quick for sound texts."""
    return not text.isascii() and PATTERN.search(text) is not None


def repair(line: str) -> str:
    """A line with wrongly decoded characters put right; the same line where it has none."""
    if not PATTERN.search(line):
        return line
    if len(line) > _LONG_LINE_CHARS:
        return "".join(map(cache(repair), _pieces(line)))
    if len(line) > _SHORT_LINE_CHARS and _REPEATED.search(line):
        return line
    import ftfy  # noqa: PLC0415 - slow to load, and most pages are sound

    return ftfy.fix_encoding(line).replace("\n", " ").replace("\r", " ")


def _pieces(line: str) -> Iterator[str]:
    """A line in pieces of at most `_LONG_LINE_CHARS`, cut at spaces where there are any."""
    start = 0
    while start < len(line):
        end = start + _LONG_LINE_CHARS
        space = line.rfind(" ", start, end) if end < len(line) else -1
        end = space + 1 if space > start else end
        yield line[start:end]
        start = end
