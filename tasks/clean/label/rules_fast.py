"""Labels in bulk the lines that no single rule of `tasks.clean.label.rules` needs to look at: most of every page.

A rule looks at a line near the headline, in a figure, or shaped like a credit, a comment or code. All others are
labelled by the lexicon's phrase they hold, the element they are in or their position, for a whole batch at once,
exactly as the rules would do it (`tests/unit/clean/test_rules_fast.py` compares the two).
"""

from dataclasses import dataclass

import numpy as np

from tasks.clean.label import constants
from tasks.clean.label.codes import LABEL_CODES, REASON_CODES, LabelColumns
from tasks.clean.label.constants import (
    AFTER,
    BELOW,
    FIELD_LABELS,
    GROUP_LABELS,
    HEADINGS,
    NEAR,
    TAG_LABELS,
    lexicon_label,
)
from tasks.clean.label.page import PageView
from tasks.clean.model.features import LEXICON_GROUPS, Columns, Layout
from tasks.clean.model.lexicon import Entry
from tasks.clean.parse import class_words
from tasks.clean.parse.tags import TAG_CODES
from tasks.clean.sites.templates import Recurrence
from tasks.vocabulary import Action, Label, Reason

_FIELD_CODES = tuple(LABEL_CODES[label] for label in FIELD_LABELS)
_LEXICON_CODES = {group: LABEL_CODES[lexicon_label(group)] for group in LEXICON_GROUPS}
_FIGURE_TAGS = (1 << TAG_CODES["figcaption"]) | (1 << TAG_CODES["figure"])


@dataclass(frozen=True)
class BatchFacts:
    """What is known about the n lines of a batch; arrays hold one value per line."""

    columns: Columns
    layout: Layout
    has_words: np.ndarray
    is_story: np.ndarray
    chance: np.ndarray
    entries: dict[int, Entry]  # by line
    templates: dict[int, Recurrence]  # by line
    tag: np.ndarray
    classes: np.ndarray
    tags_around: np.ndarray
    views: list[PageView]  # by page
    is_html: bool


def label_plain_lines(labels: LabelColumns, facts: BatchFacts) -> np.ndarray:
    """Label all lines that no single rule needs to look at. Returns which lines were labelled, as bool per line."""
    return _BatchLabeller(labels, facts).run()


class _BatchLabeller:
    """The lines of a batch with their position relative to the story, while they are being labelled."""

    def __init__(self, labels: LabelColumns, facts: BatchFacts) -> None:
        self.labels = labels
        self.facts = facts
        page = facts.layout.page
        size = len(facts.tag)
        self.words = facts.columns["words"]
        self.link_share = facts.columns["link_share"] if facts.is_html else np.zeros(size)
        self.position = np.arange(size) - facts.layout.first  # in the page
        # of the line's page: the first and last line of its story, and its headline
        self.first = np.array([view.first for view in facts.views])[page]
        self.last = np.array([view.last for view in facts.views])[page]
        self.headline = np.array([view.headline for view in facts.views])[page]
        self.has_story = np.array([view.has_story for view in facts.views])[page]
        self.has_entry = np.zeros(size, dtype=bool)
        self.has_entry[list(facts.entries)] = True
        self.position_label = self._position_labels()
        self.is_done = np.zeros(size, dtype=bool)

    def run(self) -> np.ndarray:
        """Label the lines by the rules in their order, and return which lines have a label."""
        facts = self.facts
        self._story_paragraphs()
        self._lines_without_words()
        rest = ~facts.is_story & facts.has_words & self.has_story & ~self._is_near_top()
        if facts.is_html:
            is_hidden = (facts.classes & class_words.HIDDEN) != 0
            is_hidden &= (self.link_share < constants.HIDDEN_LINK_SHARE) & (self.words > constants.HIDDEN_WORDS)
            rest &= ((facts.tags_around & _FIGURE_TAGS) == 0) & ~is_hidden
        rest &= ~self._by_template(rest)
        self._by_lexicon(np.flatnonzero(rest & self.has_entry))
        rest &= ~self.has_entry & ~self._may_match_shape()
        if facts.is_html:
            rest = self._by_element(rest)
        self._by_position(rest)
        return self.is_done

    def _set(
        self,
        rows: np.ndarray,
        label: np.ndarray | Label,
        reason: np.ndarray | Reason,
        confidence: np.ndarray | float,
        action: Action = Action.DROP,
    ) -> None:
        """Label some rows; arrays hold one value per line of the batch."""
        self.is_done[rows] = True
        self.labels.set_rows(
            rows,
            label[rows] if isinstance(label, np.ndarray) else label,
            action,
            reason[rows] if isinstance(reason, np.ndarray) else reason,
            confidence[rows] if isinstance(confidence, np.ndarray) else confidence,
        )

    def _story_paragraphs(self) -> None:
        """Label the long lines of the story, which no rule for intruders looks at."""
        facts = self.facts
        is_heading = np.isin(facts.tag, sorted(HEADINGS))
        is_plain = facts.is_story & self.has_story & ~self.has_entry & ~is_heading
        is_plain &= (self.words > constants.CALL_WORDS) & (self.position >= self.first + 2)
        reason = np.where(
            facts.columns["good"] > 0, REASON_CODES[Reason.RUNNING_TEXT], REASON_CODES[Reason.WITHIN_STORY]
        )
        self._set(np.flatnonzero(is_plain), Label.PARAGRAPH, reason, facts.chance, Action.KEEP)

    def _lines_without_words(self) -> None:
        is_blank = ~self.facts.is_story & ~self.facts.has_words
        label = np.where(self.position < self.first, LABEL_CODES[Label.MASTHEAD], LABEL_CODES[Label.NAVIGATION])
        self._set(np.flatnonzero(is_blank), label, Reason.NO_TEXT, constants.NO_TEXT_CONFIDENCE)

    def _is_near_top(self) -> np.ndarray:
        """`PageView.is_near_top` of every line."""
        anchor = np.where(self.headline >= 0, self.headline, self.first)
        top, bottom = np.minimum(anchor, self.first), np.maximum(anchor, self.first)
        is_near: np.ndarray = (self.position >= top - NEAR) & (self.position <= bottom + BELOW[self.facts.is_html])
        return is_near

    def _position_labels(self) -> np.ndarray:
        """`PageView.position_label` of every line, as codes."""
        is_masthead = (self.position < constants.MASTHEAD_LINES) | (self.words > constants.MASTHEAD_WORDS)
        above = np.where(is_masthead, LABEL_CODES[Label.MASTHEAD], LABEL_CODES[Label.NAVIGATION])
        long = np.where(self.position < self.last, LABEL_CODES[Label.RELATED], LABEL_CODES[Label.FOOTER])
        below = np.where(self.words >= constants.PARAGRAPH_WORDS, long, LABEL_CODES[Label.NAVIGATION])
        is_link = (self.facts.columns["is_end"] == 0) & (self.words >= constants.RELATED_WORDS)
        below = np.where(is_link, LABEL_CODES[Label.RELATED], below)
        return np.where(self.position < self.first, above, below)

    def _by_template(self, rest: np.ndarray) -> np.ndarray:
        """Label the lines of `rest` that recur on the site; returns which lines recur and are not the story's."""
        facts = self.facts
        is_template = np.zeros(len(self.words), dtype=bool)
        is_template[list(facts.templates)] = True
        # an agency's credit recurs in many stories, as in `rules._belongs_to_story`
        is_credit = np.zeros(len(self.words), dtype=bool)
        is_credit[[row for row, recurrence in facts.templates.items() if self._is_agency_credit(row, recurrence)]] = (
            True
        )
        is_template &= ~(is_credit & (self.position >= self.first) & (self.position <= self.last + AFTER))
        label = self.position_label.copy()
        with_phrase = np.flatnonzero(rest & is_template & self.has_entry)
        label[with_phrase] = [_LEXICON_CODES[facts.entries[row].group] for row in with_phrase.tolist()]
        without_phrase = rest & is_template & ~self.has_entry
        if facts.is_html:  # the element decides: a copyright line in the footer is one on every page
            left_over = self._by_element(without_phrase.copy())
            by_element = without_phrase & ~left_over & self.is_done
            label[by_element] = self.labels.label[by_element]
            without_phrase = by_element | left_over
        rows = np.concatenate([with_phrase, np.flatnonzero(without_phrase)])
        self._set(rows, label, Reason.TEMPLATE_ON_SITE, constants.TEMPLATE_CONFIDENCE)
        self.labels.detail[rows] = [str(facts.templates[row]) for row in rows.tolist()]
        return is_template

    def _is_agency_credit(self, row: int, recurrence: Recurrence) -> bool:
        entry = self.facts.entries.get(row)
        is_rare = recurrence.pages < constants.CHROME_SHARE * recurrence.total
        return entry is not None and entry.kind.startswith(("credit.", "wire.")) and is_rare

    def _by_lexicon(self, rows: np.ndarray) -> None:
        """Label lines away from the headline by their phrase; bylines, sources and dates are left to the rules."""
        entries = [self.facts.entries[row] for row in rows.tolist()]
        label = np.array([_LEXICON_CODES[entry.group] for entry in entries], dtype=np.int8)
        is_within = np.array([entry.mode == "has" for entry in entries], dtype=bool)
        phrase = np.array([entry.phrase for entry in entries], dtype=object)
        is_date = label == LABEL_CODES[Label.DATE]
        has_digit = self.facts.columns["digit_share"][rows] > 0
        is_clear = ~(is_within & (self.words[rows] > constants.PHRASE_WORDS)) & ~(is_date & has_digit)
        is_clear &= ~np.isin(label, (LABEL_CODES[Label.BYLINE], LABEL_CODES[Label.SOURCE]))
        confidence = np.where(is_within, constants.PHRASE_WITHIN_CONFIDENCE, constants.PHRASE_CONFIDENCE)
        confidence[is_date] = constants.NO_DATE_CONFIDENCE
        label[is_date] = LABEL_CODES[Label.NAVIGATION]
        is_beside_story = (self.position >= self.first) & (self.position <= self.last + AFTER)
        is_field = np.isin(label, _FIELD_CODES) & is_beside_story[rows]
        for action, mask in ((Action.FIELD, is_clear & is_field), (Action.DROP, is_clear & ~is_field)):
            self.labels.set_rows(rows[mask], label[mask], action, Reason.LEXICON, confidence[mask])
            self.labels.detail[rows[mask]] = phrase[mask]
        self.is_done[rows[is_clear]] = True

    def _may_match_shape(self) -> np.ndarray:
        """Lines that may be weather, a place, code, a comment's head or an agency's name: a rule must look at them."""
        columns = self.facts.columns
        has_digit, has_colon = columns["digit_share"] > 0, columns["colons"] > 0
        is_below, is_above = self.position > self.first, self.position < self.first
        code = (columns["chars"] > constants.CODE_CHARS) & (columns["code_share"] > 0)
        comment = is_below & (self.words < constants.COMMENT_HEAD_WORDS)
        comment &= has_colon & (has_digit | (columns["is_colon"] > 0))
        agency = (self.words <= constants.AGENCY_WORDS) & is_below & (self.position <= self.last)
        shape: np.ndarray = code | comment | agency
        if not self.facts.is_html:
            is_short = columns["chars"] < constants.PLACE_CHARS
            shape |= is_above & is_short & (has_digit | (columns["comma_count"] > 0))
        return shape

    def _by_element(self, rest: np.ndarray) -> np.ndarray:
        """Label lines by their element; returns those left over. Captions near the story are left to the rules."""
        facts = self.facts

        def settle(mask: np.ndarray, label: Label, reason: Reason, confidence: float, detail: str | None) -> None:
            rows = np.flatnonzero(mask)
            self._set(rows, label, reason, confidence)
            self.labels.detail[rows] = detail
            rest[rows] = False

        first, last = self.first - constants.CAPTION_ABOVE, self.last + constants.CAPTION_BELOW
        is_beside_story = (self.position >= first) & (self.position <= last)
        for group, label in GROUP_LABELS:
            inside = rest & ((facts.classes & class_words.BITS[group]) != 0)
            if label is Label.CAPTION:
                # labelled neither here nor below: a rule says whether it is the caption or the credit
                rest &= ~(inside & is_beside_story & (self.link_share < constants.CAPTION_LINKED))
            elif label is Label.BYLINE:
                inside &= (self.position > self.last) & (self.words > constants.AUTHOR_BOX_WORDS)
                settle(inside, Label.FOOTER, Reason.CONTAINER, constants.AUTHOR_BOX_CONFIDENCE, "author box")
            elif label is not Label.DATE:
                settle(inside, label, Reason.CONTAINER, constants.CONTAINER_CONFIDENCE, group)
        for tag, label in TAG_LABELS:
            inside = rest & ((facts.tags_around >> TAG_CODES[tag]) & 1 != 0)
            settle(inside, label, Reason.CONTAINER, constants.CONTAINER_CONFIDENCE, f"<{tag}>")
        is_link = self.link_share > constants.LINK_LIST_SHARE
        is_long = self.words >= constants.RELATED_WORDS
        settle(rest & is_link & is_long, Label.RELATED, Reason.LINK_LIST, constants.CONTAINER_CONFIDENCE, None)
        settle(rest & is_link, Label.NAVIGATION, Reason.LINK_LIST, constants.CONTAINER_CONFIDENCE, None)
        return rest

    def _by_position(self, rest: np.ndarray) -> None:
        """Label the remaining lines by where they are."""
        confidence = np.maximum(constants.LEAST_CONFIDENCE, 1 - self.facts.chance)
        copies = self.facts.columns["copies"]
        rows = np.flatnonzero(rest & (copies > 1))
        self._set(rows, self.position_label, Reason.DUPLICATE_IN_PAGE, confidence)
        self.labels.detail[rows] = [f"{int(count)} times" for count in copies[rows].tolist()]
        is_above, is_amid = self.position < self.first, self.position < self.last
        reason = np.where(is_amid, REASON_CODES[Reason.BETWEEN], REASON_CODES[Reason.BELOW_STORY])
        reason = np.where(is_above, REASON_CODES[Reason.ABOVE_STORY], reason)
        self._set(np.flatnonzero(rest & (copies <= 1)), self.position_label, reason, confidence)
