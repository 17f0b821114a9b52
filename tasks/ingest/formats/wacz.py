"""WACZ: web archives as crawlers in a browser save them, a zip with WARC files."""

import zipfile
from collections.abc import Iterator

from tasks.ingest.formats import BY_NAME, Opened, Options, Skipped
from tasks.ingest.formats.nested import read_nested
from tasks.ingest.formats.warc import read_warc
from tasks.ingest.record import Record
from tasks.vocabulary import Flaw


def _inner_wacz(archive: zipfile.ZipFile, member: zipfile.ZipInfo, options: Options) -> Iterator[Record | Skipped]:
    """The pages of one of several crawls in a file."""
    name = member.filename
    try:
        with archive.open(member) as stream:
            yield from read_nested(stream, BY_NAME["wacz"], name, name, options)
    except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
        yield Record(None, name, flaw=Flaw.BROKEN_RECORD, detail=str(error))


def read_wacz(opened: Opened, options: Options) -> Iterator[Record | Skipped]:
    """The pages of the WARC files in a WACZ, a zip with uncompressed and thus seekable `archive/*.warc.gz`."""
    try:
        archive = zipfile.ZipFile(opened.stream)
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        yield Record(None, "end", flaw=Flaw.BROKEN_FILE, detail=f"the WACZ file cannot be opened: {error}")
        return
    has_crawl = False
    for member in archive.infolist():
        name = member.filename
        if name.endswith(".wacz"):
            has_crawl = True
            yield from _inner_wacz(archive, member, options)
        if not (name.startswith("archive/") and ".warc" in name):
            continue
        has_crawl = True
        try:
            with archive.open(member) as stream:
                for record in read_warc(Opened(stream, name, "gzip" if name.endswith(".gz") else None), options):
                    if isinstance(record, Record):
                        record.key = f"{name}:{record.key}"
                    yield record
        except (zipfile.BadZipFile, OSError, ValueError, RuntimeError) as error:
            yield Record(None, name, flaw=Flaw.BROKEN_RECORD, detail=str(error))
    if not has_crawl:
        yield Record(None, "end", flaw=Flaw.NO_PAGES, detail="has no WARC file in its folder archive/")
