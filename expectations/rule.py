"""What a rule is: a check by Great Expectations with a stable code, a severity and a sentence for a person."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """What happens when a rule is broken."""

    CRITICAL = "critical"  # a row goes to quarantine, a table rule stops the run
    WARNING = "warning"  # reported; the run ends CompletedWithWarnings
    INFO = "info"  # reported


@dataclass(frozen=True)
class Rule:
    """One rule of a suite.

    `check` is the name of a stock expectation without its `expect_`; `arguments` are its arguments. `detail` tells
    of one row what was found, as a format string over the row's columns.
    """

    code: str
    severity: Severity
    sentence: str
    check: str
    arguments: dict[str, Any] = field(default_factory=dict)
    detail: str = ""


CRITICAL, WARNING, INFO = Severity.CRITICAL, Severity.WARNING, Severity.INFO


@dataclass(frozen=True)
class Suite:
    """The rules after one step, and how many rows may fail them."""

    step: str
    columns: tuple[str, ...]  # the slim table that is checked: ids, lengths, flags - never the text
    rules: tuple[Rule, ...]
    quarantined_share_max: float
    quarantined_share_from_rows: int
