"""Pages in UTF-8 that were read in a western charset before they were saved: all their letters are wrong.

Programs that take ISO 8859-1 for the charset of every page without another one in its header save Russian as `Ìýð` and
Chinese as `ÖÐ¹ú`. Their characters are the bytes of the page, and these are in the charset that the page names or that
its letters fit.
"""

import re

from tasks.clean.parse import charset

_PROBE = 200_000
_MIN_RUN_CHARS = 40  # of characters in runs; words of western languages have at most two such letters side by side
_MIN_SHARE = 0.5  # of the characters of two bytes, in runs
_UNKNOWN_SHARE = 0.1  # of the other characters than ASCII: what a program has added in the right charset
_TWO_BYTES = rb"\xc2[\x80-\xbf]|\xc3[\x80-\xbf]"
# also the characters that windows-1252 and ISO 8859-15 have where ISO 8859-1 has others
_CHARACTER = (
    rb"(?:" + _TWO_BYTES + rb"|\xe2(?:\x80[\x93-\xba]|\x84\xa2|\x82\xac)|\xc5[\x92-\xbe]|\xc6\x92|\xcb[\x86\x9c])"
)
_RUN = re.compile(_CHARACTER + rb"{3,}")
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


_TABLES = (_table("cp1252"), _table("iso8859_15"))


def original(raw: bytes, labels: list[str]) -> tuple[bytes, str] | None:
    """The bytes of a page before it was read wrongly, and their charset; None for a sound page.

    `raw` is valid UTF-8; `labels` are the codecs that the page or its server names.
    """
    named = [label for label in labels if label != "utf-8"]
    is_central = any(label in _CENTRAL for label in named) and not _WIDER_LATIN.search(raw)
    if not (is_central or _has_runs(raw)):
        return None
    text = raw.decode("utf-8")
    other = sum(char > "\x7f" for char in text)
    for table in _TABLES:
        data = text.translate(table).encode("latin-1", "replace")
        if data.count(b"?") - text.count("?") > _UNKNOWN_SHARE * other:
            continue
        if _is_utf8(data):
            return data, "utf-8"
        codec = charset.fitting(data, named)
        if codec:
            return data, codec
    return None


def _has_runs(raw: bytes) -> bool:
    """Whether letters of western languages stand side by side, as in no word of theirs."""
    probe = raw[:_PROBE]
    leads = probe.count(b"\xc3")
    if leads < _MIN_RUN_CHARS / 4:
        return False
    in_runs = sum(len(run) // 2 for run in _RUN.findall(probe) if b"\xc3" in run)
    return in_runs >= max(_MIN_RUN_CHARS, _MIN_SHARE * (leads + probe.count(b"\xc2")))


def _is_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8 but for a few that an added character has replaced."""
    foreign = len(data.translate(None, bytes(range(128))))
    return foreign > 0 and data.decode("utf-8", "replace").count("\ufffd") <= charset.DAMAGED_SHARE * foreign
