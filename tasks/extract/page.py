"""What the fields are read from: a page's labelled lines and its declarations."""

import html
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

import orjson


class Line(NamedTuple):
    """A line that was kept or moved to a field."""

    line_no: int
    text: str
    label: str
    action: str
    reason: str
    blank_before: int
    tag: str | None


@dataclass(frozen=True)
class Found:
    """A value with its origin."""

    value: Any
    origin: str
    flags: tuple[str, ...] = ()


@dataclass
class Page:
    """One cleaned page, as extract sees it."""

    document: dict[str, Any]
    lines: list[Line]
    signals: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)  # by the user's list of publishers

    @classmethod
    def read(cls, document: dict[str, Any], lines: list[Line]) -> "Page":
        """The page of a row of `schema.DOCUMENTS` and its lines."""
        signals = orjson.loads(document["signals"]) if document.get("signals") else {}
        given = orjson.loads(document["given"]) if document.get("given") else {}
        return cls(document, lines, signals, given)

    @property
    def is_html(self) -> bool:
        """Whether the page has markup and may declare things of itself."""
        return bool(self.document["media_type"] == "text/html")

    @property
    def fetched_at(self) -> datetime | None:
        """When the page was fetched, UTC."""
        return self.document.get("fetched_at")

    def labelled(self, *labels: str) -> list[Line]:
        """The lines of these labels that were kept or moved, in order."""
        return [line for line in self.lines if line.label in labels and line.action != "drop"]

    def meta(self, *names: str) -> Iterator[tuple[str, str]]:
        """Name and content of the meta tags of these names, in the order of the names."""
        metas = self.signals.get("metas", {})
        for name in names:
            for value in metas.get(name, ()):
                yield name, html.unescape(value).strip()

    def nodes(self, *, articles: bool = True) -> list[dict[str, Any]]:
        """The JSON-LD nodes: of articles, or of everything else."""
        return [node for node in self.signals.get("nodes", ()) if bool(node.get("is_article")) == articles]

    def declared_language(self) -> str | None:
        """The language tag that the page declares for itself."""
        if self.signals.get("language"):
            return str(self.signals["language"])
        declared = next(
            (value for _, value in self.meta("og:locale", "content-language", "language", "dc.language")), None
        )
        return declared or self.given.get("language")


def strings(value: Any) -> list[str]:
    """The strings in a JSON value that should be one string or a list of them; anything else is passed over."""
    if isinstance(value, str):
        text = " ".join(html.unescape(value).split())
        return [text] if text else []
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    if isinstance(value, dict):
        return strings(value.get("name") or value.get("@value") or value.get("url") or value.get("@id"))
    return []
