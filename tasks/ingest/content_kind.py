"""The kind of a file by its first bytes, where its name does not say it or says something else."""

import io
import re
import struct
from typing import IO

from tasks.ingest.formats import BY_NAME, PAGE, Format
from tasks.ingest.formats.columns import COMMON_NAMES, PAGES, is_of_address, is_of_page
from tasks.ingest.sniff import find_problem, is_html
from tasks.ingest.unpacking import MAGIC_BYTES, UnpackError, codec_of, unpacker
from tasks.storage import object_stores

_HEAD_BYTES = 8192
_PACKED_BYTES = 1 << 18  # a block of bzip2 has 900 kB unpacked, of the others less
_STARTS = {
    b"WARC/1.": "warc",
    b"WARC/0.": "warc",
    b"filedesc://": "arc",
    b"PAR1": "parquet",
    b"ORC": "orc",
    b"ARROW1\0\0": "arrow",
    b"bplist00": "webarchive",
    b"SQLite format 3\0": "sqlite",
}
_STREAM_START = b"\xff\xff\xff\xff"  # of a stream of Arrow, before the size of its schema
_MAX_SCHEMA_BYTES = 1 << 20
_TAR_MARK = slice(257, 262)
_ZIP_START = b"PK\x03\x04"
# zip files that are documents or programs, by what their first member is called
_NO_ARCHIVES = (b"[Content_Types].xml", b"mimetypeapplication/", b"_rels/", b"META-INF/", b"AndroidManifest.xml")
_CRAWL = re.compile(rb"archive/[^/\0]{1,200}\.warc")
_MARKS = b"\xef\xbb\xbf\xff\xfe"
_JSON = re.compile(rb'\s{0,99}(?:\[\s{0,99})?\{\s{0,99}"')
_HAR = re.compile(rb'\s{0,99}\{\s{0,99}"log"\s{0,9}:\s{0,9}\{')
_PLIST = re.compile(rb"\s{0,99}<\?xml[^>]{0,99}>\s{0,9}<!DOCTYPE plist\b")
_MESSAGE = re.compile(rb"(?:[\w-]{1,40}:[^\n]{0,998}\n(?:[ \t][^\n]{0,998}\n){0,20}){2,40}\r?\n")
_ANSWER = re.compile(rb"HTTP/\d(?:\.\d)? \d{3}[^\n]{0,500}\n[\w-]{1,99}:")  # a page saved with its headers
_PARTS = re.compile(rb"^content-type:\s{0,9}multipart/related\b", re.I | re.M)
# what servers of mail write, and nobody in front of a story; browsers write neither into MHTML
_MAIL = re.compile(rb"^(?:message-id|received|return-path|delivered-to|list-id):", re.I | re.M)
_SENDER = re.compile(rb"^from:[^\n]{0,998}@", re.I | re.M)
_ENVELOPE = re.compile(
    rb"From [^\n]{1,200}\d\d:\d\d(?::\d\d)?(?: [\w+-]{1,6}){0,2} \d{4}(?: [+-]\d{4})?\s{0,3}\n"
    rb"(?:[!-9;-~]{1,76}:|>From )"
)


_LINE_BYTES = 2048
_SEPARATORS = (b"\t", b";", b",", b"|")
_PAGE_NAMES = frozenset(name.encode() for field in PAGES for name in COMMON_NAMES[field])
# with the marks and blanks that programs put between the words of a name
_SPELT = (re.escape(name).replace(b"_", b"[-_ ]?") for name in sorted(_PAGE_NAMES))
_PAGE_COLUMN = re.compile(rb'"(?:%b)\\?"\s{0,9}:' % b"|".join(_SPELT), re.I)


def kind_of(head: bytes) -> Format | None:
    """The format of a file other than a page that begins with these bytes; None if they do not show it."""
    if head[:1] == b"<":  # nearly all pages: little else begins so
        return BY_NAME["webarchive"] if _PLIST.match(head) else None
    start = next((name for start, name in _STARTS.items() if head.startswith(start)), None)
    if start is None:
        start = _kind_of_archive(head) or _kind_of_text(head)
    return BY_NAME[start] if start else None


def _kind_of_archive(head: bytes) -> str | None:
    if head.startswith(_ZIP_START):
        if any(name in head[:200] for name in _NO_ARCHIVES):
            return None
        return "wacz" if _CRAWL.search(head) else "zip"
    if head.startswith(_STREAM_START) and len(head) > 8:
        (size,) = struct.unpack_from("<i", head, 4)
        return "arrow" if 0 < size <= _MAX_SCHEMA_BYTES and not size % 8 else None
    return "tar" if head[_TAR_MARK] == b"ustar" else None


def _kind_of_text(head: bytes) -> str | None:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.replace(b"\0", b"")
    head = head.lstrip(_MARKS)
    if _HAR.match(head):
        return "har"
    if _JSON.match(head):
        return "json"
    if _PLIST.match(head):
        return "webarchive"
    if _is_header_of_table(head):
        return "csv"
    if head.startswith(b"From ") and _ENVELOPE.match(head):
        return "mbox"
    message = _MESSAGE.match(head)
    if message is None:
        return None
    if _PARTS.search(message[0]) and not _MAIL.search(message[0]):
        return "mhtml"
    return "mail" if _MAIL.search(message[0]) and _SENDER.search(message[0]) else None


def _is_header_of_table(head: bytes) -> bool:
    """Whether the first line names a column of pages and one of addresses, and nothing but columns."""
    line = head[:_LINE_BYTES].partition(b"\n")[0].lower()
    separator = next((mark for mark in _SEPARATORS if mark in line), None)
    cells = line.split(separator) if separator else ()
    names = [name.strip(b" \r\"'").decode("utf-8", "replace") for name in cells]
    return any(map(is_of_page, names)) and any(map(is_of_address, names))


def unpacked_head(stream: IO[bytes]) -> tuple[bytes, str | None]:
    """The first bytes of a file, decompressed, and its compression.

    Raises:
        UnpackError: they cannot be decompressed.
    """
    head = stream.read(_HEAD_BYTES)
    codec = codec_of(head[:MAGIC_BYTES])
    if codec:
        packed = head + stream.read(_PACKED_BYTES)  # a copy: Arrow closes the file that it decompresses
        head = unpacker(io.BytesIO(packed), codec).read(_HEAD_BYTES)
    return head, codec


def found_kind(path: str, *, is_named: bool = False) -> tuple[Format, str | None] | None:
    """The format and the compression of a file whose name shows no format; None if it is of no known one.

    Of JSON that the user has not named, only what has a column of a page: sites keep many settings in JSON.
    """
    try:
        with object_stores.open_file(path) as stream:
            head, codec = unpacked_head(stream)
    except (OSError, UnpackError, object_stores.StoreError):
        return None
    kind = kind_of_unnamed(head, is_named=is_named)
    return (kind, codec) if kind else None


def kind_of_unnamed(head: bytes, *, is_named: bool = False) -> Format | None:
    """The format of a file without a known ending; of JSON, only with a column of a page unless the user names it."""
    kind = kind_of(head)
    if kind is not None:
        is_taken = is_named or kind.name != "json" or _PAGE_COLUMN.search(head.replace(b"\0", b""))
        return kind if is_taken else None
    is_page = is_html(head) or _ANSWER.match(head) is not None
    return PAGE if is_page and find_problem(head) is None else None
