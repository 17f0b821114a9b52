"""A file to read, or a part of one, and many of them in little memory; what one worker reads at a time."""

import pickle
import zlib
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from tasks.ingest.bounded_streams import CHUNK_BYTES
from tasks.ingest.formats import BY_NAME, PAGE
from tasks.storage import object_stores
from tasks.vocabulary import Flaw

_PACKED_REFS = 1_000


@dataclass(frozen=True, slots=True)
class FileRef:
    """One file with a page or many; all that a worker needs to read it."""

    source_uri: str
    path: str
    byte_count: int
    mtime_ns: int
    format: str = PAGE.name
    codec: str | None = None
    url: str | None = None
    fetched_at_us: int | None = None  # microseconds since 1970, UTC
    flaw: Flaw | None = None  # why it must not be opened
    detail: str = ""
    is_link: bool = False
    # of a part of a file: its records begin at or after the first byte and before the second (None: the end of the
    # file)
    span: tuple[int, int | None] | None = None
    lines_before: int = 0  # as in `formats.Opened`

    @property
    def size(self) -> int:
        """Bytes to read."""
        return self.byte_count if self.span is None else (self.span[1] or self.byte_count) - self.span[0]

    def parts(self, part_bytes: int) -> Iterator["FileRef"]:
        """The file in parts that several workers can read, if its format allows; a record is in the part it begins in.

        The last part has no end, whatever size the file declares.
        """
        kind = BY_NAME[self.format]
        # http is fetched whole, and counting the lines of a remote file would fetch it once more
        is_whole = (
            object_stores.is_remote(self.path) if kind.is_numbered else self.path.startswith(("http://", "https://"))
        )
        if is_whole or self.codec not in kind.splittable or self.byte_count <= part_bytes:
            yield self
            return
        starts = range(0, self.byte_count, part_bytes)
        try:
            lines = _line_ends(self.path, [start - 1 for start in starts]) if kind.is_numbered else [0] * len(starts)
        except OSError:  # which the reader will report
            yield self
            return
        for start, before in zip(starts, lines, strict=True):
            end = start + part_bytes
            yield replace(self, span=(start, end if end < self.byte_count else None), lines_before=before)

    @property
    def is_container(self) -> bool:
        """Whether it may hold more than one page."""
        return BY_NAME[self.format].is_container


def _line_ends(path: str, offsets: Iterable[int]) -> list[int]:
    """The number of line ends before each of some ascending offsets of a file. Takes a second for three gigabytes."""
    counts, count = [], 0
    with Path(path).open("rb") as stream:
        for offset in offsets:
            while (left := offset - stream.tell()) > 0 and (chunk := stream.read(min(left, CHUNK_BYTES))):
                count += chunk.count(b"\n")
            counts.append(count)
    return counts


class FileRefs(Collection[FileRef]):
    """Many files in order, compressed to some 20 bytes each instead of 280, so that ten million fit into memory."""

    def __init__(self, refs: Iterable[FileRef] = ()) -> None:
        self._packed: list[bytes] = []
        self._count = 0
        self.size = 0  # bytes to read, of all files
        self.extend(refs)

    def extend(self, refs: Iterable[FileRef]) -> None:
        """Add files at the end."""
        more = iter(refs)
        while part := list(islice(more, _PACKED_REFS)):
            self._packed.append(zlib.compress(pickle.dumps(part, pickle.HIGHEST_PROTOCOL), 1))
            self._count += len(part)
            self.size += sum(ref.size for ref in part)

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[FileRef]:
        for packed in self._packed:
            yield from pickle.loads(zlib.decompress(packed))  # noqa: S301 - what was packed here

    def __contains__(self, ref: object) -> bool:
        return any(other == ref for other in self)


def split_into_batches(
    refs: Iterable[FileRef], *, max_pages: int, max_bytes: int, part_bytes: int
) -> Iterator[list[FileRef]]:
    """The files in batches: a file with many pages alone or in parts, single pages up to `max_pages` and `max_bytes`.

    A page larger than `max_bytes` is a batch by itself.
    """
    batch: list[FileRef] = []
    size = 0
    for ref in refs:
        if batch and (ref.is_container or len(batch) >= max_pages or size + ref.byte_count > max_bytes):
            yield batch
            batch, size = [], 0
        if ref.is_container:
            yield from ([part] for part in ref.parts(part_bytes))
            continue
        batch.append(ref)
        size += ref.byte_count
    if batch:
        yield batch
