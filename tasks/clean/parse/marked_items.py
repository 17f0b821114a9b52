"""Properties that elements are marked with, by microdata or RDFa: whose they are, and the name of a writer in one."""

import re
from typing import Any

from tasks.text.publisher_names import squeeze

# by microdata, by RDFa of schema.org and Dublin Core, and by Drupal, which marks the account's name
_WRITER = re.compile(r"(?:^|\s)(?:author|(?:schema|dc|dcterms):(?:author|creator)|foaf:name)(?=\s|$)")
_NAME = '[itemprop~="name"], [property~="schema:name"], [property~="name"], [property~="foaf:name"]'
_HEADLINE = '[itemprop~="headline"], [property~="schema:headline"]'
_SCOPES_ABOVE = 8  # elements; the scope of a property is an element or two above it


def is_writer(attributes: dict[str, str | None]) -> bool:
    """Whether the attributes of an element in a line mark its text as the writer."""
    marked = attributes.get("itemprop") or attributes.get("property") or attributes.get("rel")
    return marked is not None and _WRITER.search(marked) is not None


def writers_name(node: Any, attributes: dict[str, str | None]) -> str | None:
    """The name in an element that is marked as the writer: declared, in an element of its own, or all of its text."""
    if attributes.get("content"):
        return attributes["content"]
    name = node.css_first(_NAME)
    if name is not None:
        text = name.attributes.get("content") or name.text(deep=True, separator=" ")
    else:
        text = node.text(deep=True, separator=" ")
    return str(text) if text else None


def is_of_another_article(node: Any, title: str | None) -> bool:
    """Whether a property belongs to an article with another headline than the page: that of a teaser."""
    scope = node.parent
    for _ in range(_SCOPES_ABOVE):
        if scope is None or not scope.tag or scope.tag == "body" or not title:
            return False
        if "itemscope" in scope.attributes and "Article" in (scope.attributes.get("itemtype") or "Article"):
            headline = scope.css_first(_HEADLINE)
            if scope.css_first("h1") is not None:
                return False
            text = (headline.attributes.get("content") or headline.text(deep=True)) if headline is not None else ""
            key = squeeze(text or "")
            return bool(key) and key not in squeeze(title) and squeeze(title) not in key
        scope = scope.parent
    return False


def step_of_breadcrumb(node: Any) -> str | None:
    """The name of a step, if the list that it is an item of is the path to the page."""
    above = node.parent
    if above is None or "BreadcrumbList" not in (above.attributes.get("itemtype") or ""):
        return None
    name = node.css_first('[itemprop~="name"], [itemprop~="title"]')
    text = (name.attributes.get("content") or name.text(deep=True, separator=" ")) if name is not None else None
    return " ".join(text.split()) if text else None
