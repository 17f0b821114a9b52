"""The work of the load step: decide what becomes an article, and stage every table.

Per page only integers are in memory, some fifty bytes of decisions. Texts, addresses and signatures are streamed.
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
from tasks.load.dedup.lsh import SPOOLED_FROM, VALUES, Values, release_mapped
from tasks.load.dedup.near_duplicates import NearDuplicates, Signatures, find_near_duplicates, read_signatures
from tasks.load.dedup.plan import DUPLICATE, REASONS, Candidates, DedupDecisions, DedupPlan, decide, precedence
from tasks.load.dedup.same_page import find_same_pages
from tasks.load.maintenance.rewrite import delete_rows, rows_with_ids
from tasks.load.output import Changes, Output
from tasks.load.tables.ledger import PageOutcomes, stage_ledger
from tasks.load.tables.site_flags import SiteFlagRows
from tasks.load.tables.staging import (
    candidates,
    files_with,
    published_signatures,
    quarantined_rows,
    stage_articles,
    stage_table,
    with_decisions,
)
from tasks.load.tables.versions import older_texts
from tasks.steps import StepResult, rejected_ids
from tasks.storage.ids import NO_IDS, contains, hex_ids, positions, take_or, to_uint64
from tasks.storage.tables import with_column

_UNREAD = ("ingest.too_large", "ingest.unreadable")  # the bytes of these pages were not kept


@dataclass(frozen=True)
class Staged:
    """What load has staged: the changes, the counts, and an article of the run as an example."""

    changes: Changes
    counts: dict[str, int]
    staged_articles: int
    example: str | None  # its doc_id

    @property
    def article_files(self) -> list[Path]:
        """The staged files of articles; the gate reads them as they will be published."""
        return list(self.changes.added.get("articles", {}).values())

    @property
    def quarantine_files(self) -> list[Path]:
        """The files of the pages that the run quarantines, copies of quarantined pages among them."""
        return list(self.changes.added.get("quarantine", {}).values())


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


def stage(
    pages: StepResult, documents: StepResult, articles: StepResult, site_flags: Path, options: LoadOptions
) -> Staged:
    """Decide what becomes an article, and stage every table of the run (see `tasks.load.task.load`)."""
    output, run_id = Output(options.output_root), options.run_id
    folder = output.work / f"staged-{run_id}"
    shutil.rmtree(folder, ignore_errors=True)
    changes = Changes()
    if options.is_replay:
        _delete_previous(folder, output, pages.paths, changes)
    passed = partial(candidates, articles.paths, rejected_ids(articles.rejected))
    published = files_with(output, "articles", changes)
    plan = decide(passed, published)
    near_duplicates = _near_duplicates(passed, plan.decisions, output, changes, folder / "signatures-of-run")
    near = int((near_duplicates.similarities > 0).sum())
    if options.one_per_story:
        _one_per_story(plan.decisions, near_duplicates)
    quarantined = quarantined_rows([step.rejected for step in (pages, documents, articles) if step.rejected])
    outcomes = _outcomes(pages, plan, published, quarantined, output, options)
    flags = SiteFlagRows.read(site_flags)
    decide_rows = partial(with_decisions, plan=plan, near_duplicates=near_duplicates, flags=flags, run_id=run_id)
    stage_table(folder, "versions", older_texts(passed, decide_rows, plan, published, run_id), run_id, changes)
    count = stage_articles(folder, passed, decide_rows, plan, published, run_id, output.state(), changes)
    delete_rows(folder, output, "signatures", "article_id", rows_with_ids("article_id", plan.replaced), changes)
    signatures = _signature_rows(passed, plan.decisions, near_duplicates, run_id)
    stage_table(folder, "signatures", signatures, run_id, changes)
    stage_table(folder, "quarantine", iter([outcomes.quarantined]), run_id, changes)
    page_counts = stage_ledger(folder, pages.paths, outcomes, options.stamp, changes)
    counts = {
        "received": pages.received,
        "articles": page_counts["article"],
        "duplicates": page_counts["duplicate"],
        "quarantined": page_counts["quarantined"],
        "forgotten": page_counts["forgotten"],  # copies of a page that was forgotten
        "replaced": len(plan.replaced),
        "seen_again": len(plan.seen),
        "near_duplicates": near,
    }
    new = plan.decisions.docs[plan.decisions.is_article()]
    return Staged(changes, counts, count, f"{new[0]:016x}" if len(new) else None)


def _delete_previous(folder: Path, output: Output, batches: list[Path], changes: Changes) -> None:
    """Stage every table without the rows that earlier runs made of the pages of these batches."""
    batch_ids = [pq.ParquetFile(path).read(columns=["doc_id"]).column("doc_id") for path in batches]
    docs = np.sort(np.concatenate([NO_IDS, *map(to_uint64, batch_ids)]))
    articles = [NO_IDS]
    for path in output.files("articles").values():
        rows = pq.ParquetFile(path).read(columns=["article_id", "doc_id"])
        is_of_pages = contains(docs, to_uint64(rows.column("doc_id")))
        articles.append(to_uint64(rows.column("article_id"))[is_of_pages])
    is_of_articles = rows_with_ids("article_id", np.sort(np.concatenate(articles)))
    delete_rows(folder, output, "signatures", "article_id", is_of_articles, changes)
    for table in ("articles", "versions", "duplicates", "quarantine", "ledger"):
        delete_rows(folder, output, table, "doc_id", rows_with_ids("doc_id", docs), changes)


def _outcomes(
    pages: StepResult,
    plan: DedupPlan,
    published: Mapping[str, Path],
    quarantined: pa.Table,
    output: Output,
    options: LoadOptions,
) -> PageOutcomes:
    """The outcome of every page, identical copies of earlier pages included; those are added to `plan` too."""
    keep_pages, stamp = options.keep_pages, options.stamp
    is_kept = pc.invert(pc.is_in(quarantined.column("reason"), pa.array(_UNREAD))) if keep_pages else pa.scalar(False)
    raw = pc.if_else(is_kept, quarantined.column("raw_file"), pa.scalar(None, pa.string()))
    parts = [with_column(quarantined, "raw_file", raw)]
    decisions, forgotten = [plan.decisions], [NO_IDS]
    for same in find_same_pages(pages.paths, plan, published, quarantined, output.files("ledger").values()):
        decisions.append(DedupDecisions.of(same.decisions))
        forgotten.append(to_uint64(same.forgotten))
        plan.note_seen(same.seen)
        rows = [{**row, **stamp} | ({} if keep_pages else {"raw_file": None}) for row in same.quarantined]
        parts.append(pa.Table.from_pylist(rows, schema=schema.QUARANTINE))
    plan.decisions = DedupDecisions.concatenate(decisions)
    return PageOutcomes(plan.decisions, pa.concat_tables(parts), np.sort(np.concatenate(forgotten)))


def _near_duplicates(
    passed: Candidates, decisions: DedupDecisions, output: Output, changes: Changes, folder: Path
) -> NearDuplicates:
    """The story of each new article that has a signature."""
    signed = [
        to_uint64(part.column("doc_id").filter(pc.is_valid(part.column("signature"))))
        for part in passed(["doc_id", "signature"], decisions.docs[decisions.is_article()])
    ]
    docs = np.concatenate([NO_IDS, *signed])
    docs = docs[np.argsort(decisions.article_of(docs))]
    articles = decisions.article_of(docs)
    values = _matrix(len(articles), folder)
    for part in passed(["doc_id", "signature"], docs):
        part_articles = decisions.article_of(to_uint64(part.column("doc_id")))
        values[positions(articles, part_articles)] = read_signatures(part.column("signature"))
        release_mapped(values)
    new = Signatures(articles, np.zeros_like(articles), values)
    near_duplicates = find_near_duplicates(
        new, published_signatures(output, changes), lambda rows: precedence(passed, docs[rows]), folder
    )
    del values
    shutil.rmtree(folder, ignore_errors=True)
    return near_duplicates


def _matrix(count: int, folder: Path) -> Values:
    """An empty matrix for `count` signatures; in a file if it is large."""
    if count < SPOOLED_FROM:
        return np.empty((count, VALUES), dtype="<u2")
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "values.npy"
    values = np.lib.format.open_memmap(path, mode="w+", dtype="<u2", shape=(count, VALUES))
    if hasattr(os, "posix_fallocate"):  # a full disk raises here; in a mapped file it would end the process
        with path.open("r+b") as file:
            os.posix_fallocate(file.fileno(), 0, path.stat().st_size)
    return values


def _one_per_story(decisions: DedupDecisions, near_duplicates: NearDuplicates) -> None:
    """Turn each new article that is a near-duplicate into a duplicate; a new text of a published article stays."""
    _, originals, similarities = near_duplicates.look_up(decisions.articles)
    is_dropped = decisions.is_article() & (similarities > 0) & (decisions.versions == 1)
    order = np.argsort(decisions.articles[is_dropped])
    dropped, target = decisions.articles[is_dropped][order], originals[is_dropped][order]
    while contains(dropped, target).any():  # its original is dropped itself
        target = take_or(target, positions(dropped, target), target)
    decisions.outcomes[is_dropped] = DUPLICATE
    decisions.reasons[is_dropped] = REASONS.index("near_duplicate")
    decisions.similarities[is_dropped] = similarities[is_dropped]
    # what repeated a dropped article now repeats that article's original
    decisions.articles = take_or(target, positions(dropped, decisions.articles), decisions.articles)
    originals = near_duplicates.near_duplicate_of
    originals[:] = take_or(target, positions(dropped, originals), originals)


def _signature_rows(
    passed: Candidates, decisions: DedupDecisions, near_duplicates: NearDuplicates, run_id: str
) -> Iterator[pa.Table]:
    """The rows (`schema.SIGNATURES`) of the new articles."""
    for part in passed(["doc_id", "signature"], decisions.docs[decisions.is_article()]):
        signed = part.filter(pc.is_valid(part.column("signature")))
        articles = decisions.article_of(to_uint64(signed.column("doc_id")))
        columns = {
            "article_id": hex_ids(articles),
            "story_id": hex_ids(near_duplicates.look_up(articles)[0]),
            "signature": signed.column("signature"),
            "run_id": pa.array([run_id] * signed.num_rows, pa.string()),
        }
        yield pa.table(columns)
