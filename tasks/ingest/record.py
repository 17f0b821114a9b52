"""A page as a reader found it, and the row it becomes."""

import hashlib
from dataclasses import dataclass

from tasks.ingest.sniff import find_problem, media_type
from tasks.steps import digest
from tasks.vocabulary import Flaw

_LAST_US = 253_370_764_800_000_000  # the year 9999: a file may say anything, and days must still be added to it


@dataclass(slots=True)
class Record:
    """One page out of a source, before anything is known of it.

    `key` names it within its file and is empty where the file is the page; `name` is asked for its ending where the
    bytes do not say what they are; `flaw` is why there are no bytes.
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
    given: str | None = None  # what the user's list of publishers says of it, as JSON


@dataclass(frozen=True, slots=True)
class Place:
    """The file that a record came from."""

    source_uri: str
    mtime_ns: int | None


def page_row(record: Record, place: Place, max_page_bytes: int) -> dict[str, object]:
    """The record as a row of `schema.PAGES`, judged by its bytes; never raises for a bad page."""
    raw, flaw, detail = record.raw, record.flaw, record.detail
    size = record.byte_count if record.byte_count is not None else len(raw or b"")
    if raw is not None and len(raw) > max_page_bytes:
        flaw, detail, raw = Flaw.TOO_LARGE, f"{len(raw):,} bytes; pages of up to {max_page_bytes:,} are read", None
    page_digest = record.page_digest or hashlib.sha256(record.raw or b"").hexdigest()
    if flaw is None and raw is not None and (found := find_problem(raw)):
        flaw, detail = found
    uri = f"{place.source_uri}#{record.key}" if record.key else place.source_uri
    url = _plain(record.url)
    fetched = (place.mtime_ns or 0) // 1000
    if record.fetched_at_us is not None and 0 <= record.fetched_at_us < _LAST_US:
        fetched = record.fetched_at_us
    kind = media_type(raw, record.name or place.source_uri, record.media_type) if raw is not None else "text/plain"
    return {
        "doc_id": digest(uri, url or "", page_digest), "source_uri": uri, "url": url, "media_type": kind,
        "declared_encoding": _plain(record.encoding), "fetched_at": fetched, "page_digest": page_digest, "byte_count": size,
        "source_mtime_ns": place.mtime_ns, "problem": flaw.code if flaw else None, "problem_detail": detail if flaw else None,
        "raw": raw, "same_as": None, "given": record.given,
    }  # fmt: skip


def _plain(text: str | None) -> str | None:
    """The text as tables can hold it: lone surrogates are spelt out."""
    return text.encode("utf-8", "backslashreplace").decode() if text else None
