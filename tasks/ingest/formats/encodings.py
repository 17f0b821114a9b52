"""The text of tables that may not be in UTF-8: what old spreadsheets and scripts save on Windows."""

import codecs
import re

from resiliparse.parse.encoding import detect_encoding

# Latin alphabets are not left to the detector: in few words it takes one for the other
_DETECTED = ("shift", "euc", "gb", "big5", "iso2022", "iso-2022", "1251", "1253", "1255", "1256", "koi8", "8859-5")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Which of the first eight bytes are zero, where the first characters are of ASCII: the header of a table, or JSON
_ZEROS = {"01010101": "utf-16-le", "10101010": "utf-16-be", "01110111": "utf-32-le", "11101110": "utf-32-be"}
# bytes with which no character of UTF-8 begins, or which no other byte of it follows: behind an error they are errors
_NEVER_FIRST = re.compile(rb"(?:[\x80-\xc1\xf5-\xff]|[\xc2-\xf4](?=[^\x80-\xbf]))++")
_MAC_LINE = re.compile(rb"[^\r\n]*+\r(?![\r\n])")  # ends as on the classic Mac OS, which Excel still writes
BYTE_BY_BYTE = "windows-1252"  # an error handler: bytes that are not UTF-8 are read as windows-1252


def _as_windows_1252(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeDecodeError):
        raise error
    run = _NEVER_FIRST.match(error.object, error.end)
    end = run.end() if run else error.end
    return error.object[error.start : end].decode("windows-1252", "replace"), end  # five bytes have no meaning


codecs.register_error(BYTE_BY_BYTE, _as_windows_1252)


def encoding_of(head: bytes) -> str:
    """The encoding of a file that begins like this; UTF-8 also stands for windows-1252 (see `BYTE_BY_BYTE`)."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return name
    wide = _ZEROS.get("".join("01"[byte == 0] for byte in head[:8]))
    if wide:
        return wide
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)  # a character may be cut at the end
    except UnicodeDecodeError:
        if _MAC_LINE.match(head):
            return "mac_roman"
        guess = str(detect_encoding(head) or "").lower()
        if any(part in guess for part in _DETECTED):
            try:
                return codecs.lookup(guess).name
            except LookupError:
                pass
    return "utf-8"


def readable_text(raw: bytes) -> str:
    """The text of one row."""
    return raw.decode(encoding_of(raw), BYTE_BY_BYTE)
