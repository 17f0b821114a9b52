"""What detectors of damage read, and what they find."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from tasks.extract.damage.lexicon import LEXICON
from tasks.extract.damage.literals import Literals, count_literals

# kinds of bytes; no other difference of two of them is that of a mark and a letter, or of a letter and a digit
_MARK, _LETTER, _DIGIT = 1, 4, 11
_BYTE_KINDS = bytearray(256)
for _kind, _codes in (
    (_MARK, b".,;!?"),
    (_DIGIT, b"0123456789"),
    # with the bytes of other letters, of which the last is before a digit
    (_LETTER, [*range(65, 91), *range(97, 123), *range(0x80, 0xC0), *range(0xC3, 0xD2)]),
):
    for _code in _codes:
        _BYTE_KINDS[_code] = _kind
_LETTERS = 26  # of ASCII
_PLAIN = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 \n"
_ASCII = bytes(range(128))
SAMPLE_CHARS = 2_500  # from which the words of a text are known as surely as from all of it
_ODD_WORDS_MIN, _ODD_WORDS_SHARE = 3, 0.01  # words; real texts have fewer than half as many
_ODD_SPELLINGS_MIN = 2  # a single one may be a name
_SHORT_WORDS = 150  # a shorter text has room for fewer
_DIGITS_AS_ZERO = bytes.maketrans(b"123456789", b"0" * 9)
SENTENCE_ENDS = '.!?。！？…”"»'
LINE_CHARS = 220  # of an offer or another line between; a longer paragraph tells of it
_PROGRAM_TAGS = frozenset({"pre", "code"})
_PROGRAM_WORDS = frozenset(
    "JavaScript TypeScript Python Java HTML CSS JSON API APIs SDK SQL React Angular GitHub Linux npm developers"
    " programming compiler codebase syntax plugin variable function".split()
)
_WORD = re.compile(r"\w+")
_PROGRAM_WORDS_MIN = 8  # different ones: news about a program has fewer, and so has code that got into a story
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
    line_numbers: Sequence[int] = ()  # of the paragraphs, within the page
    publisher: str = ""
    host: str = ""  # of the page's address; empty if it has none
    declared_authors: Sequence[str] = ()
    declared_dates: Sequence[str] = ()
    declared_publishers: Sequence[str] = ()
    printed_bylines: Sequence[str] = ()  # of a page without authors, without the word before the name
    sections: Sequence[str] = ()  # as the page declares it, and as its address begins; in small letters
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
        kinds = np.frombuffer(self.utf8.translate(_BYTE_KINDS), dtype=np.int8)
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
    def capitals_after_small(self) -> int:
        """How many small letters of ASCII in the sample have a capital after them."""
        codes = self.codes[:SAMPLE_CHARS]
        return int(np.count_nonzero((codes[1:] - ord("A") < _LETTERS) & (codes[:-1] - ord("a") < _LETTERS)))

    @cached_property
    def _signs(self) -> bytes:
        """The text without spaces and without the letters and digits of ASCII."""
        return self.utf8.translate(None, _PLAIN)

    @cached_property
    def sign_counts(self) -> list[int]:
        """How often the text has each byte of UTF-8; zero for spaces and for the letters and digits of ASCII."""
        counts: list[int] = np.bincount(np.frombuffer(self._signs, dtype=np.uint8), minlength=256).tolist()
        return counts

    @cached_property
    def chars_beyond_ascii(self) -> str:
        """The different characters of the text that are not ASCII, each once."""
        return "".join(set(self._signs.translate(None, _ASCII).decode("utf-8", "surrogatepass")))

    @cached_property
    def sample(self) -> list[bytes]:
        """The words with their marks from the start of the text, in UTF-8; each number in them is a zero."""
        return numbers_as_zero(self.text[:SAMPLE_CHARS].encode("utf-8", "surrogatepass")).split()

    @cached_property
    def sample_counts(self) -> Counter[bytes]:
        """How often the sample has each of its words."""
        return Counter(self.sample)

    @cached_property
    def odd_words(self) -> dict[bytes, str]:
        """The words of the sample that no text of its language has, each with what was lost (see `LEXICON`)."""
        known = LEXICON.get(self.language or "")
        if known is None or known.keys().isdisjoint(self.sample_counts):
            return {}
        return {word: known[word] for word in self.sample_counts if word in known}

    @cached_property
    def lone_words(self) -> list[int]:
        """The paragraphs without a space."""
        return [number for number, paragraph in enumerate(self.paragraphs) if " " not in paragraph]

    @cached_property
    def open_lines(self) -> list[int]:
        """The paragraphs that are as short as a label or an offer and do not end as sentences do."""
        return [n for n, one in enumerate(self.paragraphs) if len(one) <= LINE_CHARS and one[-1:] not in SENTENCE_ENDS]

    @cached_property
    def literals(self) -> Counter[str]:
        """How often the text has each of the strings that detectors seek."""
        return count_literals(self.utf8)

    def odd_word(self, lost: str) -> Evidence | None:
        """The first word that has lost something, if the sample has many different ones."""
        words = [word for word, own in self.odd_words.items() if own == lost] if self.odd_words else []
        count = sum([self.sample_counts[word] for word in words])
        least = _ODD_WORDS_MIN if len(self.sample) >= _SHORT_WORDS else _ODD_WORDS_MIN - 1
        if len(words) < _ODD_SPELLINGS_MIN or count < max(least, _ODD_WORDS_SHARE * len(self.sample)):
            return None
        return self.at(self.text.find(words[0].decode()))

    def count_of(self, chars: str) -> int:
        """How many of these ASCII characters the text has; they are neither letters nor digits nor spaces."""
        return sum([self.sign_counts[ord(char)] for char in chars])

    def has(self, literals: Literals) -> bool:
        """Whether the text has one of the strings."""
        return not literals.isdisjoint(self.literals)

    def count(self, literals: Literals) -> int:
        """How often the text has the strings."""
        return sum([count for literal, count in self.literals.items() if literal in literals])

    @cached_property
    def is_about_programs(self) -> bool:
        """Whether code belongs to the story: it shows some as code, or has many words of those who write programs."""
        return (
            any(map(self.is_code, range(len(self.tags))))
            or len(_PROGRAM_WORDS.intersection(_WORD.findall(self.text))) >= _PROGRAM_WORDS_MIN
        )

    def is_code(self, paragraph: int | None) -> bool:
        """Whether a paragraph is in an element for code, in which nothing that looks like code is damage."""
        return paragraph is not None and self.tags[paragraph] in _PROGRAM_TAGS

    def at(self, position: int) -> Evidence:
        """The evidence at a position in the text, whose paragraphs are separated by two line feeds."""
        start = 0
        for number, paragraph in enumerate(self.paragraphs):
            end = start + len(paragraph)
            if position <= end:
                return Evidence(number, excerpt(paragraph, position - start))
            start = end + 2
        return Evidence(None, excerpt(self.text, position))


def numbers_as_zero(utf8: bytes) -> bytes:
    """A text in which each number is one zero."""
    plain = utf8.translate(_DIGITS_AS_ZERO)
    while b"00" in plain:
        plain = plain.replace(b"00", b"0")
    return plain


def excerpt(text: str, position: int = 0) -> str:
    """The part of a text around a position."""
    start = max(position - _BEFORE_CHARS, 0)
    return text[start : start + _SHOWN_CHARS].strip()
