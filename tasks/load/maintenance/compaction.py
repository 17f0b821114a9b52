"""Many small files into few of a healthy size, and the index of signatures anew: nothing changes for a reader but speed."""

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks import schema
from tasks.load.output import Changes, Output
from tasks.load.tables.staging import LOW_CARDINALITY
from tasks.storage.tables import write_table

MAX_ROWS = 100_000  # of one file: some hundred megabytes of articles, which a reader skips by row groups
_ORDER = {
    "articles": ["published_date", "publisher", "article_id"], "versions": ["article_id", "version"], "ledger": ["source_uri", "doc_id"],
    "quarantine": ["reason", "source_uri"], "duplicates": ["article_id", "doc_id"], "signatures": ["article_id"],
}  # fmt: skip


def compact(folder: Path, output: Output, stamp: str, changes: Changes) -> dict[str, tuple[int, int]]:
    """Stage the tables with the small files of each place joined and sorted. Returns files before and after, by table.

    Raises:
        ValueError: rows were lost or doubled on the way; nothing must be published then.
    """
    counts = {}
    for table, order in _ORDER.items():
        by_place: dict[str, list[str]] = defaultdict(list)
        files = output.files(table)
        rows = {place: pq.ParquetFile(path).metadata.num_rows for place, path in files.items()}
        for place in files:
            by_place[PurePosixPath(place).parent.as_posix()].append(place)
        after = 0
        for parent, places in sorted(by_place.items()):
            small = [place for place in places if rows[place] < MAX_ROWS // 2]
            after += len(places) - len(small)
            for number, group in enumerate(_groups(small, rows), 1):
                after += 1
                if len(group) > 1:
                    name = f"compact-{stamp}-{number:03d}.parquet"
                    target = name if parent == "." else f"{parent}/{name}"
                    _join(folder / table / target, [files[place] for place in group], table, order)
                    changes.added.setdefault(table, {})[target] = folder / table / target
                    changes.removed.setdefault(table, set()).update(group)
        counts[table] = (len(files), after)
    return counts


def _groups(places: list[str], rows: dict[str, int]) -> list[list[str]]:
    """Runs of files that together stay under the size of one."""
    groups: list[list[str]] = []
    size = MAX_ROWS
    for place in sorted(places):
        if size + rows[place] > MAX_ROWS:
            groups.append([])
            size = 0
        groups[-1].append(place)
        size += rows[place]
    return groups


def _join(target: Path, paths: list[Path], table: str, order: list[str]) -> None:
    declared = schema.PUBLISHED[table]
    parts = [schema.conform(pq.ParquetFile(path).read(), declared) for path in paths]
    joined = pa.concat_tables(parts)
    joined = joined.sort_by([(name, "ascending") for name in order])
    write_table(joined, target, dictionary=LOW_CARDINALITY)
    if pq.ParquetFile(target).metadata.num_rows != sum(part.num_rows for part in parts):
        raise ValueError(f"{target.name}: not as many rows as its parts")


def rebuild_signatures(
    folder: Path, output: Output, stamp: str, sign: Callable[[list[str]], list[bytes | None]], changes: Changes
) -> int:
    """Stage the table of signatures made anew from the published texts. Returns how many articles have one."""
    count = 0
    for number, path in enumerate(output.files("articles").values(), 1):
        rows = pq.ParquetFile(path).read(columns=["article_id", "story_id", "text", "run_id"])
        signatures = pa.array(sign(rows.column("text").to_pylist()), pa.binary(252))
        made = pa.table({
            "article_id": rows.column("article_id"), "story_id": pc.coalesce(rows.column("story_id"), rows.column("article_id")),
            "signature": signatures, "run_id": rows.column("run_id"),
        })  # fmt: skip
        made = made.filter(pc.is_valid(made.column("signature")))
        count += made.num_rows
        if made.num_rows:
            place = f"rebuilt-{stamp}-{number:05d}.parquet"
            write_table(
                schema.conform(made, schema.SIGNATURES), folder / "signatures" / place, dictionary=LOW_CARDINALITY
            )
            changes.added.setdefault("signatures", {})[place] = folder / "signatures" / place
    changes.removed.setdefault("signatures", set()).update(output.files("signatures"))
    return count
