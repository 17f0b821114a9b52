"""Files as other tools leave them: saved pages, mirrors, exports of databases, archives with dictionaries."""

import gzip
import json
import struct
import zipfile
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.source_files import HTML, OPTIONS, URL, one, rows_of, warc_record, zstd

from tasks.ingest.formats.times import microseconds
from tasks.ingest.listing import list_files
from tasks.ingest.unpacking import needs_dictionary

SAVED = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)
SINGLE_FILE = (
    f"<!--\n Page saved with SingleFile \n url: {URL}?a=1&b \n"
    " saved date: Wed May 06 2026 09:08:09 GMT+0200 (Central European Summer Time)\n-->"
)
MIRRORED = (
    "<!-- Mirrored from ledger.example/ferry by HTTrack Website Copier/3.x [XR&CO'2014], "
    "Wed, 06 May 2026 07:08:09 GMT -->"
)


@pytest.mark.parametrize(
    ("comment", "url", "is_dated"),
    [
        (f"<!-- saved from url=(0028){URL} -->", URL, False),
        ("<!-- saved from url=(0014)about:internet -->", None, False),
        ("<!-- saved from url=(0022)file:///C:/secret.html -->", None, False),
        (SINGLE_FILE, f"{URL}?a=1&b", True),
        (MIRRORED, "https://ledger.example/ferry", True),
        (MIRRORED.replace("07:08:09 GMT", "some time"), "https://ledger.example/ferry", False),
        ("<!-- saved from memory by https://ledger.example/ -->", None, False),
        ("<!-- saved from url=(1)" * 2000, None, False),
    ],
)
def test_a_saved_page_says_where_it_is_from(tmp_path, comment, url, is_dated):
    raw = HTML.replace(b"<html>", f"<html>\n{comment}\n".encode())
    (tmp_path / "a.html").write_bytes(raw)
    (tmp_path / "b.html.gz").write_bytes(gzip.compress(raw))
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("a.html", raw)
    for name in ("a.html", "b.html.gz", "c.zip"):
        row = one(tmp_path / name)
        assert (row["url"], row["raw"]) == (url, raw)
        assert (row["fetched_at"] == int(SAVED.timestamp()) * 1_000_000) == is_dated


def test_the_address_in_the_list_beside_a_saved_page_is_used_first(tmp_path):
    (tmp_path / "a.html").write_bytes(SINGLE_FILE.encode() + HTML)
    (tmp_path / "urls.csv").write_text(f"file,url\na.html,{URL}/listed\n")
    (row,), _ = rows_of(tmp_path)
    assert row["url"] == f"{URL}/listed"


def test_what_crawlers_keep_beside_pages_is_passed_over_and_counted(tmp_path):
    files = {
        "hts-log.txt": b"HTTrack3.49-2 launched",
        "hts-cache/new.zip": b"PK",
        "hts-cache/deep/readme.txt": b"What is in this folder?",
        "site/robots.txt": b"\xef\xbb\xbfUser-agent: *\nDisallow:\n",
        "site/ads.txt": b"exchange.example, 12, DIRECT\n",
        "cookies.txt": b"# Netscape HTTP Cookie File\n",
        "c/pages/pages.jsonl": b'{"format": "json-pages-1.0"}\n{"url": "https://a.example", "text": "words"}',
    }
    stories = {"site/story.html": HTML, "stories/robots.txt": b"Robots now harvest apples.", "pages/pages.jsonl": b"{}"}
    for name, content in (files | stories).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content)
    (tmp_path / "c" / "archive").mkdir()
    listing = list_files([str(tmp_path)])
    assert {ref.source_uri.removeprefix(f"{tmp_path}/") for ref in listing.refs} == set(stories)
    assert listing.skipped == {"files that crawlers and sites keep beside pages": len(files)}
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("m/hts-log.txt", "HTTrack3.49-2 launched")
        archive.writestr("m/story.html", HTML)
    rows, passed = rows_of(tmp_path / "a.zip")
    assert [row["raw"] for row in rows] == [HTML]
    assert passed == ["files that crawlers and sites keep beside pages"]


ROW = {"html": HTML.decode(), "url": URL}
EXPORTS = {
    "Scrapy": ("items.jl", f"{json.dumps(ROW)}\n", []),
    "Elasticsearch, bulk": (
        "a.ndjson",
        f'{{"index": {{"_id": "1"}}}}\n{json.dumps(ROW)}\n{{"create": {{}}}}\n',
        ["actions of an Elasticsearch bulk file"] * 2,
    ),
    "Elasticsearch, scroll": ("a.json", json.dumps({"_index": "a", "_source": ROW}), []),
    "MongoDB": (
        "a.json",
        json.dumps({"_id": {"$oid": "1"}, **ROW, "crawled_at": {"$date": "2026-05-06T07:08:09Z"}}),
        [],
    ),
    "trafilatura": ("a.json", json.dumps({"html": ROW["html"], "source": URL, "hostname": "ledger.example"}), []),
    "LangChain": ("a.jsonl", json.dumps({"page_content": ROW["html"], "metadata": {"source": URL}}), []),
    "lists of pages": (
        "pages.jsonl",
        f'{{"format": "json-pages-1.0", "id": "pages"}}\n{json.dumps(ROW)}',
        ["headers of a list of pages"],
    ),
}


@pytest.mark.parametrize("tool", EXPORTS)
def test_exports_of_other_tools(tmp_path, tool):
    name, text, notes = EXPORTS[tool]
    (tmp_path / name).write_text(text)
    rows, passed = rows_of(tmp_path / name)
    assert [(row["raw"], row["url"], row["problem"]) for row in rows] == [(HTML, URL, None)]
    assert passed == notes


def test_a_source_that_is_the_name_of_a_paper_is_no_address(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"html": "<p>a", "source": "The Ledger"}))
    assert one(tmp_path / "a.jsonl")["url"] is None


@pytest.mark.parametrize(
    ("value", "is_known"),
    [
        ({"$date": "2026-05-06T07:08:09Z"}, True),
        ({"$date": {"$numberLong": str(int(SAVED.timestamp()) * 1000)}}, True),
        ("Wed May 06 2026 09:08:09 GMT+0200 (Central European Summer Time)", True),
        ("Wed May 06 2026 07:08:09 GMT+0000", True),
        ({"$date": {"$date": {"$date": 1}}}, False),
        ({"$oid": "1"}, False),
    ],
)
def test_times_of_databases_and_scripts(value, is_known):
    assert microseconds(value) == (int(SAVED.timestamp()) * 1_000_000 if is_known else None)


TABLES = {
    "large string": pa.array([HTML.decode()], pa.large_string()),
    "binary": pa.array([HTML]),
    "dictionary": pa.array([HTML.decode()]).dictionary_encode(),
    "dictionary of large strings": pa.array([HTML.decode()], pa.large_string()).dictionary_encode(),
}


@pytest.mark.parametrize("kind", TABLES)
def test_columns_of_every_type_that_holds_text(tmp_path, kind):
    inner = pa.array([[("url", URL), ("date", "2026")]], pa.map_(pa.string(), pa.string()))
    pq.write_table(pa.table({"html": TABLES[kind], "metadata": inner}), tmp_path / "a.parquet")
    row = one(tmp_path / "a.parquet")
    assert (row["raw"], row["url"]) == (HTML, URL)


@pytest.mark.parametrize(("value", "kind"), [([1, 2], "a list"), (5, "a number"), (2.5, "a number")])
def test_a_column_that_holds_no_text_is_named_with_what_it_holds(tmp_path, value, kind):
    pq.write_table(pa.table({"text": [value], "url": [URL]}), tmp_path / "a.parquet")
    assert f"its column text has {kind} instead of text" in one(tmp_path / "a.parquet")["problem_detail"]


def skippable(data, number=0x50):
    return bytes([number]) + b"\x2a\x4d\x18" + struct.pack("<I", len(data)) + data


def test_zstandard_with_frames_that_hold_no_data(tmp_path):
    record = warc_record("response", HTML)
    (tmp_path / "a.warc.zst").write_bytes(skippable(b"about") + zstd(record) + skippable(b"") + zstd(record))
    rows, passed = rows_of(tmp_path / "a.warc.zst")
    assert [row["raw"] for row in rows] == [HTML] * 2
    assert len({row["source_uri"] for row in rows}) == 2
    assert passed == []
    (tmp_path / "a.jsonl.zst").write_bytes(skippable(b"about") + zstd(json.dumps(ROW).encode()))
    assert one(tmp_path / "a.jsonl.zst", OPTIONS)["raw"] == HTML


WITH_NUMBER = b"\x28\xb5\x2f\xfd\x21\x05\x10" + b"\x81\x00\x00" + b"a" * 16  # a frame for the dictionary of number 5


@pytest.mark.parametrize("name", ["a.warc.zst", "a.jsonl.zst", "a.html.zst"])
@pytest.mark.parametrize("before", [b"", skippable(b"\x37\xa4\x30\xec" + b"d" * 90, 0x5D)])
def test_a_dictionary_is_named_as_the_reason(tmp_path, name, before):
    (tmp_path / name).write_bytes(before + WITH_NUMBER)
    row = one(tmp_path / name)
    assert "compressed with a dictionary" in row["problem_detail"]
    assert "zstd -d -D DICTIONARY" in row["problem_detail"]
    assert not needs_dictionary(zstd(HTML))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "utf-8-sig", "cp1252"])
def test_a_table_that_is_named_like_a_page_is_a_finding(tmp_path, encoding):
    (tmp_path / "a.txt").write_bytes(f'URL\ttext\tn\r\n{URL}\t"words of a café"\t1\r\n'.encode(encoding))
    row = one(tmp_path / "a.txt")
    assert row["problem"] == "ingest.no_content"
    assert row["problem_detail"] == "is a table with the columns URL, text, n; give its name the ending .tsv"
    (tmp_path / "b.txt").write_bytes("The text\tof a page\nwith url and tabs\n".encode(encoding))
    assert one(tmp_path / "b.txt")["problem"] is None


@pytest.mark.parametrize("name", ["a.md", "a.markdown", "a.md.gz"])
def test_a_folder_of_markdown_is_read(tmp_path, name):
    raw = b"# Ferry to stay\n\nThe council voted on [Tuesday](https://ledger.example/day) to keep the old ferry.\n"
    (tmp_path / name).write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    (row,), passed = rows_of(tmp_path)
    assert (row["raw"], row["media_type"], passed) == (raw, "text/markdown", [])
