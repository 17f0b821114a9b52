"""JSON-LD as real pages have it: broken, nested, a list, full of HTML entities. Parsed once, pruned to what is used."""

import html
import re
from typing import Any

import orjson

MAX_STRING_CHARS = 2_000  # of any value but articleBody; a summary is a tenth of it
MAX_ITEMS = 60  # of any list
MAX_DEPTH = 6
MAX_NODES = 80  # of a page
# keys in lower case; others are dropped
_KEPT_KEYS = frozenset(
    """@type @id headline name alternativeheadline alternatename description datepublished datemodified datecreated
    uploaddate author creator publisher sourceorganization provider keywords about articlesection image thumbnailurl
    thumbnail primaryimageofpage inlanguage isaccessibleforfree url mainentityofpage itemlistelement item position
    givenname familyname contenturl sameas coverageendtime ispartof copyrightholder wordcount jobtitle""".split()
)
_ARTICLE_TYPE = re.compile(
    r"article|blogposting|reportage|newsposting|liveblog|posting|review$|recipe$|interview|opinion", re.I
)
# from the start of a line, not of the blank lines above it; an unclosed one extends to the end
_COMMENTS = re.compile(
    r"^[ \t]*(?://[^\n]*\n|/\*.*?(?:\*/|\Z))|<!--|-->|<!\[CDATA\[|\]\]>|^[ \t]*//[ \t\r]*$", re.S | re.M
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_CONTROL = re.compile(r"[\x00-\x1f]")
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')
_TYPE = re.compile(r'"@type"\s*:\s*\[?\s*"([^"]{1,60})"')
# a string that ends where the next key or the end of its object follows, whatever quotes it contains
_VALUE = r'"\s*:\s*"(.{1,2000}?)"\s*(?:,\s*"[@\w]{1,40}"\s*:|[}\]])'
_HEADLINE = re.compile(r'"headline' + _VALUE)
_PUBLISHED = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_MODIFIED = re.compile(r'"dateModified"\s*:\s*"([^"]{8,40})"')
_AUTHOR = re.compile(r'"author"\s*:\s*(?:\[\s*)?\{[^{}]{0,400}?"name"\s*:\s*"([^"{}]{2,120})"')
_BROKEN_PROBE = 200_000  # characters of broken JSON-LD that are read by pattern

Node = dict[str, Any]


def parse(text: str) -> Any:
    """The JSON value of a script, repaired where needed, or None where no repair helps."""
    for repair in (lambda t: t, _repair, lambda t: html.unescape(_repair(t)), lambda t: _repair(t).rstrip(" \t\r\n;")):
        try:
            return orjson.loads(repair(text))
        except (orjson.JSONDecodeError, ValueError, RecursionError):
            continue
    return None


def _repair(text: str) -> str:
    text = _COMMENTS.sub(" ", text)
    text = _CONTROL.sub(" ", text)
    text = _TRAILING_COMMA.sub(r"\1", text)
    return _BAD_ESCAPE.sub(r"\\\\", text).strip()


def nodes(texts: list[str]) -> tuple[list[Node], list[str]]:
    """The typed nodes of a page's scripts, pruned, and the article bodies they hold."""
    collected: list[Node] = []
    bodies: list[str] = []
    for text in texts:
        value = parse(text)
        if value is not None:
            _collect(value, collected, bodies, 0)
        elif len(collected) < MAX_NODES and (node := _read_broken(text)):
            collected.append(node)
    return collected, bodies


def _read_broken(text: str) -> Node | None:
    """What patterns find in JSON-LD that cannot be parsed, e.g. for one bare quote in a headline; marked as broken."""
    text = _CONTROL.sub(" ", text[:_BROKEN_PROBE])
    # the values are those of the first article; what stands before it is of something else
    start = next((match.start() for match in _TYPE.finditer(text) if _ARTICLE_TYPE.search(match[1])), None)
    if start is None:
        return None
    patterns = {"headline": _HEADLINE, "datePublished": _PUBLISHED, "dateModified": _MODIFIED}
    found = {key: match[1] for key, pattern in patterns.items() if (match := pattern.search(text, start))}
    node: Node = {key: value.replace('\\"', '"').replace("\\/", "/") for key, value in found.items()}
    if author := _AUTHOR.search(text, start):
        node["author"] = {"@type": "Person", "name": author[1]}
    return {"@type": "Article", **node, "is_article": True, "is_broken": True} if node else None


def _collect(value: Any, collected: list[Node], bodies: list[str], depth: int) -> None:
    if len(collected) >= MAX_NODES or depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value[:MAX_ITEMS]:
            _collect(item, collected, bodies, depth + 1)
    elif isinstance(value, dict):
        if "@type" in value:
            body = value.get("articleBody")
            if isinstance(body, str) and len(body) > 100:
                bodies.append(body)
            node = _prune(value, 0)
            node["is_article"] = is_article(node)
            collected.append(node)
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "hasPart"):
            inner = value.get(key)
            if isinstance(inner, (list, dict)):
                _collect(inner, collected, bodies, depth + 1)


def _prune(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return value[:MAX_STRING_CHARS]
    if isinstance(value, dict):
        if depth > MAX_DEPTH:
            return None
        if depth and "@value" in value:  # a text with its language or type
            return _prune(value["@value"], depth + 1)
        return {str(key)[:60]: _prune(item, depth + 1) for key, item in value.items() if str(key).lower() in _KEPT_KEYS}
    if isinstance(value, list):
        return [_prune(item, depth + 1) for item in value[:MAX_ITEMS]] if depth <= MAX_DEPTH else None
    return value


def is_article(node: Node) -> bool:
    """Whether a node's type is that of a news article or something similar."""
    kind = node.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return any(isinstance(name, str) and _ARTICLE_TYPE.search(name) for name in kinds)
