"""The words by which names, roles and sayings are told, by language (`quote_words.toml`)."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_LISTS = tomllib.loads(Path(__file__).with_name("quote_words.toml").read_text("utf-8"))
WORDS = {key: frozenset(words.split()) for key, words in _LISTS["words"].items()}
ROLES, FUNCTION, NOT_PERSON = WORDS["roles"], WORDS["function"] | WORDS["according"], WORDS["not_person"]
QUALIFIERS = WORDS["qualifiers"]
HUMAN = WORDS["human"] | (ROLES - QUALIFIERS)
HUMAN_ENDINGS = tuple(WORDS["human_endings"])
ROLE_ENDINGS = tuple(WORDS["role_endings"])
NO_NAMES = ROLES | FUNCTION | NOT_PERSON | WORDS["particles"]  # what no part of a plain name is
# without those that are other words in another language
ALL_SAID = frozenset(word for words in _LISTS["said"].values() for word in words.split()) - {
    "so",
    "put",
    "puts",
    "dice",
}


class Lexicon(NamedTuple):
    """The words of saying and the pronouns of a language, or of all where it is not known."""

    said: frozenset[str]
    pronouns: dict[str, str]
    drops_pronouns: bool
    inflects: bool
    is_german: bool


@lru_cache(maxsize=64)  # more than the languages of the lists
def lexicon(language: str | None) -> Lexicon:
    """The words for a language code; those of every language where we have none for it."""
    code = (language or "").lower()[:2]
    known = code in _LISTS["said"]
    said = frozenset(_LISTS["said"][code].split()) if known else ALL_SAID
    pronouns: dict[str, str] = {}
    for gender, by_language in _LISTS["pronouns"].items():
        for each, words in by_language.items():
            if each == code or not known:
                pronouns.update(dict.fromkeys(words.split(), gender))
    if not known:
        pronouns.pop("on", None)  # Polish he, and a word of English
        pronouns.pop("o", None)
    return Lexicon(said, pronouns, code in WORDS["pro_drop"], code in WORDS["inflecting"], code == "de")
