"""What the model sees of each block: numbers computed over all blocks of a batch at once.

The same code serves training and prediction. Every feature is one entry of a dict of float32 arrays, one value a
block; `text_features` holds for lines of any page, `tasks.clean.model.dom_features` adds what only HTML has.
"""

from dataclasses import dataclass

import numpy as np

from tasks.clean.model.lexicon import Entry, month_words, stop_words
from tasks.clean.model.words import Char, Words, fold
from tasks.clean.parse.blocks import Blocks
from tasks.text.hashing import GOLDEN_RATIO

Columns = dict[str, np.ndarray]

LEXICON_GROUPS = ("byline", "caption", "comment", "credit", "date", "footer", "masthead", "navigation", "not_article",
                  "paywall", "promo", "related", "wire")  # fmt: skip
_DENSE_CHARS_A_WORD = 1.7  # of Chinese and Japanese; a common rule of thumb, exactness does not matter here
GOOD_WORDS = 12  # from this length on a line with a full stop is hardly ever boilerplate by itself
_COMMON_TIMES, _COMMON_CHARS = 5, 6  # a short word so often on a page is a function word, or the page's own subject
_UNMARKED_WORDS = 25  # the same for a page whose language has no full stop, as Thai
_UNMARKED_SHARE = 0.1  # of a page's long lines in dense script that end with a mark; below, the language has none


@dataclass
class Layout:
    """Where each page's blocks lie: pages are runs of consecutive blocks."""

    first: np.ndarray  # n: index of the first block of the block's page
    end: np.ndarray  # n: one past the last
    page: np.ndarray  # n: number of the page, counting only pages with blocks
    starts: np.ndarray  # p: first block of each page that has blocks
    ends: np.ndarray  # p: one past its last


def layout(blocks: Blocks) -> Layout:
    """The pages of the blocks as ranges."""
    page = np.asarray(blocks.page, dtype=np.int64)
    n = len(page)
    starts = np.flatnonzero(np.concatenate(([True], page[1:] != page[:-1]))) if n else np.zeros(0, dtype=np.int64)
    ends = np.append(starts[1:], n) if n else starts
    sizes = ends - starts
    return Layout(
        np.repeat(starts, sizes), np.repeat(ends, sizes), np.repeat(np.arange(len(starts)), sizes), starts, ends
    )


def shift(values: np.ndarray, by: int, where: Layout) -> np.ndarray:
    """The value of the block `by` places on (back, if negative); 0 beyond the page."""
    n = len(values)
    out = np.zeros_like(values)
    if abs(by) >= n:
        return out
    if by > 0:
        same = where.page[by:] == where.page[:-by]
        out[:-by] = values[by:] * same
    else:
        same = where.page[-by:] == where.page[:by]
        out[-by:] = values[:by] * same
    return out


def running(values: np.ndarray) -> np.ndarray:
    """Sums of all values before each index, and of all at the end: n + 1 float64."""
    out = np.empty(len(values) + 1)
    out[0] = 0
    np.cumsum(values, out=out[1:])
    return out


def window(sums: np.ndarray, width: int, where: Layout, index: np.ndarray) -> np.ndarray:
    """Sum over the blocks at most `width` away, within the page, from `running` sums."""
    total: np.ndarray = sums[np.minimum(index + width + 1, where.end)] - sums[np.maximum(index - width, where.first)]
    return total


def best_run(score: np.ndarray, where: Layout) -> tuple[np.ndarray, np.ndarray]:
    """First and one-past-last block of the run of largest sum in each page (Kadane), for all pages at once.

    Pages whose scores are all at most 0 get an empty run at their first block.
    """
    if not len(score):
        return where.starts, where.starts
    sums = np.cumsum(score)
    before = sums - score
    # a drop between pages larger than any sum within makes the running minimum start anew on each page
    drop = where.page * (2 * np.abs(score).sum() + 1)
    lowest = np.minimum.accumulate(before - drop)
    gain = sums - drop - lowest
    best = np.maximum.reduceat(gain, where.starts)
    is_best = gain == np.repeat(best, where.ends - where.starts)
    index = np.arange(len(score))
    last = np.minimum.reduceat(np.where(is_best, index, len(score)), where.starts)
    # the run starts where the minimum that the best gain uses was reached
    target = lowest[last]
    is_start = (before - drop == np.repeat(target, where.ends - where.starts)) & (
        index <= np.repeat(last, where.ends - where.starts)
    )
    first = np.maximum.reduceat(np.where(is_start, index, -1), where.starts)
    empty = best <= 0
    return np.where(empty, where.starts, first), np.where(empty, where.starts, last + 1)


def word_counts(words: Words) -> np.ndarray:
    """Words of each line; characters of scripts without spaces count as fractions of one."""
    dense = words.chars[:, Char.DENSE]
    return np.maximum(np.diff(words.bounds) + dense / _DENSE_CHARS_A_WORD - (dense > 0), 0).astype(np.float32)


def line_features(blocks: Blocks, words: Words, entries: dict[int, Entry]) -> Columns:
    """What each line shows by itself."""
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
    is_caps = is_title & (words.second_class == Char.UPPER)
    dense_share = chars[:, Char.DENSE] / size
    last = words.last_class
    is_end = (last == Char.END) | (last == Char.QUESTION)
    stop_share = np.where(dense_share > 0.3, 0.4, stop / safe)  # dense scripts have no words to look up
    groups = {group: np.zeros(n, dtype=np.float32) for group in LEXICON_GROUPS}
    for line, entry in entries.items():
        groups[entry.group][line] = 1
    good = _is_prose(count, is_end, dense_share > 0.3, np.asarray(blocks.page))
    columns = {
        "words": count, "log_words": np.log1p(count), "chars": size,
        "mean_word": letters / safe, "is_end": is_end, "is_question": last == Char.QUESTION, "is_colon": last == Char.COLON,
        "is_lower_start": words.first_class == Char.LOWER, "is_upper_start": words.first_class == Char.UPPER,
        "is_digit_start": words.first_class == Char.DIGIT, "is_quote_start": words.first_class == Char.QUOTE,
        "is_mark_start": (words.first_class == Char.SEPARATOR) | (words.first_class == Char.CODE),
        "commas": chars[:, Char.COMMA] / safe, "comma_count": chars[:, Char.COMMA], "sentence_ends": words.sentence_ends,
        "stop_share": stop_share, "stop_count": stop, "english_share": by_line(english.contains(words.hash)) / safe,
        "title_share": by_line(is_title) / safe, "caps_share": by_line(is_caps) / safe,
        "digit_share": chars[:, Char.DIGIT] / size, "digit_words": by_line(words.start_class == Char.DIGIT),
        "content_share": by_line(is_word & ~is_stop) / safe, "long_words": by_line(words.length > 9) / safe,
        "colons": chars[:, Char.COLON], "separators": chars[:, Char.SEPARATOR], "quotes": chars[:, Char.QUOTE],
        "code_share": chars[:, Char.CODE] / size, "money": chars[:, Char.MONEY], "ats": chars[:, Char.AT],
        "dense_share": dense_share, "letter_share": letters / size, "months": by_line(month_words().contains(words.hash)),
        "good": good, "lexicon": sum(groups.values(), np.zeros(n, dtype=np.float32)),
        **{f"lexicon_{group}": column for group, column in groups.items()},
    }  # fmt: skip
    return {name: np.asarray(column, dtype=np.float32) for name, column in columns.items()}


def _is_prose(count: np.ndarray, is_end: np.ndarray, is_dense: np.ndarray, page: np.ndarray) -> np.ndarray:
    """Whether a line is long and ends as sentences of its page do; no list of words or languages has a say in it."""
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

    The cost of a line that is no prose (6) lets a run bridge a subhead and a pull quote, but not a menu.
    """
    count = line["words"]
    is_prose = (line["good"] > 0) & (line["lexicon"] == 0)
    # a line with a full stop that is merely short neither carries a run nor breaks it
    is_sentence = (line["is_end"] > 0) & (count >= 5) & (line["lexicon"] == 0)
    return np.where(is_prose, np.minimum(count, 60), np.where(is_sentence, count * 0.4 - 2, -6.0)).astype(np.float64)


def text_features(blocks: Blocks, words: Words, entries: dict[int, Entry]) -> tuple[Columns, Layout]:
    """All features that need no markup: the line's own, its neighbours', its place in the page."""
    where = layout(blocks)
    n = len(blocks)
    index = np.arange(n)
    line = line_features(blocks, words, entries)
    columns = dict(line)
    count, good = line["words"], line["good"]
    short = (count < 6).astype(np.float32)
    good_words = good * count

    columns["blank_before"] = np.minimum(np.asarray(blocks.blank_before, dtype=np.float32), 5)
    columns["blank_after"] = shift(columns["blank_before"], 1, where)
    page_blank = np.bincount(where.page, weights=columns["blank_before"] > 0, minlength=len(where.starts))
    sizes = where.ends - where.starts
    columns["page_blank_share"] = (page_blank / np.maximum(sizes, 1))[where.page]
    columns["indent"] = np.minimum(np.asarray(blocks.indent, dtype=np.float32), 40)

    _repeats(columns, words, where, index)
    _place(columns, where, index, count, good_words)
    # which neighbours and windows there are is what cross-validation found use for: 110 others were taken out without a loss
    for name, places in (("words", (-3, -2, -1, 1, 2, 3)), ("title_share", (-1, 1)), ("digit_words", (-1, 1)), ("good", (-1, 1)),
                         ("is_end", (-1, 1))):  # fmt: skip
        for by in places:
            columns[f"{name}@{by:+d}"] = shift(line[name], by, where)
    for name, values in (("words", count), ("good_words", good_words), ("good", good), ("short", short), ("lexicon", line["lexicon"]),
                         ("is_end", line["is_end"])):  # fmt: skip
        sums = running(values)
        for width in (3, 8, 20):
            columns[f"{name}~{width}"] = window(sums, width, where, index)
        if name in ("words", "good"):
            columns[f"{name}<8"] = sums[index] - sums[np.maximum(index - 8, where.first)]
            columns[f"{name}>8"] = sums[np.minimum(index + 9, where.end)] - sums[index + 1]
    _distances(columns, where, index, good > 0, "good")
    _distances(columns, where, index, line["lexicon"] > 0, "lexicon")
    _distances(columns, where, index, (line["lexicon_related"] + line["lexicon_comment"]) > 0, "end_mark")
    _runs(columns, where, index, run_score(line), "run")
    _runs(columns, where, index, np.where(good > 0, count, -12.0), "strict_run")
    _cohesion(columns, words, where)
    return columns, where


def _repeats(columns: Columns, words: Words, where: Layout, index: np.ndarray) -> None:
    """How often the same line stands on the page, and how far the first copy is."""
    key = fold(words.hash, words.bounds) + where.page.astype(np.uint64) * GOLDEN_RATIO
    _, first, inverse, counts = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    columns["copies"] = np.minimum(counts[inverse], 20).astype(np.float32)
    columns["copy_distance"] = np.minimum(index - first[inverse], 500).astype(np.float32)


def _place(columns: Columns, where: Layout, index: np.ndarray, count: np.ndarray, good_words: np.ndarray) -> None:
    """Where in the page the line stands, in lines and in words, and how the page is made."""
    sums, good_sums = running(count), running(good_words)
    size = (where.end - where.first).astype(np.float32)
    total = sums[where.end] - sums[where.first]
    good_total = good_sums[where.end] - good_sums[where.first]
    columns["line"] = np.minimum(index - where.first, 2000)
    columns["line_from_end"] = np.minimum(where.end - 1 - index, 2000)
    columns["line_share"] = (index - where.first) / size
    columns["words_before_share"] = (sums[index] - sums[where.first]) / np.maximum(total, 1)
    columns["good_before"] = good_sums[index] - good_sums[where.first]
    columns["good_after"] = good_sums[where.end] - good_sums[index + 1]
    columns["good_before_share"] = columns["good_before"] / np.maximum(good_total, 1)
    columns["page_lines"] = size
    columns["page_words"] = total
    columns["page_good_words"] = good_total
    columns["page_good_share"] = good_total / np.maximum(total, 1)


def _distances(columns: Columns, where: Layout, index: np.ndarray, mask: np.ndarray, name: str) -> None:
    """Lines to the nearest marked line before and after, at most 50."""
    before = np.maximum.accumulate(np.where(mask, index, -1_000_000))
    before = np.concatenate(([-1_000_000], before[:-1])) if len(before) else before
    before = np.where(before >= where.first, before, -1_000_000)
    after = np.minimum.accumulate(np.where(mask, index, 1_000_000_000)[::-1])[::-1]
    after = np.concatenate((after[1:], [1_000_000_000])) if len(after) else after
    after = np.where(after < where.end, after, 1_000_000_000)
    columns[f"{name}_behind"] = np.minimum(index - before, 50)
    columns[f"{name}_ahead"] = np.minimum(after - index, 50)


def _runs(columns: Columns, where: Layout, index: np.ndarray, score: np.ndarray, name: str) -> None:
    """Whether the line lies in the page's max-sum run, and how far from its ends."""
    first, end = best_run(score, where)
    first, end = first[where.page], end[where.page]
    columns[f"in_{name}"] = (index >= first) & (index < end)
    columns[f"{name}_from_first"] = np.clip(index - first, -100, 100)
    columns[f"{name}_from_last"] = np.clip(index - end + 1, -100, 100)
    columns[f"{name}_share"] = (end - first) / np.maximum(where.end - where.first, 1)


def _cohesion(columns: Columns, words: Words, where: Layout) -> None:
    """What a line's words have to do with the page's: `cohesion` is the share of its longer words that stand in other lines of
    the max-sum run too, `common_share` the share of its words that stand all over the page, as function words do in any language.
    """
    everywhere, _ = stop_words()
    n = len(where.page)
    is_word = words.hash != 0
    line = words.line[is_word]
    key = words.hash[is_word] + where.page[line].astype(np.uint64) * GOLDEN_RATIO
    _, inverse = np.unique(key, return_inverse=True)
    kinds = int(np.max(inverse)) + 1 if len(inverse) else 0
    length = words.length[is_word]
    is_content = (length >= 4) & ~everywhere.contains(words.hash[is_word])
    in_run = (columns["in_run"][line] > 0) & is_content
    in_runs = np.bincount(inverse[in_run], minlength=kinds)
    content = inverse[is_content]
    content_line = line[is_content]
    # leave one out: a run's own single occurrence does not count for it
    shared = in_runs[content] - in_run[is_content] > 0
    count = np.bincount(content_line, minlength=n)
    columns["content_words"] = count
    columns["cohesion"] = np.bincount(content_line[shared], minlength=n) / np.maximum(count, 1)
    is_common = (np.bincount(inverse, minlength=kinds)[inverse] >= _COMMON_TIMES) & (length <= _COMMON_CHARS)
    columns["common_share"] = np.bincount(line[is_common], minlength=n) / np.maximum(np.bincount(line, minlength=n), 1)


def matrix(columns: Columns, names: list[str]) -> np.ndarray:
    """The named features side by side, float32, one row a block."""
    return np.stack([np.asarray(columns[name], dtype=np.float32) for name in names], axis=1)
