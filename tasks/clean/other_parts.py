"""Parts of a page that the model takes for its story, and that are not beyond doubt: comments, cards, slides, tickers.

Each rule looks at what is kept and takes out only the smaller part of it (`_SMALL`): a live blog whose entries are
cards, a page of letters to the editor in a container called `comments`, or a gallery stays whole.
"""

import re
from collections.abc import Iterable

from tasks.clean import class_words
from tasks.clean.landmarks import HEADINGS
from tasks.clean.page_lines import Named, PageLines
from tasks.clean.tags import TAG_CODES
from tasks.labels import Action, Label, Reason

_SMALL = 0.4  # of the kept words: a part with more is the story itself
_LEFT_WORDS = 40  # of a story: the fewest that must be left beside what is taken out
# below the story's last line, lines in elements with such a class were gold body on 1 of 192 of 2,000 real pages; in its
# midst, where 42 % to 92 % were, such classes say nothing
_PARTS = (
    ("comment", Label.COMMENT), ("cookie", Label.FOOTER), ("newsletter", Label.PROMO), ("nav", Label.NAVIGATION),
    ("share", Label.NAVIGATION), ("byline", Label.FOOTER),
)  # fmt: skip
_TAGS = (("form", Label.PROMO), ("nav", Label.NAVIGATION))
_CONSENT = re.compile(
    r"\bcookies?\b|\bconsent\b|\bpartners\b.{0,60}\bdata\b|einwilligung|datenschutz|consentement|consentimiento|consenso|"
    r"toestemming|zgod[aęy]\b|соглас[иен]|samtycke|samtykke",
    re.I,
)
_CARD_WORDS = 60  # a headline and a sentence or two
_SLIDE = re.compile(r"^(\d{1,3})\s?(?:/|of|von|de|sur|di|van)\s?(\d{1,3})(?=\s*[:.–-]?\s+\S)")
_COUNT_OF_COMMENTS = re.compile(
    r"^\(?\d[\d.,]*\)?\s+(?:comments?|responses?|replies|kommentare?|antworten|commentaires?|réponses?|comentarios?|"
    r"respuestas?|comentários?|commenti|commento|risposte|reacties|reactie|komentarz(?:e|y)|комментари(?:й|я|ев)|"
    r"коментар(?:і|ів)|yorum|kommentarer?|komentář(?:e|ů)?)\b.{0,25}$",
    re.I,
)
_WRITTEN = re.compile(
    r"\b\d{1,2}[:.h]\d{2}\b|\b(?:19|20)\d{2}\b|\bago\b|\bvor \d+|\bil y a\b|\bhace \d+|\bhá \d+|\bgeleden\b|\btemu\b|\bfa\b|"
    r"назад|\bönce\b",
    re.I,
)
_NAMED = re.compile(
    r"^[^\W\d_][\w.'’ -]{1,40}?(?:[,·•|:–-]|\s(?:on|am|le|el|em|il|op|says|said|schrieb|a écrit)\s|\s+\d)"
)
_HEAD_WORDS = 9  # a reader's name and the time
_CLOCK_FIRST = re.compile(r"^\d{1,2}[:.h]\d{2}(?:\s?Uhr|\s?[ap]\.?m\.?)?[\s|–-]+\D")
_CLOCK_LAST = re.compile(r"\((?:\d{1,2}[/.]\d{1,2}(?:[/.]\d{2,4})?\s*[-–]?\s*)?\d{1,2}:\d{2}(?:\)|…|\.\.\.)$")
_TICKER_LINES = 3
_TICKER_WORDS = 20


def take_out(page: PageLines, taken: dict[int, Named]) -> None:
    """Add the lines of such parts to `taken`, with what they are instead."""
    if page.is_html:
        _cookie_boxes(page, taken)
        _containers(page, taken)
        _cards(page, taken)
    _slides(page, taken)
    _comments(page, taken)
    _tickers(page, taken)


def kept(page: PageLines, taken: dict[int, Named]) -> list[int]:
    """The lines of the story that no rule has taken out."""
    return [n for n, inside in enumerate(page.is_story) if inside and n not in taken]


def _words(page: PageLines, lines: Iterable[int]) -> float:
    return sum(page.words[n] for n in lines)


def _is_small(page: PageLines, part: list[int], story: list[int]) -> bool:
    """Whether a part is little enough of the story to be taken out, and leaves a story behind."""
    size, whole = _words(page, part), _words(page, story)
    return bool(part) and size <= _SMALL * whole and whole - size >= _LEFT_WORDS


def _cookie_boxes(page: PageLines, taken: dict[int, Named]) -> None:
    """Dialogs about cookies and consent, wherever they stand: the class and the words must say so."""
    story = kept(page, taken)
    bit = class_words.BITS["cookie"]
    part = [n for n in story if page.classes[n] & bit]
    says = sum(bool(_CONSENT.search(page.text[n])) for n in part)
    if says >= 2 and says >= 0.25 * len(part) and _words(page, story) - _words(page, part) >= _LEFT_WORDS:
        taken.update({n: Named(Label.FOOTER, Action.DROP, Reason.CONTAINER, "cookie", 0.9) for n in part})


def _containers(page: PageLines, taken: dict[int, Named]) -> None:
    """What stands below the last line of the story in an element for something else."""
    marks = [(page.classes, class_words.BITS[group], label, group) for group, label in _PARTS]
    marks += [(page.tags_around, 1 << TAG_CODES[tag], label, f"<{tag}>") for tag, label in _TAGS]
    story = kept(page, taken)
    parts = [
        (part, label, detail)
        for bits, bit, label, detail in marks
        if _is_small(page, part := [n for n in story if bits[n] & bit], story)
    ]
    marked = {n for part, _, _ in parts for n in part}
    if not parts or not _is_small(page, sorted(marked), story):
        return
    end = max(n for n in story if n not in marked)
    for part, label, detail in parts:
        for n in part:
            if n > end:
                taken.setdefault(n, Named(label, Action.DROP, Reason.CONTAINER, detail, 0.9))


def _cards(page: PageLines, taken: dict[int, Named]) -> None:
    """Teasers of other stories, each an `article` of its own with a linked headline and a sentence or two."""
    story = kept(page, taken)
    by_article: dict[int, list[int]] = {}
    for n, number in enumerate(page.article):
        if number >= 0:
            by_article.setdefault(number, []).append(n)
    cards = [lines for lines in by_article.values() if _is_card(page, lines)]
    if len(cards) < 2:
        return
    within = {n for lines in cards for n in lines}
    end = max((n for n in story if n not in within), default=-1)
    # amid the story a headline alone may be an entry of the author's list; a linked sentence below one is a teaser
    part = [n for n in story if n in within and (n > end or page.is_end[n])]
    if _is_small(page, part, story):
        taken.update({n: Named(Label.RELATED, Action.DROP, Reason.CONTAINER, "a card", 0.9) for n in part})


def _is_card(page: PageLines, lines: list[int]) -> bool:
    if _words(page, lines) > _CARD_WORDS:
        return False
    return any(page.link_share[n] > 0.8 and page.words[n] >= 3 for n in lines)


def _slides(page: PageLines, taken: dict[int, Named]) -> None:
    """A slide show of other things amid the story: `3/30 A headline` and its text, again and again."""
    story = kept(page, taken)
    found = [(n, match) for n, text in enumerate(page.text) if text[:1].isdigit() and (match := _SLIDE.match(text))]
    starts = [n for n, match in found if match[2] == found[0][1][2] and page.words[n] <= _TICKER_WORDS]
    if len(starts) < _TICKER_LINES or not page.is_html:
        return
    place = {(page.classes[n], page.tags_around[n] & ~_headings()) for n in starts}
    part: list[int] = []
    for n, after in zip(starts, [*starts[1:], len(page.text)], strict=True):
        for line in range(n, after):
            if (page.classes[line], page.tags_around[line] & ~_headings()) not in place:
                break
            part.append(line)
    part = [n for n in part if n in set(story)]
    if _is_small(page, part, story) and _is_apart(page, place, story, part):
        taken.update({n: Named(Label.RELATED, Action.DROP, Reason.CONTAINER, "a slide show", 0.85) for n in part})


def _headings() -> int:
    return sum(1 << tag for tag in HEADINGS)


def _is_apart(page: PageLines, place: set[tuple[int, int]], story: list[int], part: list[int]) -> bool:
    """Whether the part's elements hold nothing else of the story."""
    own = set(part)
    return not any((page.classes[n], page.tags_around[n] & ~_headings()) in place for n in story if n not in own)


def _comments(page: PageLines, taken: dict[int, Named]) -> None:
    """Readers' comments by their form: below a line like `5 comments`, or each below a name with a date and above `Reply`."""
    story = kept(page, taken)
    if not story:
        return
    for n in range(story[0], len(page.text)):
        if page.words[n] <= _HEAD_WORDS and _is_title_of_comments(page, n):
            part = [line for line in story if line >= n]
            if _is_small(page, part, story):
                _put_comments(part, taken, "~below: " + page.text[n][:40])
                return
    replies = [
        n
        for n, entry in page.entry.items()
        if entry.kind == "comment.action" and entry.mode == "whole" and n > story[0]
    ]
    heads = [n for n in range(story[0] + 1, max(replies, default=0)) if _is_comment_head(page, n)]
    if len(replies) >= 2 and heads:
        part = [line for line in story if line >= heads[0]]
        if _is_small(page, part, story):
            _put_comments(part, taken, "~a name and a time above it, a reply below")


def _put_comments(part: list[int], taken: dict[int, Named], detail: str) -> None:
    taken.update({n: Named(Label.COMMENT, Action.DROP, Reason.LEXICON, detail, 0.85) for n in part})


def _is_title_of_comments(page: PageLines, n: int) -> bool:
    entry = page.entry.get(n)
    return bool(_COUNT_OF_COMMENTS.match(page.text[n])) or bool(
        entry and entry.kind == "comment.title" and not page.is_story[n]
    )


def _is_comment_head(page: PageLines, n: int) -> bool:
    text = page.text[n]
    return (
        2 <= page.words[n] <= _HEAD_WORDS and not page.is_end[n] and n not in page.entry and page.link_share[n] < 0.8
        and bool(_WRITTEN.search(text)) and bool(_NAMED.match(text))
    )  # fmt: skip


def _tickers(page: PageLines, taken: dict[int, Named]) -> None:
    """Headlines with the time they came at, one under the other."""
    story = kept(page, taken)
    lines = [n for n in story if page.words[n] <= _TICKER_WORDS and not page.is_end[n] and _has_clock(page.text[n])]
    if len(lines) >= _TICKER_LINES and _is_small(page, lines, story):
        end = max(n for n in story if n not in set(lines))
        part = [n for n in lines if n > end or page.link_share[n] > 0.5 or _CLOCK_LAST.search(page.text[n])]
        taken.update(
            {n: Named(Label.RELATED, Action.DROP, Reason.LINK_LIST, "a headline with its time", 0.85) for n in part}
        )


def _has_clock(text: str) -> bool:
    if text[:1].isdigit() and _CLOCK_FIRST.match(text):
        return True
    return text[-1:] in ").…" and bool(_CLOCK_LAST.search(text))
