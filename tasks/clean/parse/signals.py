"""What an HTML page declares about itself: JSON-LD, meta tags, links, marked elements. Collected, not judged.

Extract decides which declaration to trust. This module only keeps them, in a form that fits into one JSON column, with
a limit for the size of each part.
"""

import html
import re
from dataclasses import dataclass, field
from typing import Any

import orjson

from tasks.clean.parse import json_ld
from tasks.clean.parse.class_words import BITS
from tasks.clean.parse.marked_items import is_of_another_article, is_writer, step_of_breadcrumb, writers_name
from tasks.site_rules.page import Found

MAX_VALUE_CHARS = 4_000  # of one meta tag; a headline or summary is a tenth of it
MAX_JSON_CHARS = 4_000_000  # of one JSON-LD script; a long ticker with the text of every entry has over 400,000
MAX_ENTRIES = 64  # of each repeated kind (times, h1s, bylines)
_JSON_LD = "ld+json"
_BESIDE_STORY = BITS["nav"] | BITS["sidebar"]
_OF_OTHERS = BITS["comment"] | BITS["related"] | _BESIDE_STORY
_INLINE_DATE = re.compile(
    r"""\\?"(
        datePublished|article_published_time|publishedAt|published_at|publishDate|publish_date|publicationDate
        |firstPublished|first_published_at|published_time|publishedDate|pubDate|datetimePublished
    )\\?"\s*:\s*\\?"((?:\\/)?[^"\\]{8,40}(?:\\/)?)\\?\"""",
    re.X,
)
# names of inline elements that hold a date in an attribute -> the property they stand for
_INLINE_NAMES = {
    "datePublished": re.compile(
        r"(?:^|\s)(?:datePublished|(?:dc|dcterms|schema):(?:date|created|issued|datePublished)|published|dt-published)(?=\s|$)"
    ),
    "dateModified": re.compile(
        r"(?:^|\s)(?:dateModified|(?:dc|dcterms|schema):(?:modified|dateModified)|updated|dt-updated)(?=\s|$)"
    ),
}
# attributes in which programs keep the moment of publication for their scripts, as the page prints only the day
_MOMENTS = frozenset(
    """datetime data-datetime data-date-time data-date data-time data-timestamp data-published data-published-at
    data-published-date data-published-time data-publish-date data-publish-time data-publishdate data-pubdate
    data-pub-date data-post-date data-post-published data-origindate data-utc-date data-unixtime data-epoch""".split()
)
_WITH_CLOCK = re.compile(r"\s*(?:\d{4}-\d\d-\d\d[T ]\d\d:\d\d|\d{10}(?:\d{3})?\s*$)")
_TITLE_SEPARATOR = re.compile(r"\s+[|·•»«–—-]+\s+|\s*\|\s*")
# parts of an address that are followed by a topic, or a writer
_TOPICS = frozenset(
    """tag tags topic topics theme themen thema tema temas etiqueta etiquetas keyword keywords sujet sujets
    argomenti stichwort dossier""".split()
)
_WRITERS = frozenset(
    """author authors autor autoren autores autorin auteur auteurs autore reporter reporters
    journalist journalists""".split()
)
# parts that lead to other people and licences too: they count in the place for the writer
_PEOPLE = frozenset("people profile staff by".split())
_PLACES = _TOPICS | _WRITERS | _PEOPLE
_RELATIONS = ("tag", "category tag", "author")
_TOPIC_PAGE = re.compile(f"/(?:{'|'.join(sorted(_TOPICS))})/[^/?#]+/?(?:[?#]|$)", re.I)
_WRITER_PAGE = re.compile(f"/(?:{'|'.join(sorted(_WRITERS))})/[^/?#]+", re.I)
_PEOPLE_PAGE = re.compile(f"/(?:{'|'.join(sorted(_PEOPLE))})/[^/?#]+", re.I)
_BYLINE_PROBE = 2_000_000  # characters; nested elements of a writer's class would repeat the whole page
_SIGNAL_PROBE = 200_000  # characters of a data script that are searched for dates


@dataclass
class Signals:
    """Declarations of one page, in its order."""

    language: str | None = None
    title: str | None = None
    base: str | None = None
    metas: dict[str, list[str]] = field(default_factory=dict)  # lower-case name, property or itemprop -> contents
    links: dict[str, list[str]] = field(default_factory=dict)  # rel -> hrefs
    json_ld: list[str] = field(default_factory=list)  # as written
    nodes: list[dict[str, Any]] = field(default_factory=list)  # its typed nodes, pruned
    article_bodies: list[str] = field(default_factory=list)  # the story's text by its JSON-LD
    scripts: list[Any] = field(default_factory=list)  # nodes of scripts that are not JSON-LD, until `finish`
    times: list[dict[str, Any]] = field(default_factory=list)
    items: list[tuple[str, str]] = field(default_factory=list)  # itemprop, value
    moments: list[str] = field(default_factory=list)  # with a clock, in attributes for scripts
    bylines: list[tuple[str, str]] = field(default_factory=list)  # class, text
    tag_links: list[str] = field(default_factory=list)  # texts of links to topic pages
    author_links: list[str] = field(default_factory=list)  # texts of links to writers' pages
    state_writers: list[str] = field(default_factory=list)  # of the page's article, in the state of its program
    inline_dates: list[tuple[str, str]] = field(default_factory=list)  # key, value in scripts that are not JSON-LD
    repairs: set[str] = field(default_factory=set)  # names of repairs of the page's text
    found: Found | None = None  # by the user's rules for its site
    asks_password: bool = False  # has a field for one
    byline_chars: int = 0  # read in search of bylines, until `finish`
    # groups of the classes of the whole body: `one-sidebar` says that it has one, not that it is one
    page_bits: int = 0

    def read_html_element(self, attributes: dict[str, str | None]) -> None:
        """Read the language from the html element."""
        self.language = (attributes.get("lang") or attributes.get("xml:lang") or "").strip()[:35] or None

    def read_head(self, head: Any) -> None:
        """Read title, meta tags, links and scripts from the head."""
        node = head.first_child
        while node is not None:
            tag = node.tag
            if tag == "meta":
                self._read_meta(node.attributes)
            elif tag == "link":
                self._read_link_element(node.attributes)
            elif tag == "script":
                self.read_script(node)
            elif tag == "title" and self.title is None:
                self.read_title(node)
            elif tag == "base":
                self.base = node.attributes.get("href")
            node = node.next

    def read_title(self, node: Any) -> None:
        """Read the page's title from its element."""
        self.title = " ".join((node.text(deep=True) or "").split())[:MAX_VALUE_CHARS]

    def read_declaration(self, node: Any) -> None:
        """Read a meta tag or link of the body: a stray element in the head moves the rest of the head there."""
        attributes = node.attributes
        if "content" not in attributes:
            self._read_link_element(attributes)
        elif "itemprop" in attributes:
            # of other things than the page too: only the properties that `items` keeps
            item = attributes["itemprop"] or ""
            if not (item.startswith("date") and is_of_another_article(node, self.title)):
                self.read_item(item, node, attributes)
        else:
            self._read_meta(attributes)

    def read_inline(self, node: Any, attributes: dict[str, str | None], above: int) -> None:
        """Read a writer or date from an inline element: microdata, RDFa, hAtom, or a data attribute."""
        if len(self.items) >= MAX_ENTRIES:
            return
        if is_writer(attributes):
            if not above & _OF_OTHERS & ~self.page_bits and not is_of_another_article(node, self.title):
                self._add_item("author", writers_name(node, attributes))
            return
        value = attributes.get("content") or attributes.get("title")
        if value:
            names = " ".join(filter(None, map(attributes.get, ("itemprop", "property", "class"))))
            for item, pattern in _INLINE_NAMES.items():
                if pattern.search(names):
                    self.items.append((item, value[:60]))
                    return
        elif "data-timestamp" in attributes:
            self.items.append(("timestamp", (attributes["data-timestamp"] or "")[:60]))
        self._read_moment(attributes, above)

    def _read_moment(self, attributes: dict[str, str | None], above: int) -> None:
        """Keep the moments in the attributes of an element that is not in a teaser or comment."""
        if _MOMENTS.isdisjoint(attributes) or above & _OF_OTHERS & ~self.page_bits or len(self.moments) >= MAX_ENTRIES:
            return
        values = (attributes[name] or "" for name in attributes if name in _MOMENTS)
        self.moments += [value[:60] for value in values if _WITH_CLOCK.match(value)]

    def _read_link_element(self, attributes: dict[str, str | None]) -> None:
        rel = (attributes.get("rel") or "").lower()
        if rel in ("canonical", "amphtml", "alternate", "shortlink", "image_src"):
            _add(self.links, rel, attributes.get("href"))

    def _read_meta(self, attributes: dict[str, str | None]) -> None:
        content = attributes.get("content")
        if content is None:
            return
        for key in ("property", "name", "itemprop", "http-equiv"):
            name = attributes.get(key)
            if name:
                _add(self.metas, name.strip().lower(), content)

    def read_script(self, node: Any) -> None:
        """Keep the text of a JSON-LD script, and the nodes of other scripts."""
        child = node.first_child
        if child is None:
            return
        kind = node.attributes.get("type") or ""
        if _JSON_LD in kind:
            if len(self.json_ld) < MAX_ENTRIES:
                self.json_ld.append((child.text_content or "")[:MAX_JSON_CHARS])
        elif not kind or "json" in kind or "javascript" in kind:
            self.scripts.append(child)

    def canonical(self) -> str | None:
        """The canonical address that the page declares, unchanged."""
        return next(iter([*self.links.get("canonical", ()), *self.metas.get("og:url", ())]), None)

    def _read_dates_in_scripts(self) -> None:
        """Look for dates of publication in other data than JSON-LD; copying the scripts costs as much as a parse."""
        for script in self.scripts:
            text = script.text_content or ""
            if "ublish" in text or "pubDate" in text:
                for match in _INLINE_DATE.finditer(text, 0, _SIGNAL_PROBE):
                    self.inline_dates.append((match.group(1), match.group(2)))
                    if len(self.inline_dates) >= MAX_ENTRIES:
                        return

    def read_time(self, node: Any, container: int, above: int) -> None:
        """Keep a time element with the classes around it."""
        if len(self.times) < MAX_ENTRIES:
            attributes = node.attributes
            if not attributes.get("datetime"):
                self._read_moment(attributes, above)
            self.times.append(
                {
                    "datetime": (attributes.get("datetime") or "")[:60],
                    "text": " ".join((node.text(deep=True) or "").split())[:80],
                    "class": " ".join(filter(None, (attributes.get("class"), attributes.get("itemprop"))))[:200],
                    "is_in_comment": bool(above & BITS["comment"]),
                    "is_beside_story": bool(above & _BESIDE_STORY) and not above & BITS["byline"],
                }
            )

    def read_link(self, node: Any, attributes: dict[str, str | None], in_byline: int) -> None:
        """Keep the text of a link to a topic's or a writer's page.

        Args:
            node: The link.
            attributes: Its attributes.
            in_byline: Whether it stands in an element with a writer's class.
        """
        rel, href = attributes.get("rel") or "", attributes.get("href") or ""
        parts = href.lower().split("/")  # nearly no link has one of the words; half of the cost of the patterns
        if rel not in _RELATIONS and _PLACES.isdisjoint(parts) and "search/?tags=" not in href:
            return
        if (
            rel in ("tag", "category tag")
            or "search/?tags=" in href
            or (not _TOPICS.isdisjoint(parts) and _TOPIC_PAGE.search(href))
        ):
            kept = self.tag_links
        elif (
            rel == "author"
            or (not _WRITERS.isdisjoint(parts) and _WRITER_PAGE.search(href))
            or (in_byline and not _PEOPLE.isdisjoint(parts) and _PEOPLE_PAGE.search(href))
        ):
            kept = self.author_links
        else:
            return
        if len(kept) < MAX_ENTRIES:
            text = " ".join((node.text(deep=True, separator=" ") or "").split())
            if 1 < len(text) < 60 and text not in kept:
                kept.append(text)

    def read_item(self, item: str, node: Any, attributes: dict[str, str | None]) -> None:
        """Keep a microdata property."""
        if len(self.items) >= MAX_ENTRIES:
            return
        if item == "author":
            self._add_item(item, writers_name(node, attributes))
        elif item == "itemListElement":
            if step := step_of_breadcrumb(node):
                self._add_item("breadcrumb", step)
        elif item in ("headline", "name", "datePublished", "dateModified"):
            value = attributes.get("content") or attributes.get("datetime") or node.text(deep=True, separator=" ")
            self._add_item(item, value)

    def _add_item(self, item: str, value: str | None) -> None:
        self.items.append((item, " ".join((value or "").split())[:500]))

    def note_element(self, bits: int, node: Any, above: int, names: str) -> None:
        """Keep the text of an element with a class for the writer, and the moment in its attributes."""
        self._read_moment(node.attributes, above)
        is_open = len(self.bylines) < MAX_ENTRIES and self.byline_chars < _BYLINE_PROBE
        if is_open and any(word in names.lower() for word in ("byline", "author", "autor", "auteur", "writer")):
            text = " ".join((node.text(deep=True, separator=" ") or "").split())
            self.byline_chars += len(text)
            if 0 < len(text) < 200:
                self.bylines.append((names[:100], text))

    def finish(self) -> None:
        """Parse the JSON-LD that the walk collected."""
        self.nodes, self.article_bodies = json_ld.nodes(self.json_ld)
        has_date = "article:published_time" in self.metas or any(node.get("datePublished") for node in self.nodes)
        if not has_date:
            self._read_dates_in_scripts()
        self.byline_chars = 0
        self.scripts = []  # they keep the whole tree alive

    def titles(self) -> list[str]:
        """The titles that the page declares, best first, and the parts of `<title>` between separators."""
        titles = [node.get("headline") for node in self.nodes if json_ld.is_article(node)]
        titles += [
            value
            for name in ("og:title", "twitter:title", "headline", "dc.title")
            for value in self.metas.get(name, [])
        ]
        titles += [value for item, value in self.items if item == "headline"]
        if self.title:
            titles.append(self.title)
            titles += [part for part in _TITLE_SEPARATOR.split(self.title) if len(part.split()) >= 3]
        cleaned = (" ".join(html.unescape(title).split()) for title in titles if isinstance(title, str))
        return list(dict.fromkeys(title for title in cleaned if title))

    def summaries(self) -> list[str]:
        """The summaries that the page declares."""
        summaries = [node.get("description") for node in self.nodes if json_ld.is_article(node)]
        summaries += [
            value
            for name in ("og:description", "description", "twitter:description")
            for value in self.metas.get(name, [])
        ]
        return [" ".join(html.unescape(text).split()) for text in summaries if isinstance(text, str) and text.strip()]

    def is_live(self) -> bool:
        """Whether the page declares itself a live blog."""
        return any("LiveBlog" in str(node.get("@type")) for node in self.nodes)

    def to_json(self) -> str:
        """The declarations as JSON, without empty parts."""
        omitted = ("json_ld", "article_bodies", "repairs", "found", "page_bits")
        parts = {name: value for name, value in self.__dict__.items() if value and name not in omitted}
        return orjson.dumps(parts).decode()


def _add(table: dict[str, list[str]], name: str, value: str | None) -> None:
    if value and value.strip() and len(table) < 400:
        values = table.setdefault(name[:100], [])
        if len(values) < MAX_ENTRIES:
            values.append(" ".join(value.split())[:MAX_VALUE_CHARS])
