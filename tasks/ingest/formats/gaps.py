"""What is said of a damaged part of a file behind which the reading goes on."""

from collections.abc import Generator

from tasks.ingest.bounded_streams import BoundedStream, FlawError
from tasks.ingest.record import Record

_HEAD_BYTES = 1 << 12


def to_first_sound(source: BoundedStream) -> Generator[Record, None, bool]:
    """The records of damaged members with which a file begins; returns whether there are any.

    Raises:
        FlawError: no member is sound.
    """
    is_damaged = False
    while True:
        try:
            source.peek(_HEAD_BYTES)
        except FlawError as error:
            position = source.resume()
            if position is None:
                raise
            yield damaged(error, "0", position)
            is_damaged = True
        else:
            return is_damaged


def damaged(error: FlawError, key: str, position: int) -> Record:
    """The record of a damaged member of a compressed file; `key` names the last row before it."""
    detail = f"{error.detail}, after row {key}; the reading goes on at byte {position:,} of the file"
    return Record(None, f"after {key}, to byte {position}", flaw=error.flaw, detail=detail)
