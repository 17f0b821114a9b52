"""Sitemaps and indexes of sitemaps (sitemaps.org), in XML and as text."""

import html
import re
from urllib.parse import urlsplit
from xml.parsers import expat

from tasks.ingest.bounded_streams import FlawError
from tasks.ingest.fetch.listed import MAX_ENTRIES, Listed, absolute, damage_in
from tasks.ingest.fetch.xml_text import XmlText
from tasks.vocabulary import Flaw

ROOTS = ("urlset", "sitemapindex")
_LINE = re.compile(r"https?://[^\s<>\"]+")


def read_sitemap(xml: XmlText, url: str) -> Listed:
    """The addresses in a sitemap. One that is damaged gives those that can be read, and says so.

    Raises:
        FlawError: nothing of it can be read.
    """
    reader = _Reader()
    damage = reader.read(xml.body)
    if damage:
        (reader.pages if xml.root == "urlset" else reader.lists).extend(_written_out(xml))
    unusable = damage_in(reader.pages) or damage_in(reader.lists)
    listed = Listed(
        absolute(reader.pages, url), absolute(reader.lists, url), "the XML is broken" if damage else unusable
    )
    if listed.damage and not listed.pages and not listed.lists:
        raise FlawError(Flaw.BROKEN_FILE, f"the sitemap cannot be read: {unusable or damage}")
    return listed


class _Reader:
    """Collects the text of each `loc` that stands directly in a `url` or a `sitemap`."""

    def __init__(self) -> None:
        self.pages: list[str] = []
        self.lists: list[str] = []
        self._open: list[str] = []
        self._text: list[str] | None = None

    def read(self, body: str) -> str | None:
        """What is wrong with the XML, or None."""
        parser = expat.ParserCreate("utf-8")  # without namespaces: a prefix may be undeclared
        parser.StartElementHandler, parser.EndElementHandler = self._start, self._end
        parser.CharacterDataHandler = self._characters
        try:
            parser.Parse(body.encode("utf-8", "replace"), True)
        except expat.ExpatError as error:
            return str(error)
        return None

    def _start(self, name: str, _attributes: object) -> None:
        self._open.append(name.rpartition(":")[2].lower())
        self._text = [] if self._open[-1] == "loc" and self._open[-2:-1] in (["url"], ["sitemap"]) else None

    def _end(self, _name: str) -> None:
        self._open.pop()
        if self._text is not None:
            (self.pages if self._open[-1] == "url" else self.lists).append("".join(self._text))
        self._text = None

    def _characters(self, text: str) -> None:
        if self._text is not None:
            self._text.append(text)


def _written_out(xml: XmlText) -> list[str]:
    """The text of every complete `loc`, where the XML cannot be parsed to its end."""
    name = re.escape(f"{xml.prefix}:loc" if xml.prefix else "loc")
    found = re.findall(rf"<{name}\s*>([^<]{{1,5000}})</{name}", xml.body)
    return [html.unescape(text) for text in found]


def read_text_sitemap(text: str) -> Listed | None:
    """The addresses in a sitemap that has one in each line, or None if the text is something else."""
    lines = text.split(maxsplit=MAX_ENTRIES)
    if not lines or not all(_is_address(line) for line in lines[:1]):
        return None
    addresses = [line for line in lines if _is_address(line)]
    return Listed(absolute(addresses, addresses[0])) if len(addresses) * 2 > len(lines) else None


def _is_address(line: str) -> bool:
    try:
        return bool(_LINE.fullmatch(line) and urlsplit(line).hostname)
    except ValueError:
        return False
