"""What shows only over the pages of a site in one run, without any history: one address for many stories, a publisher
that changes from page to page, headlines that belong to other texts.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from tasks.quality.drift import ComparedMetric
from tasks.quality.metrics import site_of_row
from tasks.quality.thresholds import HistoryThresholds
from tasks.vocabulary import Doubt

_ADDRESSES_MAX = 200_000  # remembered over all sites; an address that all pages share comes early
_HEADLINES_KEPT = 50  # of one address
_PUBLISHERS_KEPT = 1_000  # of one site


class _Site:
    """What the pages of one site say."""

    def __init__(self) -> None:
        self.pages = 0
        self.with_publisher = 0
        self.publishers: set[str] = set()
        self.with_headline = 0
        self.foreign_headlines = 0  # hardly a word of them is in the text
        self.headlines: dict[str, set[int]] = {}  # declared address -> hashes of the headlines under it
        self.stories: dict[str, set[int]] = {}  # declared address -> hashes of what tells its pages apart


class SiteBatches:
    """Collects the pages that passed; `compared` then judges each site. Memory grows with sites, not with pages."""

    def __init__(self, limits: HistoryThresholds) -> None:
        self._limits = limits
        self._sites: dict[str, _Site] = {}
        self._addresses = 0

    def watch(self, rows: Iterable[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
        """The same rows, each counted as it passes."""
        for row in rows:
            self.add(row)
            yield row

    def add(self, row: Mapping[str, Any]) -> None:
        """Count a page that passed, with the columns of `metrics.COLUMNS`."""
        site = self._sites.setdefault(site_of_row(row), _Site())
        site.pages += 1
        if row["publisher"]:
            site.with_publisher += 1
            if len(site.publishers) < _PUBLISHERS_KEPT:
                site.publishers.add(row["publisher"])
        if row["title"]:
            site.with_headline += 1
            site.foreign_headlines += Doubt.TITLE_NOT_IN_TEXT in row["flags"]
        address = row["canonical_url"]
        if not address or not row["title"]:
            return
        if address not in site.headlines:
            if self._addresses >= _ADDRESSES_MAX:
                return
            self._addresses += 1
        headlines = site.headlines.setdefault(address, set())
        if len(headlines) < _HEADLINES_KEPT:
            headlines.add(hash(row["title"].casefold()))
            # versions of one story have one address under which they were fetched
            site.stories.setdefault(address, set()).add(hash(row["url"] or row["text_digest"]))

    def compared(self) -> list[ComparedMetric]:
        """Each site that has enough pages, rule by rule: `usual` or `outside`."""
        metrics: list[ComparedMetric] = []
        for name, site in sorted(self._sites.items()):
            metrics += self._address(name, site)
            if site.with_publisher >= self._limits.batch_pages_min and site.pages <= _PUBLISHERS_KEPT:
                metrics.append(self._publishers(name, site))
            if site.with_headline >= self._limits.batch_pages_min:
                metrics.append(self._headlines(name, site))
        return metrics

    def _address(self, name: str, site: _Site) -> list[ComparedMetric]:
        if not site.headlines:
            return []
        address = max(site.headlines, key=lambda key: min(len(site.headlines[key]), len(site.stories[key])))
        stories = min(len(site.headlines[address]), len(site.stories[address]))
        high = float(self._limits.stories_per_address_max)
        sentence = f"{name}: {stories} stories with different headlines declare one address as their own: {address}"
        return [
            _judged(
                ComparedMetric(name, "stories_of_address", stories, None, high, site.pages), "site_address", sentence
            )
        ]

    def _publishers(self, name: str, site: _Site) -> ComparedMetric:
        share = len(site.publishers) / site.with_publisher
        high = self._limits.publishers_share_max
        sentence = f"{name}: {len(site.publishers)} different publishers on {site.with_publisher} pages"
        metric = ComparedMetric(name, "different_publishers_share", share, None, high, site.with_publisher)
        return _judged(metric, "site_publisher", sentence)

    def _headlines(self, name: str, site: _Site) -> ComparedMetric:
        share = site.foreign_headlines / site.with_headline
        high = self._limits.foreign_headlines_share_max
        where = f"{site.foreign_headlines} of {site.with_headline} pages"
        sentence = f"{name}: hardly a word of the headline is in the text on {where}"
        metric = ComparedMetric(name, "foreign_headlines_share", share, None, high, site.with_headline)
        return _judged(metric, "site_headlines", sentence)


def _judged(metric: ComparedMetric, code: str, sentence: str) -> ComparedMetric:
    is_outside = metric.high is not None and metric.value > metric.high
    return (
        replace(metric, state="outside", code=code, sentence=sentence) if is_outside else replace(metric, state="usual")
    )
