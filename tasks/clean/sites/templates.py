"""Lines that recur across the pages of one site: the strongest reason of all to take a line for template.

A line counts once a page. Pages that tell the same story (syndicated, or fetched twice) count as one, so that a
paragraph is never taken for template because its story is there several times.
"""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import PurePosixPath
from urllib.parse import urlsplit

import numpy as np

MIN_PAGES = 3  # of a site that must share a line; two may share a correction or a dateline
MIN_SHARE = 0.3  # of the site's pages
SAME_STORY = 0.3  # of the prose of the shorter page; real pages of one site share under a twentieth


def site_of(url: str | None, canonical: str | None, source_uri: str) -> str:
    """What names a page's site: the host of its address, of the address it declares, else the folder it lies in."""
    for address in (url, canonical):
        try:
            host = (urlsplit(address).hostname or "").removeprefix("www.") if address and "://" in address else ""
        except ValueError:  # "http://[" and the like
            continue
        if host:
            return host
    return str(PurePosixPath(source_uri.partition("#")[0]).parent)


def find_templates(
    keys: np.ndarray,
    page: np.ndarray,
    prose: np.ndarray,
    sites: list[str],
    known: Mapping[str, tuple[int, np.ndarray, np.ndarray]],
) -> dict[int, tuple[int, int]]:
    """For each line that recurs on enough pages of its site: on how many, and how many there are.

    `keys` (of the words), `page` and `prose` (words of lines that read like a story, else 0) are of the lines; `sites`
    of the pages that `page` numbers. `known` says of a site from earlier runs: its pages, the short keys of their
    lines (ascending), and on how many pages each was.
    """
    by_site: dict[str, list[int]] = defaultdict(list)
    for number, site in enumerate(sites):
        by_site[site].append(number)
    found: dict[int, tuple[int, int]] = {}
    bounds = np.searchsorted(page, np.arange(len(sites) + 1))
    for site, pages in by_site.items():
        earlier = known.get(site)
        if len(pages) + (earlier[0] if earlier else 0) < MIN_PAGES:
            continue
        rows = np.concatenate([np.arange(bounds[n], bounds[n + 1]) for n in pages])
        rows = rows[keys[rows] != 0]
        if not len(rows):
            continue
        often, total = _count(keys[rows], page[rows], prose[rows])
        is_enough = (often >= MIN_PAGES) & (often >= MIN_SHARE * total)
        if earlier:
            # the last few hundred pages and these together; or these alone, where the site has a new layout
            both, whole = often + _looked_up(keys[rows], earlier[1], earlier[2]), total + earlier[0]
            is_old = (both >= MIN_PAGES) & (both >= MIN_SHARE * whole)
            often, is_enough = np.where(is_old, both, often), is_enough | is_old
            totals = np.where(is_old, whole, total)
        else:
            totals = np.full(len(rows), total)
        chosen = zip(rows[is_enough].tolist(), often[is_enough].tolist(), totals[is_enough].tolist(), strict=True)
        found.update({row: (count, of) for row, count, of in chosen})
    return found


def short_key(keys: np.ndarray) -> np.ndarray:
    """The 32 bits of a line's key that are remembered between runs."""
    return (keys >> np.uint64(32)).astype(np.uint32)


def _count(keys: np.ndarray, page: np.ndarray, prose: np.ndarray) -> tuple[np.ndarray, int]:
    """On how many stories' pages each line stands, and how many stories there are."""
    story = _stories(keys, page, prose)
    numbers, inverse = np.unique(page, return_inverse=True)
    own = np.array([story[number] for number in numbers.tolist()])[inverse]
    pairs = np.unique(np.stack([keys, own.astype(np.uint64)]), axis=1)
    kinds, counts = np.unique(pairs[0], return_counts=True)
    return counts[np.searchsorted(kinds, keys)], len(set(story.values()))


def _looked_up(keys: np.ndarray, known_keys: np.ndarray, known_pages: np.ndarray) -> np.ndarray:
    """On how many earlier pages each line stood."""
    if not len(known_keys):
        return np.zeros(len(keys), dtype=np.int64)
    short = short_key(keys)
    at = np.minimum(np.searchsorted(known_keys, short), len(known_keys) - 1)
    return np.where(known_keys[at] == short, known_pages[at], 0).astype(np.int64)


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
        if count >= SAME_STORY * min(size[first], size[second]):
            low, high = sorted((top(first), top(second)))
            root[high] = low
    return {number: top(number) for number in root}
