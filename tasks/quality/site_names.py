"""The names of publishers on the pages of a site: a name per page, or one of several, is none of the site."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.quality.site_rows import Rows, distinct_values
from tasks.quality.thresholds import HistoryThresholds
from tasks.storage.ids import Mask
from tasks.text.hashing import paired

_NAMES_MIN, _MAIN_SHARE = 4, 0.5  # of a site with sections under their own names, most pages have the site's
_CROWD, _CROWD_SHARE = 4, 0.8  # authors of a text, and of the pages: two or three people may have a site of their own


class Names(NamedTuple):
    """The pages with such a name, and per page the different names and the named pages of its site."""

    is_odd: Mask
    different: npt.NDArray[np.int64]
    named: npt.NDArray[np.int64]


def has_many_names(rows: Rows, limits: HistoryThresholds) -> Names:
    """The pages of sites that have nearly as many names as pages, or several of which none is the main one."""
    keys = paired(rows.sites, np.zeros(len(rows.sites), dtype=np.uint64))
    has_name = (rows.publishers != 0) & ~rows.is_host
    sites = int(rows.sites.max(initial=-1)) + 1
    named = np.bincount(rows.sites[has_name], minlength=sites)[rows.sites]
    different = distinct_values(keys, rows.publishers, has_name)
    pages = distinct_values(paired(rows.sites, rows.publishers), rows.docs, has_name)
    most = np.zeros(sites, dtype=np.int64)
    np.maximum.at(most, rows.sites, pages)
    has_no_main = (different >= _NAMES_MIN) & (most[rows.sites] < _MAIN_SHARE * named)
    is_varied = (different > limits.publishers_share_max * named) | has_no_main
    return Names(has_name & (named >= limits.batch_pages_min) & is_varied, different, named)


def has_one_crowd(rows: Rows, limits: HistoryThresholds) -> tuple[Mask, npt.NDArray[np.int64]]:
    """Which rows have the same many authors as nearly all of their site, and how many texts have each row's authors."""
    pages = np.bincount(rows.sites)[rows.sites]
    counts = distinct_values(paired(rows.sites, rows.authors), rows.texts, rows.author_counts >= _CROWD)
    is_odd = (counts >= _CROWD_SHARE * pages) & (counts >= max(limits.batch_pages_min, 1))
    return is_odd, counts
