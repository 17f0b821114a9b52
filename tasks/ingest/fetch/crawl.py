"""The crawl: read the lists of pages, and fetch each new page, site by site, within what the sites allow."""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson

from tasks.ingest.bounded_streams import FlawError
from tasks.ingest.fetch.client import Client, ClientSettings, Response
from tasks.ingest.fetch.guard import Backend, Resolve, resolve
from tasks.ingest.fetch.list_reader import ListReader
from tasks.ingest.fetch.listed import Listed, page_address
from tasks.ingest.fetch.permissions import Permissions, reservation
from tasks.ingest.fetch.progress import GONE, MAX_WAITING, Backlog, FetchState, Progress, state_of
from tasks.ingest.fetch.publishers import PublisherEntry, PublisherList
from tasks.ingest.formats import Skipped
from tasks.ingest.record import Record
from tasks.storage.addresses import has_secret_parameter, without_secrets
from tasks.vocabulary import Flaw

_THREADS = 16  # sites fetched from at once; each gets one request at a time
_MAX_WAITING = 32  # fetched pages in memory while the disk is slower than the Web
_MAX_LISTS = 500  # of one publisher: an index of sitemaps by day has some hundred
_MAX_DEPTH = 4  # of lists in lists
_DONE = object()


@dataclass
class Fetched:
    """A record with the address that was requested, without its secrets, and the response it is from."""

    url: str
    record: Record
    response: Response | None = None


@dataclass
class Crawl:
    """One crawl over a list of publishers.

    `earlier` are the states that earlier crawls have left, by address; `fetched` those of this one. Addresses are
    requested as they were given or listed, and are known and written without their secrets.
    """

    publishers: PublisherList
    earlier: dict[str, FetchState]
    is_known: Callable[[str], bool]  # whether a page was received from an address before
    max_page_bytes: int
    user_agent: str
    budget_seconds: float = 3600.0  # for the whole crawl; the rest is fetched in the next run
    resolver: Resolve = resolve
    sleep: Callable[[float], None] = time.sleep
    client_settings: dict[str, Any] = field(default_factory=dict)  # other values of `ClientSettings`, for tests
    fetched: dict[str, FetchState] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._sites: dict[str, _Site] = {}
        self._elsewhere: dict[str, Permissions] = {}  # of sites that redirects have led to
        self._lists = ListReader()
        self._backlog = Backlog(self.earlier.values())
        self._lock = threading.Lock()
        self._end = time.monotonic() + self.budget_seconds
        self._is_over = False

    def run(self) -> Iterator[Fetched | Skipped]:
        """The pages as they are fetched; one that cannot be fetched is a record with a flaw."""
        waiting: queue.Queue[Any] = queue.Queue(_MAX_WAITING)

        def put(item: Fetched | Skipped) -> None:
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
                while not all(future.done() for future in futures):  # let threads end that wait for the queue
                    try:
                        waiting.get(timeout=0.1)
                    except queue.Empty:
                        continue
                for site in self._sites.values():
                    site.client.close()
                self._lists.close()

    def _publisher(self, entry: PublisherEntry, put: Callable[[Fetched | Skipped], None]) -> None:
        declared = {"publisher": entry.name, "language": entry.language, "tags": entry.tags}
        declared = {name: value for name, value in declared.items() if value}
        given = orjson.dumps(declared).decode() if declared else None
        count = 0
        progress = Progress()
        for url in self._new_pages(entry, progress, put):
            if self._is_over or time.monotonic() > self._end:
                progress.leave(url)
                put(Skipped("pages left for the next crawl, as the time was over"))
                continue
            if count >= entry.max_pages:
                progress.leave(url)
                put(Skipped("pages left for the next crawl, as the publisher's limit was reached"))
                continue
            count += 1
            fetched = self._page(url, entry, progress)
            fetched.record.given = given
            put(fetched)
        room = MAX_WAITING - len(self._backlog.of_lists((*entry.feeds, *entry.sitemaps)))
        states = (*progress.whole_lists(), *progress.waiting(self.earlier, room))
        self.fetched.update((state.url, state) for state in states if state.url not in self.fetched)

    def _new_pages(
        self, entry: PublisherEntry, progress: Progress, put: Callable[[Fetched | Skipped], None]
    ) -> Iterator[str]:
        """The addresses of pages that were not received before, each once.

        Pages that earlier crawls left and that are listed no more follow those that are; those that failed come last.
        """
        seen: set[str] = set()
        failed: list[tuple[datetime, str]] = []
        for url in self._listed_pages(entry, progress, put):
            name = without_secrets(url)
            if name in seen:
                continue
            seen.add(name)
            before = self.earlier.get(name)
            if self._is_had(url):
                put(Skipped("listed pages that are known"))
            elif before is not None and before.kind == "failed":
                failed.append((before.fetched_at, url))
            else:
                yield url
        for state in self._backlog.of_lists((*entry.feeds, *entry.sitemaps)):
            if state.url in seen or self._is_had(state.url):
                continue
            seen.add(state.url)
            if state.kind == "failed":
                failed.append((state.fetched_at, state.url))
            else:
                yield state.url
        # pages that fail at every crawl must not use up the publisher's limit; the one tried longest ago is first
        yield from (url for _, url in sorted(failed))

    def _is_had(self, url: str) -> bool:
        name = without_secrets(url)
        before = self.earlier.get(name)
        return self.is_known(name) or (before is not None and before.kind == "page")

    def _listed_pages(
        self, entry: PublisherEntry, progress: Progress, put: Callable[[Fetched | Skipped], None]
    ) -> Iterator[str]:
        """The addresses of the pages of a publisher, as they are listed."""
        given = (*entry.feeds, *entry.sitemaps)
        lists: deque[tuple[str, int, str]] = deque((url, 0, without_secrets(url)) for url in given)
        lists.extend((url, 1, without_secrets(top)) for top in given for url in self._backlog.lists_of(top))
        known_lists = {url for url, _, _ in lists}
        read_count = 0
        yield from (url.partition("#")[0] for url in entry.pages)
        while lists:
            url, depth, origin = lists.popleft()
            if read_count >= _MAX_LISTS:
                put(Skipped("lists left for the next crawl, as there are many"))
                continue
            listed = self._list(url, entry, progress, put, origin if depth else None)
            read_count += bool(listed.pages or listed.lists)  # lists that have not changed cost little
            progress.add_pages(listed.pages, origin)
            yield from listed.pages
            inner_lists = listed.lists
            if len(inner_lists) > _MAX_LISTS:  # those that are not done come first, or they would never be read
                inner_lists = sorted(inner_lists, key=self._is_whole)
            for inner in inner_lists:
                if inner not in known_lists and depth < _MAX_DEPTH:
                    known_lists.add(inner)
                    lists.append((inner, depth + 1, origin))

    def _is_whole(self, url: str) -> bool:
        before = self.earlier.get(without_secrets(url))
        return before is not None and before.kind == "whole_list"

    def _list(
        self,
        url: str,
        entry: PublisherEntry,
        progress: Progress,
        put: Callable[[Fetched | Skipped], None],
        origin: str | None,
    ) -> Listed:
        """The pages and lists in a list; none if it has not changed, or cannot be read, which is reported.

        `origin`: the publisher's index that has led to it.
        """
        before = self.earlier.get(without_secrets(url))
        headers = {}
        if before is not None and before.kind == "whole_list":
            given = {"If-None-Match": before.etag, "If-Modified-Since": before.last_modified}
            headers = {name: value for name, value in given.items() if value}
        response = None
        try:
            response = self._get(url, entry, headers)
            if response.status == 304:
                put(Skipped("lists that have not changed"))
                return Listed()
            if response.status != 200:
                raise FlawError(Flaw.FETCH_FAILED, f"HTTP status {response.status} for the list")
            listed = self._lists.read(response.body, response.url)
            if listed is None:
                raise FlawError(Flaw.BROKEN_FILE, "is neither a feed nor a sitemap")
        except FlawError as error:
            put(_failed(url, error))
            if origin is not None and without_secrets(url) == url:
                self._note_failure(url, "failed_list", response, origin)
            return Listed()
        listed.pages = [page_address(page) for page in listed.pages]
        if response.is_cut:
            listed.damage = listed.damage or "its compressed data is cut short"
        if listed.damage:
            put(Skipped(f"lists that could be read only in part: {listed.damage}"))
        # an index is always read: it may be unchanged while a list in it has new pages
        # two lists may differ in a secret alone, so what a server says of one must not be taken for the other
        elif not listed.lists and not has_secret_parameter(url):
            progress.add(
                state_of(url, "whole_list", response), [page for page in listed.pages if not self._is_had(page)]
            )
        return listed

    def _page(self, url: str, entry: PublisherEntry, progress: Progress) -> Fetched:
        response = None
        try:
            response = self._get(url, entry, {})
            if response.status != 200:
                raise FlawError(Flaw.FETCH_FAILED, f"HTTP status {response.status}")
            if not response.body:  # what a server in trouble sends; a page that is empty for good has at least a tag
                raise FlawError(Flaw.FETCH_FAILED, "the response is empty")
            if response.is_cut:
                raise FlawError(Flaw.FETCH_FAILED, "the compressed data is cut short")
            if reason := reservation(response):
                raise FlawError(Flaw.OPT_OUT, reason)
        except FlawError as error:
            if error.flaw is Flaw.FETCH_FAILED:  # asked for again, as the ledger does not count it as received
                self._note_failure(url, "failed", response, progress.origin(url))
                if response is None or response.status not in GONE:
                    progress.leave(url)
            return _failed(url, error)
        # the ledger will have the last address, but the list will keep the first one
        name, last_name = without_secrets(url), without_secrets(response.url)
        before = self.earlier.get(name)
        if last_name != name or (before is not None and before.kind != "waiting"):
            self._note(state_of(url, "page", response))
        content_type = response.headers.get("content-type", "")
        record = Record(
            response.body,
            name=urlsplit(response.url).path,
            url=last_name,
            fetched_at_us=_now_us(),
            media_type=content_type.partition(";")[0].strip() or None,
            encoding=_charset(content_type),
        )
        return Fetched(name, record, response)

    def _note_failure(self, url: str, kind: str, response: Response | None, origin: str | None) -> None:
        """Note a page or a list that failed, which is asked for again even if no list names it any more."""
        state = state_of(url, kind, response)
        before = self.earlier.get(state.url)
        since = before.waiting_since if before is not None and before.waiting_since else state.fetched_at
        origin = origin or (before.listed_in if before is not None else None)
        self._note(replace(state, listed_in=origin, waiting_since=since))

    def _note(self, state: FetchState) -> None:
        self.fetched[state.url] = state

    def _get(self, url: str, entry: PublisherEntry, headers: dict[str, str]) -> Response:
        site = self._site(url, entry)
        with site.lock:
            site.client.learn_login(url)
            permissions = site.permissions(self.user_agent)
            site.client.delay_seconds = max(entry.delay_seconds, permissions.delay_seconds)
            if refusal := permissions.refusal(url):
                raise FlawError(*refusal)
            return site.client.get(url, headers, lambda target: self._check_target(target, site))

    def _check_target(self, url: str, site: "_Site") -> None:
        """Refuse the target of a redirect that its own site does not allow.

        Raises:
            FlawError: it must not be fetched.
        """
        name = _site_name(url)
        permissions = site.permissions(self.user_agent) if name == site.name else self._elsewhere.get(name)
        if (
            permissions is None
        ):  # with the client at hand: two sites that lead to each other must not wait for each other
            permissions = self._elsewhere[name] = Permissions(site.client, name, self.user_agent)
        if refusal := permissions.refusal(url):
            raise FlawError(*refusal)

    def _site(self, url: str, entry: PublisherEntry) -> "_Site":
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise FlawError(Flaw.ADDRESS_REFUSED, f"{without_secrets(url)[:200]} is not an http or https address")
        name = _site_name(url)
        with self._lock:
            if name not in self._sites:
                changed = {"delay_seconds": entry.delay_seconds} | self.client_settings
                settings = ClientSettings(self.user_agent, self.max_page_bytes, **changed)
                backend = Backend(self.publishers.private_hosts, self.resolver)
                self._sites[name] = _Site(name, Client(settings, backend, self.sleep))
            return self._sites[name]


class _Site:
    """A site and what it allows."""

    def __init__(self, name: str, client: Client) -> None:
        self.name, self.client, self.lock = name, client, threading.Lock()
        self._permissions: Permissions | None = None

    def permissions(self, user_agent: str) -> Permissions:
        """What the site allows, requested at the first use."""
        if self._permissions is None:
            self._permissions = Permissions(self.client, self.name, user_agent)
        return self._permissions


def _site_name(url: str) -> str:
    """The scheme, host and port of an address."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2].lower()}"


def _failed(url: str, error: FlawError) -> Fetched:
    url = without_secrets(url)
    return Fetched(url, Record(None, url=url, flaw=error.flaw, detail=error.detail, fetched_at_us=_now_us()))


def _charset(content_type: str) -> str | None:
    for part in content_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip(" \"'")[:40] or None
    return None


def _now_us() -> int:
    return int(time.time() * 1_000_000)
