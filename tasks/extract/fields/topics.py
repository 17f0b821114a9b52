"""Topics: what the article is about, by the keywords of its page."""

import re

from tasks.extract.page import FieldValue, Page

MAX_TOPICS = 40
_OFTEN_OF_SITE = ("news_keywords", "keywords")
_LONG_LIST = 8  # topics; of so many the story names at least one
_PREFIX = re.compile(r"^(?:\(\d+\)\s*|[a-z]+/(?=\w))")  # "(1) Politics", "topic/politics"
_SPLIT = re.compile(r"\s*[,;|、，،؛]\s*")
_HAN = re.compile(r"[\u3400-\u9fff]$")  # one character may be a word: 港
_KEY_AND_VALUE = re.compile(r"^[\w-]+:\S")  # "author:smith": for machines


def find_topics(page: Page) -> FieldValue[list[str]]:
    """The keywords of the page, each once; empty if it gives none."""
    for origin, values in _topic_candidates(page):
        topics = [_PREFIX.sub("", topic.strip(" .#")) for value in values for topic in _split(value, values)]
        topics = [topic for topic in topics if _is_topic(topic)]
        if topics and not (origin in _OFTEN_OF_SITE and _are_of_site(topics, page)):
            return FieldValue(list(dict.fromkeys(topics))[:MAX_TOPICS], origin)
    links = [text for text in page.signals.get("tag_links", ()) if len(text.split()) <= 5]
    if 1 <= len(links) <= 15:  # more is a menu of topics, not this page's
        return FieldValue([text.lstrip("#").strip() for text in links], "topic links")
    subjects = [value for _, value in page.meta("dc.subject", "dcterms.subject")]
    topics = [topic.strip() for value in subjects for topic in _split(value, subjects) if _is_topic(topic.strip())]
    if topics and not _are_of_site(topics, page):
        return FieldValue(list(dict.fromkeys(topics))[:MAX_TOPICS], "dc.subject")
    return FieldValue([], "none declared")


def _are_of_site(topics: list[str], page: Page) -> bool:
    """Whether a long list of keywords is that of every page of the site: the story has none of them."""
    if len(topics) < _LONG_LIST:
        return False
    text = "\n".join(line.text for line in page.lines if line.action != "drop").casefold()
    return not any(topic.casefold() in text for topic in topics)


def _topic_candidates(page: Page) -> list[tuple[str, list[str]]]:
    def meta(name: str) -> tuple[str, list[str]]:
        return name, [value for _, value in page.meta(name)]

    return [
        meta("news_keywords"),
        meta("keywords"),
        ("json-ld:keywords", page.node_strings("keywords")),
        meta("article:tag"),
        meta("parsely-tags"),
        meta("sailthru.tags"),
        meta("cxenseparse:keywords"),
    ]


def _split(value: str, values: list[str]) -> list[str]:
    """One of several values is a topic unless it has a comma; a single value is a list of topics."""
    return _SPLIT.split(value) if len(values) == 1 or "," in value or "،" in value else [value]


def _is_topic(text: str) -> bool:
    return (
        (1 < len(text) < 80 or _HAN.match(text) is not None)
        and not text.startswith("http")
        and not _KEY_AND_VALUE.match(text)
    )
