"""The tables of a run written aside, ready to be read back, gated and published."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks import schema
from tasks.batch import without, write_table
from tasks.load.edits import FIELDS, what_changed
from tasks.load.merge import Known, Merge
from tasks.load.output import Changes, Output
from tasks.load.stories import Signed, Story, read_signatures

UNKNOWN_MONTH = "unknown"  # the named place of articles without a date
LOW_CARDINALITY = ["publisher", "publisher_short", "domain", "language", "section", "kind", "title_from", "authors_from", "published_from",
                    "modified_from", "publisher_from", "language_from", "section_from", "topics_from", "image_from", "summary_from", "run_id",
                    "rules_version", "step", "reason", "outcome"]  # fmt: skip
_FLUSH_ROWS = 20_000  # rows of a month held in memory before they are written


def month_place(day: date | None) -> str:
    """The partition of an article by its day of publication: `published_month=2023-06`."""
    # year 1 is `0001` on every system
    return f"published_month={day.year:04d}-{day.month:02d}" if day else f"published_month={UNKNOWN_MONTH}"


def known_articles(output: Output, changes: Changes) -> list[Known]:
    """The published articles, as far as merging must know them; what `changes` has taken out is not there."""
    columns = ["article_id", "text_digest", "fetched_at", "version", "doc_id"]
    return [
        Known(place=place, **row)
        for place, path in files_with(output, "articles", changes).items()
        for row in pq.ParquetFile(path).read(columns=columns).to_pylist()
    ]


def files_with(output: Output, table: str, changes: Changes) -> dict[str, Path]:
    """The files of a table as they will be with the changes so far."""
    gone = changes.removed.get(table, set())
    return {
        place: path for place, path in (output.files(table) | changes.added.get(table, {})).items() if place not in gone
    }


def candidates(paths: list[Path], left_out: set[str], columns: list[str] | None = None) -> Iterator[pa.Table]:
    """The candidate rows of each batch that no gate set aside."""
    for path in paths:
        table = pq.ParquetFile(path).read(columns=columns)
        table = without(table, left_out)
        if table.num_rows:
            yield table


def quarantined_rows(verdicts: list[Path]) -> list[dict[str, Any]]:
    """What the gates of the run have set aside."""
    return [row for path in verdicts for row in pq.ParquetFile(path).read().to_pylist()]


def stage_articles(
    folder: Path,
    paths: list[Path],
    left_out: set[str],
    merged: Merge,
    stories: dict[str, Story],
    output: Output,
    run_id: str,
    changes: Changes,
) -> int:
    """Write the new articles by month, the rewritten files of replaced and seen ones and the older versions.

    Adds to `changes`; returns the number of articles staged.
    """
    for table in ("articles", "versions"):
        changes.added.setdefault(table, {})
    changes.removed.setdefault("articles", set())
    published = files_with(output, "articles", changes)
    buffers: dict[str, list[pa.Table]] = {}
    parts: dict[str, int] = {}
    older: list[pa.Table] = []
    newer: dict[str, dict[str, Any]] = {}  # the texts that took another's place
    edited = set(merged.replaced) | {
        each.article_id for each in merged.decisions.values() if each.reason == "older_version"
    }
    count = 0
    for table in candidates(paths, left_out):
        articles, outdated = _decide_rows(table, merged, stories, run_id)
        count += articles.num_rows
        if edited:
            ours = articles.filter(pc.is_in(articles.column("article_id"), pa.array(sorted(edited), pa.string())))
            newer |= {row["article_id"]: row for row in ours.select(["article_id", "text", *FIELDS]).to_pylist()}
        if outdated.num_rows:
            older.append(outdated)
        for month, rows in _by_month(articles):
            buffers.setdefault(month, []).append(rows)
            if sum(part.num_rows for part in buffers[month]) >= _FLUSH_ROWS:
                _flush(folder, month, buffers.pop(month), parts, run_id, changes)
    for month in sorted(buffers):
        _flush(folder, month, buffers[month], parts, run_id, changes)
    older += _replace(folder, merged, published, run_id, changes)
    if older:
        path = folder / "versions" / f"{run_id}.parquet"
        write_table(
            pa.concat_tables([schema.conform(_with_changes(table, newer), schema.VERSIONS) for table in older]),
            path,
            dictionary=LOW_CARDINALITY,
        )
        changes.added["versions"][path.name] = path
    return count


def _with_changes(older: pa.Table, newer: dict[str, dict[str, Any]]) -> pa.Table:
    """Older texts with what their newer one changed; nothing is said where that is in another run."""
    rows = older.select(["article_id", "text", *FIELDS]).to_pylist()
    told = [what_changed(row, newer[row["article_id"]]) if row["article_id"] in newer else None for row in rows]
    return older.append_column("changes", pa.array(told, pa.list_(pa.string())))


def published_signatures(output: Output, changes: Changes) -> Iterator[Signed]:
    """The signatures of all published articles, file by file; what `changes` has taken out is not there."""
    for path in files_with(output, "signatures", changes).values():
        table = pq.ParquetFile(path).read(columns=["article_id", "story_id", "signature"])
        columns = (table.column(name).to_pylist() for name in table.column_names)
        articles, stories, values = columns
        yield Signed(articles, stories, read_signatures(values))


def _decide_rows(table: pa.Table, merged: Merge, stories: dict[str, Story], run_id: str) -> tuple[pa.Table, pa.Table]:
    chosen = [merged.decisions[doc_id] for doc_id in table.column("doc_id").to_pylist()]
    table = _set(table, "last_seen_at", _last_seen(table, merged.seen))
    table = _set(table, "version", pa.array([decision.version for decision in chosen], pa.int32()))
    table = _set(table, "run_id", pa.array([run_id] * table.num_rows, pa.string()))
    told = [stories.get(decision.article_id) for decision in chosen]
    for name, kind in (("story_id", pa.string()), ("near_duplicate_of", pa.string()), ("similarity", pa.float32())):
        table = _set(table, name, pa.array([getattr(story, name) if story else None for story in told], kind))
    is_article = pa.array([decision.outcome == "article" for decision in chosen])
    # within a run a text may be outdated by a later one of the same address
    is_older = pa.array([decision.reason == "older_version" for decision in chosen])
    outdated = table.filter(is_older)
    outdated = outdated.append_column("replaced_by_run", pa.array([run_id] * outdated.num_rows, pa.string()))
    return schema.conform(table.filter(is_article), schema.ARTICLES), outdated


def _set(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return table.set_column(table.schema.get_field_index(name), name, values)


def _by_month(articles: pa.Table) -> Iterator[tuple[str, pa.Table]]:
    months = pa.array([month_place(day) for day in articles.column("published_date").to_pylist()], pa.string())
    for month in sorted(set(months.to_pylist())):
        yield month, articles.filter(pc.equal(months, month))


def _flush(
    folder: Path, month: str, tables: list[pa.Table], parts: dict[str, int], run_id: str, changes: Changes
) -> None:
    part = parts[month] = parts.get(month, 0) + 1
    place = f"{month}/{run_id}-{part:03d}.parquet"
    table = pa.concat_tables(tables).sort_by(
        [("published_date", "ascending"), ("publisher", "ascending"), ("article_id", "ascending")]
    )
    write_table(table, folder / "articles" / place, dictionary=LOW_CARDINALITY)
    changes.added["articles"][place] = folder / "articles" / place


def _last_seen(table: pa.Table, seen: Mapping[str, datetime]) -> pa.Array:
    """When each row's text was fetched last: what the row says, or what this run has seen if that is later."""
    rows = zip(*(table.column(name).to_pylist() for name in ("article_id", "last_seen_at", "fetched_at")), strict=True)
    values = []
    for article_id, known, fetched in rows:
        times = [when for when in (known or fetched, seen.get(article_id)) if when is not None]
        values.append(max(times, default=None))
    return pa.array(values, table.schema.field("fetched_at").type)


def _replace(folder: Path, merged: Merge, published: dict[str, Path], run_id: str, changes: Changes) -> list[pa.Table]:
    """Rewrite, under their old names, the published files without the rows that give way, and with the time of the last
    sight in those that were seen again; returns the rows that gave way.
    """
    older: list[pa.Table] = []
    going = {row.place for row in merged.replaced.values()}
    for place, path in published.items():
        ids = pq.ParquetFile(path).read(columns=["article_id"]).column("article_id") if merged.seen else None
        is_seen = ids is not None and bool(pc.any(pc.is_in(ids, pa.array(list(merged.seen), pa.string()))).as_py())
        if place not in going and not is_seen:
            continue
        table = schema.conform(pq.ParquetFile(path).read(), schema.ARTICLES)
        gone = pc.is_in(table.column("article_id"), pa.array([row.article_id for row in merged.replaced.values() if row.place == place], pa.string()))  # fmt: skip
        rows = table.filter(gone)
        if rows.num_rows:
            older.append(rows.append_column("replaced_by_run", pa.array([run_id] * rows.num_rows, pa.string())))
        rest = table.filter(pc.invert(gone))
        rest = _set(rest, "last_seen_at", _last_seen(rest, merged.seen))
        if rest.num_rows:
            write_table(rest, folder / "articles" / place, dictionary=LOW_CARDINALITY)
            changes.added["articles"][place] = folder / "articles" / place
        else:
            changes.added["articles"].pop(place, None)
            changes.removed["articles"].add(place)
    return older


def stage_rows(folder: Path, table: str, rows: list[dict[str, Any]], run_id: str, changes: Changes) -> None:
    """Write the run's rows of one of the small tables, if there are any."""
    if rows:
        path = folder / table / f"{run_id}.parquet"
        write_table(pa.Table.from_pylist(rows, schema=schema.PUBLISHED[table]), path, dictionary=LOW_CARDINALITY)
        changes.added.setdefault(table, {})[path.name] = path


def read_back(changes: Changes, columns: list[str]) -> pa.Table:
    """The staged articles read again from their files: what is gated is what will be published."""
    tables = [pq.ParquetFile(path).read(columns=columns) for path in changes.added.get("articles", {}).values()]
    schema_columns = pa.schema([schema.ARTICLES.field(name) for name in columns])
    return pa.concat_tables(tables) if tables else schema_columns.empty_table()
