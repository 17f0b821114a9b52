"""What each HTML element means for cutting a page into blocks."""

from enum import IntEnum
from functools import cache

from selectolax.lexbor import LexborHTMLParser


class Kind(IntEnum):
    """How the walk treats an element."""

    INLINE = 0  # its text joins the block around it
    BLOCK = 1  # it starts and ends a block
    SKIP = 2  # nothing under it is read
    BREAK = 3  # it ends a block
    TEXT = 4  # a text node
    LINK = 5  # an anchor: inline, its characters count as link
    BOLD = 6  # inline, its characters count as bold
    SCRIPT = 7  # read for JSON-LD, else skipped
    SIGNAL = 8  # void or inline, its attributes are signals (meta, link, time)
    READING = 9  # how the characters beside it are read aloud: skipped
    NOSCRIPT = 10  # read only where the page holds no other story
    TEMPLATE = 11  # read where it declares a shadow tree


_INLINE = (
    "span i em u s small sub sup font abbr cite q code var samp kbd mark bdi bdo ins del label wbr data big tt acronym "
    "dfn ruby rb"
)
_BLOCK = (
    "html body div p section article main aside header footer nav ul ol li dl dt dd table thead tbody tfoot tr td th "
    "caption h1 h2 h3 h4 h5 h6 hgroup blockquote pre figure figcaption form fieldset legend address details summary "
    "center hr menu dialog picture video audio object search"
)
_SKIP = (
    "style svg math iframe head canvas map area select option optgroup textarea input embed param source track frame "
    "frameset noframes col colgroup img applet"
)
# elements whose name is a feature; their codes start at 1, and 0 is any other
_FEATURE_TAGS = """p li div td h1 h2 h3 h4 h5 h6 span blockquote figcaption a section article main aside header footer
    nav dd dt th pre summary caption form ul ol table figure details"""
TAG_CODES = {name: code for code, name in enumerate(_FEATURE_TAGS.split(), 1)}
TAG_WORDS = ("other", *TAG_CODES)  # by code
_KINDS = (
    (_INLINE, Kind.INLINE),
    (_BLOCK, Kind.BLOCK),
    (_SKIP, Kind.SKIP),
    ("br", Kind.BREAK),
    ("a", Kind.LINK),
    ("b strong", Kind.BOLD),
    ("script", Kind.SCRIPT),
    ("meta link title base", Kind.SKIP),
    ("time", Kind.SIGNAL),
    ("button", Kind.BLOCK),
    ("rt rp rtc", Kind.READING),
    ("noscript", Kind.NOSCRIPT),
    ("template", Kind.TEMPLATE),
)


@cache
def kinds() -> dict[int, tuple[Kind, int]]:
    """Kind and tag code by lexbor's numeric tag id. Elements that are not in it are custom ones: blocks."""
    table: dict[int, tuple[Kind, int]] = {}
    for names, kind in _KINDS:
        for name in names.split():
            node = LexborHTMLParser("<p>").create_node(name)
            table[int(node.tag_id)] = (kind, TAG_CODES.get(name, 0))
    for node in LexborHTMLParser("<p>x<!--x-->").root.traverse(include_text=True):  # type: ignore[union-attr]
        if node.is_text_node:
            table[int(node.tag_id)] = (Kind.TEXT, 0)
        elif node.is_comment_node:
            table[int(node.tag_id)] = (Kind.SKIP, 0)
    return table
