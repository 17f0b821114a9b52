"""Near-duplicates in scripts without spaces: commas must not decide whether a text is cut into words or letters."""

import random

import numpy as np
import pyarrow as pa

from tasks.extract.similarity import signatures_of
from tasks.load.dedup.near_duplicates import Signatures, find_near_duplicates, read_signatures


def story(number, letters=900):
    """The letters of a text of its own, in Han."""
    draw = random.Random(number)
    return "".join(chr(draw.randrange(0x4E00, 0x5E00)) for _ in range(letters))


def parted(letters, every):
    """The text with a comma after so many letters; of Chinese and Japanese news, ten to fifteen."""
    return "，".join(letters[place : place + every] for place in range(0, len(letters), every)) + "。"


def test_commas_do_not_matter():
    text = story(1)
    assert signatures_of([parted(text, 10)]) == signatures_of([parted(text, 14)])


def test_a_copy_with_one_more_paragraph_is_found():
    text, more = parted(story(2), 12), parted(story(3, 150), 5)
    first, second = signatures_of([text, f"{text}\n{more}"])
    ids = np.array([1, 2], dtype=np.uint64)
    new = Signatures(ids, np.zeros_like(ids), read_signatures(pa.array([first, second], pa.binary(252))))
    assert find_near_duplicates(new, [], lambda rows: rows).near_duplicate_of.tolist() == [0, 1]
