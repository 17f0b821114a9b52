"""Files that hold one page: text or HTML, compressed or not, and MHTML, the page with its parts as browsers save it."""

import email
import email.policy
from collections.abc import Iterator
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

from tasks.ingest.bounded_streams import FlawError, read_bounded
from tasks.ingest.formats import Opened, Options
from tasks.ingest.record import Record
from tasks.vocabulary import Flaw


def read_page(opened: Opened, options: Options) -> Iterator[Record]:
    """The file itself."""
    try:
        yield Record(read_bounded(opened.stream, opened.codec, options.max_page_bytes), name=_plain_name(opened))
    except FlawError as error:
        yield Record(None, flaw=error.flaw, detail=error.detail)


def _plain_name(opened: Opened) -> str:
    return opened.name.rpartition(".")[0] if opened.codec else opened.name


def read_mhtml(opened: Opened, options: Options) -> Iterator[Record]:
    """The first HTML or text part (RFC 2557), at its Content-Location, as of the Date of the whole."""
    try:
        raw = read_bounded(opened.stream, opened.codec, 4 * options.max_page_bytes)  # images come in base64
        message = email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.compat32)  # type: ignore[arg-type]
        part = next((one for one in message.walk() if one.get_content_type() in ("text/html", "text/plain")), None)
        if part is None:
            yield Record(None, flaw=Flaw.NO_CONTENT, detail="no part of it is HTML or text", byte_count=len(raw))
            return
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        location = part.get("Content-Location") or message.get("Snapshot-Content-Location")
        url = str(location).strip() if location and str(location).startswith(("http://", "https://")) else None
        yield Record(
            content, url=url, fetched_at_us=_time(message.get("Date")), media_type=part.get_content_type(),
            encoding=str(part.get_content_charset() or "") or None,
        )  # fmt: skip
    except FlawError as error:
        yield Record(None, flaw=error.flaw, detail=error.detail)
    except (
        ValueError,
        LookupError,
        TypeError,
        AttributeError,
        RecursionError,
    ) as error:  # what `email` raises on mail that is none
        yield Record(None, flaw=Flaw.BROKEN_FILE, detail=f"is not MHTML that can be read: {error}")


def _time(text: object) -> int | None:
    try:
        return int(parsedate_to_datetime(str(text)).timestamp() * 1_000_000)
    except (ValueError, TypeError, OverflowError):
        return None
