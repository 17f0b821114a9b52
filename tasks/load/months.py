"""New articles gathered by their month of publication, in files of some twenty thousand, however many months a run spans."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tasks import schema
from tasks.spool import Spool

UNKNOWN_MONTH = "unknown"  # the named place of articles without a date
_FILE_ROWS = 20_000  # a month that has so many waiting is written: about 100 MB of articles
_HELD_BYTES = 64 << 20  # of all months together; beyond it they wait on disk
_ORDER = [("published_date", "ascending"), ("publisher", "ascending"), ("article_id", "ascending")]


def month_place(day: date | None) -> str:
    """The partition of an article by its day of publication: `published_month=2023-06`."""
    # year 1 is `0001` on every system
    return f"published_month={day.year:04d}-{day.month:02d}" if day else f"published_month={UNKNOWN_MONTH}"


class Months:
    """Takes articles in any order and hands them on month by month, sorted: `write(place, part number, rows)`.

    Batches are held as they came and cut by month only when they are many: a table of a few rows of each of a hundred months
    takes ten times the memory of its content.
    """

    def __init__(self, folder: Path, write: Callable[[str, int, pa.Table], None]) -> None:
        self._spool, self._write = Spool(folder, schema.ARTICLES, held_bytes=0), write
        self._held: list[pa.Table] = []
        self._held_bytes = 0
        self._parts: dict[str, int] = defaultdict(int)

    def add(self, articles: pa.Table) -> None:
        """Take the articles (`schema.ARTICLES`) of one batch."""
        self._held.append(articles)
        self._held_bytes += articles.nbytes
        if self._held_bytes > _HELD_BYTES:
            for month, rows in self._let_go():
                self._spool.add(month, rows)
                if self._spool.rows[month] >= _FILE_ROWS:
                    self._finish(month, self._spool.take(month))

    def close(self) -> None:
        """Write what is left."""
        rest = dict(self._let_go())
        for month in sorted({*self._spool.rows, *rest}):
            waiting = self._spool.take(month)
            self._finish(month, pa.concat_tables([waiting, rest[month]]) if month in rest else waiting)

    def _finish(self, month: str, articles: pa.Table) -> None:
        self._parts[month] += 1
        self._write(month, self._parts[month], articles.sort_by(_ORDER))

    def _let_go(self) -> Iterator[tuple[str, pa.Table]]:
        """What is held, month by month."""
        articles = pa.concat_tables([schema.ARTICLES.empty_table(), *self._held])
        self._held, self._held_bytes = [], 0
        days = articles.column("published_date")
        number = pc.add(pc.multiply(pc.cast(pc.year(days), pa.int32()), 12), pc.cast(pc.month(days), pa.int32()))
        months = pc.fill_null(number, -1).to_numpy()
        order = np.argsort(months, kind="stable")
        articles, months = articles.take(order), months[order]
        starts = np.flatnonzero(np.append(True, months[1:] != months[:-1])[: len(months)])
        for start, count in zip(starts.tolist(), np.diff([*starts, len(months)]).tolist(), strict=True):
            rows = articles.slice(start, count)
            yield month_place(rows.column("published_date")[0].as_py()), rows
