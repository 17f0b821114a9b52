"""What a rule is: a check by Great Expectations with a stable code, a severity and two sentences for a person."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """What happens when a rule is broken."""

    CRITICAL = "critical"  # the row is quarantined; a table rule stops the run
    WARNING = "warning"  # reported; the run ends as CompletedWithWarnings
    INFO = "info"  # reported


UNIQUE, ROW_COUNT = "column_values_to_be_unique", "table_row_count_to_be_between"
FORBIDDEN = "column_values_to_not_be_in_set"
CRITICAL, WARNING, INFO = Severity.CRITICAL, Severity.WARNING, Severity.INFO


@dataclass(frozen=True)
class Check:
    """A stock expectation of Great Expectations: its name without `expect_`, and its arguments."""

    name: str
    arguments: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """One rule of a suite.

    `detail` says what was found in a row that breaks the rule: a format string over the row's columns.
    """

    code: str
    severity: Severity
    holds: str  # what must hold, as a sentence
    breaks: str  # what is wrong where it does not, as a sentence
    check: Check
    detail: str = ""


@dataclass(frozen=True)
class Suite:
    """The rules after one step, and how many rows may break them."""

    step: str
    columns: tuple[str, ...]  # the slim table that is checked: ids, lengths, flags; never the text
    rules: tuple[Rule, ...]
    quarantined_share_max: float
    quarantined_share_from_rows: int
    outside_share: frozenset[str] = frozenset()  # codes of rows that are no evidence against the other rows


def between(column: str, lowest: float | None = None, highest: float | None = None, mostly: float = 1.0) -> Check:
    """Values are in a closed range, in at least the share `mostly` of the rows."""
    bounds = {"min_value": lowest, "max_value": highest}
    arguments = {name: bound for name, bound in bounds.items() if bound is not None}
    return Check("column_values_to_be_between", {"column": column, "mostly": mostly} | arguments)


def not_null(column: str, mostly: float = 1.0) -> Check:
    """Values are present, in at least the share `mostly` of the rows."""
    return Check("column_values_to_not_be_null", {"column": column, "mostly": mostly})


def is_null(column: str) -> Check:
    """Values are absent: for a column that says what is wrong with its row."""
    return Check("column_values_to_be_null", {"column": column})


def unique(column: str) -> Check:
    """Values occur once."""
    return Check(UNIQUE, {"column": column})


def is_not(column: str, value: str | bool, mostly: float = 1.0) -> Check:
    """Values are other than the given one, in at least the share `mostly` of the rows."""
    arguments = {"column": column, "value_set": [value], "mostly": mostly}
    return Check(FORBIDDEN, arguments)


def one_of(column: str, values: list[str]) -> Check:
    """Values are among the given ones."""
    return Check("column_values_to_be_in_set", {"column": column, "value_set": values})


def equal(column: str, other: str) -> Check:
    """The values of two columns are equal in each row."""
    return Check("column_pair_values_to_be_equal", {"column_A": column, "column_B": other})


def row_count(lowest: int) -> Check:
    """The table has a number of rows."""
    return Check(ROW_COUNT, {"min_value": lowest})
