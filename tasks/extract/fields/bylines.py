"""The text of bylines: the names in it, and whether a name is a person's."""

import re

from tasks.text.dates import find_dates
from tasks.text.person_names import NAME_PARTICLES
from tasks.text.publisher_names import is_agency, is_newsroom, is_wire_agency, role_words, squeeze

_BY = re.compile(
    r"""
    ^\s*
    (?:
        (?: story | words | text | article | report | posted | written | reported | published
          | geschrieben | verfasst | escrito | écrit | scritto | ein(?:e)?\s+\w+ )
        \s+
    )?
    (?: by | 记者 | 記者 | 文 | 取材 | von | vom | par | por | di | da | door | av | af | przez | oleh
      | автор(?:ы)? | текст | yazan | autor(?:in|es|a)? | author | text | texte | testo | texto | fotos? | de
      | quelle | source | fuente | fonte )
    (?: \b | (?=\s) )
    [\s:：・/]*
    """,
    re.IGNORECASE | re.VERBOSE,
)
_BETWEEN_NAMES = re.compile(
    r"""
    \s*(?: ; | \| | • | · | / | 、 | ， | \n )\s*
    | \s+(?: and | und | et | y | e | och | og | en | i | ve | и | & | with | mit | avec | con | com )\s+(?=[^\W\d_])
    | \s*,\s+(?: and | und | et )\s+
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NEVER_IN_NAMES = re.compile(
    r"https?:|www\.|@|\.(?:com|org|net|de|fr|co|uk)\b|[<>{}\[\]=_#]|\d|\bcookie|\bnewsletter\b", re.I
)
_ORGANISATION = re.compile(
    r"""
    \b(?:
        news | newsroom | redaktion | redaction | rédaction | redacción | redazione | redactie | desk | team | staff
      | editors? | editorial | press | agency | agentur | agence | agencia | media | magazine | zeitung
      | gmbh | inc | ltd | llc | corp | company | times | post | tribune | journal | gazette | herald | daily | online
      | tv | radio | service | network | group | university | institute | bureau
      | correspondents? | reporters? | contributors? | guest | admin | administrator | editor | webmaster
      | board | foundation | association | department | ministry | office | club | podcast | studio | channel | wire
      | verlag | presse | redakcja | редакция
    )\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
_PARTICLES = NAME_PARTICLES | {"zur"}
_HANDLE = re.compile(
    r"\s*\(?@\w+\)?|\s*<?[\w.+-]+@[\w-]+\.[\w.]+>?|\s*\((?:text|foto|photo|bild|video|mit|dpa|afp|ap|reuters)[^)]*\)",
    re.I,
)
_BRACKETS = re.compile(r"\s*\([^)]{0,40}\)?")
_TITLES = re.compile(r"^(?:mr|mrs|ms|sir|dame|m|mme|herr|frau)\.?\s+(?=[A-ZÀ-Þ])", re.I)
_IN_PLACE = re.compile(r"\s+(?:in|aus|à|en|at|für|for|bei)\s+(?=[A-ZÀ-Þ])")
_TAIL = re.compile(r"\s*[,|–—(-]\s+.*$")
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?:\s?(?:uhr|[ap]\.?m\.?|[A-Z]{2,4}\b))*", re.I)
_DATE_WORDS = re.compile(r"\s*\b(?:published|updated|posted|veröffentlicht|publié|publicado|follow)\b.*$", re.I)
_EDGES = " .,;:|-–—"  # punctuation around names
# characters: three times the length of 20 names; a handle is searched for at each of them
_MAX_BYLINE_CHARS = 2_000


def starts_with_by(text: str) -> bool:
    """Whether a text starts with a word like `By`."""
    return _BY.match(text) is not None


def without_date(text: str, language: str | None) -> str:
    """A byline without its date: `Von Juliane Rohr 28.04.2023, 18:11 Uhr`."""
    for printed in reversed(find_dates(text[:200], language)):
        text = text[: printed.span[0]] + " · " + text[printed.span[1] :]
    text = _CLOCK.sub(" ", text)
    return _DATE_WORDS.sub("", text).strip(" ·,|")


def byline_parts(text: str) -> list[str]:
    """The names in a byline as written, of people or not; none if it is too long or an address."""
    text = _BY.sub("", " ".join(text.split()).strip(_EDGES), count=1).strip()
    if not text or len(text) > 80 or text.startswith("http") or "@" in text:
        return []
    return [part.strip() for part in re.split(r"\s*[;,/|]\s*", text) if part.strip()]


def people_in(text: str) -> list[str]:
    """The names in a byline without `By`, roles, handles and capitals: `By DANA WIRTH, Staff Writer`."""
    text = " ".join(text.split())[:_MAX_BYLINE_CHARS]
    text = _BRACKETS.sub("", _HANDLE.sub("", text)).strip(_EDGES)
    text = _BY.sub("", text, count=1)
    names: list[str] = []
    for part in _BETWEEN_NAMES.split(text):
        pieces = [piece.strip() for piece in (part or "").split(",") if piece.strip()]
        if len(pieces) == 2 and _is_last_name_first(*pieces):
            pieces = [f"{pieces[1]} {pieces[0]}"]
        names += [name for piece in pieces if (name := _tidy(piece)) and not _is_role(name)]
    return names


def _is_last_name_first(last: str, first: str) -> bool:
    """`Wirth, Dana`: a capitalised word, a comma, one or two given names, neither of them a role or place."""
    return (
        len(last.split()) == 1
        and len(first.split()) <= 2
        and last[:1].isupper()
        and first[:1].isupper()
        and not _is_role(first)
        and last.isalpha()
    )


def _tidy(name: str) -> str:
    """A name without titles, places and what follows it; in mixed case."""
    has_spaces = " " in name
    name = name.strip(_EDGES + "()")
    if has_spaces:
        name = _BY.sub("", name, count=1)
    name = _IN_PLACE.split(_TITLES.sub("", name))[0]
    name = _TAIL.sub("", name).strip()
    words = name.split()
    if len(words) >= 2 and name.isupper() and len(name) > 5:
        name = " ".join(_capitalise(word) for word in words)
    return name


def _capitalise(word: str) -> str:
    if len(word) <= 2 and word.endswith("."):
        return word
    parts = re.split(r"([-'’])", word.lower())
    joined = "".join(part.capitalize() if part not in "-'’" else part for part in parts)
    return re.sub(r"^Mc([a-z])", lambda match: "Mc" + match.group(1).upper(), joined)


def _is_role(name: str) -> bool:
    roles = role_words()
    return squeeze(name) in roles or all(squeeze(word) in roles or word.lower() in _PARTICLES for word in name.split())


def is_person(name: str, site_keys: set[str]) -> bool:
    """Whether a name may be a person's: not an address, organisation, agency, newsroom or the site.

    `site_keys` are the squeezed names of the site.
    """
    key = squeeze(name)
    words = name.split()
    if not key or key in site_keys or len(name) > 60 or len(words) > 6 or _NEVER_IN_NAMES.search(name):
        return False
    if is_newsroom(name) or is_agency(name) or is_wire_agency(name):
        return False
    if _ORGANISATION.search(name) and len(words) != 2:
        return False
    if _ORGANISATION.search(words[-1]) or (len(words) == 1 and (len(key) < 3 or name.islower())):
        return False
    starts_lower = words[0].islower() and words[0] not in _PARTICLES and len(words) > 2
    return any(char.isalpha() for char in name) and not starts_lower
