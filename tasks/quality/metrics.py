"""The metrics of one run, over all its pages and by site: counts, shares of missing values, lengths, languages."""

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from statistics import median
from typing import Any, TypedDict
from urllib.parse import urlsplit

import numpy as np

from tasks.quality.profiles import Profiles, profile, usual_range

# the columns that `of_run` needs of the candidates that passed all gates
COLUMNS = tuple(
    "doc_id domain publisher source_uri url published_date published_at published_utc_offset_minutes authors topics "
    "image_url language summary word_count paragraph_count confidence kind flags fetched_at title canonical_url "
    "text_digest text".split()
)
# columns whose missing values are counted, by the name in the metric
MISSING = {
    "date": "published_date",
    "time": "published_at",
    "offset": "published_utc_offset_minutes",
    "authors": "authors",
    "publisher": "publisher",
    "language": "language",
    "topics": "topics",
    "image": "image_url",
    "summary": "summary",
    "url": "url",
    "canonical": "canonical_url",
}
_OLD = timedelta(days=30)  # between publication and fetch: little news is older when it is first fetched
LANGUAGES = 5  # the most frequent ones have a metric
ALL = ""  # the group of all pages
_MAX_LENGTHS = 10_000  # of a group, for its median
_MAX_NAMES = 10_000  # different publishers or bylines of a site
# the share of shorter texts shows a change in a part of a site's pages, which a median hides
_WORDS_UNDER, _PARAGRAPHS_UNDER = (50, 100, 200, 400, 800), (3, 6, 12)
_PROFILES_MIN, _PROFILES_MAX = 10, 20  # texts of a site in a run: fewer have no range, more have the same
_MAIN_PUBLISHER_SHARE = 0.5  # of a site's pages: its name is a metric of the site


_COPIED = re.compile(r"/(https?://[^/?#]+)")  # the address of the original, in the path of a copy's address


class Metric(TypedDict):
    """A row of `schema.QUALITY_METRICS` without the columns of the run; `site` is ALL for all pages together."""

    site: str
    metric: str
    value: float
    rows: int  # pages behind the value


class PastMetric(Metric):
    """A metric of an earlier run."""

    run_id: str


def _host(url: str) -> str | None:
    try:
        return urlsplit(url).hostname if "://" in url else None
    except ValueError:  # files may give any text as an address
        return None


def site_of_row(row: Mapping[str, Any]) -> str:
    """The site of a page: the host of its address, else its publisher, else its folder.

    A copy in an archive of the Web is a page of the site that it was copied from.
    """
    url = row.get("url") or ""
    copied = _COPIED.search(url, 8) if "/http" in url else None  # behind the scheme of the copy's own address
    host = (_host(copied[1]) if copied else None) or row.get("domain") or _host(url)
    if host:
        return str(host).removeprefix("www.")
    return str(row.get("publisher") or PurePosixPath(row["source_uri"].partition("#")[0]).parent)


class Tally:
    """Sums over the pages of one group."""

    def __init__(self) -> None:
        self.rows = 0
        self.missing: Counter[str] = Counter()
        self.languages: Counter[str] = Counter()
        self.words: list[int] = []
        self.paragraphs: list[int] = []
        self.confidence = 0.0
        self.kinds: Counter[str] = Counter()
        self.flags: Counter[str] = Counter()
        self.publishers: Counter[str] = Counter()
        self.bylines: Counter[tuple[str, ...]] = Counter()
        self.summaries: Counter[int] = Counter()  # by hash, which has no use outside this process
        self.profiles: list[Profiles] = []
        self.old = 0
        self.quarantined = 0
        self.newest: datetime | None = None

    def add(self, row: Mapping[str, Any]) -> None:
        """Count a page that passed."""
        self.rows += 1
        for name, column in MISSING.items():
            self.missing[name] += row[column] is None or row[column] == []
        if row["language"]:
            self.languages[row["language"]] += 1
        if len(self.words) < _MAX_LENGTHS:
            self.words.append(row["word_count"])
            self.paragraphs.append(row["paragraph_count"])
        self.confidence += row["confidence"]
        self.kinds[row["kind"]] += 1
        self.flags.update(row["flags"])
        _count_name(self.publishers, row["publisher"])
        _count_name(self.bylines, tuple(row["authors"] or ()))
        _count_name(self.summaries, hash(row["summary"]) if row["summary"] else None)
        if row["fetched_at"] and row["published_date"]:
            self.old += row["published_date"] < (row["fetched_at"] - _OLD).date()
        if row["fetched_at"] and (self.newest is None or row["fetched_at"] > self.newest):
            self.newest = row["fetched_at"]

    def add_text(self, text: str, title: str | None) -> None:
        """Take in what a text and its headline are made of."""
        if len(self.profiles) < _PROFILES_MAX:
            self.profiles.append(profile(text, title))

    def metrics(self) -> dict[str, tuple[float, int]]:
        """Metrics by name: the value, and the number of pages that it is computed from."""
        received = self.rows + self.quarantined
        values = {"pages": (float(received), received), "passed": (float(self.rows), received)}
        if received:
            values["quarantined_share"] = (self.quarantined / received, received)
        if self.rows:
            values |= {f"{name}_missing_share": (self.missing[name] / self.rows, self.rows) for name in MISSING}
            values["words_median"] = (float(median(self.words)), self.rows)
            values["paragraphs_median"] = (float(median(self.paragraphs)), self.rows)
            values["words_spread"] = (_spread(self.words), self.rows)
            values["paragraphs_spread"] = (_spread(self.paragraphs), self.rows)
            values["confidence_mean"] = (self.confidence / self.rows, self.rows)
            values["cut_off_share"] = (self.kinds["stub"] / self.rows, self.rows)
            values["live_share"] = (self.kinds["live"] / self.rows, self.rows)
            values["old_share"] = (self.old / self.rows, self.rows)
            # only languages and flags that occur; an absent one has a share of 0
            for language, count in self.languages.most_common(LANGUAGES):
                values[f"language_{language}_share"] = (count / self.rows, self.rows)
            values |= {
                f"flag_{code}_share": (count / self.rows, self.rows) for code, count in sorted(self.flags.items())
            }
        if self.newest:
            values["fetched_at_newest"] = (self.newest.timestamp(), self.rows)
        return values

    def site_metrics(self) -> dict[str, tuple[float, int]]:
        """The metrics that mean something only within one site: lengths, how names repeat, what texts are made of."""
        values: dict[str, tuple[float, int]] = {}
        for noun, lengths, limits in (
            ("words", self.words, _WORDS_UNDER),
            ("paragraphs", self.paragraphs, _PARAGRAPHS_UNDER),
        ):
            if lengths:
                for limit in limits:
                    shorter = sum(length < limit for length in lengths)
                    values[f"{noun}_under_{limit}_share"] = (shorter / len(lengths), len(lengths))
        repeated: tuple[tuple[str, Counter[Any]], ...] = (
            ("publisher", self.publishers),
            ("author", self.bylines),
            ("summary", self.summaries),
        )
        for noun, names in repeated:
            if (named := names.total()) > 1:
                values[f"same_{noun}_share"] = (_repetition(names), named)
        for name, number in self.publishers.most_common(1):
            if number >= _MAIN_PUBLISHER_SHARE * self.rows:
                values[f"publisher_{name}_share"] = (number / self.rows, self.rows)
        if len(self.profiles) >= _PROFILES_MIN:
            own = usual_range(np.array(self.profiles))
            values |= {name: (value, len(self.profiles)) for name, value in own.items()}
        return values


def _count_name(names: Counter[Any], name: str | int | tuple[str, ...] | None) -> None:
    if name and (name in names or len(names) < _MAX_NAMES):
        names[name] += 1


def _repetition(names: Counter[Any]) -> float:
    """The probability that two pages have the same name: unlike the share of the first name, it is the same in small
    and large runs.
    """
    total = names.total()
    return sum(number * (number - 1) for number in names.values()) / (total * (total - 1))


def _spread(lengths: list[int]) -> float:
    """The standard deviation of the logarithms."""
    logs = [math.log(max(length, 1)) for length in lengths]
    mean = math.fsum(logs) / len(logs)
    return math.sqrt(math.fsum([(one - mean) ** 2 for one in logs]) / len(logs))  # `pstdev` counts in fractions


def of_run(
    passed: Iterable[Mapping[str, Any]], quarantined: Iterable[Mapping[str, Any]], counts: Mapping[str, int]
) -> list[Metric]:
    """The metrics of a run, over all (`site` is "") and by site.

    `passed` are candidates with COLUMNS, `quarantined` rows of `schema.QUARANTINE`, `counts` the number of pages by
    outcome.
    """
    tallies: dict[str, Tally] = defaultdict(Tally)
    for row in passed:
        tallies[ALL].add(row)
        own = tallies[site_of_row(row)]
        own.add(row)
        own.add_text(row["text"], row["title"])
    for row in quarantined:
        tallies[ALL].quarantined += 1
        tallies[site_of_row(row)].quarantined += 1
    run_metrics: list[Metric] = []
    for site in sorted(tallies):
        tally = tallies[site]
        for name, (value, rows) in (tally.metrics() | ({} if site == ALL else tally.site_metrics())).items():
            run_metrics.append({"site": site, "metric": name, "value": value, "rows": rows})
    received = counts.get("received", 0)
    if received:
        for name, count in (("duplicate_share", "duplicates"), ("near_duplicate_share", "near_duplicates")):
            run_metrics.append(
                {"site": ALL, "metric": name, "value": counts.get(count, 0) / received, "rows": received}
            )
    return run_metrics


def is_sparse(metric: str) -> bool:
    """Whether a metric is 0 in a run that does not have it."""
    return metric.startswith(("flag_", "language_", "publisher_")) and not metric.endswith("_missing_share")
