"""Pages that were saved with the headers of the server's answer, as `curl -i` and `wget --save-headers` write them."""

import re
from dataclasses import dataclass

from tasks.ingest.formats.http_body import decoded, unchunked
from tasks.ingest.formats.times import microseconds

_STATUS = re.compile(rb"HTTP/\d(?:\.\d)? (\d{3})[^\n]{0,500}\n")
_HEADER = re.compile(rb"([A-Za-z][\w-]{0,99}):[ \t]*([^\n]{0,8000}?)\r?\n")
_END = re.compile(rb"\r?\n")
_MAX_ANSWERS = 30  # redirects, and the answer of a proxy, stand before the page
_MAX_HEADERS = 500
_CHARSET = re.compile(r"charset\s{0,9}=\s{0,9}[\"']?([\w.:-]{1,40})", re.I)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent."""

    status: int
    media_type: str | None
    encoding: str | None
    fetched_at_us: int | None
    body: bytes


def last_answer(raw: bytes, max_bytes: int) -> Answer | None:
    """The last of the answers with which a file begins; None if it does not begin with one.

    Raises:
        FlawError: its body cannot be decompressed, or is larger than `max_bytes` then.
    """
    at, status, headers = 0, 0, dict[str, str]()
    for _ in range(_MAX_ANSWERS):
        found = _one(raw, at)
        if found is None:
            break
        status, headers, at = found
    if not headers:  # a text about HTTP may begin so, too
        return None
    body = raw[at:]
    if "chunked" in headers.get("transfer-encoding", "").lower():
        body = unchunked(body)
    for coding in reversed(headers.get("content-encoding", "").lower().split(",")):
        body = decoded(body, coding.strip(), max_bytes)
    media = headers.get("content-type", "")
    charset = _CHARSET.search(media)
    return Answer(
        status,
        media.partition(";")[0].strip().lower() or None,
        charset[1] if charset else None,
        microseconds(headers.get("date")),
        body,
    )


def _one(raw: bytes, at: int) -> tuple[int, dict[str, str], int] | None:
    """The status and the headers of an answer, and where its body begins."""
    line = _STATUS.match(raw, at)
    if line is None:
        return None
    headers: dict[str, str] = {}
    at = line.end()
    for _ in range(_MAX_HEADERS):
        header = _HEADER.match(raw, at)
        if header is None:
            break
        headers[header[1].decode("ascii").lower()] = header[2].decode("utf-8", "replace")
        at = header.end()
    end = _END.match(raw, at)
    return (int(line[1]), headers, end.end()) if end else None
