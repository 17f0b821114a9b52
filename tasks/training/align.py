"""Which lines of a page are its gold text, by position: a gold sentence belongs to one line, in page order.

Looking up shingles alone labels the teaser of the story, its copy for phones and a pull quote as body too. Here the
lines that share shingles with the gold form a chain that ascends in page and gold; what the chain covers already is a
copy.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from tasks.text.scripts import GOLD_LETTERS, char_class
from tasks.training.corpus import SHINGLE

# letters of scripts without spaces count one by one, so that a Chinese line has shingles
_TOKEN = re.compile(rf"[{char_class(GOLD_LETTERS)}]|\w+")
_MAX_STARTS = 4  # of a shingle that recurs in the gold; more add no information
_MAX_CANDIDATES = 2500  # the chain is quadratic in them; longer pages have their first ones chained
_NEAR = 6  # lines from the chain within which a short line may belong to it


@dataclass(frozen=True)
class _Match:
    line: int
    start: int  # position in the gold, in tokens
    end: int
    weight: int  # shingles in common


def tokens_of(text: str) -> list[str]:
    """Words, and single letters of scripts without spaces, lower case."""
    return _TOKEN.findall(unicodedata.normalize("NFC", text).casefold())


def label_lines(lines: list[str], body: str) -> np.ndarray:
    """Which lines belong to the gold text `body`: bool, one per line."""
    gold = tokens_of(body)
    split = [tokens_of(line) for line in lines]
    positive = np.zeros(len(lines), dtype=bool)
    matches = _matches(split, gold)
    chain = _chain(matches)
    covered = np.zeros(len(gold) + 1, dtype=bool)
    for match in chain:
        positive[match.line] = True
        covered[match.start : match.end] = True
    on_chain = {match.line for match in chain}
    for match in sorted(matches, key=lambda match: -match.weight):  # for pages in another order than the gold
        span = covered[match.start : match.end]
        if match.line not in on_chain and not positive[match.line] and span.size and span.mean() < 0.5:
            positive[match.line] = True
            covered[match.start : match.end] = True
    _add_short(split, gold, chain, positive)
    return positive


def _matches(split: list[list[str]], gold: list[str]) -> list[_Match]:
    starts: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for start in range(len(gold) - SHINGLE + 1):
        starts_of_shingle = starts[tuple(gold[start : start + SHINGLE])]
        if len(starts_of_shingle) < _MAX_STARTS:
            starts_of_shingle.append(start)
    matches = []
    for number, words in enumerate(split):
        size = len(words) - SHINGLE + 1
        if size < 1:
            continue
        offsets: Counter[int] = Counter()
        known = 0
        for position in range(size):
            starts_in_gold = starts.get(tuple(words[position : position + SHINGLE]))
            if starts_in_gold:
                known += 1
                offsets.update(start - position for start in starts_in_gold)
        if known >= 0.5 * size:
            for offset, weight in offsets.most_common(2):
                if weight >= 0.3 * known:
                    start = max(0, offset)
                    matches.append(_Match(number, start, min(len(gold), start + len(words)), weight))
    return matches[:_MAX_CANDIDATES]


def _chain(matches: list[_Match]) -> list[_Match]:
    """The heaviest sequence of matches that ascends in page and gold."""
    if not matches:
        return []
    count = len(matches)
    line = np.array([match.line for match in matches])
    start = np.array([match.start for match in matches])
    end = np.array([match.end for match in matches])
    best = np.zeros(count)
    before = np.full(count, -1)
    for n, match in enumerate(matches):
        slack = 0.3 * (match.end - match.start)  # a line may hold a few words of its neighbour
        # among equal chains the closer predecessor: a copy far above the story loses to the one in it
        fits = (line[:n] < match.line) & (end[:n] <= match.start + slack) & (start[:n] < match.start)
        if fits.any():
            value = best[:n] - 0.01 * np.minimum(match.line - line[:n], 50)
            value[~fits] = -1
            previous = int(np.argmax(value))
            if value[previous] > 0:
                best[n], before[n] = value[previous], previous
        best[n] += match.weight
    current = int(np.argmax(best))
    chain = []
    while current >= 0:
        chain.append(matches[current])
        current = int(before[current])
    return chain[::-1]


def _add_short(split: list[list[str]], gold: list[str], chain: list[_Match], positive: np.ndarray) -> None:
    """Lines of fewer words than a shingle: the story's where the gold has them between the lines around."""
    if not chain:
        return
    edges = [(-1, 0, 0), *((match.line, match.start, match.end) for match in chain), (len(split), len(gold), len(gold))]
    for (line, _, end), (following, start, _) in pairwise(edges):
        window = gold[max(0, end - 2) : start + 2]
        if not window or (len(window) <= 4 and end >= start):
            continue
        search_from = 0
        for n in range(line + 1, following):
            words = split[n]
            is_near = (line >= 0 and n - line <= _NEAR) or (following < len(split) and following - n <= _NEAR)
            if not words or len(words) >= SHINGLE or not is_near:
                continue
            start_in_window = _find(window, words, search_from)
            if start_in_window >= 0:
                positive[n] = True
                search_from = start_in_window + len(words)


def _find(window: list[str], words: list[str], start: int) -> int:
    for position in range(start, len(window) - len(words) + 1):
        if window[position : position + len(words)] == words:
            return position
    return -1
