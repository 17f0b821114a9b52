"""The load step as two Prefect tasks: write aside, and - once the gate has spoken - make visible."""

import shutil
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from prefect import task
from prefect.cache_policies import NO_CACHE

from tasks.batch import StepResult, left_out
from tasks.load.echoes import echo_decisions, find_echoes
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
_PAGE_COLUMNS = ["doc_id", "source_uri", "url", "fetched_at", "page_digest", "byte_count", "source_mtime_ns", "same_as"]
_UNREAD = ("ingest.too_large", "ingest.unreadable")  # of these no bytes were kept


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
    raw_files: Mapping[str, str],
    is_replay: bool = False,
    one_per_story: bool = False,
) -> Staged:
    """Decide what becomes an article, and write every table of the run into the staging folder.

    In a replay the pages were received before: whatever was made of them then gives way to what is made of them now. With
    `one_per_story` a near-duplicate of another article becomes a row of duplicates. `raw_files` says where the raw page of each
    doc_id lies.
    """
    output = Output(output_root)
    folder = output.work / f"staged-{run_id}"
    shutil.rmtree(folder, ignore_errors=True)
    changes = Changes()
    pages = {
        row["doc_id"]: row
        for path in ingested.paths
        for row in pq.ParquetFile(path).read(columns=_PAGE_COLUMNS).to_pylist()
    }
    if is_replay:
        _take_back(folder, output, set(pages), changes)
    last = left_out(verdicts[-1]) if verdicts else set()
    slim = [row for table in candidates(extracted.paths, last, _SLIM) for row in table.to_pylist()]
    published = {row.article_id: row for row in known_articles(output, changes)}
    merged = merge(slim, published.values())
    stories = _stories(slim, merged, output, changes, one_per_story=one_per_story)
    near = sum(story.near_duplicate_of is not None for story in stories.values())
    stamp = {"run_id": run_id, "rules_version": rules_version}
    quarantined = quarantined_rows(verdicts)
    for row in quarantined:
        is_kept = keep_pages and row["reason"] not in _UNREAD
        row["raw_file"] = row["raw_file"] if is_kept else None
    echoes = find_echoes(pages, merged, published, quarantined, output)
    echo_decisions(echoes, merged)
    quarantined += [
        row | stamp | {"raw_file": raw_files.get(row["doc_id"]) if keep_pages else None} for row in echoes.quarantined
    ]
    count = stage_articles(folder, extracted.paths, last, merged, stories, output, run_id, changes)
    _stage_signatures(folder, output, slim, merged, stories, run_id, changes)
    stage_rows(folder, "quarantine", quarantined, run_id, changes)
    stage_rows(folder, "duplicates", _duplicate_rows(merged, pages, stamp), run_id, changes)
    ledger = _ledger_rows(merged, quarantined, echoes.forgotten, pages, stamp)
    stage_rows(folder, "ledger", ledger, run_id, changes)
    counts = Counter(row["outcome"] for row in ledger)
    return Staged(
        changes,
        {"received": sum(receipt.received for receipt in ingested.receipts), "articles": counts["article"],
         "duplicates": counts["duplicate"], "quarantined": counts["quarantined"] + counts["forgotten"], "replaced": len(merged.replaced),
         "seen_again": len(merged.seen), "near_duplicates": near},
        count,
        read_back(changes, ["article_id", "doc_id", "text_digest", "word_count", "title", "run_id"]),
    )  # fmt: skip


def _take_back(folder: Path, output: Output, doc_ids: set[str], changes: Changes) -> None:
    """Stage every table without what these pages became."""
    articles = {
        row["article_id"]
        for path in output.files("articles").values()
        for row in pq.ParquetFile(path).read(columns=["article_id", "doc_id"]).to_pylist()
        if row["doc_id"] in doc_ids
    }
    take_out(folder, output, "signatures", "article_id", of_values("article_id", articles), changes)
    for table in ("articles", "versions", "duplicates", "quarantine", "ledger"):
        take_out(folder, output, table, "doc_id", of_values("doc_id", doc_ids), changes)


def _stage_signatures(
    folder: Path, output: Output, slim: list[dict[str, Any]], merged: Merge, stories: dict[str, Story], run_id: str, changes: Changes
) -> None:  # fmt: skip
    """Write the signatures of the new articles; those of the texts that they replace go."""
    take_out(folder, output, "signatures", "article_id", of_values("article_id", set(merged.replaced)), changes)
    rows = [
        {"article_id": row["article_id"], "story_id": stories[row["article_id"]].story_id, "signature": row["signature"], "run_id": run_id}
        for row in slim if row["signature"] and merged.decisions[row["doc_id"]].outcome == "article"
    ]  # fmt: skip
    stage_rows(folder, "signatures", rows, run_id, changes)


def _stories(
    slim: list[dict[str, Any]], merged: Merge, output: Output, changes: Changes, *, one_per_story: bool
) -> dict[str, Story]:
    """The story of each new article; near-duplicates are made duplicates where one article a story is asked for."""
    rows = {row["doc_id"]: row for row in slim}
    new = [decision for decision in merged.decisions.values() if decision.outcome == "article"]
    signed = [decision for decision in new if rows[decision.doc_id]["signature"]]
    ids = [decision.article_id for decision in signed]
    values = read_signatures(rows[decision.doc_id]["signature"] for decision in signed)
    stories = find_stories(Signed(ids, [""] * len(ids), values), published_signatures(output, changes))
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
    merged: Merge,
    quarantined: list[dict[str, Any]],
    forgotten: list[str],
    pages: dict[str, dict[str, Any]],
    stamp: dict[str, str],
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
    rows += [pages[doc_id] | stamp | {"outcome": "forgotten", "url": None} for doc_id in forgotten]
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
    output.clear_work()
    output.sweep()
    return number


def _keep(source: Path, target: Path) -> None:
    if not target.exists():
        link_or_copy(source, target)
