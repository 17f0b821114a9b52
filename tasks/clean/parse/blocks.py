"""Blocks, the units that pages are cut into, for a whole batch of pages at once.

A block is a line of a text page or a block element of an HTML page. Blocks of all pages of a batch are in parallel
lists, so that features are computed over the batch by vectorised kernels.
"""

from dataclasses import dataclass, field

from tasks.clean.parse import side_by_side, subtitles, wrapped

MAX_BLOCKS = 20_000  # of one page; the longest live tickers of the corpora have 4,000


@dataclass
class Containers:
    """The elements of the batch's HTML pages that hold blocks; entry 0 means "none"."""

    parent: list[int] = field(default_factory=lambda: [0])
    depth: list[int] = field(default_factory=lambda: [0])
    tag: list[int] = field(default_factory=lambda: [0])  # tags.TAG_CODES
    bits: list[int] = field(default_factory=lambda: [0])  # of class_words.GROUPS, of its class and id
    above: list[int] = field(default_factory=lambda: [0])  # the same, of itself and all around it
    tags_above: list[int] = field(default_factory=lambda: [0])  # bits of TAG_CODES, of itself and all around it
    name: list[str] = field(default_factory=lambda: [""])  # its class attribute, for grouping similar elements

    def add(self, parent: int, tag: int, bits: int, name: str) -> int:
        """Add an element within another one; returns its index."""
        self.parent.append(parent)
        self.depth.append(self.depth[parent] + 1)
        self.tag.append(tag)
        self.bits.append(bits)
        self.above.append(self.above[parent] | bits)
        self.tags_above.append(self.tags_above[parent] | 1 << tag)
        self.name.append(name)
        return len(self.parent) - 1

    def clear(self, container: int, bits: int) -> None:
        """Take groups of names from an element; `above` of those within it stays."""
        self.bits[container] &= ~bits
        self.above[container] &= ~bits


@dataclass
class Blocks:
    """The blocks of a batch of pages, in parallel lists, pages one after the other."""

    page: list[int] = field(default_factory=list)  # number of the page
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

    def add_lines(self, page: int, texts: list[str], blank_before: list[int], indent: list[int]) -> None:
        """Append lines of a text page."""
        size = len(texts)
        self.text += texts
        self.blank_before += blank_before
        self.indent += indent
        self.page += [page] * size
        self.is_after_break += [False] * size
        for column in (self.tag, self.container, self.link_chars, self.link_count, self.bold_chars):
            column.extend([0] * size)

    def join_wrapped(self, first: int, after_gap: set[int]) -> bool:
        """Join the blocks of an HTML page, from `first` on, whose text `<br>` breaks at a common width.

        `after_gap` holds the blocks after an empty line. Returns whether any were joined.
        """
        rows = range(first, len(self))
        least, most = wrapped.MIN_SOLID_WIDTH - 2, wrapped.MAX_WIDTH
        if sum(self.is_after_break[n] and least <= len(self.text[n - 1]) <= most for n in rows) < wrapped.MIN_BREAKS:
            return False
        is_continued = wrapped.joins(
            [
                wrapped.Line(
                    text=self.text[n],
                    width=len(self.text[n]),
                    indent=0,
                    starts_run=n == first or n in after_gap or not self._is_continued(n),
                )
                for n in rows
            ]
        )
        if not any(is_continued):
            return False
        self.text[first:] = wrapped.paragraphs(self.text[first:], is_continued)
        for column in (self.link_chars, self.link_count, self.bold_chars):
            sums: list[int] = []
            for value, continues in zip(column[first:], is_continued, strict=True):
                if continues:
                    sums[-1] += value
                else:
                    sums.append(value)
            column[first:] = sums
        for column in (self.tag, self.container):
            column[first:] = [
                value for value, continues in zip(column[first:], is_continued, strict=True) if not continues
            ]
        self.is_after_break[first:] = [
            value for value, continues in zip(self.is_after_break[first:], is_continued, strict=True) if not continues
        ]
        return True

    def _is_continued(self, n: int) -> bool:
        """Whether only a `<br>` is between a block and the one before."""
        is_same_element = self.container[n] == self.container[n - 1] and self.tag[n] == self.tag[n - 1]
        return self.is_after_break[n] and is_same_element

    def split(self, n: int, texts: list[str]) -> None:
        """Put several blocks of one element in the place of one."""
        self.text[n : n + 1] = texts
        for column in (self.page, self.blank_before, self.indent, self.tag, self.container):
            column[n : n + 1] = [column[n]] * len(texts)
        for column in (self.link_chars, self.link_count, self.bold_chars):
            column[n : n + 1] = [column[n], *[0] * (len(texts) - 1)]
        self.is_after_break[n : n + 1] = [self.is_after_break[n], *[False] * (len(texts) - 1)]

    def fill_up(self, page: int) -> None:
        """Complete the columns that are the same for all blocks of an HTML page."""
        missing = len(self.text) - len(self.page)
        self.page += [page] * missing
        self.blank_before += [0] * missing
        self.indent += [0] * missing

    def cut(self, page: int, note: str) -> None:
        """Add a last block to the page with a note that what follows is not read."""
        self.is_cut.add(page)
        self.add_lines(page, [note], [0], [0])


def add_text_page(blocks: Blocks, page: int, text: str, soft_ends: frozenset[int] = frozenset()) -> bool:
    """Append the paragraphs of a repaired text, with white space collapsed: its lines, joined where they are wrapped.

    `soft_ends` are the lines, from 0, that ended in a soft hyphen before the repair. Returns whether any were joined.
    """
    printed = wrapped.without_quotes(text.split("\n"))
    lines = side_by_side.unfolded(subtitles.without_times(printed))
    is_unfolded = lines is not printed
    squeezed = [" ".join(line.split()) for line in lines]
    filled = [n for n, line in enumerate(squeezed) if line]
    count = len(filled)
    filled = filled[:MAX_BLOCKS]
    texts = [squeezed[n] for n in filled]
    blank_before = [n - before - 1 for before, n in zip([-1, *filled], filled, strict=False)]
    indent = [len(lines[n]) - len(lines[n].lstrip()) if lines[n][0].isspace() else 0 for n in filled]
    widths = [len(lines[n].rstrip()) for n in filled]
    least_gap = 2 if side_by_side.is_double_spaced(blank_before) else 1
    starts_run = [gap >= least_gap for gap in blank_before]
    is_continued = wrapped.joins(list(map(wrapped.Line, texts, widths, indent, starts_run)))
    if is_wrapped := any(is_continued):
        if not is_unfolded:  # then its lines have other numbers
            texts = [text + wrapped.SOFT_HYPHEN * (n in soft_ends) for n, text in zip(filled, texts, strict=True)]
        texts = [text.rstrip(wrapped.SOFT_HYPHEN) for text in wrapped.paragraphs(texts, is_continued)]
        first = [n for n, continues in enumerate(is_continued) if not continues]
        blank_before, indent = [blank_before[n] for n in first], [indent[n] for n in first]
    blocks.add_lines(page, texts, blank_before, indent)
    if count > MAX_BLOCKS:
        blocks.cut(page, f"({count - MAX_BLOCKS} more lines are not read)")
    return is_wrapped or is_unfolded
