"""The name of each line: which of the 16 labels it is, what is done with it, and why.

Which lines are the story was decided before (`tasks.clean.story`); the rules here name the rest, and overrule the
decision only where a line gives itself away beyond doubt. Rules are tried in a fixed order, the first that fits
speaks; a line that none fits is named by where it stands.
"""

import re
from dataclasses import dataclass, field

from tasks.clean import class_words
from tasks.clean.lexicon import Entry
from tasks.clean.tags import TAG_CODES
from tasks.dates import is_date_line
from tasks.labels import Action, Label, Reason
from tasks.names import is_agency, is_newsroom, is_photo_agency, is_short_form, is_title_case, squeeze

IMAGE_PREFIX = re.compile(
    r"^\s*(?:next|prev|previous|lead|main|top|full)?\s?-?(?:img|image|photo|pic|picture|bild)\s?:\s*", re.I
)
_PLACE = re.compile(r"^[|\s·•-]*[A-Z][\w.'’ -]{1,30},\s?[A-Z]{2}[|\s·•-]*$")
_WEATHER = re.compile(r"-?\d{1,3}\s?°\s?[CF]?\b|\b(?:humidity|wind|sunrise|sunset)\b", re.I)
_CREDIT_SHAPE = re.compile(
    r"^(?:(?:photo |image )?courtesy (?:of )?.{2,50}|[\w.'’ -]{2,50}\s?/\s?[\w.'’ -]{2,50}|.{0,60}\b(?:getty images|ap photo|afp|reuters|epa|imago|dpa)\b.{0,40})$",
    re.I,
)
_CREDIT_HEAD = re.compile(
    r"\b(?:photo|image|picture|foto|bild|fot\.?|crédit|credit|photograph|imagen|immagine|afbeelding)s?\s*(?:credit)?\s*(?:by\b|:|/|©)|©",
    re.I,
)
_CAPTION_TAIL = re.compile(
    r"\S[.!?…]?\s+(?:(?:photo|foto|image|bild|picture|crédit(?:s)?(?: photo)?|photograph)\s*(?:by|:|/|©)|fot\.)\s*\S.{2,60}$",
    re.I,
)
_WITH_WIRES = re.compile(
    r"^\(?(?:with|mit|avec|con|com|met)\b.{0,40}\b(?:wires?|wire services?|agencies|agenturen|agences|agencias|agências|agenzie|post wires)\b\)?\.?$",
    re.I,
)
_OTHERS_BYLINE = re.compile(
    r"^(?:reporting|additional reporting|writing|editing|text|bearbeitung)\s+(?:by|von)\b", re.I
)
_COMMENT_HEAD = re.compile(
    r"^[\w. -]{2,40}\s+(?:on|says|said|wrote)\s.{0,30}\b\d{4}\b.{0,20}(?:at\s+\d|:)|^[\w. -]{2,40}\s+says:?$", re.I
)
_CODE = re.compile(r'^\s*(?:[{[]\s*"|<\w+|function\s*\(|var\s+\w+\s*=|window\.|\(function)')
_FIELD_LABELS = frozenset(
    {Label.HEADLINE, Label.BYLINE, Label.DATE, Label.SOURCE, Label.CAPTION, Label.CREDIT, Label.WIRE}
)
_NEAR = 8  # lines around headline and story start within which bylines, dates and sources are the article's own

_GROUP_LABELS = (
    ("comment", Label.COMMENT), ("share", Label.NAVIGATION), ("newsletter", Label.PROMO), ("ad", Label.PROMO),
    ("cookie", Label.FOOTER), ("nav", Label.NAVIGATION), ("related", Label.RELATED), ("caption", Label.CAPTION),
    ("byline", Label.BYLINE), ("date", Label.DATE), ("tags", Label.NAVIGATION), ("footer", Label.FOOTER),
    ("sidebar", Label.RELATED), ("header", Label.MASTHEAD),
)  # fmt: skip
_TAG_LABELS = (
    ("nav", Label.NAVIGATION),
    ("footer", Label.FOOTER),
    ("aside", Label.RELATED),
    ("form", Label.PROMO),
    ("header", Label.MASTHEAD),
)
_HEADINGS = frozenset(TAG_CODES[name] for name in ("h1", "h2", "h3", "h4", "h5", "h6", "dt", "summary"))


@dataclass
class PageLines:
    """The lines of one page and what is known of each, for naming."""

    text: list[str]
    is_story: list[bool]  # the decision on which lines are the story
    chance: list[float]  # how likely the line is part of it
    entry: dict[int, Entry]  # lexicon phrase by line
    words: list[float]
    is_good: list[bool]  # long, ends like a sentence, uses function words
    is_end: list[bool]  # ends like a sentence
    blank_before: list[int]
    copies: list[float]
    cohesion: list[float]
    link_share: list[float]
    tag: list[int]  # TAG_CODES; 0 on text pages
    classes: list[int]  # class bits of its element and all around it
    tags_around: list[int]
    template: dict[int, str] = field(default_factory=dict)  # line -> "412 of 415 pages"
    titles: list[str] = field(default_factory=list)  # as the page declares them, best first
    summary: str | None = None
    publishers: list[str] = field(default_factory=list)
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


def name_lines(page: PageLines) -> list[Named]:
    """One `Named` for each line of the page, in order."""
    return _Namer(page).run()


class _Namer:
    def __init__(self, page: PageLines) -> None:
        self.page = page
        self.count = len(page.text)
        story = [n for n, inside in enumerate(page.is_story) if inside]
        self.has_story = bool(story)
        self.first = story[0] if story else self.count
        self.last = story[-1] if story else self.count
        within = [n for n in story if n > self.first]
        self.is_blank_parted = bool(within) and sum(page.blank_before[n] > 0 for n in within) >= 0.7 * len(within)
        self.named: dict[int, Named] = {}
        self.headline = -1

    def run(self) -> list[Named]:
        if self.has_story:
            self._find_headline()
            self._find_dates_and_sources()
            self._find_captions()
            self._find_wire()
        return [
            self.named.get(n) or (self._in_story(n) if self.page.is_story[n] else self._outside(n))
            for n in range(self.count)
        ]

    def put(self, line: int, label: Label, reason: Reason, detail: str | None = None, confidence: float = 0.9) -> None:
        """Name a line that feeds a field."""
        self.named[line] = Named(label, Action.FIELD, reason, detail, confidence)

    # ------------------------------------------------------------------ headline

    def _find_headline(self) -> None:
        page = self.page
        limit = min(self.first + 4, self.count)
        for n in range(limit):
            prefix = IMAGE_PREFIX.match(page.text[n])
            if prefix and len(page.text[n][prefix.end() :].split()) >= 3:
                self.headline = n
                self.put(n, Label.HEADLINE, Reason.IMAGE_PREFIX, prefix.group().strip(), 0.95)
                self._drop_copies()
                return
        declared = [squeeze(title) for title in page.titles]
        h1 = TAG_CODES["h1"]
        best: tuple[float, int] | None = None
        for n in range(limit + 8 if page.is_html else limit):
            if n >= self.count:
                break
            own = squeeze(page.text[n]) if page.words[n] <= 40 else ""
            if own and own in declared:
                # the copy nearest above the story is the headline; earlier ones are breadcrumbs and trails
                rank = 2.0 - 0.1 * declared.index(own) + (page.tag[n] == h1) - 0.01 * abs(self.first - n)
                if best is None or rank > best[0]:
                    best = (rank, n)
        if best:
            self.headline = best[1]
            self.put(self.headline, Label.HEADLINE, Reason.PAGE_TITLE, None, 0.97)
            self._drop_copies()
            return
        best = None
        for n in range(max(0, self.first - 40), min(limit, self.count)):
            score = self._headline_score(n)
            if score > 0.9 and (best is None or score > best[0]):
                best = (score, n)
        if best:
            self.headline = best[1]
            self.put(self.headline, Label.HEADLINE, Reason.LIKE_A_HEADLINE, None, min(0.5 + best[0] / 6, 0.9))
            self._drop_copies()

    def _headline_score(self, n: int) -> float:
        page = self.page
        count = page.words[n]
        text = page.text[n]
        if (
            count < 2.5
            or count > 35
            or n in page.entry
            or (page.is_story[n] and page.is_good[n])
            or is_date_line(text, page.language)
        ):
            return 0.0
        if page.is_end[n] and text.rstrip()[-1:] in ".。" and not text.rstrip().endswith("..."):
            return 0.0
        if text.rstrip().endswith(")") and self._ends_in_credit(text):
            return 0.0
        heading = page.tag[n] in _HEADINGS
        h1 = page.tag[n] == TAG_CODES["h1"]
        alone = page.blank_before[n] > 0
        return (
            1.6 * page.cohesion[n] + min(count, 9) / 9 + 0.3 * alone + 0.5 * heading + 1.0 * h1
            - 0.03 * max(0, self.first - n) - 0.4 * (count < 4) - 0.8 * (page.link_share[n] > 0.7)
            + 0.5 * self._is_above_byline(n) - 0.8 * bool(re.search(r"[a-z][.!] ", text)) - 0.5 * bool(_CREDIT_HEAD.search(text))
        )  # fmt: skip

    def _ends_in_credit(self, text: str) -> bool:
        """Whether a line ends in brackets that say who made a picture, as captions do."""
        inside = re.search(r"[(\[]([^()\[\]]{3,80})[)\]]\s*$", text)
        return bool(
            inside
            and (
                _CREDIT_HEAD.search(inside[1])
                or "/" in inside[1]
                or "courtesy" in inside[1].lower()
                or is_agency(inside[1])
            )
        )

    def _is_above_byline(self, n: int) -> bool:
        """Whether one of the next two lines says who wrote it or when: where a headline stands."""
        page = self.page
        for below in range(n + 1, min(n + 3, self.count)):
            entry = page.entry.get(below)
            if entry and (
                entry.kind.startswith("date.") or (entry.kind.startswith("byline.") and self._is_byline(below))
            ):
                return True
            if page.words[below] < 9 and is_date_line(page.text[below], page.language):
                return True
        return False

    def _drop_copies(self) -> None:
        own = squeeze(IMAGE_PREFIX.sub("", self.page.text[self.headline]))
        for n in range(self.count):
            if (
                n != self.headline
                and n not in self.named
                and self.page.words[n] < 40
                and squeeze(self.page.text[n]) == own
                and own
            ):
                self.named[n] = Named(Label.NAVIGATION, Action.DROP, Reason.DUPLICATE_IN_PAGE, "the headline", 0.95)

    # ------------------------------------------------------------------ dates, sources

    def _find_dates_and_sources(self) -> None:
        page = self.page
        anchor = self.headline if self.headline >= 0 else self.first
        top, bottom = max(0, anchor - _NEAR), min(self.count, max(self.first, anchor) + _NEAR)
        dates = [
            n for n in range(min(self.count, bottom))
            if n not in self.named and len(page.text[n]) < 90 and any(c.isdigit() for c in page.text[n])
            and not (page.is_story[n] and page.words[n] > 10) and is_date_line(page.text[n], page.language)
        ]  # fmt: skip
        for n in [n for n in dates if n in page.entry and page.entry[n].kind.startswith("byline.") and n >= top]:
            dates.remove(n)
            self.put(n, Label.BYLINE, Reason.LEXICON, page.entry[n].phrase, 0.9)  # `by Ana Roe | 2 May 2025`
        near = [n for n in dates if n >= top and not self._is_masthead_date(n, dates)]
        for n in dates:
            if n in near:
                self.put(n, Label.DATE, Reason.DATE_PATTERN, None, 0.9)
            elif n < anchor and n <= 12:
                self.named[n] = Named(
                    Label.MASTHEAD, Action.DROP, Reason.DATE_PATTERN, "today's date, above the article", 0.85
                )
        self._find_sources([n for n in near if n <= self.first], anchor)

    def _is_masthead_date(self, n: int, dates: list[int]) -> bool:
        text = self.page.text[n].strip()
        if text.endswith("|") or text.startswith("|"):
            return True
        # the very top of the page, with another date nearer to the headline
        return n <= 2 and self.headline > n + 3 and any(other > n for other in dates)

    def _find_sources(self, dates: list[int], anchor: int) -> None:
        page = self.page
        known = [squeeze(name) for name in page.publishers if name]
        for n in range(max(0, anchor - 12), min(self.count, anchor + 4)):
            if (
                n not in self.named
                and page.words[n] <= 8
                and squeeze(page.text[n]) in known
                and known
                and not page.is_html
            ):
                self.put(n, Label.SOURCE, Reason.PUBLISHER_NAME, None, 0.9)
        if page.is_html:
            return
        for start in [min(dates)] if dates else [anchor]:
            above = start - 1
            lines: list[int] = []
            while above >= 0 and len(lines) < 3 and self._may_be_source(above):
                lines.insert(0, above)
                above -= 1
            if len(lines) >= 2:
                a, b = page.text[lines[-2]], page.text[lines[-1]]
                if is_short_form(a, b) or is_short_form(b, a):
                    for n in lines[-2:]:
                        self.put(n, Label.SOURCE, Reason.SOURCE_PAIR, f"{a} / {b}", 0.95)
                    continue
            if (
                lines
                and dates
                and lines[-1] == start - 1
                and is_title_case(page.text[lines[-1]])
                and page.blank_before[start] == 0
            ):
                self.put(lines[-1], Label.SOURCE, Reason.SOURCE_PAIR, "directly above the date", 0.7)

    def _may_be_source(self, n: int) -> bool:
        page = self.page
        text = page.text[n]
        return (
            n not in self.named and n not in page.entry and 0 < page.words[n] <= 7 and not page.is_story[n]
            and not text.rstrip().endswith((".", "?", "!", ":", "|")) and any(c.isalpha() for c in text)
            and not _PLACE.match(text) and page.link_share[n] < 0.5
        )  # fmt: skip

    # ------------------------------------------------------------------ captions, credits, wires

    def _find_captions(self) -> None:
        """On text pages: a credit glued under a line is how a photo's caption flattens."""
        page = self.page
        anchor = self.headline if self.headline >= 0 else self.first
        for n in range(max(0, min(anchor, self.first) - 3), min(self.last + 2, self.count)):
            if (
                n not in self.named
                and page.words[n] <= 60
                and (_CAPTION_TAIL.search(page.text[n]) or self._ends_in_credit(page.text[n]))
            ):
                self.put(n, Label.CAPTION, Reason.LEXICON, "a credit at its end", 0.9)
        if page.is_html:
            return
        for n in range(max(self.first, 1), min(self.last + 2, self.count)):
            if n in self.named or page.words[n] > 9 or not self._is_credit(n):
                continue
            glued = page.blank_before[n] == 0 and self.is_blank_parted
            sure = is_agency(page.text[n]) or n in page.entry or bool(_CREDIT_SHAPE.match(page.text[n]))
            self.put(
                n,
                Label.CREDIT,
                Reason.GLUED_CREDIT if glued else Reason.AGENCY_NAME if sure else Reason.LEXICON,
                None,
                0.92 if sure else 0.7,
            )
            above = n - 1
            if above >= 0 and page.is_story[above] and above not in self.named and above > self.first:
                if glued and sure and page.blank_before[above] > 0:
                    self.put(above, Label.CAPTION, Reason.GLUED_CREDIT, page.text[n], 0.8)
                elif glued:
                    self.named[above] = Named(Label.PARAGRAPH, Action.KEEP, Reason.RUNNING_TEXT, f"but: {page.text[n]!r} stands right under it",
                                              min(page.chance[above], 0.6), "caption")  # fmt: skip

    def _is_credit(self, n: int) -> bool:
        page = self.page
        text = page.text[n].strip("() ")
        entry = page.entry.get(n)
        if entry and entry.kind.startswith("credit.") and entry.mode != "has":
            return True
        head = _CREDIT_HEAD.match(text)
        if head and page.words[n] <= 9 and (is_title_case(text[head.end() :].strip()) or is_agency(text[head.end() :])):
            return True
        if is_agency(text):  # an agency's name alone at the very end is where the text comes from
            return n < self.last or is_photo_agency(text)
        return bool(
            page.words[n] <= 8
            and not page.is_end[n]
            and _CREDIT_SHAPE.match(text)
            and (
                text.lower().startswith(("courtesy", "photo courtesy"))
                or any(is_agency(part) for part in re.split(r"[/,]| via ", text))
            )
        )

    def _find_wire(self) -> None:
        page = self.page
        for n in range(max(self.first, 0), min(self.last + 6, self.count)):
            if n in self.named or page.words[n] > 40:
                continue
            text = page.text[n]
            entry = page.entry.get(n)
            bare = text.strip("()[] .")
            is_wire = bool(entry and entry.kind.startswith("wire.") and (entry.mode != "has" or page.words[n] <= 25))
            if is_wire and entry:
                if page.is_story[n] and n < self.last - 3 and page.words[n] > 25:
                    continue  # a sentence of the story that speaks of an agency
                self.put(n, Label.WIRE, Reason.LEXICON, entry.phrase, 0.93)
            elif _WITH_WIRES.match(text) or (_OTHERS_BYLINE.match(bare) and n >= self.last - 2):
                self.put(n, Label.WIRE, Reason.LEXICON, text[:40], 0.93)
            elif n >= self.last - 1 and page.words[n] <= 6 and is_agency(bare):
                self.put(n, Label.WIRE, Reason.AGENCY_NAME, None, 0.9)

    # ------------------------------------------------------------------ lines of the story

    def _in_story(self, n: int) -> Named:
        page = self.page
        chance = page.chance[n]
        entry = page.entry.get(n)
        if entry and page.words[n] <= 14:
            kind = entry.kind.partition(".")[0]
            if kind == "byline" and n <= self.first + 3 and self._is_byline(n):
                return Named(Label.BYLINE, Action.FIELD, Reason.LEXICON, entry.phrase, 0.85)
            if kind == "date" and n <= self.first + 3 and any(c.isdigit() for c in page.text[n]):
                return Named(Label.DATE, Action.FIELD, Reason.LEXICON, entry.phrase, 0.85)
            if (
                entry.kind in ("promo.sponsor", "related.read_more")
                and entry.mode != "has"
                and not (page.is_end[n] and ":" not in page.text[n])
            ):
                return Named(Label(kind), Action.DROP, Reason.LEXICON, entry.phrase, 0.85)
            if entry.kind == "promo.advert" and entry.mode == "whole":
                return Named(Label.PROMO, Action.DROP, Reason.LEXICON, entry.phrase, 0.9)
        if page.tag[n] in _HEADINGS or self._is_subhead(n):
            return Named(Label.SUBHEAD, Action.KEEP, Reason.WITHIN_STORY, None, chance)
        if n < self.first + 2 and page.summary and squeeze(page.text[n]) == squeeze(page.summary):
            return Named(Label.STANDFIRST, Action.KEEP, Reason.PAGE_SUMMARY, None, chance)
        reason = Reason.RUNNING_TEXT if page.is_good[n] else Reason.WITHIN_STORY
        return Named(Label.PARAGRAPH, Action.KEEP, reason, None, chance)

    def _is_subhead(self, n: int) -> bool:
        """On text pages: a short line with no full stop between two lines of prose."""
        page = self.page
        return (
            not page.is_html and 0 < page.words[n] <= 12 and not page.is_end[n] and page.text[n][:1].isupper()
            and n + 1 < self.count and page.is_story[n + 1] and page.is_good[n + 1] and n > self.first
        )  # fmt: skip

    def _is_byline(self, n: int) -> bool:
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

    # ------------------------------------------------------------------ all other lines

    def _outside(self, n: int) -> Named:
        page = self.page
        text = page.text[n]
        if not any(c.isalnum() for c in text):
            return Named(
                Label.MASTHEAD if n < self.first else Label.NAVIGATION, Action.DROP, Reason.NO_TEXT, None, 0.99
            )
        if not self.has_story:
            return (
                self._by_words(n)
                or self._by_element(n)
                or Named(self._place_label(n), Action.DROP, Reason.NO_STORY, None, 0.5)
            )
        return (
            self._by_element_first(n)
            or self._by_words(n)
            or self._by_shape(n)
            or self._by_element(n)
            or self._by_place(n)
        )

    def _is_near_top(self, n: int) -> bool:
        anchor = self.headline if self.headline >= 0 else self.first
        return min(anchor, self.first) - _NEAR <= n <= max(self.first, anchor) + 3

    def _by_element_first(self, n: int) -> Named | None:
        """Elements that leave no doubt: figures and hidden parts."""
        page = self.page
        if not page.is_html:
            return None
        around = page.tags_around[n]
        if around >> TAG_CODES["figcaption"] & 1 or (around >> TAG_CODES["figure"] & 1 and page.words[n] > 2):
            if self._is_credit(n) or (
                page.words[n] <= 8
                and (page.tag[n] == 0 or (n in page.entry and page.entry[n].kind.startswith("credit.")))
            ):
                return Named(Label.CREDIT, Action.FIELD, Reason.FIGURE, None, 0.9)
            return Named(Label.CAPTION, Action.FIELD, Reason.FIGURE, None, 0.9)
        if page.classes[n] & class_words.HIDDEN and page.link_share[n] < 0.5 and page.words[n] > 5:
            return Named(self._place_label(n), Action.DROP, Reason.HIDDEN, None, 0.85)
        return None

    def _by_words(self, n: int) -> Named | None:
        page = self.page
        text = page.text[n]
        if n in page.template:
            likely = self._by_lexicon_label(n) or self._place_label(n)
            return Named(likely, Action.DROP, Reason.TEMPLATE_ON_SITE, page.template[n], 0.97)
        entry = page.entry.get(n)
        if entry is None:
            return None
        if entry.mode == "has" and page.words[n] > 30:
            return None
        label = self._by_lexicon_label(n)
        if label is None:
            return None
        if label is Label.BYLINE and not (self._is_near_top(n) and self._is_byline(n)):
            return None
        if label is Label.DATE and not (self._is_near_top(n) and any(c.isdigit() for c in text)):
            return (
                None
                if any(c.isdigit() for c in text)
                else Named(Label.NAVIGATION, Action.DROP, Reason.LEXICON, entry.phrase, 0.6)
            )
        if label is Label.SOURCE:
            return None
        is_field = label in _FIELD_LABELS and (self._is_near_top(n) or self.first <= n <= self.last + 6)
        return Named(
            label,
            Action.FIELD if is_field else Action.DROP,
            Reason.LEXICON,
            entry.phrase,
            0.9 if entry.mode != "has" else 0.8,
        )

    def _by_lexicon_label(self, n: int) -> Label | None:
        entry = self.page.entry.get(n)
        if entry is None:
            return None
        kind = entry.kind.partition(".")[0]
        return {"paywall": Label.PROMO, "not_article": Label.FOOTER}.get(kind) or Label(kind)

    def _by_shape(self, n: int) -> Named | None:
        page = self.page
        text = page.text[n]
        if (
            len(text) < 60
            and n < self.first
            and not page.is_html
            and (_PLACE.match(text) or (len(text) < 40 and _WEATHER.search(text)))
        ):
            return Named(Label.MASTHEAD, Action.DROP, Reason.PLACE_PATTERN, None, 0.85)
        if len(text) > 40 and _CODE.match(text):
            return Named(Label.FOOTER, Action.DROP, Reason.CODE, None, 0.9)
        if n > self.first and page.words[n] < 20 and _COMMENT_HEAD.match(text):
            return Named(Label.COMMENT, Action.DROP, Reason.LEXICON, None, 0.8)
        if (
            page.is_html
            and self._is_near_top(n)
            and len(text) < 90
            and any(c.isdigit() for c in text)
            and is_date_line(text, page.language)
        ):
            return Named(Label.DATE, Action.FIELD, Reason.DATE_PATTERN, None, 0.85)
        if (
            self._is_near_top(n)
            and n > 0
            and 1 < page.words[n] <= 5
            and page.link_share[n] <= 1
            and self._reads_like_name(n)
        ):
            return Named(Label.BYLINE, Action.FIELD, Reason.NAME_PATTERN, None, 0.6)
        if page.words[n] <= 6 and self.first < n <= self.last and is_agency(text.strip("() ")):
            return Named(Label.CREDIT, Action.FIELD, Reason.AGENCY_NAME, None, 0.85)
        if page.copies[n] > 1 and page.words[n] > 1:
            return None
        return None

    def _reads_like_name(self, n: int) -> bool:
        """Two to four capitalised words right beside a date or byline line, between headline and story."""
        page = self.page
        if self.headline < 0 or not self.headline < n < self.first + 1:
            return False
        words = page.text[n].split()
        beside = any(
            other in self.named and self.named[other].label in (Label.DATE, Label.BYLINE, Label.HEADLINE)
            for other in (n - 1, n + 1)
        )
        return (
            beside
            and 2 <= len(words) <= 4
            and all(
                word[:1].isupper()
                and word.replace("-", "").replace(".", "").replace("’", "").replace("'", "").isalpha()
                for word in words
            )
            and not is_agency(page.text[n])
        )

    def _by_element(self, n: int) -> Named | None:
        page = self.page
        if not page.is_html:
            return None
        bits = page.classes[n]
        for group, label in _GROUP_LABELS:
            if bits & class_words.BITS[group]:
                if label in (Label.BYLINE, Label.DATE, Label.CAPTION):
                    if label is Label.CAPTION and self.first - 6 <= n <= self.last + 1 and page.link_share[n] < 0.5:
                        is_credit = self._is_credit(n)
                        return Named(Label.CREDIT if is_credit else label, Action.FIELD, Reason.CONTAINER, group, 0.7)
                    if label is Label.BYLINE and n > self.last and page.words[n] > 4:
                        return Named(Label.FOOTER, Action.DROP, Reason.CONTAINER, "author box", 0.75)
                    if label is not Label.CAPTION and self._is_near_top(n) and page.words[n] <= 15:
                        return Named(label, Action.FIELD, Reason.CONTAINER, group, 0.7)
                    continue
                return Named(label, Action.DROP, Reason.CONTAINER, group, 0.8)
        around = page.tags_around[n]
        for tag, label in _TAG_LABELS:
            if around >> TAG_CODES[tag] & 1:
                return Named(label, Action.DROP, Reason.CONTAINER, f"<{tag}>", 0.8)
        if page.link_share[n] > 0.8:
            return Named(
                Label.RELATED if page.words[n] >= 5 else Label.NAVIGATION, Action.DROP, Reason.LINK_LIST, None, 0.8
            )
        return None

    def _by_place(self, n: int) -> Named:
        page = self.page
        sure = max(0.5, 1 - page.chance[n])
        if page.copies[n] > 1:
            return Named(
                self._place_label(n), Action.DROP, Reason.DUPLICATE_IN_PAGE, f"{int(page.copies[n])} times", sure
            )
        if n < self.first:
            if self.headline >= 0 and self.headline < n:
                if page.words[n] >= 8:
                    return Named(Label.STANDFIRST, Action.FIELD, Reason.ABOVE_STORY, None, 0.6)
                return Named(
                    Label.SOURCE if not page.is_end[n] else Label.CAPTION, Action.DROP, Reason.ABOVE_STORY, None, 0.5
                )
            return Named(self._place_label(n), Action.DROP, Reason.ABOVE_STORY, None, sure)
        return Named(
            self._place_label(n), Action.DROP, Reason.BETWEEN if n < self.last else Reason.BELOW_STORY, None, sure
        )

    def _place_label(self, n: int) -> Label:
        page = self.page
        if n < self.first:
            return Label.MASTHEAD if n < 6 or page.words[n] > 3 else Label.NAVIGATION
        if not page.is_end[n] and page.words[n] >= 5:
            return Label.RELATED
        if page.words[n] >= 10:
            return Label.RELATED if n < self.last else Label.FOOTER
        return Label.NAVIGATION
