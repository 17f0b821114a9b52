"""Hostile pages for `fuzz.py`: the sample pages, damaged, with what parsers and patterns choke on planted in them."""

import json
from functools import cache
from pathlib import Path

PAGES = Path(__file__).parent.parent / "pages"


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
CODECS = (
    "latin-1",
    "cp1252",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "shift_jis",
    "euc_jp",
    "iso2022_jp",
    "gb18030",
    "big5",
    "koi8-r",
    "cp1251",
    "utf-7",
    "cp037",
    "iso8859-15",
    "utf-8-sig",
)


def many(draw):
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
        return draw.choice(('{"@graph":', "[", '{"@type":"NewsArticle","author":', '{"a":[')) * depth + draw.choice(
            ("", "1", "]" * depth, "}" * depth)
        )
    if kind < 0.25:
        return (
            '{"@type":"NewsArticle","wordCount":'
            + draw.choice(("9" * 5000, "1e999", "-1e-999", "NaN", "0x1", "01"))
            + "}"
        )
    made = {"@type": draw.choice(("NewsArticle", "Person", ["NewsArticle", 5], "LiveBlogPosting", 5, None))}
    made |= {draw.choice(KEYS): _value(draw) for _ in range(draw.randrange(1, 9))}
    text = json.dumps(made, ensure_ascii=draw.random() < 0.5)
    return text if draw.random() < 0.7 else "// a\n" + text.replace(":", ": \n", 3).replace("}", ",}", 2)


def planted(draw):
    """Something hostile in a place where it is read."""
    what = draw.choice((many, many, many, _json_ld, lambda d: d.choice(ADDRESSES), lambda d: d.choice(TIMES)))(draw)
    wrap = (
        '<script type="application/ld+json">{}</script>' if what[:1] in "{[" and len(what) > 9 else draw.choice(WRAPS)
    )
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


def damaged(draw, raw):
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
            raw = raw[:at] + planted(draw) + raw[at:]
        elif kind < 0.9:
            raw = damaged(draw, raw)
        elif kind < 0.94:
            raw = raw.decode("utf-8", "replace").encode(
                draw.choice(CODECS), draw.choice(("replace", "ignore", "replace"))
            )
        elif kind < 0.96:
            raw = planted(draw)
        elif kind < 0.965:  # as deep as no page is
            at = _spot(draw, raw)
            opening = draw.choice(
                (
                    b"<div>",
                    b"<span>",
                    b"<table>",
                    b"<table><tr><td>",
                    b"<b>",
                    b"<ul><li>",
                    b"<div class=byline>",
                    b"<p itemprop=author>",
                    b"<div hidden>",
                    b"<font size=%d>",
                    b"<blockquote>a",
                )
            )
            raw = raw[:at] + opening * 100_000 + raw[at:]
        elif kind < 0.97:
            raw = b"<p " + b"a" * draw.choice((9, 10**6)) + b"='" + b"x y " * 200_000 + draw.choice((b"'>", b"")) + raw
        elif kind < 0.975:
            raw += (
                draw.choice((b"a", b"1", b"a.", b"A", b"<p>", b"\n", b"a\n", b'"', "“".encode(), "日".encode()))
                * 1_000_000
            )
        else:
            raw = raw * draw.choice((2, 3, 20))
    return raw[:6_000_000], is_html
