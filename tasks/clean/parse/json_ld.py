"""JSON-LD as pages really write it: broken, nested, a list, full of HTML entities. Parsed once, pruned to what counts."""

import html
import re
from typing import Any

import orjson

MAX_STRING_CHARS = 2_000  # of any value but articleBody; a summary is a tenth of it
MAX_ITEMS = 60  # of any list
MAX_DEPTH = 6
MAX_NODES = 80  # of a page
_KEEP = frozenset({
    "@type", "@id", "headline", "name", "alternativeheadline", "alternatename", "description", "datepublished", "datemodified",
    "datecreated", "uploaddate", "author", "creator", "publisher", "sourceorganization", "provider", "keywords", "about",
    "articlesection", "image", "thumbnailurl", "thumbnail", "primaryimageofpage", "inlanguage", "isaccessibleforfree", "url",
    "mainentityofpage", "itemlistelement", "item", "position", "givenname", "familyname", "contenturl", "sameas", "coverageendtime",
    "ispartof", "copyrightholder", "wordcount", "jobtitle",
})  # fmt: skip
_ARTICLE_TYPE = re.compile(
    r"article|blogposting|reportage|newsposting|liveblog|posting|review$|recipe$|interview|opinion", re.I
)
# from the start of a line, not of the blank lines above it; one that is not closed goes on to the end
_COMMENTS = re.compile(
    r"^[ \t]*(?://[^\n]*\n|/\*.*?(?:\*/|\Z))|<!--|-->|<!\[CDATA\[|\]\]>|^[ \t]*//[ \t\r]*$", re.S | re.M
)
_TRAILING_COMMA = re.compile(r",(\s*[}\]])")
_CONTROL = re.compile(r"[\x00-\x1f]")
_BAD_ESCAPE = re.compile(r'\\(?!["\\/bfnrtu])')

Node = dict[str, Any]


def parse(text: str) -> Any:
    """The JSON value of a script, mended if it must be, or None where nothing helps."""
    for mend in (lambda t: t, _mend, lambda t: html.unescape(_mend(t)), lambda t: _mend(t).rstrip(" \t\r\n;")):
        try:
            return orjson.loads(mend(text))
        except (orjson.JSONDecodeError, ValueError, RecursionError):
            continue
    return None


def _mend(text: str) -> str:
    text = _COMMENTS.sub(" ", text)
    text = _CONTROL.sub(" ", text)
    text = _TRAILING_COMMA.sub(r"\1", text)
    return _BAD_ESCAPE.sub(r"\\\\", text).strip()


def nodes(texts: list[str]) -> tuple[list[Node], list[str]]:
    """The typed nodes of a page's scripts, pruned, and the article bodies they hold."""
    found: list[Node] = []
    bodies: list[str] = []
    for text in texts:
        value = parse(text)
        if value is not None:
            _collect(value, found, bodies, 0)
    return found, bodies


def _collect(value: Any, found: list[Node], bodies: list[str], depth: int) -> None:
    if len(found) >= MAX_NODES or depth > MAX_DEPTH:
        return
    if isinstance(value, list):
        for item in value[:MAX_ITEMS]:
            _collect(item, found, bodies, depth + 1)
    elif isinstance(value, dict):
        if "@type" in value:
            body = value.get("articleBody")
            if isinstance(body, str) and len(body) > 100:
                bodies.append(body)
            node = _prune(value, 0)
            node["is_article"] = is_article(node)
            found.append(node)
        for key in ("@graph", "mainEntity", "mainEntityOfPage", "hasPart"):
            inner = value.get(key)
            if isinstance(inner, (list, dict)):
                _collect(inner, found, bodies, depth + 1)


def _prune(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return value[:MAX_STRING_CHARS]
    if isinstance(value, dict):
        if depth > MAX_DEPTH:
            return None
        return {str(key)[:60]: _prune(item, depth + 1) for key, item in value.items() if str(key).lower() in _KEEP}
    if isinstance(value, list):
        return [_prune(item, depth + 1) for item in value[:MAX_ITEMS]] if depth <= MAX_DEPTH else None
    return value


def is_article(node: Node) -> bool:
    """Whether a node's type is that of a news article or a kin of it."""
    kind = node.get("@type")
    kinds = kind if isinstance(kind, list) else [kind]
    return any(isinstance(name, str) and _ARTICLE_TYPE.search(name) for name in kinds)
