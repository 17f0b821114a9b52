"""Files of many pages within archives are read; what is not read there is named, and nothing grows without bound."""

import gzip
import io
import json
import tarfile
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.source_files import HTML, URL, rows_of, warc_record

from tasks.ingest.formats import nested


def zipped(*members, method=zipfile.ZIP_DEFLATED):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return sink.getvalue()


def tarred(*members):
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w:gz") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return sink.getvalue()


def parquet():
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table({"url": [URL], "html": [HTML.decode()]}), sink)
    return sink.getvalue().to_pybytes()


WARC = warc_record("response", HTML)
LINE = json.dumps({"url": URL, "html": HTML.decode()}).encode()
CSV = b'url,html\r\nhttps://ledger.example/ferry,"%s"\r\n' % HTML.replace(b'"', b'""')
WACZ = zipped(("archive/a.warc.gz", gzip.compress(WARC)), method=zipfile.ZIP_STORED)
FILES = {
    "articles.csv": CSV,
    "a.jsonl": LINE,
    "a.jsonl.gz": gzip.compress(LINE),
    "a.parquet": parquet(),
    "a.warc": WARC,
    "a.warc.gz": gzip.compress(WARC),
    "inner.zip": zipped(("p/a.html", HTML)),
    "inner.tar.gz": tarred(("p/a.html", HTML)),
    "crawl.wacz": WACZ,
}
ARCHIVES = {"a.zip": zipped, "a.tar.gz": tarred}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("archive", ARCHIVES)
def test_a_file_of_many_pages_in_an_archive_is_read(tmp_path, archive, name):
    raw = ARCHIVES[archive]((f"data/{name}", FILES[name]), ("data/other.html", HTML + b" "))
    (tmp_path / archive).write_bytes(raw)
    rows, _ = rows_of(tmp_path)
    assert [(row["problem"], row["raw"].rstrip()) for row in rows] == [(None, HTML)] * 2
    assert rows[0]["source_uri"].startswith(f"{tmp_path / archive}#data/{name}:")
    assert rows[0]["url"] == (None if "inner" in name else URL)


@pytest.mark.parametrize("archive", ARCHIVES)
def test_a_manifest_in_an_archive_is_one_finding(tmp_path, archive):
    manifest = b"\n".join(b'{"id": %d}' % number for number in range(50))
    (tmp_path / archive).write_bytes(ARCHIVES[archive](("manifest.jsonl", manifest), ("a.html", HTML)))
    rows, _ = rows_of(tmp_path)
    assert [row["problem"] for row in rows] == ["ingest.no_pages", None]


@pytest.mark.parametrize("archive", ARCHIVES)
def test_an_archive_deeper_than_that_is_named_and_not_opened(tmp_path, archive):
    deep = zipped(("deepest.zip", zipped(("a.html", HTML))), ("b.html", HTML))
    (tmp_path / archive).write_bytes(ARCHIVES[archive](("deep.zip", deep)))
    rows, _ = rows_of(tmp_path)
    assert [(row["source_uri"].partition("#")[2], row["problem"]) for row in rows] == [
        ("deep.zip:deepest.zip", "ingest.nested_archive"),
        ("deep.zip:b.html", None),
    ]
    assert "unpack it" in rows[0]["problem_detail"]


def test_several_crawls_in_one_wacz_are_read(tmp_path):
    (tmp_path / "all.wacz").write_bytes(zipped(("one.wacz", WACZ), ("two.wacz", WACZ), ("broken.wacz", b"PK")))
    rows, _ = rows_of(tmp_path)
    assert [row["problem"] for row in rows] == [None, None, "ingest.broken_file"]


def test_a_member_larger_than_the_disk_may_be_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(nested, "_MAX_BYTES", 1000)
    large = b'{"id": 1}\n' * 1000
    (tmp_path / "a.zip").write_bytes(zipped(("a.jsonl", large), ("b.html", HTML)))
    rows, _ = rows_of(tmp_path)
    assert [row["problem"] for row in rows] == ["ingest.nested_archive", None]


def test_bombs_within_archives_are_bombs(tmp_path):
    bomb = gzip.compress(b" " * (80 << 20))
    raw = zipped(*((f"{n}.jsonl.gz", bomb) for n in range(3)), ("b.html", HTML), method=zipfile.ZIP_STORED)
    (tmp_path / "a.zip").write_bytes(raw)
    rows, _ = rows_of(tmp_path)
    assert [row["problem"] for row in rows] == ["ingest.decompression_bomb"] * 3 + [None]
