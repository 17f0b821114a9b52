"""One page reference in, one page record out: bytes, media type, digest, and what is wrong with it if anything."""

import hashlib
import re
import time
from pathlib import Path

import pyarrow as pa

from tasks import schema
from tasks.batch import Receipt, digest, write_table
from tasks.ingest.listing import PageRef

_CHUNK = 1 << 20

# What a file starts with when it is not a page. (Signatures: the formats' own specifications.)
_SIGNATURES = (
    (b"\x89PNG\r\n\x1a\n", "a PNG image"), (b"\xff\xd8\xff", "a JPEG image"), (b"GIF8", "a GIF image"),
    (b"RIFF", "a RIFF file (WebP, AVI, WAV)"), (b"%PDF-", "a PDF document"), (b"PK\x03\x04", "a ZIP archive"),
    (b"\x1f\x8b", "gzip data"), (b"\x28\xb5\x2f\xfd", "Zstandard data"), (b"BZh", "bzip2 data"),
    (b"\xfd7zXZ\x00", "xz data"), (b"\x7fELF", "a program"), (b"MZ\x90", "a program"), (b"PAR1", "a Parquet file"),
    (b"\x00\x00\x00\x18ftyp", "an MP4 film"), (b"\x00\x00\x00\x1cftyp", "an MP4 film"), (b"OggS", "Ogg media"),
    (b"ID3", "an MP3 file"), (b"SQLite format 3\x00", "a SQLite database"), (b"wOFF", "a font"), (b"wOF2", "a font"),
)  # fmt: skip
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
# C0 controls that no text holds: all but tab, line feed, vertical tab, form feed, return and escape (ISO-2022-JP)
_CONTROLS = bytes(code for code in range(0x20) if code not in (0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1B))
_BINARY_SHARE = 0.02  # a page with a stray NUL is repaired; one control in fifty bytes is no text
_HTML_START = re.compile(rb"<(?:!doctype\s+html|html|head|body|title|meta|div|p|article|h1|table|script|!--)", re.I)
_WIDE_PROBE = 4096


def find_problem(raw: bytes) -> tuple[str, str] | None:
    """The code of the ingest rule that the bytes break and what was found, or None for a readable page."""
    if not raw.strip(b"\x00\t\n\x0b\x0c\r \xef\xbb\xbf\xff\xfe"):
        return "ingest.empty", f"{len(raw)} bytes, none of them text"
    for start, name in _SIGNATURES:
        if raw.startswith(start):
            return "ingest.binary", f"starts like {name}"
    if raw.startswith(_BOMS[1:]) or is_wide(raw):
        return None
    controls = len(raw) - len(raw.translate(None, _CONTROLS))
    if controls > _BINARY_SHARE * len(raw):
        return "ingest.binary", f"{controls} of {len(raw)} bytes are control characters"
    return None


def is_wide(raw: bytes) -> bool:
    """Whether the bytes look like UTF-16 or UTF-32 without a byte order mark: every other byte is mostly NUL."""
    probe = raw[:_WIDE_PROBE]
    half = len(probe) // 2
    if half < 8:
        return False
    even, odd = probe[0::2].count(0), probe[1::2].count(0)
    return max(even, odd) > 0.7 * half and min(even, odd) < 0.7 * half


def media_type(raw: bytes, name: str) -> str:
    """`text/html` or `text/plain`, by what the page starts with; its name decides only where that says nothing."""
    head = raw[:2048]
    if raw.startswith(_BOMS[1:]) or is_wide(raw):
        head = head.replace(b"\x00", b"")
    if _HTML_START.search(head):
        # a text page may speak of tags; a real one closes what it opens or starts with one
        if name.lower().endswith((".htm", ".html", ".xhtml")) or _HTML_START.match(
            head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
        ):
            return "text/html"
        return "text/plain"
    return "text/html" if name.lower().endswith((".htm", ".html", ".xhtml")) and b"<" in raw else "text/plain"


def read_page(ref: PageRef, *, max_page_bytes: int) -> dict[str, object]:
    """The record of one page, as `schema.PAGES` describes it; never raises for a bad page."""
    raw: bytes | None = None
    problem: tuple[str, str] | None = None
    name_digest = hashlib.sha256()
    size = ref.byte_count
    try:
        if ref.byte_count > max_page_bytes:
            problem = "ingest.too_large", f"{ref.byte_count:,} bytes; pages of up to {max_page_bytes:,} are read"
            _hash_file(ref.path, name_digest)
        else:
            with Path(ref.path).open("rb") as handle:
                raw = handle.read(max_page_bytes + 1)
            size = len(raw)
            name_digest.update(raw)
            if size > max_page_bytes:  # grew since it was listed
                problem, raw = ("ingest.too_large", f"more than {max_page_bytes:,} bytes"), None
            else:
                problem = find_problem(raw)
    except OSError as error:
        problem = "ingest.unreadable", error.strerror or str(error)
    page_digest = name_digest.hexdigest()
    fetched = ref.fetched_at_us if ref.fetched_at_us is not None else ref.mtime_ns // 1000
    return {
        "doc_id": digest(ref.source_uri, ref.url or "", page_digest),
        "source_uri": ref.source_uri, "url": ref.url,
        "media_type": media_type(raw, ref.path) if raw is not None else "text/plain",
        "declared_encoding": None, "fetched_at": fetched, "page_digest": page_digest, "byte_count": size,
        "source_mtime_ns": ref.mtime_ns, "problem": problem[0] if problem else None,
        "problem_detail": problem[1] if problem else None, "raw": raw,
    }  # fmt: skip


def _hash_file(path: str, state: "hashlib._Hash") -> None:
    with Path(path).open("rb") as handle:
        while chunk := handle.read(_CHUNK):
            state.update(chunk)


def batch_id(refs: list[PageRef], max_page_bytes: int) -> str:
    """Names a batch by what it will read: places, sizes, times."""
    return digest(*(f"{ref.source_uri}\0{ref.url}\0{ref.byte_count}\0{ref.mtime_ns}\0{ref.fetched_at_us}" for ref in refs),
                  str(max_page_bytes))  # fmt: skip


def ingest_batch(job: tuple[list[PageRef], str, int]) -> Receipt:
    """Read the pages of one batch and write them to `folder/<batch id>.parquet`, unless that is there already."""
    refs, folder, max_page_bytes = job
    wall, cpu = time.perf_counter(), time.process_time()
    name = batch_id(refs, max_page_bytes)
    path = Path(folder) / f"{name}.parquet"
    is_reused = path.exists()
    if not is_reused:
        records = [read_page(ref, max_page_bytes=max_page_bytes) for ref in refs]
        table = pa.Table.from_pylist(records, schema=schema.PAGES)
        write_table(table, path, dictionary=["media_type", "declared_encoding", "problem"])
    return Receipt(
        name, str(path), len(refs), time.perf_counter() - wall, time.process_time() - cpu,
        byte_count=sum(ref.byte_count for ref in refs), is_reused=is_reused,
    )  # fmt: skip
