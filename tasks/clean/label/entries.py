"""Entries of a story that recur in one form, whatever the model makes of them.

These are updates below a time of day, what is said below the names of two speakers, and the captions of a photo story.
"""

import re
from collections import Counter
from itertools import pairwise

from tasks.clean.label.constants import OTHER_PARTS, SENTENCE_END
from tasks.clean.label.page import LineLabel, PageLines
from tasks.clean.label.removal import Removed, story_lines
from tasks.clean.parse.tags import TAG_CODES
from tasks.vocabulary import Action, Label, Reason

_FEW_LINES = 150
_MIN_ENTRIES = 4  # fewer times or names may be alike by chance
_ENTRY_LINES = 6  # below one time or name; more are something else
_ENTRY_WORDS = 5.0  # on average; programmes and results have fewer
_SENTENCES = 0.8  # of the lines of entries end like one; lists of headlines have few
_NAME_WORDS = 4
_CLOCK = re.compile(r"([01]?\d|2[0-3])[:.h]([0-5]\d)(?:\s?(?:uhr|h|hrs|น\.?|ч\.?))?\b[\s–—:|-]*", re.I)
_FIGURE = (1 << TAG_CODES["figure"]) | (1 << TAG_CODES["figcaption"])
_CAPTION_WORDS, _MIN_CAPTIONS, _PHOTO_STORY_WORDS = 12, 3, 60  # of one, on a page, of all together


def find_entries(page: PageLines, removed: Removed) -> dict[int, LineLabel]:
    """The lines of entries that are the story's, with their labels."""
    added: dict[int, LineLabel] = {}
    is_short = len(page.text) <= _FEW_LINES  # on longer pages the models see enough
    for lines, detail in ((_updates(page), "an update"), (_turns(page), "said by one of two")) if is_short else ():
        for n in lines:
            added[n] = LineLabel(Label.PARAGRAPH, Action.KEEP, Reason.WITHIN_STORY, detail, 0.6)
    if page.is_html:
        for n in _photo_story(page, story_lines(page, removed)):
            added[n] = LineLabel(Label.PARAGRAPH, Action.KEEP, Reason.WITHIN_STORY, "a caption of a photo story", 0.6)
    return {n: label for n, label in added.items() if n not in removed and n not in page.template}


def _updates(page: PageLines) -> list[int]:
    """The lines of a ticker's entries: each below a time of day or after it, and the times in order."""
    starts = [n for n, text in enumerate(page.text) if text[:1].isdigit()]  # a pattern for all lines costs too much
    if len(starts) < _MIN_ENTRIES:
        return []
    times = {n: int(match[1]) * 60 + int(match[2]) for n in starts if (match := _CLOCK.match(page.text[n]))}
    if len(times) < _MIN_ENTRIES:
        return []
    heads = list(times)
    steps = [times[below] - times[above] for above, below in pairwise(heads)]
    backward, forward = sum(step < 0 for step in steps), sum(step > 0 for step in steps)
    if min(backward, forward) > 1 or max(backward, forward) < _MIN_ENTRIES - 1:  # one step may be across midnight
        return []
    return _between(page, heads)


def _turns(page: PageLines) -> list[int]:
    """What two speakers say by turns, each turn below the speaker's name."""
    short = [n for n, words in enumerate(page.words) if words <= _NAME_WORDS and page.copies[n] > 1]
    if len(short) < _MIN_ENTRIES:
        return []
    short = [n for n in short if not page.link_share[n]]
    speakers = {key for key, _ in Counter(page.key[n] for n in short if page.key[n]).most_common(2)}
    names = [n for n in short if page.key[n] in speakers]
    if len(names) < _MIN_ENTRIES or len(speakers) != 2:
        return []
    is_by_turns = all(page.key[above] != page.key[below] for above, below in pairwise(names))
    return _between(page, names) if is_by_turns else []


def _between(page: PageLines, heads: list[int]) -> list[int]:
    """The lines of the entries that start at `heads`, if all are sentences in elements of one kind."""
    lines: list[int] = []
    for head, following in pairwise([*heads, len(page.text)]):
        body = [head] if page.words[head] > _NAME_WORDS else []
        is_last = following == len(page.text)
        for n in range(head + 1, following):
            if is_last and (n > head + 1 or not lines or _place(page, n) != _place(page, lines[-1])):
                break  # nothing says where the last entry ends
            body.append(n)
        if not body and is_last:
            continue
        if not body or len(body) > _ENTRY_LINES:
            return []
        lines += body
    if any(page.classes[n] & OTHER_PARTS or page.link_share[n] > 0 or n in page.entry for n in lines):
        return []
    is_one_kind = len({_place(page, n) for n in lines}) == 1
    ends = sum(1 for n in lines if SENTENCE_END.search(page.text[n]))
    words = sum(page.words[n] for n in lines)
    is_prose = ends >= _SENTENCES * len(lines) and words >= _ENTRY_WORDS * len(lines)
    return lines if lines and is_one_kind and is_prose else []


def _place(page: PageLines, n: int) -> tuple[int, int, int, int]:
    return page.tag[n], page.classes[n], page.tags_around[n], page.article[n]


def _photo_story(page: PageLines, story: list[int]) -> list[int]:
    """The captions of a page whose story is nothing else."""
    if not story or not page.tags_around[story[0]] & _FIGURE or not all(page.tags_around[n] & _FIGURE for n in story):
        return []
    captions = [
        n
        for n, around in enumerate(page.tags_around)
        if around & _FIGURE and page.words[n] >= _CAPTION_WORDS and not page.link_share[n]
    ]
    is_story = len(captions) >= _MIN_CAPTIONS and sum(page.words[n] for n in captions) >= _PHOTO_STORY_WORDS
    return captions if is_story and not any(page.classes[n] & OTHER_PARTS for n in captions) else []
