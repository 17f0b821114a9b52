"""The metrics of a site over its earlier pages, from the metrics of earlier runs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeAlias

from tasks.quality.metrics import PastMetric
from tasks.quality.profiles import is_range

Earlier: TypeAlias = Mapping[int, Mapping[str, float]]  # the shares of metrics among the earlier pages of sites


def past_shares(history: Iterable[PastMetric]) -> dict[tuple[str, str], tuple[float, int]]:
    """The mean share of each metric of a site over its earlier pages, and the number of these pages."""
    sums: dict[tuple[str, str], tuple[float, int]] = defaultdict(lambda: (0.0, 0))
    for row in history:
        if row["site"] and _is_averaged(row["metric"]):
            total, rows = sums[row["site"], row["metric"]]
            count = int(row["value"]) if row["metric"] == "passed" else row["rows"]
            sums[row["site"], row["metric"]] = total + row["value"] * count, rows + count
    return {key: (total / rows, rows) for key, (total, rows) in sums.items() if rows}


def _is_averaged(metric: str) -> bool:
    return metric.endswith("_share") or metric == "passed" or is_range(metric)


def earlier_shares(
    past: Mapping[tuple[str, str], tuple[float, int]], sites: Mapping[str, int], pages_min: int
) -> Earlier:
    """The shares of metrics among the earlier pages of each site that had enough; `past` has them with their pages."""
    shares: dict[int, dict[str, float]] = {}
    for (site, metric), (_, pages) in past.items():
        if metric == "passed" and site in sites and pages >= pages_min:
            shares[sites[site]] = {}
    for (site, metric), (share, pages) in past.items():
        number = sites.get(site, -1)
        if number in shares and metric.endswith("_share"):
            # a run without a flag has no metric of it
            part = pages / past[site, "passed"][1] if metric.startswith("flag_") else 1
            shares[number][metric] = share * part
    return shares


def first_seen(
    past: Mapping[tuple[str, str], tuple[float, int]], sites: Mapping[str, int], pages_min: int
) -> list[int]:
    """The sites of which too few earlier pages are known to say what is usual."""
    return [number for name, number in sites.items() if past.get((name, "passed"), (0.0, 0))[1] < pages_min]
