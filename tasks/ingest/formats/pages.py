"""Files with one page: text or HTML, compressed or not, and MHTML, a page with its parts as browsers save it."""

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

from tasks.ingest.bounded_streams import FlawError, read_bounded
from tasks.ingest.formats import Opened, Options
from tasks.ingest.formats.saved_pages import saved_from
from tasks.ingest.record import Record
from tasks.ingest.unpacking import CODECS
from tasks.vocabulary import Flaw

# what `email` raises on data that is not a message
_EMAIL_ERRORS = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


def read_page(opened: Opened, options: Options) -> Iterator[Record]:
    """The file as one page."""
    try:
        raw = read_bounded(opened.stream, opened.codec, options.max_page_bytes)
        url, when = saved_from(raw)
        yield Record(raw, name=_plain_name(opened), url=url, fetched_at_us=when)
    except FlawError as error:
        yield Record(None, flaw=error.flaw, detail=error.detail)


def _plain_name(opened: Opened) -> str:
    """The name without the ending of a compression: the file may have it without being compressed."""
    stem, dot, last = opened.name.rpartition(".")
    return stem if f"{dot}{last.lower()}" in CODECS else opened.name


def read_mhtml(opened: Opened, options: Options) -> Iterator[Record]:
    """The first HTML or text part (RFC 2557), with its Content-Location and the Date of the message."""
    try:
        raw = read_bounded(opened.stream, opened.codec, 4 * options.max_page_bytes)  # images are in base64
        message = email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.compat32)  # type: ignore[arg-type]
        part = next((part for part in message.walk() if part.get_content_type() in ("text/html", "text/plain")), None)
        if part is None:
            yield Record(None, flaw=Flaw.NO_CONTENT, detail="no part is HTML or text", byte_count=len(raw))
            return
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        location = part.get("Content-Location") or message.get("Snapshot-Content-Location")
        url = str(location).strip() if location and str(location).startswith(("http://", "https://")) else None
        yield Record(
            content,
            url=url,
            fetched_at_us=_time(message.get("Date")),
            media_type=part.get_content_type(),
            encoding=str(part.get_content_charset() or "") or None,
        )
    except FlawError as error:
        yield Record(None, flaw=error.flaw, detail=error.detail)
    except _EMAIL_ERRORS as error:
        yield Record(None, flaw=Flaw.BROKEN_FILE, detail=f"is not readable MHTML: {error}")


def _time(text: object) -> int | None:
    try:
        return int(parsedate_to_datetime(str(text)).timestamp() * 1_000_000)
    except (ValueError, TypeError, OverflowError):
        return None
