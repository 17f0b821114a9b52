"""Every kind of file that pages come in gives the same page records, and what is wrong with one is told by name."""

import bz2
import email.mime.multipart
import email.mime.text
import gzip
import io
import json
import lzma
import os
import tarfile
import zipfile
from datetime import UTC, datetime
from itertools import accumulate
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tasks.ingest import bounded_streams
from tasks.ingest.formats import PARTS_MISALIGNED, Options, Skipped
from tasks.ingest.listing import FileRefs, list_files
from tasks.ingest.record import Record, SourceFile, page_row
from tasks.ingest.task import ingest, read_jobs
from tasks.ingest.worker import Job, Limits, file_rows, ingest_job, read_records, write_batches
from tasks.parallel.executor import Executor

HTML = b"<!DOCTYPE html><html><body><h1>Ferry to stay</h1><p>The council voted on Tuesday to keep the old ferry.</p></body></html>"
URL = "https://ledger.example/ferry"
WHEN = datetime(2026, 3, 14, 12, 30, tzinfo=UTC)
OPTIONS = Options(1 << 20)


def zstd(data):
    return pa.compress(data, "zstd", asbytes=True)


def rows_of(path, options=OPTIONS):
    """Page rows and what was passed over, of one file."""
    found = [row for ref in list_files([str(path)]).refs for row in file_rows(ref, options)]
    return [row for row in found if not isinstance(row, Skipped)], [
        row.kind for row in found if isinstance(row, Skipped)
    ]


def one(path, options=OPTIONS):
    rows, _ = rows_of(path, options)
    assert len(rows) == 1
    return rows[0]


@pytest.mark.parametrize(
    ("suffix", "pack"),
    [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress), (".zst", zstd)],
)
def test_a_compressed_page_is_the_page(tmp_path, suffix, pack):
    path = tmp_path / f"ferry.html{suffix}"
    path.write_bytes(pack(HTML))
    row = one(path)
    assert (row["raw"], row["media_type"], row["problem"]) == (HTML, "text/html", None)
    path.write_bytes(pack(HTML)[:-9])
    assert one(path)["problem"] == "ingest.broken_file"


def test_a_bomb_is_told_before_it_grows(tmp_path):
    (tmp_path / "bomb.txt.gz").write_bytes(gzip.compress(b"\0" * (300 << 20)))
    row = one(tmp_path / "bomb.txt.gz")
    assert (row["problem"], row["raw"]) == ("ingest.decompression_bomb", None)
    with zipfile.ZipFile(tmp_path / "bombs.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.txt", b" " * (40 << 20))
    rows, _ = rows_of(tmp_path / "bombs.zip")
    assert rows
    assert {row["problem"] for row in rows} <= {"ingest.decompression_bomb", "ingest.too_large"}


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
        ("pages.zip", {"a/ferry.html": None, "../../etc/passwd.txt": "ingest.unsafe_name", "C:/page.html": "ingest.unsafe_name",
                       "inner.zip": "ingest.nested_archive"}),
        ("pages.tar.gz", {"ferry.html": None, "/absolute.html": "ingest.unsafe_name", "deep/inner.tar": "ingest.nested_archive",
                          "link.html": "ingest.no_regular_file", "pipe.html": "ingest.no_regular_file"}),
    ):  # fmt: skip
        rows, _ = rows_of(tmp_path / name)
        assert {row["source_uri"].partition("#")[2]: row["problem"] for row in rows} == want
        good = next(row for row in rows if row["problem"] is None)
        assert good["raw"] == HTML
    broken = (tmp_path / "pages.tar.gz").read_bytes()
    (tmp_path / "cut.tar.gz").write_bytes(broken[: len(broken) // 2])
    assert [row["problem"] for row in rows_of(tmp_path / "cut.tar.gz")[0]][-1] == "ingest.broken_file"


def warc_record(kind, body, url=URL, headers=(), http=True, media="text/html; charset=utf-8"):
    lines = (
        f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\n".encode()
        + b"".join(line + b"\r\n" for line in headers)
        + b"\r\n"
    )
    block = (lines if http else b"") + body
    kind_of = "application/http; msgtype=response" if http else "text/plain"
    head = (f"WARC/1.0\r\nWARC-Type: {kind}\r\nWARC-Target-URI: {url}\r\nWARC-Date: 2026-03-14T12:30:00Z\r\n"
            f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-000000000001>\r\nContent-Type: {kind_of}\r\nContent-Length: {len(block)}\r\n\r\n")  # fmt: skip
    return head.encode() + block + b"\r\n\r\n"


CHUNKED = b"%x\r\n" % 40 + HTML[:40] + b"\r\n" + b"%x\r\n" % len(HTML[40:]) + HTML[40:] + b"\r\n0\r\n\r\n"
RECORDS = [
    warc_record("response", HTML),
    warc_record("response", gzip.compress(HTML), headers=[b"Content-Encoding: gzip"]),
    warc_record("response", CHUNKED, headers=[b"Transfer-Encoding: chunked"]),
    warc_record("response", HTML, headers=[b"Content-Encoding: gzip"]),  # what a crawler unpacked already
    warc_record("resource", HTML, http=False),
    warc_record("conversion", b"Ferry to stay\nThe council voted.", http=False),
]


@pytest.mark.parametrize(("name", "pack"), [("a.warc", bytes), ("a.warc.gz", gzip.compress), ("a.warc.zst", zstd)])
def test_warc_records_of_every_kind(tmp_path, name, pack):
    other = [warc_record("revisit", b""), warc_record("request", b"GET / HTTP/1.1\r\n\r\n", http=False),
             warc_record("response", b"\x89PNG", media="image/png"),
             warc_record("response", HTML).replace(b"200 OK", b"404 No"), warc_record("resource", b"x", url="dns:ledger.example", http=False)]  # fmt: skip
    (tmp_path / name).write_bytes(b"".join(map(pack, RECORDS + other)))
    rows, passed = rows_of(tmp_path / name)
    assert [row["problem"] for row in rows] == [None] * 6
    assert [row["raw"] for row in rows[:5]] == [HTML] * 5
    assert {row["url"] for row in rows} == {URL}
    assert rows[0]["fetched_at"] == int(WHEN.timestamp() * 1e6)
    assert (rows[0]["declared_encoding"], rows[5]["media_type"]) == ("utf-8", "text/plain")
    assert len({row["doc_id"] for row in rows}) == 6
    assert sorted(kind.split()[0] for kind in passed) == ["records", "records", "responses", "revisit"]


def test_broken_warc_records_are_told_and_reading_goes_on(tmp_path):
    packed = [gzip.compress(record) for record in RECORDS]
    damaged = bytearray(packed[1])
    damaged[30:60] = b"\xff" * 30
    (tmp_path / "damaged.warc.gz").write_bytes(packed[0] + bytes(damaged) + packed[2] + packed[4])
    rows, _ = rows_of(tmp_path / "damaged.warc.gz")
    assert sum(row["raw"] == HTML for row in rows) == 3
    assert [row["problem"] for row in rows if row["problem"]] == ["ingest.broken_record"]
    (tmp_path / "cut.warc.gz").write_bytes(b"".join(packed)[:-20])
    rows, _ = rows_of(tmp_path / "cut.warc.gz")
    assert sum(row["raw"] == HTML for row in rows) == 5
    assert "ingest.broken_file" in [row["problem"] for row in rows]


def damaged_warc(count, broken):
    """Records of pages that differ, each a gzip member, some damaged; where each begins."""
    packed = [gzip.compress(warc_record("response", HTML + b"<p>%d" % n)) for n in range(count)]
    for n in broken:
        packed[n] = packed[n][:30] + b"\xff" * 30 + packed[n][60:]
    return b"".join(packed), list(accumulate(map(len, packed), initial=0))


def test_nothing_is_lost_behind_the_second_and_third_broken_record(tmp_path):
    whole, places = damaged_warc(12, [2, 6, 9])
    (tmp_path / "a.warc.gz").write_bytes(whole)
    rows, _ = rows_of(tmp_path / "a.warc.gz")
    assert sum(row["problem"] == "ingest.broken_record" for row in rows) == 3
    assert [row["source_uri"].partition("#")[2] for row in rows] == [str(place) for place in places[:-1]]


@settings(max_examples=40, deadline=None)
@given(part_bytes=st.integers(1, 3000), broken=st.sets(st.integers(0, 8), max_size=3))
def test_the_parts_of_a_warc_file_are_the_whole(tmp_path_factory, part_bytes, broken):
    folder = tmp_path_factory.mktemp("parts")
    whole, places = damaged_warc(9, broken)
    (folder / "a.warc.gz").write_bytes(whole)
    (ref,) = list_files([str(folder)]).refs
    parts = list(ref.parts(part_bytes))
    assert sum(part.size for part in parts) == ref.byte_count

    def told(one):
        return [
            record
            for record in read_records(one, Options(1 << 20))
            if isinstance(record, Skipped) or record.flaw is None
        ]

    assert [record.key for record in told(ref)] == [str(places[n]) for n in range(9) if n not in broken]
    read = [record for part in parts for record in told(part)]
    assert (broken and PARTS_MISALIGNED in read) or read == told(ref)


def test_a_page_that_holds_a_record_does_not_pass_it_off_as_one(tmp_path):
    planted = gzip.compress(warc_record("response", HTML, url="https://other.example/planted"))
    packed = [gzip.compress(record) for record in RECORDS[:3]]
    packed[1] = gzip.compress(warc_record("response", HTML + b"<!--" + planted + b"-->"), compresslevel=0)  # as it is
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.warc.gz").write_bytes(b"".join(packed))
    at = b"".join(packed).index(planted)
    (ref,) = list_files([str(tmp_path / "in")]).refs
    read = [list(read_records(part, Options(1 << 20))) for part in ref.parts(at - 10)]
    assert PARTS_MISALIGNED in read[0]
    assert any(record.url == "https://other.example/planted" for record in read[1] if isinstance(record, Record))
    limits = Limits(1 << 20, 500, 1 << 20, part_bytes=at - 10)
    found = ingest.fn([str(tmp_path / "in")], tmp_path / "pages", [], Executor(), limits=limits)
    rows = [row for receipt in found.receipts for row in pq.read_table(receipt.path).to_pylist()]
    assert [row["url"] for row in rows] == [URL] * 3
    assert [row["source_uri"].partition("#")[2] for row in rows] == [
        record.key for record in read_records(ref, Options(1 << 20))
    ]
    assert not any("meet" in note for note in found.notes)


@pytest.mark.parametrize("before", [1, 2, 3, 10])
def test_a_record_that_begins_right_before_the_end_of_a_part_is_in_it(tmp_path, before):
    first = gzip.compress(warc_record("response", HTML))
    long = gzip.compress(warc_record("response", os.urandom(3 << 20)), compresslevel=0)  # longer than a part
    at = (1 << 20) - before
    filler = gzip.compress(warc_record("response", HTML + b" " * (at - len(first) - 700)), compresslevel=0)
    filler = gzip.compress(
        warc_record("response", HTML + b" " * (at - len(first) - 700 + at - len(first) - len(filler))), compresslevel=0
    )
    whole = first + filler + long + first
    (tmp_path / "a.warc.gz").write_bytes(whole)
    (ref,) = list_files([str(tmp_path)]).refs
    keys = [record.key for record in read_records(ref, Options(20 << 20))]
    assert keys[2] == str(at)
    parts = [record.key for part in ref.parts(1 << 20) for record in read_records(part, Options(20 << 20))]
    assert parts == keys


def test_a_part_that_cannot_be_read_is_told_once_by_the_whole(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.warc.gz").write_bytes(damaged_warc(9, [])[0])
    (ref,) = list_files([str(tmp_path / "in")]).refs
    jobs = [Job(FileRefs([part]), str(tmp_path / "pages"), Limits(1 << 20, 500, 1 << 20)) for part in ref.parts(500)]
    (tmp_path / "in" / "a.warc.gz").unlink()
    (receipt,) = read_jobs(jobs, Executor())
    (row,) = pq.read_table(receipt.path).to_pylist()
    assert (row["problem"], row["byte_count"]) == ("ingest.unreadable", ref.byte_count)


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


def test_what_cannot_be_parted_is_read_by_one(tmp_path):
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


ROWS = [{"link": URL, "body": HTML.decode(), "crawled": WHEN.isoformat(), "other": 1}, {"link": URL + "/2", "body": "Plain words of a story.", "crawled": None, "other": 2}]  # fmt: skip


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
    assert {row["problem"] for row in rows} == {"ingest.no_content"}
    assert "link, body" in rows[0]["problem_detail"]


def test_bad_rows_are_told_one_by_one(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(
        b'{"html": "<p>fine"}\n{"html": \n["a"]\n{"html": 7}\n{"text": "'
        + b"x" * (8 << 20)
        + b'"}\n\xff\xfe\n{"html": "<p>fine too"}'
    )
    rows, _ = rows_of(tmp_path / "a.jsonl")
    assert [row["problem"] for row in rows] == [None, "ingest.broken_record", "ingest.broken_record", "ingest.no_content", "ingest.too_large",
                                               "ingest.broken_record", None]  # fmt: skip
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
