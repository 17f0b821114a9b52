"""The pages in RSS, Atom and JSON feeds."""

import io
import json
import warnings
from typing import Any
from xml.parsers import expat
from xml.sax import SAXException

import orjson

from tasks.ingest.bounded_streams import FlawError
from tasks.ingest.fetch.listed import Listed, absolute, damage_in
from tasks.ingest.fetch.xml_text import XmlText
from tasks.vocabulary import Flaw

ROOTS = ("rss", "feed", "rdf", "channel")
# feedparser reads what it can of a feed that is not XML, and raises these for data that is not text either
_FEED_ERRORS = (
    *(ValueError, LookupError, OverflowError, TypeError),
    *(AttributeError, AssertionError, RecursionError),
)
_MAX_BROKEN_TAGS = 20_000  # a thousand items; feedparser takes 0.1 ms for each tag of a feed that is not XML
_ITEM_ENDS = ("</item>", "</entry>")


def read_feed(xml: XmlText, url: str) -> Listed:
    """The pages in an RSS or Atom feed; one without items has none.

    Raises:
        FlawError: it cannot be read.
    """
    import feedparser  # noqa: PLC0415 - only where there is a feed

    body, cut = _readable_part(xml.body)
    headers = {"content-type": "application/xml; charset=utf-8", "content-location": url}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # give it the bytes, never the address, which feedparser would fetch itself
        try:
            parsed = feedparser.parse(
                io.BytesIO(body.encode("utf-8", "replace")),
                response_headers=headers,
                sanitize_html=False,
                resolve_relative_uris=False,  # of texts; links are made absolute all the same
            )
        except _FEED_ERRORS as error:
            raise FlawError(Flaw.BROKEN_FILE, f"the feed cannot be read: {error}") from error
    links = [_link(entry) for entry in parsed.entries]
    listed = Listed(absolute(links, url), damage=damage_in(links) or cut)
    problem = parsed.get("bozo_exception")
    damage = str(problem) if not links and isinstance(problem, SAXException) else listed.damage
    if damage and not listed.pages:
        raise FlawError(Flaw.BROKEN_FILE, f"the feed cannot be read: {damage}")
    return listed


def _readable_part(body: str) -> tuple[str, str | None]:
    """What is read of a feed, and why that is not all of it."""
    parts = body.split("<", _MAX_BROKEN_TAGS + 1)
    if len(parts) <= _MAX_BROKEN_TAGS + 1 or _is_xml(body):
        return body, None
    kept = "<".join(parts[:-1])
    end = max(kept.rfind(end) for end in _ITEM_ENDS)
    kept = kept[:end] if end > 0 else kept
    return kept, f"the XML is broken; of {len(body):,} characters the first {len(kept):,} are read"


def _is_xml(body: str) -> bool:
    try:
        expat.ParserCreate("utf-8").Parse(body.encode("utf-8", "replace"), True)
    except expat.ExpatError:
        return False
    return True


def _link(entry: Any) -> str:
    """The address of an item; FeedBurner's links count readers and lead to the page's own address."""
    original = str(entry.get("feedburner_origlink") or "").strip()
    if original.startswith(("http://", "https://")):
        return original
    link = str(entry.get("link") or "").strip()
    item_id = str(entry.get("id") or "").strip()  # an address where it is one, as in RSS 1.0 and in most others
    return link or (item_id if item_id.startswith(("http://", "https://")) else "")


def read_json_feed(text: str, url: str) -> Listed | None:
    """The pages in a JSON feed, or None if the JSON is something else.

    Raises:
        FlawError: it is not JSON.
    """
    try:
        parsed = _json(text)
    except (ValueError, RecursionError) as error:
        raise FlawError(Flaw.BROKEN_FILE, f"the feed is not JSON: {error}") from error
    if not isinstance(parsed, dict) or "jsonfeed.org" not in str(parsed.get("version")):
        return None
    items = parsed.get("items")
    rows = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return Listed(absolute(map(_json_link, rows), url))


def _json_link(item: dict[str, Any]) -> str:
    """The address of an item, which may be its id alone."""
    item_id = str(item.get("id") or "")
    named = item_id if item_id.startswith(("http://", "https://")) else ""
    return str(item.get("url") or item.get("external_url") or named)


def _json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except ValueError:  # NaN, control characters, lone surrogates: what programs write although JSON forbids it
        return json.loads(text, strict=False)
