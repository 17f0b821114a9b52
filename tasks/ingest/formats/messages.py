"""Messages with parts (MIME) as the standard library reads them, within limits: mail, and pages saved as MHTML."""

import email
import email.policy
import re
from collections.abc import Iterator
from email.errors import MessageError
from email.message import EmailMessage

from tasks.ingest.bounded_streams import FlawError
from tasks.vocabulary import Flaw

# what `email` raises on data that is not a message
MESSAGE_ERRORS = (ValueError, LookupError, TypeError, AttributeError, RecursionError, MessageError)
# The parser takes a microsecond per line, and that again for each part around it: real messages have some ten such
_MAX_LINES, _MAX_NESTED = 2_000_000, 100
_NESTED = re.compile(rb"\bboundary\s{0,9}=|^content-type:\s{0,9}message/", re.I | re.M)


def message_of(raw: bytes) -> EmailMessage:
    """The message in some bytes.

    Raises:
        FlawError: it has more lines or nested parts than any real one.
    """
    if (count := raw.count(b"\n")) > _MAX_LINES:
        raise FlawError(Flaw.TOO_LARGE, f"a message of {count:,} lines; the limit is {_MAX_LINES:,}")
    if sum(1 for _ in _NESTED.finditer(raw)) > _MAX_NESTED:
        raise FlawError(Flaw.NESTED_ARCHIVE, f"a message with more than {_MAX_NESTED} nested parts")
    return email.message_from_bytes(raw, _class=EmailMessage, policy=email.policy.compat32)  # type: ignore[arg-type]


def leaves(message: EmailMessage) -> Iterator[tuple[EmailMessage, bool]]:
    """The parts that have no parts, and whether each is attached to the message; a forwarded message is attached."""
    waiting = [(message, False)]
    while waiting:
        part, is_attached = waiting.pop()
        inner = part.get_payload()
        is_attached = is_attached or part.get_content_disposition() == "attachment"
        is_message = part.get_content_maintype() == "message"
        if part.is_multipart() and isinstance(inner, list) and not is_message:
            waiting += [(found, is_attached) for found in reversed(inner) if isinstance(found, EmailMessage)]
        else:
            yield part, is_attached or is_message
