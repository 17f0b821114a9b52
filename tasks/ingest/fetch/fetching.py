"""Web sources of a run: which of its sources they are, and their pages as batches on disk."""

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
from tasks.ingest.fetch.crawl import Asked, Crawl
from tasks.ingest.fetch.publishers import PublisherEntry, PublisherList, read_publishers
from tasks.ingest.fetch.warc_file import warc_file
from tasks.ingest.formats import Passed, format_of
from tasks.ingest.record import Place, page_row
from tasks.ingest.seen import Known
from tasks.ingest.worker import Limits, write_batches
from tasks.steps import Receipt, digest
from tasks.storage.tables import write_table

STATE_FILE = "fetches.parquet"


@dataclass(frozen=True)
class Fetching:
    """How Web sources are fetched."""

    memory_files: tuple[str, ...] = ()  # of the published table `fetches`
    warc_folder: str | None = None  # where fetched pages are kept as WARC, if they are
    budget_seconds: float = 3600.0


def is_web(source: str) -> bool:
    """Whether a source is fetched: an http address, or a list of publishers."""
    is_address = source.startswith(("http://", "https://")) and not _is_file(source)
    return is_address or source.lower().endswith(".toml")


def _is_file(address: str) -> bool:
    """Whether an address names a file of a kind that holds many pages, as `https://data.example/news.warc.gz`."""
    path = urlsplit(address).path
    kind, _ = format_of(path)
    # `.json` on the Web is a JSON feed
    return kind is not None and kind.is_container and ".json" not in path.lower().replace(".jsonl", "")


def publishers_of(sources: list[str]) -> PublisherList:
    """One list of all Web sources; addresses on the command line are feeds, sitemaps or pages of a publisher without a name.

    Raises:
        ListError: a list cannot be used.
    """
    lists = [read_publishers(source) for source in sources if source.lower().endswith(".toml")]
    entries = [entry for found in lists for entry in found.publisher]
    entries += [
        PublisherEntry.model_validate({"feeds": [source]}) for source in sources if not source.lower().endswith(".toml")
    ]
    return PublisherList(
        contact=next((found.contact for found in lists if found.contact), ""),
        private_hosts=[host for found in lists for host in found.private_hosts], publisher=entries,
    )  # fmt: skip


def user_agent(contact: str) -> str:
    """Who asks, and how to reach them."""
    try:
        number = version("copydesk")
    except PackageNotFoundError:
        number = "0"
    return f"Copydesk/{number} (news archive; {contact or 'no contact given'})"


def read_memory(files: tuple[str, ...]) -> dict[str, Asked]:
    """What earlier crawls have asked, by address."""
    rows = [row for path in files for row in pq.ParquetFile(path).read().to_pylist()]
    return {row["url"]: Asked(**row) for row in rows}


def fetch(sources: list[str], folder: Path, limits: Limits, known: Known, how: Fetching) -> Iterator[Receipt]:
    """Fetch what is new and write it into batches; what is to be remembered goes to `folder/../fetches.parquet`."""
    publishers = publishers_of(sources)
    memory = read_memory(how.memory_files)
    agent = user_agent(publishers.contact)
    crawl = Crawl(publishers, memory, known.has_url, limits.max_page_bytes, agent, how.budget_seconds)
    name = f"web-{datetime.now(UTC):%Y%m%dT%H%M%S}-{digest(*sources)[:6]}"
    path = Path(how.warc_folder) / f"{name}.warc.gz" if how.warc_folder else None
    with warc_file(path, agent) as kept:

        def rows() -> Iterator[dict[str, Any] | Passed]:
            for item in crawl.run():
                if isinstance(item, Passed):
                    yield item
                    continue
                if kept is not None and item.answer is not None:
                    kept.add(item.answer)
                yield page_row(item.record, Place(item.url, None), limits.max_page_bytes)

        yield from write_batches(rows(), folder, name, limits, known)
    state = memory | crawl.asked
    if state:
        table = pa.Table.from_pylist([asdict(asked) for _, asked in sorted(state.items())], schema=schema.FETCHES)
        write_table(table, folder.parent / STATE_FILE, dictionary=["kind"])
