"""Which files of a source are read: by pattern, by content where a name says nothing, and which are passed over."""

import gzip
import os
import zipfile

import pytest
from support.source_files import HTML, rows_of

from tasks.ingest.listing import SourceError, check_sources, list_files
from tasks.ingest.selection import Selection


def names(folder, source=None, **patterns):
    listing = list_files([str(source or folder)], Selection(**{key: tuple(value) for key, value in patterns.items()}))
    return sorted(ref.path.removeprefix(f"{folder}/") for ref in listing.refs), dict(listing.skipped)


@pytest.fixture
def tree(tmp_path):
    for path in ("a.html", "b.txt", "index.csv", "2026/c.html", "2026/drafts/d.html", "2027/index.csv"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(HTML)
    return tmp_path


@pytest.mark.parametrize(
    ("patterns", "want"),
    [
        ({"exclude": ["index.csv"]}, "2026/c.html 2026/drafts/d.html a.html b.txt"),
        ({"exclude": ["*.csv", "drafts"]}, "2026/c.html a.html b.txt"),
        ({"exclude": ["2026/*"]}, "2027/index.csv a.html b.txt index.csv"),
        ({"exclude": ["2026/"]}, "2027/index.csv a.html b.txt index.csv"),
        ({"include": ["*.html"]}, "2026/c.html 2026/drafts/d.html a.html"),
        ({"include": ["*.html"], "exclude": ["drafts"]}, "2026/c.html a.html"),
        ({"include": ["2026/drafts/*.html", "b.*"]}, "2026/drafts/d.html b.txt"),
    ],
)
def test_patterns_choose_files_and_those_left_out_are_counted(tree, patterns, want):
    found, skipped = names(tree, **patterns)
    assert found == want.split()
    assert skipped == {"files left out by --include and --exclude": 6 - len(found)}
    assert names(tree, f"{tree}/**/*.*", **patterns)[0] == found


@pytest.mark.parametrize(
    ("name", "patterns"),
    [
        (b"draft\xe9.html", ("draft\udce9.html", "draft\\xe9.html", "draft*")),
        (b"two\nlines.html", ("two\nlines.html", "two\\nlines.html", "*lines.html")),
        (b"\x1b[31mred.html", ("*red.html", "\\x1b*")),
    ],
)
def test_a_pattern_may_name_a_file_as_it_is_shown(tree, name, patterns):
    (tree / os.fsdecode(name)).write_bytes(HTML)
    for pattern in patterns:
        found, _ = names(tree, exclude=[pattern, "2026", "2027", "*.csv"])
        assert found == ["a.html", "b.txt"], pattern


def test_patterns_that_leave_nothing_are_an_error_before_anything_is_read(tree):
    for patterns in (Selection(include=("*.warc",)), Selection(exclude=("*",))):
        with pytest.raises(SourceError, match="6 files left out by --include and --exclude"):
            check_sources([str(tree)], patterns)


PAGES = {
    "story": HTML,
    "index.html?id=3": HTML,
    "story.html.1": HTML,
    "story.php": HTML,
    "view.aspx": b"\xef\xbb\xbf\r\n" + HTML,
    "news.shtml": b"<!-- made by a server -->\n" + HTML,
    "page.xml": b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml"><body><p>x</p></body></html>',
    "show.php?page=a.jpg": HTML,
    "story.ece": HTML,
    "story.lasso": HTML,
    "story.html.de": HTML,
    "indexhtml-2": HTML,
    "the-mayor-says.no-to-ferries": HTML,
    "wide": HTML.decode().encode("utf-16"),
    "packed": gzip.compress(HTML),
}
OTHERS = {
    "README": b"How to build this",
    "feed.xml": b'<?xml version="1.0"?><rss><channel><title>x</title></channel></rss>',
    "photo": b"\x89PNG\r\n\x1a\n",
    "style.css": b"p {}",
    "empty": b"",
    "app.js": b"<html>",
    "theme.twig": HTML,
    "photo.jpg": HTML,
    "rows.ece": b'{"url": "https://a.example/", "html": "<p>x</p>"}',
    "list.1": b"a\nb",
}


def test_pages_whose_names_do_not_show_it_are_known_by_their_content(tmp_path):
    for name, raw in (PAGES | OTHERS).items():
        (tmp_path / name).write_bytes(raw)
    found, skipped = names(tmp_path)
    assert found == sorted(PAGES)
    assert sum(skipped.values()) == len(OTHERS)
    assert names(tmp_path, f"{tmp_path}/*")[0] == sorted(PAGES)
    rows, _ = rows_of(tmp_path)
    assert {row["media_type"] for row in rows} == {"text/html"}
    assert {row["problem"] for row in rows} == {None}


OUTPUT = {"out/copydesk.json": b'{"made_by": "copydesk 1"}', "out/pages/1.parquet": b"", "out/report/1.html": HTML}


@pytest.mark.parametrize(
    ("source", "found", "skipped"),
    [
        ("", ["a.html", "other/copydesk.json", "other/b.html"], 1),
        ("**/*.html", ["a.html", "other/b.html"], 1),
        ("*", ["a.html", "other/copydesk.json", "other/b.html"], 1),
        ("out/report/*.html", ["out/report/1.html"], 0),  # asked for
        ("out/report", ["out/report/1.html"], 0),
        ("out/pages", ["out/pages/1.parquet"], 0),
    ],
)
def test_outputs_among_the_pages_are_passed_over_and_counted(tmp_path, source, found, skipped):
    files = OUTPUT | {"a.html": HTML, "other/copydesk.json": b'{"a": 1}', "other/b.html": HTML}
    for path, content in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    assert names(tmp_path, f"{tmp_path}/{source}") == (
        sorted(found),
        {"outputs of Copydesk": skipped} if skipped else {},
    )


@pytest.mark.parametrize(
    ("source", "said"),
    [("out", "out: is an output of Copydesk, not a source; its raw pages are in out/pages"), ("", "a source is empty")],
)
def test_an_output_and_an_empty_name_are_no_sources(tmp_path, monkeypatch, source, said):
    monkeypatch.chdir(tmp_path)
    for path, content in OUTPUT.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(content)
    for look in (check_sources, list_files):
        with pytest.raises(SourceError, match=said):
            look([source])


def test_unfinished_and_hidden_files_are_passed_over_and_counted(tmp_path):
    for path in (
        "part-0.html",
        "_temporary/0/a.html",
        "_x.html",
        "_SUCCESS",
        ".a.html",
        ".git/a.html",
        "_day=3/b.html",
    ):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(HTML)
    found, skipped = names(tmp_path)
    assert found == ["_day=3/b.html", "part-0.html"]
    assert skipped == {"files whose names begin with _ or .": 3, "folders whose names begin with _ or .": 2}
    assert names(tmp_path, f"{tmp_path}/**/*.html")[0] == found
    assert names(tmp_path, tmp_path / "_x.html")[0] == ["_x.html"]
    assert names(tmp_path, f"{tmp_path}/_temporary/*/*.html")[0] == ["_temporary/0/a.html"]


def test_links_to_folders_are_named_and_loops_end(tmp_path):
    (tmp_path / "days" / "1").mkdir(parents=True)
    (tmp_path / "days" / "1" / "a.html").write_bytes(HTML)
    source = tmp_path / "source"
    source.mkdir()
    (source / "day1").symlink_to(tmp_path / "days" / "1")
    with pytest.raises(SourceError, match=rf"1 link to the folder {tmp_path}/days/1 \(not followed; name the folder"):
        list_files([str(source)])
    (source / "b.html").write_bytes(HTML)
    (source / "round").symlink_to(source)
    (source / "up").symlink_to(tmp_path)
    for number in range(30):
        (tmp_path / "days" / f"x{number}").mkdir()
        (source / f"x{number}").symlink_to(tmp_path / "days" / f"x{number}")
    found, skipped = names(source)
    assert found == ["b.html"]
    assert sum(skipped.values()) == 33
    assert skipped["links to folders that are read themselves"] == 1
    assert skipped["more links to folders, not followed"] == 12
    assert names(source, source / "day1")[0] == ["day1/a.html"]


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("a.avro", "export the rows of tables as Parquet, JSON lines or CSV"),
        ("a.xlsx", "export the rows of tables as Parquet, JSON lines or CSV"),
        ("a.pkl", "pickles are never opened, since they may run code"),
        ("a.msg", "save mails as .eml or .mbox"),
        ("a.pdf", "convert documents to text or HTML"),
        ("a.cdx.gz", "names pages and holds none; use the WARC files"),
        ("a.warc.wat.gz", "use the WARC or WET files"),
        ("feed.xml", "name a feed or sitemap by its address"),
        ("a.7z", "unpack archives of other kinds"),
    ],
)
def test_a_folder_of_files_of_another_kind_is_refused_with_what_to_do(tmp_path, name, advice):
    (tmp_path / name).write_bytes(b"Obj\x01")
    with pytest.raises(SourceError, match=advice):
        check_sources([str(tmp_path)])


@pytest.mark.parametrize(
    ("name", "raw", "what"),
    [
        ("a.avro", b"Obj\x01\x04\x14avro.codec", "export the rows of tables"),
        ("a.pickle", b"\x80\x05\x95\x08\x00", "pickles are never opened"),
        ("a.html", b"WARC/1.0\r\nWARC-Type: response\r\n", "give its name the ending .warc"),
        ("a.html", b"bplist00\xd1\x01", "give its name the ending .webarchive"),
    ],
)
def test_a_file_of_another_kind_that_is_named_says_what_to_do(tmp_path, name, raw, what):
    (tmp_path / name).write_bytes(raw)
    (row,), _ = rows_of(tmp_path / name)
    assert row["problem"] in ("ingest.binary", "ingest.no_content")
    assert what in row["problem_detail"]


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("a.msg", b"From: a@ledger.example\nSubject: a story\n\nThe ferry is back.\n"),
        ("feed.xml", b"<?xml version='1.0'?><rss><channel><item><title>A story</title></item></channel></rss>"),
        ("a.rtf", rb"{\rtf1\ansi The ferry is back.}"),
        ("dump.sql", b"INSERT INTO pages VALUES (1, 'The ferry is back.');"),
    ],
)
def test_a_text_of_another_format_that_is_named_is_no_page(tmp_path, name, raw):
    (tmp_path / name).write_bytes(raw)
    (row,), _ = rows_of(tmp_path / name)
    assert row["problem"] == "ingest.no_content"
    (tmp_path / name).write_bytes(HTML)
    (row,), _ = rows_of(tmp_path / name)
    assert row["problem"] is None


@pytest.mark.parametrize(("inner", "what"), [("a.wacz", "cannot be opened"), ("pages/pages.jsonl", "has no WARC file")])
def test_a_wacz_without_a_crawl_is_a_finding(tmp_path, inner, what):
    with zipfile.ZipFile(tmp_path / "b.wacz", "w") as archive:
        archive.writestr(inner, b"{}")
    (row,), _ = rows_of(tmp_path / "b.wacz")
    assert what in row["problem_detail"]


@pytest.mark.parametrize("log", ["_delta_log", ".hoodie"])
def test_a_log_that_deletes_rows_is_named(tmp_path, log):
    (tmp_path / log).mkdir()
    (tmp_path / "a.html").write_bytes(HTML)
    assert [kind for kind in list_files([str(tmp_path)]).skipped if "rows that they delete" in kind]
