"""Hostile pages for `fuzz.py`: the sample pages, damaged, with what parsers and patterns choke on planted in them."""

import json
import tomllib
from functools import cache
from pathlib import Path

PAGES = Path(__file__).parent.parent / "pages"


@cache
def seeds(ending=""):
    return [path.read_bytes() for path in sorted(PAGES.rglob("*")) if path.is_file() and path.name.endswith(ending)]


_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
TOKENS, WRAPS, TIMES = _DATA["tokens"], _DATA["wraps"], _DATA["times"]
KEYS, CODECS = _DATA["keys"].split(), _DATA["codecs"].split()
ADDRESSES = [*_DATA["addresses"], "http://" + "a." * 400, "http://x/" + "../" * 900, "http://x/?" + "a=b&" * 900]
# Opening tags for a page that is far deeper than any real one
OPENINGS = (
    b"<div>|<span>|<table>|<table><tr><td>|<b>|<ul><li>|<div class=byline>|<p itemprop=author>|<div hidden>".split(b"|")
)
OPENINGS += [b"<font size=%d>", b"<blockquote>a"]
_LONG = [b"\x00" * 50, b"\x80" * 40, b"<?xml version='1.0' encoding='ebcdic-cp-us'?>"]
HOSTILE = [*(text.encode("latin-1") for text in _DATA["bytes"]), *_LONG]
# Values of JSON-LD: of every type, and people as they must not be declared
VALUES = (
    *(None, True, 0, -1, 1e308, 10**30),
    *("", " ", "\x00", "a" * 9000),
    *([], {}, [[]], [None], [{}]),
    *({"@type": 5}, {"name": 5}, {"name": ["a", {}]}, {"name": None, "@type": ["Person"]}),
    *(["a", 5, None, {"name": "Jo"}], {"@value": "a"}, {"@id": "#a"}, {"url": "//["}),
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
            raw = raw[:at] + draw.choice(OPENINGS) * 100_000 + raw[at:]
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
