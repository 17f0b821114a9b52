"""The headline that a reader of the page sees: the displayed and the declared titles vote for it."""

import re
from dataclasses import dataclass
from functools import cached_property
from itertools import product

from tasks.extract.fields.headlines import SEPARATOR, clean_title
from tasks.extract.fields.json_ld_people import names_of
from tasks.extract.page import FieldValue, Page, once_per_page
from tasks.extract.similarity import DENSE
from tasks.text.publisher_names import squeeze

_WORD = re.compile(r"[^\W\d_]{4,}|\d{2,}")
_AFTER_HEADLINE = re.compile(r"\s*[,|｜·•»«›–—:：_-]")  # between the headline and the site in the tab
_BAR = re.compile(r"\s*[|｜_]")  # no headline has one
# what cannot be within a headline: a section behind a bar, or a date in brackets
_TAIL = re.compile(r"\s*[|｜»«›•·]\s*\S|\s*[(（][^()（）]*\d[^()（）]*[)）]$")
_STEM_CHARS = 5  # inflection changes the ends of words
_HEADING_STEMS, _LINE_STEMS = 0.3, 0.6  # share of its words that a heading, or another line, has from a declared title
_SEGMENT_SHARE = 0.6  # a headline is not much shorter than the section or site beside it
_MIN_WORDS, _MIN_DENSE_CHARS = 3, 8  # fewer may be the name of a section; characters in scripts without spaces
_MIN_BEFORE_SITE, _MIN_HEADING = 6, 5  # such characters before section and site, of a line and of an h1
_SENTENCE_WORDS, _SENTENCE_DENSE_CHARS = 4, 14  # names of sections are shorter
_SHARE_WORDS = frozenset(
    "share teilen partager compartir compartilhar condividi delen dela del jaa print drucken save tweet".split()
)
_CUT_FROM_CHARS = 60  # programs shorten titles to about this length; a shorter beginning may be a headline
_QUOTES = "\"“”„«»'‘’"
_KICKER_WORDS = 5
_LONG_KICKER_WORDS = 12  # if the title in the tab has no kicker either
_LINES = 3  # headline lines that are compared with the declared titles


@dataclass(frozen=True)
class _Candidate:
    origin: str
    text: str

    @cached_property
    def key(self) -> str:
        return squeeze(self.text)


def find_title(page: Page, site_names: list[str]) -> FieldValue[str] | None:
    """The displayed headline with its origin; the declared one if none is displayed that the declarations confirm.

    `site_names` are the names of the page's site, which are removed from its ends.
    """
    site_keys = {squeeze(name) for name in site_names}
    authors = _author_keys(page)

    def cleaned(pairs: list[tuple[str, str]]) -> list[_Candidate]:
        titles = {
            text: clean_title(text, site_names, authors) for text in {text for _, text in pairs}
        }  # most are equal
        found = [_Candidate(origin, titles[text]) for origin, text in pairs]
        return [candidate for candidate in found if candidate.key and candidate.key not in site_keys]

    declared = cleaned(_declared(page)) if page.is_declared else []
    headings, lines = _best_first(cleaned(_headings(page)), declared), cleaned(_headline_lines(page))
    chosen = _displayed(headings, lines[:_LINES], declared)
    if chosen is None:
        only_heading = _only_heading(headings, declared) if _is_declared_article(page) else None
        only_heading = only_heading or _beside_a_word(headings, declared)
        chosen = only_heading or _elected(declared) or next(iter(headings or lines), None)
    if chosen is None:
        return None
    chosen = _in_mixed_case(_without_kicker(chosen, declared), [*headings, *lines])
    return FieldValue(chosen.text, chosen.origin)


def _in_mixed_case(chosen: _Candidate, shown: list[_Candidate]) -> _Candidate:
    """A title that is declared in capitals as readers see it."""
    if not chosen.text.isupper():
        return chosen
    return next((other for other in shown if other.key == chosen.key and not other.text.isupper()), chosen)


def find_declared_title(page: Page, site_names: list[str], title: FieldValue[str] | None) -> str | None:
    """The first declared title, if it differs from the page's title in more than case and punctuation."""
    if not page.is_html:
        return None
    texts = (clean_title(text, site_names, set()) for origin, text in _declared(page) if origin != "title")
    declared = next((text for text in texts if squeeze(text)), None)
    return declared if declared and squeeze(declared) != squeeze(title.value if title else "") else None


def _best_first(headings: list[_Candidate], declared: list[_Candidate]) -> list[_Candidate]:
    """The headings, first the one that most kinds of declarations end or begin with: a second language has another."""
    if len(headings) < 2:
        return headings

    def kinds(heading: _Candidate) -> int:
        keys = ((_kind(other), other.key) for other in declared)
        return len({kind for kind, key in keys if key.endswith(heading.key) or heading.key.endswith(key)})

    return sorted(headings, key=kinds, reverse=True)


def _author_keys(page: Page) -> set[str]:
    names = [name for node in page.nodes() for name in names_of(node.get("author"), page)]
    names += [
        name for _, name in page.meta("author", "article:author", "parsely-author", "dc.creator", "column:author")
    ]
    return {squeeze(name) for name in names} - {""}


def _headings(page: Page) -> list[tuple[str, str]]:
    """The h1 elements among the lines that belong to the article."""
    labels = ("headline", "standfirst", "kicker", "paragraph", "subhead")
    return [("h1", line.text) for line in page.labelled(*labels) if line.tag == "h1"] if page.is_html else []


def _headline_lines(page: Page) -> list[tuple[str, str]]:
    return [("headline line", line.text) for line in page.labelled("headline") if line.tag != "h1"]


@once_per_page
def _declared(page: Page) -> list[tuple[str, str]]:
    """The declared titles, the most reliable first (precision measured on news pages)."""
    origin = page.json_ld_origin("headline")
    candidates = [(origin, text) for text in page.node_strings("headline")]
    candidates += page.meta("og:title", "twitter:title")
    candidates += [("itemprop:headline", text) for text in page.items("headline")]
    candidates += page.meta("dc.title", "title", "sailthru.title", "parsely-title", "column:title")
    if page.signals.get("title"):
        candidates.append(("title", page.signals["title"]))
    return candidates


def _displayed(headings: list[_Candidate], lines: list[_Candidate], declared: list[_Candidate]) -> _Candidate | None:
    """The first heading or line that a declared title confirms, in the spelling of a declared one if they are equal."""
    for candidate in (*headings, *lines):
        equal = next((other for other in declared if other.key == candidate.key), None)
        agreed = _agreed(declared, is_whole=equal is not None)
        if agreed and not (candidate.origin == "h1" and _is_displayed(candidate, equal, agreed)):
            return agreed
        if equal:
            return equal
        is_heading = candidate.origin == "h1"
        share = _HEADING_STEMS if is_heading else _LINE_STEMS
        if any(_confirms(other.text, candidate.text, share, is_heading=is_heading) for other in declared):
            return _without_buttons(candidate, declared)
    return None


def _is_displayed(heading: _Candidate, equal: _Candidate | None, agreed: _Candidate) -> bool:
    """Whether a heading is the headline though JSON-LD and the tab agree on another title.

    It is if it is declared for social media too, or if the others have only the section or date behind it.
    """
    if equal and _kind(equal) == "social":
        return True
    return bool(agreed.text.startswith(heading.text) and _TAIL.match(agreed.text, len(heading.text)))


def _agreed(declared: list[_Candidate], *, is_whole: bool) -> _Candidate | None:
    """The JSON-LD headline if the title in the browser's tab, which a reader sees too, is the same or begins so."""
    tab = next((candidate.text for candidate in reversed(declared) if candidate.origin == "title"), "")
    tab_key = squeeze(tab)
    for other in declared:
        if other.origin.endswith("json-ld:headline"):
            is_beginning = not is_whole and tab.startswith(other.text) and _AFTER_HEADLINE.match(tab, len(other.text))
            if other.key == tab_key or is_beginning:
                return other
    return None


def _without_kicker(chosen: _Candidate, declared: list[_Candidate]) -> _Candidate:
    """The headline without the kicker in front of it, if the page declares it for social media without one."""
    for other in declared:
        if other.origin == "og:title" and (common := _behind_two_kickers(chosen.text, other.text)):
            return _Candidate(chosen.origin, common)
        head = chosen.text[: len(chosen.text) - len(other.text)]
        is_last_part = chosen.key.endswith(other.key) and chosen.key != other.key
        is_headline = len(other.text.split()) >= _MIN_WORDS or len(DENSE.findall(other.text)) >= _MIN_DENSE_CHARS
        is_in_tab = any(tab.origin == "title" and tab.key == other.key for tab in declared)
        is_kicker = 0 < len(head.split()) <= (_LONG_KICKER_WORDS if is_in_tab else _KICKER_WORDS)
        if is_last_part and is_headline and is_kicker and other.origin == "og:title":
            return other
    return chosen


def _behind_two_kickers(shown: str, declared: str) -> str | None:
    """What two titles have in common behind other kickers: `Flood - "We swam"` and `After the rain: "We swam"`."""
    for first, second in product(SEPARATOR.finditer(shown), SEPARATOR.finditer(declared)):
        common = shown[first.end() :]
        heads = (shown[: first.start()], declared[: second.start()])
        is_headline = len(common.split()) >= _SENTENCE_WORDS and common[0] in _QUOTES and common[-1] in _QUOTES
        if is_headline and common == declared[second.end() :] and heads[0] != heads[1]:
            return common if all(len(head.split()) <= _KICKER_WORDS for head in heads) else None
    return None


def _confirms(declared: str, shown: str, share: float, *, is_heading: bool) -> bool:
    """Whether a declared title has the displayed one in it, or is it, or says the same in other words."""
    key, other = squeeze(shown), squeeze(declared)
    # in a script without spaces a headline of six letters may stand before section and site
    size = len(DENSE.findall(key))
    is_whole = size >= _MIN_HEADING or len(shown.split()) >= _SENTENCE_WORDS
    ends = _AFTER_HEADLINE if size >= _MIN_BEFORE_SITE else _BAR if is_heading and is_whole else None
    if ends and declared.startswith(shown) and ends.match(declared, len(shown)):
        return True
    if len(shown.split()) < _MIN_WORDS and len(key) < _MIN_DENSE_CHARS:
        return False
    segments = SEPARATOR.split(declared)
    if other.startswith(key) or other.endswith(key):  # beside a kicker, a section or a site
        longest = max((len(squeeze(part)) for part in segments if squeeze(part) not in key), default=0)
        return len(key) >= _SEGMENT_SHARE * longest
    if key.startswith(other) or key.endswith(other):
        return len(declared.split()) >= _MIN_WORDS or len(other) >= _MIN_DENSE_CHARS
    stems, declared_stems = _stems(shown), _stems(declared)
    return len(stems & declared_stems) >= max(2, share * len(stems))


def _stems(text: str) -> set[str]:
    return {word[:_STEM_CHARS] for word in _WORD.findall(text.casefold())}


def _without_buttons(shown: _Candidate, declared: list[_Candidate]) -> _Candidate:
    """The headline without the words of buttons inside its element, which the declared title does not have."""
    words = shown.text.split()
    while len(words) > 1 and words[-1].casefold() in _SHARE_WORDS:
        words.pop()
        key = squeeze(" ".join(words))
        if equal := next((other for other in declared if other.key == key), None):
            return equal
    return shown


def _is_declared_article(page: Page) -> bool:
    """Whether a page says that it is an article; on other pages the heading is often a slogan."""
    types = (value.casefold() for _, value in page.meta("og:type"))
    return bool(page.nodes()) or "article" in types or any(page.meta("article:published_time"))


def _only_heading(headings: list[_Candidate], declared: list[_Candidate]) -> _Candidate | None:
    """The only heading of the article though the page declares other words for search engines.

    A short one, or one that is a part of the declared titles, is more often that of the site or the section.
    """
    if len(headings) != 1:
        return None
    heading = headings[0]
    is_long = len(heading.text.split()) >= _SENTENCE_WORDS or len(DENSE.findall(heading.text)) >= _SENTENCE_DENSE_CHARS
    return heading if is_long and not any(heading.key in other.key for other in declared) else None


def _beside_a_word(headings: list[_Candidate], declared: list[_Candidate]) -> _Candidate | None:
    """The only heading of a page that declares nothing but a word or two, such as `Article` or `X`."""
    if len(headings) != 1 or not declared:
        return None
    size = max(_size(other.text) for other in declared)
    return headings[0] if size < _MIN_WORDS and size < _size(headings[0].text) else None


def _size(text: str) -> float:
    """The number of words; two or three letters of a script without spaces are one."""
    return max(len(text.split()), len(DENSE.findall(text)) * _MIN_WORDS / _MIN_DENSE_CHARS)


def _elected(declared: list[_Candidate]) -> _Candidate | None:
    """The declared title that most kinds of declarations agree on, the first of equals; whole if it was cut off."""
    if not declared:
        return None
    kinds_by_key: dict[str, set[str]] = {}
    for candidate in declared:
        kinds_by_key.setdefault(candidate.key, set()).add(_kind(candidate))
    chosen = max(declared, key=lambda candidate: len(kinds_by_key[candidate.key]))
    return next((other for other in declared if _is_cut_from(chosen.text, other.text)), chosen)


def _kind(candidate: _Candidate) -> str:
    """Declarations of one kind are written by one program and count once."""
    return "social" if candidate.origin in ("og:title", "twitter:title") else candidate.origin


def _is_cut_from(short: str, long: str) -> bool:
    """Whether a title ends where a program cut off the longer one: at its length, or at a quote in an attribute."""
    is_marked = short.endswith(("…", "..."))
    beginning = short.rstrip(" .…")
    if len(long) <= len(short) or not long.startswith(beginning):
        return False
    rest = long[len(beginning) :].lstrip()
    if SEPARATOR.match(long, len(beginning)):
        return False
    return is_marked or rest[:1] in _QUOTES or len(short) >= _CUT_FROM_CHARS
