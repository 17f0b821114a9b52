"""Features that only HTML has: where in the tree of elements a block lies, and what that part of the tree is like."""

import numpy as np
import pyarrow as pa

from tasks.clean.model.features import Columns, Layout, running, shift, window
from tasks.clean.model.words import Words, WordSet, count_words, solid
from tasks.clean.parse import class_words
from tasks.clean.parse.blocks import Blocks, Containers
from tasks.clean.parse.tags import TAG_CODES
from tasks.text.hashing import GOLDEN_RATIO

_OWN_TAGS = ("p", "li", "div", "td", "h1", "h2", "h3", "h4", "blockquote", "figcaption", "dd", "dt", "pre", "section")
_AROUND_TAGS = ("article", "main", "aside", "header", "footer", "nav", "form", "li", "ul", "ol", "table", "figure", "blockquote",
                "a", "details", "section", "h2", "h3")  # fmt: skip
_CLIMB = 14  # levels up from the story's container that are told apart
_WORD_CAP = 3000.0


class Tree:
    """The containers of a batch as arrays, with sums over subtrees."""

    def __init__(self, containers: Containers) -> None:
        self.parent = np.asarray(containers.parent, dtype=np.int64)
        self.depth = np.asarray(containers.depth, dtype=np.int64)
        self.tag = np.asarray(containers.tag, dtype=np.int64)
        self.bits = np.asarray(containers.words, dtype=np.int64)
        self.above = np.asarray(containers.above, dtype=np.int64)
        self.tags_above = np.asarray(containers.tags_above, dtype=np.int64)
        self.name = containers.name
        # deepest first, so that a child is done before its parent
        self.levels = [np.flatnonzero(self.depth == level) for level in range(int(self.depth.max()), 0, -1)]
        self.end = self._ends()

    def _ends(self) -> np.ndarray:
        """One past the last container of each subtree (containers lie in document order)."""
        end = np.arange(len(self.parent)) + 1
        for level in self.levels:
            np.maximum.at(end, self.parent[level], end[level])
        return end

    def up(self, values: np.ndarray) -> np.ndarray:
        """Sums over each container's subtree, from the sums of its own blocks."""
        sums = running(values)
        below: np.ndarray = sums[self.end] - sums[:-1]
        return below


def dom_features(blocks: Blocks, tree: Tree, words: Words, columns: Columns, where: Layout) -> None:
    """Add to `columns` the features of the blocks' elements."""
    container = np.asarray(blocks.container, dtype=np.int64)
    size = len(tree.parent)
    count, good_words = columns["words"], columns["good"] * columns["words"]
    char_count = np.maximum(words.char_count, 1)
    link_chars = np.minimum(np.asarray(blocks.link_chars), char_count)
    columns["link_share"] = link_chars / char_count
    columns["links"] = np.minimum(np.asarray(blocks.link_count), 20)
    columns["bold_share"] = np.minimum(np.asarray(blocks.bold_chars), char_count) / char_count
    columns["is_after_break"] = np.asarray(blocks.is_after_break)
    columns["depth"] = tree.depth[container]
    tag = np.asarray(blocks.tag)
    for name in _OWN_TAGS:
        columns[f"tag_{name}"] = tag == TAG_CODES[name]
    around = tree.tags_above[container]
    for name in _AROUND_TAGS:
        columns[f"around_{name}"] = (around >> TAG_CODES[name]) & 1
    own = tree.bits[container] | tree.bits[tree.parent[container]]
    above = tree.above[container]
    for n, group in enumerate((*class_words.GROUPS, "HIDDEN", "ARTICLE_BODY", "IN_LINK")):
        columns[f"class_{group}"] = ((above >> n) & 1) + ((own >> n) & 1)

    own_sums = {
        "words": np.bincount(container, weights=count, minlength=size),
        "good": np.bincount(container, weights=good_words, minlength=size),
        "links": np.bincount(container, weights=columns["link_share"] * count, minlength=size),
        "blocks": np.bincount(container, minlength=size).astype(np.float64),
    }
    sums = {name: tree.up(values) for name, values in own_sums.items()}
    page_good = np.maximum(columns["page_good_words"], 1)
    page_words = np.maximum(columns["page_words"], 1)
    level = container
    for step in ("p0", "p1", "p2", "p3", "p4"):
        columns[f"{step}_good"] = np.minimum(sums["good"][level], _WORD_CAP)
        columns[f"{step}_good_share"] = sums["good"][level] / page_good
        columns[f"{step}_word_share"] = sums["words"][level] / page_words
        columns[f"{step}_density"] = sums["good"][level] / np.maximum(sums["words"][level], 1)
        columns[f"{step}_links"] = sums["links"][level] / np.maximum(sums["words"][level], 1)
        columns[f"{step}_blocks"] = np.minimum(sums["blocks"][level], 500)
        level = tree.parent[level]
    _story_container(columns, where, tree, container, sums["good"], own_sums["good"])
    _alike(columns, blocks, tree, where, container, count, good_words)
    _articles(columns, where, tree, container, sums["good"])
    _beside(columns, where, tag)


def _beside(columns: Columns, where: Layout, tag: np.ndarray) -> None:
    """How far the blocks around are links, and where the h1 above is."""
    n = len(tag)
    index = np.arange(n)
    for by in (-1, 1):
        columns[f"link_share@{by:+d}"] = shift(columns["link_share"], by, where)
    linked = running(columns["link_share"] * columns["words"])
    for width in (3, 8):
        columns[f"linked~{width}"] = window(linked, width, where, index)
    is_h1 = tag == TAG_CODES["h1"]
    h1 = np.maximum.accumulate(np.where(is_h1, index, -1))
    columns["h1_behind"] = np.where(h1 >= where.first, np.minimum(index - h1, 100), -1)
    columns["page_has_h1"] = np.maximum.reduceat(is_h1, where.starts)[where.page] if n else is_h1


def declared_features(columns: Columns, words: Words, where: Layout, pages: list[tuple[str, str, str]]) -> None:
    """How much of each block stands in what its page declares: (title, summary, article bodies), one triple a page.

    -1 where the page declares no such thing.
    """
    n = len(where.page)
    hashes, bounds = solid(words)
    line = np.repeat(np.arange(n), np.diff(bounds))
    page_of_word = where.page[line] if len(line) else line
    size = np.maximum(np.diff(bounds), 1)
    for position, name in enumerate(("title", "summary", "body")):
        texts = [" ".join(page[position].split()) for page in pages]
        declared = count_words(texts)
        own_page = declared.line
        pair, own_pair = hashes, declared.hash
        if name == "body":  # a word alone says nothing; with the next one it does
            pair, own_pair = _pairs(hashes), _pairs(declared.hash)
        known = WordSet(own_pair + own_page.astype(np.uint64) * GOLDEN_RATIO)
        found = known.contains(pair + page_of_word.astype(np.uint64) * GOLDEN_RATIO)
        share = np.bincount(line[found], minlength=n) / size
        has = np.array([bool(text) for text in texts])[where.page] if n else np.zeros(0, dtype=bool)
        columns[f"in_{name}"] = np.where(has, share, -1)
        if name != "body":
            length = np.maximum(np.diff(declared.bounds), 1)[where.page]
            columns[f"of_{name}"] = np.where(has, np.minimum(np.bincount(line[found], minlength=n) / length, 2), -1)


def _pairs(hashes: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        return hashes + np.append(hashes[1:], np.zeros(min(len(hashes), 1), dtype=np.uint64)) * np.uint64(
            0xC2B2AE3D27D4EB4F
        )


def _story_container(
    columns: Columns, where: Layout, tree: Tree, container: np.ndarray, good: np.ndarray, own_good: np.ndarray
) -> None:
    """How many levels above the story's container the nearest common container lies, and how far down the block is.

    The story's container is the one whose children's own prose is the most, prose in grandchildren counting half.
    """
    size = len(tree.parent)
    near = own_good + np.bincount(tree.parent, weights=own_good, minlength=size)
    near = near + 0.5 * np.bincount(tree.parent[tree.parent], weights=own_good, minlength=size)
    page_of = np.zeros(size, dtype=np.int64)
    page_of[container] = where.page
    for level in tree.levels:  # a container without blocks of its own belongs to the page of those below
        np.maximum.at(page_of, tree.parent[level], page_of[level])
    page_of[0] = -1
    order = np.lexsort((near, page_of))
    last = np.searchsorted(page_of[order], np.arange(len(where.starts)), side="right") - 1
    top = order[last][where.page]
    columns["story_good_share"] = good[top] / np.maximum(columns["page_good_words"], 1)
    distance = np.full(len(container), _CLIMB, dtype=np.int64)
    common = np.zeros(len(container), dtype=np.int64)
    current = top
    for step in range(_CLIMB):
        inside = (distance == _CLIMB) & (container >= current) & (container < tree.end[current])
        distance[inside] = step
        common[inside] = current[inside]
        current = tree.parent[current]
    columns["story_distance"] = distance
    columns["story_depth_below"] = np.clip(tree.depth[container] - tree.depth[common], 0, 20)
    columns["is_story_child"] = (tree.parent[container] == top) | (container == top)
    # same place as the story's paragraphs are: depth against the good words' mean depth
    columns["story_place"] = np.clip(container - top, -200, 400)


def _alike(
    columns: Columns,
    blocks: Blocks,
    tree: Tree,
    where: Layout,
    container: np.ndarray,
    count: np.ndarray,
    good_words: np.ndarray,
) -> None:
    """What the blocks in elements of the same tag and class on the page are like, taken together."""
    names = pa.array(tree.name, pa.string()).dictionary_encode()
    name_codes, name_count = names.indices.to_numpy().astype(np.int64), len(names.dictionary)
    parent_name = name_codes[tree.parent[container]]
    key = ((where.page * 64 + np.asarray(blocks.tag)) * (name_count + 1) + name_codes[container]) * (
        name_count + 1
    ) + parent_name
    _, inverse = np.unique(key, return_inverse=True)
    total = np.bincount(inverse)
    word_sum = np.bincount(inverse, weights=count)
    columns["alike_blocks"] = np.minimum(total[inverse], 300)
    columns["alike_words"] = np.minimum(word_sum[inverse], _WORD_CAP)
    columns["alike_mean_words"] = (word_sum / np.maximum(total, 1))[inverse]
    columns["alike_good"] = (np.bincount(inverse, weights=good_words) / np.maximum(word_sum, 1))[inverse]
    columns["alike_links"] = (np.bincount(inverse, weights=columns["link_share"]) / np.maximum(total, 1))[inverse]


def _articles(columns: Columns, where: Layout, tree: Tree, container: np.ndarray, good: np.ndarray) -> None:
    """Which of the page's `article` elements the block lies in (infinite scroll puts further stories below the first)."""
    is_article = tree.tag == TAG_CODES["article"]
    index = np.arange(len(tree.parent))
    # nearest article at or above each container: document order, so a parent is done before its child
    nearest = np.where(is_article, index, 0)
    for level in reversed(tree.levels):
        nearest[level] = np.where(is_article[level], level, nearest[tree.parent[level]])
    own = nearest[container]
    number = np.cumsum(is_article)
    first = np.where(own > 0, own, np.iinfo(np.int64).max)
    first_of_page = np.minimum.reduceat(first, where.starts) if len(first) else first
    first_number = number[np.where(first_of_page < len(number), first_of_page, 0)][where.page]
    columns["article_number"] = np.where(own > 0, np.clip(number[own] - first_number, 0, 30), -1)
    columns["article_good_share"] = np.where(own > 0, good[own] / np.maximum(columns["page_good_words"], 1), -1)
    has_article = np.maximum.reduceat(own, where.starts)[where.page] > 0 if len(own) else own
    columns["page_has_article"] = has_article
