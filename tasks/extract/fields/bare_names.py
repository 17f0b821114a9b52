"""Names without any word for the writer, in lines by the headline, known by a frequent given name or surname.

`Inés Robles y Juan Mora | Lornhaven`, `佐藤健一` between brackets, `सरिता थापा` above the date, `তানভীর আহমেদ, ঢাকা`. A
person of the story stands there too, in a kicker or below a picture: a name that the headline or the story has is not
the writer's.
"""

import re
from collections.abc import Iterator

from tasks.extract.fields.byline_places import dropped_by_the_headline, lines_by_the_headline
from tasks.extract.page import LabelledLine, Page, once_per_page
from tasks.text.date_lines import words_beside_dates
from tasks.text.known_names import is_known_name
from tasks.text.person_names import leading_name

_OF_OTHERS = frozenset(["caption", "comment", "credit", "footer", "headline", "subhead"])
_MENUS = frozenset(["navigation", "related"])  # a name alone looks like one of their links
_CASED = re.compile(r"[A-Za-zÀ-ɏḀ-ỿΑ-ωА-яЀ-џҐґԱ-և]")
_LINE_CHARS = 60
_BRACKETS = re.compile(r"^[【〔（(\[](.{2,20})[】〕）)\]]$")
# before a place, a role, an agency: `Rita Lobo* | Especial`, `مینا رستمی؛ خبرنگار`, `Elif KAYA / LORNHAVEN`
_SIGN_BEHIND = re.compile(r"\s*[,،、;؛|｜(（*·•/]\s*|\s[–—-]\s")
_BETWEEN_NAMES = re.compile(r"\s+(?:&|and|und|et|y|e|och|og|en|i|a|ve|и|та|і|και|dan|và)\s+")
_WORDS_BEHIND = 6
_MAX_LINES = 3  # more are a list of people
_LINES_TO_DATE = 2
_LINES_OF_STANDFIRST = 3


@once_per_page
def bare_names(page: Page) -> list[str]:
    """The names that lines between headline and story are or start with, if they are known ones.

    With capitals, and with a place or a role behind it, a name has to stand near the date.
    """
    language = page.printed_language()
    lines = list(_lines_below_headline(page))
    found = [(line, names, is_all) for line in lines for names, is_all in [_names_in(line.text, language)] if names]
    if not found or len(found) > _MAX_LINES:
        return []
    dated = [line.line_no for line in lines if words_beside_dates(line.text, language) is not None]
    kept: list[str] = []
    for line, names, is_all in found:
        if line.label in _MENUS:
            is_by_date = is_all and any(abs(line.line_no - number) == 1 for number in dated)
            kept += names if is_by_date else []
            continue
        is_by_date = any(abs(line.line_no - number) <= _LINES_TO_DATE for number in dated)
        if is_by_date or (is_all and not _CASED.search(line.text)):
            kept += names
    own = {line.line_no for line, _, _ in found}
    return [] if any(_is_of_story(name, page, own) for name in kept) else kept


def _names_in(text: str, language: str | None) -> tuple[list[str], bool]:
    """The known names that a line starts with, and whether they are all of it."""
    bracketed = _BRACKETS.match(text.strip())
    head, *rest = _SIGN_BEHIND.split(bracketed[1] if bracketed else text.strip(), maxsplit=1)
    if rest and len(rest[0].split()) > _WORDS_BEHIND:
        return [], False
    names = [part.strip() for part in _BETWEEN_NAMES.split(head)]
    are_known = all(is_known_name(name, language) and _is_whole(name) for name in names)
    return (names, not rest) if are_known else ([], False)


def _is_whole(name: str) -> bool:
    """Whether a name with capitals has only words with capitals and particles."""
    return not _CASED.search(name) or leading_name(name) == name


def _lines_below_headline(page: Page) -> Iterator[LabelledLine]:
    """The short lines from the headline to the first paragraph, whatever they are taken for."""
    lines = {line.line_no: line for line in [*lines_by_the_headline(page), *dropped_by_the_headline(page)]}
    head = next((number for number in sorted(lines, reverse=True) if lines[number].label == "headline"), None)
    kept = page.kept
    if head is None or not kept:
        return
    below = [line for line in kept if line.line_no > head]
    # a standfirst may be kept as the first paragraph, above the byline
    running = [line for line in below[:_LINES_OF_STANDFIRST] if line.reason == "running_text"]
    first = next((line.line_no for line in [*running, *below]), head)
    for number in sorted(lines):
        line = lines[number]
        if not head < number < first or line.label in _OF_OTHERS or len(line.text) > _LINE_CHARS:
            continue
        if line.label not in _MENUS or (line.tag != "li" and line.reason != "link_list"):
            yield line


def _is_of_story(name: str, page: Page, own: set[int]) -> bool:
    """Whether the headline, the standfirst, a caption or the story has a name; `own` are the lines it was read from."""
    lines = [*page.labelled("headline", "standfirst", "caption", "subhead"), *page.kept]
    return any(name in line.text and line.line_no not in own for line in lines)
