"""Lines that the model leaves out of a story though their place says that they are its own."""

from tasks.clean.label.page import Named, PageLines
from tasks.clean.parse import class_words
from tasks.clean.parse.tags import TAG_CODES
from tasks.vocabulary import Action, Label, Reason

_TABLE = 1 << TAG_CODES["table"]
_CELLS = frozenset(TAG_CODES[name] for name in ("td", "th"))
# a table in such a part of the page is none of the story's
_ELSEWHERE = (
    class_words.HIDDEN
    | class_words.IN_LINK
    | sum(
        class_words.BITS[group]
        for group in (
            "comment",
            "related",
            "nav",
            "share",
            "ad",
            "newsletter",
            "byline",
            "footer",
            "sidebar",
            "tags",
            "cookie",
        )
    )
)
_MIN_CELLS = 4
_CELL_WORDS = 8.0  # on average; a table of longer ones is layout, whose paragraphs speak for themselves
_TABLE_SHARE = 1.0  # of the story's words outside it: a longer table is the page's matter, not the story's
_LINKED = 0.1  # of a table's words: more, and it is navigation
_LAST_WORDS = (2, 12)
# of short last sentences right below a story, in an element of the same kind, that the model gave such a chance, 7 of 10
# were gold body; below it 2 of 9
_LAST_CHANCE = 0.3
_FEW_LINES, _FEW_PARAGRAPHS, _PARAGRAPH_WORDS = 40, 3, 90


def put_back(page: PageLines, taken: dict[int, Named]) -> dict[int, Named]:
    """The rows of tables within the story and its short last sentence, by line, with what they are."""
    back: dict[int, Named] = {}
    story = [n for n, inside in enumerate(page.is_story) if inside and n not in taken]
    if len(story) < 2:
        return back
    if page.is_html:
        _rows_of_tables(page, story, back)
    _last_sentence(page, story[-1], back)
    return {n: named for n, named in back.items() if n not in taken and n not in page.template}


def _rows_of_tables(page: PageLines, story: list[int], back: dict[int, Named]) -> None:
    """Tables between paragraphs of one element, or right below the last: results, prices, figures."""
    plain = [n for n in story if not page.tags_around[n] & _TABLE]
    words = sum(page.words[n] for n in plain)
    if not plain:
        return
    for above, below in zip(plain, [*plain[1:], len(page.text)], strict=True):
        end = above + 1
        while end < below and page.tags_around[end] & _TABLE:
            end += 1
        rows = range(above + 1, end)
        if rows and _is_own_table(page, above, rows, words):
            for n in rows:
                if not page.is_story[n] and page.key[n]:
                    back[n] = Named(Label.PARAGRAPH, Action.KEEP, Reason.WITHIN_STORY, "a cell of a table", 0.6)


def _is_own_table(page: PageLines, above: int, rows: range, story_words: float) -> bool:
    words = sum(page.words[n] for n in rows)
    return (
        len(rows) >= _MIN_CELLS
        and all(page.tag[n] in _CELLS for n in rows)
        and words <= min(_CELL_WORDS * len(rows), _TABLE_SHARE * story_words)
        and sum(page.words[n] * page.link_share[n] for n in rows) <= _LINKED * words
        and not any(page.classes[n] & ~page.classes[above] & _ELSEWHERE for n in rows)
        and all(page.article[n] == page.article[above] for n in rows)
    )


def _last_sentence(page: PageLines, last: int, back: dict[int, Named]) -> None:
    """A closing sentence of a few words; on a page of few lines, of which the models see little, a closing paragraph too."""
    n = last + 1
    if n >= len(page.text):
        return
    low, high = _LAST_WORDS
    is_few = len(page.text) <= _FEW_LINES and sum(page.is_story) >= _FEW_PARAGRAPHS
    is_paragraph = is_few and _LAST_WORDS[1] <= page.words[n] <= _PARAGRAPH_WORDS
    is_sentence = page.is_html and page.is_end[n] and low <= page.words[n] <= high
    if (
        (is_sentence or is_paragraph)
        and page.chance[n] >= _LAST_CHANCE
        and page.key[n]
        and page.link_share[n] == 0
        and n not in page.entry
        and page.text[n][-2:] != ".."
        and _place(page, n) == _place(page, last)
    ):
        what = "the last sentence" if is_sentence else "the last paragraph"
        back[n] = Named(Label.PARAGRAPH, Action.KEEP, Reason.WITHIN_STORY, what, 0.6)


def _place(page: PageLines, n: int) -> tuple[int, int, int, int, bool]:
    """What a line has in common with the lines beside it in one element, or in one run of a text page."""
    is_apart = page.blank_before[n] > 0
    return page.tag[n], page.classes[n], page.tags_around[n], page.article[n], is_apart
