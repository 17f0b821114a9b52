"""Names of publishers and agencies: when two of them mean the same, and which names are agencies.

Shared by clean (is this line a source or a credit?) and extract (what is the publisher called?).
"""

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from pathlib import Path

# what an image viewer leaves before a headline when its page is flattened: `NextImg:`
IMAGE_PREFIX = re.compile(
    r"^\s*(?:next|prev|previous|lead|main|top|full)?\s?-?(?:img|image|photo|pic|picture|bild)\s?:\s*", re.I
)
_MARKS = re.compile(r"[\W_]+")
_ARTICLES = frozenset(
    {"the", "der", "die", "das", "le", "la", "les", "el", "los", "las", "il", "lo", "o", "a", "de", "of", "and", "&"}
)


def squeeze(name: str) -> str:
    """Letters and digits of a name only, lower case, accents removed: for telling whether two names are the same."""
    if name.isascii():  # most names are
        return _MARKS.sub("", name.lower())
    return _MARKS.sub("", unicodedata.normalize("NFKD", name.casefold()))  # the accents, now apart, are no letters


_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "å": "aa", "ø": "oe", "æ": "ae"})


def spell_out(name: str) -> str:
    """A name with its umlauts spelled out, as addresses have them."""
    return name.casefold().translate(_UMLAUTS)


def is_short_form(short: str, full: str) -> bool:
    """Whether `short` abbreviates `full`: each of its words is a word, a beginning or the initials of words, in order.

    `NY Post` of `New York Post`, `WSJ` of `The Wall Street Journal`, `Guardian` of `The Guardian`.
    """
    few, many = short.replace(".", "").split(), full.split()
    if not few or len(squeeze(short)) >= len(squeeze(full)):
        return False
    if _abbreviates([squeeze(word) for word in few], [squeeze(word) for word in many if squeeze(word)]):
        return True
    letters = short.replace(".", "").replace(" ", "")
    if not (letters.isupper() and 2 <= len(letters) <= 6 and len(many) <= 6):
        return False
    # `SBT` of `Saltbay Times`: its letters stand in the name in order, and every word's first letter is among them
    rest = iter(squeeze(full))
    heads = [squeeze(word)[:1] for word in many if word.lower() not in _ARTICLES]
    return (
        all(letter in rest for letter in letters.lower())
        and heads[:1] == [letters[0].lower()]
        and all(head in letters.lower() for head in heads)
    )


def _abbreviates(few: list[str], many: list[str]) -> bool:
    if not few:
        return all(word in _ARTICLES for word in many) or not many
    if not many:
        return False
    head, rest = few[0], few[1:]
    if not head:
        return _abbreviates(rest, many)
    # the word itself or its beginning
    if (
        many[0].startswith(head)
        and (len(head) > 2 or head == many[0])
        and (_abbreviates(rest, many[1:]) or (not rest and len(many) <= 3))
    ):
        return True
    # initials of the next words, articles optional
    for count in range(2, min(len(many), 8) + 1):
        initials = "".join(word[0] for word in many[:count])
        without = "".join(word[0] for word in many[:count] if word not in _ARTICLES)
        if head in (initials, without) and _abbreviates(rest, many[count:]):
            return True
    # a word that the short form leaves out: `Castor Ledger` of `The Castor City Ledger`
    return _abbreviates(few, many[1:]) if many[0] in _ARTICLES or len(many) > len(few) else False


def is_title_case(text: str) -> bool:
    """Whether every word of weight starts with a capital, as names and titles do."""
    words = [word for word in text.replace("-", " ").split() if word[:1].isalpha()]
    heavy = [word for word in words if len(word) > 3 and word.lower() not in _ARTICLES]
    return (
        bool(words)
        and (words[0][0].isupper() or words[0] in ("de", "van", "von", "al"))
        and all(word[0].isupper() for word in heavy)
    )


@cache
def _tables() -> dict[str, frozenset[str]]:
    with (Path(__file__).parent / "agencies.toml").open("rb") as handle:
        data = tomllib.load(handle)
    return {name: frozenset(squeeze(entry) for entry in entries) for name, entries in data.items()}


def is_wire_agency(name: str) -> bool:
    """Whether a name is that of a news agency."""
    return squeeze(name) in _tables()["wire"]


def is_photo_agency(name: str) -> bool:
    """Whether a name is that of an agency that supplies pictures."""
    return squeeze(name) in _tables()["photo"]


_AGENCY_SHAPE = re.compile(
    r"\b(?:agency|agence|agentur|agencia|agência|agenzia|agentschap|agencja|images|newswire|news service|press association)$",
    re.I,
)


@lru_cache(maxsize=65_536)  # the same short lines recur on every page of a site
def is_agency(name: str) -> bool:
    """Whether a name is that of a news or photo agency, or several of them: `AFP/Getty Images`, `Halcyon Images`."""
    name = name.strip("()[] .")
    whole = squeeze(name)
    tables = _tables()
    if whole in tables["wire"] or whole in tables["photo"]:
        return True
    if _AGENCY_SHAPE.search(name) and 2 <= len(name.split()) <= 4 and is_title_case(name):
        return True
    parts = [
        squeeze(part) for part in re.split(r"\s*(?:/|\||,|;|\bvia\b|\band\b|\bund\b|\bet\b)\s*", name) if part.strip()
    ]
    return len(parts) > 1 and all(part in tables["wire"] or part in tables["photo"] for part in parts)


_NAME_PARTICLES = frozenset(
    [
        "de",
        "da",
        "di",
        "del",
        "della",
        "der",
        "den",
        "des",
        "du",
        "van",
        "von",
        "vom",
        "zu",
        "la",
        "le",
        "el",
        "al",
        "bin",
        "ibn",
        "ben",
        "ter",
        "ten",
        "dos",
        "das",
        "do",
        "y",
        "e",
    ]
)
_GLUED = re.compile(
    r"(?<=[a-zß-ÿ])(?<!\bMc)(?<!\bMac)(?<!\bDe)(?<!\bLe)(?=[A-Z])|(?<=[^\W\d_])(?=[\d@|·•])"
)  # "ThorntonNews", "Kinsella2 minutes"
_GLUED_BY = re.compile(r"^(?:[Bb]y|[Vv]on|[Pp]ar|[Pp]or)(?=[A-ZÀ-Þ][a-zß-ÿ])")  # "byRahimu Fadhili"
_AFTER_NAME = re.compile(
    r"^(?:$|[\d|·•–—,/@(:-]|(?:follow|published|updated|posted|is an?|für|for|in|aus|min(?:utes)? read|contributor|special to)\b)",
    re.I,
)
# words that stand on buttons, in sections and in names of media, and in no person's name
_NO_NAME = frozenset(
    [
        "share",
        "save",
        "copy",
        "link",
        "add",
        "comment",
        "comments",
        "print",
        "email",
        "facebook",
        "twitter",
        "whatsapp",
        "linkedin",
        "telegram",
        "instagram",
        "youtube",
        "reddit",
        "follow",
        "teilen",
        "twittern",
        "senden",
        "drucken",
        "merken",
        "kommentare",
        "kommentieren",
        "partager",
        "discussion",
        "imprimer",
        "enregistrer",
        "compartir",
        "guardar",
        "imprimir",
        "comentarios",
        "condividi",
        "stampa",
        "delen",
        "opslaan",
        "reageer",
        "udostępnij",
        "dela",
        "del",
        "gem",
        "поделиться",
        "news",
        "sport",
        "sports",
        "home",
        "breaking",
        "latest",
        "live",
        "video",
        "photo",
        "photos",
        "gallery",
        "listen",
        "watch",
        "audio",
        "podcast",
        "read",
        "more",
        "menu",
        "search",
        "subscribe",
        "login",
        "sign",
        "advertisement",
        "anzeige",
        "werbung",
        "publicité",
        "publicidad",
        "abo",
        "plus",
        "premium",
        "today",
        "yesterday",
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "getty",
        "images",
        "image",
        "bild",
        "foto",
        "credit",
        "source",
        "quelle",
        "team",
        "staff",
        "redaktion",
        "editorial",
        "desk",
        "press",
        "agency",
        "media",
        "online",
        "the",
        "this",
        "that",
        "what",
        "why",
        "how",
        "when",
        "where",
        "who",
        "new",
        "top",
        "story",
        "stories",
        "article",
        "google",
        "update",
        "updated",
        "published",
        "posted",
        "minutes",
        "minute",
        "hours",
        "ago",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ]
)


def leading_name(text: str) -> str | None:
    """The person's name that a line starts with, if nothing else of weight follows: `Lucy ThorntonNews Reporter`.

    Two to four capitalised words, particles within; then the end, a date, a sign, a role or a button.
    """
    taken: list[str] = []
    items = _GLUED_BY.sub("", text).split()[:12]
    rest = ""
    for place, item in enumerate(items):
        pieces = _GLUED.split(item, maxsplit=1) if not item.isupper() else [item]
        word = pieces[0].rstrip(",;:")
        is_name = (
            word[:1].isupper() and word.replace("-", "").replace("’", "").replace("'", "").replace(".", "").isalpha()
        )
        if len(taken) == 4 or not (is_name or (taken and word in _NAME_PARTICLES)) or squeeze(word) in role_words():
            rest = " ".join(items[place:])
            break
        taken.append(word)
        if len(pieces) > 1 or word != pieces[0]:
            rest = " ".join([*pieces[1:], *items[place + 1 :]])
            break
    while taken and taken[-1] in _NAME_PARTICLES:
        taken.pop()
    if not 2 <= len(taken) <= 4 or any(word.lower() in _NO_NAME for word in taken) or len(taken[-1].rstrip(".")) < 2:
        return None
    if len(taken) == 4 and rest:
        taken = taken[:2]  # "Steffan Rhys Deputy Content Hub Director"
    is_role = any(squeeze(word) in role_words() for word in re.split(r"[\s/,–-]+", rest) if word)
    return " ".join(taken) if is_role or _AFTER_NAME.match(rest) else None


def unglue(text: str) -> str:
    """Words that lost the space between them get it back: `Korin MillerPublished`, `byRahimu Fadhili`."""
    return _GLUED.sub(" ", text)


def role_words() -> frozenset[str]:
    """Words that follow a name in a byline and say what the person does."""
    return _tables()["roles"]


def is_newsroom(name: str) -> bool:
    """Whether a byline names no person but the newsroom."""
    return squeeze(name) in _tables()["newsroom"]
