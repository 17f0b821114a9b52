"""The lines of one page and the state of their naming."""

import re
from dataclasses import dataclass, field

from tasks.clean.model.lexicon import Entry
from tasks.text.publisher_names import is_agency, is_newsroom, is_photo_agency, is_title_case
from tasks.vocabulary import Action, Label, Reason

CREDIT_SHAPE = re.compile(
    r"^(?:(?:photo |image )?courtesy (?:of )?.{2,50}|[\w.'’ -]{2,50}\s?/\s?[\w.'’ -]{2,50}|.{0,60}\b(?:getty images|ap photo|afp|reuters|epa|imago|dpa)\b.{0,40})$",
    re.I,
)
CREDIT_HEAD = re.compile(
    r"\b(?:photo|image|picture|foto|bild|fot\.?|crédit|credit|photograph|imagen|immagine|afbeelding)s?\s*(?:credit)?\s*(?:by\b|:|/|©)|©",
    re.I,
)
BELOW = {
    True: 3,
    False: 8,
}  # lines below the first of the story, on HTML and on text pages: there the standfirst may stand above the byline
AFTER = 6  # lines below a story within which a credit is its own
CHROME_SHARE = (
    0.8  # of a site's pages: a credit on more of them is the site's, on fewer an agency's that many stories name
)
NEAR = 8  # lines around headline and story start within which bylines, dates and sources are the article's own


FIELD_LABELS = frozenset(
    {Label.HEADLINE, Label.BYLINE, Label.DATE, Label.SOURCE, Label.CAPTION, Label.CREDIT, Label.WIRE}
)


def lexicon_label(group: str) -> Label:
    """What a line with a phrase of one of the lexicon's groups is."""
    return {"paywall": Label.PROMO, "not_article": Label.FOOTER}.get(group) or Label(group)


@dataclass
class PageLines:
    """The lines of one page and what is known of each, for naming."""

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
    article: list[int]  # number of the `article` element it lies in, -1 for none
    template: dict[int, tuple[int, int]] = field(
        default_factory=dict
    )  # line -> pages of the site with it, pages in all
    titles: list[int] = field(default_factory=list)  # keys of the titles that the page declares, best first
    summary: int | None = None  # key of the summary that the page declares
    language: str | None = None
    is_html: bool = False


@dataclass(frozen=True)
class Named:
    """What one line is, what was done with it and why."""

    label: Label
    action: Action
    reason: Reason
    detail: str | None = None
    confidence: float = 0.9
    doubt: str | None = None


class Scene:
    """A page while its lines are being named: where the story lies, and what is named already."""

    def __init__(self, page: PageLines) -> None:
        self.page = page
        self.count = len(page.text)
        story = [n for n, inside in enumerate(page.is_story) if inside]
        self.has_story = bool(story)
        self.first = story[0] if story else self.count
        self.last = story[-1] if story else self.count
        within = [n for n in story if n > self.first]
        self.is_blank_parted = bool(within) and sum(page.blank_before[n] > 0 for n in within) >= 0.7 * len(within)
        good = [n for n in story if page.is_good[n]]
        self.body = good[1] if len(good) > 1 else self.last  # a standfirst is one such line
        self.named: dict[int, Named] = {}
        self.headline = -1

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
        """Whether a line is two to four capitalised words glued under a line where paragraphs are parted by blanks."""
        words = self.page.text[n].split()
        return (
            self.is_blank_parted
            and n > 0
            and self.page.blank_before[n] == 0
            and 2 <= len(words) <= 4
            and not self.page.is_end[n]
            and all(word[0].isupper() and word.replace(".", "").replace("-", "").isalpha() for word in words)
        )

    def is_byline(self, n: int) -> bool:
        """Whether what follows the word of a byline looks like names."""
        page = self.page
        entry = page.entry.get(n)
        text = page.text[n]
        rest = (
            re.sub(
                r"^\s*(?:[\w.]+\s+)?(?:by|von|par|por|di|da|door|av|af|przez|автор|yazan|text|story by|written by)\b[\s:]*",
                "",
                text,
                flags=re.I,
            )
            if entry
            else text
        )
        words = [word for word in re.split(r"[\s,|]+", rest) if word]
        capitals = sum(word[:1].isupper() for word in words)
        return (
            bool(words)
            and len(words) <= 12
            and (capitals >= 1 or is_newsroom(rest))
            and (capitals >= len(words) / 2 or page.words[n] <= 8)
        )

    def is_near_top(self, n: int) -> bool:
        """Whether a line stands where the article's own byline, date and source stand."""
        anchor = self.headline if self.headline >= 0 else self.first
        return min(anchor, self.first) - NEAR <= n <= max(self.first, anchor) + BELOW[self.page.is_html]

    def place_label(self, n: int) -> Label:
        """What a line that nothing else is known of most likely is, by where it stands."""
        page = self.page
        if n < self.first:
            return Label.MASTHEAD if n < 6 or page.words[n] > 3 else Label.NAVIGATION
        if not page.is_end[n] and page.words[n] >= 5:
            return Label.RELATED
        if page.words[n] >= 10:
            return Label.RELATED if n < self.last else Label.FOOTER
        return Label.NAVIGATION

    def by_lexicon_label(self, n: int) -> Label | None:
        """What the lexicon's phrase in a line says it is."""
        entry = self.page.entry.get(n)
        if entry is None:
            return None
        return lexicon_label(entry.group)

    def put(self, line: int, label: Label, reason: Reason, detail: str | None = None, confidence: float = 0.9) -> None:
        """Name a line that feeds a field."""
        self.named[line] = Named(label, Action.FIELD, reason, detail, confidence)
