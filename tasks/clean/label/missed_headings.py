"""Headings within a story that the model leaves out although the paragraph below them was taken for it."""

from collections import Counter
from collections.abc import Iterable

from tasks.clean.label.constants import HEADINGS
from tasks.clean.label.page import LineLabel, PageLines
from tasks.clean.parse import class_words
from tasks.clean.parse.tags import TAG_CODES
from tasks.vocabulary import Action, Label, Reason

_H1 = TAG_CODES["h1"]
_WORDS = 25  # of a heading at most
_ALIKE = 2  # headings of the story's sections in one element, for one above its first line
_LIST = 3  # headings that link, one above each entry of a list: teasers amid a story are fewer, or not beside its text
_LABEL_CHARS = 7  # headings that start alike are labels: `Related: ...`
_ASIDE, _HEADER = 1 << TAG_CODES["aside"], 1 << TAG_CODES["header"]
_CAPTION = class_words.BITS["caption"]

_Place = tuple[int, int]  # tag, and the element around it


def find_headings(page: PageLines, story: Iterable[int]) -> dict[int, LineLabel]:
    """The headings right above a line of the story in one element with it, with their labels."""
    inside = set(story)
    first, last = min(inside), max(inside)
    places: dict[int, _Place] = {n: (tag, _section_of(page, n)) for n, tag in enumerate(page.tag) if tag in HEADINGS}
    alike = Counter(place for n, place in places.items() if n in inside)
    found = [
        n
        for n, place in places.items()
        if first < n < last and n not in inside and _is_above(page, n, inside) and not page.link_share[n]
        if alike[place] or (n - 1 in inside and _is_beside(page, n))
    ]
    found += _linked(page, places, inside) + _of_entries(page, places, inside)
    alike += Counter(places[n] for n in found)
    above = first - 1
    if above in places and alike[places[above]] >= _ALIKE and _is_first(page, above, inside):
        found.append(above)
    return {n: LineLabel(Label.SUBHEAD, Action.KEEP, Reason.WITHIN_STORY, "above its paragraph", 0.6) for n in found}


def _is_above(page: PageLines, n: int, inside: set[int]) -> bool:
    """Whether a heading stands right above a line of the story, in the element that holds both."""
    return (
        n + 1 in inside
        and 0 < page.words[n] <= _WORDS
        and page.key[n] != 0
        and page.tag[n] != _H1
        and n not in page.entry
        and page.key[n] not in page.titles
        and page.parent_of(n) > 0
        and page.is_within(n + 1, _section_of(page, n))
    )


def _section_of(page: PageLines, n: int) -> int:
    """The element around a heading and its text; the heading may be in a `header` of its own."""
    around = page.parent_of(n)
    is_in_header = n + 1 < len(page.text) and page.tags_around[n] & ~page.tags_around[n + 1] & _HEADER
    return page.parents[around] if is_in_header and page.parents[around] > 0 else around


def _is_beside(page: PageLines, n: int) -> bool:
    """Whether the line above a heading is in the element of its section, or right beside a box that it heads."""
    around = _section_of(page, n)
    if not page.tags_around[n] & _ASIDE and page.parents[around] > 1:
        around = page.parents[around]
    return page.is_within(n - 1, around)


def _of_entries(page: PageLines, places: dict[int, _Place], inside: set[int]) -> list[int]:
    """Headings of entries that have an element each, with other lines like a time above the heading: a live blog."""
    by_place: dict[_Place, list[int]] = {}
    first, last = min(inside), max(inside)
    for n, (tag, around) in places.items():
        if first < n < last and page.parents[around] > 1 and not page.tags_around[n] & _ASIDE:
            by_place.setdefault((tag, page.parents[around]), []).append(n)
    return [
        n
        for lines in by_place.values()
        if len(lines) >= _LIST and all(_is_above(page, n, inside) and not page.link_share[n] for n in lines)
        for n in lines
        if n not in inside
    ]


def _is_first(page: PageLines, n: int, inside: set[int]) -> bool:
    """Whether the line above the story heads its first section: the page has another headline further up."""
    has_headline = any(tag in HEADINGS for tag in page.tag[max(0, n - 20) : n])
    is_plain = not page.link_share[n] and not page.classes[n] & _CAPTION
    return has_headline and is_plain and _is_above(page, n, inside)


def _linked(page: PageLines, places: dict[int, _Place], inside: set[int]) -> list[int]:
    """Linked headings, one above each entry of a list such as the ten best books."""
    by_place: dict[_Place, list[int]] = {}
    first = min(inside)
    for n, place in places.items():
        if n > first and page.link_share[n]:
            by_place.setdefault(place, []).append(n)
    found: list[int] = []
    for lines in by_place.values():
        starts = Counter(page.text[n][:_LABEL_CHARS] for n in lines)
        is_list = len(lines) >= _LIST and starts.most_common(1)[0][1] == 1
        if is_list and all(_is_above(page, n, inside) for n in lines):
            found += [n for n in lines if n not in inside]
    return found
