"""What the rules that take a part of the page out of its story have in common."""

import itertools
from collections.abc import Iterable

from tasks.clean.label.page import LineLabel, PageLines

Removed = dict[int, LineLabel]  # lines taken out of the story, with what they are instead

STORY_WORDS_LEFT = 40  # the fewest words that must be left of a story when a part is removed
_SMALL_SHARE = 0.4  # of the kept words: a part with more is the story itself


def story_lines(page: PageLines, removed: Removed) -> list[int]:
    """The lines of the story that no rule has removed."""
    return [n for n in itertools.compress(itertools.count(), page.is_story) if n not in removed]


def word_sum(page: PageLines, lines: Iterable[int]) -> float:
    """The words of some lines."""
    return sum(page.words[n] for n in lines)


def is_small_part(page: PageLines, part: list[int], story: list[int]) -> bool:
    """Whether a part of the story is small enough to be removed, and leaves a story behind."""
    size, whole = word_sum(page, part), word_sum(page, story)
    return bool(part) and size <= _SMALL_SHARE * whole and whole - size >= STORY_WORDS_LEFT
