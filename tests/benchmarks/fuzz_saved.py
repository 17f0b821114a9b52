"""Inputs of `fuzz.py` as browsers, databases and other tools save pages: records of visits, rows in rows, archives."""

import base64
import gzip
import io
import json
import plistlib
import zipfile

import pyarrow as pa
from fuzz_pages import ADDRESSES, TIMES, VALUES, damaged, page
from pyarrow import orc

URL = "https://news.example/2024/05/06/saved"


def _pages(draw):
    return [page(draw) for _ in range(draw.choice((1, 2, 5)))]


def _text(raw):
    return raw.decode("utf-8", "replace")


def _url(draw):
    return draw.choice(ADDRESSES) if draw.random() < 0.3 else URL


def har(draw):
    """A visit in a browser's developer tools."""
    entries = []
    for raw, is_html in _pages(draw):
        content = {"mimeType": f"text/{'html' if is_html else 'plain'}; charset=utf-8", "text": _text(raw)}
        if draw.random() < 0.4:
            content |= {"text": base64.b64encode(raw).decode(), "encoding": "base64"}
        if draw.random() < 0.2:
            content[draw.choice(("mimeType", "text", "encoding"))] = draw.choice(VALUES)
        entry = {
            "startedDateTime": draw.choice(TIMES),
            "request": {"url": _url(draw)},
            "response": {"status": draw.choice((200, 200, 200, 304, "200", None)), "content": content},
        }
        if draw.random() < 0.1:
            entry[draw.choice(("request", "response"))] = draw.choice(VALUES)
        entries.append(entry)
    return json.dumps({"log": {"version": "1.2", "pages": [{}], "entries": entries}}).encode("utf-8", "surrogatepass")


def web_archive(draw):
    """A page as Safari saves it."""
    raw, _ = page(draw)
    main = {"WebResourceData": raw, "WebResourceURL": URL, "WebResourceMIMEType": "text/html"}
    if draw.random() < 0.3:
        main["WebResourceTextEncodingName"] = draw.choice(("utf-8", "latin-1", "x" * 90, 5, [1]))
    form = draw.choice((plistlib.FMT_BINARY, plistlib.FMT_XML))
    return plistlib.dumps({"WebMainResource": draw.choice((main, main, main, [main], 5))}, fmt=form)


def orc_file(draw):
    """Rows of ORC."""
    pages = _pages(draw)
    is_text = draw.random() < 0.5
    cells = pa.array([_text(raw) if is_text else raw for raw, _ in pages], pa.string() if is_text else pa.binary())
    table = pa.table({draw.choice(("html", "text", "x")): cells, "url": [_url(draw) for _ in pages]})
    sink = io.BytesIO()
    orc.write_table(table, sink, compression=draw.choice(("uncompressed", "zlib", "snappy", "zstd")))
    return sink.getvalue()


def _row(draw):
    raw, is_html = page(draw)
    text, name = _text(raw), "html" if is_html else "text"
    packed = base64.b64encode(gzip.compress(raw) if draw.random() < 0.5 else raw).decode()
    row = {name: text, "url": _url(draw)}
    return draw.choice(
        (
            {name: [text], "url": [URL]},
            {"content": {draw.choice(("rendered", "content", "#text", "x")): text}, "link": URL},
            {draw.choice(("payload", "value", "after", "fields")): draw.choice((row, json.dumps(row), [row], "{"))},
            {name: packed, "url": URL},
            {"alternate": draw.choice(([{"href": URL}], 5, [5], {})), "articleBody": text},
            {name: draw.choice(VALUES), "fields": draw.choice((row, None, []))},
        )
    )


def shapes(draw):
    """Rows whose page is in them in a roundabout way, or a table that is one object."""
    rows = [_row(draw) for _ in range(draw.choice((1, 2, 5)))]
    kind = draw.randrange(7)
    if kind == 0:
        found = json.dumps(dict(enumerate(rows)))
    elif kind == 1:
        names = list(dict.fromkeys(name for row in rows for name in row))
        found = json.dumps({"columns": names, "data": [[row.get(name) for name in names] for row in rows]})
    elif kind == 2:
        found = json.dumps({name: {str(number): row.get(name) for number, row in enumerate(rows)} for name in rows[0]})
    elif kind == 3:
        found = "\n".join(json.dumps(json.dumps(row)) for row in rows)
    elif kind == 4:
        found = "\n".join(f"CreateTime:1\t{draw.choice(('null', 'k', ''))}\t{json.dumps(row)}" for row in rows)
    elif kind == 5:
        found = "[\n" + ",\n".join(map(json.dumps, rows)) + draw.choice(("]", "\n][\n{}]", "\n", "]]"))
    else:
        found = json.dumps({URL + str(number): draw.choice((row, "text", 5)) for number, row in enumerate(rows)})
    return found.encode("utf-8", "surrogatepass")


def nested(draw):
    """Files of many pages in an archive, under right and wrong names."""
    makers = (har, orc_file, shapes, web_archive)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", draw.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for number in range(draw.choice((1, 2, 4))):
            raw = draw.choice(makers)(draw)
            ending = draw.choice(("har", "orc", "json", "csv", "zip", "tar.gz", "warc", "wacz", "html", "parquet"))
            archive.writestr(f"{number}.{ending}", damaged(draw, raw) if draw.random() < 0.3 else raw)
    return sink.getvalue()


def answer(draw):
    """A page with the headers of the server's answers before it."""
    raw, _ = page(draw)
    coding = draw.choice(("", "", "gzip", "br", "deflate", "x"))
    raw = gzip.compress(raw) if coding == "gzip" else raw
    head = b""
    for status in draw.choice(((200,), (301, 200), (404,), (999,), ())):
        head += f"HTTP/{draw.choice(('1.1', '2'))} {status} \r\ncontent-type: text/html\r\n".encode()
        head += f"content-encoding: {coding}\r\ntransfer-encoding: {draw.choice(('', 'chunked'))}\r\n".encode()
        head += draw.choice((b"\r\n", b"\n", b""))
    return head + raw


FILES = {
    "har": har,
    "webarchive": web_archive,
    "orc": orc_file,
    "shapes.json": shapes,
    "nested.zip": nested,
    "answer.html": answer,
    "mixed.csv": lambda draw: draw.choice((har, orc_file, shapes, nested))(draw),
    "mixed.parquet": lambda draw: draw.choice((har, orc_file, shapes, nested))(draw),
}
