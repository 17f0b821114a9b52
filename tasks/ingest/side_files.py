"""Files of many pages that hold none: a manifest or a list of addresses beside the pages is one finding."""

from collections import Counter
from collections.abc import Callable, Generator, Iterator

from tasks.ingest.formats import Skipped
from tasks.ingest.record import Record
from tasks.ingest.sniff import find_problem
from tasks.vocabulary import Flaw

KEY = "all"  # names the finding within its file
# before the first page; with more, the file is read from its start again
_HELD_RECORDS, _HELD_BYTES = 1_000, 16 << 20
_SHOWN_KINDS = 3
# one such record says that the file is of another kind; any other flaw is worth its own name
_SIDE_FLAWS = (Flaw.NO_CONTENT, Flaw.BROKEN_RECORD, Flaw.NO_PAGES)

_NOTHING = Skipped("files of many pages with nothing in them")

Found = Record | Skipped


def as_one_finding(
    read: Callable[[], Generator[Found, None, None]], byte_count: int, span: tuple[int, int | None] | None
) -> Iterator[Found]:
    """The records of a file of many pages, or of the part `span` of it; if none of them is a page, one record.

    `read` starts to read the file; it is called twice if its first page stands behind very many other records.
    """
    flawed: list[Record] = []
    flaws: Counter[Flaw] = Counter()
    skipped: Counter[Skipped] = Counter()
    held_bytes, first_detail = 0, ""
    records = read()
    for record in records:
        if isinstance(record, Skipped):
            skipped[record] += 1
            continue
        flaw, detail = _flaw_of(record)
        if flaw is None:
            if len(flawed) < flaws.total():
                records.close()  # it measures the time
                yield from read()
                return
            yield from flawed
            yield from skipped.elements()
            yield record
            yield from records
            return
        if not flaws:
            first_detail = detail
        flaws[flaw] += 1
        if len(flawed) < _HELD_RECORDS and held_bytes < _HELD_BYTES:
            flawed.append(record)
            held_bytes += len(record.raw or b"")
    yield from skipped.elements()
    if flaws.total() == 1 and flaws.keys().isdisjoint(_SIDE_FLAWS):
        yield from flawed
    elif flawed or (skipped and span is None):
        detail = _detail(first_detail, flaws, skipped)
        key = f"{KEY} from byte {span[0]}" if span else KEY
        yield Record(None, key, flaw=Flaw.NO_PAGES, detail=detail, byte_count=byte_count)
    elif span is None:
        yield _NOTHING


def _flaw_of(record: Record) -> tuple[Flaw | None, str]:
    """Why a record is not a page, as its reader or its bytes tell, with a sentence; None if it is one."""
    if record.flaw is not None or record.raw is None:
        return record.flaw, record.detail
    return find_problem(record.raw) or (None, "")


def _detail(first_detail: str, flaws: Counter[Flaw], skipped: Counter[Skipped]) -> str:
    """What the file holds instead of pages."""
    if not flaws:
        kinds = [f"{count:,} {what.kind}" for what, count in skipped.most_common(_SHOWN_KINDS)]
        return f"contains only {', '.join(kinds)}"[:300]
    if flaws.total() == 1:
        return first_detail
    others = (
        "" if len(flaws) == 1 else f" ({', '.join(f'{count:,} {flaw.value}' for flaw, count in flaws.most_common())})"
    )
    return f"none of {flaws.total():,} records is a page{others}; the first: {first_detail}"[:300]
