"""The lines of one page as the rules see them, and the labels they have so far."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from tasks.clean.label import constants
from tasks.clean.label.constants import BELOW, NEAR, lexicon_label
from tasks.clean.model.lexicon import Entry
from tasks.clean.sites.templates import Recurrence
from tasks.text.publisher_names import is_agency, is_newsroom, is_photo_agency, is_title_case
from tasks.vocabulary import Action, Label, Reason

# a whole line that credits a picture
CREDIT_SHAPE = re.compile(
    r"""^(?:
        (?:photo\ |image\ )?courtesy\ (?:of\ )?.{2,50}
        | [\w.'’\ -]{2,50}\s?/\s?[\w.'’\ -]{2,50}  # A. Name / Agency
        | .{0,60}\b(?:getty\ images|ap\ photo|afp|reuters|epa|imago|dpa)\b.{0,40}
    )$""",
    re.I | re.X,
)
# the word in front of a photographer's name
CREDIT_HEAD = re.compile(
    r"""\b(?:photo|image|picture|foto|bild|fot\.?|crédit|credit|photograph|imagen|immagine|afbeelding)s?
        \s*(?:credit)?\s*(?:by\b|:|/|©)
        | ©""",
    re.I | re.X,
)
_BYLINE_HEAD = re.compile(
    r"""^\s*(?:[\w.]+\s+)?
        (?:by|von|par|por|di|da|door|av|af|przez|автор|yazan|text|story\ by|written\ by)\b[\s:]*""",
    re.I | re.X,
)
_BLANK_SHARE = 0.7  # of the story's lines below a blank line, from which on blank lines separate its paragraphs


@dataclass
class PageLines:
    """The lines of one page and what is known about each, for the rules."""

    text: list[str]
    key: list[int]  # equal for lines of the same words, 0 for lines without any
    has_digit: list[bool]
    is_story: list[bool]  # the decision on which lines are the story
    chance: list[float]  # how likely the line is part of it
    entry: dict[int, Entry]  # lexicon phrase by line
    words: list[float]
    is_good: list[bool]  # long, ends like a sentence, uses function words
    is_end: list[bool]  # ends like a sentence
    has_colon: list[bool]
    blank_before: list[int]
    copies: list[float]
    cohesion: list[float]
    link_share: list[float]
    tag: list[int]  # TAG_CODES; 0 on text pages
    classes: list[int]  # class bits of its element and all around it
    tags_around: list[int]
    article: list[int]  # number of the `article` element it is in, -1 for none
    element: list[int] = field(default_factory=list)  # number of its element; 0 on text pages
    parents: Sequence[int] = ()  # of the elements: the number of the element around each
    template: dict[int, Recurrence] = field(default_factory=dict)  # of lines that recur on the site
    titles: list[int] = field(default_factory=list)  # keys of the titles that the page declares, best first
    summary: int | None = None  # key of the summary that the page declares
    language: str | None = None
    is_html: bool = False

    def parent_of(self, n: int) -> int:
        """The number of the element around that of a line; 0 where there is none."""
        return self.parents[self.element[n]] if self.element else 0

    def element_around(self, lines: Sequence[int]) -> int:
        """The number of the smallest element that holds all these lines; 0 where there is none."""
        around = self.element[lines[0]] if self.element else 0
        for n in lines if around else ():
            element = self.element[n]
            while around != element:  # an element has a higher number than those around it
                if around > element:
                    around = self.parents[around]
                else:
                    element = self.parents[element]
        return around

    def is_within(self, n: int, around: int) -> bool:
        """Whether a line is in an element or in one that it holds."""
        element = self.element[n]
        while element > around:
            element = self.parents[element]
        return element == around


@dataclass(frozen=True)
class LineLabel:
    """What one line is, what was done with it and why."""

    label: Label
    action: Action
    reason: Reason
    detail: str | None = None
    confidence: float = 0.9
    doubt: str | None = None


class PageView:
    """A page while its lines are being labelled: where its story is, and which lines have a label already.

    `first` and `last` are the first and last line of the story (the number of lines where there is none), `body` is the
    first line that is surely part of the body and not a standfirst, `headline` is -1 until one is found.
    """

    def __init__(self, page: PageLines) -> None:
        self.page = page
        self.count = len(page.text)
        story = [n for n, inside in enumerate(page.is_story) if inside]
        self.has_story = bool(story)
        self.first = story[0] if story else self.count
        self.last = story[-1] if story else self.count
        within = [n for n in story if n > self.first]
        below_blank = sum(page.blank_before[n] > 0 for n in within)
        self.has_blank_lines = bool(within) and below_blank >= _BLANK_SHARE * len(within)  # between its paragraphs
        good = [n for n in story if page.is_good[n]]
        self.body = good[1] if len(good) > 1 else self.last  # a standfirst is one such line
        self.labels: dict[int, LineLabel] = {}
        self.headline = -1

    @property
    def anchor(self) -> int:
        """The headline, or the start of the story where there is none."""
        return self.headline if self.headline >= 0 else self.first

    def is_credit(self, n: int) -> bool:
        """Whether a line names who made a picture and nothing else."""
        page = self.page
        text = page.text[n].strip("() ")
        if is_agency(text):  # an agency's name alone at the very end is where the text comes from
            return n < self.last or (page.blank_before[n] == 0 and is_photo_agency(text))
        entry = page.entry.get(n)
        if entry and entry.kind.startswith("credit.") and entry.mode != "has":
            return True
        head = CREDIT_HEAD.match(text)
        if head and page.words[n] <= 9 and (is_title_case(text[head.end() :].strip()) or is_agency(text[head.end() :])):
            return True
        return bool(
            page.words[n] <= 8
            and not page.is_end[n]
            and CREDIT_SHAPE.match(text)
            and (
                text.lower().startswith(("courtesy", "photo courtesy"))
                or any(is_agency(part) for part in re.split(r"[/,]| via ", text))
            )
        )

    def is_glued_name(self, n: int) -> bool:
        """Whether a line is two to four capitalised words right below a line, on a page with blank lines elsewhere."""
        words = self.page.text[n].split()
        return (
            self.has_blank_lines
            and n > 0
            and self.page.blank_before[n] == 0
            and 2 <= len(words) <= 4
            and not self.page.is_end[n]
            and all(word[0].isupper() and word.replace(".", "").replace("-", "").isalpha() for word in words)
        )

    def is_byline(self, n: int) -> bool:
        """Whether what follows the word of a byline looks like names."""
        page = self.page
        text = page.text[n]
        names = _BYLINE_HEAD.sub("", text) if n in page.entry else text
        words = [word for word in re.split(r"[\s,|]+", names) if word]
        capitals = sum(word[:1].isupper() for word in words)
        return (
            bool(words)
            and len(words) <= 12
            and (capitals >= 1 or is_newsroom(names))
            and (capitals >= len(words) / 2 or page.words[n] <= 8)
        )

    def is_near_top(self, n: int) -> bool:
        """Whether a line is where the article's own byline, date and source are."""
        top, bottom = min(self.anchor, self.first), max(self.anchor, self.first)
        return top - NEAR <= n <= bottom + BELOW[self.page.is_html]

    def position_label(self, n: int) -> Label:
        """The most likely label of a line of which only the position is known."""
        page = self.page
        if n < self.first:
            is_masthead = n < constants.MASTHEAD_LINES or page.words[n] > constants.MASTHEAD_WORDS
            return Label.MASTHEAD if is_masthead else Label.NAVIGATION
        if not page.is_end[n] and page.words[n] >= constants.RELATED_WORDS:
            return Label.RELATED
        if page.words[n] >= constants.PARAGRAPH_WORDS:
            return Label.RELATED if n < self.last else Label.FOOTER
        return Label.NAVIGATION

    def lexicon_label_of(self, n: int) -> Label | None:
        """The label by the lexicon's phrase in a line; None without a phrase."""
        entry = self.page.entry.get(n)
        return lexicon_label(entry.group) if entry else None

    def set_field(
        self, line: int, label: Label, reason: Reason, detail: str | None = None, confidence: float = 0.9
    ) -> None:
        """Label a line that feeds a field."""
        self.labels[line] = LineLabel(label, Action.FIELD, reason, detail, confidence)
