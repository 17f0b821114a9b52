"""A gate as a Prefect task: check a step's slim table, write down what it sets aside, show it as a table artifact."""

from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from pathlib import Path
from threading import Thread
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from prefect import task
from prefect.artifacts import create_table_artifact
from prefect.cache_policies import NO_CACHE
from prefect.states import Completed, Failed

from expectations import clean as clean_rules
from expectations import dataset as dataset_rules
from expectations import extract as extract_rules
from expectations import ingest as ingest_rules
from expectations import load as load_rules
from expectations.gate import Verdict, check, contract, load_checks
from expectations.rule import Suite
from expectations.thresholds import Thresholds
from tasks import schema
from tasks.load.worker import Staged
from tasks.parallel.executor import Advance, listening
from tasks.steps import StepResult, digest, raw_file_of
from tasks.storage.tables import write_table

_DECLARED = {"ingest": schema.PAGES, "clean": schema.DOCUMENTS, "extract": schema.CANDIDATES}
_SHOWN = ("code", "severity", "state", "failed", "checked", "sentence", "observed")


@contextmanager
def checks_loading_meanwhile() -> Iterator[None]:
    """Have the checks imported in this process while workers read, which would stand idle at the first gate until they are."""

    def start(now: Advance) -> None:
        if now.total:  # a run that finds nothing new has no gate
            load_checks_meanwhile()

    with listening(start):
        yield


@cache  # once in a process, however many runs it serves
def load_checks_meanwhile() -> Thread:
    """Have the checks imported in a thread."""
    thread = Thread(target=load_checks, name="import of the checks")
    thread.start()
    return thread


@task(name="gate", task_run_name="gate-{step}", cache_policy=NO_CACHE, persist_result=False)
def gate(
    step: str,
    result: StepResult,
    index: "PageIndex",
    folder: Path,
    thresholds: Thresholds,
    run_id: str,
    rules_version: str,
    docs: Path | None,
) -> Any:
    """Check one step; the rows it sets aside are written to a file that the next step reads."""
    verdict = _verdict_on(step, result, thresholds, docs)
    failed = _ids_of_rows(_paths(step, result), sorted(verdict.reasons))
    pages = index.rows(set(failed.values()) | verdict.example_pages)
    verdict.name_pages({doc_id: row["source_uri"] for doc_id, row in pages.items()})
    rows = [
        pages[failed[number]]
        | {
            "step": step,
            "reason": codes[0],
            "detail": verdict.details.get(number),
            "all_reasons": codes,
            "run_id": run_id,
            "rules_version": rules_version,
        }
        for number, codes in sorted(verdict.reasons.items())
    ]
    quarantine = pa.Table.from_pylist(rows, schema=schema.QUARANTINE)
    name = digest(step, *(f"{row['doc_id']} {row['all_reasons']}" for row in rows))
    path = folder / f"{step}-{name}.parquet"
    write_table(quarantine, path)
    return _state(verdict, path)


@task(name="gate", task_run_name="gate-load", cache_policy=NO_CACHE, persist_result=False)
def gate_load(staged: Staged, thresholds: Thresholds, docs: Path | None) -> Any:
    """Check the staged dataset as read back from its files, and the accounting identity."""
    suite = load_rules.suite(thresholds.load)
    shapes = (_shape_of("load", path, schema.ARTICLES) for path in staged.article_files)
    own = next((shape for shape in shapes if shape.stops), None)
    if own is None:
        own = check(suite, _tables(staged.article_files, list(suite.columns), schema.ARTICLES), docs)
        own.outcomes += contract("load", schema.ARTICLES, schema.ARTICLES, {}).outcomes
    counts = staged.counts
    ledger = pa.Table.from_pylist([
        {"received": counts["received"], "accounted": counts["articles"] + counts["duplicates"] + counts["quarantined"],
         "articles": counts["articles"], "staged_articles": staged.staged_articles}
    ])  # fmt: skip
    accounts = check(load_rules.ledger_suite(thresholds.load), ledger, docs)
    for verdict in (own, accounts):  # a row that fails here is our own mistake, so it stops the run
        verdict.stops += [
            f"{code}: {verdict.details.get(number, '')}" for number, codes in verdict.reasons.items() for code in codes
        ][:5]
    verdict = Verdict("load", own.received, own.outcomes + accounts.outcomes, {}, {}, own.stops + accounts.stops)
    return _state(verdict, None)


@task(name="gate", task_run_name="gate-dataset", cache_policy=NO_CACHE, persist_result=False)
def gate_dataset(compared: list[dict[str, Any]], thresholds: Thresholds, docs: Path | None) -> Any:
    """Check the run against the runs before it (`tasks.quality.drift.compare`)."""
    verdict = check(dataset_rules.suite(thresholds.dataset), dataset_rules.table(compared), docs)
    verdict.stops += [
        f"{code}: {verdict.details.get(number, '')}" for number, codes in verdict.reasons.items() for code in codes
    ][:5]
    verdict.reasons, verdict.details = {}, {}  # its rows are metrics, not pages
    return _state(verdict, None)


def _state(verdict: Verdict, path: Path | None) -> Any:
    """The gate's state in the UI: what it found in words, the verdict as its result."""
    rows = [{name: row[name] for name in _SHOWN} for row in verdict.as_rows()]
    create_table_artifact(key=f"gate-{verdict.step}", table=rows, description=_sentence(verdict))
    data = (verdict, path)
    if verdict.stops:
        return Failed(name="StoppedByGate", message="; ".join(verdict.stops)[:1000], data=data)
    if verdict.warnings:
        return Completed(name="CompletedWithWarnings", message=_sentence(verdict), data=data)
    return Completed(message=_sentence(verdict), data=data)


def _sentence(verdict: Verdict) -> str:
    passed = verdict.received - len(verdict.reasons)
    text = f"{verdict.received} in, {passed} passed, {len(verdict.reasons)} to quarantine"
    if verdict.warnings:
        text += f", {len(verdict.warnings)} warnings: " + ", ".join(outcome.code for outcome in verdict.warnings)
    if verdict.stops:
        text += ", stopped: " + "; ".join(verdict.stops)
    return text


_SUITES: dict[str, Callable[[Thresholds], Suite]] = {
    "ingest": lambda thresholds: ingest_rules.suite(thresholds.ingest),
    "clean": lambda thresholds: clean_rules.suite(thresholds.clean),
    "extract": lambda thresholds: extract_rules.suite(thresholds.extract),
}


def _paths(step: str, result: StepResult) -> list[Path]:
    return [path / "documents.parquet" if step == "clean" else path for path in result.paths]


def _verdict_on(step: str, result: StepResult, thresholds: Thresholds, docs: Path | None) -> Verdict:
    """The verdict on all batches of a step."""
    suite = _SUITES[step](thresholds)
    paths = _paths(step, result)
    # the whole contract of the step, not only the columns that its rules look at
    shapes = [_shape_of(step, path, _DECLARED[step]) for path in paths]
    broken = next((shape for shape in shapes if shape.stops), None)
    if broken:
        return broken
    verdict = check(suite, _slim(step, partial(_tables, paths, list(suite.columns), _DECLARED[step])), docs)
    verdict.outcomes += shapes[0].outcomes
    return verdict


def _shape_of(step: str, path: Path, declared: pa.Schema) -> Verdict:
    """The verdict on the shape of one file; a run may have more of them than a process may have open."""
    with pq.ParquetFile(path) as file:
        return contract(step, file.schema_arrow, declared, _null_counts(file))


def _slim(step: str, tables: Callable[[], Iterator[pa.Table]]) -> Iterator[pa.Table]:
    """What the step's suite looks at, table by table."""
    if step != "extract":
        yield from map({"ingest": ingest_rules.slim, "clean": clean_rules.slim}[step], tables())
        return
    repeated = extract_rules.repetitions(tables)  # a text and its repetition may be in two batches
    start = 0
    for table in tables():
        yield extract_rules.slim(table, repeated.slice(start, table.num_rows))
        start += table.num_rows


def _tables(paths: list[Path], columns: list[str], declared: pa.Schema) -> Iterator[pa.Table]:
    """Some columns of all files, some thousand rows at a time; at least one table, if an empty one."""
    yield pa.schema([declared.field(name) for name in columns]).empty_table()
    for path in paths:
        with pq.ParquetFile(path) as file:
            for group in range(file.metadata.num_row_groups):
                yield file.read_row_group(group, columns=columns).select(columns)


def _ids_of_rows(paths: list[Path], rows: list[int]) -> dict[int, str]:
    """The doc_id of some rows, counted over all files."""
    found: dict[int, str] = {}
    start = 0
    wanted = deque(rows)
    for path in paths:
        if not wanted:
            break
        with pq.ParquetFile(path) as file:
            end = start + file.metadata.num_rows
            here = []
            while wanted and wanted[0] < end:
                here.append(wanted.popleft())
            ids = file.read(columns=["doc_id"]).column("doc_id") if here else None
        found |= {row: ids[row - start].as_py() for row in here} if ids is not None else {}
        start = end
    return found


def _null_counts(file: pq.ParquetFile) -> dict[str, int]:
    """The nulls of each plain column by the file's own statistics; lists and structs count by their parts and are left out."""
    counts: Counter[str] = Counter()
    for group in range(file.metadata.num_row_groups):
        for number in range(file.metadata.num_columns):
            column = file.metadata.row_group(group).column(number)
            if column.statistics is not None and column.statistics.has_null_count:
                counts[column.path_in_schema] += column.statistics.null_count
    return dict(counts)


class PageIndex:
    """Where the pages of a run come from and where their raw bytes lie: looked up in the batches, not held."""

    _COLUMNS = ("doc_id", "source_uri", "url", "fetched_at", "page_digest")

    def __init__(self, ingested: StepResult) -> None:
        self._paths = ingested.paths

    def rows(self, doc_ids: set[str]) -> dict[str, dict[str, Any]]:
        """The identity columns of the quarantine rows of some pages, by doc_id."""
        wanted = pa.array(sorted(doc_ids), pa.string())
        found: dict[str, dict[str, Any]] = {}
        for path in self._paths if doc_ids else ():
            file = pq.ParquetFile(path)
            is_wanted = pc.is_in(file.read(columns=["doc_id"]).column("doc_id"), wanted)
            for row in (
                file.read(columns=list(self._COLUMNS)).filter(is_wanted).to_pylist()
                if pc.any(is_wanted).as_py()
                else ()
            ):
                found[row["doc_id"]] = row | {"raw_file": raw_file_of(path)}
        return found
