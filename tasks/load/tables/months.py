"""New articles gathered by their month of publication, in files of some twenty thousand, however many months a run spans."""

from collections import defaultdict
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa

from tasks import schema
from tasks.storage.spool import Spool

UNKNOWN_MONTH = "unknown"  # the named place of articles without a date
_FILE_ROWS = 20_000  # a month that has so many waiting is written: about 100 MB of articles
_HELD_BYTES = 64 << 20  # of all months together; beyond it they wait on disk
_ORDER = [("published_date", "ascending"), ("publisher", "ascending"), ("article_id", "ascending")]


def month_place(day: date | None) -> str:
    """The partition of an article by its day of publication: `published_month=2023-06`."""
    # year 1 is `0001` on every system
    return f"published_month={day.year:04d}-{day.month:02d}" if day else f"published_month={UNKNOWN_MONTH}"


class Months:
    """Takes articles in any order and hands them on month by month, sorted: `write(place, part number, rows)`."""

    def __init__(self, folder: Path, write: Callable[[str, int, pa.Table], None]) -> None:
        self._spool, self._write = Spool(folder, schema.ARTICLES, _HELD_BYTES, _months), write
        self._parts: dict[str, int] = defaultdict(int)

    def add(self, articles: pa.Table) -> None:
        """Take the articles (`schema.ARTICLES`) of one batch."""
        for month in self._spool.add(articles):
            if self._spool.waiting[month] >= _FILE_ROWS:
                self._finish(month, self._spool.take(month))

    def close(self) -> None:
        """Write what is left."""
        for month, articles in self._spool.close():
            self._finish(month, articles)

    def _finish(self, month: str, articles: pa.Table) -> None:
        self._parts[month] += 1
        self._write(month, self._parts[month], articles.sort_by(_ORDER))


def _months(articles: pa.Table) -> list[str]:
    return [month_place(day) for day in articles.column("published_date").to_pylist()]
