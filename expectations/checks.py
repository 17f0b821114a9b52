"""What Great Expectations is asked and what it answers. Everything untyped about it stays in here.

It is imported inside functions because that takes seconds. Each call makes its own context: shared ones gave silently
wrong results under threads.
"""

import logging
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from expectations import data_docs
from expectations.deferred import deferred
from expectations.rule import FORBIDDEN, Rule, Suite

# row numbers without copies of the values
_RESULT_FORMAT = {
    "result_format": "COMPLETE",
    "exclude_unexpected_values": True,
    "return_unexpected_index_query": False,
    "partial_unexpected_count": 0,
}
# Great Expectations imports them for expectations of distributions and for charts: half of the time of its import
_UNUSED_BY_CHECKS = ("scipy.stats", "altair")


def load() -> Any:
    """Import Great Expectations: more than a second the first time."""
    logging.getLogger("great_expectations").setLevel(logging.ERROR)  # it logs while it is imported
    with deferred(*_UNUSED_BY_CHECKS):
        import great_expectations as gx  # noqa: PLC0415 - only when a gate runs

    return gx


class Result(NamedTuple):
    """What Great Expectations says of one rule and one chunk."""

    code: str
    is_met: bool
    has_raised: bool
    checked: int
    rows: list[int] | None  # those that break it, counted in the chunk; None for a rule about the whole table
    observed: str


def results(suite: Suite, chunk: pd.DataFrame, docs: Path | None) -> list[Result]:
    """Check a chunk with Great Expectations. Everything untyped about it stays in here."""
    gx = load()
    context = gx.get_context(mode="ephemeral", project_config=data_docs.config(docs))
    asset = context.data_sources.add_pandas(suite.step).add_dataframe_asset(suite.step)
    batch = asset.add_batch_definition_whole_dataframe(suite.step)
    rules = {rule.code: rule for rule in suite.rules}
    groups = [[rule] for rule in suite.rules] if docs else _alike(suite.rules)  # each rule has its place in Data Docs
    gx_suite = gx.ExpectationSuite(name=suite.step, expectations=list(map(_expectation, groups)))
    parameters = {"dataframe": chunk}
    if docs is None:
        validation = batch.get_batch(parameters).validate(gx_suite, result_format=_RESULT_FORMAT)
    else:  # takes a fifth longer, and is the only way in which GX keeps a result
        definition = gx.ValidationDefinition(name=suite.step, data=batch, suite=context.suites.add(gx_suite))
        definition = context.validation_definitions.add(definition)
        validation = definition.run(batch_parameters=parameters, result_format=_RESULT_FORMAT)
    found = {result.code: result for item in validation.results for result in _results_of(item, rules, chunk)}
    return [found[code] for code in rules]  # a row is quarantined under the first that it breaks


def _results_of(item: Any, rules: Mapping[str, Rule], chunk: pd.DataFrame) -> list[Result]:
    """The result of each rule in an answer; of several, a row breaks the one that forbids its value."""
    values, codes = item.result or {}, item.expectation_config.meta["codes"]
    whole = Result(
        code=codes[0],
        is_met=bool(item.success),
        has_raised=_has_raised(item.exception_info or {}),
        checked=int(values.get("element_count") or len(chunk)),
        rows=values.get("unexpected_index_list"),
        observed=str(values.get("observed_value", ""))[:80],
    )
    if len(codes) == 1:
        return [whole]
    broken = chunk[rules[codes[0]].check.arguments["column"]].iloc[whole.rows or []]
    rows_of: dict[Any, list[int]] = {}
    for row, value in zip(whole.rows or (), broken, strict=True):
        rows_of.setdefault(value, []).append(row)
    found = {code: rows_of.get(_forbidden(rules[code]), []) for code in codes}
    return [whole._replace(code=code, is_met=not own, rows=own) for code, own in found.items()]


def _has_raised(info: Mapping[str, Any]) -> bool:
    """Whether a check raised an exception: said at the top, or by each of its metrics."""
    metrics = [value for value in info.values() if isinstance(value, dict)]
    return any(part.get("raised_exception") for part in (info, *metrics))


def _alike(rules: Iterable[Rule]) -> list[list[Rule]]:
    """The rules, with those together that forbid a value of the same column with the same severity.

    Great Expectations takes five milliseconds for each question, and most rules are about the code of a problem.
    """
    groups: dict[tuple[str, ...], list[Rule]] = {}
    for rule in rules:
        is_whole = rule.check.name == FORBIDDEN and rule.check.arguments["mostly"] == 1.0
        key = (rule.check.arguments["column"], rule.severity.value) if is_whole else (rule.code,)
        groups.setdefault(key, []).append(rule)
    return list(groups.values())


def _forbidden(rule: Rule) -> Any:
    """The value that a rule forbids."""
    return rule.check.arguments["value_set"][0]


def _expectation(rules: list[Rule]) -> Any:
    from great_expectations.expectations.registry import get_expectation_impl  # noqa: PLC0415 - see `load`

    arguments = dict(rules[0].check.arguments)
    if len(rules) > 1:
        arguments["value_set"] = [_forbidden(rule) for rule in rules]
    expectation: Any = get_expectation_impl(f"expect_{rules[0].check.name}")
    return expectation(
        **arguments,
        severity=rules[0].severity.value,
        meta={"codes": [rule.code for rule in rules]},
        description=" ".join(rule.holds for rule in rules),
    )
