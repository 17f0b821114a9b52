"""Who wrote it: a clean list of people, or an empty one and the reason why."""

import re
from typing import Any

from tasks.extract.page import Found, Page, strings
from tasks.text.dates import find_dates
from tasks.text.person_names import NAME_PARTICLES, leading_name, unglue
from tasks.text.publisher_names import is_agency, is_newsroom, is_wire_agency, role_words, squeeze

_BY = re.compile(
    r"^\s*(?:(?:story|words|text|article|report|posted|written|reported|published|geschrieben|verfasst|escrito|écrit|scritto|ein(?:e)?\s+\w+)\s+)?"
    r"(?:by|记者|記者|文|取材|von|vom|par|por|di|da|door|av|af|przez|oleh|автор(?:ы)?|текст|yazan|autor(?:in|es|a)?|author|text|texte|testo|texto|fotos?|de|記者|记者|quelle|source|fuente|fonte)(?:\b|(?=\s))[\s:：・/]*",
    re.I,
)
_SPLIT = re.compile(
    r"\s*(?:;|\||•|·|/|、|，|\n)\s*|\s+(?:and|und|et|y|e|och|og|en|i|ve|и|&|with|mit|avec|con|com)\s+(?=[^\W\d_])|\s*,\s+(?:and|und|et)\s+",
    re.I,
)
_BAD = re.compile(r"https?:|www\.|@|\.(?:com|org|net|de|fr|co|uk)\b|[<>{}\[\]=_#]|\d|\bcookie|\bnewsletter\b", re.I)
_ORGANISATION = re.compile(
    r"\b(?:news|newsroom|redaktion|redaction|rédaction|redacción|redazione|redactie|desk|team|staff|editors?|editorial|press|agency|agentur|agence|"
    r"agencia|media|magazine|zeitung|gmbh|inc|ltd|llc|corp|company|times|post|tribune|journal|gazette|herald|daily|online|tv|radio|service|"
    r"network|group|university|institute|bureau|correspondents?|reporters?|contributors?|guest|admin|administrator|editor|webmaster|board|foundation|"
    r"association|department|ministry|office|club|podcast|studio|channel|wire|verlag|presse|redakcja|редакция)\b",
    re.I,
)
_PARTICLES = frozenset(
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
        "zur",
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
_HANDLE = re.compile(
    r"\s*\(?@\w+\)?|\s*<?[\w.+-]+@[\w-]+\.[\w.]+>?|\s*\((?:text|foto|photo|bild|video|mit|dpa|afp|ap|reuters)[^)]*\)",
    re.I,
)
_BRACKETS = re.compile(r"\s*\([^)]{0,40}\)?")
_TITLES = re.compile(r"^(?:mr|mrs|ms|sir|dame|m|mme|herr|frau)\.?\s+(?=[A-ZÀ-Þ])", re.I)
_TAIL = re.compile(r"\s*[,|–—(-]\s+.*$")
MAX_AUTHORS = 20
_MAX_BYLINE = 2_000  # characters: three times as many as so many names have; a handle is looked for at each of them


def find_authors(page: Page, site_names: list[str]) -> Found:
    """The people who wrote it with their origin; an empty list with the reason where none is named."""
    own = {squeeze(name) for name in site_names if name}
    rejected = None
    for origin, values in _candidates(page):
        people: list[str] = []
        for value in values:
            people += people_in(value)
        strict = [name for name in people if is_person(name, own) and (origin in _SURE or _is_full_name(name))]
        if strict:
            return Found(_distinct(strict)[:MAX_AUTHORS], origin)
        if values and rejected is None:
            rejected = origin
    return Found([], f"{rejected} names no person" if rejected else "none named")


# where a single word may be a whole name; elsewhere it is a section or a site more often
_SURE = frozenset({"json-ld:author", "parsely-author", "sailthru.author", "byl"})


def _is_full_name(name: str) -> bool:
    return " " in name or (name >= "\u3040" and len(name) <= 6)  # 佐久間理恵


def find_signature(page: Page, authors: list[str]) -> str | None:
    """The byline as one string: the authors, or - where no person signed - the agency or newsroom that did."""
    if authors:
        return "; ".join(authors)
    for _, values in _candidates(page):
        names = [name for value in values for name in _signatures(value)]
        if names:
            return "; ".join(dict.fromkeys(names))
    return None


def _signatures(value: str) -> list[str]:
    text = _BY.sub("", " ".join(value.split()).strip(" .,;:|-–—"), count=1).strip()
    if not text or len(text) > 80 or text.startswith("http") or "@" in text:
        return []
    return [part.strip() for part in re.split(r"\s*[;,/|]\s*", text) if part.strip()]


def _candidates(page: Page) -> list[tuple[str, list[str]]]:
    """Declared and printed writers, the most reliable first (precision measured on news pages)."""
    bylines = [line.text for line in page.labelled("byline")]
    reporting = [line.text for line in page.labelled("wire") if re.match(r"^\(?reporting by\b", line.text, re.I)]
    if not page.is_html:
        return _of_text(page, [_reporters(text) for text in reporting])
    articles = page.nodes()
    persons = [name for node in articles for name in _persons(node.get("author"), page)]
    named = [name for node in articles for name in _names(node.get("author"), page)]
    found = [("json-ld:author", persons), ("json-ld:author", named)]
    found += [
        (name, [value for _, value in page.meta(name)])
        for name in ("parsely-author", "sailthru.author", "cxenseparse:author", "byl")
    ]
    found.append(("json-ld:creator", [name for node in articles for name in _names(node.get("creator"), page)]))
    label = next((value for _, value in page.meta("twitter:label1")), "")
    if re.search(r"written|author|autor|verfasst|escrit|écrit|scritto|geschrieben|von", label, re.I):
        found.append(("twitter:data1", [value for _, value in page.meta("twitter:data1")]))
    found.append(
        ("article:author", [value for _, value in page.meta("article:author") if not value.startswith("http")])
    )
    found.append(("itemprop:author", [value for item, value in page.signals.get("items", ()) if item == "author"]))
    found.append(
        ("meta:author", [value for _, value in page.meta("author", "dc.creator", "dcterms.creator", "article.author")])
    )
    found.append(("byline", bylines))
    found.append(("author link", page.signals.get("author_links", [])[:4]))
    named_elements = [
        text
        for names, text in page.signals.get("bylines", ())[:4]
        if len(text) < 120 and (_BY.match(text) or "name" in names.lower())
    ]
    found.append(("byline element", named_elements[:1]))
    found.append(("reporting line", [_reporters(text) for text in reporting]))
    return found


def _of_text(page: Page, reporting: list[str]) -> list[tuple[str, list[str]]]:
    """Off the lines of a text page: those with a word that says so, then names beside a date, then names alone."""
    worded: list[str] = []
    bare: list[str] = []
    for line in page.labelled("byline"):
        text = _without_date(unglue(line.text), page)
        (worded if _BY.match(text) or line.reason == "lexicon" else bare).append(text)
    dated = [_without_date(line.text, page) for line in page.labelled("date")]
    beside = [name for text in dated for piece in _PIECES.split(text) if (name := leading_name(piece.strip()))]
    return [("byline", worded), ("reporting line", reporting), ("date line", beside[:3]),
            ("byline", [leading_name(text) or text for text in bare[:1]])]  # fmt: skip


_PIECES = re.compile(r"\s*[|·•/,;]\s*|\s[–—-]\s|\b(?:uhr|um|posted|published|updated|am|veröffentlicht)\b:?", re.I)
_CLOCK = re.compile(r"\b\d{1,2}[:.h]\d{2}(?:[:.]\d{2})?(?:\s?(?:uhr|[ap]\.?m\.?|[A-Z]{2,4}\b))*", re.I)
_DATE_TALK = re.compile(r"\s*\b(?:published|updated|posted|veröffentlicht|publié|publicado|follow)\b.*$", re.I)


def _without_date(text: str, page: Page) -> str:
    """A byline without the date that stands in it: `Von Juliane Rohr 28.04.2023, 18:11 Uhr`."""
    for printed in reversed(find_dates(text[:200], page.declared_language())):
        text = text[: printed.span[0]] + " · " + text[printed.span[1] :]
    text = _CLOCK.sub(" ", text)
    return _DATE_TALK.sub("", text).strip(" ·,|")


def _reporters(text: str) -> str:
    head = re.split(r"[;.]\s*(?:editing|writing)", text, flags=re.I)[0]
    return (
        re.sub(r"(?:^\(?|;\s*)(?:additional\s+)?reporting\s+by\s+", "; ", head, flags=re.I)
        .strip(" ().;")
        .replace(" in ", ", in ")
    )


def _persons(value: Any, page: Page) -> list[str]:
    if isinstance(value, list):
        return [name for item in value for name in _persons(item, page)]
    if isinstance(value, dict):
        value = _resolve(value, page)
        kind = str(value.get("@type", ""))
        return _name_of(value) if "Person" in kind else []
    return []


def _names(value: Any, page: Page) -> list[str]:
    if isinstance(value, list):
        return [name for item in value for name in _names(item, page)]
    if isinstance(value, dict):
        return _name_of(_resolve(value, page))
    return strings(value)


def _name_of(node: dict[str, Any]) -> list[str]:
    names = strings(node.get("name"))
    if not names and (node.get("givenName") or node.get("familyName")):
        names = [" ".join(strings(node.get("givenName")) + strings(node.get("familyName")))]
    return names


def _resolve(node: dict[str, Any], page: Page) -> dict[str, Any]:
    """The node that an `@id` stands for, where the page has it elsewhere."""
    identity = node.get("@id")
    if identity and not node.get("name"):
        for other in page.signals.get("nodes", ()):
            if other.get("@id") == identity and other.get("name"):
                return dict(other)
    return node


def people_in(text: str) -> list[str]:
    """The names in a byline, as written but for `By`, roles, handles and capitals: `By DANA WIRTH, Staff Writer`."""
    text = " ".join(text.split())[:_MAX_BYLINE]
    text = _BRACKETS.sub("", _HANDLE.sub("", text)).strip(" .,;:|-–—")
    text = _BY.sub("", text, count=1)
    names: list[str] = []
    for part in _SPLIT.split(text):
        pieces = [piece.strip() for piece in (part or "").split(",") if piece.strip()]
        if len(pieces) == 2 and _is_last_first(pieces):
            pieces = [f"{pieces[1]} {pieces[0]}"]
        for piece in pieces:
            name = _tidy(piece)
            if name and not _is_role(name):
                names.append(name)
    return names


def _is_last_first(pieces: list[str]) -> bool:
    """`Wirth, Dana`: a single capitalised word, a comma, one or two given names - neither of them a role or place."""
    last, first = pieces
    return (
        len(last.split()) == 1
        and len(first.split()) <= 2
        and last[:1].isupper()
        and first[:1].isupper()
        and not _is_role(first)
        and last.isalpha()
    )


def _tidy(name: str) -> str:
    name = _TITLES.sub(
        "", _BY.sub("", name.strip(" .,;:|-–—()"), count=1) if " " in name else name.strip(" .,;:|-–—()")
    )
    name = re.split(r"\s+(?:in|aus|à|en|at|für|for|bei)\s+(?=[A-ZÀ-Þ])", name)[0]
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
    return squeeze(name) in role_words() or all(
        squeeze(word) in role_words() or word.lower() in _PARTICLES for word in name.split()
    )


def is_person(name: str, own: set[str]) -> bool:
    """Whether a name may be a person's: no address, organisation, agency, newsroom or the site itself."""
    key = squeeze(name)
    words = name.split()
    if not key or key in own or len(name) > 60 or len(words) > 6 or _BAD.search(name):
        return False
    if is_newsroom(name) or is_agency(name) or is_wire_agency(name):
        return False
    if _ORGANISATION.search(name) and len(words) != 2:
        return False
    if _ORGANISATION.search(words[-1]) or (len(words) == 1 and (len(key) < 3 or name.islower())):
        return False
    return any(c.isalpha() for c in name) and not (words[0].islower() and words[0] not in _PARTICLES and len(words) > 2)


def _distinct(names: list[str]) -> list[str]:
    seen: dict[str, str] = {}
    for name in names:
        seen.setdefault(squeeze(name), name)
    return list(seen.values())
