"""Files for `fuzz.py` as databases and crawling services export them: escapes, types and names of their own.

Some of the damage hits what says how the file is written: a type, a line below the header, a part of a table.
"""

import io
import json
from base64 import b64encode

import pyarrow as pa
import pyarrow.parquet as pq
from fuzz_pages import page

_SHORT_CHARS = 20_000  # of a page without quotes, where each line is a row
URL = "https://news.example/2024/05/06/story"
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_NAMES = ("html", "rawHtml", "Page HTML", "html-content", "browserHtml", "text", "Article Text")
_ADDRESSES = ("url", "pageUrl", "Page URL", "page-url", "canonical_url", "request")
_TIMES = ("fetched_at", "crawl/loadedTime", "@timestamp", "crawlTimeMsec", "Crawl Date")
_MOMENTS = ("2026-05-06T07:08:09Z", 1_778_051_289, "1778051289000", "NULL", "\\N", {}, {"$date": {"$date": 1}}, True)
_SCRIPTS = (
    "",
    "",
    "var a = ",
    "window.YTD.a.part0 = ",
    "callback(",
    ")]}',\n",
    "for(;;);",
    "export const a=",
    "a" * 300 + "=",
)


def _pages(draw):
    return [page(draw)[0].decode("utf-8", "replace") or "a" for _ in range(draw.choice((1, 2, 4)))]


def _typed(draw, value):
    """A value as a database types it, or types it wrongly."""
    packed = b64encode(str(value).encode()).decode()
    return draw.choice(
        (
            *(value, value, {"S": value}, {"string": value}, {"stringValue": value}, {"bytes": value}, [value]),
            *({"$binary": {"base64": packed, "subType": "00"}}, {"$binary": packed, "$type": "00"}, {"B": packed}),
            *({"$binary": {"base64": value}}, {"S": {"S": value}}, {"B": [value]}, {"$date": value}, {"string": None}),
        )
    )


def typed_json(draw):
    """Rows with typed values, in scripts, or with all backslashes doubled."""
    name, address, time = draw.choice(_NAMES), draw.choice(_ADDRESSES), draw.choice(_TIMES)
    rows = []
    for number, text in enumerate(_pages(draw)):
        link = f"{URL}-{number}"
        row = {
            name: _typed(draw, text),
            address: {"url": link} if address == "request" else _typed(draw, link),
            time: _typed(draw, draw.choice(_MOMENTS)),
        }
        rows.append(
            draw.choice((row, row, {"Item": row}, {"fields": row}, {"_source": row}, {"db": [{"data": [row]}]}))
        )
    before = draw.choice(_SCRIPTS)
    text = before + json.dumps(rows) if draw.random() < 0.5 else "\n".join(before + json.dumps(row) for row in rows)
    if draw.random() < 0.2:
        text = text.replace("\\", "\\\\")
    return text.encode("utf-8", "replace"), None


def _escaped(draw, text):
    if draw.random() < 0.1:
        return text  # with real ends of lines and cells
    return "".join(_ESCAPES.get(letter, letter) for letter in text)


def _quoted(draw, text, quote, inner):
    return quote + text.replace(quote, inner) + (quote if draw.random() < 0.95 else "")


def exported_table(draw):
    """A table as Postgres, MySQL, ClickHouse, SQLite, R or SQL Server writes it."""
    rows, kind = (
        [(f"{URL}-{number}", text[:_SHORT_CHARS]) for number, text in enumerate(_pages(draw))],
        draw.randrange(5),
    )
    if kind == 0:
        below = draw.choice(("", "String\tNullable(String)\t" + "Array(" * 9 + "\n", "---\t---\t-\n"))
        lines = [
            f"{url}\t{_escaped(draw, text)}\t{draw.choice(('NULL', chr(92) + 'N', chr(92)))}\n" for url, text in rows
        ]
        text = f"url\thtml\ttime\n{below}{''.join(lines)}"
    elif kind == 1:
        text = "'url','html'\n" + "".join(
            f"'{url}',{_quoted(draw, page, chr(39), chr(39) * 2)}\n" for url, page in rows
        )
    elif kind == 2:
        lines = (
            f'"{n}" "{url}" {_quoted(draw, text, chr(34), chr(92) + chr(34))}\n'
            for n, (url, text) in enumerate(rows, 1)
        )
        text = '"url" "html"\n' + "".join(lines)
    elif kind == 3:
        text = f"url|html\r---|---\r{''.join(f'{url}|{page}' + chr(13) for url, page in rows)}"
    else:
        text = "url\thtml\n" + "".join(f"{url}\t{page}" + "\\\n" * draw.choice((1, 2, 5000)) for url, page in rows)
    return text.encode(draw.choice(("utf-8", "utf-8", "mac-roman", "utf-16", "cp1252")), "replace"), None


def damaged_parts(draw):
    """A Parquet or Arrow file of several parts, of which some are overwritten."""
    texts = _pages(draw) * 3
    table = pa.table({"html": texts, "url": [f"{URL}-{number}" for number in range(len(texts))]})
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=draw.choice((1, 2)), compression=draw.choice(("none", "snappy", "zstd")))
    held = bytearray(sink.getvalue())
    for _ in range(draw.choice((1, 2, 30))):
        at, size = draw.randrange(4, max(len(held) - 8, 5)), draw.choice((1, 8, 40))
        held[at : at + size] = bytes(draw.randrange(256) for _ in range(size))
    return bytes(held), None


FILES = {
    "exported.jsonl": typed_json,
    "exported.tsv": exported_table,
    "exported.csv": exported_table,
    "parts.parquet": damaged_parts,
}
