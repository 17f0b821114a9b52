"""Corrections of the model's decision: parts of a page that surely are not its story, and lines that surely are."""

import re
from collections import Counter

from tasks.clean.label.entries import find_entries
from tasks.clean.label.missed_lines import find_missed_lines
from tasks.clean.label.other_parts import remove_other_parts
from tasks.clean.label.page import LineLabel, PageLines
from tasks.clean.label.removal import Removed, story_lines, word_sum
from tasks.clean.label.story_element import find_rest
from tasks.clean.parse import class_words
from tasks.clean.parse.tags import TAG_CODES
from tasks.text.publisher_names import squeeze
from tasks.vocabulary import Action, Label, Reason

_HIDDEN_SHARE = 0.1  # of the kept words: with more, it is the story itself that is hidden
_TEMPLATE_WORDS = 3
_TEMPLATE_GROUPS = ("related", "comment", "footer", "navigation")  # of the lexicon, named like their labels
_PULL_QUOTE_WORDS = (4, 45)
_REPEATED_WORDS = 8  # shorter lines recur in interviews, lists and refrains
_COPY_WORDS, _COPY_SHARE = 40, 0.95  # of a block that repeats other paragraphs, and their share of it
_COPY_MIN_SHARE = 0.3  # of the story's words
_STORY_WORDS = 60
# lines with one start, which two or more words share: two that were removed tell that the others are no text, either
_START_CHARS, _LABELS_MIN = 11, 2
_NOTES_MIN = 4  # copies of one line without a full stop, between paragraphs: no writer repeats it as often
_NOTE_WORDS, _LABEL_WORDS, _SHORT_LABEL_WORDS = 3, 18, 8  # at least; at most; at most with a full stop at its end
_PLAIN_TAGS = frozenset({TAG_CODES["p"], TAG_CODES["div"]})  # headings and items of a list may start alike
_DIGITS = re.compile(r"\d+")
WHOLE_TEXT = "the whole text"  # the detail of a line that holds all other paragraphs
_ASIDE = 1 << TAG_CODES["aside"]


def correct_story(page: PageLines) -> dict[int, LineLabel]:
    """Remove lines from the story (in `page.is_story`) and add others; returns the labels of both, by line."""
    removed: Removed = {}
    _remove_templates(page, removed)
    _remove_repeated(page, removed)
    _remove_whole_copies(page, removed)
    if page.is_html:
        _remove_later_articles(page, removed)
        _remove_hidden(page, removed)
        _remove_pull_quotes(page, removed)
    remove_other_parts(page, removed)
    added = find_rest(page, removed) | find_missed_lines(page, removed) | find_entries(page, removed)
    for n in removed:
        page.is_story[n] = False
    for n in added:
        page.is_story[n] = True
    labels: Removed = {}
    _remove_like_removed(page, labels)
    for n in labels:
        page.is_story[n] = False
    return removed | added | labels


def _remove_templates(page: PageLines, removed: Removed) -> None:
    """Lines on many pages of the site; they need some words, since `Q:` and the like recur in stories, too."""
    story = [n for n, inside in enumerate(page.is_story) if inside and n not in page.template]
    last = story[-1] if story else len(page.is_story)
    for n, recurrence in page.template.items():
        if page.is_story[n] and page.words[n] >= _TEMPLATE_WORDS:
            group = page.entry[n].group if n in page.entry else ""
            by_position = Label.FOOTER if n > last else Label.PROMO
            label = Label(group) if group in _TEMPLATE_GROUPS else by_position
            removed[n] = LineLabel(label, Action.DROP, Reason.TEMPLATE_ON_SITE, str(recurrence), 0.95)


def _remove_repeated(page: PageLines, removed: Removed) -> None:
    """Copies of a paragraph within the story: some pages hold it once for phones and once for desktops.

    A refrain stays: a paragraph that is repeated in the same kind of element, among other lines.
    """
    lines = story_lines(page, removed)
    keys = [page.key[n] for n in lines]
    seen: dict[int, int] = {}
    for index, n in enumerate(lines):
        if page.words[n] < _REPEATED_WORDS:
            continue
        first = seen.setdefault(keys[index], index)
        if first != index and not _is_refrain(page, lines, keys, first, index):
            removed[n] = LineLabel(Label.PARAGRAPH, Action.DROP, Reason.DUPLICATE_IN_PAGE, None, 0.95)


def _remove_whole_copies(page: PageLines, removed: Removed) -> None:
    """A line that holds all other paragraphs of the story once more: some pages print the text as one block, too."""
    story = story_lines(page, removed)
    if len(story) < 2:
        return
    longest = max(story, key=lambda n: page.words[n])
    size = page.words[longest]
    if size < _COPY_WORDS or size < _COPY_MIN_SHARE * word_sum(page, story):
        return
    whole = squeeze(page.text[longest])
    parts = [n for n in story if n != longest and page.words[n] > 2 and squeeze(page.text[n]) in whole]
    if len(parts) > 1 and word_sum(page, parts) >= _COPY_SHARE * size:
        removed[longest] = LineLabel(Label.PARAGRAPH, Action.DROP, Reason.DUPLICATE_IN_PAGE, WHOLE_TEXT, 0.95)


def _is_refrain(page: PageLines, lines: list[int], keys: list[int], first: int, index: int) -> bool:
    """Whether the kept line at `index` repeats the one at `first` on purpose."""
    if index - first == 1:
        return False
    for step in (-1, 1):  # a run of several lines is a copy
        if first + step >= 0 and index + step < len(keys) and keys[first + step] == keys[index + step] != 0:
            return False
    a, b = lines[first], lines[index]
    if not page.is_html:  # without elements, only a full stop sets a refrain apart from a table of contents
        return page.is_end[b]
    element_a = page.classes[a], page.tags_around[a], page.article[a], page.tag[a]
    return element_a == (page.classes[b], page.tags_around[b], page.article[b], page.tag[b])


def _remove_like_removed(page: PageLines, removed: Removed) -> None:
    """Labels and notes between paragraphs that recur, or that start like removed lines there."""
    story = story_lines(page, removed)
    if len(story) < _LABELS_MIN + 1:
        return
    inside = set(story)
    others = (n for n in range(story[0], story[-1]) if n not in inside and page.tag[n] in _PLAIN_TAGS)
    counts = Counter(_start_of(page.text[n]) for n in others)
    known = {start for start, count in counts.items() if count >= _LABELS_MIN and " " in start.strip()}
    copies = Counter(page.key[n] for n in story if not page.is_end[n])
    notes = {key for key, count in copies.items() if count >= _NOTES_MIN and key}
    if not known and not notes:
        return
    for before, n, after in zip(story, story[1:], story[2:], strict=False):
        is_label = _NOTE_WORDS <= page.words[n] <= _LABEL_WORDS and page.text[n][-1] not in ":："
        is_label = is_label and not (page.is_end[n] and page.words[n] > _SHORT_LABEL_WORDS)
        is_between = all(page.is_end[beside] and page.words[beside] > _SHORT_LABEL_WORDS for beside in (before, after))
        is_known = page.key[n] in notes or _start_of(page.text[n]) in known
        if is_label and is_between and page.tag[n] in _PLAIN_TAGS and is_known:
            removed[n] = LineLabel(Label.PROMO, Action.DROP, Reason.DUPLICATE_IN_PAGE, "like removed lines", 0.85)


def _start_of(text: str) -> str:
    return _DIGITS.sub("0", text[: 2 * _START_CHARS])[:_START_CHARS]


def _remove_later_articles(page: PageLines, removed: Removed) -> None:
    """Whole further stories that infinite scroll puts below the first, each with a heading.

    Sections of one story may be `article` elements with a heading, too; but they are shorter than stories, or amid the
    lines of the first.
    """
    h1 = TAG_CODES["h1"]
    by_article: dict[int, list[int]] = {}
    for n, number in enumerate(page.article):
        by_article.setdefault(number, []).append(n)
    with_heading = {page.article[n] for n in range(len(page.text)) if page.tag[n] == h1 and page.article[n] >= 0}
    first = min(with_heading, default=-1)
    later = {
        number
        for number in with_heading
        if number != first
        and by_article[number][0] > by_article[first][-1]
        and word_sum(page, by_article[number]) >= _STORY_WORDS
    }
    story = story_lines(page, removed)
    if not later or sum(page.words[n] for n in story if page.article[n] == first) < _STORY_WORDS:
        return
    for n in story:
        if page.article[n] in later:
            removed[n] = LineLabel(Label.RELATED, Action.DROP, Reason.CONTAINER, "another article below", 0.95)


def _remove_hidden(page: PageLines, removed: Removed) -> None:
    """Parts that readers do not see. A story that is hidden as a whole waits for a script and stays."""
    story = story_lines(page, removed)
    hidden = [n for n in story if page.classes[n] & class_words.HIDDEN]
    if hidden and word_sum(page, hidden) <= _HIDDEN_SHARE * word_sum(page, story):
        removed.update({n: LineLabel(Label.PROMO, Action.DROP, Reason.HIDDEN, None, 0.85) for n in hidden})


def _remove_pull_quotes(page: PageLines, removed: Removed) -> None:
    """Words of the story that are repeated in large type beside it: they are part of one of its paragraphs."""
    story = story_lines(page, removed)
    if not any(page.tags_around[n] & _ASIDE for n in story):
        return
    squeezed = {n: squeeze(page.text[n]) for n in story}
    joined = "\n".join(squeezed.values())
    low, high = _PULL_QUOTE_WORDS
    for n in story:
        is_aside = low <= page.words[n] <= high and page.tags_around[n] & _ASIDE
        if is_aside and squeezed[n] and joined.count(squeezed[n]) > 1:
            removed[n] = LineLabel(Label.PARAGRAPH, Action.DROP, Reason.DUPLICATE_IN_PAGE, "a pull quote", 0.9)
