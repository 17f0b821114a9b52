"""Captions and credits: what is left of a picture on a page that has lost it.

A paragraph may end in brackets with an agency, too (`(dpa/xyz)`, `[AFP]`): within a story, the position of a line
counts more than such an end. So a line of the story is a caption only with a sign of a picture: a figure around it, or
a credit that is written out (`Photo: A. Name`, `A. Name/Agency`) below few words.
"""

import re

from tasks.clean.label.page import CREDIT_SHAPE, LineLabel, PageView
from tasks.clean.parse import class_words
from tasks.clean.parse.tags import TAG_CODES
from tasks.text.publisher_names import is_agency, is_photo_agency, is_title_case, is_wire_agency
from tasks.vocabulary import Action, Label, Reason

_CREDIT = r"""[.!?…]?\s+(?:
    (?:photo|foto|image|bild|picture|crédit(?:s)?(?:\ photo)?|photograph)\s*(?:by|:|/|©)|fot\.
)\s*\S.{2,60}$"""
_CREDIT_TAIL = re.compile(_CREDIT, re.I | re.X)
_CREDIT_AFTER_TEXT = re.compile(r"\S" + _CREDIT, re.I | re.X)
_TAIL_CHARS = 90  # a credit at the end of a caption is no longer
_BRACKET = re.compile(r"[(\[]([^()\[\]]{3,80})[)\]]\s*$")
# `credit/debit cards` is not a credit: the word must be followed by `by`, a colon or ©
_WRITTEN_OUT = re.compile(
    r"""\b(?:
        photo|image|picture|foto|bild|fot\.?|crédit|credit|photograph|imagen|immagine|afbeelding|zdjęcie|фото
    )s?\s*(?:credit)?\s*(?:by\b|:|©)
    |©|\bcourtesy\b|\b(?:ap|epa|afp|reuters|un)\ photo\b|\bhandout\b""",
    re.I | re.X,
)
_INNER_END = re.compile(r"[.!?。！？…][\"”»’)]?\s+\S")
# Words of a line. On real pages no line of the story up to this length with such an end was gold body (0 of 14 lines in
# HTML, 1 of 8 of text pages); of longer ones most were.
_SHORT, _LONG = 25, 40
_LINE_WORDS = 60  # outside the story a longer line is a paragraph of something else
_FIGURE = (1 << TAG_CODES["figure"]) | (1 << TAG_CODES["figcaption"])
_WRAPPED = 0.5  # of the story's words in elements with a class for pictures: with more, the class says nothing


def _bracket(text: str) -> str:
    if text[-2:].strip()[-1:] not in (")", "]"):
        return ""  # cheap, and true of most lines
    match = _BRACKET.search(text)
    return match[1] if match else ""


def _ends_in_tail(text: str) -> bool:
    tail = text[-_TAIL_CHARS:]
    if ":" not in tail and " by " not in tail and "©" not in tail and "fot." not in tail and "/" not in tail:
        return False  # cheap, and true of most lines
    return bool(_CREDIT_AFTER_TEXT.search(tail))


def _is_written_out(text: str) -> bool:
    """Whether a line ends in a credit that says so: `(Photo: A. Name)`, `Foto: Agency`."""
    inside = _bracket(text)
    return bool(_WRITTEN_OUT.search(inside)) if inside else _ends_in_tail(text)


def _is_name_of_agency(text: str) -> bool:
    """Whether a line ends in brackets with a name and the agency it works for: `(A. Name/AP)`, `[Shutterstock]`."""
    parts = [part.strip() for part in re.split(r"/|\||,| via ", _bracket(text)) if part.strip()]
    if not parts or not is_agency(parts[-1]):
        return False
    if len(parts) == 1:
        return is_photo_agency(parts[0]) and not is_wire_agency(parts[0])
    return is_title_case(parts[0]) and not all(is_wire_agency(part) for part in parts)


def ends_in_credit(text: str) -> bool:
    """Whether a line ends in brackets that say who made a picture, or with an agency's name in them."""
    inside = _bracket(text)
    return bool(inside) and (
        bool(_WRITTEN_OUT.search(inside))
        or is_agency(inside)
        or _is_name_of_agency(text)
        or "courtesy" in inside.lower()
    )


def _sentence_count(text: str) -> int:
    """Sentences of a line before its credit."""
    inside = _bracket(text)
    body = text[: -len(inside) - 2] if inside else _CREDIT_TAIL.sub("", text)
    return 1 + len(_INNER_END.findall(body.strip()))


def find_captions(view: PageView) -> None:
    """Label the captions and credits around and in the story."""
    page = view.page
    is_picture = _lines_of_pictures(view) if page.is_html else {}
    for n in range(max(0, min(view.anchor, view.first) - 3), min(view.last + 2, view.count)):
        if n not in view.labels and page.words[n] <= _LINE_WORDS and _is_caption(view, n, is_picture.get(n, False)):
            text = page.text[n].strip()
            is_bare = text[:1] in ("(", "[") and len(_bracket(page.text[n])) >= len(text) - 2
            view.set_field(n, Label.CREDIT if is_bare else Label.CAPTION, Reason.LEXICON, "a credit at its end", 0.9)
    if not page.is_html:
        _find_glued_credits(view)


def _is_caption(view: PageView, n: int, is_picture: bool) -> bool:
    page, text = view.page, view.page.text[n]
    if not page.is_story[n] or is_picture:
        return _ends_in_tail(text) or ends_in_credit(text)
    words = page.words[n]
    if words <= _SHORT and _is_written_out(text) and _sentence_count(text) == 1:
        return True
    return not page.is_html and words <= _LONG and _is_name_of_agency(text)


def _lines_of_pictures(view: PageView) -> dict[int, bool]:
    """Whether each line of the story is in a figure, or in an element with a class for pictures."""
    page, bit = view.page, class_words.BITS["caption"]
    story = [n for n, inside in enumerate(page.is_story) if inside]
    wrapped = sum(page.words[n] for n in story if page.classes[n] & bit)
    is_telling = wrapped <= _WRAPPED * sum(page.words[n] for n in story)
    return {n: bool(page.tags_around[n] & _FIGURE or (is_telling and page.classes[n] & bit)) for n in story}


def _find_glued_credits(view: PageView) -> None:
    """On text pages: a credit glued under a line is what remains of a photo's caption."""
    page = view.page
    for n in range(max(view.first, 1), min(view.last + 2, view.count)):
        if n in view.labels or page.words[n] > 9 or not (view.is_credit(n) or view.is_glued_name(n)):
            continue
        is_glued = page.blank_before[n] == 0 and view.has_blank_lines
        is_sure = is_agency(page.text[n]) or n in page.entry or bool(CREDIT_SHAPE.match(page.text[n]))
        reason = Reason.GLUED_CREDIT if is_glued else Reason.AGENCY_NAME if is_sure else Reason.LEXICON
        view.set_field(n, Label.CREDIT, reason, None, 0.92 if is_sure else 0.7)
        above = n - 1
        if is_glued and page.is_story[above] and above not in view.labels and above > view.first:
            if is_sure and page.blank_before[above] > 0:
                view.set_field(above, Label.CAPTION, Reason.GLUED_CREDIT, page.text[n], 0.8)
            else:
                detail = f"but {page.text[n]!r} is right below it"
                confidence = min(page.chance[above], 0.6)
                view.labels[above] = LineLabel(
                    Label.PARAGRAPH, Action.KEEP, Reason.RUNNING_TEXT, detail, confidence, doubt="caption"
                )
