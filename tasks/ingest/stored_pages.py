"""Pages that were received before, taken from the output's own store of raw pages to run again under today's rules."""

import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks import schema
from tasks.ingest.sniff import find_problem
from tasks.steps import RECALLED, Receipt, digest
from tasks.storage.tables import TableWriter

_PAGES_AT_ONCE = 32  # as many as ingest writes at a time: some 16 MB


def recall(
    wanted: Mapping[str, Collection[str] | None],
    root: Path,
    folder: Path,
    *,
    without: Collection[str],
    batch_pages: int,
) -> Iterator[Receipt]:
    """Write stored pages into batch files, as ingest would; one receipt each.

    `wanted` names the files they lie in (relative to `root`) and of each the doc_ids, None for all but those of `without`; a file
    that is gone is passed over.
    """
    for file, doc_ids in sorted(wanted.items()):
        if not (root / file).exists():
            continue
        wall, cpu = time.perf_counter(), time.process_time()
        source = pq.ParquetFile(root / file)
        listed = source.read(columns=["doc_id", "byte_count"])
        sizes = dict(zip(*(listed.column(name).to_pylist() for name in listed.column_names), strict=True))
        given = set(doc_ids or ())
        chosen = [doc_id for doc_id in sizes if (doc_id not in without if doc_ids is None else doc_id in given)]
        for start in range(0, len(chosen), batch_pages):
            part = chosen[start : start + batch_pages]
            name = digest("recalled", *part)
            path = folder / RECALLED / Path(file).stem / f"{name}.parquet"
            if not path.exists():
                _copy(source, set(part), path)
            size = sum(sizes[doc_id] for doc_id in part)
            yield Receipt(name, str(path), len(part), time.perf_counter() - wall, time.process_time() - cpu, size)


def _copy(source: pq.ParquetFile, doc_ids: set[str], path: Path) -> None:
    """Write some pages of a file into a batch, judged anew, some at a time."""
    wanted = pa.array(sorted(doc_ids), pa.string())
    with TableWriter(path, schema.PAGES) as batch:
        for rows in source.iter_batches(batch_size=_PAGES_AT_ONCE):
            pages = pa.Table.from_batches([rows])
            own = pages.filter(pc.is_in(pages.column("doc_id"), wanted))
            batch.write_row_group(schema.conform(_judged_anew(own), schema.PAGES))


def stored(root: Path) -> list[str]:
    """Every file of the output's store of raw pages."""
    return [path.relative_to(root).as_posix() for path in sorted((root / "pages").glob("*.parquet"))]


def _judged_anew(pages: pa.Table) -> pa.Table:
    """The pages with what today's ingest rules say of their bytes; of a page without bytes what was said then still holds."""
    then = zip(*(pages.column(name).to_pylist() for name in ("raw", "problem", "problem_detail")), strict=True)
    problems: list[tuple[str | None, str | None]] = []
    for raw, problem, detail in then:
        found = find_problem(raw) if raw is not None else None
        told = (found[0].code, found[1]) if found else (None, None)
        problems.append(told if raw is not None else (problem, detail))
    for number, name in enumerate(("problem", "problem_detail")):
        place = pages.schema.get_field_index(name)
        values = pa.array([problem[number] for problem in problems], pa.string())
        pages = pages.set_column(place, pages.schema.field(place), values)
    return pages
