"""Short strings that show damage, all found in one pass over a text, which takes as long as a search for three.

A detector names the strings that each match of its pattern has, and searches a text with the pattern if it has them.
"""

from collections import Counter
from collections.abc import Iterable
from functools import cache
from typing import Generic, NewType, TypeVar

from ahocorasick_rs import AhoCorasick, BytesAhoCorasick, Implementation

Name = TypeVar("Name")
Literals = NewType("Literals", frozenset[str])

# a table of all transitions: twice as fast as the default, and a megabyte in size for the strings of all detectors
_FASTEST = Implementation.DFA
_sought: list[str] = []


def sought(*literals: str) -> Literals:
    """Strings of two characters or more that `Story.literals` counts from now on."""
    _sought.extend(literals)
    _literals.cache_clear()
    return Literals(frozenset(literals))


class Phrases(Generic[Name]):
    """Phrases that stand for names, several of them for one."""

    def __init__(self, names: Iterable[tuple[str, Name]]) -> None:
        """`names` are the phrases, each with its name."""
        phrases, self._names = zip(*names, strict=True)
        self._automaton = AhoCorasick(phrases)

    def in_text(self, text: str) -> dict[Name, int]:
        """The names of the phrases that a text has, each with the position of the first."""
        found: dict[Name, int] = {}
        for number, start, _ in self._automaton.find_matches_as_indexes(text, overlapping=True):
            found[self._names[number]] = min(start, found.get(self._names[number], start))
        return found


@cache
def _literals() -> tuple[list[str], BytesAhoCorasick]:
    literals = list(dict.fromkeys(_sought))
    return literals, BytesAhoCorasick([one.encode() for one in literals], implementation=_FASTEST)


def count_literals(utf8: bytes) -> Counter[str]:
    """How often the text has each of the strings; copies that overlap count."""
    literals, automaton = _literals()
    return Counter([literals[number] for number, _, _ in automaton.find_matches_as_indexes(utf8, overlapping=True)])
