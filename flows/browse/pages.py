"""All pages that were ever received, with what became of each: why is this page missing?

The ledger is searched for a part of an address or a path: some 0.1 s for a million pages.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlencode

from flows.browse.filters import QUERY_CHARS_MAX, ROWS_OF_A_PAGE, FilterError
from flows.browse.site_names import IS_OF_SITE
from flows.browse.snapshot import Row, Snapshot

# outcome in the ledger -> what a choice says
OUTCOMES = {
    "article": "became an article or a version of one",
    "duplicate": "repeats an article",
    "quarantined": "is in quarantine",
    "forgotten": "was removed on request",
}
_START = re.compile(r"^(https?://)?(www\.)?", re.IGNORECASE)
_AS_TYPED = "/:?&=%#@+,;!$'()*~[]|"  # what addresses have besides letters, and stays as it is


@dataclass(frozen=True)
class PageFilter:
    """The filters of the list of pages; an empty string filters nothing."""

    q: str = ""  # an id, or a part of an address or a path
    outcome: str = ""
    site: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "PageFilter":
        """The filters of an address.

        Raises:
            FilterError: a value is of the wrong kind.
        """
        given = cls(*(query.get(name, "").strip() for name in ("q", "outcome", "site")))
        if given.outcome and given.outcome not in OUTCOMES:
            raise FilterError(f"outcome: unknown value {given.outcome[:20]!r}")
        if max(len(given.q), len(given.site)) > 10 * QUERY_CHARS_MAX:
            raise FilterError(f"an address or a site is longer than {10 * QUERY_CHARS_MAX:,} characters")
        return given

    def conditions(self) -> tuple[str, list[object]]:
        """The filters as an SQL condition with its parameters."""
        parts: list[str] = ["true"]
        values: list[object] = []
        if self.outcome:
            parts.append("outcome = ?")
            values.append(self.outcome)
        if self.site:
            parts.append(IS_OF_SITE)
            values += [self.site.lower()] * IS_OF_SITE.count("?")
        if self.q:
            spellings = spellings_of(self.q)
            has_part = " or ".join(["contains(lower({column}), ?)"] * len(spellings))
            received = has_part.format(column="concat_ws(' ', url, source_uri)")
            declared = has_part.format(column="canonical_url")
            # a run may have been started in the folder of the pages: then its path is the end of the one that is asked
            parts.append(
                f"doc_id = ? or article_id = ? or ends_with(?, '/' || source_uri) or {received} or doc_id in "
                f"(select doc_id from articles where {declared} union all select doc_id from versions where {declared})"
            )
            values += [self.q, self.q, self.q, *spellings * 3]
        return " and ".join(f"({part})" for part in parts), values

    def query(self) -> str:
        """The query of the address of this view; what filters nothing is left out."""
        return urlencode({name: value for name, value in vars(self).items() if value})


def spellings_of(address: str) -> list[str]:
    """How the ledger may have an address: in letters or in percent codes; without scheme, `www.` and fragment."""
    given = unicodedata.normalize("NFC", address)
    if "://" in given:  # in a path, what follows `#` is a record of an archive
        given = given.split("#", 1)[0]
    plain = (_START.sub("", given).rstrip("/") or given).lower()
    return list(dict.fromkeys((plain, quote(plain, safe=_AS_TYPED).lower(), unquote(plain))))


def list_pages(snapshot: Snapshot, wanted: PageFilter, page: int) -> tuple[list[Row], int]:
    """A page of the pages that the filters let through, the newest run first, and how many there are.

    A row has the reason and the detail of a quarantined page, and whether the article of a page is now another text.
    """
    condition, values = wanted.conditions()
    rows = snapshot.rows(
        "select doc_id, article_id, source_uri, url, outcome, reason, run_id, fetched_at from ledger "
        f"where {condition} order by run_id desc, source_uri, doc_id limit ? offset ?",
        *values,
        ROWS_OF_A_PAGE,
        (page - 1) * ROWS_OF_A_PAGE,
    )
    total = len(rows)
    if page > 1 or total == ROWS_OF_A_PAGE:
        total = snapshot.rows(f"select count(*) as total from ledger where {condition}", *values)[0]["total"]
    ids = [row["doc_id"] for row in rows]
    titles = _by_id(snapshot, "select doc_id, title from articles where list_contains(?::varchar[], doc_id)", ids)
    details = _by_id(snapshot, "select doc_id, detail from quarantine where list_contains(?::varchar[], doc_id)", ids)
    for row in rows:
        row["is_current"] = row["doc_id"] in titles
        row["title"] = titles.get(row["doc_id"], {}).get("title")
        row["detail"] = details.get(row["doc_id"], {}).get("detail")
    return rows, total


def _by_id(snapshot: Snapshot, sql: str, ids: list[str]) -> dict[str, Row]:
    return {row["doc_id"]: row for row in snapshot.rows(sql, ids)}
