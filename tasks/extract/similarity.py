"""When two texts are the same, and signatures for finding those that nearly are.

Both look at a text's folded words: in lower case, without marks. Signatures are MinHash (Broder 1997) over runs of three
words, by rensa. Of each of the 126 minima the lowest 16 bits are kept (b-bit minwise hashing, Li and Koenig 2010): 252 bytes a text.
Texts in scripts without spaces are cut into runs of five letters instead.
"""

import hashlib
import re
import unicodedata
from typing import NamedTuple
from zlib import crc32

import numpy as np
import rensa

from tasks.text.hashing import GOLDEN_RATIO

PERMUTATIONS = 126  # 42 bands of 3: texts of which a tenth of the words differs share a band in 9,998 of 10,000 cases
_SEED = 7
_MIN_SHINGLES = 20  # below, weather reports and market closings would be one story
_MAX_WORDS = 50_000
# the letters of scripts that write without spaces: Thai, Lao, Tibetan, Burmese, Khmer, kana, Han
DENSE_LETTERS = r"\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\U00020000-\U0003ffff"
DENSE = re.compile(f"[{DENSE_LETTERS}]")
_LETTERS = 5
_ASCII_MARKS = bytes(code if code >= 128 or chr(code).isalnum() else 32 for code in range(256))
_FACTORS = np.array(
    [GOLDEN_RATIO, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB],
    dtype=np.uint64,
)


class Folded(NamedTuple):
    """A text without case, marks and compatibility forms (NFKC)."""

    plain: str  # marks are spaces, save those of ASCII
    words: list[bytes]  # UTF-8, letters and digits only
    is_dense: bool  # has letters of a script without spaces


def fold(text: str) -> Folded:
    """The words of a text as they are compared."""
    plain = text.casefold() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    others = {char for char in set(plain) if char > "\x7f"}  # a few dozen, each replaced in a tenth of a pattern's time
    for mark in (char for char in others if not char.isalnum()):
        plain = plain.replace(mark, " ")
    words = plain.encode("utf-8", "replace").translate(_ASCII_MARKS).split()
    return Folded(plain, words, any(map(DENSE.match, others)))


def text_digest(*parts: Folded) -> str:
    """Equal for texts that differ in case, marks and spaces only: BLAKE2b-128 of the rest, as 32 hex digits."""
    return hashlib.blake2b(b"".join(word for part in parts for word in part.words), digest_size=16).hexdigest()


def signatures_of(texts: list[str]) -> list[bytes | None]:
    """`signatures` of texts as they are."""
    return signatures([shingles_of(fold(text)) for text in texts])


def signatures(shingles: list[np.ndarray]) -> list[bytes | None]:
    """One signature for the shingles of each text; None for a text too short to tell."""
    long = [number for number, own in enumerate(shingles) if len(own) >= _MIN_SHINGLES]
    found: list[bytes | None] = [None] * len(shingles)
    if not long:
        return found
    flat = np.concatenate([shingles[number] for number in long])
    offsets = np.cumsum([0, *(len(shingles[number]) for number in long)]).astype(np.uint64)
    matrix = rensa.RMinHash.digest_matrix_from_flat_token_hashes(flat, offsets, PERMUTATIONS, _SEED)
    rows = (np.array(matrix.to_rows(), dtype=np.uint32) & np.uint32(0xFFFF)).astype("<u2")
    for number, row in zip(long, rows, strict=True):
        found[number] = row.tobytes()
    return found


def shingles_of(text: Folded) -> np.ndarray:
    """The hashes of a text's runs of words, uint64: equal for equal words in any case and punctuation."""
    words, size = text.words[:_MAX_WORDS], 3
    if text.is_dense and 3 * len(DENSE.findall(text.plain)) > len(text.plain):
        letters = [letter for letter in text.plain if letter.isalnum()][:_MAX_WORDS]
        words, size = [letter.encode("utf-8", "replace") for letter in letters], _LETTERS
    if len(words) < size:
        return np.zeros(0, dtype=np.uint64)
    hashes = np.fromiter(map(crc32, words), dtype=np.uint64, count=len(words))
    total = np.zeros(len(hashes) - size + 1, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for place in range(size):
            total += (hashes[place : len(hashes) - size + 1 + place] + np.uint64(1)) * _FACTORS[place]
        # a triple with a number counts twice: weather reports and market closings are told apart by their numbers
        told = np.fromiter(map(bytes.isdigit, words), dtype=bool, count=len(words))
        counted = np.logical_or.reduce([told[place : len(told) - size + 1 + place] for place in range(size)])
        total = np.concatenate([total, total[counted] * _FACTORS[0]])
        total ^= total >> np.uint64(31)
    return total
