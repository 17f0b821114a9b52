"""The crawl: lists of pages are asked what is new, and each new page is fetched, site by site, within what sites allow."""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import orjson

from tasks.ingest.bounded_streams import FlawError
from tasks.ingest.fetch.client import Answer, Client, Manners
from tasks.ingest.fetch.guard import Backend, Resolve, resolve
from tasks.ingest.fetch.lists import read_list
from tasks.ingest.fetch.permissions import Permissions, reserved
from tasks.ingest.fetch.publishers import PublisherEntry, PublisherList
from tasks.ingest.formats import Passed
from tasks.ingest.record import Record
from tasks.vocabulary import Flaw

_THREADS = 16  # sites asked at once; each gets one request at a time
_WAITING = 32  # fetched pages held while the disk is slower than the Web
_MAX_LISTS = 500  # of one publisher: an index of sitemaps by day has some hundred
_MAX_DEPTH = 4  # of lists in lists
_DONE = object()


@dataclass(frozen=True)
class Asked:
    """What is remembered of an address, for the next crawl: a row of `schema.FETCHES`."""

    url: str
    kind: str  # list | page
    etag: str | None
    last_modified: str | None
    status: int
    fetched_at: datetime


@dataclass
class Fetched:
    """A record with the address that was asked for, and the answer it came from."""

    url: str
    record: Record
    answer: Answer | None = None


@dataclass
class Crawl:
    """One crawl over a list of publishers. `memory` is what earlier ones have asked; `asked` what this one has."""

    publishers: PublisherList
    memory: dict[str, Asked]
    is_known: Callable[[str], bool]  # whether an address is that of a page received before
    max_page_bytes: int
    user_agent: str
    budget_seconds: float = 3600.0  # for the whole crawl: what is left is there next time
    resolver: Resolve = resolve
    sleep: Callable[[float], None] = time.sleep
    manners: dict[str, Any] = field(default_factory=dict)  # other values of `Manners`, for tests
    asked: dict[str, Asked] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sites: dict[str, _Site] = {}
        self._lock = threading.Lock()
        self._end = time.monotonic() + self.budget_seconds
        self._is_over = False

    def run(self) -> Iterator[Fetched | Passed]:
        """The pages as they come in; what could not be had is a record with a flaw."""
        waiting: queue.Queue[Any] = queue.Queue(_WAITING)

        def put(item: Fetched | Passed) -> None:
            while not self._is_over:
                try:
                    waiting.put(item, timeout=1)
                except queue.Full:
                    continue
                return

        def work(entry: PublisherEntry) -> None:
            try:
                self._publisher(entry, put)
            finally:
                waiting.put(_DONE)

        with ThreadPoolExecutor(min(_THREADS, len(self.publishers.publisher))) as pool:
            futures = [pool.submit(work, entry) for entry in self.publishers.publisher]
            try:
                open_entries = len(futures)
                while open_entries:
                    item = waiting.get()
                    if item is _DONE:
                        open_entries -= 1
                    else:
                        yield item
                for future in futures:
                    future.result()
            finally:
                self._is_over = True
                while not all(future.done() for future in futures):  # let threads that wait to put something end
                    try:
                        waiting.get(timeout=0.1)
                    except queue.Empty:
                        continue
                for site in self._sites.values():
                    site.client.close()

    def _publisher(self, entry: PublisherEntry, put: Callable[[Fetched | Passed], None]) -> None:
        given = {
            name: value
            for name, value in (("publisher", entry.name), ("language", entry.language), ("tags", entry.tags))
            if value
        }
        said = orjson.dumps(given).decode() if given else None
        count = 0
        for url in self._new_pages(entry, put):
            if self._is_over or time.monotonic() > self._end:
                put(Passed("pages left for the next crawl, as its time was over"))
                continue
            if count >= entry.max_pages:
                put(Passed("pages left for the next crawl, as a publisher has a limit"))
                continue
            count += 1
            fetched = self._page(url, entry)
            fetched.record.given = said
            put(fetched)

    def _new_pages(self, entry: PublisherEntry, put: Callable[[Fetched | Passed], None]) -> Iterator[str]:
        """Addresses of pages that were not received before, each once."""
        seen: set[str] = set()
        lists: deque[tuple[str, int]] = deque((url, 0) for url in (*entry.feeds, *entry.sitemaps))
        asked_lists = {url for url, _ in lists}
        pages: deque[str] = deque(entry.pages)
        while pages or lists:
            while pages:
                url = pages.popleft().partition("#")[0]
                if url in seen:
                    continue
                seen.add(url)
                before = self.memory.get(url)
                if self.is_known(url) or (before is not None and before.kind == "page"):
                    put(Passed("listed pages that are known"))
                else:
                    yield url
            if lists:
                url, depth = lists.popleft()
                found = self._list(url, entry, put)
                pages.extend(found[0])
                for inner in found[1]:
                    if inner not in asked_lists and depth < _MAX_DEPTH and len(asked_lists) < _MAX_LISTS:
                        asked_lists.add(inner)
                        lists.append((inner, depth + 1))

    def _list(
        self, url: str, entry: PublisherEntry, put: Callable[[Fetched | Passed], None]
    ) -> tuple[list[str], list[str]]:
        """The pages and the lists that a list names; nothing where it has not changed or cannot be read, which is told."""
        before = self.memory.get(url)
        headers = {}
        if before is not None and before.etag:
            headers["If-None-Match"] = before.etag
        if before is not None and before.last_modified:
            headers["If-Modified-Since"] = before.last_modified
        try:
            answer = self._get(url, entry, headers)
            if answer.status == 304:
                put(Passed("lists that have not changed"))
                return [], []
            if answer.status != 200:
                raise FlawError(Flaw.FETCH_FAILED, f"the list answered {answer.status}")
            listed = read_list(answer.body, answer.url)
            if listed is None:
                raise FlawError(Flaw.BROKEN_FILE, "is no feed and no sitemap")
        except FlawError as error:
            put(Fetched(url, Record(None, url=url, flaw=error.flaw, detail=error.detail, fetched_at_us=_now_us())))
            return [], []
        self._remember(url, "list", answer)
        return listed.pages, listed.lists

    def _page(self, url: str, entry: PublisherEntry) -> Fetched:
        try:
            answer = self._get(url, entry, {})
            if answer.status != 200:
                raise FlawError(Flaw.FETCH_FAILED, f"the page answered {answer.status}")
            if told := reserved(answer):
                raise FlawError(Flaw.OPT_OUT, told)
        except FlawError as error:
            return Fetched(url, Record(None, url=url, flaw=error.flaw, detail=error.detail, fetched_at_us=_now_us()))
        if answer.url != url:  # the ledger will know it by where it lies, the list goes on naming it as it did
            self._remember(url, "page", answer)
        kind = answer.headers.get("content-type", "")
        record = Record(answer.body, name=urlsplit(answer.url).path, url=answer.url, fetched_at_us=_now_us(),
                        media_type=kind.partition(";")[0].strip() or None, encoding=_charset(kind))  # fmt: skip
        return Fetched(url, record, answer)

    def _get(self, url: str, entry: PublisherEntry, headers: dict[str, str]) -> Answer:
        site = self._site(url, entry)
        with site.lock:
            permissions = site.permissions(self.user_agent)
            site.client.delay_seconds = max(entry.delay_seconds, permissions.delay_seconds)
            if refusal := permissions.refusal(url):
                raise FlawError(*refusal)
            return site.client.get(url, headers)

    def _site(self, url: str, entry: PublisherEntry) -> "_Site":
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise FlawError(Flaw.ADDRESS_REFUSED, f"{url[:200]} is no http or https address")
        name = f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"
        with self._lock:
            if name not in self._sites:
                manners = Manners(
                    self.user_agent, self.max_page_bytes, **({"delay_seconds": entry.delay_seconds} | self.manners)
                )
                backend = Backend(self.publishers.private_hosts, self.resolver)
                self._sites[name] = _Site(name, Client(manners, backend, self.sleep))
            return self._sites[name]

    def _remember(self, url: str, kind: str, answer: Answer) -> None:
        self.asked[url] = Asked(
            url, kind, answer.headers.get("etag"), answer.headers.get("last-modified"), answer.status, datetime.now(UTC)
        )


class _Site:
    """A site and what it allows."""

    def __init__(self, name: str, client: Client) -> None:
        self.name, self.client, self.lock = name, client, threading.Lock()
        self._permissions: Permissions | None = None

    def permissions(self, user_agent: str) -> Permissions:
        """What the site allows, asked for at the first use."""
        if self._permissions is None:
            self._permissions = Permissions(self.client, self.name, user_agent)
        return self._permissions


def _charset(content_type: str) -> str | None:
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip(" \"'")[:40] or None
    return None


def _now_us() -> int:
    return int(time.time() * 1_000_000)
