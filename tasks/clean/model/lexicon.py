"""Typical phrases of boilerplate in many languages: `lexicon.toml`, matched by hash over a whole batch.

A phrase is a whole line (`whole`), its start (`starts`) or anywhere in it (`has`); marks and case are ignored.
Phrases of scripts without spaces are looked up as plain substrings, in lines of such scripts only.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tasks.clean.model.words import Char, Words, WordSet, fold, phrase_hashes, solid, tables, word_hashes
from tasks.text.month_names import month_names

_FOLDER = Path(__file__).parent
MAX_PHRASE_WORDS = 9
_MODES = ("whole", "starts", "has")
# longer lines are prose; only a phrase at their start shows their kind
_PROSE_WORDS = 40


class Entry(NamedTuple):
    """One phrase of the lexicon."""

    kind: str  # "promo.newsletter"
    phrase: str
    mode: str
    word_count: int

    @property
    def group(self) -> str:
        """The first part of its kind, which decides the label of a line: "promo"."""
        return self.kind.partition(".")[0]


@dataclass(frozen=True)
class Lexicon:
    """The phrases by mode and hash, and the substrings for scripts without spaces."""

    kinds: tuple[str, ...]
    entries: dict[str, dict[int, Entry]]
    sizes: dict[str, tuple[int, ...]]
    filters: dict[str, WordSet]
    substrings: dict[str, dict[str, Entry]]  # of scripts without spaces, by mode and phrase

    @cached_property
    def dense(self) -> dict[str, re.Pattern[str]]:
        """By mode: all substrings as one pattern, the longest first; made for the first page in such a script."""
        return {
            mode: re.compile("|".join(re.escape(phrase) for phrase in sorted(table, key=len, reverse=True)) or "(?!)")
            for mode, table in self.substrings.items()
        }


def phrases_in(lines: str) -> Iterator[str]:
    """The phrases of an entry, without its comments: a list of 14,000 strings takes TOML four times as long to read."""
    for line in lines.splitlines():
        if not line.startswith("#"):
            yield from filter(None, map(str.strip, line.split(";")))


@cache
def lexicon() -> Lexicon:
    """The bundled lexicon."""
    with (_FOLDER / "lexicon.toml").open("rb") as handle:
        data = tomllib.load(handle)
    listed = [
        (f"{label}.{reason}", mode, phrase)
        for label, reasons in data.items()
        for reason, modes in reasons.items()
        for mode, phrases in modes.items()
        for phrase in phrases_in(phrases)
    ]
    entries: dict[str, dict[int, Entry]] = {mode: {} for mode in _MODES}
    substrings: dict[str, dict[str, Entry]] = {mode: {} for mode in _MODES}
    hashes = phrase_hashes([phrase for _, _, phrase in listed])
    for (kind, mode, phrase), value, count, dense in zip(listed, *(part.tolist() for part in hashes), strict=True):
        entry = Entry(kind, phrase, mode, count)
        if dense:
            substrings[mode].setdefault(phrase, entry)
        if 0 < count <= MAX_PHRASE_WORDS:
            entries[mode].setdefault(value, entry)
    kinds = tuple(dict.fromkeys(kind for kind, _, _ in listed))
    sizes = {mode: tuple(sorted({entry.word_count for entry in table.values()})) for mode, table in entries.items()}
    filters = {mode: WordSet(np.fromiter(table, dtype=np.uint64, count=len(table))) for mode, table in entries.items()}
    return Lexicon(kinds, entries, sizes, filters, substrings)


def find(lines: list[str], words: Words) -> dict[int, Entry]:
    """The phrase that shows each line's kind, by line; lines without one are absent.

    A whole-line match beats a start, a start beats a phrase within, a longer phrase beats a shorter.
    """
    lex = lexicon()
    hashes, bounds = solid(words)
    sizes = np.diff(bounds)
    # each step overrides the ones before
    entries = _entries_within(lex, hashes, bounds, sizes) | _entries_at_start(lex, hashes, bounds, sizes)
    whole = fold(hashes, bounds)
    whole[sizes > MAX_PHRASE_WORDS] = 1
    for line in np.flatnonzero(lex.filters["whole"].contains(whole) & (sizes > 0)):
        entries[int(line)] = lex.entries["whole"][int(whole[line])]
    return entries | _entries_in_dense(lex, lines, words)


def _entries_at_start(lex: Lexicon, hashes: np.ndarray, bounds: np.ndarray, sizes: np.ndarray) -> dict[int, Entry]:
    entries: dict[int, Entry] = {}
    for size, prefix in _windows(hashes, bounds[:-1], lex.sizes["starts"]):
        for line in np.flatnonzero(lex.filters["starts"].contains(prefix) & (sizes >= size)):
            entries[int(line)] = lex.entries["starts"][int(prefix[line])]
    return entries


def _entries_within(lex: Lexicon, hashes: np.ndarray, bounds: np.ndarray, sizes: np.ndarray) -> dict[int, Entry]:
    entries: dict[int, Entry] = {}
    starts = np.flatnonzero(np.repeat(sizes <= _PROSE_WORDS, sizes))  # the words of lines that are not prose
    line_of = np.repeat(np.arange(len(sizes)), sizes)
    for size, grams in _windows(hashes, starts, lex.sizes["has"]):
        for hit in np.flatnonzero(lex.filters["has"].contains(grams)):
            start = int(starts[hit])
            line = int(line_of[start])
            if start + size <= bounds[line + 1]:
                entries[line] = lex.entries["has"][int(grams[hit])]
    return entries


def _windows(hashes: np.ndarray, starts: np.ndarray, sizes: tuple[int, ...]) -> Iterator[tuple[int, np.ndarray]]:
    """For each of the ascending sizes, the hash of that many words from each start on, as `fold` computes it."""
    powers = tables()[2]
    padded = np.concatenate((hashes, np.zeros(MAX_PHRASE_WORDS, dtype=np.uint64)))
    total = np.zeros(len(starts), dtype=np.uint64)
    done = 0
    for size in sizes:
        with np.errstate(over="ignore"):
            for n in range(done, size):
                total += padded[starts + n] * powers[n]
        done = size
        yield size, total


def _entries_in_dense(lex: Lexicon, lines: list[str], words: Words) -> dict[int, Entry]:
    """The phrases of lines in scripts without spaces."""
    entries: dict[int, Entry] = {}
    for line in np.flatnonzero(words.chars[:, Char.DENSE]).tolist():
        text = lines[line].lower()
        bare = text.strip(" :：。、・|>＞»＜<[]【】()（）")
        # sixty such characters are a sentence, and only its start can show its kind
        match = lex.dense["has"].search(text) if len(text) <= 60 else None
        match = lex.dense["starts"].match(bare) or match
        entry = lex.substrings["whole"].get(bare)
        if entry is None and match:
            mode = "starts" if match.re is lex.dense["starts"] else "has"
            entry = lex.substrings[mode][match.group()]
        if entry:
            entries[line] = entry
    return entries


@cache
def stop_words() -> tuple[WordSet, WordSet]:
    """The commonest function words: of all languages, and of English alone."""
    with (_FOLDER / "stopwords.toml").open("rb") as handle:
        data = tomllib.load(handle)
    everywhere = [word for name, words in data.items() if not name.endswith("_substrings") for word in words]
    return WordSet(word_hashes(everywhere)), WordSet(word_hashes(data["en"]))


@cache
def month_words() -> WordSet:
    """Names of months, long and short, in many languages."""
    return WordSet(word_hashes(month_names()))
