"""Pages in UTF-8 that were read in a western charset before they were saved: all their letters are wrong.

Programs that take ISO 8859-1 for the charset of every page without another one in its header save Russian as `Ìýð` and
Chinese as `ÖÐ¹ú`. Their characters are the bytes of the page, and these are in the charset that the page names or that
its letters fit.
"""

import re

import numpy as np

from tasks.clean.parse import charset

_PROBE = 200_000
_MIN_LEADS = 10  # letters; fewer are not worth a look
_MIN_RUN_CHARS = 40  # of characters in runs; words of western languages have at most two such letters side by side
_MIN_SHARE = 0.5  # of these characters, in runs of three
_UNKNOWN_SHARE = 0.1  # of the other characters than ASCII: what a program has added in the right charset
_WIDER_LATIN = re.compile(rb"[\xc4-\xc9]")  # first bytes of the letters that only central European and similar have
_CENTRAL = frozenset(charset.LANGUAGES)


def _table(codec: str) -> dict[int, int]:
    """The byte of each character of a charset, beside those of ISO 8859-1."""
    table = {}
    for byte in range(0x80, 0x100):
        char = bytes([byte]).decode(codec, "ignore")
        if char and ord(char) != byte:
            table[ord(char)] = byte
    return table


_WINDOWS, _LATIN_9 = _table("cp1252"), _table("iso8859_15")
_ONLY_WINDOWS = re.compile(f"[{''.join(map(chr, set(_WINDOWS) - set(_LATIN_9)))}]")


def original(raw: bytes, labels: list[str]) -> tuple[bytes, str] | None:
    """The bytes of a page before it was read wrongly, and their charset; None for a sound page.

    `raw` is valid UTF-8; `labels` are the codecs that the page or its server names.
    """
    named = [label for label in labels if label != "utf-8"]
    is_central = any(label in _CENTRAL for label in named) and not _WIDER_LATIN.search(raw)
    has_runs = _has_runs(raw)
    if not (is_central or has_runs):
        return None
    text = raw.decode("utf-8", "replace")
    other = sum(char > "\x7f" for char in text)
    # both have letters like `Œ`, at other places; text of windows-1252 that long has some of its quotes and dashes, too
    tables = (_WINDOWS, _LATIN_9) if _ONLY_WINDOWS.search(text) else (_LATIN_9, _WINDOWS)
    for table in tables:
        one_byte = text.translate(table)
        if sum(char > "\xff" for char in one_byte) > _UNKNOWN_SHARE * other:
            continue
        data = one_byte.encode("latin-1", "xmlcharrefreplace")
        if _is_utf8(data):
            return original(data, labels) or (data, "utf-8")  # some are read wrongly twice
        codec = charset.fitting(data, named)
        if codec and (has_runs or codec in _CENTRAL):
            return data, codec
    return None


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
    return foreign > 0 and data.decode("utf-8", "replace").count("\ufffd") <= charset.DAMAGED_SHARE * foreign
