"""A run's metrics compared with those of earlier runs; a metric outside its usual range gets a sentence.

Over all pages, the range of a metric is the median of the last runs +- the largest of three: k times the median
absolute deviation (scaled to a standard deviation, 1.4826), z standard errors of the pooled share, and a floor.
Volumes and lengths are compared as logarithms, since they change by factors. For a site, of which a run has few
pages, a share is compared with the pooled share of the earlier runs and a length by its ratio.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

from tasks.quality.metrics import ALL, Metric, is_sparse
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


def compare(
    metrics: Iterable[Metric], history: Iterable[Mapping[str, Any]], limits: HistoryThresholds
) -> list[dict[str, Any]]:
    """Each metric of a run with its usual range.

    `history` are metric rows of earlier published runs with `run_id`; `limits` the thresholds of `thresholds.yml:
    dataset`.

    Returns: rows with site, metric, value, low, high, rows, state (usual | outside | no_history), code (the rule that
    an outside value breaks, e.g. `site_layout`) and sentence.
    """
    now = {(row["site"], row["metric"]): row for row in metrics}
    past: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    runs: set[str] = set()
    for row in history:
        past[row["site"], row["metric"]].append(row)
        runs.add(row["run_id"])
    # a language that is not in the run has a share of 0
    for site, metric in list(past):
        if site == ALL and family(metric) == "language_mix" and (site, metric) not in now and (ALL, "pages") in now:
            now[site, metric] = {"site": ALL, "metric": metric, "value": 0.0, "rows": now[ALL, "pages"]["rows"]}
    found = []
    for (site, metric), row in now.items():
        if family(metric) is None:
            continue
        rows = past[site, metric]
        if is_sparse(metric):
            rows = [*rows, *_zeros(rows, past[site, "passed"])]
        judged = _over_all(row, rows, len(runs), limits) if site == ALL else _of_site(row, rows, limits)
        if judged:
            found.append(judged)
    found += _missing_sites(now, past, len(runs), limits)
    found += _stale(now, past)
    return found


def _zeros(rows: list[Mapping[str, Any]], passed: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The rows of a sparse metric for the runs that do not have it: a share of 0 of the pages that passed there."""
    named = {row["run_id"] for row in rows}
    return [
        {"run_id": row["run_id"], "value": 0.0, "rows": int(row["value"])}
        for row in passed
        if row["run_id"] not in named
    ]


def _row(row: Mapping[str, Any], low: float, high: float, code: str, sentence: str) -> dict[str, Any]:
    is_outside = not low <= row["value"] <= high
    return dict(row) | {
        "low": low,
        "high": high,
        "state": "outside" if is_outside else "usual",
        "code": code if is_outside else None,
        "sentence": sentence if is_outside else None,
    }


def _over_all(
    row: Mapping[str, Any], rows: list[Mapping[str, Any]], runs: int, limits: HistoryThresholds
) -> dict[str, Any]:
    name = row["metric"]
    kind = str(family(name))
    if runs < limits.history_runs_min:
        sentence = f"too little history to compare: {runs} of {limits.history_runs_min} runs"
        return dict(row) | {"low": None, "high": None, "state": "no_history", "code": None, "sentence": sentence}
    values = [past["value"] for past in rows]
    if not values:
        return _row(row, -math.inf, math.inf, kind, "")
    centre = median(values)
    is_share = name.endswith("_share")
    sentence = f"{name} is {_shown(name, row['value'])}, usually about {_shown(name, centre)}"
    if kind in _COMPARED_AS_LOGARITHMS:
        floor = limits.volume_floor if kind == "volume" else limits.length_floor
        logs = [math.log(max(value, 0.5)) for value in values]
        reach = max(_deviation(logs, limits), -math.log(1 - min(floor, 0.99)))
        return _row(row, centre * math.exp(-reach), max(centre, 0.5) * math.exp(reach), kind, sentence)
    if not is_share:
        reach = max(_deviation(values, limits), limits.share_floor)
        return _row(row, centre - reach, centre + reach, kind, sentence)
    floor = limits.doubt_share_floor if kind == "doubts" else limits.share_floor
    reach = max(_deviation(values, limits), _Z * _standard_error(row["rows"], rows), floor)
    # fewer doubts, fewer old texts and fewer missing fields are no alarm
    low = centre - reach if kind in ("language_mix", "duplicate_share", "quarantined_share") else -math.inf
    if kind == "doubts" and row["value"] * row["rows"] < _RARE_ROWS:
        return _row(row, low, math.inf, kind, sentence)
    return _row(row, low, centre + reach, kind, sentence)


def _shown(name: str, value: float) -> str:
    return f"{value:.1%}" if name.endswith("_share") else f"{value:,.2f}".rstrip("0").rstrip(".")


def _deviation(values: list[float], limits: HistoryThresholds) -> float:
    centre = median(values)
    return limits.mad_factor * _SCALE * median(abs(value - centre) for value in values)


def _standard_error(now: int, rows: list[Mapping[str, Any]]) -> float:
    """Of the difference between a share of `now` pages and the pooled one, by Laplace's rule."""
    before = sum(past["rows"] for past in rows)
    share = (sum(past["value"] * past["rows"] for past in rows) + 1) / (before + 2)
    return math.sqrt(share * (1 - share) * (1 / max(now, 1) + 1 / max(before, 1)))


def _of_site(row: Mapping[str, Any], rows: list[Mapping[str, Any]], limits: HistoryThresholds) -> dict[str, Any] | None:
    """A site's share or length compared with all its earlier pages; None if there are too few."""
    before, now = sum(past["rows"] for past in rows), row["rows"]
    name, site = row["metric"], row["site"]
    if now < limits.site_rows_min or before < limits.site_history_rows_min:
        return None
    centre = sum(past["value"] * past["rows"] for past in rows) / before
    if name in ("words_median", "paragraphs_median"):
        ratio = limits.site_length_ratio
        sentence = f"{site}: {name} is {row['value']:.0f} on {now} pages, before {centre:.0f}: has its layout changed?"
        return _row(row, centre / ratio, centre * ratio, "site_layout", sentence)
    if not name.endswith("_share"):
        return None
    reach = max(limits.site_share_floor, _Z * _standard_error(now, rows))
    sentence = f"{site}: {name} is {row['value']:.0%} on {now} pages, before {centre:.0%}: has its layout changed?"
    if family(name) == "language_mix":
        sentence = f"{site}: {name} is {row['value']:.0%} on {now} pages, before {centre:.0%}"
    # fewer missing values than before are not drift
    low = centre - reach if family(name) == "language_mix" else -math.inf
    return _row(row, low, centre + reach, "site_layout", sentence)


def _missing_sites(
    now: Mapping[tuple[str, str], Any],
    past: Mapping[tuple[str, str], list[Mapping[str, Any]]],
    runs: int,
    limits: HistoryThresholds,
) -> list[dict[str, Any]]:
    """Sites that nearly all earlier runs have and this one does not."""
    found = []
    if runs < limits.history_runs_min:
        return []
    for (site, metric), rows in past.items():
        if site == ALL or metric != "pages" or (site, metric) in now:
            continue
        usual = median(row["value"] for row in rows)
        if len(rows) >= limits.site_present_share * runs and usual >= limits.site_rows_min:
            row = {"site": site, "metric": "pages", "value": 0.0, "rows": 0}
            sentence = f"{site}: no page, where {len(rows)} of the last {runs} runs had about {usual:.0f}"
            found.append(_row(row, 1.0, math.inf, "site_missing", sentence))
    return found


def _stale(
    now: Mapping[tuple[str, str], Any], past: Mapping[tuple[str, str], list[Mapping[str, Any]]]
) -> list[dict[str, Any]]:
    """Whether the newest page is older than the newest of an earlier run: replayed, late, or out of order."""
    key = (ALL, "fetched_at_newest")
    if key not in now or not past[key]:
        return []
    newest = max(row["value"] for row in past[key])
    days = (newest - now[key]["value"]) / 86_400
    sentence = f"the newest page was fetched {days:.1f} days before the newest of an earlier run"
    return [_row(now[key], newest - 86_400, math.inf, "stale", sentence)]
