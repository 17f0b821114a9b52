"""The user's file of corrections, typed: entries for sites, each with values, selectors and rules for lines."""

import re
from collections import Counter
from functools import cache, cached_property
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, field_validator, model_validator
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from tasks.site_rules.addresses import AddressPattern, read_pattern
from tasks.steps import digest

RULE_CHARS_MAX = 1_000  # of a text, pattern or selector; a paragraph has half of it
_ENTRY_RULES = 200  # of one kind in one entry: each costs a pass over the lines of a page
_EMPTY_PAGE = "<p></p>"
_BRACKETS = re.compile(r":has\(|[()]")
_LINES_OF_NO_KIND = ["", "\u2603 7q\u00df", "kx 3"]  # a pattern that finds all of these finds anything
_ISO_639_1 = 2  # letters of a code


# what an entry says once; where several entries for a page say it, the last one counts
SINGLE_RULES = ("publisher", "language", "timezone", "never_a_story", "body", "title", "author", "date")


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def _checked_selector(selector: str) -> str:
    try:
        LexborHTMLParser(_EMPTY_PAGE).css(selector)
    except (SelectolaxError, ValueError) as error:
        raise ValueError(f"{selector!r} is not a CSS selector that can be used; expected e.g. h1.headline") from error
    if _has_nested_has(selector):
        raise ValueError(f"{selector!r} has :has() within :has(), which CSS does not allow")
    return selector


def _has_nested_has(selector: str) -> bool:
    """Whether `:has()` is within `:has()`: the parser takes it, but its time grows with a power of a page's depth."""
    within: list[bool] = []  # of each open bracket: is it one of `:has`
    for part in _BRACKETS.findall(selector.lower()):
        if part == ")":
            within = within[:-1]
            continue
        if part == ":has(" and True in within:
            return True
        within.append(part == ":has(")
    return False


def _checked_pattern(pattern: str) -> str:
    """Patterns are matched by RE2, in time linear in the text: no pattern can hang a worker."""
    try:
        found = pc.match_substring_regex(pa.array(_LINES_OF_NO_KIND), pattern, ignore_case=True)
    except pa.ArrowInvalid as error:
        problem = str(error).removeprefix("Invalid regular expression: ")
        raise ValueError(f"{pattern!r} is not a regular expression in the syntax of RE2: {problem}") from error
    if pc.all(found).as_py():
        raise ValueError(f"{pattern!r} matches every line")
    return pattern


def _checked_language(code: str) -> str:
    """A code in the form of ISO 639. One of two letters has to exist: `jp` and `cn` are countries."""
    is_code = code.isascii() and code.isalpha() and code.islower() and len(code) in (2, 3)
    if not is_code:
        raise ValueError(f"{code!r} is not a language code in small letters, e.g. de")
    if len(code) == _ISO_639_1 and code not in _known_languages():
        raise ValueError(f"{code!r} is not a language in ISO 639, e.g. ja for Japanese or zh for Chinese")
    return code


@cache
def _known_languages() -> frozenset[str]:
    from babel import Locale  # noqa: PLC0415 - only files that name a language need it

    return frozenset(Locale.parse("en").languages)


def _checked_name(name: str) -> str:
    if not name.isprintable() or not any(char.isalnum() for char in name):
        raise ValueError(f"{name!r} is not a name in one line")
    return name


Text = Annotated[str, Field(min_length=1, max_length=RULE_CHARS_MAX)]
Selector = Annotated[Text, AfterValidator(_checked_selector)]
Pattern = Annotated[Text, AfterValidator(_checked_pattern)]
Language = Annotated[str, AfterValidator(_checked_language)]
Name = Annotated[Text, AfterValidator(_checked_name)]


class LineRule(_Strict):
    """Which lines to drop or to keep, in one of three ways."""

    text: Text | None = Field(None, description="The whole line; case and spacing do not matter.")
    pattern: Pattern | None = Field(None, description="A regular expression (RE2) that is in the line, in any case.")
    css: Selector | None = Field(None, description="A CSS selector of the elements that hold the lines.")

    @model_validator(mode="after")
    def _has_one_way(self) -> "LineRule":
        if sum(value is not None for value in (self.text, self.pattern, self.css)) != 1:
            raise ValueError("expected one of text, pattern and css")
        if self.text is not None and not self.text.strip():
            raise ValueError("the text has no words")
        return self

    @property
    def shown(self) -> str:
        """The rule in words, for `explain` and `preview`."""
        return next(f"{name} {value}" for name, value in self if value is not None)


LineRules = Annotated[tuple[LineRule, ...], Field(max_length=_ENTRY_RULES, strict=False)]


class SiteEntry(_Strict):
    """What a user says about the pages of one or several sites."""

    match: tuple[Text, ...] = Field(
        (), strict=False, description="Hosts or patterns: `paper.example`, `*.paper.example`, `paper.example/games/*`."
    )
    sources: tuple[Text, ...] = Field(
        (), strict=False, description="Paths of pages without an address, with `*`: `scrapes/ledger/*`."
    )
    publisher: Name | None = Field(None, description="The publisher's name.")
    language: Language | None = Field(None, description="Language of the pages, ISO 639.")
    timezone: str | None = Field(None, description="Time zone of the newsroom, e.g. `Europe/Berlin`.")
    never_a_story: bool = Field(default=False, description="The pages are quarantined: none of them is a story.")
    body: Selector | None = Field(None, description="The elements that hold the text, and nothing outside of them.")
    title: Selector | None = Field(None, description="The element that holds the headline.")
    author: Selector | None = Field(None, description="The elements that hold the byline.")
    date: Selector | None = Field(None, description="The element that holds the time of publication.")
    drop: LineRules = Field((), description="Lines that are not part of the text.")
    keep: LineRules = Field((), description="Lines that are part of the text; stronger than `drop` and `body`.")

    @field_validator("match")
    @classmethod
    def _are_patterns(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        for value in values:
            read_pattern(value)
        return values

    @field_validator("timezone")
    @classmethod
    def _is_zone(cls, value: str | None) -> str | None:
        try:
            if value is not None:
                ZoneInfo(value)
        except (KeyError, ValueError, OSError) as error:
            raise ValueError(f"{value!r} is not a time zone; expected e.g. Europe/Berlin") from error
        return value

    @model_validator(mode="after")
    def _is_complete(self) -> "SiteEntry":
        if not (self.match or self.sources):
            raise ValueError("names no pages; expected match or sources")
        if not self.rule_count:
            raise ValueError("has no rule")
        return self

    @cached_property
    def patterns(self) -> tuple[AddressPattern, ...]:
        """The patterns of `match`, in parts."""
        return tuple(read_pattern(value) for value in self.match)

    @property
    def rule_count(self) -> int:
        """How many things the entry says."""
        return len(self.drop) + len(self.keep) + sum(bool(getattr(self, name)) for name in SINGLE_RULES)

    @property
    def name(self) -> str:
        """What the entry is for, in words."""
        return ", ".join((*self.match, *self.sources))

    def line_rules(self) -> list[tuple[Literal["drop", "keep"], LineRule]]:
        """The rules for lines with what they do."""
        return [*(("drop", rule) for rule in self.drop), *(("keep", rule) for rule in self.keep)]

    def selectors(self) -> dict[str, str]:
        """The selectors of the body and of fields, by what they select."""
        named = {"body": self.body, "title": self.title, "author": self.author, "date": self.date}
        return {name: selector for name, selector in named.items() if selector is not None}


class SiteRules(_Strict):
    """The whole file."""

    site: tuple[SiteEntry, ...] = Field((), strict=False, description="The entries, in order.")

    @cached_property
    def fingerprint(self) -> str:
        """Eight hex digits that change with every rule, not with comments and layout; empty without entries."""
        return digest(self.model_dump_json(exclude_defaults=True))[:8] if self.site else ""

    @property
    def rule_count(self) -> int:
        """How many things the entries say."""
        return sum(entry.rule_count for entry in self.site)

    @property
    def repeated(self) -> list[str]:
        """What two entries say about the same pattern, in sentences: the last one counts."""
        said = Counter(
            (pattern, name)
            for entry in self.site
            for pattern in dict.fromkeys((*entry.match, *entry.sources))
            for name in SINGLE_RULES
            if getattr(entry, name)
        )
        return [
            f"{pattern}: {name} is in {number} entries; the last one counts"
            for (pattern, name), number in said.items()
            if number > 1
        ]


NO_RULES = SiteRules()
