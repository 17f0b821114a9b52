"""WARC files: records of every kind, broken records, and files that are read in parts."""

import gzip
import os
from itertools import accumulate

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.source_files import HTML, RECORDS, URL, WHEN, rows_of, warc_record, zstd

from tasks.ingest.file_refs import FileRefs
from tasks.ingest.formats import PARTS_MISALIGNED, Options, Skipped
from tasks.ingest.listing import list_files
from tasks.ingest.record import Record
from tasks.ingest.task import ingest, read_jobs
from tasks.ingest.worker import Job, Limits, read_records
from tasks.parallel.executor import Executor


@pytest.mark.parametrize(("name", "pack"), [("a.warc", bytes), ("a.warc.gz", gzip.compress), ("a.warc.zst", zstd)])
def test_warc_records_of_every_kind(tmp_path, name, pack):
    other = [
        warc_record("revisit", b""),
        warc_record("request", b"GET / HTTP/1.1\r\n\r\n", http=False),
        warc_record("response", b"\x89PNG", media="image/png"),
        warc_record("response", HTML).replace(b"200 OK", b"404 No"),
        warc_record("resource", b"x", url="dns:ledger.example", http=False),
    ]
    (tmp_path / name).write_bytes(b"".join(map(pack, RECORDS + other)))
    rows, passed = rows_of(tmp_path / name)
    assert [row["problem"] for row in rows] == [None] * 6
    assert [row["raw"] for row in rows[:5]] == [HTML] * 5
    assert {row["url"] for row in rows} == {URL}
    assert rows[0]["fetched_at"] == int(WHEN.timestamp() * 1e6)
    assert (rows[0]["declared_encoding"], rows[5]["media_type"]) == ("utf-8", "text/plain")
    assert len({row["doc_id"] for row in rows}) == 6
    assert sorted(kind.split()[0] for kind in passed) == ["records", "records", "responses", "revisit"]


def test_broken_warc_records_are_reported_and_reading_goes_on(tmp_path):
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


@settings(max_examples=40)
@given(part_bytes=st.integers(1, 3000), broken=st.sets(st.integers(0, 8), max_size=3))
def test_the_parts_of_a_warc_file_are_the_whole(tmp_path_factory, part_bytes, broken):
    folder = tmp_path_factory.mktemp("parts")
    whole, places = damaged_warc(9, broken)
    (folder / "a.warc.gz").write_bytes(whole)
    (ref,) = list_files([str(folder)]).refs
    parts = list(ref.parts(part_bytes))
    assert sum(part.size for part in parts) == ref.byte_count

    def rows_read(one):
        return [
            record
            for record in read_records(one, Options(1 << 20))
            if isinstance(record, Skipped) or record.flaw is None
        ]

    assert [record.key for record in rows_read(ref)] == [str(places[n]) for n in range(9) if n not in broken]
    read = [record for part in parts for record in rows_read(part)]
    assert (broken and PARTS_MISALIGNED in read) or read == rows_read(ref)


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


def test_a_part_that_cannot_be_read_is_reported_once_by_the_whole(tmp_path):
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.warc.gz").write_bytes(damaged_warc(9, [])[0])
    (ref,) = list_files([str(tmp_path / "in")]).refs
    jobs = [Job(FileRefs([part]), str(tmp_path / "pages"), Limits(1 << 20, 500, 1 << 20)) for part in ref.parts(500)]
    (tmp_path / "in" / "a.warc.gz").unlink()
    (receipt,) = read_jobs(jobs, Executor())
    (row,) = pq.read_table(receipt.path).to_pylist()
    assert (row["problem"], row["byte_count"]) == ("ingest.unreadable", ref.byte_count)
