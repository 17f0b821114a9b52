"""What must hold of pages as they came."""

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

from expectations.rule import CRITICAL, WARNING, Rule, Suite
from tasks.vocabulary import Flaw


def suite(limit: dict[str, Any]) -> Suite:
    """The rules after ingest."""
    rules = [
        Rule("ingest.id_present", CRITICAL, "Every page has an id.", "column_values_to_not_be_null", {"column": "doc_id"}),
        Rule("ingest.id_unique", CRITICAL, "Every page is there once.", "column_values_to_be_unique", {"column": "doc_id"}, "the id {doc_id} stands twice"),
        Rule("ingest.pages", CRITICAL, "There is at least one page.", "table_row_count_to_be_between", {"min_value": 1}),
        Rule("ingest.fetched_not_in_future", WARNING, "No page was fetched after now.", "column_values_to_be_between",
             {"column": "fetched_days_ahead", "max_value": limit["fetched_after_now_days_max"]}, "fetched {fetched_days_ahead:.1f} days from now"),
    ]  # fmt: skip
    rules += [
        Rule(flaw.code, CRITICAL, flaw.sentence, "column_values_to_not_be_in_set", {"column": "problem", "value_set": [flaw.code]}, "{problem_detail}")
        for flaw in Flaw
    ]  # fmt: skip
    return Suite("ingest", ("doc_id", "problem", "problem_detail", "byte_count", "fetched_at"), tuple(rules),
                 limit["quarantined_share_max"], limit["quarantined_share_from_rows"])  # fmt: skip


def slim(pages: pa.Table) -> pa.Table:
    """The checked columns of a table of pages, with what is derived from them."""
    now = datetime.now(UTC)
    ahead = [(when - now).total_seconds() / 86_400 if when else None for when in pages.column("fetched_at").to_pylist()]
    return pages.append_column("fetched_days_ahead", pa.array(ahead, pa.float64()))
