"""Where a page was saved from and when, as browsers, SingleFile and HTTrack write it into a comment of the page."""

import io
import re
import zipfile
import zlib

from tasks.ingest.formats.times import microseconds

_HEAD_BYTES = 8192  # the comment stands before or directly behind the first tag
_ZIP_END, _ZIP_TAIL_BYTES = b"PK\x05\x06", 1 << 16  # a comment of a zip file may have these many bytes
_COMMENT = re.compile(
    rb"""<!--\s{0,9}(?:
        saved\ from\ url=\(\d{1,6}\)(?P<browser>[^\s<>]{1,4000})
      | Page\ saved\ with\ SingleFile\s{1,9}url:\s{0,9}(?P<single>[^\s<>]{1,4000})
        \s{1,9}saved\ date:\s{0,9}(?P<date>[^\r\n<>]{1,80})
      | Mirrored\ from\ (?P<mirror>[^\s<>]{1,4000})\ by\ HTTrack\ Website\ Copier[^<>]{0,60},
        \ (?P<when>\w{3},\ [^<>]{1,40})
    )\s{0,9}-->""",
    re.X,
)


def saved_from(raw: bytes) -> tuple[str | None, int | None]:
    """The address and the time (microseconds since 1970) of a saved page; None where it does not say so."""
    head = raw[:_HEAD_BYTES]
    found = _COMMENT.search(head) if b"<!--" in head else None
    if found is None:
        return None, None
    address = (found["browser"] or found["single"] or found["mirror"]).decode("utf-8", "replace")
    if found["mirror"]:  # HTTrack leaves out the scheme, and nearly all sites have this one
        address = f"https://{address}"
    when = (found["date"] or found["when"] or b"").decode("ascii", "replace").strip()
    is_web = address.startswith(("http://", "https://"))  # a browser also notes about: and file: addresses
    return address if is_web else None, microseconds(when) if when else None


def unpacked_page(raw: bytes, max_bytes: int) -> bytes | None:
    """The page within one that unpacks itself: SingleFile writes HTML that is a zip file too. None for any other."""
    if _ZIP_END not in raw[-_ZIP_TAIL_BYTES:]:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(raw)).open("index.html") as stream:
            page = stream.read(max_bytes + 1)
    except (zipfile.BadZipFile, KeyError, OSError, ValueError, NotImplementedError, RuntimeError, zlib.error, EOFError):
        return None
    return page if 0 < len(page) <= max_bytes else None
