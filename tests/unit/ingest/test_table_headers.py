"""The header of a table: behind titles and comments, and with the names of a table that was made flat."""

import csv
import io
import json

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.source_files import HTML, URL, rows_of

ROWS = [(f"{URL}/{number}", HTML.decode()) for number in range(2)]


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
        lines(header=("article.url", "article.html")),
        lines(header=("Article_URL", "Article_HTML")),
    ],
)
def test_the_header_of_a_csv_file_is_found(tmp_path, raw):
    (tmp_path / "a.csv").write_text(raw)
    rows, _ = rows_of(tmp_path)
    assert [(row["problem"], row["url"]) for row in rows] == [(None, url) for url, _ in ROWS]


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
