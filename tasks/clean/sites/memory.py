"""What is remembered of each site between runs: on how many of its pages each line was seen.

A run over three pages of a site thus profits from the three thousand before. Lines are remembered as 32-bit hashes:
among the few thousand lines of a site two collide once in a thousand sites, and a collision alone makes no template.
"""

import hashlib
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks import schema
from tasks.clean.sites.templates import MIN_PAGES, MIN_SHARE, SAME_STORY, SiteHistory
from tasks.storage.spool import Spool

# With more pages all counts are halved: a site that changes its layout is learnt again within a few hundred pages.
_MAX_PAGES = 1000
# A line that did not recur within this number of pages of its site is dropped, which limits the table's size.
_RECENT_PAGES = 20
_RARE_SHARE = 0.05
_BUCKETS = 16  # files that the sites are spread over: a small run rewrites few of them
# Parts of a file, learnt one after the other: of a million pages with 2.4 KB of evidence each, 20 MB at a time.
_PARTS = 8
_BUFFER_BYTES = 64 << 20  # of evidence in memory; more waits on disk
_PACKED_SITES = 500  # as Python objects at a time


@dataclass
class SiteCounts:
    """The counts of a site while pages are added to it."""

    page_count: int = 0  # pages with different stories, after halving
    pages_seen: int = 0  # ever
    lines: dict[int, tuple[int, int]] = field(default_factory=dict)  # key -> pages with it, `pages_seen` at the last

    def has_known_story(self, keys: list[int], prose: list[int]) -> bool:
        """Whether much of a page's prose was seen on this site, but not on enough pages to be a template."""
        enough = max(MIN_PAGES, MIN_SHARE * self.page_count)
        known_words = sum(
            words
            for key, words in zip(keys, prose, strict=True)
            if words and key in self.lines and self.lines[key][0] < enough
        )
        return known_words >= SAME_STORY * sum(prose)

    def add_page(self, keys: list[int], prose: list[int]) -> None:
        """Count the lines of one page, unless it has no story or one that was counted before."""
        if not any(prose) or self.has_known_story(keys, prose):
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


def file_of(site: str) -> str:
    """The file of the published table that holds a site."""
    return _file_of_part(_part_of(site))


def _file_of_part(part: str) -> str:
    """The file that holds all sites of a part."""
    return f"{part[:2]}.parquet"


def _part_of(site: str) -> str:
    """The part of a file that a site belongs to while pages are gathered: `<file>-<part>`."""
    bucket = hashlib.blake2b(site.encode(), digest_size=1).digest()[0] % _BUCKETS
    return f"{bucket:02d}-{zlib.crc32(site.encode()) % _PARTS}"


def recall(files: dict[str, Path], sites: Iterable[str]) -> dict[str, SiteHistory]:
    """What is remembered of some sites; `files` are the paths of the published files by their name."""
    history: dict[str, SiteHistory] = {}
    by_file: dict[str, list[str]] = defaultdict(list)
    for site in sorted(set(sites)):
        by_file[file_of(site)].append(site)
    for name, sites_of_file in sorted(by_file.items()):
        if name in files:
            rows = pq.read_table(files[name], filters=[("site", "in", sites_of_file)], partitioning=None).to_pylist()
            for row in rows:
                keys, pages = np.array(row["line_keys"], np.uint32), np.array(row["line_pages"], np.int32)
                history[row["site"]] = SiteHistory(row["page_count"], keys, pages)
    return history


def learn(previous: pa.Table | None, evidence: pa.Table) -> pa.Table:
    """The memory (`schema.SITES`) after some more pages (`schema.EVIDENCE`); unpacks one site at a time."""
    names = pc.unique(evidence.column("site"))
    before = previous if previous is not None else schema.SITES.empty_table()
    is_touched = pc.is_in(before.column("site"), names)
    touched = before.filter(is_touched)
    row_of = {site: row for row, site in enumerate(touched.column("site").to_pylist())}
    number = pc.index_in(evidence.column("site"), names).to_numpy()
    pages = evidence.take(np.argsort(number, kind="stable"))  # a site's pages stay in order
    parts, rows, start = [schema.conform(before.filter(pc.invert(is_touched)), schema.SITES)], [], 0
    counts = pc.value_counts(evidence.column("site"))
    for name, count in zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True):
        site = _unpack(touched.slice(row_of[name], 1).to_pylist()[0]) if name in row_of else SiteCounts()
        for page in pages.slice(start, count).to_pylist():
            site.add_page(page["line_keys"], page["prose_words"])
        start += count
        rows.append(_pack(name, site))
        if len(rows) >= _PACKED_SITES:
            parts.append(pa.Table.from_pylist(rows, schema=schema.SITES))
            rows = []
    parts.append(pa.Table.from_pylist(rows, schema=schema.SITES))
    return pa.concat_tables(parts).sort_by("site")


def _unpack(row: Mapping[str, Any]) -> SiteCounts:
    columns = zip(row["line_keys"], row["line_pages"], row["line_last_seen"], strict=True)
    return SiteCounts(row["page_count"], row["pages_seen"], {key: (pages, seen) for key, pages, seen in columns})


def _pack(name: str, site: SiteCounts) -> dict[str, Any]:
    keys = sorted(site.lines)
    return {
        "site": name,
        "page_count": site.page_count,
        "pages_seen": site.pages_seen,
        "line_keys": keys,
        "line_pages": [site.lines[key][0] for key in keys],
        "line_last_seen": [site.lines[key][1] for key in keys],
    }


def learn_files(
    evidence: Iterable[pa.Table], files: Mapping[str, Path], folder: Path
) -> Iterator[tuple[str, pa.Table]]:
    """The name and the new content of each file of the memory that some pages change.

    `files` are the paths of the published files by their name; evidence that does not fit into memory waits in
    `folder`.
    """
    spool = Spool(
        folder,
        schema.EVIDENCE,
        _BUFFER_BYTES,
        lambda table: [_part_of(site) for site in table.column("site").to_pylist()],
    )
    for table in evidence:
        spool.add(table)
    # the parts of a file come one after the other
    for name, parts in groupby(spool.close(), key=lambda part: _file_of_part(part[0])):
        memory = pq.ParquetFile(files[name]).read() if name in files else None
        for _, pages in parts:
            memory = learn(memory, pages)
        assert memory is not None
        yield name, memory
