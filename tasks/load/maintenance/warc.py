"""Pages deleted from the WARC files of fetched pages: files of gzip members, one per record."""

import hashlib
import mmap
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path

from tasks.storage.atomic import replaced_file

_CHUNK_BYTES = 1 << 20
_GZIP = b"\x1f\x8b"  # the first bytes of such a file


def delete_pages(folder: Path, page_digests: Collection[str]) -> int:
    """Rewrite the folder's WARC files without the responses with these pages (SHA-256 of their bytes).

    Returns the number of responses deleted.
    """
    count = 0
    for path in sorted(folder.glob("*.warc.gz")):
        deleted = [(start, end) for start, end, page in _responses(path) if page in page_digests]
        if deleted:
            count += len(deleted)
            with replaced_file(path) as temporary:
                _copy_without(path, deleted, temporary)
    return count


def _copy_without(path: Path, spans: list[tuple[int, int]], target: Path) -> None:
    """Copy a file without some spans of bytes, which ascend."""
    with path.open("rb") as source, target.open("wb") as copy:
        position = 0
        for start, end in [*spans, (path.stat().st_size, 0)]:
            source.seek(position)
            while (left := start - source.tell()) > 0:
                copy.write(source.read(min(left, _CHUNK_BYTES)))
            position = end


def count_pages(folder: Path, page_digests: Collection[str]) -> int:
    """The number of responses with these pages in the folder's WARC files."""
    return sum(page in page_digests for path in folder.glob("*.warc.gz") for _, _, page in _responses(path))


def _responses(path: Path) -> Iterator[tuple[int, int, str]]:
    """Where each record of a file starts and ends, and the SHA-256 of the page in it.

    A file that is not gzip is of somebody else, and has none.
    """
    with path.open("rb") as handle:
        if handle.read(2) != _GZIP:
            return
    with path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
        start = 0
        while start < len(data):
            engine, parts, position = zlib.decompressobj(wbits=31), [], start
            while not engine.eof and position < len(data):
                chunk = data[position : position + _CHUNK_BYTES]
                parts.append(engine.decompress(chunk))
                position += len(chunk)
            end = position - len(engine.unused_data)
            # record headers, HTTP headers, page; a record ends with two line ends
            page = b"".join(parts).removesuffix(b"\r\n\r\n").split(b"\r\n\r\n", 2)[-1]
            yield start, end, hashlib.sha256(page).hexdigest()
            start = end
