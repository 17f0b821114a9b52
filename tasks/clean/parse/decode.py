"""Bytes in, text out: encoding detection and the repairs that every text needs, each with a name.

A repair never changes what a reader sees, except damage: quotes and dashes stay as they are, and hyphens but for those
of words that a printed line divides.
"""

import codecs
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
from resiliparse.parse.encoding import map_encoding_to_html5

from tasks.clean.parse import charset, transcoded
from tasks.text import mojibake
from tasks.text.characters import C1_CLASS, JOINERS, UNSEEN_CLASS
from tasks.text.escapes import join_divided_words, unescape

_META_PROBE = 4096  # browsers look for a charset in the first 1024 bytes, but sites declare it later, too
_META = re.compile(
    rb"""<(?:meta[^>]{0,200}?|\?xml[^>]{0,100}?)(?:charset|encoding)\s*=\s*["']?\s*([\w:.-]{2,40})""", re.I
)
_NOT_CHARSETS = frozenset({"idna", "punycode", "unicode-escape", "raw-unicode-escape", "undefined"})  # Python's own
_DAMAGED_SHARE = 0.01  # of undecodable bytes: up to this a text is damaged, with more it is in another encoding

# Where a page has no valid sequence of UTF-8, these are letters and signs of windows-1252, whatever the page declares.
# The first bytes of a cut sequence of UTF-8 (C2, C3, E2) are letters within a word only.
_SINGLE_BYTE = re.compile(
    rb"(?<=[A-Za-z])[\xc0\xc1\xc4-\xd6\xd8-\xe1\xe3-\xf6\xf8-\xff](?=[A-Za-z\s.,;:!?<)'\"-])"
    rb"|(?<=[\x00-\x7f])[\xc0-\xd6\xd8-\xf6\xf8-\xff](?=[A-Za-z])"
    rb"|[\x80\x85\x91-\x97\xa0\xa3\xa7\xa9\xab\xae\xb0\xbb](?![\x80-\xbf])"
)

_BREAK_CLASS = "\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
_BREAKS = re.compile(f"\r\n?|[{_BREAK_CLASS}]")
_SPACE_CLASS = "\xa0\u1680\u2000-\u200a\u202f\u205f\u3000"


def _chars_in(char_class: str) -> frozenset[str]:
    """The characters of the inside of a regular expression's `[...]`."""
    spans = re.findall(r"(.)(?:-(.))?", char_class, re.S)
    return frozenset(chr(code) for first, last in spans for code in range(ord(first), ord(last or first) + 1))


_UNSEEN = re.compile(f"[{UNSEEN_CLASS}]")
_INVISIBLE = re.compile(f"[{UNSEEN_CLASS}{C1_CLASS}]")
_SPACES = re.compile(f"[{_SPACE_CLASS}]")
_MAX_ROUNDS = 4  # some text is damaged twice; more damage is artificial
# repairs that may uncover further damage; replaced spaces do not
_UNSETTLING = frozenset({"mojibake", "invisible_characters", "unicode_nfc", "escapes"})
_IS_UNSEEN, _IS_C1, _IS_SPACE, _IS_LEAD, _IS_BREAK, _IS_JOINER = 1, 2, 4, 8, 16, 32
# which of the patterns each UTF-16 unit may match: all their characters are in the basic plane
_SIGNS = np.zeros(0x10000, dtype=np.uint8)
for _sign, _class in (
    (_IS_UNSEEN, UNSEEN_CLASS),
    (_IS_C1, C1_CLASS),
    (_IS_SPACE, _SPACE_CLASS),
    (_IS_LEAD, mojibake.LEADS),
    (_IS_BREAK, "\r" + _BREAK_CLASS),
    (_IS_JOINER, "\u200c\u200d"),
):
    _SIGNS[[ord(char) for char in _chars_in(_class)]] |= _sign

# longer marks first: UTF-32's starts like UTF-16's
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


@dataclass(frozen=True)
class Decoded:
    """A page's bytes and how to read them."""

    raw: bytes  # without a byte order mark
    encoding: str
    encoding_from: str  # bom | wide | utf-8 | transport | meta | detected | fallback
    damaged_char_count: int
    is_transcoded: bool = False  # had been read in a wrong charset and saved in UTF-8

    @property
    def text(self) -> str:
        """The page's text. The parser of HTML does not need it: it takes UTF-8."""
        return self.raw.decode(self.encoding, "replace")


def decode(raw: bytes, declared: str | None = None) -> Decoded:
    """The text of a page of unknown encoding; never raises.

    Order: byte order mark, UTF-16/32 by its NULs, strict UTF-8 (text in another encoding practically never is valid
    UTF-8), the transport's charset, the page's own, a detector, and windows-1252 as the last resort. A western charset
    that the letters contradict is not believed.
    """
    for bom, name in _BYTE_ORDER_MARKS:
        if raw.startswith(bom):
            return _lossy(raw[len(bom) :], name, "bom")
    wide = _wide_name(raw)
    if wide:
        return _lossy(raw, wide, "wide")
    # one byte is found many times as fast as two
    if raw.find(b"\x1b", 0, 65536) >= 0 and b"\x1b$" in raw[:65536] and raw[:65536].isascii():
        return _lossy(raw, "iso2022_jp", "detected")
    meta = _META.search(raw[:_META_PROBE])
    named: list[tuple[str | None, str]] = [
        (declared, "transport"),
        (meta.group(1).decode("ascii", "ignore") if meta else None, "meta"),
    ]
    if is_utf8(raw):
        codecs_named = [codec for label, _ in named if (codec := _codec(label))]
        original = transcoded.original(raw, codecs_named)
        if original is None:
            return Decoded(raw, "utf-8", "utf-8", 0)
        return replace(_lossy(*original, "detected"), is_transcoded=True)
    believed = _declared(raw, named)
    if believed:
        return believed
    damaged = raw.decode("utf-8", "replace")
    bad = damaged.count("\ufffd")
    is_single_byte = len(damaged) == len(raw) and bad == len(_SINGLE_BYTE.findall(raw))
    if (
        not is_single_byte
        and bad <= _DAMAGED_SHARE * len(raw)
        and (len(damaged) < len(raw) - 2 * bad or any(_codec(label) == "utf-8" for label, _ in named))
    ):
        return Decoded(raw, "utf-8", "utf-8", bad)  # has valid multi-byte characters, or declares UTF-8
    guess = _codec(charset.detected(raw))
    if (guess in (None, "utf-8") or guess in charset.WESTERN) and charset.is_korean(raw):
        guess = "cp949"
    if guess and guess != "utf-8":
        decoded = _lossy(raw, guess, "detected")
        if decoded.damaged_char_count <= _DAMAGED_SHARE * len(raw):
            return decoded
    return _lossy(raw, "windows-1252", "fallback")


def _declared(raw: bytes, named: list[tuple[str | None, str]]) -> Decoded | None:
    """The page in the first charset declared for it that can be; None if there is none."""
    readable = []
    for label, origin in named:
        codec = _codec(label)
        if codec and codec != "utf-8":
            try:
                raw.decode(codec)
            except UnicodeDecodeError:
                continue
            readable.append((codec, origin))
    if not readable:
        return None
    codec, origin = readable[0]
    if codec in charset.WESTERN:
        fitting = _codec(charset.fitting(raw, [other for other, _ in readable[1:]]))
        if fitting:
            return _lossy(raw, fitting, dict(readable).get(fitting, "detected"))
    return Decoded(raw, codec, origin, 0)


def _lossy(raw: bytes, name: str, origin: str) -> Decoded:
    return Decoded(raw, name, origin, raw.decode(name, "replace").count("\ufffd"))


def is_utf8(raw: bytes) -> bool:
    """Whether bytes are valid UTF-8: Arrow checks them in place, five times as fast as Python decodes them."""
    bounds = pa.py_buffer(np.array([0, len(raw)], dtype=np.int64))
    try:
        pa.Array.from_buffers(pa.large_string(), 1, [None, bounds, pa.py_buffer(raw)]).validate(full=True)
    except pa.ArrowInvalid:
        return False
    return True


def _codec(label: str | None) -> str | None:
    """Python's name of the codec that browsers use for a label (WHATWG Encoding), or None."""
    if not label:
        return None
    try:
        name = codecs.lookup(map_encoding_to_html5(label.strip(), fallback_utf8=False) or label.strip()).name
        b"\0\0\0\0".decode(name)  # "zlib" and "rot13" are codecs, too, but not of text
    except (LookupError, ValueError):
        return None
    return None if name in _NOT_CHARSETS else name


def _wide_name(raw: bytes) -> str | None:
    """UTF-16 or UTF-32 without a byte order mark, recognised by the positions of its NULs."""
    probe = raw[:4096]
    if probe.count(0) * 4 < len(probe) or len(probe) < 16:
        return None
    quarters = [probe[n::4].count(0) * 4 > 3 * len(probe) // 4 for n in range(4)]
    if quarters[1:] == [True, True, True] and not quarters[0]:
        return "utf-32-le"
    if quarters[:3] == [True, True, True] and not quarters[3]:
        return "utf-32-be"
    return "utf-16-le" if probe[1::2].count(0) > probe[0::2].count(0) else "utf-16-be"


def repair(text: str, repairs: set[str]) -> str:
    """The text with one line break, plain spaces, no invisible characters, NFC, and mojibake undone.

    Adds to `repairs` the name of each repair that changed something.
    """
    if _signs(text) & _IS_BREAK:
        text = _apply("line_breaks", _BREAKS, "\n", text, repairs)
    text = repair_line(text, repairs)
    return _apply("tabs", re.compile("\t"), " ", text, repairs) if "\t" in text else text


def soft_ends(text: str) -> frozenset[int]:
    """The lines of a text that end in a soft hyphen, which `repair` removes; counted from 0 as in the repaired text."""
    if "\u00ad" not in text:
        return frozenset()
    lines = _BREAKS.sub("\n", text).split("\n")
    return frozenset(n for n, line in enumerate(lines) if line.rstrip().endswith("\u00ad"))


def repair_line(text: str, repairs: set[str]) -> str:
    """`repair` for text with no line breaks but line feeds: never adds or removes one."""
    for _ in range(_MAX_ROUNDS):  # each repair may uncover what another one fixes
        before = text
        signs = _signs(text)
        if signs & _IS_UNSEEN:
            text = _apply("invisible_characters", _UNSEEN, "", text, repairs)
        if signs & _IS_LEAD and mojibake.PATTERN.search(text):
            fixed = "\n".join(mojibake.repair(line) for line in text.split("\n"))
            if fixed != text:
                repairs.add("mojibake")
                text = fixed
                signs = _signs(text)
        if signs & (_IS_UNSEEN | _IS_C1):
            text = _apply("invisible_characters", _INVISIBLE, "", text, repairs)
        if signs & _IS_JOINER:
            text = _apply("invisible_characters", JOINERS, "", text, repairs)
        for name, undo in _UNDONE:
            text = _undone(name, undo, text, repairs)
        if signs & _IS_SPACE or "\xa0" in text:
            text = _apply("spaces", _SPACES, " ", text, repairs)
        if not unicodedata.is_normalized("NFC", text):
            repairs.add("unicode_nfc")
            text = unicodedata.normalize("NFC", text)
        if text == before or not (repairs & _UNSETTLING):
            break
    return text


# each is quick where a text has none of its signs
_UNDONE = (("escapes", unescape), ("divided_words", join_divided_words))


def _undone(name: str, undo: Callable[[str], str], text: str, repairs: set[str]) -> str:
    changed = undo(text)
    if changed != text:
        repairs.add(name)
    return changed


def _signs(text: str) -> int:
    """Which patterns a text's characters may match: a tenth of the cost of trying them."""
    units = np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)
    return int(np.bitwise_or.reduce(_SIGNS[units], initial=0))


def _apply(name: str, pattern: re.Pattern[str], replacement: str, text: str, repairs: set[str]) -> str:
    changed, count = pattern.subn(replacement, text)
    if count:
        repairs.add(name)
    return changed
