"""The rest of a story whose element holds it and nothing else.

On a page of few lines the models see little, and may know one paragraph of five. Where the element around the headline
and that paragraph holds nothing that is something else (no link, no phrase of the lexicon, no name of another part),
all of it is the story: verses, short questions, tables of results, and a closing sentence.
"""

from tasks.clean.label.constants import CONTACT, HEADINGS, OTHER_PARTS, OWNER, SENTENCE_END
from tasks.clean.label.page import LineLabel, PageLines
from tasks.clean.label.removal import Removed, story_lines
from tasks.clean.parse import class_words
from tasks.clean.parse.tags import TAG_CODES
from tasks.vocabulary import Action, Label, Reason

_FEW_LINES = 40
_NEAR = 8  # lines between the headline and the first line of the story: writer, date, picture
_ELSEWHERE = OTHER_PARTS | class_words.BITS["byline"] | class_words.BITS["caption"]
_ELSEWHERE_TAGS = sum(1 << TAG_CODES[name] for name in ("nav", "form", "aside", "footer", "figure", "figcaption"))
_TABLE = 1 << TAG_CODES["table"]
_LEAST_CHANCE = 0.02  # by the model
_SENTENCE_WORDS = 8
_LINKED, _TEASER_WORDS = 0.5, 5  # above the story, a link of few words is the writer or the section


def find_rest(page: PageLines, removed: Removed) -> dict[int, LineLabel]:
    """The lines of the story's element that are not taken for the story yet, with their labels."""
    story = story_lines(page, removed)
    if not page.is_html or not page.element or not story or len(page.text) > _FEW_LINES:
        return {}
    headline = _headline_above(page, story[0])
    if headline is None:
        return {}
    around = page.element_around([headline, story[0]])
    end = _end_of(page, around, headline, story[0])
    if around <= 1 or not story[-1] < end or _is_whole_page(page, headline, end):
        return {}
    end = _without_loose_end(page, story[-1], end)
    rest = [n for n in range(headline + 1, end) if not page.is_story[n] and n not in removed and _has_text(page, n)]
    if any(page.chance[n] < _LEAST_CHANCE for n in rest if n > story[0]):
        return {}
    kept = {*story, *rest}
    rest = [n for n in rest if page.text[n][-1] not in ":：" or n + 1 in kept]  # else it announces something else
    return {
        n: LineLabel(Label.PARAGRAPH, Action.KEEP, Reason.WITHIN_STORY, "in the story's element", 0.6)
        for n in rest
        if n > story[0] or _is_first_paragraph(page, n, story[0])
    }


def _has_text(page: PageLines, n: int) -> bool:
    """Whether a line is text: a number alone is that of a slide or a time, unless it is in a table."""
    is_text = any(map(str.isalpha, page.text[n])) or bool(page.tags_around[n] & _TABLE)
    return bool(page.key[n]) and is_text


def _is_first_paragraph(page: PageLines, n: int, first: int) -> bool:
    """Whether a line above the first one that was taken for the story is a paragraph in the same kind of element."""
    is_sentence = page.words[n] >= _SENTENCE_WORDS and SENTENCE_END.search(page.text[n])
    is_alike = (page.tag[n], page.classes[n]) == (page.tag[first], page.classes[first])
    return bool(is_sentence) and is_alike and not page.link_share[n] and n not in page.entry


def _headline_above(page: PageLines, first: int) -> int | None:
    """The heading above the first line of the story, with little between."""
    above = range(first - 1, max(first - _NEAR, 0) - 1, -1)
    return next((n for n in above if page.tag[n] in HEADINGS), None)


def _end_of(page: PageLines, around: int, headline: int, first: int) -> int:
    """The line below the last one of the element that may be the story's, from the headline on."""
    for n in range(headline + 1, len(page.text)):
        is_teaser = n < first and page.link_share[n] > _LINKED and page.words[n] >= _TEASER_WORDS
        if not page.is_within(n, around) or is_teaser or (n > first and _is_something_else(page, n, first)):
            return n
    return len(page.text)


def _without_loose_end(page: PageLines, last: int, end: int) -> int:
    """The end without lines below the story that are no sentence, like the heading of what follows."""
    while end - 1 > last and not SENTENCE_END.search(page.text[end - 1]) and not page.tags_around[end - 1] & _TABLE:
        end -= 1
    return end


def _is_something_else(page: PageLines, n: int, first: int) -> bool:
    return bool(
        page.link_share[n] > 0
        or n in page.entry
        or CONTACT.search(page.text[n])
        or OWNER.match(page.text[n])
        or page.classes[n] & ~page.classes[first] & _ELSEWHERE
        or page.tags_around[n] & ~page.tags_around[first] & _ELSEWHERE_TAGS
        or page.article[n] != page.article[first]
    )


def _is_whole_page(page: PageLines, headline: int, end: int) -> bool:
    """Whether nothing stands around the element, so that it says nothing about its lines."""
    return headline == 0 and end == len(page.text)
