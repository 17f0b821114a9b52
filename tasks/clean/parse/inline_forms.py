"""How an inline element is shown: not at all, as a separate block, as an icon, or as plain text.

Only the attributes of the page itself are known, and the class names that common frameworks use for text that only
screen readers get.
"""

import itertools
import re
from enum import IntEnum
from functools import lru_cache
from typing import Any

MAX_ATTRIBUTE_CHARS = 4_000  # of a class or style; its meaning is cached for the next page
MAX_UNSEEN_CHARS = 300  # a longer hidden text may be the story, which a script will show: the model decides
MAX_READING_CHARS = 60  # of a ruby reading; a longer one is text in an element that was never closed
SENTENCE_CHARS = 30  # a shorter piece is a label or part of a name
_MARKS = frozenset('.!?”"')
# before the mark a word of three letters: not an initial, not `a.m.`, not the `www.` of an address
_SENTENCE_END = re.compile(r"[^\W\d_A-Z]{3}(?<!www)[.!?][”\"]?$")
_MAX_PROBED_NODES = 64  # of one hidden element; labels for screen readers have one or two


class Form(IntEnum):
    """How an inline element is shown."""

    PLAIN = 0
    HIDDEN = 1
    BLOCK = 2
    ICON = 3  # hidden from screen readers: skipped when it holds neither a word nor a mark of a sentence
    SPOKEN = 4  # for screen readers only: skipped, except the label of a byline or a date
    CAPTION = 5  # a class says that it describes a picture: a separate block, unless an element around it does


_PLAIN = Form.PLAIN
_HIDDEN_STYLE = re.compile(
    r"""(?<![\w-])(?:
        display\s*:\s*none
        |visibility\s*:\s*(?:hidden|collapse)
        |clip\s*:\s*rect\(\s*[01](?:px)?\s*[, ]\s*[01](?:px)?\s*[, )]
        |clip-path\s*:\s*(?:
            inset\(\s*(?:50|100)%
            |circle\(\s*0
            |polygon\(\s*0(?:px)?\s+0(?:px)?\s*,\s*0(?:px)?\s+0(?:px)?\s*[,)]
        )
        |font-size\s*:\s*0(?:px|em|rem|%)?\s*(?:;|!|$)
        |text-indent\s*:\s*-\d{3,}
        |(?:left|right|top)\s*:\s*-\d{4,}px
    )""",
    re.I | re.X,
)
_BLOCK_STYLE = re.compile(
    r"(?<![\w-])display\s*:\s*(?:block|flex|grid|table|table-row|list-item|flow-root|-webkit-box)(?![\w-])", re.I
)
# a whole class name for what stands below a picture: `caption`, `img_desc`, `photo-caption`, `wp-caption-text`
_CAPTION_CLASS = re.compile(
    r"""(?:^|\s)(?:[a-z0-9]{1,20}[_-]{1,2}){0,3}
    (?:(?:(?:img|image|photo|pic|picture|figure|foto)[_-]?)?caption|(?:img|image|photo|pic|picture|foto)[_-]?desc(?:r|ription)?)
    (?:[_-]{1,2}text)?(?=\s|$)""",
    re.I | re.X,
)
_TINY_SIDE = re.compile(r"(?<![\w-])(?:width|height)\s*:\s*[01](?:px)?\s*(?:;|!|$)", re.I)
_OVERFLOW_HIDDEN = re.compile(r"(?<![\w-])overflow\s*:\s*(?:hidden|clip)", re.I)
# A whole class name, with or without a prefix of its framework and a suffix that a build adds. `not-sr-only` shows its
# text, and `md:sr-only` hides it on some screens only.
_UNSEEN_CLASS = re.compile(
    r"""(?:^|\s)(?!not-)
    (?:[a-z0-9]+(?:__|--|-|_))*?  # prefix
    (?:
        sr-only|sr-text|visually-?hidden|screen-?reader(?:s|-text|-only|s-only|-content)?|element-invisible
        |accessibly-hidden|accessible-hide|a11y-(?:text|hidden|only)|assistive-text|hidden-visually|hide-visually
        |for-screen-readers?
    )
    (?:(?:__|--|-|_)(?=[a-z]{0,12}\d)[a-z0-9]{1,24})?  # suffix
    (?=\s|$)""",
    re.I | re.X,
)
# the text of such an element is the name of a picture
_ICON_FONT = re.compile(r"(?:^|\s)(?:material-icons|material-symbols)[\w-]*(?=\s|$)")
_WORD_OR_MARK = re.compile(r"[^\W_]|[·•|/–—,.:;()\"'“”«»!?&+%-]")


def form_of(attributes: dict[str, str | None]) -> Form:
    """How an inline element with these attributes is shown."""
    names, style = attributes.get("class"), attributes.get("style")
    if style:
        form = _form((names or "")[:MAX_ATTRIBUTE_CHARS], style[:MAX_ATTRIBUTE_CHARS])
    else:
        form = _form(names[:MAX_ATTRIBUTE_CHARS], "") if names else _PLAIN
    if "hidden" in attributes:
        return Form.HIDDEN
    return Form.ICON if form is _PLAIN and attributes.get("aria-hidden") == "true" else form


@lru_cache(maxsize=4096)  # the same few recur on every page of a site
def _form(names: str, style: str) -> Form:
    if style and (_HIDDEN_STYLE.search(style) or (_OVERFLOW_HIDDEN.search(style) and _TINY_SIDE.search(style))):
        return Form.HIDDEN
    if names and _ICON_FONT.search(names):
        return Form.HIDDEN
    if names and _UNSEEN_CLASS.search(names):
        return Form.SPOKEN
    if style and _BLOCK_STYLE.search(style):
        return Form.BLOCK
    return Form.CAPTION if names and _CAPTION_CLASS.search(names) else Form.PLAIN


def is_unseen(form: Form, node: Any) -> bool:
    """Whether the text under an element that is not plain is omitted."""
    if form is not Form.ICON:
        return start_of_text(node, MAX_UNSEEN_CHARS) is not None
    text = start_of_text(node, MAX_UNSEEN_CHARS)
    return text is not None and not _WORD_OR_MARK.search(text)


def start_of_text(node: Any, limit: int) -> str | None:
    """The text under a node in bounded time, or None where it is longer than `limit` characters."""
    parts: list[str] = []
    size, seen = 0, 0
    waiting = [node.first_child]
    while waiting:
        child = waiting.pop()
        if child is None:
            continue
        seen += 1
        if child.is_text_node:
            text = child.text_content or ""
            size += len(text)
            parts.append(text)
        if size > limit or seen > _MAX_PROBED_NODES:
            return None
        waiting += [child.next, child.first_child]
    return "".join(parts)


def spaced(pieces: list[str]) -> list[str]:
    """The pieces of a block, with a space where one element ends a sentence and the next one begins another."""
    spaced = pieces[:1]
    for above, below in itertools.pairwise(pieces):
        if (
            above[-1:] in _MARKS
            and below[:1].isupper()
            and len(above) > SENTENCE_CHARS
            and _SENTENCE_END.search(above[-12:])
        ):
            spaced.append(" ")
        spaced.append(below)
    return spaced
