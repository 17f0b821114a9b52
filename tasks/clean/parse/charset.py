"""Whether the letters of a page contradict its charset, and which charset they fit.

Servers and editors declare ISO 8859-1 or windows-1252 by default, also over pages in Greek, Turkish or Korean. Any
bytes are valid in them, so only the letters show it: accented letters in long rows, or words of no language.
"""

import re

from resiliparse.parse.encoding import detect_encoding
from resiliparse.parse.lang import detect_fast

WESTERN = frozenset({"cp1252", "iso8859-1", "latin-1", "iso8859-15"})
_PROBE = 1 << 17  # the detector's answer settles long before 128 kB
# charsets that share most bytes with the western ones -> languages that a western one cannot write
_CENTRAL = frozenset("pl cs sk hu ro hr sl bs".split())
_TURKISH = frozenset("tr az ku".split())
_BALTIC = frozenset("lt lv".split())
LANGUAGES = {
    "cp1250": _CENTRAL,
    "iso8859-2": _CENTRAL,
    "iso8859-16": _CENTRAL,
    "cp1254": _TURKISH,
    "cp1257": _BALTIC,
    "iso8859-13": _BALTIC,
    "iso8859-4": _BALTIC,
}
_MAX_DISTANCE = 720  # of the language detector on a few hundred letters; above, the words are of no language
# two charsets of one script that differ in a few signs, which the detector confuses
_SIBLINGS = {"iso8859-7": "cp1253", "cp1253": "iso8859-7"}
_KOREAN = "cp949"  # of EUC-KR and what extends it; the detector does not know it
_KOREAN_SHARE = 0.9  # of the letters; Chinese read as Korean has less than two in three
_MIN_LETTERS = 20  # fewer foreign letters are a name or damage
_TOUCHING_SHARE = 0.1  # of the foreign letters that stand beside an ASCII one; of a misread western page nearly all
DAMAGED_SHARE = 0.01  # of the bytes that are not ASCII
_ASCII = bytes(range(128))
_FOREIGN = r"\u0370-\u1dff\u2c00-\u2dff\u3040-\ua4cf\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f"  # letters, not Latin ones
_FOREIGN_LETTER = re.compile(f"[{_FOREIGN}]")
_TOUCHING = re.compile(f"[A-Za-z][{_FOREIGN}]|[{_FOREIGN}][A-Za-z]")
_HANGUL = re.compile("[\uac00-\ud7a3]")
_CONTROLS = re.compile("[\x80-\x9f\ufffd]")
# runs of text between tags, neither code nor a word or two
_TEXT = re.compile(rb"[^<>{}\x00-\x1f]{30,}")
_NOT_ASCII = re.compile(rb"[\x80-\xff]")
_MIN_LANGUAGE_BYTES, _LANGUAGE_BYTES = 200, 20_000


def fitting(raw: bytes, declared: list[str]) -> str | None:
    """The charset that the letters of a page fit better than a western one; None if they fit none.

    `declared` are the other charsets that the page or its server names: they are tried before the detector's.
    """
    probe = raw[:_PROBE]
    guess = detected(probe)
    for codec in dict.fromkeys([*declared, guess, _KOREAN]):
        if codec and codec not in WESTERN and codec != "utf-8" and _fits(probe, codec):
            return codec
    return None


def detected(raw: bytes) -> str | None:
    """The detector's charset; of two siblings the one with more letters and fewer controls."""
    guess = detect_encoding(raw[:_PROBE])
    sibling = _SIBLINGS.get(guess or "")
    if guess is None or sibling is None:
        return guess
    return max((guess, sibling), key=lambda codec: _letters_without_controls(raw[:_PROBE], codec))


def is_korean(raw: bytes) -> bool:
    """Whether bytes of an unknown charset are Korean."""
    return _fits(raw[:_PROBE], _KOREAN)


def _letters_without_controls(raw: bytes, codec: str) -> int:
    text = raw.decode(codec, "replace")
    return len(_FOREIGN_LETTER.findall(text)) - 2 * len(_CONTROLS.findall(text))


def _fits(raw: bytes, codec: str) -> bool:
    try:
        text = raw.decode(codec, "replace")
    except LookupError:
        return False
    if text.count("\ufffd") > 1 + DAMAGED_SHARE * len(raw.translate(None, _ASCII)):
        return False
    if codec in LANGUAGES:
        return _is_nearer_language(raw, codec)
    letters = len(_FOREIGN_LETTER.findall(text))
    if letters < _MIN_LETTERS or len(_TOUCHING.findall(text)) > _TOUCHING_SHARE * letters:
        return False
    return codec != _KOREAN or len(_HANGUL.findall(text)) >= _KOREAN_SHARE * letters


def _is_nearer_language(raw: bytes, codec: str) -> bool:
    """Whether the text with other than ASCII letters is in a language of the charset, no farther than read as western.

    Of 1,060 parts of western pages, of 200 to 5,000 bytes, none is.
    """
    text = b" ".join(part for part in _TEXT.findall(raw) if _NOT_ASCII.search(part))[:_LANGUAGE_BYTES]
    if len(text) < _MIN_LANGUAGE_BYTES:
        return False
    language, distance = detect_fast(text.decode(codec, "replace"))
    if language not in LANGUAGES[codec] or distance > _MAX_DISTANCE:
        return False
    return bool(distance <= detect_fast(text.decode("cp1252", "replace"))[1])
