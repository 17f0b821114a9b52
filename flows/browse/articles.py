"""The list of articles: a page of rows, searched and sorted.

Filters and titles are searched over all articles at once: DuckDB reads only the columns it needs, some 0.1 s for a
million rows. Texts are a thousand times larger. They are searched some files at a time from the newest month on, only
until a page of results is full or the time is over; the next page goes on with the file after.
"""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from flows.browse.filters import PAGES_MAX, ROWS_OF_A_PAGE, SORTS, ArticleFilter, FilterError
from flows.browse.search_words import pattern_of, words_of
from flows.browse.snapshot import CHANGED, QUERY_SECONDS, ChangedError, Row, Snapshot, TooSlowError
from tasks.load.tables.months import month_partition

COLUMNS = "article_id, title, publisher, published_date, language, kind, confidence, flags, word_count"
TEXT_SECONDS = 5.0  # how long texts are searched for one page of results
# of the files that one query searches: each query costs some 0.05 s, however small its files are
_SEARCHED_BYTES, _SEARCHED_FILES = 8 << 20, 500
_EXCERPT_CHARS = 90  # on each side of what was found


@dataclass(frozen=True)
class Found:
    """A page of articles."""

    rows: list[Row]
    total: int | None = None  # None: not counted, because texts are searched only until the page is full
    next_query: str = ""  # of the address of the next page; empty on the last one
    previous_query: str = ""
    searched: str = ""  # the month that a search of texts has come to, if it is not through
    excerpts: dict[str, tuple[str, str, str]] = field(default_factory=dict)  # article_id -> before, found, after


def find_articles(snapshot: Snapshot, wanted: ArticleFilter) -> Found:
    """A page of the articles that the filters let through."""
    if wanted.is_text_search:
        return _search_texts(snapshot, wanted)
    condition, values = wanted.conditions()
    counted = snapshot.row(f"select count(*) as total from articles where {condition}", *values)
    total = counted["total"] if counted else 0
    sql = f"select {COLUMNS} from articles where {condition} order by {SORTS[wanted.sort][1]} limit ? offset ?"
    rows = snapshot.rows(sql, *values, ROWS_OF_A_PAGE, (wanted.page - 1) * ROWS_OF_A_PAGE)
    has_next = wanted.page * ROWS_OF_A_PAGE < total and wanted.page < PAGES_MAX
    return Found(
        rows,
        total,
        wanted.query(page=wanted.page + 1) if has_next else "",
        wanted.query(page=wanted.page - 1) if wanted.page > 1 else "",
    )


def _search_texts(snapshot: Snapshot, wanted: ArticleFilter) -> Found:
    """Search titles and texts from the newest month on until a page is full, all is read or the time is over."""
    condition, values = wanted.conditions()
    files = [path for path in snapshot.article_files if may_have(path, wanted)]
    names = [name_of(path) for path in files]
    start, skipped = _resume(wanted.after, names)
    rows: list[Row] = []
    deadline = time.monotonic() + TEXT_SECONDS
    after, searched = "", ""
    for number, end in _stretches(files, start):
        left = deadline - time.monotonic()
        if left <= 0 and number > start:  # at least one file is searched, or the next page would be this one
            after, searched = f"{names[number]}:0", month_of(files[number])
            break
        needed = ROWS_OF_A_PAGE - len(rows)
        try:
            searched_files = [str(path) for path in files[number:end]]
            found = snapshot.rows(
                f"select {COLUMNS}, text from articles where filename in ({', '.join('?' * len(searched_files))}) "
                f"and {condition} order by {SORTS['newest'][1]} limit ? offset ?",
                *searched_files,
                *values,
                needed + 1,
                skipped,
                seconds=QUERY_SECONDS if number == start else max(left, 0.1),
            )
        except TooSlowError:
            if number == start:
                raise
            after, searched = f"{names[number]}:0", month_of(files[number])
            break
        rows += found[:needed]
        if len(found) > needed:
            after = f"{names[number]}:{skipped + needed}"
            break
        skipped = 0
    excerpts = {row["article_id"]: _excerpt(row.pop("text"), words_of(wanted.q)) for row in rows}
    return Found(rows, None, wanted.query(after=after) if after else "", "", searched, excerpts)


def _stretches(files: list[Path], start: int) -> Iterator[tuple[int, int]]:
    """The files from `start` on in stretches that one query searches: the number of the first, and that after the last.

    A stretch depends on nothing but its first file, so a search that goes on there has the same rows in the same order.
    """
    try:
        sizes = [path.stat().st_size for path in files]
    except FileNotFoundError as error:
        raise ChangedError(CHANGED) from error
    while start < len(files):
        end, size = start + 1, sizes[start]
        while end < min(len(files), start + _SEARCHED_FILES) and size + sizes[end] <= _SEARCHED_BYTES:
            size += sizes[end]
            end += 1
        yield start, end
        start = end


def name_of(path: Path) -> str:
    """A file of the articles in an address: its month and its name."""
    return f"{path.parent.name}/{path.name}"


def month_of(path: Path) -> str:
    """The month of publication of a file's articles."""
    return path.parent.name.removeprefix("published_month=")


def may_have(path: Path, wanted: ArticleFilter) -> bool:
    """Whether a file's month has days that the filters let through."""
    month, limits = path.parent.name, (wanted.first_day, wanted.last_day)
    if not any(limits):
        return True
    first, last = (month_partition(day) if day else month for day in limits)
    return month != month_partition(None) and first <= month <= last


def _resume(after: str, names: list[str]) -> tuple[int, int]:
    """The number of the file with which a search goes on, and how many of its results were shown.

    The name is looked up among the files of the dataset, and never used as a path.
    """
    if not after:
        return 0, 0
    name, _, shown = after.rpartition(":")
    if name not in names or not (shown.isascii() and shown.isdigit()):
        raise FilterError("The dataset has changed since this search was started. Search again.")
    return names.index(name), int(shown)


def _excerpt(text: str, words: list[str]) -> tuple[str, str, str]:
    """What stands before, at and after the first word found in a text; its beginning if the title has the words."""
    found = [match for word in words if (match := re.search(pattern_of(word), text, re.IGNORECASE))]
    if not found:
        return "", "", text[: 2 * _EXCERPT_CHARS]
    at, end = min(match.span() for match in found)
    before = ("…" if at > _EXCERPT_CHARS else "") + text[max(0, at - _EXCERPT_CHARS) : at]
    after = text[end : end + _EXCERPT_CHARS] + ("…" if end + _EXCERPT_CHARS < len(text) else "")
    return before, text[at:end], after
