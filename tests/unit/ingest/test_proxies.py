"""The crawl goes through the proxy that the environment names, and the guard holds there too."""

import pytest
from support.news_site import Handler, NewsSite, page

from tasks.ingest.bounded_streams import FlawError
from tasks.ingest.fetch.client import Client, ClientSettings
from tasks.ingest.fetch.guard import Backend
from tasks.ingest.fetch.proxies import ProxyError, check_proxies, proxy_for
from tasks.vocabulary import Flaw

NAMES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
PUBLIC = "93.184.216.34"


def refuse_tunnel(handler):
    handler.server.asked[f"CONNECT {handler.path}"] += 1
    handler.send_response(403)
    handler.send_header("Content-Length", "0")
    handler.end_headers()


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    return monkeypatch


@pytest.fixture
def proxy(monkeypatch):
    monkeypatch.setattr(Handler, "do_CONNECT", refuse_tunnel, raising=False)
    server = NewsSite()
    yield server
    server.shutdown()
    server.server_close()


def get(url, addresses, private=()):
    def resolver(host, _port):
        if host not in addresses:
            raise OSError("no such name")
        return [addresses[host]]

    settings = ClientSettings("test", 1 << 20, delay_seconds=0, retries=0, request_seconds=5)
    client = Client(settings, Backend(private, resolver))
    try:
        return client.get(url)
    finally:
        client.close()


@pytest.mark.parametrize("name", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_pages_are_fetched_through_the_proxy(proxy, environment, name):
    environment.setenv(name, f"http://desk:pass%40word@{proxy.host}")
    proxy.answers["http://paper.example/a"] = page(b"by proxy")
    assert get("http://paper.example/a", {"paper.example": PUBLIC}).body == b"by proxy"
    assert proxy.headers[0]["proxy-authorization"] == "Basic ZGVzazpwYXNzQHdvcmQ="


def test_a_name_that_only_the_proxy_knows_is_left_to_it(proxy, environment):
    environment.setenv("HTTP_PROXY", proxy.host)
    proxy.answers["http://paper.example/a"] = page(b"by proxy")
    assert get("http://paper.example/a", {}).body == b"by proxy"


@pytest.mark.parametrize(
    ("url", "addresses"),
    [
        ("http://169.254.169.254/latest", {"169.254.169.254": "169.254.169.254"}),
        ("http://paper.example/a", {"paper.example": "10.0.0.7"}),
        ("http://intranet/a", {}),
        ("http://wiki.corp/a", {}),
        ("http://printer.local./a", {}),
        ("http://kubernetes.default.svc/api", {}),
        ("http://a.localdomain/a", {}),
        ("http://127.0.0.1./a", {}),
        ("http://metadata.platformequinix.com/metadata", {}),
        ("http://metadata.goog/computeMetadata/v1/", {}),
    ],
)
def test_the_proxy_is_not_asked_for_what_is_not_public(proxy, environment, url, addresses):
    environment.setenv("HTTP_PROXY", f"http://{proxy.host}")
    with pytest.raises(FlawError) as caught:
        get(url, addresses)
    assert caught.value.flaw is Flaw.ADDRESS_REFUSED
    assert not proxy.asked


def test_a_redirect_by_the_proxy_to_a_private_address_is_refused(proxy, environment):
    environment.setenv("HTTP_PROXY", f"http://{proxy.host}")
    proxy.answers["http://paper.example/a"] = (302, {"Location": "http://10.0.0.7/x"}, b"")
    with pytest.raises(FlawError) as caught:
        get("http://paper.example/a", {"paper.example": PUBLIC, "10.0.0.7": "10.0.0.7"})
    assert caught.value.flaw is Flaw.ADDRESS_REFUSED


def test_https_goes_through_a_tunnel_and_a_proxy_that_refuses_is_named(proxy, environment):
    environment.setenv("HTTPS_PROXY", f"http://{proxy.host}")
    with pytest.raises(FlawError) as caught:
        get("https://paper.example/a", {"paper.example": PUBLIC})
    assert caught.value.flaw is Flaw.FETCH_FAILED
    assert "403" in caught.value.detail
    assert list(proxy.asked) == ["CONNECT paper.example:443"]


@pytest.mark.parametrize("excepted", ["127.0.0.1", "127.0.0.0/8", "*", "paper.example, 127.0.0.1"])
def test_no_proxy_is_honoured(proxy, environment, excepted):
    environment.setenv("HTTP_PROXY", "http://127.0.0.1:9")  # where nothing listens
    environment.setenv("NO_PROXY", excepted)
    proxy.answers["/a"] = page(b"direct")
    assert get(f"{proxy.url}/a", {"127.0.0.1": "127.0.0.1"}, [proxy.host]).body == b"direct"


@pytest.mark.parametrize(
    ("excepted", "url", "is_direct"),
    [
        ("*", "http://a.example/", True),
        (".a.example", "http://b.a.example/", True),
        (".a.example", "http://ba.example/", False),
        ("*.a.example", "http://b.a.example/", True),
        ("*.a.example", "http://ba.example/", False),
        ("a.example.", "http://a.example/", True),
        ("a.example", "http://a.example./", True),
        ("b.example , *.A.example", "http://x.a.example/", True),
        ("a.example:8080", "http://a.example:8080/", True),
        ("a.example:8080", "http://a.example/", False),
        ("[2001:db8::1]", "http://[2001:db8::1]/", True),
        ("2001:db8::/32", "http://[2001:db8::1]:80/", True),
        ("10.0.0.0/8", "http://10.1.2.3/", True),
        ("10.0.0.0/8", "http://11.1.2.3/", False),
    ],
)
def test_no_proxy_in_the_forms_of_other_programs(environment, excepted, url, is_direct):
    environment.setenv("HTTP_PROXY", "http://proxy.example:3128")
    environment.setenv("NO_PROXY", excepted)
    assert (proxy_for(url) is None) is is_direct


@pytest.mark.parametrize(
    ("name", "value"),
    [("ALL_PROXY", "socks5://127.0.0.1:1080"), ("HTTPS_PROXY", "http://:3128"), ("HTTP_PROXY", "http://host:port")],
)
def test_a_proxy_of_another_kind_is_refused_in_words(environment, name, value):
    environment.setenv(name, value)
    with pytest.raises(ProxyError, match=f"{name}=.*not an HTTP proxy"):
        check_proxies()


def test_a_refused_proxy_does_not_tell_its_password(environment):
    environment.setenv("ALL_PROXY", "socks5://desk:hunter2@127.0.0.1:1080")
    with pytest.raises(ProxyError) as caught:
        check_proxies()
    assert "hunter2" not in str(caught.value)


def test_without_a_proxy_nothing_changes():
    assert proxy_for("http://paper.example/a") is None
    check_proxies()
