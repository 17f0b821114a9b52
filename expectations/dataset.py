"""What must hold of a run beside the runs before it: nothing has drifted unseen."""

from typing import Any

import pyarrow as pa

from expectations.rule import CRITICAL, INFO, WARNING, Rule, Suite

_SENTENCES = {
    "volume": "As many pages came as usual.",
    "null_share": "No field is missing more often than usual.",
    "length": "Texts are as long as usual.",
    "language_mix": "The languages are those of the runs before.",
    "duplicate_share": "As many pages as usual tell what is known.",
    "quarantined_share": "As many pages as usual fail a rule.",
    "confidence": "The texts are as certain as usual.",
    "cut_off_share": "As many texts as usual are cut off.",
    "live_share": "As many pages as usual are live tickers.",
    "age": "No more old articles than usual came in.",
    "doubts": "No kind of doubt is more frequent than usual.",
    "site_layout": "No site's pages have changed in shape.",
    "site_missing": "Every site that is always there is there.",
    "stale": "The pages are newer than those of earlier runs.",
}
LOSSES = {
    "language_quarantined": "No language loses more of its pages than the rest of the run.",
    "site_quarantined": "No site loses more of its pages than the rest of the run, or than it did before.",
}
_COMPARED = pa.schema([
    pa.field("site", pa.string()), pa.field("metric", pa.string()), pa.field("value", pa.float64()), pa.field("low", pa.float64()),
    pa.field("high", pa.float64()), pa.field("rows", pa.int64()), pa.field("state", pa.string()), pa.field("code", pa.string()),
    pa.field("sentence", pa.string()),
])  # fmt: skip


def suite(limit: dict[str, Any]) -> Suite:
    """One rule a kind of drift, over a table of one row a metric (`tasks.quality.drift.compare`), and one of losses by language
    and by site each (`tasks.quality.losses.find_losses`).
    """
    severity = CRITICAL if limit["is_drift_critical"] else WARNING
    rules = [
        Rule(f"dataset.{code}", WARNING if code == "stale" else severity, sentence, "column_values_to_not_be_in_set",
             {"column": "code", "value_set": [code]}, "{sentence}")
        for code, sentence in _SENTENCES.items()
    ]  # fmt: skip
    rules += [
        Rule(f"dataset.{code}", WARNING, sentence, "column_values_to_not_be_in_set",
             {"column": "code", "value_set": [code]}, "{sentence}")
        for code, sentence in LOSSES.items()
    ]  # fmt: skip
    rules.append(
        Rule("dataset.history", INFO, "There are enough earlier runs to judge by.", "column_values_to_not_be_in_set",
             {"column": "state", "value_set": ["no_history"]}, "{sentence}")
    )  # fmt: skip
    return Suite("dataset", tuple(_COMPARED.names), tuple(rules), 1.0, 1)


def table(compared: list[dict[str, Any]]) -> pa.Table:
    """The compared metrics as the suite's table."""
    return pa.Table.from_pylist(
        [{name: row.get(name) for name in _COMPARED.names} for row in compared], schema=_COMPARED
    )
