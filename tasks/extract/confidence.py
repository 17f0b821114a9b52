"""The confidence of single fields: how often a value of this origin and with these witnesses was right on gold pages.

`field_confidence.toml` has the counts, fitted by `python -m tasks.training.field_confidence`. A cell with few pages
leans on all origins with the same witnesses, and these lean on the field as a whole.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tasks.extract import witnesses
from tasks.extract.page import SITE_RULE, Page
from tasks.extract.witnesses import Agreement

TABLE = Path(__file__).parent / "field_confidence.toml"
# field -> the column with its value, the column with its origin, and what the witnesses say
FIELDS: dict[str, tuple[str, str, Callable[[Page, Any], Agreement]]] = {
    "title": ("title", "title_from", witnesses.of_title),
    "authors": ("authors", "authors_from", witnesses.of_authors),
    "published": ("published_date", "published_from", witnesses.of_published),
    "publisher": ("publisher", "publisher_from", witnesses.of_publisher),
}
ANY_ORIGIN, ANY_WITNESSES = "any origin", "any witnesses"
_MANY_AGREE, _MANY_DIFFER = 3, 1  # more witnesses than these made no measured difference
_LEAN = 10  # pages: a cell with as many weighs as much as what it leans on; the best of 4, 10 and 20 by unseen sites
_GIVEN_BY_USER = ("list of publishers", SITE_RULE)

Counts = Mapping[str, Mapping[str, Mapping[str, tuple[int, int]]]]  # field, kind of page, cell -> right pages, pages


def field_confidences(page: Page, row: Mapping[str, Any]) -> dict[str, float | None]:
    """The columns `title_confidence` and so on; null where the row has no value of the field."""
    found: dict[str, float | None] = {}
    for field, (column, origin_column, count) in FIELDS.items():
        value, origin = row[column], row[origin_column]
        if not value:
            found[f"{field}_confidence"] = None
        elif plain_origin(origin).startswith(_GIVEN_BY_USER):
            found[f"{field}_confidence"] = 1.0
        else:
            cells = counts()[field][page_kind(page)]
            found[f"{field}_confidence"] = round(probability(cells, plain_origin(origin), count(page, value)), 4)
    return found


def page_kind(page: Page) -> str:
    """The part of the table for a page: pages of text have fewer witnesses than pages with markup."""
    return "html" if page.is_html else "text"


def plain_origin(origin: str | None) -> str:
    """An origin without what was refused before it or repaired."""
    return re.sub(r"^broken ", "", (origin or "").partition(";")[0])


def cell(origin: str, agreement: Agreement | None) -> str:
    """The name of a cell of the table: `og:title, 2 agree, 0 differ`."""
    if agreement is None:
        return f"{origin}, {ANY_WITNESSES}"
    agree = f"{_MANY_AGREE} or more" if agreement.agreeing >= _MANY_AGREE else str(agreement.agreeing)
    differ = f"{_MANY_DIFFER} or more" if agreement.differing >= _MANY_DIFFER else str(agreement.differing)
    return f"{origin}, {agree} agree, {differ} differ"


def probability(cells: Mapping[str, tuple[int, int]], origin: str, agreement: Agreement) -> float:
    """The share of right values among those like this one, by the counts of one field on one kind of page."""
    right, pages = cells.get(cell(ANY_ORIGIN, None), (0, 0))
    share = (right + 1) / (pages + 2)  # Laplace's rule
    for name in (cell(ANY_ORIGIN, agreement), cell(origin, agreement)):
        right, pages = cells.get(name, (0, 0))
        share = (right + _LEAN * share) / (pages + _LEAN)
    return share


@cache
def counts() -> Counts:
    """The table, read once."""
    return tomllib.loads(TABLE.read_text(encoding="utf-8"))
