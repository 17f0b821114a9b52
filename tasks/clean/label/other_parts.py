"""Parts of a page that the model takes for its story, and that are not beyond doubt: comments, cards, slides, tickers.

Each rule looks at what is kept and takes out only the smaller part of it (`_SMALL`): a live blog whose entries are
cards, a page of letters to the editor in a container called `comments`, or a gallery stays whole.
"""

import re
from collections.abc import Iterable
from itertools import pairwise

from tasks.clean.label.landmarks import HEADINGS
from tasks.clean.label.page import NEAR, Named, PageLines
from tasks.clean.parse import class_words
from tasks.clean.parse.tags import TAG_CODES
from tasks.vocabulary import Action, Label, Reason

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
_STORY_WORDS = 100  # of running text: what so many words tell is a story beside any number of cards
_BRIEF_WORDS = 20  # of the shortest story
_MANY_CARDS = 3
_LAST_ARTICLE = 30  # the number that all further `article` elements of a page share
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
_OWN_TAGS = sum(1 << tag for tag in HEADINGS) | 1 << TAG_CODES["p"]  # of a line itself, not of what surrounds it
_BESIDE = sum(class_words.BITS[group] for group in ("sidebar", "related", "caption", "ad"))
_HEAD_WORDS = 9  # a reader's name and the time
_COMMENT_LINES = 12  # of one comment with its head and its buttons
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
    _biography(page, taken)


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
    """Teasers of other stories: `article` elements, links, or headings that link, with a sentence or two each."""
    story = kept(page, taken)
    by_article: dict[int, list[int]] = {}
    for n, number in enumerate(page.article):
        if number >= 0:
            by_article.setdefault(number, []).append(n)
    cards = [lines for lines in by_article.values() if _is_card(page, lines)]
    within = {n for lines in cards for n in lines} if len(cards) > 1 else set()
    end = max((n for n in story if n not in within), default=-1)
    # amid the story a headline alone may be an entry of the author's list; a linked sentence below one is a teaser
    part = [n for n in story if n in within and (n > end or page.is_end[n])]
    is_whole = len(cards) >= _MANY_CARDS and all(n > end for n in part)
    if not (_is_small(page, part, story) or (is_whole and _leaves_story(page, part, story))):
        part = []
    linked = [n for n in story if n not in within and _is_linked_teaser(page, n)]
    part += linked if _is_small(page, linked, story) else []
    part += _teasers_below(page, [n for n in story if n not in set(part)])
    taken.update({n: Named(Label.RELATED, Action.DROP, Reason.CONTAINER, "a card", 0.9) for n in part})


def _leaves_story(page: PageLines, part: list[int], story: list[int]) -> bool:
    """Whether what is left, and no live blog, tells a story of its own, however long the part is."""
    rest = set(story) - set(part)
    is_live = any(page.classes[n] & class_words.BITS["live"] for n in part)
    return not is_live and sum(page.words[n] for n in rest if page.is_good[n]) >= _STORY_WORDS


def _is_linked_teaser(page: PageLines, n: int) -> bool:
    """A sentence within an anchor, right below a heading in it."""
    return bool(
        n and page.is_end[n] and page.classes[n] & page.classes[n - 1] & class_words.IN_LINK and page.tag[n - 1] in HEADINGS
        and page.tag[n] not in HEADINGS
    )  # fmt: skip


def _teasers_below(page: PageLines, story: list[int]) -> list[int]:
    """Linked headings with a line or none each, three or more in a row, in an element for related stories below the story."""
    bit = class_words.BITS["related"]
    heads = [n for n in range(len(page.text)) if page.classes[n] & bit and _is_linked_heading(page, n)]
    if len(heads) < _TICKER_LINES or any(b - a > 3 for a, b in pairwise(heads)):
        return []
    part = [n for n in story if n >= heads[0] - 1 and page.classes[n] & bit]
    rest = [n for n in story if n not in set(part)]
    is_below = rest and rest[-1] < heads[0] - 1 and not any(page.classes[n] & bit for n in rest)
    return part if is_below and _words(page, rest) >= _BRIEF_WORDS else []


def _is_linked_heading(page: PageLines, n: int) -> bool:
    return page.tag[n] in HEADINGS and page.link_share[n] > 0.8 and page.words[n] >= 3


def _is_card(page: PageLines, lines: list[int]) -> bool:
    heads = sum(page.link_share[n] > 0.8 and page.words[n] >= 3 for n in lines)
    count = heads if page.article[lines[0]] == _LAST_ARTICLE else 1
    return heads > 0 and _words(page, lines) <= _CARD_WORDS * count


def _slides(page: PageLines, taken: dict[int, Named]) -> None:
    """A slide show of other things amid the story: `3/30 A headline` and its text, again and again."""
    story = kept(page, taken)
    found = [(n, match) for n, text in enumerate(page.text) if text[:1].isdigit() and (match := _SLIDE.match(text))]
    starts = [n for n, match in found if match[2] == found[0][1][2] and page.words[n] <= _TICKER_WORDS]
    if len(starts) < _TICKER_LINES or not page.is_html:
        return
    place = {(page.classes[n], page.tags_around[n] & ~_OWN_TAGS) for n in starts}
    part: list[int] = []
    for n, after in zip(starts, [*starts[1:], len(page.text)], strict=True):
        for line in range(n, after):
            if (page.classes[line], page.tags_around[line] & ~_OWN_TAGS) not in place:
                break
            part.append(line)
    part = [n for n in part if n in set(story)]
    if not part or not _is_apart(page, place, story, part):
        return
    is_amid = story[0] < part[0] and part[-1] < story[-1] and all(
        page.classes[n] & ~page.classes[story[0]] & _BESIDE for n in part
    )  # fmt: skip
    if _is_small(page, part, story) or (is_amid and _leaves_story(page, part, story)):
        taken.update({n: Named(Label.RELATED, Action.DROP, Reason.CONTAINER, "a slide show", 0.85) for n in part})


def _is_apart(page: PageLines, place: set[tuple[int, int]], story: list[int], part: list[int]) -> bool:
    """Whether the part's elements hold nothing else of the story."""
    own = set(part)
    return not any((page.classes[n], page.tags_around[n] & ~_OWN_TAGS) in place for n in story if n not in own)


def _comments(page: PageLines, taken: dict[int, Named]) -> None:
    """Readers' comments by their form: below a line like `5 comments`, or each below a name with a date and above `Reply`."""
    story = kept(page, taken)
    if not story:
        return
    for n in range(story[0], len(page.text)):
        if page.words[n] <= _HEAD_WORDS and _is_title_of_comments(page, n):
            part = [line for line in story if line >= n]
            story_words = sum(page.words[line] for line in story if line < n and page.is_good[line])
            if story_words >= _LEFT_WORDS and _is_small(page, part, story):
                _put_comments(part, taken, page.text[n][:40])
                return
    start = _first_of_answered(page, story[0])
    part = [line for line in story if start is not None and line >= start]
    if _is_small(page, part, story):
        _put_comments(part, taken, "a name and a time above it, a reply below")


def _first_of_answered(page: PageLines, first: int) -> int | None:
    """The head of the first of two or more comments, each between a name with a date and a line like `Reply`."""
    replies = [n for n, entry in page.entry.items() if entry.kind == "comment.action" and entry.mode == "whole"]
    heads: list[int] = []
    for reply in sorted(replies):
        above = [n for n in range(max(first + 1, reply - _COMMENT_LINES), reply) if _is_comment_head(page, n)]
        if above and (not heads or above[-1] > heads[-1]):
            heads.append(above[-1])
    return heads[0] if len(heads) >= 2 and heads[1] - heads[0] <= 2 * _COMMENT_LINES else None


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


# what is said of a writer below the story; of 20 such last lines of real pages whose name the byline has and the story
# has not, none was gold body, of 85 others most were
_ABOUT = re.compile(
    r"^([^\W\d_][\w.'’-]*\s+[\w.'’-]+)(?:\s+[\w.'’-]+){0,2}(?:,\s.{2,60},)?\s+(?:is|was|has|covers|writes|reports|joined|lives|"
    r"works|ist|schreibt|berichtet|arbeitet|lebt|est|couvre|écrit|es|escribe|cubre|è|scrive|é|escreve|jest|pisze|schrijft|"
    r"är|skriver|er)\s"
)
# the same of a writer whom no line above names, where the words are those of such boxes
_AT_WORK = re.compile(
    r"^(?:\S+\s+){2,4}(?:has covered|covers|writes (?:about|for|on)|reports (?:on|for|from)|(?:is|ist|est|es|è|é|jest)\s(?:\S+\s){0,4}"
    r"(?:reporter|correspondent|columnist|freelance \w+|staff writer|contributing \w+|redakteur(?:in)?|korrespondent(?:in)?|"
    r"journaliste|rédact(?:eur|rice)|periodista|redactora?|corresponsal|giornalista|jornalista|dziennikar(?:z|ka))\b|"
    r"schreibt (?:für|über)|berichtet (?:für|über|aus)|couvre|écrit pour|escribe (?:sobre|para)|scrive (?:di|per)|escreve (?:sobre|para))",
    re.I,
)
_ABOUT_WORDS = 70
_BYLINE_WORDS = 12
_NAME_WORDS = 5  # `By Ana Roe`, `Ana Roe, reporter`
_NEAR_TOP = 4  # lines of the story among which the byline may stand


def _biography(page: PageLines, taken: dict[int, Named]) -> None:
    """The last lines of the story, where they say who the writer named above it is."""
    story = kept(page, taken)
    if _words(page, story) < 2 * _LEFT_WORDS:
        return
    while len(story) > 2:
        n = story.pop()
        match = _ABOUT.match(page.text[n]) if page.words[n] <= _ABOUT_WORDS else None
        if match is None or not match[1].split()[1][0].isupper():
            return
        name = " ".join(match[1].split())
        if any(name in page.text[m] for m in story if page.words[m] > _BYLINE_WORDS):
            return
        if not (
            _AT_WORK.search(page.text[n])
            or _is_signed(page, name, range(max(0, story[0] - NEAR), min(story[0] + _NEAR_TOP, n)))
        ):
            return
        taken[n] = Named(Label.FOOTER, Action.DROP, Reason.NAME_PATTERN, "who the writer is", 0.85)


def _is_signed(page: PageLines, name: str, lines: range) -> bool:
    """Whether one of the lines is a byline with that name, or little more than the name."""
    return any(
        name in page.text[n] and page.words[n] <= _BYLINE_WORDS
        and (page.words[n] <= _NAME_WORDS or (n in page.entry and page.entry[n].group == "byline"))
        for n in lines
    )  # fmt: skip
