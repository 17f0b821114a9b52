"""Smaller fields that pages declare: summary, lead image, free access."""

import re
from typing import Any

from tasks.extract.fields.address import absolute
from tasks.extract.page import Found, Page, strings
from tasks.text.publisher_names import squeeze

MAX_SUMMARY_CHARS = 1_500


def find_summary(page: Page, title: str | None) -> Found | None:
    """The standfirst shown, else the summary declared; never the title over again."""
    shown = [line.text for line in page.labelled("standfirst")]
    found = [("standfirst", " ".join(shown))] if shown else []
    found += [("json-ld:description", text) for node in page.nodes() for text in strings(node.get("description"))]
    found += list(page.meta("og:description", "description", "twitter:description"))
    for origin, text in found:
        plain = " ".join(re.sub(r"<[^>]{1,200}>", " ", text).split())
        if plain and squeeze(plain) != squeeze(title or ""):
            return Found(plain[:MAX_SUMMARY_CHARS], origin)
    return None


def find_image(page: Page) -> Found | None:
    """The lead image as declared, made absolute."""
    found: list[tuple[str, str]] = []
    for node in page.nodes():
        found += [("json-ld:image", text) for text in _image_urls(node.get("image"), page)]
        found += [("json-ld:thumbnailUrl", text) for text in strings(node.get("thumbnailUrl"))]
    found += list(page.meta("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src"))
    found += [("link:image_src", href) for href in page.signals.get("links", {}).get("image_src", ())]
    for origin, value in found:
        address = absolute(value, page)
        if address:
            return Found(address, origin)
    return None


def _image_urls(value: Any, page: Page) -> list[str]:
    if isinstance(value, list):
        return [url for item in value for url in _image_urls(item, page)]
    if isinstance(value, dict):
        direct = value.get("url") or value.get("contentUrl")
        if not direct and value.get("@id"):  # named here, described elsewhere
            nodes = page.signals.get("nodes", ())
            direct = next((n.get("url") or n.get("contentUrl") for n in nodes if n.get("@id") == value["@id"]), None)
        return strings(direct)
    return strings(value)


def find_access(page: Page) -> bool | None:
    """Whether the page declares the article free to read; None where it does not say."""
    for node in page.nodes():
        value = node.get("isAccessibleForFree")
        if isinstance(value, bool):
            return value
        if isinstance(value, str) and value.strip().lower() in ("true", "false"):
            return value.strip().lower() == "true"
    for _, value in page.meta("article:content_tier"):
        if value.lower() in ("free", "locked", "metered"):
            return value.lower() == "free"
    return None
