"""A page in source files of every kind, and the rows that ingest reads from them."""

import gzip
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.feather

from tasks.ingest.formats import Options, Skipped
from tasks.ingest.listing import list_files
from tasks.ingest.worker import file_rows

HTML = (
    b"<!DOCTYPE html><html><body><h1>Ferry to stay</h1><p>The council voted on Tuesday to keep the old "
    b"ferry.</p></body></html>"
)
URL = "https://ledger.example/ferry"
WHEN = datetime(2026, 3, 14, 12, 30, tzinfo=UTC)
OPTIONS = Options(1 << 20)


def zstd(data):
    return pa.compress(data, "zstd", asbytes=True)


def rows_of(path, options=OPTIONS):
    """Page rows and what was passed over, of one file."""
    found = [row for ref in list_files([str(path)]).refs for row in file_rows(ref, options)]
    return [row for row in found if not isinstance(row, Skipped)], [
        row.kind for row in found if isinstance(row, Skipped)
    ]


def one(path, options=OPTIONS):
    rows, _ = rows_of(path, options)
    assert len(rows) == 1
    return rows[0]


def warc_record(kind, body, url=URL, headers=(), http=True, media="text/html; charset=utf-8"):
    lines = (
        f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\n".encode()
        + b"".join(line + b"\r\n" for line in headers)
        + b"\r\n"
    )
    block = (lines if http else b"") + body
    kind_of = "application/http; msgtype=response" if http else "text/plain"
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-03-14T12:30:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r\nContent-Type: {kind_of}\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


CHUNKED = b"%x\r\n" % 40 + HTML[:40] + b"\r\n" + b"%x\r\n" % len(HTML[40:]) + HTML[40:] + b"\r\n0\r\n\r\n"
RECORDS = [
    warc_record("response", HTML),
    warc_record("response", gzip.compress(HTML), headers=[b"Content-Encoding: gzip"]),
    warc_record("response", CHUNKED, headers=[b"Transfer-Encoding: chunked"]),
    warc_record("response", HTML, headers=[b"Content-Encoding: gzip"]),  # what a crawler unpacked already
    warc_record("resource", HTML, http=False),
    warc_record("conversion", b"Ferry to stay\nThe council voted.", http=False),
]
