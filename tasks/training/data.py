"""The blocks of corpora as training data: features, labels by the gold text, weights, and copies in other scripts."""

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from tasks.clean.model import word_scores
from tasks.clean.model.features import Layout, layout_of_blocks, matrix
from tasks.clean.model.page_declared import declared_features
from tasks.clean.parse.blocks import Blocks
from tasks.clean.prepare import Prepared
from tasks.training import align, corpus, scripts
from tasks.training.corpus import GoldPage

# Weights of a page in training. A corpus of news is small beside one of blogs and guides; pages without a story teach
# what menus, offers and forums look like; a copy in another script teaches form, but too many of them blur what words
# say.
NEWS_WEIGHT, COPY_WEIGHT, INVENTED_WEIGHT = 2.5, 0.7, 0.3
OTHERS_WEIGHT = {"html": 0.2, "wet": 0.0, "inscriptis": 0.0}  # text models lose by them: -0.003 F1 on news
_LARGE_PAGES = 700  # a corpus with more stories is one of blogs and guides, which weigh 1
COPY_SHARE = 0.5  # of the pages in Latin script that have a copy


@dataclass
class Data:
    """All blocks of one corpus in one style: n blocks of p pages."""

    name: str
    style: str
    pages: list[GoldPage]
    is_scored: np.ndarray  # p, bool: the figures are about it
    features: np.ndarray  # n x features, float32
    names: list[str]
    words: np.ndarray  # n
    page: np.ndarray  # n: the page of each block
    texts: list[str]
    labels: np.ndarray  # n, bool
    weight: np.ndarray  # n
    slots: Any  # scipy CSR matrix, n x word_scores.SLOTS: which words each block has; None for HTML
    layout: Layout
    word_line: np.ndarray  # m: the block of each word
    word_hash: np.ndarray  # m, uint64
    declared: np.ndarray  # p x declared_names: `page_declared.declared_features`
    declared_without_url: np.ndarray  # the same where the address is not known
    declared_names: list[str]

    def range_of(self, page: int) -> tuple[int, int]:
        """First and one-past-last block of a page."""
        first, end = np.searchsorted(self.page, [page, page + 1])
        return int(first), int(end)

    def folds(self, count: int, salt: str = "") -> np.ndarray:
        """The fold of each block; pages of one site are in one fold, in all corpora."""
        of_page: np.ndarray = np.array([corpus.fold_of(salt + page.group, count) for page in self.pages])
        blocks: np.ndarray = of_page[self.page]
        return blocks


def read(folder: Path, style: str) -> Data:
    """A corpus in one style, with copies of some stories in other scripts."""
    pages = corpus.read_corpus(folder, None)
    is_invented = "invented" in folder.name
    stories = sum(page.is_story for page in pages)
    base = INVENTED_WEIGHT if is_invented else 1.0 if stories > _LARGE_PAGES else NEWS_WEIGHT
    weights = [_weight(page, base, style) for page in pages]
    copies = [] if is_invented else [copy for page in pages if (copy := in_other_script(page)) is not None]
    is_scored = np.array(
        [page.is_story and page.body is not None and not is_invented for page in pages] + [False] * len(copies)
    )
    return _data(
        f"{folder.name}",
        style,
        pages + copies,
        weights + [COPY_WEIGHT * base * page.is_story for page in copies],
        is_scored,
    )


def _weight(page: GoldPage, base: float, style: str) -> float:
    if not page.is_typed or (page.is_story and page.training_body is None):
        return 0.0
    if page.is_story:
        return base
    # of a stub, a forum or a reference the gold may be anybody's guess
    return min(base, 1.0) * OTHERS_WEIGHT[style] if page.page_type != "stub" else 0.0


def in_other_script(page: GoldPage) -> GoldPage | None:
    """A copy of a page in another script, for some of those in Latin letters; which one follows from its name."""
    text = page.training_body if page.is_story else page.body
    if not text or not scripts.is_latin(text):
        return None
    draw = int(hashlib.md5(page.page_id.encode(), usedforsecurity=False).hexdigest(), 16)
    if draw % 1000 >= 1000 * COPY_SHARE:
        return None
    name = sorted(scripts.SCRIPTS)[draw // 1000 % len(scripts.SCRIPTS)]
    html = scripts.write_over(corpus.decoded(page.html), name)
    return replace(
        page,
        page_id=f"{page.page_id}~{name}",
        html=html.encode("utf-8", "replace"),
        training_body=scripts.text_over(text, name),
        language=None,
    )


def _data(name: str, style: str, pages: list[GoldPage], weights: list[float], is_scored: np.ndarray) -> Data:
    prepared = corpus.prepare_pages(pages, style)
    names = sorted(prepared[0].columns)
    page = np.concatenate([np.asarray(part.blocks.page) + part.rows[0] for part in prepared])
    texts = [text for part in prepared for text in part.blocks.text]
    words = np.concatenate([part.columns["words"] for part in prepared])
    labels = np.zeros(len(texts), dtype=bool)
    features = np.concatenate([matrix(part.columns, names) for part in prepared])
    slots = None if style == "html" else _word_matrix(prepared)
    signals = [declared for part in prepared for declared in part.signals]
    urls = [gold.url for gold in pages]
    declared = declared_features(signals, urls)
    without_url = declared_features(signals, [None] * len(pages))
    word_line, word_hash = _words_of(prepared)
    data = Data(
        name=name,
        style=style,
        pages=pages,
        is_scored=is_scored,
        features=features,
        names=names,
        words=words,
        page=page,
        texts=texts,
        labels=labels,
        weight=np.zeros(len(texts)),
        slots=slots,
        layout=layout_of(page),
        word_line=word_line,
        word_hash=word_hash,
        declared=matrix(declared, list(declared)),
        declared_without_url=matrix(without_url, list(declared)),
        declared_names=list(declared),
    )
    for number, gold in enumerate(pages):
        first, end = data.range_of(number)
        # the main text of pages without a story, too, teaches what prose among menus looks like
        if gold.training_body and end > first:
            labels[first:end] = align.label_lines(texts[first:end], gold.training_body)
    # all pages have equal weight, and within a page long blocks have more
    by_word = np.sqrt(np.maximum(words, 1))
    of_page = np.maximum(np.bincount(page, weights=by_word, minlength=len(pages)), 1e-9)
    data.weight = np.array(weights)[page] * by_word / of_page[page]
    return data


def _words_of(prepared: list[Prepared]) -> tuple[np.ndarray, np.ndarray]:
    """The block of each word, and its hash."""
    lines, start = [], 0
    for part in prepared:
        lines.append(part.words.line.astype(np.int32) + start)
        start += len(part.blocks)
    return np.concatenate(lines), np.concatenate([part.words.hash for part in prepared])


def layout_of(page: np.ndarray) -> Layout:
    """Where each page's blocks are."""
    return layout_of_blocks(Blocks(page=page.tolist(), text=[""] * len(page)))


def _word_matrix(prepared: list[Prepared]) -> Any:
    """Which words each block has, as `word_scores.scores` weighs them."""
    from scipy import sparse  # noqa: PLC0415 - training only

    parts = []
    for part in prepared:
        line, places = word_scores.slots(part.words)
        size = len(part.blocks)
        words = sparse.csr_matrix((np.ones(len(line), np.float32), (line, places)), shape=(size, word_scores.SLOTS))
        count = np.maximum(np.bincount(line, minlength=size), 1)
        parts.append(sparse.diags((1 / np.sqrt(count)).astype(np.float32)) @ words)
    return sparse.vstack(parts).tocsr()
