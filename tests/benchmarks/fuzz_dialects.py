"""Files for `fuzz.py` as people have them and attackers send them, each with the number of its members.

JSON and CSV in every dialect and encoding, compressed in members of which some are damaged; archives whose headers lie
about sizes, counts and names; WARC records with wrong lengths; ARC files; pages without an ending in their names.
Each member must come out as a row, or what is lost must be said.
"""

import bz2
import csv
import gzip
import io
import json
import lzma
import struct
import tarfile
import zipfile

from fuzz_pages import damaged, page

URL = "https://news.example/2024/05/06/story"
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252", "latin-1", "utf-8", "utf-8")
NAMES = (
    "story story.html.1 index.html?id=3 index.php page.aspx a.shtml a.xml _a.html .a.html a.%68tml a.b.c.d "
    "caf\u00e9 a\u202eb.html headline-of-2024-05.06 a.story a.cgi?x=y/z a.html~ a.HTM a.jsonl.html"
).split()


def zipped_alike(raw):
    """The bytes in gzip, the same at any time."""
    return gzip.compress(raw, mtime=0)


def _pages(draw):
    return [page(draw) for _ in range(draw.choice((1, 2, 3, 6)))]


def _rows(draw):
    rows = []
    for number, (raw, is_html) in enumerate(_pages(draw)):
        text = raw.decode("utf-8", "replace") or "a"
        row = {"html" if is_html else "text": text, "url": f"{URL}-{number}", "n": number}
        if draw.random() < 0.2:
            row["score"] = draw.choice((float("nan"), float("inf"), 1e308, None, -0.0))
        rows.append(row if draw.random() < 0.9 else {"metadata": row})
    return rows


def _encoded(draw, text):
    return text.encode(draw.choice(ENCODINGS), "replace")


def _wrapped(draw, rows):
    around = draw.randrange(4)
    if around == 0:
        return {"items": rows, "total": len(rows)}
    if around == 1:
        return {"tags": ["a", {}], "authors": [{"name": "x"}], "articles": rows, "more": {"pages": []}}
    if around == 2:
        return {"response": {"status": "ok", "results": rows}}
    return {"hits": {"total": {"value": 3}, "hits": [{"_source": row} for row in rows]}}


def json_text(draw):
    """JSON in one of its shapes, and the number of its rows."""
    rows = _rows(draw)
    indent, ascii_only = draw.choice((None, None, 1, "\t")), draw.random() < 0.5

    def dump(value):
        return json.dumps(value, indent=indent, ensure_ascii=ascii_only)

    shape = draw.randrange(6)
    if shape == 0:
        text = dump(rows)
    elif shape == 1:
        text = dump(_wrapped(draw, rows))
    elif shape == 2:
        text = "".join(map(dump, rows))
    elif shape == 3:
        text = "[\n" + ",\n".join(map(dump, rows)) + "\n]"
    else:
        text = draw.choice(("\n", "\r\n", ",\n", "\n\n", "\n\x1e")).join(map(dump, rows))
    if draw.random() < 0.1:
        text = text.replace("\\n", "\n", 3).replace("\\t", "\t", 3)
    return text, len(rows)


def json_file(draw):
    text, count = json_text(draw)
    return _encoded(draw, text), count


def _csv_text(draw):
    rows = [{key: value for key, value in row.items() if key != "metadata"} for row in _rows(draw)]
    rows = [row for row in rows if row]
    names = list(dict.fromkeys(name for row in rows for name in row)) or ["html"]
    sink, separator = io.StringIO(), draw.choice(",;\t|")
    is_escaped = draw.random() < 0.2
    writer = csv.DictWriter(
        sink,
        names,
        delimiter=separator,
        quoting=draw.choice((csv.QUOTE_ALL, csv.QUOTE_MINIMAL)),
        doublequote=not is_escaped,
        escapechar="\\" if is_escaped else None,
        lineterminator=draw.choice(("\r\n", "\n")),
    )
    writer.writeheader()
    writer.writerows(rows)
    mark = f"sep={separator}\n" if draw.random() < 0.15 else ""
    return mark + sink.getvalue(), len(rows)


def csv_file(draw):
    text, _ = _csv_text(draw)
    return _encoded(draw, text), None  # a NUL or a lone quote in a page may join rows


def members(draw):
    """JSON lines or CSV, compressed member by member, some of which are damaged."""
    pack = draw.choice((zipped_alike, zipped_alike, bz2.compress, lzma.compress))
    texts = [json_text(draw)[0].encode("utf-8", "replace") + b"\n" for _ in range(draw.choice((2, 3, 5)))]
    packed = [pack(text) for text in texts]
    for number, member in enumerate(packed):
        if draw.random() < 0.3:
            packed[number] = damaged(draw, member)
    return b"".join(packed), None


def _octal(draw):
    return draw.choice(
        (
            *(b"77777777777\0", b"00000000000\0", b"-0000000001\0", b"99999999999\0", b"\x80" + b"\xff" * 11),
            *(b"\x80" + b"\0" * 3 + (10**14).to_bytes(8, "big"), b"\xff" * 12, b" " * 12, b"9" * 12, b"\0" * 12),
        )
    )


def tar(draw):
    """A tar whose headers may lie, with right checksums."""
    sink, pages = io.BytesIO(), _pages(draw)
    with tarfile.open(fileobj=sink, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for number, (raw, is_html) in enumerate(pages):
            info = tarfile.TarInfo(f"{number}.{'html' if is_html else 'txt'}")
            info.size = len(raw)
            if draw.random() < 0.1:
                info.pax_headers = {
                    draw.choice(("size", "path", "mtime", "a" * 500)): draw.choice(("-1", "9" * 400, "x"))
                }
            if draw.random() < 0.05:
                for part in range(draw.choice((10, 3000))):
                    info.pax_headers[f"k{part}"] = "v"
            archive.addfile(info, io.BytesIO(raw))
    held, count = bytearray(sink.getvalue()), len(pages)
    starts = [at for at in range(0, len(held) - 511, 512) if held[at + 257 : at + 262] == b"ustar"]
    if draw.random() < 0.6:
        at, count = draw.choice(starts), None
        held[at + 124 : at + 136] = _octal(draw)
        if draw.random() < 0.3:
            held[at + 156] = draw.choice(b"0123456789xgLKSZ\0")
        held[at + 148 : at + 156] = b" " * 8
        held[at + 148 : at + 156] = b"%06o\0 " % sum(held[at : at + 512])
    return bytes(held), count if b"PaxHeader" not in held else None


# of a zip: the signature of a header, and where in it there is a checksum, size, count, offset, flag or length
_ZIP_FIELDS = (
    *((b"PK\1\2", at, 4) for at in (16, 20, 24, 42)),
    *((b"PK\1\2", at, 2) for at in (8, 10)),
    *((b"PK\5\6", at, 2) for at in (8, 10)),
    *((b"PK\5\6", at, 4) for at in (12, 16)),
    *((b"PK\3\4", 18, 4), (b"PK\3\4", 26, 2), (b"PK\3\4", 28, 2)),
)


def zipped(draw):
    """A zip whose headers may lie."""
    sink, pages = io.BytesIO(), _pages(draw)
    with zipfile.ZipFile(sink, "w", draw.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for number, (raw, is_html) in enumerate(pages):
            archive.writestr(zipfile.ZipInfo(f"{number}.{'html' if is_html else 'txt'}"), raw, archive.compression)
    held, count = bytearray(sink.getvalue()), len(pages)
    if draw.random() < 0.6:
        for _ in range(draw.choice((1, 1, 3))):
            signature, offset, size = draw.choice(_ZIP_FIELDS)
            at = held.find(signature, draw.randrange(max(len(held) // 2, 1)))
            value = draw.choice((0, 1, 6, 99, 0xFFFF, 0xFFFFFFFF, 0x7FFFFFFF))
            if at >= 0:
                held[at + offset : at + offset + size] = struct.pack("<I", value)[:size]
        count = None
    return bytes(held), count


def warc(draw):
    """WARC records whose lengths and headers are wrong."""
    pages, records, is_wrong = _pages(draw), [], False
    for number, (raw, is_html) in enumerate(pages):
        block = f"HTTP/1.1 200 OK\r\nContent-Type: text/{'html' if is_html else 'plain'}\r\n\r\n".encode() + raw
        size = str(len(block))
        if draw.random() < 0.4:
            is_wrong = True
            near = len(block) + draw.choice((-300, -1, 1, 4, 300, 50_000))
            size = draw.choice((str(near), "0", "-5", "9" * 15, "9" * 400, "x", ""))
        head = (
            f"WARC/1.{draw.choice('01')}\r\nWARC-Type: response\r\nWARC-Target-URI: {URL}-{number}\r\n"
            f"WARC-Date: 2024-05-06T07:08:09Z\r\nWARC-Record-ID: <urn:uuid:{draw.random()}>\r\n"
            f"Content-Type: application/http;msgtype=response\r\nContent-Length: {size}\r\n\r\n"
        )
        if draw.random() < 0.15:
            head, is_wrong = draw.choice((head.lower(), head.replace("\r\n", "\n"), head[: len(head) // 2])), True
        records.append(head.encode() + block + b"\r\n\r\n")
    pack = draw.choice((bytes, zipped_alike))
    is_whole = draw.random() < 0.2
    data = zipped_alike(b"".join(records)) if is_whole else b"".join(map(pack, records))
    # a page may hold what looks like a record
    return data, None if is_wrong or any(b"WARC/1" in raw for raw, _ in pages) else len(pages)


def arc(draw):
    """An ARC file; lengths may be wrong."""
    data = b"filedesc://a.arc 0.0.0.0 20260301101112 text/plain 9\n1 0 Maker\n"
    pages = _pages(draw)
    for number, (raw, _) in enumerate(pages):
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + raw
        size = len(block) if draw.random() < 0.7 else draw.choice((0, -1, 10**15, len(block) - 3, len(block) + 90))
        data += b"%b-%d 192.0.2.1 20260314123000 text/html %d\n%b\n" % (URL.encode(), number, size, block)
    return data, None


def feed(draw):
    """A feed or sitemap with bare ampersands, entities, prefixes and declarations, in any encoding."""
    links = [f"{URL}-{number}?a=1&b={number}" for number in range(draw.choice((1, 5, 40)))]
    if draw.random() < 0.1:
        return _encoded(draw, "\r\n".join(links))
    prefix = draw.choice(("", "", "s:"))
    head = draw.choice(
        (
            *("", '<?xml version="1.0"?>', '<?xml version="1.1" encoding="latin-1"?>', "<!-- <rss> -->" * 9),
            *('<!DOCTYPE a [<!ENTITY x "y">]>', '<!DOCTYPE a [<!ENTITY a "&b;&b;"><!ENTITY b "&a;&a;">]>'),
            *('<!DOCTYPE a SYSTEM "file:///etc/passwd">', "<!DOCTYPE a [" + "<!ENTITY x 'y'>" * 900, "\n\n\t"),
            '<!DOCTYPE a [<!ENTITY % p SYSTEM "http://127.0.0.1/">%p;]>',
        )
    )
    name = draw.choice(("&", "&amp;", "&nbsp;", "&x;", "&#38;", "&#x26;", "&#0;", "&#xD800;", "&eacute;", "&" * 400))
    links = [link.replace("&", name) for link in links]
    if draw.random() < 0.5:
        inner = "".join(f"<{prefix}url><{prefix}loc>{link}</{prefix}loc></{prefix}url>" for link in links)
        text = f"{head}<{prefix}urlset>{inner}</{prefix}urlset>"
    else:
        inner = "".join(f"<item><title>a{name}b</title><link>{link}</link></item>" for link in links)
        text = f"{head}<rss version=2.0><channel>{inner}</channel></rss>"
    return _encoded(draw, text)


FILES = {
    "dialect.json": json_file,
    "dialect.jsonl": json_file,
    "dialect.csv": csv_file,
    "members.jsonl.gz": members,
    "lying.tar": tar,
    "lying.zip": zipped,
    "lying.warc": warc,
    "lying.arc": arc,
}
