"""The addresses in a list of pages."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin

from tasks.ingest.fetch.xml_text import NEVER_EXPANDED

MAX_ENTRIES = 50_000  # as sitemaps.org allows


@dataclass
class Listed:
    """The addresses in a list: of article pages, and of further lists. `damage`: why some of it could not be read."""

    pages: list[str] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)
    damage: str | None = None


def damage_in(links: Sequence[str]) -> str | None:
    """Why some of the links cannot be used, or None."""
    if any(NEVER_EXPANDED in link for link in links):
        return "addresses are entities that the XML declares, which are never expanded"
    if len(links) > MAX_ENTRIES:
        return f"there are more than {MAX_ENTRIES:,} entries"
    return None


def absolute(links: Iterable[str], url: str) -> list[str]:
    """The links as absolute addresses, each once and at most MAX_ENTRIES; those that cannot be addresses are left."""
    addresses: dict[str, None] = {}
    for link in map(str.strip, links):
        if not link or NEVER_EXPANDED in link:
            continue
        try:
            address = urljoin(url, link)
            address.encode()  # raises for lone surrogates, which tables cannot hold
        except ValueError:
            continue
        addresses[address] = None
        if len(addresses) >= MAX_ENTRIES:
            break
    return list(addresses)
