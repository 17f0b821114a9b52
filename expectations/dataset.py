"""The rules for a run compared with earlier runs: drift does not go unnoticed."""

from collections.abc import Iterable

import pyarrow as pa

from expectations.rule import CRITICAL, INFO, WARNING, Rule, Severity, Suite, is_not
from tasks.quality.drift import ComparedMetric
from tasks.quality.thresholds import HistoryThresholds

# code -> what holds, what is wrong where it does not
_DRIFT = {
    "volume": ("As many pages arrived as usual.", "More or fewer pages arrived than usual."),
    "null_share": ("No field is missing more often than usual.", "A field is missing more often than usual."),
    "length": ("Texts are as long as usual.", "Texts are longer or shorter than usual."),
    "language_mix": ("The languages are those of earlier runs.", "The mix of languages has changed."),
    "duplicate_share": ("As many pages as usual are duplicates.", "More or fewer pages than usual are duplicates."),
    "quarantined_share": ("As many pages as usual are quarantined.", "More or fewer pages than usual are quarantined."),
    "confidence": ("Confidence is as high as usual.", "Confidence is higher or lower than usual."),
    "cut_off_share": ("As many texts as usual are truncated.", "More texts than usual are truncated."),
    "live_share": ("As many pages as usual are live tickers.", "More pages than usual are live tickers."),
    "age": ("No more old articles than usual arrived.", "More old articles than usual arrived."),
    "doubts": ("No flag is more frequent than usual.", "A flag is more frequent than usual."),
    "site_layout": ("No site's pages have changed in structure.", "The pages of a site have changed in structure."),
    "site_missing": ("Every site that usually has pages has some.", "A site that usually has pages has none."),
    "site_publisher": (
        "Each site names its publisher as before.",
        "A site names another publisher than before, or one per page.",
    ),
    "site_authors": (
        "No site names one author more often than before.",
        "A site names one author on far more pages than before.",
    ),
    "site_address": (
        "Each story declares an address of its own.",
        "Different stories of a site declare one address as their own.",
    ),
    "site_headlines": (
        "Headlines fit the texts below them.",
        "The headlines of a site do not fit the texts below them.",
    ),
    "stale": ("The pages are newer than those of earlier runs.", "The pages are older than those of an earlier run."),
}
# what one run shows by itself does not depend on the mode of drift
_ALWAYS_WARNINGS = frozenset({"stale", "site_publisher", "site_authors", "site_address", "site_headlines"})
_LOSSES = {
    "language_quarantined": (
        "No language loses an unusual share of its pages.",
        "A language loses a larger share of its pages than the rest of the run.",
    ),
    "site_quarantined": (
        "No site loses an unusual share of its pages.",
        "A site loses a larger share of its pages than the rest of the run, or than before.",
    ),
}
LOSSES = frozenset(_LOSSES)
NEEDS_NO_HISTORY = frozenset(f"dataset.{code}" for code in ("site_address", "site_headlines", *_LOSSES))
_COMPARED = pa.schema(
    {
        "site": pa.string(),
        "metric": pa.string(),
        "value": pa.float64(),
        "low": pa.float64(),
        "high": pa.float64(),
        "rows": pa.int64(),
        "state": pa.string(),
        "code": pa.string(),
        "sentence": pa.string(),
    }
)


def suite(limits: HistoryThresholds) -> Suite:
    """One rule per kind of drift and of fault that the pages of a site show together, and one each for losses by
    language and by site. The table has one row per metric (`tasks.quality`: `drift`, `batch` and `losses`).
    """
    drift = CRITICAL if limits.is_drift_critical else WARNING
    rules = [
        *(
            _rule(code, WARNING if code in _ALWAYS_WARNINGS else drift, *sentences)
            for code, sentences in _DRIFT.items()
        ),
        *(_rule(code, WARNING, *sentences) for code, sentences in _LOSSES.items()),
        Rule(
            "dataset.history",
            INFO,
            "There are enough earlier runs to compare with.",
            "There are too few earlier runs to compare with.",
            is_not("state", "no_history"),
            "{sentence}",
        ),
    ]
    return Suite("dataset", tuple(_COMPARED.names), tuple(rules), 1.0, 1)


def _rule(code: str, severity: Severity, holds: str, breaks: str) -> Rule:
    return Rule(f"dataset.{code}", severity, holds, breaks, is_not("code", code), "{sentence}")


def table(compared: Iterable[ComparedMetric]) -> pa.Table:
    """The compared metrics as the table that the suite checks."""
    rows = [{name: getattr(metric, name) for name in _COMPARED.names} for metric in compared]
    return pa.Table.from_pylist(rows, schema=_COMPARED)
