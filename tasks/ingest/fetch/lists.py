"""Feeds and sitemaps: the addresses of article pages in RSS, Atom, JSON Feed, sitemaps and their indexes."""

import io
import warnings
from dataclasses import dataclass, field
from urllib.parse import urljoin
from xml.etree import ElementTree

import orjson

from tasks.ingest.bounded_streams import FlawError, read_bounded
from tasks.vocabulary import Flaw

MAX_LIST_BYTES = 64 << 20  # sitemaps.org allows 50 MB
_MAX_ENTRIES = 50_000  # as sitemaps.org allows


# feedparser reads what it can of a feed that is not XML, and raises these for data that is not text either
_FEED_ERRORS = (
    *(ValueError, LookupError, OverflowError, TypeError),
    *(AttributeError, AssertionError, RecursionError),
)


@dataclass
class Listed:
    """The addresses in a list: of article pages, and of further lists."""

    pages: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)


def read_list(raw: bytes, url: str) -> Listed | None:
    """The addresses in a feed or a sitemap, or None if it is neither.

    Raises:
        FlawError: it is broken or malicious.
    """
    if raw.startswith(b"\x1f\x8b"):  # sitemap.xml.gz, sent without a content encoding
        raw = read_bounded(io.BytesIO(raw), "gzip", MAX_LIST_BYTES)
    head = raw[:4096].lstrip(b"\xef\xbb\xbf \t\r\n")
    if head.startswith((b"{", b"[")):
        return _json_feed(raw, url)
    if not head.startswith(b"<"):
        return None
    # entities can grow without limit (billion laughs) and read files; no feed needs to declare any
    if b"<!ENTITY" in raw[:65_536]:
        raise FlawError(Flaw.BROKEN_FILE, "the XML declares entities, which no feed needs")
    lowered = head.lower()
    if b"<urlset" in lowered or b"<sitemapindex" in lowered:
        return _sitemap(raw, url)
    if any(mark in lowered for mark in (b"<rss", b"<feed", b"<rdf:rdf", b"<channel")):
        return _feed(raw, url)
    return None


def _sitemap(raw: bytes, url: str) -> Listed:
    listed = Listed()
    try:
        # safe without entities, which read_list refuses
        for _, element in ElementTree.iterparse(io.BytesIO(raw), events=("end",)):  # noqa: S314
            name = element.tag.rpartition("}")[2]
            if name in ("url", "sitemap"):
                address = next((child.text for child in element if child.tag.rpartition("}")[2] == "loc"), None)
                if address and address.strip():
                    (listed.pages if name == "url" else listed.lists).extend(_absolute([address.strip()], url))
                element.clear()
            if len(listed.pages) + len(listed.lists) >= _MAX_ENTRIES:
                break
    except ElementTree.ParseError as error:
        if not listed.pages and not listed.lists:
            raise FlawError(Flaw.BROKEN_FILE, f"the sitemap is not readable XML: {error}") from error
    except (ValueError, LookupError) as error:  # an encoding that the parser does not know
        raise FlawError(Flaw.BROKEN_FILE, f"the sitemap is not readable XML: {error}") from error
    return listed


def _feed(raw: bytes, url: str) -> Listed:
    import feedparser  # noqa: PLC0415 - only where there is a feed

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # give it the bytes, never the address, which feedparser would fetch itself
        try:
            parsed = feedparser.parse(io.BytesIO(raw), response_headers={"content-location": url}, sanitize_html=False)
        except _FEED_ERRORS as error:
            raise FlawError(Flaw.BROKEN_FILE, f"the feed cannot be read: {error}") from error
    links = [str(entry.get("link") or "").strip() for entry in parsed.entries[:_MAX_ENTRIES]]
    if not links and parsed.get("bozo"):
        raise FlawError(Flaw.BROKEN_FILE, f"the feed cannot be read: {parsed.get('bozo_exception')}")
    return Listed(pages=_absolute(links, url))


def _json_feed(raw: bytes, url: str) -> Listed | None:
    try:
        parsed = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise FlawError(Flaw.BROKEN_FILE, f"the feed is not JSON: {error}") from error
    if not isinstance(parsed, dict) or "jsonfeed.org" not in str(parsed.get("version")):
        return None
    items = parsed.get("items")
    rows = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    links = [str(item.get("url") or item.get("external_url") or "") for item in rows]
    return Listed(pages=_absolute(links[:_MAX_ENTRIES], url))


def _absolute(links: list[str], url: str) -> list[str]:
    """The links as absolute addresses, each once."""
    addresses = []
    for link in links:
        if link:
            try:
                address = urljoin(url, link)
                address.encode()  # raises for lone surrogates, which tables cannot hold
            except ValueError:
                continue
            addresses.append(address)
    return list(dict.fromkeys(addresses))
