"""Names of publishers and agencies: when two of them mean the same, and which names are agencies.

Shared by clean (is this line a source or a credit?) and extract (what is the publisher called?).
"""

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

# left before a headline by an image viewer whose page was flattened: `NextImg:`
IMAGE_PREFIX = re.compile(
    r"^\s*(?:next|prev|previous|lead|main|top|full)?\s?-?(?:img|image|photo|pic|picture|bild)\s?:\s*", re.I
)
_MAX_REMEMBERED_CHARS = 400  # of a name or headline; whole texts would fill the memory
_NAME_WORDS = 16  # of the longest names; a text has no short form, and each of its words would be tried with each
_NO_LETTERS = re.compile(r"[\W_]+")
_ARTICLES = frozenset(
    "the der die das le la les el los las il lo o a de of and & und für et pour y del para di per e do da dos".split()
)


def squeeze(name: str) -> str:
    """Only the letters and digits of a name, lower case, without accents: equal for two spellings of one name."""
    return _squeezed(name) if len(name) <= _MAX_REMEMBERED_CHARS else _squeezed.__wrapped__(name)


@lru_cache(maxsize=1024)  # the names and headlines of a page are compared many times
def _squeezed(name: str) -> str:
    if name.isascii():  # most names are
        return _NO_LETTERS.sub("", name.lower())
    return _NO_LETTERS.sub("", unicodedata.normalize("NFKD", name.casefold()))  # NFKD separates accents from letters


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "aa", "ø": "oe", "æ": "ae"})


def spell_out(name: str) -> str:
    """A name with its umlauts spelled out, as in addresses."""
    return name.casefold().translate(_UMLAUTS)


def is_short_form(short: str, full: str) -> bool:
    """Whether `short` abbreviates `full`: each of its words is a word, a beginning or the initials of words, in order.

    `NY Post` of `New York Post`, `WSJ` of `The Wall Street Journal`, `Guardian` of `The Guardian`.
    """
    short_words, full_words = short.replace(".", "").split(), full.split()
    if not short_words or max(len(short_words), len(full_words)) > _NAME_WORDS:
        return False
    if len(squeeze(short)) >= len(squeeze(full)):
        return False
    full_keys = [squeeze(word) for word in full_words if squeeze(word)]
    return _abbreviates([squeeze(word) for word in short_words], full_keys) or _is_acronym(short, full)


def _is_acronym(short: str, full: str) -> bool:
    """Whether the letters of `short` are in `full` in order, the first letter of every word among them.

    `SBT` of `Saltbay Times`.
    """
    letters = short.replace(".", "").replace(" ", "")
    words = full.split()
    if not (letters.isupper() and 2 <= len(letters) <= 6 and len(words) <= 6):
        return False
    rest = iter(squeeze(full))
    heads = [squeeze(word)[:1] for word in words if word.lower() not in _ARTICLES]
    return (
        all(letter in rest for letter in letters.lower())
        and heads[:1] == [letters[0].lower()]
        and all(head in letters.lower() for head in heads)
    )


def _abbreviates(short: list[str], full: list[str]) -> bool:
    """Whether the words of a short name abbreviate those of a full one."""
    if not short:
        return all(word in _ARTICLES for word in full) or not full
    if not full:
        return False
    head, rest = short[0], short[1:]
    if not head:
        return _abbreviates(rest, full)
    # the word itself or its beginning
    if (
        full[0].startswith(head)
        and (len(head) > 2 or head == full[0])
        and (_abbreviates(rest, full[1:]) or (not rest and len(full) <= 3))
    ):
        return True
    # initials of the next words, articles optional
    for count in range(2, min(len(full), 8) + 1):
        initials = "".join(word[0] for word in full[:count])
        without_articles = "".join(word[0] for word in full[:count] if word not in _ARTICLES)
        if head in (initials, without_articles) and _abbreviates(rest, full[count:]):
            return True
    # a word missing from the short form: `Castor Ledger` of `The Castor City Ledger`
    return _abbreviates(short, full[1:]) if full[0] in _ARTICLES or len(full) > len(short) else False


def is_title_case(text: str) -> bool:
    """Whether every word of more than three letters starts with a capital, as in names and titles."""
    words = [word for word in text.replace("-", " ").split() if word[:1].isalpha()]
    long_words = [word for word in words if len(word) > 3 and word.lower() not in _ARTICLES]
    return (
        bool(words)
        and (words[0][0].isupper() or words[0] in ("de", "van", "von", "al"))
        and all(word[0].isupper() for word in long_words)
    )


@cache
def _names_by_kind() -> dict[str, frozenset[str]]:
    """The squeezed names of `agencies.toml`: wire, photo, roles, newsroom."""
    with (Path(__file__).parent / "agencies.toml").open("rb") as handle:
        data = tomllib.load(handle)
    return {kind: frozenset(squeeze(name) for name in names) for kind, names in data.items()}


def is_wire_agency(name: str) -> bool:
    """Whether a name is that of a news agency."""
    return squeeze(name) in _names_by_kind()["wire"]


def is_photo_agency(name: str) -> bool:
    """Whether a name is that of an agency that supplies pictures."""
    return squeeze(name) in _names_by_kind()["photo"]


_AGENCY_ENDING = re.compile(
    r"\b(?:agency|agence|agentur|agencia|agência|agenzia|agentschap|agencja"
    r"|images|newswire|news service|press association)$",
    re.I,
)
_SEPARATOR = re.compile(r"\s*(?:/|\||,|;|\bvia\b|\band\b|\bund\b|\bet\b)\s*")


@lru_cache(maxsize=65_536)  # the same short lines recur on every page of a site
def is_agency(name: str) -> bool:
    """Whether a name is that of a news or photo agency, or several of them: `AFP/Getty Images`, `Halcyon Images`."""
    name = name.strip("()[] .")
    known = _names_by_kind()["wire"], _names_by_kind()["photo"]
    whole = squeeze(name)
    if whole in known[0] or whole in known[1]:
        return True
    if _AGENCY_ENDING.search(name) and 2 <= len(name.split()) <= 4 and is_title_case(name):
        return True
    parts = [squeeze(part) for part in _SEPARATOR.split(name) if part.strip()]
    return len(parts) > 1 and all(part in known[0] or part in known[1] for part in parts)


def role_words() -> frozenset[str]:
    """Squeezed words that follow a name in a byline and say what the person does."""
    return _names_by_kind()["roles"]


def is_newsroom(name: str) -> bool:
    """Whether a byline names the newsroom instead of a person."""
    return squeeze(name) in _names_by_kind()["newsroom"]
