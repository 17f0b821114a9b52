"""What load does with a run: it decides what becomes an article, and stages every table.

Only numbers are held for every page, some fifty bytes per page. Texts, addresses and signatures stream past.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks import schema
from tasks.load.dedup.lsh import SPOOLED_FROM, VALUES, let_go
from tasks.load.dedup.near_duplicates import Signed, Stories, find_stories, read_signatures
from tasks.load.dedup.outcomes import DUPLICATE, REASONS, Candidates, Decisions, Merged, decide, precedence
from tasks.load.dedup.same_page import find_echoes
from tasks.load.maintenance.rewrite import of_ids, take_out
from tasks.load.output import Changes, Output
from tasks.load.tables.ledger import Fates, stage_accounts
from tasks.load.tables.staging import (
    candidates,
    decided,
    files_with,
    published_signatures,
    quarantined_rows,
    stage_articles,
    stage_table,
)
from tasks.load.tables.versions import older_texts
from tasks.steps import StepResult, rejected_ids
from tasks.storage.ids import at, find, hex_ids, numbers
from tasks.storage.tables import with_column

_UNREAD = ("ingest.too_large", "ingest.unreadable")  # of these no bytes were kept


@dataclass(frozen=True)
class Staged:
    """The staged tables of a run: the changes, the counts, and an article of the run to show."""

    changes: Changes
    counts: dict[str, int]
    staged_articles: int
    example: str | None  # its doc_id

    @property
    def article_files(self) -> list[Path]:
        """The staged files of articles: what is gated is read back from them, as it will be published."""
        return list(self.changes.added.get("articles", {}).values())


@dataclass(frozen=True)
class LoadOptions:
    """How a run is loaded.

    In a replay the pages were received before: what they became then is replaced by what they become now.
    With `one_per_story` a near-duplicate of another article becomes a row of `duplicates`.
    """

    output_root: str
    run_id: str
    rules_version: str
    keep_pages: bool
    is_replay: bool = False
    one_per_story: bool = False

    @property
    def stamp(self) -> dict[str, str]:
        """The columns that say which run and which rules wrote a row."""
        return {"run_id": self.run_id, "rules_version": self.rules_version}


def stage(pages: StepResult, documents: StepResult, articles: StepResult, options: LoadOptions) -> Staged:
    """Decide what becomes an article, and write every table of the run to the staging folder (see `tasks.load.task.load`)."""
    output, run_id = Output(options.output_root), options.run_id
    folder = output.work / f"staged-{run_id}"
    shutil.rmtree(folder, ignore_errors=True)
    changes = Changes()
    if options.is_replay:
        _take_back(folder, output, pages.paths, changes)
    passed = partial(candidates, articles.paths, rejected_ids(articles.rejected))
    published = files_with(output, "articles", changes)
    merged = decide(passed, published)
    stories = _stories(passed, merged.decisions, output, changes, folder / "signed")
    near = int((stories.similarities > 0).sum())
    if options.one_per_story:
        _one_per_story(merged.decisions, stories)
    quarantined = quarantined_rows([step.rejected for step in (pages, documents, articles) if step.rejected])
    fates = _fates(pages, merged, published, quarantined, output, options)
    on_each = partial(decided, merged=merged, stories=stories, run_id=run_id)
    stage_table(folder, "versions", older_texts(passed, on_each, merged, published, run_id), run_id, changes)
    count = stage_articles(folder, passed, on_each, merged, published, run_id, output.state(), changes)
    take_out(folder, output, "signatures", "article_id", of_ids("article_id", merged.replaced), changes)
    stage_table(folder, "signatures", _signature_rows(passed, merged.decisions, stories, run_id), run_id, changes)
    stage_table(folder, "quarantine", iter([fates.quarantined]), run_id, changes)
    outcomes = stage_accounts(folder, pages.paths, fates, options.stamp, changes)
    counts = {
        "received": pages.received,
        "articles": outcomes["article"],
        "duplicates": outcomes["duplicate"],
        "quarantined": outcomes["quarantined"] + outcomes["forgotten"],
        "replaced": len(merged.replaced),
        "seen_again": len(merged.seen),
        "near_duplicates": near,
    }
    new = merged.decisions.docs[merged.decisions.articles_made()]
    return Staged(changes, counts, count, f"{new[0]:016x}" if len(new) else None)


def _take_back(folder: Path, output: Output, batches: list[Path], changes: Changes) -> None:
    """Stage every table without what the pages of these batches became."""
    docs = np.sort(
        _joined([numbers(pq.ParquetFile(path).read(columns=["doc_id"]).column("doc_id")) for path in batches])
    )
    articles = []
    for path in output.files("articles").values():
        rows = pq.ParquetFile(path).read(columns=["article_id", "doc_id"])
        articles.append(numbers(rows.column("article_id"))[find(docs, numbers(rows.column("doc_id"))) >= 0])
    take_out(folder, output, "signatures", "article_id", of_ids("article_id", np.sort(_joined(articles))), changes)
    for table in ("articles", "versions", "duplicates", "quarantine", "ledger"):
        take_out(folder, output, table, "doc_id", of_ids("doc_id", docs), changes)


def _joined(parts: list[np.ndarray]) -> np.ndarray:
    return np.concatenate([np.zeros(0, dtype=np.uint64), *parts])


def _fates(
    pages: StepResult,
    merged: Merged,
    published: Mapping[str, Path],
    quarantined: pa.Table,
    output: Output,
    options: LoadOptions,
) -> Fates:
    """The outcome of every page, identical copies of earlier pages included; those are added to `merged` too."""
    keep_pages, stamp = options.keep_pages, options.stamp
    is_kept = pc.invert(pc.is_in(quarantined.column("reason"), pa.array(_UNREAD))) if keep_pages else pa.scalar(False)
    raw = pc.if_else(is_kept, quarantined.column("raw_file"), pa.scalar(None, pa.string()))
    parts = [with_column(quarantined, "raw_file", raw)]
    decisions, forgotten = [merged.decisions], [np.zeros(0, dtype=np.uint64)]
    for echoes in find_echoes(pages.paths, merged, published, quarantined, output.files("ledger").values()):
        decisions.append(Decisions.of(echoes.decisions))
        forgotten.append(numbers(pa.array(echoes.forgotten, pa.string())))
        merged.see(echoes.seen)
        rows = [{**row, **stamp} | ({} if keep_pages else {"raw_file": None}) for row in echoes.quarantined]
        parts.append(pa.Table.from_pylist(rows, schema=schema.QUARANTINE))
    merged.decisions = Decisions.joined(decisions)
    return Fates(merged.decisions, pa.concat_tables(parts), np.sort(np.concatenate(forgotten)))


def _stories(passed: Candidates, decisions: Decisions, output: Output, changes: Changes, folder: Path) -> Stories:
    """The story of each new article that has a signature."""
    signed = [
        numbers(part.column("doc_id").filter(pc.is_valid(part.column("signature"))))
        for part in passed(["doc_id", "signature"], decisions.docs[decisions.articles_made()])
    ]
    docs = _joined(signed)
    docs = docs[np.argsort(decisions.article_of(docs))]
    articles = decisions.article_of(docs)
    values = _matrix(len(articles), folder)
    for part in passed(["doc_id", "signature"], docs):
        owners = decisions.article_of(numbers(part.column("doc_id")))
        values[find(articles, owners)] = read_signatures(part.column("signature"))
        let_go(values)
    new = Signed(articles, np.zeros_like(articles), values)
    stories = find_stories(
        new, published_signatures(output, changes), lambda rows: precedence(passed, docs[rows]), folder
    )
    del values
    shutil.rmtree(folder, ignore_errors=True)
    return stories


def _matrix(count: int, folder: Path) -> np.ndarray:
    """Room for so many signatures, in a file where they are many."""
    if count < SPOOLED_FROM:
        return np.empty((count, VALUES), dtype="<u2")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "values.npy"
    values = np.lib.format.open_memmap(path, mode="w+", dtype="<u2", shape=(count, VALUES))
    if hasattr(os, "posix_fallocate"):  # a disk that is full is said here; in a mapped file it would end the process
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return values


def _one_per_story(decisions: Decisions, stories: Stories) -> None:
    """Make a duplicate of each new article that is a near-duplicate; a new text of a published article stays its text."""
    _, near, alike = stories.of(decisions.articles)
    gives_way = decisions.articles_made() & (alike > 0) & (decisions.versions == 1)
    order = np.argsort(decisions.articles[gives_way])
    gone, target = decisions.articles[gives_way][order], near[gives_way][order]
    while (find(gone, target) >= 0).any():  # what it equals gives way itself
        target = at(target, find(gone, target), target)
    decisions.outcomes[gives_way] = DUPLICATE
    decisions.reasons[gives_way] = REASONS.index("near_duplicate")
    decisions.similarities[gives_way] = alike[gives_way]
    # what equalled one that gives way equals what that gives way to
    decisions.articles = at(target, find(gone, decisions.articles), decisions.articles)
    stories.near_duplicate_of[:] = at(target, find(gone, stories.near_duplicate_of), stories.near_duplicate_of)


def _signature_rows(passed: Candidates, decisions: Decisions, stories: Stories, run_id: str) -> Iterator[pa.Table]:
    """The signatures of the new articles."""
    for part in passed(["doc_id", "signature"], decisions.docs[decisions.articles_made()]):
        signed = part.filter(pc.is_valid(part.column("signature")))
        owners = decisions.article_of(numbers(signed.column("doc_id")))
        yield pa.table({
            "article_id": hex_ids(owners), "story_id": hex_ids(stories.of(owners)[0]), "signature": signed.column("signature"),
            "run_id": pa.array([run_id] * signed.num_rows, pa.string()),
        })  # fmt: skip
