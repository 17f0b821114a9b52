"""Parts of a page that the model takes for its story although they surely are not: dialogs, cards, slides, tickers.

Each rule looks at what is kept and removes only a small part of it (`removal.is_small_part`): a live blog with its
entries in cards, a page of letters to the editor in a container called `comments`, or a gallery stays whole.
"""

import re
from itertools import pairwise

from tasks.clean.label.author_box import remove_author_box
from tasks.clean.label.constants import HEADINGS, OWNER
from tasks.clean.label.page import LineLabel, PageLines
from tasks.clean.label.reader_comments import remove_comments
from tasks.clean.label.removal import STORY_WORDS_LEFT, Removed, is_small_part, story_lines, word_sum
from tasks.clean.parse import class_words
from tasks.clean.parse.tags import TAG_CODES
from tasks.text.date_lines import is_date_line
from tasks.vocabulary import Action, Label, Reason

# Below the story's last line, lines in elements with such a class were gold body on 1 of 192 of 2,000 real pages. Amid
# the story, where 42 % to 92 % were, such classes say nothing.
_GROUPS = (
    ("comment", Label.COMMENT),
    ("cookie", Label.FOOTER),
    ("newsletter", Label.PROMO),
    ("nav", Label.NAVIGATION),
    ("share", Label.NAVIGATION),
    ("byline", Label.FOOTER),
)
_TAGS = (("form", Label.PROMO), ("nav", Label.NAVIGATION))
_CONSENT = re.compile(
    r"""\bcookies?\b|\bconsent\b|\bpartners\b.{0,60}\bdata\b|einwilligung|datenschutz|consentement|consentimiento
        |consenso|toestemming|zgod[aęy]\b|соглас[иен]|samtycke|samtykke""",
    re.I | re.X,
)
_STORY_WORDS = 100  # of running text: with more, a text is a story beside any number of cards
_COUNTED_STORY_WORDS = 60  # around slides that are numbered and in an element of their own
_BRIEF_WORDS = 20  # of the shortest story
_MANY_CARDS = 3
_LAST_ARTICLE = 30  # the number that all further `article` elements of a page share
_CARD_WORDS = 60  # a headline and a sentence or two
_SLIDE = re.compile(r"^(\d{1,3})\s?(?:/|of|von|de|sur|di|van)\s?(\d{1,3})(?=\s*[:.–-]?\s+\S|$)")
_LINE_TAGS = sum(1 << tag for tag in HEADINGS) | 1 << TAG_CODES["p"]  # of a line itself, not of what surrounds it
_BESIDE_STORY = sum(class_words.BITS[group] for group in ("sidebar", "related", "caption", "ad"))
_CLOCK_FIRST = re.compile(r"^\d{1,2}[:.h]\d{2}(?:\s?Uhr|\s?[ap]\.?m\.?)?[\s|–-]+\D")
_CLOCK_LAST = re.compile(r"\((?:\d{1,2}[/.]\d{1,2}(?:[/.]\d{2,4})?\s*[-–]?\s*)?\d{1,2}:\d{2}(?:\)|…|\.\.\.)$")
_TICKER_LINES = 3
_TICKER_WORDS = 20
# links below a story in paragraphs; in lists, half of them are its sources or entries of its own
_LINKED_END, _LINKED_LINES = 0.8, 2  # of a line's words; lines at least
_PARAGRAPHS = frozenset({TAG_CODES["p"], TAG_CODES["div"]})
_OWNER_WORDS = 25
_RANKED = re.compile(r"(\d{1,2})[.):]?\s+(?=[^\W\d]).*\D$")
_DATE_WORDS = 12
_CUT_LINES = 2  # a story may end in dots once


def remove_other_parts(page: PageLines, removed: Removed) -> None:
    """Add the lines of such parts to `removed`, with what they are instead."""
    if page.is_html:
        _remove_cookie_boxes(page, removed)
        _remove_containers(page, removed)
        _remove_cards(page, removed)
        _remove_slides(page, removed)
    remove_comments(page, removed)
    _remove_tickers(page, removed)
    _remove_cut_teasers(page, removed)
    _remove_linked_end(page, removed)
    _remove_owner(page, removed)
    _remove_ranking(page, removed)
    _remove_first_date(page, removed)
    remove_author_box(page, removed)


def _remove_cookie_boxes(page: PageLines, removed: Removed) -> None:
    """Dialogs about cookies and consent, anywhere on the page: both the class and the words must say so."""
    story = story_lines(page, removed)
    bit = class_words.BITS["cookie"]
    part = [n for n in story if page.classes[n] & bit]
    consent_count = sum(bool(_CONSENT.search(page.text[n])) for n in part)
    words_left = word_sum(page, story) - word_sum(page, part)
    if consent_count >= 2 and consent_count >= 0.25 * len(part) and words_left >= STORY_WORDS_LEFT:
        removed.update({n: LineLabel(Label.FOOTER, Action.DROP, Reason.CONTAINER, "cookie", 0.9) for n in part})


def _remove_containers(page: PageLines, removed: Removed) -> None:
    """Lines below the last line of the story in an element for something else."""
    marks = [(page.classes, class_words.BITS[group], label, group) for group, label in _GROUPS]
    marks += [(page.tags_around, 1 << TAG_CODES[tag], label, f"<{tag}>") for tag, label in _TAGS]
    story = story_lines(page, removed)
    parts = [
        (part, label, detail)
        for bits, bit, label, detail in marks
        if is_small_part(page, part := [n for n in story if bits[n] & bit], story)
    ]
    marked = {n for part, _, _ in parts for n in part}
    if not parts or not is_small_part(page, sorted(marked), story):
        return
    end = max(n for n in story if n not in marked)
    for part, label, detail in parts:
        for n in part:
            if n > end:
                removed.setdefault(n, LineLabel(label, Action.DROP, Reason.CONTAINER, detail, 0.9))


def _remove_cards(page: PageLines, removed: Removed) -> None:
    """Teasers of other stories: `article` elements, links, or headings that link, with a sentence or two each."""
    story = story_lines(page, removed)
    by_article: dict[int, list[int]] = {}
    for n, number in enumerate(page.article):
        if number >= 0:
            by_article.setdefault(number, []).append(n)
    cards = [lines for lines in by_article.values() if _is_card(page, lines)]
    within = {n for lines in cards for n in lines} if len(cards) > 1 else set()
    end = max((n for n in story if n not in within), default=-1)
    # amid the story a headline alone may be an entry of the author's list; a linked sentence below one is a teaser
    part = [n for n in story if n in within and (n > end or page.is_end[n])]
    are_below = len(cards) >= _MANY_CARDS and all(n > end for n in part)
    if not (is_small_part(page, part, story) or (are_below and _leaves_story(page, part, story))):
        part = []
    linked = [n for n in story if n not in within and _is_linked_teaser(page, n)]
    part += linked if is_small_part(page, linked, story) else []
    part += _teasers_below(page, [n for n in story if n not in set(part)])
    removed.update({n: LineLabel(Label.RELATED, Action.DROP, Reason.CONTAINER, "a card", 0.9) for n in part})


def _leaves_story(page: PageLines, part: list[int], story: list[int], least: int = _STORY_WORDS) -> bool:
    """Whether the rest of the lines is a story by itself, however long the part is, and the part is not a live blog."""
    rest = set(story) - set(part)
    is_live = any(page.classes[n] & class_words.BITS["live"] for n in part)
    return not is_live and sum(page.words[n] for n in rest if page.is_good[n]) >= least


def _is_linked_teaser(page: PageLines, n: int) -> bool:
    """Whether a line is a sentence in an anchor, right below a heading in it."""
    return bool(
        n
        and page.is_end[n]
        and page.classes[n] & page.classes[n - 1] & class_words.IN_LINK
        and page.tag[n - 1] in HEADINGS
        and page.tag[n] not in HEADINGS
    )


def _teasers_below(page: PageLines, story: list[int]) -> list[int]:
    """Three or more linked headings, each with at most a line, in an element for related stories below the story."""
    bit = class_words.BITS["related"]
    heads = [n for n in range(len(page.text)) if page.classes[n] & bit and _is_linked_heading(page, n)]
    if len(heads) < _TICKER_LINES or any(b - a > 3 for a, b in pairwise(heads)):
        return []
    part = [n for n in story if n >= heads[0] - 1 and page.classes[n] & bit]
    rest = [n for n in story if n not in set(part)]
    is_below = rest and rest[-1] < heads[0] - 1 and not any(page.classes[n] & bit for n in rest)
    return part if is_below and word_sum(page, rest) >= _BRIEF_WORDS else []


def _is_linked_heading(page: PageLines, n: int) -> bool:
    return page.tag[n] in HEADINGS and page.link_share[n] > 0.8 and page.words[n] >= 3


def _is_card(page: PageLines, lines: list[int]) -> bool:
    heads = sum(page.link_share[n] > 0.8 and page.words[n] >= 3 for n in lines)
    count = heads if page.article[lines[0]] == _LAST_ARTICLE else 1
    return heads > 0 and word_sum(page, lines) <= _CARD_WORDS * count


def _remove_slides(page: PageLines, removed: Removed) -> None:
    """A slide show about other things amid the story: `3/30 A headline` and its text, or `3/30` above it, repeated."""
    story = story_lines(page, removed)
    numbered = [(n, match) for n, text in enumerate(page.text) if text[:1].isdigit() and (match := _SLIDE.match(text))]
    starts = [n for n, match in numbered if match[2] == numbered[0][1][2] and page.words[n] <= _TICKER_WORDS]
    if len(starts) < _TICKER_LINES:
        return
    containers = {_container(page, n) for n in starts}
    slides: list[int] = []
    for n, after in zip(starts, [*starts[1:], len(page.text)], strict=True):
        for line in range(n, after):
            if _container(page, line) not in containers:
                break
            slides.append(line)
    part = [n for n in slides if n in set(story)]
    # the containers of the slides must hold nothing else of the story
    if not part or any(_container(page, n) in containers for n in story if n not in set(part)):
        return
    are_counters = all(match.end() == len(page.text[n]) for n, match in numbered)
    has_own_container = all(page.classes[n] & ~page.classes[story[0]] & _BESIDE_STORY for n in part) or (
        are_counters and _is_apart(page, slides, story)
    )
    is_amid = story[0] < part[0] and part[-1] < story[-1] and has_own_container
    is_small = not are_counters and is_small_part(page, part, story)  # a story may be a slide show itself
    least = _COUNTED_STORY_WORDS if are_counters else _STORY_WORDS
    if is_small or (is_amid and _leaves_story(page, part, story, least)):
        label = LineLabel(Label.RELATED, Action.DROP, Reason.CONTAINER, "a slide show", 0.85)
        removed.update(dict.fromkeys(slides if are_counters else part, label))


def _is_apart(page: PageLines, lines: list[int], story: list[int]) -> bool:
    """Whether an element holds these lines and no other line of the story."""
    around, own = page.element_around(lines), set(lines)
    return around > 0 and not any(page.is_within(n, around) for n in story if n not in own)


def _container(page: PageLines, n: int) -> tuple[int, int]:
    """What the lines in one container have in common: classes, and tags without those of single lines."""
    return page.classes[n], page.tags_around[n] & ~_LINE_TAGS


def _remove_tickers(page: PageLines, removed: Removed) -> None:
    """Headlines that each show their time, one below the other."""
    story = story_lines(page, removed)
    lines = [n for n in story if page.words[n] <= _TICKER_WORDS and not page.is_end[n] and _has_clock(page.text[n])]
    if len(lines) < _TICKER_LINES or not is_small_part(page, lines, story):
        return
    end = max(n for n in story if n not in set(lines))
    for n in lines:
        if n > end or page.link_share[n] > 0.5 or _CLOCK_LAST.search(page.text[n]):
            removed[n] = LineLabel(Label.RELATED, Action.DROP, Reason.LINK_LIST, "a headline with its time", 0.85)


def _has_clock(text: str) -> bool:
    if text[:1].isdigit() and _CLOCK_FIRST.match(text):
        return True
    return text[-1:] in ").…" and bool(_CLOCK_LAST.search(text))


def _remove_linked_end(page: PageLines, removed: Removed) -> None:
    """Links to other stories below the last paragraph, unless the story has such lines amid it, too."""
    story = story_lines(page, removed)
    linked = [n for n in story if page.link_share[n] >= _LINKED_END]
    if len(linked) < _LINKED_LINES:
        return
    part = [n for n in story if n >= linked[0]]
    is_run = len(part) == len(linked) and all(page.tag[n] in _PARAGRAPHS for n in part)
    if is_run and is_small_part(page, part, story):
        label = LineLabel(Label.RELATED, Action.DROP, Reason.LINK_LIST, "below the last paragraph", 0.85)
        removed.update(dict.fromkeys(part, label))


def _remove_owner(page: PageLines, removed: Removed) -> None:
    """Who owns the text: a line with the sign of copyright below the story's last paragraph."""
    story = story_lines(page, removed)
    while len(story) > 1 and page.words[story[-1]] <= _OWNER_WORDS and OWNER.match(page.text[story[-1]]):
        removed[story.pop()] = LineLabel(Label.FOOTER, Action.DROP, Reason.LEXICON, "©", 0.85)


def _remove_ranking(page: PageLines, removed: Removed) -> None:
    """The rest of a numbered list below the story, e.g. the most read, where its start is not the story's."""
    story = story_lines(page, removed)
    first = len(story)
    while first and (rank := _rank(page, story[first - 1])) and not page.is_end[story[first - 1]]:
        first -= 1
        above = story[first] - 1
        if rank == 2 and above >= 0 and above != story[first - 1] and _rank(page, above) == rank - 1:
            label = LineLabel(Label.RELATED, Action.DROP, Reason.LINK_LIST, "the rest of a numbered list", 0.85)
            removed.update(dict.fromkeys(story[first:], label) if first else {})
            return


def _rank(page: PageLines, n: int) -> int:
    """The number that a headline in a list starts with; 0 for other lines, and for those that end in a figure."""
    match = _RANKED.match(page.text[n]) if page.has_digit[n] else None
    return int(match[1]) if match else 0


def _remove_first_date(page: PageLines, removed: Removed) -> None:
    """A line above the first paragraph that is no more than a date."""
    for n in story_lines(page, removed)[:-1]:
        if page.words[n] > _DATE_WORDS or not page.has_digit[n] or not is_date_line(page.text[n], page.language):
            return
        removed[n] = LineLabel(Label.DATE, Action.FIELD, Reason.DATE_PATTERN, None, 0.85)


def _remove_cut_teasers(page: PageLines, removed: Removed) -> None:
    """Texts below the last whole sentence of the story that a program has cut: each ends in dots."""
    story = story_lines(page, removed)
    is_cut = {n: page.text[n].rstrip(" »>]").endswith(("...", "…")) for n in story}
    end = max((n for n in story if page.is_end[n] and not is_cut[n]), default=None)
    if end is None:
        return
    part = [n for n in story if n > end]
    cut_count = sum(is_cut[n] for n in part)
    rest = [n for n in story if n <= end]
    if cut_count < _CUT_LINES or any(is_cut[n] for n in rest) or word_sum(page, rest) < STORY_WORDS_LEFT:
        return
    removed.update({n: LineLabel(Label.RELATED, Action.DROP, Reason.LINK_LIST, "cut teasers", 0.85) for n in part})
