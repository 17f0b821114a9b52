"""Bad input: a clear message or a quarantined row, never a traceback, and the other pages go through."""

import os

import pytest

from tasks.ingest.listing import SourceError, list_pages
from tasks.ingest.reading import read_page

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
)
def test_what_is_no_page_is_named(tmp_path, name, raw, problem):
    path = tmp_path / name
    path.write_bytes(raw)
    record = read_page(list_pages([str(path)]).refs[0], max_page_bytes=1 << 20)
    assert record["problem"] == problem
    assert record["raw"] == raw


def test_a_page_over_the_limit_is_not_read_but_named_and_hashed(tmp_path):
    path = tmp_path / "large.txt"
    path.write_bytes(b"word " * 500_000)
    record = read_page(list_pages([str(path)]).refs[0], max_page_bytes=1 << 20)
    assert (record["problem"], record["raw"]) == ("ingest.too_large", None)
    assert "2,500,000 bytes" in record["problem_detail"]
    assert len(record["page_digest"]) == 64


def test_a_page_that_vanishes_is_a_row_not_an_error(tmp_path):
    path = tmp_path / "gone.txt"
    path.write_text(GOOD)
    ref = list_pages([str(path)]).refs[0]
    path.unlink()
    assert read_page(ref, max_page_bytes=1 << 20)["problem"] == "ingest.unreadable"


def test_fifos_links_in_circles_and_devices_are_passed_over(tmp_path):
    (tmp_path / "page.txt").write_text(GOOD)
    os.mkfifo(tmp_path / "pipe.txt")
    (tmp_path / "round").symlink_to(tmp_path)
    (tmp_path / "nothing.txt").symlink_to(tmp_path / "no-such-file")
    (tmp_path / "device.txt").symlink_to("/dev/zero")
    listing = list_pages([str(tmp_path)])
    assert [ref.path for ref in listing.refs] == [str(tmp_path / "page.txt")]
    assert sum(listing.passed_over.values()) == 3


def test_the_same_file_by_two_sources_is_one_page(tmp_path):
    (tmp_path / "page.txt").write_text(GOOD)
    assert len(list_pages([str(tmp_path), str(tmp_path / "page.txt"), str(tmp_path / "*.txt")]).refs) == 1


@pytest.mark.parametrize("source", ["{}/none", "{}/*.nothing", "{}"])
def test_a_source_without_pages_is_an_error(tmp_path, source):
    with pytest.raises(SourceError):
        list_pages([source.format(tmp_path)])


def test_addresses_beside_the_pages_are_read(tmp_path):
    (tmp_path / "a.html").write_text("<p>x")
    (tmp_path / "urls.csv").write_text("page_id,url,crawled\na,https://paper.example/a,2026-01-02T03:04:05\n")
    ref = list_pages([str(tmp_path)]).refs[0]
    assert ref.url == "https://paper.example/a"
    assert ref.fetched_at_us == 1767323045 * 1_000_000


def test_a_file_name_that_is_not_utf8_has_a_readable_uri(tmp_path):
    path = os.fsencode(tmp_path) + b"/caf\xe9.txt"
    with open(path, "wb") as handle:  # noqa: PTH123 - a path of bytes
        handle.write(GOOD.encode())
    ref = list_pages([str(tmp_path)]).refs[0]
    assert ref.source_uri.endswith("caf\\xe9.txt")
    assert read_page(ref, max_page_bytes=1 << 20)["problem"] is None
