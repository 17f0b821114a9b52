"""Which lines of a page are its gold text, by position: a gold sentence belongs to one line, in the order of the page.

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

from tasks.training.corpus import SHINGLE

# letters of scripts without spaces count one by one, so that a Chinese line has shingles
_TOKEN = re.compile(r"[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u312f\u3400-\u9fff]|\w+")
_PLACES = 4  # of a shingle that recurs in the gold; more say nothing
_MAX_CANDIDATES = 2500  # the chain is quadratic in them; longer pages have their first ones chained
_NEAR = 6  # lines from the chain within which a short line may be its own


@dataclass(frozen=True)
class _Match:
    line: int
    start: int  # place in the gold, in tokens
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
    for match in sorted(matches, key=lambda one: -one.weight):  # the page has it in another order than the gold
        span = covered[match.start : match.end]
        if match.line not in on_chain and not positive[match.line] and span.size and span.mean() < 0.5:
            positive[match.line] = True
            covered[match.start : match.end] = True
    _add_short(split, gold, chain, positive)
    return positive


def _matches(split: list[list[str]], gold: list[str]) -> list[_Match]:
    places: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place in range(len(gold) - SHINGLE + 1):
        found = places[tuple(gold[place : place + SHINGLE])]
        if len(found) < _PLACES:
            found.append(place)
    matches = []
    for number, words in enumerate(split):
        size = len(words) - SHINGLE + 1
        if size < 1:
            continue
        offsets: Counter[int] = Counter()
        known = 0
        for at in range(size):
            here = places.get(tuple(words[at : at + SHINGLE]))
            if here:
                known += 1
                offsets.update(place - at for place in here)
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
            place = int(np.argmax(value))
            if value[place] > 0:
                best[n], before[n] = value[place], place
        best[n] += match.weight
    at = int(np.argmax(best))
    chain = []
    while at >= 0:
        chain.append(matches[at])
        at = int(before[at])
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
        place = 0
        for n in range(line + 1, following):
            words = split[n]
            is_near = (line >= 0 and n - line <= _NEAR) or (following < len(split) and following - n <= _NEAR)
            if not words or len(words) >= SHINGLE or not is_near:
                continue
            at = _find(window, words, place)
            if at >= 0:
                positive[n] = True
                place = at + len(words)


def _find(window: list[str], words: list[str], start: int) -> int:
    for at in range(start, len(window) - len(words) + 1):
        if window[at : at + len(words)] == words:
            return at
    return -1
