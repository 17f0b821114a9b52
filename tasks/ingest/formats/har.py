"""HAR files (HTTP archive 1.2): what a browser's developer tools record of a visit, with the pages that were loaded."""

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Any

from tasks.ingest.bounded_streams import BoundedStream, FlawError
from tasks.ingest.formats import Opened, Options, Skipped
from tasks.ingest.formats.columns import value_at
from tasks.ingest.formats.encodings import encoding_of
from tasks.ingest.formats.json_text import JsonScan, parsed
from tasks.ingest.formats.times import microseconds
from tasks.ingest.record import Record
from tasks.vocabulary import Flaw

_MAX_GROWTH = 6  # a page in JSON with every letter escaped
_ENCODING_BYTES = 1 << 12
_PAGE_TYPES = ("text/html", "application/xhtml", "text/plain")
_SHOWN_TYPE_CHARS = 60


def read_har(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """The pages among the responses, one entry in memory at a time."""
    source = BoundedStream(opened.stream, opened.codec)
    count = 0
    try:
        encoding = encoding_of(source.peek(_ENCODING_BYTES))
        if encoding.startswith("utf-") and not encoding.startswith("utf-8"):
            source.recode(encoding)
        scan = JsonScan(source.read, options.max_page_bytes * _MAX_GROWTH, is_wrapped=True)
        for count, (raw, size) in enumerate(scan.values(), 1):
            if raw is None:
                yield Record(
                    None, str(count), flaw=Flaw.TOO_LARGE, detail=f"an entry of {size:,} bytes", byte_count=size
                )
            elif (found := _found_in(raw, str(count))) is not None:
                yield found
        if scan.detail:
            yield Record(None, "end", flaw=Flaw.BROKEN_RECORD, detail=scan.detail)
    except FlawError as error:
        yield Record(None, "end", flaw=error.flaw, detail=error.detail)


def _found_in(raw: bytes, key: str) -> Record | Skipped | None:
    """What an entry holds; None for objects of other lists in the file."""
    try:
        entry = parsed(raw)[0]
    except (ValueError, RecursionError) as error:
        return Record(None, key, flaw=Flaw.BROKEN_RECORD, detail=f"is not JSON: {error}", byte_count=len(raw))
    if not isinstance(entry, Mapping) or not isinstance(entry.get("response"), Mapping):
        return None
    status = value_at(entry, ("response", "status"))
    if status != 200:
        return Skipped(f"responses with status {status if isinstance(status, int) else 'unknown'}"[:_SHOWN_TYPE_CHARS])
    media = str(value_at(entry, ("response", "content", "mimeType")) or "").lower()
    if not media.startswith(_PAGE_TYPES):
        return Skipped(f"records of type {media.partition(';')[0][:_SHOWN_TYPE_CHARS] or 'unknown'}")
    text = value_at(entry, ("response", "content", "text"))
    if not isinstance(text, str) or not text:
        return Skipped("responses that were recorded without their body")
    return _page(entry, text, media, key)


def _page(entry: Mapping[str, Any], text: str, media: str, key: str) -> Record:
    url = value_at(entry, ("request", "url"))
    url = url if isinstance(url, str) and url.startswith(("http://", "https://")) else None
    encoding: str | None = "utf-8"
    if value_at(entry, ("response", "content", "encoding")) == "base64":
        encoding = media.partition("charset=")[2].strip(" \"'") or None
        try:
            content = base64.b64decode(text)
        except (binascii.Error, ValueError) as error:
            return Record(None, key, url=url, flaw=Flaw.BROKEN_RECORD, detail=f"its body is not base64: {error}")
    else:
        content = text.encode("utf-8", "replace")
    when = microseconds(entry.get("startedDateTime"))
    return Record(
        content, key, url=url, fetched_at_us=when, media_type=media.partition(";")[0].strip(), encoding=encoding
    )
