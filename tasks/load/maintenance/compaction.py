"""Many small files joined into few, and the index of signatures rebuilt: readers notice nothing but the speed."""

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
    "articles": ["published_date", "publisher", "article_id"],
    "versions": ["article_id", "version"],
    "ledger": ["source_uri", "doc_id"],
    "quarantine": ["reason", "source_uri"],
    "duplicates": ["article_id", "doc_id"],
    "signatures": ["article_id"],
}


def compact(folder: Path, output: Output, stamp: str, changes: Changes) -> dict[str, tuple[int, int]]:
    """Stage the tables with the small files of each partition joined and sorted.

    Returns the number of files before and after, by table.

    Raises:
        ValueError: rows were lost or doubled; nothing must be published then.
    """
    counts = {}
    for table, order in _ORDER.items():
        files = output.files(table)
        rows = {name: pq.ParquetFile(path).metadata.num_rows for name, path in files.items()}
        partitions: dict[str, list[str]] = defaultdict(list)
        for name in files:
            partitions[PurePosixPath(name).parent.as_posix()].append(name)
        after = 0
        for partition, names in sorted(partitions.items()):
            small = [name for name in names if rows[name] < MAX_ROWS // 2]
            after += len(names) - len(small)
            for number, group in enumerate(_groups(small, rows), 1):
                after += 1
                if len(group) > 1:
                    file_name = f"compact-{stamp}-{number:03d}.parquet"
                    target = file_name if partition == "." else f"{partition}/{file_name}"
                    _join(folder / table / target, [files[name] for name in group], table, order)
                    changes.added.setdefault(table, {})[target] = folder / table / target
                    changes.removed.setdefault(table, set()).update(group)
        counts[table] = (len(files), after)
    return counts


def _groups(names: list[str], rows: dict[str, int]) -> list[list[str]]:
    """The files in groups of at most MAX_ROWS rows."""
    groups: list[list[str]] = []
    size = MAX_ROWS
    for name in sorted(names):
        if size + rows[name] > MAX_ROWS:
            groups.append([])
            size = 0
        groups[-1].append(name)
        size += rows[name]
    return groups


def _join(target: Path, paths: list[Path], table: str, order: list[str]) -> None:
    declared = schema.PUBLISHED[table]
    parts = [schema.conform(pq.ParquetFile(path).read(), declared) for path in paths]
    joined = pa.concat_tables(parts)
    joined = joined.sort_by([(name, "ascending") for name in order])
    write_table(joined, target, dictionary=LOW_CARDINALITY)
    if pq.ParquetFile(target).metadata.num_rows != sum(part.num_rows for part in parts):
        raise ValueError(f"{target.name}: does not have as many rows as the files it joins")


def rebuild_signatures(
    folder: Path, output: Output, stamp: str, sign: Callable[[list[str]], list[bytes | None]], changes: Changes
) -> int:
    """Stage the table of signatures, recomputed from the published texts. Returns the number of articles with one."""
    count = 0
    for number, path in enumerate(output.files("articles").values(), 1):
        rows = pq.ParquetFile(path).read(columns=["article_id", "story_id", "text", "run_id"])
        columns = {
            "article_id": rows.column("article_id"),
            "story_id": pc.coalesce(rows.column("story_id"), rows.column("article_id")),
            "signature": pa.array(sign(rows.column("text").to_pylist()), pa.binary(252)),
            "run_id": rows.column("run_id"),
        }
        signed = pa.table(columns)
        signed = signed.filter(pc.is_valid(signed.column("signature")))
        count += signed.num_rows
        if signed.num_rows:
            name = f"rebuilt-{stamp}-{number:05d}.parquet"
            target = folder / "signatures" / name
            write_table(schema.conform(signed, schema.SIGNATURES), target, dictionary=LOW_CARDINALITY)
            changes.added.setdefault("signatures", {})[name] = target
    changes.removed.setdefault("signatures", set()).update(output.files("signatures"))
    return count
