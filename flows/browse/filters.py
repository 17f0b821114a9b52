"""Which articles are shown, and in what order: read from an address and written into one."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode

from flows.browse.search_words import pattern_of, words_of
from flows.browse.site_names import IS_OF_SITE
from tasks.vocabulary import Doubt

ROWS_OF_A_PAGE = 50
PAGES_MAX = 200  # beyond that nobody turns pages, and skipping rows costs as much as reading them
QUERY_CHARS_MAX = 200  # each word of a query costs a pass over the texts
_VALUE_CHARS_MAX = 2_000  # of another value: more than the longest name of a publisher
NONE = "(none)"  # in an address: the articles whose field is empty

# sort orders: name -> (label, SQL); the id makes the order the same on every page
SORTS = {
    "newest": ("newest first", "published_date desc nulls last, published_at desc nulls last, article_id"),
    "oldest": ("oldest first", "published_date nulls last, published_at nulls last, article_id"),
    "fetched": ("last fetched first", "fetched_at desc nulls last, article_id"),
    "doubtful": ("least confident first", "confidence, article_id"),
    "longest": ("longest first", "word_count desc, article_id"),
    "shortest": ("shortest first", "word_count, article_id"),
    "title": ("by title", "title nulls last, article_id"),
}
KINDS = ("article", "live", "stub")
# fields that can be missing: name -> (label, SQL condition)
MISSING = {
    "title": ("title", "title is null"),
    "authors": ("authors", "len(authors) = 0 and author is null"),
    "date": ("date", "published_date is null"),
    "publisher": ("publisher", "publisher is null"),
    "language": ("language", "language is null"),
    "section": ("section", "section is null"),
    "summary": ("summary", "summary is null"),
    "image": ("lead image", "image_url is null"),
}
# near-duplicates of another article: name -> (label, SQL condition)
REPEATS = {
    "without": ("left out", "near_duplicate_of is null"),
    "only": ("only these", "near_duplicate_of is not null"),
}
PLACES = {"text": "title and text", "title": "title only"}


Condition = tuple[str, list[object]]  # SQL and its parameters


class FilterError(ValueError):
    """A value of an address that a filter cannot use; the message is shown."""


@dataclass(frozen=True)
class ArticleFilter:
    """The filters of the list of articles. Empty strings and None filter nothing."""

    q: str = ""
    place: str = "text"  # where `q` is searched: a key of PLACES
    publisher: str = ""
    site: str = ""
    language: str = ""
    kind: str = ""
    flag: str = ""  # a flag, or `any`
    missing: str = ""  # a key of MISSING
    repeats: str = ""  # a key of REPEATS
    first_day: date | None = None
    last_day: date | None = None
    confidence_min: float | None = None
    confidence_max: float | None = None
    sort: str = "newest"
    page: int = 1
    after: str = ""  # a search of texts goes on after this file

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "ArticleFilter":
        """The filters of an address.

        Raises:
            FilterError: a value is of the wrong kind.
        """
        text = {name: _value(name, query.get(name, "").strip()) for name in _NAMES}
        given = cls(
            q=text["q"],
            place=_choice("place", text["place"] or "text", PLACES),
            publisher=text["publisher"],
            site=text["site"],
            language=text["language"],
            kind=_choice("kind", text["kind"], KINDS),
            flag=_choice("flag", text["flag"], ("any", *Doubt)),
            missing=_choice("missing", text["missing"], MISSING),
            repeats=_choice("repeats", text["repeats"], REPEATS),
            first_day=_day("first_day", text["first_day"]),
            last_day=_day("last_day", text["last_day"]),
            confidence_min=_share("confidence_min", text["confidence_min"]),
            confidence_max=_share("confidence_max", text["confidence_max"]),
            sort=_choice("sort", text["sort"] or "newest", SORTS),
            page=_page(text["page"]),
            after=text["after"],
        )
        # texts are searched file by file from the newest month on, so their order is given
        return replace(given, sort="newest") if given.is_text_search else given

    @property
    def is_text_search(self) -> bool:
        """Whether texts are searched, which takes longer than everything else."""
        return self.place == "text" and bool(words_of(self.q))

    def query(self, **changes: Any) -> str:
        """The query of the address of this view, with changes; what filters nothing is left out."""
        wanted = replace(self, **changes)
        pairs = {entry.name: value for entry in fields(self) if (value := getattr(wanted, entry.name)) != entry.default}
        return urlencode(pairs)

    def conditions(self) -> tuple[str, list[object]]:
        """The filters as an SQL condition with its parameters."""
        found = [*self._field_conditions(), *self._range_conditions(), *self._word_conditions()]
        values = [value for _, parameters in found for value in parameters]
        return " and ".join(["true", *(f"({condition})" for condition, _ in found)]), values

    def _field_conditions(self) -> Iterator[Condition]:
        for name in ("publisher", "language"):
            wanted = getattr(self, name)
            if wanted:
                yield (f"{name} is null", []) if wanted == NONE else (f"{name} = ?", [wanted])
        if self.site:
            yield IS_OF_SITE, [self.site.lower()] * IS_OF_SITE.count("?")
        if self.kind:
            yield "kind = ?", [self.kind]
        if self.flag:
            yield ("len(flags) > 0", []) if self.flag == "any" else ("list_contains(flags, ?)", [self.flag])
        if self.missing:
            yield MISSING[self.missing][1], []
        if self.repeats:
            yield REPEATS[self.repeats][1], []

    def _range_conditions(self) -> Iterator[Condition]:
        if self.first_day:
            yield "published_date >= ?", [self.first_day]
        if self.last_day:
            yield "published_date <= ?", [self.last_day]
        if self.confidence_min is not None:
            yield "confidence >= ?::float", [self.confidence_min]
        if self.confidence_max is not None:
            yield "confidence <= ?::float", [self.confidence_max]

    def _word_conditions(self) -> Iterator[Condition]:
        # by pattern: it takes half of the time of a search in lower-case copies of the texts
        for word in map(pattern_of, words_of(self.q)):
            if self.place == "title":
                yield "regexp_matches(title, ?, 'i')", [word]
            else:
                yield "regexp_matches(title, ?, 'i') or regexp_matches(text, ?, 'i')", [word, word]


_NAMES = [entry.name for entry in fields(ArticleFilter)]


def _value(name: str, value: str) -> str:
    longest = QUERY_CHARS_MAX if name == "q" else _VALUE_CHARS_MAX
    if len(value) > longest:
        raise FilterError(f"{name}: longer than {longest:,} characters")
    return value


def _choice(name: str, value: str, known: Any) -> str:
    if value and value not in known:
        raise FilterError(f"{name}: unknown value {value!r}")
    return value


def _day(name: str, value: str) -> date | None:
    try:
        return date.fromisoformat(value) if value else None
    except ValueError as error:
        raise FilterError(f"{name}: {value!r} is not a day such as 2026-03-01") from error


def _share(name: str, value: str) -> float | None:
    try:
        share = float(value) if value else None
    except ValueError as error:
        raise FilterError(f"{name}: {value!r} is not a number") from error
    if share is not None and not 0 <= share <= 1:
        raise FilterError(f"{name}: {value!r} is not between 0 and 1")
    return share


def _page(value: str) -> int:
    if value and not (value.isascii() and value.isdigit() and 1 <= int(value) <= PAGES_MAX):
        raise FilterError(f"page: {value!r} is not a number from 1 to {PAGES_MAX}")
    return int(value or 1)
