"""Web archives of Safari: a property list with the page and its parts."""

import plistlib
import struct
from collections.abc import Iterator
from xml.parsers.expat import ExpatError

from tasks.ingest.bounded_streams import FlawError, read_bounded
from tasks.ingest.formats import Opened, Options
from tasks.ingest.record import Record
from tasks.vocabulary import Flaw

_PARTS_GROWTH = 4  # images are with the page
# what `plistlib` raises on data that is not a property list
_ERRORS = (
    ArithmeticError,
    AttributeError,
    ExpatError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
    struct.error,
)


def read_webarchive(opened: Opened, options: Options) -> Iterator[Record]:
    """The page itself; its frames and images are left out."""
    try:
        raw = read_bounded(opened.stream, opened.codec, _PARTS_GROWTH * options.max_page_bytes)
        # entities are refused by `plistlib`, and an object that is named often is read once
        archive = plistlib.loads(raw)
        main = archive["WebMainResource"]
        content, url = main["WebResourceData"], str(main.get("WebResourceURL") or "")
        if not isinstance(content, bytes):
            raise TypeError("its WebResourceData is not data")
    except FlawError as error:
        yield Record(None, flaw=error.flaw, detail=error.detail)
    except KeyError:
        yield Record(None, flaw=Flaw.NO_CONTENT, detail="is a property list without a saved page", byte_count=len(raw))
    except _ERRORS as error:
        detail = f"is not a web archive of Safari that can be read: {type(error).__name__}: {error}"[:300]
        yield Record(None, flaw=Flaw.BROKEN_FILE, detail=detail)
    else:
        yield Record(
            content,
            url=url if url.startswith(("http://", "https://")) else None,
            media_type=str(main.get("WebResourceMIMEType") or "") or None,
            encoding=str(main.get("WebResourceTextEncodingName") or "") or None,
        )
