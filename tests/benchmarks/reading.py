"""The cost of reading: the same files through our readers and through bare fastwarc, orjson and pyarrow.

    python tests/benchmarks/reading.py FILE... [--passes 3]

FILE is a WARC, WET, JSONL or Parquet file. Both sides hold each page's bytes once; ours makes page rows of them
besides (sniffed, judged, and hashed, since a page is known by the SHA-256 of its bytes: the last column is the ratio
to the bare library and that hash). CPU of this process, best of the passes, which alternate.
"""

import argparse
import hashlib
import sys
import time
from pathlib import Path

import orjson
import pyarrow.parquet as pq

from tasks.ingest.formats import Options, Skipped, format_of
from tasks.ingest.listing import list_files
from tasks.ingest.worker import file_rows


def ours(path):
    """Page rows of a file."""
    rows = (row for ref in list_files([str(path)]).refs for row in file_rows(ref, Options(20 << 20)))
    return [len(row["raw"]) for row in rows if not isinstance(row, Skipped) and row["raw"] is not None]


def bare_warc(path):
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    kinds = WarcRecordType.response | WarcRecordType.resource | WarcRecordType.conversion
    with path.open("rb") as stream:
        return [len(record.reader.read()) for record in ArchiveIterator(stream, record_types=kinds, parse_http=True)]


def bare_json(path):
    with path.open("rb") as stream:
        rows = [orjson.loads(line) for line in stream]
    return [len((row.get("html") or row.get("text") or "").encode()) for row in rows]


def bare_parquet(path):
    found = []
    for batch in pq.ParquetFile(path).iter_batches(batch_size=64):
        for row in batch.to_pylist():
            content = row.get("html") or row.get("text") or ""
            found.append(len(content if isinstance(content, bytes) else content.encode()))
    return found


BARE = {"warc": bare_warc, "json": bare_json, "parquet": bare_parquet}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path)
    parser.add_argument("--passes", type=int, default=3)
    options = parser.parse_args()
    print(f"{'file':34}{'pages':>7}{'MB':>8}{'ours s':>9}{'bare s':>9}{'ratio':>7}{'SHA-256':>9}{'bare with it':>14}")
    for path in options.files:
        bare = BARE[format_of(path.name)[0].name]
        best = {"ours": float("inf"), "bare": float("inf")}
        for _ in range(options.passes):
            for name, read in (("ours", ours), ("bare", bare)):
                start = time.process_time()
                sizes = read(path)
                best[name] = min(best[name], time.process_time() - start)
        data = b"x" * (sum(sizes) // max(len(sizes), 1))
        start = time.process_time()
        for _ in sizes:
            hashlib.sha256(data).digest()
        hashing = time.process_time() - start
        ratio, honest = best["ours"] / best["bare"], best["ours"] / (best["bare"] + hashing)
        print(
            f"{path.name[-34:]:34}{len(sizes):7}{sum(sizes) / 1e6:8.1f}{best['ours']:9.3f}{best['bare']:9.3f}"
            f"{ratio:7.2f}{hashing:9.3f}{honest:14.2f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
