"""Pages whose ordinary elements hold no story: it is in a noscript, in data, or in a declared shadow tree."""

import html
import re

from tasks.clean.parse import class_words
from tasks.clean.parse.blocks import MAX_BLOCKS, Blocks
from tasks.clean.parse.tags import TAG_CODES
from tasks.text.scripts import COMMON_LETTERS, char_class

MAX_SHELL_WORDS = 25  # of sentences that are not links; a page with more shows a paragraph itself
MAX_BOILERPLATE_WORDS = 300  # of the paragraphs of a shell: a dialog about cookies has up to 250
_LONG_BLOCK_CHARS = 80
MIN_STORY_WORDS = 60  # a shorter text is a summary, or a note about JavaScript
MIN_ESCAPED_WORDS = 20  # a shorter one is an example of markup
_ESCAPED_PARAGRAPH = re.compile(r"</p>|<br ?/?>|</div>", re.I)
_PROGRAM_TAGS = frozenset(TAG_CODES[name] for name in ("pre", "textarea", "code") if name in TAG_CODES)
_PROSE_WORDS = 8  # of a block; menus and buttons have fewer
_BOILERPLATE = sum(class_words.BITS[group] for group in ("cookie", "footer", "nav", "newsletter"))
_BOILERPLATE_TAGS = sum(1 << TAG_CODES[name] for name in ("footer", "nav", "aside", "form"))
_UNSPACED = re.compile(f"[{char_class(COMMON_LETTERS)}]")
_UNSPACED_PER_WORD = 2  # average characters of a word in these scripts
_SENTENCE_END = re.compile("[.!?…。！？।۔؟։።”’“‘›\"'»)）」』\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]\\s*$")
_PARAGRAPH_TAG = re.compile(r"<(?:br|/?p|/?div|/?li|/?ul|/?ol|/?h[1-6]|/?blockquote|/?section)\b[^<>]*>", re.I)
_UNREAD_TAG = re.compile(r"<(script|style|figure|iframe)\b.*?(?:</\1\s*>|\Z)", re.I | re.S)
_ANY_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?(?:-->|\Z)", re.S)
_TEMPLATE = re.compile(rb"<template\b[^<>]*>|</template\s*>", re.I)
_SHADOW = re.compile(rb"\sshadowroot(?:mode)?\s*=", re.I)


def word_count(text: str) -> int:
    """The number of words of a text; in scripts without spaces estimated by the characters."""
    return len(text.split()) + len(_UNSPACED.findall(text)) // _UNSPACED_PER_WORD


def is_shell(blocks: Blocks, first: int) -> bool:
    """Whether the blocks of a page, from `first` on, hold no paragraph of a story."""
    words = 0.0
    containers = blocks.containers
    for n in range(first, len(blocks)):
        text, container = blocks.text[n], blocks.container[n]
        is_boilerplate = (
            containers.above[container] & _BOILERPLATE or containers.tags_above[container] & _BOILERPLATE_TAGS
        )
        if len(text) < 2 * _PROSE_WORDS or is_boilerplate:
            continue
        count = word_count(text)
        if count >= _PROSE_WORDS:
            words += count * (1 - min(blocks.link_chars[n] / len(text), 1))
        if words >= MAX_SHELL_WORDS:
            return False
    return True


def has_long_text(blocks: Blocks, first: int) -> bool:
    """Whether a page shows so much text that its story is hardly hidden, even if all is marked as boilerplate."""
    words = 0
    for n in range(first, len(blocks)):
        text = blocks.text[n]
        if len(text) >= _LONG_BLOCK_CHARS and blocks.link_chars[n] < len(text) / 2:
            words += word_count(text)
            if words >= MAX_BOILERPLATE_WORDS:
                return True
    return False


def is_sentence(text: str) -> bool:
    """Whether a text is as long as a sentence and ends like one, or is in a script that has no mark for the end."""
    return word_count(text) >= _PROSE_WORDS and _SENTENCE_END.search(text) is not None


def paragraphs_of(declared: list[str], min_words: int = MIN_STORY_WORDS) -> list[str]:
    """The paragraphs of the first text in data that is long enough for a story; empty where there is none."""
    for body in declared:
        text = html.unescape(body)
        if "<" in text:
            text = _ANY_TAG.sub("", _PARAGRAPH_TAG.sub("\n", _UNREAD_TAG.sub("\n", text)))
        if word_count(text) >= min_words:
            lines = (" ".join(html.unescape(line).split()) for line in text.split("\n"))
            return [line for line in lines if line][:MAX_BLOCKS]
    return []


def read_escaped(blocks: Blocks, first: int) -> bool:
    """Cut blocks that show the marks of paragraphs (`&lt;p&gt;`) into these; returns whether there were any.

    Some sites escape the markup of their text twice. Program text is left as it is.
    """
    found = [
        n
        for n in range(first, len(blocks))
        if blocks.text[n].startswith("<")
        and blocks.tag[n] not in _PROGRAM_TAGS
        and len(_ESCAPED_PARAGRAPH.findall(blocks.text[n])) > 1
    ]
    count = 0
    for n in reversed(found):
        texts = paragraphs_of([blocks.text[n]], MIN_ESCAPED_WORDS)[: max(1, MAX_BLOCKS + first - len(blocks))]
        if len(texts) > 1:
            blocks.split(n, texts)
            count += 1
    return count > 0


def add_story(blocks: Blocks, page: int, body: int, texts: list[str]) -> None:
    """Append a story that only the data of a page holds to its blocks.

    `body` is the container of the page's body. The paragraphs get a new element, marked as `articleBody` like in
    JSON-LD.
    """
    code = TAG_CODES["article"]
    container = blocks.containers.add(body, code, class_words.ARTICLE_BODY, "")
    size = len(texts)
    blocks.add_lines(page, texts, [0] * size, [0] * size)
    blocks.tag[-size:] = [TAG_CODES["p"]] * size
    blocks.container[-size:] = [container] * size


def open_shadows(page: bytes) -> bytes:
    """The page with its declared shadow trees as plain elements, which is how a reader sees them."""
    opened: list[bool] = []  # whether each open template is a shadow tree

    def plain(match: re.Match[bytes]) -> bytes:
        tag = match[0]
        if tag[1:2] == b"/":
            return b"</div>" if opened and opened.pop() else tag
        opened.append(_SHADOW.search(tag) is not None)
        return b"<div" + tag[len(b"<template") :] if opened[-1] else tag

    return _TEMPLATE.sub(plain, page)
