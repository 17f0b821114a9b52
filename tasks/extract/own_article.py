"""Which of a page's JSON-LD articles is the page's own: others are teasers of related stories."""

import html
from typing import Any
from urllib.parse import unquote

from tasks.text.publisher_names import squeeze

_MIN_KEY_CHARS = 8  # a shorter headline is in too many others


def own_articles(nodes: list[dict[str, Any]], addresses: list[str], headlines: list[str]) -> list[dict[str, Any]]:
    """The nodes of articles without those of other pages; all of them if nothing tells them apart.

    Args:
        nodes: The JSON-LD nodes of articles, in order.
        addresses: What the page is called: where it was fetched, its canonical address, og:url.
        headlines: What the page shows: its headings and its title.
    """
    if len(nodes) < 2:
        return nodes
    page_keys = {_address_key(address) for address in addresses} - {""}
    own = [node for node in nodes if page_keys & _addresses(node)]
    if not own:
        shown = [squeeze(headline) for headline in headlines]
        own = [node for node in nodes if _is_shown(_headline(node), shown)]
    if not own:
        return nodes
    own_headlines = {_headline(node) for node in own}
    # a node without an address and a headline of its own is a second part of the page's article
    return [
        node
        for node in nodes
        if node in own or _headline(node) in own_headlines or not (_addresses(node) or _headline(node))
    ]


def _is_shown(headline: str, shown: list[str]) -> bool:
    return len(headline) >= _MIN_KEY_CHARS and any(headline in text for text in shown)


def _headline(node: dict[str, Any]) -> str:
    value = node.get("headline") or node.get("name")
    return squeeze(html.unescape(value)) if isinstance(value, str) else ""


def _addresses(node: dict[str, Any]) -> set[str]:
    """The keys of the pages that a node names as its own."""
    keys: set[str] = set()
    for value in (node.get("url"), node.get("@id"), node.get("mainEntityOfPage")):
        parts = [value.get("@id"), value.get("url")] if isinstance(value, dict) else [value]
        keys |= {_address_key(part) for part in parts if isinstance(part, str)}
    return keys - {""}


def _address_key(address: str) -> str:
    """An address without scheme, `www.`, query, fragment and final slash; empty for a front page or a bare name."""
    rest = address.strip().split("#")[0].split("?")[0].rstrip("/").partition("://")[2]
    host, _, path = rest.partition("/")
    return f"{host.lower().removeprefix('www.')}/{unquote(path)}" if path else ""
