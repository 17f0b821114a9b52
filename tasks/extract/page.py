"""What the fields are read from: a page's labelled lines and its declarations."""

import html
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

import orjson

from tasks.extract.own_article import own_articles
from tasks.text import mojibake
from tasks.vocabulary import MARKUP

SITE_RULE = "site rule"  # the origin of a value that a user's rules for the site give

Value_co = TypeVar("Value_co", covariant=True)
Found = TypeVar("Found")


class LabelledLine(NamedTuple):
    """A line of a page with what clean decided about it (see `schema.LINES`)."""

    line_no: int
    text: str
    label: str
    action: str
    reason: str
    blank_before: int
    tag: str | None


@dataclass(frozen=True)
class FieldValue(Generic[Value_co]):
    """The value of a field with its origin."""

    value: Value_co
    origin: str


@dataclass(eq=False)  # each page is another one, whatever it has: see `once_per_page`
class Page:
    """A cleaned page as seen by extract."""

    document: dict[str, Any]
    lines: list[LabelledLine]
    signals: dict[str, Any] = field(default_factory=dict)
    given: dict[str, Any] = field(default_factory=dict)  # by the user's list of publishers or the row of a table
    dropped_dates: list[LabelledLine] = field(default_factory=list)
    dropped_names: list[LabelledLine] = field(default_factory=list)  # dropped lines that may name the writer
    ruled: dict[str, Any] = field(default_factory=dict)  # by the user's rules for its site, stronger than the page

    @classmethod
    def read(
        cls, document: dict[str, Any], lines: list[LabelledLine], dropped_dates: list[LabelledLine] | None = None
    ) -> "Page":
        """The page of a row of `schema.DOCUMENTS`, its lines, and its dropped lines that may have a date."""
        declared = document.get("signals") or "{}"
        signals = orjson.loads(declared)
        given = orjson.loads(document["given"]) if document.get("given") else {}
        for name, values in given.get("columns", {}).items():
            signals.setdefault("metas", {})[f"column:{name}"] = values
        # declarations may be damaged where the text is sound: they come from another program
        if "mojibake" in document["repairs"] or mojibake.is_likely(declared):
            signals = _repaired(signals)
        ruled = orjson.loads(document["site_rule"]) if document.get("site_rule") else {}
        return cls(document, lines, signals, given, dropped_dates or [], ruled=ruled)

    @property
    def is_html(self) -> bool:
        """Whether the page has markup and so may declare its fields."""
        return self.document["media_type"] in MARKUP

    @property
    def is_declared(self) -> bool:
        """Whether something beside the text may declare its fields: markup, or the columns of its row in a table."""
        return self.is_html or "columns" in self.given

    @property
    def fetched_at(self) -> datetime | None:
        """When the page was fetched, UTC."""
        return self.document.get("fetched_at")

    def labelled(self, *labels: str) -> list[LabelledLine]:
        """The lines with these labels that were kept or moved, in order."""
        return [line for line in self._undropped if line.label in labels]

    @cached_property
    def kept(self) -> list[LabelledLine]:
        """The lines of the story, in order."""
        return [line for line in self.lines if line.action == "keep"]

    @cached_property
    def _undropped(self) -> list[LabelledLine]:
        return [line for line in self.lines if line.action != "drop"]

    def meta(self, *names: str) -> list[tuple[str, str]]:
        """Name and content of the meta tags with these names, in the order of the names."""
        metas = self._metas  # asked for a hundred names, of which a page has ten
        return [(name, html.unescape(value).strip()) for name in names if name in metas for value in metas[name]]

    @cached_property
    def _metas(self) -> dict[str, list[str]]:
        metas: dict[str, list[str]] = self.signals.get("metas", {})
        return metas

    @cached_property
    def lines_and_dates(self) -> list[LabelledLine]:
        """The lines, and among them the dropped ones that may have a date, in order."""
        known = {line.line_no for line in self.lines}
        dates = [line for line in self.dropped_dates if line.line_no not in known]
        return sorted([*self.lines, *dates], key=lambda line: line.line_no) if dates else self.lines

    def items(self, name: str) -> list[str]:
        """The contents of the page's microdata properties with this name."""
        return [text for item, text in self.signals.get("items", ()) if item == name]

    def links(self, relation: str) -> list[str]:
        """The addresses of the page's link elements with this relation."""
        return list(self.signals.get("links", {}).get(relation, ()))

    def nodes(self, *, articles: bool = True) -> list[dict[str, Any]]:
        """The JSON-LD nodes: of the page's own article, or of everything that is not an article."""
        if articles:
            return self._own_articles
        return self._other_nodes

    @cached_property
    def _other_nodes(self) -> list[dict[str, Any]]:
        return [node for node in self.signals.get("nodes", ()) if not node.get("is_article")]

    @cached_property
    def _own_articles(self) -> list[dict[str, Any]]:
        addresses = [self.document.get("url") or "", *self.links("canonical")]
        addresses += [value for _, value in self.meta("og:url")]
        headlines = [line.text for line in self.labelled("headline")]
        headlines.append(self.signals.get("title") or "")
        articles = [node for node in self.signals.get("nodes", ()) if node.get("is_article")]
        return own_articles(articles, addresses, headlines)

    def json_ld_origin(self, key: str) -> str:
        """The origin of a value under a key of the page's own article; it says if the JSON-LD is broken."""
        is_broken = any(node.get("is_broken") and node.get(key) for node in self.nodes())
        return f"broken json-ld:{key}" if is_broken else f"json-ld:{key}"

    def node_strings(self, key: str, *, articles: bool = True) -> list[str]:
        """The strings under a key of the JSON-LD nodes: of the page's own article, or of everything else."""
        return [text for node in self.nodes(articles=articles) for text in strings(node.get(key))]

    def declared_language(self) -> str | None:
        """The language that the user's rules, the page or the user's list of publishers declares."""
        if self.ruled.get("language"):
            return str(self.ruled["language"])
        if self.signals.get("language"):
            return str(self.signals["language"])
        metas = self.meta("og:locale", "content-language", "language", "dc.language", "column:language")
        declared = next((value for _, value in metas), None)
        return declared or self.given.get("language")

    def printed_language(self) -> str | None:
        """The language that the page's lines are in: the declared one, but templates declare English for any site."""
        declared, detected = self.declared_language(), self.document.get("language")
        if declared and detected and detected != "en" and declared.lower().startswith("en") and not self.ruled:
            return str(detected)
        return declared or detected


def once_per_page(read: Callable[[Page], Found]) -> Callable[[Page], Found]:
    """A function of a page that is worked out once for each: several fields ask for the same in turn.

    Nobody may change what it returns.
    """
    return lru_cache(maxsize=1)(read)


def _repaired(value: Any) -> Any:
    """A JSON value whose strings were wrongly decoded, as the lines of its page were."""
    if isinstance(value, str):
        return mojibake.repair(value)
    if isinstance(value, list):
        return [_repaired(item) for item in value]
    return {key: _repaired(item) for key, item in value.items()} if isinstance(value, dict) else value


def strings(value: Any) -> list[str]:
    """The strings in a JSON value that should be a string or a list of them; anything else is ignored."""
    if isinstance(value, str):
        text = " ".join(html.unescape(value).split())
        return [text] if text else []
    if isinstance(value, list):
        return [text for item in value for text in strings(item)]
    if isinstance(value, dict):
        return strings(value.get("name") or value.get("@value") or value.get("url") or value.get("@id"))
    return []
