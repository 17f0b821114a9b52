"""Texts and headlines that are unlike the earlier ones of their site, on most of its pages in a run."""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from operator import itemgetter
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tasks.quality.profiles import FEATURES, TITLE_FEATURES, Profiles, Range, margins, past_range, profile, spoken

# of a site's texts in a run, those far outside the range in the same way; or fewer, if nearly all are on that side of
# its middle and there are some more texts. In 4,200 draws from real sites, no draw of undamaged texts had so many
_FAR_SHARE, _FEWER_FAR_SHARE, _BEYOND_SHARE, _MORE_PAGES = 0.75, 0.4, 0.9, 15
_FIRST_PAGES = 20  # of a site in a run: if none of their features may be unusual, the others are not read


class Unusual(NamedTuple):
    """Rows that are unusual in one way, and what shows it in each."""

    is_title: bool  # whether the headline is, not the text
    rows: npt.NDArray[np.int64]
    shown: Callable[[int], str]


class SiteTexts:
    """Collects what the texts of a run are made of, for the sites with a usual range; 160 bytes of memory per text."""

    def __init__(self, past: Mapping[tuple[str, str], tuple[float, int]]) -> None:
        """`past` are the metrics of earlier runs by site and name, each with its pages."""
        self._past = past
        self._sites: dict[int, _Site | None] = {}

    def add(self, table: pa.Table, sites: npt.NDArray[np.int64], names: Sequence[str], start: int) -> None:
        """Add pages with text and title, whose rows are counted from `start`; `names` are those of the sites."""
        for site in set(sites.tolist()) - self._sites.keys():
            usual = past_range(self._past, names[site])
            self._sites[site] = None if usual is None else _Site(usual)
        compared = [n for n, site in enumerate(sites.tolist()) if self._sites[site] is not None]
        pages = table.select(["text", "title"]).take(pa.array(compared, pa.int64())).to_pylist()
        for number, page in zip(compared, pages, strict=True):
            site = self._sites[int(sites[number])]
            if site is not None:
                site.add(start + number, page["text"], page["title"])

    def unusual(self, pages_min: int) -> Iterator[Unusual]:
        """Rows with unusual texts, and those with unusual headlines; no row twice in either."""
        for site in self._sites.values():
            if site is not None and len(site.rows) >= pages_min:
                yield from site.unusual()


class _Site:
    """The texts of one site beside the usual range of its earlier ones."""

    def __init__(self, usual: Range) -> None:
        self.rows: list[int] = []
        self._usual, self._margins = usual, margins(usual)
        self._profiles: list[Profiles] = []

    def add(self, row: int, text: str, title: str | None) -> None:
        if len(self.rows) < _FIRST_PAGES or self._may_be_odd:
            self.rows.append(row)
            self._profiles.append(profile(text, title))

    @cached_property
    def _may_be_odd(self) -> bool:
        return bool((self._far_shares(np.array(self._profiles)) >= _FEWER_FAR_SHARE).any())

    def _far_shares(self, own: Profiles) -> npt.NDArray[np.float64]:
        """The shares of texts that are far below and far above the range, per feature."""
        distances = np.stack([self._usual.lowest - own, own - self._usual.highest])
        shares: npt.NDArray[np.float64] = (distances > self._margins).mean(axis=1)
        return shares

    def unusual(self) -> Iterator[Unusual]:
        """Where many texts are far outside the range, all on that side of its middle count.

        Lengths come first, since they explain others.
        """
        own, rows = np.array(self._profiles), np.array(self.rows)
        middle = (self._usual.lowest + self._usual.highest) / 2
        is_beyond = np.stack([own < middle, own > middle])
        far_shares, beyond_shares = self._far_shares(own), is_beyond.mean(axis=1)
        is_odd = far_shares >= _FAR_SHARE
        if len(own) >= _MORE_PAGES:
            is_odd |= (far_shares >= _FEWER_FAR_SHARE) & (beyond_shares >= _BEYOND_SHARE)
        known = {is_title: np.zeros(len(own), dtype=bool) for is_title in (False, True)}
        for side, feature in sorted(np.argwhere(is_odd).tolist(), key=itemgetter(1), reverse=True):
            is_title = FEATURES[feature] in TITLE_FEATURES
            yield Unusual(is_title, rows[is_beyond[side, :, feature] & ~known[is_title]], partial(self._shown, feature))
            known[is_title] |= is_beyond[side, :, feature]

    def _shown(self, feature: int, row: int) -> str:
        return spoken(feature, float(self._profiles[bisect_left(self.rows, row)][feature]), self._usual)
