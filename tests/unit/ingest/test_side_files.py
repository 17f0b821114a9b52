"""A file of many pages that holds none is one finding with its name, whatever it holds instead."""

import io
import itertools
import json
import zipfile

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from support.source_files import HTML, OPTIONS, URL, rows_of, warc_record

from expectations import ingest as rules
from expectations.gate import check
from expectations.thresholds import load_thresholds
from tasks import schema
from tasks.ingest import side_files
from tasks.ingest.formats import Options
from tasks.ingest.listing import list_files
from tasks.ingest.worker import read_records


def zipped(**files):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, data in files.items():
            archive.writestr(name.replace("_", "."), data)
    return sink.getvalue()


def parquet(**columns):
    sink = io.BytesIO()
    pq.write_table(pa.table(columns), sink)
    return sink.getvalue()


ADDRESSES = [{"id": n, "url": f"{URL}/{n}", "title": "A story"} for n in range(40)]
SIDE_FILES = {
    "manifest.json": json.dumps({"files": ["a.html"], "made": {"by": "crawler"}}, indent=2).encode(),
    "list.json": json.dumps(ADDRESSES).encode(),
    "numbers.json": b"[1, 2, 3]",
    "log.jsonl": b"".join(json.dumps(row).encode() + b"\n" for row in ADDRESSES),
    "broken.jsonl": b'{"a": \n' * 40,
    "index.csv": b"id,url,title\n" + b"".join(b"%d,https://ledger.example/%d,x\n" % (n, n) for n in range(40)),
    # refused by its columns: a minute, if each line were a row without a page
    "lines.csv": b"note\n" + b"a\n" * 1_000_000,
    "images.zip": zipped(a_png=b"\x89PNG", b_png=b"\x89PNG"),
    "nested.zip": zipped(a_zip=b"PK", b_tar=b"x", c_jsonl=b"{}"),
    "images.warc": warc_record("response", b"\x89PNG", media="image/png") * 3,
    "links.parquet": parquet(name=["a", "b"]),
    "rows.parquet": parquet(url=[URL, URL], title=["a", "b"]),
}


@pytest.mark.parametrize("name", SIDE_FILES)
def test_a_file_without_a_page_is_one_finding_with_its_name(tmp_path, name):
    (tmp_path / name).write_bytes(SIDE_FILES[name])
    rows, _ = rows_of(tmp_path / name)
    assert [row["problem"] for row in rows] == ["ingest.no_pages"]
    assert rows[0]["source_uri"] == f"{tmp_path / name}#all"
    assert rows[0]["problem_detail"]
    assert rows[0]["byte_count"] == len(SIDE_FILES[name])


@pytest.mark.parametrize("bad_rows", [3, 30])
def test_one_page_makes_every_bad_row_count(tmp_path, monkeypatch, bad_rows):
    monkeypatch.setattr(side_files, "_HELD_RECORDS", 10)
    lines = [b'{"title": "x"}'] * bad_rows + [json.dumps({"html": HTML.decode()}).encode()] + [b"[]"] * 2
    (tmp_path / "a.jsonl").write_bytes(b"\n".join(lines))
    rows, _ = rows_of(tmp_path / "a.jsonl")
    assert [row["problem"] for row in rows] == (
        ["ingest.no_content"] * bad_rows + [None] + ["ingest.broken_record"] * 2
    )


def test_parts_of_a_file_without_a_page_are_findings_with_names_of_their_own(tmp_path):
    (tmp_path / "log.jsonl").write_bytes(SIDE_FILES["log.jsonl"])
    (ref,) = list_files([str(tmp_path)]).refs
    keys = [record.key for part in ref.parts(1000) for record in read_records(part, Options(1 << 20))]
    assert keys[:2] == ["all from byte 0", "all from byte 1000"]
    assert len(set(keys)) == len(keys)


def verdict_on(folder):
    pages = pa.Table.from_pylist(rows_of(folder, OPTIONS)[0], schema=schema.PAGES)
    suite = rules.suite(load_thresholds().ingest)
    return check(suite, rules.slim(pages.select(list(suite.columns))))


def test_side_files_are_outside_the_share_that_stops_a_run(tmp_path):
    for number in range(30):
        (tmp_path / f"{number}.html").write_bytes(HTML + b"<!--%d-->" % number)
    for side, number in itertools.product(SIDE_FILES, range(4)):
        (tmp_path / f"{number}-{side}").write_bytes(SIDE_FILES[side])
    verdict, side_files = verdict_on(tmp_path), 4 * len(SIDE_FILES)
    assert side_files > 30
    assert (verdict.received, len(verdict.reasons), verdict.stops) == (30 + side_files, side_files, [])


def test_pages_that_cannot_be_read_still_stop_a_run(tmp_path):
    for number in range(30):
        (tmp_path / f"{number}.html").write_bytes(b"")
    (tmp_path / "index.csv").write_bytes(SIDE_FILES["index.csv"])
    (stop,) = verdict_on(tmp_path).stops
    assert "30 of 30 rows" in stop
