"""The tables of the gates in the Prefect UI: what each rule did to the run."""

import pytest

from expectations.gate import Outcome, Verdict
from flows.gates import _effect


@pytest.mark.parametrize(
    ("severity", "state", "stops", "effect"),
    [
        ("critical", "pass", [], ""),
        ("critical", "fail", [], "quarantined"),
        ("critical", "fail", ["load.url: 3 rows"], "stopped"),
        ("critical", "error", ["load.url could not be checked"], "stopped"),
        ("warning", "fail", [], "warned"),
        ("info", "fail", [], "noted"),
    ],
)
def test_the_table_of_a_gate_says_what_a_failed_rule_did(severity, state, stops, effect):
    outcome = Outcome("load.url", severity, "Holds.", "Breaks.", state=state)
    verdict = Verdict("load", 1, [outcome], {}, {}, stops)
    assert _effect(verdict.as_rows()[0], verdict) == effect
