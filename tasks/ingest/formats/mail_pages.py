"""The text part of a mail as a page: what the headers say of it is put in front, as scrapers and sites do."""

import html
import re
from collections.abc import Iterator
from contextlib import suppress
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr, parsedate_to_datetime

import orjson

from tasks.ingest.formats.messages import MESSAGE_ERRORS
from tasks.ingest.formats.times import microseconds
from tasks.ingest.record import Record

_TAGS = (b"<head", b"<html", b"<!doctype")  # behind the first of them that a page has, its head begins
_TAG = re.compile(rb"(<head|<html|<!doctype)\b[^<>]{0,4000}>", re.I)
_HEAD_BYTES, _MAX_CHARS = 65_536, 500
_MAX_FRONT_BYTES = 1 << 18  # a longer text stays plain: Markdown takes a second per megabyte of signs, and more
_METAS = {"date": "article:published_time", "publisher": "og:site_name", "author": "author"}
_ADDRESSES = ("Archived-At", "X-RSS-URL", "Content-Location")  # of the page on the Web, also by rss2email


def page_of_part(message: EmailMessage, part: EmailMessage, kind: str) -> Record:
    """The page in one part of a message."""
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    charset = str(part.get_content_charset() or "") or None
    declared = dict(_declared(message)) if content.strip() else {}  # an empty page is one, whatever its headers say
    if declared and kind == "text/html":
        content = _with_head(content, declared)
    elif declared and len(content) <= _MAX_FRONT_BYTES and (text := _text(content, charset)) is not None:
        lines = (f"{name}: {orjson.dumps(value).decode()}\n" for name, value in declared.items())  # JSON is YAML, too
        content, charset, kind = f"---\n{''.join(lines)}---\n\n{text}".encode(), "utf-8", "text/markdown"
    found = (_decoded(message.get(name)).strip("<> ") for name in _ADDRESSES)
    url = next((address for address in found if address.startswith(("http://", "https://"))), None)
    when = microseconds(_decoded(message.get("Date")))
    return Record(content, url=url, fetched_at_us=when, media_type=kind, encoding=charset)


def _declared(message: EmailMessage) -> Iterator[tuple[str, str]]:
    """What the headers say of the page: the sender of a newsletter is a publisher, of any other mail its author."""
    if subject := _decoded(message.get("Subject")):
        yield "title", subject
    with suppress(*MESSAGE_ERRORS, OverflowError):
        yield "date", parsedate_to_datetime(_decoded(message.get("Date"))).isoformat()
    if sender := parseaddr(_decoded(message.get("From")))[0]:
        yield ("publisher" if message.get("List-Id") or message.get("List-Unsubscribe") else "author"), sender


def _decoded(value: object) -> str:
    """A header as readers see it."""
    text = str(value or "")[: 4 * _MAX_CHARS]
    with suppress(*MESSAGE_ERRORS):
        text = str(make_header(decode_header(text)))
    return " ".join(text.encode("utf-8", "replace").decode().split())[:_MAX_CHARS]


def _text(content: bytes, charset: str | None) -> str | None:
    """The text in the encoding that the mail declares; None if it is not in that."""
    try:
        return content.decode(charset or "utf-8")
    except (UnicodeError, LookupError):
        return None


def _with_head(content: bytes, declared: dict[str, str]) -> bytes:
    """The page with what the headers declare in its head, unless it says so itself."""
    head = content[:_HEAD_BYTES].lower()
    if b"\0" in head:  # UTF-16
        return content
    new = {_METAS[name]: value for name, value in declared.items() if name in _METAS}
    tags = [
        f'<meta property="{name}" content="{html.escape(value)}">'
        for name, value in new.items()
        if f'"{name}"'.encode() not in head
    ]
    if "title" in declared and b"<title" not in head:
        tags.append(f"<title>{html.escape(declared['title'])}</title>")
    ends = {tag[1].lower(): tag.end() for tag in reversed(list(_TAG.finditer(content[:_HEAD_BYTES])))}
    place = next((ends[tag] for tag in _TAGS if tag in ends), 0)
    return content[:place] + "".join(tags).encode("ascii", "xmlcharrefreplace") + content[place:]
