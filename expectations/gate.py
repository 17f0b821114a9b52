"""The gate: checks a slim table by a suite and says what passes, what goes to quarantine and why, and what stops the run.

Great Expectations supplies the checks; the verdict is ours, because its `success` ignores severity. It is imported inside
functions, because that costs seconds. Each call makes its own context: shared ones gave silently wrong results under threads.
"""

import gc
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
import pyarrow as pa

from expectations import data_docs
from expectations.rule import Rule, Severity, Suite

CHUNK_ROWS = 20_000  # GX hashes the whole frame at each call; beyond this the memory grows and nothing is gained
_SHOWN = 5  # examples of what broke a rule
_LEAN = {"result_format": "COMPLETE", "exclude_unexpected_values": True, "return_unexpected_index_query": False,
         "partial_unexpected_count": 0}  # row numbers without copies of the values  # fmt: skip


@dataclass
class Outcome:
    """How one rule came out over all rows of a step."""

    code: str
    severity: str
    sentence: str
    state: str = "pass"  # pass | fail | error
    checked: int = 0
    failed: int = 0
    observed: str = ""


@dataclass(repr=False)
class Verdict:
    """What a gate says."""

    step: str
    received: int
    outcomes: list[Outcome] = field(default_factory=list)
    reasons: dict[int, list[str]] = field(default_factory=dict)  # row number -> codes of the critical rules it breaks
    details: dict[int, str] = field(default_factory=dict)
    stops: list[str] = field(default_factory=list)

    def __repr__(self) -> str:
        return f"<verdict after {self.step}: {self.received} in, {len(self.reasons)} out, {len(self.stops)} stops>"

    @property
    def warnings(self) -> list[Outcome]:
        """The warning rules that were broken."""
        return [
            outcome for outcome in self.outcomes if outcome.state == "fail" and outcome.severity == Severity.WARNING
        ]

    def as_rows(self) -> list[dict[str, Any]]:
        """The outcomes as plain rows, the worst first."""
        order = {"error": 0, "fail": 1, "pass": 2}
        severities = {"critical": 0, "warning": 1, "info": 2}
        ordered = sorted(
            self.outcomes, key=lambda outcome: (order[outcome.state], severities[outcome.severity], outcome.code)
        )
        return [asdict(outcome) for outcome in ordered]


def load_checks() -> Any:
    """Great Expectations, imported: two seconds of work when it is first asked for."""
    logging.getLogger("great_expectations").setLevel(logging.ERROR)  # it speaks while it is imported
    import great_expectations as gx  # noqa: PLC0415 - only when a gate runs

    return gx


def contract(step: str, found: pa.Schema, declared: pa.Schema, null_counts: Mapping[str, int]) -> Verdict:
    """The verdict on a table's shape: every declared column is there with exactly its type, and none is null that must not
    be. What breaks it is a mistake of the step, so it stops the run; the rules could not even be asked.

    `null_counts`: how many nulls each column holds.
    """
    broken = []
    for column in declared:
        actual = found.field(column.name).type if column.name in found.names else None
        if actual != column.type:
            broken.append(f"column {column.name}: {actual or 'missing'}, declared {column.type}")
        elif not column.nullable and null_counts.get(column.name):
            broken.append(f"column {column.name}: null in {null_counts[column.name]} rows, declared as never null")
    outcome = Outcome(
        f"{step}.schema", Severity.CRITICAL.value, "Columns, types and nulls are as declared.",
        "fail" if broken else "pass", len(declared), len(broken), "; ".join(broken[:_SHOWN]),
    )  # fmt: skip
    return Verdict(step, 0, [outcome], stops=[f"{outcome.code}: {what}" for what in broken])


# rows to check, in parts of any size; they have one schema
Tables: TypeAlias = pa.Table | Iterable[pa.Table]


def check(suite: Suite, tables: Tables, docs: Path | None = None) -> Verdict:
    """The verdict of a suite on rows, one a document; with `docs`, its results are kept there for Data Docs.

    At least one table must come, if an empty one. Only some thousand rows are held at a time, and eight bytes of every row for each
    column that must be unique.
    """
    verdict = Verdict(suite.step, 0, [Outcome(rule.code, rule.severity.value, rule.sentence) for rule in suite.rules])
    unique = {rule.code: rule for rule in suite.rules if rule.check == "column_values_to_be_unique"}
    keys: dict[str, list[np.ndarray]] = {code: [] for code in unique}
    chunks = _chunks(tables)
    chunk, following = next(chunks), next(chunks, None)
    is_only = following is None
    load_checks()  # first, for what it imports is to be passed over too
    with _only_new_garbage():
        while chunk is not None:
            _check_chunk(suite, chunk, verdict.received, verdict, docs, is_only=is_only)
            verdict.received += chunk.num_rows
            for code, rule in unique.items() if not is_only else ():
                keys[code].append(_keys(chunk.column(rule.arguments["column"]), verdict.received))
            if not is_only:
                gc.collect()  # a context of Great Expectations is a web of cycles, of some megabytes each
            chunk, following = following, next(chunks, None)
    if not is_only:
        for code, rule in unique.items():
            _note_repeated(rule, np.concatenate(keys[code]), verdict)
    share = len(verdict.reasons) / verdict.received if verdict.received else 0.0
    if verdict.received >= suite.quarantined_share_from_rows and share > suite.quarantined_share_max:
        verdict.stops.append(
            f"{suite.step}: {len(verdict.reasons)} of {verdict.received} rows fail a critical rule ({share:.0%}; the limit is "
            f"{suite.quarantined_share_max:.0%})"
        )
    return verdict


@contextmanager
def _only_new_garbage() -> Iterator[None]:
    """Have `gc.collect` pass over what is there already: looking through all that is imported took longer than a check."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _chunks(tables: Tables) -> Iterator[pa.Table]:
    """The rows in chunks of CHUNK_ROWS, the last one smaller; one empty chunk where there is no row."""
    held: list[pa.Table] = []
    has_any = False
    for table in [tables] if isinstance(tables, pa.Table) else tables:
        held.append(table)
        while sum(part.num_rows for part in held) >= CHUNK_ROWS:
            joined = pa.concat_tables(held)
            has_any = True
            yield joined.slice(0, CHUNK_ROWS)
            held = [joined.slice(CHUNK_ROWS)]
    rest = pa.concat_tables(held)
    if rest.num_rows or not has_any:
        yield rest


def _check_chunk(
    suite: Suite, chunk: pa.Table, start: int, verdict: Verdict, docs: Path | None, *, is_only: bool
) -> None:
    gx = load_checks()
    frame = chunk.to_pandas().reset_index(drop=True)
    context = gx.get_context(mode="ephemeral", project_config=data_docs.config(docs))
    asset = context.data_sources.add_pandas(suite.step).add_dataframe_asset(suite.step)
    whole = asset.add_batch_definition_whole_dataframe(suite.step)
    made = gx.ExpectationSuite(name=suite.step, expectations=[_expectation(rule) for rule in suite.rules])
    result: Any
    if docs is None:
        result = whole.get_batch({"dataframe": frame}).validate(made, result_format=_LEAN)
    else:  # a fifth dearer, and the only way by which GX keeps a result
        definition = gx.ValidationDefinition(name=suite.step, data=whole, suite=context.suites.add(made))
        definition = context.validation_definitions.add(definition)
        result = definition.run(batch_parameters={"dataframe": frame}, result_format=_LEAN)  # type: ignore[arg-type]
    by_code = {outcome.code: outcome for outcome in verdict.outcomes}
    rules = {rule.code: rule for rule in suite.rules}
    for found in result.results:
        rule = rules[found.expectation_config.meta["code"]]  # type: ignore[union-attr,index]
        if rule.check.startswith("table_row_count") and not is_only:
            continue
        _take(found, rule, by_code[rule.code], frame, start, verdict)


def _take(found: Any, rule: Rule, outcome: Outcome, frame: pd.DataFrame, start: int, verdict: Verdict) -> None:
    """Fold one result of Great Expectations into the verdict."""
    result = found.result or {}
    outcome.checked += int(result.get("element_count") or len(frame))
    if _raised(found.exception_info):
        outcome.state = "error"
        verdict.stops.append(f"{rule.code}: could not be checked")  # a broken check is never a pass
        return
    rows = result.get("unexpected_index_list")
    if rows is None:
        if not found.success:
            outcome.state, outcome.failed = "fail", outcome.failed + 1
            outcome.observed = str(result.get("observed_value", ""))[:80]
            if rule.severity is Severity.CRITICAL:
                verdict.stops.append(f"{rule.code}: {rule.sentence} Found: {outcome.observed or 'no'}")
        return
    outcome.failed += len(rows)
    if rule.severity is Severity.CRITICAL:
        if rows:
            outcome.state = "fail"
        for row in rows:
            verdict.reasons.setdefault(start + row, []).append(rule.code)
            verdict.details.setdefault(start + row, _detail(rule, frame, row))
    elif not found.success:
        outcome.state = "fail"
        told = dict.fromkeys([*outcome.observed.split("; "), *(_detail(rule, frame, row) for row in rows[:_SHOWN])])
        outcome.observed = "; ".join([one for one in told if one][:_SHOWN])


def _raised(info: Any) -> bool:
    info = info or {}
    return bool(info.get("raised_exception")) or any(
        isinstance(value, dict) and value.get("raised_exception") for value in info.values()
    )


def _detail(rule: Rule, frame: pd.DataFrame, row: int) -> str:
    try:
        return rule.detail.format(**{str(name): value for name, value in frame.iloc[row].items()})
    except (KeyError, ValueError, TypeError):
        return rule.sentence


def _expectation(rule: Rule) -> Any:
    from great_expectations.expectations.registry import get_expectation_impl  # noqa: PLC0415 - see _check_chunk

    expectation: Any = get_expectation_impl(f"expect_{rule.check}")
    return expectation(
        **rule.arguments, severity=rule.severity.value, meta={"code": rule.code}, description=rule.sentence
    )


def _keys(column: pa.ChunkedArray, number: int) -> np.ndarray:
    """A 64-bit hash of each value; of a null one of its own, since two of them are not equal."""
    values = pd.util.hash_array(np.asarray(column.to_pylist(), dtype=object), categorize=False)
    nulls = pd.util.hash_array(np.arange(number, number + len(column), dtype=np.uint64))
    found: np.ndarray = np.where(column.is_null().to_numpy(), nulls, values)
    return found


def _note_repeated(rule: Rule, keys: np.ndarray, verdict: Verdict) -> None:
    """What is unique within each chunk may still stand in two of them."""
    outcome = next(outcome for outcome in verdict.outcomes if outcome.code == rule.code)
    _, place, counts = np.unique(keys, return_inverse=True, return_counts=True)
    for row in np.flatnonzero(counts[place] > 1).tolist():
        codes = verdict.reasons.setdefault(row, [])
        if rule.code not in codes:
            codes.append(rule.code)
            verdict.details.setdefault(row, rule.sentence)
            outcome.state = "fail"
            outcome.failed += 1
