"""A run's metrics against those of the runs before: what lies outside the usual, in a sentence for a person.

Over all pages, the limits of a metric are the median of the last runs +- k times the median absolute deviation (scaled
to a standard deviation, 1.4826), at least a floor. By site, where a run brings few pages, a share is compared with the
pooled share of the runs before (difference above a floor and above z standard errors) and a length by its ratio.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping
from statistics import median
from typing import Any

from tasks.quality.metrics import ALL, Metric

_SCALE = 1.4826  # of the MAD, to a standard deviation under the normal law
_SITE_Z = 4.0  # standard errors; with a few hundred sites a run chance alone stays under one alarm in a hundred runs
FAMILIES = {
    "pages": "volume", "passed": "volume", "duplicate_share": "duplicate_share", "quarantined_share": "quarantined_share",
    "words_median": "length", "paragraphs_median": "length", "confidence_mean": "confidence", "cut_off_share": "cut_off_share",
}  # fmt: skip


def family(metric: str) -> str | None:
    """The rule that a metric falls under, None for one that is only kept."""
    if metric.startswith("language_") and metric != "language_missing_share":
        return "language_mix"
    return "null_share" if metric.endswith("_missing_share") else FAMILIES.get(metric)


def compare(
    metrics: Iterable[Metric], history: Iterable[Mapping[str, Any]], limit: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Each metric of a run beside its limits.

    `history` are metric rows of earlier published runs with `run_id`; `limit` the numbers of `thresholds.yml: dataset`.

    Returns: rows with site, metric, value, low, high, rows, state (usual | outside | no_history), code (the rule that an
    outside value breaks, as `site_layout`) and sentence.
    """
    now = {(row["site"], row["metric"]): row for row in metrics}
    past: dict[tuple[str, str], list[Mapping[str, Any]]] = defaultdict(list)
    runs: set[str] = set()
    for row in history:
        past[row["site"], row["metric"]].append(row)
        runs.add(row["run_id"])
    found = []
    for key, row in now.items():
        site, metric = key
        if family(metric) is None:
            continue
        judged = _over_all(row, past[key], len(runs), limit) if site == ALL else _of_site(row, past[key], limit)
        if judged:
            found.append(judged)
    # a language that the run has not at all has a share of nothing
    for (site, metric), rows in past.items():
        if site == ALL and family(metric) == "language_mix" and (site, metric) not in now and (ALL, "pages") in now:
            row = {"site": ALL, "metric": metric, "value": 0.0, "rows": now[ALL, "pages"]["rows"]}
            found.append(_over_all(row, rows, len(runs), limit))
    found += _missing_sites(now, past, len(runs), limit)
    found += _stale(now, past)
    return found


def _row(row: Mapping[str, Any], low: float, high: float, code: str, sentence: str) -> dict[str, Any]:
    is_outside = not low <= row["value"] <= high
    return dict(row) | {"low": low, "high": high, "state": "outside" if is_outside else "usual",
                        "code": code if is_outside else None, "sentence": sentence if is_outside else None}  # fmt: skip


def _over_all(
    row: Mapping[str, Any], rows: list[Mapping[str, Any]], runs: int, limit: Mapping[str, Any]
) -> dict[str, Any]:
    name = row["metric"]
    kind = str(family(name))
    if runs < limit["history_runs_min"]:
        return dict(row) | {"low": None, "high": None, "state": "no_history", "code": None,
                            "sentence": f"not enough history: {runs} of {limit['history_runs_min']} runs"}  # fmt: skip
    values = [past["value"] for past in rows] + [0.0] * (runs - len(rows) if kind == "language_mix" else 0)
    if not values:
        return _row(row, -math.inf, math.inf, kind, "")
    centre = median(values)
    spread = limit["mad_factor"] * _SCALE * median(abs(value - centre) for value in values)
    relative = {"volume": limit["volume_floor"], "length": limit["length_floor"]}.get(kind)
    floor = centre * relative if relative is not None else limit["share_floor"]
    reach = max(spread, floor)
    shown = f"{row['value']:.0%}" if name.endswith("_share") else f"{row['value']:,.2f}".rstrip("0").rstrip(".")
    usual = f"{centre:.0%}" if name.endswith("_share") else f"{centre:,.2f}".rstrip("0").rstrip(".")
    sentence = f"{name} is {shown}, usually about {usual}"
    return _row(row, centre - reach, centre + reach, kind, sentence)


def _of_site(row: Mapping[str, Any], rows: list[Mapping[str, Any]], limit: Mapping[str, Any]) -> dict[str, Any] | None:
    """A site's share or length against all its pages before; None where there are too few to say."""
    before, now = sum(past["rows"] for past in rows), row["rows"]
    name, site = row["metric"], row["site"]
    if now < limit["site_rows_min"] or before < limit["site_history_rows_min"]:
        return None
    centre = sum(past["value"] * past["rows"] for past in rows) / before
    if name in ("words_median", "paragraphs_median"):
        ratio = limit["site_length_ratio"]
        sentence = f"{site}: {name} is {row['value']:.0f} on {now} pages, before {centre:.0f}: has its layout changed?"
        return _row(row, centre / ratio, centre * ratio, "site_layout", sentence)
    if not name.endswith("_share"):
        return None
    deviation = math.sqrt(max(centre * (1 - centre), 0.01) * (1 / now + 1 / before))
    reach = max(limit["site_share_floor"], _SITE_Z * deviation)
    sentence = f"{site}: {name} is {row['value']:.0%} on {now} pages, before {centre:.0%}: has its layout changed?"
    if name.startswith("language_"):
        sentence = f"{site}: {name} is {row['value']:.0%} on {now} pages, before {centre:.0%}"
    # that less is missing than before is no drift to warn of
    low = centre - reach if name.startswith("language_") and name != "language_missing_share" else -math.inf
    return _row(row, low, centre + reach, "site_layout", sentence)


def _missing_sites(
    now: Mapping[tuple[str, str], Any],
    past: Mapping[tuple[str, str], list[Mapping[str, Any]]],
    runs: int,
    limit: Mapping[str, Any],
) -> list[dict[str, Any]]:
    """Sites that nearly every run brought, and this one does not."""
    found = []
    if runs < limit["history_runs_min"]:
        return []
    for (site, metric), rows in past.items():
        if site == ALL or metric != "pages" or (site, metric) in now:
            continue
        usual = median(row["value"] for row in rows)
        if len(rows) >= limit["site_present_share"] * runs and usual >= limit["site_rows_min"]:
            row = {"site": site, "metric": "pages", "value": 0.0, "rows": 0}
            sentence = f"{site}: no page, where {len(rows)} of the last {runs} runs had about {usual:.0f}"
            found.append(_row(row, 1.0, math.inf, "site_missing", sentence))
    return found


def _stale(
    now: Mapping[tuple[str, str], Any], past: Mapping[tuple[str, str], list[Mapping[str, Any]]]
) -> list[dict[str, Any]]:
    """A batch whose newest page is older than the newest of an earlier run: replayed, late, or out of order."""
    key = (ALL, "fetched_at_newest")
    if key not in now or not past[key]:
        return []
    newest = max(row["value"] for row in past[key])
    days = (newest - now[key]["value"]) / 86_400
    sentence = f"the newest page was fetched {days:.1f} days before the newest of an earlier run"
    return [_row(now[key], newest - 86_400, math.inf, "stale", sentence)]
