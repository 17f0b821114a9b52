"""Boxes amid a story, below which it goes on: a picture with its caption, links to other stories, a form, an advert."""

from tasks.clean.label.constants import CONTACT, HEADINGS, OTHER_PARTS, OWNER, SENTENCE_END
from tasks.clean.label.page import LineLabel, PageLines
from tasks.clean.parse import class_words
from tasks.clean.parse.tags import TAG_CODES
from tasks.vocabulary import Action, Label, Reason

_LINES = 8  # of boxes one below the other, at most
_LINKED = 0.8  # of a line's words
_HEADLINE_LINKED = 0.98  # with a label before the link (`Read also: ...`) less of the line is one
_LABEL_WORDS = 8  # of the line above the links of a box, below this
_PARTS = OTHER_PARTS | class_words.BITS["caption"] | class_words.BITS["byline"]
_TAGS = sum(1 << TAG_CODES[name] for name in ("aside", "figure", "figcaption", "form", "nav"))
_MOST_LINES = 80  # of a page; on longer ones the model sees enough, and half of what is below boxes is not the story
_TABLE = 1 << TAG_CODES["table"]
_CLOSING_WORDS, _MOST_WORDS = 8, 90
_CHANCE = 0.06  # by the model, as for closing paragraphs without a box above them
_PARAGRAPHS = 3


def below_boxes(page: PageLines, above: int) -> int:
    """The first line below a line of the story that is not in a box; the next line where that is in none."""
    end = min(above + 1 + _LINES, len(page.text)) if len(page.text) <= _MOST_LINES and page.element else 0
    n = above + 1
    while n < end and not page.tags_around[n] & _TABLE and _is_of_box(page, n, above):
        n += 1
    return n


def closing_paragraphs(page: PageLines, story: list[int]) -> dict[int, LineLabel]:
    """Paragraphs below a box after the story's last line, in the element that holds the story's other paragraphs."""
    if not page.is_html or not page.element or len(page.text) > _MOST_LINES:
        return {}
    places = {(page.tag[n], page.parent_of(n)) for n in story if page.is_end[n] and page.parent_of(n) > 1}
    sections = {(tag, page.parents[around]) for tag, around in places}
    found: dict[int, LineLabel] = {}
    last, keys = story[-1], {page.key[n] for n in story}
    for _ in range(_PARAGRAPHS):
        n = below_boxes(page, last)
        if n >= len(page.text) or not _is_paragraph(page, n) or _is_teaser(page, n) or page.key[n] in keys:
            break
        around = page.parent_of(n)
        # a heading is above a text, in the section of an entry too
        is_headed = page.tag[last] in HEADINGS and (page.tag[n], page.parents[around]) in sections
        if not is_headed and (page.tag[n], around) not in places:
            break
        found[n] = LineLabel(Label.PARAGRAPH, Action.KEEP, Reason.WITHIN_STORY, "the last paragraph", 0.6)
        last = n
    return found


def _is_of_box(page: PageLines, n: int, above: int) -> bool:
    if _is_apart(page, n, above):
        return True
    # what a box calls its links
    is_label = page.words[n] < _LABEL_WORDS and n + 1 < len(page.text)
    return is_label and page.link_share[n + 1] >= _LINKED and page.parent_of(n) != page.parent_of(above)


def _is_apart(page: PageLines, n: int, above: int) -> bool:
    return bool(
        page.link_share[n] >= _LINKED
        or not page.key[n]
        or n in page.entry
        or page.classes[n] & ~page.classes[above] & _PARTS
        or page.tags_around[n] & ~page.tags_around[above] & _TAGS
    )


def _is_teaser(page: PageLines, n: int) -> bool:
    """Whether a line stands below the linked headline of another story, in an element like its own."""
    is_alike = page.tag[n] == page.tag[n - 1] and page.parent_of(n) == page.parent_of(n - 1)
    return is_alike and page.link_share[n - 1] > _HEADLINE_LINKED


def _is_paragraph(page: PageLines, n: int) -> bool:
    text = page.text[n]
    return bool(
        _CLOSING_WORDS <= page.words[n] <= _MOST_WORDS
        and page.chance[n] >= _CHANCE
        and page.link_share[n] == 0
        and n not in page.entry
        and SENTENCE_END.search(text)
        and text[-2:] != ".."
        and not CONTACT.search(text)
        and not OWNER.match(text)
    )
