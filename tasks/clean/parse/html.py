"""An HTML page into blocks and declared signals: one lexbor parse, one walk over its nodes.

The walk follows first_child and next, which cost 0.1 microseconds per node (CSS queries, and `traverse` with attribute
look-ups on every node, cost several parses), and reads attributes only where something depends on them.
"""

import re
from functools import lru_cache
from typing import Any

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from tasks.clean.parse import class_words
from tasks.clean.parse.blocks import MAX_BLOCKS, Blocks
from tasks.clean.parse.class_words import PICTURE, class_bits
from tasks.clean.parse.inline_forms import (
    MAX_READING_CHARS,
    SENTENCE_CHARS,
    Form,
    form_of,
    is_unseen,
    spaced,
    start_of_text,
)
from tasks.clean.parse.nesting import limit_nesting
from tasks.clean.parse.selected import RulesOf, begin_selection
from tasks.clean.parse.shells import MIN_STORY_WORDS, is_shell, open_shadows, word_count
from tasks.clean.parse.signals import Signals
from tasks.clean.parse.tags import TAG_CODES, Kind, kinds
from tasks.clean.parse.wrapped import MIN_BREAKS

MAX_DEPTH = 400  # deeper elements are read as plain text; real pages stay under 60
MAX_CLASS_CHARS = 4_000  # of an attribute; its meaning is cached for the next page
_HIDING = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.I)
_INVISIBLE = "\u200b\u2060\ufeff\u00ad\u200e\u200f\x00"  # a block of nothing else holds no text
_CREDIT_CLASS = re.compile(r"credit|copyright|source|quelle|photographer|fotograf|auteur|agency|byline", re.I)
# classes of elements with links to topics and writers
_TOPIC_OR_AUTHOR = sum(class_words.BITS[group] for group in ("tags", "byline", "article", "body"))
_IN_STORY = 1 << TAG_CODES["article"] | 1 << TAG_CODES["main"]
_IN_CAPTION = 1 << TAG_CODES["figcaption"]
_IN_BYLINE = class_words.BITS["byline"]
_SIGNAL_CLASS = class_words.BITS["byline"] | class_words.BITS["date"]

_PRE = TAG_CODES["pre"]
_DIV = TAG_CODES["div"]  # also stands for an inline element that is shown as a block
_HEADINGS = frozenset(TAG_CODES[name] for name in ("h1", "h2", "h3", "h4", "h5", "h6"))
# elements that say what kind of text they hold; an inline element within them that is shown as a block has their tag
_TEXT_TAGS = _HEADINGS | {
    TAG_CODES[name] for name in ("p", "li", "td", "th", "dd", "dt", "blockquote", "figcaption", "summary", "caption")
}

_EMPTY_LINE = re.compile(r"\n[^\S\n]*\n")
_LABELLED = _SIGNAL_CLASS | class_words.BITS["tags"]  # elements whose text starts with a label; `tags` has `meta`
_LEADING_SPACES = 4  # pieces of white space before the first word of a block
MAX_SHADOWS = 500  # of a page, each parsed separately; a page of web components has some 50
MAX_NOSCRIPTS = 64  # of a page; most hold a picture, one the story

# as globals of this module, which the walk looks up faster than attributes
_BLOCK, _SKIP, _BREAK, _TEXT, _LINK, _BOLD = Kind.BLOCK, Kind.SKIP, Kind.BREAK, Kind.TEXT, Kind.LINK, Kind.BOLD
_SCRIPT, _SIGNAL, _INLINE, _READING = Kind.SCRIPT, Kind.SIGNAL, Kind.INLINE, Kind.READING
_NOSCRIPT, _TEMPLATE, _DECLARATION = Kind.NOSCRIPT, Kind.TEMPLATE, Kind.DECLARATION
_PLAIN, _SHOWN_BLOCK, _ICON, _SPOKEN, _CAPTION = Form.PLAIN, Form.BLOCK, Form.ICON, Form.SPOKEN, Form.CAPTION
_AS_BLOCK = 32  # added on the stack to the kind of an inline element that is shown as a block


def add_html_page(blocks: Blocks, page: int, html: bytes, rules_of: RulesOf | None = None) -> Signals:
    """Append the blocks of an HTML page (UTF-8) and return what it declares about itself, and what `rules_of` finds.

    Raises:
        ValueError: the parser refuses the page.
    """
    try:
        tree = LexborHTMLParser(limit_nesting(html))
        root = tree.root
    except (SelectolaxError, ValueError, RuntimeError) as error:
        raise ValueError(f"the HTML parser refuses the page: {error}") from error
    signals = Signals()
    if root is None:
        return signals
    signals.read_html_element(root.attributes)
    body = None
    child = root.first_child
    while child is not None:
        if child.tag == "head":
            signals.read_head(child)
        elif child.tag in ("body", "frameset"):
            body = child
        child = child.next
    selection = begin_selection(rules_of, tree, signals, blocks) if rules_of else None
    if body is not None:
        _Walk(blocks, page, signals, selection.containers if selection else None).read(body)
    if selection:
        selection.finish()
    if signals.title is None:  # a stray element has closed the head before the title
        title = tree.css_first("title")
        if title is not None:
            signals.read_title(title)
    return signals


class _Walk:
    """One pass over a page's body in document order, cutting it into blocks."""

    def __init__(self, blocks: Blocks, page: int, signals: Signals, opened: dict[int, int] | None) -> None:
        self.blocks = blocks
        self.page = page
        self.signals = signals
        self.opened = opened  # if it is wanted: the container of each element, by the element's id
        self.first = len(blocks)
        self.buffer: list[str] = []
        self.link_chars = self.link_count = self.bold_chars = 0
        self.is_after_break = False
        self.after_gap: set[int] = set()  # blocks after an empty line, made by two <br>
        self.noscripts: list[Any] = []
        self.shadow_count = self.break_count = 0

    def read(self, body: Any) -> None:
        """Cut a page's body into blocks."""
        container = self.open_container(0, body, 0, 0)
        self.signals.page_bits = self.blocks.containers.bits[container]
        self.blocks.containers.clear(container, class_words.PARTS_OF_PAGE)
        self.run(body, container)
        if self.noscripts and is_shell(self.blocks, self.first):
            for node in self.noscripts:
                if word_count(node.text(deep=True, separator=" ")) >= MIN_STORY_WORDS:
                    self.run(node, container)
        if self.break_count >= MIN_BREAKS and self.blocks.join_wrapped(self.first, self.after_gap):
            self.signals.repairs.add("wrapped_lines")
        self.blocks.fill_up(self.page)
        if len(self.blocks) >= self.first + MAX_BLOCKS:
            self.blocks.cut(self.page, "(what follows is not read)")

    # one loop over millions of nodes: calls would cost more than they clarify
    def run(self, body: Any, container: int) -> None:  # noqa: C901, PLR0912, PLR0915
        """Walk everything under `body`, which is in a container."""
        table = kinds()
        custom = (_BLOCK, 0)
        buffer = self.buffer
        flush = self.flush
        containers = self.blocks.containers
        texts, limit = self.blocks.text, self.first + MAX_BLOCKS
        tag = 0
        link_depth = bold_depth = 0
        # what to restore on the way up: (kind, container, tag) of the elements that are open
        stack: list[tuple[int, int, int]] = []
        node = body.first_child
        while True:
            descend = None
            if node is not None:
                kind, code = table.get(node.tag_id, custom)
                if kind is _SKIP:
                    pass  # comments and drawings are a fifth of the nodes
                elif kind is _TEXT:
                    text = node.text_content
                    if text:
                        buffer.append(text)
                        if link_depth:
                            self.link_chars += len(text)
                        if bold_depth:
                            self.bold_chars += len(text)
                elif kind is _BLOCK:
                    if buffer:
                        flush(container, tag)
                    self.is_after_break = False
                    descend = node.first_child
                    if descend is not None:
                        stack.append((_BLOCK, container, tag))
                        container = self.open_container(container, node, code, link_depth)
                        tag = code
                        if container < 0:
                            stack.pop()
                            break
                elif kind is _INLINE and containers.tags_above[container] & _IN_CAPTION and _is_marked_as_credit(node):
                    flush(container, tag)  # separates the photographer's name from the caption
                    descend = node.first_child
                    if descend is not None:
                        stack.append((_BLOCK, container, tag))
                        tag = 0
                elif kind is _INLINE or kind is _LINK or kind is _BOLD or kind is _SIGNAL:
                    descend = node.first_child
                    if descend is not None:
                        form = _PLAIN
                        if kind is not _LINK:
                            attributes = node.attributes
                            if attributes:  # half of them have none
                                form = form_of(attributes)
                                if kind is _INLINE:
                                    self.signals.read_inline(node, attributes, containers.above[container])
                            if kind is _SIGNAL:
                                self.signals.read_time(node, container, containers.above[container])
                        elif (
                            containers.above[container] & _TOPIC_OR_AUTHOR
                            or containers.tags_above[container] & _IN_STORY
                        ):
                            attributes = (
                                node.attributes
                            )  # most links are in menus, where neither these nor hidden text occur
                            self.signals.read_link(node, attributes, containers.above[container] & _IN_BYLINE)
                            form = form_of(attributes)
                        if form is _PLAIN or (form is _CAPTION and containers.above[container] & PICTURE):
                            stack.append((kind, container, tag))
                        elif self.is_omitted(form, node, container):
                            descend = None
                        elif form is _ICON or form is _SPOKEN or tag in _HEADINGS:
                            if form is _SHOWN_BLOCK:
                                buffer.append(" ")  # the lines of one headline
                            stack.append((kind, container, tag))
                        else:
                            flush(container, tag)
                            self.is_after_break = False
                            stack.append((kind + _AS_BLOCK, container, tag))
                            if kind is _INLINE:
                                container = self.open_container(container, node, _DIV, link_depth)
                                tag = tag if tag in _TEXT_TAGS else _DIV
                        if descend is not None:
                            if kind is _LINK:
                                link_depth += 1
                                self.link_count += 1
                            elif kind is _BOLD:
                                bold_depth += 1
                elif kind is _BREAK:
                    before = len(texts)
                    flush(container, tag)
                    if self.is_after_break and len(texts) == before:
                        self.after_gap.add(before)
                    self.is_after_break = True
                    self.break_count += 1
                elif kind is _READING:
                    if start_of_text(node, MAX_READING_CHARS) is None:  # the text after a reading that nobody closed
                        descend = node.first_child
                        stack.append((_INLINE, container, tag))
                elif kind is _TEMPLATE:
                    shadow = self.shadow_of(node)
                    if shadow is not None:
                        flush(container, tag)
                        self.run(shadow, container)
                elif kind is _NOSCRIPT:
                    if len(self.noscripts) < MAX_NOSCRIPTS:
                        self.noscripts.append(node)
                elif kind is _SCRIPT:
                    self.signals.read_script(node)
                elif kind is _DECLARATION:
                    self.signals.read_declaration(node)
                if descend is not None and len(stack) < MAX_DEPTH:
                    node = descend
                    continue
                if descend is not None:  # too deep: take its text as it is and go no further down
                    buffer.append(node.text(deep=True, separator=" "))
                    opened, container, tag = stack.pop()
                    link_depth -= opened % _AS_BLOCK == _LINK
                    bold_depth -= opened % _AS_BLOCK == _BOLD
                following = node.next
                parent = node
            else:
                following = None
            while following is None and stack:
                opened, outer, outer_tag = stack.pop()
                if opened is _BLOCK:
                    if buffer:
                        flush(container, tag)
                    self.is_after_break = False
                    container, tag = outer, outer_tag
                elif opened is _LINK:
                    link_depth -= 1
                elif opened is _BOLD:
                    bold_depth -= 1
                elif opened >= _AS_BLOCK:
                    flush(container, tag)
                    self.is_after_break = False
                    container, tag = outer, outer_tag
                    link_depth -= opened == _LINK + _AS_BLOCK
                    bold_depth -= opened == _BOLD + _AS_BLOCK
                parent = parent.parent
                following = parent.next
            if following is None or len(texts) >= limit:
                break
            node = following
        flush(container, tag)

    def is_omitted(self, form: Form, node: Any, container: int) -> bool:
        """Whether the text of an inline element that is not plain is omitted."""
        if form is _SPOKEN and self.blocks.containers.bits[container] & _LABELLED:
            is_first = len(self.buffer) < _LEADING_SPACES and not any(map(str.strip, self.buffer))
            return not is_first and is_unseen(form, node)  # `By`, `Posted on`: a label for what follows it
        return form is not _SHOWN_BLOCK and form is not _CAPTION and is_unseen(form, node)

    def shadow_of(self, template: Any) -> Any:
        """The body of a declared shadow tree, or None for any other template, whose content is not shown."""
        attributes = template.attributes
        if self.shadow_count >= MAX_SHADOWS or not ("shadowrootmode" in attributes or "shadowroot" in attributes):
            return None
        self.shadow_count += 1
        return LexborHTMLParser(open_shadows(template.html.encode("utf-8", "replace"))).body

    def open_container(self, parent: int, node: Any, code: int, link_depth: int) -> int:
        """Note a block element that may hold blocks; returns its index in the containers."""
        containers = self.blocks.containers
        attributes = node.attributes
        bits = 0
        name = ""
        if attributes:
            names = (attributes.get("class") or "")[:MAX_CLASS_CHARS]
            element_id = (attributes.get("id") or "")[:MAX_CLASS_CHARS]
            if names or element_id:
                bits = class_bits(f"{names} {element_id}" if element_id else names)
                name = names
            style = attributes.get("style")
            if "hidden" in attributes or (style and _hides(style[:MAX_CLASS_CHARS])):
                bits |= class_words.HIDDEN
            role = attributes.get("role")
            if role:
                bits |= class_words.role_bits(role)
            item = attributes.get("itemprop")
            if item:
                if "articleBody" in item:
                    bits |= class_words.ARTICLE_BODY
                bits |= class_words.item_bits(item)
                self.signals.read_item(item, node, attributes)
            if bits & _SIGNAL_CLASS:
                self.signals.note_element(bits, node, containers.above[parent], names)
        if link_depth:
            bits |= class_words.IN_LINK
        containers.parent.append(parent)  # like `containers.add`, without a call for every element
        containers.depth.append(containers.depth[parent] + 1)
        containers.tag.append(code)
        containers.bits.append(bits)
        containers.above.append(containers.above[parent] | bits)
        containers.tags_above.append(containers.tags_above[parent] | 1 << code)
        containers.name.append(name)
        if self.opened is not None:
            self.opened[node.mem_id] = len(containers.parent) - 1
        return len(containers.parent) - 1

    def flush(self, container: int, tag: int) -> None:
        """End the current block; without text there is none."""
        buffer = self.buffer
        raw = "".join(buffer)
        if not raw or raw.isspace():  # about half of the time: white space between two elements
            buffer.clear()
            self.link_chars = self.link_count = self.bold_chars = 0
            return
        if len(buffer) > 1 and len(raw) > SENTENCE_CHARS:
            raw = "".join(spaced(buffer))
        buffer.clear()
        if tag == _PRE and "\n" in raw:
            raw = raw.replace("\u00ad\n", "")
            if self.flush_paragraphs(container, raw):
                return
        text = " ".join(raw.split())
        if text and text.strip(_INVISIBLE):
            blocks = self.blocks
            blocks.text.append(text)
            blocks.tag.append(tag)
            blocks.container.append(container)
            blocks.link_chars.append(self.link_chars)
            blocks.link_count.append(self.link_count)
            blocks.bold_chars.append(self.bold_chars)
            blocks.is_after_break.append(self.is_after_break)
        self.link_chars = self.link_count = self.bold_chars = 0

    def flush_paragraphs(self, container: int, raw: str) -> bool:
        """End a block of preformatted text as several blocks at its empty lines; returns whether it has any."""
        texts = [text for part in _EMPTY_LINE.split(raw) if (text := " ".join(part.split())).strip(_INVISIBLE)]
        if len(texts) < 2:
            return False
        blocks = self.blocks
        whole = sum(map(len, texts))
        texts = texts[: self.first + MAX_BLOCKS - len(blocks)]
        size = len(texts)
        blocks.text += texts
        blocks.tag += [_PRE] * size
        blocks.container += [container] * size
        blocks.link_chars += [self.link_chars * len(text) // whole for text in texts]  # where the links were is unknown
        blocks.link_count += [self.link_count] + [0] * (size - 1)
        blocks.bold_chars += [self.bold_chars * len(text) // whole for text in texts]
        blocks.is_after_break += [False] * size
        self.link_chars = self.link_count = self.bold_chars = 0
        return True


@lru_cache(maxsize=4096)  # the same few recur on every page of a site
def _hides(style: str) -> bool:
    return bool(_HIDING.search(style))


def _is_marked_as_credit(node: Any) -> bool:
    """Whether an inline element of a caption is marked as the credit."""
    names = node.attributes.get("class") or node.attributes.get("itemprop") or ""
    return bool(names and _CREDIT_CLASS.search(names))
