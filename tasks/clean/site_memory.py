"""What is remembered of each site between runs: on how many of its pages each line was seen.

A run over three pages of a site thus profits from the three thousand before. Lines are remembered as 32-bit hashes;
among the few thousand lines of a site two collide once in a thousand sites, and a collision alone makes no template.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from tasks import schema
from tasks.clean.site_templates import MIN_PAGES, MIN_SHARE, SAME_STORY

_MAX_PAGES = (
    1000  # then all counts are halved: a site that changes its layout is learnt anew within a few hundred pages
)
_RECENT_PAGES = 20  # a line that did not recur within so many pages of its site is dropped, which bounds the table
_RARE_SHARE = 0.05
_BUCKETS = 16  # files the sites are spread over: a small run rewrites few of them


class Known(NamedTuple):
    """A site as the next run sees it."""

    page_count: int
    keys: np.ndarray  # uint32, ascending
    pages: np.ndarray  # int32, as many


@dataclass
class Site:
    """A site while pages are added to it."""

    page_count: int = 0  # pages with different stories, after halving
    pages_seen: int = 0  # ever
    lines: dict[int, tuple[int, int]] = field(default_factory=dict)  # key -> pages with it, `pages_seen` at the last

    def tells_known_story(self, keys: list[int], prose: list[int]) -> bool:
        """Whether much of a page's prose was seen on this site, but not on so many pages that it is template."""
        enough = max(MIN_PAGES, MIN_SHARE * self.page_count)
        known = sum(words for key, words in zip(keys, prose, strict=True)
                    if words and key in self.lines and self.lines[key][0] < enough)  # fmt: skip
        return known >= SAME_STORY * sum(prose)

    def add(self, keys: list[int], prose: list[int]) -> None:
        """Count one page's lines, unless it tells a story that was counted before or none at all."""
        if not any(prose) or self.tells_known_story(keys, prose):
            return
        self.page_count += 1
        self.pages_seen += 1
        for key in keys:
            self.lines[key] = (self.lines.get(key, (0, 0))[0] + 1, self.pages_seen)
        if self.page_count > _MAX_PAGES:
            self.page_count //= 2
            self.lines = {key: (count // 2, seen) for key, (count, seen) in self.lines.items() if count > 1}
        if self.pages_seen % _RECENT_PAGES == 0:
            self.forget_rare()

    def forget_rare(self) -> None:
        """Drop the lines that are neither frequent nor recent."""
        rare, old = _RARE_SHARE * self.page_count, self.pages_seen - _RECENT_PAGES
        self.lines = {
            key: (count, seen) for key, (count, seen) in self.lines.items() if count > max(rare, 1) or seen > old
        }


def place_of(site: str) -> str:
    """The file of the published table that holds a site."""
    bucket = hashlib.blake2b(site.encode(), digest_size=1).digest()[0] % _BUCKETS
    return f"{bucket:02d}.parquet"


def recall(files: dict[str, Path], sites: Iterable[str]) -> dict[str, Known]:
    """What is remembered of some sites, read from the published files (place -> path)."""
    found: dict[str, Known] = {}
    for place, own in _by_place(set(sites)):
        if place in files:
            rows = pq.read_table(files[place], filters=[("site", "in", own)], partitioning=None).to_pylist()
            for row in rows:
                keys = np.array(row["line_keys"], dtype=np.uint32)
                found[row["site"]] = Known(row["page_count"], keys, np.array(row["line_pages"], dtype=np.int32))
    return found


def learn(previous: pa.Table | None, evidence: Iterable[dict[str, Any]]) -> pa.Table:
    """The memory (`schema.SITES`) after some more pages (rows of `schema.EVIDENCE`), in their order."""
    sites: dict[str, Site] = {}
    for row in previous.to_pylist() if previous is not None else ():
        columns = zip(row["line_keys"], row["line_pages"], row["line_last_seen"], strict=True)
        lines = {key: (pages, seen) for key, pages, seen in columns}
        sites[row["site"]] = Site(row["page_count"], row["pages_seen"], lines)
    for page in evidence:
        sites.setdefault(page["site"], Site()).add(page["line_keys"], page["prose_words"])
    rows = []
    for name in sorted(sites):
        known = sites[name]
        keys = sorted(known.lines)
        rows.append({
            "site": name, "page_count": known.page_count, "pages_seen": known.pages_seen, "line_keys": keys,
            "line_pages": [known.lines[key][0] for key in keys], "line_last_seen": [known.lines[key][1] for key in keys],
        })  # fmt: skip
    return pa.Table.from_pylist(rows, schema=schema.SITES)


def learn_files(evidence: Iterable[pa.Table], files: dict[str, Path]) -> Iterator[tuple[str, pa.Table]]:
    """Each file of the memory that some pages change, by its place, with its new content."""
    pages: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for table in evidence:
        for row in table.to_pylist():
            pages[place_of(row["site"])].append(row)
    for place in sorted(pages):
        yield place, learn(pq.ParquetFile(files[place]).read() if place in files else None, pages[place])


def _by_place(sites: set[str]) -> Iterator[tuple[str, list[str]]]:
    places: dict[str, list[str]] = defaultdict(list)
    for site in sorted(sites):
        places[place_of(site)].append(site)
    yield from sorted(places.items())
