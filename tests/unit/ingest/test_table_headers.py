"""The header of a table: behind titles and comments, and with the names of a table that was made flat."""

import base64
import csv
import gzip
import io
import json
import sqlite3
import zlib
from contextlib import closing

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.source_files import HTML, URL, rows_of

ROWS = [(f"{URL}/{number}", HTML.decode()) for number in range(2)]


def spaced(before, behind, quote='"'):
    """Blanks around separators, and quotes around all cells."""
    rows = [[f"{quote}{cell.replace(quote, 2 * quote)}{quote}" if quote else cell for cell in row] for row in ROWS]
    header = [f"{quote}url{quote}", f"{quote}html{quote}"]
    return "".join(f"{row[0]}{behind},{before}{row[1]}\n" for row in [header, *rows])


def lines(separator=",", header=("url", "html"), before=""):
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([header, *ROWS])
    return f"{before}{text.getvalue()}"


@pytest.mark.parametrize(
    "raw",
    [
        lines(before="# exported by a tool\n"),
        lines(before="Stories of May\n\nAll of the harbour, with text\n"),
        lines(before='"Report";"May"\n', separator=";"),
        lines("\x01"),
        lines("~"),
        lines("^"),
        lines(header=("article.url", "article.html")),
        lines(header=("Article_URL", "Article_HTML")),
        spaced(" ", ""),
        spaced("   ", ""),
        spaced("", " "),
        spaced(" ", " "),
        "url, html\n" + "".join(spaced(" ", "").splitlines(keepends=True)[1:]),
    ],
)
def test_the_header_of_a_csv_file_is_found(tmp_path, raw):
    (tmp_path / "a.csv").write_text(raw)
    rows, _ = rows_of(tmp_path)
    assert [(row["problem"], row["url"]) for row in rows] == [(None, url) for url, _ in ROWS]
    assert all(row["raw"] == HTML for row in rows)


@pytest.mark.parametrize("names", [("response.url", "response.body"), ("_source.link", "_source.content")])
def test_a_table_that_was_made_flat_is_read(tmp_path, names):
    rows = [dict(zip(names, row, strict=True)) for row in ROWS]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)))
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "b.parquet")
    found, _ = rows_of(tmp_path)
    assert [(row["problem"], row["url"]) for row in found] == [(None, url) for url, _ in ROWS] * 2


@pytest.mark.parametrize("name", ["meta_content", "data_url_text", "feed_html", "data_html"])
def test_other_columns_that_end_like_a_page_are_none(tmp_path, name):
    (tmp_path / "a.jsonl").write_text(json.dumps({"url": URL, name: HTML.decode()}))
    (row,), _ = rows_of(tmp_path)
    assert row["problem"] == "ingest.no_pages"


@pytest.mark.parametrize("column", ["value", "payload", "message"])
def test_json_in_a_column_of_any_table_is_read_where_no_other_column_has_pages(tmp_path, column):
    rows = [{"key": number, column: json.dumps({"url": url, "html": page})} for number, (url, page) in enumerate(ROWS)]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "b.parquet")
    with closing(sqlite3.connect(tmp_path / "c.db")) as opened, opened:
        opened.execute(f"CREATE TABLE items (key, {column})")
        opened.executemany("INSERT INTO items VALUES (?, ?)", [tuple(row.values()) for row in rows])
    found, _ = rows_of(tmp_path)
    assert [(row["problem"], row["url"]) for row in found] == [(None, url) for url, _ in ROWS] * 2


@pytest.mark.parametrize("level", [0, 1, 5, 6, 9])
def test_a_cell_that_zlib_compressed_is_unpacked(tmp_path, level):
    packed = zlib.compress(HTML, level)
    pq.write_table(pa.table({"html": [packed, base64.b64encode(packed), packed[:-5]]}), tmp_path / "a.parquet")
    rows, _ = rows_of(tmp_path)
    assert [row["raw"] for row in rows[:2]] == [HTML] * 2
    assert rows[2]["raw"] == packed[:-5]


def test_the_log_of_a_container_is_read(tmp_path):
    page = json.dumps({"url": URL, "html": HTML.decode()})
    (tmp_path / "a.jsonl").write_text(f"2026-05-06T07:08:09.123456789Z stdout F {page}\n" * 2)
    (tmp_path / "b-json.log").write_text(json.dumps({"log": f"{page}\n", "stream": "stdout"}) + "\n")
    rows, _ = rows_of(tmp_path)
    assert [(row["problem"], row["url"]) for row in rows] == [(None, URL)] * 3


@pytest.mark.parametrize(("name", "count"), [("dump.gz", 1), ("dump.log.gz", 1), ("site.css.gz", 0)])
def test_a_compressed_file_without_another_ending_is_read_by_its_content(tmp_path, name, count):
    (tmp_path / "page.html").write_bytes(HTML)
    (tmp_path / name).write_bytes(gzip.compress(json.dumps({"url": URL, "html": HTML.decode()}).encode()))
    rows, _ = rows_of(tmp_path)
    assert len(rows) == 1 + count
