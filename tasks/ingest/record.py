"""A page as a reader returns it, and the row it becomes."""

import hashlib
from dataclasses import dataclass

from tasks.ingest.sniff import find_problem, media_type
from tasks.steps import digest
from tasks.storage.addresses import printable, scrubbed, without_secrets
from tasks.vocabulary import Flaw

_LAST_US = 253_370_764_800_000_000  # the year 9999: files may have any number, and later steps add days to it


@dataclass(slots=True)
class Record:
    """One page of a source.

    `key` names it within its file and is empty where the file is the page. The suffix of `name` decides where the
    bytes do not show what they are. `flaw` is why there are no bytes, `detail` a sentence about it.
    """

    raw: bytes | None
    key: str = ""
    name: str = ""
    url: str | None = None
    fetched_at_us: int | None = None  # microseconds since 1970, UTC
    media_type: str | None = None
    encoding: str | None = None
    flaw: Flaw | None = None
    detail: str = ""
    byte_count: int | None = None
    page_digest: str | None = None  # of bytes that were read but not kept
    is_clean: bool = False  # without a control character, as is known of many pages at once
    given: str | None = None  # what the user's list of publishers declares about it, as JSON


@dataclass(frozen=True, slots=True)
class SourceFile:
    """The file that a record is from."""

    source_uri: str
    mtime_ns: int | None


def too_large_detail(byte_count: int, max_page_bytes: int) -> str:
    """The sentence about a page that is too large."""
    return f"{byte_count:,} bytes; the maximum page size is {max_page_bytes:,}"


def page_row(record: Record, source: SourceFile, max_page_bytes: int) -> dict[str, object]:
    """The record as a row of `schema.PAGES`, with the problem of its bytes; never raises for a bad page."""
    raw, flaw, detail = record.raw, record.flaw, record.detail
    size = record.byte_count if record.byte_count is not None else len(raw or b"")
    if raw is not None and len(raw) > max_page_bytes:
        flaw, detail, raw = Flaw.TOO_LARGE, too_large_detail(len(raw), max_page_bytes), None
    page_digest = record.page_digest or hashlib.sha256(record.raw or b"").hexdigest()
    if flaw is None and raw is not None and (problem := find_problem(raw, is_clean=record.is_clean)):
        flaw, detail = problem
    uri = f"{source.source_uri}#{printable(record.key)}" if record.key else source.source_uri
    url = without_secrets(printable(record.url)) if record.url else None
    fetched = (source.mtime_ns or 0) // 1000
    if record.fetched_at_us is not None and 0 <= record.fetched_at_us < _LAST_US:
        fetched = record.fetched_at_us
    kind = media_type(raw, record.name or source.source_uri, record.media_type) if raw is not None else "text/plain"
    return {
        "doc_id": digest(uri, url or "", page_digest),
        "source_uri": uri,
        "url": url,
        "media_type": kind,
        "declared_encoding": printable(record.encoding) if record.encoding else None,
        "fetched_at": fetched,
        "page_digest": page_digest,
        "byte_count": size,
        "source_mtime_ns": source.mtime_ns,
        "problem": flaw.code if flaw else None,
        "problem_detail": printable(scrubbed(detail)) if flaw else None,
        "raw": raw,
        "same_as": None,
        "given": record.given,
    }
