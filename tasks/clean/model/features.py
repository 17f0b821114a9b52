"""The input of the block models: features computed over all blocks of a batch at once.

The same code serves training and prediction. Every feature is one entry of a dict of arrays, with one value per block.
`text_features` applies to lines of any page, `tasks.clean.model.dom_features` adds what only HTML has.
"""

from dataclasses import dataclass

import numpy as np

from tasks.clean.model.lexicon import Entry, month_words, stop_words
from tasks.clean.model.words import Char, Words, fold
from tasks.clean.parse.blocks import Blocks
from tasks.text.hashing import GOLDEN_RATIO

Columns = dict[str, np.ndarray]

LEXICON_GROUPS = tuple(
    "byline caption comment credit date footer masthead navigation not_article paywall promo related wire".split()
)
_DENSE_CHARS_PER_WORD = 1.7  # of Chinese and Japanese; a common rule of thumb, which need not be exact here
GOOD_WORDS = 12  # from this length on a line with a full stop is hardly ever boilerplate
_COMMON_COUNT, _COMMON_CHARS = 5, 6  # a short word this often on a page is a function word, or the page's subject
_UNMARKED_WORDS = 25  # the same for a page in a language without a full stop, e.g. Thai
# odd, with well spread bits: keeps equal words of different pages distinct
_PAGE_SALT = GOLDEN_RATIO
_UNMARKED_SHARE = 0.1  # of a page's long lines in dense script that end with a mark; with fewer, the language has none


@dataclass
class Layout:
    """Where the blocks of each of p pages are, n in all: pages are runs of consecutive blocks."""

    first: np.ndarray  # n: index of the first block of the block's page
    end: np.ndarray  # n: one past the last
    page: np.ndarray  # n: number of the page, counting only pages with blocks
    starts: np.ndarray  # p: first block of each page that has blocks
    ends: np.ndarray  # p: one past its last


def layout_of_blocks(blocks: Blocks) -> Layout:
    """The pages of the blocks as ranges."""
    page = np.asarray(blocks.page, dtype=np.int64)
    n = len(page)
    starts = np.flatnonzero(np.concatenate(([True], page[1:] != page[:-1]))) if n else np.zeros(0, dtype=np.int64)
    ends = np.append(starts[1:], n) if n else starts
    sizes = ends - starts
    return Layout(
        np.repeat(starts, sizes), np.repeat(ends, sizes), np.repeat(np.arange(len(starts)), sizes), starts, ends
    )


def shift(values: np.ndarray, by: int, layout: Layout) -> np.ndarray:
    """The value of the block `by` positions ahead (behind, if negative); 0 beyond the page."""
    n = len(values)
    out = np.zeros_like(values)
    if abs(by) >= n:
        return out
    if by > 0:
        same = layout.page[by:] == layout.page[:-by]
        out[:-by] = values[by:] * same
    else:
        same = layout.page[-by:] == layout.page[:by]
        out[-by:] = values[:by] * same
    return out


def running(values: np.ndarray) -> np.ndarray:
    """Sums of all values before each index, and of all at the end: n + 1 float64."""
    out = np.empty(len(values) + 1)
    out[0] = 0
    np.cumsum(values, out=out[1:])
    return out


def window(sums: np.ndarray, width: int, layout: Layout, index: np.ndarray) -> np.ndarray:
    """Sum over the blocks at most `width` away, within the page, from `running` sums."""
    total: np.ndarray = sums[np.minimum(index + width + 1, layout.end)] - sums[np.maximum(index - width, layout.first)]
    return total


def best_run(score: np.ndarray, layout: Layout) -> tuple[np.ndarray, np.ndarray]:
    """First and one-past-last block of the run of largest sum in each page (Kadane), for all pages at once.

    Pages whose scores are all at most 0 get an empty run at their first block.
    """
    if not len(score):
        return layout.starts, layout.starts
    sums = np.cumsum(score)
    before = sums - score
    # a drop between pages that is larger than any sum within restarts the running minimum on each page
    drop = layout.page * (2 * np.abs(score).sum() + 1)
    lowest = np.minimum.accumulate(before - drop)
    gain = sums - drop - lowest
    best = np.maximum.reduceat(gain, layout.starts)
    is_best = gain == np.repeat(best, layout.ends - layout.starts)
    index = np.arange(len(score))
    last = np.minimum.reduceat(np.where(is_best, index, len(score)), layout.starts)
    # the run starts where the minimum that the best gain uses was reached
    target = lowest[last]
    is_start = (before - drop == np.repeat(target, layout.ends - layout.starts)) & (
        index <= np.repeat(last, layout.ends - layout.starts)
    )
    first = np.maximum.reduceat(np.where(is_start, index, -1), layout.starts)
    empty = best <= 0
    return np.where(empty, layout.starts, first), np.where(empty, layout.starts, last + 1)


def word_counts(words: Words) -> np.ndarray:
    """Words of each line; characters of scripts without spaces count as fractions of one."""
    dense = words.chars[:, Char.DENSE]
    return np.maximum(np.diff(words.bounds) + dense / _DENSE_CHARS_PER_WORD - (dense > 0), 0).astype(np.float32)


# longer than 50 lines: one line per feature
def line_features(blocks: Blocks, words: Words, entries: dict[int, Entry]) -> Columns:
    """The features of each line by itself."""
    n = len(blocks)
    chars = words.chars
    size = np.maximum(words.char_count, 1).astype(np.float32)
    count = word_counts(words)
    safe = np.maximum(count, 1)
    letters = chars[:, Char.LOWER] + chars[:, Char.UPPER] + chars[:, Char.DENSE]

    def by_line(mask: np.ndarray) -> np.ndarray:
        return np.bincount(words.line[mask], minlength=n).astype(np.float32)

    everywhere, english = stop_words()
    is_stop = everywhere.contains(words.hash)
    stop = by_line(is_stop)
    is_word = (words.start_class == Char.LOWER) | (words.start_class == Char.UPPER)
    is_title = words.start_class == Char.UPPER
    dense_share = chars[:, Char.DENSE] / size
    last = words.last_class
    is_end = (last == Char.END) | (last == Char.QUESTION)
    columns = {
        "words": count,
        "log_words": np.log1p(count),
        "chars": size,
        "mean_word": letters / safe,
        "is_end": is_end,
        "is_question": last == Char.QUESTION,
        "is_colon": last == Char.COLON,
        "is_lower_start": words.first_class == Char.LOWER,
        "is_upper_start": words.first_class == Char.UPPER,
        "is_digit_start": words.first_class == Char.DIGIT,
        "is_quote_start": words.first_class == Char.QUOTE,
        "is_mark_start": (words.first_class == Char.SEPARATOR) | (words.first_class == Char.CODE),
        "commas": chars[:, Char.COMMA] / safe,
        "comma_count": chars[:, Char.COMMA],
        "sentence_ends": words.sentence_ends,
        "stop_share": np.where(dense_share > 0.3, 0.4, stop / safe),  # dense scripts have no words to look up
        "stop_count": stop,
        "english_share": by_line(english.contains(words.hash)) / safe,
        "title_share": by_line(is_title) / safe,
        "caps_share": by_line(is_title & (words.second_class == Char.UPPER)) / safe,
        "digit_share": chars[:, Char.DIGIT] / size,
        "digit_words": by_line(words.start_class == Char.DIGIT),
        "content_share": by_line(is_word & ~is_stop) / safe,
        "long_words": by_line(words.length > 9) / safe,
        "colons": chars[:, Char.COLON],
        "separators": chars[:, Char.SEPARATOR],
        "quotes": chars[:, Char.QUOTE],
        "code_share": chars[:, Char.CODE] / size,
        "money": chars[:, Char.MONEY],
        "ats": chars[:, Char.AT],
        "dense_share": dense_share,
        "letter_share": letters / size,
        "months": by_line(month_words().contains(words.hash)),
        "good": _is_prose(count, is_end, dense_share > 0.3, np.asarray(blocks.page)),
        **_lexicon_features(n, entries),
    }
    return {name: np.asarray(column, dtype=np.float32) for name, column in columns.items()}


def _lexicon_features(n: int, entries: dict[int, Entry]) -> Columns:
    """Whether each of n lines has a phrase of the lexicon, and of which group."""
    groups = {group: np.zeros(n, dtype=np.float32) for group in LEXICON_GROUPS}
    for line, entry in entries.items():
        groups[entry.group][line] = 1
    return {
        "lexicon": sum(groups.values(), np.zeros(n, dtype=np.float32)),
        **{f"lexicon_{group}": column for group, column in groups.items()},
    }


def _is_prose(count: np.ndarray, is_end: np.ndarray, is_dense: np.ndarray, page: np.ndarray) -> np.ndarray:
    """Whether a line is long and ends like the sentences of its page, whatever the language."""
    is_long = count >= GOOD_WORDS
    is_candidate = is_long & is_dense
    marked: np.ndarray = is_long & is_end
    if not is_candidate.any():
        return marked
    pages = int(page.max()) + 1
    long_lines = np.bincount(page[is_candidate], minlength=pages)
    ends = np.bincount(page[is_candidate & is_end], minlength=pages)
    is_unmarked = ends < _UNMARKED_SHARE * long_lines
    prose: np.ndarray = marked | (is_candidate & (count >= _UNMARKED_WORDS) & is_unmarked[page])
    return prose


def run_score(line: Columns) -> np.ndarray:
    """Score of each line for the max-sum run: prose adds its words, everything else costs.

    The cost of a line that is not prose (6) lets a run bridge a subhead and a pull quote, but not a menu.
    """
    count = line["words"]
    is_prose = (line["good"] > 0) & (line["lexicon"] == 0)
    # a line with a full stop that is only short neither carries a run nor breaks it
    is_sentence = (line["is_end"] > 0) & (count >= 5) & (line["lexicon"] == 0)
    return np.where(is_prose, np.minimum(count, 60), np.where(is_sentence, count * 0.4 - 2, -6.0)).astype(np.float64)


# Which neighbours and windows there are was decided by cross-validation: 110 others were removed without a loss.
_NEIGHBOURS = {
    "words": (-3, -2, -1, 1, 2, 3),
    "title_share": (-1, 1),
    "digit_words": (-1, 1),
    "good": (-1, 1),
    "is_end": (-1, 1),
}
_WINDOWS = (3, 8, 20)
_ONE_SIDED = 8  # blocks before or after


def text_features(blocks: Blocks, words: Words, entries: dict[int, Entry]) -> tuple[Columns, Layout]:
    """All features that need no markup: of the line itself, of its neighbours, of its position in the page."""
    layout = layout_of_blocks(blocks)
    index = np.arange(len(blocks))
    line = line_features(blocks, words, entries)
    count, good = line["words"], line["good"]
    columns = dict(line)
    columns |= _blanks(blocks, layout)
    columns |= _repeats(words, layout, index)
    columns |= _position(layout, index, count, good * count)
    for name, distances in _NEIGHBOURS.items():
        for by in distances:
            columns[f"{name}@{by:+d}"] = shift(line[name], by, layout)
    summed = {
        "words": count,
        "good_words": good * count,
        "good": good,
        "short": (count < 6).astype(np.float32),
        "lexicon": line["lexicon"],
        "is_end": line["is_end"],
    }
    for name, values in summed.items():
        sums = running(values)
        for width in _WINDOWS:
            columns[f"{name}~{width}"] = window(sums, width, layout, index)
        if name in ("words", "good"):
            columns[f"{name}<8"] = sums[index] - sums[np.maximum(index - _ONE_SIDED, layout.first)]
            columns[f"{name}>8"] = sums[np.minimum(index + _ONE_SIDED + 1, layout.end)] - sums[index + 1]
    columns |= _distances(layout, index, good > 0, "good")
    columns |= _distances(layout, index, line["lexicon"] > 0, "lexicon")
    columns |= _distances(layout, index, (line["lexicon_related"] + line["lexicon_comment"]) > 0, "end_mark")
    columns |= _runs(layout, index, run_score(line), "run")
    columns |= _runs(layout, index, np.where(good > 0, count, -12.0), "strict_run")
    columns |= _cohesion(columns["in_run"], words, layout)
    return columns, layout


def _blanks(blocks: Blocks, layout: Layout) -> Columns:
    """Blank lines around each line and on its page, and its indent."""
    blank_before = np.minimum(np.asarray(blocks.blank_before, dtype=np.float32), 5)
    page_blank = np.bincount(layout.page, weights=blank_before > 0, minlength=len(layout.starts))
    sizes = layout.ends - layout.starts
    return {
        "blank_before": blank_before,
        "blank_after": shift(blank_before, 1, layout),
        "page_blank_share": (page_blank / np.maximum(sizes, 1))[layout.page],
        "indent": np.minimum(np.asarray(blocks.indent, dtype=np.float32), 40),
    }


def _repeats(words: Words, layout: Layout, index: np.ndarray) -> Columns:
    """How often the same line is on the page, and how far the first copy is."""
    key = fold(words.hash, words.bounds) + layout.page.astype(np.uint64) * _PAGE_SALT
    _, first, inverse, counts = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    return {
        "copies": np.minimum(counts[inverse], 20).astype(np.float32),
        "copy_distance": np.minimum(index - first[inverse], 500).astype(np.float32),
    }


def _position(layout: Layout, index: np.ndarray, count: np.ndarray, good_words: np.ndarray) -> Columns:
    """Where in the page the line is, in lines and in words, and how large the page is."""
    sums, good_sums = running(count), running(good_words)
    size = (layout.end - layout.first).astype(np.float32)
    total = sums[layout.end] - sums[layout.first]
    good_total = good_sums[layout.end] - good_sums[layout.first]
    good_before = good_sums[index] - good_sums[layout.first]
    return {
        "line": np.minimum(index - layout.first, 2000),
        "line_from_end": np.minimum(layout.end - 1 - index, 2000),
        "line_share": (index - layout.first) / size,
        "words_before_share": (sums[index] - sums[layout.first]) / np.maximum(total, 1),
        "good_before": good_before,
        "good_after": good_sums[layout.end] - good_sums[index + 1],
        "good_before_share": good_before / np.maximum(good_total, 1),
        "page_lines": size,
        "page_words": total,
        "page_good_words": good_total,
        "page_good_share": good_total / np.maximum(total, 1),
    }


def _distances(layout: Layout, index: np.ndarray, mask: np.ndarray, name: str) -> Columns:
    """Lines to the nearest marked line before and after, at most 50."""
    before = np.maximum.accumulate(np.where(mask, index, -1_000_000))
    before = np.concatenate(([-1_000_000], before[:-1])) if len(before) else before
    before = np.where(before >= layout.first, before, -1_000_000)
    after = np.minimum.accumulate(np.where(mask, index, 1_000_000_000)[::-1])[::-1]
    after = np.concatenate((after[1:], [1_000_000_000])) if len(after) else after
    after = np.where(after < layout.end, after, 1_000_000_000)
    return {f"{name}_behind": np.minimum(index - before, 50), f"{name}_ahead": np.minimum(after - index, 50)}


def _runs(layout: Layout, index: np.ndarray, score: np.ndarray, name: str) -> Columns:
    """Whether the line is in the page's max-sum run, and how far from its ends."""
    first, end = best_run(score, layout)
    first, end = first[layout.page], end[layout.page]
    return {
        f"in_{name}": (index >= first) & (index < end),
        f"{name}_from_first": np.clip(index - first, -100, 100),
        f"{name}_from_last": np.clip(index - end + 1, -100, 100),
        f"{name}_share": (end - first) / np.maximum(layout.end - layout.first, 1),
    }


def _cohesion(in_run: np.ndarray, words: Words, layout: Layout) -> Columns:
    """How far a line's words are words of the page.

    `cohesion` is the share of its longer words that other lines of the max-sum run have, too; `common_share` is the
    share of its words that are all over the page, like function words in any language.
    """
    everywhere, _ = stop_words()
    n = len(layout.page)
    is_word = words.hash != 0
    line = words.line[is_word]
    key = words.hash[is_word] + layout.page[line].astype(np.uint64) * _PAGE_SALT
    _, inverse = np.unique(key, return_inverse=True)
    distinct = int(np.max(inverse)) + 1 if len(inverse) else 0
    length = words.length[is_word]
    is_content = (length >= 4) & ~everywhere.contains(words.hash[is_word])
    is_in_run = (in_run[line] > 0) & is_content
    run_counts = np.bincount(inverse[is_in_run], minlength=distinct)
    content_line = line[is_content]
    # without the occurrence itself
    is_shared = run_counts[inverse[is_content]] - is_in_run[is_content] > 0
    content_words = np.bincount(content_line, minlength=n)
    is_common = (np.bincount(inverse, minlength=distinct)[inverse] >= _COMMON_COUNT) & (length <= _COMMON_CHARS)
    word_count = np.maximum(np.bincount(line, minlength=n), 1)
    return {
        "content_words": content_words,
        "cohesion": np.bincount(content_line[is_shared], minlength=n) / np.maximum(content_words, 1),
        "common_share": np.bincount(line[is_common], minlength=n) / word_count,
    }


def matrix(columns: Columns, names: list[str]) -> np.ndarray:
    """The named features side by side, float32, one row per block."""
    return np.stack([np.asarray(columns[name], dtype=np.float32) for name in names], axis=1)
