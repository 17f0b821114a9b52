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
MIN_COLUMN_WIDTH = 28  # of the columns of a newspaper; so narrow a text must show more
MIN_COLUMN_BREAKS = 12
MIN_COLUMN_AMID_SENTENCE = 0.7
MIN_COLUMN_LOWER = 0.3  # German, which has most capitals, has 0.45 to 0.6
PRINTED_SLACK = 0.12  # of a column's width: its letters are not of one width
MIN_SOLID_WIDTH, MAX_SOLID_WIDTH = 16, 60  # characters, in scripts without spaces
MIN_BREAKS = 3  # on a page: a run of four lines, or some shorter ones; fewer are alike by chance
MIN_SOLID_BREAKS = 6  # without words and capitals there is less evidence
SURE_SOLID_BREAKS = 4  # where all of them are amid a sentence and all paragraphs end with a mark
MIN_HYPHENS = 0.08  # of the breaks joined, after a hyphen: a program has divided words; compounds make up 0.02
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
_QUOTED = re.compile(r"[ \t]*(?:>[ \t]?)+")
_MIN_QUOTED = 0.5  # of the lines of a text: with more, it is a forwarded message, and not a discussion
_HYPHENATED = re.compile(r"[^\W\d_]{2}[-\u2010]$")
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
    breaks = [pair for lines in parts for pair in itertools.pairwise(lines)]
    divided = sum(_is_divided(above, below) for above, below in breaks)
    is_hyphenated = divided >= max(MIN_HYPHENS * len(breaks), 2)
    return [_joined(lines, is_hyphenated=is_hyphenated) for lines in parts]


def without_quotes(lines: list[str]) -> list[str]:
    """The lines of a text, without the marks of a quoted message where most lines have one."""
    quoted = sum(line.lstrip()[:1] == ">" for line in lines)
    if quoted < max(_MIN_QUOTED * sum(bool(line.strip()) for line in lines), MIN_BREAKS):
        return lines
    return [line[match.end() :] if (match := _QUOTED.match(line)) else line for line in lines]


def _is_divided(above: str, below: str) -> bool:
    """Whether a word may be divided between two lines."""
    return below[:1].islower() and _HYPHENATED.search(above) is not None


def _joined(lines: list[str], *, is_hyphenated: bool) -> str:
    """One text of several lines.

    Soft hyphens are removed, and others where the program divides words; elsewhere they belong to the word.
    """
    text = [lines[0]]
    for above, below in itertools.pairwise(lines):
        if above.endswith(SOFT_HYPHEN) or (is_hyphenated and _is_divided(above, below)):
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
    if is_solid:
        continued = _full_lines(lines, runs, range(MIN_SOLID_WIDTH, MAX_SOLID_WIDTH + 1), is_solid=True)
        is_enough = len(continued) >= MIN_SOLID_BREAKS or _is_sure(lines, continued)
        return continued if is_enough and _continue_sentences(lines, continued) else []
    continued = _full_lines(lines, runs, range(MIN_WIDTH, MAX_WIDTH + 1), is_solid=False)
    if len(continued) >= MIN_BREAKS and _continue_sentences(lines, continued):
        return continued
    continued = _full_lines(lines, runs, range(MIN_COLUMN_WIDTH, MAX_WIDTH + 1), is_solid=False, is_printed=True)
    return continued if _is_column(lines, continued) and _continue_sentences(lines, continued) else []


def _full_lines(
    lines: list[Line], runs: list[range], widths: range, *, is_solid: bool, is_printed: bool = False
) -> list[int]:
    """The lines that may continue the line above, which a common width has cut: about, if they are from print."""
    width = _common_width(lines, runs, widths, is_solid=is_solid)
    slack = round(PRINTED_SLACK * width) if is_printed else 0
    continued: list[int] = []
    for run in runs if width else []:
        full = [n for n in run[1:] if _is_full(lines, n, width, slack, is_solid=is_solid)]
        breaks = len(run) - 1 - _has_heading(lines, run, full)
        if full and (len(full) >= MIN_SHARE * breaks or _is_mostly_paragraphs(lines, run, full)):
            continued += [n for n in full if _may_continue(lines, n, run, width)]
    return continued


def _has_heading(lines: list[Line], run: range, full: list[int]) -> bool:
    """Whether a run starts with a headline, a name or a date, right above its first paragraph."""
    is_short = len(run) > 2 and run[1] not in full and run[2] in full
    return is_short and not _END.search(lines[run[0]].text)


def _is_sure(lines: list[Line], continued: list[int]) -> bool:
    """Whether few breaks are enough, for lack of doubt about any of them."""
    members = set(continued)
    return len(continued) >= SURE_SOLID_BREAKS and all(
        not _END.search(lines[n - 1].text) and (n + 1 in members or _END.search(lines[n].text)) for n in continued
    )


def _is_column(lines: list[Line], continued: list[int]) -> bool:
    """Whether narrow lines are those of a newspaper's column, and not verse or the cells of a table."""
    if len(continued) < MIN_COLUMN_BREAKS:
        return False
    amid_sentence = sum(not _END.search(lines[n - 1].text) for n in continued)
    first = [lines[n].text[0] for n in continued]
    return amid_sentence >= MIN_COLUMN_AMID_SENTENCE * len(continued) and (
        sum(letter.islower() for letter in first) >= MIN_COLUMN_LOWER * len(first)
    )


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


def _common_width(lines: list[Line], runs: list[range], widths: range, *, is_solid: bool) -> int:
    """The width at which most breaks fall where the next word would not fit; 0 for none."""
    fits: Counter[int] = Counter()
    least, most = widths[0], widths[-1]
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


def _is_full(lines: list[Line], n: int, width: int, slack: int, *, is_solid: bool) -> bool:
    """Whether the line above the n-th ends where what follows would not have fitted, give or take `slack` columns."""
    above, text = lines[n - 1].width, lines[n].text
    # a word longer than the width sticks out of its line, and the next word starts a new one
    reach = _MAX_HANG if is_solid else len(text.split(" ", 1)[0])
    return above <= width + slack and width - slack < above + 1 + reach


def _is_mostly_paragraphs(lines: list[Line], run: range, full: list[int]) -> bool:
    """Whether the other breaks of a run end paragraphs: they are after a sentence and before a line that starts one.

    What stands above the first paragraph and below the last one may be headlines, names and dates.
    """
    if len(full) < MIN_BREAKS:
        return False
    others = set(run[1:]) - set(full)
    return all(
        n < full[0] or n > full[-1] + 1 or (_END.search(lines[n - 1].text) and not lines[n].text[0].islower())
        for n in others
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
