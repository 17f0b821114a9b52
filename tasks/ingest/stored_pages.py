"""Pages from the output's store of raw pages, to be processed again with the current rules."""

import time
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tasks import schema
from tasks.ingest.sniff import find_problem
from tasks.steps import RECALLED, Receipt, digest
from tasks.storage.tables import TableWriter, files_of, with_column

_PAGES_AT_ONCE = 32  # as many as ingest writes at a time: some 16 MB


def copy_stored_pages(
    wanted: Mapping[str, Collection[str] | None],
    root: Path,
    folder: Path,
    *,
    without: Collection[str],
    batch_pages: int,
) -> Iterator[Receipt]:
    """Write stored pages into batch files, as ingest would; one receipt per batch.

    `wanted` maps the files they are in (relative to `root`) to their doc_ids, or to None for all but those in
    `without`. A file that no longer exists is skipped.
    """
    for file, doc_ids in sorted(wanted.items()):
        if not (root / file).exists():
            continue
        wall, cpu = time.perf_counter(), time.process_time()
        source = pq.ParquetFile(root / file)
        listed = source.read(columns=["doc_id", "byte_count"])
        sizes = dict(zip(*(listed.column(name).to_pylist() for name in listed.column_names), strict=True))
        wanted_ids = set(doc_ids or ())
        chosen = [doc_id for doc_id in sizes if (doc_id not in without if doc_ids is None else doc_id in wanted_ids)]
        for start in range(0, len(chosen), batch_pages):
            part = chosen[start : start + batch_pages]
            name = digest("recalled", *part)
            path = folder / RECALLED / Path(file).stem / f"{name}.parquet"
            if not path.exists():
                _copy(source, set(part), path)
            size = sum(sizes[doc_id] for doc_id in part)
            yield Receipt(name, str(path), len(part), time.perf_counter() - wall, time.process_time() - cpu, size)


def _copy(source: pq.ParquetFile, doc_ids: set[str], path: Path) -> None:
    """Write some pages of a file into a batch, checked again, a few at a time."""
    wanted = pa.array(sorted(doc_ids), pa.string())
    with TableWriter(path, schema.PAGES) as batch:
        for rows in source.iter_batches(batch_size=_PAGES_AT_ONCE):
            pages = pa.Table.from_batches([rows])
            pages = pages.filter(pc.is_in(pages.column("doc_id"), wanted))
            batch.write_row_group(schema.conform(_checked_again(pages), schema.PAGES))


def stored_files(root: Path) -> list[str]:
    """Every file of the output's store of raw pages, relative to `root`."""
    return [path.relative_to(root).as_posix() for path in files_of(root / "pages", "pages")]


def _checked_again(pages: pa.Table) -> pa.Table:
    """The pages with the problems that the current rules find; a page without bytes keeps its problem."""
    columns = (pages.column(name).to_pylist() for name in ("raw", "problem", "problem_detail"))
    problems: list[str | None] = []
    details: list[str | None] = []
    for raw, problem, detail in zip(*columns, strict=True):
        flaw = find_problem(raw) if raw is not None else None
        current = (flaw[0].code, flaw[1]) if flaw else (None, None)
        problems.append(problem if raw is None else current[0])
        details.append(detail if raw is None else current[1])
    pages = with_column(pages, "problem", pa.array(problems, pa.string()))
    return with_column(pages, "problem_detail", pa.array(details, pa.string()))
