"""Rows whose page is not a column as it stands: lists, inner rows, tables of pandas, packed cells."""

import base64
import gzip
import json
import time

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.source_files import HTML, URL, rows_of, zstd

from tasks.ingest.formats.row_shapes import flattened

PAGE = HTML.decode()
ROW = {"url": URL, "html": PAGE}
TWO = [ROW, {"url": f"{URL}/1", "html": f"{PAGE} "}]
TEXT = "The ferry is back. " * 30

ROWS = {
    "lists of one, as Scrapy's": {"url": [URL], "body": [PAGE]},
    "paragraphs": {"url": URL, "text": ["One ferry.", "Two ferries."]},
    "WordPress": {"link": URL, "title": {"rendered": "Ferry"}, "content": {"rendered": PAGE, "protected": False}},
    "Feedly": {"content": {"content": PAGE, "direction": "ltr"}, "alternate": [{"href": URL, "type": "text/html"}]},
    "Guardian": {"id": "a/b", "webUrl": URL, "fields": {"body": PAGE}},
    "fundus": {"title": "Ferry", "html": {"requested_url": URL, "content": PAGE}},
    "schema.org": {"@type": "NewsArticle", "url": URL, "articleBody": TEXT},
    "kcat": {"topic": "pages", "offset": 1, "payload": json.dumps(ROW)},
    "Debezium": {"payload": {"before": None, "after": ROW, "op": "c"}},
    "Elasticsearch": {"_index": "news", "_source": ROW},
    "a row in a string in a row": {"message": json.dumps({"value": json.dumps(ROW)})},
}


@pytest.mark.parametrize("name", ROWS)
def test_a_page_within_a_row_is_found(tmp_path, name):
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(ROWS[name])}\n" * 2)
    (tmp_path / "b.json").write_text(json.dumps([ROWS[name]]))
    (tmp_path / "c.json").write_text(json.dumps({"total": 1, "items": [ROWS[name]]}, indent=1))
    rows, _ = rows_of(tmp_path)
    assert [row["problem"] for row in rows] == [None] * 4
    assert all(b"ferr" in row["raw"].lower() for row in rows)
    if name != "fundus":
        assert {row["url"] for row in rows} == {URL}


@pytest.mark.parametrize("orient", ["records", "columns", "index", "split", "table"])
@pytest.mark.parametrize("indent", [0, 2])
def test_tables_of_pandas_are_read_in_every_orientation(tmp_path, orient, indent):
    pd.DataFrame(TWO).to_json(tmp_path / "a.json", orient=orient, indent=indent)
    rows, _ = rows_of(tmp_path)
    assert [(row["problem"], row["url"], row["raw"].rstrip()) for row in rows] == [
        (None, row["url"], HTML) for row in TWO
    ]


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({row["url"]: row["html"] for row in TWO}),
        json.dumps({row["url"]: {"html": row["html"], "status": 200} for row in TWO}),
        json.dumps({str(number): row for number, row in enumerate(TWO)}, indent=1),
        "[\n" + ",\n".join(map(json.dumps, TWO)) + "]",
        "[\n" + ",\n".join(map(json.dumps, TWO[:1])) + "\n][\n" + json.dumps(TWO[1]) + "\n]",
        "\n".join(json.dumps(json.dumps(row)) for row in TWO),
        "\n".join(f"CreateTime:177\tkey\t{json.dumps(row)}" for row in TWO),
        "\n".join(f"null\t{json.dumps(row)}" for row in TWO),
    ],
)
def test_objects_that_stand_for_tables_are_read(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    rows, _ = rows_of(tmp_path)
    assert [(row["problem"], row["url"]) for row in rows] == [(None, row["url"]) for row in TWO]


@pytest.mark.parametrize(
    "row",
    [
        {"url": URL, "image": {"content": "x", "html": "y"}},
        {"url": URL, "author": {"text": "Ida Blom"}},
        {"url": URL, "content": None, "fields": {"likes": 3}},
        {"url": URL, "payload": "{broken"},
        {"url": URL, "payload": "{" * 100_000},
        {"url": URL, "data": [{"text": "One"}, {"text": "Two"}]},
    ],
)
def test_other_inner_columns_are_no_page(tmp_path, row):
    (tmp_path / "a.jsonl").write_text(f"{json.dumps(row)}\n{json.dumps(ROW)}\n")
    rows, _ = rows_of(tmp_path)
    assert [found["problem"] for found in rows] == ["ingest.no_content", None]


def test_a_row_that_is_flat_has_nothing_to_add():
    assert flattened({"id": 1, "name": "x", "tags": ["a", "b"]}) is None


def test_the_columns_of_a_table_without_pages_come_with_what_to_do(tmp_path):
    (tmp_path / "a.csv").write_text("Adresse;Titel;Inhalt\nhttps://a.example;Fähre;Text\n")
    (row,), _ = rows_of(tmp_path)
    assert "Inhalt" in row["problem_detail"]
    assert "--map" in row["problem_detail"]


PACKED = {
    "base64": base64.b64encode(HTML),
    "base64 in lines": base64.encodebytes(HTML),
    "base64 for addresses": base64.urlsafe_b64encode(HTML + "<p>ÿ÷¿</p>".encode("latin-1")),
    "gzip": gzip.compress(HTML, mtime=0),
    "zstd": zstd(HTML),
    "hexadecimal, of Postgres": b"\\x" + HTML.hex().encode(),
    "hexadecimal, of SQL Server": b"0x" + HTML.hex().upper().encode(),
    "gzip in base64": base64.b64encode(gzip.compress(HTML, mtime=0)),
}


@pytest.mark.parametrize("name", PACKED)
@pytest.mark.parametrize("column", ["html", "body"])
def test_packed_cells_are_unpacked(tmp_path, name, column):
    packed = PACKED[name]
    pq.write_table(pa.table({"url": [URL], column: pa.array([packed], pa.binary())}), tmp_path / "a.parquet")
    if packed.isascii():
        (tmp_path / "b.jsonl").write_text(json.dumps({"url": URL, column: packed.decode()}))
        (tmp_path / "c.csv").write_text(f'url,{column}\n{URL},"{packed.decode()}"\n')
    rows, _ = rows_of(tmp_path)
    assert {row["raw"][: len(HTML)] for row in rows} == {HTML}
    assert {row["media_type"] for row in rows} == {"text/html"}


@pytest.mark.parametrize(
    ("cell", "problem"),
    [
        (b"A" * 400, None),
        (b"0x" + b"feed" * 50, None),
        (b"\\xylophones are back in the school band, its teacher says.", None),
        (base64.b64encode(b"\x89PNG" + bytes(300)), None),
        (gzip.compress(b"<html>" + b" " * (90 << 20), mtime=0), "ingest.binary"),
        (gzip.compress(b"no page", mtime=0)[:-4], "ingest.binary"),
    ],
)
def test_other_cells_stay_as_they_are(tmp_path, cell, problem):
    pq.write_table(pa.table({"html": pa.array([cell], pa.binary())}), tmp_path / "a.parquet")
    rows, _ = rows_of(tmp_path)
    assert [(row["problem"], row["byte_count"]) for row in rows][:1] == [(problem, len(cell))] or problem


def test_columns_that_have_no_row_in_common_take_little_time_and_memory(tmp_path):
    """Each row with each column would be a hundred million cells."""
    table = {f"c{number}": {str(number): 1} for number in range(10_000)} | {"html": {"0": PAGE}, "url": {"0": URL}}
    (tmp_path / "a.json").write_text(json.dumps(table))
    started = time.process_time()
    rows, _ = rows_of(tmp_path)
    assert time.process_time() - started < 30  # three seconds on a free machine; before, minutes
    assert (rows[0]["problem"], rows[0]["url"], len(rows)) == (None, URL, 10_000)
