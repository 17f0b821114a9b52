"""What a site allows: robots.txt (RFC 9309), and reservations of text and data mining by header, meta tag or TDMRep.

TDMRep is the W3C community group's Text and Data Mining Reservation Protocol: `tdm-reservation: 1` as an HTTP header
or a meta tag, or a list of paths in /.well-known/tdmrep.json. `noai` is a robots directive in X-Robots-Tag or in the
meta tag `robots`.
"""

import fnmatch
import re
from urllib.parse import urlsplit

import orjson
from protego import Protego

from tasks.ingest.bounded_streams import FlawError
from tasks.ingest.fetch.client import Client, Response
from tasks.ingest.fetch.xml_text import plain, text_of
from tasks.vocabulary import Flaw

_MAX_ROBOTS_BYTES = 512_000  # RFC 9309 requires at least 500 KiB; the rest is not read
_MAX_DELAY_SECONDS = 60.0
_HEAD_BYTES = 65_536
# RFC 9309 knows names without a version; sites write it all the same
_VERSION = re.compile(r"^([ \t]{0,20}user-?agent[ \t]{0,20}:[ \t]{0,20}[\w-]{1,100})/[^\r\n]{0,200}", re.I | re.M)
_NO_AI = re.compile(r"\bno-?(?:ai|ml|tdm)\b", re.I)
_META = re.compile(rb"<meta\b[^>]{0,500}>", re.I)
_NAME = re.compile(rb"""name\s*=\s*["']?\s*([\w-]+)""", re.I)
_CONTENT = re.compile(rb"""content\s*=\s*["']?\s*([^"'>]{1,300})""", re.I)


class Permissions:
    """What one site (scheme, host and port) allows, requested once."""

    def __init__(self, client: Client, site: str, user_agent: str) -> None:
        # RFC 9309: the name of the program alone; in the rest a site could find the names of other robots
        self._agent = user_agent.partition("/")[0]
        self._robots, self._refusal = self._read_robots(client, site)
        delay = self._robots.crawl_delay(self._agent) if self._robots else None
        self.delay_seconds = min(float(delay or 0.0), _MAX_DELAY_SECONDS)
        self._reserved = _read_tdmrep(client, site)

    def _read_robots(self, client: Client, site: str) -> tuple[Protego | None, str | None]:
        try:
            response = client.get(f"{site}/robots.txt")
        except FlawError as error:
            if error.flaw is Flaw.ADDRESS_REFUSED:
                raise
            return None, f"robots.txt could not be read ({error.detail})"
        if response.status >= 500 or response.status == 429:  # RFC 9309: unreachable means disallowed
            return None, f"HTTP status {response.status} for robots.txt"
        if response.status != 200:
            return Protego.parse(""), None
        try:
            body = plain(response.body)
        except FlawError as error:
            return None, f"robots.txt could not be read ({error.detail})"
        return Protego.parse(_VERSION.sub(r"\1", text_of(body[:_MAX_ROBOTS_BYTES]))), None

    def refusal(self, url: str) -> tuple[Flaw, str] | None:
        """Why an address must not be fetched, or None."""
        if self._refusal:
            return Flaw.FETCH_FAILED, f"nothing may be fetched for now: {self._refusal}"  # may be readable next time
        if self._robots is not None and not self._robots.can_fetch(url, self._agent):
            return Flaw.ROBOTS, "robots.txt disallows it"
        path = urlsplit(url).path or "/"
        for pattern in self._reserved:
            if fnmatch.fnmatchcase(path, pattern):
                return Flaw.OPT_OUT, f"tdmrep.json reserves {pattern}"
        return None

    @property
    def sitemaps(self) -> list[str]:
        """The sitemaps in robots.txt."""
        return list(self._robots.sitemaps) if self._robots else []


def _read_tdmrep(client: Client, site: str) -> list[str]:
    """Patterns of the paths that are reserved from text and data mining."""
    try:
        response = client.get(f"{site}/.well-known/tdmrep.json")
        rows = orjson.loads(text_of(response.body)) if response.status == 200 else []
    except (FlawError, orjson.JSONDecodeError):
        return []
    patterns = []
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and row.get("tdm-reservation") in (1, "1") and isinstance(row.get("location"), str):
            pattern = row["location"]
            patterns.append(pattern if "*" in pattern else pattern.rstrip("/") + "*")
    return patterns


def reservation(response: Response) -> str | None:
    """What in a response reserves its page from text and data mining, or None."""
    if response.headers.get("tdm-reservation", "").strip() == "1":
        return "the header tdm-reservation is 1"
    if _NO_AI.search(response.headers.get("x-robots-tag", "")):
        return f"the header X-Robots-Tag is {response.headers['x-robots-tag'][:80]!r}"
    for tag in _META.findall(response.body[:_HEAD_BYTES]):
        name, content = _NAME.search(tag), _CONTENT.search(tag)
        if not name or not content:
            continue
        kind, value = name[1].decode("latin-1").lower(), content[1].decode("latin-1").strip()
        if kind == "tdm-reservation" and value == "1":
            return "the meta tag tdm-reservation is 1"
        if kind == "robots" and _NO_AI.search(value):
            return f"the meta tag robots is {value[:80]!r}"
    return None
