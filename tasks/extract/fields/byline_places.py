"""Where writers stand on a page: by the headline. Names in menus, teasers and comments are other people's."""

import re

from tasks.extract.fields.bylines import without_date
from tasks.extract.page import LabelledLine, Page
from tasks.text.person_names import leading_name

_LINES_ABOVE = 6  # before the headline: a kicker, a date, a photo's caption
_LINES_BELOW = 15  # between the headline and the second paragraph: standfirst, picture, buttons
_MAX_LINKS = 4
_ROOM_IN_LINE = 40  # characters beside a writer's link: `By`, a date, a role
_LINE_OF_BYLINE = 160  # characters: a name, its site, two dates and the time it takes to read
_BETWEEN_PIECES = re.compile(
    r"\s*[|·•/,;]\s*|\s[–—-]\s|\b(?:uhr|um|posted|published|updated|am|veröffentlicht)\b:?", re.I
)


def lines_by_the_headline(page: Page) -> list[LabelledLine]:
    """The lines around the headline, up to the second paragraph of the story."""
    lines = page.lines
    paragraphs = [at for at, line in enumerate(lines) if line.label == "paragraph" and line.action != "drop"]
    first = paragraphs[0] if paragraphs else len(lines)
    headlines = [at for at, line in enumerate(lines[: first + 1]) if line.label == "headline"]
    if headlines:
        start, end = headlines[-1] - _LINES_ABOVE, headlines[-1] + _LINES_BELOW
    else:
        start, end = first - _LINES_BELOW, first + 1
    if len(paragraphs) > 1:
        end = min(end, paragraphs[1])
    return [line for line in lines[max(start, 0) : end] if line.label != "paragraph"]


def printed_bylines(page: Page) -> list[tuple[str, list[str]]]:
    """The lines of bylines: those by the headline before those elsewhere, as at the end of the story."""
    near = {line.line_no for line in lines_by_the_headline(page)}
    bylines = page.labelled("byline")
    return [
        ("byline", [line.text for line in bylines if line.line_no in near]),
        ("byline", [line.text for line in bylines if line.line_no not in near]),
    ]


def writers_links(page: Page) -> list[tuple[str, list[str]]]:
    """The texts of links to writers' pages: by the headline or in a byline; else in lines that clean dropped.

    One in the text of the story is a person of the story. Many in dropped lines are those of teasers.
    """
    links = page.signals.get("author_links", [])
    near = _links_in(links, [line.text for line in [*lines_by_the_headline(page), *page.labelled("byline")]])
    story = "\n".join(line.text for line in page.labelled("paragraph"))
    unseen = [text for text in links if text not in story]
    return [
        ("author link", near[:_MAX_LINKS]),
        ("author link", unseen if len(unseen) < _MAX_LINKS else []),
    ]


def _links_in(links: list[str], lines: list[str]) -> list[str]:
    """The links that begin a short line or are most of one."""
    return [
        text
        for text in links
        if any(
            text in line
            and (len(line) <= len(text) + _ROOM_IN_LINE or (line.startswith(text) and len(line) < _LINE_OF_BYLINE))
            for line in lines
        )
    ]


def names_beside_date(page: Page) -> list[str]:
    """The name in the date line by the headline, if the page has a place for writers: `Ada Mörk - 12 October 2024`."""
    near = lines_by_the_headline(page)
    if not any(line.label == "byline" for line in near):
        return []  # what stands beside the date is a section
    dated = [line for line in near if line.label == "date" and line.action != "drop"]
    return names_beside(dated, page.declared_language())[:1]


def names_beside(lines: list[LabelledLine], language: str | None) -> list[str]:
    """The names in date lines, between separators."""
    dated = [without_date(line.text, language) for line in lines]
    pieces = [piece.strip() for text in dated for piece in _BETWEEN_PIECES.split(text)]
    return [name for piece in pieces if (name := leading_name(piece))]
