"""Archives: every member is a page, a finding or counted, whatever a header claims and whatever stands beside it."""

import gzip
import io
import json
import signal
import stat
import tarfile
import time
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.source_files import HTML, URL, rows_of

from tasks.ingest import reading_time
from tasks.ingest.bounded_streams import FREE_BYTES
from tasks.ingest.formats import Opened, Options
from tasks.ingest.formats.tables import read_parquet
from tasks.ingest.listing import list_files
from tasks.ingest.worker import Job, Limits

GOOD = {f"good/{n}.html": HTML + b"<!--%d-->" % n for n in range(20)}


def zipped(members, method=zipfile.ZIP_DEFLATED):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", method) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return sink.getvalue()


def tar_header(name, size, kind=tarfile.REGTYPE):
    info = tarfile.TarInfo(name)
    info.size, info.type = size, kind
    return info.tobuf(tarfile.GNU_FORMAT)


def block(data):
    return data + b"\0" * (-len(data) % 512)


def pax(*records):
    data = b"".join(records)
    return tar_header("pax", len(data), tarfile.XHDTYPE) + block(data)


def tarred(members, format=tarfile.PAX_FORMAT):  # noqa: A002 - as tarfile names it
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w", format=format) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return block(sink.getvalue().rstrip(b"\0")) + b"\0" * 512


def checked(path, harm):
    """The good pages are all there, and the rest is what is wanted, by problem."""
    started = time.process_time()
    rows, passed = rows_of(path)
    assert time.process_time() - started < 10
    good = {row["source_uri"].partition("#")[2]: row["raw"] for row in rows if row["problem"] is None}
    assert {name: raw for name, raw in good.items() if name in GOOD} == GOOD
    assert sorted(row["problem"] or "page" for row in rows if row["source_uri"].partition("#")[2] not in GOOD) == harm
    return passed


HARMFUL_TARS = {
    "a size of 10^14 bytes": (
        pax(b"23 size=99999999999999\n") + tar_header("a.html", 9) + block(b"<p>a page"),
        ["ingest.broken_record"],
    ),
    "a size of as many digits": (pax(b"22 size=" + b"9" * 13 + b"\n") + tar_header("a.png", 9) + block(b"x" * 9), []),
    "a header of digits": (pax(b"1" * 900_000), []),
    "a size beyond int64": (
        pax(b"38 size=" + b"9" * 29 + b"\n") + tar_header("a.html", 9) + block(b"<p>a page"),
        ["page"],
    ),
    "a huge extended header": (tar_header("pax", 1 << 40, tarfile.XHDTYPE), ["ingest.broken_record"]),
    "many extended headers": (tar_header("pax", 0, tarfile.XHDTYPE) * 20_000, []),
    "a damaged header": (b"\xff" * 512, ["ingest.broken_record"]),
    "the end of an archive": (b"\0" * 10_240, []),
    "two links": (
        tar_header("l", 0, tarfile.SYMTYPE) + tar_header("h", 0, tarfile.LNKTYPE),
        ["ingest.no_regular_file"] * 2,
    ),
    "a sparse file": (tar_header("s.html", 0, tarfile.GNUTYPE_SPARSE), ["ingest.no_regular_file"]),
    "zeros": (tar_header("disk.img", 90 << 20) + b"\0" * (90 << 20), []),
    "a page of zeros": (tar_header("z.txt", 90 << 20) + b" " * (90 << 20), ["ingest.too_large"]),
}


@pytest.mark.parametrize("harm", HARMFUL_TARS)
@pytest.mark.parametrize("ending", ["tar", "tar.gz"])
def test_what_stands_around_a_harmful_member_of_a_tar_is_read(tmp_path, harm, ending):
    raw, want = HARMFUL_TARS[harm]
    pages = list(GOOD.items())
    whole = tarred(pages[:10]) + raw + tarred(pages[10:])
    (tmp_path / f"a.{ending}").write_bytes(gzip.compress(whole, 6) if ending == "tar.gz" else whole)
    checked(tmp_path / f"a.{ending}", want)


@pytest.mark.parametrize("format", [tarfile.PAX_FORMAT, tarfile.GNU_FORMAT])
def test_long_names_and_letters_of_a_tar(tmp_path, format):  # noqa: A002 - as tarfile names it
    names = ["n" * 300 + ".html", "日本語/ö.html", "a b.html"]
    (tmp_path / "a.tar").write_bytes(tarred([(name, HTML) for name in names], format))
    rows, _ = rows_of(tmp_path / "a.tar")
    assert [row["source_uri"].partition("#")[2] for row in rows] == names


def test_a_tar_that_is_cut_has_all_members_but_the_last(tmp_path):
    whole = tarred([*GOOD.items(), ("last.html", HTML * 30)])
    (tmp_path / "a.tar").write_bytes(whole[: whole.rindex(b"<!DOCTYPE")])
    checked(tmp_path / "a.tar", ["ingest.broken_record"])
    (tmp_path / "b.tar.gz").write_bytes(gzip.compress(whole)[:-40])
    rows, _ = rows_of(tmp_path / "b.tar.gz")
    assert [row["problem"] for row in rows if row["problem"]] == ["ingest.broken_file"]


BOMB = b" " * (40 << 20)
HARMFUL_MEMBERS = {
    "empty": ([(f"e{n}.html", b"") for n in range(8)], ["ingest.empty"] * 8),
    "unsafe": ([(f"../{n}.html", HTML) for n in range(8)], ["ingest.unsafe_name"] * 8),
    "nested": ([(f"{n}.zip", b"PK") for n in range(8)], ["ingest.broken_file"] * 8),
    "binary": ([("a.html", b"\x89PNG\r\n\x1a\n")], ["ingest.binary"]),
    "bombs": ([(f"{n}.txt", BOMB) for n in range(5)], None),
}


@pytest.mark.parametrize("harm", HARMFUL_MEMBERS)
def test_what_stands_behind_harmful_members_of_a_zip_is_read(tmp_path, harm):
    members, want = HARMFUL_MEMBERS[harm]
    (tmp_path / "a.zip").write_bytes(zipped([*members, *GOOD.items()]))
    if want is not None:
        checked(tmp_path / "a.zip", want)
        return
    rows, passed = rows_of(tmp_path / "a.zip")
    assert {row["source_uri"].partition("#")[2] for row in rows if row["problem"] is None} == set(GOOD)
    bombs = [row for row in rows if row["problem"]]
    not_read = passed.count("members of archives that decompress beyond all limits")
    assert len(bombs) + not_read == len(members) + bool(not_read)
    assert not not_read or f"{not_read} members are not read" in bombs[-1]["problem_detail"]


def is_sharing_refused(path):
    """Whether this patch release of Python opens no member whose bytes are another one's too (gh-109858)."""
    with zipfile.ZipFile(path) as archive:
        try:
            for member in archive.infolist():
                archive.open(member).close()
        except zipfile.BadZipFile:
            return True
    return False


def test_members_that_share_their_bytes_are_counted_and_not_read(tmp_path):
    """A directory of 300 members that all lead to one bomb of some kB."""
    raw = zipped([("bomb.txt", b" " * (30 << 20))])
    at = raw.index(b"PK\x01\x02")
    end = raw.index(b"PK\x05\x06")
    tail = bytearray(raw[end:])
    tail[8:12] = (300).to_bytes(2, "little") * 2
    tail[12:16] = ((end - at) * 300).to_bytes(4, "little")
    (tmp_path / "a.zip").write_bytes(raw[:at] + raw[at:end] * 300 + bytes(tail))
    started = time.process_time()
    rows, passed = rows_of(tmp_path / "a.zip")
    assert time.process_time() - started < 5
    assert [row["problem"] for row in rows] == ["ingest.no_pages"]
    if not is_sharing_refused(tmp_path / "a.zip"):
        assert passed.count("members of archives that decompress beyond all limits") > 250
    assert FREE_BYTES < 300 * (30 << 20)


def test_a_link_in_a_zip_is_no_page(tmp_path):
    link = zipfile.ZipInfo("link.html")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    (tmp_path / "a.zip").write_bytes(zipped([(link, "/etc/passwd"), *GOOD.items()]))
    checked(tmp_path / "a.zip", ["ingest.no_regular_file"])


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_zip_that_has_lost_its_end_has_the_members_that_are_whole(tmp_path, method):
    whole = zipped([*GOOD.items(), ("last.html", HTML * 30)], method)
    directory = whole.index(b"PK\x01\x02")
    (tmp_path / "a.zip").write_bytes(whole[: directory + 90])
    rows, _ = rows_of(tmp_path / "a.zip")
    assert [row["raw"] for row in rows if row["problem"] is None] == [*GOOD.values(), HTML * 30]
    assert [row["problem"] for row in rows if row["problem"]] == ["ingest.broken_file"]
    assert "21 members were found" in rows[-1]["problem_detail"]
    (tmp_path / "b.zip").write_bytes(whole[: directory - 30])
    checked(tmp_path / "b.zip", ["ingest.broken_file", "ingest.broken_record"])
    damaged = bytearray(whole[:directory])
    at = whole.index(b"good/7.html") + 20
    damaged[at : at + 40] = b"\0" * 40
    (tmp_path / "c.zip").write_bytes(bytes(damaged))
    rows, _ = rows_of(tmp_path / "c.zip")
    assert [row["source_uri"][-11:] for row in rows if row["problem"] == "ingest.broken_record"] == ["good/7.html"]
    assert sum(row["problem"] is None for row in rows) == 20


def test_reading_ends_when_its_time_is_up_and_what_was_read_stays(tmp_path, monkeypatch):
    monkeypatch.setattr(reading_time, "page_cpu_seconds", lambda: 0.2)
    monkeypatch.setattr(reading_time, "_SECONDS_PER_MEGABYTE", 0.0)
    lines = [json.dumps({"html": HTML.decode(), "url": f"{URL}/{n}"}) for n in range(100)]
    (tmp_path / "a.jsonl.gz").write_bytes(gzip.compress("\n".join(lines).encode() + b"\n[]" * 300_000))
    before = signal.getsignal(signal.SIGPROF)
    rows, _ = rows_of(tmp_path / "a.jsonl.gz")
    assert [row["url"] for row in rows[:100]] == [f"{URL}/{n}" for n in range(100)]
    assert rows[-1]["problem"] == "ingest.reader_timeout"
    assert signal.getsignal(signal.SIGPROF) == before
    assert signal.getitimer(signal.ITIMER_PROF)[0] == 0


def test_a_table_of_millions_of_empty_rows_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(reading_time, "page_cpu_seconds", lambda: 0.3)
    count = 3_000_000
    empty = pa.DictionaryArray.from_arrays(pa.nulls(count, pa.int32()), pa.array(["x"]))
    pq.write_table(pa.table({"text": empty}), tmp_path / "a.parquet")
    assert (tmp_path / "a.parquet").stat().st_size < 100_000
    started = time.process_time()
    rows, _ = rows_of(tmp_path / "a.parquet")
    assert time.process_time() - started < 5
    assert [row["problem"] for row in rows] == ["ingest.no_pages"]
    assert "reader_timeout" in rows[0]["problem_detail"]


def test_what_an_archive_has_left_when_its_time_is_up_is_counted(tmp_path, monkeypatch):
    monkeypatch.setattr(reading_time, "page_cpu_seconds", lambda: 0.3)
    monkeypatch.setattr(reading_time, "_SECONDS_PER_MEGABYTE", 0.0)
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("first.html", HTML)
        archive.writestr("rows.jsonl.gz", gzip.compress(b"[]\n" * 3_000_000))
        archive.writestr("last.html", HTML)
    rows, _ = rows_of(tmp_path / "a.zip")
    assert [row["problem"] for row in rows] == [None, "ingest.reader_timeout"]
    assert "2 of 3 members are not read" in rows[1]["problem_detail"]


def test_what_a_reader_has_left_is_counted_between_two_records_too(tmp_path):
    pq.write_table(pa.table({"html": [HTML.decode()] * 500}), tmp_path / "a.parquet")
    with (tmp_path / "a.parquet").open("rb") as stream:
        found = reading_time.within(read_parquet(Opened(stream, "a.parquet"), Options(1 << 20)), 0.2)
        assert next(found).flaw is None
        until = time.process_time() + 0.3
        while time.process_time() < until:
            sum(range(1000))
        (end,) = found
    assert end.detail == "took more than 0 s of CPU time; up to 500 of 500 rows are not read"


def test_the_worker_of_a_file_of_many_pages_has_a_limit_by_its_size(tmp_path):
    (tmp_path / "a.tar").write_bytes(tarred(GOOD.items()))
    (tmp_path / "b.html").write_bytes(HTML)
    job = Job(list_files([str(tmp_path)]).refs, str(tmp_path), Limits(1 << 20, 500, 1 << 20))
    assert 30 <= job.more_cpu_seconds < 40


@pytest.mark.parametrize(("kept_blocks", "is_noted"), [(2, False), (1, False), (0, True)])
def test_a_tar_that_is_cut_between_members_is_noted(tmp_path, kept_blocks, is_noted):
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for number in range(3):
            info = tarfile.TarInfo(f"{number}.html")
            info.size = len(HTML)
            archive.addfile(info, io.BytesIO(HTML))
    whole = sink.getvalue().rstrip(b"\0")
    size = -(-len(whole) // 512) * 512 + kept_blocks * 512
    (tmp_path / "a.tar").write_bytes(sink.getvalue()[:size])
    rows, skipped = rows_of(tmp_path / "a.tar")
    assert [row["problem"] for row in rows] == [None] * 3
    assert any("without an end" in note for note in map(str, skipped)) == is_noted


def test_a_damaged_member_is_named_in_words(tmp_path):
    raw = bytearray(zipped([(f"{number}.html", HTML * 30) for number in range(3)]))
    at = raw.index(b"1.html") + 30
    raw[at : at + 12] = b"\xa5" * 12
    (tmp_path / "a.zip").write_bytes(raw)
    rows, _ = rows_of(tmp_path / "a.zip")
    assert [row["problem"] for row in rows] == [None, "ingest.broken_record", None]
    assert "the zip file is damaged" in rows[1]["problem_detail"]
