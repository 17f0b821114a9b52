"""One page as a row of `schema.PAGES`: from a file, from the Web or from bytes at hand."""

import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from itertools import islice
from typing import IO, Any

from tasks.errors import CopydeskError, UsageError
from tasks.ingest.bounded_streams import FlawError, read_bounded
from tasks.ingest.formats import BY_NAME, Options, Skipped
from tasks.ingest.record import Record, SourceFile, page_row
from tasks.storage.addresses import shown

MAX_PAGE_BYTES = 20 << 20  # the default of a run too: of millions of pages of news none is larger
_FETCH_SECONDS = 60.0  # for robots.txt, the page, its redirects and retries: somebody waits for it
_MANY_PAGES = frozenset(name for name, kind in BY_NAME.items() if kind.is_container)


class PageError(CopydeskError):
    """A page that cannot be had; the message is shown to the user."""


def page_of_bytes(
    raw: bytes,
    source: str,
    *,
    url: str | None = None,
    fetched_at: datetime | None = None,
    encoding: str | None = None,
) -> dict[str, Any]:
    """The row of a page at hand, fetched now if nothing else is said.

    `source` names it; its suffix decides where the bytes do not show what they are.
    """
    fetched_us = int((fetched_at.timestamp() if fetched_at else time.time()) * 1_000_000)
    record = Record(raw, url=url, fetched_at_us=fetched_us, encoding=encoding)
    return page_row(record, SourceFile(source, None), MAX_PAGE_BYTES)


def page_of_stream(stream: IO[bytes], source: str, *, url: str | None = None) -> dict[str, Any]:
    """The row of a page read from a stream, e.g. standard input.

    Raises:
        PageError: the stream has more bytes than a page may have.
    """
    try:
        return page_of_bytes(read_bounded(stream, None, MAX_PAGE_BYTES), source, url=url)
    except FlawError as error:
        raise PageError(f"{source}: {error.flaw.breaks} ({error.detail})") from error


def page_of_file(path: str) -> dict[str, Any]:
    """The row of a file with one page: text, HTML or MHTML, compressed or not; `urls.csv` beside it is read.

    Raises:
        UsageError: there is no such file, it cannot be read, or it holds many pages.
    """
    from tasks.ingest.listing import files_of  # noqa: PLC0415 - a page at hand needs neither
    from tasks.ingest.worker import file_rows  # noqa: PLC0415

    refs = list(islice(files_of(path, Counter()), 2))
    is_one = len(refs) == 1 and refs[0].format not in _MANY_PAGES
    found = file_rows(refs[0], Options(MAX_PAGE_BYTES)) if is_one else iter(())
    rows = [row for row in found if not isinstance(row, Skipped)]  # attachments of mail are skipped
    if len(rows) != 1:  # a mail may have others attached
        many = f"holds many pages; `copydesk run {shown(path)}` reads them all" if refs else "holds no page"
        raise UsageError(f"{shown(path)}: {many}")
    return rows[0]


def page_of_address(url: str, private_hosts: Sequence[str] = ()) -> dict[str, Any]:
    """The row of a page on the Web, fetched as a run fetches it: public addresses only, robots.txt honoured.

    Args:
        url: Its address.
        private_hosts: Hosts (`name` or `name:port`) that may be fetched from although they are not public.

    Raises:
        PageError: the page cannot or may not be fetched.
    """
    from tasks.ingest.fetch.crawl import Crawl, Fetched  # noqa: PLC0415 - HTTP and its checks, only for the Web
    from tasks.ingest.fetch.fetching import user_agent  # noqa: PLC0415
    from tasks.ingest.fetch.proxies import check_proxies  # noqa: PLC0415
    from tasks.ingest.fetch.publishers import PublisherList  # noqa: PLC0415

    check_proxies()
    entry = {"pages": [url], "delay_seconds": 0}
    listed = PublisherList.model_validate({"private_hosts": list(private_hosts), "publisher": [entry]})
    crawl = Crawl(listed, {}, lambda _: False, MAX_PAGE_BYTES, user_agent(""), _FETCH_SECONDS)
    for item in crawl.run():
        if isinstance(item, Fetched):
            if item.record.flaw is not None:
                raise PageError(f"{item.url}: {item.record.flaw.breaks} ({item.record.detail})")
            return page_row(item.record, SourceFile(item.url, None), MAX_PAGE_BYTES)
    raise PageError(f"{shown(url)}: could not be fetched in {_FETCH_SECONDS:.0f} seconds")
