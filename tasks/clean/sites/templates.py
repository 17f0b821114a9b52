"""Lines that recur across the pages of one site: the strongest reason of all to take a line for boilerplate.

A line counts once per page. Pages with the same story (syndicated, or fetched twice) count as one, so that a paragraph
is never taken for a template because its story is there several times.
"""

from collections import defaultdict
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import NamedTuple
from urllib.parse import urlsplit

import numpy as np

MIN_PAGES = 3  # of a site that must share a line; two may share a correction or a dateline
MIN_SHARE = 0.3  # of the site's pages
SAME_STORY = 0.3  # of the prose of the shorter page; real pages of one site share less than a twentieth
_STORY_PAGES = 20  # a line on more pages is a template, not part of a story


class Recurrence(NamedTuple):
    """On how many pages of a site a line was seen."""

    pages: int  # with the line
    total: int  # pages of the site

    def __str__(self) -> str:
        return f"{self.pages} of {self.total} pages"


class SiteHistory(NamedTuple):
    """What a run gets to know about a site from earlier runs."""

    page_count: int
    keys: np.ndarray  # uint32, ascending: the short keys of lines
    pages: np.ndarray  # int32: the number of pages with each of them


def site_of(url: str | None, canonical: str | None, source_uri: str) -> str:
    """The name of a page's site: the host of its address, else of the address it declares, else its folder."""
    for address in (url, canonical):
        try:
            host = (urlsplit(address).hostname or "").removeprefix("www.") if address and "://" in address else ""
        except ValueError:  # "http://[" and the like
            continue
        if host:
            return host
    return str(PurePosixPath(source_uri.partition("#")[0]).parent)


def find_templates(
    keys: np.ndarray, page: np.ndarray, prose: np.ndarray, sites: list[str], history: Mapping[str, SiteHistory]
) -> dict[int, Recurrence]:
    """The lines that recur on enough pages of their site.

    `keys` (of the words), `page` (its number) and `prose` (words of lines that read like a story, else 0) hold one
    value per line; `sites` holds one per page; `history` has the sites that earlier runs know.
    """
    by_site: dict[str, list[int]] = defaultdict(list)
    for number, site in enumerate(sites):
        by_site[site].append(number)
    templates: dict[int, Recurrence] = {}
    bounds = np.searchsorted(page, np.arange(len(sites) + 1))
    for site, pages in by_site.items():
        earlier = history.get(site)
        if len(pages) + (earlier.page_count if earlier else 0) < MIN_PAGES:
            continue
        rows = np.concatenate([np.arange(bounds[n], bounds[n + 1]) for n in pages])
        rows = rows[keys[rows] != 0]
        if not len(rows):
            continue
        counts, total = _count_pages(keys[rows], page[rows], prose[rows])
        totals = np.full(len(rows), total)
        is_enough = (counts >= MIN_PAGES) & (counts >= MIN_SHARE * total)
        if earlier:
            # the last few hundred pages and these together; or these alone, where the site has a new layout
            all_counts, all_total = counts + _earlier_counts(keys[rows], earlier), total + earlier.page_count
            is_known = (all_counts >= MIN_PAGES) & (all_counts >= MIN_SHARE * all_total)
            counts, is_enough = np.where(is_known, all_counts, counts), is_enough | is_known
            totals = np.where(is_known, all_total, totals)
        chosen = zip(rows[is_enough].tolist(), counts[is_enough].tolist(), totals[is_enough].tolist(), strict=True)
        templates.update({row: Recurrence(count, of) for row, count, of in chosen})
    return templates


def short_key(keys: np.ndarray) -> np.ndarray:
    """The 32 bits of a line's key that are remembered between runs."""
    return (keys >> np.uint64(32)).astype(np.uint32)


def _count_pages(keys: np.ndarray, page: np.ndarray, prose: np.ndarray) -> tuple[np.ndarray, int]:
    """The number of pages with different stories that have each line, and the number of such pages in all."""
    story = _story_of_pages(keys, page, prose)
    numbers, inverse = np.unique(page, return_inverse=True)
    story_of_line = np.array([story[number] for number in numbers.tolist()])[inverse]
    pairs = np.unique(np.stack([keys, story_of_line.astype(np.uint64)]), axis=1)
    distinct, counts = np.unique(pairs[0], return_counts=True)
    return counts[np.searchsorted(distinct, keys)], len(set(story.values()))


def _earlier_counts(keys: np.ndarray, history: SiteHistory) -> np.ndarray:
    """The number of earlier pages with each line."""
    if not len(history.keys):
        return np.zeros(len(keys), dtype=np.int64)
    short = short_key(keys)
    index = np.minimum(np.searchsorted(history.keys, short), len(history.keys) - 1)
    return np.where(history.keys[index] == short, history.pages[index], 0).astype(np.int64)


def _story_of_pages(keys: np.ndarray, page: np.ndarray, prose: np.ndarray) -> dict[int, int]:
    """The story on each page, as the number of the first page with it."""
    pages_of_key: dict[int, set[int]] = defaultdict(set)
    page_words: dict[int, float] = defaultdict(float)
    words_of_key: dict[int, float] = {}
    is_prose = prose > 0
    lines = zip(keys[is_prose].tolist(), page[is_prose].tolist(), prose[is_prose].tolist(), strict=True)
    for key, number, words in lines:
        pages_of_key[key].add(number)
        page_words[number] += words
        words_of_key[key] = words
    shared: dict[tuple[int, int], float] = defaultdict(float)
    for key, numbers in pages_of_key.items():
        if 2 <= len(numbers) <= _STORY_PAGES:
            ordered = sorted(numbers)
            for n, first in enumerate(ordered):
                for second in ordered[n + 1 :]:
                    shared[first, second] += words_of_key[key]
    parent = {number: number for number in np.unique(page).tolist()}

    def root(number: int) -> int:
        while parent[number] != number:
            number = parent[number]
        return number

    for (first, second), words in sorted(shared.items()):
        if words >= SAME_STORY * min(page_words[first], page_words[second]):
            low, high = sorted((root(first), root(second)))
            parent[high] = low
    return {number: root(number) for number in parent}
