"""Bad input: a clear message or a quarantined row, never a traceback, and the other pages go through."""

import os

import pytest
from support.ids import case_id

from tasks.ingest.formats import Options
from tasks.ingest.listing import SourceError, list_files
from tasks.ingest.worker import file_rows

GOOD = (
    "The council of the small town voted on Tuesday to keep the old ferry running for another year, said the mayor. "
    * 4
)


@pytest.mark.parametrize(
    ("name", "raw", "problem"),
    [
        ("empty.txt", b"", "ingest.empty"),
        ("blank.html", b" \n\t\r\n ", "ingest.empty"),
        ("bom.txt", b"\xef\xbb\xbf", "ingest.empty"),
        ("nul.txt", b"\x00" * 500, "ingest.empty"),
        ("photo.html", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "ingest.binary"),
        ("paper.txt", b"%PDF-1.7\n%\xe2\xe3", "ingest.binary"),
        ("noise.txt", bytes(range(256)) * 40, "ingest.binary"),
        ("good.txt", GOOD.encode(), None),
        ("wide.txt", GOOD.encode("utf-16"), None),
        ("wide-without-mark.txt", GOOD.encode("utf-16-le"), None),
        ("japanese.html", "<p>港の夜景".encode("shift_jis"), None),
        ("stray.txt", GOOD.encode() + b"\xff\xfe\x00 more", None),
    ],
    ids=case_id,
)
def test_what_is_no_page_is_named(tmp_path, name, raw, problem):
    path = tmp_path / name
    path.write_bytes(raw)
    record = next(file_rows(next(iter(list_files([str(path)]).refs)), Options(1 << 20)))
    assert record["problem"] == problem
    assert record["raw"] == raw


def test_a_page_over_the_limit_is_not_read_but_named_and_hashed(tmp_path):
    path = tmp_path / "large.txt"
    path.write_bytes(b"word " * 500_000)
    record = next(file_rows(next(iter(list_files([str(path)]).refs)), Options(1 << 20)))
    assert (record["problem"], record["raw"]) == ("ingest.too_large", None)
    assert "2,500,000 bytes" in record["problem_detail"]
    assert len(record["page_digest"]) == 64


def test_a_page_that_vanishes_is_a_row_not_an_error(tmp_path):
    path = tmp_path / "gone.txt"
    path.write_text(GOOD)
    ref = next(iter(list_files([str(path)]).refs))
    path.unlink()
    assert next(file_rows(ref, Options(1 << 20)))["problem"] == "ingest.unreadable"


def test_what_is_no_file_is_never_opened(tmp_path):
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "page.txt").write_text(GOOD)
    (tmp_path / "secret.txt").write_text(GOOD)
    os.mkfifo(folder / "pipe.txt")
    (folder / "round").symlink_to(folder)
    (folder / "nothing.txt").symlink_to(folder / "no-such-file")
    (folder / "device.txt").symlink_to("/dev/zero")
    (folder / "inside.txt").symlink_to(folder / "page.txt")
    (folder / "outside.txt").symlink_to(tmp_path / "secret.txt")
    listing = list_files([str(folder)])
    rows = [row for ref in listing.refs for row in file_rows(ref, Options(1 << 20))]
    assert {row["source_uri"].rpartition("/")[2]: row["problem"] for row in rows} == {
        "device.txt": "ingest.no_regular_file",
        "page.txt": None,  # and once, though a link leads to it too
        "outside.txt": "ingest.link_outside",
        "pipe.txt": "ingest.no_regular_file",
    }
    assert sorted(listing.skipped) == [
        "broken link (No such file or directory)",
        "links to folders that are read themselves",
    ]


def test_the_same_file_by_two_sources_is_one_page(tmp_path):
    (tmp_path / "page.txt").write_text(GOOD)
    assert len(list_files([str(tmp_path), str(tmp_path / "page.txt"), str(tmp_path / "*.txt")]).refs) == 1


@pytest.mark.parametrize("source", ["{}/none", "{}/*.nothing", "{}"])
def test_a_source_without_pages_is_an_error(tmp_path, source):
    with pytest.raises(SourceError):
        list_files([source.format(tmp_path)])


def test_addresses_beside_the_pages_are_read(tmp_path):
    (tmp_path / "a.html").write_text("<p>x")
    (tmp_path / "urls.csv").write_text("page_id,url,crawled\na,https://paper.example/a,2026-01-02T03:04:05\n")
    ref = next(iter(list_files([str(tmp_path)]).refs))
    assert ref.url == "https://paper.example/a"
    assert ref.fetched_at_us == 1767323045 * 1_000_000


def test_a_file_name_that_is_not_utf8_has_a_readable_uri(tmp_path):
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(path, "wb") as handle:  # noqa: PTH123 - a path of bytes
        handle.write(GOOD.encode())
    ref = next(iter(list_files([str(tmp_path)]).refs))
    assert ref.source_uri.endswith("caf\\xe9.txt")
    assert next(file_rows(ref, Options(1 << 20)))["problem"] is None
