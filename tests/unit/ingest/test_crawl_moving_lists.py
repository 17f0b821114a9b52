"""Pages that a crawl has left or that failed are had, although their list names them no more."""

from datetime import UTC, datetime, timedelta

import pytest
from support.crawls import STORY, Archive, at_first
from support.news_site import feed

from tasks.ingest.fetch import progress
from tasks.ingest.fetch.listed import page_address
from tasks.ingest.fetch.progress import Backlog, FetchState


def moving(site, path, *windows, kind="rss"):
    """A list that names other pages at each request; the last ones stay."""
    return lambda handler: (200, {}, feed(site, windows[min(site.asked[path], len(windows)) - 1], kind))


def numbered(first, past):
    return [f"/{number}" for number in range(first, past)]


@pytest.mark.parametrize(
    ("windows", "page_count"),
    [
        ((numbered(0, 5), numbered(4, 9), numbered(8, 13)), 13),
        ((numbered(0, 9), []), 9),
        ((numbered(0, 6), numbered(20, 22), [], numbered(20, 21)), 8),
    ],
    ids=["a feed that moves on", "a feed that is emptied", "a feed with other pages"],
)
def test_pages_left_are_had_when_no_list_names_them(site, windows, page_count):
    paths = {path for window in windows for path in window}
    site.answers |= {path: (200, {}, STORY) for path in paths} | {"/feed": moving(site, "/feed", *windows)}
    archive = Archive(site, feeds=["/feed"], max_pages=2)
    for crawl in range(12):
        archive.run(is_kept=crawl != len(windows))  # one run ends before it publishes
        if len(archive.received) == page_count:
            break
    asked = {path: count for path, count in site.asked.items() if path in paths}
    assert set(archive.received) == {site.url + path for path in paths}
    assert sum(asked.values()) <= page_count + 2  # those of the run that ended early are asked for again
    before = site.asked.copy()
    archive.run()
    assert {path: site.asked[path] - before[path] for path in paths} == dict.fromkeys(paths, 0)


def test_pages_of_a_list_that_is_gone_are_had(site):
    site.answers |= {path: (200, {}, STORY) for path in numbered(0, 5)}
    site.answers["/feed"] = lambda _: (
        (200, {}, feed(site, numbered(0, 5))) if site.asked["/feed"] == 1 else (404, {}, b"")
    )
    archive = Archive(site, feeds=["/feed"], max_pages=2)
    for _ in range(3):
        archive.run()
    assert len(archive.received) == 5


@pytest.mark.parametrize(("status", "is_had"), [(503, True), (500, True), (404, False), (410, False)])
def test_a_page_that_failed_is_asked_for_although_it_is_listed_no_more(site, status, is_had):
    site.answers["/feed"] = moving(site, "/feed", ["/a", "/b"], ["/b"])
    site.answers |= {"/a": at_first((status, {}, b"")), "/b": (200, {}, STORY)}
    archive = Archive(site, feeds=["/feed"])
    for _ in range(3):
        archive.run()
    assert (site.url + "/a" in archive.received) == is_had
    assert site.asked["/a"] == 1 + is_had


@pytest.mark.parametrize(("status", "is_had"), [(503, True), (404, False)])
def test_a_sitemap_that_failed_is_read_although_its_index_names_it_no_more(site, status, is_had):
    site.answers["/index"] = moving(site, "/index", ["/old.xml", "/new.xml"], ["/new.xml"], kind="index")
    site.answers["/new.xml"] = (200, {}, feed(site, ["/b"], "sitemap"))
    site.answers |= {"/a": (200, {}, STORY), "/b": (200, {}, STORY)}
    working = (200, {}, feed(site, ["/a"], "sitemap"))
    site.answers["/old.xml"] = lambda _: (status, {}, b"") if site.asked["/old.xml"] == 1 else working
    archive = Archive(site, sitemaps=["/index"])
    for _ in range(3):
        archive.run()
    assert (site.url + "/a" in archive.received) == is_had
    assert site.url + "/b" in archive.received


def test_a_page_that_always_fails_and_is_listed_no_more_is_given_up():
    now = datetime.now(UTC)

    def state(kind, days, **values):
        fields = {"status": 503, "listed_in": "https://a.example/feed"} | values
        since = now - timedelta(days=days)
        return FetchState(
            f"https://a.example/{kind}{days}", kind, None, None, fetched_at=now, waiting_since=since, **fields
        )

    states = [state("failed", 3), state("failed", 40), state("waiting", 90), state("waiting", 1, listed_in=None)]
    found = Backlog(states).of_lists(["https://user:password@a.example/feed"])
    assert [entry.url.rpartition("/")[2] for entry in found] == ["waiting90", "failed3"]


def test_pages_that_cannot_be_asked_for_by_their_address_are_not_remembered(site):
    """An address is kept without its secrets; such a page has to be listed again."""
    site.answers["/feed"] = moving(site, "/feed", ["/a?token=s3cr3t1", "/b?token=s3cr3t2", "/c"], [])
    site.answers |= {"/a": (200, {}, STORY), "/b": (200, {}, STORY), "/c": (200, {}, STORY)}
    archive = Archive(site, feeds=["/feed"], max_pages=1)
    archive.run()
    assert [state.url for state in archive.states.values() if state.kind == "waiting"] == [site.url + "/c"]


def test_the_memory_of_pages_left_is_bounded(site, monkeypatch):
    monkeypatch.setattr("tasks.ingest.fetch.crawl.MAX_WAITING", 7)
    monkeypatch.setattr(progress, "_WINDOW_PAGES", 10)
    windows = [numbered(start, start + 6) for start in range(0, 60, 6)]
    site.answers |= {path: (200, {}, STORY) for path in numbered(0, 200)}
    site.answers |= {"/feed": moving(site, "/feed", *windows), "/long": (200, {}, feed(site, numbered(100, 120)))}
    archive = Archive(site, feeds=["/feed", "/long"], max_pages=1)
    for _ in range(5):
        archive.run()
    waiting = [state.url for state in archive.states.values() if state.kind == "waiting"]
    assert len(waiting) == 7
    assert not any(url.endswith(tuple(numbered(100, 120))) for url in waiting)  # which a long list will name again


def test_pages_whose_clicks_are_counted_by_their_addresses_are_had_once(site):
    """A list may give the parameters of a campaign another value at each request."""
    paths = [f"/s?id={n}" for n in range(6)]
    site.answers |= {"/s": (200, {}, STORY)} | {path: (200, {}, STORY) for path in paths}
    visits = iter(range(1_000))

    def feed_of_clicks(_):
        visit = next(visits)
        return 200, {}, feed(site, [f"{path}&amp;utm_source=rss&amp;utm_content={visit}#top" for path in paths])

    site.answers["/feed"] = feed_of_clicks
    archive = Archive(site, feeds=["/feed"], max_pages=2)
    for _ in range(4):
        archive.run()
    assert sorted(archive.received) == [site.url + path for path in paths]
    assert [site.asked[path] for path in paths] == [1] * 6


@pytest.mark.parametrize(
    ("listed", "requested"),
    [
        ("https://a.example/s?utm_source=rss&id=3&fbclid=Iw", "https://a.example/s?id=3"),
        ("https://a.example/s?utm_medium=rss#top", "https://a.example/s"),
        ("https://a.example/s?id=3%20a&ref=front", "https://a.example/s?id=3%20a&ref=front"),
        ("https://a.example/s?", "https://a.example/s?"),
        (
            "https://a.example/s?utm_source=rss&X-Amz-Signature=0a1b2c3d4e5f60718293a4b5c6d7e8f9",
            "https://a.example/s?utm_source=rss&X-Amz-Signature=0a1b2c3d4e5f60718293a4b5c6d7e8f9",
        ),
    ],
)
def test_only_parameters_of_clicks_are_left_out_of_an_address(listed, requested):
    assert page_address(listed) == requested
