"""Captions and credits: what a picture leaves on a page whose lines have lost it.

A paragraph may end in brackets with an agency, too (`(dpa/xyz)`, `[AFP]`): in a story the place of a line counts more
than such an end. So a line of the story is a caption only with a sign of a picture: a figure around it, or a credit
that is written out (`Photo: A. Name`, `A. Name/Agency`) under few words.
"""

import re

from tasks.clean.label.page import CREDIT_SHAPE, Named, Scene
from tasks.clean.parse import class_words
from tasks.clean.parse.tags import TAG_CODES
from tasks.text.publisher_names import is_agency, is_photo_agency, is_title_case, is_wire_agency
from tasks.vocabulary import Action, Label, Reason

_TAIL = re.compile(
    r"\S[.!?…]?\s+(?:(?:photo|foto|image|bild|picture|crédit(?:s)?(?: photo)?|photograph)\s*(?:by|:|/|©)|fot\.)\s*\S.{2,60}$",
    re.I,
)
_TAIL_CHARS = 90  # a credit at the end of a caption is no longer
_BRACKET = re.compile(r"[(\[]([^()\[\]]{3,80})[)\]]\s*$")
# `credit/debit cards` are no credit: behind the word stands `by`, a colon or ©
_WRITTEN_OUT = re.compile(
    r"\b(?:photo|image|picture|foto|bild|fot\.?|crédit|credit|photograph|imagen|immagine|afbeelding|zdjęcie|фото)s?\s*(?:credit)?\s*(?:by\b|:|©)|©|\bcourtesy\b|\b(?:ap|epa|afp|reuters|un) photo\b|\bhandout\b",
    re.I,
)
_INNER_END = re.compile(r"[.!?。！？…][\"”»’)]?\s+\S")
# words of a line: on real pages no line of the story up to so many words with such an end was gold body (0 of 14 lines
# in HTML, 1 of 8 of text pages), of longer ones most were
_SHORT, _LONG = 25, 40
_LINE_WORDS = 60  # outside the story a longer line is another's paragraph
_FIGURE = (1 << TAG_CODES["figure"]) | (1 << TAG_CODES["figcaption"])
_WRAPPED = 0.5  # of the story's words in elements with a class of pictures: more, and the class says nothing


def _bracket(text: str) -> str:
    if text[-2:].strip()[-1:] not in (")", "]"):
        return ""  # cheap, and true of most lines
    match = _BRACKET.search(text)
    return match[1] if match else ""


def _ends_in_tail(text: str) -> bool:
    tail = text[-_TAIL_CHARS:]
    if ":" not in tail and " by " not in tail and "©" not in tail and "fot." not in tail and "/" not in tail:
        return False  # cheap, and true of most lines
    return bool(_TAIL.search(tail))


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


def _sentences(text: str) -> int:
    """Sentences of a line before its credit."""
    body = text[: -len(_bracket(text)) - 2] if _bracket(text) else re.sub(_TAIL.pattern[2:], "", text, flags=re.I)
    return 1 + len(_INNER_END.findall(body.strip()))


def find_captions(scene: Scene) -> None:
    """Name the captions and credits around and in the story."""
    page = scene.page
    anchor = scene.headline if scene.headline >= 0 else scene.first
    is_picture = _pictures(scene) if page.is_html else {}
    for n in range(max(0, min(anchor, scene.first) - 3), min(scene.last + 2, scene.count)):
        if n not in scene.named and page.words[n] <= _LINE_WORDS and _is_caption(scene, n, is_picture.get(n, False)):
            is_bare = (
                page.text[n].strip()[:1] in ("(", "[") and len(_bracket(page.text[n])) >= len(page.text[n].strip()) - 2
            )
            scene.put(n, Label.CREDIT if is_bare else Label.CAPTION, Reason.LEXICON, "a credit at its end", 0.9)
    if not page.is_html:
        _find_glued(scene)


def _is_caption(scene: Scene, n: int, is_picture: bool) -> bool:
    page, text = scene.page, scene.page.text[n]
    if not page.is_story[n] or is_picture:
        return _ends_in_tail(text) or ends_in_credit(text)
    words = page.words[n]
    if words <= _SHORT and _is_written_out(text) and _sentences(text) == 1:
        return True
    return not page.is_html and words <= _LONG and _is_name_of_agency(text)


def _pictures(scene: Scene) -> dict[int, bool]:
    """The lines of the story that lie in a figure, or in an element whose class speaks of a picture."""
    page, bit = scene.page, class_words.BITS["caption"]
    story = [n for n, inside in enumerate(page.is_story) if inside]
    wrapped = sum(page.words[n] for n in story if page.classes[n] & bit)
    says = wrapped <= _WRAPPED * sum(page.words[n] for n in story)
    return {n: bool(page.tags_around[n] & _FIGURE or (says and page.classes[n] & bit)) for n in story}


def _find_glued(scene: Scene) -> None:
    """On text pages: a credit glued under a line is how a photo's caption flattens."""
    page = scene.page
    for n in range(max(scene.first, 1), min(scene.last + 2, scene.count)):
        if n in scene.named or page.words[n] > 9 or not (scene.is_credit(n) or scene.is_glued_name(n)):
            continue
        glued = page.blank_before[n] == 0 and scene.is_blank_parted
        sure = is_agency(page.text[n]) or n in page.entry or bool(CREDIT_SHAPE.match(page.text[n]))
        reason = Reason.GLUED_CREDIT if glued else Reason.AGENCY_NAME if sure else Reason.LEXICON
        scene.put(n, Label.CREDIT, reason, None, 0.92 if sure else 0.7)
        above = n - 1
        if above >= 0 and page.is_story[above] and above not in scene.named and above > scene.first:
            if glued and sure and page.blank_before[above] > 0:
                scene.put(above, Label.CAPTION, Reason.GLUED_CREDIT, page.text[n], 0.8)
            elif glued:
                scene.named[above] = Named(
                    Label.PARAGRAPH, Action.KEEP, Reason.RUNNING_TEXT, f"but: {page.text[n]!r} stands right under it",
                    min(page.chance[above], 0.6), "caption",
                )  # fmt: skip
