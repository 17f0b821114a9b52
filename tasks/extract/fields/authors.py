"""Who wrote it: a clean list of people, or an empty one and the reason why; and the byline as one string."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter

from tasks.extract.fields.address import host, site_of_host
from tasks.extract.fields.bare_names import bare_names
from tasks.extract.fields.byline_places import (
    dropped_by_the_headline,
    dropped_bylines,
    introduced_bylines,
    labelled_names,
    lines_by_the_headline,
    names_beside,
    names_beside_date,
    printed_bylines,
    sponsors_by_the_headline,
    writers_links,
)
from tasks.extract.fields.bylines import (
    byline_parts,
    is_person,
    is_plain_byline,
    people_in,
    starts_with_by,
    without_date,
)
from tasks.extract.fields.json_ld_people import names_of, persons_of
from tasks.extract.fields.place_names import is_place
from tasks.extract.fields.signed_lines import names_under_story, signed_names
from tasks.extract.page import SITE_RULE, FieldValue, Page, once_per_page
from tasks.text.known_names import is_known_name
from tasks.text.person_names import INITIAL_AND_NAME, leading_name, unglue
from tasks.text.publisher_names import is_wire_agency, squeeze

MAX_AUTHORS = 20
# origins of which a single word may be a whole name; elsewhere a single word is more often a section or a site
_ORIGINS_OF_SHORT_NAMES = frozenset({SITE_RULE, "json-ld:author", "parsely-author", "sailthru.author", "byl"})
# of measuring services and libraries, which repeat the byline
_AUTHOR_METAS = (
    *("parsely-author", "sailthru.author", "sailthru.byline_name", "cxenseparse:author", "byl", "byline"),
    *("article:author_name", "og:article:author", "article:byline", "articleauthor", "analyticsattributes.author"),
    *("shareaholic:article_author_name", "mrf:authors", "qc:author", "citation_author", "mediator_author"),
    *("authors", "column:author"),
)
_SYSTEM_METAS = ("author", "dc.creator", "dcterms.creator", "article.author", "og:author", "schema:author")
_WRITTEN_BY_LABEL = re.compile(r"written|author|autor|verfasst|escrit|écrit|scritto|geschrieben|von", re.I)
# bylines without a word like `By`; such lines are kickers and captions as often, so only plain names count
_BARE = "bare byline"
_BYLINE = "byline"
_CASED = re.compile(r"[A-Za-zÀ-ɏΑ-ωА-я]")
_CJK_NAME = re.compile(r"[\u4e00-\u9fff\uac00-\ud7a3]{2,4}$")
_PEN_NAME = re.compile(r"[\u3400-\u9fff]{2}$")  # 深海: beside a byline such a word is an account or a section
_MAX_ROW = 3  # more are a list of people
_FULL_NAME_CHARS = 60
_BYLINE_CHARS = 120
_ITEM_CHARS = 80  # of a microdata property; a longer one tells the writer's life
_OTHER_WRITER = re.compile(
    r"comment|reply|respond|teaser|related|recommend|\bcard|bio|avatar|footer|sidebar|widget|kontext", re.I
)
_PRINTED = frozenset({_BARE, _BYLINE, "date line", "byline element"})
_SMALL_WORD = re.compile(r"(?<!\w)[^\W\d_]{3,}(?!\w)")
_MAY_BE_PLACES = frozenset({_BARE, "date line", "signature"})
_DOMAIN_LETTERS = 5  # a shorter one may begin a name
_REPORTING_BY = re.compile(r"^\(?reporting by\b", re.I)


def find_authors(page: Page, site_names: list[str]) -> FieldValue[list[str]]:
    """The people who wrote it with their origin; an empty list with the reason if none is named."""
    site_keys = {squeeze(name) for name in [*site_names, *sponsors_by_the_headline(page)] if name}
    domain = _domain(page)
    linked = {squeeze(text) for text in page.signals.get("author_links", ())}
    rejected = None
    for origin, values in _candidates(page, site_keys):
        if not values:
            continue
        texts = _without_places(values) if origin == _BARE else values
        people = [name for value in texts for name in people_in(value) if is_person(name, site_keys)]
        people = [_without_site(name, site_keys) for name in people if not _is_part_of_site(name, domain)]
        people = [name for name in people if not _has_site_in_it(name, site_keys, page)]
        if origin == _BARE:
            people = [name for name in people if leading_name(name) == name or not _CASED.search(name)]
            people = [name for name in people if not _is_subject(name, page)]
        if origin in _PRINTED:
            people = [name for name in people if not _is_phrase(name, page)]
        if origin in _MAY_BE_PLACES:
            people = [name for name in people if not is_place(name)]
        if origin not in _ORIGINS_OF_SHORT_NAMES:
            is_printed = origin == _BYLINE
            people = [name for name in people if _is_full_name(name) or (is_printed and squeeze(name) in linked)]
            people = [name for name in people if is_printed or not _PEN_NAME.match(name)]
        if people:
            if origin == SITE_RULE:
                return FieldValue(_distinct(people)[:MAX_AUTHORS], origin)
            return _completed(page, FieldValue(_distinct(people)[:MAX_AUTHORS], _origin(origin)), site_keys)
        if rejected is None:
            rejected = _origin(origin)
            if origin == SITE_RULE:
                break  # the user says where the byline is: nobody is named in it
    return FieldValue([], f"{rejected} names no person" if rejected else "none named")


def _is_subject(name: str, page: Page) -> bool:
    """Whether the headline names a person, whom it is about: `Ada Mörk, who sold rope`."""
    return any(name in line.text for line in page.labelled("headline"))


def _is_phrase(name: str, page: Page) -> bool:
    """Whether the page writes the words of an unknown name without capitals too: `Design Style`, `Ask Question`."""
    words = [word.casefold() for word in name.split() if word[0].isupper() and not word.isupper()]
    if not words or is_known_name(name, page.printed_language()):
        return False
    return _small_words(page).issuperset(words)


@once_per_page
def _small_words(page: Page) -> frozenset[str]:
    """The words in small letters of the lines that the article has."""
    return frozenset(word for line in page.lines for word in _SMALL_WORD.findall(line.text) if word.islower())


def _without_places(lines: list[str]) -> list[str]:
    """Lines of bylines without the place in capitals below a name: `João Alves`, `SÃO PAULO`."""
    mixed = [line for line in lines if not line.isupper()]
    return mixed or lines


def _domain(page: Page) -> str:
    """The name in the page's address: `wendgazette` of `www.wend-gazette.example`."""
    addresses = [page.document.get("url"), *page.links("canonical"), *_metas(page, "og:url")]
    return next((squeeze(site_of_host(name).split(".")[0]) for address in addresses if (name := host(address))), "")


def _is_part_of_site(name: str, domain: str) -> bool:
    """Whether a name is the site's with more: `Wend Gazette Kitchens`. A writer's own site has the bare name."""
    key = squeeze(name)
    return " " in name and len(domain) >= _DOMAIN_LETTERS and key.startswith(domain) and key != domain


def _has_site_in_it(name: str, site_keys: set[str], page: Page) -> bool:
    """Whether the site's name and other words make a newsroom: `Wend Haber Merkezi`, `PV Tin Bến Cảng`."""
    words = name.split()
    firsts = (squeeze(" ".join(words[:end])) for end in range(1, len(words)))
    lasts = (squeeze(" ".join(words[start:])) for start in range(1, len(words) - 1))  # of two words: a surname is one
    has_site = any(len(key) >= _DOMAIN_LETTERS and key in site_keys for key in (*firsts, *lasts))
    return has_site and not is_known_name(name, page.printed_language())


def _without_site(name: str, site_keys: set[str]) -> str:
    """A Korean, Chinese or Japanese name without the site in front of it: `港新聞 山田太郎`."""
    site, _, rest = name.partition(" ")
    return rest if squeeze(site) in site_keys and _CJK_NAME.match(rest) else name


def _origin(candidate: str) -> str:
    return _BYLINE if candidate == _BARE else candidate


def _completed(page: Page, declared: FieldValue[list[str]], site_keys: set[str]) -> FieldValue[list[str]]:
    """The printed names where they say more than the declared ones: one person more, or a last name."""
    if declared.origin == _BYLINE or not page.is_html:
        return declared
    is_short = all(" " not in name for name in declared.value)
    texts = introduced_bylines(page) or (dropped_bylines(page) if is_short else [])
    printed = [name for text in texts for name in people_in(text) if is_person(name, site_keys)]
    printed = _distinct([name for name in printed if _is_full_name(name)] or _in_a_row_of_bylines(page, site_keys))
    keys, declared_keys = {squeeze(name) for name in printed}, {squeeze(name) for name in declared.value}
    if declared_keys < keys:
        return FieldValue(printed, _BYLINE)
    if is_short:
        texts = [text for _, text in page.signals.get("bylines", ())[:4]] + page.signals.get("author_links", [])
        others = [name for text in texts if len(text) < _FULL_NAME_CHARS for name in people_in(text)]
        full = [name for name in [*printed, *others] if leading_name(name) == name and is_person(name, site_keys)]
        fuller = [next((name for name in full if name.startswith(first + " ")), first) for first in declared.value]
        return FieldValue(_distinct(fuller), declared.origin)
    return declared


def _in_a_row_of_bylines(page: Page, site_keys: set[str]) -> list[str]:
    """The names of two or three bylines by the headline that follow each other and are nothing but full names."""
    (_, near), _ = printed_bylines(page)
    names = [text for text in near if leading_name(text) == text and is_person(text, site_keys) and not is_place(text)]
    return names if 1 < len(names) == len(near) <= _MAX_ROW else []


def _is_full_name(name: str) -> bool:
    is_east_asian = name >= "\u3040" and len(name) <= 6  # 佐久間理恵
    return " " in name or is_east_asian or INITIAL_AND_NAME.fullmatch(name) is not None


def find_byline(page: Page, authors: list[str]) -> str | None:
    """The byline as one string: the authors, or the agency or newsroom that signed instead of a person.

    An agency that one declaration names is preferred to the site, which others name.
    """
    if authors:
        return "; ".join(authors)
    agencies = [value for _, values in _declared_by_newsroom(page) for value in values if is_wire_agency(value)]
    by_rule = page.ruled.get("author") or []
    for _, values in [(SITE_RULE, by_rule), ("agency", agencies), *_candidates(page, set())]:
        names = [name for value in values for name in byline_parts(value)]
        if names:
            return "; ".join(dict.fromkeys(names))
    return None


def _candidates(page: Page, site_keys: set[str]) -> Iterator[tuple[str, list[str]]]:
    """Declared and printed writers by origin, the most reliable first (precision measured on news pages)."""
    if not page.is_html:
        yield "column:author", _metas(page, "column:author")
        yield from _text_candidates(page)
        return
    if page.ruled.get("author"):
        yield SITE_RULE, page.ruled["author"]
    yield from _declared_by_newsroom(page)
    yield _BYLINE, introduced_bylines(page)
    yield _BYLINE, dropped_bylines(page)
    yield _BYLINE, signed_names(page, site_keys)
    yield from _declared_by_system(page)
    (_, near), elsewhere = printed_bylines(page)
    near_links, other_links = writers_links(page)
    yield near_links
    yield _BARE, near
    marked = [text for text in page.items("author") if len(text) <= _ITEM_CHARS and not text.strip(" /").islower()]
    yield "itemprop:author", marked  # in small letters stands a licence or a source
    yield "page data", page.signals.get("state_writers", [])
    yield elsewhere
    yield _BYLINE, labelled_names(page)
    yield other_links
    yield "byline element", _byline_elements(page)
    yield "date line", names_beside_date(page) or bare_names(page)
    yield "reporting line", _reporting_lines(page)
    yield "signature", names_under_story(page)


def _reporting_lines(page: Page) -> list[str]:
    return [_reporters(line.text) for line in page.labelled("wire") if _REPORTING_BY.match(line.text)]


def _declared_by_newsroom(page: Page) -> Iterator[tuple[str, list[str]]]:
    """Writers declared in JSON-LD and the meta tags of measuring services, which repeat the byline."""
    articles = page.nodes()
    origin = page.json_ld_origin("author")
    yield origin, [name for node in articles for name in persons_of(node.get("author"), page)]
    yield origin, [name for node in articles for name in names_of(node.get("author"), page)]
    if not articles:
        pages = [node for node in page.nodes(articles=False) if node.get("@type") == "WebPage"]
        yield "json-ld:author", [name for node in pages for name in persons_of(node.get("author"), page)]
    for name, declared in groupby(page.meta(*_AUTHOR_METAS), key=itemgetter(0)):
        yield name, [value for _, value in declared]
    yield "json-ld:creator", [name for node in articles for name in names_of(node.get("creator"), page)]


def _declared_by_system(page: Page) -> list[tuple[str, list[str]]]:
    """Writers declared in other meta tags and microdata: often the account that published, or the site's owner."""
    labels = {number: next(iter(_metas(page, f"twitter:label{number}")), "") for number in (1, 2)}
    labelled = [number for number, label in labels.items() if _WRITTEN_BY_LABEL.search(label)]
    return [
        *((f"twitter:data{number}", _metas(page, f"twitter:data{number}")) for number in labelled or (1,)),
        ("article:author", [value for value in _metas(page, "article:author") if not value.startswith("http")]),
        ("meta:author", _metas(page, *_SYSTEM_METAS)),
    ]


def _metas(page: Page, *names: str) -> list[str]:
    return [value for _, value in page.meta(*names)]


def _byline_elements(page: Page) -> list[str]:
    """The text of the first element with a byline's class that is short and reads like one.

    Many with one class are those of comments and teasers.
    """
    elements = [(names, text) for names, text in page.signals.get("bylines", ()) if not _OTHER_WRITER.search(names)]
    counts = Counter(names for names, text in dict.fromkeys(map(tuple, elements)))
    introduced = [
        text
        for names, text in elements[:4]
        if len(text) < _BYLINE_CHARS and (starts_with_by(text) or "name" in names.lower())
    ]
    near = "\n".join(line.text for line in [*lines_by_the_headline(page), *dropped_by_the_headline(page)])
    if introduced:  # several are those of teasers, unless the first stands by the headline
        return introduced[:1] if len(set(introduced)) == 1 or introduced[0] in near else []
    plain = [without_date(unglue(text), None) for names, text in elements if counts[names] == 1]
    names = [text for text in plain if leading_name(text) == text or is_plain_byline(text) or _CJK_NAME.match(text)]
    people = list(dict.fromkeys(text for text in names if text in unglue(near)))
    return people if len(people) == 1 else []


def _text_candidates(page: Page) -> list[tuple[str, list[str]]]:
    """Writers in the lines of a text page: lines with a word like `By`, then names beside a date, then bare names."""
    language = page.printed_language()
    introduced: list[str] = []
    bare: list[str] = []
    for line in page.labelled(_BYLINE):
        text = without_date(unglue(line.text), language)
        (introduced if starts_with_by(text) or line.reason == "lexicon" else bare).append(text)
    beside_date = [name for line in page.labelled("date") for name in names_beside(line.text, language)]
    return [
        (_BYLINE, introduced),
        ("reporting line", _reporting_lines(page)),
        ("date line", beside_date[:3]),
        (_BYLINE, [leading_name(text) or text for text in bare[:1]]),
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
