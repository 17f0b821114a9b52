"""A run's metrics compared with those of earlier runs; a metric outside its usual range gets a sentence.

Over all pages, the range of a metric is the median of the last runs +- the largest of three: k times the median
absolute deviation (scaled to a standard deviation, 1.4826), z standard errors of the pooled share, and a floor.
Volumes and lengths are compared as logarithms, since they change by factors. For a site, of which a run has few
pages, a share is compared with the pooled share of the earlier runs and a length by its ratio.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from statistics import median

from tasks.quality.metrics import ALL, Metric, PastMetric, is_sparse
from tasks.quality.thresholds import HistoryThresholds

_SCALE = 1.4826  # from the MAD to a standard deviation of a normal distribution
_Z = 4.0  # standard errors; with a few hundred metrics per run, chance raises less than one alarm in a hundred runs
_RARE_ROWS = 3  # two pages with a rare doubt are chance
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


def family(metric: str) -> str | None:
    """The rule for a metric; None for one without a rule."""
    if metric.startswith("flag_"):
        return "doubts"
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
        return self.code in ("site_layout", "site_missing")


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
    compared = []
    for (site, metric), measured in now.items():
        if family(metric) is None:
            continue
        rows = past[site, metric]
        if is_sparse(metric):
            rows = [*rows, *_zeros(rows, past[site, "passed"])]
        judged = _over_all(measured, rows, len(runs), limits) if site == ALL else _of_site(measured, rows, limits)
        if judged:
            compared.append(judged)
    return [*compared, *_missing_sites(now, past, len(runs), limits), *_stale(now, past)]


def _zeros(rows: Sequence[PastMetric], passed: Sequence[PastMetric]) -> list[PastMetric]:
    """The rows of a sparse metric for the runs that do not have it: a share of 0 of the pages that passed there."""
    named = {row["run_id"] for row in rows}
    return [{**row, "value": 0.0, "rows": int(row["value"])} for row in passed if row["run_id"] not in named]


def _judged(row: Metric, low: float, high: float, code: str, sentence: str) -> ComparedMetric:
    metric = ComparedMetric(row["site"], row["metric"], row["value"], low, high, row["rows"], "usual")
    if low <= row["value"] <= high:
        return metric
    return replace(metric, state="outside", code=code, sentence=sentence)


def _over_all(row: Metric, rows: Sequence[PastMetric], runs: int, limits: HistoryThresholds) -> ComparedMetric:
    name = row["metric"]
    kind = str(family(name))
    if runs < limits.history_runs_min:
        sentence = f"too little history to compare: {runs} of {limits.history_runs_min} runs"
        return ComparedMetric(**row, state="no_history", sentence=sentence)
    values = [past["value"] for past in rows]
    if not values:
        return _judged(row, -math.inf, math.inf, kind, "")
    centre = median(values)
    is_share = name.endswith("_share")
    sentence = f"{name} is {_shown(name, row['value'])}, usually about {_shown(name, centre)}"
    if kind in _COMPARED_AS_LOGARITHMS:
        floor = limits.volume_floor if kind == "volume" else limits.length_floor
        logs = [math.log(max(value, 0.5)) for value in values]
        reach = max(_deviation(logs, limits), -math.log(1 - min(floor, 0.99)))
        return _judged(row, centre * math.exp(-reach), max(centre, 0.5) * math.exp(reach), kind, sentence)
    if not is_share:
        reach = max(_deviation(values, limits), limits.share_floor)
        return _judged(row, centre - reach, centre + reach, kind, sentence)
    floor = limits.doubt_share_floor if kind == "doubts" else limits.share_floor
    reach = max(_deviation(values, limits), _Z * _standard_error(row["rows"], rows), floor)
    # fewer doubts, fewer old texts and fewer missing fields are no alarm
    low = centre - reach if kind in ("language_mix", "duplicate_share", "quarantined_share") else -math.inf
    if kind == "doubts" and row["value"] * row["rows"] < _RARE_ROWS:
        return _judged(row, low, math.inf, kind, sentence)
    return _judged(row, low, centre + reach, kind, sentence)


def _shown(name: str, value: float) -> str:
    return f"{value:.1%}" if name.endswith("_share") else f"{value:,.2f}".rstrip("0").rstrip(".")


def _deviation(values: list[float], limits: HistoryThresholds) -> float:
    centre = median(values)
    return limits.mad_factor * _SCALE * median(abs(value - centre) for value in values)


def _standard_error(now: int, rows: Sequence[PastMetric]) -> float:
    """Of the difference between a share of `now` pages and the pooled one, by Laplace's rule."""
    before = sum(past["rows"] for past in rows)
    share = (sum(past["value"] * past["rows"] for past in rows) + 1) / (before + 2)
    return math.sqrt(share * (1 - share) * (1 / max(now, 1) + 1 / max(before, 1)))


def _of_site(row: Metric, rows: Sequence[PastMetric], limits: HistoryThresholds) -> ComparedMetric | None:
    """A site's share or length compared with all its earlier pages; None if there are too few."""
    before, now = sum(past["rows"] for past in rows), row["rows"]
    name, site = row["metric"], row["site"]
    if now < limits.site_rows_min or before < limits.site_history_rows_min:
        return None
    centre = sum(past["value"] * past["rows"] for past in rows) / before
    if name in ("words_median", "paragraphs_median"):
        ratio = limits.site_length_ratio
        sentence = f"{site}: {name} is {row['value']:.0f} on {now} pages, before {centre:.0f}: has its layout changed?"
        return _judged(row, centre / ratio, centre * ratio, "site_layout", sentence)
    if not name.endswith("_share"):
        return None
    reach = max(limits.site_share_floor, _Z * _standard_error(now, rows))
    sentence = f"{site}: {name} is {row['value']:.0%} on {now} pages, before {centre:.0%}: has its layout changed?"
    if family(name) == "language_mix":
        sentence = f"{site}: {name} is {row['value']:.0%} on {now} pages, before {centre:.0%}"
    # fewer missing values than before are not drift
    low = centre - reach if family(name) == "language_mix" else -math.inf
    return _judged(row, low, centre + reach, "site_layout", sentence)


def _missing_sites(
    now: Mapping[tuple[str, str], Metric], past: _History, runs: int, limits: HistoryThresholds
) -> list[ComparedMetric]:
    """Sites that nearly all earlier runs have and this one does not."""
    if runs < limits.history_runs_min:
        return []
    missing = []
    for (site, metric), rows in past.items():
        if site == ALL or metric != "pages" or (site, metric) in now:
            continue
        usual = median(row["value"] for row in rows)
        if len(rows) >= limits.site_present_share * runs and usual >= limits.site_rows_min:
            row: Metric = {"site": site, "metric": "pages", "value": 0.0, "rows": 0}
            sentence = f"{site}: no page, where {len(rows)} of the last {runs} runs had about {usual:.0f}"
            missing.append(_judged(row, 1.0, math.inf, "site_missing", sentence))
    return missing


def _stale(now: Mapping[tuple[str, str], Metric], past: _History) -> list[ComparedMetric]:
    """Whether the newest page is older than the newest of an earlier run: replayed, late, or out of order."""
    key = (ALL, "fetched_at_newest")
    if key not in now or not past[key]:
        return []
    newest = max(row["value"] for row in past[key])
    days = (newest - now[key]["value"]) / 86_400
    sentence = f"the newest page was fetched {days:.1f} days before the newest of an earlier run"
    return [_judged(now[key], newest - 86_400, math.inf, "stale", sentence)]
