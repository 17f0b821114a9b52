"""What detectors of damage read, and what they find."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

# kinds of bytes; no other difference of two of them is that of a mark and a letter, or of a letter and a digit
_MARK, _LETTER, _DIGIT = 1, 4, 11
_BYTE_KINDS = np.zeros(256, dtype=np.int8)
_BYTE_KINDS[list(b".,;!?")] = _MARK
_BYTE_KINDS[list(b"0123456789")] = _DIGIT
# with the bytes of other letters, of which the last is before a digit
_BYTE_KINDS[[*range(65, 91), *range(97, 123), *range(0x80, 0xC0), *range(0xC3, 0xD2)]] = _LETTER
_SHOWN_CHARS = 80  # of a text that is shown as evidence: a line of a terminal
_BEFORE_CHARS = 20  # of them before the place that shows the damage


class Evidence(NamedTuple):
    """The words that show damage, and the paragraph with them (counted from 0); None if they are in a field."""

    paragraph: int | None
    shown: str


@dataclass(frozen=True)
class Story:
    """An article as detectors see it."""

    paragraphs: Sequence[str]
    text: str
    tokens: Sequence[str]  # the text cut at spaces
    word_count: int
    language: str | None
    title: str
    authors: Sequence[str]
    tags: Sequence[str | None]  # the HTML element of each paragraph
    publisher: str = ""
    host: str = ""  # of the page's address; empty if it has none
    declared_authors: Sequence[str] = ()
    declared_dates: Sequence[str] = ()
    lines_before: Sequence[str] = ()  # dropped lines directly above the text
    lines_after: Sequence[str] = ()  # and directly below it
    is_doubtful: bool = False  # whether the page may be no story, and the lines not those of one
    is_canonical_root: bool = False  # whether the page declares its site's front page as its own address

    @cached_property
    def utf8(self) -> bytes:
        """The text in UTF-8, in which a script is found by its bytes."""
        return self.text.encode("utf-8", "surrogatepass")

    @cached_property
    def codes(self) -> npt.NDArray[np.uint8]:
        """The bytes of the text."""
        return np.frombuffer(self.utf8, dtype=np.uint8)

    @cached_property
    def _steps(self) -> npt.NDArray[np.int8]:
        """The differences of the kinds of neighbouring bytes."""
        kinds = _BYTE_KINDS[self.codes]
        return kinds[1:] - kinds[:-1]

    @cached_property
    def marks_before_letters(self) -> int:
        """At least the number of marks with a letter after them: quicker by a table of bytes than by a pattern."""
        return int(np.count_nonzero(self._steps == _LETTER - _MARK))

    @cached_property
    def digits_after_letters(self) -> int:
        """At least the number of letters with a digit after them."""
        return int(np.count_nonzero(self._steps == _DIGIT - _LETTER))

    @cached_property
    def words(self) -> frozenset[str]:
        """The different words with their marks: a word is found in them far faster than in the text."""
        return frozenset(self.tokens)

    @cached_property
    def signs(self) -> frozenset[str]:
        """The different characters of the text, some hundred at most."""
        return frozenset(self.text)

    def at(self, position: int) -> Evidence:
        """The evidence at a position in the text, whose paragraphs are separated by two line feeds."""
        start = 0
        for number, paragraph in enumerate(self.paragraphs):
            end = start + len(paragraph)
            if position <= end:
                return Evidence(number, excerpt(paragraph, position - start))
            start = end + 2
        return Evidence(None, excerpt(self.text, position))


def excerpt(text: str, position: int = 0) -> str:
    """The part of a text around a position."""
    start = max(position - _BEFORE_CHARS, 0)
    return text[start : start + _SHOWN_CHARS].strip()
