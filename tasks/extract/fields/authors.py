"""Who wrote it: a clean list of people, or an empty one and the reason why; and the byline as one string."""

import re

from tasks.extract.fields.byline_places import names_beside, names_beside_date, printed_bylines, writers_links
from tasks.extract.fields.bylines import byline_parts, is_person, people_in, starts_with_by, without_date
from tasks.extract.fields.json_ld_people import names_of, persons_of
from tasks.extract.page import SITE_RULE, FieldValue, Page
from tasks.text.person_names import leading_name, unglue
from tasks.text.publisher_names import squeeze

MAX_AUTHORS = 20
# origins of which a single word may be a whole name; elsewhere a single word is more often a section or a site
_ORIGINS_OF_SHORT_NAMES = frozenset({SITE_RULE, "json-ld:author", "parsely-author", "sailthru.author", "byl"})
_AUTHOR_METAS = ("parsely-author", "sailthru.author", "cxenseparse:author", "byl")
_WRITTEN_BY_LABEL = re.compile(r"written|author|autor|verfasst|escrit|écrit|scritto|geschrieben|von", re.I)
_REPORTING_BY = re.compile(r"^\(?reporting by\b", re.I)


def find_authors(page: Page, site_names: list[str]) -> FieldValue[list[str]]:
    """The people who wrote it with their origin; an empty list with the reason if none is named."""
    site_keys = {squeeze(name) for name in site_names if name}
    rejected = None
    for origin, values in _candidates(page):
        people = [name for value in values for name in people_in(value) if is_person(name, site_keys)]
        if origin not in _ORIGINS_OF_SHORT_NAMES:
            people = [name for name in people if _is_full_name(name)]
        if people:
            return FieldValue(_distinct(people)[:MAX_AUTHORS], origin)
        if values and rejected is None:
            rejected = origin
            if origin == SITE_RULE:
                break  # the user says where the byline is: nobody is named in it
    return FieldValue([], f"{rejected} names no person" if rejected else "none named")


def _is_full_name(name: str) -> bool:
    return " " in name or (name >= "\u3040" and len(name) <= 6)  # 佐久間理恵


def find_byline(page: Page, authors: list[str]) -> str | None:
    """The byline as one string: the authors, or the agency or newsroom that signed instead of a person."""
    if authors:
        return "; ".join(authors)
    for _, values in _candidates(page):
        names = [name for value in values for name in byline_parts(value)]
        if names:
            return "; ".join(dict.fromkeys(names))
    return None


def _candidates(page: Page) -> list[tuple[str, list[str]]]:
    """Declared and printed writers by origin, the most reliable first (precision measured on news pages)."""
    by_rule = [(SITE_RULE, page.ruled["author"])] if page.ruled.get("author") else []
    reporting = [line.text for line in page.labelled("wire") if _REPORTING_BY.match(line.text)]
    reporters = [_reporters(text) for text in reporting]
    if not page.is_html:
        return _text_candidates(page, reporters)
    return [
        *by_rule,
        *_declared_candidates(page),
        *printed_bylines(page),
        *writers_links(page),
        ("byline element", _byline_elements(page)[:1]),
        ("date line", names_beside_date(page)),
        ("reporting line", reporters),
    ]


def _declared_candidates(page: Page) -> list[tuple[str, list[str]]]:
    """Writers declared in JSON-LD, meta tags and microdata."""

    def meta(*names: str) -> list[str]:
        return [value for _, value in page.meta(*names)]

    articles = page.nodes()
    label = next(iter(meta("twitter:label1")), "")
    written_by = meta("twitter:data1") if _WRITTEN_BY_LABEL.search(label) else []
    return [
        (page.json_ld_origin("author"), [name for node in articles for name in persons_of(node.get("author"), page)]),
        (page.json_ld_origin("author"), [name for node in articles for name in names_of(node.get("author"), page)]),
        *((name, meta(name)) for name in _AUTHOR_METAS),
        ("json-ld:creator", [name for node in articles for name in names_of(node.get("creator"), page)]),
        ("twitter:data1", written_by),
        ("article:author", [value for value in meta("article:author") if not value.startswith("http")]),
        ("itemprop:author", page.items("author")),
        ("meta:author", meta("author", "dc.creator", "dcterms.creator", "article.author")),
    ]


def _byline_elements(page: Page) -> list[str]:
    """Texts of elements with a byline's class that are short and read like one."""
    return [
        text
        for names, text in page.signals.get("bylines", ())[:4]
        if len(text) < 120 and (starts_with_by(text) or "name" in names.lower())
    ]


def _text_candidates(page: Page, reporters: list[str]) -> list[tuple[str, list[str]]]:
    """Writers in the lines of a text page: lines with a word like `By`, then names beside a date, then bare names."""
    language = page.declared_language()
    introduced: list[str] = []
    bare: list[str] = []
    for line in page.labelled("byline"):
        text = without_date(unglue(line.text), language)
        (introduced if starts_with_by(text) or line.reason == "lexicon" else bare).append(text)
    beside_date = names_beside(page.labelled("date"), language)
    return [
        ("byline", introduced),
        ("reporting line", reporters),
        ("date line", beside_date[:3]),
        ("byline", [leading_name(text) or text for text in bare[:1]]),
    ]


def _reporters(text: str) -> str:
    """The names in a reporting line: `(Reporting by A in Paris; editing by B)`."""
    head = re.split(r"[;.]\s*(?:editing|writing)", text, flags=re.I)[0]
    names = re.sub(r"(?:^\(?|;\s*)(?:additional\s+)?reporting\s+by\s+", "; ", head, flags=re.I)
    return names.strip(" ().;").replace(" in ", ", in ")


def _distinct(names: list[str]) -> list[str]:
    """The first spelling of each name."""
    by_key: dict[str, str] = {}
    for name in names:
        by_key.setdefault(squeeze(name), name)
    return list(by_key.values())
