"""The pages of a run as columns of numbers, in which pages of one site are compared."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.storage.ids import Ids, Mask, hash_strings, to_uint64

COLUMNS = tuple(
    "doc_id domain publisher source_uri url title title_found_share text repairs authors language published_at "
    "published_date published_utc_offset_minutes fetched_at text_digest canonical_url summary topics image_url "
    "flags".split()
)
NO_TIME = np.iinfo(np.int64).min
_TITLE_PART_CHARS = 14  # of a headline's start or end
MICROSECONDS_PER_MINUTE, _MINUTES_PER_DAY = 60_000_000, 1_440


@dataclass
class Rows:
    """The pages of a run as columns of numbers; 0 stands for a missing value."""

    docs: Ids
    sites: npt.NDArray[np.int64]  # number of the site
    texts: Ids
    titles: Ids
    title_forms: Ids  # with all numbers made equal
    title_starts: Ids  # the first characters
    title_ends: Ids
    summaries: Ids
    addresses: Ids  # declared
    urls: Ids
    authors: Ids
    author_counts: npt.NDArray[np.int64]
    publishers: Ids
    is_host: Mask  # whether the publisher is the host of the page, which stands for a missing name
    languages: Ids
    instants: npt.NDArray[np.int64]  # microseconds since 1970, NO_TIME where only the day is known
    ages: npt.NDArray[np.int64]  # between publication and fetch, in microseconds; 0 if unknown
    lengths: npt.NDArray[np.int64]  # of the text in characters, 0 if it ends as a sentence does
    breaks: npt.NDArray[np.int64]  # between its paragraphs
    leads: npt.NDArray[np.int64]  # characters of its first paragraph
    fits: npt.NDArray[np.float32]  # share of the headline's words that are in the text; NaN if it has too few

    @classmethod
    def of(cls, table: pa.Table, sites: npt.NDArray[np.int64]) -> "Rows":
        """Pages with COLUMNS; `sites` numbers their sites."""
        published, fetched = (
            table.column(name).cast(pa.int64()).fill_null(NO_TIME).to_numpy() for name in ("published_at", "fetched_at")
        )
        days = table.column("published_date").cast(pa.int32()).cast(pa.int64()).fill_null(NO_TIME).to_numpy()
        offsets = table.column("published_utc_offset_minutes").fill_null(0).to_numpy().astype(np.int64)
        minutes = published // MICROSECONDS_PER_MINUTE + offsets
        is_day_only = (minutes % _MINUTES_PER_DAY == 0) | (published // MICROSECONDS_PER_MINUTE % _MINUTES_PER_DAY == 0)
        has_age = (days != NO_TIME) & (fetched != NO_TIME)
        age = fetched - np.where(has_age, days, 0) * _MINUTES_PER_DAY * MICROSECONDS_PER_MINUTE
        lengths, breaks, leads = _open_texts(table.column("text"))
        titles = pc.utf8_lower(table.column("title"))
        return cls(
            docs=to_uint64(table.column("doc_id")),
            sites=sites,
            texts=to_uint64(table.column("text_digest")),
            titles=_hashes(titles),
            title_forms=_hashes(pc.replace_substring_regex(titles, r"\d+", "0")),
            title_starts=_hashes(_part(titles, 0, _TITLE_PART_CHARS)),
            title_ends=_hashes(_part(titles, -_TITLE_PART_CHARS, None)),
            summaries=_hashes(table.column("summary")),
            addresses=_hashes(table.column("canonical_url")),
            urls=_hashes(table.column("url")),
            authors=_hashes(pc.binary_join(table.column("authors"), "\n")),
            author_counts=pc.fill_null(pc.list_value_length(table.column("authors")), 0).to_numpy().astype(np.int64),
            publishers=_hashes(table.column("publisher")),
            is_host=_is_host(table),
            languages=_hashes(table.column("language")),
            instants=np.where(is_day_only, NO_TIME, published),
            ages=np.where(has_age, age, 0),
            lengths=lengths,
            breaks=breaks,
            leads=leads,
            fits=table.column("title_found_share").to_numpy().astype(np.float32),
        )

    @cached_property
    def _of_sites(self) -> list[npt.NDArray[np.int64]]:
        order = np.argsort(self.sites, kind="stable")
        return np.split(order, np.cumsum(np.bincount(self.sites))[:-1])

    def of_site(self, site: int) -> npt.NDArray[np.int64]:
        """The numbers of a site's rows."""
        return self._of_sites[site]


def distinct_values(keys: Ids, values: Ids, use: Mask) -> npt.NDArray[np.int64]:
    """Per row the number of different values that its key has among the rows in use; 0 for other rows."""
    counts = np.zeros(len(keys), dtype=np.int64)
    if not use.any():
        return counts
    pairs = np.unique(np.stack([keys[use], values[use]], axis=1), axis=0)
    names, numbers = np.unique(pairs[:, 0], return_counts=True)
    counts[use] = numbers[np.searchsorted(names, keys[use])]
    return counts


def _part(titles: pa.ChunkedArray, start: int, stop: int | None) -> pa.ChunkedArray:
    """The start or end of each headline, with all numbers made equal; null for those that are hardly longer."""
    part = pc.replace_substring_regex(pc.utf8_slice_codeunits(titles, start, stop), r"\d+", "0")
    return pc.if_else(pc.greater(pc.utf8_length(titles), _TITLE_PART_CHARS + 4), part, None)


def _hashes(column: pa.ChunkedArray) -> Ids:
    """Hashes of strings; 0 for null and for the empty string."""
    column = pc.fill_null(column, "")
    return np.where(pc.equal(column, "").to_numpy(), np.uint64(0), hash_strings(column))


def _open_texts(texts: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Of texts whose last character is a letter or a comma: the length, the breaks of paragraphs, the first paragraph.

    All in characters; 0 for other texts. A summary above the text may not be cut with it.
    """
    is_open = pc.match_substring_regex(texts, r"[\pL,]$")
    found = np.zeros((3, len(texts)), dtype=np.int64)
    own = texts.filter(is_open).to_pylist()
    found[:, np.flatnonzero(is_open.to_numpy())] = (
        np.array([(len(text), text.count("\n\n"), text.find("\n\n") + 2) for text in own], dtype=np.int64)
        .reshape(-1, 3)
        .T
    )
    return found


def _is_host(table: pa.Table) -> Mask:
    name, host = pc.utf8_lower(table.column("publisher")), pc.utf8_lower(table.column("domain"))
    is_host = pc.or_(pc.equal(name, host), pc.equal(pc.binary_join_element_wise("www.", name, ""), host))
    return np.asarray(pc.fill_null(is_host, False).to_numpy(), dtype=bool)
