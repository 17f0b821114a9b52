"""Pages in mail: each message is one page, its HTML part or else its text part, in files of one message and in mbox."""

import codecs
import io
import re
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from itertools import repeat

from tasks.ingest.bounded_streams import BoundedStream, FlawError, read_bounded
from tasks.ingest.formats import Opened, Options, Skipped
from tasks.ingest.formats.mail_pages import page_of_part
from tasks.ingest.formats.messages import MESSAGE_ERRORS, leaves, message_of
from tasks.ingest.record import Record
from tasks.vocabulary import Flaw

GROWTH = 4  # of a page by the images beside it, in base64
ATTACHMENTS = Skipped("attachments and images of mails, not read")
HTML_ATTACHMENTS = Skipped("attachments of mails without a text, read as pages")
MORE_TEXTS = Skipped("further text parts of mails, not read")
_ENVELOPE = re.compile(rb"From [^\n]{1,998}")  # before each message of an mbox file
# some programs write no blank line before it
_DATED_ENVELOPE = re.compile(
    rb"From \S{1,200} +[^\n]{0,200}\d\d:\d\d(?::\d\d)?(?: [\w+-]{1,6}){0,2} \d{4}\b[^\n]{0,9}\Z"
)
_MMDF = b"\1\1\1\1"  # a line before and behind each message of other files of mail
_HEADER = re.compile(rb"[!-9;-~]{1,76}:|>From ")
_QUOTED = re.compile(rb"^>(>*From )", re.M)  # a line of text that begins like an envelope
_APPLE_SIZE = re.compile(rb"\s{0,9}(\d{1,12})\s{0,9}\n")  # Apple Mail writes the size first, and a property list behind


def read_mail(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """The page of one message."""
    try:
        raw = read_bounded(opened.stream, opened.codec, GROWTH * options.max_page_bytes)
        if (size := _APPLE_SIZE.match(raw)) is not None:
            raw = raw[size.end() : size.end() + int(size[1])]
        raw = raw.removeprefix(codecs.BOM_UTF8).lstrip()
        if not raw.startswith((b"From ", _MMDF)):
            yield from page_of_mail(raw)
            return
        found = list(read_mbox(Opened(io.BytesIO(raw), opened.name), options))  # many programs call any mail .eml
        if sum(isinstance(each, Record) for each in found) == 1:
            found = [replace(each, key="") if isinstance(each, Record) else each for each in found]
        yield from found
    except FlawError as error:
        yield Record(None, flaw=error.flaw, detail=error.detail)


def read_mbox(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """The pages of many messages, one message in memory at a time."""
    source = BoundedStream(opened.stream, opened.codec)
    limit = GROWTH * options.max_page_bytes
    number, size, is_after_blank, is_between = 0, 0, True, False
    lines: list[bytes] = []
    envelope: bytes | None = None  # the line that may begin a message, until the next one shows it
    try:
        for line, line_bytes in source.lines(limit):
            if envelope is not None:
                if line is not None and _HEADER.match(line):
                    yield from _message(lines, size, number, limit)
                    number, size, lines = number + 1, 0, []
                else:
                    lines.append(envelope)
                envelope = None
            if line is not None and line.startswith(_MMDF):
                if any(map(bytes.strip, lines)):
                    yield from _message(lines, size, number, limit)
                    is_between = True
                else:
                    number, is_between = number + 1, False
                size, lines = 0, []
                continue
            size += line_bytes + 1
            if line is not None and (_ENVELOPE if is_after_blank else _DATED_ENVELOPE).match(line):
                envelope = line
            elif line is not None and size <= limit:
                lines.append(line)
            else:
                size, lines = max(size, limit + 1), []
            is_after_blank = line is not None and not line.strip()
        if not is_between:
            yield from _message(lines if envelope is None else [*lines, envelope], size, number, limit)
    except FlawError as error:
        yield Record(None, "end", flaw=error.flaw, detail=f"{error.detail}; {number:,} messages before it were found")


def _message(lines: list[bytes], size: int, number: int, limit: int) -> Iterator[Record | Skipped]:
    """The page of a message of an mbox file; nothing for blank lines before the first."""
    if size > limit:
        detail = f"a mail of {size:,} bytes; the limit is {limit:,}"
        yield Record(None, f"{number}", flaw=Flaw.TOO_LARGE, detail=detail, byte_count=size)
    elif number or any(line.strip() for line in lines):
        for found in page_of_mail(_QUOTED.sub(rb"\1", b"\n".join(lines))):
            if isinstance(found, Record):
                found.key = f"{number}.{found.key}" if found.key else f"{number}"
            yield found


def page_of_mail(raw: bytes) -> Iterator[Record | Skipped]:
    """The page of a message, and its parts that are not read."""
    try:
        yield from page_of_message(message_of(raw), len(raw))
    except MESSAGE_ERRORS as error:
        yield Record(None, flaw=Flaw.BROKEN_RECORD, detail=f"is not a readable mail: {error}", byte_count=len(raw))
    except FlawError as error:
        yield Record(None, flaw=error.flaw, detail=error.detail, byte_count=len(raw))


def page_of_message(message: EmailMessage, byte_count: int) -> Iterator[Record | Skipped]:
    """The page of a message that is parsed."""
    parts = list(leaves(message))
    if len(parts) > 1:  # a mail that forwards another one often has an empty text
        parts = [(part, is_attached) for part, is_attached in parts if str(part.get_payload()).strip()]
    texts = [part for part, is_attached in parts if not is_attached]
    kinds = [part.get_content_type() for part in texts]
    kind = next((kind for kind in ("text/html", "text/plain") if kind in kinds), None)
    attached = list(_attached_pages(parts)) if kind is None else []
    if any(isinstance(found, Record) for found in attached):
        yield from attached
        return
    yield from repeat(ATTACHMENTS, len(parts) - sum(kind.startswith("text/") for kind in kinds))
    if kind is None:
        yield Record(None, flaw=Flaw.NO_CONTENT, detail="no part of the mail is HTML or text", byte_count=byte_count)
        return
    yield from repeat(MORE_TEXTS, kinds.count(kind) - 1)
    yield page_of_part(message, texts[kinds.index(kind)], kind)


def _attached_pages(parts: list[tuple[EmailMessage, bool]]) -> Iterator[Record | Skipped]:
    """The pages attached to a mail that has no text itself: messages of a digest, a forwarded one, a saved page."""
    number = 0
    for part, _ in parts:
        payload = part.get_payload()
        inner = payload[0] if isinstance(payload, list) and payload else None
        found: list[Record | Skipped]
        if isinstance(inner, EmailMessage):
            found = list(page_of_message(inner, 0))
        elif part.get_content_type() == "text/html":
            found = [page_of_part(part, part, "text/html"), HTML_ATTACHMENTS]
        else:
            found = [ATTACHMENTS]
        for each in found:
            if isinstance(each, Record):
                number += 1
                each.key = f"part {number}"
            yield each
