"""Every kind of file that pages come in gives the same page records, and what is wrong with one is named."""

import bz2
import email.mime.multipart
import email.mime.text
import gzip
import io
import json
import lzma
import tarfile
import zipfile
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from support.source_files import HTML, OPTIONS, RECORDS, URL, WHEN, one, rows_of, zstd

from tasks.ingest import bounded_streams
from tasks.ingest.formats import Options, Skipped
from tasks.ingest.listing import list_files
from tasks.ingest.record import Record, SourceFile, page_row
from tasks.ingest.sniff import media_type
from tasks.ingest.worker import Job, Limits, ingest_job, read_records, write_batches


@pytest.mark.parametrize(
    ("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress), (".zst", zstd)]
)
def test_a_compressed_page_is_the_page(tmp_path, suffix, pack):
    path = tmp_path / f"ferry.html{suffix}"
    path.write_bytes(pack(HTML))
    row = one(path)
    assert (row["raw"], row["media_type"], row["problem"]) == (HTML, "text/html", None)
    path.write_bytes(pack(HTML)[:-9])
    assert one(path)["problem"] == "ingest.broken_file"


def test_a_bomb_is_reported_before_it_grows(tmp_path):
    (tmp_path / "bomb.txt.gz").write_bytes(gzip.compress(b"\0" * (300 << 20)))
    row = one(tmp_path / "bomb.txt.gz")
    assert (row["problem"], row["raw"]) == ("ingest.decompression_bomb", None)
    with zipfile.ZipFile(tmp_path / "bombs.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.txt", b" " * (40 << 20))
    rows, _ = rows_of(tmp_path / "bombs.zip")
    assert {row["problem"] for row in rows} == {"ingest.no_pages"}
    assert "none of 3 records is a page" in rows[0]["problem_detail"]


def mhtml():
    message = email.mime.multipart.MIMEMultipart("related")
    message["Date"] = "Sat, 14 Mar 2026 12:30:00 +0000"
    message["Snapshot-Content-Location"] = URL
    part = email.mime.text.MIMEText(HTML.decode(), "html", "utf-8")
    part["Content-Location"] = URL
    message.attach(part)
    return message.as_bytes()


def test_mhtml_gives_its_page_with_address_and_time(tmp_path):
    (tmp_path / "saved.mhtml").write_bytes(mhtml())
    row = one(tmp_path / "saved.mhtml")
    assert (row["raw"].strip(), row["url"], row["fetched_at"]) == (HTML, URL, int(WHEN.timestamp() * 1e6))
    (tmp_path / "none.mht").write_bytes(b"no mail at all")
    row = one(tmp_path / "none.mht")  # to the rules of mail a body without headers
    assert (row["raw"], row["problem"]) == (b"no mail at all", None)


def test_a_saved_page_is_read_without_its_parts(tmp_path):
    (tmp_path / "ferry.html").write_bytes(HTML)
    (tmp_path / "ferry_files").mkdir()
    (tmp_path / "ferry_files" / "advert.html").write_bytes(HTML)
    listing = list_files([str(tmp_path)])
    assert [ref.path for ref in listing.refs] == [str(tmp_path / "ferry.html")]
    assert listing.skipped == {"folders with the parts of a saved page": 1}


def test_zip_and_tar_are_read_in_place(tmp_path):
    with zipfile.ZipFile(tmp_path / "pages.zip", "w") as archive:
        archive.writestr("a/ferry.html", HTML)
        archive.writestr("a/logo.png", b"\x89PNG")
        archive.writestr("../../etc/passwd.txt", b"root")
        archive.writestr("C:/page.html", HTML)
        archive.writestr("inner.zip", b"PK")
    with tarfile.open(tmp_path / "pages.tar.gz", "w:gz") as archive:
        for name, data in (("ferry.html", HTML), ("/absolute.html", HTML), ("deep/inner.tar", b"x")):
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(data), 1_700_000_000
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link.html")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
        fifo = tarfile.TarInfo("pipe.html")
        fifo.type = tarfile.FIFOTYPE
        archive.addfile(fifo)
    for name, want in (
        (
            "pages.zip",
            {
                "a/ferry.html": None,
                "../../etc/passwd.txt": "ingest.unsafe_name",
                "C:/page.html": "ingest.unsafe_name",
                "inner.zip": "ingest.broken_file",
            },
        ),
        (
            "pages.tar.gz",
            {
                "ferry.html": None,
                "/absolute.html": "ingest.unsafe_name",
                "deep/inner.tar:+": "ingest.broken_file",
                "link.html": "ingest.no_regular_file",
                "pipe.html": "ingest.no_regular_file",
            },
        ),
    ):
        rows, _ = rows_of(tmp_path / name)
        assert {row["source_uri"].partition("#")[2]: row["problem"] for row in rows} == want
        good = next(row for row in rows if row["problem"] is None)
        assert good["raw"] == HTML
    broken = (tmp_path / "pages.tar.gz").read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(broken[: len(broken) // 2])
    assert [row["problem"] for row in rows_of(tmp_path / "cut.tar.gz")[0]][-1] == "ingest.broken_file"


@pytest.mark.parametrize("part_bytes", [1, 300, 1000, 100_000])
def test_the_parts_of_a_parquet_file_are_the_whole(tmp_path, part_bytes):
    table = pa.table({"html": [f"<p>page {n}" for n in range(25)], "url": [f"{URL}/{n}" for n in range(25)]})
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=4)
    (ref,) = list_files([str(tmp_path)]).refs
    read = [record for part in ref.parts(part_bytes) for record in read_records(part, Options(1 << 20))]
    assert [record.key for record in read] == [str(n) for n in range(1, 26)]
    (tmp_path / "a.parquet").write_bytes((tmp_path / "a.parquet").read_bytes()[:-30])
    (ref,) = list_files([str(tmp_path)]).refs
    broken = [record for part in ref.parts(part_bytes) for record in read_records(part, Options(1 << 20))]
    assert [record.flaw.code for record in broken] == ["ingest.broken_file"]


def test_what_cannot_be_split_is_read_by_one(tmp_path):
    packed = gzip.compress(b"".join(RECORDS))  # compressed as one
    for name, raw in (
        ("a.warc.gz", packed),
        ("b.warc", b"".join(RECORDS)),
        ("c.jsonl.gz", gzip.compress(b'{"text": "x"}\n' * 9)),
    ):
        (tmp_path / name).write_bytes(raw)
    refs = {ref.path.rpartition("/")[2]: ref for ref in list_files([str(tmp_path)]).refs}
    assert [len(list(refs[name].parts(10))) for name in ("b.warc", "c.jsonl.gz")] == [1, 1]
    read = [len(list(read_records(part, Options(1 << 20)))) for part in refs["a.warc.gz"].parts(50)]
    assert read[0] == len(RECORDS)
    assert not any(read[1:])


def test_wacz(tmp_path):
    with zipfile.ZipFile(tmp_path / "a.wacz", "w") as archive:
        archive.writestr("archive/data.warc.gz", b"".join(map(gzip.compress, RECORDS)))
        archive.writestr("datapackage.json", "{}")
    rows, _ = rows_of(tmp_path / "a.wacz")
    assert len(rows) == 6
    assert "#archive/data.warc.gz:" in rows[0]["source_uri"]


ROWS = [
    {"link": URL, "body": HTML.decode(), "crawled": WHEN.isoformat(), "other": 1},
    {"link": URL + "/2", "body": "Plain words of a story.", "crawled": None, "other": 2},
]


def write_tables(folder):
    frame = pd.DataFrame(ROWS)
    (folder / "a.jsonl").write_text("\n".join(map(json.dumps, ROWS)))
    (folder / "b.jsonl.zst").write_bytes(zstd("\n".join(map(json.dumps, ROWS)).encode()))
    (folder / "c.json").write_text("[\n" + ",\n".join(map(json.dumps, ROWS)) + "\n]")
    frame.to_parquet(folder / "d.parquet")
    pyarrow.feather.write_feather(pa.Table.from_pandas(frame), folder / "e.feather")
    frame.to_csv(folder / "f.csv", index=False)
    frame.to_csv(folder / "g.tsv.gz", index=False, sep="\t")
    return [
        folder / name for name in ("a.jsonl", "b.jsonl.zst", "c.json", "d.parquet", "e.feather", "f.csv", "g.tsv.gz")
    ]


def test_tables_give_pages_by_usual_names_and_by_a_map(tmp_path):
    for path in write_tables(tmp_path):
        for options in (OPTIONS, Options(1 << 20, {"text": "body", "url": "link", "fetched_at": "crawled"})):
            rows, _ = rows_of(path, options)
            assert [row["url"] for row in rows] == [URL, URL + "/2"], path
            assert rows[0]["raw"] == HTML
            assert (rows[0]["media_type"], rows[1]["media_type"]) == ("text/html", "text/plain")
            assert rows[0]["fetched_at"] == int(WHEN.timestamp() * 1e6)
    rows, _ = rows_of(tmp_path / "a.jsonl", Options(1 << 20, {"html": "nowhere"}))
    assert {row["problem"] for row in rows} == {"ingest.no_pages"}
    assert "link, body" in rows[0]["problem_detail"]


def test_bad_rows_are_reported_one_by_one(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(
        b'{"html": "<p>fine"}\n{"html": \n["a"]\n{"html": 7}\n{"text": "'
        + b"x" * (8 << 20)
        + b'"}\n\xff\xfe\n{"html": "<p>fine too"}'
    )
    rows, _ = rows_of(tmp_path / "a.jsonl")
    assert [row["problem"] for row in rows] == [
        None,
        "ingest.broken_record",
        "ingest.broken_record",
        "ingest.no_content",
        "ingest.too_large",
        "ingest.broken_record",
        None,
    ]
    for name in ("a.parquet", "a.arrow", "a.zip", "a.wacz", "a.tar"):
        (tmp_path / name).write_bytes(b"not what its name says" * 100)
        assert one(tmp_path / name)["problem"] == "ingest.broken_file"
    pq.write_table(pa.table({"strange": [1]}), tmp_path / "b.parquet")
    assert "--map" in one(tmp_path / "b.parquet")["problem_detail"]


def test_lines_of_any_length_keep_the_memory_bounded():
    source = bounded_streams.BoundedStream(io.BytesIO(b"ab\n" + b"x" * 5_000_000 + b"\n\nend"), None)
    assert [(line, size) for line, size in source.lines(1000)] == [(b"ab", 2), (None, 5_000_000), (b"", 0), (b"end", 3)]


def test_a_large_file_becomes_bounded_batches_and_is_read_once(tmp_path):
    (tmp_path / "a.jsonl").write_text(
        "\n".join(json.dumps({"html": f"<p>page {n}" + "x" * 1000, "url": f"{URL}/{n}"}) for n in range(95))
    )
    job = Job(tuple(list_files([str(tmp_path)]).refs), str(tmp_path / "work"), Limits(1 << 20, 40, 30_000))
    receipts = ingest_job(job)
    assert sum(receipt.received for receipt in receipts) == 95
    assert max(receipt.received for receipt in receipts) <= 40
    assert all(pq.ParquetFile(receipt.path).metadata.num_rows == receipt.received for receipt in receipts)
    again = ingest_job(job)
    assert all(receipt.is_reused for receipt in again)
    assert [receipt.path for receipt in again] == [receipt.path for receipt in receipts]


def test_a_batch_is_written_a_few_pages_at_a_time_and_holds_each_record_once(tmp_path):
    place = SourceFile("a.jsonl", None)
    numbers = [*range(70), 3, *range(70, 89)]  # the record of page 3 stands again far behind, in another row group
    rows = [page_row(Record(f"<p>page {n}".encode(), str(n)), place, 1 << 20) for n in numbers]
    passed = [Skipped("records of no page")] * 2
    receipts = list(write_batches([*rows, *passed], tmp_path, "a", Limits(1 << 20, 90, 1 << 30), None))
    assert [(receipt.received, receipt.notes) for receipt in receipts] == [
        (89, {passed[0].note: 2})
    ]  # and no empty one
    file = pq.ParquetFile(receipts[0].path)
    assert file.num_row_groups > 1
    assert file.read(columns=["raw"]).column("raw").to_pylist() == [f"<p>page {n}".encode() for n in range(89)]
    (nothing,) = write_batches(passed, tmp_path, "b", Limits(1 << 20, 90, 1 << 30), None)
    assert nothing.notes == {passed[0].note: 2}
    assert not Path(nothing.path).exists()


@pytest.mark.parametrize(
    "start",
    [
        '<?xml version="1.0" encoding="utf-8"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "a.dtd">\n<html>',
        '\ufeff<?xml version="1.0"?><?xml-stylesheet href="a.css"?><!-- saved --><html xmlns="a">',
        '<?xml version="1.0"?><!DOCTYPE\nhtml><html>',
        '<?xml version="1.0"?><h:html xmlns:h="http://www.w3.org/1999/xhtml">',
        "<section>",
        "<main>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize(("name", "declared"), [("", None), ("a.txt", None), ("a.xml", "application/xml")])
def test_a_page_of_html_is_known_by_its_start(start, encoding, name, declared):
    assert media_type(f"{start}<p>Ferry to stay</p>".encode(encoding), name, declared) == "text/html"


@pytest.mark.parametrize("start", ['<?xml version="1.0"?><rss>', "<wml>", "Ferry <p>", "<parliament>", "<linkage>"])
def test_what_only_looks_like_html_is_text(start):
    assert media_type(f"{start} to stay".encode(), "a.txt") == "text/plain"
