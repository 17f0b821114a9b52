"""Pages fetched from a news site on loopback: politely, within what it allows, and never where they must not go."""

import gzip
import itertools
import re
import socket
import ssl
import subprocess
import threading
import time
import zlib
from collections import Counter

import brotli
import pyarrow as pa
import pytest
from support.datasets import count, query
from support.news_site import NewsSite, drip, endless, feed, raw_answer, slow_headers
from support.pages import page_rows
from support.paths import PAGES

from flows.cli.main import main
from tasks.ingest.bounded_streams import FlawError
from tasks.ingest.fetch import client
from tasks.ingest.fetch.client import Client, ClientSettings
from tasks.ingest.fetch.crawl import Crawl, Fetched
from tasks.ingest.fetch.guard import Backend, is_public
from tasks.ingest.fetch.lists import read_list
from tasks.ingest.fetch.publishers import ListError, PublisherList, read_publishers
from tasks.ingest.formats import Options
from tasks.ingest.listing import list_files
from tasks.ingest.worker import file_rows

NORTHQUAY = PAGES / "northquay"
AGENT = "Copydesk/test (news archive; desk@copydesk.example)"
STORY = (NORTHQUAY / "tram-strike.html").read_bytes()


def page(body=STORY, **headers):
    return 200, {name.replace("_", "-"): value for name, value in headers.items()}, body


def crawl(site, feeds=("/feed.xml",), known=(), memory=None, entry=None, private=None, **changes):
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
    return {item.url.rpartition("/")[2]: item.record.flaw and item.record.flaw.value for item in records}


@pytest.mark.parametrize("kind", ["rss", "atom", "json", "sitemap"])
def test_lists_of_every_kind_lead_to_their_pages(site, kind):
    site.answers |= {"/feed.xml": page(feed(site, ["/a", "/b"], kind)), "/a": page(), "/b": page()}
    _, records, _ = crawl(site)
    assert sorted(item.record.url for item in records) == [f"{site.url}/a", f"{site.url}/b"]
    assert all(item.record.raw == STORY and item.record.encoding == "utf-8" for item in records)
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
        "/f": page(STORY.replace(b"<head>", b'<head><meta name="robots" content="noai, noimageai">', 1)),
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
    ("coding", "pack"),
    [("gzip", gzip.compress), ("br", brotli.compress), ("zstd", lambda raw: pa.compress(raw, "zstd", asbytes=True))],
)
def test_codings_are_undone_within_bounds(site, coding, pack):
    site.answers |= {
        "/feed.xml": page(feed(site, ["/a", "/bomb"])),
        "/a": page(pack(STORY), Content_Encoding=coding),
        "/bomb": page(pack(b"\0" * (40 << 20)), Content_Encoding=coding),
    }
    _, records, _ = crawl(site)
    assert next(item.record.raw for item in records if item.url.endswith("/a")) == STORY
    assert flaws(records)["bomb"] in ("decompression_bomb", "too_large")


def test_a_bomb_is_refused_before_its_end_is_looked_for(site, monkeypatch):
    asked = []
    monkeypatch.setattr(client, "is_cut", lambda body, coding: asked.append(coding))  # it unpacks all of a body
    bomb = gzip.compress(b"\0" * (40 << 20))
    site.answers |= {
        "/feed.xml": page(feed(site, ["/a", "/bomb"])),
        "/a": page(zlib.compress(STORY), Content_Encoding="deflate"),
        "/bomb": page(bomb, Content_Encoding="gzip"),
    }
    _, records, _ = crawl(site)
    assert flaws(records)["bomb"] in ("decompression_bomb", "too_large")
    assert asked == ["deflate"]


HOSTILE = {
    "drip": (drip, "fetch_failed"),
    "slow-headers": (slow_headers, "fetch_failed"),
    "endless": (endless, "too_large"),
    "header-flood": (
        raw_answer(
            b"HTTP/1.1 200 OK\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(300)) + b"Content-Length: 2\r\n\r\nok"
        ),
        "fetch_failed",
    ),
    "giant-header": (raw_answer(b"HTTP/1.1 200 OK\r\nSet-Cookie: " + b"c" * 500_000 + b"\r\n\r\n"), "fetch_failed"),
    "too-long": (
        raw_answer(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 999999\r\n\r\nshort"),
        "fetch_failed",
    ),
    "no-http": (raw_answer(b"SSH-2.0-OpenSSH_9.2\r\n"), "fetch_failed"),
    "circle": ((302, {"Location": "/circle"}, b""), "fetch_failed"),
    "to-file": ((302, {"Location": "file:///etc/passwd"}, b""), "address_refused"),
    "to-private": ((302, {"Location": "http://192.168.0.1/"}, b""), "address_refused"),
    "to-metadata": ((302, {"Location": "http://169.254.169.254/latest/meta-data"}, b""), "address_refused"),
    "to-loopback": ((302, {"Location": "http://localhost:1/"}, b""), "address_refused"),
    "to-nowhere": ((302, {"Location": "http://[::1"}, b""), "address_refused"),
    "lying-type": (
        (200, {"Content-Type": "text/html"}, b"\x89PNG\r\n\x1a\n" + bytes(200)),
        None,
    ),  # known by its bytes, after ingest
}


def test_hostile_answers_are_reported_by_name_and_end(site):
    site.answers |= {"/feed.xml": page(feed(site, [f"/{name}" for name in HOSTILE] + ["/a"])), "/a": page()}
    site.answers |= {f"/{name}": answer for name, (answer, _) in HOSTILE.items()}
    start = time.monotonic()
    _, records, _ = crawl(site, client_settings={"retries": 0, "request_seconds": 1.5})
    assert flaws(records) == {name: want for name, (_, want) in HOSTILE.items()} | {"a": None}
    assert time.monotonic() - start < 30


def test_private_addresses_are_refused_unless_named(site):
    site.answers |= {"/feed.xml": page(feed(site, ["/a"])), "/a": page()}
    _, records, _ = crawl(site, private=[])
    assert flaws(records) == {"feed.xml": "address_refused"}
    assert not site.asked
    # a public name that leads to a private address, after its resolution
    _, records, _ = crawl(site, ["http://paper.example/feed.xml"], private=[], resolver=lambda host, port: ["10.0.0.7"])
    assert flaws(records) == {"feed.xml": "address_refused"}
    assert "10.0.0.7" in records[0].record.detail


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1::1"])
def test_public_addresses(address):
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    """127.0.0.1 10.1.2.3 172.16.0.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 ::1 fe80::1%eth0 fd00::1
    ::ffff:127.0.0.1 2002:7f00:1:: 64:ff9b::7f00:1 nonsense""".split(),
)
def test_addresses_that_are_not_public(address):
    assert not is_public(address)


def test_an_invalid_certificate_is_refused(tmp_path):
    key, cert = tmp_path / "k.pem", tmp_path / "c.pem"
    command = "openssl req -x509 -newkey rsa:2048 -nodes -days 1 -subj /CN=127.0.0.1".split()
    openssl = subprocess.run([*command, "-keyout", key, "-out", cert], capture_output=True, check=False)
    if openssl.returncode:
        pytest.skip("needs openssl")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    listener = socket.create_server(("127.0.0.1", 0))
    host = f"127.0.0.1:{listener.getsockname()[1]}"

    def serve():
        try:
            plain, _ = listener.accept()
            context.wrap_socket(plain, server_side=True)
        except OSError:
            pass

    threading.Thread(target=serve, daemon=True).start()
    client = Client(ClientSettings(AGENT, 1000, retries=0, request_seconds=5), Backend([host]))
    with pytest.raises(FlawError, match="certificate is not valid"):
        client.get(f"https://{host}/")
    client.close()
    listener.close()


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
