"""The web page is read-only, on this machine only, and nothing that a page contains is run."""

import socket

import duckdb
import pytest
from support.browsing import ARTICLES, SCRIPT, ask, get, make_dataset

from flows.browse.address import BROWSE_URL, browse_link, browse_url
from flows.browse.app import make_app
from flows.browse.server import serve_dataset
from flows.browse.snapshot import ChangedError, Dataset, TooSlowError
from flows.browse.views import web_address
from tasks.errors import UsageError

FIRST = ARTICLES[0]
VIEWS = (
    "/",
    "/articles",
    "/articles?q=script",
    f"/articles?publisher={SCRIPT}",
    "/quarantine",
    f"/quarantine?reason={SCRIPT}",
    "/sites",
    f"/sites?q={SCRIPT}",
    "/runs",
    f"/page/{FIRST['article_id']}",
    "/page/q1",
    f"/page/{FIRST['doc_id']}/source",
    "/page/q1/source",
    f"/page/{SCRIPT}",
    f"/articles?sort={SCRIPT}",
    "/nothing",
)


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    return make_dataset(tmp_path_factory.mktemp("safety") / "out")


@pytest.fixture(scope="module")
def app(root):
    return make_app(root)


@pytest.mark.parametrize("address", VIEWS)
def test_what_pages_contain_is_text(app, address):
    answer = get(app, address)
    page = answer.text.lower()
    assert "<script" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    assert "\u202e" not in page
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1", 200),
        ("127.0.0.1:8321", 200),
        ("localhost:8321", 200),
        ("LOCALHOST", 200),
        ("evil.example", 400),
        ("evil.example:8321", 400),
        ("127.0.0.1.evil.example", 400),
        ("0.0.0.0:8321", 400),
        ("", 400),
    ],
)
def test_only_requests_for_this_machine_are_answered(app, host, status):
    answer = get(app, "/", Host=host)
    assert answer.status_code == status
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert ("65 articles" in answer.text) == (status == 200)


def test_the_host_of_the_configured_address_is_answered(root, monkeypatch):
    monkeypatch.setenv(BROWSE_URL, "https://desk.example/")
    assert get(make_app(root), "/", Host="desk.example").status_code == 200
    assert browse_url() == "https://desk.example"
    assert browse_link("runs", "a/b") == "https://desk.example/runs/a%2Fb"
    assert browse_link("quarantine", reason="a.b & c") == "https://desk.example/quarantine?reason=a.b+%26+c"
    monkeypatch.setenv(BROWSE_URL, "desk.example")
    with pytest.raises(UsageError, match="not an address"):
        browse_url()
    assert browse_link("runs") == ""
    monkeypatch.delenv(BROWSE_URL)
    assert browse_url() == browse_link("runs") == ""


@pytest.mark.parametrize(
    ("site", "mode", "status"),
    [
        ("cross-site", "no-cors", 403),
        ("same-site", "cors", 403),
        ("cross-site", "navigate", 200),
        ("same-origin", "cors", 200),
        ("none", "navigate", 200),
    ],
)
def test_another_site_may_link_here_and_nothing_else(app, site, mode, status):
    assert get(app, "/runs", Sec_Fetch_Site=site, Sec_Fetch_Mode=mode).status_code == status


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_nothing_can_be_changed(app, method):
    assert {answer.status_code for answer in ask(app, "/", "/articles", "/sites", method=method)} == {405}


@pytest.mark.parametrize(
    "address",
    [
        "/runs/..%2Fruns%2Fx",
        "/runs/%2e%2e",
        "/runs/index.html.html",
        "/page/..%2F..%2Fetc%2Fpasswd",
        "/page/../../etc/passwd",
        "/articles.py",
        "/style.css/../app.py",
    ],
)
def test_an_address_is_never_a_path(app, address):
    answer = get(app, address)
    assert answer.status_code == 404
    assert "root:" not in answer.text


@pytest.mark.parametrize(
    "sql",
    [
        "select * from read_csv('/etc/hostname')",
        "select * from read_text('/etc/hostname')",
        "copy (select 1) to '/tmp/copydesk-browse-test.csv'",
        "attach '/tmp/copydesk-browse-test.db'",
        "set enable_external_access = true",
        "install httpfs",
    ],
)
def test_duckdb_reads_only_the_output(root, sql):
    with pytest.raises((duckdb.Error, ChangedError)):
        Dataset(root).snapshot().rows(sql)


def test_a_query_has_a_time_limit(root):
    endless = "select count(*) as n from range(10000000) a, range(10000000) b where a.range % 7 = b.range % 5"
    with pytest.raises(TooSlowError, match="took more than"):
        Dataset(root).snapshot().rows(endless, seconds=0.2)


@pytest.mark.parametrize(
    ("value", "is_link"),
    [
        ("https://paper.example/a?b=c", True),
        ("http://paper.example", True),
        ("javascript:alert(1)", False),
        ("data:text/html,x", False),
        ("file:///etc/passwd", False),
        ("https:", False),
        ("http://[bad", False),
        (None, False),
    ],
)
def test_only_web_addresses_are_links(value, is_link):
    assert bool(web_address(value)) is is_link


def test_a_port_that_is_taken_is_one_sentence(tmp_path):
    root = make_dataset(tmp_path / "out")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError) as error:
            serve_dataset(str(root), port)
    assert str(error.value) == f"--port: cannot listen on 127.0.0.1:{port} (Address already in use); choose another"
