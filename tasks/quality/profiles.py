"""What the texts of a site are made of, in numbers: how much of each kind of character, and how long they are.

Most damage to a text changes one of them: codes have signs, a wall is short, captions have colons, a lost letter makes
others more frequent. One text may differ from its site's by its topic; nearly all texts of a run do not.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from operator import add
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Profiles: TypeAlias = npt.NDArray[np.float32]  # a row per text, a column per feature


class Range(NamedTuple):
    """The lowest and the highest usual values of the features."""

    lowest: npt.NDArray[np.float32]
    highest: npt.NDArray[np.float32]


# kinds of bytes in UTF-8; of other scripts, the parts of letters that capitals, small letters and signs have
_KINDS: dict[str, Iterable[int]] = {
    "a_e_i": b"aei",
    "o_u": b"ou",
    "frequent_letters": b"tnsrhld",
    "other_letters": b"bcfgjkmpqvwxyz",
    "capitals": range(ord("A"), ord("Z") + 1),
    "digits": b"0123456789",
    "spaces": b" ",
    "stops": b".!?",
    "commas": b",",
    "colons": b":;",
    "quotes": b"\"'",
    "brackets": b"()[]{}<>",
    "signs": b"#$%&*+-/=@\\^_`|~",
    "two_byte_letters": range(0xC0, 0xE0),
    "three_byte_letters": range(0xE0, 0x100),
    "early_parts": range(0x80, 0x90),
    "middle_parts": range(0x90, 0xB0),
    "late_parts": range(0xB0, 0xC0),
}
_VOWELS = 2  # the first kinds
_SHARES = ("vowel_changes", "different_words", "names_again", "small_starts", "open_ends", "short_paragraphs")
_LENGTHS = ("characters", "paragraph_characters")
# of the headline, as sums of kinds
_TITLE_KINDS = {
    "title_capitals": ("capitals",),
    "title_digits": ("digits",),
    "title_spaces": ("spaces",),
    "title_marks": ("stops", "commas"),
    "title_quotes": ("colons", "quotes"),
    "title_signs": ("brackets", "signs"),
    "title_letters_beyond_ascii": ("two_byte_letters",),
    "title_signs_beyond_ascii": ("three_byte_letters",),
}
_TITLE_CHARACTERS = "title_characters"
FEATURES = (*_KINDS, *_SHARES, *_LENGTHS, *_TITLE_KINDS, _TITLE_CHARACTERS)
TITLE_FEATURES = frozenset((*_TITLE_KINDS, _TITLE_CHARACTERS))
_TITLE_SUMS = np.array([[kind in kinds for kind in _KINDS] for kinds in _TITLE_KINDS.values()], dtype=np.float32)
_READ_CHARS = 3_000  # of a text: as sure as all of it
_KIND_OF_BYTE = bytearray([len(_KINDS)] * 256)  # the last column is that of the other bytes
for _number, _codes in enumerate(_KINDS.values()):
    for _code in _codes:
        _KIND_OF_BYTE[_code] = _number
_ENDS = tuple('.!?。！？…”"»')
_SHORT_CHARS = 90  # of a paragraph that is a label, a caption or a button
_NAME, _STOPS = re.compile(r" [A-ZÀ-ÖØ-ÞΑ-ΩА-Я]\w{2,5}"), ".!?:"  # the space is found fast
_PART_CHARS = 1_500  # at the start and at the end, in which names are compared
_CHARS_PER_SPACE = 30  # fewer spaces are those of such a script
# earlier pages of a site: the range of fewer is not sure enough
_PAST_PAGES_MIN = 60
# the lowest and highest tenth of a site's texts are outside its range, which grows by a part of its width on both sides
_TENTH, _MARGIN = 0.1, 0.25
# or by a constant, which as a share of bytes is 0.02 % at none and 0.7 % at a tenth, and as a length a tenth more
_MARGINS = np.array(
    [
        *([0.012] * len(_KINDS)),
        *(0.005, 0.05, 0.05, 0.1, 0.1, 0.1),
        *([0.1] * len(_LENGTHS)),
        *([0.06] * len(_TITLE_KINDS)),  # less than one sign in a hundred characters
        0.1,
    ],
    dtype=np.float32,
)


def profile(text: str, title: str | None) -> Profiles:
    """The features of a text and its headline: roots of the shares of bytes, other shares, logarithms of lengths."""
    head = text[:_READ_CHARS]
    utf8 = head.encode("utf-8", "surrogatepass")
    kinds = np.frombuffer(utf8.translate(_KIND_OF_BYTE), dtype=np.uint8)
    counts, size = np.bincount(kinds, minlength=len(_KINDS) + 1)[:-1], max(len(kinds), 1)
    is_vowel = kinds < _VOWELS
    changes = np.count_nonzero(is_vowel[1:] != is_vowel[:-1]) / size
    paragraphs = head.split("\n\n")
    lengths = math.log(len(text) + 1), math.log(len(head) / len(paragraphs) + 1)
    own = np.frombuffer((title or "").encode("utf-8", "surrogatepass").translate(_KIND_OF_BYTE), dtype=np.uint8)
    title_counts = _TITLE_SUMS @ np.bincount(own, minlength=len(_KINDS) + 1)[:-1]
    found = np.empty(len(FEATURES), dtype=np.float32)
    found[-1 - len(_TITLE_KINDS) : -1] = np.sqrt(title_counts / max(len(own), 1))
    found[-1] = math.log(len(title or "") + 1)
    found[: len(_KINDS)] = np.sqrt(counts / size)
    found[len(_KINDS) : -1 - len(_TITLE_KINDS)] = changes, *_word_shares(text), *_paragraph_shares(paragraphs), *lengths
    return found


def _word_shares(text: str) -> tuple[float, float]:
    """The share of different words among all of the start, and of the names of the start that are at the end, too."""
    size = min(len(text) // 2, _PART_CHARS)
    first, last = text[:size], text[-size:]
    if text.count(" ") * _CHARS_PER_SPACE < len(text):  # of such a script, pairs of characters are words and names
        words = list(map(add, first, first[1:]))
        names, again = set(words), set(map(add, last, last[1:]))
    else:
        words = first.split()
        names, again = _names(first), _names(last)
    shared = len(names & again) / max(min(len(names), len(again)), 1)
    return len(set(words)) / max(len(words), 1), math.sqrt(shared)


def _names(text: str) -> set[str]:
    """The words with a capital that start no sentence, each without what an inflection changes."""
    return {match[0] for match in _NAME.finditer(text) if text[match.start() - 1] not in _STOPS}


def _paragraph_shares(paragraphs: Sequence[str]) -> tuple[float, float, float]:
    """The shares of the paragraphs that start with a small letter, do not end as sentences do, and are short."""
    count = len(paragraphs)
    small = sum([one[:1].islower() for one in paragraphs])
    closed = sum([one.endswith(_ENDS) for one in paragraphs])
    return small / count, 1 - closed / count, sum([len(one) < _SHORT_CHARS for one in paragraphs]) / count


def usual_range(own: Profiles) -> dict[str, float]:
    """The range of the features of a site's texts without the extreme tenths, as metrics."""
    low, high = np.quantile(own, (_TENTH, 1 - _TENTH), axis=0).tolist()
    values = {f"usual_{name}_low": value for name, value in zip(FEATURES, low, strict=True)}
    return values | {f"usual_{name}_high": value for name, value in zip(FEATURES, high, strict=True)}


def is_range(metric: str) -> bool:
    """Whether a metric is an end of a usual range."""
    return metric.startswith("usual_") and metric.endswith(("_low", "_high"))


def past_range(past: Mapping[tuple[str, str], tuple[float, int]], site: str) -> Range | None:
    """The usual range of a site's earlier texts by their metrics, each with its pages; None if they are too few."""
    low, high = (
        [past.get((site, f"usual_{name}_{end}"), (math.nan, 0)) for name in FEATURES] for end in ("low", "high")
    )
    if any(pages < _PAST_PAGES_MIN for _, pages in (*low, *high)):
        return None
    lowest, highest = (np.array([value for value, _ in one], dtype=np.float32) for one in (low, high))
    return Range(lowest, highest)


def margins(usual: Range) -> Profiles:
    """How far outside its range a feature is clearly unusual."""
    wide: Profiles = np.maximum(_MARGINS, _MARGIN * (usual.highest - usual.lowest))
    return wide


def spoken(feature: int, value: float, usual: Range) -> str:
    """A feature of a text beside its usual range, as a reader counts it: per cent of the text, or characters."""
    own, low, high = (
        _in_words(FEATURES[feature], one)
        for one in (value, float(usual.lowest[feature]), float(usual.highest[feature]))
    )
    return f"{FEATURES[feature].replace('_', ' ')}: {own}, usually {low} to {high} on the site"


def _in_words(name: str, value: float) -> str:
    if name in (*_LENGTHS, _TITLE_CHARACTERS):
        return f"{math.exp(value) - 1:.0f}"
    return f"{100 * (value if name in _SHARES else value * value):.1f} %"
