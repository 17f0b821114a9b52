"""Readers' comments that the model takes for part of the story, recognised by their form."""

import re
from itertools import pairwise

from tasks.clean.label.page import LineLabel, PageLines
from tasks.clean.label.removal import STORY_WORDS_LEFT, Removed, is_small_part, story_lines
from tasks.vocabulary import Action, Label, Reason

_COMMENT_COUNT = re.compile(  # `5 comments`
    r"""^\(?\d[\d.,]*\)?\s+(?:
        comments?|responses?|replies|kommentare?|antworten|commentaires?|réponses?|comentarios?|respuestas?|comentários?
        |commenti|commento|risposte|reacties|reactie|komentarz(?:e|y)|комментари(?:й|я|ев)|коментар(?:і|ів)|yorum
        |kommentarer?|komentář(?:e|ů)?
    )\b.{0,25}$""",
    re.I | re.X,
)
_TIME = re.compile(
    r"""\b\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d{2}\b
        |\bago\b|\bvor\ \d+|\bil\ y\ a\b|\bhace\ \d+|\bhá\ \d+|\bgeleden\b|\btemu\b|\bfa\b|назад|\bönce\b""",
    re.I | re.X,
)
_NAME_FIRST = re.compile(
    r"^[^\W\d_][\w.'’ -]{1,40}?(?:[,·•|:–-]|\s(?:on|am|le|el|em|il|op|says|said|schrieb|a écrit)\s|\s+\d)"
)
_HEAD_WORDS = 9  # a reader's name and the time
_COMMENT_LINES = 12  # of one comment with its head and its buttons
_DATED_HEADS = 3  # fewer may be alike by chance
_TITLE_ABOVE = 4  # lines between the number of comments and the first of them
_NUMBER = re.compile(r"(?<![\d.,:])\d{1,4}(?![\d.,:])")
_DAY = re.compile(r"(?<!\d)\d{1,4}\s?[./\-年년]\s?\d{1,2}\s?[./\-月월]\s?\d{1,4}[.日일]?")
_CLOCK = re.compile(r"(?<!\d)\d{1,2}:\d\d(?!\d)")
_NAME_LETTERS = 2


def remove_comments(page: PageLines, removed: Removed) -> None:
    """Remove comments below a line like `5 comments`, or each between a name with a date and a line like `Reply`."""
    story = story_lines(page, removed)
    if not story:
        return
    for n in range(story[0], len(page.text)):
        if page.words[n] <= _HEAD_WORDS and _is_title_of_comments(page, n):
            part = [line for line in story if line >= n]
            story_words = sum(page.words[line] for line in story if line < n and page.is_good[line])
            if story_words >= STORY_WORDS_LEFT and is_small_part(page, part, story):
                _remove(part, removed, page.text[n][:40])
                return
    start = _first_dated_comment(page, story[0])
    if start is not None:
        part = [line for line in story if line >= start]
        if sum(page.words[line] for line in story if line < start and page.is_good[line]) >= STORY_WORDS_LEFT:
            # lines that the model left out are removed, too, so that no other rule adds them
            lines = list(range(start, max(part, default=start) + 1))
            _remove(lines, removed, "their number, and a name, a date and a time above each")
            return
    start = _first_answered_comment(page, story[0])
    part = [line for line in story if start is not None and line >= start]
    if is_small_part(page, part, story):
        _remove(part, removed, "a name and a time above it, a reply below")


def _first_dated_comment(page: PageLines, first: int) -> int | None:
    """The line with the number of comments above several of them, each below a name, a date and a time of day.

    This needs no word of any language: `Kommentare (4)`, and then `rohrzange72 14.11.2020, 19:40` four times.
    """
    short = [n for n in range(first + 1, len(page.text)) if page.has_digit[n] and page.words[n] <= _HEAD_WORDS]
    heads = [n for n in short if _is_dated_head(page.text[n])]
    if len(heads) < _DATED_HEADS or any(b - a > _COMMENT_LINES for a, b in pairwise(heads)):
        return None
    above = range(max(heads[0] - _TITLE_ABOVE, first + 1), heads[0])
    for n in above:
        numbers = map(int, _NUMBER.findall(page.text[n])) if page.words[n] <= _HEAD_WORDS else ()
        if any(len(heads) <= number for number in numbers):
            return n
    return None


def _is_dated_head(text: str) -> bool:
    """Whether a line is a name, a date and a time of day."""
    if ":" not in text or not (_DAY.search(text) and _CLOCK.search(text)):
        return False
    rest = _CLOCK.sub("", _DAY.sub("", text))
    return sum(letter.isalpha() for letter in rest) >= _NAME_LETTERS


def _first_answered_comment(page: PageLines, first: int) -> int | None:
    """The head of the first of two or more comments, each between a name with a date and a line like `Reply`."""
    replies = [n for n, entry in page.entry.items() if entry.kind == "comment.action" and entry.mode == "whole"]
    heads: list[int] = []
    for reply in sorted(replies):
        above = [n for n in range(max(first + 1, reply - _COMMENT_LINES), reply) if _is_comment_head(page, n)]
        if above and (not heads or above[-1] > heads[-1]):
            heads.append(above[-1])
    return heads[0] if len(heads) >= 2 and heads[1] - heads[0] <= 2 * _COMMENT_LINES else None


def _remove(part: list[int], removed: Removed, detail: str) -> None:
    removed.update({n: LineLabel(Label.COMMENT, Action.DROP, Reason.LEXICON, detail, 0.85) for n in part})


def _is_title_of_comments(page: PageLines, n: int) -> bool:
    entry = page.entry.get(n)
    is_title = entry is not None and entry.kind == "comment.title" and not page.is_story[n]
    return is_title or bool(_COMMENT_COUNT.match(page.text[n]))


def _is_comment_head(page: PageLines, n: int) -> bool:
    text = page.text[n]
    return (
        2 <= page.words[n] <= _HEAD_WORDS
        and not page.is_end[n]
        and n not in page.entry
        and page.link_share[n] < 0.8
        and bool(_TIME.search(text))
        and bool(_NAME_FIRST.match(text))
    )
