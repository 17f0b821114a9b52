"""A gate: checks a slim table against a suite. Says which rows are quarantined and why, what stops the run, what warns.

Great Expectations supplies the checks (see `checks`); the verdict is ours because its `success` ignores severity.
"""

import gc
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from string import Formatter
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from expectations import checks
from expectations.checks import Result
from expectations.configurations import configurations_kept
from expectations.rule import ROW_COUNT, UNIQUE, Rule, Severity, Suite

CHUNK_ROWS = 20_000  # GX hashes the whole frame at each call; beyond this the memory grows and nothing is gained
_EXAMPLES = 5  # rows shown for each rule that warns
_STATES = ("error", "fail", "pass")  # the worst first
_SEVERITIES = tuple(Severity)


class Example(NamedTuple):
    """A row that breaks a rule: its page, if the row is one, and what was found there."""

    page: str  # doc_id, or what `Verdict.name_pages` puts in its place
    detail: str

    def __str__(self) -> str:
        return ": ".join(part for part in self if part)


@dataclass
class Outcome:
    """The outcome of one rule over all rows of a step."""

    code: str
    severity: str
    holds: str
    breaks: str
    state: str = "pass"  # pass | fail | error
    checked: int = 0
    failed: int = 0
    examples: list[Example] = field(default_factory=list)  # of the rows that break a rule that is not critical
    sites: Counter[str] = field(default_factory=Counter)  # rows that break a rule about single rows, by site if known

    @property
    def sentence(self) -> str:
        """What is wrong if the rule failed, else what it demands."""
        return self.breaks if self.state == "fail" else self.holds

    @property
    def observed(self) -> str:
        """The examples in one line."""
        return "; ".join(str(example) for example in self.examples)

    def as_row(self) -> dict[str, Any]:
        """The outcome as a plain row for reports."""
        return {
            "code": self.code,
            "severity": self.severity,
            "sentence": self.sentence,
            "state": self.state,
            "checked": self.checked,
            "failed": self.failed,
            "observed": self.observed,
        }


@dataclass(repr=False)
class Verdict:
    """The result of one gate."""

    step: str
    received: int
    outcomes: list[Outcome] = field(default_factory=list)
    reasons: dict[int, list[str]] = field(default_factory=dict)  # row number -> codes of the critical rules it breaks
    details: dict[int, str] = field(default_factory=dict)  # row number -> what is wrong, by the first of these rules
    stops: list[str] = field(default_factory=list)  # why the run stops, one sentence each

    def __repr__(self) -> str:
        return f"<verdict after {self.step}: {self.received} in, {len(self.reasons)} out, {len(self.stops)} stops>"

    @property
    def warnings(self) -> list[Outcome]:
        """The warning rules that were broken."""
        return [
            outcome for outcome in self.outcomes if outcome.state == "fail" and outcome.severity == Severity.WARNING
        ]

    @property
    def example_pages(self) -> set[str]:
        """The doc_ids of all examples."""
        return {example.page for outcome in self.outcomes for example in outcome.examples if example.page}

    def name_pages(self, sources: Mapping[str, str]) -> None:
        """Name the examples by the file names of their pages; `sources` maps doc_id to source_uri."""
        for outcome in self.outcomes:
            outcome.examples = [
                Example(PurePosixPath(sources[example.page]).name, example.detail) if example.page else example
                for example in outcome.examples
            ]

    def as_rows(self) -> list[dict[str, Any]]:
        """The outcomes as plain rows, the worst first."""
        ordered = sorted(
            self.outcomes,
            key=lambda outcome: (_STATES.index(outcome.state), _SEVERITIES.index(outcome.severity), outcome.code),
        )
        return [outcome.as_row() for outcome in ordered]


def contract(step: str, actual: pa.Schema, declared: pa.Schema, null_counts: Mapping[str, int]) -> Verdict:
    """The verdict on a table's shape: each declared column is present with its exact type, and null only where allowed.

    A broken contract is a fault of the step, so it stops the run; the rules could not even be checked. `null_counts`
    holds the number of nulls in each column.
    """
    broken = []
    types = dict(zip(actual.names, actual.types, strict=True))
    for column in declared:
        type_ = types.get(column.name)
        if type_ != column.type:
            broken.append(f"column {column.name}: {type_ or 'missing'}, declared {column.type}")
        elif not column.nullable and null_counts.get(column.name):
            broken.append(f"column {column.name}: null in {null_counts[column.name]} rows, declared as never null")
    outcome = Outcome(
        f"{step}.schema",
        Severity.CRITICAL.value,
        "Columns, types and nulls are as declared.",
        "Columns, types or nulls differ from what is declared.",
        "fail" if broken else "pass",
        len(declared),
        len(broken),
        [Example("", problem) for problem in broken[:_EXAMPLES]],
    )
    return Verdict(step, 0, [outcome], stops=[f"{outcome.code}: {problem}" for problem in broken])


# rows to check, in parts of any size with one schema
Tables: TypeAlias = pa.Table | Iterable[pa.Table]


def check(suite: Suite, tables: Tables, docs: Path | None = None) -> Verdict:
    """The verdict of a suite on rows; with the folder `docs`, the results are kept there for Data Docs.

    There must be at least one table, if an empty one. Some thousand rows are held at a time, and for each column that
    must be unique eight bytes per row.
    """
    outcomes = [Outcome(rule.code, rule.severity.value, rule.holds, rule.breaks) for rule in suite.rules]
    verdict = Verdict(suite.step, 0, outcomes)
    unique = {rule.code: rule for rule in suite.rules if rule.check.name == UNIQUE}
    hashes: dict[str, list[_Hashes]] = {code: [] for code in unique}
    chunks = _chunks(tables)
    chunk, following = next(chunks), next(chunks, None)
    is_only = following is None
    checks.load()  # before the freeze: what it imports must not be searched for garbage either
    with _only_new_garbage():
        while chunk is not None:
            _check_chunk(suite, chunk, verdict, docs, is_only=is_only)
            verdict.received += chunk.num_rows
            for code, rule in unique.items() if not is_only else ():
                hashes[code].append(_hashes(chunk.column(rule.check.arguments["column"]), verdict.received))
            if not is_only:
                gc.collect()  # a context of Great Expectations is a web of cycles, of some megabytes each
            chunk, following = following, next(chunks, None)
    if not is_only:
        for code, rule in unique.items():
            _add_repeated(rule, np.concatenate(hashes[code]), verdict)
    _check_share(suite, verdict)
    return verdict


def _check_share(suite: Suite, verdict: Verdict) -> None:
    """Stop the run if too many rows are quarantined; a file that holds no page says nothing of the pages beside it."""
    outside = sum(set(codes) <= suite.outside_share for codes in verdict.reasons.values())
    received, failed = verdict.received - outside, len(verdict.reasons) - outside
    share = failed / received if received else 0.0
    if received >= suite.quarantined_share_from_rows and share > suite.quarantined_share_max:
        verdict.stops.append(
            f"{suite.step}: {failed} of {received} rows fail a critical rule "
            f"({share:.0%}; the limit is {suite.quarantined_share_max:.0%})"
        )


@contextmanager
def _only_new_garbage() -> Iterator[None]:
    """Exempt all existing objects from `gc.collect`: searching all that is imported took longer than a check."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _chunks(tables: Tables) -> Iterator[pa.Table]:
    """The rows in chunks of CHUNK_ROWS, the last one smaller; one empty chunk if there is no row."""
    buffer: list[pa.Table] = []
    has_any = False
    for table in [tables] if isinstance(tables, pa.Table) else tables:
        buffer.append(table)
        while sum(part.num_rows for part in buffer) >= CHUNK_ROWS:
            joined = pa.concat_tables(buffer)
            has_any = True
            yield joined.slice(0, CHUNK_ROWS)
            buffer = [joined.slice(CHUNK_ROWS)]
    rest = pa.concat_tables(buffer)
    if rest.num_rows or not has_any:
        yield rest


def _check_chunk(suite: Suite, chunk: pa.Table, verdict: Verdict, docs: Path | None, *, is_only: bool) -> None:
    """Add the outcomes of one chunk to the verdict, which has those of all rows before it."""
    frame = chunk.to_pandas().reset_index(drop=True)
    outcomes = {outcome.code: outcome for outcome in verdict.outcomes}
    rules = {rule.code: rule for rule in suite.rules}
    with configurations_kept():
        results = checks.results(suite, frame, docs)
    for result in results:
        rule = rules[result.code]
        if is_only or rule.check.name != ROW_COUNT:  # of one chunk of several the number of rows says nothing
            _add_result(result, rule, outcomes[rule.code], frame, verdict)


def _add_result(result: Result, rule: Rule, outcome: Outcome, frame: pd.DataFrame, verdict: Verdict) -> None:
    outcome.checked += result.checked
    if result.has_raised:
        outcome.state = "error"
        verdict.stops.append(f"{rule.code}: could not be checked")  # a broken check never counts as passed
    elif result.rows is None:
        if not result.is_met:
            outcome.state, outcome.failed = "fail", outcome.failed + 1
            outcome.examples = [Example("", result.observed)]
            if rule.severity is Severity.CRITICAL:
                verdict.stops.append(f"{rule.code}: {rule.breaks} Found: {result.observed or 'none'}")
    elif rule.severity is Severity.CRITICAL:
        outcome.failed += len(result.rows)
        if result.rows:
            outcome.state = "fail"
        for row in result.rows:
            number = verdict.received + row
            verdict.reasons.setdefault(number, []).append(rule.code)
            if number not in verdict.details:
                verdict.details[number] = _detail(rule, frame, row)
    else:
        outcome.failed += len(result.rows)
        if not result.is_met:
            outcome.state = "fail"
            if "domain" in frame.columns and rule.check.arguments.get("mostly", 1.0) == 1.0:
                outcome.sites.update(frame["domain"].iloc[result.rows].dropna())
            examples = [Example(_page(frame, row), _detail(rule, frame, row)) for row in result.rows[:_EXAMPLES]]
            outcome.examples = list(dict.fromkeys([*outcome.examples, *examples]))[:_EXAMPLES]


def _page(frame: pd.DataFrame, row: int) -> str:
    return str(frame["doc_id"].iloc[row]) if "doc_id" in frame.columns else ""


def _detail(rule: Rule, frame: pd.DataFrame, row: int) -> str:
    """What was found in a row; what is wrong in general if the rule has no such text or a value is missing."""
    if not rule.detail:
        return rule.breaks
    named = [name for _, name, _, _ in Formatter().parse(rule.detail) if name]  # a whole row costs ten times as much
    try:
        return rule.detail.format(**{name: frame[name].iat[row] for name in named})
    except (KeyError, ValueError, TypeError):
        return rule.breaks


_Hashes: TypeAlias = npt.NDArray[np.uint64]


def _hashes(column: pa.ChunkedArray, seed: int) -> _Hashes:
    """A 64-bit hash per value; per null a different one, from a seed that differs by chunk: nulls are not equal."""
    values = pd.util.hash_array(np.asarray(column.to_pylist(), dtype=object), categorize=False)
    nulls = pd.util.hash_array(np.arange(seed, seed + len(column), dtype=np.uint64))
    return np.where(column.is_null().to_numpy(), nulls, values)


def _add_repeated(rule: Rule, hashes: _Hashes, verdict: Verdict) -> None:
    """Add the rows whose value is unique within its chunk but also occurs in another one."""
    outcome = next(outcome for outcome in verdict.outcomes if outcome.code == rule.code)
    _, indices, counts = np.unique(hashes, return_inverse=True, return_counts=True)
    for row in np.flatnonzero(counts[indices] > 1).tolist():
        codes = verdict.reasons.setdefault(row, [])
        if rule.code not in codes:
            codes.append(rule.code)
            verdict.details.setdefault(row, rule.breaks)
            outcome.state = "fail"
            outcome.failed += 1
