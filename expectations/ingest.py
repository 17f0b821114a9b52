"""The rules for pages as read from their source."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pyarrow as pa

from expectations.rule import CRITICAL, WARNING, Rule, Suite, between, is_not, not_null, row_count, unique
from tasks.vocabulary import Flaw

if TYPE_CHECKING:  # it loads pydantic, which a single page does without
    from expectations.thresholds import IngestThresholds

_COLUMNS = ("doc_id", "problem", "problem_detail", "byte_count", "fetched_at")


def suite(limits: "IngestThresholds") -> Suite:
    """The rules after ingest."""
    rules = (
        Rule("ingest.id_present", CRITICAL, "Every page has an id.", "The page has no id.", not_null("doc_id")),
        Rule(
            "ingest.id_unique",
            CRITICAL,
            "Every page occurs once.",
            "The page occurs more than once.",
            unique("doc_id"),
            "the id {doc_id} occurs twice",
        ),
        Rule("ingest.pages", CRITICAL, "There is at least one page.", "There is no page.", row_count(1)),
        Rule(
            "ingest.fetched_not_in_future",
            WARNING,
            "No page was fetched in the future.",
            "Pages claim to be fetched in the future.",
            between("fetched_days_ahead", highest=limits.fetched_after_now_days_max),
            "fetched {fetched_days_ahead:.1f} days from now",
        ),
        *(
            Rule(flaw.code, CRITICAL, flaw.sentence, flaw.breaks, is_not("problem", flaw.code), "{problem_detail}")
            for flaw in Flaw
        ),
    )
    return Suite(
        "ingest",
        _COLUMNS,
        rules,
        limits.quarantined_share_max,
        limits.quarantined_share_from_rows,
        outside_share=frozenset({Flaw.NO_PAGES.code}),
    )


def slim(pages: pa.Table) -> pa.Table:
    """The checked columns of a table of pages, and the days from now to the fetch (mostly negative)."""
    now = datetime.now(UTC)
    ahead = [(when - now).total_seconds() / 86_400 if when else None for when in pages.column("fetched_at").to_pylist()]
    return pages.append_column("fetched_days_ahead", pa.array(ahead, pa.float64()))
