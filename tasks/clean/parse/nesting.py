"""Pages nested deeper than any that is one, or with tags of thousands of attributes: mended before they are parsed.

A parser looks up its open elements at many a tag, so that its time grows with tags times depth: 100,000 `<div>` inside each
other take it ten seconds, and formatting elements that nobody closes are opened again in every paragraph. Browsers stop
nesting at 512 for the same reason. The options of one list cost their number squared: 100,000 of them half a minute;
and so do the attributes of one tag.
"""

import re
from collections import Counter

import numpy as np

FREE_TAGS = 10_000  # a page of fewer is parsed at once whatever is in it; news pages have some 2,000
MAX_OPEN = 500  # more than the walk over the page tells apart
MAX_FORMATS = 64
MAX_OPTIONS = 2_000  # their text is no text of the page
MAX_ATTRIBUTES = 2_000
_GIANT_BYTES = 50_000  # of a tag; only images written into their address are as large
_QUOTED = re.compile(rb""""[^"]*"|'[^']*'""")
_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>?")
# these hold nothing, or end where the next of them starts (rt and rp do so within a ruby only)
_FLAT = frozenset(
    b"area base br col embed hr img input link meta source track wbr p li dd dt option optgroup tr td th tbody thead tfoot colgroup".split()
)
_FORMATS = frozenset(b"a b big code em font i nobr s small strike strong tt u".split())


def shallow(html: bytes) -> bytes:
    """The page without the tags that nest too deep and the attributes that are too many; nearly every page as it is."""
    for start, end in reversed(_giants(html)):
        tag = html[start:end]
        if (kept := _without_attributes(tag)) is not tag:
            html = html[:start] + kept + html[end:]
    tag_count = np.count_nonzero(np.frombuffer(html, dtype=np.uint8) == ord("<"))  # bytes.count goes byte by byte
    if tag_count <= FREE_TAGS or tag_count - html.count(b"</") <= FREE_TAGS:
        return html
    opened, left_out = Counter[bytes](), Counter[bytes]()
    depth = formats = options = 0

    def keep(match: re.Match[bytes]) -> bytes:
        nonlocal depth, formats, options
        name = match[2].lower()
        if name == b"option":
            options += 1
            return match[0] if options <= MAX_OPTIONS else b" "
        if name in _FLAT:
            return match[0]
        is_format = name in _FORMATS
        if not match[1]:
            if depth >= MAX_OPEN or (is_format and formats >= MAX_FORMATS):
                left_out[name] += 1
                return b" "
            opened[name] += 1
            depth, formats = depth + 1, formats + is_format
        elif left_out[name]:
            left_out[name] -= 1
            return b" "
        elif opened[name]:
            opened[name] -= 1
            depth, formats = depth - 1, formats - is_format
        return match[0]

    return _TAG.sub(keep, html)


def _giants(html: bytes) -> list[tuple[int, int]]:
    """Where giant tags start and end. Looking at every tag costs several parses; but each giant covers one of these steps."""
    step = _GIANT_BYTES // 2
    found: list[tuple[int, int]] = []
    for start in range(0, len(html) - step + 1, step):
        if html.find(b"<", start, start + step) < 0 and html.find(b">", start, start + step) < 0:
            tag = html.rfind(b"<", found[-1][1] if found else 0, start)
            if tag > html.rfind(b">", 0, start):  # most such stretches are the data of a script, whose tag has ended
                ends = (html.find(b"<", start), html.find(b">", start))
                end = min((end for end in ends if end >= 0), default=len(html))
                if end - tag > _GIANT_BYTES and html[tag + 1 : tag + 2].isalpha():
                    found.append((tag, end))
    return found


def _without_attributes(tag: bytes) -> bytes:
    """A giant tag as it is, or its name alone where it has too many attributes."""
    is_few = len(tag.split()) <= MAX_ATTRIBUTES or len(_QUOTED.sub(b"", tag).split()) <= MAX_ATTRIBUTES
    return tag if is_few else tag.split(None, 1)[0]
