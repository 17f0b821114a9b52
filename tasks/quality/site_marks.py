"""What most pages of a site have in a run and few of its earlier pages had: a flag, or no value of a field."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from tasks.quality.metrics import MISSING
from tasks.quality.past_shares import Earlier
from tasks.storage.ids import Mask
from tasks.vocabulary import ADDRESS_LEFT_OUT, AUTHOR_LEFT_OUT, PUBLISHER_LEFT_OUT, Doubt

_MOST, _ALL_PAGES = 0.5, 0.95  # of a site's pages, that have a flag, and that lack a field
_SELDOM = 0.1  # of its earlier pages
_FIELDS = {name: column for name, column in MISSING.items() if name != "authors"}  # of which there is a flag of its own
_OF_LEFT_OUT = frozenset({AUTHOR_LEFT_OUT, ADDRESS_LEFT_OUT, PUBLISHER_LEFT_OUT})  # repairs
# about the page, not about damage that its neighbours may have too
_OF_ONE_PAGE = frozenset({"published_after_fetched", "published_before_1990", "mojibake_repaired"})
# damage to a text, which less than one real page in two hundred has: by chance, most pages of no site have it
_DAMAGE = frozenset(
    doubt.value
    for doubt in (
        *(Doubt.CODE_IN_TEXT, Doubt.MARKUP_IN_TEXT, Doubt.MARKDOWN_IN_TEXT, Doubt.TEMPLATE_IN_TEXT, Doubt.ENCODED_TEXT),
        *(Doubt.CHARACTERS_AS_CODES, Doubt.SIGNS_IN_WORDS, Doubt.WORDS_UNLIKELY, Doubt.NUMBERS_DAMAGED),
        *(Doubt.SPACES_BEFORE_MARKS, Doubt.PHRASE_REPEATED, Doubt.SCRIPTS_MIXED, Doubt.DIGITS_IN_WORDS),
        *(Doubt.LETTERS_REPEATED, Doubt.SPACES_DAMAGED, Doubt.CASE_LOST, Doubt.MARKS_LOST, Doubt.HYPHENS_LEFT),
        *(Doubt.TEXT_REPEATED, Doubt.PARAGRAPHS_CUT, Doubt.WORDS_OUT_OF_ORDER, Doubt.LETTERS_UNUSUAL),
        *(Doubt.ADS_IN_TEXT, Doubt.NUMBERS_BETWEEN, Doubt.TITLE_MISPLACED, Doubt.TEXT_ENDS_OPEN, Doubt.TITLE_DAMAGED),
    )
)


class Sites(NamedTuple):
    """The number of the site of each row, and the rows of a site."""

    of_rows: npt.NDArray[np.int64]
    rows_of: Callable[[int], npt.NDArray[np.int64]]


class SiteMarks:
    """Collects the flags and the missing fields of a run's pages."""

    def __init__(self) -> None:
        self._lacks: list[Mask] = []
        self._flagged: dict[str, list[npt.NDArray[np.int64]]] = defaultdict(list)
        self._left_out: dict[str, list[npt.NDArray[np.int64]]] = defaultdict(list)

    def add(self, table: pa.Table, start: int) -> None:
        """Add pages with flags and the columns of fields, whose rows are counted from `start`."""
        lacks = [_is_missing(table.column(column)) for column in _FIELDS.values()]
        self._lacks.append(np.array(lacks, dtype=bool).T)
        for code, rows in _rows_by_value(table.column("flags")):
            self.flag(code, rows + start)
        for name, rows in _rows_by_value(table.column("repairs")):
            if name in _OF_LEFT_OUT:
                self._left_out[name].append(rows + start)

    def flag(self, code: str, rows: npt.NDArray[np.int64]) -> None:
        """Add a flag of some rows."""
        self._flagged[code].append(rows)

    def left_out(self, sites: Sites, wanted: Collection[int], name: str) -> Iterator[npt.NDArray[np.int64]]:
        """The rows of each wanted site of which a declared value was left out, if most of its rows are such."""
        rows = self._left_out.get(name)
        if rows:
            yield from (own for _, own, _ in _split(sites, np.concatenate(rows), wanted, _MOST))

    def missing(self, sites: Sites, earlier: Earlier) -> Iterator[tuple[npt.NDArray[np.int64], str]]:
        """The rows that lack a field like nearly all of their site, each once, and what shows it."""
        lacks = np.concatenate(self._lacks) if self._lacks else np.zeros((0, len(_FIELDS)), dtype=bool)
        is_known = np.zeros(len(sites.of_rows), dtype=bool)
        for number, name in enumerate(_FIELDS):
            for site, own, _ in _split(sites, np.flatnonzero(lacks[:, number]), earlier, _ALL_PAGES):
                share = earlier[site].get(f"{name}_missing_share")
                if share is not None and share <= _SELDOM:
                    yield own[~is_known[own]], f"no {name} on {len(own)} pages; before, on {share:.0%}"
                    is_known[own] = True

    def unflagged(
        self, sites: Sites, earlier: Earlier, first_seen: Collection[int]
    ) -> Iterator[tuple[npt.NDArray[np.int64], str]]:
        """The rows without a flag that most pages of their site have, each once, and what shows it.

        Sites that are `first_seen` have enough pages, but no earlier ones: of them, only damage to texts counts.
        """
        nothing: Earlier = {site: {} for site in first_seen}
        is_known = np.zeros(len(sites.of_rows), dtype=bool)
        for code in sorted(self._flagged.keys() - _OF_ONE_PAGE):
            rows = np.unique(np.concatenate(self._flagged[code]))
            wanted = {**nothing, **earlier} if code in _DAMAGE else earlier
            for site, own, rest in _split(sites, rows, wanted, _MOST):
                if wanted[site].get(f"flag_{code}_share", 0.0) <= _SELDOM:
                    yield rest[~is_known[rest]], f"{len(own)} of {len(own) + len(rest)} pages of the site have {code}"
                    is_known[rest] = True


def _rows_by_value(column: pa.ChunkedArray) -> Iterator[tuple[str, npt.NDArray[np.int64]]]:
    """Each value of a column of lists, with the numbers of the rows that have it."""
    lists = column.combine_chunks()
    rows, values = pc.list_parent_indices(lists).to_numpy(), pc.list_flatten(lists)
    for value in pc.unique(values).to_pylist():
        yield value, rows[pc.equal(values, value).to_numpy(zero_copy_only=False)]


def _is_missing(column: pa.ChunkedArray) -> Sequence[bool]:
    if pa.types.is_list(column.type):
        column = pc.equal(pc.fill_null(pc.list_value_length(column), 0), 0)
    else:
        column = pc.is_null(column)
    missing: Sequence[bool] = column.to_pylist()
    return missing


def _split(
    sites: Sites, rows: npt.NDArray[np.int64], wanted: Collection[int], least: float
) -> Iterator[tuple[int, npt.NDArray[np.int64], npt.NDArray[np.int64]]]:
    """The wanted sites of whose pages at least such a share are among the rows, with these pages and the others."""
    is_marked = np.zeros(len(sites.of_rows), dtype=bool)
    is_marked[rows] = True
    pages, counts = np.bincount(sites.of_rows), np.bincount(sites.of_rows[rows])
    pages = pages[: len(counts)]  # the sites behind have no marked row
    for site in np.flatnonzero((counts > 0) & (counts >= least * pages)).tolist():
        if site in wanted:
            own = sites.rows_of(site)
            yield site, own[is_marked[own]], own[~is_marked[own]]
