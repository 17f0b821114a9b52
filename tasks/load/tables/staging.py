"""The tables of a run written to the staging folder, where the load gate reads them before they are published."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks import schema
from tasks.load.dedup.near_duplicates import NearDuplicates, Signatures, read_signatures
from tasks.load.dedup.plan import Candidates, DedupPlan
from tasks.load.output import Changes, Output, rewritten_path
from tasks.load.tables.months import Months
from tasks.load.tables.site_flags import SiteFlagRows
from tasks.storage.ids import Ids, contains, hex_ids, positions, take_or, to_uint64
from tasks.storage.tables import TableWriter, with_column, write_table

# columns of few distinct values, which are encoded by dictionary
LOW_CARDINALITY = (
    "publisher publisher_short domain language section kind "
    "title_from authors_from published_from modified_from publisher_from language_from section_from topics_from "
    "image_from summary_from run_id rules_version step reason outcome"
).split()

AddDecisions = Callable[[pa.Table], pa.Table]  # candidate rows -> the same rows with what load decided on them


def files_with(output: Output, table: str, changes: Changes) -> dict[str, Path]:
    """The files of a table after the changes so far, by their path in the table."""
    removed = changes.removed.get(table, set())
    files = output.files(table) | changes.added.get(table, {})
    return {name: path for name, path in files.items() if name not in removed}


def candidates(
    paths: list[Path], rejected: set[str], columns: list[str] | None = None, only: Ids | None = None
) -> Iterator[pa.Table]:
    """The candidate rows of each batch that no gate has quarantined.

    `rejected` are the doc_ids of the others; `only` limits the rows to these doc_ids. Of a batch without such rows
    nothing but the ids is read.
    """
    rejected_ids = np.sort(to_uint64(list(rejected)))
    wanted = np.sort(only) if only is not None else None
    for path in paths if wanted is None or len(wanted) else ():
        file = pq.ParquetFile(path)
        docs = to_uint64(file.read(columns=["doc_id"]).column("doc_id"))
        is_chosen = ~contains(rejected_ids, docs)
        if wanted is not None:
            is_chosen &= contains(wanted, docs)
        if is_chosen.any():
            table = file.read(columns=columns)
            yield table if is_chosen.all() else table.filter(pa.array(is_chosen))


def quarantined_rows(quarantine_files: list[Path]) -> pa.Table:
    """The rows (`schema.QUARANTINE`) that the gates of the run have quarantined."""
    return pa.concat_tables(
        [schema.QUARANTINE.empty_table(), *(pq.ParquetFile(file).read() for file in quarantine_files)]
    )


def with_decisions(
    table: pa.Table, plan: DedupPlan, near_duplicates: NearDuplicates, flags: SiteFlagRows, run_id: str
) -> pa.Table:
    """Candidate rows with what was decided on them: flags beside other pages of the site, version, story, when the
    text was last seen, and the run.
    """
    table = flags.added(table)
    decisions = plan.decisions
    rows = positions(decisions.docs, to_uint64(table.column("doc_id")))
    stories, originals, similarities = near_duplicates.look_up(take_or(decisions.articles, rows))
    is_unique = similarities == 0
    columns = {
        "last_seen_at": _last_seen(table, plan),
        "version": pa.array(take_or(decisions.versions, rows), pa.int32()),
        "run_id": pa.array([run_id] * table.num_rows, pa.string()),
        "story_id": hex_ids(stories),
        "near_duplicate_of": hex_ids(originals, is_unique),
        "similarity": pa.array(similarities, pa.float32(), mask=is_unique),
    }
    for name, values in columns.items():
        table = with_column(table, name, values)
    return table


def stage_articles(
    folder: Path,
    passed: Candidates,
    add_decisions: AddDecisions,
    plan: DedupPlan,
    published: Mapping[str, Path],
    run_id: str,
    state: str,
    changes: Changes,
) -> int:
    """Write the new articles by month, and rewrite the published files with rows that are replaced or were seen again.

    `published` are the files of articles by their path in the table, `state` is the published state. Adds to `changes`;
    returns the number of articles staged.
    """
    added = changes.added.setdefault("articles", {})
    changes.removed.setdefault("articles", set())
    count = 0

    def write(month: str, part: int, rows: pa.Table) -> None:
        nonlocal count
        name = f"{month}/{run_id}-{part:03d}.parquet"
        write_table(rows, folder / "articles" / name, dictionary=LOW_CARDINALITY)
        added[name] = folder / "articles" / name
        count += rows.num_rows

    months = Months(folder / "months", write)
    for table in passed(None, plan.decisions.docs[plan.decisions.is_article()]):
        months.add(schema.conform(add_decisions(table), schema.ARTICLES))
    months.close()
    _rewrite_published(folder, plan, published, state, changes)
    return count


def published_signatures(output: Output, changes: Changes) -> Iterator[Signatures]:
    """The signatures of all published articles, part by part, without those that `changes` removes."""
    for path in files_with(output, "signatures", changes).values():
        for batch in pq.ParquetFile(path).iter_batches(columns=["article_id", "story_id", "signature"]):
            articles, stories = (to_uint64(batch.column(name)) for name in ("article_id", "story_id"))
            yield Signatures(articles, stories, read_signatures(batch.column("signature")))


def _last_seen(table: pa.Table, plan: DedupPlan) -> pa.ChunkedArray:
    """When each row's text was last fetched: as the row has it, or in this run if that is later."""
    rows = positions(plan.seen, to_uint64(table.column("article_id")))
    time_type = table.schema.field("fetched_at").type
    known = pc.coalesce(table.column("last_seen_at"), table.column("fetched_at"))
    seen = pa.array(take_or(plan.seen_us, rows), mask=rows < 0)
    return pc.max_element_wise(pc.cast(known, pa.int64()), seen).cast(time_type)


def _rewrite_published(
    folder: Path, plan: DedupPlan, published: Mapping[str, Path], state: str, changes: Changes
) -> None:
    """Rewrite the published files without the rows that are replaced, and with the new time of those seen again."""
    touched = np.union1d(plan.replaced, plan.seen)
    for name, path in published.items() if len(touched) else ():
        ids = to_uint64(pq.ParquetFile(path).read(columns=["article_id"]).column("article_id"))
        if not contains(touched, ids).any():
            continue
        is_kept = ~contains(plan.replaced, ids)
        rows = schema.conform(pq.ParquetFile(path).read(), schema.ARTICLES).filter(pa.array(is_kept))
        rows = with_column(rows, "last_seen_at", _last_seen(rows, plan))
        target = folder / "articles" / rewritten_path(name, state) if rows.num_rows else None
        if target is not None:
            write_table(rows, target, dictionary=LOW_CARDINALITY)
        changes.replace("articles", name, target, state)


def stage_table(folder: Path, table: str, parts: Iterator[pa.Table], run_id: str, changes: Changes) -> None:
    """Write the run's rows of a table, part by part, if there are any."""
    path = folder / table / f"{run_id}.parquet"
    with TableWriter(path, schema.PUBLISHED[table], dictionary=LOW_CARDINALITY) as writer:
        for part in parts:
            writer.write(schema.conform(part, schema.PUBLISHED[table]))
    if writer.rows:
        changes.added.setdefault(table, {})[path.name] = path
