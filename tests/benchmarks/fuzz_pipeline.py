"""The pipeline from bytes to candidate rows for `fuzz.py`, the counts that must add up, and its workers."""

import resource
import shutil
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from expectations import clean as clean_rules
from expectations import extract as extract_rules
from expectations import ingest as ingest_rules
from expectations.gate import check, contract
from expectations.thresholds import load_thresholds
from tasks import schema
from tasks.clean.core import clean_pages
from tasks.extract.core import extract_documents
from tasks.ingest.bounded_streams import FlawError
from tasks.ingest.fetch.lists import Listed, read_list
from tasks.ingest.file_refs import FileRef
from tasks.ingest.formats import PAGE, Options, Skipped, format_of
from tasks.ingest.selection import kind_without_ending
from tasks.ingest.worker import Limits, file_rows, write_batches
from tasks.parallel.isolation import PAGE_CPU_SECONDS, PIECE_CPU_SECONDS, limit_memory
from tasks.storage.tables import write_table

MAX_PAGE_BYTES = 20 << 20
EVERY = 20  # batches: one in so many is written to Parquet and asked of Great Expectations
THRESHOLDS = load_thresholds()


class BrokenError(Exception):
    """The account does not come out even."""


def holds(what, said):
    if not what:
        raise BrokenError(said)


def rows_of(one, folder):
    """The page rows that the reader of a file yields; a list of addresses yields none, but is checked."""
    if one.is_list:
        try:
            found = read_list(one.raw, "https://news.example/feed")
        except FlawError as error:
            holds(error.detail.isprintable() or error.detail, "a flaw says what it is")
            return []
        holds(found is None or isinstance(found, Listed), f"a list gave {found!r}")
        for url in [*found.pages, *found.lists] if found else ():
            holds(isinstance(url, str), f"an address is {url!r}")
            pa.array([url], pa.string())
        return []
    path = Path(folder) / Path(one.name).name
    path.write_bytes(one.raw)
    kind, codec = format_of(one.name)
    kind = kind or PAGE
    ref = FileRef(one.name, str(path), len(one.raw), 1_700_000_000 * 10**9, kind.name, codec)
    found = list(file_rows(ref, Options(MAX_PAGE_BYTES)))
    kind_without_ending(str(path))
    path.unlink()
    rows = [row for row in found if not isinstance(row, Skipped)]
    holds(rows or kind.is_container, f"{one.name} gave no row")
    holds(found, f"nothing is said of {one.name}")
    names = Counter(row["source_uri"] for row in rows)
    if one.format.startswith(("dialect", "members", "lying.warc")):
        holds(not names or max(names.values()) == 1, f"two members of {one.name} have one name: {names.most_common(1)}")
    if one.member_count is not None and "ingest.no_pages" not in {row["problem"] for row in rows}:
        holds(len(found) >= one.member_count, f"{one.name}: {len(found)} of {one.member_count} members")
    return rows


def run(inputs, *, is_whole=False, is_checked=False):
    """A batch of inputs through readers, clean and extract; returns the pages that came out, and the bytes of all read.

    Raises:
        BrokenError: a page is missing, stands twice, or is not described as the schema says.
    """
    folder = tempfile.mkdtemp(prefix="fuzz-")
    try:
        rows = [row for one in inputs for row in rows_of(one, folder)]
        if not rows:
            return 0, 0
        paged = Path(folder) / "pages"
        limit = Limits(MAX_PAGE_BYTES, 10**9, 10**12)
        receipts = list(write_batches(iter(rows), paged, "pages", limit, None)) if is_whole else []
        seen = {row["doc_id"]: row for row in rows}  # what stands twice in a file, byte for byte, is one page
        pages = (
            pq.read_table(receipts[0].path, schema=schema.PAGES)
            if is_whole
            else pa.Table.from_pylist(list(seen.values()), schema=schema.PAGES)
        )
        same(pages, set(seen), "ingest", schema.PAGES)
        ingest_rules.slim(pages)
        for row in rows:
            holds(row["problem"] or row["raw"] is not None, f"{row['source_uri']} has neither bytes nor a problem")
            holds(not row["problem"] or row["problem_detail"] is not None, f"{row['source_uri']}: no detail")
        fresh = pages.filter(pc.is_null(pages.column("problem")))
        documents, lines, evidence = clean_pages(fresh)
        want = set(fresh.column("doc_id").to_pylist())
        same(documents, want, "clean", schema.DOCUMENTS)
        accounted(documents, lines)
        holds(evidence.schema.equals(schema.EVIDENCE), "evidence has another schema")
        candidates = extract_documents(documents, lines)
        same(candidates, want, "extract", schema.CANDIDATES)
        tables = {
            "ingest": (ingest_rules, pages),
            "clean": (clean_rules, documents),
            "extract": (extract_rules, candidates),
        }
        for step, (rules, table) in tables.items():
            suite = rules.suite(getattr(THRESHOLDS, step))
            slim = rules.slim(table.select(list(suite.columns)))
            if is_checked and slim.num_rows:
                broken = [stop for stop in check(suite, slim).stops if "could not be checked" in stop]
                holds(not broken, f"{step}: {broken}")
        if is_whole:
            for name, table in (
                ("documents", documents),
                ("lines", lines),
                ("candidates", candidates),
                ("evidence", evidence),
            ):
                write_table(table, Path(folder) / f"{name}.parquet")
                back = pq.read_table(Path(folder) / f"{name}.parquet")
                holds(back.equals(table.cast(back.schema)), f"{name} read back from Parquet differ")
        return len(want), sum(len(row["raw"] or b"") for row in rows)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def same(table, want, step, declared):
    """Every page once, and the table as its schema says."""
    ids = table.column("doc_id").to_pylist()
    holds(len(ids) == len(set(ids)), f"{step}: an id stands twice")
    holds(set(ids) == want, f"{step}: {len(want - set(ids))} pages are missing, {len(set(ids) - want)} too many")
    shape = contract(step, table.schema, declared, {name: table.column(name).null_count for name in table.column_names})
    holds(not shape.stops, f"{step}: {shape.stops}")
    table.validate(full=True)


def accounted(documents, lines):
    """Every line of each document from 1 to its count, each labelled; as many kept as the document says."""
    same_shape = contract(
        "lines", lines.schema, schema.LINES, {name: lines.column(name).null_count for name in lines.column_names}
    )
    holds(not same_shape.stops, f"lines: {same_shape.stops}")
    lines.validate(full=True)
    for name in ("label", "action", "reason"):
        holds(not pc.any(pc.equal(lines.column(name), "")).as_py(), f"a line has an empty {name}")
    kept = lines.select(["doc_id", "line_no"]).append_column(
        "kept", pc.cast(pc.equal(lines.column("action"), "keep"), pa.int32())
    )
    sums = [
        ("line_no", "min"),
        ("line_no", "max"),
        ("line_no", "count"),
        ("line_no", "count_distinct"),
        ("kept", "sum"),
    ]
    found = {row.pop("doc_id"): tuple(row.values()) for row in kept.group_by("doc_id").aggregate(sums).to_pylist()}
    for row in documents.select(["doc_id", "line_count", "kept_line_count"]).to_pylist():
        size = row["line_count"]
        own = found.pop(row["doc_id"], (1, 0, 0, 0, 0))
        holds(
            own == (1, size, size, size, row["kept_line_count"]),
            f"lines of {row['doc_id']}: {own}, the document says {row}",
        )
    holds(not found, "lines of unknown documents")


def serve(pipe, seed, only):
    """A worker: takes batches of numbers; gives pages, bytes, CPU seconds, failures; the kernel ends it at limits."""
    from fuzz_inputs import Input, make
    from fuzz_pages import seeds

    limit_memory()
    # models, lexicons and gates are loaded once, which no page may be blamed for
    run([Input(0, "html", "0.html", seeds(".html")[0])], is_whole=True, is_checked=True)
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    while (task := pipe.recv()) is not None:
        numbers, count = task
        inputs = [make(seed, number, only) for number in numbers]
        allowed = time.process_time() + PAGE_CPU_SECONDS + 5 + PIECE_CPU_SECONDS * len(numbers)
        resource.setrlimit(resource.RLIMIT_CPU, (int(allowed) + 1, hard))
        started, error, kind, pages, size = time.process_time(), "", "", 0, 0
        is_whole = len(numbers) > 1 and count % EVERY == 0
        try:
            pages, size = run(inputs, is_whole=is_whole, is_checked=is_whole)
        except BrokenError as broken:
            kind, error = "identity", f"{broken}"
        except BaseException:
            kind, error = "exception", traceback.format_exc()
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        pipe.send((pages, size, time.process_time() - started, peak, kind, error[-6000:]))
