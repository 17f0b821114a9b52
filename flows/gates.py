"""The gates of a run as Prefect tasks: check a step's slim table, write failing pages to a file, show an artifact."""

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple, cast

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from prefect import State, Task, task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed, Failed

from expectations import checks
from expectations import clean as clean_rules
from expectations import dataset as dataset_rules
from expectations import extract as extract_rules
from expectations import ingest as ingest_rules
from expectations import load as load_rules
from expectations.gate import Verdict, check, contract
from expectations.rule import Suite
from expectations.thresholds import Thresholds
from flows.problems import observe
from flows.recording import is_recorded
from flows.report.wording import count
from flows.run import GateStop, Run
from tasks import schema
from tasks.load.worker import Staged
from tasks.parallel.progress import Advance, listening
from tasks.quality.drift import ComparedMetric
from tasks.steps import StepResult, digest, raw_file_of
from tasks.storage.tables import write_table

logger = logging.getLogger(__name__)


class Step(NamedTuple):
    """What a gate needs to know of a step."""

    suite: Callable[[Thresholds], Suite]
    declared: pa.Schema
    slim: Callable[[Callable[[], Iterator[pa.Table]]], Iterator[pa.Table]]  # the tables as the suite sees them
    file: str = ""  # in the folder of a batch; empty where a batch is a file


def _slim_articles(tables: Callable[[], Iterator[pa.Table]]) -> Iterator[pa.Table]:
    repeated = extract_rules.repetitions(tables)  # a text and its repetition may be in two batches
    start = 0
    for table in tables():
        yield extract_rules.slim(table, repeated.slice(start, table.num_rows))
        start += table.num_rows


_STEPS = {
    "ingest": Step(
        lambda limits: ingest_rules.suite(limits.ingest), schema.PAGES, lambda tables: map(ingest_rules.slim, tables())
    ),
    "clean": Step(
        lambda limits: clean_rules.suite(limits.clean),
        schema.DOCUMENTS,
        lambda tables: map(clean_rules.slim, tables()),
        "documents.parquet",
    ),
    "extract": Step(lambda limits: extract_rules.suite(limits.extract), schema.CANDIDATES, _slim_articles),
}
_SHOWN = ("code", "state", "effect", "failed", "checked", "observed", "sentence")  # the UI shows the first five or six
_EFFECTS = {"warning": "warned", "info": "noted"}  # of a rule that failed, by its severity
_STOPS_SHOWN = 5  # of the rows that stop a run


@contextmanager
def import_checks_during_ingest() -> Iterator[None]:
    """Import the checks in this process while workers read; at the first gate the workers would wait for it."""

    def start(now: Advance) -> None:
        if now.total:  # a run that finds nothing new has no gate
            import_checks_in_background()

    with listening(start):
        yield


@cache  # once per process, however many runs it serves
def import_checks_in_background() -> Thread:
    """Import the checks in a thread."""
    thread = Thread(target=checks.load, name="import of the checks")
    thread.start()
    return thread


class Gates:
    """The gates of one run, over the pages that ingest read."""

    def __init__(self, run: Run, pages: StepResult) -> None:
        self.run = run
        self.pages = PageIndex(pages)

    def check(self, result: StepResult) -> StepResult:
        """The same result, with the pages that its gate rejected.

        Raises:
            GateStop: the gate stops the run.
        """
        return replace(result, rejected=self._passed(_state_of(gate, result.step, self, result)))

    def check_staged(self, staged: Staged) -> None:
        """Check the staged dataset as read back from its files, and that every page is accounted for.

        Raises:
            GateStop: the gate stops the run.
        """
        self._passed(_state_of(gate_load, self, staged))

    def check_history(self, staged: Staged, compared: Sequence[ComparedMetric]) -> None:
        """Check the run, whose dataset is staged, against earlier ones (`tasks.quality.drift.compare`).

        Raises:
            GateStop: the gate stops the run.
        """
        self._passed(_state_of(gate_dataset, self, staged, compared))

    def source_of(self, doc_id: str | None) -> str | None:
        """The `source_uri` of a page of the run."""
        return str(self.pages.rows({doc_id})[doc_id]["source_uri"]) if doc_id else None

    def _passed(self, state: State[Any]) -> Path | None:
        """The file of rejected pages of a gate that let the run continue."""
        data = state.result(raise_on_failure=state.name != "StoppedByGate") if is_recorded() else state.data
        if not (isinstance(data, tuple) and isinstance(data[0], Verdict)):
            raise TypeError(f"the gate ended as {state.name} without a verdict: {state.message}")
        verdict: Verdict = data[0]
        path: Path | None = data[1]
        self.run.report.gate(verdict, path)
        observe(verdict, self.run.observation)
        if not is_recorded():  # Prefect logs the state of every task
            logger.info("gate after %s: %s", verdict.step, state.message)
        if verdict.stops:
            raise GateStop("; ".join(verdict.stops), path)
        return path


def _state_of(task: Task[..., Any], *arguments: Any) -> State[Any]:
    """The state in which a gate ends, as a task or as a plain function."""
    return cast(State[Any], task(*arguments, return_state=True) if is_recorded() else task.fn(*arguments))


@task(name="gate", task_run_name="gate-{step}", cache_policy=NO_CACHE, persist_result=False)
def gate(step: str, gates: Gates, result: StepResult) -> Any:
    """Check one step; the pages it rejects are written to a file that the next step reads."""
    run = gates.run
    verdict = verdict_on(result, run.thresholds, run.data_docs)
    doc_ids = ids_of_rows(files_of(result), sorted(verdict.reasons))
    pages = gates.pages.rows(set(doc_ids.values()) | verdict.example_pages)
    verdict.name_pages({doc_id: row["source_uri"] for doc_id, row in pages.items()})
    rows = [
        pages[doc_ids[number]]
        | {
            "step": step,
            "reason": codes[0],
            "detail": verdict.details.get(number),
            "all_reasons": codes,
            "run_id": run.run_id,
            "rules_version": run.report.rules_version,
        }
        for number, codes in sorted(verdict.reasons.items())
    ]
    name = digest(step, *(f"{row['doc_id']} {row['all_reasons']}" for row in rows))
    path = run.output.work / "gates" / f"{step}-{name}.parquet"
    write_table(pa.Table.from_pylist(rows, schema=schema.QUARANTINE), path)
    return _state(verdict, path)


@task(name="gate", task_run_name="gate-load", cache_policy=NO_CACHE, persist_result=False)
def gate_load(gates: Gates, staged: Staged) -> Any:
    """Check the staged dataset as read back from its files, and the accounting identity."""
    limits, docs = gates.run.thresholds.load, gates.run.data_docs
    suite = load_rules.suite(limits)
    shapes = (_shape_of("load", path, schema.ARTICLES) for path in staged.article_files)
    articles = next((shape for shape in shapes if shape.stops), None)
    if articles is None:
        articles = check(suite, _tables(staged.article_files, list(suite.columns), schema.ARTICLES), docs)
        articles.outcomes += contract("load", schema.ARTICLES, schema.ARTICLES, {}).outcomes
    counts = staged.counts
    account = {
        "received": counts["received"],
        "accounted": sum(counts[name] for name in ("articles", "duplicates", "quarantined", "forgotten")),
        "articles": counts["articles"],
        "staged_articles": staged.staged_articles,
    }
    accounts = check(load_rules.ledger_suite(limits), pa.Table.from_pylist([account]), docs)
    stops = [*_stops_of_rows(articles), *_stops_of_rows(accounts)]  # a row that fails here is a fault of Copydesk
    return _state(
        Verdict("load", articles.received, articles.outcomes + accounts.outcomes, {}, {}, stops), staged=staged
    )


@task(name="gate", task_run_name="gate-dataset", cache_policy=NO_CACHE, persist_result=False)
def gate_dataset(gates: Gates, staged: Staged, compared: Sequence[ComparedMetric]) -> Any:
    """Check the run against the runs before it (`tasks.quality.drift.compare`)."""
    suite = dataset_rules.suite(gates.run.thresholds.dataset)
    verdict = check(suite, dataset_rules.table(compared), gates.run.data_docs)
    verdict.stops = _stops_of_rows(verdict)
    verdict.reasons, verdict.details = {}, {}  # its rows are metrics, not pages
    return _state(verdict, staged=staged)


def _stops_of_rows(verdict: Verdict) -> list[str]:
    """The stops of a verdict on rows that must all pass, the first few rows among them."""
    rows = [f"{code}: {verdict.details.get(number, '')}" for number, codes in verdict.reasons.items() for code in codes]
    return verdict.stops + rows[:_STOPS_SHOWN]


def _state(verdict: Verdict, path: Path | None = None, staged: Staged | None = None) -> Any:
    """The gate's state in the UI: the verdict in words; its result is the verdict and the file of rejected pages.

    What is in the result comes from this gate for Prefect: the graph then has an edge to the step that gets it.
    """
    rows = [{name: (row | {"effect": _effect(row, verdict)})[name] for name in _SHOWN} for row in verdict.as_rows()]
    if is_recorded():
        create_table_artifact(key=f"gate-{verdict.step}", table=rows, description=_sentence(verdict))
    data = (verdict, path, staged)
    if verdict.stops:
        return Failed(name="StoppedByGate", message="; ".join(verdict.stops)[:1000], data=data)
    if verdict.warnings:
        return Completed(name="CompletedWithWarnings", message=_sentence(verdict), data=data)
    return Completed(message=_sentence(verdict), data=data)


def _effect(row: Mapping[str, Any], verdict: Verdict) -> str:
    """What a rule did to the run: it quarantined pages, warned, noted, or stopped the run; empty if it passed."""
    if row["state"] == "pass":
        return ""
    if row["state"] == "error" or any(stop.startswith(f"{row['code']}:") for stop in verdict.stops):
        return "stopped"
    return _EFFECTS.get(row["severity"], "quarantined")


def _sentence(verdict: Verdict) -> str:
    passed = verdict.received - len(verdict.reasons)
    text = f"{verdict.received} in, {passed} passed, {len(verdict.reasons)} quarantined"
    if verdict.warnings:
        text += f", {count(len(verdict.warnings), 'warning')}: " + ", ".join(
            outcome.code for outcome in verdict.warnings
        )
    if verdict.stops:
        text += ", stopped: " + "; ".join(verdict.stops)
    return text


def files_of(result: StepResult) -> list[Path]:
    """The file of each batch that the gate reads."""
    name = _STEPS[result.step].file
    return [path / name if name else path for path in result.paths]


def verdict_on(result: StepResult, thresholds: Thresholds, docs: Path | None) -> Verdict:
    """The verdict on all batches of a step."""
    step = _STEPS[result.step]
    suite = step.suite(thresholds)
    paths = files_of(result)
    # the whole contract of the step, not only the columns that its rules look at
    shapes = [_shape_of(result.step, path, step.declared) for path in paths]
    broken = next((shape for shape in shapes if shape.stops), None)
    if broken:
        return broken
    verdict = check(suite, step.slim(partial(_tables, paths, list(suite.columns), step.declared)), docs)
    verdict.outcomes += shapes[0].outcomes
    return verdict


def _shape_of(step: str, path: Path, declared: pa.Schema) -> Verdict:
    """The verdict on the shape of one file. Only one is open at a time: a run may have more than a process may open."""
    with pq.ParquetFile(path) as file:
        return contract(step, file.schema_arrow, declared, _null_counts(file))


def _tables(paths: list[Path], columns: list[str], declared: pa.Schema) -> Iterator[pa.Table]:
    """Some columns of all files, by row group; first an empty table, so that there is always one."""
    yield pa.schema([declared.field(name) for name in columns]).empty_table()
    for path in paths:
        with pq.ParquetFile(path) as file:
            for group in range(file.metadata.num_row_groups):
                yield file.read_row_group(group, columns=columns).select(columns)


def ids_of_rows(paths: list[Path], rows: list[int]) -> dict[int, str]:
    """The doc_id of some rows, which are counted over all files and ascend: row number -> doc_id."""
    ids: dict[int, str] = {}
    start = 0
    wanted = deque(rows)
    for path in paths:
        if not wanted:
            break
        with pq.ParquetFile(path) as file:
            end = start + file.metadata.num_rows
            in_file = []
            while wanted and wanted[0] < end:
                in_file.append(wanted.popleft())
            if in_file:
                column = file.read(columns=["doc_id"]).column("doc_id")
                ids |= {row: column[row - start].as_py() for row in in_file}
        start = end
    return ids


def _null_counts(file: pq.ParquetFile) -> dict[str, int]:
    """The nulls of each plain column by the file's own statistics; lists and structs are skipped."""
    counts: Counter[str] = Counter()
    for group in range(file.metadata.num_row_groups):
        columns = file.metadata.row_group(group)
        for number in range(columns.num_columns):
            column = columns.column(number)
            if column.statistics is not None and column.statistics.has_null_count:
                counts[column.path_in_schema] += column.statistics.null_count
    return dict(counts)


class PageIndex:
    """Where the pages of a run and their raw bytes are: looked up in the batches, not held in memory."""

    _COLUMNS = ("doc_id", "source_uri", "url", "fetched_at", "page_digest")

    def __init__(self, pages: StepResult) -> None:
        self._paths = pages.paths

    def rows(self, doc_ids: set[str]) -> dict[str, dict[str, Any]]:
        """The identity columns of the quarantine rows of some pages, by doc_id."""
        wanted = pa.array(sorted(doc_ids), pa.string())
        rows: dict[str, dict[str, Any]] = {}
        for path in self._paths if doc_ids else ():
            with pq.ParquetFile(path) as file:
                is_wanted = pc.is_in(file.read(columns=["doc_id"]).column("doc_id"), wanted)
                if pc.any(is_wanted).as_py():
                    for row in file.read(columns=list(self._COLUMNS)).filter(is_wanted).to_pylist():
                        rows[row["doc_id"]] = row | {"raw_file": raw_file_of(path)}
        return rows
