"""What the first pages of a site show beside each other, without any history of the site.

Each finding is about most pages of a site, since a single page may have any of this by chance.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tasks.quality.shared_lines import find_shared_lines, lines_of
from tasks.quality.site_words import SAMPLE_CHARS, TEXTS, find_lost_words
from tasks.storage.addresses import folder_of
from tasks.vocabulary import Doubt

_COLUMNS = ["url", "title", "text", "language", "authors", "publisher", "published_date", "fetched_at"]
_FIRST_PAGES = 20  # of a site in a run: if they show nothing, the others are not read
_WAITING_PAGES, _WAITING_CHARS = 4_000, 10_000  # of sites with too few pages so far: some 40 megabytes
_ODD_PAGES = 4_000  # of sites whose first pages show something: some 100 megabytes
_LINE_CHARS = 40  # of a paragraph that different stories do not share by chance; a heading is shorter
_LABEL_CHARS, _ENDS_SHARE = 8, 0.8  # of a label above or below all texts; of the pages
_SHARED_SHARE = 0.6  # of the pages, that have one paragraph
_SECTIONS_MIN, _SECTION_SHARE = 3, 0.8  # different names that are the page's section; of the pages with a name
_NEW_YEAR_SHARE = 0.8
_LATE = timedelta(days=7)  # after the first of January, when a page of that day is still fetched
_WORD, _STEM_CHARS = re.compile(r"\w{4,}"), 6  # as long as what inflection leaves
_WORDS_MIN, _PARAGRAPHS_MIN, _PARAGRAPHS = 3, 4, 30
_LEADING = 3  # the part of the paragraphs in which a story says what its headline says: the first third
_LEAD_FIT = 0.67  # of the headline's words that another paragraph has, at most, are there
# of the pages, on which the headline fits a later paragraph far better: of real sites, at most 22 % of the pages
_LEAD_LATE_MIN, _LEAD_LATE_SHARE = 7, 0.4
# where a headline's words come first on average, from 0 to 1, and a quarter of the share of late leads: of groups of 20
# real stories at most 0.33, of the same ones with their paragraphs shuffled 0.36 on average
_LATE_WEIGHT, _DISORDER = 0.25, 0.36
_SOME_LATE, _LEADS_MIN, _PLACES_MIN = 4, 10, 50
_STRAY_FIT, _STRAY_MIN, _STRAY_SHARE = 0.5, 5, 0.3  # of the words that another text has; of the pages
# of the words of all headlines; real sites have 0.5 to 0.8, and 0.25 at most under the headlines of other stories
_STEMS_MIN, _FOUND_SHARE = 30, 0.35
_UNSPACED = frozenset("zh ja ko th lo km my".split())
_READ_CHARS = 6_000  # of a text, in which a headline's words are sought
_LABEL, _LABELLED_SHARE = re.compile(r"[^:\]|>]{2,24}[:\]|>]"), 0.8  # at the start of a headline; of the pages
_SUFFIX = re.compile(r"\s[-–—|:·»/]\s[^-–—|:·»/]{2,40}$")  # at the end


@dataclass
class _Site:
    rows: list[int] = field(default_factory=list)
    lines: Counter[str] = field(default_factory=Counter)
    texts: list[frozenset[str]] = field(default_factory=list)  # the long paragraphs
    short_lines: list[frozenset[str]] = field(default_factory=list)  # and those that may be none of the story
    languages: list[str] = field(default_factory=list)
    samples: list[str] = field(default_factory=list)  # the starts of the first texts
    ends: list[tuple[str, str]] = field(default_factory=list)  # the first and the last paragraph
    leads: list["_Lead"] = field(default_factory=list)
    publishers: list[str | None] = field(default_factory=list)  # that are the page's section; "" if another
    authors: list[str | None] = field(default_factory=list)
    titles: list[str] = field(default_factory=list)
    stems: list[set[str]] = field(default_factory=list)  # of the text
    new_years: int = 0


class Shown(NamedTuple):
    """A flag, the rows that have it, and what shows it."""

    doubt: Doubt
    rows: npt.NDArray[np.int64]
    shown: str


class FirstPages:
    """Collects the first pages of each site in a run, and more of a site of which these show something."""

    def __init__(self) -> None:
        self._waiting: dict[int, list[tuple[int, dict[str, Any]]]] = {}  # pages by site, until they are enough
        self._waiting_pages = 0
        self._odd: dict[int, _Site] = {}  # sites whose first pages show something, and whose others are read
        self._odd_pages = 0
        self._done: set[int] = set()  # sites of which no more pages are read
        self._shown: list[Shown] = []  # on the pages of these

    def add(self, table: pa.Table, sites: npt.NDArray[np.int64], start: int) -> None:
        """Add pages, whose rows are counted from `start`."""
        for part in range(0, table.num_rows, _FIRST_PAGES):
            some = sites[part : part + _FIRST_PAGES].tolist()
            wanted = [n for n, site in enumerate(some) if self._is_wanted(site)]
            pages = table.select(_COLUMNS).take(pa.array([part + n for n in wanted], pa.int64()))
            for number, page in zip(wanted, pages.to_pylist(), strict=True):
                self._add(some[number], start + part + number, page)

    def findings(self, pages_min: int) -> Iterator[Shown]:
        """The flags of sites with enough pages."""
        few = (_read(pages) for pages in self._waiting.values() if len(pages) >= max(pages_min, 1))
        yield from self._shown
        for site in (*self._odd.values(), *few):
            yield from _of_site(site)

    def _is_wanted(self, site: int) -> bool:
        """Whether one more page of a site is read."""
        return site not in self._done and (site not in self._odd or self._odd_pages < _ODD_PAGES)

    def _add(self, site: int, row: int, page: dict[str, Any]) -> None:
        if not self._is_wanted(site):  # since pages before it in the table
            return
        if site in self._odd:
            _add(self._odd[site], row, page)
            self._odd_pages += 1
            return
        if len(page["text"]) > _WAITING_CHARS:
            page["text"] = page["text"][: _WAITING_CHARS // 2] + page["text"][-_WAITING_CHARS // 2 :]
        pages = self._waiting.setdefault(site, [])
        pages.append((row, page))
        self._waiting_pages += 1
        if len(pages) == _FIRST_PAGES:
            self._decide(site)
        while self._waiting_pages > _WAITING_PAGES:  # the site that was met first may get no more pages
            self._waiting_pages -= len(self._waiting.pop(next(iter(self._waiting))))

    def _decide(self, site: int) -> None:
        """Keep what a site's first pages show, and read the others if they show something."""
        pages = self._waiting.pop(site)
        self._waiting_pages -= len(pages)
        read = _read(pages)
        shown = list(_of_site(read))
        if shown and self._odd_pages < _ODD_PAGES:
            self._odd[site] = read
            self._odd_pages += len(pages)
        else:
            self._done.add(site)
            self._shown += shown


def _read(pages: list[tuple[int, dict[str, Any]]]) -> _Site:
    site = _Site()
    for row, page in pages:
        _add(site, row, page)
    return site


def _add(site: _Site, row: int, page: dict[str, Any]) -> None:
    site.rows.append(row)
    paragraphs = page["text"].split("\n\n")
    long_ones = frozenset(one for one in paragraphs if len(one) >= _LINE_CHARS)
    site.lines.update(long_ones)
    site.texts.append(long_ones)
    site.languages.append(page["language"] or "")
    if len(site.samples) < TEXTS:
        site.samples.append(page["text"][:SAMPLE_CHARS])
    site.short_lines.append(lines_of(page["text"]))
    site.ends.append((paragraphs[0], paragraphs[-1]))
    site.leads.append(_lead_of(page["title"] or "", paragraphs[:_PARAGRAPHS]))
    site.titles.append(page["title"] or "")
    site.stems.append(_stems(page["text"][:_READ_CHARS]))
    section = folder_of(page["url"]).casefold()
    site.publishers.append(_if_section(page["publisher"], section))
    site.authors.append(_if_section((page["authors"] or [None])[0], section))
    site.new_years += _is_new_year(page["published_date"], page["fetched_at"] and page["fetched_at"].date())


class _Lead(NamedTuple):
    is_late: bool | None  # whether a later paragraph says what the headline says, and the first ones hardly do
    places: list[float]  # where the headline's words come first, from 0 to 1


def _lead_of(title: str, paragraphs: Sequence[str]) -> _Lead:
    """Where a text says what its headline says; words that most paragraphs have say nothing of it."""
    words = _stems(title)
    if not words or len(paragraphs) < _PARAGRAPHS_MIN:
        return _Lead(None, [])
    owned = [words & _stems(one) for one in paragraphs]
    hits = list(map(len, owned))
    best, leading = max(hits), max(hits[: max(2, -(-len(hits) // _LEADING))])
    is_known = len(words) >= _WORDS_MIN <= best
    places = [[n for n, own in enumerate(owned) if word in own] for word in words]
    firsts = [own[0] / (len(hits) - 1) for own in places if 0 < len(own) <= len(hits) / 2]
    return _Lead(leading <= _LEAD_FIT * best if is_known else None, firsts)


def _has_late_leads(leads: Sequence[_Lead]) -> bool:
    """Whether paragraphs are out of order: many leads come late, or some do and headlines' words come late as well."""
    late = sum(lead.is_late is True for lead in leads)
    known = max(sum(lead.is_late is not None for lead in leads), 1)
    if late >= max(_LEAD_LATE_MIN, _LEAD_LATE_SHARE * known):
        return True
    places = [place for lead in leads for place in lead.places]
    if late < _SOME_LATE or known < _LEADS_MIN or len(places) < _PLACES_MIN:
        return False
    return sum(places) / len(places) + _LATE_WEIGHT * late / known >= _DISORDER


def _stems(text: str) -> set[str]:
    return {word[:_STEM_CHARS] for word in _WORD.findall(text.casefold())}


def _if_section(name: str | None, section: str) -> str | None:
    """The name if it is the section, or an empty string; None without a name."""
    return None if not name else section if section and name.casefold() == section else ""


def _is_new_year(published: date | None, fetched: date | None) -> bool:
    if not (published and fetched):
        return False
    return (published.month, published.day) == (1, 1) and fetched - published > _LATE


def _titles_of(site: _Site, rows: npt.NDArray[np.int64]) -> Iterator[Shown]:
    """Headlines whose words another text of the site has, and those that start alike."""
    stray = np.array(_stray(site))
    if stray.sum() >= max(_STRAY_MIN, _STRAY_SHARE * len(rows)):
        yield Shown(Doubt.TITLE_MISPLACED, rows, f"{stray.sum()} of {len(rows)} headlines fit other texts of the site")
    elif _are_of_others(site):
        yield Shown(Doubt.TITLE_MISPLACED, rows, "hardly any word of the site's headlines is in their texts")
    for verb, labels in (("start", map(_LABEL.match, site.titles)), ("end", map(_SUFFIX.search, site.titles))):
        own = [label[0] if label else None for label in labels]
        for label, count in Counter(filter(None, own)).most_common(1):
            if count >= _LABELLED_SHARE * len(rows):
                is_own = np.array([one == label for one in own])
                yield Shown(Doubt.TITLE_SHARED, rows[is_own], f"{count} of {len(rows)} headlines {verb} with: {label}")


def _are_of_others(site: _Site) -> bool:
    """Whether the headlines, short ones too, have few words of their texts when they are counted together."""
    found = total = 0
    for title, text, language in zip(site.titles, site.stems, site.languages, strict=True):
        own = _stems(title) if language not in _UNSPACED else frozenset()
        total += len(own)
        found += len(own & text)
    return total >= _STEMS_MIN and found <= _FOUND_SHARE * total


def _stray(site: _Site) -> list[bool]:
    """Per page whether another text has far more words of its headline."""
    pages_of: dict[str, list[int]] = defaultdict(list)
    for number, stems in enumerate(site.stems):
        for stem in stems:
            pages_of[stem].append(number)
    found = []
    for number, title in enumerate(site.titles):
        hits = Counter(page for stem in _stems(title) for page in pages_of.get(stem, ()))
        best = max(hits.values(), default=0)
        found.append(best >= _WORDS_MIN and hits[number] <= _STRAY_FIT * best)
    return found


def _words_of(site: _Site, rows: npt.NDArray[np.int64]) -> Iterator[Shown]:
    """Words that were lost in the texts of the site's main language."""
    main, _ = Counter(site.languages).most_common(1)[0]
    is_own = np.array([language == main for language in site.languages])
    samples = [text for text, language in zip(site.samples, site.languages, strict=False) if language == main]
    for doubt, shown in find_lost_words(samples, main):
        yield Shown(doubt, rows[is_own], shown)


def _of_site(site: _Site) -> Iterator[Shown]:
    rows, pages = np.array(site.rows), len(site.rows)
    if _has_late_leads(site.leads):
        yield Shown(Doubt.TITLE_MISPLACED, rows, "the headlines fit later paragraphs better than the first ones")
    yield from _titles_of(site, rows)
    yield from _words_of(site, rows)
    for place, name in ((0, "start"), (-1, "end")):
        parts = Counter(ends[place] for ends in site.ends if len(ends[place]) >= _LABEL_CHARS)
        for part, count in parts.most_common(1):
            if count >= _ENDS_SHARE * pages and len(set(site.texts)) > pages / 2:
                own = np.array([row for row, ends in zip(site.rows, site.ends, strict=True) if ends[place] == part])
                yield Shown(Doubt.TEXT_SHARED, own, f"{count} of {pages} texts {name} with: {part[:60]}")
    line, count = site.lines.most_common(1)[0] if site.lines else ("", 0)
    if count >= _SHARED_SHARE * pages and len(set(site.texts)) > pages / 2:
        own = np.array([row for row, text in zip(site.rows, site.texts, strict=True) if line in text])
        yield Shown(Doubt.TEXT_SHARED, own, f"on {count} of {pages} pages: {line[:60]}")
    for line, numbers in find_shared_lines(site.short_lines).items():
        yield Shown(Doubt.TEXT_SHARED, rows[numbers], f"other stories of the site have the line: {line[:60]}")
    for doubt, names in ((Doubt.PUBLISHER_UNUSUAL, site.publishers), (Doubt.AUTHOR_UNUSUAL, site.authors)):
        known = [name for name in names if name is not None]
        sections = [name for name in known if name]
        if len(set(sections)) >= _SECTIONS_MIN and len(sections) >= _SECTION_SHARE * len(known):
            own = np.array([row for row, name in zip(site.rows, names, strict=True) if name])
            yield Shown(doubt, own, f"the section of the page, on {len(sections)} of {pages} pages")
    if site.new_years >= _NEW_YEAR_SHARE * pages:
        yield Shown(Doubt.PUBLISHED_TOGETHER, rows, f"on 1 January, as {site.new_years} of {pages} pages of the site")
