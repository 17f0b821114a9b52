"""Lists of pages: RSS, Atom and JSON feeds, sitemaps and their indexes, recognised by their content."""

import io

from tasks.ingest.bounded_streams import read_bounded
from tasks.ingest.fetch import feeds, sitemaps
from tasks.ingest.fetch.listed import Listed
from tasks.ingest.fetch.xml_text import text_of, xml_of

MAX_LIST_BYTES = 64 << 20  # sitemaps.org allows 50 MB


def read_list(raw: bytes, url: str) -> Listed | None:
    """The addresses in a feed or a sitemap, or None if it is neither.

    Raises:
        FlawError: it is broken or malicious.
    """
    if raw.startswith(b"\x1f\x8b"):  # sitemap.xml.gz, sent without a content encoding
        raw = read_bounded(io.BytesIO(raw), "gzip", MAX_LIST_BYTES)
    text = text_of(raw)
    if text.startswith(("{", "[")):
        return feeds.read_json_feed(text, url)
    if not text.startswith("<"):
        return sitemaps.read_text_sitemap(text)
    xml = xml_of(text)
    if xml is None:
        return None
    if xml.root in sitemaps.ROOTS:
        return sitemaps.read_sitemap(xml, url)
    if xml.root in feeds.ROOTS:
        return feeds.read_feed(xml, url)
    return None
