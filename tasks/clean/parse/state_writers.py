"""Who wrote a page's article by the state of the program that builds the page in the browser.

`__NEXT_DATA__`, `window.__PRELOADED_STATE__ = {...}` and their like hold the article as the newsroom's system sent it,
and other articles too. Its writers count only in an object that has the headline of the page. To read a state takes as
long as to parse the page, so pages that name a writer in another place are not searched.
"""

import re
from collections.abc import Iterator
from typing import Any

from tasks.clean.parse.embedded import MIN_TITLE_CHARS, script_values
from tasks.clean.parse.signals import Signals
from tasks.text.publisher_names import squeeze

_MAX_OBJECTS = 50_000  # of one page; the article is near the top of its state
_MAX_DEPTH = 25
_MAX_WRITERS = 8
_NAME_CHARS = 60
_STATE = re.compile(
    rb"__NEXT_DATA__|__next_f|__NUXT|Fusion\.globalContent|__(?:INITIAL|PRELOADED|APOLLO|REDUX|APP|DATA)_(?:STATE|DATA)__"
)
_WRITER_KEY = re.compile(rb"""\\?"(?:authors?|author_?name|by_?lines?|credits|writers?)\\?"\s*:""", re.I)
_WRITER_KEYS = frozenset(
    "author authors authorname authornames author_name byline bylines by_line writer writers".split()
)
_TITLE_KEYS = frozenset("title headline headlines heading articletitle article_title header displaytitle".split())
_NAME_KEYS = ("name", "fullname", "full_name", "displayname", "display_name", "title")
# an object around the names: `credits.by`, Strapi's and GraphQL's layers
_LAYERS = ("by", "data", "attributes", "items", "nodes", "node", "edges", "fields", "author", "authors", "person")
_META_NAMES = ("author", "article:author", "parsely-author", "sailthru.author", "byl", "dc.creator", "mediator_author")


def writers_in_state(data: bytes, signals: Signals, headings: list[str]) -> list[str]:
    """The writers of the article with one of the page's titles or headings; [] where the page names one elsewhere."""
    if not _STATE.search(data) or _is_signed(signals) or not _WRITER_KEY.search(data):
        return []
    titles = {key for text in [*signals.titles(), *headings] if len(key := squeeze(text)) >= MIN_TITLE_CHARS}
    for value in script_values(data.decode("utf-8", "replace")) if titles else ():
        for article in _objects(value):
            if _has_title(article, titles) and (names := _writers_of(article)):
                return names[:_MAX_WRITERS]
    return []


def _is_signed(signals: Signals) -> bool:
    is_declared = any(node.get("author") for node in signals.nodes) or any(
        name in signals.metas for name in _META_NAMES
    )
    return is_declared or bool(signals.author_links) or any(item == "author" for item, _ in signals.items)


def _objects(value: Any) -> Iterator[dict[str, Any]]:
    """The objects in a JSON value, outer ones first."""
    level, count = [value], 0
    for _ in range(_MAX_DEPTH):
        inner: list[Any] = []
        for item in level:
            if isinstance(item, dict):
                count += 1
                yield {key.lower(): part for key, part in item.items() if isinstance(key, str)}
                inner += [part for part in item.values() if isinstance(part, dict | list)]
            elif isinstance(item, list):
                inner += [part for part in item if isinstance(part, dict | list)]
            if count > _MAX_OBJECTS:
                return
        level = inner


def _has_title(article: dict[str, Any], titles: set[str]) -> bool:
    for key in _TITLE_KEYS & article.keys():
        title = article[key]
        texts = title.values() if isinstance(title, dict) else [title]  # `{"basic": "..."}`, `{"rendered": "..."}`
        if any(isinstance(text, str) and squeeze(text[:300]) in titles for text in texts):
            return True
    return False


def _writers_of(article: dict[str, Any]) -> list[str]:
    for key in ("authors", "author", *sorted(_WRITER_KEYS)):
        if key in article and (names := list(dict.fromkeys(_names_in(article[key], 0)))):
            return names
    credited = article.get("credits")  # of Arc; its other credits are of pictures
    return list(dict.fromkeys(_names_in(credited.get("by"), 0))) if isinstance(credited, dict) else []


def _names_in(value: Any, depth: int) -> Iterator[str]:
    """The names in the value of a key for writers: text, an object with a name, a list of these, or layers around."""
    if depth > len(_LAYERS):
        return
    if isinstance(value, str):
        text = " ".join(value.split())
        if 1 < len(text) <= _NAME_CHARS and "://" not in text and not re.fullmatch(r"[\w-]*\d[\w-]*", text):
            yield text
    elif isinstance(value, list):
        for item in value:
            yield from _names_in(item, depth + 1)
    elif isinstance(value, dict):
        parts = {key.lower(): part for key, part in value.items() if isinstance(key, str)}
        name = next((parts[key] for key in _NAME_KEYS if isinstance(parts.get(key), str) and parts[key].strip()), None)
        first, last = (parts.get(key) or parts.get(key.replace("name", "_name")) for key in ("firstname", "lastname"))
        if name is None and isinstance(first, str) and isinstance(last, str):
            name = f"{first} {last}"
        if name:
            yield from _names_in(name, depth + 1)
        else:
            for key in _LAYERS:
                if isinstance(parts.get(key), dict | list):
                    yield from _names_in(parts[key], depth + 1)
