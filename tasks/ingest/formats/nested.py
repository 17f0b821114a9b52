"""Files of many pages within an archive: a CSV file in a zip file, WARC files in a tar file.

Readers move about in their file, so a member is unpacked to disk first. An archive deeper within is not opened.
"""

import tempfile
from collections.abc import Generator, Iterator
from dataclasses import replace
from typing import IO, cast

from tasks.ingest.bounded_streams import CHUNK_BYTES
from tasks.ingest.formats import Format, Opened, Options, Skipped
from tasks.ingest.record import Record
from tasks.ingest.side_files import as_one_finding
from tasks.ingest.unpacking import MAGIC_BYTES, codec_of
from tasks.vocabulary import Flaw

_MAX_BYTES = 4 << 30  # of a member on the disk of temporary files; the largest WARC files have one gigabyte
_MEMORY_BYTES = 8 << 20  # a smaller member does not touch the disk
_ADVICE = "unpack it and use it as a source"
UNPACKED_FORMATS = ("zip", "wacz", "parquet", "arrow", "orc", "sqlite")  # compressed inside, if at all


def read_nested(stream: IO[bytes], kind: Format, name: str, key: str, options: Options) -> Iterator[Record | Skipped]:
    """The pages of a file in an archive, each named by the file and its own name there."""
    if options.is_in_archive:
        detail = f"a {kind.name} file in an archive in an archive; {_ADVICE}"
        yield Record(None, key, flaw=Flaw.NESTED_ARCHIVE, detail=detail)
        return
    with tempfile.SpooledTemporaryFile(max_size=_MEMORY_BYTES) as spooled:
        file = cast("IO[bytes]", spooled)
        size = 0
        while data := stream.read(CHUNK_BYTES):
            size += len(data)
            if size > _MAX_BYTES:
                detail = f"a {kind.name} file of more than {_MAX_BYTES:,} bytes in an archive; {_ADVICE}"
                yield Record(None, key, flaw=Flaw.NESTED_ARCHIVE, detail=detail)
                return
            file.write(data)
        file.seek(0)
        codec = None if kind.name in UNPACKED_FORMATS else codec_of(file.read(MAGIC_BYTES))
        inner = replace(options, is_in_archive=True)

        def read() -> Generator[Record | Skipped, None, None]:
            file.seek(0)
            yield from kind.read(Opened(file, name, codec), inner)

        for record in as_one_finding(read, size, None):
            if isinstance(record, Record):
                record.key = f"{key}:{record.key}" if key and record.key else key or record.key
            yield record
