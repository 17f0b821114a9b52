"""Pages in mail: each message is one page, its HTML part or else its text part, in files of one message and in mbox."""

import re
from collections.abc import Iterator
from itertools import repeat

from tasks.ingest.bounded_streams import BoundedStream, FlawError, read_bounded
from tasks.ingest.formats import Opened, Options, Skipped
from tasks.ingest.formats.mail_pages import page_of_part
from tasks.ingest.formats.messages import MESSAGE_ERRORS, leaves, message_of
from tasks.ingest.record import Record
from tasks.vocabulary import Flaw

GROWTH = 4  # of a page by the images beside it, in base64
ATTACHMENTS = Skipped("attachments and images of mails, not read")
MORE_TEXTS = Skipped("further text parts of mails, not read")
_ENVELOPE = re.compile(rb"From [^\n]{1,998}")  # before each message of an mbox file
# some programs write no blank line before it
_DATED_ENVELOPE = re.compile(
    rb"From \S{1,200} +[^\n]{0,200}\d\d:\d\d(?::\d\d)?(?: [\w+-]{1,6}){0,2} \d{4}\b[^\n]{0,9}\Z"
)
_HEADER = re.compile(rb"[!-9;-~]{1,76}:|>From ")
_QUOTED = re.compile(rb"^>(>*From )", re.M)  # a line of text that begins like an envelope
_APPLE_SIZE = re.compile(rb"\s{0,9}(\d{1,12})\s{0,9}\n")  # Apple Mail writes the size first, and a property list behind


def read_mail(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """The page of one message."""
    try:
        raw = read_bounded(opened.stream, opened.codec, GROWTH * options.max_page_bytes)
        if (size := _APPLE_SIZE.match(raw)) is not None:
            raw = raw[size.end() : size.end() + int(size[1])]
        yield from page_of_mail(raw)
    except FlawError as error:
        yield Record(None, flaw=error.flaw, detail=error.detail)


def read_mbox(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """The pages of many messages, one message in memory at a time."""
    source = BoundedStream(opened.stream, opened.codec)
    limit = GROWTH * options.max_page_bytes
    number, size, is_after_blank = 0, 0, True
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
            size += line_bytes + 1
            if line is not None and (_ENVELOPE if is_after_blank else _DATED_ENVELOPE).match(line):
                envelope = line
            elif line is not None and size <= limit:
                lines.append(line)
            else:
                size, lines = max(size, limit + 1), []
            is_after_blank = line is not None and not line.strip()
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
                found.key = f"{number}"
            yield found


def page_of_mail(raw: bytes) -> Iterator[Record | Skipped]:
    """The page of a message, and its parts that are not read."""
    try:
        message = message_of(raw)
        parts = list(leaves(message))
        texts = [part for part, is_attached in parts if not is_attached]
        kinds = [part.get_content_type() for part in texts]
        kind = next((kind for kind in ("text/html", "text/plain") if kind in kinds), None)
        yield from repeat(ATTACHMENTS, len(parts) - sum(kind.startswith("text/") for kind in kinds))
        if kind is None:
            yield Record(None, flaw=Flaw.NO_CONTENT, detail="no part of the mail is HTML or text", byte_count=len(raw))
            return
        yield from repeat(MORE_TEXTS, kinds.count(kind) - 1)
        yield page_of_part(message, texts[kinds.index(kind)], kind)
    except MESSAGE_ERRORS as error:
        yield Record(None, flaw=Flaw.BROKEN_RECORD, detail=f"is not a readable mail: {error}", byte_count=len(raw))
    except FlawError as error:
        yield Record(None, flaw=error.flaw, detail=error.detail, byte_count=len(raw))
