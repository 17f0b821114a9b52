"""Features that only HTML has: where in the tree of elements a block is, and what that part of the tree is like."""

import numpy as np
import pyarrow as pa

from tasks.clean.model.features import Columns, Layout, running, shift, window
from tasks.clean.model.words import Words, WordSet, count_words, solid
from tasks.clean.parse import class_words
from tasks.clean.parse.blocks import Blocks, Containers
from tasks.clean.parse.tags import TAG_CODES
from tasks.text.hashing import GOLDEN_RATIO

_BLOCK_TAGS = "p li div td h1 h2 h3 h4 blockquote figcaption dd dt pre section".split()
_AROUND_TAGS = (
    "article main aside header footer nav form li ul ol table figure blockquote a details section h2 h3".split()
)
_CLASS_BITS = (*class_words.GROUPS, "HIDDEN", "ARTICLE_BODY", "IN_LINK")  # in the order of their bits
_MAX_CLIMB = 14  # levels above the story's container that are distinguished
_WORD_CAP = 3000.0
_PAGE_SALT = GOLDEN_RATIO  # sets the words of one page apart from those of another
_NEXT_WORD = np.uint64(0xC2B2AE3D27D4EB4F)


class Tree:
    """The containers of a batch as arrays, with sums over subtrees."""

    def __init__(self, containers: Containers) -> None:
        self.parent = np.asarray(containers.parent, dtype=np.int64)
        self.depth = np.asarray(containers.depth, dtype=np.int64)
        self.tag = np.asarray(containers.tag, dtype=np.int64)
        self.bits = np.asarray(containers.bits, dtype=np.int64)
        self.above = np.asarray(containers.above, dtype=np.int64)
        self.tags_above = np.asarray(containers.tags_above, dtype=np.int64)
        self.name = containers.name
        # deepest first, so that a child is done before its parent
        self.levels = [np.flatnonzero(self.depth == level) for level in range(int(self.depth.max()), 0, -1)]
        self.end = self._ends()

    def _ends(self) -> np.ndarray:
        """One past the last container of each subtree (containers are in document order)."""
        end = np.arange(len(self.parent)) + 1
        for level in self.levels:
            np.maximum.at(end, self.parent[level], end[level])
        return end

    def subtree_sums(self, values: np.ndarray) -> np.ndarray:
        """Sums over each container's subtree, from the sums of its own blocks."""
        sums = running(values)
        below: np.ndarray = sums[self.end] - sums[:-1]
        return below


def dom_features(blocks: Blocks, tree: Tree, words: Words, columns: Columns, layout: Layout) -> Columns:
    """The features of the blocks' elements; `columns` are those of `features.text_features`."""
    container = np.asarray(blocks.container, dtype=np.int64)
    size = len(tree.parent)
    count, good_words = columns["words"], columns["good"] * columns["words"]
    added = _element_features(blocks, tree, words, container)
    link_share = added["link_share"]
    block_sums = {
        "words": np.bincount(container, weights=count, minlength=size),
        "good": np.bincount(container, weights=good_words, minlength=size),
        "links": np.bincount(container, weights=link_share * count, minlength=size),
        "blocks": np.bincount(container, minlength=size).astype(np.float64),
    }
    sums = {name: tree.subtree_sums(values) for name, values in block_sums.items()}
    page_good = np.maximum(columns["page_good_words"], 1)
    page_words = np.maximum(columns["page_words"], 1)
    level = container
    for step in ("p0", "p1", "p2", "p3", "p4"):
        added[f"{step}_good"] = np.minimum(sums["good"][level], _WORD_CAP)
        added[f"{step}_good_share"] = sums["good"][level] / page_good
        added[f"{step}_word_share"] = sums["words"][level] / page_words
        added[f"{step}_density"] = sums["good"][level] / np.maximum(sums["words"][level], 1)
        added[f"{step}_links"] = sums["links"][level] / np.maximum(sums["words"][level], 1)
        added[f"{step}_blocks"] = np.minimum(sums["blocks"][level], 500)
        level = tree.parent[level]
    added |= _story_container(layout, tree, container, sums["good"], block_sums["good"], page_good)
    added |= _similar_elements(blocks, tree, layout, container, count, good_words, link_share)
    added |= _articles(layout, tree, container, sums["good"], page_good)
    added |= _neighbours(layout, np.asarray(blocks.tag), count, link_share)
    return added


def _element_features(blocks: Blocks, tree: Tree, words: Words, container: np.ndarray) -> Columns:
    """What each block's element and the elements around it are, and how far it is links and bold text."""
    char_count = np.maximum(words.char_count, 1)
    tag = np.asarray(blocks.tag)
    added = {
        "link_share": np.minimum(np.asarray(blocks.link_chars), char_count) / char_count,
        "links": np.minimum(np.asarray(blocks.link_count), 20),
        "bold_share": np.minimum(np.asarray(blocks.bold_chars), char_count) / char_count,
        "is_after_break": np.asarray(blocks.is_after_break),
        "depth": tree.depth[container],
    }
    for name in _BLOCK_TAGS:
        added[f"tag_{name}"] = tag == TAG_CODES[name]
    around = tree.tags_above[container]
    for name in _AROUND_TAGS:
        added[f"around_{name}"] = (around >> TAG_CODES[name]) & 1
    near = tree.bits[container] | tree.bits[tree.parent[container]]
    above = tree.above[container]
    for n, group in enumerate(_CLASS_BITS):
        added[f"class_{group}"] = ((above >> n) & 1) + ((near >> n) & 1)
    return added


def _neighbours(layout: Layout, tag: np.ndarray, count: np.ndarray, link_share: np.ndarray) -> Columns:
    """How far the blocks around are links, and where the h1 above is."""
    n = len(tag)
    index = np.arange(n)
    added = {f"link_share@{by:+d}": shift(link_share, by, layout) for by in (-1, 1)}
    linked = running(link_share * count)
    for width in (3, 8):
        added[f"linked~{width}"] = window(linked, width, layout, index)
    is_h1 = tag == TAG_CODES["h1"]
    h1 = np.maximum.accumulate(np.where(is_h1, index, -1))
    added["h1_behind"] = np.where(h1 >= layout.first, np.minimum(index - h1, 100), -1)
    added["page_has_h1"] = np.maximum.reduceat(is_h1, layout.starts)[layout.page] if n else is_h1
    return added


def declared_features(words: Words, layout: Layout, pages: list[tuple[str, str, str]]) -> Columns:
    """How much of each block is in what its page declares: (title, summary, article bodies), one triple per page.

    -1 where the page declares no such thing.
    """
    n = len(layout.page)
    added: Columns = {}
    hashes, bounds = solid(words)
    line = np.repeat(np.arange(n), np.diff(bounds))
    page_of_word = layout.page[line] if len(line) else line
    size = np.maximum(np.diff(bounds), 1)
    for part, name in enumerate(("title", "summary", "body")):
        texts = [" ".join(page[part].split()) for page in pages]
        declared = count_words(texts)
        line_terms, declared_terms = hashes, declared.hash
        if name == "body":  # a word alone says nothing; with the next one it does
            line_terms, declared_terms = _pairs(hashes), _pairs(declared.hash)
        terms = WordSet(declared_terms + declared.line.astype(np.uint64) * _PAGE_SALT)
        is_declared = terms.contains(line_terms + page_of_word.astype(np.uint64) * _PAGE_SALT)
        share = np.bincount(line[is_declared], minlength=n) / size
        has_text = np.array([bool(text) for text in texts])[layout.page] if n else np.zeros(0, dtype=bool)
        added[f"in_{name}"] = np.where(has_text, share, -1)
        if name != "body":
            length = np.maximum(np.diff(declared.bounds), 1)[layout.page]
            covered = np.bincount(line[is_declared], minlength=n) / length
            added[f"of_{name}"] = np.where(has_text, np.minimum(covered, 2), -1)
    return added


def _pairs(hashes: np.ndarray) -> np.ndarray:
    """A hash for each word with the next one."""
    following = np.append(hashes[1:], np.zeros(min(len(hashes), 1), dtype=np.uint64))
    with np.errstate(over="ignore"):
        return hashes + following * _NEXT_WORD


def _story_container(
    layout: Layout,
    tree: Tree,
    container: np.ndarray,
    good: np.ndarray,
    block_good: np.ndarray,
    page_good: np.ndarray,
) -> Columns:
    """How many levels above the story's container the nearest common container is, and how far down the block is.

    The story's container is the one with most prose directly in its children; prose in grandchildren counts half.
    `good` and `block_good` are words of prose per container, in its subtree and in its own blocks.
    """
    size = len(tree.parent)
    near = block_good + np.bincount(tree.parent, weights=block_good, minlength=size)
    near = near + 0.5 * np.bincount(tree.parent[tree.parent], weights=block_good, minlength=size)
    page_of = np.zeros(size, dtype=np.int64)
    page_of[container] = layout.page
    for level in tree.levels:  # a container without blocks of its own belongs to the page of those below
        np.maximum.at(page_of, tree.parent[level], page_of[level])
    page_of[0] = -1
    order = np.lexsort((near, page_of))
    last = np.searchsorted(page_of[order], np.arange(len(layout.starts)), side="right") - 1
    top = order[last][layout.page]
    distance = np.full(len(container), _MAX_CLIMB, dtype=np.int64)
    common = np.zeros(len(container), dtype=np.int64)
    current = top
    for step in range(_MAX_CLIMB):
        inside = (distance == _MAX_CLIMB) & (container >= current) & (container < tree.end[current])
        distance[inside] = step
        common[inside] = current[inside]
        current = tree.parent[current]
    return {
        "story_good_share": good[top] / page_good,
        "story_distance": distance,
        "story_depth_below": np.clip(tree.depth[container] - tree.depth[common], 0, 20),
        "is_story_child": (tree.parent[container] == top) | (container == top),
        "story_place": np.clip(container - top, -200, 400),  # in document order
    }


def _similar_elements(
    blocks: Blocks,
    tree: Tree,
    layout: Layout,
    container: np.ndarray,
    count: np.ndarray,
    good_words: np.ndarray,
    link_share: np.ndarray,
) -> Columns:
    """What the blocks in elements of the same tag and class on the page are like, taken together."""
    names = pa.array(tree.name, pa.string()).dictionary_encode()
    name_codes, name_count = names.indices.to_numpy().astype(np.int64), len(names.dictionary)
    key = layout.page * 64 + np.asarray(blocks.tag)
    key = key * (name_count + 1) + name_codes[container]
    key = key * (name_count + 1) + name_codes[tree.parent[container]]
    _, inverse = np.unique(key, return_inverse=True)
    total = np.bincount(inverse)
    word_sum = np.bincount(inverse, weights=count)
    good_share = np.bincount(inverse, weights=good_words) / np.maximum(word_sum, 1)
    mean_links = np.bincount(inverse, weights=link_share) / np.maximum(total, 1)
    return {
        "alike_blocks": np.minimum(total[inverse], 300),
        "alike_words": np.minimum(word_sum[inverse], _WORD_CAP),
        "alike_mean_words": (word_sum / np.maximum(total, 1))[inverse],
        "alike_good": good_share[inverse],
        "alike_links": mean_links[inverse],
    }


def _articles(layout: Layout, tree: Tree, container: np.ndarray, good: np.ndarray, page_good: np.ndarray) -> Columns:
    """Which of the page's `article` elements the block is in (infinite scroll puts further stories below the first)."""
    is_article = tree.tag == TAG_CODES["article"]
    index = np.arange(len(tree.parent))
    # nearest article at or above each container: document order, so a parent is done before its child
    nearest = np.where(is_article, index, 0)
    for level in reversed(tree.levels):
        nearest[level] = np.where(is_article[level], level, nearest[tree.parent[level]])
    article = nearest[container]
    number = np.cumsum(is_article)
    first = np.where(article > 0, article, np.iinfo(np.int64).max)
    first_of_page = np.minimum.reduceat(first, layout.starts) if len(first) else first
    first_number = number[np.where(first_of_page < len(number), first_of_page, 0)][layout.page]
    has_article = np.maximum.reduceat(article, layout.starts)[layout.page] > 0 if len(article) else article
    return {
        "article_number": np.where(article > 0, np.clip(number[article] - first_number, 0, 30), -1),
        "article_good_share": np.where(article > 0, good[article] / page_good, -1),
        "page_has_article": has_article,
    }
