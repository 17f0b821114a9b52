"""Text that was escaped or wrapped once too often, undone where that leaves no doubt."""

import html
import re

# a reference that was escaped again; those of < and > stay, since they would turn into tags
_ENTITY = re.compile(r"&(?:amp;)*(?:(?!lt;|gt;|#60;|#62;)(?:[a-zA-Z]{2,8}\d{0,2}|#\d{2,6}|#[xX][\da-fA-F]{2,5}));")
_ROUNDS = 4  # text is escaped three times at most; each round takes one layer off
_ENCODED_BYTES = re.compile(r"(?:=[0-9A-F]{2})+")
_ENCODED_SIGNS = (b"=E2=", b"=C3=")  # quotes and dashes, and letters of Western Europe
_ENCODED_SIGN = re.compile(rb"=(?:E2|C3)=")  # either of them: found in a third of the time that two searches take
_ENCODED_MIN = 2
_SOFT_BREAK = re.compile(r"=(?:[ \t]*\r?\n| )")  # a line feed may have become a space
_MARKUP = re.compile(r"(<(script|style)\b.*?</\2\s*>|<[^<>]*>)", re.I | re.S)
_ENCODED_MARKUP = '=3D"'  # where the tags are encoded, too
_WORD_CLASS = "A-Za-zÀ-ɏͰ-ϿЀ-ӿ"
_DIVIDED = re.compile(
    f"(?<![{_WORD_CLASS}-])([{_WORD_CLASS}]{{2,}})- ([a-zß-öø-ɏά-ώа-яёіїєґ]{{2,}})(?![{_WORD_CLASS}-])"
)
# after these hyphens a part of the word is left out: `Vor- und Nachteile`, `two- or three-year`
_AFTER_HYPHEN = frozenset(
    """und oder bzw sowie als bis wie noch aber statt and or to nor but plus versus than into en of dan tot och eller og
    ja tai et ou y e o i a lub oraz oder и или а та або й vagy és și sau ve veya with the in on is are was that from for
    by""".split()
)
_DIVIDED_MIN, _DIVIDED_WORDS = 4, 100  # divided words at least, and one in so many words
_PROSE_CHARS = 60  # of a line: shorter ones are menus


def unescape(text: str) -> str:
    """The text without references of characters that a reader would see, as `&nbsp;` or `&amp;quot;`."""
    for _ in range(_ROUNDS):
        if "&" not in text:
            break
        changed = _ENTITY.sub(_character, text)
        if changed == text:
            break
        text = changed
    return text


def _character(match: re.Match[str]) -> str:
    """The character of a reference; the reference itself where it is none, or stands for a control character."""
    char = html.unescape(match[0])
    return char if char == "\xa0" or (char != match[0] and char.isprintable()) else match[0]


def is_quoted_printable(raw: bytes) -> bool:
    """Whether a page has the signs of an encoding for mail, which a crawler left on."""
    return bool(_ENCODED_SIGN.search(raw)) and any(raw.count(sign) >= _ENCODED_MIN for sign in _ENCODED_SIGNS)


def decode_quoted_printable(text: str, *, is_html: bool) -> str:
    """The text without `=E2=80=9C` and soft line breaks; of HTML whose tags are plain, only what is between these."""
    if not is_html or _ENCODED_MARKUP in text:
        return _ENCODED_BYTES.sub(_decoded, _SOFT_BREAK.sub("", text))
    parts, start = [], 0
    for markup in _MARKUP.finditer(text):
        between = text[start : markup.start()]
        parts += [_ENCODED_BYTES.sub(_decoded, _SOFT_BREAK.sub("", between)), markup[0]]
        start = markup.end()
    return "".join([*parts, text[start:]])


def _decoded(match: re.Match[str]) -> str:
    raw = bytes.fromhex(match[0].replace("=", ""))
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return match[0]
    return text if text.replace("\r\n", "").replace("\n", "").isprintable() else match[0]


def divided_words(text: str) -> list[re.Match[str]]:
    """The places where a word is divided by a hyphen and a space, as at the end of a printed line."""
    return [match for match in _DIVIDED.finditer(text) if match[2] not in _AFTER_HYPHEN]


def join_divided_words(text: str) -> str:
    """The text with its words put together, if so many are divided that it was taken from printed columns."""
    if text.count("- ") < _DIVIDED_MIN:
        return text
    lines = text.split("\n")
    prose = [line for line in lines if len(line) >= _PROSE_CHARS]
    count = sum(len(divided_words(line)) for line in prose if "- " in line)
    if count < _DIVIDED_MIN or count * _DIVIDED_WORDS < sum(line.count(" ") for line in prose):
        return text
    return _DIVIDED.sub(lambda match: match[0] if match[2] in _AFTER_HYPHEN else match[1] + match[2], text)
