"""The reasons for which a page can be quarantined."""

from expectations import clean, extract, ingest
from expectations.rule import CRITICAL
from expectations.thresholds import load_thresholds


def quarantine_reasons() -> frozenset[str]:
    """The codes of all critical rules for pages."""
    limits = load_thresholds()
    suites = (ingest.suite(limits.ingest), clean.suite(limits.clean), extract.suite(limits.extract))
    return frozenset(rule.code for suite in suites for rule in suite.rules if rule.severity == CRITICAL)
