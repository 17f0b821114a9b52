"""Words that give a line's kind away, in many languages: `lexicon.toml`, matched by hash over a whole batch.

A phrase stands for a line (`whole`), for its start (`starts`) or anywhere in it (`has`); marks and case are ignored.
Phrases of scripts without spaces are looked up as plain substrings, in lines of such scripts only.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from tasks.clean.model.words import Char, Words, WordSet, fold, phrase_hashes, solid, tables, word_hashes
from tasks.text.dates import month_names

_HERE = Path(__file__).parent
MAX_PHRASE_WORDS = 9
_MODES = ("whole", "starts", "has")
# lines longer than this are prose; only a phrase at their start can tell their kind
_PROSE_WORDS = 40


@dataclass(frozen=True)
class Entry:
    """One phrase of the lexicon."""

    kind: str  # "promo.newsletter"
    phrase: str
    mode: str
    word_count: int

    @property
    def group(self) -> str:
        """The first part of its kind, which tells the label of a line: "promo"."""
        return self.kind.partition(".")[0]


@dataclass(frozen=True)
class Lexicon:
    """The phrases by mode and hash, and the substrings for scripts without spaces."""

    kinds: tuple[str, ...]
    entries: dict[str, dict[int, Entry]]
    sizes: dict[str, tuple[int, ...]]
    filters: dict[str, WordSet]
    substrings: dict[str, dict[str, Entry]]  # of scripts without spaces, by phrase
    dense: dict[str, re.Pattern[str]]  # all of them as one pattern, the longest first


@cache
def lexicon() -> Lexicon:
    """The lexicon that ships with the package."""
    with (_HERE / "lexicon.toml").open("rb") as handle:
        data = tomllib.load(handle)
    listed = [
        (f"{label}.{reason}", mode, phrase)
        for label, reasons in data.items()
        for reason, modes in reasons.items()
        for mode, phrases in modes.items()
        for phrase in phrases
    ]
    entries: dict[str, dict[int, Entry]] = {mode: {} for mode in _MODES}
    substrings: dict[str, dict[str, Entry]] = {mode: {} for mode in _MODES}
    for (kind, mode, phrase), value, count, dense in zip(
        listed, *phrase_hashes([phrase for _, _, phrase in listed]), strict=True
    ):
        entry = Entry(kind, phrase, mode, int(count))
        if dense:
            substrings[mode].setdefault(phrase, entry)
        if 0 < count <= MAX_PHRASE_WORDS:
            entries[mode].setdefault(int(value), entry)
    kinds = tuple(dict.fromkeys(kind for kind, _, _ in listed))
    sizes = {mode: tuple(sorted({entry.word_count for entry in table.values()})) for mode, table in entries.items()}
    filters = {mode: WordSet(np.fromiter(table, dtype=np.uint64, count=len(table))) for mode, table in entries.items()}
    dense = {
        mode: re.compile("|".join(re.escape(phrase) for phrase in sorted(table, key=len, reverse=True)) or "(?!)")
        for mode, table in substrings.items()
    }
    return Lexicon(kinds, entries, sizes, filters, substrings, dense)


def find(lines: list[str], words: Words) -> dict[int, Entry]:
    """The phrase that tells each line's kind, by line; lines without one are absent.

    A whole-line match beats a start, a start beats a phrase within, a longer phrase beats a shorter.
    """
    lex = lexicon()
    hashes, bounds = solid(words)
    sizes = np.diff(bounds)
    found: dict[int, Entry] = {}
    _within(lex, hashes, bounds, sizes, found)
    _at_start(lex, hashes, bounds, sizes, found)
    whole = fold_short(hashes, bounds, sizes)
    for line in np.flatnonzero(lex.filters["whole"].contains(whole) & (sizes > 0)):
        found[int(line)] = lex.entries["whole"][int(whole[line])]
    _in_dense(lex, lines, words, found)
    return found


def fold_short(hashes: np.ndarray, bounds: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The hash of each line of at most MAX_PHRASE_WORDS words; 1 for longer ones."""
    whole = fold(hashes, bounds)
    whole[sizes > MAX_PHRASE_WORDS] = 1
    return whole


def _at_start(lex: Lexicon, hashes: np.ndarray, bounds: np.ndarray, sizes: np.ndarray, found: dict[int, Entry]) -> None:
    for size, prefix in _windows(hashes, bounds[:-1], lex.sizes["starts"]):
        for line in np.flatnonzero(lex.filters["starts"].contains(prefix) & (sizes >= size)):
            found[int(line)] = lex.entries["starts"][int(prefix[line])]


def _within(lex: Lexicon, hashes: np.ndarray, bounds: np.ndarray, sizes: np.ndarray, found: dict[int, Entry]) -> None:
    short = np.repeat(sizes <= _PROSE_WORDS, sizes)
    places = np.flatnonzero(short)
    line_of = np.repeat(np.arange(len(sizes)), sizes)
    for size, grams in _windows(hashes, places, lex.sizes["has"]):
        for hit in np.flatnonzero(lex.filters["has"].contains(grams)):
            place = int(places[hit])
            line = int(line_of[place])
            if place + size <= bounds[line + 1]:
                found[line] = lex.entries["has"][int(grams[hit])]


def _windows(hashes: np.ndarray, places: np.ndarray, sizes: tuple[int, ...]) -> Iterator[tuple[int, np.ndarray]]:
    """For each of the ascending sizes the hash of so many words from each place on, as `fold` gives it."""
    powers = tables()[2]
    padded = np.concatenate((hashes, np.zeros(MAX_PHRASE_WORDS, dtype=np.uint64)))
    total = np.zeros(len(places), dtype=np.uint64)
    done = 0
    for size in sizes:
        with np.errstate(over="ignore"):
            for n in range(done, size):
                total += padded[places + n] * powers[n]
        done = size
        yield size, total


def _in_dense(lex: Lexicon, lines: list[str], words: Words, found: dict[int, Entry]) -> None:
    for line in np.flatnonzero(words.chars[:, Char.DENSE]).tolist():
        text = lines[line].lower()
        bare = text.strip(" :：。、・|>＞»＜<[]【】()（）")
        # sixty such characters are a sentence, and only its start can tell its kind
        match = lex.dense["has"].search(text) if len(text) <= 60 else None
        match = lex.dense["starts"].match(bare) or match
        entry = lex.substrings["whole"].get(bare)
        if entry is None and match:
            mode = "starts" if match.re is lex.dense["starts"] else "has"
            entry = lex.substrings[mode][match.group()]
        if entry:
            found[line] = entry


@cache
def stop_words() -> tuple[WordSet, WordSet]:
    """The commonest function words: of all languages, and of English alone."""
    with (_HERE / "stopwords.toml").open("rb") as handle:
        data = tomllib.load(handle)
    everywhere = [word for name, words in data.items() if not name.endswith("_substrings") for word in words]
    return WordSet(word_hashes(everywhere)), WordSet(word_hashes(data["en"]))


@cache
def month_words() -> WordSet:
    """Names of months, long and short, in many languages."""
    return WordSet(word_hashes(month_names()))
