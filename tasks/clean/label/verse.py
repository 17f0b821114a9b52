"""Verses of a story: short lines of which most continue the sentence of the line above."""

import re
from itertools import pairwise

from tasks.clean.label.boxes import below_boxes
from tasks.clean.label.constants import OTHER_PARTS, SENTENCE_END
from tasks.clean.label.page import LineLabel, PageLines
from tasks.clean.label.removal import Removed
from tasks.vocabulary import Action, Label, Reason

_MIN_LINES = 4  # of a stanza, or of two couplets
_VERSE_WORDS = 12.0
_VERSE_CHARS = 70
_CONTINUED = 0.5  # of the lines below the first one; menus, headlines, tables and addresses have hardly any
_MAX_LINES, _MAX_TRIES = 200, 200  # of verses, and to find some; a page may have 20,000 short lines
_STANZA = 3  # lines of a paragraph in a script without capitals
_MEAN_WORDS = 2.5  # of a stanza; lists of single words have fewer
_CODE = re.compile(r"[{}<>=\[\]_#|]|\(\)|[\"'],$")  # program text continues its lines, too
_COMMAS = frozenset(",;،；、，؛—–")
_LEAST_CHANCE = 0.02  # by the model, on average


def find_verses(page: PageLines, story: list[int], removed: Removed) -> dict[int, LineLabel]:
    """The lines of verses that start right below a line of the story or amid it, with their labels."""
    added: dict[int, LineLabel] = {}
    inside = set(story)
    at = tries = 0
    for n in story:
        if n < at:
            continue
        # the model may have taken the first verse for the story
        starts = [start for start in (n, below_boxes(page, n)) if start < len(page.text) and _may_be_verse(page, start)]
        tries += len(starts)
        if tries > _MAX_TRIES:
            break
        verses = max((_verses_from(page, start, removed) for start in starts), key=len, default=[])
        if not verses or inside.issuperset(verses):
            continue
        at = verses[-1]
        for line in verses:
            if line not in inside:
                added[line] = LineLabel(Label.PARAGRAPH, Action.KEEP, Reason.WITHIN_STORY, "a verse", 0.6)
    return added


def _verses_from(page: PageLines, start: int, removed: Removed) -> list[int]:
    """The lines of verses from a line on; none if they are not verses."""
    if start >= len(page.text) or not _may_be_verse(page, start) or start in removed:
        return []
    end = start + 1
    while end < min(len(page.text), start + _MAX_LINES) and _may_be_verse(page, end) and end not in removed:
        end += 1
    stanzas = _stanzas(page, start, end)
    verses: list[int] = []
    last = 0  # the verses up to here end with a sentence; a stanza may end with a comma
    for stanza in stanzas:
        if not _is_verse(page, stanza):
            break
        verses += stanza
        last = len(verses) if SENTENCE_END.search(page.text[stanza[-1]]) or _is_unmarked(page, stanza) else last
    del verses[last:]
    if len(verses) < _MIN_LINES or sum(page.chance[n] for n in verses) < _LEAST_CHANCE * len(verses):
        return []
    return verses


def _stanzas(page: PageLines, start: int, end: int) -> list[range]:
    """Lines without a gap between them: an empty line, or another element."""
    gaps = [
        n
        for n in range(start + 1, end)
        if page.blank_before[n]
        or page.parent_of(n) != page.parent_of(n - 1)
        or page.tag[n] != page.tag[n - 1]
        or _is_end_of_lines(page, n)
    ]
    return [range(a, b) for a, b in pairwise([start, *gaps, end])]


def _is_end_of_lines(page: PageLines, n: int) -> bool:
    """Whether the line above is the last of several in one paragraph, in a script without capitals."""
    element = page.element
    return (
        page.is_html
        and bool(element)
        and n > 1
        and element[n] != element[n - 1] == element[n - 2]
        and not _has_case(page.text[n - 1])
    )


def _has_case(text: str) -> bool:
    """Whether the first character is one of a script with capitals."""
    return text[0].lower() != text[0].upper()


def _may_be_verse(page: PageLines, n: int) -> bool:
    return (
        page.words[n] <= _VERSE_WORDS
        and len(page.text[n]) <= _VERSE_CHARS
        and page.key[n] != 0
        and not page.link_share[n]
        and n not in page.entry
        and not _CODE.search(page.text[n])
        and not page.classes[n] & OTHER_PARTS
    )


def _is_verse(page: PageLines, lines: range) -> bool:
    """Whether most of the lines continue the sentence of the line above."""
    breaks = list(pairwise(lines))
    continued = sum(_continues(page.text[above], page.text[below]) for above, below in breaks)
    words = sum(page.words[n] for n in lines)
    are_broken = continued >= _CONTINUED * len(breaks) or _is_unmarked(page, lines)
    return len(lines) > 1 and are_broken and words >= _MEAN_WORDS * len(lines)


def _is_unmarked(page: PageLines, lines: range) -> bool:
    """Whether these are the lines of one paragraph, in a script without capitals, and without the marks of data.

    Such scripts do not show where a sentence starts, and their verses often have no marks at all.
    """
    return (
        page.is_html
        and bool(page.element)
        and len(lines) >= _STANZA
        and len({page.element[n] for n in lines}) == 1
        and not any(page.has_digit[n] or page.has_colon[n] for n in lines)
        and not any(_has_case(page.text[n]) for n in lines)
    )


def _continues(above: str, below: str) -> bool:
    """Whether a line goes on with the sentence of the line above it."""
    is_open = not SENTENCE_END.search(above) and below[0].islower()
    return is_open or (above[-1] in _COMMAS and not below[0].isdigit())
