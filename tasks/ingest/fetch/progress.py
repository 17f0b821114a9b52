"""What a crawl leaves for the next one: lists that are done with, and pages that are still to be asked for."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from tasks.ingest.fetch.client import Response
from tasks.storage.addresses import without_secrets

GONE = frozenset({404, 410, 451})  # statuses of pages that will not come
# Lists from which pages drop out are short (a news sitemap may name 1,000 pages). Longer ones still name what is left.
_WINDOW_PAGES = 1_000
MAX_WAITING = 5_000  # pages of a publisher that are remembered by themselves
_UNLISTED_TIME = timedelta(days=30)  # so long a page that always fails and is listed no more is asked for


@dataclass(frozen=True)
class FetchState:
    """What the next crawl needs to know of an address: a row of `schema.FETCHES`."""

    url: str
    kind: str  # whole_list | failed_list | page | waiting | failed
    etag: str | None
    last_modified: str | None
    status: int
    fetched_at: datetime
    listed_in: str | None = None  # of a page that is to be asked for: the publisher's list that led to it
    waiting_since: datetime | None = None


def state_of(url: str, kind: str, response: Response | None) -> FetchState:
    """The state of an address after a request, to which there may be no response."""
    url = without_secrets(url)
    if response is None:
        return FetchState(url, kind, None, None, 0, datetime.now(UTC))
    etag, last_modified = response.headers.get("etag"), response.headers.get("last-modified")
    return FetchState(url, kind, etag, last_modified, response.status, datetime.now(UTC))


class Progress:
    """What of a publisher's lists was not had in this crawl: only a list of which nothing is left may answer 304."""

    def __init__(self) -> None:
        self._left: dict[str, None] = {}  # pages that the next crawl has to ask for
        self._lists: list[tuple[FetchState, list[str]]] = []
        self._origins: dict[str, str] = {}  # of pages in short lists: the publisher's list that led to them

    def leave(self, url: str) -> None:
        """Note a page that the next crawl has to ask for."""
        self._left[without_secrets(url)] = None

    def add(self, state: FetchState, new_pages: list[str]) -> None:
        """Note a list that was read, with its pages that were not had before."""
        self._lists.append((state, [without_secrets(page) for page in new_pages]))

    def add_pages(self, pages: list[str], origin: str) -> None:
        """Note the pages of a list, which the publisher's list `origin` has led to."""
        if len(pages) > _WINDOW_PAGES:
            return
        for page in pages:
            # an address is kept without its secrets, and one that had some could not be asked for
            if without_secrets(page) == page:
                self._origins.setdefault(page, origin)

    def origin(self, url: str) -> str | None:
        """The publisher's list that has led to a page, if it may be missing there next time."""
        return self._origins.get(url)

    def whole_lists(self) -> Iterator[FetchState]:
        """The lists of which every page was had, is known or will never come."""
        return (state for state, pages in self._lists if self._left.keys().isdisjoint(pages))

    def waiting(self, earlier: Mapping[str, FetchState], room: int) -> Iterator[FetchState]:
        """The pages that were left and that the lists may not name next time, without those that earlier crawls left.

        `room`: how many more pages are remembered.
        """
        now = datetime.now(UTC)
        new = (url for url in self._left if url in self._origins and url not in earlier)
        for url in islice(new, max(room, 0)):
            yield FetchState(url, "waiting", None, None, 0, now, self._origins[url], now)


class Backlog:
    """Pages that earlier crawls have left, and pages and lists that failed, by the publisher's list that led there."""

    def __init__(self, states: Iterable[FetchState]) -> None:
        self._pages: dict[str, list[FetchState]] = defaultdict(list)
        self._lists: dict[str, list[str]] = defaultdict(list)
        long_ago = datetime.now(UTC) - _UNLISTED_TIME
        for state in states:
            if state.listed_in is None or state.waiting_since is None:
                continue
            is_failing = state.status not in GONE and state.waiting_since > long_ago
            if state.kind == "failed_list" and is_failing:
                self._lists[state.listed_in].append(state.url)
            elif state.kind == "waiting" or (state.kind == "failed" and is_failing):
                self._pages[state.listed_in].append(state)

    def lists_of(self, url: str) -> list[str]:
        """The lists that failed and that an index, which this list of a publisher is, may name no more."""
        return sorted(self._lists.get(without_secrets(url), ()))

    def of_lists(self, lists: Iterable[str]) -> list[FetchState]:
        """The pages that these lists have led to, those that wait longest first."""
        found = (state for url in lists for state in self._pages.get(without_secrets(url), ()))
        return sorted(found, key=lambda state: (state.waiting_since or state.fetched_at, state.url))
