"""The tables of a run written aside, ready to be read back, gated and published."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks import schema
from tasks.load.dedup.near_duplicates import Signed, Stories, read_signatures
from tasks.load.dedup.outcomes import Candidates, Merged
from tasks.load.output import Changes, Output, renewed
from tasks.load.tables.months import Months
from tasks.storage.ids import at, find, hex_ids, numbers
from tasks.storage.tables import TableWriter, with_column, write_table

LOW_CARDINALITY = ["publisher", "publisher_short", "domain", "language", "section", "kind", "title_from", "authors_from", "published_from",
                    "modified_from", "publisher_from", "language_from", "section_from", "topics_from", "image_from", "summary_from", "run_id",
                    "rules_version", "step", "reason", "outcome"]  # fmt: skip

Decided = Callable[[pa.Table], pa.Table]  # candidate rows with what load decided on them


def files_with(output: Output, table: str, changes: Changes) -> dict[str, Path]:
    """The files of a table as they will be with the changes so far."""
    gone = changes.removed.get(table, set())
    return {
        place: path for place, path in (output.files(table) | changes.added.get(table, {})).items() if place not in gone
    }


def candidates(
    paths: list[Path], left_out: set[str], columns: list[str] | None = None, only: np.ndarray | None = None
) -> Iterator[pa.Table]:
    """The candidate rows of each batch that no gate set aside (`left_out`), or only some of them by the numbers of their `doc_id`;
    of a batch that has none of those nothing else is read.
    """
    aside = np.sort(numbers(pa.array(list(left_out), pa.string())))
    wanted = np.sort(only) if only is not None else None
    for path in paths if wanted is None or len(wanted) else ():
        file = pq.ParquetFile(path)
        docs = numbers(file.read(columns=["doc_id"]).column("doc_id"))
        is_in = find(aside, docs) < 0
        if wanted is not None:
            is_in &= find(wanted, docs) >= 0
        if is_in.any():
            table = file.read(columns=columns)
            yield table if is_in.all() else table.filter(pa.array(is_in))


def quarantined_rows(verdicts: list[Path]) -> pa.Table:
    """What the gates of the run have set aside."""
    return pa.concat_tables([schema.QUARANTINE.empty_table(), *(pq.ParquetFile(path).read() for path in verdicts)])


def decided(table: pa.Table, merged: Merged, stories: Stories, run_id: str) -> pa.Table:
    """Candidate rows with what was decided on them: version, story, when the text was seen last, and the run."""
    decisions = merged.decisions
    places = find(decisions.docs, numbers(table.column("doc_id")))
    story, near, alike = stories.of(at(decisions.articles, places))
    is_alone = alike == 0
    count = table.num_rows
    columns = {
        "last_seen_at": _last_seen(table, merged), "version": pa.array(at(decisions.versions, places), pa.int32()),
        "run_id": pa.array([run_id] * count, pa.string()), "story_id": hex_ids(story), "near_duplicate_of": hex_ids(near, is_alone),
        "similarity": pa.array(alike, pa.float32(), mask=is_alone),
    }  # fmt: skip
    for name, values in columns.items():
        table = with_column(table, name, values)
    return table


def stage_articles(
    folder: Path, passed: Candidates, decide: Decided, merged: Merged, published: Mapping[str, Path], run_id: str, state: str,
    changes: Changes,
) -> int:  # fmt: skip
    """Write the new articles by month, and anew the published files in which rows gave way or were seen again.

    `state` names the one that is published now. Adds to `changes`; returns the number of articles staged.
    """
    added = changes.added.setdefault("articles", {})
    changes.removed.setdefault("articles", set())
    count = 0

    def write(month: str, part: int, rows: pa.Table) -> None:
        nonlocal count
        place = f"{month}/{run_id}-{part:03d}.parquet"
        write_table(rows, folder / "articles" / place, dictionary=LOW_CARDINALITY)
        added[place] = folder / "articles" / place
        count += rows.num_rows

    months = Months(folder / "months", write)
    decisions = merged.decisions
    for table in passed(None, decisions.docs[decisions.articles_made()]):
        months.add(schema.conform(decide(table), schema.ARTICLES))
    months.close()
    _rewrite(folder, merged, published, state, changes)
    return count


def published_signatures(output: Output, changes: Changes) -> Iterator[Signed]:
    """The signatures of all published articles, part by part; what `changes` has taken out is not there."""
    for path in files_with(output, "signatures", changes).values():
        for batch in pq.ParquetFile(path).iter_batches(columns=["article_id", "story_id", "signature"]):
            articles, stories = (numbers(batch.column(name)) for name in ("article_id", "story_id"))
            yield Signed(articles, stories, read_signatures(batch.column("signature")))


def _last_seen(table: pa.Table, merged: Merged) -> pa.ChunkedArray:
    """When each row's text was fetched last: what the row says, or what this run has seen if that is later."""
    places = find(merged.seen, numbers(table.column("article_id")))
    kind = table.schema.field("fetched_at").type
    known = pc.coalesce(table.column("last_seen_at"), table.column("fetched_at"))
    later = pc.max_element_wise(pc.cast(known, pa.int64()), pa.array(at(merged.seen_us, places), mask=places < 0))
    return later.cast(kind)


def _rewrite(folder: Path, merged: Merged, published: Mapping[str, Path], state: str, changes: Changes) -> None:
    """Write anew the published files without the rows that give way, and with the time of the last sight in those that were
    seen again.
    """
    touched = np.union1d(merged.replaced, merged.seen)
    for place, path in published.items() if len(touched) else ():
        ids = numbers(pq.ParquetFile(path).read(columns=["article_id"]).column("article_id"))
        if not (find(touched, ids) >= 0).any():
            continue
        is_gone = find(merged.replaced, ids) >= 0
        rest = schema.conform(pq.ParquetFile(path).read(), schema.ARTICLES).filter(pa.array(~is_gone))
        rest = with_column(rest, "last_seen_at", _last_seen(rest, merged))
        target = folder / "articles" / renewed(place, state) if rest.num_rows else None
        if target is not None:
            write_table(rest, target, dictionary=LOW_CARDINALITY)
        changes.rewrite("articles", place, target, state)


def stage_table(folder: Path, table: str, parts: Iterator[pa.Table], run_id: str, changes: Changes) -> None:
    """Write the run's rows of a table, part by part, if there are any."""
    path = folder / table / f"{run_id}.parquet"
    with TableWriter(path, schema.PUBLISHED[table], dictionary=LOW_CARDINALITY) as writer:
        for part in parts:
            writer.write(schema.conform(part, schema.PUBLISHED[table]))
    if writer.rows:
        changes.added.setdefault(table, {})[path.name] = path
