"""Smaller fields that pages declare: summary, free access."""

import re

from tasks.extract.page import FieldValue, Page
from tasks.text.publisher_names import squeeze

MAX_SUMMARY_CHARS = 1_500
# code, and places of a template that nobody filled in
_NO_SUMMARY = re.compile(
    r"\{\{.*\}\}|\{%.*%\}|\bfunction ?\w* ?\(|\bdocument\.\w+\(|<\?php|\[object Object\]|^(?:undefined|null|none|nan)$",
    re.I,
)
_TAG = re.compile(r"<[^>]{1,200}>")


def find_summary(page: Page, title: str | None) -> FieldValue[str] | None:
    """The standfirst, else the declared summary; never the title again."""
    standfirst = [line.text for line in page.labelled("standfirst")]
    candidates = [("standfirst", " ".join(standfirst))] if standfirst else []
    candidates += [("json-ld:description", text) for text in page.node_strings("description")]
    candidates += page.meta("og:description", "description", "twitter:description", "column:description")
    for origin, text in candidates:
        plain = " ".join(_TAG.sub(" ", text).split())
        if plain and not _is_title(plain, title) and not _NO_SUMMARY.search(plain):
            return FieldValue(plain[:MAX_SUMMARY_CHARS], origin)
    return None


def _is_title(plain: str, title: str | None) -> bool:
    """Whether a summary is the title, once or more often."""
    key, own = squeeze(plain), squeeze(title or "")
    return key == own or (bool(own) and key == own * (len(key) // len(own)))


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
