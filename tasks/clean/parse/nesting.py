"""Pages nested deeper than any real page, or with thousands of attributes on a tag: fixed before they are parsed.

A parser looks up its open elements at many tags, so that its time grows with tags times depth: 100,000 `<div>` inside
each other take ten seconds, and formatting elements that are never closed are reopened in every paragraph. Browsers
stop nesting at 512 for the same reason. The options of one list cost their number squared (half a minute for 100,000),
and so do the attributes of one tag.
"""

import re
from collections import Counter

import numpy as np

FREE_TAGS = 10_000  # a page with fewer is parsed as it is; news pages have some 2,000
MAX_OPEN = 500  # more than the walk over the page distinguishes
MAX_FORMATS = 64
MAX_OPTIONS = 2_000  # their text is not text of the page
MAX_ATTRIBUTES = 2_000
_GIANT_BYTES = 50_000  # of a tag; only images in data: addresses are that large
_QUOTED = re.compile(rb""""[^"]*"|'[^']*'""")
_TAG = re.compile(rb"<(/?)([a-zA-Z][a-zA-Z0-9]*)[^<>]*>?")
# these hold nothing, or end where the next of them starts (rt and rp do so within a ruby only)
_FLAT = frozenset(
    b"""area base br col embed hr img input link meta source track wbr p li dd dt option optgroup tr td th tbody thead
    tfoot colgroup""".split()
)
_FORMATS = frozenset(b"a b big code em font i nobr s small strike strong tt u".split())


def limit_nesting(html: bytes) -> bytes:
    """The page without tags that are nested too deep and without too many attributes; nearly every page as it is."""
    for start, end in reversed(_giants(html)):
        tag = html[start:end]
        if (kept := _without_attributes(tag)) is not tag:
            html = html[:start] + kept + html[end:]
    tag_count = np.count_nonzero(np.frombuffer(html, dtype=np.uint8) == ord("<"))  # bytes.count goes byte by byte
    if tag_count <= FREE_TAGS or tag_count - html.count(b"</") <= FREE_TAGS:
        return html
    opened, omitted = Counter[bytes](), Counter[bytes]()
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
                omitted[name] += 1
                return b" "
            opened[name] += 1
            depth, formats = depth + 1, formats + is_format
        elif omitted[name]:
            omitted[name] -= 1
            return b" "
        elif opened[name]:
            opened[name] -= 1
            depth, formats = depth - 1, formats - is_format
        return match[0]

    return _TAG.sub(keep, html)


def _giants(html: bytes) -> list[tuple[int, int]]:
    """Where giant tags start and end: each covers a step. Looking at every tag would cost several parses."""
    step = _GIANT_BYTES // 2
    giants: list[tuple[int, int]] = []
    for start in range(0, len(html) - step + 1, step):
        if html.find(b"<", start, start + step) < 0 and html.find(b">", start, start + step) < 0:
            tag = html.rfind(b"<", giants[-1][1] if giants else 0, start)
            if tag > html.rfind(b">", 0, start):  # most such stretches are the data of a script, whose tag has ended
                ends = (html.find(b"<", start), html.find(b">", start))
                end = min((end for end in ends if end >= 0), default=len(html))
                if end - tag > _GIANT_BYTES and html[tag + 1 : tag + 2].isalpha():
                    giants.append((tag, end))
    return giants


def _without_attributes(tag: bytes) -> bytes:
    """A giant tag as it is, or its name alone where it has too many attributes."""
    is_few = len(tag.split()) <= MAX_ATTRIBUTES or len(_QUOTED.sub(b"", tag).split()) <= MAX_ATTRIBUTES
    return tag if is_few else tag.split(None, 1)[0]
