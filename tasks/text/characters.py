"""Characters that no reader sees: they are removed from every text and every field."""

import re

from tasks.text.escapes import unescape

# C0 controls but for tab and line feed; zero-width space, word joiner, BOM; bidirectional controls; soft hyphen.
# Zero-width joiners stay: they are part of the spelling in Persian and in scripts of India.
UNSEEN_CLASS = "\x00-\x08\x0e-\x1b\x1f\x7f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff"
C1_CLASS = "\x80-\x84\x86-\x9f"  # C1 controls also occur in UTF-8 that was read as Latin-1
_UNSEEN = re.compile(f"[{UNSEEN_CLASS}{C1_CLASS}]")
# joiners beside letters of scripts that do not join them, and after digits and marks, are as unseen as the others
JOINERS = re.compile(
    "(?<=[A-Za-zÀ-ɏͰ-ϿЀ-ӿ])[\u200c\u200d]+|(?<![\u200c\u200d])[\u200c\u200d]++(?=[A-Za-zÀ-ɏͰ-ϿЀ-ӿ])"
    "|(?<=[!-~\xa1-\xbf\u2010-\u2027])[\u200c\u200d]++(?=[\\s!-~\xa1-\xbf\u2010-\u2027]|$)"
)


def visible(text: str) -> str:
    """The text without the characters that no reader sees and without escapes that one would see, in one line."""
    if "&" in text:
        text = unescape(text)
    if text.isascii() and text.isprintable():
        return text
    return " ".join(JOINERS.sub("", _UNSEEN.sub("", text)).split())
