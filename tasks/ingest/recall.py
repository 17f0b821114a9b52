"""Pages that were received before, taken from the output's own store of raw pages to run again under today's rules."""

import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks import schema
from tasks.batch import Receipt, digest, write_table
from tasks.ingest.sniff import find_problem


def recall(rows: Iterable[Mapping[str, Any]], root: Path, folder: Path, *, batch_pages: int) -> Iterator[Receipt]:
    """Write the pages of some quarantine rows into batch files, as ingest would; one receipt each.

    `rows` have `doc_id` and `raw_file` (relative to `root`); a page whose file is gone is passed over.
    """
    wanted: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        wanted[row["raw_file"]].append(row["doc_id"])
    for file, doc_ids in sorted(wanted.items()):
        if not (root / file).exists():
            continue
        wall, cpu = time.perf_counter(), time.process_time()
        pages = pq.ParquetFile(root / file).read()
        chosen = pages.filter(pc.is_in(pages.column("doc_id"), pa.array(sorted(doc_ids), pa.string())))
        chosen = _judged_anew(chosen)
        for start in range(0, chosen.num_rows, batch_pages):
            part = schema.conform(chosen.slice(start, batch_pages), schema.PAGES)
            name = digest("recalled", *part.column("doc_id").to_pylist())
            path = folder / f"{name}.parquet"
            if not path.exists():
                write_table(part, path)
            size = int(pc.sum(part.column("byte_count")).as_py() or 0)
            yield Receipt(name, str(path), part.num_rows, time.perf_counter() - wall, time.process_time() - cpu, size)


def stored(root: Path) -> list[dict[str, Any]]:
    """Every page in the output's store, by `doc_id` and `raw_file`; those without bytes too, since they have a fate as well."""
    return [
        {"doc_id": doc_id, "raw_file": path.relative_to(root).as_posix()}
        for path in sorted((root / "pages").glob("*.parquet"))
        for doc_id in pq.ParquetFile(path).read(columns=["doc_id"]).column("doc_id").to_pylist()
    ]


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
