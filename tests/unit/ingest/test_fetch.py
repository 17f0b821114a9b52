"""Pages fetched from a news site on loopback: politely, within what it allows, and never where they must not go."""

import gzip
import itertools
import re

import pytest
from support.crawls import AGENT, WHOLE_STORY, crawl, flaws, page
from support.datasets import count, query
from support.news_site import NewsSite, feed
from support.pages import page_rows
from support.paths import PAGES

from flows.cli.main import main
from tasks.ingest.bounded_streams import FlawError
from tasks.ingest.fetch.lists import read_list
from tasks.ingest.fetch.publishers import ListError, read_publishers
from tasks.ingest.formats import Options
from tasks.ingest.listing import list_files
from tasks.ingest.worker import file_rows

NORTHQUAY = PAGES / "northquay"


@pytest.mark.parametrize("kind", ["rss", "atom", "json", "sitemap"])
def test_lists_of_every_kind_lead_to_their_pages(site, kind):
    site.answers |= {"/feed.xml": page(feed(site, ["/a", "/b"], kind)), "/a": page(), "/b": page()}
    _, records, _ = crawl(site)
    assert sorted(item.record.url for item in records) == [f"{site.url}/a", f"{site.url}/b"]
    assert all(item.record.raw == WHOLE_STORY and item.record.encoding == "utf-8" for item in records)
    assert all(headers["user-agent"] == AGENT and "cookie" not in headers for headers in site.headers)


def test_indexes_of_sitemaps_end_even_in_a_circle(site):
    site.answers |= {
        "/index.xml": page(feed(site, ["/map1.xml", "/map2.xml.gz", "/index.xml"], "index")),
        "/a": page(),
        "/b": page(),
        "/map1.xml": page(feed(site, ["/a", "/a#comments"], "sitemap")),
        "/map2.xml.gz": page(gzip.compress(feed(site, ["/b"], "sitemap"))),
    }
    _, records, _ = crawl(site, ["/index.xml"])
    assert sorted(item.url for item in records) == [f"{site.url}/a", f"{site.url}/b"]
    assert site.asked["/index.xml"] == 1


def test_what_was_fetched_before_is_not_fetched_again(site):
    def listed(handler):
        return (
            (304, {}, b"")
            if handler.headers.get("If-None-Match") == '"v1"'
            else page(feed(site, ["/a", "/moved", "/c"]), ETag='"v1"')
        )

    site.answers |= {
        "/feed.xml": listed,
        "/a": page(),
        "/c": page(),
        "/moved": (301, {"Location": "/b"}, b""),
        "/b": page(),
    }
    first, records, _ = crawl(site)
    assert {item.record.url for item in records} == {f"{site.url}/{name}" for name in "abc"}
    again, records, passed = crawl(site, memory=first.fetched)
    assert (records, passed) == ([], {"lists that have not changed": 1})
    # a list that has changed still names what is known, under the address before the redirect too
    forgotten = {url: asked for url, asked in first.fetched.items() if asked.kind == "page"}
    _, records, passed = crawl(site, memory=forgotten, known={f"{site.url}/a", f"{site.url}/c"})
    assert (records, passed) == ([], {"listed pages that are known": 3})
    assert site.asked["/b"] == site.asked["/a"] == 1
    assert again.fetched == {}


@pytest.mark.parametrize("name", ["*", "copydesk", "COPYDESK/1.0", "Copydesk/2.1 (+https://paper.example/bot) # ours"])
def test_a_rule_of_robots_is_for_a_program_of_any_version(site, name):
    rules = f"User-agent: *\nAllow: /\n\nUser-agent: {name}\nDisallow: /private/\n"
    paths = ["/a", "/private/b"]
    site.answers |= {"/robots.txt": page(rules.encode()), "/feed.xml": page(feed(site, paths)), "/a": page()}
    _, records, _ = crawl(site)
    assert flaws(records) == {"a": None, "b": "robots_disallowed"}


def test_robots_and_reservations_are_respected(site):
    site.answers |= {
        "/robots.txt": page(b"User-agent: *\nDisallow: /private/\n"),
        "/.well-known/tdmrep.json": page(
            b'[{"location": "/premium/", "tdm-reservation": 1}, {"location": "/a", "tdm-reservation": 0}]'
        ),
        "/feed.xml": page(feed(site, ["/a", "/private/b", "/premium/c", "/d", "/e", "/f"])),
        "/a": page(),
        "/private/b": page(),
        "/premium/c": page(),
        "/d": page(tdm_reservation="1"),
        "/e": page(X_Robots_Tag="noindex, noai"),
        "/f": page(WHOLE_STORY.replace(b"<head>", b'<head><meta name="robots" content="noai, noimageai">', 1)),
    }
    _, records, _ = crawl(site)
    assert flaws(records) == {
        "a": None,
        "b": "robots_disallowed",
        "c": "mining_opt_out",
        "d": "mining_opt_out",
        "e": "mining_opt_out",
        "f": "mining_opt_out",
    }
    assert not site.asked["/private/b"] and not site.asked["/premium/c"]
    assert all(item.record.raw is None for item in records if item.record.flaw)


def test_redirects_lead_only_to_what_their_target_allows(site):
    with_robots = page(b"User-agent: *\nDisallow: /private/\n")
    other = NewsSite()
    try:
        other.answers |= {"/robots.txt": with_robots, "/private/b": page(), "/open": page()}
        site.answers |= {
            "/robots.txt": with_robots,
            "/feed.xml": page(feed(site, ["/a", "/b", "/c"])),
            "/a": (301, {"Location": "/private/a"}, b""),
            "/private/a": page(),
            "/b": (302, {"Location": f"{other.url}/private/b"}, b""),
            "/c": (302, {"Location": f"{other.url}/open"}, b""),
        }
        _, records, _ = crawl(site, private=[site.host, other.host])
    finally:
        other.shutdown()
        other.server_close()
    assert flaws(records) == {"a": "robots_disallowed", "b": "robots_disallowed", "c": None}
    assert not site.asked["/private/a"] and not other.asked["/private/b"]
    assert other.asked["/robots.txt"] == 1


def wants_cookie(name, to=None):
    """An answer that sets a cookie and leads to the same address until the cookie comes back."""

    def answer(handler):
        if f"{name}=1; b=2" in handler.headers.get("Cookie", ""):
            return page()
        handler.send_response(302)
        handler.send_header("Location", to or handler.path)
        handler.send_header("Set-Cookie", f"{name}=1; Path=/; HttpOnly; SameSite=Lax")
        handler.send_header("Set-Cookie", "b=2; Secure=no")
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return None

    return answer


def test_a_redirect_that_only_sets_a_cookie_is_followed_and_the_cookie_forgotten(site):
    other = NewsSite()
    elsewhere = other.host.replace("127.0.0.1", "localhost")
    try:
        other.answers |= {"/robots.txt": (404, {}, b""), "/c": page()}
        site.answers |= {
            "/feed.xml": page(feed(site, ["/a", "/b", "/c", "/d", "/e"])),
            "/a": wants_cookie("a"),
            "/b": wants_cookie("b-seen", "/b?again"),
            "/b?again": wants_cookie("b-seen"),
            "/c": wants_cookie("c", f"http://{elsewhere}/c"),  # the cookie stays with its host
            "/d": (302, {"Location": "/d", "Set-Cookie": "d=\x7f"}, b""),  # none that can be sent
            "/e": (302, {"Location": "/e"}, b""),
        }
        _, records, _ = crawl(site, private=[site.host, elsewhere])
    finally:
        other.shutdown()
        other.server_close()
    assert flaws(records) == {"a": None, "b": None, "c": None, "d": "fetch_failed", "e": "fetch_failed"}
    assert not any("cookie" in headers for headers in other.headers)
    assert sum("cookie" in headers for headers in site.headers) == 2


def test_a_site_that_cannot_say_what_it_allows_is_left_alone(site):
    site.answers |= {"/robots.txt": (503, {}, b""), "/feed.xml": page(feed(site, ["/a"])), "/a": page()}
    _, records, _ = crawl(site, client_settings={"retries": 0})
    assert flaws(records) == {"feed.xml": "fetch_failed"}  # not refused for good: it is asked again in the next crawl
    assert "robots.txt" in records[0].record.detail
    assert not site.asked["/a"]


def test_crawl_delay_is_kept(site):
    site.answers |= {
        "/robots.txt": page(b"User-agent: *\nCrawl-delay: 0.3\n"),
        "/feed.xml": page(feed(site, ["/a", "/b", "/c"])),
        "/a": page(),
        "/b": page(),
        "/c": page(),
    }
    crawl(site)
    times = [when for when, path in site.times if path in ("/feed.xml", "/a", "/b", "/c")]
    assert all(later - earlier >= 0.29 for earlier, later in itertools.pairwise(times))


def test_busy_servers_are_asked_again_and_dead_ones_reported(site):
    def busy(handler):
        return page() if handler.server.asked["/busy"] > 2 else (503, {"Retry-After": "0"}, b"")

    site.answers |= {
        "/feed.xml": page(feed(site, ["/busy", "/gone", "/ever", "/later"])),
        "/busy": busy,
        "/gone": (410, {}, b""),
        "/ever": (500, {}, b""),
        "/later": (429, {"Retry-After": "9999"}, b""),
    }
    _, records, _ = crawl(site)
    assert flaws(records) == {"busy": None, "gone": "fetch_failed", "ever": "fetch_failed", "later": "fetch_failed"}
    assert (site.asked["/busy"], site.asked["/gone"], site.asked["/ever"], site.asked["/later"]) == (3, 1, 3, 1)


@pytest.mark.parametrize(
    "raw",
    [
        (
            b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY lol2 '
            b'"&lol;&lol;&lol;">]><rss><channel><item><link>&lol2;</link></item></channel></rss>'
        ),
        (
            b'<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM '
            b'"file:///etc/passwd">]><urlset><url><loc>&x;</loc></url></urlset>'
        ),
        b"<urlset><url><loc>no end",
        b"{broken json",
        gzip.compress(b"<urlset>" + b" " * (80 << 20)),
    ],
)
def test_hostile_lists_are_refused(raw):
    with pytest.raises(FlawError):
        read_list(raw, "https://a.example/feed")


def test_a_list_of_publishers_is_checked_before_anything_is_fetched(tmp_path, capsys):
    path = tmp_path / "publishers.toml"
    for text, message in (
        ("[[publisher]]\nname = 'A'\n", "needs feeds, sitemaps or pages"),
        ("[[publisher]]\nfeeds = ['ftp://a.example']\n", "not an http or https address"),
        ("[[publisher]]\nfeed = ['https://a.example']\n", "publisher.0.feed: unknown key; did you mean feeds?"),
        ("publisher = 3\n", "publisher"),
        ("not toml at all", "is not TOML"),
    ):
        path.write_text(text)
        with pytest.raises(ListError, match=re.escape(message)):
            read_publishers(path)
        assert main(["run", str(path), "--output", str(tmp_path / "out")]) == 2
        assert message in capsys.readouterr().err


def test_time_is_bounded_and_what_is_left_is_reported(site):
    site.answers |= {"/feed.xml": page(feed(site, [f"/{n}" for n in range(20)]))} | {f"/{n}": page() for n in range(20)}
    _, records, passed = crawl(site, entry={"max_pages": 5})
    assert len(records) == 5
    assert passed == {"pages left for the next crawl, as the publisher's limit was reached": 15}
    _, records, passed = crawl(site, budget_seconds=0.0)
    assert records == []
    assert sum(passed.values()) == 20


def test_a_run_over_publishers_publishes_once_and_keeps_warc(site, tmp_path, capsys):
    names = ["tram-strike.html", "museum-theft.html", "seawall-plan.html"]
    site.answers |= {"/feed.xml": page(feed(site, [f"/{name}" for name in [*names, "missing.html"]]), ETag='"1"')}
    site.answers |= {f"/{name}": page((NORTHQUAY / name).read_bytes()) for name in names}
    path = tmp_path / "publishers.toml"
    path.write_text(
        f"contact = 'desk@copydesk.example'\nprivate_hosts = ['{site.host}']\n[[publisher]]\n"
        "name = 'The Northquay Courier'\nlanguage = 'en'\n"
        f"tags = ['local', 'north']\nfeeds = ['{site.url}/feed.xml']\ndelay_seconds = 0\n"
    )
    out = tmp_path / "out"
    assert main(["run", str(path), "--output", str(out), "--keep-warc"]) == 0
    printed = capsys.readouterr().out
    assert "4 pages in" in printed
    assert "ingest.fetch_failed" in printed
    rows = query(out, "articles", "url, tags, publisher")
    assert {row[0] for row in rows} == {f"{site.url}/{name}" for name in names}
    assert all(row[1] == ["local", "north"] for row in rows)
    (warc,) = (out / "warc").iterdir()
    kept = page_rows([warc])
    assert {row["url"] for row in kept} == {row[0] for row in rows}
    assert {row["raw"] for row in kept} == {(NORTHQUAY / name).read_bytes() for name in names}
    site.asked.clear()
    assert main(["run", str(path), "--output", str(out)]) == 0
    assert not {f"/{name}" for name in names} & set(site.asked)
    assert count(out, "articles") == 3
    # what is forgotten is gone from the WARC too, and is not fetched again
    assert main(["forget", f"{site.url}/{names[0]}", "--yes", "--output", str(out)]) == 0
    left = page_rows([warc])
    assert {row["url"] for row in left} == {f"{site.url}/{name}" for name in names[1:]}
    site.answers["/feed.xml"] = page(feed(site, [f"/{name}" for name in names]), ETag='"2"')
    assert main(["run", str(path), "--output", str(out)]) == 0
    assert not {f"/{name}" for name in names} & set(site.asked)


def test_an_archive_at_an_address_is_a_file(site):
    pytest.importorskip("aiohttp")
    lines = (
        b'{"html": "<p>Ferry to stay", "url": "https://a.example/1"}\n'
        b'{"text": "Plain words.", "url": "https://a.example/2"}\n'
    )
    site.answers["/data/news.jsonl.gz"] = page(gzip.compress(lines), Content_Type="application/octet-stream")
    (ref,) = list_files([f"{site.url}/data/news.jsonl.gz"]).refs
    assert [row["url"] for row in file_rows(ref, Options(1 << 20))] == ["https://a.example/1", "https://a.example/2"]
