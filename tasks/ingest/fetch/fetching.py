"""The Web sources of a run: which sources they are, and their pages as batches on disk."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from tasks import schema
from tasks.ingest.fetch.crawl import Crawl
from tasks.ingest.fetch.progress import FetchState
from tasks.ingest.fetch.proxies import check_proxies
from tasks.ingest.fetch.publishers import PublisherEntry, PublisherList, read_publishers
from tasks.ingest.fetch.warc_file import open_warc
from tasks.ingest.formats import Skipped, format_of
from tasks.ingest.record import SourceFile, page_row
from tasks.ingest.seen import SeenPages
from tasks.ingest.worker import Limits, write_batches
from tasks.steps import Receipt, digest
from tasks.storage.addresses import shown
from tasks.storage.tables import write_table

STATE_FILE = "fetches.parquet"


@dataclass(frozen=True)
class Fetching:
    """How Web sources are fetched."""

    state_files: tuple[str, ...] = ()  # of the published table `fetches`
    warc_folder: str | None = None  # where to keep fetched pages as WARC; None to not keep them
    budget_seconds: float = 3600.0


def is_web(source: str) -> bool:
    """Whether a source is fetched: an http address, or a list of publishers."""
    is_address = source.startswith(("http://", "https://")) and not _is_file(source)
    return is_address or source.lower().endswith(".toml")


def _is_file(address: str) -> bool:
    """Whether an address is of a file with many pages, e.g. `https://data.example/news.warc.gz`."""
    path = urlsplit(address).path
    kind, _ = format_of(path)
    # `.json` on the Web is a JSON feed
    return kind is not None and kind.is_container and ".json" not in path.lower().replace(".jsonl", "")


def publishers_of(sources: list[str]) -> PublisherList:
    """All Web sources as one list; a single address is a feed, sitemap or page of a publisher without a name.

    Raises:
        ListError: a list is unusable.
    """
    lists = [read_publishers(source) for source in sources if source.lower().endswith(".toml")]
    addresses = [source for source in sources if not source.lower().endswith(".toml")]
    return PublisherList(
        contact=next((listed.contact for listed in lists if listed.contact), ""),
        private_hosts=[host for listed in lists for host in listed.private_hosts],
        publisher=[
            *(entry for listed in lists for entry in listed.publisher),
            *(PublisherEntry.model_validate({"feeds": [address]}) for address in addresses),
        ],
    )


def user_agent(contact: str) -> str:
    """The User-Agent header: the program and its version, and how to reach its user."""
    try:
        number = version("copydesk")
    except PackageNotFoundError:
        number = "0"
    return f"Copydesk/{number} (news archive; {contact or 'no contact given'})"


def read_states(files: tuple[str, ...]) -> dict[str, FetchState]:
    """The states that earlier crawls have left, by address; those of earlier releases have fewer columns."""
    rows = [row for path in files for row in pq.ParquetFile(path).read().to_pylist()]
    return {row["url"]: FetchState(**row) for row in rows}


def fetch(sources: list[str], folder: Path, limits: Limits, seen: SeenPages, options: Fetching) -> Iterator[Receipt]:
    """Fetch new pages and write them into batches; the state for the next crawl goes to `folder/../fetches.parquet`."""
    check_proxies()
    publishers = publishers_of(sources)
    earlier = read_states(options.state_files)
    agent = user_agent(publishers.contact)
    crawl = Crawl(publishers, earlier, seen.has_url, limits.max_page_bytes, agent, options.budget_seconds)
    name = f"web-{datetime.now(UTC):%Y%m%dT%H%M%S}-{digest(*map(shown, sources))[:6]}"
    path = Path(options.warc_folder) / f"{name}.warc.gz" if options.warc_folder else None
    with open_warc(path, agent) as warc:

        def rows() -> Iterator[dict[str, Any] | Skipped]:
            for item in crawl.run():
                if isinstance(item, Skipped):
                    yield item
                    continue
                if warc is not None and item.response is not None:
                    warc.add(item.response)
                yield page_row(item.record, SourceFile(item.url, None), limits.max_page_bytes)

        yield from write_batches(rows(), folder, name, limits, seen)
    states = {
        url: state
        for url, state in (earlier | crawl.fetched).items()
        if state.kind != "waiting" or not seen.has_url(url)  # what an earlier crawl has fetched waits no more
    }
    if states:
        table = pa.Table.from_pylist([asdict(state) for _, state in sorted(states.items())], schema=schema.FETCHES)
        write_table(table, folder.parent / STATE_FILE, dictionary=["kind"])
