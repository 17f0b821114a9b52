"""Flags of single articles that show only beside the other pages of their site, in the same run or in earlier ones.

A reader of one page sees nothing wrong with a name, a date or a paragraph that all pages of the site have. Each flag
here is one entry of `_FINDERS`. Per page some 270 bytes are in memory, and a bounded number of paragraphs in all.
"""

import itertools
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import fields
from datetime import timedelta
from functools import partial
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tasks.quality.first_pages import FirstPages, Shown
from tasks.quality.metrics import PastMetric, site_of_row
from tasks.quality.past_shares import Earlier, earlier_shares, first_seen, past_shares
from tasks.quality.shared_texts import SharedTexts
from tasks.quality.site_marks import SiteMarks, Sites
from tasks.quality.site_names import has_many_names, has_one_crowd
from tasks.quality.site_rows import MICROSECONDS_PER_MINUTE, NO_TIME, Rows, distinct_values
from tasks.quality.site_texts import SiteTexts
from tasks.quality.thresholds import HistoryThresholds
from tasks.storage.ids import Ids, Mask, hash_strings
from tasks.text.hashing import paired
from tasks.vocabulary import ADDRESS_LEFT_OUT, AUTHOR_LEFT_OUT, PUBLISHER_LEFT_OUT, Doubt

_SCHEMA = pa.schema([("doc_id", pa.string()), ("flag", pa.string()), ("shown", pa.string())])
_SITE_COLUMNS = ["domain", "publisher", "source_uri", "url"]
_MAIN_SHARE = 0.9  # of a site's pages with a value: it is the site's own, and another one is unusual
_OTHER_NAMES_MIN, _OTHER_NAMES_SHARE = 3, 0.1  # of a site's pages; fewer may be a section with a name of its own
_SELDOM_SHARE = 0.02  # of a site's earlier pages: a language or publisher below is unusual
_VARIED_AUTHORS = 0.3  # of a site's pairs of earlier pages, at most, have the same authors: it has many
# of a site's earlier pages, at most, named no author: if nearly all pages, or all, name none now, that is unusual
_NO_AUTHOR_SELDOM, _NO_AUTHOR_OFTEN = 0.1, 0.35
_VARIED_SUMMARIES = 0.05  # of a site's pairs of earlier pages, at most, have the same summary
_ALL_PAGES = 0.8  # of a site's pages in the run: as good as all
_OLD = timedelta(days=30) // timedelta(microseconds=1)
_OLD_SELDOM = 0.1  # of a site's earlier pages, at most, were old when they were fetched
_POOR_FIT, _SURE_FIT = 0.5, 1.0  # share of a headline's words in its text; true pairs have less than half in 3 %
_FULL_MINUTE_SHARE = 0.3  # of a site's pages: fewer may be published by a clock at a full minute
_PART_SHARE = 0.6  # of a site's pages whose headlines have the same start or end
_FORM_SHARE = 0.2  # of a site's pages: fewer may be a series, such as a daily horoscope
_ALIKE_CHARS = 2  # more or fewer, since spaces at the cut fall away
# of a site's pages; of texts cut within words and after them, some end in a full stop
_ALIKE_MIN, _ALIKE_SHARE = 5, 0.35


class SiteLimits(NamedTuple):
    """What is usual among the pages of a site, from the thresholds of the gates."""

    history: HistoryThresholds
    title_repeats_max: int
    instant_repeats_max: int


class Finding(NamedTuple):
    """The rows that have a flag, and what shows it on each."""

    doubt: Doubt
    rows: npt.NDArray[np.int64]
    shown: Callable[[int], str]


class SiteFlags:
    """Collects the pages of a run that passed; `table` has the flags of those that are odd beside their site."""

    def __init__(self, history: Iterable[PastMetric], limits: SiteLimits) -> None:
        self.limits = limits
        self.sites: dict[str, int] = {}
        self.past = past_shares(history)
        self.shared, self.first = SharedTexts(), FirstPages()
        self.texts, self.marks = SiteTexts(self.past), SiteMarks()
        self._parts: list[Rows] = []
        self._count = 0

    def add(self, table: pa.Table) -> None:
        """Add pages, with COLUMNS."""
        sites = np.array(
            [
                self.sites.setdefault(site_of_row(row), len(self.sites))
                for row in table.select(_SITE_COLUMNS).to_pylist()
            ],
            dtype=np.int64,
        )
        self._parts.append(Rows.of(table, sites))
        self.marks.add(table, self._count)
        self.texts.add(table, sites, list(self.sites), self._count)
        self.shared.add(table.column("text"), sites, self._count)
        self.first.add(table, sites, self._count)
        self._count += table.num_rows

    def table(self) -> pa.Table:
        """One row per flag of a page: doc_id, flag and what shows it."""
        columns: dict[str, list[str]] = {name: [] for name in _SCHEMA.names}
        if self._parts:
            names = [field.name for field in fields(Rows)]
            rows = Rows(*(np.concatenate([getattr(part, name) for part in self._parts]) for name in names))
            beside = list(self.first.findings(self.limits.history.batch_pages_min))
            for doubt, find in _FINDERS.items():
                found = list(find(self, rows))
                for finding in (*found, *_more(doubt, found, beside)):
                    self.marks.flag(finding.doubt.value, finding.rows)
                    for number in finding.rows.tolist():
                        columns["doc_id"].append(f"{int(rows.docs[number]):016x}")
                        columns["flag"].append(finding.doubt.value)
                        columns["shown"].append(finding.shown(number))
        return pa.table(columns, schema=_SCHEMA)


def flag_sites(tables: Iterable[pa.Table], history: Iterable[PastMetric], limits: SiteLimits) -> pa.Table:
    """The flags of pages, of which `tables` have COLUMNS, beside the other pages of their sites (see `SiteFlags`)."""
    flags = SiteFlags(history, limits)
    for table in tables:
        flags.add(table)
    return flags.table()


def _found(doubt: Doubt, is_odd: Mask, shown: Callable[[int], str]) -> Iterator[Finding]:
    rows = np.flatnonzero(is_odd)
    if len(rows):
        yield Finding(doubt, rows, shown)


def _finding(doubt: Doubt, rows: npt.NDArray[np.int64], shown: str) -> Finding:
    """Rows with a flag that the same words show."""
    return Finding(doubt, rows, lambda _: shown)


def _published_together(flags: SiteFlags, rows: Rows) -> Iterator[Finding]:
    """Different texts with one instant; at a full minute only where many pages have it, since clocks publish then."""
    counts = distinct_values(paired(rows.sites, rows.instants), rows.texts, rows.instants != NO_TIME)
    pages = np.bincount(rows.sites)[rows.sites]
    is_full = rows.instants % MICROSECONDS_PER_MINUTE == 0
    is_odd = (counts > flags.limits.instant_repeats_max) & (~is_full | (counts >= _FULL_MINUTE_SHARE * pages))
    yield from _found(Doubt.PUBLISHED_TOGETHER, is_odd, lambda row: f"{counts[row]} articles have this instant")


def _title_shared(flags: SiteFlags, rows: Rows) -> Iterator[Finding]:
    """Headlines that are the same, that a program made of a section and a date, or that have a common start or end."""
    pages, batch_pages_min = np.bincount(rows.sites)[rows.sites], flags.limits.history.batch_pages_min
    is_known = np.zeros(len(rows.sites), dtype=np.bool_)
    for keys, least, share, shown in (
        (rows.titles, flags.limits.title_repeats_max + 1, 0.0, "texts have this headline"),
        (rows.title_forms, flags.limits.title_repeats_max + 1, _FORM_SHARE, "headlines differ in numbers only"),
        (rows.title_starts, batch_pages_min, _PART_SHARE, "headlines start alike"),
        (rows.title_ends, batch_pages_min, _PART_SHARE, "headlines end alike"),
    ):
        counts = distinct_values(paired(rows.sites, keys), rows.texts, keys != 0)
        is_odd = ~is_known & (counts >= max(least, 1)) & (counts >= share * pages)
        is_known |= is_odd
        yield from _found(Doubt.TITLE_SHARED, is_odd, partial(_counted, counts, shown))


def _counted(counts: npt.NDArray[np.int64], shown: str, row: int) -> str:
    return f"{counts[row]} {shown}"


def _summary_shared(flags: SiteFlags, rows: Rows) -> Iterator[Finding]:
    """One summary on many pages of a site that had many; a site whose summary is always its slogan is not damaged."""
    counts = distinct_values(paired(rows.sites, rows.summaries), rows.texts, rows.summaries != 0)
    for _, own in _where_seldom(flags, rows, "same_summary_share", _VARIED_SUMMARIES, rows.summaries != 0):
        odd = own[counts[own] > flags.limits.title_repeats_max]
        if len(odd):
            yield Finding(Doubt.SUMMARY_SHARED, odd, partial(_counted, counts, "texts have this summary"))


def _address_shared(flags: SiteFlags, rows: Rows) -> Iterator[Finding]:
    """Versions of one story have one address under which they were fetched, or one headline."""
    keys, use = paired(rows.sites, rows.addresses), (rows.addresses != 0) & (rows.titles != 0)
    fetched = np.where(rows.urls != 0, rows.urls, rows.texts)
    counts = np.minimum(distinct_values(keys, rows.titles, use), distinct_values(keys, fetched, use))
    is_odd = counts > flags.limits.history.stories_per_address_max
    yield from _found(Doubt.ADDRESS_SHARED, is_odd, lambda row: f"{counts[row]} stories declare this address")
    owner, has_owner = _rows_at(rows)
    is_other = has_owner & use & (rows.texts != rows.texts[owner]) & (rows.titles != rows.titles[owner])
    yield from _found(
        Doubt.ADDRESS_SHARED, is_other & ~is_odd, lambda row: "another story was fetched from the declared address"
    )


def _rows_at(rows: Rows) -> tuple[npt.NDArray[np.int64], Mask]:
    """Per row a row that was fetched from the address it declares, and whether there is one beside itself."""
    order = np.argsort(rows.urls, kind="stable")
    places = np.minimum(np.searchsorted(rows.urls[order], rows.addresses), len(order) - 1)
    owner = order[places]
    has_owner = (rows.addresses != 0) & (rows.urls[owner] == rows.addresses) & (rows.urls != rows.addresses)
    return owner, has_owner & (rows.titles[owner] != 0) & (rows.sites[owner] == rows.sites)


def _title_misplaced(flags: SiteFlags, rows: Rows) -> Iterator[Finding]:
    """Where most headlines of a site hardly fit their texts, all that do not fit well are suspect."""
    limits, has_fit = flags.limits.history, ~np.isnan(rows.fits)
    pages = np.bincount(rows.sites[has_fit], minlength=len(flags.sites))
    poor = np.bincount(rows.sites[has_fit & (rows.fits <= _POOR_FIT)], minlength=len(flags.sites))
    is_site = (pages >= limits.batch_pages_min) & (poor > limits.foreign_headlines_share_max * pages)
    is_odd = ~(rows.fits >= _SURE_FIT) & is_site[rows.sites]  # also those too short to fit
    yield from _found(Doubt.TITLE_MISPLACED, is_odd, partial(_fitting, rows))


def _fitting(rows: Rows, row: int) -> str:
    if np.isnan(rows.fits[row]):
        return "too short to be compared; most headlines of the site do not fit"
    return f"{rows.fits[row]:.0%} of its words are in the text"


def _author_unusual(flags: SiteFlags, rows: Rows) -> Iterator[Finding]:
    """One author on nearly all pages of a site that had many, none where it had some, or the same crowd on all."""
    is_known = np.zeros(len(rows.sites), dtype=np.bool_)
    for share, own in _where_seldom(flags, rows, "authors_missing_share", _NO_AUTHOR_OFTEN, rows.texts != 0):
        odd = own[rows.authors[own] == 0]
        if len(odd) >= (_ALL_PAGES if share <= _NO_AUTHOR_SELDOM else 1) * len(own):
            shown = f"{len(odd)} of {len(own)} pages of the site name none in this run"
            yield _finding(Doubt.AUTHOR_UNUSUAL, odd, shown)
    for _, own in _where_seldom(flags, rows, "same_author_share", _VARIED_AUTHORS, rows.authors != 0):
        values, counts = np.unique(rows.authors[own], return_counts=True)
        if counts.max() >= _ALL_PAGES * len(own):
            odd = own[rows.authors[own] == values[counts.argmax()]]
            yield _finding(Doubt.AUTHOR_UNUSUAL, odd, f"on {len(odd)} pages of the site in this run")
            is_known[odd] = True
    is_odd, counts = has_one_crowd(rows, flags.limits.history)
    yield from _found(Doubt.AUTHOR_UNUSUAL, is_odd & ~is_known, partial(_counted, counts, "texts have these authors"))


def _older_than_usual(flags: SiteFlags, rows: Rows) -> Iterator[Finding]:
    """Old dates on nearly all pages of a site that usually has news."""
    for share, own in _where_seldom(flags, rows, "old_share", _OLD_SELDOM, rows.ages != 0):
        odd = own[rows.ages[own] > _OLD]
        if len(odd) >= _ALL_PAGES * len(own):
            yield _finding(Doubt.OLDER_THAN_USUAL, odd, f"usually {share:.0%} of the site's pages are so old")


def _where_seldom(
    flags: SiteFlags, rows: Rows, metric: str, share_max: float, has_value: Mask
) -> Iterator[tuple[float, npt.NDArray[np.int64]]]:
    """The sites whose earlier pages had little of a metric: that share, and the site's rows with a value in this run.

    Sites with few pages, earlier or now, are left out.
    """
    limits = flags.limits.history
    for name, site in flags.sites.items():
        share, before = flags.past.get((name, metric), (1.0, 0))
        own = rows.of_site(site)
        own = own[has_value[own]]
        if share <= share_max and before >= limits.site_history_rows_min and len(own) >= max(limits.batch_pages_min, 1):
            yield share, own


def _publisher_unusual(flags: SiteFlags, rows: Rows) -> Iterator[Finding]:
    yield from _unusual(flags, rows, rows.publishers, "publisher", Doubt.PUBLISHER_UNUSUAL)
    is_odd, different, named = has_many_names(rows, flags.limits.history)
    yield from _found(Doubt.PUBLISHER_UNUSUAL, is_odd, lambda row: f"{different[row]} publishers on {named[row]} pages")


def _language_unusual(flags: SiteFlags, rows: Rows) -> Iterator[Finding]:
    yield from _unusual(flags, rows, rows.languages, "language", Doubt.LANGUAGE_UNUSUAL)


def _unusual(flags: SiteFlags, rows: Rows, values: Ids, noun: str, doubt: Doubt) -> Iterator[Finding]:
    """Pages with another value than nearly all others of their site: the earlier ones, or else those of the run."""
    limits = flags.limits.history
    usual_of_site = _past_values(flags, noun)
    for name, site in flags.sites.items():
        own = rows.of_site(site)
        own = own[values[own] != 0]
        before = flags.past.get((name, "passed"), (0.0, 0))[1]
        if before < limits.site_history_rows_min and len(own) < limits.batch_pages_min:
            continue
        if before >= limits.site_history_rows_min:
            known = usual_of_site.get(name, {})
            main = max(known.values(), default=0.0)
            usual = [key for key, share in known.items() if share >= _SELDOM_SHARE]
        else:
            own = own[~rows.is_host[own]] if noun == "publisher" else own
            keys, counts = np.unique(values[own], return_counts=True)
            main = counts.max() / counts.sum() if counts.sum() >= limits.batch_pages_min else 0.0
            usual = [keys[counts.argmax()]] if len(keys) else []
        if main >= _MAIN_SHARE:
            odd = own[~np.isin(values[own], np.array(usual, dtype=np.uint64))]
            if len(odd) >= (max(_OTHER_NAMES_MIN, _OTHER_NAMES_SHARE * len(own)) if noun == "publisher" else 1):
                yield _finding(doubt, odd, f"{main:.0%} of the site's pages have another {noun}")


def _past_values(flags: SiteFlags, noun: str) -> dict[str, dict[int, float]]:
    """The shares of the values of a field among the earlier pages of each site, by the hash of the value."""
    values: dict[str, dict[str, float]] = defaultdict(dict)
    for (site, metric), (share, rows) in flags.past.items():
        if metric.startswith(f"{noun}_") and not metric.endswith("_missing_share") and site in flags.sites:
            passed = flags.past.get((site, "passed"), (0.0, rows))[1]
            value = metric.removeprefix(f"{noun}_").removesuffix("_share")
            values[site][value] = share * rows / max(passed, 1)
    return {
        site: dict(zip(hash_strings(pa.array(list(shares))).tolist(), shares.values(), strict=True))
        for site, shares in values.items()
    }


def _lengths_alike(flags: SiteFlags, rows: Rows) -> Iterator[Finding]:
    """Texts that a program cut after a number of characters, with or without those between paragraphs."""
    pages, is_known = np.bincount(rows.sites)[rows.sites], rows.lengths == 0
    # with the characters between paragraphs, and with the summary above them
    for between, has_lead in itertools.product((0, 1, 2), (True, False)):
        lengths = rows.lengths - between * rows.breaks - (0 if has_lead else rows.leads - between)
        keys = rows.sites * (lengths.max(initial=0) + 3 * _ALIKE_CHARS) + lengths + _ALIKE_CHARS
        ordered = np.sort(keys[rows.lengths > 0])
        counts = np.searchsorted(ordered, keys + _ALIKE_CHARS, "right")
        counts -= np.searchsorted(ordered, keys - _ALIKE_CHARS, "left")
        is_odd = ~is_known & (counts >= np.maximum(_ALIKE_MIN, _ALIKE_SHARE * pages))
        is_known |= is_odd
        yield from _found(Doubt.LENGTHS_ALIKE, is_odd, partial(_counted, counts, "texts end after as many characters"))


def _text_shared(flags: SiteFlags, rows: Rows) -> Iterator[Finding]:
    shares = flags.shared.shares(rows.texts)
    numbers = np.array(sorted(shares), dtype=np.int64)
    if len(numbers):
        yield Finding(Doubt.TEXT_SHARED, numbers, lambda row: f"{shares[row]:.0%} of the text")


def _unlike_usual(flags: SiteFlags, rows: Rows) -> Iterator[Finding]:
    for is_title, own, shown in flags.texts.unusual(flags.limits.history.batch_pages_min):
        yield Finding(Doubt.TITLE_UNLIKE_USUAL if is_title else Doubt.TEXT_UNLIKE_USUAL, own, shown)


def _shown_beside(flags: SiteFlags, rows: Rows) -> Iterator[Finding]:
    """Nothing but what the first pages of a site show beside each other (see `FirstPages`)."""
    yield from ()


def _field_missing(flags: SiteFlags, rows: Rows) -> Iterator[Finding]:
    for own, shown in flags.marks.missing(Sites(rows.sites, rows.of_site), _earlier(flags, rows)):
        yield _finding(Doubt.FIELD_MISSING, own, shown)


def _left_out(doubt: Doubt, name: str, flags: SiteFlags, rows: Rows) -> Iterator[Finding]:
    """The rows of sites of which a declared value was left out on most pages."""
    sites = Sites(rows.sites, rows.of_site)
    for own in flags.marks.left_out(sites, set(_large_sites(flags, rows).values()), name):
        yield _finding(doubt, own, f"declared on {len(own)} pages of the site")


def _site_flagged(flags: SiteFlags, rows: Rows) -> Iterator[Finding]:
    limits = flags.limits.history
    new = first_seen(flags.past, _large_sites(flags, rows), limits.site_history_rows_min)
    for own, shown in flags.marks.unflagged(Sites(rows.sites, rows.of_site), _earlier(flags, rows), new):
        yield _finding(Doubt.SITE_FLAGGED, own, shown)


def _earlier(flags: SiteFlags, rows: Rows) -> Earlier:
    return earlier_shares(flags.past, _large_sites(flags, rows), flags.limits.history.site_history_rows_min)


def _large_sites(flags: SiteFlags, rows: Rows) -> dict[str, int]:
    """The sites with enough pages in the run."""
    pages = np.bincount(rows.sites, minlength=len(flags.sites))
    return {
        name: site for name, site in flags.sites.items() if pages[site] >= max(flags.limits.history.batch_pages_min, 1)
    }


def _more(doubt: Doubt, found: Sequence[Finding], beside: Sequence[Shown]) -> Iterator[Finding]:
    """The rows that the first pages of their site add to those found; of one row each flag is there once."""
    known = np.concatenate([finding.rows for finding in found]) if found else np.array([], dtype=np.int64)
    for own in beside:
        rows = own.rows[~np.isin(own.rows, known)]
        if own.doubt is doubt and len(rows):
            known = np.concatenate([known, rows])
            yield _finding(doubt, rows, own.shown)


# each flag with what finds it; in brackets the percent of 2,649 real articles that have it, without history
_FINDERS: dict[Doubt, Callable[[SiteFlags, Rows], Iterator[Finding]]] = {
    Doubt.PUBLISHED_TOGETHER: _published_together,  # (0)
    Doubt.TITLE_SHARED: _title_shared,  # (0)
    Doubt.SUMMARY_SHARED: _summary_shared,  # (0)
    Doubt.ADDRESS_SHARED: _address_shared,  # (0)
    Doubt.TITLE_MISPLACED: _title_misplaced,  # (0)
    Doubt.AUTHOR_UNUSUAL: _author_unusual,  # (0)
    Doubt.AUTHOR_DAMAGED: partial(_left_out, Doubt.AUTHOR_DAMAGED, AUTHOR_LEFT_OUT),  # (0)
    Doubt.PUBLISHER_DAMAGED: partial(_left_out, Doubt.PUBLISHER_DAMAGED, PUBLISHER_LEFT_OUT),  # (0)
    Doubt.ADDRESS_OF_FRONT_PAGE: partial(_left_out, Doubt.ADDRESS_OF_FRONT_PAGE, ADDRESS_LEFT_OUT),  # (0)
    Doubt.OLDER_THAN_USUAL: _older_than_usual,  # (0)
    Doubt.PUBLISHER_UNUSUAL: _publisher_unusual,  # (0)
    Doubt.LANGUAGE_UNUSUAL: _language_unusual,  # (0.04)
    Doubt.LENGTHS_ALIKE: _lengths_alike,  # (0)
    Doubt.TEXT_SHARED: _text_shared,  # (0.08)
    Doubt.TEXT_UNLIKE_USUAL: _unlike_usual,  # (0)
    Doubt.WORDS_OUT_OF_ORDER: _shown_beside,  # (0)
    Doubt.SPACES_DAMAGED: _shown_beside,  # (0)
    Doubt.FIELD_MISSING: _field_missing,  # (0)
    Doubt.SITE_FLAGGED: _site_flagged,  # (0), after all others
}
SITE_FLAGS = (*(doubt.value for doubt in _FINDERS), Doubt.TITLE_UNLIKE_USUAL.value)
