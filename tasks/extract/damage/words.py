"""Words that are not those of the language: common ones are missing, they are divided, or their letters are others."""

import re
import tomllib
from collections.abc import Iterable, Set
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tasks.extract.damage.evidence import SAMPLE_CHARS, Evidence, Story
from tasks.extract.damage.lexicon import OTHER_LANGUAGE

_WORDS_MIN, _CHARS_MIN, _LETTERS_MIN = 80, 500, 300  # a shorter text may lack a common word or letter by chance
_FOREIGN_MIN, _FOREIGN_SHARE = 8, 0.012  # of the letters; results with names of other languages have less
_QUOTED = re.compile(
    r"“[^“”\n]{1,1200}+[”“]|„[^“”\n]{1,1200}+[”“]|«[^«»\n]{1,1200}+»|»[^«»\n]{1,1200}+«|\"[^\"\n]{1,1200}+\""
)
_FOREIGN_WORDS_MIN, _FOREIGN_WORDS_SHARE = 4, 0.022  # of the words: quotes and names of films have fewer
# times the usual percentage of a letter, and points above: in so many letters, chance and topic make one point more
_MUCH, _MUCH_MORE, _LETTERS_PER_POINT = 2.2, 1.0, 600
_LITTLE, _SURELY = 0.2, 4.0  # times the usual percentage, of a letter that has so much
_ACCENTED_LETTERS = "\xc0-\xd6\xd8-\xf6\xf8-\u024f"
_LONG_CHARS = 700  # a shorter text, such as a song, may have short words only
_FIRST_LEAD, _LAST_LEAD = 0xC3, 0xD4  # in UTF-8
_LEADS_OF_SIGNS = 3  # × and ÷ begin like letters
_SIGNED = re.compile(r"[^\W\d_A-Za-z]")
_LETTERS_PER_CHAR = 0.8  # the rest are spaces and marks


class _Language(NamedTuple):
    common: frozenset[bytes]
    least: float
    chars: float
    letters: dict[str, float]
    accents: float
    foreign: re.Pattern[str] | None


def _coded(words: Iterable[str]) -> frozenset[bytes]:
    """Words as a sample has them, in small letters and at the start of a sentence."""
    return frozenset(spelling.encode() for word in words for spelling in (word, word.capitalize()))


def _read() -> dict[str, _Language]:
    tables = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {
        code: _Language(
            common=_coded(table["common"].split()),
            least=table["least"],
            chars=table.get("chars", 0.0),
            letters={part[0]: float(part[1:]) for part in table.get("letters", "").split()},
            accents=table.get("accents", 0.0),
            foreign=_foreign(table["own"]) if "own" in table else None,
        )
        for code, table in tables.items()
    }


def _foreign(own: str) -> re.Pattern[str]:
    """What finds a Latin letter with a sign that a language does not have."""
    return re.compile(f"(?![{own}{own.upper()}])[{_ACCENTED_LETTERS}]")


_LANGUAGES = _read()


def find_unlikely_words(story: Story) -> Evidence | None:
    """Words that a text of this language cannot be made of."""
    evidence = story.odd_word("letters")
    if evidence:
        return evidence
    language = _LANGUAGES.get(story.language or "")
    if language is None or len(story.text) < _CHARS_MIN:
        return None
    text = story.text[:SAMPLE_CHARS]
    words, counts = story.sample, story.sample_counts
    if len(words) >= _WORDS_MIN:
        count = sum([counts.get(word, 0) for word in language.common])
        if count < language.least * len(words) or (
            len(text) >= _LONG_CHARS and len(text) < language.chars * len(words)
        ):
            return story.at(0)
        others = [word for word, kind in story.odd_words.items() if kind == OTHER_LANGUAGE]
        least = max(_FOREIGN_WORDS_MIN, _FOREIGN_WORDS_SHARE * len(words))
        if sum([counts[word] for word in others]) >= least and _count_unquoted(text, frozenset(others)) >= least:
            return story.at(text.find(f" {others[0].decode()} ") + 1)
    if language.accents and _lacks_accents(story, text, language.accents * _LETTERS_PER_CHAR * len(text) / 100):
        return story.at(0)
    foreign = language.foreign.findall(story.chars_beyond_ascii) if language.foreign else []
    if foreign and sum(map(text.count, foreign)) >= max(_FOREIGN_MIN, _FOREIGN_SHARE * len(text)):
        return story.at(min(map(story.text.find, foreign)))
    return _find_unlikely_letter(story, language.letters) if language.letters else None


def _count_unquoted(text: str, words: Set[bytes]) -> int:
    """How often a text has some words outside of what it quotes, which may be in any language."""
    return sum(map(words.__contains__, _QUOTED.sub(" ", text).encode("utf-8", "surrogatepass").split()))


def _lacks_accents(story: Story, text: str, least: float) -> bool:
    """Whether fewer letters than `least` are other ones than those of English."""
    # the first bytes of Latin, Greek and Cyrillic letters: counted faster than letters
    leads = story.codes[:SAMPLE_CHARS]
    if np.count_nonzero((leads >= _FIRST_LEAD) & (leads <= _LAST_LEAD)) >= least + _LEADS_OF_SIGNS:
        return False
    return len(_SIGNED.findall(text)) < least


def _find_unlikely_letter(story: Story, usual: dict[str, float]) -> Evidence | None:
    """A letter that has the place of another one, as after bad recognition of a scanned page, or that is missing."""
    different = b" ".join(story.sample_counts)  # the words of its topic recur in a text
    if not "".join(usual).isascii():
        different = different.decode("utf-8", "surrogatepass").lower().encode("utf-8", "surrogatepass")
    ascii_counts = np.bincount(np.frombuffer(different.lower(), dtype=np.uint8), minlength=128).tolist()
    counts = {
        letter: ascii_counts[ord(letter)] if letter.isascii() else different.count(letter.encode()) for letter in usual
    }
    letters = sum(counts.values())
    if letters < _LETTERS_MIN:
        return None
    for letter, percent in usual.items():
        share = 100 * counts[letter] / letters
        if share > percent * _MUCH + _MUCH_MORE + _LETTERS_PER_POINT / letters or (
            percent >= _SURELY and share < percent * _LITTLE
        ):
            return story.at(max(story.text.find(letter), 0))
    return None
