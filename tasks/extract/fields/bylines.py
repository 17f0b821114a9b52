"""The text of bylines: the names in it, and whether a name is a person's."""

import re
from functools import cache, lru_cache

from tasks.extract.fields.byline_words import (
    BEHALF,
    BY,
    GLUED_BY,
    INTERVIEWED,
    MORE_BY,
    OFFICE,
    OTHER_ROLE,
    PLAIN_BY,
    POSTED_BY,
    PROFESSION,
    RANK,
    ROLE_AT_END,
    ROLE_WORD,
    TAIL_WORDS,
    TWO_IN_ARABIC,
    is_call,
    is_organisation,
)
from tasks.extract.fields.newsroom_words import names_a_newsroom
from tasks.text.dates import find_dates
from tasks.text.person_names import NAME_PARTICLES, leading_name, unglue
from tasks.text.publisher_names import is_agency, is_newsroom, is_title_case, is_wire_agency, role_words, squeeze

_BETWEEN_NAMES = re.compile(
    r"""
    \s*(?: ; | \| | • | · | ⋅ | / | ／ | 、 | ， | \n )\s*
    | \s+(?: and | und | et | y | e | och | og | en | i | ve | и | & | with | mit | avec | con | com )\s+(?=[^\W\d_])
    | \s*,\s+(?: and | und | et )\s+
    """,
    re.IGNORECASE | re.VERBOSE,
)
# Czech and Slovak `a` between two full names; elsewhere it is a preposition
_FULL_NAME = r"[A-ZÁČĎÉĚÍĽŇÓŘŠŤÚŮÝŽ][a-záčďéěíľĺňóôřŕšťúůýž]+ [A-ZÁČĎÉĚÍĽŇÓŘŠŤÚŮÝŽ][a-záčďéěíľĺňóôřŕšťúůýž]+"
_TWO_NAMES = re.compile(rf"(?<!\w)({_FULL_NAME}) a (?={_FULL_NAME}(?:\s*$|[,;|(]))")
# `Álvaro de la Peña y Ríos`: the word belongs to the name if a single surname ends it
_SECOND_SURNAME = re.compile(
    r"([A-ZÀ-Þ][\wà-ÿ.'’-]+(?: de| la| los| da| dos)* [A-ZÀ-Þ][\wà-ÿ'’-]+) (y|e|i) ([A-ZÀ-Þ][a-zà-ÿ]{2,})"
    r"(?=\s*(?:$|[,;|(]))"
)
_KEPT_SPACE = "\ue000"  # a space where names are not divided; it is one again in the name
_NEVER_IN_NAMES = re.compile(
    r"https?:|www\.|@|\.(?:com|org|net|de|fr|co|uk)\b|[<>{}\[\]=_#:©]|\d|\bcookie|\bnewsletter\b", re.I
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
# the second person of `Ute Brand (Text) und Kai Lenz (Fotos)`
_OTHER_PERSON = re.compile(
    r"(?:\s*[,;/&|]\s*|\s(?:und|and|et|e|y|en|och|og|i)\s)(?:[A-ZÀ-Þ][\w.'’-]+\s){1,4}"
    r"\((?:[Ff]otos?|[Pp]hotos?|[Bb]ild(?:er)?|[Pp]ictures?|[Ii]mages?|[Ii]llustration(?:en)?|[Gg]rafik|[Vv]ideo|[Kk]amera)\)"
)
# `MARGERY DUNN Sentinel Staff Writer`: the name ends with its capitals
_CAPITALS_FIRST = re.compile(
    r"^((?:[A-ZÀ-Þ][A-ZÀ-Þ'’.-]+\s){1,2}[A-ZÀ-Þ][A-ZÀ-Þ'’-]{2,})\s(?!(?:Mc|De|La|Le|Di|Mac|Van|Jr|Sr)[A-ZÀ-Þ.]|Jr|Sr)[A-ZÀ-Þ][a-zß-ÿ]+\b"
)
# `Maarika Tammtoimetaja`: a role in an element of its own, whose space was lost
_GLUED_ROLE = re.compile(
    r"(?<=[a-zß-ž]{3})(?:toimetaja|toimittaja|redakt(?:or(?:ka|ius)?|ör|eur|orė)|journalist(?:e|in)?|novinar(?:ka)?|novinář(?:ka)?"
    r"|žurnalist[aė]s?|újságíró|szerkesztő|giornalista|periodista|jornalista|verslaggever|dziennikar(?:z|ka))$"
)
_MC = re.compile(r"\bMa?c(?=[A-ZÀ-Þ])")
_IN_PLACE = re.compile(r"\s+(?:in|aus|à|en|at|[Ff]ür|[Ff]or|bei)\s+(?=[A-ZÀ-Þ])")
_TAIL = re.compile(r"\s*[,|–—(-]\s+.*$")
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?:\s?(?:uhr|[ap]\.?m\.?|[A-Z]{2,4}\b))*", re.I)
_DATE_WORDS = re.compile(
    r"\s*\b(?:last\s+)?(?:published|updated|posted|veröffentlicht|publié|publicado|follow)\b.*$", re.I
)
_AGAIN = re.compile(r"by\s|记者|記者", re.I)  # "Byby Ada Mörk", "作者：记者王敬照"
_BEFORE_DATE = re.compile(r"\s(?:on|am|vom|le|el|il|om|på|um|at)$", re.I)
_GLUED_MONTH = re.compile(r"(?<=[^\W\d_])(?=(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?\s\d)")
_FEW_LETTERS = 3
_SYLLABLES = re.compile(r"[\u3400-\u9fff\uac00-\ud7a3]+$")  # a letter is a word or syllable
_LETTERS = 5  # of an abbreviation with more than one capital
_NAME_WORDS = 3  # of nearly all names without particles
_MAX_GLUED = 1  # lost spaces: `LaToya McDonald`; with more it is a menu
_FIRST_PIECE = re.compile(r"[,;(|]")
_POST_NOMINAL = re.compile(r"(?<=\S\s\S)(\S*)\s[B-DF-HJ-NP-TV-XZ]{3,6}$")  # `Ada Mörk CPP`: capitals without a vowel
_FUNCTION_WORDS = frozenset("to the of from our for and".split())
_DIGIT = re.compile(r"\d")
_NOT_A_PART = re.compile(
    r":|^\d+$|^\d+\s\w+$|^(?:am|um|at|on|le|el|il|uhr)$", re.I
)  # a label, a counter, what a date leaves
_EMOJI = re.compile("[\u2600-\u27bf\ufe0f\u200d\U0001f000-\U0001faff]+")  # a picture ends a name
_EDGES = " .,;:|-–—&"  # punctuation around names
# characters: three times the length of 20 names; a handle is searched for at each of them
_MAX_BYLINE_CHARS = 2_000
_MAX_NAME_CHARS = 60
_PAGE_BYLINES = 64  # of one page, which are read again by the next origin or field


def starts_with_by(text: str) -> bool:
    """Whether a text starts with a word like `By`."""
    return BY.match(text) is not None


def is_introduced(text: str) -> bool:
    """Whether a text starts with a word like `By`, glued to the name or not."""
    return any(pattern.match(text) for pattern in (BY, GLUED_BY, POSTED_BY))


def is_lone_by(text: str) -> bool:
    """Whether a text is nothing but a word like `By`: the name stands in the next line."""
    return BY.sub("", text, count=1) == "" and len(text) < 20


def is_plain_byline(text: str) -> bool:
    """Whether a text says plainly who wrote: `By`, then a full name and a date or role, or full names only."""
    introduced = PLAIN_BY.match(text)
    if introduced is None:
        return False
    rest = without_date(unglue(text[introduced.end() :]), None)
    if leading_name(rest) or leading_name(_FIRST_PIECE.split(rest)[0]):
        return True
    names = people_in(rest)
    return bool(names) and all(" " in name and is_person(name, set()) and is_title_case(name) for name in names)


def without_date(text: str, language: str | None) -> str:
    """A byline without its date: `Von Juliane Rohr 28.04.2023, 18:11 Uhr`."""
    for printed in reversed(find_dates(text[:200], language)):
        text = text[: printed.span[0]] + " · " + text[printed.span[1] :]
    text = _CLOCK.sub(" ", text)
    return _BEFORE_DATE.sub("", _DATE_WORDS.sub("", text).strip(" ·,|"))


def byline_parts(text: str) -> list[str]:
    """The names in a byline as written, of people or not; none if it is too long or an address."""
    text = BY.sub("", " ".join(text.split()).strip(_EDGES), count=1).strip()
    if is_introduced(text) or " | " in text:
        text = text.split(" | ", maxsplit=1)[0]  # after it the sections and comments of a blog
    if not text or len(text) > 80 or text.startswith("http") or "@" in text:
        return []
    parts = [TAIL_WORDS.sub("", part).strip(_EDGES) for part in re.split(r"\s*[;,/|·•]\s*", _undated(text))]
    return [part for part in parts if part and not _NOT_A_PART.search(part)]


def _undated(text: str) -> str:
    """A byline without its date, if it has digits."""
    text = _GLUED_MONTH.sub(" ", text)
    return without_date(_without_introduction(text), None) if _DIGIT.search(text) else text


def people_in(text: str) -> list[str]:
    """The names in a byline without `By`, roles, handles and capitals: `By DANA WIRTH, Staff Writer`."""
    return list(_people_in(" ".join(text.split())[:_MAX_BYLINE_CHARS]))


@lru_cache(_PAGE_BYLINES)
def _people_in(text: str) -> tuple[str, ...]:
    text = _undated(INTERVIEWED.sub(r"\1", _EMOJI.sub("; ", text)))
    text = _SECOND_SURNAME.sub(_kept_together, _TWO_NAMES.sub(r"\1; ", text))
    text = _OTHER_PERSON.sub(" ", text)
    if not text.isascii() and ("／" in text or "/" in text):
        text = _place_of_reporter().sub("", text)
    text = _WRAPPED_REPORTER.sub(r"\1", _WITH_OTHERS.sub(_others, text))
    text = _BRACKETS.sub("", _HANDLE.sub("", text)).strip(_EDGES)
    text = _DEGREES.sub("", _SUFFIX.sub(_suffix, OTHER_ROLE.sub("; ", text))).strip(_EDGES)
    text = TWO_IN_ARABIC.sub(r"\1; \2", _without_introduction(text).strip())
    text = BEHALF.sub("", OFFICE.sub("", text))
    names: list[str] = []
    for part in _BETWEEN_NAMES.split(text):
        pieces = [piece.strip() for piece in (part or "").split(",") if piece.strip()]
        if len(pieces) == 2 and _is_last_name_first(*pieces):
            pieces = [f"{pieces[1]} {pieces[0]}"]
        if not all(map(str.islower, pieces)):  # `Ada Mörk, marine engineer`
            pieces = [piece for piece in pieces if not piece.islower()]
        names += [name for piece in pieces if (name := _tidy(piece)) and not _is_role(name)]
    return tuple(names)


@cache
def _place_of_reporter() -> re.Pattern[str]:
    """An expression for the place in `記者陳美玲／柳溪報導`; compiled when it is met, for that takes a millisecond."""
    return re.compile(
        r"(?<=\S)\s?[／/]\s?[\u3400-\u9fff]{2,4}(?:報導|报道|電|电)"
        r"|(?<=[\u3400-\u9fff]{3})\s?[／/]\s?[\u3400-\u9fff]{2}(?=$|[\s\d])"
    )


def _kept_together(match: re.Match[str]) -> str:
    """`Paula Rego e Silva` as one name; `Lucía Ferrer y Redacción` are two."""
    if is_newsroom(match[3]) or is_organisation(match[3]) or is_wire_agency(match[3]):
        return match[0]
    return _KEPT_SPACE.join(match.groups())


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
            return BY.sub("", shorter, count=1) if _AGAIN.match(shorter) else shorter
    return text


def _is_last_name_first(last: str, first: str) -> bool:
    """`Wirth, Dana`: a capitalised word, a comma, one or two given names, neither of them a role or place."""
    return (
        len(last.split()) == 1
        and len(first.split()) <= 2
        and last[:1].isupper()
        and first[:1].isupper()
        and not _is_role(first)
        and not is_wire_agency(first)
        and last.isalpha()
    )


def _tidy(name: str) -> str:
    """A name without titles, places and what follows it; in mixed case."""
    name = name.replace(_KEPT_SPACE, " ")
    has_spaces = " " in name
    name = name.strip(_EDGES + "()")
    if has_spaces:
        name = _GLUED_ROLE.sub("", name)
    if has_spaces or GLUED_BY.match(name):
        name = _without_introduction(name)
    name = _IN_PLACE.split(PROFESSION.sub("", _TITLES.sub("", name)))[0]
    name = _ROLE_AFTER.sub("", _WEEKDAY_TAIL.sub("", _TAIL.sub("", name))).strip()
    capitals = _CAPITALS_FIRST.match(name)
    name = capitals[1] if capitals else _once(_without_role(_without_tail(name)))
    name = _POST_NOMINAL.sub(r"\1", name) if not name.isupper() else name
    if name.endswith((" Jr", " Sr")):
        name += "."
    return _in_mixed_case(name)


def _without_role(name: str) -> str:
    """A name without the role after it, glued or not: `Evan HalperStaff Writer`, `Ada Mörk Redakteurin`."""
    if name.isupper() or not ROLE_WORD.search(name):
        return name
    roles = role_words()
    words = unglue(name).split()
    if len(words) < 3 or not (squeeze(words[-1]) in roles or ROLE_WORD.fullmatch(words[-1])):
        return name
    glued = next((word for word in name.split()[1:] if unglue(word) != word), None)
    if glued:  # "Ada MörkLifestyle Writer": the lost space ends the name
        return " ".join([*name.split(glued, maxsplit=1)[0].split(), unglue(glued).split()[0]])
    role = next((start for start in range(2, len(words)) if squeeze(" ".join(words[start:])) in roles), len(words) - 1)
    shorter = words[:role]
    if len(shorter) > _NAME_WORDS and not _PARTICLES.intersection(shorter):
        shorter = words[:2]  # "Steffan Rhys Deputy Content Hub Director": what describes a role may look like a name
    return name if _FUNCTION_WORDS.intersection(word.lower() for word in shorter) else " ".join(shorter)


def _without_tail(name: str) -> str:
    """A name without what follows it, such as a date or counter; a sentence stays one, so that it is not a name."""
    shorter = TAIL_WORDS.sub("", name)
    return shorter if len(shorter.split()) <= _NAME_WORDS + 1 else name


def _once(name: str) -> str:
    """A name that stands twice, as text and as the label of its picture."""
    words = name.split()
    half = len(words) // 2
    return " ".join(words[:half]) if half > 1 and words[:half] == words[half:] else name


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
    if RANK.match(name) or ROLE_AT_END.search(name):
        return True
    return squeeze(name) in roles or all(squeeze(word) in roles or word.lower() in _PARTICLES for word in name.split())


def _is_abbreviation(word: str) -> bool:
    """Whether a word is initials, an account or an agency's letters: `dwi`, `AgE`, `GNB`; 李明 is a whole name."""
    if _SYLLABLES.match(word):
        return len(word) < 2
    return len(word) < _FEW_LETTERS or word.islower() or (len(word) <= _LETTERS and sum(map(str.isupper, word)) > 1)


def is_person(name: str, site_keys: set[str]) -> bool:
    """Whether a name may be a person's: not an address, organisation, agency, newsroom or the site.

    `site_keys` are the squeezed names of the site.
    """
    return squeeze(name) not in site_keys and len(name) <= _MAX_NAME_CHARS and _may_be_person(name)


def _is_place_with_preposition(words: list[str]) -> bool:
    """Whether a name starts with a small word that names do not have: `à Lornhaven`, `em São Paulo`."""
    return len(words) > 1 and words[0].islower() and words[0] not in _PARTICLES and words[1][0].isupper()


@lru_cache(_PAGE_BYLINES)
def _may_be_person(name: str) -> bool:
    words = name.split()
    if words and (words[0] in _FUNCTION_WORDS or (len(words) > 1 and words[0].isupper() and is_wire_agency(words[0]))):
        return False  # "of Engineering", "AP Business": what is left of a role
    if not squeeze(name) or len(words) > 6 or _NEVER_IN_NAMES.search(name):
        return False
    if is_newsroom(name) or is_agency(name) or is_wire_agency(name) or is_call(name) or is_organisation(name):
        return False
    if names_a_newsroom(name) or _is_place_with_preposition(words):
        return False
    if len(unglue(name).split()) - len(words) > _MAX_GLUED:
        return False
    if _ORGANISATION.search(name) and len(words) != 2:
        return False
    if _ORGANISATION.search(words[-1]) or (len(words) == 1 and _is_abbreviation(name)):
        return False
    has_common_word = len(words) > 2 and any(word.islower() and word not in _PARTICLES for word in words)
    return any(char.isalpha() for char in name) and not has_common_word
