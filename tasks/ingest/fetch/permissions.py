"""What a site allows: robots.txt (RFC 9309), and reservations of text and data mining by header, meta tag and TDMRep.

TDMRep is the W3C community group's Text and Data Mining Reservation Protocol: `tdm-reservation: 1` as an HTTP header or a meta
tag, or a list of paths in /.well-known/tdmrep.json. `noai` is a robots directive in X-Robots-Tag or in the meta tag `robots`.
"""

import fnmatch
import re
from urllib.parse import urlsplit

import orjson
from protego import Protego

from tasks.ingest.bounded_streams import FlawError
from tasks.ingest.fetch.client import Answer, Client
from tasks.vocabulary import Flaw

_MAX_ROBOTS_BYTES = 512_000  # RFC 9309 asks for at least 500 KiB; what comes after is not read
_MAX_DELAY_SECONDS = 60.0
_HEAD_BYTES = 65_536
_NO_AI = re.compile(r"\bno-?(?:ai|ml|tdm)\b", re.I)
_META = re.compile(rb"<meta\b[^>]{0,500}>", re.I)
_NAME = re.compile(rb"""name\s*=\s*["']?\s*([\w-]+)""", re.I)
_CONTENT = re.compile(rb"""content\s*=\s*["']?\s*([^"'>]{1,300})""", re.I)


class Permissions:
    """What one site (scheme, host and port) allows; asked for once."""

    def __init__(self, client: Client, site: str, user_agent: str) -> None:
        self._agent = user_agent
        self._robots, self._refusal = self._read_robots(client, site)
        delay = self._robots.crawl_delay(user_agent) if self._robots else None
        self.delay_seconds = min(float(delay or 0.0), _MAX_DELAY_SECONDS)
        self._reserved = _read_tdmrep(client, site)

    def _read_robots(self, client: Client, site: str) -> tuple[Protego | None, str | None]:
        try:
            answer = client.get(f"{site}/robots.txt")
        except FlawError as error:
            if error.flaw is Flaw.ADDRESS_REFUSED:
                raise
            return None, f"its robots.txt could not be read ({error.detail})"
        if answer.status >= 500 or answer.status == 429:  # RFC 9309: unreachable means disallowed
            return None, f"its robots.txt answered {answer.status}"
        text = answer.body[:_MAX_ROBOTS_BYTES].decode("utf-8", "replace") if answer.status == 200 else ""
        return Protego.parse(text), None

    def refusal(self, url: str) -> tuple[Flaw, str] | None:
        """Why an address must not be fetched, or None."""
        if self._refusal:
            return Flaw.ROBOTS, self._refusal
        if self._robots is not None and not self._robots.can_fetch(url, self._agent):
            return Flaw.ROBOTS, "its robots.txt disallows it"
        path = urlsplit(url).path or "/"
        for pattern in self._reserved:
            if fnmatch.fnmatchcase(path, pattern):
                return Flaw.OPT_OUT, f"its tdmrep.json reserves {pattern}"
        return None

    @property
    def sitemaps(self) -> list[str]:
        """The sitemaps that robots.txt names."""
        return list(self._robots.sitemaps) if self._robots else []


def _read_tdmrep(client: Client, site: str) -> list[str]:
    """The paths, as patterns, whose text and data mining is reserved."""
    try:
        answer = client.get(f"{site}/.well-known/tdmrep.json")
        rows = orjson.loads(answer.body) if answer.status == 200 else []
    except (FlawError, orjson.JSONDecodeError):
        return []
    found = []
    for row in rows if isinstance(rows, list) else []:
        if isinstance(row, dict) and row.get("tdm-reservation") in (1, "1") and isinstance(row.get("location"), str):
            pattern = row["location"]
            found.append(pattern if "*" in pattern else pattern.rstrip("/") + "*")
    return found


def reserved(answer: Answer) -> str | None:
    """What in an answer reserves its page from text and data mining, or None."""
    if answer.headers.get("tdm-reservation", "").strip() == "1":
        return "its header tdm-reservation is 1"
    if _NO_AI.search(answer.headers.get("x-robots-tag", "")):
        return f"its header X-Robots-Tag says {answer.headers['x-robots-tag'][:80]!r}"
    for tag in _META.findall(answer.body[:_HEAD_BYTES]):
        name, content = _NAME.search(tag), _CONTENT.search(tag)
        if not name or not content:
            continue
        kind, value = name[1].decode("latin-1").lower(), content[1].decode("latin-1").strip()
        if kind == "tdm-reservation" and value == "1":
            return "its meta tag tdm-reservation is 1"
        if kind == "robots" and _NO_AI.search(value):
            return f"its meta tag robots says {value[:80]!r}"
    return None
