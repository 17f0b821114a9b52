"""What chance alone does to a metric: limits that a run of natural variation crosses with a given small probability.

Shares follow a beta-binomial distribution, which is wider than a binomial one: the pages of one run resemble each
other, since one event fills a day and one template makes a site's pages. How much is estimated from earlier runs.
"""

import math
from collections.abc import Sequence
from statistics import NormalDist, fmean, pvariance
from typing import TypeAlias

import numpy as np

from tasks.quality.metrics import PastMetric

# of the pages of one run, where earlier runs differ no more than their sizes explain; such agreement is chance, too
_CORRELATION_MIN = 1 / 400
_ROWS_MAX = 20_000  # beyond, the differences between runs outweigh those between pages
_MEDIAN_FACTOR = math.sqrt(math.pi / 2)  # the standard error of a median is that of a mean times this
_TYPICAL_SPREAD = 0.7  # of the logarithms of lengths on a news site; for histories that do not have the spread
_VOLUME_VARIATION = 0.15  # squared coefficient of variation: a site's daily volume varies by two fifths

Limits: TypeAlias = tuple[float, float]


def share_limits(past: Sequence[PastMetric], rows: int, chance: float) -> Limits:
    """The lowest and highest usual share of `rows` pages. Each is crossed with the probability `chance`."""
    before = sum(run["rows"] for run in past)
    count = sum(run["value"] * run["rows"] for run in past)
    share = (count + 0.5) / (before + 1)
    concentration = 1 / (_correlation(past, share) + 1 / max(before, 1))
    rows = min(max(rows, 1), _ROWS_MAX)
    probabilities = _beta_binomial(rows, share * concentration, (1 - share) * concentration)
    at_most = np.cumsum(probabilities)
    at_least = np.cumsum(probabilities[::-1])[::-1]
    low, high = int(np.searchsorted(at_most, chance)), int(np.count_nonzero(at_least > chance)) - 1
    return low / rows, high / rows


def _correlation(past: Sequence[PastMetric], share: float) -> float:
    """How much the pages of one run resemble each other, by the differences between the runs."""
    runs = [run for run in past if run["rows"] > 0]
    mean_rows = fmean(run["rows"] for run in runs) if runs else 0.0
    if len(runs) < 3 or mean_rows <= 1:
        return _CORRELATION_MIN
    surprise = sum(run["rows"] * (run["value"] - share) ** 2 for run in runs) / (share * (1 - share))
    # few runs show less variation than there is
    dispersion = surprise / (len(runs) - 1) * (1 + 2 / math.sqrt(len(runs)))
    return min(max((dispersion - 1) / (mean_rows - 1), _CORRELATION_MIN), 0.9)


def _beta_binomial(rows: int, alpha: float, beta: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """The probability of each number of pages from 0 to `rows`."""
    counts = np.arange(rows)
    steps = np.log((rows - counts) * (alpha + counts) / ((counts + 1) * (beta + rows - counts - 1)))
    first = math.lgamma(beta + rows) + math.lgamma(alpha + beta) - math.lgamma(beta) - math.lgamma(alpha + beta + rows)
    return np.exp(np.concatenate(([first], first + np.cumsum(steps))))


def deviates(chance: float, runs: int) -> float:
    """How many standard errors chance alone reaches with the probability `chance`, if `runs` gave the error."""
    normal = NormalDist().inv_cdf(1 - chance)
    return normal + (normal**3 + normal) / (4 * max(runs - 1, 1))  # Student's distribution, in first order


def length_reach(past: Sequence[PastMetric], rows: int, spreads: Sequence[float], chance: float) -> float:
    """How far the logarithm of a median length may be from that of earlier runs.

    `spreads` are standard deviations of the logarithms of single lengths, of this run and of earlier ones.
    """
    spread = fmean(spreads) if spreads else _TYPICAL_SPREAD
    runs = [run for run in past if run["rows"] > 0]
    errors = [_MEDIAN_FACTOR * spread / math.sqrt(run["rows"]) for run in runs]
    logs = [math.log(max(run["value"], 0.5)) for run in runs]
    own = _MEDIAN_FACTOR * spread / math.sqrt(max(rows, 1))
    pooled = _MEDIAN_FACTOR * spread / math.sqrt(max(sum(run["rows"] for run in runs), 1))
    seen = pvariance(logs) if len(logs) > 1 else 0.0
    between = max(seen - fmean(error**2 for error in errors), 0.0) if errors else 0.0
    return deviates(chance, len(runs)) * math.sqrt(own**2 + pooled**2 + between)


def absence_chance(volumes: Sequence[float]) -> float:
    """The probability that a site with these numbers of pages in earlier runs has none, by a negative binomial."""
    mean = fmean(volumes) if volumes else 0.0
    if mean <= 0:
        return 1.0
    excess = max(pvariance(volumes) - mean, _VOLUME_VARIATION * mean**2)
    size = mean**2 / excess
    return float((1 + mean / size) ** -size)
