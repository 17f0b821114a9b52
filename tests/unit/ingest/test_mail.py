"""Pages in mail: one message per file, and mbox files of many, also cut, nested and hostile ones."""

import gzip
import zipfile
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from support.source_files import HTML, OPTIONS, URL, rows_of

from tasks.clean.parse.markdown import as_html
from tasks.errors import UsageError
from tasks.ingest.content_kind import kind_of
from tasks.ingest.formats import Options
from tasks.ingest.formats.mail import page_of_mail
from tasks.ingest.one_page import page_of_file

SENT = int(datetime(2026, 5, 6, 7, 8, 9, tzinfo=UTC).timestamp()) * 1_000_000
HEADERS = {
    "Message-ID": "<1@ledger.example>",
    "Date": "Wed, 06 May 2026 09:08:09 +0200",
    "From": '"Zoë Wirth" <news@ledger.example>',
    "Subject": "Ferry to stay & sail — again",
}
ENVELOPE = b"From news@ledger.example Wed May  6 07:08:09 2026\n"


def mail(text=None, page=None, headers=(), attached=()):
    message = EmailMessage()
    for name, value in {**HEADERS, **dict(headers)}.items():
        message[name] = value
    if text is not None:
        message.set_content(text)
    if page is not None and text is None:
        message.set_content(page, subtype="html")
    elif page is not None:
        message.add_alternative(page, subtype="html")
    for kind, data in attached:
        main, sub = kind.split("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename="a")
    return message.as_bytes()


def test_the_html_part_of_a_newsletter_is_the_page(tmp_path):
    (tmp_path / "a.eml").write_bytes(
        mail(
            "The ferry, as text.",
            HTML.decode(),
            {"List-Id": "<news.ledger.example>", "Archived-At": f"<{URL}>"},
            [("image/png", b"\x89PNG"), ("text/html", b"<p>An attachment.</p>")],
        )
    )
    (row,), skipped = rows_of(tmp_path)
    assert (row["problem"], row["media_type"], row["fetched_at"], row["url"]) == (None, "text/html", SENT, URL)
    page = row["raw"]
    assert b"The council voted" in page
    assert page.startswith(b"<!DOCTYPE html><html>")
    for declared in (
        b'<meta property="og:site_name" content="Zo&#235; Wirth">',
        b'<meta property="article:published_time" content="2026-05-06T09:08:09+02:00">',
        b"<title>Ferry to stay &amp; sail &#8212; again</title>",
    ):
        assert declared in page
    assert [kind for kind in skipped if "mail" in kind] == ["attachments and images of mails, not read"] * 2


def test_what_a_page_declares_itself_is_not_declared_again(tmp_path):
    own = '<html><head><title>Its own</title><meta property="article:published_time" content="2020"></head><p>Text.'
    (found,) = page_of_mail(mail(page=own))
    assert found.raw.count(b"<title") == found.raw.count(b"published_time") == 1


def test_the_text_of_a_mail_without_html_has_its_headers_in_front(tmp_path):
    (tmp_path / "a.eml").write_bytes(mail("The Zoë ferry is back.\n\nIt sails on Tuesday."))
    (row,), _ = rows_of(tmp_path)
    assert (row["problem"], row["media_type"], row["declared_encoding"]) == (None, "text/markdown", "utf-8")
    page = as_html(row["raw"].decode())
    assert "<title>Ferry to stay &amp; sail — again</title>" in page
    assert '<meta name="author" content="Zoë Wirth">' in page
    assert '<meta property="article:published_time" content="2026-05-06T09:08:09+02:00">' in page
    assert "<p>The Zoë ferry is back.</p>" in page


def test_each_message_of_an_mbox_file_is_a_page(tmp_path):
    first = mail("From here on the ferry sails.\n\nFrom Monday: no ferry.\nFrom the sea")
    quoted = first.replace(b"\nFrom here", b"\n>From here").replace(b"\nFrom Mon", b"\n>From Mon")
    raw = ENVELOPE + quoted + b"\n" + ENVELOPE + mail(page=HTML.decode()) + b"\n" + ENVELOPE + mail("")
    (tmp_path / "a.mbox").write_bytes(raw)
    (tmp_path / "b.mbox.gz").write_bytes(gzip.compress(raw.replace(b"\n", b"\r\n")))
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archive:
        archive.writestr("mail/old.mbox", raw)
        archive.writestr("mail/one.eml", first)
    (tmp_path / "inbox").write_bytes(raw)
    rows, _ = rows_of(tmp_path)
    assert [row["source_uri"].rpartition("/")[2].rpartition(":")[2] for row in rows][:6] == [
        "a.mbox#1",
        "a.mbox#2",
        "a.mbox#3",
        "b.mbox.gz#1",
        "b.mbox.gz#2",
        "b.mbox.gz#3",
    ]
    problems = [row["problem"] for row in rows]
    assert problems.count("ingest.empty") == 4
    assert problems.count(None) == len(rows) - 4 == 9
    assert b"\nFrom here on the ferry sails.\n\nFrom Monday: no ferry.\nFrom the sea" in rows[0]["raw"]


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (mail("The ferry."), "mail"),
        (ENVELOPE + mail("The ferry."), "mbox"),
        (b"From: the desk\nDate: Tuesday\n\nThe ferry is back.\n", None),
        (b"From: desk@ledger.example\nSubject: a story\n\nThe ferry is back.\n", None),
        (b"From Monday at 10:30 the ferry sails.\nNote: it is full.\n", None),
        (ENVELOPE.replace(b" 2026", b" +0000 2026") + b"Subject: a\n\nThe ferry.", "mbox"),
        (b"From Monday on the ferry sails.\nNote: it is full.\n", None),
        (b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\nSubject: A\n\n--x\n", "mhtml"),
    ],
)
def test_mail_is_known_by_what_servers_of_mail_write(raw, kind):
    found = kind_of(raw)
    assert (found.name if found else None) == kind


def test_a_mail_with_the_ending_of_a_text_is_read_as_mail(tmp_path):
    (tmp_path / "a.txt").write_bytes(mail("Text.", HTML.decode()))
    (row,), _ = rows_of(tmp_path)
    assert (row["problem"], row["media_type"]) == (None, "text/html")


def test_apple_mail_writes_a_size_in_front_and_a_list_behind(tmp_path):
    raw = mail("The ferry is back.")
    (tmp_path / "1.emlx").write_bytes(b"%d\n" % len(raw) + raw + b"<?xml version='1.0'?><plist></plist>")
    (row,), _ = rows_of(tmp_path)
    assert (row["problem"], b"plist" in row["raw"]) == (None, False)


def nested(depth, kind="mixed"):
    head = b"".join(
        b"Content-Type: multipart/%s; boundary=b%d\n\n--b%d\n" % (kind.encode(), n, n) for n in range(depth)
    )
    return b"Message-ID: <1>\nFrom: a@ledger.example\n" + head + b"Content-Type: text/plain\n\nThe ferry.\n"


@pytest.mark.parametrize(
    ("raw", "problem"),
    [
        (nested(20), None),
        (nested(5000), "ingest.nested_archive"),
        (b"Content-Type: message/rfc822\n\n" * 5000 + b"Subject: a\n\nThe ferry.", "ingest.nested_archive"),
        (b"From: a\n" + b"a:\n" * 2_100_000, "ingest.too_large"),
        (mail(attached=[("image/png", b"\x89PNG")]), "ingest.no_content"),
        (mail("The ferry.").replace(b"utf-8", b"x-no-such"), None),
        (mail("The ferry.").replace(b"Wed, 06 May", b"Wed, 99 Xyz"), None),
        (mail("x").replace(b"Subject: ", b"Subject: =?x-no-such?B?!!!?= "), None),
        (mail("x").replace(b"Subject: ", "Subject: =?é?B?QQ==?= ".encode()), None),
        (mail(page=HTML.decode()).replace(b"7bit", b"base64"), None),
        (b"", "ingest.empty"),
    ],
)
def test_a_hostile_or_broken_mail_is_a_page_or_a_finding(tmp_path, raw, problem):
    (tmp_path / "a.eml").write_bytes(raw)
    ((row,), _) = rows_of(tmp_path, Options(4 << 20))
    assert row["problem"] == problem, row["problem_detail"]


def test_a_message_that_is_too_large_and_a_damaged_end_cost_only_themselves(tmp_path):
    large = ENVELOPE + mail("The ferry sails.\n" * 20_000) + b"\n"
    raw = ENVELOPE + mail("One.") + b"\n" + large + b"".join(ENVELOPE + mail(f"{n}.") + b"\n" for n in range(2000))
    (tmp_path / "a.mbox").write_bytes(raw)
    rows, _ = rows_of(tmp_path, Options(1 << 14))
    assert [row["problem"] for row in rows[:3]] == [None, "ingest.too_large", None]
    assert len(rows) == 2002
    packed = gzip.compress(raw)
    (tmp_path / "a.mbox").write_bytes(packed[: len(packed) * 2 // 3])
    rows, _ = rows_of(tmp_path, Options(1 << 14))
    assert len([row for row in rows if row["problem"] is None]) > 500
    assert (rows[-1]["problem"], "messages before it" in rows[-1]["problem_detail"]) == ("ingest.broken_file", True)


MMDF = b"\1\1\1\1\n"


@pytest.mark.parametrize("name", ["a.eml", "a.mbox", "a.mbx", "inbox"])
def test_a_file_of_messages_may_be_called_like_one_message(tmp_path, name):
    raw = b"".join(ENVELOPE + mail(f"Story {n}.") + b"\n" for n in range(3))
    (tmp_path / name).write_bytes(raw)
    rows, _ = rows_of(tmp_path)
    assert [row["problem"] for row in rows] == [None] * 3
    assert len({row["source_uri"] for row in rows}) == 3
    if name != "inbox":
        (tmp_path / name).write_bytes(b"".join(MMDF + mail(f"Story {n}.") + MMDF for n in range(3)))
        rows, _ = rows_of(tmp_path)
        assert [row["problem"] for row in rows] == [None] * 3


@pytest.mark.parametrize("before", [b"\xef\xbb\xbf", b"\n\n", ENVELOPE])
def test_what_stands_before_the_headers_of_one_message_is_passed_over(tmp_path, before):
    (tmp_path / "a.eml").write_bytes(before + mail(page=HTML.decode()))
    (row,), _ = rows_of(tmp_path)
    assert (row["problem"], row["source_uri"].endswith("a.eml"), b"Subject:" in row["raw"]) == (None, True, False)


@pytest.mark.parametrize("comment", ["", "\n", None])
def test_a_mail_without_a_text_gives_the_pages_attached_to_it(tmp_path, comment):
    outer = EmailMessage()
    outer["From"], outer["Subject"] = "a@ledger.example", "Digest"
    if comment is not None:
        outer.set_content(comment)
    for number in range(2):
        inner = EmailMessage()
        inner["Subject"] = f"Story {number}"
        inner.set_content(f"The ferry {number}.")
        outer.add_attachment(inner)
    outer.add_attachment(HTML, maintype="text", subtype="html", filename="saved.html")
    outer.add_attachment(b"GIF8", maintype="image", subtype="gif", filename="a.gif")
    (tmp_path / "a.eml").write_bytes(outer.as_bytes())
    rows, skipped = rows_of(tmp_path)
    assert [(row["problem"], row["source_uri"].partition("#")[2]) for row in rows] == [
        (None, f"part {number}") for number in (1, 2, 3)
    ]
    assert b"Story 1" in rows[1]["raw"]
    assert len([kind for kind in skipped if "attachments and images" in kind]) == 1


def test_a_forwarded_message_is_an_attachment(tmp_path):
    outer = EmailMessage()
    outer["From"], outer["Subject"] = "a@ledger.example", "See below"
    outer.set_content("My comment.")
    inner = EmailMessage()
    inner.set_content("The other mail.")
    outer.add_attachment(inner)
    (tmp_path / "a.eml").write_bytes(outer.as_bytes())
    (row,), skipped = rows_of(tmp_path, OPTIONS)
    assert b"My comment" in row["raw"]
    assert len([kind for kind in skipped if "attachments" in kind]) == 1


def test_messages_without_a_blank_line_between_them_are_apart(tmp_path):
    (tmp_path / "a.mbox").write_bytes(b"".join(ENVELOPE + mail(f"Story {n}.") for n in range(3)))
    rows, _ = rows_of(tmp_path)
    assert [row["problem"] for row in rows] == [None] * 3


def test_the_messages_of_a_maildir_are_read_whatever_the_host_is_called(tmp_path):
    for name in ("cur/1778051289.M1P2.host:2,S", "new/1778051289.M1P3.host", "new/1778051290_1.4.mail.ledger.example"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(mail(f"{name}."))
    rows, _ = rows_of(tmp_path)
    assert [row["problem"] for row in rows] == [None] * 3


def test_one_mail_is_tried_as_a_page_and_many_are_refused(tmp_path):
    path = tmp_path / "a.eml"
    path.write_bytes(mail("Text.", HTML.decode(), attached=[("image/png", b"\x89PNG")]))
    assert page_of_file(str(path))["media_type"] == "text/html"
    path.write_bytes(b"".join(ENVELOPE + mail(f"Story {n}.") + b"\n" for n in range(2)))
    with pytest.raises(UsageError, match="holds many pages"):
        page_of_file(str(path))


def test_a_very_long_text_stays_plain(tmp_path):
    (tmp_path / "a.eml").write_bytes(mail("The ferry sails.\n" * 20_000))
    (row,), _ = rows_of(tmp_path)
    assert (row["problem"], row["media_type"]) == (None, "text/plain")
