"""Words that were lost, or the spaces between them: too little to be seen in one text, and plain over those of a site.

A text may have a rare pair of words, or a compound of two words that it has, too. Ten texts have few of both.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tasks.vocabulary import Doubt

TEXTS = 10  # that are read of a site
SAMPLE_CHARS = 2_500  # of each
_WORDS_MIN, _PAGES_SHARE = 800, 0.4  # of all texts that are read; of these, with a finding
_JOINED_MOST = 0.6  # in 100 words: real sites have 0.3 at most, and 0.7 to 2.7 where each seventh space was lost
_JOINED_CHARS, _PART_CHARS, _LONG_PART_CHARS = 7, 2, 4  # of a word that may be two, and of these
_COMPOUNDS = frozenset("de nl sv da no fi hu is tr".split())  # in these, many words consist of two
_COMPOUNDS_MOST = 1.2
_WORD = re.compile(r"[^\W\d_]+")


class _Pairs(NamedTuple):
    pattern: re.Pattern[str]
    most: float


_PAIRS = {
    language: _Pairs(re.compile(rf" (?:{table['pairs']})(?= )"), table["most"])
    for language, table in tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")).items()
}


def find_lost_words(texts: Sequence[str], language: str) -> Iterator[tuple[Doubt, str]]:
    """What was lost in texts of one site and language, with how often it shows."""
    words = sum(text.count(" ") for text in texts)
    if words < _WORDS_MIN:
        return
    pairs = _PAIRS.get(language)
    if pairs:
        counts = [len(pairs.pattern.findall(text.lower())) for text in texts]
        if _is_often(counts, words, pairs.most):
            yield Doubt.WORDS_OUT_OF_ORDER, f"{sum(counts)} impossible pairs in {words} words of the site"
    joined = [_joined_words(text) for text in texts]
    if _is_often(list(map(len, joined)), words, _COMPOUNDS_MOST if language in _COMPOUNDS else _JOINED_MOST):
        yield (
            Doubt.SPACES_DAMAGED,
            f"on the site, {sum(map(len, joined))} words are two, such as {max(joined, key=len)[0]}",
        )


def _is_often(counts: Sequence[int], words: int, most: float) -> bool:
    """Whether there is more in 100 words than usual, and not on a few pages only."""
    return 100 * sum(counts) > most * words and sum(map(bool, counts)) >= _PAGES_SHARE * len(counts)


def _joined_words(text: str) -> list[str]:
    """The words that consist of two others of the text."""
    counts = Counter(_WORD.findall(text))
    return [
        word for word, count in counts.items() if count == 1 and len(word) >= _JOINED_CHARS and _is_two(word, counts)
    ]


def _is_two(word: str, known: Counter[str]) -> bool:
    """Whether both parts of a word are words and one of them is long."""
    return any(
        word[:cut] in known and word[cut:] in known and max(cut, len(word) - cut) >= _LONG_PART_CHARS
        for cut in range(_PART_CHARS, min(len(word), 40) - _PART_CHARS + 1)
    )
