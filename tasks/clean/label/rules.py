"""The label of each line: which of the 16 labels it has, what is done with it, and why.

Which lines are the story was decided before (`tasks.clean.model.story`). The rules here label the rest, and reverse
that decision only where a line leaves no doubt. Rules are tried in a fixed order and the first match wins; a line that
matches no rule is labelled by its position.
"""

import re
from functools import lru_cache

from tasks.clean.label import constants
from tasks.clean.label.constants import AFTER, CHROME_SHARE, FIELD_LABELS, GROUP_LABELS, HEADINGS, TAG_LABELS
from tasks.clean.label.landmarks import PLACE, find_landmarks
from tasks.clean.label.overrides import correct_story
from tasks.clean.label.page import LineLabel, PageLines, PageView
from tasks.clean.parse import class_words
from tasks.clean.parse.tags import TAG_CODES
from tasks.text.date_lines import is_date_line
from tasks.text.person_names import leading_name
from tasks.text.publisher_names import is_agency
from tasks.vocabulary import Action, Label, Reason

_WEATHER = re.compile(r"-?\d{1,3}\s?°\s?[CF]?\b|\b(?:humidity|wind|sunrise|sunset)\b", re.I)
_WEATHER_CHARS = 40  # below this
_COMMENT_BYLINE = re.compile(  # `Ada Finch on 3 May 2024 at 10:12`, `Ada Finch says:`
    r"""^[\w.\ -]{2,40}\s+(?:on|says|said|wrote)\s.{0,30}\b\d{4}\b.{0,20}(?:at\s+\d|:)
        | ^[\w.\ -]{2,40}\s+says:?$""",
    re.I | re.X,
)
_CODE = re.compile(r'^\s*(?:[{[]\s*"|<\w+|function\s*\(|var\s+\w+\s*=|window\.|\(function)')
_GROUP_BITS = sum(class_words.BITS[group] for group, _ in GROUP_LABELS)
_CJK_BYLINE = re.compile(r"^(?:記者|文|取材・文|文・写真|记者|作者|撰文)[\s:：・/／|]+\S{2,12}$")
_TRAIL = re.compile(
    r"""^(?:RELATED|READ\ MORE|READ\ ALSO|ALSO\ READ|MORE|SEE\ ALSO|READ\ NEXT|PHOTOS?|VIDEO|WATCH|LISTEN|GALLERY|MAP
        |POLL|OPINION)\s*[:|]\s""",
    re.X,
)
# the same in small letters, where what follows is a link
_LINKED_TRAIL = re.compile(r"^\W{0,3}(?:related|must\ read|read|more|see\ also|check\ out|watch)\s?[:|]\s", re.I)
_LINKED_TRAIL_WORDS, _LINKED_TRAIL_SHARE = 40, 0.5
_FIRST_OTHER_LETTER, _TITLE_CHARS, _LABEL_TOLERANCE = "\u0370", 12, 0.08
_TRAIL_LABEL = re.compile(r"[^:：|]{1,40}[:：|]")
# A call to the reader ends with what to do, and is a clause of its own or says where. A report about one goes on.
_CALL = re.compile(
    r"""(?:
        (?:^|[.!?:|–»-]\s+)
        (?:sign\ up|subscribe|register(?:\ now)?|join\ us|anmelden|abonnieren|inscrivez-vous|suscríbete|iscriviti)
        | \b(?:sign\ up|subscribe|click|register|join\ us|anmelden|abonnieren|inscrivez-vous|suscríbete|iscriviti)
        \ (?:here|now|today|hier|ici|aquí|qui)
    )[.!»”]?$""",
    re.I | re.X,
)
_CALL_CHARS = 40  # the longest such end, and a word before it
_TAIL_KINDS = frozenset(
    {"footer.bio", "footer.copyright", "footer.contact", "promo.newsletter", "promo.follow", "comment.form"}
)
# Phrases at the start of a line of the story or within it that label it at any length: on real pages 0 of 31 such lines
# were gold body.
_SELF_EXPLAINING_KINDS = frozenset(
    """promo.newsletter promo.follow promo.advert promo.donate navigation.share navigation.media_player footer.contact
    footer.bio footer.print footer.cookie comment.form""".split()
)
_SELF_EXPLAINING_WORDS = 45  # a longer line is a paragraph
_LIST_HEAD_CHARS = 40  # `Topics in this article:`
_POINTER = re.compile(r"^(?:[»›▶►→➤➜]|>>?)\s*\S")


def open_view(page: PageLines) -> PageView:
    """A page after the rules that need the whole of it: corrections of the story, and the landmarks of the page.

    Landmarks are the headline, dates, sources, captions and agencies. Changes `page.is_story` where it is corrected.
    """
    corrections = correct_story(page)
    view = PageView(page)
    view.labels.update(corrections)
    if view.has_story:
        find_landmarks(view)
    return view


def label_line(view: PageView, n: int) -> LineLabel:
    """The label of one line of the page, by the first rule that matches."""
    return view.labels.get(n) or (_in_story(view, n) if view.page.is_story[n] else _outside(view, n))


def _in_story(view: PageView, n: int) -> LineLabel:
    page = view.page
    chance = page.chance[n]
    intruder = _intruder(view, n)
    if intruder:
        return intruder
    if page.tag[n] in HEADINGS or _is_subhead(view, n):
        return LineLabel(Label.SUBHEAD, Action.KEEP, Reason.WITHIN_STORY, None, chance)
    if n < view.first + 2 and page.summary and page.key[n] == page.summary:
        return LineLabel(Label.STANDFIRST, Action.KEEP, Reason.PAGE_SUMMARY, None, chance)
    reason = Reason.RUNNING_TEXT if page.is_good[n] else Reason.WITHIN_STORY
    return LineLabel(Label.PARAGRAPH, Action.KEEP, reason, None, chance)


def _self_explaining(view: PageView, n: int) -> LineLabel | None:
    """The label of a line of the story whose phrase decides at any length: newsletters, buttons, topics, pointers."""
    page, entry = view.page, view.page.entry.get(n)
    is_link = page.link_share[n] > constants.LINK_LIST_SHARE
    if is_link and page.words[n] <= constants.CALL_WORDS and _POINTER.match(page.text[n]):
        return LineLabel(Label.RELATED, Action.DROP, Reason.LINK_LIST, "a pointer", 0.85)
    if entry is None or page.words[n] > _SELF_EXPLAINING_WORDS or entry.mode == "whole":
        return None
    is_list = entry.kind == "navigation.tags" and ":" in page.text[n][:_LIST_HEAD_CHARS] and not page.is_end[n]
    if entry.kind in _SELF_EXPLAINING_KINDS or is_list:
        return LineLabel(Label(entry.group), Action.DROP, Reason.LEXICON, entry.phrase, 0.85)
    return None


def _intruder(view: PageView, n: int) -> LineLabel | None:
    """The label of a line within the story whose words leave no doubt that it is not part of it."""
    page = view.page
    if page.words[n] <= 20 and _TRAIL.match(page.text[n]):
        return LineLabel(Label.RELATED, Action.DROP, Reason.LEXICON, page.text[n].split(":")[0], 0.9)
    if _is_linked_trail(page, n):
        return LineLabel(Label.RELATED, Action.DROP, Reason.LINK_LIST, "a pointer", 0.85)
    if page.words[n] <= constants.CALL_WORDS and _CALL.search(page.text[n][-_CALL_CHARS:]):
        return LineLabel(Label.PROMO, Action.DROP, Reason.LEXICON, "a call to the reader", 0.85)
    label = _self_explaining(view, n)
    entry = page.entry.get(n)
    if label or entry is None:
        return label
    group = entry.group
    if entry.kind in _TAIL_KINDS and n >= view.last - 2 and page.words[n] <= 45 and page.chance[n] < 0.9:
        return LineLabel(Label(group), Action.DROP, Reason.LEXICON, entry.phrase, 0.8)
    if entry.kind == "footer.copyright" and entry.mode != "has" and n >= view.last - 1:
        return LineLabel(Label.FOOTER, Action.DROP, Reason.LEXICON, entry.phrase, 0.85)
    if page.words[n] > 14:
        return None
    if group == "byline" and n <= view.first + 3 and view.is_byline(n):
        return LineLabel(Label.BYLINE, Action.FIELD, Reason.LEXICON, entry.phrase, 0.85)
    if group == "date" and n <= view.first + 3 and page.has_digit[n]:
        return LineLabel(Label.DATE, Action.FIELD, Reason.LEXICON, entry.phrase, 0.85)
    if entry.kind == "promo.advert" and entry.mode == "whole":
        return LineLabel(Label.PROMO, Action.DROP, Reason.LEXICON, entry.phrase, 0.9)
    is_sentence = page.is_end[n] and ":" not in page.text[n]  # "Sponsored by Sen. Smith, the bill would cut taxes."
    if entry.kind in ("promo.sponsor", "related.read_more") and entry.mode != "has" and not is_sentence:
        return LineLabel(Label(group), Action.DROP, Reason.LEXICON, entry.phrase, 0.85)
    return None


def _is_linked_trail(page: PageLines, n: int) -> bool:
    """Whether a line is the headline of another story, as a link behind `Related:` or its like in any language."""
    if page.link_share[n] < _LINKED_TRAIL_SHARE or page.words[n] > _LINKED_TRAIL_WORDS:
        return False
    entry = page.entry.get(n)
    if entry is not None and entry.group == "related" and entry.mode != "has":
        return _TRAIL_LABEL.match(page.text[n]) is not None
    if page.words[n] > constants.CALL_WORDS:
        return False
    return _LINKED_TRAIL.match(page.text[n]) is not None or _is_label_of_link(page, n)


def _is_label_of_link(page: PageLines, n: int) -> bool:
    """Whether all but a label is one link. In Latin letters, half of such lines are data: `Website: ...`."""
    text = page.text[n]
    label = _TRAIL_LABEL.match(text)
    if label is None or text[0] < _FIRST_OTHER_LETTER or page.link_share[n] >= 1:
        return False
    rest = len(text) - label.end()
    return rest >= _TITLE_CHARS and abs(page.link_share[n] - rest / len(text)) <= _LABEL_TOLERANCE


def _is_subhead(view: PageView, n: int) -> bool:
    """On text pages: a short line without a full stop, above a line of prose."""
    page = view.page
    return (
        not page.is_html
        and 0 < page.words[n] <= 12
        and not page.is_end[n]
        and page.text[n][:1].isupper()
        and n + 1 < view.count
        and page.is_story[n + 1]
        and page.is_good[n + 1]
        and n > view.first
    )


def _outside(view: PageView, n: int) -> LineLabel:
    page = view.page
    if not page.key[n]:
        label = Label.MASTHEAD if n < view.first else Label.NAVIGATION
        return LineLabel(label, Action.DROP, Reason.NO_TEXT, None, constants.NO_TEXT_CONFIDENCE)
    if not view.has_story:
        return (
            _by_words(view, n)
            or _by_element(view, n)
            or LineLabel(view.position_label(n), Action.DROP, Reason.NO_STORY, None, 0.5)
        )
    return (
        _by_certain_element(view, n)
        or _by_words(view, n)
        or _by_shape(view, n)
        or _by_element(view, n)
        or _by_position(view, n)
    )


def _by_certain_element(view: PageView, n: int) -> LineLabel | None:
    """Elements that leave no doubt: figures and hidden parts."""
    page = view.page
    if not page.is_html:
        return None
    around = page.tags_around[n]
    if around >> TAG_CODES["figcaption"] & 1 or (around >> TAG_CODES["figure"] & 1 and page.words[n] > 2):
        has_credit_word = n in page.entry and page.entry[n].kind.startswith("credit.")
        is_short_credit = page.words[n] <= 8 and (page.tag[n] == 0 or has_credit_word)
        label = Label.CREDIT if view.is_credit(n) or is_short_credit else Label.CAPTION
        return LineLabel(label, Action.FIELD, Reason.FIGURE, None, 0.9)
    is_text = page.link_share[n] < constants.HIDDEN_LINK_SHARE and page.words[n] > constants.HIDDEN_WORDS
    if page.classes[n] & class_words.HIDDEN and is_text:
        return LineLabel(view.position_label(n), Action.DROP, Reason.HIDDEN, None, 0.85)
    return None


def _belongs_to_story(view: PageView, n: int) -> bool:
    """Whether a line is the story's although other pages of the site have it too.

    A columnist signs every page of a folder, and an agency has pictures in many stories.
    """
    kind = view.page.entry[n].kind if n in view.page.entry else ""
    recurrence = view.page.template[n]
    is_beside = view.first <= n <= view.last + AFTER
    return (kind.startswith(("byline.", "date.")) and view.is_near_top(n)) or (
        kind.startswith(("credit.", "wire.")) and is_beside and recurrence.pages < CHROME_SHARE * recurrence.total
    )


def _by_words(view: PageView, n: int) -> LineLabel | None:
    """The label of a line that recurs on the site, or that holds a phrase of the lexicon."""
    page = view.page
    if n in page.template and not _belongs_to_story(view, n):
        inside = _by_element(view, n)
        of_element = inside.label if inside and inside.action is Action.DROP else None
        likely = view.lexicon_label_of(n) or of_element or view.position_label(n)
        detail = str(page.template[n])
        return LineLabel(likely, Action.DROP, Reason.TEMPLATE_ON_SITE, detail, constants.TEMPLATE_CONFIDENCE)
    entry = page.entry.get(n)
    if entry is None:
        return None
    if entry.mode == "has" and page.words[n] > constants.PHRASE_WORDS:
        return None
    label = view.lexicon_label_of(n)
    if label is None or label is Label.SOURCE:
        return None
    if label is Label.BYLINE and not (view.is_near_top(n) and view.is_byline(n)):
        return None
    if label is Label.DATE and not page.has_digit[n]:
        confidence = constants.NO_DATE_CONFIDENCE
        return LineLabel(Label.NAVIGATION, Action.DROP, Reason.LEXICON, entry.phrase, confidence)
    if label is Label.DATE and not view.is_near_top(n):
        return None
    is_field = label in FIELD_LABELS and (view.is_near_top(n) or view.first <= n <= view.last + AFTER)
    confidence = constants.PHRASE_CONFIDENCE if entry.mode != "has" else constants.PHRASE_WITHIN_CONFIDENCE
    return LineLabel(label, Action.FIELD if is_field else Action.DROP, Reason.LEXICON, entry.phrase, confidence)


def _by_shape(view: PageView, n: int) -> LineLabel | None:
    """The label of a line by how it is written: bylines, places, weather, code, heads of comments, dates, agencies."""
    page = view.page
    text = page.text[n]
    is_near_top = view.is_near_top(n)
    if len(text) < 30 and is_near_top and _CJK_BYLINE.match(text):
        return LineLabel(Label.BYLINE, Action.FIELD, Reason.NAME_PATTERN, None, 0.85)
    if len(text) < constants.PLACE_CHARS and n < view.first and not page.is_html and _is_place_or_weather(text):
        return LineLabel(Label.MASTHEAD, Action.DROP, Reason.PLACE_PATTERN, None, 0.85)
    if len(text) > constants.CODE_CHARS and _CODE.match(text):
        return LineLabel(Label.FOOTER, Action.DROP, Reason.CODE, None, 0.9)
    if n > view.first and page.words[n] < constants.COMMENT_HEAD_WORDS and _COMMENT_BYLINE.match(text):
        return LineLabel(Label.COMMENT, Action.DROP, Reason.LEXICON, None, 0.8)
    is_of_comment = n > view.first and bool(page.classes[n] & class_words.BITS["comment"])
    may_be_date = page.is_html and is_near_top and len(text) < 90 and page.has_digit[n] and not is_of_comment
    if may_be_date and is_date_line(text, page.language):
        return LineLabel(Label.DATE, Action.FIELD, Reason.DATE_PATTERN, None, 0.85)
    if is_near_top and n > 0 and 1 < page.words[n] <= (5 if page.is_html else 9) and _reads_like_name(view, n):
        return LineLabel(Label.BYLINE, Action.FIELD, Reason.NAME_PATTERN, None, 0.6)
    if page.words[n] <= constants.AGENCY_WORDS and view.first < n <= view.last and is_agency(text.strip("() ")):
        return LineLabel(Label.CREDIT, Action.FIELD, Reason.AGENCY_NAME, None, 0.85)
    return None


def _is_place_or_weather(text: str) -> bool:
    return bool(PLACE.match(text) or (len(text) < _WEATHER_CHARS and _WEATHER.search(text)))


def _reads_like_name(view: PageView, n: int) -> bool:
    """Two to four capitalised words right beside a date or byline line, between headline and story."""
    page = view.page
    if view.headline < 0 or n < view.headline:
        return False
    if not page.is_html:  # no element names the writer, and a standfirst or buttons may be between
        # who is in the picture is also in the story, who wrote it is not
        is_in_story = page.cohesion[n] >= 0.5
        text = page.text[n]
        return n < view.body and len(text) < 80 and not is_in_story and bool(leading_name(text)) and not is_agency(text)
    if n > view.first:
        return False
    words = page.text[n].split()
    is_beside_landmark = any(
        other in view.labels and view.labels[other].label in (Label.DATE, Label.BYLINE, Label.HEADLINE)
        for other in (n - 1, n + 1)
    )
    return (
        is_beside_landmark and 2 <= len(words) <= 4 and all(map(_is_name_part, words)) and not is_agency(page.text[n])
    )


def _is_name_part(word: str) -> bool:
    letters = word.replace("-", "").replace(".", "").replace("’", "").replace("'", "")
    return word[:1].isupper() and letters.isalpha()


@lru_cache(maxsize=4096)  # the same few combinations recur on every page of a site
def _groups_of(bits: int) -> tuple[tuple[str, Label], ...]:
    return tuple((group, label) for group, label in GROUP_LABELS if bits & class_words.BITS[group])


def _by_element(view: PageView, n: int) -> LineLabel | None:
    """The label of a line by the classes and tags of the elements around it, or by its links."""
    page = view.page
    if not page.is_html:
        return None
    for group, label in _groups_of(page.classes[n] & _GROUP_BITS):
        if label not in (Label.BYLINE, Label.DATE, Label.CAPTION):
            return LineLabel(label, Action.DROP, Reason.CONTAINER, group, constants.CONTAINER_CONFIDENCE)
        if label is Label.CAPTION:
            is_beside_story = view.first - constants.CAPTION_ABOVE <= n <= view.last + constants.CAPTION_BELOW
            if is_beside_story and page.link_share[n] < constants.CAPTION_LINKED:
                is_credit = view.is_credit(n)
                return LineLabel(Label.CREDIT if is_credit else label, Action.FIELD, Reason.CONTAINER, group, 0.7)
        elif label is Label.BYLINE and n > view.last and page.words[n] > constants.AUTHOR_BOX_WORDS:
            confidence = constants.AUTHOR_BOX_CONFIDENCE
            return LineLabel(Label.FOOTER, Action.DROP, Reason.CONTAINER, "author box", confidence)
        elif view.is_near_top(n) and page.words[n] <= 15:
            return LineLabel(label, Action.FIELD, Reason.CONTAINER, group, 0.7)
    around = page.tags_around[n]
    for tag, label in TAG_LABELS:
        if around >> TAG_CODES[tag] & 1:
            return LineLabel(label, Action.DROP, Reason.CONTAINER, f"<{tag}>", constants.CONTAINER_CONFIDENCE)
    if page.link_share[n] > constants.LINK_LIST_SHARE:
        label = Label.RELATED if page.words[n] >= constants.RELATED_WORDS else Label.NAVIGATION
        return LineLabel(label, Action.DROP, Reason.LINK_LIST, None, constants.CONTAINER_CONFIDENCE)
    return None


def _by_position(view: PageView, n: int) -> LineLabel:
    """The label of a line of which only the position is known."""
    page, label = view.page, view.position_label(n)
    confidence = max(constants.LEAST_CONFIDENCE, 1 - page.chance[n])
    if page.copies[n] > 1:
        detail = f"{int(page.copies[n])} times"
        return LineLabel(label, Action.DROP, Reason.DUPLICATE_IN_PAGE, detail, confidence)
    if n >= view.first:
        reason = Reason.BETWEEN if n < view.last else Reason.BELOW_STORY
        return LineLabel(label, Action.DROP, reason, None, confidence)
    if 0 <= view.headline < n:
        if page.words[n] >= 8:
            return LineLabel(Label.STANDFIRST, Action.FIELD, Reason.ABOVE_STORY, None, 0.6)
        label = Label.SOURCE if not page.is_end[n] else Label.CAPTION
        return LineLabel(label, Action.DROP, Reason.ABOVE_STORY, None, 0.5)
    return LineLabel(label, Action.DROP, Reason.ABOVE_STORY, None, confidence)
