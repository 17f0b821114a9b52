"""Smaller fields that pages declare: summary, lead image, free access."""

import re
from typing import Any

from tasks.extract.fields.address import absolute
from tasks.extract.page import FieldValue, Page, strings
from tasks.text.publisher_names import squeeze

MAX_SUMMARY_CHARS = 1_500
_TAG = re.compile(r"<[^>]{1,200}>")


def find_summary(page: Page, title: str | None) -> FieldValue[str] | None:
    """The standfirst, else the declared summary; never the title again."""
    standfirst = [line.text for line in page.labelled("standfirst")]
    candidates = [("standfirst", " ".join(standfirst))] if standfirst else []
    candidates += [("json-ld:description", text) for text in page.node_strings("description")]
    candidates += page.meta("og:description", "description", "twitter:description")
    for origin, text in candidates:
        plain = " ".join(_TAG.sub(" ", text).split())
        if plain and squeeze(plain) != squeeze(title or ""):
            return FieldValue(plain[:MAX_SUMMARY_CHARS], origin)
    return None


def find_image(page: Page) -> FieldValue[str] | None:
    """The absolute address of the declared lead image."""
    candidates: list[tuple[str, str]] = []
    for node in page.nodes():
        candidates += [("json-ld:image", text) for text in _image_urls(node.get("image"), page)]
        candidates += [("json-ld:thumbnailUrl", text) for text in strings(node.get("thumbnailUrl"))]
    candidates += page.meta("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "twitter:image:src")
    candidates += [("link:image_src", href) for href in page.links("image_src")]
    for origin, value in candidates:
        address = absolute(value, page)
        if address:
            return FieldValue(address, origin)
    return None


def _image_urls(value: Any, page: Page) -> list[str]:
    if isinstance(value, list):
        return [url for item in value for url in _image_urls(item, page)]
    if isinstance(value, dict):
        direct = value.get("url") or value.get("contentUrl")
        if not direct and value.get("@id"):  # a reference to another node
            nodes = page.signals.get("nodes", ())
            direct = next((n.get("url") or n.get("contentUrl") for n in nodes if n.get("@id") == value["@id"]), None)
        return strings(direct)
    return strings(value)


def find_access(page: Page) -> bool | None:
    """Whether the page declares the article free to read; None if it declares nothing."""
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
