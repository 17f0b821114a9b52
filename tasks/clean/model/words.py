"""The characters and words of all lines of a batch as numpy arrays: one pass, no Python per line or word.

A word is hashed to 64 bits from its letters and digits, in lower case and without marks ("Don't" and "dont" are the
same), so that stop words, lexicon phrases, repeated lines and shared vocabulary all become array look-ups. Scripts
without spaces (Chinese, Japanese, Thai ...) have no such words; their characters are counted instead.
"""

import unicodedata
from dataclasses import dataclass
from enum import IntEnum
from functools import cache

import numpy as np

from tasks.text.hashing import GOLDEN_RATIO
from tasks.text.scripts import MODEL_LETTERS


class Char(IntEnum):
    """The class of a character; each has exactly one."""

    OTHER = 0
    LOWER = 1  # also letters of scripts without case
    UPPER = 2
    DIGIT = 3
    SPACE = 4
    END = 5  # ends a sentence
    COMMA = 6
    COLON = 7
    QUOTE = 8
    CLOSER = 9  # closing bracket
    SEPARATOR = 10  # between menu items: | · • › / >
    CODE = 11  # braces and signs that prose does not use
    MONEY = 12
    DENSE = 13  # letter of a script that is written without spaces (`scripts.MODEL_LETTERS`)
    AT = 14
    QUESTION = 15


CHAR_CLASSES = len(Char)
_PLANE = 0x10000
# Arabic, Urdu, Devanagari, Armenian, Ethiopic, Burmese, Khmer, Tibetan, Chinese and Japanese have marks of their own.
_MARKS = {
    Char.END: ".!…。！．｡۔।॥։።፨။។៕།༎‥⋯",
    Char.QUESTION: "?？؟⸮፧՞",
    Char.COMMA: ",;،、，；؛､፣፤၊՝",
    Char.COLON: ":：፦፥៖",
    Char.QUOTE: "\"'“”„‟«»‹›‘’‚「」『』《》〈〉〝〟`´",
    Char.CLOSER: ")]）】］〕",
    Char.SEPARATOR: "|·•/>→▸▶◀←–—»★☆✓×",
    Char.CODE: "{}[<=_\\^~#*+%&",
    Char.MONEY: "$€£¥₹₽₺₩",
    Char.AT: "@",
}
_FULL_WIDTH = 0x3000  # from here on code points are Chinese and Japanese marks and letters
_FINISH = np.uint64(0xC2B2AE3D27D4EB4F)  # another odd constant, which mixes the bits of a finished hash
MAX_WORD_CHARS = 64  # further letters do not change a word's hash


@cache
def tables() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Class and lower-case form by code point of the basic plane, and the weights of letters by their position."""
    chars = [*map(chr, range(_PLANE))]
    # two letters each, looked at together: one by one they take 20 ms at each start
    major, minor = np.frombuffer("".join(map(unicodedata.category, chars)).encode(), dtype="S1").reshape(-1, 2).T
    is_upper = (major == b"L") & ((minor == b"u") | (minor == b"t"))
    classes = np.zeros(_PLANE, dtype=np.uint8)
    classes[(major == b"L") | (major == b"M")] = Char.LOWER
    classes[is_upper] = Char.UPPER
    classes[major == b"N"] = Char.DIGIT
    classes[[code for code, char in enumerate(chars) if char.isspace()]] = Char.SPACE
    lower = np.arange(_PLANE, dtype=np.uint32)
    for code in np.flatnonzero(is_upper):
        small = chars[code].lower()
        if len(small) == 1:
            lower[code] = ord(small)
    lower[ord("İ")] = lower[ord("ı")] = ord("i")  # Turkish capitals and small letters match either way
    for first, last in MODEL_LETTERS:
        span = classes[first : last + 1]
        span[(span == Char.LOWER) | (span == Char.UPPER)] = Char.DENSE
    for kind, marks in _MARKS.items():
        for mark in marks:
            classes[ord(mark)] = kind
    powers = np.empty(MAX_WORD_CHARS + 1, dtype=np.uint64)
    power = np.uint64(1)
    with np.errstate(over="ignore"):
        for n in range(MAX_WORD_CHARS + 1):
            powers[n] = power
            power = power * GOLDEN_RATIO
    return classes, lower, powers


@dataclass
class Words:
    """Counts per line and the words of all lines, in order.

    Shapes for n lines and m words: `chars` is n x CHAR_CLASSES, int32; all others are 1-d.
    """

    chars: np.ndarray  # characters of each class in each line
    char_count: np.ndarray  # n
    first_class: np.ndarray  # n: class of the first character
    last_class: np.ndarray  # n: class of the last character that is not a quote or closing bracket
    sentence_ends: np.ndarray  # n: ends of sentences within the line
    line: np.ndarray  # m: the line of each word
    hash: np.ndarray  # m: uint64, 0 for a word without letters or digits
    length: np.ndarray  # m: characters
    start_class: np.ndarray  # m: class of its first letter
    second_class: np.ndarray  # m: class of the character after
    bounds: np.ndarray  # n + 1: the words of line i are bounds[i]:bounds[i + 1]


_CHUNK_CHARS = 60_000  # at a time: their arrays stay in a core's second-level cache


def count_words(lines: list[str]) -> Words:
    """The characters and words of lines in which words are separated by single spaces."""
    parts: list[Words] = []
    start = size = 0
    for number, line in enumerate(lines):
        size += len(line) + 1
        if size > _CHUNK_CHARS:
            parts.append(_count(lines[start : number + 1]))
            start, size = number + 1, 0
    if start < len(lines) or not parts:
        parts.append(_count(lines[start:]))
    return parts[0] if len(parts) == 1 else _join(parts)


def _join(parts: list[Words]) -> Words:
    """The counts of consecutive runs of lines as one."""
    lines_before = np.cumsum([0, *(len(part.char_count) for part in parts)])
    words_before = np.cumsum([0, *(len(part.hash) for part in parts)])

    def joined(name: str) -> np.ndarray:
        return np.concatenate([getattr(part, name) for part in parts])

    return Words(
        chars=joined("chars"),
        char_count=joined("char_count"),
        first_class=joined("first_class"),
        last_class=joined("last_class"),
        sentence_ends=joined("sentence_ends"),
        line=np.concatenate([part.line + before for part, before in zip(parts, lines_before, strict=False)]),
        hash=joined("hash"),
        length=joined("length"),
        start_class=joined("start_class"),
        second_class=joined("second_class"),
        bounds=np.concatenate(
            [*(part.bounds[:-1] + before for part, before in zip(parts, words_before, strict=False)), words_before[-1:]]
        ),
    )


def _count(lines: list[str]) -> Words:
    """`count_words` for as many lines as fit into the cache."""
    classes, _, _ = tables()
    n = len(lines)
    joined = "\n".join(lines) + "\n"
    points = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    plane = np.minimum(points, _PLANE - 1)
    kind = classes[plane]
    ends = np.flatnonzero(points == 0x0A)  # lines hold no line feed: one per line
    starts = np.empty(n, dtype=np.int64)
    starts[0:1] = 0
    starts[1:] = ends[:-1] + 1
    char_count = (ends - starts).astype(np.int32)
    line_of = np.repeat(np.arange(n, dtype=np.int64), char_count + 1)
    counts = np.bincount(line_of * CHAR_CLASSES + kind, minlength=n * CHAR_CLASSES).reshape(n, CHAR_CLASSES)
    counts[:, Char.SPACE] -= 1  # the line feed itself
    last = np.maximum(ends - 1, starts)
    for _ in range(3):  # .”) is the most that follows a full stop
        strip = np.isin(kind[last], (Char.QUOTE, Char.CLOSER)) & (last > starts)
        last = last - strip
    space = kind == Char.SPACE
    is_end = (kind == Char.END) | (kind == Char.QUESTION)
    # a full-width mark needs no space after it
    quiet = is_end[:-1] & (space[1:] | (points[:-1] >= _FULL_WIDTH)) & (points[1:] != 0x0A)
    sentence_ends = np.bincount(line_of[:-1][quiet], minlength=n)

    word_start = np.flatnonzero(np.concatenate(([True], space[:-1])) & ~space)
    word_end = np.flatnonzero(space & np.concatenate(([False], ~space[:-1])))
    length = (word_end - word_start).astype(np.int32)
    first_letter = word_start + ((kind[word_start] == Char.QUOTE) & (length > 1))
    word_line = line_of[word_start]
    return Words(
        chars=counts,
        char_count=char_count,
        first_class=kind[starts],
        last_class=kind[last],
        sentence_ends=sentence_ends,
        line=word_line,
        hash=_hash_words(plane, kind, word_start),
        length=length,
        start_class=kind[first_letter],
        second_class=kind[np.minimum(first_letter + 1, len(kind) - 1)],
        bounds=np.searchsorted(word_line, np.arange(n + 1)),
    )


def _hash_words(points: np.ndarray, kind: np.ndarray, word_start: np.ndarray) -> np.ndarray:
    """The hash of each word, from the code points of all lines, their classes and where words start."""
    if not len(word_start):
        return np.zeros(0, dtype=np.uint64)
    _, lower, powers = tables()
    is_letter = (kind == Char.LOWER) | (kind == Char.UPPER) | (kind == Char.DIGIT) | (kind == Char.DENSE)
    before = np.cumsum(is_letter, dtype=np.int32) - is_letter  # letters before each character
    head = word_start[0]  # 1 or more where the lines start with empty ones
    position = np.zeros(len(points), dtype=np.int32)  # of each letter in its word
    word_sizes = np.diff(np.append(word_start, len(points)))
    position[head:] = before[head:] - np.repeat(before[word_start], word_sizes)
    weight = powers[np.minimum(position, MAX_WORD_CHARS)]
    with np.errstate(over="ignore"):
        value = (lower[points].astype(np.uint64) + np.uint64(1)) * weight * is_letter
        hashes = np.add.reduceat(value, word_start)
        hashes ^= hashes >> np.uint64(29)
        hashes *= _FINISH
    return hashes


def fold(hashes: np.ndarray, bounds: np.ndarray) -> np.ndarray:
    """One hash for each run of words `bounds[i]:bounds[i + 1]`, order counting; 0 for an empty run."""
    total = np.zeros(len(bounds) - 1, dtype=np.uint64)
    if not len(hashes):
        return total
    position = np.arange(len(hashes), dtype=np.int64) - np.repeat(bounds[:-1], np.diff(bounds))
    _, _, powers = tables()
    with np.errstate(over="ignore"):
        value = hashes * powers[np.minimum(position, MAX_WORD_CHARS)]
        filled = np.flatnonzero(np.diff(bounds))
        total[filled] = np.add.reduceat(value, bounds[:-1][filled])
    return total


def solid(words: Words) -> tuple[np.ndarray, np.ndarray]:
    """Hashes and bounds of the words that hold a letter or digit; marks alone ("|", "-") are not part of phrases."""
    keep = words.hash != 0
    if keep.all():
        return words.hash, words.bounds
    count = np.concatenate(([0], np.cumsum(keep)))
    return words.hash[keep], count[words.bounds]


def phrase_hashes(phrases: list[str]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each phrase: the hash of its words by `fold`, their number, and its letters of dense scripts."""
    words = count_words([" ".join(phrase.split()) for phrase in phrases])
    hashes, bounds = solid(words)
    return fold(hashes, bounds), np.diff(bounds), words.chars[:, Char.DENSE]


def word_hashes(vocabulary: list[str]) -> np.ndarray:
    """The hashes of single words, sorted and distinct."""
    if not vocabulary:
        return np.zeros(0, dtype=np.uint64)
    words = count_words([" ".join(word.split()) or "." for word in vocabulary])
    return np.unique(words.hash[words.hash != 0])


class WordSet:
    """A set of word hashes with a vectorised `in`: a bitmap of 2^20 finds candidates, an exact search confirms."""

    def __init__(self, hashes: np.ndarray) -> None:
        self.sorted = np.unique(hashes)
        self.bitmap = np.zeros(1 << 20, dtype=bool)
        self.bitmap[(self.sorted >> np.uint64(44)).astype(np.int64)] = True

    def contains(self, hashes: np.ndarray) -> np.ndarray:
        """A bool for each hash."""
        is_member = self.bitmap[(hashes >> np.uint64(44)).astype(np.int64)]
        candidates = np.flatnonzero(is_member)
        if len(candidates) and len(self.sorted):
            values = hashes[candidates]
            index = np.minimum(np.searchsorted(self.sorted, values), len(self.sorted) - 1)
            is_member[candidates] = self.sorted[index] == values
        return is_member
