"""Rows as databases and crawling services export them: typed values, times of their own, names in any spelling."""

import json
from base64 import b64encode

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.source_files import HTML, URL, rows_of

PAGE = HTML.decode()
STAMP = "2026-05-06T07:08:09Z"
SECONDS = 1_778_051_289
PACKED = b64encode(HTML).decode()


def copied(row):
    """A row of JSON in the text format of Postgres' COPY."""
    return json.dumps(row).replace("\\", "\\\\")


ROWS = {
    "elasticdump": {"_index": "n", "_id": "1", "_source": {"url": URL, "html": PAGE, "@timestamp": STAMP}},
    "MongoDB, canonical": {
        "_id": {"$oid": "5f1a"},
        "url": URL,
        "html": PAGE,
        "fetched_at": {"$date": {"$numberLong": f"{SECONDS * 1000}"}},
    },
    "MongoDB, relaxed": {"url": URL, "html": PAGE, "fetched_at": {"$date": STAMP}},
    "Firestore, as its libraries give it": {
        "url": URL,
        "html": PAGE,
        "fetched_at": {"_seconds": SECONDS, "_nanoseconds": 0},
    },
    "Protocol Buffers": {"url": URL, "html": PAGE, "timestamp": {"seconds": SECONDS, "nanos": 5}},
    "MongoDB, bytes": {
        "url": URL,
        "html": {"$binary": {"base64": PACKED, "subType": "00"}},
        "ts": {"$numberLong": f"{SECONDS}"},
    },
    "MongoDB, bytes of old": {"url": URL, "html": {"$binary": PACKED, "$type": "00"}, "ts": SECONDS},
    "DynamoDB": {"Item": {"url": {"S": URL}, "html": {"S": PAGE}, "fetched_at": {"N": f"{SECONDS}"}}},
    "DynamoDB, bytes": {"Item": {"url": {"S": URL}, "html": {"B": PACKED}, "fetched_at": {"S": STAMP}}},
    "Firestore": {
        "name": "projects/p/documents/1",
        "fields": {
            "url": {"stringValue": URL},
            "html": {"stringValue": PAGE},
            "fetchedAt": {"timestampValue": STAMP},
        },
    },
    "Avro": {"url": {"string": URL}, "html": {"string": PAGE}, "fetched_at": {"long": SECONDS * 1000}},
    "Apify": {"url": URL, "html": PAGE, "crawl": {"loadedUrl": URL, "loadedTime": STAMP}},
    "Apify, flat": {"url": URL, "html": PAGE, "crawl/loadedTime": STAMP},
    "Zyte": {"url": URL, "browserHtml": PAGE, "ts": STAMP},
    "Zyte, bytes": {"url": URL, "httpResponseBody": PACKED, "ts": STAMP},
    "a request and its response": {"request": {"url": URL}, "response": {"body": PAGE}, "ts": STAMP},
    "a response in a browser": {
        "request": {"url": URL},
        "response": {"status": 200, "content": {"mimeType": "text/html", "text": PAGE}},
        "ts": STAMP,
    },
    "names as of Java": {"pageUrl": URL, "rawHtml": PAGE, "fetchedAt": STAMP},
    "names as of a form": {"Page URL": URL, "Page HTML": PAGE, "Crawl Date": STAMP},
    "names with dashes": {"page-url": URL, "html-content": PAGE, "crawled-at": STAMP},
}


@pytest.mark.parametrize("row", ROWS.values(), ids=ROWS)
@pytest.mark.parametrize("write", [json.dumps, copied], ids=["as it is", "by COPY"])
def test_a_row_of_a_database(tmp_path, row, write):
    (tmp_path / "a.json").write_text(f"{write(row)}\n{write(row)}\n")
    rows, _ = rows_of(tmp_path / "a.json")
    assert [(row["problem"], row["url"], row["raw"], row["fetched_at"]) for row in rows] == [
        (None, URL, HTML, SECONDS * 1_000_000)
    ] * 2


def test_names_in_any_spelling_in_a_parquet_file(tmp_path):
    pq.write_table(pa.table({"pageUrl": [URL], "rawHtml": [PAGE], "other": [1]}), tmp_path / "a.parquet")
    rows, _ = rows_of(tmp_path / "a.parquet")
    assert [(row["url"], row["raw"]) for row in rows] == [(URL, HTML)]


@pytest.mark.parametrize(
    "row",
    [
        {"html": PAGE, "source": {"url": "https://publisher.example/"}},
        {"html": PAGE, "author": {"url": "https://author.example/"}},
        {"html": PAGE, "url": {"S": "", "extra": 1, "more": 2}},
        {"html": PAGE, "url": {}},
    ],
)
def test_what_is_no_typed_value_is_no_address(tmp_path, row):
    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    rows, _ = rows_of(tmp_path / "a.jsonl")
    assert [(row["problem"], row["url"]) for row in rows] == [(None, None)]


@pytest.mark.parametrize("cell", [{"$binary": "no base64!"}, {"$binary": {"base64": 5}}, {"B": [1]}, {"string": {}}])
def test_a_broken_typed_value_does_no_harm(tmp_path, cell):
    (tmp_path / "a.jsonl").write_text(
        "\n".join(json.dumps(row) for row in ({"html": cell}, {"url": URL, "html": PAGE}))
    )
    rows, _ = rows_of(tmp_path / "a.jsonl")
    assert rows[-1]["raw"] == HTML


LISTS = {
    "Ghost": {"db": [{"meta": {}, "data": {"posts": [{"canonical_url": URL, "html": PAGE}]}}]},
    "Google Reader": {"id": "x", "items": [{"canonical": [{"href": URL}], "summary": {"content": PAGE}}]},
    "an answer with its request": {
        "request": {"pageUrl": "https://x.example"},
        "objects": [{"pageUrl": URL, "html": PAGE}],
    },
}


@pytest.mark.parametrize("value", LISTS.values(), ids=LISTS)
@pytest.mark.parametrize("indent", [None, 1])
def test_a_list_within_an_answer(tmp_path, value, indent):
    (tmp_path / "a.json").write_text(json.dumps(value, indent=indent))
    rows, _ = rows_of(tmp_path / "a.json")
    assert [(row["problem"], row["url"], row["raw"]) for row in rows] == [(None, URL, HTML)]


SCRIPTS = {
    "an archive": "window.YTD.articles.part0 = {}",
    "a variable": "var articles = {};",
    "a constant, with a mark": "\ufeffexport const rows={}\n",
    "a call": "callback({});",
    "an answer that is no script": ")]}',\n{}",
    "an answer that never runs": "for(;;);{}",
}


@pytest.mark.parametrize("script", SCRIPTS.values(), ids=SCRIPTS)
@pytest.mark.parametrize("shape", ["one line", "by line", "indented"])
def test_json_in_a_script(tmp_path, script, shape):
    pages = [{"url": f"{URL}/{n}", "html": PAGE} for n in range(3)]
    by_line = "[\n" + ",\n".join(map(json.dumps, pages)) + "\n]"
    text = {"one line": json.dumps(pages), "by line": by_line, "indented": json.dumps(pages, indent=1)}[shape]
    (tmp_path / "a.json").write_text(script.replace("{}", text))
    rows, _ = rows_of(tmp_path / "a.json")
    assert [(row["problem"], row["url"]) for row in rows] == [(None, page["url"]) for page in pages]


COUCH = [{"id": f"{n}", "key": f"{n}", "doc": {"_id": f"{n}", "url": f"{URL}/{n}", "html": PAGE}} for n in range(4)]
DESIGN = {"id": "_design/all", "key": "_design/all", "doc": {"_id": "_design/all", "views": {"a": {"map": "f()"}}}}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps({"total_rows": 5, "offset": 0, "rows": [DESIGN, *COUCH]}),
        '{"total_rows":5,"offset":0,"rows":[\r\n' + ",\r\n".join(map(json.dumps, [DESIGN, *COUCH])) + "\r\n]}\n",
        '{"rows":[\n' + ",\n".join(map(json.dumps, COUCH)) + '\n],"update_seq":"5-a","pending":0}\n',
        '{"rows":[\n' + ",\n".join(json.dumps(row, indent=0) for row in COUCH) + "\n]}\n",
    ],
)
def test_all_documents_of_couchdb(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    rows, skipped = rows_of(tmp_path / "a.json")
    assert [(row["url"], row["problem"]) for row in rows] == [(f"{URL}/{n}", None) for n in range(4)]
    assert set(skipped) <= {"design documents of CouchDB"}
