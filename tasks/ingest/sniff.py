"""What bytes are: a page of text or of markup, or something that cannot be read."""

import re
from functools import lru_cache

import numpy as np

from tasks.vocabulary import Flaw

# What a file starts with that is not a page (signatures from the formats' specifications)
_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"RIFF": "a RIFF file (WebP, AVI, WAV)",
    b"%PDF-": "a PDF document",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "gzip data",
    b"\x28\xb5\x2f\xfd": "Zstandard data",
    b"BZh": "bzip2 data",
    b"\xfd7zXZ\x00": "xz data",
    b"\x7fELF": "a program",
    b"MZ\x90": "a program",
    b"PAR1": "a Parquet file",
    b"Obj\x01": "an Avro file; export its rows as Parquet or JSON lines",
    b"WARC/1.": "a WARC file; give its name the ending .warc",
    b"bplist00": "a web archive of Safari or another property list; save the page as HTML",
    b"\xd0\xcf\x11\xe0": "an old document of Word or Excel; save it as text or CSV",
    b"\x80\x04\x95": "a pickle of Python, which is never opened since it may run code; export JSON lines",
    b"\x80\x05\x95": "a pickle of Python, which is never opened since it may run code; export JSON lines",
    b"\x89HDF": "an HDF5 file; export its rows as Parquet",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive; unpack it",
    b"Rar!\x1a": "a RAR archive; unpack it",
    b"\x04\x22\x4d\x18": "LZ4 data; decompress it",
    b"\x1f\x9d\x90": "data of compress (.Z); decompress it",
    b"\x5d\x00\x00": "LZMA data; decompress it",
    b"\xff\x06\x00\x00sNaPpY": "Snappy data; decompress it",
    b"\x00\x00\x00\x18ftyp": "an MP4 film",
    b"\x00\x00\x00\x1cftyp": "an MP4 film",
    b"OggS": "Ogg media",
    b"ID3": "an MP3 file",
    b"SQLite format 3\x00": "a SQLite database; give its name the ending .sqlite",
    b"wOFF": "a font",
    b"wOF2": "a font",
}
_STARTS = tuple(_SIGNATURES)
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_NO_TEXT = b"\x00\t\n\x0b\x0c\r \xef\xbb\xbf\xff\xfe"
# first bytes of most pages: no signature, no mark and no blank begins with them
_USUAL_FIRST = frozenset(bytes([code]) for code in range(0x21, 0x7F)) - {start[:1] for start in _STARTS}
# C0 controls that are not in any text: all but tab, line feed, vertical tab, form feed, return and escape (ISO-2022-JP)
_CONTROLS = bytes(code for code in range(0x20) if code not in (0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1B))
_BINARY_SHARE = 0.02  # a page with a stray NUL is repaired; bytes with one control in fifty are not text
_HTML_START = re.compile(
    rb"<(?:!--|(?:!doctype\s+(?:[\w-]+:)?html|(?:[\w-]+:)?html|head|body|title|meta|link|style|base|div|p|span|article"
    rb"|section|main|header|nav|center|h[1-6]|ul|ol|table|script)\b)",
    re.I,
)
# what may stand before the first tag: a declaration of XML, stylesheets, comments
_PROLOG = re.compile(rb"(?:\s+|<\?[\w-]+[^>]{0,1000}\?>|<!--.{0,4000}?-->)+", re.S)
# The first tag of what only lists pages, which servers also send as HTML. It never goes back: comments have many ends
_LIST = re.compile(
    rb"(?:<\?[\w-]{1,40}[^>]{0,1000}\?>|(?><!--.{0,1000}?-->)|\s){0,20}+"
    rb"<(rss|feed|urlset|sitemapindex|rdf:RDF|opml)[\s>]",
    re.S,
)
_WIDE_PROBE = 4096
_FEW_BYTES = 16_384  # fewer are copied faster than NumPy is called
_PART = 65_536  # bytes counted at once: a column of a table is larger than the cache of a processor
_PROBE = 16_384  # at either end of a page: binary data is binary from its start or to its end
# Of them, every 13th byte first: where one in fifty is a control character, some of 2,500 are, and pages have none.
# No record of a binary format is 13 bytes long
_STRIDE = 13

_MARKDOWN_PROBE = 65_536  # of a scraped page: its menu alone may take ten thousand bytes
_MARKDOWN_LINK = re.compile(rb"\]\((?:https?://|/|#|mailto:)[^\s)]{0,2000}")
# between blank lines: a comment in code is beside its code
_MARKDOWN_HEADING = re.compile(rb"(?:\A\s*|\n[ \t]*\n)#{1,6} [^\s#][^\n]*(?=\n[ \t]*\n|\n?\Z)")
_MARKDOWN_FIRST = re.compile(rb"\s*# [^\s#][^\n]*\n[ \t]*\n")
# with a key that pages have: clean reads whatever keys there are
_FRONT_FIRST = frozenset((b"-", b" ", b"\n", b"\r", b"\t", b"\f", b"\v"))
_FRONT_START = re.compile(rb"\s*+---")
_FRONT_MATTER = re.compile(rb"\s*---[ \t]*\n(?:[\w-]+:[^\n]*\n)*?(?:title|date|author|url):[^\n]*\n")
_HEAD_PROBE = 4096
_HTML_ENDINGS, _MARKDOWN_ENDINGS = (".htm", ".html", ".xhtml"), (".md", ".markdown")
_READER_HEAD = re.compile(rb"^Markdown Content:[ \t]*$", re.M)  # what readers for language models write
_MARKDOWN_BOLD = re.compile(rb"\*\*[^\s*][^*\n]{0,200}\*\*")


def find_problem(raw: bytes, *, is_clean: bool = False) -> tuple[Flaw, str] | None:
    """The flaw of the bytes and a sentence about it, or None for a readable page.

    Clean bytes have no control character: who has looked at many pages at once says so.
    """
    if raw[:1] not in _USUAL_FIRST:
        if not raw[:_WIDE_PROBE].strip(_NO_TEXT) and not raw.strip(_NO_TEXT):
            return Flaw.EMPTY, f"{len(raw)} bytes, none of them text"
        if raw.startswith(_STARTS):
            name = next(name for start, name in _SIGNATURES.items() if raw.startswith(start))
            return Flaw.BINARY, f"starts like {name}"
        if raw.startswith(_BOMS[1:]):
            return None
    elif raw.startswith(b"<") and (found := _LIST.match(raw)):
        return Flaw.NO_PAGES, f"is a feed, a sitemap or a list of feeds (<{found[1].decode()}>); name it by its address"
    if is_clean or is_wide(raw):
        return None
    if len(raw) > 2 * _PROBE and not _has_controls(raw[:_PROBE:_STRIDE]) and not _has_controls(raw[-_PROBE::_STRIDE]):
        return None
    probe = raw if len(raw) <= 2 * _PROBE else raw[:_PROBE] + raw[-_PROBE:]
    controls = _count_controls(probe)
    if controls > _BINARY_SHARE * len(probe):
        return Flaw.BINARY, f"{controls} of {len(probe)} bytes examined are control characters"
    return None


def _has_controls(few: bytes) -> bool:
    return len(few.translate(None, _CONTROLS)) < len(few)


def _count_controls(probe: bytes) -> int:
    if len(probe) < _FEW_BYTES:
        return len(probe) - len(probe.translate(None, _CONTROLS))
    return count_controls(np.frombuffer(probe, np.uint8))


def count_controls(codes: "np.typing.NDArray[np.uint8]") -> int:
    """How many of some bytes are control characters that no text has."""
    return sum(_count_part(codes[start : start + _PART]) for start in range(0, len(codes), _PART))


def _count_part(codes: "np.typing.NDArray[np.uint8]") -> int:
    # of the codes below 32 all but 9 to 13 and 27; in the second sum smaller codes wrap around to large ones
    found = int(np.count_nonzero(codes < 9)) + int(np.count_nonzero(codes - np.uint8(14) < 18))
    return found - int(np.count_nonzero(codes == 0x1B)) if found else 0  # most pages have none


def is_wide(raw: bytes) -> bool:
    """Whether the bytes look like UTF-16 or UTF-32 without a byte order mark: every other byte is mostly NUL."""
    if raw.find(0, 0, _WIDE_PROBE) < 0:
        return False
    probe = raw[:_WIDE_PROBE]
    half = len(probe) // 2
    if half < 8:
        return False
    even, odd = probe[0::2].count(0), probe[1::2].count(0)
    return max(even, odd) > 0.7 * half and min(even, odd) < 0.7 * half


def is_html(head: bytes) -> bool:
    """Whether the bytes begin as a page of HTML, behind a byte order mark, an XML declaration and comments."""
    if head.startswith(_BOMS[1:]) or is_wide(head):
        head = head.replace(b"\x00", b"")
    head = head.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    prolog = _PROLOG.match(head)
    return _HTML_START.match(head, prolog.end() if prolog else 0) is not None


@lru_cache(1 << 10)  # the pages of a file have one name
def _is_called(name: str, endings: tuple[str, ...]) -> bool:
    return name.lower().endswith(endings)


def media_type(raw: bytes, name: str, declared: str | None = None) -> str:
    """`text/html`, `text/markdown` or `text/plain`, by what the page starts with.

    Where that is not conclusive, the declared type decides, and without one the suffix of the name.
    """
    head = raw[:2048]
    if 0 in head and (raw.startswith(_BOMS[1:]) or is_wide(raw)):
        head = head.replace(b"\x00", b"")
    is_called_html = "html" in declared.lower() if declared else _is_called(name, _HTML_ENDINGS)
    if b"<" in head and _HTML_START.search(head):
        # a text page may mention tags; an HTML page starts with one
        return "text/html" if is_called_html or is_html(head) else "text/plain"
    if is_called_html and b"<" in raw:
        return "text/html"
    return "text/markdown" if is_markdown(raw, name, declared) else "text/plain"


def is_markdown(raw: bytes, name: str, declared: str | None = None) -> bool:
    """Whether a page of text is Markdown, by its type, the suffix of its name or its form.

    By form it has several links, front matter, or a heading that is the first line or is beside links, bold words or
    more headings.
    """
    if _is_called(name, _MARKDOWN_ENDINGS) or "markdown" in (declared or ""):
        return True
    head = raw[:_MARKDOWN_PROBE]
    # one byte is found far faster than two
    has_signs = (b"]" in head and b"](" in head) or (b"#" in head and b"# " in head)
    has_reader_head = head.find(b":", 0, _HEAD_PROBE) >= 0 and head.find(b"Markdown Content:", 0, _HEAD_PROBE) >= 0
    if not has_signs and not has_reader_head and not (head[:1] in _FRONT_FIRST and _FRONT_START.match(head)):
        return False  # most pages of text: to see that is far quicker than to try the patterns
    head = head.replace(b"\r\n", b"\n")
    if _FRONT_MATTER.match(head) or _READER_HEAD.search(head[:_HEAD_PROBE]):
        return True
    if not has_signs:
        return False
    links = len(_MARKDOWN_LINK.findall(head))
    headings = len(_MARKDOWN_HEADING.findall(head))
    has_more = links > 0 or headings > 1 or _MARKDOWN_FIRST.match(head) or _MARKDOWN_BOLD.search(head)
    # a text without blank lines is what a program read off a page that shows such links
    return (links >= 3 and head.count(b"\n\n") > 1) or (headings > 0 and bool(has_more))
