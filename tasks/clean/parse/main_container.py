"""Elements that hold the whole story although their names say something else.

Some sites give one element the classes of everything that the page may have (`widget-newsletter comments-enabled
sidebar-right article-text`), or write the story into an `aside` or a dialog. What holds the headline and most of the
page's sentences is none of these parts.
"""

from tasks.clean.parse import class_words
from tasks.clean.parse.blocks import Blocks
from tasks.clean.parse.shells import is_sentence, word_count
from tasks.clean.parse.tags import TAG_CODES

_OTHER_PARTS = tuple(
    class_words.BITS[group] for group in ("ad", "comment", "cookie", "newsletter", "related", "share", "sidebar")
)
_OTHER = sum(_OTHER_PARTS)
_STORY = class_words.BITS["article"] | class_words.BITS["body"] | class_words.ARTICLE_BODY
_OTHER_TAGS = sum(1 << TAG_CODES[name] for name in ("aside", "footer", "header"))
_H1 = TAG_CODES["h1"]
_SHARE = 0.5  # of the words in a page's sentences
_MAX_LINK_SHARE = 0.3


def clear_names(blocks: Blocks, first: int, body: int) -> None:
    """Take the misleading names from the elements of a page that hold its headline and most of its sentences.

    Its blocks start at `first`, its containers at `body`.
    """
    suspects = _suspects(blocks, first)
    if not suspects:
        return
    words: dict[int, int] = {}
    sentences: dict[int, int] = {}
    for n in range(first, len(blocks)):
        text = blocks.text[n]
        if blocks.link_chars[n] <= _MAX_LINK_SHARE * len(text) and is_sentence(text):
            container = blocks.container[n]
            words[container] = words.get(container, 0) + word_count(text)
            sentences[container] = sentences.get(container, 0) + 1
    total = sum(words.values())
    containers = blocks.containers
    cleared = False
    for suspect in suspects:
        inside = [container for container in words if _is_within(blocks, container, suspect)]
        if sum(sentences[n] for n in inside) >= 3 and sum(words[n] for n in inside) >= _SHARE * total:
            containers.bits[suspect] &= ~_OTHER
            if 1 << containers.tag[suspect] & _OTHER_TAGS:
                containers.tag[suspect] = TAG_CODES["div"]
            cleared = True
    if cleared:
        for n in range(body, len(containers.parent)):  # an element follows the one around it
            parent = containers.parent[n]
            containers.above[n] = containers.above[parent] | containers.bits[n]
            containers.tags_above[n] = containers.tags_above[parent] | 1 << containers.tag[n]


def _suspects(blocks: Blocks, first: int) -> list[int]:
    """The elements around a headline that are named like another part of a page."""
    containers = blocks.containers
    found: dict[int, None] = {}
    tags = blocks.tag[first:]
    headlines = [n for n, tag in enumerate(tags, first) if tag == _H1] if _H1 in tags else []
    for n in headlines:
        container = blocks.container[n]
        if not (containers.above[container] & _OTHER or containers.tags_above[container] & _OTHER_TAGS):
            continue
        while containers.parent[container]:  # the body's names speak of the whole page, and the models know them
            if _is_misnamed(containers.bits[container]) or 1 << containers.tag[container] & _OTHER_TAGS:
                found[container] = None
            container = containers.parent[container]
    return list(found)


def _is_misnamed(bits: int) -> bool:
    """Whether names speak of several other parts at once, or of one beside the story: one alone may be true."""
    return bool(bits & _OTHER) and (bool(bits & _STORY) or sum(bool(bits & part) for part in _OTHER_PARTS) > 1)


def _is_within(blocks: Blocks, container: int, outer: int) -> bool:
    parents = blocks.containers.parent
    while container > outer:
        container = parents[container]
    return container == outer
