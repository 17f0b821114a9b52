"""Features of a page as a whole, by its blocks: one number per page and feature, for the model of pages.

They come from the page's blocks and from how sure the block model is of them; `page_declared` adds what the page
declares about itself and its address. Word lists only add evidence: every feature is defined for every language.
"""

import numpy as np

from tasks.clean.model.features import Columns, Layout

_SURE, _UNSURE = 0.8, 0.2
_LONG_WORDS = 25.0  # a paragraph; shorter lines are sentences, items or headings
_CLASS_GROUPS = "comment related nav list sidebar byline date cookie newsletter article footer".split()
_LEXICON_GROUPS = "byline comment date footer navigation not_article paywall promo related".split()


class _PageSums:
    """The n blocks of p pages, summed by page."""

    def __init__(self, columns: Columns, layout: Layout, chance: np.ndarray, is_kept: np.ndarray) -> None:
        self.columns, self.layout, self.chance, self.is_kept = columns, layout, chance, is_kept
        self.count = columns["words"].astype(np.float64)
        self.kept = is_kept.astype(np.float64)
        self.size = (layout.ends - layout.starts).astype(np.float64)
        self.words = self.total(self.count)
        self.kept_words = self.total(self.count * self.kept)
        self.kept_blocks = self.total(self.kept)
        index = np.arange(len(layout.page))
        first = np.minimum.reduceat(np.where(is_kept, index, len(index)), layout.starts)
        last = np.maximum.reduceat(np.where(is_kept, index, -1), layout.starts)
        self.first_kept = np.minimum(first, layout.ends - 1)
        self.last_kept = np.maximum(last, layout.starts)

    def total(self, values: np.ndarray) -> np.ndarray:
        """The sum of each page's values."""
        sums: np.ndarray = np.bincount(self.layout.page, weights=values, minlength=len(self.layout.starts))
        return sums

    def largest(self, values: np.ndarray) -> np.ndarray:
        """The largest of each page's values."""
        return np.asarray(np.maximum.reduceat(values, self.layout.starts))

    def of_kept_words(self, values: np.ndarray) -> np.ndarray:
        """The sum of the values of the kept blocks, per kept word of the page."""
        return _share(self.total(values * self.kept), self.kept_words)

    def of_kept_blocks(self, values: np.ndarray) -> np.ndarray:
        """The mean of the values of the kept blocks."""
        return _share(self.total(values * self.kept), self.kept_blocks)

    def kept_word_share(self, weight: np.ndarray) -> np.ndarray:
        """The share of the kept words in blocks with some property, or the mean of a value over the kept words."""
        return _share(self.total(weight * self.count * self.kept), self.kept_words)


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    shares: np.ndarray = part / np.maximum(whole, 1e-9)
    return shares


def block_features(columns: Columns, layout: Layout, chance: np.ndarray, is_kept: np.ndarray) -> Columns:
    """Features of the p pages that have blocks: from the n blocks' columns, chances and the model's decision."""
    sums = _PageSums(columns, layout, chance, is_kept)
    by_page = _size_features(sums) | _chance_features(sums) | _shape_features(sums) | _text_features(sums)
    if "link_share" in columns:
        by_page |= _element_features(sums)
    return {name: np.asarray(values, dtype=np.float32) for name, values in by_page.items()}


def _size_features(sums: _PageSums) -> Columns:
    """How large the page and its kept part are."""
    return {
        "page_words": np.log1p(sums.words),
        "page_blocks": np.log1p(sums.size),
        "kept_words": np.log1p(sums.kept_words),
        "kept_blocks": np.log1p(sums.kept_blocks),
    }


def _chance_features(sums: _PageSums) -> Columns:
    """How sure the block model is."""
    chance, count = sums.chance, sums.count
    expected = sums.total(chance * count)
    kept_chance = sums.total(chance * count * sums.kept)
    unsure = sums.total(count * ((chance > _UNSURE) & (chance < _SURE)))
    return {
        "expected_words": np.log1p(expected),
        "raw_confidence": _share(2 * kept_chance, sums.kept_words + expected),
        "kept_share": _share(sums.kept_words, sums.words),
        "kept_chance": _share(kept_chance, sums.kept_words),
        "chance_max": sums.largest(chance),
        "unsure_share": _share(unsure, sums.words),
        "unsure_of_kept": _share(unsure, sums.kept_words + 1),
        "sure_words": np.log1p(sums.total(count * (chance >= _SURE))),
    }


def _shape_features(sums: _PageSums) -> Columns:
    """How long the blocks are, and where the kept ones are."""
    count, kept, layout = sums.count, sums.kept, sums.layout
    good = sums.columns["good"].astype(np.float64)
    long_kept = kept * (count >= _LONG_WORDS)
    span = np.maximum(sums.last_kept - sums.first_kept + 1, 1)
    return {
        "good_words": np.log1p(sums.total(count * good)),
        "good_kept_share": _share(sums.total(count * good * kept), sums.kept_words),
        "good_left_out": _share(sums.total(count * good * (1 - kept)), sums.total(count * good)),
        "mean_kept_words": _share(sums.kept_words, sums.kept_blocks),
        "longest_kept": np.log1p(sums.largest(count * kept)),
        "long_kept": np.log1p(sums.total(long_kept)),
        "long_kept_share": _share(sums.total(long_kept), sums.kept_blocks),
        "long_words_share": _share(sums.total(long_kept * count), sums.kept_words),
        "short_blocks_share": _share(sums.total(count < 8), sums.size),
        "kept_density": _share(sums.kept_blocks, span),
        "kept_start": _share(sums.first_kept - layout.starts, sums.size),
        "kept_end": _share(layout.ends - 1 - sums.last_kept, sums.size),
    }


def _text_features(sums: _PageSums) -> Columns:
    """How the text is written."""
    columns, page = sums.columns, sums.layout.page
    is_near_start = np.abs(np.arange(len(page)) - sums.first_kept[page]) <= 12
    return {
        "sentences": sums.of_kept_blocks(columns["sentence_ends"]),
        "end_share": sums.of_kept_blocks(columns["is_end"]),
        "question_share": sums.of_kept_blocks(columns["is_question"]),
        "comma_rate": sums.of_kept_words(columns["comma_count"]),
        "quote_rate": sums.of_kept_words(columns["quotes"]),
        "digit_words": sums.of_kept_words(columns["digit_words"]),
        "money": _share(sums.total(columns["money"]), sums.words) * 100,
        "money_blocks": np.log1p(sums.total(columns["money"] > 0)),
        "code_share": sums.kept_word_share(columns["code_share"]),
        "colon_rate": sums.of_kept_blocks(columns["colons"]),
        "title_case": sums.kept_word_share(columns["title_share"]),
        "stop_share": sums.of_kept_words(columns["stop_count"]),
        "copies": _share(sums.total(columns["copies"] > 1), sums.size),
        "months": np.log1p(sums.total(columns["months"])),
        "dates_near_start": np.log1p(sums.total((columns["months"] > 0) * is_near_start)),
        "cohesion_kept": sums.kept_word_share(columns["cohesion"]),
        **{f"lexicon_{group}": np.log1p(sums.total(columns[f"lexicon_{group}"])) for group in _LEXICON_GROUPS},
    }


def _element_features(sums: _PageSums) -> Columns:
    """What the elements of the page are like: links, headings, forms, tables, classes. HTML only."""
    columns, count, kept = sums.columns, sums.count, sums.kept
    link = columns["link_share"]
    heading = np.asarray(columns["tag_h2"] + columns["tag_h3"] + columns["tag_h4"], dtype=np.float64)
    in_heading = np.asarray((columns["around_h2"] + columns["around_h3"]) > 0, dtype=np.float64)
    h1_behind = columns["h1_behind"][sums.first_kept]
    by_page = {
        "kept_links": sums.kept_word_share(link),
        "page_links": _share(sums.total(link * count), sums.words),
        "link_count": np.log1p(sums.total(columns["links"])),
        "kept_link_count": sums.of_kept_words(columns["links"]) * 100,
        "linked_headings": np.log1p(sums.total(np.maximum(heading, in_heading) * (link > 0.7))),
        "headings": np.log1p(sums.total(heading)),
        "kept_headings": _share(sums.total(heading * kept), sums.kept_blocks),
        "h1_count": sums.total(columns["tag_h1"]),
        "h1_before": np.where(h1_behind < 0, -1, h1_behind),
        "kept_in_li": sums.kept_word_share(columns["around_li"]),
        "kept_in_table": sums.kept_word_share(columns["around_table"]),
        "kept_in_p": sums.kept_word_share(columns["tag_p"]),
        "kept_in_form": sums.kept_word_share(columns["around_form"]),
        "kept_in_article": sums.kept_word_share(columns["around_article"] > 0),
        "articles": sums.largest(columns["article_number"]),
        "forms": _share(sums.total(columns["around_form"]), sums.size),
        "tables": _share(sums.total(columns["around_table"]), sums.size),
        "figures": np.log1p(sums.total(columns["around_figure"])),
        "pre": _share(sums.total(columns["tag_pre"] * count), sums.words),
        "hidden_kept": sums.kept_word_share(columns["class_HIDDEN"] > 0),
        "body_marked": sums.largest(columns["class_ARTICLE_BODY"]),
        "largest_group": np.log1p(sums.largest(columns["alike_blocks"])),
        "kept_depth": sums.kept_word_share(columns["depth"]),
        "story_share": sums.largest(columns["story_good_share"]),
        "in_title": sums.largest(columns["in_title"] * (count >= 3)),
        "of_title": sums.largest(columns["of_title"]),
        "in_summary": sums.largest(columns["in_summary"] * (count >= 5)),
        "in_body": sums.kept_word_share(np.maximum(columns["in_body"], 0)),
    }
    for group in _CLASS_GROUPS:
        inside = (columns[f"class_{group}"] > 0) * count
        by_page[f"class_{group}"] = _share(sums.total(inside), sums.words)
        by_page[f"class_{group}_kept"] = sums.of_kept_words(inside)
    return by_page
