"""The rules for one page: those of all entries that are for it, joined."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tasks.site_rules.addresses import glob_matches, host_and_path

if TYPE_CHECKING:  # it loads pydantic, which a page without rules does without
    from tasks.site_rules.entries import LineRule, SiteEntry, SiteRules


@dataclass(frozen=True)
class PageRules:
    """What the user's file says about a page; where entries contradict each other, the last one counts."""

    fields: dict[str, str]  # publisher, language and time zone
    selectors: dict[str, str]  # CSS by what it selects: body, title, author, date
    drop: "tuple[LineRule, ...]"
    keep: "tuple[LineRule, ...]"
    never_a_story_by: str | None = None  # the name of the entry that says so

    @classmethod
    def of(cls, entries: "list[SiteEntry]") -> "PageRules":
        """The rules of some entries, in their order."""
        fields: dict[str, str] = {}
        selectors: dict[str, str] = {}
        for entry in entries:
            values = {"publisher": entry.publisher, "language": entry.language, "timezone": entry.timezone}
            fields |= {name: value for name, value in values.items() if value is not None}
            selectors |= entry.selectors()
        return cls(
            fields,
            selectors,
            tuple(rule for entry in entries for rule in entry.drop),
            tuple(rule for entry in entries for rule in entry.keep),
            next((entry.name for entry in entries if entry.never_a_story), None),
        )

    def css(self) -> list[str]:
        """Every selector that lines of the page are compared with, each once."""
        of_lines = [rule.css for rule in (*self.drop, *self.keep) if rule.css]
        return list(dict.fromkeys([*self.selectors.values(), *of_lines]))


@dataclass
class Found:
    """What the rules' selectors found on one page."""

    rules: PageRules
    values: dict[str, list[str]] = field(default_factory=dict)  # texts by field: title, author, date
    lines: dict[str, set[int]] = field(default_factory=dict)  # selector -> the page's lines in its elements, from 0

    def declared(self) -> dict[str, Any]:
        """What extract needs to know, as a JSON object."""
        return {**self.rules.fields, **self.values}


class RuleFinder:
    """Finds the entries of a file that are for a page: by its host in constant time, then by its path."""

    def __init__(self, rules: "SiteRules") -> None:
        self._rules = rules
        self._by_host: dict[str, list[int]] = defaultdict(list)
        self._with_sources = [number for number, entry in enumerate(rules.site) if entry.sources]
        for number, entry in enumerate(rules.site):
            for host in {pattern.host for pattern in entry.patterns}:
                self._by_host[host].append(number)
        self._joined: dict[tuple[int, ...], PageRules] = {}

    def entries_of(self, url: str | None, source_uri: str) -> list[int]:
        """The numbers of the entries for the page at an address, or read from a source, in order."""
        numbers: set[int] = set()
        address = host_and_path(url)
        if address:
            host, path = address
            for domain in _domains(host):
                numbers |= {n for n in self._by_host.get(domain, ()) if self._is_for(n, host, domain, path)}
        for number in self._with_sources:
            if any(glob_matches(pattern, source_uri) for pattern in self._rules.site[number].sources):
                numbers.add(number)
        return sorted(numbers)

    def of_page(self, url: str | None, source_uri: str) -> PageRules | None:
        """The rules for a page; None if no entry is for it."""
        numbers = tuple(self.entries_of(url, source_uri))
        if not numbers:
            return None
        if numbers not in self._joined:
            self._joined[numbers] = PageRules.of([self._rules.site[number] for number in numbers])
        return self._joined[numbers]

    def _is_for(self, number: int, host: str, domain: str, path: str) -> bool:
        return any(
            pattern.host == domain and (pattern.has_subdomains or host == domain) and pattern.matches_path(path)
            for pattern in self._rules.site[number].patterns
        )


def _domains(host: str) -> list[str]:
    """A host, the domains that it is in, and the empty name, which stands for any host."""
    labels = host.split(".")
    return [*(".".join(labels[start:]) for start in range(len(labels))), ""]
