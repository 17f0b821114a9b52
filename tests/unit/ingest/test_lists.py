"""Feeds, sitemaps and robots.txt as servers really send them: every encoding, broken XML, entities, and attacks."""

import contextlib
import gzip
import time

import pytest
from support.news_site import feed
from support.news_site import page as answer

from tasks.ingest.bounded_streams import FlawError
from tasks.ingest.fetch.client import Client, ClientSettings
from tasks.ingest.fetch.crawl import Crawl, Fetched
from tasks.ingest.fetch.guard import Backend
from tasks.ingest.fetch.list_reader import _SHORT_BYTES, ListReader
from tasks.ingest.fetch.lists import read_list
from tasks.ingest.fetch.permissions import Permissions
from tasks.ingest.fetch.publishers import PublisherList
from tasks.vocabulary import Flaw

BASE = "https://a.example/news/list.xml"
ONE, TWO = "https://a.example/1", "https://a.example/2?a=1&b=2"
SITEMAP = '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</urlset>'
PLAIN = SITEMAP.format(f"<url><loc>{ONE}</loc></url>")
RSS = '<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{}</channel></rss>'
ITEM = f"<item><title>One</title><link>{ONE}</link></item>"
BURNER = '<rss version="2.0" xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0"><channel><item>'
RDF = "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'"
BURNER_END = "</item></channel></rss>"
JSON_FEED = '{"version": "https://jsonfeed.org/version/1.1", "items": [{"url": "%s"}]%s}'
LAUGHS = '<!ENTITY a "https://a.example/"><!ENTITY b "&a;&a;&a;&a;">'

READ = {
    "a bare ampersand": (SITEMAP.format(f"<url><loc>{TWO}</loc></url><url><loc>{ONE}</loc></url>"), [TWO, ONE]),
    "an escaped ampersand": (SITEMAP.format(f"<url><loc>{TWO.replace('&', '&amp;')}</loc></url>"), [TWO]),
    "an ampersand in CDATA": (SITEMAP.format(f"<url><loc><![CDATA[{TWO}]]></loc></url>"), [TWO]),
    "a letter as in HTML": (SITEMAP.format("<url><loc>/caf&eacute;</loc></url>"), ["https://a.example/café"]),
    "a prefix": (f'<s:urlset xmlns:s="u"><s:url><s:loc>{ONE}</s:loc></s:url></s:urlset>', [ONE]),
    "an undeclared prefix": (f"<s:urlset><s:url><s:loc>{ONE}</s:loc></s:url></s:urlset>", [ONE]),
    "pictures": (SITEMAP.format(f"<url><loc>{ONE}</loc><i:i><i:loc>/i.png</i:loc></i:i></url>"), [ONE]),
    "text": (f"{ONE}\r\n{TWO}\r\n", [ONE, TWO]),
    "text with a BOM": (f"\ufeff{ONE}\n", [ONE]),
    "a declared entity, not used": (f'<!DOCTYPE urlset [<!ENTITY nbsp "&#160;">]>{PLAIN[21:]}', [ONE]),
    "a declared entity, used in another address": (
        "<!DOCTYPE urlset [<!ENTITY x 'y'>]>"
        + SITEMAP.format(f"<url><loc>/&x;</loc></url><url><loc>{ONE}</loc></url>")[21:],
        [ONE],
    ),
    "an external document type": (f'<!DOCTYPE urlset SYSTEM "https://x.example/a.dtd">{PLAIN[21:]}', [ONE]),
    "a long comment before": (f"<?xml version='1.0'?><!-- <rss> {'x' * 9_000} -->{PLAIN[21:]}", [ONE]),
    "a tag that is closed wrongly": (PLAIN.replace("</url>", "</urll>"), [ONE]),
    "cut within the next address": (PLAIN.replace("</urlset>", "<url><loc>https://a.exam"), [ONE]),
    "control characters": (PLAIN.replace("<url>", "<url>\x01\x0b"), [ONE]),
    "XML 1.1": (PLAIN.replace("1.0", "1.1"), [ONE]),
    "a feed": (RSS.format(ITEM), [ONE]),
    "a feed behind the warnings of a program": (
        f"<br />\n<b>Warning</b>: x in /a.php on line 3<br />{RSS.format(ITEM)}",
        [ONE],
    ),
    "a feed behind a line of text": (f"Deprecated: old function\n{RSS.format(ITEM)[21:]}", [ONE]),
    "a sitemap behind a comment and a warning": (f"<!-- a --><b>Notice</b>: x{PLAIN[21:]}", [ONE]),
    "a JSON feed whose items have an id alone": (JSON_FEED.replace('"url"', '"id"') % (ONE, ""), [ONE]),
    "a JSON feed with ids that are no addresses": (JSON_FEED.replace('"url"', '"id"') % ("guid-1", ""), []),
    "a feed without items": (RSS.format(""), []),
    "an Atom feed without entries": ('<feed xmlns="http://www.w3.org/2005/Atom"><title>News</title></feed>', []),
    "a feed with a bare ampersand": (RSS.format(f"<item><link>{TWO}</link></item>"), [TWO]),
    "a feed with letters of HTML": (RSS.format(f"<item><title>a&nbsp;b</title><link>{ONE}</link></item>"), [ONE]),
    "a feed with an unquoted attribute": (RSS.format(ITEM).replace('"2.0"', "2.0"), [ONE]),
    "a feed counted by FeedBurner": (
        f"{BURNER}<link>https://feeds.example/~r/9</link><feedburner:origLink>{ONE}</feedburner:origLink>{BURNER_END}",
        [ONE],
    ),
    "a feed whose origLink is no address": (
        f"{BURNER}<link>{ONE}</link><feedburner:origLink>javascript:x()</feedburner:origLink>{BURNER_END}",
        [ONE],
    ),
    "a feed whose items have an address as their id alone": (
        RSS.format(
            f"<item><link/><guid isPermaLink='true'>{ONE}</guid></item>"
            "<item><guid isPermaLink='false'>tag:1</guid></item>"
        ),
        [ONE],
    ),
    "RSS 1.0 with addresses in rdf:about alone": (
        f"<rdf:RDF {RDF}><channel rdf:about='x'/><item rdf:about='{ONE}'><title>t</title></item></rdf:RDF>",
        [ONE],
    ),
    "a JSON feed": (JSON_FEED % (ONE, ""), [ONE]),
    "a JSON feed with NaN": (JSON_FEED % (ONE, ', "x": NaN'), [ONE]),
}


@pytest.mark.parametrize(("text", "pages"), READ.values(), ids=READ)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_lists_are_read_as_servers_send_them(text, pages, encoding):
    listed = read_list(text.lstrip("\ufeff" if encoding != "utf-8" else "").encode(encoding), BASE)
    assert listed is not None
    assert listed.pages == pages


@pytest.mark.parametrize("encoding", ["iso-8859-1", "windows-1251", "shift_jis", "nonsense", "utf-16"])
def test_a_declared_encoding_is_used_if_it_fits(encoding):
    text = PLAIN.replace('"1.0"', f'"1.0" encoding="{encoding}"')
    letter = {"iso-8859-1": "é", "windows-1251": "ж", "shift_jis": "字"}.get(encoding, "é")
    raw = text.replace("/1<", f"/{letter}<").encode(encoding if encoding not in ("nonsense", "utf-16") else "utf-8")
    listed = read_list(raw, BASE)
    assert listed is not None
    assert listed.pages == [f"https://a.example/{letter}"]


REFUSED = {
    "entities within entities": f"<!DOCTYPE urlset [{LAUGHS}]><urlset><url><loc>&b;</loc></url></urlset>",
    "the same in a feed": f"<!DOCTYPE rss [{LAUGHS}]><rss><channel><item><link>&b;</link></item></channel></rss>",
    "a file": "<!DOCTYPE r [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><urlset><url><loc>&x;</loc></url></urlset>",
    "behind a comment with a tag": (
        f"<!-- <rss a --><!DOCTYPE rss [{LAUGHS}]><rss><channel><item><link>&b;</link></item></channel></rss>"
    ),
    "far behind": (
        f"<!-- <urlset {'x' * 300_000} --><!DOCTYPE urlset [{LAUGHS}]><urlset><url><loc>&b;</loc></url></urlset>"
    ),
    "a document type that is broken": (
        "<!DOCTYPE rss [<!ENTITY a 'x' ]><rss><channel><item><link>&a;</link></item></channel></rss>"
    ),
    "a document type after the first tag": (
        "<rss a=b><!DOCTYPE rss [<!ENTITY a 'x'>]><channel><item><link>&a;</link></item></channel></rss>"
    ),
    "a feed that is cut before its items": "<rss version='2.0'><channel><title>News",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
def test_entities_are_never_expanded(text, encoding):
    with pytest.raises(FlawError) as caught:
        read_list(text.encode(encoding), BASE)
    assert caught.value.flaw is Flaw.BROKEN_FILE


@pytest.mark.parametrize("raw", [b"", b"Not found", b"<html><body>no</body></html>", b"[]", b"http:// no", b"<>"])
def test_what_is_no_list_is_not_taken_for_one(raw):
    assert read_list(raw, BASE) is None


@pytest.mark.parametrize(
    "raw",
    [
        pytest.param(RSS.format("<a></a>" * 400_000).encode(), id="tags", marks=pytest.mark.slow),
        pytest.param(gzip.compress(RSS.format("<item><link>a</link></item>" * 200_000).encode()), id="items"),
    ],
)
def test_a_feed_that_takes_too_long_ends_and_the_next_is_read(raw, monkeypatch):
    monkeypatch.setenv("COPYDESK_PAGE_CPU_SECONDS", "1")
    reader = ListReader()
    with pytest.raises(FlawError) as caught:
        reader.read(raw, BASE)
    assert caught.value.flaw is Flaw.READER_TIMEOUT
    listed = reader.read(PLAIN.encode(), BASE)
    reader.close()
    assert listed is not None
    assert listed.pages == [ONE]


def test_a_long_feed_that_is_broken_is_read_up_to_a_bound_and_says_so():
    items = "".join(f"<item><link>https://a.example/{n}</link>{'<b>x</b>' * 40}</item>" for n in range(2_000))
    assert len(read_list(RSS.format(items).encode(), BASE).pages) == 2_000
    before = time.process_time()
    found = read_list(RSS.format(f"{items}<item>").encode(), BASE)
    assert found.damage.startswith("the XML is broken; of ")
    assert found.pages == [f"https://a.example/{n}" for n in range(len(found.pages))]
    assert 200 < len(found.pages) < 2_000
    assert time.process_time() - before < 30  # minutes, if all were read


def test_a_valid_feed_has_time_by_its_size_and_a_short_one_needs_no_process(monkeypatch):
    monkeypatch.setenv("COPYDESK_PAGE_CPU_SECONDS", "1")
    reader = ListReader()
    listed = reader.read(RSS.format(ITEM).encode(), BASE)
    assert listed is not None
    assert reader._process is None
    dense = RSS.format("<item><link>https://a.example/1</link></item>" * 40_000)  # takes more than two seconds
    listed = reader.read(dense.encode(), BASE)
    reader.close()
    assert listed is not None
    assert listed.pages


@pytest.mark.parametrize("sign", ["<!--", "<![CDATA[", "&", "<", "<!DOCTYPE a [", "<a>", '<x a="'])
def test_a_short_list_takes_no_longer_than_a_page_may(sign):
    raw = ("<rss><channel>" + sign * (_SHORT_BYTES // len(sign))).encode()
    before = time.process_time()
    with contextlib.suppress(FlawError):
        read_list(raw, BASE)
    assert time.process_time() - before < 3


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "windows-1252"]
)
def test_robots_are_obeyed_in_any_encoding(site, encoding):
    text = "User-agent: *\nDisallow: /private/\n# café\n"
    site.answers["/robots.txt"] = answer(text.encode(encoding))
    client = Client(ClientSettings("test", 1 << 20, delay_seconds=0), Backend([site.host]))
    permissions = Permissions(client, site.url, "test")
    client.close()
    assert permissions.refusal(f"{site.url}/private/1") == (Flaw.ROBOTS, "robots.txt disallows it")
    assert permissions.refusal(f"{site.url}/public/1") is None


@pytest.mark.parametrize(
    ("text", "is_refused"),
    [
        ("User-agent: archive\nAllow: /\nUser-agent: *\nDisallow: /", True),  # a word of the contact's address
        ("User-agent: a\nCrawl-delay: 1\nUser-agent: *\nDisallow: /", True),
        ("User-agent: news\nDisallow: /", False),
        ("User-agent: COPYDESK\nDisallow: /\nUser-agent: *\nAllow: /", True),
    ],
)
@pytest.mark.parametrize("packings", [0, 1, 2])  # by a server that does not say so
def test_robots_name_the_program_and_not_its_user(site, text, is_refused, packings):
    body = text.encode()
    for _ in range(packings):
        body = gzip.compress(body)
    site.answers["/robots.txt"] = answer(body)
    client = Client(ClientSettings("test", 1 << 20, delay_seconds=0), Backend([site.host]))
    permissions = Permissions(client, site.url, "Copydesk/1 (news archive; desk@archive.example)")
    client.close()
    assert (permissions.refusal(f"{site.url}/1") is not None) == is_refused
    assert permissions.delay_seconds == 0


def test_a_sitemap_that_is_compressed_twice_is_read():
    listed = read_list(gzip.compress(gzip.compress(PLAIN.encode())), BASE)
    assert listed is not None
    assert listed.pages == [ONE]


def test_what_a_broken_list_still_names_is_fetched_and_its_end_is_asked_for_again(site):
    cut = feed(site, ["/a", "/b"], "sitemap").replace(b"</urlset>", b"<url><loc>")
    site.answers |= {"/map.xml": answer(cut, ETag='"1"'), "/empty.xml": answer(RSS.format("").encode())}
    site.answers |= {"/a": answer(b"<html><p>A</p></html>"), "/b": answer(b"<html><p>B</p></html>")}
    entry = {"feeds": [f"{site.url}/map.xml", f"{site.url}/empty.xml"], "delay_seconds": 0}
    listed = PublisherList.model_validate({"private_hosts": [site.host], "publisher": [entry]})
    crawl = Crawl(listed, {}, lambda _: False, 1 << 20, "test")
    items = list(crawl.run())
    assert sorted(item.url.rpartition("/")[2] for item in items if isinstance(item, Fetched)) == ["a", "b"]
    assert all(item.record.flaw is None for item in items if isinstance(item, Fetched))
    notes = [item.kind for item in items if not isinstance(item, Fetched)]
    assert notes == ["lists that could be read only in part: the XML is broken"]
    assert f"{site.url}/map.xml" not in crawl.fetched  # it is not known whole
