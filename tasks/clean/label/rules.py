"""The name of each line: which of the 16 labels it is, what is done with it, and why.

Which lines are the story was decided before (`tasks.clean.model.story`); the rules here name the rest, and overrule the
decision only where a line gives itself away beyond doubt. Rules are tried in a fixed order, the first that fits
speaks; a line that none fits is named by where it stands.
"""

import re
from functools import lru_cache

from tasks.clean.label.landmarks import HEADINGS, PLACE, find_landmarks
from tasks.clean.label.overrides import overrule
from tasks.clean.label.page import AFTER, CHROME_SHARE, FIELD_LABELS, Named, PageLines, Scene
from tasks.clean.label.rules_fast import CALL_WORDS, COMMENT_WORDS, GROUP_LABELS, TAG_LABELS
from tasks.clean.parse import class_words
from tasks.clean.parse.tags import TAG_CODES
from tasks.text.dates import is_date_line
from tasks.text.person_names import leading_name
from tasks.text.publisher_names import is_agency
from tasks.vocabulary import Action, Label, Reason

_WEATHER = re.compile(r"-?\d{1,3}\s?°\s?[CF]?\b|\b(?:humidity|wind|sunrise|sunset)\b", re.I)
_COMMENT_HEAD = re.compile(
    r"^[\w. -]{2,40}\s+(?:on|says|said|wrote)\s.{0,30}\b\d{4}\b.{0,20}(?:at\s+\d|:)|^[\w. -]{2,40}\s+says:?$", re.I
)
_CODE = re.compile(r'^\s*(?:[{[]\s*"|<\w+|function\s*\(|var\s+\w+\s*=|window\.|\(function)')
_GROUP_BITS = sum(class_words.BITS[group] for group, _ in GROUP_LABELS)


def open_scene(page: PageLines) -> Scene:
    """A page with what needs the whole of it: lines taken out of the story, headline, dates, sources, captions, wire."""
    taken_back = overrule(page)
    scene = Scene(page)
    scene.named.update(taken_back)
    if scene.has_story:
        find_landmarks(scene)
    return scene


def name_line(scene: Scene, n: int) -> Named:
    """What one line of the page is: the first rule that fits speaks."""
    return scene.named.get(n) or (_in_story(scene, n) if scene.page.is_story[n] else _outside(scene, n))


def _in_story(scene: Scene, n: int) -> Named:
    page = scene.page
    chance = page.chance[n]
    intruder = _intruder(scene, n)
    if intruder:
        return intruder
    if page.tag[n] in HEADINGS or _is_subhead(scene, n):
        return Named(Label.SUBHEAD, Action.KEEP, Reason.WITHIN_STORY, None, chance)
    if n < scene.first + 2 and page.summary and page.key[n] == page.summary:
        return Named(Label.STANDFIRST, Action.KEEP, Reason.PAGE_SUMMARY, None, chance)
    reason = Reason.RUNNING_TEXT if page.is_good[n] else Reason.WITHIN_STORY
    return Named(Label.PARAGRAPH, Action.KEEP, reason, None, chance)


_DENSE_BYLINE = re.compile(r"^(?:記者|文|取材・文|文・写真|记者|作者|撰文)[\s:：・/／|]+\S{2,12}$")
_TRAIL = re.compile(
    r"^(?:RELATED|READ MORE|READ ALSO|ALSO READ|MORE|SEE ALSO|READ NEXT|PHOTOS?|VIDEO|WATCH|LISTEN|GALLERY|MAP|POLL|OPINION)\s*[:|]\s"
)
# a call to the reader ends with what to do and is a clause of its own, or says where; a report of one goes on
_CALL = re.compile(
    r"(?:(?:^|[.!?:|–»-]\s+)(?:sign up|subscribe|register(?: now)?|join us|anmelden|abonnieren|inscrivez-vous|suscríbete|iscriviti)"
    r"|\b(?:sign up|subscribe|click|register|join us|anmelden|abonnieren|inscrivez-vous|suscríbete|iscriviti)"
    r" (?:here|now|today|hier|ici|aquí|qui))[.!»”]?$",
    re.I,
)
_CALL_CHARS = 40  # the longest such end, and a word before it
_TAIL_KINDS = frozenset(
    {"footer.bio", "footer.copyright", "footer.contact", "promo.newsletter", "promo.follow", "comment.form"}
)


# said of themselves at the start or within a line of the story: on real pages 0 of 31 such lines were gold body
_SPEAKING_KINDS = frozenset(
    {
        "promo.newsletter", "promo.follow", "promo.advert", "promo.donate", "navigation.share", "navigation.media_player",
        "footer.contact", "footer.bio", "footer.print", "footer.cookie", "comment.form",
    }
)  # fmt: skip
_SPEAKING_WORDS = 45  # a longer line is a paragraph
_LABEL_CHARS = 40  # `Topics in this article:`
_POINTER = re.compile(r"^(?:[»›▶►→➤➜]|>>?)\s*\S")


def _speaks_for_itself(scene: Scene, n: int) -> Named | None:
    """What a line of the story is whose phrase stands for it at any length: newsletters, shares, tips, topics, pointers."""
    page, entry = scene.page, scene.page.entry.get(n)
    if page.link_share[n] > 0.8 and page.words[n] <= CALL_WORDS and _POINTER.match(page.text[n]):
        return Named(Label.RELATED, Action.DROP, Reason.LINK_LIST, "a pointer", 0.85)
    if entry is None or page.words[n] > _SPEAKING_WORDS or entry.mode == "whole":
        return None
    is_list = entry.kind == "navigation.tags" and ":" in page.text[n][:_LABEL_CHARS] and not page.is_end[n]
    if entry.kind in _SPEAKING_KINDS or is_list:
        return Named(Label(entry.group), Action.DROP, Reason.LEXICON, entry.phrase, 0.85)
    return None


def _intruder(scene: Scene, n: int) -> Named | None:
    """What a line among the story's is, where its words leave no doubt that it is not of it."""
    page = scene.page
    if page.words[n] <= 20 and _TRAIL.match(page.text[n]):
        return Named(Label.RELATED, Action.DROP, Reason.LEXICON, page.text[n].split(":")[0], 0.9)
    if page.words[n] <= CALL_WORDS and _CALL.search(page.text[n][-_CALL_CHARS:]):
        return Named(Label.PROMO, Action.DROP, Reason.LEXICON, "a call to the reader", 0.85)
    speaking = _speaks_for_itself(scene, n)
    entry = page.entry.get(n)
    if speaking or entry is None:
        return speaking
    kind = entry.group
    if entry.kind in _TAIL_KINDS and n >= scene.last - 2 and page.words[n] <= 45 and page.chance[n] < 0.9:
        return Named(Label(kind), Action.DROP, Reason.LEXICON, entry.phrase, 0.8)
    if page.words[n] > 14:
        return None
    if kind == "byline" and n <= scene.first + 3 and scene.is_byline(n):
        return Named(Label.BYLINE, Action.FIELD, Reason.LEXICON, entry.phrase, 0.85)
    if kind == "date" and n <= scene.first + 3 and page.has_digit[n]:
        return Named(Label.DATE, Action.FIELD, Reason.LEXICON, entry.phrase, 0.85)
    if entry.kind == "promo.advert" and entry.mode == "whole":
        return Named(Label.PROMO, Action.DROP, Reason.LEXICON, entry.phrase, 0.9)
    is_sentence = page.is_end[n] and ":" not in page.text[n]  # "Sponsored by Sen. Smith, the bill would cut taxes."
    if entry.kind in ("promo.sponsor", "related.read_more") and entry.mode != "has" and not is_sentence:
        return Named(Label(kind), Action.DROP, Reason.LEXICON, entry.phrase, 0.85)
    return None


def _is_subhead(scene: Scene, n: int) -> bool:
    """On text pages: a short line with no full stop between two lines of prose."""
    page = scene.page
    return (
        not page.is_html and 0 < page.words[n] <= 12 and not page.is_end[n] and page.text[n][:1].isupper()
        and n + 1 < scene.count and page.is_story[n + 1] and page.is_good[n + 1] and n > scene.first
    )  # fmt: skip


def _outside(scene: Scene, n: int) -> Named:
    page = scene.page
    if not page.key[n]:
        return Named(Label.MASTHEAD if n < scene.first else Label.NAVIGATION, Action.DROP, Reason.NO_TEXT, None, 0.99)
    if not scene.has_story:
        return (
            _by_words(scene, n)
            or _by_element(scene, n)
            or Named(scene.place_label(n), Action.DROP, Reason.NO_STORY, None, 0.5)
        )
    return (
        _by_element_first(scene, n)
        or _by_words(scene, n)
        or _by_shape(scene, n)
        or _by_element(scene, n)
        or _by_place(scene, n)
    )


def _by_element_first(scene: Scene, n: int) -> Named | None:
    """Elements that leave no doubt: figures and hidden parts."""
    page = scene.page
    if not page.is_html:
        return None
    around = page.tags_around[n]
    if around >> TAG_CODES["figcaption"] & 1 or (around >> TAG_CODES["figure"] & 1 and page.words[n] > 2):
        if scene.is_credit(n) or (
            page.words[n] <= 8 and (page.tag[n] == 0 or (n in page.entry and page.entry[n].kind.startswith("credit.")))
        ):
            return Named(Label.CREDIT, Action.FIELD, Reason.FIGURE, None, 0.9)
        return Named(Label.CAPTION, Action.FIELD, Reason.FIGURE, None, 0.9)
    if page.classes[n] & class_words.HIDDEN and page.link_share[n] < 0.5 and page.words[n] > 5:
        return Named(scene.place_label(n), Action.DROP, Reason.HIDDEN, None, 0.85)
    return None


def _is_own(scene: Scene, n: int) -> bool:
    """Whether a line is the story's though it stands on other pages of the site too: a columnist signs every page of a folder,
    and an agency has pictures in many stories.
    """
    kind = scene.page.entry[n].kind if n in scene.page.entry else ""
    count, total = scene.page.template[n]
    is_beside = scene.first <= n <= scene.last + AFTER
    return (kind.startswith(("byline.", "date.")) and scene.is_near_top(n)) or (
        kind.startswith(("credit.", "wire.")) and is_beside and count < CHROME_SHARE * total
    )


def _by_words(scene: Scene, n: int) -> Named | None:
    page = scene.page
    if n in page.template and not _is_own(scene, n):
        inside = _by_element(scene, n)
        of_element = inside.label if inside and inside.action is Action.DROP else None
        likely = scene.by_lexicon_label(n) or of_element or scene.place_label(n)
        return Named(likely, Action.DROP, Reason.TEMPLATE_ON_SITE, "{} of {} pages".format(*page.template[n]), 0.97)
    entry = page.entry.get(n)
    if entry is None:
        return None
    if entry.mode == "has" and page.words[n] > 30:
        return None
    label = scene.by_lexicon_label(n)
    if label is None:
        return None
    if label is Label.BYLINE and not (scene.is_near_top(n) and scene.is_byline(n)):
        return None
    if label is Label.DATE and not (scene.is_near_top(n) and page.has_digit[n]):
        return None if page.has_digit[n] else Named(Label.NAVIGATION, Action.DROP, Reason.LEXICON, entry.phrase, 0.6)
    if label is Label.SOURCE:
        return None
    is_field = label in FIELD_LABELS and (scene.is_near_top(n) or scene.first <= n <= scene.last + AFTER)
    return Named(
        label,
        Action.FIELD if is_field else Action.DROP,
        Reason.LEXICON,
        entry.phrase,
        0.9 if entry.mode != "has" else 0.8,
    )


def _by_shape(scene: Scene, n: int) -> Named | None:
    page = scene.page
    text = page.text[n]
    if len(text) < 30 and scene.is_near_top(n) and _DENSE_BYLINE.match(text):
        return Named(Label.BYLINE, Action.FIELD, Reason.NAME_PATTERN, None, 0.85)
    if (
        len(text) < 60
        and n < scene.first
        and not page.is_html
        and (PLACE.match(text) or (len(text) < 40 and _WEATHER.search(text)))
    ):
        return Named(Label.MASTHEAD, Action.DROP, Reason.PLACE_PATTERN, None, 0.85)
    if len(text) > 40 and _CODE.match(text):
        return Named(Label.FOOTER, Action.DROP, Reason.CODE, None, 0.9)
    if n > scene.first and page.words[n] < COMMENT_WORDS and _COMMENT_HEAD.match(text):
        return Named(Label.COMMENT, Action.DROP, Reason.LEXICON, None, 0.8)
    if (
        page.is_html
        and scene.is_near_top(n)
        and len(text) < 90
        and page.has_digit[n]
        and is_date_line(text, page.language)
    ):
        return Named(Label.DATE, Action.FIELD, Reason.DATE_PATTERN, None, 0.85)
    if (
        scene.is_near_top(n)
        and n > 0
        and 1 < page.words[n] <= (5 if page.is_html else 9)
        and page.link_share[n] <= 1
        and _reads_like_name(scene, n)
    ):
        return Named(Label.BYLINE, Action.FIELD, Reason.NAME_PATTERN, None, 0.6)
    if page.words[n] <= 6 and scene.first < n <= scene.last and is_agency(text.strip("() ")):
        return Named(Label.CREDIT, Action.FIELD, Reason.AGENCY_NAME, None, 0.85)
    if page.copies[n] > 1 and page.words[n] > 1:
        return None
    return None


def _reads_like_name(scene: Scene, n: int) -> bool:
    """Two to four capitalised words right beside a date or byline line, between headline and story."""
    page = scene.page
    if scene.headline < 0 or n < scene.headline:
        return False
    if not page.is_html:  # no element names the writer, and a standfirst or buttons may stand between
        # who is in the picture is also in the story, who wrote it is not
        is_told = page.cohesion[n] >= 0.5
        text = page.text[n]
        return n < scene.body and len(text) < 80 and not is_told and bool(leading_name(text)) and not is_agency(text)
    if n > scene.first:
        return False
    words = page.text[n].split()
    beside = any(
        other in scene.named and scene.named[other].label in (Label.DATE, Label.BYLINE, Label.HEADLINE)
        for other in (n - 1, n + 1)
    )
    return (
        beside
        and 2 <= len(words) <= 4
        and all(
            word[:1].isupper() and word.replace("-", "").replace(".", "").replace("’", "").replace("'", "").isalpha()
            for word in words
        )
        and not is_agency(page.text[n])
    )


@lru_cache(maxsize=4096)  # the same few combinations recur on every page of a site
def _groups_of(bits: int) -> tuple[tuple[str, Label], ...]:
    return tuple((group, label) for group, label in GROUP_LABELS if bits & class_words.BITS[group])


def _by_element(scene: Scene, n: int) -> Named | None:
    page = scene.page
    if not page.is_html:
        return None
    bits = page.classes[n]
    for group, label in _groups_of(bits & _GROUP_BITS):
        if label in (Label.BYLINE, Label.DATE, Label.CAPTION):
            if label is Label.CAPTION and scene.first - 6 <= n <= scene.last + 1 and page.link_share[n] < 0.5:
                is_credit = scene.is_credit(n)
                return Named(Label.CREDIT if is_credit else label, Action.FIELD, Reason.CONTAINER, group, 0.7)
            if label is Label.BYLINE and n > scene.last and page.words[n] > 4:
                return Named(Label.FOOTER, Action.DROP, Reason.CONTAINER, "author box", 0.75)
            if label is not Label.CAPTION and scene.is_near_top(n) and page.words[n] <= 15:
                return Named(label, Action.FIELD, Reason.CONTAINER, group, 0.7)
            continue
        return Named(label, Action.DROP, Reason.CONTAINER, group, 0.8)
    around = page.tags_around[n]
    for tag, label in TAG_LABELS:
        if around >> TAG_CODES[tag] & 1:
            return Named(label, Action.DROP, Reason.CONTAINER, f"<{tag}>", 0.8)
    if page.link_share[n] > 0.8:
        return Named(
            Label.RELATED if page.words[n] >= 5 else Label.NAVIGATION, Action.DROP, Reason.LINK_LIST, None, 0.8
        )
    return None


def _by_place(scene: Scene, n: int) -> Named:
    page = scene.page
    sure = max(0.5, 1 - page.chance[n])
    if page.copies[n] > 1:
        return Named(scene.place_label(n), Action.DROP, Reason.DUPLICATE_IN_PAGE, f"{int(page.copies[n])} times", sure)
    if n < scene.first:
        if scene.headline >= 0 and scene.headline < n:
            if page.words[n] >= 8:
                return Named(Label.STANDFIRST, Action.FIELD, Reason.ABOVE_STORY, None, 0.6)
            return Named(
                Label.SOURCE if not page.is_end[n] else Label.CAPTION, Action.DROP, Reason.ABOVE_STORY, None, 0.5
            )
        return Named(scene.place_label(n), Action.DROP, Reason.ABOVE_STORY, None, sure)
    return Named(
        scene.place_label(n), Action.DROP, Reason.BETWEEN if n < scene.last else Reason.BELOW_STORY, None, sure
    )
