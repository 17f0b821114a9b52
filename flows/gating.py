"""A gate as a Prefect task: check a step's slim table, write down what it sets aside, show it as a table artifact."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
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
from expectations.gate import Verdict, check, contract
from expectations.rule import Suite
from tasks import schema
from tasks.batch import StepResult, digest, write_table
from tasks.load.step import Staged

_DECLARED = {"ingest": schema.PAGES, "clean": schema.DOCUMENTS, "extract": schema.CANDIDATES}
_SHOWN = ("code", "severity", "state", "failed", "checked", "sentence", "observed")


@task(name="gate", task_run_name="gate-{step}", cache_policy=NO_CACHE, persist_result=False)
def gate(
    step: str,
    result: StepResult,
    index: "PageIndex",
    folder: Path,
    limits: dict[str, dict[str, Any]],
    run_id: str,
    rules_version: str,
    docs: Path | None,
) -> Any:
    """Check one step; the rows it sets aside are written to a file that the next step reads."""
    verdict, doc_ids = _verdict_on(step, result, limits, docs)
    rows = [
        index.row(doc_ids[number])
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
def gate_load(staged: Staged, limits: dict[str, dict[str, Any]], docs: Path | None) -> Any:
    """Check the staged dataset as read back from its files, and the accounting identity."""
    suite = load_rules.suite(limits["load"])
    declared = pa.schema([schema.ARTICLES.field(name) for name in suite.columns])  # of the rest nothing was read back
    nulls = {name: staged.articles.column(name).null_count for name in staged.articles.column_names}
    own = contract("load", staged.articles.schema, declared, nulls)
    if not own.stops:
        shape = own
        own = check(suite, staged.articles, docs)
        own.outcomes += shape.outcomes
    counts = staged.counts
    ledger = pa.Table.from_pylist([
        {"received": counts["received"], "accounted": counts["articles"] + counts["duplicates"] + counts["quarantined"],
         "articles": counts["articles"], "staged_articles": staged.staged_articles}
    ])  # fmt: skip
    accounts = check(load_rules.ledger_suite(limits["load"]), ledger, docs)
    for verdict in (own, accounts):  # a row that fails here is our own mistake, so it stops the run
        verdict.stops += [
            f"{code}: {verdict.details.get(number, '')}" for number, codes in verdict.reasons.items() for code in codes
        ][:5]
    verdict = Verdict("load", own.received, own.outcomes + accounts.outcomes, {}, {}, own.stops + accounts.stops)
    return _state(verdict, None)


@task(name="gate", task_run_name="gate-dataset", cache_policy=NO_CACHE, persist_result=False)
def gate_dataset(compared: list[dict[str, Any]], limits: dict[str, dict[str, Any]], docs: Path | None) -> Any:
    """Check the run against the runs before it (`tasks.quality.drift.compare`)."""
    verdict = check(dataset_rules.suite(limits["dataset"]), dataset_rules.table(compared), docs)
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


_SUITES: dict[str, tuple[Callable[[dict[str, Any]], Suite], Callable[[pa.Table], pa.Table]]] = {
    "ingest": (ingest_rules.suite, ingest_rules.slim), "clean": (clean_rules.suite, clean_rules.slim), "extract": (extract_rules.suite, extract_rules.slim),
}  # fmt: skip


def _verdict_on(
    step: str, result: StepResult, limits: dict[str, dict[str, Any]], docs: Path | None
) -> tuple[Verdict, list[str]]:
    """The verdict on all batches of a step, and the doc_id of each of its rows."""
    make, slim = _SUITES[step]
    suite = make(limits[step])
    files = [pq.ParquetFile(path / "documents.parquet" if step == "clean" else path) for path in result.paths]
    # the whole contract of the step, not only the columns that its rules look at
    shapes = [contract(step, file.schema_arrow, _DECLARED[step], _null_counts(file)) for file in files]
    broken = next((shape for shape in shapes if shape.stops), None)
    if broken:
        return broken, []
    table = pa.concat_tables([file.read(columns=list(suite.columns)) for file in files])
    verdict = check(suite, slim(table), docs)
    verdict.outcomes += shapes[0].outcomes
    return verdict, table.column("doc_id").to_pylist()


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
    """Where each page of a run comes from and where its raw bytes lie, by doc_id."""

    def __init__(self, ingested: StepResult, raw_files: dict[str, str] | None = None) -> None:
        """`raw_files`: where the raw pages lie already, by doc_id, in a replay."""
        columns = ["doc_id", "source_uri", "url", "fetched_at", "page_digest"]
        self._rows: dict[str, dict[str, Any]] = {}
        for receipt in ingested.receipts:
            for row in pq.ParquetFile(receipt.path).read(columns=columns).to_pylist():
                self._rows[row["doc_id"]] = row | {
                    "raw_file": (raw_files or {}).get(row["doc_id"], f"pages/{receipt.batch_id}.parquet")
                }

    @property
    def raw_files(self) -> dict[str, str]:
        """Where the raw page of each doc_id lies, relative to the output."""
        return {doc_id: row["raw_file"] for doc_id, row in self._rows.items()}

    def row(self, doc_id: str) -> dict[str, Any]:
        """The identity columns of a quarantine row."""
        return self._rows[doc_id]
