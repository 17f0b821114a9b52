"""The corpora of `speed.py`: varied copies of given or invented pages, as gzip WARC and WET; deterministic by seed."""

import gzip
import random
import re
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from urllib.parse import urlsplit

import newsroom

FIRST_DAY = datetime(2026, 10, 5, 5, tzinfo=UTC)
DAYS, PAGES_A_DAY = 28, 200
HTML_ENDINGS = (".html", ".htm", ".xhtml", ".html.gz", ".htm.gz")
_VARIED = 0.85  # of a page's longer words; with less, copies would be near-duplicates of each other
_MARKUP = re.compile(r"(<script\b.*?</script\s*>|<style\b.*?</style\s*>|<!--.*?-->|<[^>]*>)", re.I | re.S)
_LINKED_DATA = re.compile(r"<script[^>]*ld\+json", re.I)
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_WORD = re.compile(r"https?:\S+|\\u[0-9A-Fa-f]{4}|\\.|&#?\w+;|([^\W\d_]{4,})")
_OWN = re.compile(
    r"""<link\b[^>]*\brel=["']?canonical["']?[^>]*\bhref=["']?(https?://[^"'\s>]+)|<meta\b[^>]*["']og:url["'][^>]*\bcontent=["']?(https?://[^"'\s>]+)""",
    re.I,
)


@dataclass(frozen=True)
class Source:
    """A page as it was fetched."""

    url: str
    fetched_at: datetime
    html: bytes


def pages_of(places: list[str], count: int, seed: int) -> Iterator[Source]:
    """So many pages: those that are at the places in varied copies, or invented ones where no place is given."""
    return islice(_copies(_given(places), seed) if places else _invented(seed), count)


def _invented(seed: int) -> Iterator[Source]:
    day = 0
    while True:
        for page in newsroom.batch(seed * 1000 + day, FIRST_DAY + timedelta(days=day % DAYS), PAGES_A_DAY):
            yield Source(page.url, page.fetched_at, page.render())
        day += 1


def _given(places: list[str]) -> list[Source]:
    """The pages in folders of HTML files and in WARC files."""
    found: list[Source] = []
    for place in map(Path, places):
        if place.is_dir():
            for path in sorted(path for path in place.rglob("*") if path.name.lower().endswith(HTML_ENDINGS)):
                raw = path.read_bytes()
                raw = gzip.decompress(raw) if path.name.endswith(".gz") else raw
                own = _OWN.search(raw[:200_000].decode("utf-8", "replace"))
                url = own and (own[1] or own[2])
                found.append(Source(url or f"https://site{len(found) % 10}.example/{path.name}", FIRST_DAY, raw))
        elif place.exists():
            found += _records(place)
        else:
            raise SystemExit(f"{place}: there is no such folder or file")
    if not found:
        raise SystemExit(f"{' '.join(places)}: no HTML page lies here")
    return found


def _records(path: Path) -> list[Source]:
    from fastwarc.warc import ArchiveIterator, WarcRecordType

    found = []
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=True):
            url = record.headers.get("WARC-Target-URI") or f"https://site.example/{len(found)}"
            found.append(Source(url, record.record_date or FIRST_DAY, record.reader.read()))
    return found


def _copies(given: list[Source], seed: int) -> Iterator[Source]:
    order = list(given)
    random.Random(seed).shuffle(order)
    copy = 0
    while True:
        yield from order if copy == 0 else (vary(page, copy, seed) for page in order)
        copy += 1


def decoded(html: bytes) -> tuple[str, str]:
    """The page as text, and its encoding."""
    from resiliparse.parse.encoding import bytes_to_str, detect_encoding

    encoding = detect_encoding(html) or "utf-8"
    return bytes_to_str(html, encoding), encoding


def vary(page: Source, copy: int, seed: int) -> Source:
    """A page like this one at an address of its own: most longer words change places with others of the page.

    The same word becomes the same in headline, body and what the page declares. Words beside digits stay, for they
    may be months.
    """
    text, encoding = decoded(page.html)
    parts = urlsplit(page.url)
    url = f"{parts.scheme}://{parts.netloc}/c{copy}{page.url.partition(parts.netloc)[2]}"
    for old, new in ((page.url, url), (page.url.replace("/", "\\/"), url.replace("/", "\\/"))):
        text = re.sub(re.escape(old) + r"(?![\w/-])", lambda _, new=new: new, text)
    pieces = _MARKUP.split(text)
    words = sorted({found[1] for piece in pieces[::2] for found in _WORD.finditer(piece) if found[1]})
    dice = random.Random(f"{seed} {copy} {page.url}")
    other: dict[str, str] = {}
    for is_upper in (False, True):
        chosen = [word for word in words if word[0].isupper() is is_upper and dice.random() < _VARIED]
        other |= dict(zip(chosen, dice.sample(chosen, len(chosen)), strict=True))

    def changed(found: re.Match[str]) -> str:
        if not found[1]:
            return found[0]
        around = found.string[max(found.start() - 3, 0) : found.start()] + found.string[found.end() : found.end() + 3]
        return found[1] if any(map(str.isdigit, around)) else other.get(found[1], found[1])

    def changed_prose(found: re.Match[str]) -> str:
        return _WORD.sub(changed, found[0]) if " " in found[0] else found[0]  # keys, types and addresses have no space

    for number, piece in enumerate(pieces):
        if number % 2 == 0:
            pieces[number] = _WORD.sub(changed, piece)
        elif piece[:5].lower() == "<meta" or _LINKED_DATA.match(piece):
            pieces[number] = _QUOTED.sub(changed_prose, piece)
    html = "".join(pieces).encode(encoding, "xmlcharrefreplace")
    return Source(url, page.fetched_at + timedelta(hours=copy % (24 * DAYS)), html)


def text_of(page: Source) -> str:
    """The whole page as plain text, a block a line, as in a WET file."""
    from resiliparse.extract.html2text import extract_plain_text

    text = extract_plain_text(
        decoded(page.html)[0],
        preserve_formatting=True,
        main_content=False,
        list_bullets=False,
        alt_texts=False,
        links=False,
    )
    lines = (" ".join(line.split()) for line in text.split("\n"))
    return "\n".join(line for line in lines if line) + "\n"


def _record(kind: str, page: Source, content_type: str, payload_type: str, content: bytes) -> bytes:
    head = {
        "WARC-Type": kind,
        "WARC-Record-ID": f"<urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{kind} {page.url}')}>",
        "WARC-Date": f"{page.fetched_at:%Y-%m-%dT%H:%M:%SZ}",
        "WARC-Target-URI": page.url,
        # without it datatrove asks libmagic, which calls pages JavaScript
        "WARC-Identified-Payload-Type": payload_type,
        "Content-Type": content_type,
        "Content-Length": str(len(content)),
    }
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return gzip.compress(f"WARC/1.0\r\n{lines}\r\n".encode() + content + b"\r\n\r\n", 6, mtime=0)


def response(page: Source) -> bytes:
    """The page as a compressed record of a WARC file."""
    head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page.html)}\r\n\r\n"
    return _record("response", page, "application/http; msgtype=response", "text/html", head.encode() + page.html)


def conversion(page: Source) -> bytes:
    """The page's text as a compressed record of a WET file."""
    return _record("conversion", page, "text/plain", "text/plain", text_of(page).encode("utf-8", "replace"))


@dataclass(frozen=True)
class Written:
    """The files of a corpus: folders of WARC and of WET files."""

    html: Path
    text: Path
    pages: int
    html_bytes: int


def write(folder: Path, pages: Iterable[Source], *, files: int = 1) -> Written:
    """Write pages as so many WARC files, and as many WET files, into a folder of their own; the pages go round."""
    html, text = folder / "html", folder / "text"
    for place in (html, text):
        place.mkdir(parents=True)
    count = size = 0
    with ExitStack() as stack:
        responses = [stack.enter_context((html / f"{n:02}.warc.gz").open("wb")) for n in range(files)]
        conversions = [stack.enter_context((text / f"{n:02}.warc.wet.gz").open("wb")) for n in range(files)]
        for page in pages:
            responses[count % files].write(response(page))
            conversions[count % files].write(conversion(page))
            count, size = count + 1, size + len(page.html)
    return Written(html, text, count, size)
