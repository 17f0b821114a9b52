"""What only a story has at its head: a writer's line beside a date, or a day in its address."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote, urlsplit

from tasks.clean.label.page_signs import is_dated
from tasks.clean.model.lexicon import Entry

_ABOVE, _BELOW = 10, 8  # lines around the first kept one; a summary or a box of tags may be between
_WRITER_WORDS = 16  # at most, of a line with the writer, the post and the date; more is a sentence
_MEMBERS = 2  # names of writers at most; more are those of a thread or of a list
_TEXT_WORDS = 250  # kept; a shop or a manual has a maker and a date, but seldom a text below them
_TEXT_SHARE = 0.3  # of the page's words
# with two digits each, as programs write them; a version ("2024-4-4") has fewer
_DAY = re.compile(r"/(?:19|20)\d\d([/-]?)(?:0[1-9]|1[0-2])\1(?:0[1-9]|[12]\d|3[01])(?!\d)[/_-]?")


def has_story_head(
    texts: Sequence[str],
    entries: Mapping[int, Entry],
    first_kept: int,
    features: Mapping[str, float],
    *,
    kept_words: int,
    page_words: float,
) -> bool:
    """Whether a long text stands below the line of a writer that has a date beside it.

    `entries` are the phrases of the lexicon by line.
    """
    if kept_words < _TEXT_WORDS or kept_words < _TEXT_SHARE * page_words:
        return False
    near = range(max(first_kept - _ABOVE, 0), min(first_kept + _BELOW, len(texts)))
    writers = [n for n in near if n in entries and entries[n].group == "byline"]
    writers = [n for n in writers if 1 < len(texts[n].split()) <= _WRITER_WORDS]
    return 0 < len(writers) <= _MEMBERS and any(is_dated(texts[n], features) for n in near)


def is_dated_address(url: str | None) -> bool:
    """Whether an address holds a day and a name after it, like that of an entry; a day's archive ends in the day."""
    try:
        path = unquote(urlsplit(url or "").path)
    except ValueError:
        return False
    day = _DAY.search(path)
    return day is not None and any(char.isalnum() for char in path[day.end() :])
