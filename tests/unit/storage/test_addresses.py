"""Addresses lose their secrets and nothing else; paths lose what a terminal or a table cannot take."""

import os

import pytest

from tasks.storage.addresses import (
    GIVEN_VARIABLE,
    as_given,
    folder_of,
    hand_on_given,
    has_secret_parameter,
    keep_as_given,
    printable,
    scrubbed,
    shown,
    without_grant,
    without_secrets,
)

SECRET = "hunter2"
WITHOUT = {
    f"https://desk:{SECRET}@a.example/news": "https://a.example/news",
    f"https://{SECRET}@a.example:8080/": "https://a.example:8080/",
    f"https://desk:{SECRET}@[2001:db8::1]/x": "https://[2001:db8::1]/x",
    f"https://a.example/f.zip?X-Amz-Algorithm=A&X-Amz-Credential=k%2F1&X-Amz-Date=1&X-Amz-Signature={SECRET}": (
        "https://a.example/f.zip"
    ),
    f"https://a.example/f?v=2&X-Goog-Signature={SECRET}&X-Goog-Expires=9": "https://a.example/f?v=2",
    f"https://a.example/f?temp_url_sig={SECRET}&temp_url_expires=9&v=2": "https://a.example/f?v=2",
    f"https://a.example/f?magic_link={SECRET}&passcode={SECRET}&v=2": "https://a.example/f?v=2",
    f"https://a.example/f?x-url-hmac={SECRET}": "https://a.example/f",
    "https://a.example/f?zodiac_sign=aries&boarding_pass=1": "https://a.example/f?zodiac_sign=aries&boarding_pass=1",
    f"https://x.blob.core.windows.net/c/f?sv=2024&se=2026&sp=r&sr=b&sig={SECRET}": (
        "https://x.blob.core.windows.net/c/f"
    ),
    f"https://a.example/f?AWSAccessKeyId=k&Expires=17&Signature={SECRET}": "https://a.example/f",
    f"https://cdn.example/f?id=7&Policy=p&Signature={SECRET}&Key-Pair-Id=k": "https://cdn.example/f?id=7",
    f"https://a.example/feed?id=3&token={SECRET}&page=2": "https://a.example/feed?id=3&page=2",
    f"https://a.example/feed?api_key={SECRET}": "https://a.example/feed",
    f"https://a.example/feed?apiKey={SECRET}&q=a%20b": "https://a.example/feed?q=a%20b",
    f"https://a.example/feed?%74oken={SECRET}": "https://a.example/feed",
    f"https://a.example/feed?user=desk&password={SECRET}": "https://a.example/feed",
    "https://a.example/feed?key=AIzaSyA0123456789abcdefghij": "https://a.example/feed",
    "https://a.example/rss?key=hT7xQ2mZ&n=5": "https://a.example/rss?n=5",
    "https://a.example/p?code=Zq81-LmX_4&id=1": "https://a.example/p?id=1",
    "https://a.example/p?authorization_code=x1&access-code=y2&id=1": "https://a.example/p?id=1",
    f"https://a.example/p#access_token={SECRET}&state=1": "https://a.example/p#state=1",
    f"https://a.example/p;jsessionid={SECRET}?id=1": "https://a.example/p?id=1",
    f"https://a.example/get?url=https%3A%2F%2Fdesk%3A{SECRET}%40b.example%2Fx": (
        "https://a.example/get?url=https%3A%2F%2Fb.example%2Fx"
    ),
    "https://a.example/token/0af3b8c1d2e3f405a6/story?id=1": "https://a.example/token/story?id=1",
    "https://a.example/v1/api_key=0af3b8c1d2e3f405a6/story": "https://a.example/v1/api_key/story",
    "https://a.example/access-token/123e4567-e89b-12d3-a456-426614174000": "https://a.example/access-token",
    "https://a.example/token/eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl/x": "https://a.example/token/x",
    "https://api.example/bot123456789:AAF0kqZ1pQ9xW3eR5tY7uI9oP1aS3dF5gH/file": "https://api.example/bot/file",
    "https://a.example/v?__gda__=1_0af3&wmsAuthSign=c2ln&id=1": "https://a.example/v?id=1",
    "https://a.example/v?hdntl=exp=1~hmac=0af3&verify=1700000000-hT7xQ2mZ&id=1": "https://a.example/v?id=1",
    "https://a.example/p?sid=hT7xQ2mZ9k&id=1": "https://a.example/p?id=1",
    f"ftp://desk:{SECRET}@a.example/news.warc.gz": "ftp://a.example/news.warc.gz",
    f"zip://*.html::https://desk:{SECRET}@a.example/x.zip": "zip://*.html::https://a.example/x.zip",
    f"abfss://news:{SECRET}@x.dfs.core.windows.net/a": "abfss://news@x.dfs.core.windows.net/a",
}
UNCHANGED = [
    "https://a.example/article?id=3&page=2",
    "https://a.example/article?key=12&sid=44&user=7",
    "https://a.example/article?key=20250304.22&code=LSD",
    "https://a.example/article?code=NB0014&key=ferry-to-stay-2026",
    "https://a.example/token/bitcoin-falls-below-20000-in-2026",
    "https://a.example/tags/token/0af3",
    "https://a.example/token/Bitcoin-ETF-Approved-2026",
    "https://a.example/monkey/stories/2026/11/28/escaped",
    "https://a.example/botany/2026",
    "https://a.example/story?sid=20261128&verify=1&pw=2",
    "https://a.example/list?pageToken=abc",
    "https://a.example/@desk/story",
    "https://a.example/?q=a@b.example",
    "https://a.example/x?",
    "https://a.example/x#comments",
    "https://a.example/?expires=never&policy=open",
    "s3://news/in/*.json?",
    "abfss://news@x.dfs.core.windows.net/a",
    "github://org:repo@main/pages",
    "pages/2026-11-22",
    "mailto:desk@a.example",
]


@pytest.mark.parametrize(("address", "clean"), WITHOUT.items(), ids=range(len(WITHOUT)))
def test_secrets_of_addresses_are_left_out(address, clean):
    assert without_secrets(address) == clean
    assert without_secrets(clean) == clean
    assert scrubbed(f"403 Forbidden, url='{address}'") == f"403 Forbidden, url='{clean}'"


@pytest.mark.parametrize(
    ("message", "clean"),
    [
        (f'Invalid bucket name "AKIA1:{SECRET}@news": must match', 'Invalid bucket name "news": must match'),
        (f"login failed for desk:{SECRET}@db.example", "login failed for db.example"),
        (f"(user=a:{SECRET}@[::1])", "(user=[::1])"),
        ("at 10:30 write to desk@paper.example", "at 10:30 write to desk@paper.example"),
        ("see mailto:desk@paper.example", "see mailto:desk@paper.example"),
    ],
)
def test_a_login_is_left_out_of_a_message_that_names_its_host_alone(message, clean):
    assert scrubbed(message) == clean


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        (f"https://a:{SECRET}@i.example/a.jpg?w=9", "https://i.example/a.jpg?w=9"),
        (f"https://i.example/a.jpg?X-Amz-Date=1&X-Amz-Security-Token={SECRET}", "https://i.example/a.jpg"),
        (f"https://i.example/a.jpg?v=1&X-Goog-Signature={SECRET}", "https://i.example/a.jpg?v=1"),
        (
            "https://i.example/resizer/a.jpg?auth=0a1b2c&width=1200",
            "https://i.example/resizer/a.jpg?auth=0a1b2c&width=1200",
        ),
    ],
)
def test_an_image_keeps_the_signature_of_its_size_but_no_grant_of_a_store(address, kept):
    assert without_grant(address) == kept


@pytest.mark.parametrize("address", UNCHANGED)
def test_the_rest_of_an_address_stays(address):
    assert without_secrets(address) == address


def test_a_login_alone_does_not_make_two_addresses_of_one():
    assert not has_secret_parameter(f"https://desk:{SECRET}@a.example/feed")
    assert has_secret_parameter(f"https://a.example/feed?token={SECRET}")


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("plain.html", "plain.html"),
        ("größe/संपादक/می‌خواهم.html", "größe/संपादक/می‌خواهم.html"),
        (os.fsdecode(b"latin\xe9.html"), "latin\\xe9.html"),
        ("two\nlines\r.html", "two\\nlines\\r.html"),
        ("\x1b[31mred\x1b]8;;x\x07.html", "\\x1b[31mred\\x1b]8;;x\\x07.html"),
        ("\u202egnp.html", "\\u202egnp.html"),
        ("[bold]x[/b].html", "[bold]x[/b].html"),
    ],
)
def test_paths_are_written_so_that_they_can_be_read(path, name):
    assert printable(path) == shown(path) == name
    name.encode()


def test_sources_are_opened_as_they_were_given(monkeypatch):
    sources = [f"https://desk:{SECRET}@a.example/feed", "pages", os.fsdecode(b"latin\xe9.html"), "pages"]
    names = keep_as_given(sources)
    assert names == ["https://a.example/feed", "pages", "latin\\xe9.html", "pages"]
    assert as_given(names) == sources[:3]
    monkeypatch.setenv(GIVEN_VARIABLE, "{}")
    hand_on_given()
    monkeypatch.setattr("tasks.storage.addresses._given", type(as_given.__globals__["_given"])())  # another process
    assert as_given(names) == sources[:3]
    assert as_given(["https://b.example/"]) == ["https://b.example/"]


def test_two_sources_that_differ_in_a_secret_alone_are_both_opened():
    sources = ["https://c.example/feed?token=1", "https://c.example/feed?token=2"]
    assert as_given(keep_as_given(sources)) == sources


@pytest.mark.parametrize(
    ("address", "folder"),
    [
        ("https://a.example/S%C3%BCd/2026/story", "Süd"),
        ("https://a.example/story", ""),
        ("https://[a/sport/story", ""),
        ("https://\u2100.x/sport/story", ""),
        (None, ""),
    ],
)
def test_the_folder_of_a_page(address, folder):
    """Files may give any text as an address: one that was none stopped the batch."""
    assert folder_of(address) == folder
