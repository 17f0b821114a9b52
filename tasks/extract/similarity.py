"""When two texts are the same, and signatures for finding texts that nearly are.

Both use a text's folded words: in lower case, without punctuation. Signatures are MinHash (Broder 1997) over runs of
three words, by rensa. The lowest 16 bits of each of the 126 minima are kept (b-bit minwise hashing, Li and Koenig
2010): 252 bytes per text. Texts in scripts without spaces are split into runs of five letters instead.
"""

import hashlib
import re
import unicodedata
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt
import rensa

from tasks.text.hashing import GOLDEN_RATIO
from tasks.text.scripts import COMPARED_LETTERS, char_class

Hashes = npt.NDArray[np.uint64]

PERMUTATIONS = 126  # 42 bands of 3: two texts with a tenth of their words different share one in 9,998 of 10,000 cases
_SEED = 7
_MIN_SHINGLES = 20  # with fewer, all weather reports and market closings would be one story
_MAX_WORDS = 50_000
# the letters of scripts that write without spaces: Thai, Lao, Tibetan, Burmese, Khmer, kana, Han
DENSE = re.compile(f"[{char_class(COMPARED_LETTERS)}]")
_WORDS_PER_SHINGLE, _LETTERS_PER_SHINGLE = 3, 5
_ASCII = bytes(range(128))
# every ASCII character that is not a letter or digit becomes a space
_ASCII_MARKS = bytes(code if code >= 128 or chr(code).isalnum() else 32 for code in range(256))
_FACTORS = np.array(
    [GOLDEN_RATIO, 0xC2B2AE3D27D4EB4F, 0xD6E8FEB86659FD93, 0xA0761D6478BD642F, 0xE7037ED1A0B428DB],
    dtype=np.uint64,
)


class Folded(NamedTuple):
    """A text without case, punctuation and compatibility forms (NFKC)."""

    plain: str  # non-ASCII punctuation is replaced by spaces
    words: list[bytes]  # UTF-8, letters and digits only
    is_dense: bool  # has letters of a script without spaces


def fold(text: str) -> Folded:
    """The words of a text in the form in which texts are compared."""
    plain = text.casefold() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    # a few dozen characters, found without the ASCII ones in between; replacing each is ten times as fast as re
    rest = b"" if plain.isascii() else plain.encode("utf-8", "surrogatepass").translate(None, _ASCII)
    non_ascii = set(rest.decode("utf-8", "surrogatepass"))
    for mark in (char for char in non_ascii if not char.isalnum()):
        plain = plain.replace(mark, " ")
    words = plain.encode("utf-8", "replace").translate(_ASCII_MARKS).split()
    return Folded(plain, words, any(map(DENSE.match, non_ascii)))


def text_digest(*parts: Folded) -> str:
    """Equal for texts that differ only in case, punctuation and spaces: BLAKE2b-128 as 32 hex digits."""
    return hashlib.blake2b(b"".join([b"".join(part.words) for part in parts]), digest_size=16).hexdigest()


def signatures_of(texts: list[str]) -> list[bytes | None]:
    """The MinHash signature of each text; None for a text too short to compare."""
    return minhash([shingles_of(fold(text)) for text in texts])


def minhash(shingles: list[Hashes]) -> list[bytes | None]:
    """The MinHash signature for the shingles of each text, 252 bytes; None for a text too short to compare."""
    signatures: list[bytes | None] = [None] * len(shingles)
    long_texts = [index for index, hashes in enumerate(shingles) if len(hashes) >= _MIN_SHINGLES]
    if not long_texts:
        return signatures
    flat = np.concatenate([shingles[index] for index in long_texts])
    offsets = np.cumsum([0, *(len(shingles[index]) for index in long_texts)]).astype(np.uint64)
    matrix = rensa.RMinHash.digest_matrix_from_flat_token_hashes(flat, offsets, PERMUTATIONS, _SEED)
    rows = (np.array(matrix.to_rows(), dtype=np.uint32) & np.uint32(0xFFFF)).astype("<u2")
    for index, row in zip(long_texts, rows, strict=True):
        signatures[index] = row.tobytes()
    return signatures


def shingles_of(text: Folded) -> Hashes:
    """The hashes of a text's runs of words: equal for equal words in any case and punctuation."""
    words, size = text.words[:_MAX_WORDS], _WORDS_PER_SHINGLE
    if text.is_dense and 3 * len(DENSE.findall(text.plain)) > len(text.plain):
        letters = [letter for letter in text.plain if letter.isalnum()][:_MAX_WORDS]
        words, size = [letter.encode("utf-8", "replace") for letter in letters], _LETTERS_PER_SHINGLE
    count = len(words) - size + 1
    if count <= 0:
        return np.zeros(0, dtype=np.uint64)
    hashes = np.fromiter(map(crc32, words), dtype=np.uint64, count=len(words))
    shingles = np.zeros(count, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for offset in range(size):
            shingles += (hashes[offset : offset + count] + np.uint64(1)) * _FACTORS[offset]
        # a shingle with a number counts twice: weather reports and market closings differ only in their numbers
        is_number = np.fromiter(map(bytes.isdigit, words), dtype=bool, count=len(words))
        has_number = np.logical_or.reduce([is_number[offset : offset + count] for offset in range(size)])
        shingles = np.concatenate([shingles, shingles[has_number] * _FACTORS[0]])
        shingles ^= shingles >> np.uint64(31)
    return shingles
