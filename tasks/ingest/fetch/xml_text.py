"""The XML of feeds and sitemaps as servers send it: any encoding, no declared entities, bare ampersands repaired.

Entities that a document declares can grow without limit (billion laughs) and read files, and no list of pages needs
them. So the prolog, where alone they can be declared, is read by the XML parser and cut off, whatever its encoding and
length.
"""

import codecs
import io
import re
from dataclasses import dataclass
from html.entities import name2codepoint
from xml.parsers import expat

from tasks.ingest.bounded_streams import FlawError, read_bounded
from tasks.ingest.formats.encodings import readable_text
from tasks.vocabulary import Flaw

MAX_LIST_BYTES = 64 << 20  # sitemaps.org allows 50 MB
_MAX_PACKINGS = 2
NEVER_EXPANDED = "\ufdd0"  # stands for a declared entity; a character that no address has
_DECLARED_ENCODING = re.compile(rb"""\s*<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})["']""")
_WIDE = ("utf-16", "utf-32", "utf-7", "utf_16", "utf_32", "utf_7")  # a head that can be read is not in these
_XML_DECLARATION = re.compile(r"<\?xml\b[^>]{0,1000}\?>\s*")
_ROOT = re.compile(r"<([\w:.-]+)")
_NO_XML_CHARACTER = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
# what is opened and not closed goes on to the end, or each of many such signs would be looked for up to there
_AMPERSAND = re.compile(
    r"<!\[CDATA\[.*?(?:\]\]>|\Z)|<!--.*?(?:-->|\Z)|&(#\d+;|#[xX][0-9a-fA-F]+;|[A-Za-z_][\w.-]{0,200};)?", re.S
)
_XML_NAMES = ("amp", "lt", "gt", "quot", "apos")


@dataclass(frozen=True)
class XmlText:
    """A document from its first element on, with only the entities of XML itself."""

    root: str  # name of the first element, without a prefix, in lower case
    body: str
    prefix: str = ""


def plain(raw: bytes) -> bytes:
    """A list or robots.txt without the compression that no header says; some servers compress twice.

    Raises:
        FlawError: it is broken or too large.
    """
    for _ in range(_MAX_PACKINGS):
        if not raw.startswith(b"\x1f\x8b"):
            break
        raw = read_bounded(io.BytesIO(raw), "gzip", MAX_LIST_BYTES)
    return raw


def text_of(raw: bytes) -> str:
    """The text of a list or of robots.txt, without byte order marks and blanks before it."""
    declared = _DECLARED_ENCODING.match(raw)
    text = None
    if declared and not declared[1].lower().startswith(tuple(name.encode() for name in _WIDE)):
        try:
            text = raw.decode(codecs.lookup(declared[1].decode("ascii")).name)
        except (LookupError, ValueError):  # unknown, or not what it declares
            text = None
    return (readable_text(raw) if text is None else text).lstrip("\ufeff \t\r\n\0")


def xml_of(text: str) -> XmlText | None:
    """The document without its prolog, or None if it has no element.

    Raises:
        FlawError: the prolog declares a document type that cannot be read.
    """
    text = _XML_DECLARATION.sub("", text, count=1) if text.startswith("<?xml") else text
    prolog = _Prolog(_NO_XML_CHARACTER.sub("", text))
    match = _ROOT.match(prolog.rest)
    if match is None:
        return None
    prefix, _, name = match[1].rpartition(":")
    body = _AMPERSAND.sub(lambda found: _repaired(found, prolog.entities), prolog.rest)
    return XmlText(name.lower(), body, prefix)


class _Prolog:
    """What comes before the first element: the parser reads it, and stops there."""

    def __init__(self, text: str) -> None:
        self.entities: set[str] = set()
        self._has_open_type = False
        self._root_index: int | None = None
        self._encoded = text.encode()
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartDoctypeDeclHandler = self._open_type
        self._parser.EndDoctypeDeclHandler = self._close_type
        self._parser.EntityDeclHandler = self._declare
        self._parser.StartElementHandler = self._stop
        try:
            self._parser.Parse(self._encoded, True)
        except _RootFoundError:
            pass
        except expat.ExpatError as error:
            self._root_index = self._index_after(error)
        self.rest = self._encoded[self._root_index or 0 :].decode("utf-8", "replace")

    def _index_after(self, error: expat.ExpatError) -> int:
        """Where the first element begins, if its own tag is what the parser cannot read."""
        index = max(self._parser.ErrorByteIndex, 0)
        start = self._encoded.rfind(b"<", 0, index + 1)
        if self._has_open_type or b"<!DOCTYPE" in self._encoded[max(start, 0) : index + 65_536].upper():
            detail = f"the XML declares a document type that cannot be read: {error}"
            raise FlawError(Flaw.BROKEN_FILE, detail) from error
        return max(start, 0)

    def _open_type(self, *_: object) -> None:
        self._has_open_type = True

    def _close_type(self) -> None:
        self._has_open_type = False

    def _declare(self, name: str, *_: object) -> None:
        self.entities.add(name)

    def _stop(self, *_: object) -> None:
        self._root_index = self._parser.CurrentByteIndex
        raise _RootFoundError


class _RootFoundError(Exception):
    """The first element begins."""


def _repaired(found: re.Match[str], declared: set[str]) -> str:
    """An ampersand as XML writes it; letters that HTML names have their HTML meaning, whatever the prolog declares."""
    if found[0][0] == "<" or (found[1] or "").startswith("#"):
        return found[0]
    name = (found[1] or "")[:-1]
    if name in _XML_NAMES:
        return found[0]
    if name in name2codepoint:
        return f"&#{name2codepoint[name]};"
    return NEVER_EXPANDED if name in declared else f"&amp;{found[0][1:]}"
