"""Pages in SQLite databases of scrapers and feed readers, also damaged and hostile ones."""

import gzip
import sqlite3
import zipfile
from contextlib import closing
from datetime import UTC, datetime

import pytest
from support.source_files import HTML, OPTIONS, URL, rows_of

from tasks.ingest import worker
from tasks.ingest.column_check import check_columns
from tasks.ingest.formats import Options, Skipped, sqlite_tables
from tasks.ingest.listing import SourceError

SAVED = datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC)
PAGES = "CREATE TABLE pages (id INTEGER PRIMARY KEY, url TEXT, html TEXT, crawled_at TEXT)"


def database(path, *statements, rows=0):
    """A database made by some statements, with `rows` rows of `pages` that are several pages of the file long."""
    with closing(sqlite3.connect(path)) as opened, opened:
        for statement, *values in ((each,) if isinstance(each, str) else each for each in statements):
            opened.execute(statement, values)
        for number in range(1, rows + 1):
            opened.execute(
                "INSERT INTO pages (url, html, crawled_at) VALUES (?, ?, '2026-05-06T07:08:09Z')",
                (f"{URL}/{number}", f"{HTML.decode()}<p>{number} {'The ferry sails. ' * 600}"),
            )
    return path


def test_each_row_of_a_table_of_pages_is_a_page_and_the_other_tables_are_named(tmp_path):
    path = database(
        tmp_path / "a.sqlite",
        PAGES,
        "CREATE TABLE feeds (id INTEGER, title TEXT, link TEXT)",
        "CREATE VIEW latest AS SELECT * FROM pages",
        "CREATE VIRTUAL TABLE found USING fts4 (html)",
        rows=3,
    )
    rows, skipped = rows_of(path)
    assert [row["source_uri"].partition("#")[2] for row in rows] == ["pages:1", "pages:2", "pages:3"]
    assert {(row["problem"], row["media_type"], row["fetched_at"]) for row in rows} == {
        (None, "text/html", int(SAVED.timestamp()) * 1_000_000)
    }
    assert [row["url"] for row in rows] == [f"{URL}/{number}" for number in (1, 2, 3)]
    named = " ".join(skipped)
    for table in ("feeds (id, title, link)", "latest, a view", "found, a virtual table", "found_content"):
        assert f"without a column of pages: {table}" in named


@pytest.mark.parametrize(
    ("columns", "values", "options", "page"),
    [
        ("link, content", (URL, HTML.decode()), OPTIONS, HTML),
        ("Link, CONTENT", (URL, HTML), OPTIONS, HTML),
        ("url, html", (URL, gzip.compress(HTML)), OPTIONS, HTML),
        (
            "url, data",
            (URL, '{"html": "<html><body>The ferry</body></html>"}'),
            OPTIONS,
            b"<html><body>The ferry</body></html>",
        ),
        ('url, "odd ""name", text', (URL, 1, "The ferry is back."), OPTIONS, b"The ferry is back."),
        ("url, rowid, _rowid_, oid, text", (URL, 1, 1, 1, "The ferry is back."), OPTIONS, b"The ferry is back."),
        ("address, story", (URL, "The ferry."), Options(1 << 20, {"text": "story", "url": "address"}), b"The ferry."),
    ],
)
def test_columns_are_recognised_as_in_other_tables(tmp_path, columns, values, options, page):
    marks = ", ".join("?" * len(values))
    path = database(
        tmp_path / "a.db", f"CREATE TABLE story ({columns})", (f"INSERT INTO story VALUES ({marks})", *values)
    )
    ((row,), _) = rows_of(path, options)
    assert (row["problem"], row["url"], row["raw"]) == (None, URL, page)


@pytest.mark.parametrize("packed", ["plain", "gzip", "zip"])
def test_a_database_is_read_whatever_it_is_called_and_packed_in(tmp_path, packed):
    path = database(tmp_path / "pages", PAGES, "PRAGMA encoding = 'UTF-16le'", rows=2)
    raw = path.read_bytes()
    if packed == "gzip":
        path.with_name("pages.db.gz").write_bytes(gzip.compress(raw))
    elif packed == "zip":
        with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
            archive.writestr("pages.db3", raw)
    if packed != "plain":
        path.unlink()
    rows, _ = rows_of(tmp_path)
    assert [row["problem"] for row in rows] == [None, None]
    assert rows[0]["source_uri"].endswith("pages:1")


def test_text_in_another_encoding_than_the_database_says_is_kept(tmp_path):
    path = database(tmp_path / "a.db", PAGES, ("INSERT INTO pages (html) VALUES (CAST(? AS TEXT))", b"<p>Caf\xe9</p>"))
    ((row,), _) = rows_of(path)
    assert (row["problem"], row["raw"]) == (None, b"<p>Caf\xe9</p>")


@pytest.mark.parametrize("without", ["", " WITHOUT ROWID"])
@pytest.mark.parametrize("damage", ["cut", "middle"])
def test_damage_costs_only_the_rows_that_it_hits(tmp_path, damage, without):
    path = database(tmp_path / "a.db", f"{PAGES}{without}".replace("id INTEGER", "id INTEGER NOT NULL"), rows=0)
    with closing(sqlite3.connect(path)) as opened, opened:
        opened.executemany(
            "INSERT INTO pages VALUES (?, ?, ?, '')",
            ((number, f"{URL}/{number}", HTML.decode() + "The ferry sails. " * 600) for number in range(1, 201)),
        )
    raw = path.read_bytes()
    middle = len(raw) // 2
    hole = raw[:middle] + b"\xff" * 16_384 + raw[middle + 16_384 :]
    path.write_bytes(raw[: middle // 4096 * 4096 + 100] if damage == "cut" else hole)
    rows, _ = rows_of(path)
    good = [row for row in rows if row["problem"] is None]
    (lost,) = [row for row in rows if row["problem"] not in (None, "ingest.binary")]
    assert (lost["problem"], "are lost" in lost["problem_detail"]) == ("ingest.broken_record", True)
    assert len(good) >= (90 if damage == "cut" or without else 190)
    assert len({row["doc_id"] for row in rows}) == len(rows)


def test_a_cell_that_is_too_large_costs_its_row(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_tables, "_MIN_CELL_BYTES", 1 << 16)
    path = database(tmp_path / "a.db", PAGES, rows=2)
    large = ("INSERT INTO pages (html) VALUES (?)", "<p>" + "x" * (1 << 20))
    database(path, large, large, rows=1)
    rows, _ = rows_of(path, Options(1 << 14))
    assert [row["problem"] for row in rows] == [None, None, "ingest.too_large", "ingest.too_large", None]


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (b"SQLite format 3\0" + bytes(84), "ingest.broken_file"),
        (b"SQLite format 3\0" + b"\xff" * 8000, "ingest.broken_file"),
        (b"a catalogue of thumbnails", "ingest.broken_file"),
        (b"", "ingest.no_pages"),
    ],
)
def test_a_file_that_is_no_database_is_a_finding(tmp_path, raw, problem):
    (tmp_path / "a.db").write_bytes(raw)
    ((row,), _) = rows_of(tmp_path)
    assert row["problem"] == problem


def test_a_database_without_pages_says_which_tables_it_has(tmp_path):
    path = database(tmp_path / "a.db", "CREATE TABLE feeds (id INTEGER, link TEXT)")
    ((row,), _) = rows_of(path)
    assert row["problem"] == "ingest.no_pages"
    assert "its tables: feeds (id, link)" in row["problem_detail"]
    with pytest.raises(SourceError, match="its columns are: id, link"):
        check_columns([str(path)], {"html": "page"})


@pytest.mark.parametrize("limit", [sqlite_tables, worker])
def test_a_query_that_never_ends_is_stopped(tmp_path, monkeypatch, limit):
    """By the limit of the reader, and by that of any file of many pages."""
    path = database(tmp_path / "a.db", PAGES, rows=3)
    monkeypatch.setattr(limit, "seconds_for", lambda _: 0.2)
    monkeypatch.setattr(sqlite_tables, "_TABLES", ENDLESS)
    ((row,), _) = rows_of(path)
    assert row["problem"] == "ingest.reader_timeout"


ENDLESS = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT 'pages', 'table', '' FROM n WHERE i < 0"
)


def test_names_of_tables_are_shown_without_codes_and_secrets(tmp_path):
    path = database(
        tmp_path / "a.db", PAGES, 'CREATE TABLE "\x1b[31m" (a)', 'CREATE TABLE "http://u:pw@l.example" (a)', rows=1
    )
    _, kinds = rows_of(path)
    notes = " ".join(Skipped(kind).note for kind in kinds)
    assert "\\x1b[31m (a)" in notes
    assert "http://l.example (a)" in notes
    assert notes.isprintable()


def test_nothing_is_written_and_a_log_beside_the_database_is_said(tmp_path):
    path = database(tmp_path / "a.db", PAGES, rows=2)
    (tmp_path / "a.db-wal").write_bytes(b"\x37\x7f\x06\x82")
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    path.chmod(0o400)
    rows, skipped = rows_of(path)
    assert len(rows) == 2
    assert any("write-ahead logs" in kind for kind in skipped)
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_rows_that_share_their_bytes_cannot_fill_the_disk(tmp_path, monkeypatch):
    """Several rows may name the same pages of the file; here the bound is low instead."""
    path = database(tmp_path / "a.db", PAGES, rows=20)
    assert len(rows_of(path)[0]) == 20
    monkeypatch.setattr(sqlite_tables, "FREE_BYTES", 1 << 16)
    monkeypatch.setattr(sqlite_tables, "_MAX_GROWTH", 0)
    rows, _ = rows_of(path)
    assert [row["problem"] for row in rows] == [None] * 6 + ["ingest.decompression_bomb"]
