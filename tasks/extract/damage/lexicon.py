"""Words that no text of a language has: letters, spaces or marks were lost, or the word is another language's."""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tasks.extract.damage.misspelt import WORDS, misspelt

_SHORT_CHARS = 3  # with a capital, such a word may be a name or an abbreviation
_GLUED, _MISSPELT, OTHER_LANGUAGE = "spaces", "letters", "language"


def _read(name: str) -> dict[str, dict[str, Any]]:
    return tomllib.loads(Path(__file__).with_name(name).read_text(encoding="utf-8"))


def _glued(table: dict[str, str]) -> Iterator[str]:
    """Pairs of words that often follow each other, without the space between them."""
    words = frozenset(table["words"].split())
    for first in table["first"].split():
        for second in table["second"].split():
            if first + second not in words:
                yield first + second


def _lexicon() -> dict[str, dict[bytes, str]]:
    """By language the words as a text spells them, each with what was lost."""
    lexicon: dict[str, dict[bytes, str]] = {}
    glued = {code: {_GLUED: " ".join(_glued(table))} for code, table in _read("glued.toml").items()}
    for lost_words in (_read("lexicon.toml"), glued):
        for code, table in lost_words.items():
            own = lexicon.setdefault(code, {})
            own.update(
                (spelling.encode(), lost)
                for lost, words in table.items()
                for word in words.split()
                for spelling in {word, word.capitalize() if len(word) > _SHORT_CHARS else word}
            )
    tables = _read("words.toml")
    known = frozenset(
        word for table in tables.values() for word in f"{table['common']} {table.get('alone', '')}".split()
    )
    for code in WORDS:
        forms = {
            spelling.encode(): _MISSPELT for word in misspelt(code, known) for spelling in (word, word.capitalize())
        }
        lexicon[code] = forms | lexicon.get(code, {})
    alone = {code: table.get("alone", "").split() for code, table in tables.items()}
    for code in alone:
        # in small letters, since names begin with capitals, as Los Angeles does
        others = {word.encode(): OTHER_LANGUAGE for other in alone if other != code for word in alone[other]}
        lexicon[code] = others | lexicon.get(code, {})
    return lexicon


LEXICON = _lexicon()
