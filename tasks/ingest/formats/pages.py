"""Files with one page: text or HTML, compressed or not, and MHTML, a page with its parts as browsers save it."""

from collections.abc import Iterator
from email.utils import parsedate_to_datetime

from tasks.ingest.bounded_streams import FlawError, read_bounded
from tasks.ingest.content_kind import kind_of
from tasks.ingest.formats import Opened, Options, Skipped
from tasks.ingest.formats.columns import is_of_address, is_of_page
from tasks.ingest.formats.encodings import encoding_of
from tasks.ingest.formats.http_answers import last_answer
from tasks.ingest.formats.mail import page_of_mail
from tasks.ingest.formats.messages import MESSAGE_ERRORS, message_of
from tasks.ingest.formats.saved_pages import saved_from, unpacked_page
from tasks.ingest.record import Record
from tasks.ingest.sniff import find_problem, is_html
from tasks.ingest.unpacking import CODECS
from tasks.vocabulary import Flaw

_HEADER_BYTES = 8192
_OK = 200
_PADDING = bytes(16)  # what a crash leaves behind a file
_PAGE_TYPES = ("text/html", "application/xhtml+xml", "text/plain", "text/markdown")


def read_page(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """The file as one page."""
    try:
        raw = read_bounded(opened.stream, opened.codec, options.max_page_bytes)
        if raw.endswith(_PADDING):
            raw = raw.rstrip(b"\0") or raw
        if columns := _columns_of(raw):
            detail = f"is a table with the columns {', '.join(columns)}; give its name the ending .tsv"
            yield Record(None, name=_plain_name(opened), flaw=Flaw.NO_CONTENT, detail=detail, byte_count=len(raw))
            return
        kind = kind_of(raw[:_HEADER_BYTES])
        if kind is not None and kind.name == "mhtml":
            yield _main_part(raw)
        elif kind is not None and kind.name == "mail":
            yield from page_of_mail(raw)
        elif kind is not None:
            flaw = Flaw.NO_CONTENT if find_problem(raw) is None else Flaw.BINARY
            detail = f"holds {kind.name} data and no page; give its name the ending {kind.suffixes[0]}"
            yield Record(None, name=_plain_name(opened), flaw=flaw, detail=detail, byte_count=len(raw))
        else:
            yield _saved_page(raw, _plain_name(opened), options)
    except FlawError as error:
        yield Record(None, flaw=error.flaw, detail=error.detail)


def _saved_page(raw: bytes, name: str, options: Options) -> Record:
    """A page as it was saved, with what the file says of its address and time."""
    answer = last_answer(raw, options.max_page_bytes) if raw.startswith(b"HTTP/") else None
    if answer is None:
        if is_html(raw[:_HEADER_BYTES]):
            raw = unpacked_page(raw, options.max_page_bytes) or raw
        url, when = saved_from(raw)
        return Record(raw, name=name, url=url, fetched_at_us=when)
    if answer.status != _OK:
        detail = f"is the answer of a server with status {answer.status}"
        return Record(None, name=name, flaw=Flaw.NO_CONTENT, detail=detail, byte_count=len(raw))
    media = answer.media_type if answer.media_type in _PAGE_TYPES else None
    return Record(
        answer.body, name=name, fetched_at_us=answer.fetched_at_us, media_type=media, encoding=answer.encoding
    )


def _columns_of(raw: bytes) -> list[str]:
    """The columns of a table with tabs, as Excel saves one with the ending .txt; none for a page."""
    head = raw[:_HEADER_BYTES]
    if b"\t" not in head:
        return []
    line = head.decode(encoding_of(head), "replace").lstrip("\ufeff").partition("\n")[0]
    names = [name.strip().strip('"') for name in line.split("\t")]
    is_table = any(map(is_of_page, names)) and any(map(is_of_address, names))
    return names[:20] if is_table else []


def _plain_name(opened: Opened) -> str:
    """The name without the ending of a compression: the file may have it without being compressed."""
    stem, dot, last = opened.name.rpartition(".")
    return stem if f"{dot}{last.lower()}" in CODECS else opened.name


def read_mhtml(opened: Opened, options: Options) -> Iterator[Record]:
    """The first HTML or text part (RFC 2557), with its Content-Location and the Date of the message."""
    try:
        raw = read_bounded(opened.stream, opened.codec, 4 * options.max_page_bytes)  # images are in base64
        yield _main_part(raw)
    except FlawError as error:
        yield Record(None, flaw=error.flaw, detail=error.detail)


def _main_part(raw: bytes) -> Record:
    """The page of a message with its parts."""
    try:
        message = message_of(raw)
        part = next((part for part in message.walk() if part.get_content_type() in ("text/html", "text/plain")), None)
        if part is None:
            return Record(None, flaw=Flaw.NO_CONTENT, detail="no part is HTML or text", byte_count=len(raw))
        payload = part.get_payload(decode=True)
        content = payload if isinstance(payload, bytes) else b""
        location = part.get("Content-Location") or message.get("Snapshot-Content-Location")
        url = str(location).strip() if location and str(location).startswith(("http://", "https://")) else None
        return Record(
            content,
            url=url,
            fetched_at_us=_time(message.get("Date")),
            media_type=part.get_content_type(),
            encoding=str(part.get_content_charset() or "") or None,
        )
    except MESSAGE_ERRORS as error:
        return Record(None, flaw=Flaw.BROKEN_FILE, detail=f"is not readable MHTML: {error}")


def _time(text: object) -> int | None:
    try:
        return int(parsedate_to_datetime(str(text)).timestamp() * 1_000_000)
    except (ValueError, TypeError, OverflowError):
        return None
