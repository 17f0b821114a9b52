"""Signs in a page's title and in the form of its text that it holds no story: names of a site's own pages, cut teasers.

Like the signs in `page_signs.py`, they count only where the model is in doubt.
"""

import re
import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

_PHRASES_FILE = Path(__file__).with_name("page_titles.toml")
_TITLE_CHARS = 80
_TITLE_LINES = 2  # above the text
# a story that lost its headline stands below the last entry of a menu, which is often `About us`
_GROUPS_OF_LINES = ("terms", "answers", "manual")
_DATED = "terms"  # the group of pages that say when they were changed
_SITE_WORDS = 3  # a longer part before another is a headline
_BEFORE_NAME = ("camera", "job", "manual")  # groups whose phrases may stand before what they name
_SITE_MARK = re.compile(r"\s[|·»«•–—-]+\s|\s?[|｜_]\s?")  # between a title and the name of the site
_WORD = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0900-\u0dff\u0e31-\u0e4e\u200c])*")
_QUESTION_MARKS = ("?", "？", "؟", "՞", "፧")
_CUT_ENDS = ("..", "…", "[...]", "[…]", "[&hellip;]")
_ARROWS = " \t\n\r\xa0»>›"  # of the link to the rest
_CUT_LINES, _CUT_SHARE = 3, 0.6  # of the kept lines; a story leaves a sentence or two unfinished
_SENTENCE_CHARS, _MENU_LINES = 150, 6  # of a page with one sentence; other lines around it, at least
_MENU_CHARS = 40  # of each of them
_NAME_WORDS, _NAME_CHARS = 2, 20  # at most, of an entry or a name; scripts without spaces write a headline in more


class Title(NamedTuple):
    """What a page's title names."""

    kind: str  # of the page
    group: str
    phrase: str


def title_of_site_page(declared: str | None, texts: Sequence[str], first_kept: int) -> Title | None:
    """The title of a page that names what only pages without a story are; None for any other.

    It is the declared title without the name of the site, or the line above the text. A date may be between both, or
    the first question, or the heading of a part.
    """
    for part in _without_site(declared) if declared else ():
        if named := _named_by(part):
            return named
    above = texts[max(first_kept - _TITLE_LINES, 0) : first_kept]
    for distance, text in enumerate(reversed(above)):
        named = _named_by(text)
        if named and named.group in _GROUPS_OF_LINES and (distance == 0 or _may_be_apart(named, text, above[-1])):
            return named
    return None


def _may_be_apart(title: Title, text: str, between: str) -> bool:
    """Whether a title two lines above the text is the page's and no entry of a menu above another title."""
    if title.group == "answers":
        return between.endswith(_QUESTION_MARKS)
    return title.group == _DATED or (title.group == "manual" and len(text) > len(title.phrase) + 1)


def _without_site(title: str) -> list[str]:
    """The parts of a declared title that may be the page's own: the first, or the second below a short one."""
    parts = [part for part in _SITE_MARK.split(title.strip()) if part]
    is_site_first = len(parts) == 2 and len(parts[0].split()) <= _SITE_WORDS and len(parts[0]) <= _NAME_CHARS
    return parts if is_site_first else parts[:1]


def _named_by(title: str) -> Title | None:
    if len(title) > _TITLE_CHARS:
        return None
    words = _WORD.findall(title.casefold())
    phrases, longest = _phrases()
    for count in range(min(len(words), longest), 0, -1):
        phrase = " ".join(words[:count])
        if phrase in phrases:
            kind, group = phrases[phrase]
            if count == len(words) or group in _BEFORE_NAME:
                return Title(kind, group, phrase)
    return None


@cache
def _phrases() -> tuple[dict[str, tuple[str, str]], int]:
    """The kind and the group of each phrase, and the number of words of the longest."""
    with _PHRASES_FILE.open("rb") as handle:
        kinds = tomllib.load(handle)
    phrases = {
        " ".join(_WORD.findall(phrase.casefold())): (kind, group)
        for kind, groups in kinds.items()
        for group, listed in groups.items()
        for phrase in listed
    }
    return phrases, max(len(phrase.split()) for phrase in phrases)


def is_list_of_cut_texts(texts: Sequence[str], kept: Sequence[int]) -> bool:
    """Whether most of the kept lines end in dots, as teasers do that a program has cut."""
    cut = [n for n in kept if texts[n].rstrip(_ARROWS).endswith(_CUT_ENDS)]
    return len(cut) >= _CUT_LINES and len(cut) >= _CUT_SHARE * len(kept)


def is_one_sentence(declared: str | None, texts: Sequence[str], kept: Sequence[int]) -> bool:
    """Whether a page is one sentence among the entries of a menu, without a headline, which the shortest brief has."""
    if len(kept) != 1 or len(texts[kept[0]]) > _SENTENCE_CHARS:
        return False
    heads = [*texts[max(kept[0] - 1, 0) : kept[0]], _SITE_MARK.split((declared or "").strip())[0]]
    if any(len(head.split()) > _NAME_WORDS or len(head) > _NAME_CHARS for head in heads):
        return False
    return sum(len(text) <= _MENU_CHARS for text in texts) >= max(_MENU_LINES, len(texts) - 2)
