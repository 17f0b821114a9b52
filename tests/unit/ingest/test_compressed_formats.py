"""Every format in every compression gives its pages, under its name and without an ending."""

import bz2
import gzip
import io
import json
import lzma
import sqlite3
import tarfile
import zipfile
import zlib

import pyarrow as pa
import pyarrow.feather
import pyarrow.orc
import pyarrow.parquet as pq
import pytest
from support.source_files import HTML, URL, rows_of, warc_record, zstd

from tasks.ingest.unpacking import MAGIC_BYTES, codec_of

ROW = {"url": URL, "html": HTML.decode()}
PACKERS = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstd,
    "lz4": lambda raw: pa.compress(raw, "lz4", asbytes=True),
    "lzma": lambda raw: lzma.compress(raw, format=lzma.FORMAT_ALONE),
    "zlib": zlib.compress,
}
MAIL = (
    b"From: a@ledger.example\nMessage-ID: <1@a>\nSubject: Ferry\nMIME-Version: 1.0\nContent-Type: text/html\n\n" + HTML
)
MHTML = (
    b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\nContent-Type: text/html\n\n"
    + HTML
    + b"\n--b--"
)
HTTP = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + HTML
ENTRY = {
    "startedDateTime": "2026-03-01T10:11:12Z",
    "request": {"method": "GET", "url": URL},
    "response": {"status": 200, "content": {"mimeType": "text/html", "text": HTML.decode()}},
}


def written(write):
    sink = io.BytesIO()
    write(sink)
    return sink.getvalue()


def zipped(sink):
    with zipfile.ZipFile(sink, "w") as archive:
        archive.writestr("a.html", HTML)


def tarred(sink):
    with tarfile.open(fileobj=sink, mode="w") as archive:
        info = tarfile.TarInfo("a.html")
        info.size = len(HTML)
        archive.addfile(info, io.BytesIO(HTML))


def database():
    with sqlite3.connect(":memory:") as found:
        found.execute("create table pages (url, html)")
        found.execute("insert into pages values (?, ?)", tuple(ROW.values()))
        found.commit()
        return found.serialize()


TABLE = pa.table({name: [value] for name, value in ROW.items()})
FILES = {
    "a.html": HTML,
    "a.warc": warc_record("response", HTML),
    "a.arc": b"filedesc://a.arc 0.0.0.0 20260301101112 text/plain 9\n1 0 Maker\n\n"
    + b"%b 192.0.2.1 20260314123000 text/html %d\n%b\n" % (URL.encode(), len(HTTP), HTTP),
    "a.jsonl": json.dumps(ROW).encode() + b"\n",
    "a.json": json.dumps([ROW], indent=1).encode(),
    "a.csv": b"url,html\n" + URL.encode() + b"," + HTML.replace(b",", b"") + b"\n",
    "a.har": json.dumps({"log": {"entries": [ENTRY]}}).encode(),
    "a.eml": MAIL,
    "a.mbox": b"From a@ledger.example Wed May  6 07:08:09 2026\n" + MAIL + b"\n",
    "a.mhtml": MHTML,
    "a.tar": written(tarred),
    "a.zip": written(zipped),
    "a.parquet": written(lambda sink: pq.write_table(TABLE, sink)),
    "a.feather": written(lambda sink: pa.feather.write_feather(TABLE, sink)),
    "a.orc": written(lambda sink: pa.orc.write_table(TABLE, sink)),
    "a.sqlite": database(),
}


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("packing", PACKERS)
@pytest.mark.parametrize("is_named", [True, False], ids=["named", "not named"])
def test_a_format_in_a_compression(tmp_path, name, packing, is_named):
    path = tmp_path / (f"{name}.{packing}" if is_named else "export")
    path.write_bytes(PACKERS[packing](FILES[name]))
    rows, skipped = rows_of(path)
    pages = [row for row in rows if row["problem"] is None]
    assert len(pages) == 1, ([row["problem_detail"] for row in rows], skipped)
    assert b"The council voted" in pages[0]["raw"]


def rows_before_cut(path, packed):
    path.write_bytes(packed)
    rows, _ = rows_of(path)
    assert [row["problem"] for row in rows if row["problem"]] == ["ingest.broken_file"]
    return len(rows) - 1, rows[-1]["problem_detail"]


@pytest.mark.parametrize("packing", PACKERS)
def test_the_rows_before_a_cut_are_read_in_every_compression(tmp_path, packing):
    lines = b"".join(
        json.dumps(ROW | {"id": n, "salt": f"{hash(str(n)):x}" * 400}).encode() + b"\n" for n in range(300)
    )
    packed = PACKERS[packing](lines)
    count, detail = rows_before_cut(tmp_path / f"a.jsonl.{packing}", packed[: len(packed) * 2 // 3])
    assert 0 < count < 300, detail


def test_a_dictionary_that_takes_too_much_memory_is_refused_in_words(tmp_path):
    packed = bytearray(lzma.compress(FILES["a.jsonl"], format=lzma.FORMAT_ALONE))
    packed[1:5] = (1 << 30).to_bytes(4, "little")
    assert "more memory" in rows_before_cut(tmp_path / "a.jsonl.lzma", bytes(packed))[1]


@pytest.mark.parametrize(
    "text", [b"x^2 and y^2 are two numbers", b"]\0\0 is no page", b"x\x9c", "xÚ".encode("latin-1")]
)
def test_what_only_begins_like_compressed_data_is_read_as_it_is(text):
    assert codec_of(text[:MAGIC_BYTES]) is None
