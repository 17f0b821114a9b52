"""What a search looks for: the words and phrases of a query, and the pattern that finds one of them in a text.

A query is typed on any keyboard or copied from anywhere; texts are in composed form (NFC) with plain spaces and without
invisible characters. Both are brought together here.
"""

import re
import unicodedata

_JOINERS = "\u200c\u200d"  # invisible, but Persian and Hindi cannot be written without them
_QUOTE_MARKS = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))  # telephones write these for a double quote
# characters that keyboards and newsrooms write differently, each with all that mean the same; the hyphen is escaped
_ALIKE = {char: f"[{alike}]" for alike in ("iıİ", "I", "'’‘ʼ´`＇", r"\-‐‑－") for char in alike if char != "\\"}
_ALIKE["I"] = _ALIKE["i"]


def words_of(query: str) -> list[str]:
    """What is searched: every word has to occur; words in double quotes are one phrase."""
    found: list[str] = []
    for number, part in enumerate(_plain(query).split('"')):
        words = part.split()
        found += [" ".join(words)] if number % 2 and words else words
    return found


def pattern_of(word: str) -> str:
    """A word as a pattern for RE2 and Python in which case is ignored: `i` finds the Turkish `İ` and `ı`, too.

    An apostrophe or a hyphen finds every form of it: `don't` is in texts as `don’t`.
    """
    return "".join(_ALIKE.get(char) or re.escape(char) for char in word)


def _plain(query: str) -> str:
    """A query in composed form, with straight double quotes and without characters that nobody sees."""
    composed = unicodedata.normalize("NFC", query).translate(_QUOTE_MARKS)
    return "".join(" " if unicodedata.category(char) == "Cc" else char for char in composed if _is_seen(char))


def _is_seen(char: str) -> bool:
    return char in _JOINERS or unicodedata.category(char) not in ("Cf", "Cs")
