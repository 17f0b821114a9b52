"""Pages in UTF-8 that were read in a western charset before they were saved: all their letters are wrong.

Programs that take ISO 8859-1 for the charset of every page without another one in its header save Russian as `Ìýð` and
Chinese as `ÖÐ¹ú`. Their characters are the bytes of the page, and these are in the charset that the page names or that
its letters fit.
"""

import re
from functools import cache

import numpy as np

from tasks.clean.parse import charset

_PROBE = 200_000
_MIN_LEADS = 10  # letters; fewer are not worth a look
_MIN_RUN_CHARS = 40  # of characters in runs; words of western languages have at most two such letters side by side
_MIN_SHARE = 0.5  # of these characters, in runs of three
_LOST_SHARE = 0.02  # of the bytes that are not ASCII; a few have no character in the wrong charset
_UNKNOWN_SHARE = 0.1  # of the other characters than ASCII: what a program has added in the right charset
_WIDER_LATIN = re.compile(rb"[\xc4-\xc9]")  # first bytes of the letters that only central European and similar have
_HEAD = 48_000  # has the title, wherever the text is
_FIRST_SAMPLE, _SAMPLE = 200, 6_000  # bytes: what a sound page costs, and what is sure
# UTF-8 is rarely read in any other; in each of these some text of every script becomes readable characters
_OTHERS = "cp1251 koi8_r cp866 cp1250 iso8859_2 cp1254 cp1253 iso8859_7 cp1256 cp1255 mac_roman cp850 cp437".split()
_NO_BYTE = 0xFFFF
_CENTRAL = frozenset(charset.LANGUAGES)


@cache
def _table(codec: str) -> dict[int, int]:
    """The byte of each character of a charset, beside those of ISO 8859-1."""
    table = {}
    for byte in range(0x80, 0x100):
        char = bytes([byte]).decode(codec, "ignore")
        if char and ord(char) != byte:
            table[ord(char)] = byte
    return table


@cache
def _whole_table(codec: str) -> dict[int, int]:
    """The byte of each character of a charset; the controls that it does not have are no bytes of it."""
    table = _table(codec)
    for byte in range(0x80, 0x100):
        if bytes([byte]).decode(codec, "ignore") not in ("", chr(byte)) and byte not in table:
            table = table | {byte: _NO_BYTE}
    return table


_WINDOWS, _LATIN_9 = _table("cp1252"), _table("iso8859_15")
_ONLY_WINDOWS = re.compile(f"[{''.join(map(chr, set(_WINDOWS) - set(_LATIN_9)))}]")


def original(raw: bytes, labels: list[str]) -> tuple[bytes, str] | None:
    """The bytes of a page before it was read wrongly, and their charset; None for a sound page.

    `raw` is valid UTF-8; `labels` are the codecs that the page or its server names.
    """
    if raw.isascii():
        return None
    return _read_as_western(raw, labels) or _read_as_another(raw, labels)


def _read_as_western(raw: bytes, labels: list[str]) -> tuple[bytes, str] | None:
    named = [label for label in labels if label != "utf-8"]
    is_central = any(label in _CENTRAL for label in named) and not _WIDER_LATIN.search(raw)
    has_runs = _has_runs(raw)
    if not (is_central or has_runs):
        return None
    text = raw.decode("utf-8", "replace")
    # both have letters like `Œ`, at other places; text of windows-1252 that long has some of its quotes and dashes, too
    tables = (_WINDOWS, _LATIN_9) if _ONLY_WINDOWS.search(text) else (_LATIN_9, _WINDOWS)
    for table in tables:
        data = _as_bytes(text, table)
        if data is None:
            continue
        if _is_utf8(data):
            return original(data, labels) or (data, "utf-8")  # some are read wrongly twice
        codec = charset.fitting(data, named)
        if codec and (has_runs or codec in _CENTRAL):
            return data, codec
    return None


def _read_as_another(raw: bytes, labels: list[str]) -> tuple[bytes, str] | None:
    """The same for UTF-8 that was read in another charset of one byte: `РџСЂРёРІРµС‚`, `├╝`, `√©`."""
    first = _sample(raw[:_HEAD], _FIRST_SAMPLE)
    if len(first) < _MIN_RUN_CHARS:
        return None
    for codec in _OTHERS:
        table = _whole_table(codec)
        if not (_is_utf8_in(first, table) and _is_utf8_in(_sample(raw, _SAMPLE), table)):
            continue
        data = _as_bytes(raw.decode("utf-8", "replace"), table)
        if data is not None and _is_utf8(data):
            return original(data, labels) or (data, "utf-8")
    return None


def _sample(raw: bytes, size: int) -> str:
    """The first characters of a page that are not ASCII, of at most so many bytes."""
    probe = np.frombuffer(raw, dtype=np.uint8, count=min(len(raw), _PROBE))
    return probe[np.flatnonzero(probe & 0x80)[:size]].tobytes().decode("utf-8", "ignore")


def _as_bytes(text: str, table: dict[int, int]) -> bytes | None:
    """The bytes of a text that a charset has made of them; None if too many of its characters are not in it."""
    one_byte = text.translate(table)
    unknown = len(text) - len(one_byte.encode("latin-1", "ignore"))
    if unknown > _UNKNOWN_SHARE * (len(text) - len(text.encode("ascii", "ignore"))):
        return None
    return one_byte.encode("latin-1", "xmlcharrefreplace")


def _is_utf8_in(sample: str, table: dict[int, int]) -> bool:
    """Whether the characters of a sample are bytes of UTF-8 in a charset."""
    return _is_utf8(sample.translate(table).encode("latin-1", "replace"))


def _has_runs(raw: bytes) -> bool:
    """Whether letters of western languages stand side by side, as in no word of theirs."""
    if raw.count(b"\xc3", 0, _PROBE) < _MIN_LEADS:
        return False
    probe = np.frombuffer(raw, dtype=np.uint8, count=min(len(raw), _PROBE))
    leads = np.flatnonzero((probe & 0xFE) == 0xC2)  # the first bytes of U+0080 to U+00FF
    beside = np.diff(leads) == 2
    in_runs = 3 * np.count_nonzero(beside[:-1] & beside[1:])
    return bool(in_runs >= max(_MIN_RUN_CHARS, _MIN_SHARE * len(leads)))


def _is_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8 but for a few that an added character has replaced."""
    foreign = len(data.translate(None, bytes(range(128))))
    return foreign > 0 and data.decode("utf-8", "replace").count("\ufffd") <= _LOST_SHARE * foreign
