"""What it is about and where it stands: topics and section, kept apart."""

import re

from tasks.extract.page import Found, Page, strings
from tasks.text.publisher_names import squeeze

MAX_TOPICS = 40
_PREFIX = re.compile(r"^(?:\(\d+\)\s*|[a-z]+/(?=\w))")  # "(1) Politics", "topic/politics"
_SPLIT = re.compile(r"\s*[,;|、，]\s*")


def find_topics(page: Page) -> Found:
    """The page's keywords as it gives them, each once; empty where it gives none."""
    candidates = [
        (name, [value for _, value in page.meta(name)])
        for name in (
            "news_keywords",
            "keywords",
            "article:tag",
            "parsely-tags",
            "sailthru.tags",
            "cxenseparse:keywords",
        )
    ]
    ld = [text for node in page.nodes() for text in strings(node.get("keywords"))]
    candidates.insert(2, ("json-ld:keywords", ld))
    for origin, values in candidates:
        topics = [
            _PREFIX.sub("", topic.strip(" .#"))
            for value in values
            for topic in (_SPLIT.split(value) if len(values) == 1 or "," in value else [value])
        ]
        topics = [
            topic
            for topic in topics
            if 1 < len(topic) < 80 and not topic.startswith("http") and not re.match(r"^[\w-]+:\S", topic)
        ]
        if topics:
            return Found(list(dict.fromkeys(topics))[:MAX_TOPICS], origin)
    links = [text for text in page.signals.get("tag_links", ()) if len(text.split()) <= 5]
    if 1 <= len(links) <= 15:  # more is a menu of topics, not this page's
        return Found([text.lstrip("#").strip() for text in links], "topic links")
    return Found([], "none declared")


def find_section(page: Page) -> Found | None:
    """The section of the publication: declared, else the page's breadcrumb before its last step."""
    for node in page.nodes():
        values = strings(node.get("articleSection"))
        if values:
            return Found(values[0][:80], "json-ld:articleSection")
    for name, value in page.meta("article:section", "cxenseparse:recs:category", "parsely-section", "section"):
        if value and not value.startswith("http"):
            return Found(value[:80], name)
    for node in page.nodes(articles=False):
        if "BreadcrumbList" in str(node.get("@type")):
            steps = [text for item in node.get("itemListElement") or [] if isinstance(item, dict)
                     for text in strings(item.get("name") or (item.get("item") if isinstance(item.get("item"), dict) else None))]  # fmt: skip
            titles = {squeeze(line.text) for line in page.labelled("headline")}
            inner = [step for step in steps[1:] if squeeze(step) not in titles]
            if inner:
                return Found(inner[-1][:80], "breadcrumb")
    return None
