"""JSON and CSV as scripts and spreadsheets write them give the pages that were put in."""

import codecs
import json
import time
from datetime import UTC, datetime

import pytest
from support.source_files import HTML, OPTIONS, URL, WHEN, rows_of

from tasks.ingest import bounded_streams
from tasks.ingest.formats import Options, json_rows
from tasks.ingest.formats.encodings import BYTE_BY_BYTE
from tasks.ingest.formats.rows import unmatched, without_named_columns
from tasks.ingest.formats.times import microseconds
from tasks.ingest.listing import list_files
from tasks.ingest.record import Record
from tasks.ingest.worker import read_records

PAGES = [{"url": f"{URL}/{n}", "html": HTML.decode() + f'<p title="{{[\\"{n}">'} for n in range(5)]
WANTED = [(page["url"], page["html"].encode()) for page in PAGES]
LINES = [json.dumps(page) for page in PAGES]


def found(path, options=OPTIONS):
    rows, _ = rows_of(path, options)
    assert [row["problem_detail"] for row in rows if row["problem"]] == []
    return [(row["url"], row["raw"]) for row in rows]


@pytest.mark.parametrize(
    "text",
    {
        "lines": "\n".join(LINES),
        "lines, CRLF, BOM": "\ufeff" + "\r\n".join(LINES),
        "lines with commas": ",\n".join(LINES),
        "array by line": "[\n" + ",\n".join(LINES) + "\n]\n",
        "array from the first line": "[" + ",\n".join(LINES) + "]",
        "one line": json.dumps(PAGES),
        "indented": json.dumps(PAGES, indent=2),
        "indented by tabs": "\n\n" + json.dumps(PAGES, indent="\t"),
        "indented objects": "\n".join(json.dumps(page, indent=4) for page in PAGES),
        "objects in a row": "".join(LINES),
        "objects in a row, blanks": " ".join(LINES) + "\n",
        "arrays in a row": json.dumps(PAGES[:2]) + json.dumps(PAGES[2:]),
        "two on each line": f"{LINES[0]}{LINES[1]}\n{LINES[2]} {LINES[3]}\n{LINES[4]}",
        "lines, then two on one": f"{LINES[0]}\n{LINES[1]}{LINES[2]}\n{LINES[3]}\n{LINES[4]}",
        "record separators": "".join(f"\x1e{line}\n" for line in LINES),
    }.items(),
    ids=lambda case: case[0],
)
@pytest.mark.parametrize("chunk", [7, 1 << 20])
def test_json_of_every_shape(tmp_path, monkeypatch, text, chunk):
    monkeypatch.setattr(bounded_streams, "CHUNK_BYTES", chunk)
    path = tmp_path / "a.json"
    path.write_bytes(text[1].encode())
    assert found(path) == WANTED
    monkeypatch.undo()
    (ref,) = list_files([str(path)]).refs
    for part_bytes in (50, 300):
        read = [record for part in ref.parts(part_bytes) for record in read_records(part, OPTIONS)]
        assert [record.raw for record in read if isinstance(record, Record)] == [raw for _, raw in WANTED]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16", "utf-32-le", "utf-32-be"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("chunk", [7, 1 << 20])
def test_json_in_utf_16_and_utf_32(tmp_path, monkeypatch, encoding, mark, indent, chunk):
    pages = [{**page, "html": page["html"] + "Łódź \U0001f600"} for page in PAGES]
    text = "\r\n".join(json.dumps(page, ensure_ascii=False, indent=indent) for page in pages)
    path = tmp_path / "a.jsonl"
    path.write_bytes((mark + text).encode(encoding))
    with monkeypatch.context() as patch:
        patch.setattr(bounded_streams, "CHUNK_BYTES", chunk)
        assert found(path) == [(page["url"], page["html"].encode()) for page in pages]
    (ref,) = list_files([str(path)]).refs
    read = [record for part in ref.parts(100) for record in read_records(part, OPTIONS)]
    assert len([record for record in read if isinstance(record, Record)]) == len(pages)


WRAPPERS = {
    "items": lambda pages: {"total": 5, "items": pages},
    "another list before": lambda pages: {"tags": ["a"], "authors": [{"name": "x"}], "articles": pages, "more": [{}]},
    "two objects around": lambda pages: {"response": {"status": "ok", "results": pages}},
    "Elasticsearch": lambda pages: {"hits": {"total": {"n": 5}, "hits": [{"_source": page} for page in pages]}},
}


@pytest.mark.parametrize("name", WRAPPERS)
@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("wrapper_bytes", [1, 8 << 20])
def test_the_list_in_an_object_that_is_no_page(tmp_path, monkeypatch, name, indent, wrapper_bytes):
    monkeypatch.setattr(json_rows, "_WRAPPER_BYTES", wrapper_bytes)
    wrap, path = WRAPPERS[name], tmp_path / "a.json"
    path.write_text(json.dumps(wrap(PAGES), indent=indent))
    assert found(path) == WANTED
    path.write_text(json.dumps(wrap(PAGES[:2]), indent=indent) + "\n" + json.dumps(wrap(PAGES[2:]), indent=indent))
    assert found(path) == WANTED


def test_the_parts_of_a_page_are_no_pages(tmp_path):
    for number, row in enumerate(({"url": URL}, {"html": "<p>whole"})):
        (tmp_path / f"{number}.json").write_text(
            json.dumps({**row, "blocks": [{"text": "a"}, {"text": "b"}]}, indent=1)
        )
        assert len(rows_of(tmp_path / f"{number}.json")[0]) == 1


def test_a_list_in_an_object_larger_than_memory_allows_is_read_by_item(tmp_path):
    items = [{"html": f"<p>{number}" + "x" * 500_000} for number in range(30)]
    (tmp_path / "a.json").write_text(json.dumps({"n": 30, "items": items}))
    assert len(found(tmp_path / "a.json")) == 30


@pytest.mark.parametrize(
    ("row", "want"),
    [
        (b'{"html": "<p>a", "score": NaN, "low": -Infinity}', "<p>a"),
        (b'{"html": "<p>a \\ud83d b"}', "<p>a \ufffd b"),
        (b'{"html": "<p>a \\ud83d\\ude00 b", "x": NaN}', "<p>a \U0001f600 b"),
        (
            b'{"html": "<p>words\tand more words that are many\x0b here"}',
            "<p>words\tand more words that are many\x0b here",
        ),
        (b'{"html": "<p>caf\xe9 \x93so\x94"}', "<p>café “so”"),
        (b'{"HTML": "<p>a"}', "<p>a"),
        (b'{"response": {"Body": "<p>a"}}', "<p>a"),
    ],
)
def test_a_row_that_is_not_strict_json(tmp_path, row, want):
    for name, raw in (("a.jsonl", b'{"html": "<p>x"}\n' + row), ("b.json", b"[" + row + b"]")):
        (tmp_path / name).write_bytes(raw)
        assert found(tmp_path / name)[-1][1].decode() == want


def test_what_is_cut_or_too_large_is_reported_and_the_rest_read(tmp_path):
    (tmp_path / "cut.json").write_text(json.dumps(PAGES)[:-40])
    rows, _ = rows_of(tmp_path / "cut.json")
    assert [row["problem"] for row in rows] == [None] * 4 + ["ingest.broken_record"]
    large = [PAGES[0], {"html": "x" * 9_000_000}, PAGES[1]]
    (tmp_path / "large.json").write_text(json.dumps(large))
    rows, _ = rows_of(tmp_path / "large.json")
    assert [row["problem"] for row in rows] == [None, "ingest.too_large", None]


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        ({"text": "words", "metadata": {"url": URL, "date_download": WHEN.isoformat()}}, {}),
        ({"markdown": {"raw_markdown": "words"}, "metadata": {"sourceURL": URL, "crawled_at": WHEN.isoformat()}}, {}),
        ({"Text": "words", "URL": URL, "Timestamp": WHEN.isoformat()}, {}),
        ({"t": "words", "m": {"Link": {"href": URL}}, "d": WHEN.isoformat()},
         {"text": "T", "url": "m.link.href", "fetched_at": "D"}),
        ({"text": "words", "metadata.url": URL, "d": WHEN.isoformat()}, {"url": "metadata.url", "fetched_at": "d"}),
    ],
)  # fmt: off
def test_columns_one_level_down_and_in_any_case(tmp_path, row, columns):
    import pyarrow as pa
    import pyarrow.parquet as pq

    (tmp_path / "a.jsonl").write_text(json.dumps(row))
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "b.parquet")
    for name in ("a.jsonl", "b.parquet"):
        rows, notes = rows_of(tmp_path / name, Options(1 << 20, columns))
        assert [(row["raw"], row["url"]) for row in rows] == [(b"words", URL)]
        assert rows[0]["fetched_at"] == int(WHEN.timestamp() * 1e6)
        assert unmatched(dict.fromkeys(notes, 1), columns) == {}


def test_the_address_of_an_author_is_not_that_of_the_page(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": "words", "author": {"url": URL}}))
    assert found(tmp_path / "a.jsonl") == [(None, b"words")]


def test_a_column_that_no_row_has_is_reported_with_those_there_are(tmp_path):
    (tmp_path / "a.jsonl").write_text(LINES[0])
    _, notes = rows_of(tmp_path / "a.jsonl", Options(1 << 20, {"html": "html", "url": "lnk"}))
    assert unmatched(dict.fromkeys(notes, 1), {"html": "html", "url": "lnk"}) == {"url": "url, html"}
    # where another file has the column, the run says how many files lack it
    assert list(without_named_columns(dict.fromkeys(notes, 3)).items()) == [
        ("skipped: column named for url, which a file does not have", 3)
    ]


SECOND = int(datetime(2026, 3, 14, 12, 30, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    "value",
    [
        *("2026-03-14T12:30:00Z", "2026-03-14 12:30:00", "2026-03-14T13:30:00+01:00", "2026-03-14 12:30:00 UTC"),
        *("Sat, 14 Mar 2026 12:30:00 GMT", "Sat, 14 Mar 2026 13:30:00 +0100", "20260314123000", 20260314123000),
        *(SECOND, str(SECOND), float(SECOND), f"{SECOND}.0", SECOND * 10**3, SECOND * 10**6, SECOND * 10**9),
        *("2026-03-14 13:30:00 +0100", "2026-03-14 12:30:00.000 +0000 UTC", "2026-03-14 12:30:00 +0000 UTC m=+0.01"),
        *("2026-03-14T13:30:00+01:00[Europe/Paris]", "2026-03-14T12:30:00Z[UTC]", "14/Mar/2026:12:30:00 +0000"),
        *("14mar2026 12:30:00", "14MAR2026:12:30:00.000", "14-MAR-26 12.30.00.000000 PM", "14-Mar-2026 12:30"),
        *(46095.5208333333, "46095.5208333333", "20526.520833333332"),  # days of a spreadsheet and of R
        *(f"/Date({SECOND}000)/", f"/Date({SECOND}000+0100)/"),
        *(str(SECOND * 10**3), str(SECOND * 10**6), str(SECOND * 10**9), WHEN, b"20260314123000"),
    ],
)
def test_times_of_every_kind(value):
    assert microseconds(value) == SECOND * 1_000_000


@pytest.mark.parametrize(
    "value",
    [
        "yesterday",
        "",
        "99999999999999",
        True,
        -5,
        float("nan"),
        [],
        "2026-13-45",
        10**30,
        "14-mai-26",
        "31-FEB-26",
    ],
)
def test_no_time(value):
    assert microseconds(value) is None


def test_a_time_that_cannot_be_read_is_noted(tmp_path):
    (tmp_path / "a.jsonl").write_text(json.dumps(PAGES[0] | {"fetched_at": "some day"}) + "\n" + LINES[1])
    _, notes = rows_of(tmp_path / "a.jsonl")
    assert notes == ["times that cannot be read; the time of the file is used for these pages"]


CELLS = [("url", "html"), (URL, '<p class="a">Café, “été”; so\tit\nis</p>'), (URL + "/2", "<p>plain</p>")]


def saved(separator=",", quote='""', first=""):
    lines = [separator.join('"' + cell.replace('"', quote) + '"' for cell in row) for row in CELLS]
    return first + "\r\n".join(lines) + "\r\n"


@pytest.mark.parametrize(
    ("name", "text", "encoding"),
    [
        ("a.csv", saved(), "utf-8"),
        ("a.csv", saved(), "utf-8-sig"),
        ("a.csv", saved(), "windows-1252"),
        ("a.csv", saved(";"), "windows-1252"),
        ("a.csv", saved(";"), "utf-8"),
        ("a.csv", saved("|"), "utf-8"),
        ("a.csv", saved("\t"), "utf-16"),
        ("a.csv", saved("\t"), "utf-16-le"),
        ("a.csv", saved("\t"), "utf-8"),
        ("a.tsv", saved("\t"), "utf-8"),
        ("a.tsv", saved(","), "utf-8"),
        ("a.csv", saved(";", first="sep=;\r\n"), "utf-8-sig"),
        ("a.csv", saved("~", first="sep=~\r\n"), "utf-8"),
        ("a.csv", saved(quote='\\"'), "utf-8"),
        ("a.csv", saved().replace('"url","html"', "URL , HTML "), "utf-8"),
    ],
)
def test_csv_of_every_dialect(tmp_path, name, text, encoding):
    (tmp_path / name).write_bytes(text.encode(encoding))
    assert found(tmp_path / name) == [(url, html.encode()) for url, html in CELLS[1:]]


def test_a_letter_of_windows_far_behind_the_head_of_a_csv(tmp_path):
    rows = [f"{URL}/{n},<p>{'word ' * 50}" for n in range(6000)]
    (tmp_path / "a.csv").write_bytes(("url,html\n" + "\n".join(rows) + f"\n{URL},caf\xe9\n").encode("latin-1"))
    assert found(tmp_path / "a.csv")[-1] == (URL, "café".encode())


def test_a_row_of_bytes_that_are_no_text_is_read_in_bounded_time(tmp_path):
    lines = b'{"html": "' + b"\xff" * 8_000_000 + b'"}\n{"html": "caf\xe9 \x81\x82 \xe2\x82\xac\x80"}'
    (tmp_path / "a.jsonl").write_bytes(lines)
    started = time.process_time()
    rows, _ = rows_of(tmp_path / "a.jsonl", Options(64 << 20))
    assert time.process_time() - started < 3  # a second; before, more than ten
    assert [row["raw"].decode()[:9] for row in rows] == ["ÿ" * 9, "café \ufffd‚ €"]


@pytest.mark.parametrize("run", [b"\xd4" * 1_000, b"\x80\xd4\xff" * 1_000])
def test_a_run_of_damaged_bytes_is_one_error(run):
    """Garbage with an error in every byte took a second per megabyte."""
    error = UnicodeDecodeError("utf-8", b"a" + run + b"\xc3\xa9", 1, 2, "invalid start byte")
    text, end = codecs.lookup_error(BYTE_BY_BYTE)(error)
    assert (text, end) == (run.decode("windows-1252", "replace"), 1 + len(run))
    assert error.object.decode("utf-8", BYTE_BY_BYTE) == f"a{text}é"
