"""Pages as programs write them for themselves: columns as lists, wrapped rows, cells of Python and of spreadsheets."""

import io
import json
import time
import zipfile

import pytest
from support.source_files import HTML, URL, rows_of

PAGE = HTML.decode()
ROWS = [{"url": f"{URL}/{n}", "html": PAGE} for n in range(3)]
JSON = {
    "columns as lists": json.dumps({"url": [row["url"] for row in ROWS], "html": [PAGE] * 3, "total": 3}),
    "columns as lists, indented": json.dumps({"html": [PAGE] * 3, "url": [row["url"] for row in ROWS]}, indent=1),
    "columns as lists within an object": json.dumps({"data": {"url": [r["url"] for r in ROWS], "html": [PAGE] * 3}}),
    "rows in an object each": json.dumps({"rows": [{"row_idx": n, "row": row} for n, row in enumerate(ROWS)]}),
    "pages by number": json.dumps({"articles": {str(n): row for n, row in enumerate(ROWS)}, "count": 3}),
    "pages by name, deeper": json.dumps({"data": {"pages": {f"p{n}": row for n, row in enumerate(ROWS)}}}),
    "rows as cells of CSV": "".join('"' + json.dumps(row).replace('"', '""') + '"\n' for row in ROWS),
    "bytes of Python": "".join(json.dumps(row | {"html": repr(HTML)}) + "\n" for row in ROWS),
    "bytes of Python with an apostrophe": "".join(json.dumps(row | {"html": repr(HTML + b"'")}) + "\n" for row in ROWS),
}


@pytest.mark.parametrize("text", JSON.values(), ids=JSON)
def test_json_of_programs(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    rows, _ = rows_of(tmp_path)
    assert [(row["url"], row["problem_detail"]) for row in rows] == [(row["url"], None) for row in ROWS]
    assert {row["raw"].rstrip(b"'") for row in rows} == {HTML}


@pytest.mark.parametrize(
    "row",
    [
        {"url": URL, "text": ["The first paragraph.", "The second one."]},
        {"url": [URL], "text": ["The first paragraph.", "The second one."]},
        {"url": [URL, f"{URL}/amp"], "text": ["The first paragraph.", "The second one.", "The last."]},
    ],
)
def test_the_paragraphs_of_one_page_are_no_rows(tmp_path, row):
    (tmp_path / "a.json").write_text(json.dumps(row))
    rows, _ = rows_of(tmp_path)
    assert len(rows) == 1
    assert rows[0]["raw"].startswith(b"The first paragraph.\n\nThe second one.")


@pytest.mark.parametrize("cell", ["b'no page'", "b'<html>", "b'<p>\\", "b'<html>' + x", f"b'<html>{'(' * 500}"])
def test_what_only_looks_like_bytes_of_python_stays(tmp_path, cell):
    (tmp_path / "a.json").write_text(json.dumps({"url": URL, "text": cell}))
    rows, _ = rows_of(tmp_path)
    assert [row["raw"].decode() for row in rows] == [cell]


def nested(depth):
    return {str(n): nested(depth - 1) if depth else {"x": [1]} for n in range(18)}


@pytest.mark.parametrize("row", [nested(3), {"html": PAGE, "fetched_at": "2026-" + " " * 200_000 + "x"}])
def test_rows_made_to_take_long_take_no_longer_than_a_page_may(tmp_path, row):
    (tmp_path / "a.json").write_text(json.dumps(row))
    before = time.process_time()
    rows_of(tmp_path)
    assert time.process_time() - before < 8  # it was 14


SAID = '"We were not asked," said Ann. It is 5" too long.'
OPEN = '"It will hold, said Ann.'
TABLES = {
    "a cell begins with a quotation": ("a.tsv", "url\ttext\n{0}\t{1}\n{2}\t{1}\n", [SAID, SAID]),
    "a quotation has no end": ("a.tsv", "url\ttext\n{0}\t{3}\n{2}\t{1}\n", [OPEN, SAID]),
    "between bars": ("a.csv", "url|text\n{0}|{3}\n{2}|{1}\n", [OPEN, SAID]),
    "cells in quotes": ("a.tsv", 'url\ttext\n{0}\t"a ""b""\tc"\n{2}\t"d\ne"\n', ['a "b"\tc', "d\ne"]),
    "two byte order marks": ("a.csv", "\ufeff\ufeffurl,text\n{0},a\n{2},b\n", ["a", "b"]),
    "two byte order marks before a quote": ("a.csv", '\ufeff\ufeff"url","text"\n"{0}","a"\n"{2}","b"\n', ["a", "b"]),
    "formulas": ("a.csv", 'url,text\n"=""{0}""",a\n"=HYPERLINK(""{2}"",""open"")",b\n', ["a", "b"]),
    "formulas with a semicolon": ("a.csv", 'url;text\n"=""{0}""";a\n"=hyperlink( ""{2}"";""x"")";b\n', ["a", "b"]),
}


@pytest.mark.parametrize(("name", "text", "texts"), TABLES.values(), ids=TABLES)
def test_tables_of_programs(tmp_path, name, text, texts):
    (tmp_path / name).write_text(text.format(f"{URL}/1", SAID, f"{URL}/2", OPEN))
    rows, _ = rows_of(tmp_path)
    assert [row["problem_detail"] for row in rows] == [None, None]
    assert [(row["url"], row["raw"].decode()) for row in rows] == [(f"{URL}/1", texts[0]), (f"{URL}/2", texts[1])]


@pytest.mark.parametrize("place", ["before the directory", "before the first member"])
def test_bytes_that_do_not_belong_to_a_zip_cost_nothing(tmp_path, place):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(3):
            archive.writestr(f"{number}.html", HTML + b"%d" % number)
    raw = sink.getvalue()
    at = raw.find(b"PK\x01\x02") if place == "before the directory" else 0
    (tmp_path / "a.zip").write_bytes(raw[:at] + bytes(4096) + raw[at:])
    rows, _ = rows_of(tmp_path)
    assert [row["raw"] for row in rows] == [HTML + b"%d" % number for number in range(3)]


def test_an_arc_file_with_blanks_in_an_address(tmp_path):
    block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n" + HTML
    lines = [f"{URL}?No=WEL 802.02 (B)&x=1", f"{URL}/2"]
    records = b"".join(
        b"%b 192.0.2.1 20260506070809 text/html %d\n%b\n" % (line.encode(), len(block), block) for line in lines
    )
    head = b"filedesc://a.arc 0.0.0.0 20260301101112 text/plain 9\n1 0 Maker\n\n"
    (tmp_path / "a.arc").write_bytes(head + records)
    rows, _ = rows_of(tmp_path)
    assert [(row["url"], row["raw"]) for row in rows] == [(line, HTML) for line in lines]


BAG = {
    "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
    "bag-info.txt": b"Source-Organization: Library\nBagging-Date: 2026-05-06\n",
    "manifest-sha256.txt": b"ab" * 32 + b"  data/a.html\n",
    "tagmanifest-md5.txt": b"ab" * 16 + b" bagit.txt\n",
    "robots.txt": b"User-agent: *\nDisallow:\n",
}
STORIES = {"data/a.html": HTML, "data/manifest-of-hope.txt": b"A story.", "data/checksums.txt": b"Sums, they say, lie."}


@pytest.mark.parametrize("is_zipped", [False, True])
def test_the_notes_of_an_archive_beside_its_pages_are_no_pages(tmp_path, is_zipped):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, content in (BAG | STORIES).items():
            archive.writestr(name, content)
    if is_zipped:
        (tmp_path / "bag.zip").write_bytes(sink.getvalue())
    else:
        zipfile.ZipFile(sink).extractall(tmp_path)
    rows, _ = rows_of(tmp_path)
    assert sorted(row["raw"] for row in rows) == sorted(STORIES.values())
