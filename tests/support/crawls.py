"""Crawls of a site on loopback, one after the other, with what runs leave behind."""

from collections import Counter

from support.paths import PAGES
from tasks.ingest.fetch.crawl import Crawl, Fetched
from tasks.ingest.fetch.publishers import PublisherList
from tasks.vocabulary import Flaw

STORY = b"<html><body><p>The ferry stays.</p></body></html>"
WHOLE_STORY = (PAGES / "northquay" / "tram-strike.html").read_bytes()
AGENT = "Copydesk/test (news archive; desk@copydesk.example)"


class Archive:
    """What runs leave behind: pages received (the ledger) and the states of addresses."""

    def __init__(self, site, **entry):
        self.site, self.entry, self.hosts = site, entry, [site.host]
        self.states, self.received = {}, Counter()

    def run(self, is_kept=True, **changes):
        """One crawl; one that is not kept is a run that ended before it published."""
        lists = {
            key: [self.site.url + path for path in self.entry.get(key, [])] for key in ("feeds", "sitemaps", "pages")
        }
        entry = self.entry | lists
        listed = PublisherList.model_validate(
            {"private_hosts": self.hosts, "publisher": [{"delay_seconds": 0} | entry]}
        )
        settings = {"retries": 0, "request_seconds": 3.0}
        known = set(self.received)
        crawl = Crawl(listed, dict(self.states), known.__contains__, 1 << 20, "t", client_settings=settings, **changes)
        items = list(crawl.run())
        records = [item for item in items if isinstance(item, Fetched)]
        if is_kept:
            self.states |= crawl.fetched
            self.received.update(item.record.url for item in records if item.record.flaw is not Flaw.FETCH_FAILED)
        return records, Counter(item.kind for item in items if not isinstance(item, Fetched))


def at_first(bad, times=1):
    """A page that fails some times before it comes."""

    def answer(handler):
        if handler.server.asked[handler.path] > times:
            return 200, {}, STORY
        return bad(handler) if callable(bad) else bad

    return answer


def page(body=WHOLE_STORY, **headers):
    """An answer with a page."""
    return 200, {name.replace("_", "-"): value for name, value in headers.items()}, body


def crawl(site, feeds=("/feed.xml",), known=(), memory=None, entry=None, private=None, **changes):
    """One crawl of a site: the crawl, what it fetched, and how often each other kind of item came."""
    listed = PublisherList.model_validate(
        {
            "private_hosts": [site.host] if private is None else private,
            "publisher": [
                {"feeds": [one if "://" in one else site.url + one for one in feeds], "delay_seconds": 0}
                | (entry or {})
            ],
        }
    )
    settings = {"backoff_seconds": 0.01, "request_seconds": 3.0} | changes.pop("client_settings", {})
    made = Crawl(listed, memory or {}, lambda url: url in known, 1 << 20, AGENT, client_settings=settings, **changes)
    items = list(made.run())
    records = [item for item in items if isinstance(item, Fetched)]
    return made, records, Counter(item.kind for item in items if not isinstance(item, Fetched))


def flaws(records):
    """The flaw of each record, by the last part of its address."""
    return {item.url.rpartition("/")[2]: item.record.flaw and item.record.flaw.value for item in records}
