"""A run's metrics compared with those of earlier runs; a metric outside its usual range gets a sentence.

A metric is outside if chance alone seldom puts it there (`tasks.quality.chance`) and if it is further from the usual
than a floor, below which a change does not matter. Chance is shared out among the comparisons of a run, so that a run
of natural variation seldom has a warning, however many sites and metrics it has. Over all pages the limits are
also at least k times the median absolute deviation (scaled to a standard deviation, 1.4826) from the median.
Volumes and lengths are compared as logarithms, since they change by factors. Sites with few pages are judged together.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from statistics import fmean, median

from tasks.quality.chance import absence_chance, deviates, length_reach, share_limits
from tasks.quality.metrics import ALL, Metric, PastMetric, is_sparse
from tasks.quality.thresholds import HistoryThresholds

_SCALE = 1.4826  # from the MAD to a standard deviation of a normal distribution
# the probability that chance alone raises a warning in a run: half for all pages, a quarter for sites, a quarter for
# missing sites. Natural variation is only estimated, so this is less than the one run in a hundred that is promised.
_FALSE_WARNINGS = 0.004
_RARE_ROWS = 3  # two pages with a rare doubt are chance
SMALL_SITES = "small-sites"  # the sites with too few pages to be judged alone, together
_SITE_NAME_FLOOR = 0.5  # of a site's pages; below, a change of publisher or of repeated bylines is news of the day
FAMILIES = {
    "pages": "volume",
    "passed": "volume",
    "duplicate_share": "duplicate_share",
    "near_duplicate_share": "duplicate_share",
    "quarantined_share": "quarantined_share",
    "words_median": "length",
    "paragraphs_median": "length",
    "confidence_mean": "confidence",
    "cut_off_share": "cut_off_share",
    "live_share": "live_share",
    "old_share": "age",
}
_COMPARED_AS_LOGARITHMS = ("volume", "length")  # families


@lru_cache(1 << 12)  # each site of a run has the same
def family(metric: str) -> str | None:
    """The rule for a metric; None for one without a rule."""
    if metric.startswith("flag_"):
        return "doubts"
    if (metric.startswith("publisher_") and is_sparse(metric)) or metric == "same_publisher_share":
        return "site_publisher"
    if metric == "same_author_share":
        return "site_authors"
    if "_under_" in metric:
        return "site_length"
    if is_sparse(metric):
        return "language_mix"
    return "null_share" if metric.endswith("_missing_share") else FAMILIES.get(metric)


@dataclass(frozen=True)
class ComparedMetric:
    """A metric of a run beside its usual range; `site` is empty for all pages together."""

    site: str = ALL
    metric: str = ""
    value: float = 0.0
    low: float | None = None  # None: no limit is known; infinity is written to JSON as null
    high: float | None = None
    rows: int = 0  # pages behind the value
    state: str = "outside"  # usual | outside | no_history
    code: str | None = None  # the rule that an outside value breaks, without `dataset.`, e.g. `site_layout`
    sentence: str | None = None

    @property
    def is_of_site(self) -> bool:
        """Whether one site changed, rather than the run as a whole."""
        return self.site != ALL


_History = defaultdict[tuple[str, str], list[PastMetric]]  # earlier metrics by site and name


def compare(
    metrics: Iterable[Metric], history: Iterable[PastMetric], limits: HistoryThresholds
) -> list[ComparedMetric]:
    """Each metric of a run with its usual range.

    `history` are the metrics of earlier published runs; `limits` the thresholds of `thresholds.yml: dataset`.
    """
    now = {(row["site"], row["metric"]): row for row in metrics}
    past: _History = defaultdict(list)
    runs: set[str] = set()
    for row in history:
        past[row["site"], row["metric"]].append(row)
        runs.add(row["run_id"])
    # a language that is not in the run has a share of 0
    for site, metric in list(past):
        if site == ALL and family(metric) == "language_mix" and (site, metric) not in now and (ALL, "pages") in now:
            now[site, metric] = {"site": ALL, "metric": metric, "value": 0.0, "rows": now[ALL, "pages"]["rows"]}
    judge = _Judge(now, past, len(runs), limits)
    compared = [judged for row in now.values() if (judged := judge.metric(row))]
    return [*compared, *judge.small_sites(), *judge.missing_sites(), *_stale(now, past)]


def _zeros(rows: Sequence[PastMetric], passed: Sequence[PastMetric]) -> list[PastMetric]:
    """The rows of a sparse metric for the runs that do not have it: a share of 0 of the pages that passed there."""
    named = {row["run_id"] for row in rows}
    return [{**row, "value": 0.0, "rows": int(row["value"])} for row in passed if row["run_id"] not in named]


def _judged(row: Metric, low: float, high: float, code: str, sentence: str) -> ComparedMetric:
    metric = ComparedMetric(row["site"], row["metric"], row["value"], low, high, row["rows"], "usual")
    if low <= row["value"] <= high:
        return metric
    return replace(metric, state="outside", code=code, sentence=sentence)


class _Judge:
    """Judges the metrics of one run, with the share of chance that each comparison has."""

    def __init__(
        self, now: Mapping[tuple[str, str], Metric], past: _History, runs: int, limits: HistoryThresholds
    ) -> None:
        self.now, self.past, self.runs, self.limits = now, past, runs, limits
        compared = [site == ALL for site, metric in now if family(metric) is not None]
        expected = {site for site, metric in past if metric == "pages" and site != ALL}
        self.chance_of_all = _FALSE_WARNINGS / 2 / max(sum(compared), 1)
        self.chance_of_site = _FALSE_WARNINGS / 4 / max(len(compared) - sum(compared), 1)
        self.chance_of_absence = _FALSE_WARNINGS / 4 / max(len(expected), 1)
        self.small: defaultdict[str, list[tuple[Metric, list[PastMetric]]]] = defaultdict(list)

    def metric(self, row: Metric) -> ComparedMetric | None:
        """A metric with its usual range; None for one that is not compared."""
        if family(row["metric"]) is None:
            return None
        rows: list[PastMetric] = self.past[row["site"], row["metric"]]
        if is_sparse(row["metric"]):
            rows = [*rows, *_zeros(rows, self.past[row["site"], "passed"])]
        return self._over_all(row, rows) if row["site"] == ALL else self._of_site(row, rows)

    def _over_all(self, row: Metric, rows: Sequence[PastMetric]) -> ComparedMetric:
        name, limits = row["metric"], self.limits
        kind = str(family(name))
        if self.runs < limits.history_runs_min:
            sentence = f"too little history to compare: {self.runs} of {limits.history_runs_min} runs"
            return ComparedMetric(**row, state="no_history", sentence=sentence)
        values = [past["value"] for past in rows]
        if not values:
            return _judged(row, -math.inf, math.inf, kind, "")
        centre = median(values)
        sentence = f"{name} is {_shown(name, row['value'])}, usually about {_shown(name, centre)}"
        if kind in _COMPARED_AS_LOGARITHMS:
            logs = [math.log(max(value, 0.5)) for value in values]
            reach = max(_deviation(logs, limits), self._reach_of_logarithm(row, rows, self.chance_of_all))
            return _judged(row, centre * math.exp(-reach), max(centre, 0.5) * math.exp(reach), kind, sentence)
        if not name.endswith(
            "_share"
        ):  # the mean of a confidence; its spread is half of the widest that a share can have
            spread = math.sqrt(max(centre * (1 - centre), 0.0)) / 2
            error = spread * math.sqrt(1 / max(row["rows"], 1) + 1 / max(sum(past["rows"] for past in rows), 1))
            reach = max(_deviation(values, limits), deviates(self.chance_of_all, len(values)) * error)
            reach = max(reach, limits.share_floor)
            return _judged(row, centre - reach, centre + reach, kind, sentence)
        floor = limits.doubt_share_floor if kind == "doubts" else limits.share_floor
        low, high = share_limits(rows, row["rows"], self.chance_of_all)
        reach = max(_deviation(values, limits), floor)
        low, high = min(low, centre - reach), max(high, centre + reach)
        # fewer doubts, fewer old texts and fewer missing fields are no alarm
        if kind not in ("language_mix", "duplicate_share", "quarantined_share"):
            low = -math.inf
        if kind == "doubts" and row["value"] * row["rows"] < _RARE_ROWS:
            high = math.inf
        return _judged(row, low, high, kind, sentence)

    def _reach_of_logarithm(self, row: Metric, rows: Sequence[PastMetric], chance: float) -> float:
        """How far a volume or a median length may be from the usual one."""
        site, name = row["site"], row["metric"]
        if family(name) == "volume":
            usual = max(fmean(past["value"] for past in rows), 1.0)
            floor = -math.log(1 - min(self.limits.volume_floor, 0.99))
            return max(floor, deviates(chance, len(rows)) / math.sqrt(usual))  # a count varies by its square root
        spread = name.replace("_median", "_spread")
        measured = [*self.past[site, spread], *([self.now[site, spread]] if (site, spread) in self.now else [])]
        usual_ratio = math.log(self.limits.site_length_ratio)
        floor = usual_ratio if site != ALL else -math.log(1 - min(self.limits.length_floor, 0.99))
        return max(floor, length_reach(rows, row["rows"], [past["value"] for past in measured], chance))

    def _of_site(self, row: Metric, rows: list[PastMetric]) -> ComparedMetric | None:
        """A site's share or length compared with all its earlier pages; None if there are too few."""
        before, now = sum(past["rows"] for past in rows), row["rows"]
        name, site, limits = row["metric"], row["site"], self.limits
        if before < limits.site_history_rows_min:
            return None
        if now < limits.site_rows_min:
            if name.endswith("_share") and family(name) != "site_publisher":
                self.small[name].append((row, rows))
            return None
        centre = sum(past["value"] * past["rows"] for past in rows) / before
        if family(name) == "length":
            reach = self._reach_of_logarithm(row, rows, self.chance_of_site)
            sentence = f"{site}: {name} is {row['value']:.0f} on {now} pages, before {centre:.0f}"
            low, high = centre * math.exp(-reach), centre * math.exp(reach)
            return _judged(row, low, high, "site_layout", f"{sentence}: has its layout changed?")
        return self._share_of_site(row, rows, centre) if name.endswith("_share") else None

    def _share_of_site(self, row: Metric, rows: Sequence[PastMetric], centre: float) -> ComparedMetric:
        name, kind = row["metric"], str(family(row["metric"]))
        is_of_names = kind in ("site_publisher", "site_authors")
        floor = _SITE_NAME_FLOOR if is_of_names else self.limits.site_share_floor
        low, high = centre - floor, centre + floor
        if not low <= row["value"] <= high:  # the rest need no statistics, and there are many sites
            chance_low, chance_high = share_limits(rows, row["rows"], self.chance_of_site)
            low, high = min(low, chance_low), max(high, chance_high)
        if kind not in ("language_mix", "site_publisher", "site_length"):  # fewer missing values are no drift
            low = -math.inf
        sentence = f"{row['site']}: {name} is {row['value']:.0%} on {row['rows']} pages, before {centre:.0%}"
        if is_of_names:
            return _judged(row, low, high, kind, sentence)
        question = "" if kind == "language_mix" else ": has its layout changed?"
        return _judged(row, low, high, "site_layout", sentence + question)

    def small_sites(self) -> list[ComparedMetric]:
        """The shares of all sites that have too few pages to be judged alone, as if they were one site."""
        compared = []
        for name, members in self.small.items():
            rows = sum(row["rows"] for row, _ in members)
            if len(members) < 2 or rows < self.limits.site_rows_min:
                continue
            pooled: Metric = {
                "site": SMALL_SITES,
                "metric": name,
                "value": sum(row["value"] * row["rows"] for row, _ in members) / rows,
                "rows": rows,
            }
            # earlier pages of a site count as much as its pages of this run do
            usual = sum(row["rows"] * _mean(past) for row, past in members) / rows
            before = min(sum(run["rows"] for run in past) for _, past in members) * len(members)
            history: list[PastMetric] = [{**pooled, "value": usual, "rows": before, "run_id": ""}]
            compared.append(self._share_of_site(pooled, history, usual))
        return compared

    def missing_sites(self) -> list[ComparedMetric]:
        """Sites that nearly all earlier runs have and this one does not, where chance does not explain it."""
        if self.runs < self.limits.history_runs_min:
            return []
        order = list(dict.fromkeys(row["run_id"] for row in self.past[ALL, "pages"]))
        missing = []
        for (site, metric), rows in self.past.items():
            if site == ALL or metric != "pages" or (site, metric) in self.now:
                continue
            volumes = {row["run_id"]: row["value"] for row in rows}
            # absent from the last runs, too: each makes chance less likely
            absent = next((age for age, run in enumerate(reversed(order)) if run in volumes), 0)
            watched = [volumes.get(run, 0.0) for run in order[: len(order) - absent]]
            present = sum(volume > 0 for volume in watched) / max(len(watched), 1)
            chance = absence_chance(watched) ** (absent + 1)
            if present >= self.limits.site_present_share and chance <= self.chance_of_absence:
                row: Metric = {"site": site, "metric": "pages", "value": 0.0, "rows": 0}
                usual = median(volumes.values())
                sentence = f"{site}: no page, where {len(rows)} of the last {self.runs} runs had about {usual:.0f}"
                missing.append(_judged(row, 1.0, math.inf, "site_missing", sentence))
        return missing


def _mean(rows: Sequence[PastMetric]) -> float:
    return sum(row["value"] * row["rows"] for row in rows) / sum(row["rows"] for row in rows)


def _shown(name: str, value: float) -> str:
    return f"{value:.1%}" if name.endswith("_share") else f"{value:,.2f}".rstrip("0").rstrip(".")


def _deviation(values: list[float], limits: HistoryThresholds) -> float:
    centre = median(values)
    return limits.mad_factor * _SCALE * median(abs(value - centre) for value in values)


def _stale(now: Mapping[tuple[str, str], Metric], past: _History) -> list[ComparedMetric]:
    """Whether the newest page is older than the newest of an earlier run: replayed, late, or out of order."""
    key = (ALL, "fetched_at_newest")
    if key not in now or not past[key]:
        return []
    newest = max(row["value"] for row in past[key])
    days = (newest - now[key]["value"]) / 86_400
    sentence = f"the newest page was fetched {days:.1f} days before the newest of an earlier run"
    return [_judged(now[key], newest - 86_400, math.inf, "stale", sentence)]
