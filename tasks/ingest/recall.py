"""Pages that were received before, taken from the output's own store of raw pages to run again under today's rules."""

import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks import schema
from tasks.batch import RECALLED, Receipt, digest, write_table
from tasks.ingest.sniff import find_problem


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
    that is gone is passed over. Only the pages of one file are held at a time.
    """
    for file, doc_ids in sorted(wanted.items()):
        if not (root / file).exists():
            continue
        wall, cpu = time.perf_counter(), time.process_time()
        pages = pq.ParquetFile(root / file).read()
        listed = pa.array(sorted(without if doc_ids is None else doc_ids), pa.string())
        is_listed = pc.is_in(pages.column("doc_id"), listed)
        chosen = _judged_anew(pages.filter(pc.invert(is_listed) if doc_ids is None else is_listed))
        for start in range(0, chosen.num_rows, batch_pages):
            part = schema.conform(chosen.slice(start, batch_pages), schema.PAGES)
            name = digest("recalled", *part.column("doc_id").to_pylist())
            path = folder / RECALLED / Path(file).stem / f"{name}.parquet"
            if not path.exists():
                write_table(part, path)
            size = int(pc.sum(part.column("byte_count")).as_py() or 0)
            yield Receipt(name, str(path), part.num_rows, time.perf_counter() - wall, time.process_time() - cpu, size)


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
