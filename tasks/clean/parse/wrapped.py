"""Joins the lines of text that a program has wrapped at a common width to paragraphs again.

Text browsers, converters and mail programs break lines at 60 to 80 columns. Only the form of a page decides whether it
was wrapped: nearly every break within its runs of lines is where the next word would not have fitted, in the middle of
a sentence. Poems, menus, lists, tables and addresses break elsewhere and stay as they are.
"""

import itertools
import re
import unicodedata
from collections import Counter
from typing import NamedTuple

from tasks.text.scripts import WRAPPED_TEXT

MIN_WIDTH, MAX_WIDTH = 45, 100  # columns; programs use 60 to 80, and a wider line is a whole paragraph
MIN_SOLID_WIDTH, MAX_SOLID_WIDTH = 16, 60  # characters, in scripts without spaces
MIN_BREAKS = 3  # on a page: a run of four lines, or some shorter ones; fewer are alike by chance
MIN_SOLID_BREAKS = 6  # without words and capitals there is less evidence
MIN_ENDS = 0.5  # of the joined paragraphs, with a mark at the end; prose has 0.8 to 1
MIN_SHARE = 0.6  # of the breaks in a run; the others end its paragraphs
MIN_AMID_SENTENCE = (
    0.55  # of the breaks joined, not after a sentence; prose has 0.8 to 0.95, lists of sentences under 0.3
)
# of the continuing lines that start with a cased letter: prose has 0.2 (many names) to 0.9, lists of headlines under
# 0.1
MIN_LOWER = 0.15
SURE_LOWER = 0.4  # with more, the ends of paragraphs need not be checked: teasers and headlines have no mark there
_MAX_HANG = 2  # characters that must not start a line are moved together with the one before them
_END = re.compile(r"[.!?…。!?।۔؟:][\"'”’»“‘)\]」』)]*$")
_ITEM = re.compile(r"(?:[*•‣▪◦+·●■–—-]|\(?\d{1,2}[.)]|\[\d+\])\s")
_RULE = re.compile(r"[^\w]+$")
SOFT_HYPHEN = "\u00ad"


class Line(NamedTuple):
    """A line that holds text."""

    text: str  # white space within it collapsed
    width: int  # columns that it takes up in the page
    indent: int  # columns, part of the width
    starts_run: bool  # something other than a single break is between it and the line above


def joins(lines: list[Line]) -> list[bool]:
    """Whether each line continues the paragraph of the line above it."""
    is_continued = [False] * len(lines)
    if len(lines) <= MIN_BREAKS:
        return is_continued
    runs = _runs(lines)
    for is_solid in (False, True):
        runs_of_script = [run for run in runs if _is_solid(lines[run[0]].text) == is_solid]
        for n in _continued_lines(lines, runs_of_script, is_solid=is_solid):
            is_continued[n] = True
    return is_continued


def paragraphs(texts: list[str], is_continued: list[bool]) -> list[str]:
    """The texts of paragraphs: lines, those that continue a paragraph joined to the one above."""
    parts: list[list[str]] = []
    for text, continues in zip(texts, is_continued, strict=True):
        if continues:
            parts[-1].append(text)
        else:
            parts.append([text])
    return [_joined(lines) for lines in parts]


def _joined(lines: list[str]) -> str:
    """One text of several lines. Only soft hyphens are removed, since others may belong to the word."""
    text = [lines[0]]
    for above, below in itertools.pairwise(lines):
        if above.endswith(SOFT_HYPHEN):
            text[-1] = text[-1][:-1]
        elif not (_is_solid(above[-1:]) and _is_solid(below[:1])):
            text.append(" ")
        text.append(below)
    return "".join(text)


def _runs(lines: list[Line]) -> list[range]:
    """Runs of two or more lines below each other."""
    starts = [0, *(n for n in range(1, len(lines)) if lines[n].starts_run), len(lines)]
    return [range(a, b) for a, b in itertools.pairwise(starts) if b - a > 1]


def _continued_lines(lines: list[Line], runs: list[range], *, is_solid: bool) -> list[int]:
    """The continuing lines in the runs of one kind of script."""
    width = _common_width(lines, runs, is_solid=is_solid)
    if not width:
        return []
    continued: list[int] = []
    for run in runs:
        full = [n for n in run[1:] if _is_full(lines, n, width, is_solid=is_solid)]
        if len(full) >= MIN_SHARE * (len(run) - 1) or _is_mostly_paragraphs(lines, run, full):
            continued += [n for n in full if _may_continue(lines, n, run, width)]
    least = MIN_SOLID_BREAKS if is_solid else MIN_BREAKS
    return continued if len(continued) >= least and _continue_sentences(lines, continued) else []


def _continue_sentences(lines: list[Line], continued: list[int]) -> bool:
    """Whether lines, taken together, continue the sentences above them."""
    amid_sentence = [n for n in continued if not _END.search(lines[n - 1].text)]
    if len(amid_sentence) < MIN_AMID_SENTENCE * len(continued):
        return False
    first = [lines[n].text[0] for n in continued]
    cased = [letter for letter in first if letter.lower() != letter.upper()]
    lower = sum(letter.islower() for letter in cased) / len(cased) if cased else MIN_LOWER
    if lower >= SURE_LOWER:
        return True
    members = set(continued)
    last = [n for n in continued if n + 1 not in members]
    return lower >= MIN_LOWER and sum(_END.search(lines[n].text) is not None for n in last) >= MIN_ENDS * len(last)


def _common_width(lines: list[Line], runs: list[range], *, is_solid: bool) -> int:
    """The width at which most breaks fall where the next word would not fit; 0 for none."""
    fits: Counter[int] = Counter()
    least, most = (MIN_SOLID_WIDTH, MAX_SOLID_WIDTH) if is_solid else (MIN_WIDTH, MAX_WIDTH)
    for run in runs:
        for n in run[1:]:
            above = lines[n - 1].width
            if least - _MAX_HANG <= above <= most:
                reach = _MAX_HANG if is_solid else len(lines[n].text.split(" ", 1)[0])
                for width in range(max(above, least), min(above + reach, most) + 1):
                    fits[width] += 1
    if not fits:
        return 0
    width, count = max(fits.items(), key=lambda item: (item[1], -item[0]))
    return width if count >= MIN_BREAKS else 0


def _is_full(lines: list[Line], n: int, width: int, *, is_solid: bool) -> bool:
    """Whether the line above the n-th ends where what follows would not have fitted."""
    above, text = lines[n - 1].width, lines[n].text
    # a word longer than the width sticks out of its line, and the next word starts a new one
    return above <= width < above + 1 + (_MAX_HANG if is_solid else len(text.split(" ", 1)[0]))


def _is_mostly_paragraphs(lines: list[Line], run: range, full: list[int]) -> bool:
    """Whether the other breaks of a run end paragraphs: they are after a sentence and before a line that starts one."""
    others = set(run[1:]) - set(full)
    return len(full) >= MIN_BREAKS and all(
        _END.search(lines[n - 1].text) and not lines[n].text[0].islower() for n in others
    )


def _may_continue(lines: list[Line], n: int, run: range, width: int) -> bool:
    """Whether a line below a full one may continue it, and is not a separate paragraph."""
    above, line = lines[n - 1], lines[n]
    is_end = _END.search(above.text) is not None
    if _RULE.match(above.text) or (is_end and _ITEM.match(line.text)) or line.text[0] == ">":
        return False
    if line.indent > above.indent and not _ITEM.match(above.text):
        return False  # the indented first line of the next paragraph
    if line.text[0].islower():
        return True
    is_last = n == run[-1] or (n + 1 < len(lines) and lines[n + 1].starts_run)
    has_end = _END.search(line.text) is not None
    # a name or a place under the last full line is a signature or a credit; a second line of two may be a byline
    return has_end or not (is_last and (is_end or len(run) == 2) and line.width < width)


def _is_solid(text: str) -> bool:
    """Whether a text is in a script that is written without spaces between words."""
    letters = [letter for letter in text[:40] if letter.isalpha() or unicodedata.east_asian_width(letter) in "WF"]
    return bool(letters) and sum(_is_wide(letter) for letter in letters) * 2 > len(letters)


def _is_wide(letter: str) -> bool:
    code = ord(letter)
    return any(first <= code <= last for first, last in WRAPPED_TEXT)
