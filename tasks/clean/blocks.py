"""Blocks: what a page is cut into, for a whole batch of pages at once.

A block is a line of a text page or a block element of an HTML page. Blocks of all pages of a batch lie in parallel
lists, so that features are computed over the batch by vectorised kernels.
"""

from dataclasses import dataclass, field

MAX_BLOCKS = 20_000  # of one page; the longest live tickers of the corpora have 4,000
MAX_LINE_CHARS = 2_000_000  # a page is at most 20 MB; a longer line is cut for labelling, and said so


@dataclass
class Containers:
    """The elements of the batch's HTML pages that hold blocks; entry 0 stands for "none"."""

    parent: list[int] = field(default_factory=lambda: [0])
    depth: list[int] = field(default_factory=lambda: [0])
    tag: list[int] = field(default_factory=lambda: [0])  # tags.TAG_CODES
    words: list[int] = field(default_factory=lambda: [0])  # bits of class_words.GROUPS, its own
    above: list[int] = field(default_factory=lambda: [0])  # the same, of itself and all around it
    tags_above: list[int] = field(default_factory=lambda: [0])  # bits of TAG_CODES, of itself and all around it
    name: list[str] = field(default_factory=lambda: [""])  # its class attribute, for grouping alike elements


@dataclass
class Blocks:
    """The blocks of a batch of pages, in parallel lists, pages one after the other."""

    page: list[int] = field(default_factory=list)  # position of the page in the batch
    text: list[str] = field(default_factory=list)
    blank_before: list[int] = field(default_factory=list)
    indent: list[int] = field(default_factory=list)
    tag: list[int] = field(default_factory=list)  # tags.TAG_CODES of the nearest block element; 0 on text pages
    container: list[int] = field(default_factory=list)  # index into Containers
    link_chars: list[int] = field(default_factory=list)
    link_count: list[int] = field(default_factory=list)
    bold_chars: list[int] = field(default_factory=list)
    is_after_break: list[bool] = field(default_factory=list)  # starts after a <br>, not at an element
    is_cut: set[int] = field(default_factory=set)  # pages with more blocks than are read
    containers: Containers = field(default_factory=Containers)

    def __len__(self) -> int:
        return len(self.text)

    def add_line(self, page: int, text: str, blank_before: int, indent: int) -> None:
        """Append a line of a text page."""
        self.page.append(page)
        self.text.append(text)
        self.blank_before.append(blank_before)
        self.indent.append(indent)
        self.tag.append(0)
        self.container.append(0)
        self.link_chars.append(0)
        self.link_count.append(0)
        self.bold_chars.append(0)
        self.is_after_break.append(False)

    def cut(self, page: int, note: str) -> None:
        """Note, as the page's last block, that more follows which is not read."""
        self.is_cut.add(page)
        self.add_line(page, note, 0, 0)


def add_text_page(blocks: Blocks, page: int, text: str) -> None:
    """Append the non-blank lines of a repaired text, white space within them collapsed."""
    blank = 0
    count = 0
    for line in text.split("\n"):
        words = line.split()
        if not words:
            blank += 1
            continue
        count += 1
        if count > MAX_BLOCKS:
            continue
        blocks.add_line(page, " ".join(words), blank, len(line) - len(line.lstrip()))
        blank = 0
    if count > MAX_BLOCKS:
        blocks.cut(page, f"({count - MAX_BLOCKS} more lines are not read)")
