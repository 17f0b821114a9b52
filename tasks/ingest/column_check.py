"""Whether the tables of a run have the columns that the user names, asked before the run begins."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import suppress
from itertools import islice

from tasks.ingest.fetch.fetching import is_web
from tasks.ingest.file_refs import FileRef
from tasks.ingest.formats import BY_NAME, ColumnsFound, Options
from tasks.ingest.listing import SourceError, files_of
from tasks.ingest.reading_time import within
from tasks.ingest.selection import EVERYTHING, Selection
from tasks.ingest.worker import opened_as
from tasks.storage.addresses import as_given, shown
from tasks.storage.object_stores import open_file

_TABLES = ("json", "parquet", "orc", "arrow", "csv", "sqlite")
# what is looked at of each source: a check of some seconds, however much there is
_LISTED_FILES, _TABLE_FILES, _FIRST_ROWS = 20_000, 5, 1_000
_CPU_SECONDS = 5.0  # for one file
_MAX_PAGE_BYTES = 20 << 20  # a larger page does not show its columns


def check_columns(sources: list[str], columns: Mapping[str, str], selection: Selection = EVERYTHING) -> None:
    """Refuse names of columns that none of the first rows of any table has; a source without tables is not asked.

    Raises:
        SourceError: a column is in none of them; the message lists the columns that there are.
    """
    missing: dict[str, tuple[str, str]] = {}  # by field: a source and its columns
    matched: set[str] = set()
    for source in as_given(sources) if columns else []:
        if is_web(source):
            continue
        found = _columns_of(source, columns, selection)
        matched |= found.matched
        if found.names:  # else no row could be read, and the run says why
            names = ", ".join(list(found.names)[:20])
            missing |= {field: (source, names) for field in columns if field not in missing}
    for field, (source, names) in missing.items():
        if field not in matched:
            raise SourceError(
                f"--map {field}={columns[field]}: {shown(source)} has no such column; its columns are: {names}"
            )


def _columns_of(source: str, columns: Mapping[str, str], selection: Selection) -> ColumnsFound:
    """The columns of a source's first tables."""
    found = ColumnsFound()
    options = Options(_MAX_PAGE_BYTES, columns, found)
    for ref in _tables(source, selection):
        with suppress(OSError), open_file(ref.path) as stream:  # the run says which file cannot be opened
            records = BY_NAME[ref.format].read(opened_as(stream, ref), options)
            for _ in islice(within(records, _CPU_SECONDS), _FIRST_ROWS):
                if found.matched.issuperset(columns):
                    return found
    return found


def _tables(source: str, selection: Selection) -> Iterator[FileRef]:
    listed = islice(files_of(source, Counter(), selection), _LISTED_FILES)
    return islice((ref for ref in listed if ref.format in _TABLES and ref.flaw is None), _TABLE_FILES)
