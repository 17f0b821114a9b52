"""Lists of pages: RSS, Atom and JSON feeds, sitemaps and their indexes, recognised by their content."""

import re

from tasks.ingest.fetch import feeds, sitemaps
from tasks.ingest.fetch.listed import Listed
from tasks.ingest.fetch.xml_text import plain, text_of, xml_of

_HEAD_CHARS = 8 << 10  # a program's warnings before a list are not longer
_START = re.compile(r"<\?xml\b|<(?:[\w-]{1,40}:)?(?:urlset|sitemapindex|rss|feed|rdf)\b", re.I)
_WEB_PAGE = re.compile(r"<html\b|<!doctype html", re.I)


def read_list(raw: bytes, url: str) -> Listed | None:
    """The addresses in a feed or a sitemap, or None if it is neither.

    Raises:
        FlawError: it is broken or malicious.
    """
    text = text_of(plain(raw))  # sitemap.xml.gz is often sent without a content encoding
    if text.startswith(("{", "[")):
        return feeds.read_json_feed(text, url)
    xml = xml_of(text) if text.startswith("<") else None
    if xml is None or xml.root not in (*sitemaps.ROOTS, *feeds.ROOTS):
        xml = xml_of(behind) if (behind := _behind_warnings(text)) else None
    if xml is None:
        return None if text.startswith("<") else sitemaps.read_text_sitemap(text)
    if xml.root in sitemaps.ROOTS:
        return sitemaps.read_sitemap(xml, url)
    if xml.root in feeds.ROOTS:
        return feeds.read_feed(xml, url)
    return None


def _behind_warnings(text: str) -> str:
    """The list in a text that begins with something else, such as the warnings of PHP; empty if there is none."""
    found = _START.search(text, 1, _HEAD_CHARS)
    if found is None or _WEB_PAGE.search(text, 0, found.start()):
        return ""
    return text[found.start() :]
