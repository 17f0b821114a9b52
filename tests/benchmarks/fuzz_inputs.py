"""Hostile inputs for `fuzz.py`: damaged pages and files of every kind; each can be made again from its number."""

import base64
import bz2
import csv
import gzip
import io
import json
import lzma
import math
import quopri
import random
import tarfile
import zipfile
from dataclasses import dataclass

import fuzz_dialects
import fuzz_exports
import fuzz_kept
import fuzz_saved
import pyarrow as pa
import pyarrow.parquet as pq
from fuzz_pages import ADDRESSES, TIMES, VALUES, damaged, many, page, planted

URL = "https://news.example/2024/05/06/story"


@dataclass(frozen=True)
class Input:
    """One file, or one answer of a server (`is_list`)."""

    number: int
    format: str
    name: str
    raw: bytes
    member_count: int | None = None  # of an undamaged file: as many rows must come out, or a reason

    @property
    def is_list(self):
        return self.format in LISTS


def _url(draw):
    return draw.choice(ADDRESSES) if draw.random() < 0.2 else f"{URL}-{draw.randrange(9)}"


def _time(draw):
    return draw.choice(TIMES) if draw.random() < 0.3 else "2024-05-06T07:08:09Z"


def _name(draw, is_html):
    odd = (
        "../a.html",
        "/a.html",
        "C:a.txt",
        "a\\..\\b.txt",
        "a" * 400 + ".txt",
        ".a.html",
        "a.zip",
        "é.html",
        "a.html.gz",
        "a.txt.zst",
        "a.mhtml",
        "a.warc",
        "a",
        "",
        "\u202e.txt",
        "a.jpg",
        "urls.csv",
        "a\nb.txt",
    )
    return draw.choice(odd) if draw.random() < 0.15 else f"{draw.randrange(99)}.{'html' if is_html else 'txt'}"


def _zip(draw):
    sink = io.BytesIO()
    with zipfile.ZipFile(
        sink, "w", draw.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2))
    ) as archive:
        for raw, is_html in _some(draw):
            archive.writestr(
                zipfile.ZipInfo(_name(draw, is_html) or "x", (1980 + draw.randrange(120), 1, 1, 0, 0, 0)), raw
            )
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
    return gzip.compress(sink.getvalue(), 1, mtime=0) if packed else sink.getvalue()


def _some(draw):
    return [page(draw) for _ in range(draw.choice((1, 1, 2, 3)))]


def _warc(draw, kind="response", packed=False):
    whole = b""
    for raw, is_html in _some(draw):
        body, head = raw, ""
        if kind == "response":
            coding = draw.choice(("", "", "", "gzip", "br", "deflate", "zstd", "chunked", "gzip, gzip"))
            body = gzip.compress(raw, 1, mtime=0) if coding.startswith("gzip") and draw.random() < 0.8 else raw
            line = "Transfer-Encoding" if coding == "chunked" else "Content-Encoding"
            body = b"%x\r\n%b\r\n0\r\n\r\n" % (len(body), body) if coding == "chunked" and draw.random() < 0.8 else body
            media = (
                draw.choice(
                    (
                        "text/html",
                        "text/html; charset=latin1",
                        "text/plain; charset=\ufffd",
                        "image/png",
                        "",
                        "text/html;charset=" + "x" * 300,
                    )
                )
                if draw.random() < 0.3
                else f"text/{'html' if is_html else 'plain'}"
            )
            head = (
                (
                    "HTTP/1.1 "
                    f"{draw.choice(('200 OK', '200 OK', '200 OK', '404 No', 'x', '99999999999999999999 a'))}\r\nConte"
                    f"nt-Type: {media}\r\n"
                )
                + (f"{line}: {coding}\r\n" if coding else "")
                + "\r\n"
            )
        payload = head.encode() + body
        size = draw.choice((0, -1, 10**15, len(payload) + 5)) if draw.random() < 0.05 else len(payload)
        fields = (
            f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{draw.random()}>\r\n"
            f"WARC-Date: {_time(draw)}\r\nWARC-Target-URI: {_url(draw)}\r\n"
            f"Content-Type: {'application/http;msgtype=response' if head else 'text/plain'}\r\n"
            f"Content-Length: {size}\r\n\r\n"
        )
        record = fields.encode("utf-8", "surrogatepass") + payload + b"\r\n\r\n"
        whole += gzip.compress(record, 1, mtime=0) if packed else record
    return whole


def _wacz(draw):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        packed = draw.random() < 0.7
        inner = _warc(draw, packed=packed)
        archive.writestr(
            zipfile.ZipInfo("archive/a.warc" + (".gz" if packed else "")),
            damaged(draw, inner) if draw.random() < 0.3 else inner,
        )
        archive.writestr(zipfile.ZipInfo("datapackage.json"), "{}")
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
    when = draw.choice(
        (
            pa.array(
                [draw.choice((0, 1_700_000_000, 2**62, -(2**62), 10**15, 253_402_300_800)) for _ in range(size)],
                pa.int64(),
            ).cast(pa.timestamp(unit, draw.choice((None, "UTC", "+05:30")))),
            pa.array([draw.choice((0, 20_000, 2**31 - 1, -(2**31))) for _ in range(size)], pa.int32()).cast(
                pa.date32()
            ),
            pa.array([_time(draw) for _ in range(size)]),
            pa.array([draw.choice((math.nan, math.inf, 1e9, 1e300)) for _ in range(size)]),
            pa.nulls(size),
        )
    )
    names = ["html" if draw.random() < 0.6 else "text", draw.choice(("url", "link", "html", "x")), "crawled"]
    urls = pa.array([_url(draw) for _ in range(size)])
    return pa.table(
        [
            pages.dictionary_encode() if draw.random() < 0.2 and not pa.types.is_large_string(kind) else pages,
            urls,
            when,
        ],
        names=names,
    )


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
    how = draw.choice(("base64", "quoted-printable", "8bit", "x-uuencode"))
    body = {"base64": base64.encodebytes, "quoted-printable": quopri.encodestring}.get(how, bytes)(raw)
    charset = draw.choice(("utf-8", "utf-8", "latin-1", "x" * 90, "utf-16", '"', "=?utf-8?q?a"))
    head = (
        f"From: a\r\nDate: {draw.choice(TIMES) if draw.random() < 0.4 else 'Mon, 06 May 2024 07:08:09 +0000'}\r\n"
        f"MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary={draw.choice(('b', '', 'b'))}\r\n\r\n--b\r\n"
        f"Content-Type: text/{'html' if is_html else 'plain'}; charset={charset}\r\n"
        f"Content-Transfer-Encoding: {how}\r\nContent-Location: {_url(draw)}\r\n\r\n"
    )
    return head.encode("utf-8", "surrogatepass") + body + b"\r\n--b--\r\n"


def _feed(draw, kind):
    links = [_url(draw) if draw.random() < 0.8 else many(draw)[:50_000] for _ in range(draw.choice((1, 3, 20)))]
    if kind == "jsonfeed":
        return json.dumps(
            {
                "version": draw.choice(("https://jsonfeed.org/version/1.1", 5, ["jsonfeed.org"])),
                "items": draw.choice(
                    (
                        [{"url": link, "date_published": _time(draw)} for link in links],
                        {},
                        [5, {"url": 5}, {"external_url": links[0]}],
                    )
                ),
            }
        ).encode()
    plain = [link.replace("&", "&amp;").replace("<", "&lt;") if draw.random() < 0.8 else link for link in links]
    extra = planted(draw).decode("utf-8", "replace") if draw.random() < 0.3 else ""
    if kind == "sitemap":
        name = draw.choice(("urlset", "urlset", "sitemapindex"))
        inner = "".join(f"<url><loc>{link}</loc><lastmod>{_time(draw)}</lastmod></url>" for link in plain)
        return (
            f'<?xml version="1.0"?><{name} xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{extra}{inner}</{name}>'
        ).encode()
    if kind == "atom":
        inner = "".join(
            (
                f'<entry><title>a</title><link href="{link}"/><updated>{_time(draw)}</updated><content '
                f'type="html">{extra}</content></entry>'
            )
            for link in plain
        )
        return f'<feed xmlns="http://www.w3.org/2005/Atom">{inner}</feed>'.encode()
    inner = "".join(
        (
            f"<item><title>a</title><link>{link}</link><pubDate>{_time(draw)}</pubDate><description>"
            f"{extra}</description></item>"
        )
        for link in plain
    )
    return (
        f'<?xml version="1.0" encoding="{draw.choice(("utf-8", "utf-16", "x"))}"?><rss '
        f'version="2.0"><channel>{inner}</channel></rss>'
    ).encode()


def _zst(raw):
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, "zstd") as stream:
        stream.write(raw)
    return sink.getvalue().to_pybytes()


PACKED = {
    "gz": lambda raw: gzip.compress(raw, 1, mtime=0),
    "bz2": lambda raw: bz2.compress(raw, 1),
    "xz": lambda raw: lzma.compress(raw, preset=0),
    "zst": _zst,
}
LISTS = ("rss", "atom", "jsonfeed", "sitemap", "dialect.feed")
FILES = {
    "zip": _zip,
    "tar": lambda draw: _tar(draw, packed=False),
    "tar.gz": _tar,
    "warc": _warc,
    "warc.gz": lambda draw: _warc(draw, packed=True),
    "wet": lambda draw: _warc(draw, "conversion"),
    "wacz": _wacz,
    "jsonl": _jsonl,
    "parquet": _parquet,
    "arrow": _arrow,
    "csv": _csv,
    "mhtml": _mhtml,
    **fuzz_saved.FILES,
    **fuzz_kept.FILES,
}
DIALECTS = fuzz_dialects.FILES | fuzz_exports.FILES
FORMATS = ("page", "name", *PACKED, *FILES, *DIALECTS, *LISTS)


def make(seed, number, only=None):
    """The input of a number."""
    draw = random.Random(f"{seed} {number}")
    kind = draw.random()
    shares = (
        *((0.3, ("page",)), (0.34, ("name",)), (0.38, tuple(PACKED))),
        *((0.58, tuple(FILES)), (0.88, tuple(DIALECTS)), (1, LISTS)),
    )
    form = draw.choice(next(forms for share, forms in shares if kind < share))
    form, count = only or form, None
    if form == "dialect.feed":
        raw = fuzz_dialects.feed(draw)
    elif form in LISTS:
        raw = _feed(draw, form)
    elif form in DIALECTS:
        raw, count = DIALECTS[form](draw)
    elif form in FILES:
        raw = FILES[form](draw)
    else:
        raw, is_html = page(draw)
        ending = "html" if is_html else "txt"
        if form == "name":
            return Input(number, form, f"{number}{draw.choice(fuzz_dialects.NAMES)}".replace("/", "-"), raw)
        if form == "page":
            return Input(number, form, f"{number}.{ending}", raw)
        raw = PACKED[form](raw)
        return Input(number, form, f"{number}.{ending}.{form}", damaged(draw, raw) if draw.random() < 0.3 else raw)
    if draw.random() < 0.45:
        for _ in range(draw.choice((1, 1, 2, 4))):
            raw = damaged(draw, raw)
        count = None
    return Input(number, form, f"{number}.{form}", raw, count)
