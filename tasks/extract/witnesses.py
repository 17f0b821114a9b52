"""What the independent witnesses on a page say about a field: how many kinds of them agree, and how many differ.

A kind is what one program or person writes: the JSON-LD, the tags for social media, the printed lines, the address.
Values are compared by their letters and digits, dates by the day.
"""

import re
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import NamedTuple

from tasks.extract.fields.address import host
from tasks.extract.fields.json_ld_people import names_of
from tasks.extract.fields.published_declared import read_time
from tasks.extract.page import Page, strings
from tasks.text.publisher_names import spell_out, squeeze

_MIN_PART_CHARS = 8  # a shorter headline is part of others by chance
_MIN_NAME_CHARS = 3  # likewise of names of sites: `dw` is part of `midwest`
_SLUG_WORDS = 4  # fewer may be a section or an abbreviation
_SLUG_WORD = re.compile(r"[a-z]{3,}")
_SLUG_AGREES, _SLUG_DIFFERS = 0.6, 0.3  # share of the address's words
_MAX_PRINTED = 6  # printed lines of one kind that are read; the story's own are the first
_PRINTED_DATES = 2  # the first date line may be that of the update
_ISO_DAY = re.compile(r"\s*((?:19|20)\d\d)-(\d\d)-(\d\d)(?!\d)")
_DAY_IN_ADDRESS = re.compile(r"(?<!\d)((?:19|20)\d\d)[/_-]?(0[1-9]|1[0-2])[/_-]?(0[1-9]|[12]\d|3[01])(?!\d)")
_MODIFIED_CLASS = re.compile(r"modif|updat|aktualisier|changed|lastmod", re.I)
_TITLE_PARTS = re.compile(r"\s[|·•»«›–—-]\s|\s*[|｜]\s*")
_AUTHOR_METAS = ("author", "parsely-author", "sailthru.author", "byl", "dc.creator", "article:author")
_DATE_METAS = (
    "article:published_time",
    "og:article:published_time",
    "parsely-pub-date",
    "datepublished",
    "pubdate",
    "date",
    "dc.date",
    "dc.date.issued",
    "dcterms.created",
)
_ONE_DAY = timedelta(days=1)  # the same moment may be on two days in two time zones


class Agreement(NamedTuple):
    """The number of kinds of witnesses that agree with a value, and of those that have another one."""

    agreeing: int
    differing: int


def of_title(page: Page, title: str) -> Agreement:
    """Declared and printed headlines; one with the site's name at an end agrees. On a text page the address, too."""
    key = squeeze(title)
    kinds = (
        page.node_strings("headline"),
        [text for _, text in page.meta("og:title", "twitter:title")],
        [page.signals.get("title") or ""],
        [line.text for line in page.labelled("headline")][:_MAX_PRINTED],
        page.items("headline"),
    )
    found = _count(kinds, lambda text: _is_same_headline(key, squeeze(text)))
    # a page with markup has better witnesses: measured, the address makes their count worse
    share = None if page.is_html else _share_of_address(page, key)
    if share is None:
        return found
    return Agreement(found.agreeing + (share >= _SLUG_AGREES), found.differing + (share < _SLUG_DIFFERS))


def _share_of_address(page: Page, key: str) -> float | None:
    """The share of the address's words that the headline has; None if the address is not made from a headline."""
    address = (page.document.get("url") or "").split("?")[0].rstrip("/")
    words = max((_SLUG_WORD.findall(part.lower()) for part in address.split("/")[3:]), key=len, default=[])
    if len(words) < _SLUG_WORDS or not key.isascii():  # other scripts and accents are spelled in many ways
        return None
    return sum(word in key for word in words) / len(words)


def _is_same_headline(key: str, other: str) -> bool:
    if key == other:
        return True
    shorter, longer = sorted((key, other), key=len)
    return len(shorter) >= _MIN_PART_CHARS and (longer.startswith(shorter) or longer.endswith(shorter))


def of_authors(page: Page, authors: list[str]) -> Agreement:
    """Declared and printed writers; a kind agrees if it has all of them."""
    keys = [squeeze(name) for name in authors]
    kinds = (
        [name for node in page.nodes() for name in names_of(node.get("author"), page)],
        [text for _, text in page.meta(*_AUTHOR_METAS) if not text.startswith("http")],
        page.items("author"),
        [line.text for line in page.labelled("byline")][:_MAX_PRINTED],
        [text for _, text in page.signals.get("bylines", ())][:_MAX_PRINTED],
        page.signals.get("author_links", [])[:_MAX_PRINTED],
    )
    found = []
    for values in kinds:
        text = squeeze(" ".join(values))
        if text:
            found.append(all(key in text for key in keys))
    return Agreement(sum(found), len(found) - sum(found))


def of_published(page: Page, day: date) -> Agreement:
    """Declared and printed dates and the one in the address; a neighbouring day, of another time zone, says nothing."""
    language = page.printed_language()
    times = [time for time in page.signals.get("times", ()) if not _MODIFIED_CLASS.search(time["class"])]
    kinds = (
        page.node_strings("datePublished")[:1],
        [text for _, text in page.meta(*_DATE_METAS)][:1],
        [time["datetime"] or time["text"] for time in times][:1],
        page.items("datePublished")[:1],
        [line.text for line in page.labelled("date")][:_PRINTED_DATES],
    )
    found = [[other for text in values if (other := _day(text, language))] for values in kinds]
    in_address = _day_in_address(page.document.get("url") or next(iter(page.links("canonical")), ""))
    found = [days for days in (*found, [in_address] if in_address else []) if days]
    agreeing = sum(day in days for days in found)
    differing = sum(all(abs(other - day) > _ONE_DAY for other in days) for days in found)
    return Agreement(agreeing, differing)


def _day(value: str, language: str | None) -> date | None:
    iso = _ISO_DAY.match(value)  # nearly all declared dates; the search for every form takes twenty times as long
    if iso:
        return _date(*iso.groups())
    printed = read_time(value, language)
    return printed.day if printed else None


def _day_in_address(address: str) -> date | None:
    found = _DAY_IN_ADDRESS.search(address.partition("?")[0])
    return _date(*found.groups()) if found else None


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def of_publisher(page: Page, publisher: str) -> Agreement:
    """Declared names of the site, the end of the page's title, and the host."""
    key = squeeze(publisher)
    others = page.nodes(articles=False)
    sites = [text for node in others if "WebSite" in str(node.get("@type")) for text in strings(node.get("name"))]
    owners = [text for node in others if "Organization" in str(node.get("@type")) for text in strings(node.get("name"))]
    kinds = (
        [text for _, text in page.meta("og:site_name")],
        page.node_strings("publisher"),
        sites,
        owners,
        [text for _, text in page.meta("application-name", "apple-mobile-web-app-title")],
        _TITLE_PARTS.split(page.signals.get("title") or "")[1:],
    )
    found = _count(kinds, lambda text: _is_same_site(key, squeeze(text)))
    labels = [squeeze(label) for label in (host(page.document.get("url")) or "").split(".")[:-1]]
    spelled = squeeze(spell_out(publisher))
    is_host = any(len(label) >= _MIN_NAME_CHARS and (label in spelled or spelled in label) for label in labels)
    return Agreement(found.agreeing + is_host, found.differing + (bool(labels) and not is_host))


def _is_same_site(key: str, other: str) -> bool:
    shorter, longer = sorted((key, other), key=len)
    return key == other or (len(shorter) >= _MIN_NAME_CHARS and shorter in longer)


def _count(kinds: Iterable[list[str]], agrees: Callable[[str], bool]) -> Agreement:
    """A kind agrees if one of its values does; a kind without a value says nothing."""
    found = [any(agrees(text) for text in values) for values in kinds if any(values)]
    return Agreement(sum(found), len(found) - sum(found))
