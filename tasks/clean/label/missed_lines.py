"""Lines that the model leaves out of a story although their position shows that they are part of it."""

import re
from collections import Counter
from itertools import pairwise

from tasks.clean.label.boxes import below_boxes, closing_paragraphs
from tasks.clean.label.constants import CONTACT, HEADINGS, OTHER_PARTS, OWNER, SENTENCE_END
from tasks.clean.label.missed_headings import find_headings
from tasks.clean.label.page import LineLabel, PageLines
from tasks.clean.label.removal import Removed, story_lines
from tasks.clean.label.result_rows import find_results
from tasks.clean.label.verse import find_verses
from tasks.clean.parse import class_words
from tasks.clean.parse.tags import TAG_CODES
from tasks.vocabulary import Action, Label, Reason

_TABLE = 1 << TAG_CODES["table"]
_CELLS = frozenset(TAG_CODES[name] for name in ("td", "th"))
# a table in such a part of the page is not the story's
_ELSEWHERE = OTHER_PARTS | class_words.BITS["byline"]
_PRE = TAG_CODES["pre"]  # program text
_MIN_CELLS = 4
_CELL_WORDS = 8.0  # on average; a table of longer ones is layout, and its paragraphs are judged by themselves
_TABLE_SHARE = 1.0  # of the story's words outside it: a longer table is what the page is about
_RESULTS_SHARE = 3.0  # between two paragraphs of one article: a report of few words around its results
_LINKED = 0.1  # of a table's words: with more, it is navigation
_BETWEEN_WORDS = 3  # `2 comments` is a link that lost its address
_BETWEEN_CHANCE = 0.25  # of a line between two of the story in one element, on a page of few lines
_TURN_CHANCE = 0.05  # of a line that starts with a name and a colon, as two others of the story do
_SPEAKER_CHARS = 40
_MAX_BETWEEN = 12  # lines, with both of the story's; more are another part of the page
_LAST_WORDS = (2, 12)
# Of short last sentences right below a story, in an element of the same kind, with at least this chance by the model, 7
# of 10 were gold body; with less, 2 of 9.
_LAST_CHANCE = 0.3
# On pages of few lines the models see little: closing paragraphs in an element of the same kind that end like a
# sentence were the story down to this chance in 32 of 35 cases on 163 pages written for this. Text shows no elements.
_CLOSING_CHANCE, _CLOSING_CHANCE_OF_TEXT = 0.06, 0.1
_CLOSING_WORDS = 8
_HEADLINE_LINKED = 0.8  # of its words
_LAST_PARAGRAPHS = 3
_BRIEF_CHANCE = 0.3  # the same where the model found a paragraph or two
_QUESTIONS, _QUESTION_WORDS = 2, 30  # in an interview at least; words of one at most
_QUESTION_MARKS = ("?", "？", "؟", "՞", "፧")
# a reader's name before the date and the time of a comment, all in one line with it
_SIGNED = re.compile(
    r"""[^.!?。]{2,40}?[\s,(|–-]
        \d{1,4}[./-]\s?\d{1,2}[./-]\s?\d{1,4}\.?[\s,|–-]{1,3}(?:\w{1,4}\s)?\d{1,2}[:.]\d\d(?!\d)""",
    re.X,
)
_OTHER_SCRIPT_LETTER = re.compile("[\u0370-\u1fff\u2c00-\u2dff\u3040-\ud7af]")
_OTHER_SCRIPT_SHARE = 1 / 3  # of a line's characters
_UNMARKED_END = re.compile("[\u0e00-\u0eff]\\s*$")  # Thai and Lao
_HEADLINE_SHARE = 0.6  # of the length of the story's lines
_FEW_LINES, _FEW_PARAGRAPHS, _PARAGRAPH_WORDS = 40, 3, 90


def find_missed_lines(page: PageLines, removed: Removed) -> dict[int, LineLabel]:
    """The rows of tables within the story and its short last sentence, by line, with their labels."""
    added: dict[int, LineLabel] = {}
    story = story_lines(page, removed)
    if len(story) < 2:
        return added
    added |= find_verses(page, story, removed) | find_results(page, story, removed)
    story = sorted({*story, *added})
    if page.is_html:
        _add_tables(page, story, added)
        _add_within_paragraphs(page, story, added)
    if len(page.text) <= _FEW_LINES:  # on longer pages half of such lines are captions and teasers
        _add_between(page, story, added)
    _add_last_lines(page, story, added)
    added |= closing_paragraphs(page, sorted({*story, *added}))
    if page.is_html and page.element:
        added |= find_headings(page, {*story, *added})
    return {n: label for n, label in added.items() if n not in removed and n not in page.template}


def _add_tables(page: PageLines, story: list[int], added: dict[int, LineLabel]) -> None:
    """Tables between paragraphs of one element, or right below the last: results, prices, figures."""
    paragraphs = [n for n in story if not page.tags_around[n] & _TABLE]
    words = sum(page.words[n] for n in paragraphs)
    if not paragraphs:
        return
    for above, below in zip(paragraphs, [*paragraphs[1:], len(page.text)], strict=True):
        introduced = _has_introduction(page, above, below)
        start = end = above + 2 if introduced else min(below_boxes(page, above), below)
        while end < below and page.tags_around[end] & _TABLE:
            end += 1
        rows = range(start, end)
        if rows and _is_story_table(page, above, rows, words):
            for n in range(above + 1 if introduced else start, end):
                if not page.is_story[n] and page.key[n]:
                    added[n] = LineLabel(Label.PARAGRAPH, Action.KEEP, Reason.WITHIN_STORY, "a cell of a table", 0.6)


def _has_introduction(page: PageLines, above: int, below: int) -> bool:
    """Whether a line between a paragraph and a table announces the table, in an element like the paragraph's.

    It ends in a colon, or is a heading right beside the paragraph.
    """
    n = above + 1
    is_before_table = n + 1 < below and not page.tags_around[n] & _TABLE and bool(page.tags_around[n + 1] & _TABLE)
    if not is_before_table:
        return False
    if page.tag[n] in HEADINGS:
        return not page.link_share[n] and page.parent_of(n) == page.parent_of(above) != 0
    return page.has_colon[n] and _surroundings(page, n) == _surroundings(page, above)


def _is_story_table(page: PageLines, above: int, rows: range, story_words: float) -> bool:
    words = sum(page.words[n] for n in rows)
    return (
        len(rows) >= _MIN_CELLS
        and all(page.tag[n] in _CELLS for n in rows)
        and words <= min(_CELL_WORDS * len(rows), _share_of_table(page, above, rows) * story_words)
        and sum(page.words[n] * page.link_share[n] for n in rows) <= _LINKED * words
        and not any(page.classes[n] & ~page.classes[above] & _ELSEWHERE for n in rows)
        and all(page.article[n] == page.article[above] for n in rows)
    )


def _share_of_table(page: PageLines, above: int, rows: range) -> float:
    """How long a table may be beside the story: longer between two paragraphs of one `article` element."""
    below = rows[-1] + 1
    is_amid = below < len(page.text) and page.is_end[below] and page.article[above] >= 0
    return _RESULTS_SHARE if is_amid and _surroundings(page, below) == _surroundings(page, above) else _TABLE_SHARE


def _add_between(page: PageLines, story: list[int], added: dict[int, LineLabel]) -> None:
    """Short lines between two of the story in one element: questions, verses, entries of lists and of timelines."""
    names = Counter(_speaker(page, n) for n in story)
    speakers = {name for name, count in names.items() if name and count > 1}
    for above, below in pairwise(story):
        surroundings = _surroundings(page, above)
        if below - above == 1 or below - above > _MAX_BETWEEN or _surroundings(page, below) != surroundings:
            continue
        lines = range(above + 1, below)
        if all(_is_plain(page, n) and _surroundings(page, n) == surroundings for n in lines):
            for n in lines:
                is_likely = page.chance[n] >= (_TURN_CHANCE if _speaker(page, n) in speakers else _BETWEEN_CHANCE)
                if is_likely and page.words[n] >= _BETWEEN_WORDS:
                    added[n] = LineLabel(Label.PARAGRAPH, Action.KEEP, Reason.WITHIN_STORY, "between its lines", 0.6)


def _add_within_paragraphs(page: PageLines, story: list[int], added: dict[int, LineLabel]) -> None:
    """Lines between two of the story in one paragraph, which only line breaks separate: verses, entries of a list."""
    for above, below in pairwise(story if page.element else ()):
        is_one = page.element[above] == page.element[below] and page.tag[above] != _PRE
        if is_one and 1 < below - above <= _MAX_BETWEEN:
            lines = range(above + 1, below)
            if all(page.element[n] == page.element[above] and _is_plain(page, n) for n in lines):
                label = LineLabel(Label.PARAGRAPH, Action.KEEP, Reason.WITHIN_STORY, "within a paragraph", 0.6)
                added.update(dict.fromkeys(lines, label))


def _speaker(page: PageLines, n: int) -> str:
    """What stands before the colon of a line: in an interview, the name of who speaks."""
    return page.text[n][:_SPEAKER_CHARS].partition(":")[0] if ":" in page.text[n][:_SPEAKER_CHARS] else ""


def _is_plain(page: PageLines, n: int) -> bool:
    """Whether a line has words, and none of them is a link or says that it is something else."""
    return bool(page.key[n]) and page.link_share[n] == 0 and n not in page.entry


def _add_last_lines(page: PageLines, story: list[int], added: dict[int, LineLabel]) -> None:
    """A short closing sentence; on a page of few lines, where the models see little, closing paragraphs, too.

    There, what stands between the story's lines (times, captions, buttons) may also stand between these paragraphs.
    """
    last = story[-1]
    low, high = _LAST_WORDS
    is_few = len(page.text) <= _FEW_LINES
    is_short_page = is_few and sum(page.is_story) >= _FEW_PARAGRAPHS
    is_brief = is_few and not is_short_page
    kept = {_surroundings(page, last)}
    if is_short_page and page.is_html:
        kept = {_surroundings(page, n) for n in story}
    elif last in added:  # below verses, a paragraph stands where the next stanza would
        kept |= {_surroundings(page, n) for n in added}
    seen = {_surroundings(page, n) for n in range(story[0], last)} if is_short_page and page.is_html else set()
    asked = sum(_is_question(page, n) for n in story) if is_few else 0
    count = 0
    for n in range(last + 1, len(page.text)):
        is_paragraph = is_few and _CLOSING_WORDS <= page.words[n] <= _PARAGRAPH_WORDS
        is_sentence = page.is_html and page.is_end[n] and low <= page.words[n] <= high and n == last + 1
        least = max(_least_chance(page, n), _BRIEF_CHANCE * is_brief) if is_paragraph else _LAST_CHANCE
        if (
            (is_sentence or is_paragraph)
            and page.chance[n] >= least
            and _is_plain(page, n)
            and page.text[n][-2:] != ".."
            and not (is_paragraph and (_is_of_others(page, n) or _is_headline_link(page, n - 1)))
            and not OWNER.match(page.text[n])
            and _surroundings(page, n) in kept
        ):
            detail = "the last sentence" if is_sentence else "the last paragraph"
            added[n] = LineLabel(Label.PARAGRAPH, Action.KEEP, Reason.WITHIN_STORY, detail, 0.6)
            if n - 1 > last and n - 1 not in added and _is_turn(page, n - 1, asked):
                added[n - 1] = added[n]
            count += 1
        elif not (_surroundings(page, n) in seen and (page.link_share[n] or page.words[n] < _CLOSING_WORDS)):
            is_linked = is_few and page.link_share[n] > 0 and _surroundings(page, n) in kept
            if not (is_linked or _is_turn(page, n, asked)):
                return
        if count >= (_LAST_PARAGRAPHS if is_few else 1):
            return


def _is_question(page: PageLines, n: int) -> bool:
    return page.words[n] <= _QUESTION_WORDS and page.text[n][-1:] in _QUESTION_MARKS


def _is_turn(page: PageLines, n: int, asked: int) -> bool:
    """Whether a line asks the next question of an interview, below a story with several of them."""
    is_likely = asked >= _QUESTIONS and page.chance[n] >= _TURN_CHANCE
    return is_likely and _is_question(page, n) and _is_plain(page, n)


def _is_of_others(page: PageLines, n: int) -> bool:
    """Whether a line gives an address to write to, or starts with the name of a reader, a date and a time."""
    return bool(CONTACT.search(page.text[n]) or (page.has_digit[n] and _SIGNED.match(page.text[n])))


def _is_headline_link(page: PageLines, n: int) -> bool:
    """Whether a line is the linked headline of another story, so that the line below it is its teaser."""
    return page.link_share[n] > _HEADLINE_LINKED and page.words[n] >= _BETWEEN_WORDS


def _least_chance(page: PageLines, n: int) -> float:
    """The least chance of a closing paragraph on a page of few lines."""
    if not SENTENCE_END.search(page.text[n]) or _is_headline_like(page, n):
        return _LAST_CHANCE
    if page.is_html or _is_foreign(page, n):
        return _CLOSING_CHANCE
    return _CLOSING_CHANCE_OF_TEXT


def _is_headline_like(page: PageLines, n: int) -> bool:
    """Whether a line of a script without full stops is much shorter than the story's lines, like a headline."""
    if page.is_html or not _UNMARKED_END.search(page.text[n]):
        return False
    lengths = sorted(len(page.text[m]) for m in range(n) if page.is_story[m])
    return bool(lengths) and len(page.text[n]) < _HEADLINE_SHARE * lengths[len(lengths) // 2]


def _is_foreign(page: PageLines, n: int) -> bool:
    """Whether a line is in another script than the Latin one."""
    text = page.text[n]
    return len(_OTHER_SCRIPT_LETTER.findall(text)) > _OTHER_SCRIPT_SHARE * len(text)


def _surroundings(page: PageLines, n: int) -> tuple[int, int, int, int, bool]:
    """What a line has in common with the lines beside it in one element, or in one run of a text page."""
    return page.tag[n], page.classes[n], page.tags_around[n], page.article[n], page.blank_before[n] > 0
