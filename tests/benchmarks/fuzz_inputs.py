"""Hostile inputs for `fuzz.py`: the sample pages and files made of them, damaged; each can be made again from its number."""

import bz2
import gzip
import io
import json
import lzma
import math
import random
import tarfile
import zipfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

PAGES = Path(__file__).parent.parent / "pages"
URL = "https://news.example/2024/05/06/story"


@dataclass(frozen=True)
class Input:
    """One file, or one answer of a server (`is_list`)."""

    number: int
    format: str
    name: str
    raw: bytes

    @property
    def is_list(self):
        return self.format in LISTS


@cache
def seeds(ending=""):
    return [path.read_bytes() for path in sorted(PAGES.rglob("*")) if path.is_file() and path.name.endswith(ending)]


# What a text may hold by the thousand: each was, or looks like, where a pattern starts to look ahead
TOKENS = (
    " ", "\t", "\n", "\r", "\x00", "\x0b", "\x1c", "\x85", "\xa0", "\u200b", "\u2028", "\ufeff", "\u202e", "\xad", "e\u0301", "\u0301", "-", "– ", "— ", "--",
    "_", "0", "1 ", "12.", "1,", "°", "'", "' ", '"', '" ', "“", "” ", "„", "«", "» ", "« ", "「", "」", "‘", "’", "(", ")", "( ", "[", "]", "{", "}", ",", ", ",
    ",,", ".", ". ", "...", "…", "! ", "? ", "a?b ", ": ", "; ", "|", " | ", "· ", "/", " / ", "\\", "*", "#", "@", "@a ", "a@b.", "www.", "http://", "http://a.", "a.b.",
    "a", "a ", "a a, ", "A ", "A. ", "A.", "Aa", "aA", "Mr. ", "By ", "by", "von ", "and ", "und ", "Jo Li ", "Jo Li, ", "Jo Li and ", "O'Neil-", "McX", "Dr. Jo ",
    "said ", "said Jo Li ", "“a” ", "“a,” said Jo Li. ", "\"a\" he said ", "– a, – said ", "der Sprecher ", "сказал ", "президент Иван ", "さん", "と話した", "日本", "氏は", "田中",
    "ア・", "、", "。", "ก", "한국 ", "ا", "\U0001f600", "1/1/", "1.1.", "12:34 ", "2023-01-01 ", "2023-01-01T00:00:00+00:00 ", "Jan ", "January 1, 2023 ", "1. Mai 2023 ", "Mon, ",
    "2 hours ago ", "5 h", "updated ", "published: ", "photo ", "Photo: ", "(photo ", "© ", "©2020 ", "© 2020-", "foto/", "AP Photo/", "(AP) — ", "NEW YORK, ", "Getty Images ",
    "Ã©", "Ã", "â€", "â€œ", "Â ", "ï»¿", "\ufffd", "&", "&amp;", "&#", "&#x41;", "&#0;", "&#xd800;", "<", ">", "</", "<!--", "-->", "<![CDATA[", "]]>", "<?", "{\"a\":", "//", "/*", "*/", "//\n", "\n\n \n",
    "<div>", "</div>", "<p>", "<span>", "<table>", "<tr><td>", "<b>", "<a href=x>", "</a>", "<b><p>", "<i><div>", "<font size=1>", "<select>", "<option>", "<svg>", "<math>", "<template>", "<br>", "<li>",
    "<ul><li>", "<article>", "<h1>a</h1>", "<time>", "<figure>", "<figcaption>a", "<script>", "<noscript>", "<style>", "<title>a</title>", "<base href=//[>", "<meta content=a name=b>", "<frameset>", "<form>",
    "<p class=byline>By Jo Li</p>", "<div class=author>", "<span itemprop=author>", "<a rel=tag href=/tag/a>a</a>", "<time datetime=2023-01-01>", "cookie ", "subscribe ", "Read more: ", "Advertisement\n",
)  # fmt: skip
WRAPS = (
    "{}", "{}", "\n{}\n", "\n\n{}\n\n", "<p>{}</p>", "<h1>{}</h1>", "<title>{}</title>", '<meta property="og:title" content="{}">', '<meta name="description" content="{}">', '<meta name="author" content="{}">',
    '<meta property="og:site_name" content="{}">', '<meta name="keywords" content="{}">', '<meta property="article:published_time" content="{}">', '<meta http-equiv="content-type" content="text/html; charset={}">',
    '<link rel="canonical" href="{}">', '<link rel="canonical" href="http://{}/">', '<base href="{}">', '<div class="{}">x</div>', '<p id="{}">x', '<div style="{}">x</div>', '<html lang="{}">', "<p class=byline>{}</p>", "<span class=author>By {}</span>",
    "<figure><img src=a><figcaption>{}</figcaption></figure>", "<footer>© {}</footer>", '<time datetime="{}">{}</time>', "<time>{}</time>", "<a href=\"/tag/{}\">{}</a>", '<a rel=author href="/author/{}">{}</a>', '<span itemprop="author">{}</span>',
    '<script type="application/ld+json">{}</script>', '<script>var a = {"datePublished": "{}"}</script>', '<script>{}', "<!-- {}", "<p title='{}", "<textarea>{}", "\nBy {}\n", "\n{} said.\n", "\n“{}” said Jo Li.\n", "\n{}, “Yes.”\n", "\n© {}\n", "\nPublished {}\n", "\nPhoto: {}\n",
    "\nUpdated: {}\n", "\nNEW YORK (AP) — {}\n", '<script type="application/ld+json">{"@type":"NewsArticle","headline":"{}","author":"{}","datePublished":"{}","articleBody":"{}"}</script>',
)  # fmt: skip
ADDRESSES = (
    "http://[::1", "http://[a]/x", "//[", "http://a:99999999/", "http://a:b/", "javascript:0", "data:,", "http://\u2100.x/", "http://a\\@b", "?", "#", "http://" + "a." * 400, "//", "http:///x", "http://x/%", "http://xn--a/", "http://\ud55c\uae00/",
    "http://x/\x00", "ftp://[", "http://x/" + "../" * 900, "http://x/?" + "a=b&" * 900, "http://x]/", "https://news.example:0/", " http://x ", "http://\u0130.x", "mailto:[", "/2024/99/99/",
)  # fmt: skip
TIMES = (
    "0000-00-00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2023-02-30", "2023-01-01T25:61:61Z", "2023-01-01T00:00:00+99:99", "1e999", "-1", "99999999999999999999", "1700000000", "1700000000000", "4102444800000000",
    "Mon, 99 Foo 2023 99:99:99 +9999", "١٢/٣/٢٠٢٣", "²⁰23-01-01", "2023-W99-9", "20230101T000000", "1/1/1", "31.12.99999", "今日", "Jan 0 0000", "12 am 12 pm", "31 septembre 2023", "1969-12-31", "292277026596-12-04",
    "2023-01-01T00:00:00.123456789123Z", "0001-01-01", "9999-12-31", "9999-12-31T23:59:59.999999Z", "2023-01-01 24:00", "May 5, 2023 at 13:45 pm EST", "٢٠٢٣", "Wed May 05 2023 00:00:00 GMT+9999",
)  # fmt: skip
VALUES = (None, True, 0, -1, 1e308, 10**30, "", " ", "\x00", [], {}, [[]], [None], [{}], {"@type": 5}, {"name": 5}, {"name": ["a", {}]}, {"name": None, "@type": ["Person"]}, ["a", 5, None, {"name": "Jo"}], {"@value": "a"}, {"@id": "#a"}, {"url": "//["}, "a" * 9000)  # fmt: skip
KEYS = (
    "@type", "@id", "headline", "name", "description", "datePublished", "dateModified", "author", "creator", "publisher", "keywords", "about", "articleSection", "image", "thumbnailUrl", "inLanguage", "isAccessibleForFree", "url",
    "mainEntityOfPage", "itemListElement", "articleBody", "@graph", "mainEntity", "hasPart", "isPartOf", "copyrightHolder", "wordCount", "sameAs", "coverageEndTime", "alternateName", "givenName", "familyName", "sourceOrganization",
)  # fmt: skip
HOSTILE = (
    b"\x00", b"\x00" * 50, b"\xed\xa0\x80", b"\xed\xb0\x80\xed\xa0\x80", b"\x00\xd8", b"\xd8\x00\xd8\x00", b"\xc0\xaf", b"\xe0\x80\xaf", b"\xf8\x88\x80\x80\x80", b"\xf4\x90\x80\x80", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf", b"\xff\xfe\x00\x00", b"\x1b$B", b"\x1b(B",
    b"\xff", b"\x80" * 40, b"\xc3", b"\xe2\x82", b"<meta charset=utf-7>", b"<meta charset=utf-16>", b"<meta charset=shift_jis>", b"<meta charset=x-user-defined>", b"<meta charset=zlib>", b"<meta charset=rot13>", b"<meta charset=idna>", b"<meta charset=unicode_escape>", b"<meta charset=hex>",
    b"<meta charset=undefined>", b"<meta charset=iso-2022-kr>", b"<meta charset=gb18030>", b"<?xml version='1.0' encoding='ebcdic-cp-us'?>", b"<plaintext>", b"</body></html>", b"<!doctype", b"<svg><style><!--</style>", b"--!>", b"\r", b"\r\r\n", b"\\ud800", b"\\u0000", b"<!ENTITY a 'b'>", b"&a;",
)  # fmt: skip
CODECS = ("latin-1", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "shift_jis", "euc_jp", "iso2022_jp", "gb18030", "big5", "koi8-r", "cp1251", "utf-7", "cp037", "iso8859-15", "utf-8-sig")


def _many(draw):
    """A token, or some by turns, many times."""
    unit = "".join(draw.choice(TOKENS) * draw.choice((1, 1, 1, 2, 7)) for _ in range(draw.choice((1, 1, 1, 2, 2, 3))))
    size = int(10 ** draw.uniform(1, 4.3 if draw.random() < 0.9 else 5.7))
    tail = draw.choice(("", "", "x", "!", "\x01", draw.choice(TOKENS)))
    return unit * max(size // max(len(unit), 1), 1) + tail


def _value(draw, depth=0):
    if draw.random() < 0.3 and depth < 4:
        return {draw.choice(KEYS): _value(draw, depth + 1) for _ in range(draw.randrange(5))}
    if draw.random() < 0.2 and depth < 4:
        return [_value(draw, depth + 1) for _ in range(draw.randrange(4))]
    return draw.choice((draw.choice(VALUES), draw.choice(TIMES), draw.choice(ADDRESSES), draw.choice(TOKENS) * 20))


def _json_ld(draw):
    kind = draw.random()
    if kind < 0.15:
        depth = int(10 ** draw.uniform(1, 5))
        return draw.choice(('{"@graph":', "[", '{"@type":"NewsArticle","author":', '{"a":[')) * depth + draw.choice(("", "1", "]" * depth, "}" * depth))
    if kind < 0.25:
        return '{"@type":"NewsArticle","wordCount":' + draw.choice(("9" * 5000, "1e999", "-1e-999", "NaN", "0x1", "01")) + "}"
    made = {"@type": draw.choice(("NewsArticle", "Person", ["NewsArticle", 5], "LiveBlogPosting", 5, None))}
    made |= {draw.choice(KEYS): _value(draw) for _ in range(draw.randrange(1, 9))}
    text = json.dumps(made, ensure_ascii=draw.random() < 0.5)
    return text if draw.random() < 0.7 else "// a\n" + text.replace(":", ": \n", 3).replace("}", ",}", 2)


def _planted(draw):
    """Something hostile in a place where it is read."""
    what = draw.choice((_many, _many, _many, _json_ld, lambda d: d.choice(ADDRESSES), lambda d: d.choice(TIMES)))(draw)
    wrap = '<script type="application/ld+json">{}</script>' if what[:1] in "{[" and len(what) > 9 else draw.choice(WRAPS)
    return wrap.replace("{}", what).encode("utf-8", "surrogatepass")


def _spot(draw, raw):
    """A place to plant at: anywhere, or after a tag or a line's end."""
    marks = (b"<head>", b"<body", b"<p>", b"</p>", b"</head>", b"\n", b"\n\n", b">")
    at = raw.find(draw.choice(marks), draw.randrange(len(raw) // 2 + 1)) if draw.random() < 0.7 else -1
    end = raw.find(b">", at) if at >= 0 and raw[at : at + 1] == b"<" else at
    return end + 1 if end >= 0 else draw.randrange(len(raw) + 1)


def _flip(draw, raw):
    held = bytearray(raw or b"\x00")
    for _ in range(draw.choice((1, 1, 2, 8, 64))):
        held[draw.randrange(len(held))] ^= 1 << draw.randrange(8)
    return bytes(held)


def _region(draw, raw):
    a = draw.randrange(len(raw) + 1)
    return a, min(len(raw), a + int(10 ** draw.uniform(0, 4)))


def _damaged(draw, raw):
    """The bytes with one damage that fits any kind of file."""
    kind = draw.randrange(7)
    if kind == 0:
        return _flip(draw, raw)
    if kind == 1:
        return raw[: draw.randrange(len(raw) + 1)]
    a, b = _region(draw, raw)
    if kind == 2:
        return raw[:a] + raw[b:]
    if kind == 3:
        return raw[:b] + raw[a:b] * draw.choice((1, 1, 2, 30)) + raw[b:]
    if kind == 4:
        other = draw.choice(seeds())
        c, d = _region(draw, other)
        return raw[:a] + other[c:d] + raw[b:]
    if kind == 5:
        return raw[:a] + draw.choice(HOSTILE) * draw.choice((1, 1, 2, 100)) + raw[a:]
    return raw[:a] + draw.randbytes(draw.choice((1, 4, 8, 100))) + raw[b:]


def page(draw):
    """The bytes of one page, damaged more often than not, and whether it is HTML."""
    is_html = draw.random() < 0.6
    raw = draw.choice(seeds(".html" if is_html else ".txt"))
    for _ in range(draw.choice((0, 1, 1, 1, 2, 2, 3, 5))):
        kind = draw.random()
        if kind < 0.55:
            at = _spot(draw, raw)
            raw = raw[:at] + _planted(draw) + raw[at:]
        elif kind < 0.9:
            raw = _damaged(draw, raw)
        elif kind < 0.94:
            raw = raw.decode("utf-8", "replace").encode(draw.choice(CODECS), draw.choice(("replace", "ignore", "replace")))
        elif kind < 0.96:
            raw = _planted(draw)
        elif kind < 0.965:  # as deep as no page is
            at = _spot(draw, raw)
            opening = draw.choice((b"<div>", b"<span>", b"<table>", b"<table><tr><td>", b"<b>", b"<ul><li>", b"<div class=byline>", b"<p itemprop=author>", b"<div hidden>", b"<font size=%d>", b"<blockquote>a"))
            raw = raw[:at] + opening * 100_000 + raw[at:]
        elif kind < 0.97:
            raw = b"<p " + b"a" * draw.choice((9, 10**6)) + b"='" + b"x y " * 200_000 + draw.choice((b"'>", b"")) + raw
        elif kind < 0.975:
            raw += draw.choice((b"a", b"1", b"a.", b"A", b"<p>", b"\n", b"a\n", b'"', "“".encode(), "日".encode())) * 1_000_000
        else:
            raw = raw * draw.choice((2, 3, 20))
    return raw[:6_000_000], is_html


def _url(draw):
    return draw.choice(ADDRESSES) if draw.random() < 0.2 else f"{URL}-{draw.randrange(9)}"


def _time(draw):
    return draw.choice(TIMES) if draw.random() < 0.3 else "2024-05-06T07:08:09Z"


def _name(draw, is_html):
    odd = ("../a.html", "/a.html", "C:a.txt", "a\\..\\b.txt", "a" * 400 + ".txt", ".a.html", "a.zip", "é.html", "a.html.gz", "a.txt.zst", "a.mhtml", "a.warc", "a", "", "\u202e.txt", "a.jpg", "urls.csv", "a\nb.txt")
    return draw.choice(odd) if draw.random() < 0.15 else f"{draw.randrange(99)}.{'html' if is_html else 'txt'}"


def _zip(draw):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", draw.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))) as archive:
        for raw, is_html in _some(draw):
            archive.writestr(zipfile.ZipInfo(_name(draw, is_html) or "x", (1980 + draw.randrange(120), 1, 1, 0, 0, 0)), raw)
    return sink.getvalue()


def _tar(draw, packed=True):
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=draw.choice((tarfile.GNU_FORMAT, tarfile.PAX_FORMAT))) as archive:
        for raw, is_html in _some(draw):
            info = tarfile.TarInfo(_name(draw, is_html))
            info.size = len(raw)
            info.mtime = draw.choice((0, 1, -5, 2**40, 2**62, 1e15, 1.5)) if draw.random() < 0.3 else 1_700_000_000
            if draw.random() < 0.1:
                info.pax_headers = {"mtime": draw.choice(("nan", "inf", "1e300", "x"))}
            archive.addfile(info, io.BytesIO(raw))
    return gzip.compress(sink.getvalue(), 1) if packed else sink.getvalue()


def _some(draw):
    return [page(draw) for _ in range(draw.choice((1, 1, 2, 3)))]


def _warc(draw, kind="response", packed=False):
    whole = b""
    for raw, is_html in _some(draw):
        body, head = raw, ""
        if kind == "response":
            coding = draw.choice(("", "", "", "gzip", "br", "deflate", "zstd", "chunked", "gzip, gzip"))
            body = gzip.compress(raw, 1) if coding.startswith("gzip") and draw.random() < 0.8 else raw
            line = "Transfer-Encoding" if coding == "chunked" else "Content-Encoding"
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if coding == "chunked" and draw.random() < 0.8 else body
            media = draw.choice(("text/html", "text/html; charset=latin1", "text/plain; charset=\ufffd", "image/png", "", "text/html;charset=" + "x" * 300)) if draw.random() < 0.3 else f"text/{'html' if is_html else 'plain'}"
            head = f"HTTP/1.1 {draw.choice(('200 OK', '200 OK', '200 OK', '404 No', 'x', '99999999999999999999 a'))}\r\nContent-Type: {media}\r\n" + (f"{line}: {coding}\r\n" if coding else "") + "\r\n"
        payload = head.encode() + body
        size = draw.choice((0, -1, 10**15, len(payload) + 5)) if draw.random() < 0.05 else len(payload)
        fields = f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{draw.random()}>\r\nWARC-Date: {_time(draw)}\r\nWARC-Target-URI: {_url(draw)}\r\nContent-Type: {'application/http;msgtype=response' if head else 'text/plain'}\r\nContent-Length: {size}\r\n\r\n"
        record = fields.encode("utf-8", "surrogatepass") + payload + b"\r\n\r\n"
        whole += gzip.compress(record, 1) if packed else record
    return whole


def _wacz(draw):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        packed = draw.random() < 0.7
        inner = _warc(draw, packed=packed)
        archive.writestr("archive/a.warc" + (".gz" if packed else ""), _damaged(draw, inner) if draw.random() < 0.3 else inner)
        archive.writestr("datapackage.json", "{}")
    return sink.getvalue()


def _rows(draw):
    """Pages as rows of a table."""
    rows = []
    for raw, is_html in _some(draw):
        text = raw.decode("utf-8", "replace")
        row = {"html" if is_html else "text": text, "url": _url(draw), "crawled": _time(draw)}
        if draw.random() < 0.3:
            name = draw.choice(("url", "crawled", "timestamp", "text", "html", "encoding", "id", "\x00", ""))
            row[name] = draw.choice((*VALUES, *TIMES, -5, 1e300, 2**62, 3.9e12, "utf-99"))
        rows.append(row)
    return rows


def _jsonl(draw):
    lines = [json.dumps(row, ensure_ascii=draw.random() < 0.5) for row in _rows(draw)]
    return draw.choice(("\n", "\r\n", ",\n", "\n\n")).join(lines).encode("utf-8", "surrogatepass")


def _csv(draw):
    import csv

    rows, sink = _rows(draw), io.StringIO()
    names = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.DictWriter(sink, names, quoting=draw.choice((csv.QUOTE_ALL, csv.QUOTE_MINIMAL)))
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue().encode("utf-8", "surrogatepass")


def _table(draw):
    raws = _some(draw)
    kind = draw.choice((pa.string(), pa.large_string(), pa.binary(), pa.large_binary()))
    is_text = kind in (pa.string(), pa.large_string())
    pages = pa.array([raw.decode("utf-8", "replace") if is_text else raw for raw, _ in raws], kind)
    unit = draw.choice(("s", "ms", "us", "ns"))
    size = len(raws)
    when = draw.choice((
        pa.array([draw.choice((0, 1_700_000_000, 2**62, -(2**62), 10**15, 253_402_300_800)) for _ in range(size)], pa.int64()).cast(pa.timestamp(unit, draw.choice((None, "UTC", "+05:30")))),
        pa.array([draw.choice((0, 20_000, 2**31 - 1, -(2**31))) for _ in range(size)], pa.int32()).cast(pa.date32()),
        pa.array([_time(draw) for _ in range(size)]), pa.array([draw.choice((math.nan, math.inf, 1e9, 1e300)) for _ in range(size)]), pa.nulls(size),
    ))  # fmt: skip
    names = ["html" if draw.random() < 0.6 else "text", draw.choice(("url", "link", "html", "x")), "crawled"]
    urls = pa.array([_url(draw) for _ in range(size)])
    return pa.table([pages.dictionary_encode() if draw.random() < 0.2 and not pa.types.is_large_string(kind) else pages, urls, when], names=names)


def _parquet(draw):
    sink = io.BytesIO()
    try:
        pq.write_table(_table(draw), sink, compression=draw.choice(("none", "zstd", "snappy")))
    except pa.ArrowException:  # a time that Parquet cannot hold
        return _arrow(draw)
    return sink.getvalue()


def _arrow(draw):
    sink, table = io.BytesIO(), _table(draw)
    with draw.choice((pa.ipc.new_file, pa.ipc.new_stream))(sink, table.schema) as writer:
        writer.write_table(table)
    return sink.getvalue()


def _mhtml(draw):
    raw, is_html = page(draw)
    import base64
    import quopri

    how = draw.choice(("base64", "quoted-printable", "8bit", "x-uuencode"))
    body = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(how, bytes)(raw)
    charset = draw.choice(("utf-8", "utf-8", "latin-1", "x" * 90, "utf-16", '"', "=?utf-8?q?a"))
    head = f"From: a\r\nDate: {draw.choice(TIMES) if draw.random() < 0.4 else 'Mon, 06 May 2024 07:08:09 +0000'}\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related; boundary={draw.choice(('b', '', 'b'))}\r\n\r\n--b\r\nContent-Type: text/{'html' if is_html else 'plain'}; charset={charset}\r\nContent-Transfer-Encoding: {how}\r\nContent-Location: {_url(draw)}\r\n\r\n"
    return head.encode("utf-8", "surrogatepass") + body + b"\r\n--b--\r\n"


def _feed(draw, kind):
    links = [_url(draw) if draw.random() < 0.8 else _many(draw)[:50_000] for _ in range(draw.choice((1, 3, 20)))]
    if kind == "jsonfeed":
        return json.dumps({"version": draw.choice(("https://jsonfeed.org/version/1.1", 5, ["jsonfeed.org"])), "items": draw.choice(([{"url": link, "date_published": _time(draw)} for link in links], {}, [5, {"url": 5}, {"external_url": links[0]}]))}).encode()
    plain = [link.replace("&", "&amp;").replace("<", "&lt;") if draw.random() < 0.8 else link for link in links]
    many = _planted(draw).decode("utf-8", "replace") if draw.random() < 0.3 else ""
    if kind == "sitemap":
        name = draw.choice(("urlset", "urlset", "sitemapindex"))
        inner = "".join(f"<url><loc>{link}</loc><lastmod>{_time(draw)}</lastmod></url>" for link in plain)
        return f'<?xml version="1.0"?><{name} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{many}{inner}</{name}>'.encode()
    if kind == "atom":
        inner = "".join(f'<entry><title>a</title><link href="{link}"/><updated>{_time(draw)}</updated><content type="html">{many}</content></entry>' for link in plain)
        return f'<feed xmlns="http://www.w3.org/2005/Atom">{inner}</feed>'.encode()
    inner = "".join(f"<item><title>a</title><link>{link}</link><pubDate>{_time(draw)}</pubDate><description>{many}</description></item>" for link in plain)
    return f'<?xml version="1.0" encoding="{draw.choice(("utf-8", "utf-16", "x"))}"?><rss version="2.0"><channel>{inner}</channel></rss>'.encode()


def _zst(raw):
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(raw)
    return sink.getvalue().to_pybytes()


PACKED = {"gz": lambda raw: gzip.compress(raw, 1), "bz2": lambda raw: bz2.compress(raw, 1), "xz": lambda raw: lzma.compress(raw, preset=0), "zst": _zst}
LISTS = ("rss", "atom", "jsonfeed", "sitemap")
FILES = {
    "zip": _zip, "tar": lambda draw: _tar(draw, packed=False), "tar.gz": _tar, "warc": _warc, "warc.gz": lambda draw: _warc(draw, packed=True), "wet": lambda draw: _warc(draw, "conversion"), "wacz": _wacz, "jsonl": _jsonl, "parquet": _parquet,
    "arrow": _arrow, "csv": _csv, "mhtml": _mhtml,
}  # fmt: skip
FORMATS = ("page", *PACKED, *FILES, *LISTS)


def make(seed, number, only=None):
    """The input of a number."""
    draw = random.Random(f"{seed} {number}")
    kind = draw.random()
    form = "page" if kind < 0.5 else draw.choice(tuple(PACKED)) if kind < 0.55 else draw.choice(tuple(FILES)) if kind < 0.9 else draw.choice(LISTS)
    form = only or form
    if form in LISTS:
        raw = _feed(draw, form)
    elif form in FILES:
        raw = FILES[form](draw)
    else:
        raw, is_html = page(draw)
        ending = "html" if is_html else "txt"
        if form == "page":
            return Input(number, form, f"{number}.{ending}", raw)
        raw = PACKED[form](raw)
        form, name = form, f"{number}.{ending}.{form}"
        return Input(number, form, name, _damaged(draw, raw) if draw.random() < 0.3 else raw)
    if draw.random() < 0.45:
        for _ in range(draw.choice((1, 1, 2, 4))):
            raw = _damaged(draw, raw)
    return Input(number, form, f"{number}.{form}", raw)
