"""What hostile or damaged servers send, and where no crawl may go: it ends, in bounded time, and says what it met."""

import gzip
import socket
import ssl
import subprocess
import threading
import time
import zlib

import brotli
import pyarrow as pa
import pytest
from support.crawls import AGENT, WHOLE_STORY, crawl, flaws, page
from support.news_site import drip, endless, feed, raw_answer, slow_headers

from tasks.ingest.bounded_streams import FlawError
from tasks.ingest.fetch import client
from tasks.ingest.fetch.client import Client, ClientSettings
from tasks.ingest.fetch.guard import Backend


@pytest.mark.parametrize(
    ("coding", "pack"),
    [("gzip", gzip.compress), ("br", brotli.compress), ("zstd", lambda raw: pa.compress(raw, "zstd", asbytes=True))],
)
def test_codings_are_undone_within_bounds(site, coding, pack):
    site.answers |= {
        "/feed.xml": page(feed(site, ["/a", "/bomb"])),
        "/a": page(pack(WHOLE_STORY), Content_Encoding=coding),
        "/bomb": page(pack(b"\0" * (40 << 20)), Content_Encoding=coding),
    }
    _, records, _ = crawl(site)
    assert next(item.record.raw for item in records if item.url.endswith("/a")) == WHOLE_STORY
    assert flaws(records)["bomb"] in ("decompression_bomb", "too_large")


def test_a_bomb_is_refused_before_its_end_is_looked_for(site, monkeypatch):
    asked = []
    monkeypatch.setattr(client, "is_cut", lambda body, coding: asked.append(coding))  # it unpacks all of a body
    bomb = gzip.compress(b"\0" * (40 << 20))
    site.answers |= {
        "/feed.xml": page(feed(site, ["/a", "/bomb"])),
        "/a": page(zlib.compress(WHOLE_STORY), Content_Encoding="deflate"),
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
