"""The load step as two Prefect tasks: write aside, and - once the gate has spoken - make visible."""

import shutil
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.batch import StepResult, left_out
from tasks.load.merge import Merge, merge
from tasks.load.output import Changes, Output, link_or_copy
from tasks.load.rewrite import of_values, take_out
from tasks.load.stage import (
    candidates,
    known_articles,
    published_signatures,
    quarantined_rows,
    read_back,
    stage_articles,
    stage_rows,
)
from tasks.load.stories import Signed, Story, find_stories, read_signatures

_SLIM = ["doc_id", "article_id", "text_digest", "fetched_at", "source_uri", "signature"]
_PAGE_COLUMNS = ["doc_id", "source_uri", "url", "fetched_at", "page_digest", "byte_count", "source_mtime_ns"]


@dataclass(frozen=True)
class Staged:
    """What load wrote aside: the changes, the counts, and the columns its gate checks."""

    changes: Changes
    counts: dict[str, int]
    staged_articles: int
    articles: pa.Table


@task(name="load", task_run_name="load", cache_policy=NO_CACHE, persist_result=False)
def load(
    ingested: StepResult,
    extracted: StepResult,
    verdicts: list[Path],
    output_root: str,
    run_id: str,
    rules_version: str,
    *,
    keep_pages: bool,
    is_replay: bool = False,
    one_per_story: bool = False,
) -> Staged:
    """Decide what becomes an article, and write every table of the run into the staging folder.

    In a replay the pages are in the ledger and the quarantine already; what is said of them there is replaced. With
    `one_per_story` a near-duplicate of another article becomes a row of duplicates.
    """
    output = Output(output_root)
    folder = output.work / f"staged-{run_id}"
    shutil.rmtree(folder, ignore_errors=True)
    last = left_out(verdicts[-1]) if verdicts else set()
    slim = [row for table in candidates(extracted.paths, last, _SLIM) for row in table.to_pylist()]
    merged = merge(slim, known_articles(output))
    stories = _stories(slim, merged, output, one_per_story=one_per_story)
    changes, count = stage_articles(folder, extracted.paths, last, merged, stories, output, run_id)
    signed = {
        row["article_id"]: row["signature"] for row in slim if merged.decisions[row["doc_id"]].outcome == "article"
    }
    stage_rows(folder, "signatures", [
        {"article_id": article, "story_id": stories[article].story_id, "signature": signature, "run_id": run_id}
        for article, signature in signed.items() if signature
    ], run_id, changes)  # fmt: skip
    quarantined = quarantined_rows(verdicts)
    for row in quarantined:
        is_kept = keep_pages and row["reason"] not in ("ingest.too_large", "ingest.unreadable")  # those were not read
        row["raw_file"] = row["raw_file"] if is_kept else None
    pages = {
        row["doc_id"]: row
        for path in ingested.paths
        for row in pq.ParquetFile(path).read(columns=_PAGE_COLUMNS).to_pylist()
    }
    if is_replay:
        for table in ("quarantine", "ledger"):
            take_out(folder, output, table, "doc_id", of_values("doc_id", set(pages)), changes)
    stage_rows(folder, "quarantine", quarantined, run_id, changes)
    stamp = {"run_id": run_id, "rules_version": rules_version}
    stage_rows(folder, "duplicates", _duplicate_rows(merged, pages, stamp), run_id, changes)
    ledger = _ledger_rows(merged, quarantined, pages, stamp)
    stage_rows(folder, "ledger", ledger, run_id, changes)
    counts = Counter(row["outcome"] for row in ledger)
    return Staged(
        changes,
        {"received": sum(receipt.received for receipt in ingested.receipts), "articles": counts["article"],
         "duplicates": counts["duplicate"], "quarantined": counts["quarantined"], "replaced": len(merged.replaced),
         "near_duplicates": sum(story.near_duplicate_of is not None for story in stories.values())},
        count,
        read_back(changes, ["article_id", "doc_id", "text_digest", "word_count", "title", "run_id"]),
    )  # fmt: skip


def _stories(slim: list[dict[str, Any]], merged: Merge, output: Output, *, one_per_story: bool) -> dict[str, Story]:
    """The story of each new article; near-duplicates are made duplicates where one article a story is asked for."""
    rows = {row["doc_id"]: row for row in slim}
    new = [decision for decision in merged.decisions.values() if decision.outcome == "article"]
    signed = [decision for decision in new if rows[decision.doc_id]["signature"]]
    ids = [decision.article_id for decision in signed]
    values = read_signatures(rows[decision.doc_id]["signature"] for decision in signed)
    stories = find_stories(Signed(ids, [""] * len(ids), values), published_signatures(output))
    stories |= {
        decision.article_id: Story(decision.article_id) for decision in new if decision.article_id not in stories
    }
    if one_per_story:
        for decision in new:
            story = stories[decision.article_id]
            if story.near_duplicate_of and decision.version == 1:  # a new text of a published article stays its text
                decision.outcome, decision.reason = "duplicate", "near_duplicate"
                decision.article_id, decision.similarity = story.near_duplicate_of, story.similarity or 0.0
    return stories


def _duplicate_rows(merged: Merge, pages: dict[str, dict[str, Any]], stamp: dict[str, str]) -> list[dict[str, Any]]:
    return [
        pages[decision.doc_id] | stamp | {"kind": decision.reason, "article_id": decision.article_id, "similarity": decision.similarity}
        for decision in merged.decisions.values() if decision.outcome == "duplicate"
    ]  # fmt: skip


def _ledger_rows(
    merged: Merge, quarantined: list[dict[str, Any]], pages: dict[str, dict[str, Any]], stamp: dict[str, str]
) -> list[dict[str, Any]]:
    rows = [
        pages[decision.doc_id]
        | stamp
        | {"outcome": decision.outcome, "reason": decision.reason, "article_id": decision.article_id}
        for decision in merged.decisions.values()
    ]
    rows += [
        pages[row["doc_id"]] | stamp | {"outcome": "quarantined", "reason": row["reason"], "article_id": None}
        for row in quarantined
    ]
    return sorted(rows, key=lambda row: (row["source_uri"], row["doc_id"]))


@task(name="publish", task_run_name="publish", cache_policy=NO_CACHE, persist_result=False)
def publish(
    staged: Staged, ingested: StepResult, cleaned: StepResult, output_root: str, *, keep_pages: bool
) -> str | None:
    """Make the staged tables visible in one step; None when there is nothing new.

    The lines and the raw pages are put in place first: a row that is visible can always be explained.
    """
    output = Output(output_root)
    if staged.changes.is_empty():
        return None
    for receipt in cleaned.receipts:
        _keep(Path(receipt.path) / "lines.parquet", output.root / "lines" / f"{receipt.batch_id}.parquet")
    if keep_pages:
        for receipt in ingested.receipts:
            _keep(Path(receipt.path), output.root / "pages" / f"{receipt.batch_id}.parquet")
    number = output.publish(staged.changes)
    shutil.rmtree(output.work, ignore_errors=True)
    output.sweep()
    return number


def _keep(source: Path, target: Path) -> None:
    if not target.exists():
        link_or_copy(source, target)
