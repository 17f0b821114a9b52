"""Names of people and organisations in JSON-LD values, which write them in many ways."""

import re
from typing import Any

from tasks.extract.page import Page, strings

_TAG = re.compile(r"<[^<>]*>")


def persons_of(value: Any, page: Page) -> list[str]:
    """The names of the nodes of type Person in a value."""
    if isinstance(value, list):
        return [name for item in value for name in persons_of(item, page)]
    if isinstance(value, dict):
        node = _resolve(value, page)
        return _names_of_node(node) if "Person" in str(node.get("@type", "")) else []
    return []


def names_of(value: Any, page: Page) -> list[str]:
    """All names in a value, whatever their type."""
    if isinstance(value, list):
        return [name for item in value for name in names_of(item, page)]
    if isinstance(value, dict):
        return _names_of_node(_resolve(value, page))
    return strings(value)


def _names_of_node(node: dict[str, Any]) -> list[str]:
    names = strings(node.get("name"))
    if not names and (node.get("givenName") or node.get("familyName")):
        names = [" ".join(strings(node.get("givenName")) + strings(node.get("familyName")))]
    return [" ".join(_TAG.sub(" ", name).split()) for name in names]


def _resolve(node: dict[str, Any], page: Page) -> dict[str, Any]:
    """The node itself, or the named node elsewhere on the page to which its `@id` refers."""
    identity = node.get("@id")
    if identity and not node.get("name"):
        for other in page.signals.get("nodes", ()):
            if other.get("@id") == identity and other.get("name"):
                return dict(other)
    return node
