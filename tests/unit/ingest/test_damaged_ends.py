"""A damaged end of a file costs only what is damaged, and names do not decide what is compressed."""

import bz2
import csv
import gzip
import io
import json
import lzma

import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from support.source_files import HTML, URL, one, rows_of, zstd

from tasks.ingest.formats import PARTS_MISALIGNED, Options
from tasks.ingest.listing import list_files
from tasks.ingest.worker import read_records

ROWS = [{"html": HTML.decode() + f"<p>{n * 7919 % 1000}", "url": f"{URL}/{n}"} for n in range(200)]
JSON_LINES = b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)


def as_csv(rows=ROWS):
    sink = io.StringIO()
    writer = csv.DictWriter(sink, ["html", "url"])
    writer.writeheader()
    writer.writerows(rows)
    return sink.getvalue().encode()


TABLES = {"a.jsonl": JSON_LINES, "a.json": json.dumps(ROWS).encode(), "a.csv": as_csv()}
each_table = pytest.mark.parametrize("name", TABLES)


@each_table
def test_the_rows_before_a_cut_are_read_and_the_loss_is_reported(tmp_path, name):
    packed = gzip.compress(TABLES[name])
    (tmp_path / f"{name}.gz").write_bytes(packed[: len(packed) * 2 // 3])
    rows, _ = rows_of(tmp_path / f"{name}.gz")
    good = [row for row in rows if row["problem"] is None]
    assert 100 < len(good) < 200
    assert [row["url"] for row in good] == [row["url"] for row in ROWS[: len(good)]]
    assert [row["problem"] for row in rows[len(good) :]] == ["ingest.broken_file"]
    assert "cut short" in rows[-1]["problem_detail"]


@each_table
@pytest.mark.parametrize("behind", [b"garbage" * 50, b"\0" * 900])
def test_what_stands_behind_compressed_data_costs_nothing(tmp_path, name, behind):
    (tmp_path / f"{name}.gz").write_bytes(gzip.compress(TABLES[name]) + behind)
    rows, passed = rows_of(tmp_path / f"{name}.gz")
    assert [row["problem"] for row in rows] == [None] * 200
    assert passed == ([] if not behind.strip(b"\0") else ["bytes behind the end of compressed data"])


@each_table
@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress, zstd])
@pytest.mark.parametrize("ending", ["", ".gz", ".zst"])
def test_compression_is_known_by_the_bytes(tmp_path, name, pack, ending):
    (tmp_path / f"{name}{ending}").write_bytes(pack(TABLES[name]))
    rows, _ = rows_of(tmp_path / f"{name}{ending}")
    assert [row["url"] for row in rows] == [row["url"] for row in ROWS]


@each_table
@pytest.mark.parametrize("inner", [gzip.compress, bz2.compress, zstd])
def test_a_table_that_was_compressed_twice_is_read(tmp_path, name, inner):
    (tmp_path / f"{name}.gz").write_bytes(gzip.compress(inner(TABLES[name])))
    rows, _ = rows_of(tmp_path / f"{name}.gz")
    assert [row["url"] for row in rows] == [row["url"] for row in ROWS]
    assert len({row["source_uri"] for row in rows}) == len(ROWS)


@pytest.mark.parametrize("name", ["a.html", "a.html.gz", "a.html.bz2"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress])
def test_a_page_is_read_whatever_its_name_says_of_its_compression(tmp_path, name, pack):
    (tmp_path / name).write_bytes(pack(b"<p>Ferry to stay"))
    row = one(tmp_path / name)
    assert (row["raw"], row["media_type"], row["problem"]) == (b"<p>Ferry to stay", "text/html", None)


def test_a_file_that_was_cut_into_parts_by_its_name_is_read_as_a_whole(tmp_path):
    (tmp_path / "a.jsonl").write_bytes(gzip.compress(JSON_LINES))
    (ref,) = list_files([str(tmp_path)]).refs
    for part in ref.parts(500):
        assert list(read_records(part, Options(1 << 20))) == [PARTS_MISALIGNED]


def damaged(member):
    return member[: len(member) // 2] + bytes([member[len(member) // 2] ^ 0xFF]) + member[len(member) // 2 + 1 :]


GROUPS = [ROWS[start : start + 50] for start in range(0, 200, 50)]
MEMBERS = {
    "a.jsonl": ["".join(json.dumps(row) + "\n" for row in group) for group in GROUPS],
    "b.json": ["".join(json.dumps(row, indent=1) + "\n" for row in group) for group in GROUPS],
    "c.json": [("," if at else "[") + json.dumps(rows)[1:-1] + "]" * (at == 3) for at, rows in enumerate(GROUPS)],
    "d.csv": [as_csv(group).decode() for group in GROUPS],
}


@pytest.mark.parametrize("at", [0, 1, 3])
@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("name", MEMBERS)
def test_behind_a_damaged_member_the_next_one_is_read(tmp_path, name, pack, at):
    packed = [pack(text.encode()) for text in MEMBERS[name]]
    packed[at] = damaged(packed[at])
    (tmp_path / f"{name}.gz").write_bytes(b"".join(packed))
    rows, _ = rows_of(tmp_path / f"{name}.gz")
    good = [row["url"] for row in rows if row["problem"] is None]
    assert set(good) >= {row["url"] for number, group in enumerate(GROUPS) if number != at for row in group}
    assert good == sorted(set(good), key=lambda url: int(url.rpartition("/")[2]))
    (finding,) = [row for row in rows if row["problem"]]
    assert finding["problem"] == "ingest.broken_file"
    assert ("the reading goes on at byte" in finding["problem_detail"]) == (at < 3)
    assert len({row["source_uri"] for row in rows}) == len(rows)


# a frame with one block, for which a reader would need 2 GB
WIDE = b"\x28\xb5\x2f\xfd\0\xa8" + (len(HTML) << 3 | 1).to_bytes(3, "little") + HTML


def frames(*parts):
    """Frames of Zstandard of the first rows, and what is not one between them."""
    rows = [json.dumps(row).encode() + b"\n" for row in ROWS[:20]]
    return b"".join(part if isinstance(part, bytes) else zstd(rows[part]) for part in parts)


@pytest.mark.parametrize(
    ("packed", "whole"),
    [
        (frames(0, b"\0" * 700, 1, 2), [0, 1, 2]),
        (frames(0, b"garbage" * 90, 1, b"more" * 9, 2), [0, 1, 2]),
        (frames(0, b"\x28\xb5\x2f\xfd" * 99, 1), [0, 1]),  # looks like the beginning of frames
        (frames(0, b"\x50\x2a\x4d\x18\x05\0\0\0other", 1), [0, 1]),
        (frames(0, 1)[:-40] + frames(2, 3), [0, 2, 3]),
        (frames(0, WIDE, 1), [0, 1]),
        (frames(0, 1) + frames(2)[:-40], [0, 1]),
        (damaged(frames(0)) + frames(1) + damaged(frames(2)) + frames(3), [1, 3]),
    ],
)
def test_frames_of_zstandard_are_found_behind_what_is_none(tmp_path, packed, whole):
    (tmp_path / "a.jsonl").write_bytes(packed)
    rows, _ = rows_of(tmp_path / "a.jsonl")
    assert [row["url"] for row in rows if row["problem"] is None] == [ROWS[number]["url"] for number in whole]
    assert all("zstd data is broken" in row["problem_detail"] for row in rows if row["problem"])


def damaged_parquet(rows, group_rows):
    sink = io.BytesIO()
    pq.write_table(
        pa.Table.from_pylist(rows), sink, row_group_size=group_rows, compression="none", use_dictionary=False
    )
    raw = bytearray(sink.getvalue())
    column = pq.ParquetFile(io.BytesIO(sink.getvalue())).metadata.row_group(1).column(0)
    raw[column.data_page_offset : column.data_page_offset + 40] = b"\xa5" * 40
    return bytes(raw)


def test_a_damaged_part_of_a_parquet_file_costs_its_rows(tmp_path):
    (tmp_path / "a.parquet").write_bytes(damaged_parquet(ROWS, 50))
    rows, _ = rows_of(tmp_path / "a.parquet")
    assert [row["url"] for row in rows if row["problem"] is None] == [row["url"] for row in ROWS[:50] + ROWS[100:]]
    (finding,) = (row for row in rows if row["problem"])
    assert finding["problem"] == "ingest.broken_file"
    assert finding["problem_detail"].startswith("rows 51 to 100 cannot be read")


def test_a_parquet_file_of_damaged_parts_is_given_up_after_some(tmp_path):
    raw = bytearray(damaged_parquet(ROWS, 2))
    raw[4:-20_000] = b"\xa5" * (len(raw) - 20_004)  # all of its pages, and not the footer
    (tmp_path / "a.parquet").write_bytes(raw)
    rows, _ = rows_of(tmp_path / "a.parquet")
    assert 0 < len(rows) <= 21
    assert {row["problem"] for row in rows} <= {"ingest.broken_file", "ingest.no_pages"}


def test_a_damaged_part_of_an_arrow_file_costs_its_rows(tmp_path):
    sink = io.BytesIO()
    pa.feather.write_feather(pa.Table.from_pylist(ROWS), sink, chunksize=50, compression="lz4")
    raw = sink.getvalue()
    start = raw.index(b"\x04\x22\x4d\x18", len(raw) // 3)  # of a compressed column of the second part
    (tmp_path / "a.feather").write_bytes(raw[:start] + b"\xa5" * 64 + raw[start + 64 :])
    rows, _ = rows_of(tmp_path / "a.feather")
    assert len([row for row in rows if row["problem"] is None]) == 150
    assert [row["problem"] for row in rows if row["problem"]] == ["ingest.broken_file"]
