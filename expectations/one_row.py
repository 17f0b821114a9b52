"""The row rules of a suite for a single row, without Great Expectations, whose import takes seconds.

A gate decides what a run publishes; this says of one page what a gate would say. A test compares both on all sample
pages.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from expectations.rule import Rule, Severity, Suite

Row = Mapping[str, Any]


class Breach(NamedTuple):
    """A rule that a row breaks, and what was found in the row."""

    rule: Rule
    detail: str


def first_breach(suite: Suite, row: Row) -> Breach | None:
    """The first critical rule that a row of the suite's slim table breaks: the reason of its quarantine."""
    for rule in suite.rules:
        check = _CHECKS.get(rule.check.name)
        if rule.severity is Severity.CRITICAL and check and not check(row, rule.check.arguments):
            return Breach(rule, _detail(rule, row))
    return None


def _is_between(row: Row, arguments: Row) -> bool:
    value = row[arguments["column"]]
    if value is None:  # as in Great Expectations: a null is the matter of `not_null`
        return True
    return bool(arguments.get("min_value", value) <= value <= arguments.get("max_value", value))


def _is_other(row: Row, arguments: Row) -> bool:
    return row[arguments["column"]] not in arguments["value_set"]


def _is_one_of(row: Row, arguments: Row) -> bool:
    value = row[arguments["column"]]
    return value is None or value in arguments["value_set"]


def _is_present(row: Row, arguments: Row) -> bool:
    return row[arguments["column"]] is not None


def _is_absent(row: Row, arguments: Row) -> bool:
    return row[arguments["column"]] is None


# by the name of the stock expectation; those about whole tables (unique values, numbers of rows) hold for one row
_CHECKS: dict[str, Callable[[Row, Row], bool]] = {
    "column_values_to_be_between": _is_between,
    "column_values_to_not_be_in_set": _is_other,
    "column_values_to_be_in_set": _is_one_of,
    "column_values_to_not_be_null": _is_present,
    "column_values_to_be_null": _is_absent,
}


def _detail(rule: Rule, row: Row) -> str:
    """What was found in the row; what is wrong in general if the rule has no such text or a value is missing."""
    try:
        return rule.detail.format(**row) or rule.breaks
    except (KeyError, ValueError, TypeError):
        return rule.breaks
