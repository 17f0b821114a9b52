"""Names in bulk the lines that no single rule of `tasks.clean.label.rules` need look at: most of every page.

A rule looks at a line near the headline, in a figure, or shaped like a credit, a comment or code. All others are named by
the phrase of the lexicon they hold, the element they lie in or the place they stand at, for a whole batch at once and
exactly as the rules would.
"""

from dataclasses import dataclass

import numpy as np

from tasks.clean.label.codes import LABEL_CODES, REASON_CODES, Names
from tasks.clean.label.landmarks import HEADINGS
from tasks.clean.label.page import AFTER, BELOW, CHROME_SHARE, FIELD_LABELS, NEAR, Scene, lexicon_label
from tasks.clean.model.features import LEXICON_GROUPS, Columns, Layout
from tasks.clean.model.lexicon import Entry
from tasks.clean.parse import class_words
from tasks.clean.parse.tags import TAG_CODES
from tasks.vocabulary import Action, Label, Reason

# a part of the page by the words of its classes or by its element, first match first
GROUP_LABELS = (
    ("comment", Label.COMMENT), ("share", Label.NAVIGATION), ("newsletter", Label.PROMO), ("ad", Label.PROMO),
    ("cookie", Label.FOOTER), ("nav", Label.NAVIGATION), ("related", Label.RELATED), ("caption", Label.CAPTION),
    ("byline", Label.BYLINE), ("date", Label.DATE), ("tags", Label.NAVIGATION), ("footer", Label.FOOTER),
    ("sidebar", Label.RELATED), ("header", Label.MASTHEAD),
)  # fmt: skip
TAG_LABELS = (
    ("nav", Label.NAVIGATION),
    ("footer", Label.FOOTER),
    ("aside", Label.RELATED),
    ("form", Label.PROMO),
    ("header", Label.MASTHEAD),
)
CALL_WORDS = 25  # longer lines of the story are its own whatever they say; the rules for intruders look at shorter ones
COMMENT_WORDS = 20
_CODE_CHARS = 40
_FIELD_CODES = tuple(LABEL_CODES[label] for label in FIELD_LABELS)
_LEXICON_CODES = {group: LABEL_CODES[lexicon_label(group)] for group in LEXICON_GROUPS}
_FIGURES = (1 << TAG_CODES["figcaption"]) | (1 << TAG_CODES["figure"])


@dataclass(frozen=True)
class Facts:
    """What is known of the lines of a batch, by line unless said otherwise."""

    columns: Columns
    where: Layout
    has_words: np.ndarray
    is_story: np.ndarray
    chance: np.ndarray
    entries: dict[int, Entry]
    templates: dict[int, tuple[int, int]]
    tag: np.ndarray
    classes: np.ndarray
    tags_around: np.ndarray
    scenes: list[Scene]  # by page
    is_html: bool


def name_plain(names: Names, facts: Facts) -> np.ndarray:
    """Name all lines that no single rule need look at. Returns which lines were named."""
    where, columns = facts.where, facts.columns
    words, link = columns["words"], columns["link_share"] if facts.is_html else np.zeros(len(facts.tag))
    at = np.arange(len(facts.tag)) - where.first
    first = np.array([scene.first for scene in facts.scenes])[where.page]
    last = np.array([scene.last for scene in facts.scenes])[where.page]
    headline = np.array([scene.headline for scene in facts.scenes])[where.page]
    has_story = np.array([scene.has_story for scene in facts.scenes])[where.page]
    done = np.zeros(len(at), dtype=bool)

    def settle(rows: np.ndarray, label: np.ndarray | Label, reason: np.ndarray | Reason,
               confidence: np.ndarray | float, action: Action = Action.DROP) -> None:  # fmt: skip
        done[rows] = True
        names.put_many(rows, label[rows] if isinstance(label, np.ndarray) else label, action,
                       reason[rows] if isinstance(reason, np.ndarray) else reason,
                       confidence[rows] if isinstance(confidence, np.ndarray) else confidence)  # fmt: skip

    has_entry = np.zeros(len(at), dtype=bool)
    has_entry[list(facts.entries)] = True
    is_heading = np.isin(facts.tag, sorted(HEADINGS))
    own = facts.is_story & has_story & ~has_entry & ~is_heading & (words > CALL_WORDS) & (at >= first + 2)
    running = np.where(columns["good"] > 0, REASON_CODES[Reason.RUNNING_TEXT], REASON_CODES[Reason.WITHIN_STORY])
    settle(np.flatnonzero(own), Label.PARAGRAPH, running, facts.chance, Action.KEEP)

    blank = ~facts.is_story & ~facts.has_words
    head = np.where(at < first, LABEL_CODES[Label.MASTHEAD], LABEL_CODES[Label.NAVIGATION])
    settle(np.flatnonzero(blank), head, Reason.NO_TEXT, 0.99)

    anchor = np.where(headline >= 0, headline, first)
    is_near = (at >= np.minimum(anchor, first) - NEAR) & (at <= np.maximum(first, anchor) + BELOW[facts.is_html])
    rest = ~facts.is_story & facts.has_words & has_story & ~is_near
    if facts.is_html:
        rest &= (facts.tags_around & _FIGURES) == 0
        rest &= ~(((facts.classes & class_words.HIDDEN) != 0) & (link < 0.5) & (words > 5))
    place = _place_labels(columns, words, at, first, last)
    rest &= ~_by_template(names, facts, rest, has_entry, done, place, at, first, last, words, link)
    _by_lexicon(names, facts, np.flatnonzero(rest & has_entry), done, at, first, last, words)
    rest &= ~has_entry & ~_may_have_shape(facts, at, first, last, words)
    if facts.is_html:
        rest = _by_element(names, facts, rest, done, at, first, last, words, link)
    sure = np.maximum(0.5, 1 - facts.chance)
    copies = columns["copies"]
    rows = np.flatnonzero(rest & (copies > 1))
    settle(rows, place, Reason.DUPLICATE_IN_PAGE, sure)
    names.detail[rows] = [f"{int(count)} times" for count in copies[rows].tolist()]
    side = np.where(at < first, REASON_CODES[Reason.ABOVE_STORY],
                    np.where(at < last, REASON_CODES[Reason.BETWEEN], REASON_CODES[Reason.BELOW_STORY]))  # fmt: skip
    settle(np.flatnonzero(rest & (copies <= 1)), place, side, sure)
    return done


def _by_template(
    names: Names, facts: Facts, rest: np.ndarray, has_entry: np.ndarray, done: np.ndarray, place: np.ndarray,
    at: np.ndarray, first: np.ndarray, last: np.ndarray, words: np.ndarray, link: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Name the lines of `rest` that stand on other pages of the site; returns which lines of all do, but for the story's own."""
    template, credit = np.zeros(len(at), dtype=bool), np.zeros(len(at), dtype=bool)
    template[list(facts.templates)] = True
    credit[[n for n, (count, total) in facts.templates.items()
            if n in facts.entries and facts.entries[n].kind.startswith(("credit.", "wire.")) and count < CHROME_SHARE * total]] = True  # fmt: skip
    template &= ~(credit & (at >= first) & (at <= last + AFTER))  # an agency's in many stories, as in `naming`
    likely = place.copy()
    signed = np.flatnonzero(rest & template & has_entry)
    likely[signed] = [_LEXICON_CODES[facts.entries[n].group] for n in signed.tolist()]
    unsigned = rest & template & ~has_entry
    if facts.is_html:  # what the element says of them: a copyright line in the footer is one on every page
        left = _by_element(names, facts, unsigned.copy(), done, at, first, last, words, link)
        inside = unsigned & ~left & done
        likely[inside] = names.label[inside]
        unsigned = inside | left
    rows = np.concatenate([signed, np.flatnonzero(unsigned)])
    done[rows] = True
    names.put_many(rows, likely[rows], Action.DROP, Reason.TEMPLATE_ON_SITE, 0.97)
    names.detail[rows] = [f"{facts.templates[n][0]} of {facts.templates[n][1]} pages" for n in rows.tolist()]
    return template


def _by_lexicon(
    names: Names, facts: Facts, rows: np.ndarray, done: np.ndarray,
    at: np.ndarray, first: np.ndarray, last: np.ndarray, words: np.ndarray,
) -> None:  # fmt: skip
    """Name lines away from the headline by the phrase they hold; bylines, sources and dates are left to the rules there."""
    found = [facts.entries[n] for n in rows.tolist()]
    label = np.array([_LEXICON_CODES[entry.group] for entry in found], dtype=np.int8)
    is_within = np.array([entry.mode == "has" for entry in found], dtype=bool)
    phrase = np.array([entry.phrase for entry in found], dtype=object)
    has_digit = facts.columns["digit_share"][rows] > 0
    is_date = label == LABEL_CODES[Label.DATE]
    speaks = ~(is_within & (words[rows] > 30)) & ~np.isin(label, (LABEL_CODES[Label.BYLINE], LABEL_CODES[Label.SOURCE]))
    speaks &= ~(is_date & has_digit)
    confidence = np.where(is_date, 0.6, np.where(is_within, 0.8, 0.9))
    label[is_date] = LABEL_CODES[Label.NAVIGATION]
    is_field = np.isin(label, _FIELD_CODES) & (at >= first)[rows] & (at <= last + AFTER)[rows]
    for action, mask in ((Action.FIELD, speaks & is_field), (Action.DROP, speaks & ~is_field)):
        names.put_many(rows[mask], label[mask], action, Reason.LEXICON, confidence[mask])
        names.detail[rows[mask]] = phrase[mask]
    done[rows[speaks]] = True


def _may_have_shape(facts: Facts, at: np.ndarray, first: np.ndarray, last: np.ndarray, words: np.ndarray) -> np.ndarray:
    """Lines that might be weather, a place, code, a comment's head or an agency's name: a rule shall look."""
    columns = facts.columns
    has_digit, has_colon = columns["digit_share"] > 0, (columns["colons"] > 0)
    code = (columns["chars"] > _CODE_CHARS) & (columns["code_share"] > 0)
    comment = (at > first) & (words < COMMENT_WORDS) & has_colon & (has_digit | (columns["is_colon"] > 0))
    agency = (words <= 6) & (at > first) & (at <= last)
    shape: np.ndarray = code | comment | agency
    if not facts.is_html:
        shape |= (at < first) & (columns["chars"] < 60) & (has_digit | (columns["comma_count"] > 0))
    return shape


def _place_labels(
    columns: Columns, words: np.ndarray, at: np.ndarray, first: np.ndarray, last: np.ndarray
) -> np.ndarray:
    """`Scene.place_label` of every line."""
    above = np.where((at < 6) | (words > 3), LABEL_CODES[Label.MASTHEAD], LABEL_CODES[Label.NAVIGATION])
    long = np.where(at < last, LABEL_CODES[Label.RELATED], LABEL_CODES[Label.FOOTER])
    below = np.where(words >= 10, long, LABEL_CODES[Label.NAVIGATION])
    below = np.where((columns["is_end"] == 0) & (words >= 5), LABEL_CODES[Label.RELATED], below)
    return np.where(at < first, above, below)


def _by_element(
    names: Names, facts: Facts, rest: np.ndarray, done: np.ndarray,
    at: np.ndarray, first: np.ndarray, last: np.ndarray, words: np.ndarray, link: np.ndarray,
) -> np.ndarray:  # fmt: skip
    """Name lines by the element they lie in; returns those left over. Captions near the story are left to the rules."""

    def settle(mask: np.ndarray, label: Label, reason: Reason, confidence: float, detail: str | None) -> None:
        rows = np.flatnonzero(mask)
        done[rows] = True
        rest[rows] = False
        names.put_many(rows, label, Action.DROP, reason, confidence)
        names.detail[rows] = detail

    for group, label in GROUP_LABELS:
        inside = rest & ((facts.classes & class_words.BITS[group]) != 0)
        if label is Label.CAPTION:
            # neither named here nor below: a rule says whether it is the caption or the credit
            rest &= ~(inside & (at >= first - 6) & (at <= last + 1) & (link < 0.5))
        elif label is Label.BYLINE:
            settle(inside & (at > last) & (words > 4), Label.FOOTER, Reason.CONTAINER, 0.75, "author box")
        elif label is not Label.DATE:
            settle(inside, label, Reason.CONTAINER, 0.8, group)
    for tag, label in TAG_LABELS:
        settle(rest & ((facts.tags_around >> TAG_CODES[tag]) & 1 != 0), label, Reason.CONTAINER, 0.8, f"<{tag}>")
    settle(rest & (link > 0.8) & (words >= 5), Label.RELATED, Reason.LINK_LIST, 0.8, None)
    settle(rest & (link > 0.8), Label.NAVIGATION, Reason.LINK_LIST, 0.8, None)
    return rest
