"""Pages taken out of the WARC files that fetched pages were kept in: members of a gzip file, each a record, are left out."""

import hashlib
import mmap
import zlib
from collections.abc import Collection, Iterator
from pathlib import Path

from tasks.storage.atomic import put_in_place

_CHUNK_BYTES = 1 << 20


def take_out_pages(folder: Path, page_digests: Collection[str]) -> int:
    """Write the folder's WARC files anew without the responses of these pages (SHA-256 of their bytes). Returns how many go."""
    count = 0
    for path in sorted(folder.glob("*.warc.gz")):
        gone = [(start, end) for start, end, page in _responses(path) if page in page_digests]
        if gone:
            count += len(gone)
            aside = path.with_name(f".{path.name}.tmp")
            with path.open("rb") as source, aside.open("wb") as target:
                at = 0
                for start, end in [*gone, (path.stat().st_size, 0)]:
                    source.seek(at)
                    while (left := start - source.tell()) > 0:
                        target.write(source.read(min(left, _CHUNK_BYTES)))
                    at = end
            put_in_place(aside, path)
    return count


def count_pages(folder: Path, page_digests: Collection[str]) -> int:
    """How many responses of these pages are in the folder's WARC files."""
    return sum(page in page_digests for path in folder.glob("*.warc.gz") for _, _, page in _responses(path))


def _responses(path: Path) -> Iterator[tuple[int, int, str]]:
    """Where each record of a file starts and ends, and the SHA-256 of the page in it."""
    with path.open("rb") as handle, mmap.mmap(handle.fileno(), 0, access=mmap.ACCESS_READ) as data:
        start = 0
        while start < len(data):
            engine, parts, at = zlib.decompressobj(wbits=31), [], start
            while not engine.eof and at < len(data):
                chunk = data[at : at + _CHUNK_BYTES]
                parts.append(engine.decompress(chunk))
                at += len(chunk)
            end = at - len(engine.unused_data)
            # record headers, HTTP headers, page; a record ends with two line ends
            page = b"".join(parts).removesuffix(b"\r\n\r\n").split(b"\r\n\r\n", 2)[-1]
            yield start, end, hashlib.sha256(page).hexdigest()
            start = end
