"""The reasons for which a page can be quarantined."""

from expectations import clean, extract, ingest
from expectations.rule import CRITICAL
from expectations.thresholds import load_thresholds


def quarantine_reasons() -> frozenset[str]:
    """The codes of all critical rules for pages."""
    return frozenset(quarantine_sentences())


def quarantine_sentences() -> dict[str, str]:
    """The codes of all critical rules for pages, each with what is wrong with a page that breaks it."""
    limits = load_thresholds()
    suites = (ingest.suite(limits.ingest), clean.suite(limits.clean), extract.suite(limits.extract))
    return {rule.code: rule.breaks for suite in suites for rule in suite.rules if rule.severity == CRITICAL}
