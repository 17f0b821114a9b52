"""Files whose names say nothing, or something else, are read by what is in them, and never published as they are."""

import base64
import bz2
import gzip
import io
import json
import plistlib
import tarfile
import zipfile

import brotli
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyarrow import feather, orc
from support.source_files import HTML, OPTIONS, URL, one, rows_of, warc_record, zstd

from tasks.ingest.content_kind import kind_of
from tasks.ingest.listing import SourceError, list_files
from tasks.ingest.worker import file_rows

ROWS = [{"url": f"{URL}/{n}", "html": HTML.decode()} for n in range(2)]
TABLE = pa.Table.from_pylist(ROWS)


def written(write, **options):
    sink = pa.BufferOutputStream()
    write(TABLE, sink, **options)
    return sink.getvalue().to_pybytes()


def stream_of_arrow():
    sink = io.BytesIO()
    with pa.ipc.new_stream(sink, TABLE.schema) as writer:
        writer.write_table(TABLE)
    return sink.getvalue()


def zipped(*members):
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:
        for name, data in members:
            archive.writestr(name, data)
    return sink.getvalue()


def tarred(*members):
    sink = io.BytesIO()
    with tarfile.open(fileobj=sink, mode="w") as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return sink.getvalue()


def har(*entries, mark=b""):
    return mark + json.dumps({"log": {"version": "1.2", "pages": [{"id": "p"}], "entries": entries}}, indent=1).encode()


def entry(url=URL, body=HTML, media="text/html; charset=utf-8", status=200, *, is_packed=False):
    text = base64.b64encode(body).decode() if is_packed else body.decode()
    content = {"mimeType": media, "text": text} | ({"encoding": "base64"} if is_packed else {})
    when = "2026-03-14T13:30:00.000+01:00"
    return {"startedDateTime": when, "request": {"url": url}, "response": {"status": status, "content": content}}


def web_archive(form=plistlib.FMT_BINARY, **changed):
    main = {"WebResourceData": HTML, "WebResourceMIMEType": "text/html", "WebResourceURL": URL} | changed
    return plistlib.dumps({"WebMainResource": main, "WebSubresources": []}, fmt=form)


LINES = b"".join(json.dumps(row).encode() + b"\n" for row in ROWS)
ORC = written(orc.write_table)
HAR = har(entry(), entry(f"{URL}/1", is_packed=True))
WARC = b"".join(warc_record("response", HTML, url=row["url"]) for row in ROWS)
PAGES = (("a.html", HTML), ("b.html", HTML + b" "))
CSV = b"url;html\r\n" + b"".join(b'%s;"%s"\r\n' % (row["url"].encode(), HTML) for row in ROWS)
KINDS = [
    ("csv", CSV),
    ("csv", CSV.replace(b";", b"\t").decode().encode("utf-16")),
    ("json", LINES),
    ("json", gzip.compress(LINES)),
    ("json", b"\xef\xbb\xbf[\n " + b",\n ".join(LINES.splitlines()) + b"]"),
    ("json", LINES.decode().encode("utf-16")),
    ("har", HAR),
    ("har", har(entry(), entry(), mark=b"\xef\xbb\xbf")),
    ("orc", ORC),
    ("orc", written(orc.write_table, compression="zlib")),
    ("parquet", written(pq.write_table)),
    ("arrow", written(feather.write_feather)),
    ("arrow", stream_of_arrow()),
    ("warc", WARC),
    ("warc", zstd(WARC)),
    ("zip", zipped(*PAGES)),
    ("tar", tarred(*PAGES)),
    ("tar", bz2.compress(tarred(*PAGES))),
]


@pytest.mark.parametrize(("kind", "raw"), KINDS)
@pytest.mark.parametrize("name", ["pages", "part-00000", "pages.dat", "xaa", "pages.open"])
def test_a_file_without_a_known_ending_is_read_by_its_content(tmp_path, kind, raw, name):
    """In a folder, and by its name: there it was one page, with the code of its format as the text."""
    (tmp_path / name).write_bytes(raw)
    for source in (tmp_path, tmp_path / name):
        (ref,) = list_files([str(source)]).refs
        assert ref.format == kind
        rows, _ = rows_of(source)
        assert [(row["problem"], row["raw"].rstrip()) for row in rows] == [(None, HTML)] * 2


@pytest.mark.parametrize(("kind", "raw"), KINDS)
@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet", "zip", "warc.gz", "arc"])
def test_a_file_of_many_pages_may_have_the_ending_of_another_format(tmp_path, kind, raw, ending):
    (tmp_path / f"a.{ending}").write_bytes(raw)
    rows, _ = rows_of(tmp_path)
    assert [row["problem"] for row in rows] == [None, None], rows[0]["problem_detail"]


@pytest.mark.parametrize(
    ("name", "raw", "advice"),
    [
        ("a.txt", LINES, ".jsonl"),
        ("a.html", b"[" + LINES.splitlines()[0] + b"]", ".jsonl"),
        ("a.txt", HAR, ".har"),
        ("a.html", web_archive(plistlib.FMT_XML), ".webarchive"),
        ("a.txt", ORC, ".orc"),
        ("a.txt", CSV, ".csv"),
        ("a.txt", WARC, ".warc"),
    ],
)
def test_data_in_a_file_named_as_a_page_is_no_article(tmp_path, name, raw, advice):
    (tmp_path / name).write_bytes(raw)
    row = one(tmp_path / name)
    assert row["problem"] is not None
    assert advice in row["problem_detail"]


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"{}",
        b"[1, 2]",
        b"{{ template }}",
        b"url,title\nhttps://ledger.example,Ferry\n",
        b"The url, the text and the ferry\n\nA story of all three.\n",
        b"Once upon a time\nthere was: a town\n\n",
        b"Subject: a letter\n\ncontent-type: multipart/related\n",
        b"\xff\xff\xff\xff\xff\xff\xff\xff" * 9,
        zipped(("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>")),
        zipped(("mimetype", b"application/epub+zip"), ("a.xhtml", HTML)),
        HTML,
    ],
)
def test_what_is_of_no_kind_stays_what_its_name_says(raw):
    assert kind_of(raw) is None


def test_settings_of_a_site_in_json_are_passed_over(tmp_path):
    (tmp_path / "manifest").write_text('{"name": "Ledger", "version": 3}')
    (tmp_path / "a.html").write_bytes(HTML)
    listing = list_files([str(tmp_path)])
    assert (len(listing.refs), listing.skipped["files without a suffix"]) == (1, 1)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("a.pst", "save"),
        ("a.lz", "unpack"),
        ("a.br", "unpack"),
        ("a.001", "join"),
        ("a.sql", "export"),
        ("a.zim", "zim"),
    ],
)
def test_what_is_not_read_is_named_with_advice(tmp_path, name, advice):
    (tmp_path / name).write_bytes(b"\x01\x02")
    with pytest.raises(SourceError, match=f"{advice}"):
        list_files([str(tmp_path)])


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (entry(), (None, HTML)),
        (entry(is_packed=True), (None, HTML)),
        (
            entry(body="häfen".encode("latin-1"), media="text/html; charset=latin-1", is_packed=True),
            (None, b"h\xe4fen"),
        ),
        (entry(status=404), "skipped: responses with status 404"),
        (entry(media="image/png"), "skipped: records of type image/png"),
        (entry(body=b""), "skipped: responses that were recorded without their body"),
        (entry() | {"response": {"status": 200, "content": None}}, "skipped: records of type unknown"),
        (
            {"response": {"status": 200, "content": {"mimeType": "text/html", "text": "!", "encoding": "base64"}}},
            "base64",
        ),
        ({"id": "p"}, None),
    ],
)
def test_an_entry_of_a_har_file_is_a_page_or_is_counted(tmp_path, found, expected):
    (tmp_path / "a.har").write_bytes(har(found, entry("https://ledger.example/last")))
    rows, skipped = rows_of(tmp_path)
    assert rows[-1]["url"] == "https://ledger.example/last"
    if isinstance(expected, tuple):
        assert (rows[0]["problem"], rows[0]["raw"]) == expected
        assert rows[0]["fetched_at"] == 1_773_491_400_000_000
    elif expected and expected.startswith("skipped"):
        assert expected.removeprefix("skipped: ") in skipped
    else:
        assert len(rows) == (2 if expected else 1)


@pytest.mark.parametrize(
    "raw", [HAR[:-900], b'{"log": {"entries": ' + b"[" * 100_000, b'{"log": {"entries": [1e999]}}']
)
def test_a_damaged_har_file_says_so(tmp_path, raw):
    (tmp_path / "a.har").write_bytes(raw)
    rows, _ = rows_of(tmp_path)
    assert rows[-1]["problem"] in ("ingest.broken_record", "ingest.no_pages")


def shared(depth=40, width=14):
    """A binary property list whose arrays name the one before many times: 14 to the power of 40 objects."""
    objects = [b"\x51a", *(bytes([0xA0 | width]) + bytes([number]) * width for number in range(depth))]
    body, offsets = b"bplist00", b""
    for item in objects:
        offsets += len(body).to_bytes(4, "big")
        body += item
    counts = (len(objects), len(objects) - 1, len(body))
    return body + offsets + bytes(6) + b"\x04\x01" + b"".join(count.to_bytes(8, "big") for count in counts)


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (web_archive(), None),
        (web_archive(plistlib.FMT_XML), None),
        (web_archive(WebResourceData="text"), "ingest.broken_file"),
        (plistlib.dumps({"CFBundleName": "Safari"}), "ingest.no_content"),
        (web_archive()[:-20], "ingest.broken_file"),
        (web_archive(plistlib.FMT_XML)[:-90], "ingest.broken_file"),
        (
            b'<?xml version="1.0"?><!DOCTYPE p [<!ENTITY a "a">]><plist><string>&a;</string></plist>',
            "ingest.broken_file",
        ),
        (b'<?xml version="1.0"?><plist version="1.0">' + b"<array>" * 100_000, "ingest.broken_file"),
        (shared(), "ingest.broken_file"),
        (b"", "ingest.broken_file"),
    ],
)
def test_a_web_archive_of_safari_is_a_page_or_a_finding(tmp_path, raw, problem):
    (tmp_path / "a.webarchive").write_bytes(raw)
    row = one(tmp_path / "a.webarchive")
    assert row["problem"] == problem
    if problem is None:
        assert (row["raw"], row["url"]) == (HTML, URL)


def answer(body=HTML, status="200 OK", version="1.1", headers="Content-Type: text/html; charset=UTF-8\r\n"):
    return f"HTTP/{version} {status}\r\n{headers}Date: Sat, 14 Mar 2026 12:30:00 GMT\r\n\r\n".encode() + body


GZIP = "content-type: text/html\r\ncontent-encoding: gzip\r\n"
BROTLI = GZIP.replace("gzip", "br")


@pytest.mark.parametrize("name", ["a.html", "a.txt", "story"])
@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (answer(), None),
        (answer(version="2", status="200 "), None),
        (answer().replace(b"\r\n", b"\n"), None),
        (answer(b"", "301 Moved") + answer(b"", "100 Continue") + answer(), None),
        (b"HTTP/1.1 200 Connection established\r\n\r\n" + answer(), None),
        (answer(gzip.compress(HTML), headers=GZIP), None),
        (answer(brotli.compress(HTML), headers=BROTLI), None),
        (answer(status="404 Not Found"), "ingest.no_content"),
        (answer(b""), "ingest.empty"),
    ],
)
def test_headers_saved_before_a_page_are_no_part_of_it(tmp_path, name, raw, problem):
    (tmp_path / name).write_bytes(raw)
    row = one(tmp_path / name)
    assert row["problem"] == problem
    if problem is None:
        assert (row["raw"], row["media_type"], row["fetched_at"]) == (HTML, "text/html", 1_773_491_400_000_000)


def test_a_story_about_http_is_a_story(tmp_path):
    raw = b"HTTP/1.1 200 OK is what a server says when all is well.\n\nMany never see it.\n"
    (tmp_path / "a.txt").write_bytes(raw)
    assert one(tmp_path / "a.txt")["raw"] == raw


def test_a_page_that_unpacks_itself_is_the_page_within(tmp_path):
    packed = b"<!DOCTYPE html><html><body><!--" + zipped(("index.html", HTML), ("images/0.png", b"\x89PNG")) + b"-->"
    (tmp_path / "a.html").write_bytes(packed)
    assert one(tmp_path / "a.html")["raw"] == HTML
    (tmp_path / "b.html").write_bytes(HTML + b"<!-- PK\x05\x06 -->")
    assert one(tmp_path / "b.html")["raw"].startswith(HTML)


def test_mhtml_under_the_name_of_a_page_is_taken_apart(tmp_path):
    head = 'From: <Saved by Blink>\nMIME-Version: 1.0\nContent-Type: multipart/related;\n\tboundary="b"\n\n'
    part = f"--b\nContent-Type: text/html\nContent-Location: {URL}\n\n"
    (tmp_path / "a.html").write_bytes(head.encode() + part.encode() + HTML + b"\n--b--\n")
    row = one(tmp_path / "a.html")
    assert (row["raw"], row["url"]) == (HTML, URL)


def test_a_cut_orc_file_is_a_finding(tmp_path):
    (tmp_path / "a.orc").write_bytes(ORC[:-9])
    (row,) = file_rows(next(iter(list_files([str(tmp_path)]).refs)), OPTIONS)
    assert row["problem"] in ("ingest.broken_file", "ingest.no_pages")
    assert "ORC" in row["problem_detail"]


@pytest.mark.parametrize("name", ["site/story", "site/index.html?id=3", "story.php", "2026.05.06 ferry is back"])
@pytest.mark.parametrize("write", [zipped, tarred])
def test_members_of_archives_without_an_ending_are_known_by_content_too(tmp_path, write, name):
    sheet, settings = ("site/style", b"body { color: red }"), ("site/settings", b'{"version": 3}')
    (tmp_path / "a.zip").write_bytes(write((name, HTML), sheet, settings, ("site/rows", LINES)))
    rows, skipped = rows_of(tmp_path)
    assert [(row["problem"], row["raw"].rstrip()) for row in rows] == [(None, HTML)] * 3
    assert skipped == ["files without a suffix in archives"] * 2


@pytest.mark.parametrize(("kind", "raw"), [found for found in KINDS if found[0] in ("orc", "parquet", "arrow", "zip")])
@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, zstd])
def test_what_is_compressed_inside_may_be_compressed_once_more(tmp_path, kind, raw, pack):
    (tmp_path / f"a.{kind}.gz").write_bytes(pack(raw))
    rows, _ = rows_of(tmp_path)
    assert [row["problem"] for row in rows] == [None, None]


def test_a_bomb_around_a_table_is_a_bomb(tmp_path):
    (tmp_path / "a.parquet.gz").write_bytes(gzip.compress(b"PAR1" + bytes(90 << 20)))
    row = one(tmp_path / "a.parquet.gz")
    assert row["problem"] == "ingest.decompression_bomb"


LIST = "<{0} xmlns:x='y'><title>The ferry is back</title></{0}>"


@pytest.mark.parametrize("tag", ["rss", "feed", "urlset", "sitemapindex", "rdf:RDF", "opml"])
@pytest.mark.parametrize("before", ["", "<?xml version='1.0'?>\n", "<?xml version='1.0'?><!-- made by x -->\n<?s?>"])
def test_a_feed_under_the_name_of_a_page_is_no_page(tmp_path, tag, before):
    raw = (before + LIST.format(tag)).encode()
    (tmp_path / "index.html").write_bytes(raw)
    (tmp_path / "a.warc").write_bytes(warc_record("response", raw))
    rows, _ = rows_of(tmp_path)
    assert [row["problem"] for row in rows] == ["ingest.no_pages"] * 2
    assert all("address" in row["problem_detail"] for row in rows)


@pytest.mark.parametrize("page", [b"<!--" * 100_000, b"<?a" * 100_000, b" " * 100_000 + b"<rss>", b"<rssx>" + HTML])
def test_looking_for_feeds_takes_no_time(tmp_path, page):
    (tmp_path / "a.html").write_bytes(page)
    assert one(tmp_path / "a.html")["problem"] is None


@pytest.mark.parametrize(
    ("name", "raw"),
    [
        ("a.html", HTML + bytes(5000)),
        ("a.jsonl", LINES.splitlines()[0] + b"\n" + bytes(5000)),
        ("a.jsonl", bytes(5000) + LINES.splitlines()[0]),
    ],
)
def test_zeros_that_a_crash_left_cost_nothing(tmp_path, name, raw):
    (tmp_path / name).write_bytes(raw)
    rows, _ = rows_of(tmp_path)
    assert [(row["problem"], row["raw"]) for row in rows if row["problem"] is None] == [(None, HTML)]


def test_of_columns_with_one_name_the_first_is_used(tmp_path):
    (tmp_path / "a.csv").write_bytes(b'url,html,html\nhttps://ledger.example/1,"%s",x\nurl,html,html\n' % HTML)
    assert one(tmp_path / "a.csv")["raw"] == HTML
