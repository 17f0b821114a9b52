"""WARC and ARC files as they are found: wrong lengths, names in small letters, cut, compressed as a whole."""

import gzip

import pytest
from support.source_files import HTML, URL, WHEN, rows_of, warc_record

from tasks.ingest.formats import Skipped, warc, warc_repair
from tasks.ingest.record import Record

PAGES = [HTML.replace(b"</body>", b"<p>%d</p></body>" % n) for n in range(3)]
RECORDS = [warc_record("response", page, url=f"{URL}/{n}") for n, page in enumerate(PAGES)]
NOTE = "WARC records with a wrong Content-Length, whose end was found"


def with_length(record, length):
    head, _, block = record.partition(b"\r\n\r\n")
    return head[: head.rindex(b"Content-Length:")] + b"Content-Length: %d\r\n\r\n" % length + block


def in_small_letters(record):
    head, _, block = record.partition(b"\r\n\r\n")
    lines = [
        name.lower() + colon + value for name, colon, value in (line.partition(b":") for line in head.split(b"\r\n"))
    ]
    return b"\r\n".join([b"WARC/1.0", *lines[1:]]) + b"\r\n\r\n" + block


def in_line_feeds(record):
    head, _, block = record.partition(b"\r\n\r\n")
    http, _, body = block.partition(b"\r\n\r\n")
    changed = http.replace(b"\r\n", b"\n") + b"\n\n" + body
    return with_length(head + b"\r\n\r\n" + changed, len(changed) - 4)


SPOILT = {
    "50,000 bytes": lambda record: with_length(record, 50_000),
    "10^15 bytes": lambda record: with_length(record, 10**15),
    "a little too large": lambda record: with_length(record, record.count(b"") - record.index(b"HTTP/") + 30),
    "20 bytes": lambda record: with_length(record, 20),
    "100 bytes": lambda record: with_length(record, 100),
    "none": lambda record: with_length(record, 0),
}
PACKED = {"a.warc": bytes, "a.warc.gz": gzip.compress}


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("how", SPOILT)
@pytest.mark.parametrize("name", PACKED)
def test_a_wrong_length_costs_nothing_where_the_end_can_be_found(tmp_path, name, how, number):
    records = list(RECORDS)
    records[number] = SPOILT[how](records[number])
    (tmp_path / name).write_bytes(b"".join(map(PACKED[name], records)))
    rows, passed = rows_of(tmp_path / name)
    assert [row["raw"] for row in rows] == PAGES
    assert [row["url"] for row in rows] == [f"{URL}/{n}" for n in range(3)]
    assert len({row["source_uri"] for row in rows}) == 3
    assert passed == [NOTE]


def block_of(record):
    return record.partition(b"\r\n\r\n")[2][:-4]


@pytest.mark.parametrize("is_encoded", [False, True])
@pytest.mark.parametrize("name", PACKED)
def test_a_length_that_ends_with_the_next_page_costs_neither(tmp_path, name, is_encoded):
    encode, headers = (gzip.compress, [b"Content-Encoding: gzip"]) if is_encoded else (bytes, [])
    records = [warc_record("response", encode(page), url=f"{URL}/{n}", headers=headers) for n, page in enumerate(PAGES)]
    records[0] = with_length(records[0], len(block_of(records[0])) + len(b"\r\n\r\n" + records[1][:-4]))
    (tmp_path / name).write_bytes(b"".join(map(PACKED[name], records)))
    rows, passed = rows_of(tmp_path / name)
    assert [row["raw"] for row in rows] == PAGES
    assert passed == [NOTE]


@pytest.mark.parametrize("name", PACKED)
def test_a_length_that_ends_with_a_part_of_a_page(tmp_path, name):
    rest = b"\n<html><p>second part</p></html>"
    page = HTML + rest
    record = warc_record("response", page, headers=[b"Content-Length: %d" % len(page)])
    records = [with_length(record, len(block_of(record)) - len(rest)), *RECORDS]
    (tmp_path / name).write_bytes(b"".join(map(PACKED[name], records)))
    rows, passed = rows_of(tmp_path / name)
    assert [row["raw"] for row in rows] == [page, *PAGES]
    assert passed == [NOTE]


@pytest.mark.parametrize("spoil", [in_small_letters, in_line_feeds])
@pytest.mark.parametrize("name", PACKED)
def test_headers_that_are_not_as_they_should_be(tmp_path, name, spoil):
    (tmp_path / name).write_bytes(b"".join(PACKED[name](spoil(record)) for record in RECORDS))
    rows, _ = rows_of(tmp_path / name)
    assert [row["raw"] for row in rows] == PAGES
    assert {row["fetched_at"] for row in rows} == {int(WHEN.timestamp() * 1e6)}


@pytest.mark.parametrize("name", PACKED)
def test_a_page_that_shows_a_record_is_one_page(tmp_path, name):
    page = b"<html><pre>" + warc_record("response", HTML) + b"</pre></html>"
    records = [RECORDS[0], warc_record("response", page), RECORDS[2]]
    (tmp_path / name).write_bytes(b"".join(map(PACKED[name], records)))
    rows, passed = rows_of(tmp_path / name)
    assert [row["raw"] for row in rows] == [PAGES[0], page, PAGES[2]]
    assert passed == []


@pytest.mark.parametrize("cut", [6, 40, 100])
def test_the_record_in_which_a_plain_file_ends_is_reported(tmp_path, cut):
    (tmp_path / "a.warc").write_bytes(b"".join(RECORDS)[:-cut])
    rows, _ = rows_of(tmp_path / "a.warc")
    assert [row["raw"] for row in rows][:2] == PAGES[:2]
    assert [row["problem"] for row in rows] == [None, None, "ingest.broken_record"]
    assert "ends within the record" in rows[2]["problem_detail"]


def test_a_file_that_is_compressed_as_a_whole_has_a_name_per_record(tmp_path, monkeypatch):
    monkeypatch.setattr(warc_repair, "_KEPT_BYTES", 1)
    records = [RECORDS[0], with_length(RECORDS[1], 30), RECORDS[2]]
    (tmp_path / "a.warc.gz").write_bytes(gzip.compress(b"".join(records)))
    rows, passed = rows_of(tmp_path / "a.warc.gz")
    assert [row["raw"] for row in rows] == PAGES
    assert len({row["source_uri"] for row in rows}) == 3
    assert passed == [NOTE]
    # the length of the first record is wrong, so that it does not show where the second begins
    for first in (with_length(RECORDS[0], 30), with_length(RECORDS[0], 10**6)):
        (tmp_path / "a.warc.gz").write_bytes(gzip.compress(first + b"".join(RECORDS[1:])))
        rows, passed = rows_of(tmp_path / "a.warc.gz")
        assert [row["raw"] for row in rows] == PAGES
        assert len({row["source_uri"] for row in rows}) == 3
        assert passed == [NOTE]
    whole = gzip.compress(b"".join(RECORDS * 50))
    (tmp_path / "b.warc.gz").write_bytes(whole[: len(whole) // 2])
    rows, _ = rows_of(tmp_path / "b.warc.gz")
    assert rows[0]["raw"] == PAGES[0]
    assert rows[-1]["problem"] == "ingest.broken_file"


def test_records_at_one_place_of_a_damaged_member_have_names_of_their_own():
    records = [Record(b"a", "7"), Skipped("x"), Record(b"b", "7"), Record(b"c", "7"), Record(b"d", "9")]
    named = [record.key for record in warc._named_apart(iter(records)) if isinstance(record, Record)]
    assert named == ["7", "7.2", "7.3", "9"]


def test_what_stands_before_the_first_record_is_reported(tmp_path):
    for name, pack in (("a.warc", bytes), ("a.warc.gz", gzip.compress)):
        (tmp_path / name).write_bytes(pack(b"warc/1.0\r\nwarc-type: response\r\n\r\nwords\r\n\r\n" + b"".join(RECORDS)))
        rows, passed = rows_of(tmp_path / name)
        assert [row["raw"] for row in rows] == PAGES
        assert passed == ["bytes before the first WARC record"]


def arc_record(page, url, version=1):
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + page
    more = b" 200 - - 0 a.arc" if version == 2 else b""
    return b"%b 192.0.2.1 20260314123000 text/html%b %d\n%b\n" % (url.encode(), more, len(block), block)


FILE_RECORD = b"filedesc://a.arc 0.0.0.0 20260301101112 text/plain 9\n1 0 Maker\n"


@pytest.mark.parametrize("version", [1, 2])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_arc_files(tmp_path, pack, version):
    records = [FILE_RECORD, *(arc_record(page, f"{URL}/{n}", version) for n, page in enumerate(PAGES))]
    records.insert(2, b"dns:ledger.example 192.0.2.1 20260314123000 text/dns 4\nx y\n\n")
    (tmp_path / "a.arc").write_bytes(b"".join(map(pack, records)))
    rows, passed = rows_of(tmp_path / "a.arc")
    assert [row["raw"] for row in rows] == PAGES
    assert [row["url"] for row in rows] == [f"{URL}/{n}" for n in range(3)]
    assert {row["fetched_at"] for row in rows} == {int(WHEN.timestamp() * 1e6)}
    assert passed == ["records of dns: addresses"]
    (tmp_path / "b.arc").write_bytes(pack(records[0] + records[1] + b"garbage\n" * 9 + records[3] + records[4][:-60]))
    rows, _ = rows_of(tmp_path / "b.arc")
    assert [row["problem"] for row in rows] == [None, "ingest.broken_record", None, "ingest.broken_record"]


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\r\n\r\n", b"copied by a script\n"])
def test_what_stands_before_the_first_record_costs_nothing(tmp_path, before):
    (tmp_path / "a.warc").write_bytes(before + b"".join(RECORDS))
    rows, _ = rows_of(tmp_path)
    assert [row["raw"] for row in rows] == PAGES


@pytest.mark.parametrize("between", [b"a line of a log\r\n" * 300, bytes(3000), b"WARC/1.0\r\n" * 3, b"WARC/1.x"])
def test_what_stands_between_records_costs_nothing(tmp_path, between):
    (tmp_path / "a.warc").write_bytes(between.join(RECORDS))
    rows, _ = rows_of(tmp_path)
    assert [row["raw"] for row in rows if row["problem"] is None] == PAGES
    assert {row["problem"] for row in rows} <= {None, "ingest.broken_record"}


def test_a_record_in_segments_is_no_whole_page(tmp_path):
    part = RECORDS[0].replace(b"WARC-Type: response", b"WARC-Type: response\r\nWARC-Segment-Number: 1")
    (tmp_path / "a.warc").write_bytes(part + RECORDS[1])
    rows, _ = rows_of(tmp_path)
    assert [row["problem"] for row in rows] == ["ingest.broken_record", None]
    assert "segments" in rows[0]["problem_detail"]
