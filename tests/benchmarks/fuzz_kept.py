"""Inputs of `fuzz.py` as scrapers and mail programs keep pages: databases of SQLite, messages and files of messages."""

import sqlite3
from contextlib import closing
from email.message import EmailMessage

from fuzz_pages import ADDRESSES, TIMES, VALUES, damaged, page

URL = "https://news.example/2024/05/06/kept"
_ENVELOPE = b"From news@news.example Mon May  6 07:08:09 2024\n"


def database(draw):
    """Tables with pages, of several forms."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as opened:
        opened.execute(f"PRAGMA page_size = {draw.choice((512, 1024, 4096))}")
        opened.execute(f"PRAGMA encoding = '{draw.choice(('UTF-8', 'UTF-16le', 'UTF-16be'))}'")
        for number in range(draw.choice((1, 1, 2))):
            name = draw.choice(("html", "text", "content", "data", "x"))
            without = draw.choice(("", "", " WITHOUT ROWID"))
            opened.execute(f'CREATE TABLE "t {number}" (id INTEGER PRIMARY KEY, url, {name}, fetched_at){without}')
            for row in range(draw.choice((0, 1, 3, 9))):
                raw, _ = page(draw)
                cell = draw.choice((raw, raw.decode("utf-8", "replace"), raw.decode("latin-1"), None, 5))
                opened.execute(
                    f'INSERT OR IGNORE INTO "t {number}" VALUES (?, ?, ?, ?)',
                    (
                        row + draw.choice((0, 0, 1 << 40, -(1 << 40))),
                        draw.choice(ADDRESSES),
                        cell,
                        str(draw.choice(TIMES)),
                    ),
                )
        if draw.random() < 0.2:
            opened.execute("CREATE VIEW v AS SELECT * FROM sqlite_schema")
        return opened.serialize()


def mail(draw):
    """A message with a page and other parts."""
    raw, is_html = page(draw)
    text = raw.decode("utf-8", "replace").encode("utf-8", "replace").decode()
    message = EmailMessage()
    for name in ("Message-ID", "Date", "From", "Subject", "List-Id", "Archived-At", "Content-Location"):
        if draw.random() < 0.6:
            value = draw.choice((URL, "A <a@news.example>", *map(str, TIMES), *map(str, VALUES)))
            value = value.encode("utf-8" if name == "Subject" else "ascii", "replace").decode()
            message[name] = " ".join(value.split())[:200] or "x"
    message.set_content("A text." if draw.random() < 0.5 else text.replace("\0", " "))
    if is_html:
        message.add_alternative(text, subtype="html", cte=draw.choice(("base64", "quoted-printable")))
    if draw.random() < 0.3:
        message.add_attachment(raw, maintype=draw.choice(("image", "application")), subtype="x", filename="a")
    made = message.as_bytes()
    if draw.random() < 0.2:
        made = made.replace(b"utf-8", draw.choice((b"x-none", b"utf-16", b"ascii", b"utf-7")))
    return made


def messages(draw):
    """A file of messages, some of them damaged."""
    made = (mail(draw) for _ in range(draw.choice((1, 2, 5))))
    parts = (damaged(draw, raw) if draw.random() < 0.2 else raw for raw in made)
    return b"".join(_ENVELOPE + raw + draw.choice((b"\n", b"\n\n", b"")) for raw in parts)


FILES = {
    "sqlite": database,
    "eml": mail,
    "mbox": messages,
    "mixed.db": lambda draw: draw.choice((mail, messages))(draw),
}
