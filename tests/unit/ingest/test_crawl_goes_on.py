"""A crawl in many runs has every page once, whatever was left, failed or was interrupted, and asks for no more."""

import gzip
import zlib
from dataclasses import replace

import pyarrow as pa
import pytest
from support.crawls import STORY, Archive, at_first
from support.news_site import NewsSite, feed, page, raw_answer

CUT = raw_answer(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 999\r\n\r\nshort")


def static(body, tag="1"):
    """An answer that is 304 for whoever has it already."""

    def answer(handler):
        if handler.headers.get("If-None-Match") == f'"{tag}"':
            return 304, {}, b""
        return 200, {"ETag": f'"{tag}"'}, body

    return answer


def cut_in(coding, pack, body=STORY * 9):
    """An answer whose length is right and whose compressed data ends early, as from a cache that kept half of it."""
    packed = pack(body)
    return 200, {"Content-Encoding": coding}, packed[: len(packed) // 2]


def test_a_site_in_slices_has_every_page_once(site):
    """Feeds, an index of sitemaps, single pages; pages that fail once, twice, always; runs that end early."""
    paths = [f"/{n}" for n in range(43)]
    site.answers |= {path: (200, {}, STORY) for path in paths}
    site.answers |= {
        "/feed.xml": static(feed(site, paths[:12])),
        "/more.xml": static(feed(site, paths[8:20], "atom")),
        "/index.xml": static(feed(site, ["/map1.xml", "/map2.xml"], "index")),
        "/map1.xml": static(feed(site, paths[18:32], "sitemap")),
        "/map2.xml": static(feed(site, [*paths[32:42], "/gone"], "sitemap")),
        "/gone": (410, {}, b""),
        "/42": at_first((429, {"Retry-After": "9999"}, b"")),
        "/19": (301, {"Location": "/moved"}, b""),
        "/moved": (200, {}, STORY),
        # more pages that never come than one run may ask for, at the head of the first feed
        **{f"/{n}": (503, {}, b"") for n in range(6)},
        "/7": at_first((503, {}, b"")),
        "/20": at_first(CUT, 2),
        "/21": at_first((200, {}, b"")),
        "/33": at_first((500, {}, b""), 3),
    }
    archive = Archive(site, feeds=["/feed.xml", "/more.xml"], sitemaps=["/index.xml"], pages=["/42"], max_pages=5)
    for number in range(40):
        archive.run(is_kept=number % 4 != 1)
    wanted = {f"{site.url}{path}" for path in paths[6:] if path != "/19"} | {f"{site.url}/moved"}
    assert set(archive.received) == wanted
    assert set(archive.received.values()) == {1}
    # the lists of which all is had are not sent again; the first feed has pages that may still come
    unchanged = archive.run()[1]["lists that have not changed"]
    assert unchanged == 3
    site.answers |= {f"/{n}": (200, {}, STORY) for n in range(6)}
    for _ in range(3):
        archive.run()
    assert set(archive.received) == wanted | {f"{site.url}/{n}" for n in range(6)}
    site.asked.clear()
    records, passed = archive.run()
    assert (records, passed["lists that have not changed"]) == ([], 4)
    assert set(site.asked) <= {"/robots.txt", "/.well-known/tdmrep.json", "/index.xml"} | {
        f"/{name}.xml" for name in ("feed", "more", "map1", "map2")
    }


@pytest.mark.parametrize(
    ("what", "answers", "first"),
    [
        ("a limit", {}, {"max_pages": 2}),
        ("a time", {}, {"budget_seconds": 0.0}),
        ("a failure", {"/2": at_first((503, {}, b""))}, {}),
        ("a body cut short", {"/2": at_first(CUT)}, {}),
        ("gzip cut short", {"/2": at_first(cut_in("gzip", gzip.compress))}, {}),
        ("deflate cut short", {"/2": at_first(cut_in("deflate", zlib.compress))}, {}),
        ("zstd cut short", {"/2": at_first(cut_in("zstd", lambda raw: pa.compress(raw, "zstd", asbytes=True)))}, {}),
        ("a page not there yet", {"/2": at_first((403, {}, b""))}, {}),
        ("robots.txt unreadable", {"/robots.txt": at_first((503, {}, b""))}, {}),
    ],
)
def test_what_one_crawl_leaves_the_next_one_has(site, what, answers, first):
    paths = [f"/{n}" for n in range(4)]
    site.answers |= {path: (200, {}, STORY) for path in paths} | {"/feed.xml": static(feed(site, paths))} | answers
    archive = Archive(site, feeds=["/feed.xml"], max_pages=first.pop("max_pages", 500))
    archive.run(**first)
    assert len(archive.received) < 4, what
    archive.entry["max_pages"] = 500
    archive.run()
    assert archive.received == {f"{site.url}{path}": 1 for path in paths}, what
    assert archive.run()[1] == {"lists that have not changed": 1}, what


def test_a_list_whose_compressed_data_was_cut_is_read_again(site):
    paths = [f"/{n}" for n in range(40)]
    site.answers |= {path: (200, {}, STORY) for path in paths}
    whole = gzip.compress(feed(site, paths))

    def answer(handler):
        status, headers, _ = static(b"")(handler)
        packed = whole if handler.server.asked["/feed.xml"] > 1 else whole[: len(whole) * 2 // 3]
        return status, headers | {"Content-Encoding": "gzip"}, b"" if status == 304 else packed

    site.answers["/feed.xml"] = answer
    archive = Archive(site, feeds=["/feed.xml"])
    passed = archive.run()[1]
    assert passed["lists that could be read only in part: its compressed data is cut short"] == 1
    assert 0 < len(archive.received) < 40
    archive.run()
    assert archive.received == {f"{site.url}{path}": 1 for path in paths}


def test_a_page_without_the_checksum_of_its_compressed_data_is_whole(site):
    site.answers |= {
        "/feed.xml": page(feed(site, ["/a"])),
        "/a": (200, {"Content-Encoding": "gzip"}, gzip.compress(STORY)[:-8]),
    }
    archive = Archive(site, feeds=["/feed.xml"])
    ((fetched,), _) = archive.run()
    assert (fetched.record.flaw, fetched.record.raw) == (None, STORY)


def test_a_page_on_a_site_whose_robots_cannot_be_read_comes_later(site):
    """The list is on one site, its pages on another that cannot say for now what it allows."""
    other = NewsSite()
    other.answers |= {"/robots.txt": at_first((503, {}, b"")), "/a": (200, {}, STORY)}
    site.answers["/feed.xml"] = static(feed(site, [f"{other.url}/a"]))
    archive = Archive(site, feeds=["/feed.xml"])
    archive.hosts.append(other.host)
    archive.run()
    assert not archive.received
    archive.run()
    assert archive.received == {f"{other.url}/a": 1}
    other.shutdown()
    other.server_close()


def test_an_unchanged_index_leads_to_its_changed_sitemap(site):
    site.answers |= {
        "/index.xml": static(feed(site, ["/old.xml", "/news.xml"], "index")),
        "/old.xml": static(feed(site, ["/1"], "sitemap")),
        "/news.xml": static(feed(site, ["/2"], "sitemap")),
        **{f"/{n}": (200, {}, STORY) for n in range(1, 5)},
    }
    archive = Archive(site, sitemaps=["/index.xml"])
    archive.run()
    site.answers["/news.xml"] = static(feed(site, ["/4", "/3", "/2"], "sitemap"), "2")
    _, passed = archive.run()
    assert archive.received == {f"{site.url}/{n}": 1 for n in range(1, 5)}
    assert passed == {"lists that have not changed": 1, "listed pages that are known": 1}


def test_states_of_earlier_releases_hide_nothing(site):
    """They remembered a list once it was read, whatever became of its pages."""
    site.answers |= {"/feed.xml": static(feed(site, ["/1", "/2"])), "/1": (200, {}, STORY), "/2": (200, {}, STORY)}
    archive = Archive(site, feeds=["/feed.xml"])
    archive.run()
    archive.states = {url: replace(state, kind="list") for url, state in archive.states.items()}
    del archive.received[f"{site.url}/2"]
    archive.run()
    assert archive.received == {f"{site.url}/1": 1, f"{site.url}/2": 1}
