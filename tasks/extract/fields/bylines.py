"""The text of bylines: the names in it, and whether a name is a person's."""

import re

from tasks.extract.fields.byline_words import BY, GLUED_BY, MORE_BY, OTHER_ROLE, POSTED_BY, is_call, is_organisation
from tasks.text.dates import find_dates
from tasks.text.person_names import NAME_PARTICLES
from tasks.text.publisher_names import is_agency, is_newsroom, is_wire_agency, role_words, squeeze

_BETWEEN_NAMES = re.compile(
    r"""
    \s*(?: ; | \| | • | · | / | ／ | 、 | ， | \n )\s*
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
_PARTICLES = NAME_PARTICLES | frozenset("zur dem den af av st d o i und ul ur abu et t't op 't".split())
# particles that are written small within a name in nearly all languages that have them
_LOWER_PARTICLES = frozenset("de del della der den des du van von vom zu la bin ibn ten ter dos das do y e".split())
_HANDLE = re.compile(
    r"\s*\(?@\w+\)?|\s*<?[\w.+-]+@[\w-]+\.[\w.]+>?|\s*\((?:text|foto|photo|bild|video|mit|dpa|afp|ap|reuters)[^)]*\)",
    re.I,
)
_BRACKETS = re.compile(r"\s*\([^)]{0,40}\)?")
_TITLES = re.compile(
    r"^(?:(?:mr|mrs|ms|sir|dame|m|mme|mlle|herr|frau|don|doña|prof|professor|professorin|univ\.?-prof|dr|dra|pd|priv\.?-doz"
    r"|dipl\.?(?:-\w+)?|ing|mag|rev|fr|med|phil|jur|rer\.? nat|h\.? ?c|dr\.?-ing|pan|pani|sig|sr|sra|ds)(?:\.\s*|\s+))+"
    r"(?=[A-ZÀ-Þ])",
    re.I,
)
# academic degrees after a name, and the suffix that belongs to it
_DEGREES = re.compile(
    r"(?:,\s*|\s+)(?:M\.?D|Ph\.?\s?D|D\.?Phil|MBA|R\.?N|Esq|CFA|CPA|MPH|M\.?\s?Sc|B\.?\s?Sc|M\.A|B\.A|DDS|R\.?D|J\.?D|LL\.?M)\b\.?"
)
_SUFFIX = re.compile(r",?\s+(Jr|Sr)\b\.?,?", re.I)
# Korean, Chinese and Japanese roles follow the name without a comma
_ROLE_AFTER = re.compile(
    r"\s*(?:(?:선임|수습|전문)?기자|특파원|논설위원|편집위원|記者|记者|編集委員|特派員|報導|报道)$"
)
_WEEKDAY_TAIL = re.compile(
    r"\s+(?:(?:am|vom|on|op|om|le|el|il|på)\s+"
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|sonnabend"
    r"|lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche|lunes|martes|miércoles|jueves|viernes|sábado|domingo"
    r"|maandag|dinsdag|woensdag|donderdag|vrijdag|zaterdag|zondag)\b.*"
    r"|(?:on|am|um|at|vom|le|el|il)$)",
    re.I,
)
_WITH_OTHERS = re.compile(r"\(\s*(?:with|mit|avec|con|com|met|med)\s+([A-ZÀ-Þ][^()]{3,120})\)")
_WRAPPED_REPORTER = re.compile(r"^[（(\[【]\s*(?=[^）)\]】]{0,12}(?:记者|記者))(.{2,60}?)[）)\]】]")
_MC = re.compile(r"\bMa?c(?=[A-ZÀ-Þ])")
_IN_PLACE = re.compile(r"\s+(?:in|aus|à|en|at|[Ff]ür|[Ff]or|bei)\s+(?=[A-ZÀ-Þ])")
_TAIL = re.compile(r"\s*[,|–—(-]\s+.*$")
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?:\s?(?:uhr|[ap]\.?m\.?|[A-Z]{2,4}\b))*", re.I)
_DATE_WORDS = re.compile(r"\s*\b(?:published|updated|posted|veröffentlicht|publié|publicado|follow)\b.*$", re.I)
_EDGES = " .,;:|-–—"  # punctuation around names
# characters: three times the length of 20 names; a handle is searched for at each of them
_MAX_BYLINE_CHARS = 2_000


def starts_with_by(text: str) -> bool:
    """Whether a text starts with a word like `By`."""
    return BY.match(text) is not None


def without_date(text: str, language: str | None) -> str:
    """A byline without its date: `Von Juliane Rohr 28.04.2023, 18:11 Uhr`."""
    for printed in reversed(find_dates(text[:200], language)):
        text = text[: printed.span[0]] + " · " + text[printed.span[1] :]
    text = _CLOCK.sub(" ", text)
    return _DATE_WORDS.sub("", text).strip(" ·,|")


def byline_parts(text: str) -> list[str]:
    """The names in a byline as written, of people or not; none if it is too long or an address."""
    text = BY.sub("", " ".join(text.split()).strip(_EDGES), count=1).strip()
    if not text or len(text) > 80 or text.startswith("http") or "@" in text:
        return []
    return [part.strip() for part in re.split(r"\s*[;,/|]\s*", text) if part.strip()]


def people_in(text: str) -> list[str]:
    """The names in a byline without `By`, roles, handles and capitals: `By DANA WIRTH, Staff Writer`."""
    text = " ".join(text.split())[:_MAX_BYLINE_CHARS]
    text = _WRAPPED_REPORTER.sub(r"\1", _WITH_OTHERS.sub(_others, text))
    text = _BRACKETS.sub("", _HANDLE.sub("", text)).strip(_EDGES)
    text = _DEGREES.sub("", _SUFFIX.sub(_suffix, OTHER_ROLE.sub("; ", text))).strip(_EDGES)
    text = _without_introduction(text)
    names: list[str] = []
    for part in _BETWEEN_NAMES.split(text):
        pieces = [piece.strip() for piece in (part or "").split(",") if piece.strip()]
        if len(pieces) == 2 and _is_last_name_first(*pieces):
            pieces = [f"{pieces[1]} {pieces[0]}"]
        names += [name for piece in pieces if (name := _tidy(piece)) and not _is_role(name)]
    return names


def _others(match: re.Match[str]) -> str:
    """The people of `(with Ada Mörk and Piet Vos)` as further names; agencies and credits are left out."""
    people = [name for name in _BETWEEN_NAMES.split(match[1]) if name and 2 <= len(name.split()) <= 4]
    return "".join(f"; {name}" for name in people if all(word[0].isupper() for word in name.split()))


def _suffix(match: re.Match[str]) -> str:
    """` Jr.` joined to its name; the comma after it goes on dividing names."""
    return f" {match[1].capitalize()}." + ("," if match[0].endswith(",") else "")


def _without_introduction(text: str) -> str:
    """A byline without what stands before the writer: `By`, `Posted 3 hours ago by`, `Mehr von`, a glued `By`."""
    for pattern in (MORE_BY, POSTED_BY, GLUED_BY, BY):
        shorter = pattern.sub("", text, count=1)
        if shorter != text:
            return shorter
    return text


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
    if has_spaces or GLUED_BY.match(name):
        name = _without_introduction(name)
    name = _IN_PLACE.split(_TITLES.sub("", name))[0]
    name = _ROLE_AFTER.sub("", _WEEKDAY_TAIL.sub("", _TAIL.sub("", name))).strip()
    if name.endswith((" Jr", " Sr")):
        name += "."
    return _in_mixed_case(name)


def _in_mixed_case(name: str) -> str:
    """A name in capitals, or with a last name in capitals, as in running text: `SIOBHÁN McBRIDE`, `Ada MÖRK`."""
    words = name.split()
    if len(words) < 2 or len(name) <= 5:
        return name
    if _MC.sub(lambda match: match[0].upper(), name).isupper():
        restored = [_capitalise(word) for word in words]
        inner = [word.lower() if word.lower() in _LOWER_PARTICLES else word for word in restored[1:-1]]
        return " ".join([restored[0], *inner, restored[-1]])
    return " ".join(_capitalise(word) if _is_capitals(word) else word for word in words)


def _is_capitals(word: str) -> bool:
    """`MÖRK`, `McGREGOR-HILL`; not initials or an agency: `J.R.`, `AFP`."""
    return len(word) > 3 and _MC.sub("MC", word).isupper() and "." not in word


def _capitalise(word: str) -> str:
    if len(word) <= 2 and word.endswith("."):
        return word
    parts = re.split(r"([-'’.])", word.lower())
    return "".join(re.sub(r"^Mc([a-z])", lambda m: "Mc" + m[1].upper(), part.capitalize()) for part in parts)


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
    if is_newsroom(name) or is_agency(name) or is_wire_agency(name) or is_call(name) or is_organisation(name):
        return False
    if _ORGANISATION.search(name) and len(words) != 2:
        return False
    if _ORGANISATION.search(words[-1]) or (len(words) == 1 and (len(key) < 3 or name.islower())):
        return False
    has_common_word = len(words) > 2 and any(word.islower() and word not in _PARTICLES for word in words)
    return any(char.isalpha() for char in name) and not has_common_word
