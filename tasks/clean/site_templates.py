"""Lines that recur across the pages of one site: the strongest reason of all to take a line for template.

A line counts once a page. Pages that tell the same story (syndicated, or fetched twice) count as one, so that a
paragraph is never taken for template because its story is there several times.
"""

from collections import defaultdict
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import numpy as np

MIN_PAGES = 3  # of a site that must share a line; two may share a correction or a dateline
MIN_SHARE = 0.3  # of the site's pages
_SAME_STORY = 0.3  # of the prose of the shorter page; real pages of one site share under a twentieth


def site_of(url: str | None, source_uri: str) -> str:
    """What names a page's site: the host of its address, else the folder it lies in."""
    host = (urlsplit(url).hostname or "").removeprefix("www.") if url and "://" in url else ""
    return host or str(PurePosixPath(source_uri.partition("#")[0]).parent)


def find_templates(
    keys: list[int], page: np.ndarray, words: np.ndarray, is_good: np.ndarray, sites: list[str]
) -> dict[int, tuple[int, int]]:
    """For each line that recurs on enough pages of its site: on how many, and how many there are.

    `keys`, `page`, `words`, `is_good` are of the lines; `sites` of the pages that `page` numbers.
    """
    by_site: dict[str, list[int]] = defaultdict(list)
    for number, site in enumerate(sites):
        by_site[site].append(number)
    if all(len(pages) < MIN_PAGES for pages in by_site.values()):
        return {}
    lines = np.asarray(keys, dtype=np.uint64)
    found: dict[int, tuple[int, int]] = {}
    bounds = np.searchsorted(page, np.arange(len(sites) + 1))
    for pages in by_site.values():
        if len(pages) < MIN_PAGES:
            continue
        rows = np.concatenate([np.arange(bounds[n], bounds[n + 1]) for n in pages])
        rows = rows[lines[rows] != 0]
        story = _stories(lines[rows], page[rows], words[rows] * is_good[rows])
        total = len(set(story.values()))
        if total < MIN_PAGES:
            continue
        numbers, inverse = np.unique(page[rows], return_inverse=True)
        own = np.array([story[number] for number in numbers.tolist()])[inverse]
        pairs = np.unique(np.stack([lines[rows], own.astype(np.uint64)]), axis=1)
        kinds, counts = np.unique(pairs[0], return_counts=True)
        often = counts[np.searchsorted(kinds, lines[rows])]
        enough = (often >= MIN_PAGES) & (often >= MIN_SHARE * total)
        found.update(
            {row: (count, total) for row, count in zip(rows[enough].tolist(), often[enough].tolist(), strict=True)}
        )
    return found


def _stories(lines: np.ndarray, page: np.ndarray, prose: np.ndarray) -> dict[int, int]:
    """The story each page tells, as the number of the first page that tells it."""
    holders: dict[int, set[int]] = defaultdict(set)
    size: dict[int, float] = defaultdict(float)
    weight: dict[int, float] = {}
    told = prose > 0
    for key, number, count in zip(lines[told].tolist(), page[told].tolist(), prose[told].tolist(), strict=True):
        holders[key].add(number)
        size[number] += count
        weight[key] = count
    shared: dict[tuple[int, int], float] = defaultdict(float)
    for key, numbers in holders.items():
        if 2 <= len(numbers) <= 20:  # on more pages it is template, not a story
            ordered = sorted(numbers)
            for n, first in enumerate(ordered):
                for second in ordered[n + 1 :]:
                    shared[first, second] += weight[key]
    root = {number: number for number in np.unique(page).tolist()}

    def top(number: int) -> int:
        while root[number] != number:
            number = root[number]
        return number

    for (first, second), count in sorted(shared.items()):
        if count >= _SAME_STORY * min(size[first], size[second]):
            low, high = sorted((top(first), top(second)))
            root[high] = low
    return {number: top(number) for number in root}
