"""New articles grouped by their month of publication, in files of some twenty thousand."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa

from tasks import schema
from tasks.storage.spool import Spool

UNKNOWN_MONTH = "unknown"  # the partition of articles without a date
_FILE_ROWS = 20_000  # a month with this many rows on disk is written: about 100 MB of articles
_BUFFER_BYTES = 64 << 20  # of all months together; more is spilled to disk
_ORDER = [("published_date", "ascending"), ("publisher", "ascending"), ("article_id", "ascending")]


def month_partition(day: date | None) -> str:
    """The partition of an article by its day of publication: `published_month=2023-06`."""
    # year 1 is `0001` on every system
    return f"published_month={day.year:04d}-{day.month:02d}" if day else f"published_month={UNKNOWN_MONTH}"


class Months:
    """Takes articles in any order and writes them month by month, sorted: `write(partition, part number, rows)`."""

    def __init__(self, folder: Path, write: Callable[[str, int, pa.Table], None]) -> None:
        self._spool, self._write = Spool(folder, schema.ARTICLES, _BUFFER_BYTES, _partitions), write
        self._parts: dict[str, int] = defaultdict(int)

    def add(self, articles: pa.Table) -> None:
        """Add the articles (`schema.ARTICLES`) of one batch."""
        for month in self._spool.add(articles):
            if self._spool.rows_on_disk[month] >= _FILE_ROWS:
                self._write_month(month, self._spool.take(month))

    def close(self) -> None:
        """Write the rest."""
        for month, articles in self._spool.close():
            self._write_month(month, articles)

    def _write_month(self, month: str, articles: pa.Table) -> None:
        self._parts[month] += 1
        self._write(month, self._parts[month], articles.sort_by(_ORDER))


def _partitions(articles: pa.Table) -> list[str]:
    return [month_partition(day) for day in articles.column("published_date").to_pylist()]
