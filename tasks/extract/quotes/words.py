"""Words that identify names, roles and verbs of saying, by language (`quote_words.toml`)."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

_LISTS = tomllib.loads(Path(__file__).with_name("quote_words.toml").read_text("utf-8"))
WORDS = {key: frozenset(words.split()) for key, words in _LISTS["words"].items()}
ROLES, QUALIFIERS, NEVER_PERSON = WORDS["roles"], WORDS["qualifiers"], WORDS["not_person"]
FUNCTION_WORDS = WORDS["function"] | WORDS["according"]
HUMAN_NOUNS = WORDS["human"] | (ROLES - QUALIFIERS)
HUMAN_ENDINGS = tuple(WORDS["human_endings"])
ROLE_ENDINGS = tuple(WORDS["role_endings"])
NEVER_IN_PLAIN_NAMES = ROLES | FUNCTION_WORDS | NEVER_PERSON | WORDS["particles"]
# without verbs that are common words of another language
ALL_SPEECH_VERBS = frozenset(verb for verbs in _LISTS["speech_verbs"].values() for verb in verbs.split()) - {
    *("so", "put", "puts", "dice")
}


class Lexicon(NamedTuple):
    """The verbs of saying and the pronouns of a language, or of all languages if it is not known."""

    speech_verbs: frozenset[str]
    pronouns: dict[str, str]  # with the gender: m, f or n
    drops_pronouns: bool
    inflects: bool
    is_german: bool


@lru_cache(maxsize=64)  # more than the languages of the lists
def lexicon(language: str | None) -> Lexicon:
    """The words for a language code; those of every language if there are none for it."""
    code = (language or "").lower()[:2]
    is_known = code in _LISTS["speech_verbs"]
    speech_verbs = frozenset(_LISTS["speech_verbs"][code].split()) if is_known else ALL_SPEECH_VERBS
    pronouns: dict[str, str] = {}
    for gender, by_language in _LISTS["pronouns"].items():
        for pronoun_language, words in by_language.items():
            if pronoun_language == code or not is_known:
                pronouns.update(dict.fromkeys(words.split(), gender))
    if not is_known:
        pronouns.pop("on", None)  # Polish "he", but also an English word
        pronouns.pop("o", None)
    return Lexicon(speech_verbs, pronouns, code in WORDS["pro_drop"], code in WORDS["inflecting"], code == "de")
