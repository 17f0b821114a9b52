"""Names without any word for the writer, in lines by the headline, known by a frequent given name or surname.

`佐藤健一` between brackets, `सरिता थापा` above the date, `তানভীর আহমেদ, ঢাকা`. A person of the story stands there too, in
a kicker or below a picture: a name that the headline or the story has is not the writer's.
"""

import re
from collections.abc import Iterator

from tasks.extract.fields.byline_places import dropped_by_the_headline, lines_by_the_headline
from tasks.extract.page import LabelledLine, Page
from tasks.text.date_lines import words_beside_dates
from tasks.text.known_names import is_known_name

_OF_OTHERS = frozenset(["caption", "comment", "credit", "footer", "headline", "navigation", "related", "subhead"])
_CASED = re.compile(r"[A-Za-zÀ-ɏḀ-ỿΑ-ωА-яЀ-џҐґԱ-և]")
_LINE_CHARS = 60
_BRACKETS = re.compile(r"^[【〔（(\[](.{2,20})[】〕）)\]]$")
_PLACE_BEHIND = re.compile(r"\s*[,،、|｜]\s*\S+(?:\s\S+)?$")
_MAX_NAMES = 3  # more are a list of people
_LINES_TO_DATE = 2


def bare_names(page: Page) -> list[str]:
    """The names that lines between headline and story are, in scripts without capitals."""
    language = page.printed_language()
    lines = list(_lines_below_headline(page))
    uncased = [line for line in lines if not _CASED.search(line.text)]
    dated = [line.line_no for line in lines if words_beside_dates(line.text, language) is not None] if uncased else []
    names: list[str] = []
    for line in uncased:
        text = _BRACKETS.sub(r"\1", line.text.strip())
        is_by_date = any(abs(line.line_no - number) <= _LINES_TO_DATE for number in dated)
        name = _PLACE_BEHIND.sub("", text) if is_by_date else text
        if is_known_name(name, language):
            names.append(name)
    return names if len(names) <= _MAX_NAMES and not any(_is_of_story(name, page) for name in names) else []


def _lines_below_headline(page: Page) -> Iterator[LabelledLine]:
    """The short lines from the headline to the first paragraph, whatever they are taken for."""
    lines = {line.line_no: line for line in [*lines_by_the_headline(page), *dropped_by_the_headline(page)]}
    head = next((number for number in sorted(lines, reverse=True) if lines[number].label == "headline"), None)
    kept = page.kept
    if head is None or not kept:
        return
    first = next((line.line_no for line in kept if line.line_no > head), head)
    for number in sorted(lines):
        line = lines[number]
        if head < number < first and line.label not in _OF_OTHERS and len(line.text) <= _LINE_CHARS:
            yield line


def _is_of_story(name: str, page: Page) -> bool:
    """Whether the headline or the story has a name."""
    return any(name in line.text for line in [*page.labelled("headline"), *page.kept])
