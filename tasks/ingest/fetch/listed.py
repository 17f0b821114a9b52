"""The addresses in a list of pages."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from urllib.parse import urljoin

from tasks.ingest.fetch.xml_text import NEVER_EXPANDED
from tasks.storage.addresses import without_secrets

MAX_ENTRIES = 50_000  # as sitemaps.org allows
# parameters of campaigns and clicks, which some lists give another value at each request; no page depends on them
_CLICK = re.compile(r"(?<=[?&])(?:utm_\w+|fbclid|gclid|dclid|msclkid|yclid|mc_[ce]id|igshid|_ga)=[^&]*(?:&|$)", re.I)


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


def page_address(url: str) -> str:
    """The address under which a listed page is requested and known: without a fragment and parameters of clicks."""
    address = url.partition("#")[0]
    if "?" not in address or without_secrets(address) != address:  # a signature may cover all parameters
        return address
    plain = _CLICK.sub("", address)
    return address if plain == address else plain.rstrip("?&")


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
