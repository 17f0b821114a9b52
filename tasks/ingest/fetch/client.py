"""One polite HTTP client a host: bounded in size and time, checked at every redirect, patient with servers that are busy."""

import random
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import urljoin, urlsplit

import httpcore

from tasks.ingest.bounded_streams import FlawError
from tasks.ingest.fetch.guard import Backend
from tasks.ingest.formats.warc import decoded
from tasks.vocabulary import Flaw

_MAX_REDIRECTS = 8
_MAX_HEADERS = 200  # h11 bounds them at 100 kB in all
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_IO_ERRORS = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.UnsupportedProtocol,
    OSError,
)


@dataclass(frozen=True)
class Manners:
    """How the client behaves."""

    user_agent: str
    max_bytes: int
    delay_seconds: float = 1.0  # between two requests to a host; a longer crawl-delay in robots.txt wins
    request_seconds: float = 30.0  # for a whole request, from the first to the last byte
    retries: int = 2
    backoff_seconds: float = 1.0  # doubled at each try, with jitter
    patience_seconds: float = 60.0  # a server that asks to wait longer is left alone in this run


@dataclass
class Answer:
    """What a server answered; `url` is the last address after redirects, `body` without content encoding."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    permanent: bool = field(default=False)  # whether all redirects on the way were permanent


class Client:
    """Requests to one host (and wherever its redirects lead), one after the other."""

    def __init__(self, manners: Manners, backend: Backend, sleep: Callable[[float], None] = time.sleep) -> None:
        self._manners, self._backend, self._sleep = manners, backend, sleep
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl.create_default_context(), max_connections=2, network_backend=backend, retries=0
        )
        self.delay_seconds = manners.delay_seconds
        self._last = float("-inf")

    def close(self) -> None:
        """Close all connections."""
        self._pool.close()

    def get(self, url: str, headers: Mapping[str, str] | None = None) -> Answer:
        """The answer to a GET request, after redirects and retries.

        Raises:
            FlawError: the address is refused, the answer is too large, or no answer came; with a sentence for a person.
        """
        for attempt in range(self._manners.retries + 1):
            is_last = attempt == self._manners.retries
            try:
                answer = self._follow(url, headers or {})
            except _IO_ERRORS as error:
                if is_last:
                    raise FlawError(Flaw.FETCH_FAILED, _told(error)) from error
                wait = None
            else:
                if answer.status not in _RETRIED or is_last:
                    return answer
                wait = _retry_after(answer.headers.get("retry-after"))
                if wait is not None and wait > self._manners.patience_seconds:
                    return answer
            backoff = self._manners.backoff_seconds * 2**attempt
            self._sleep(max(wait or 0.0, backoff * random.uniform(0.5, 1.5)))  # noqa: S311 - jitter, no secret
        raise AssertionError("the last attempt returns or raises")

    def _follow(self, url: str, headers: Mapping[str, str]) -> Answer:
        seen: set[str] = set()
        is_permanent = True
        for _ in range(_MAX_REDIRECTS + 1):
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise FlawError(Flaw.ADDRESS_REFUSED, f"{url[:200]} is no http or https address")
            if url in seen:
                raise FlawError(Flaw.FETCH_FAILED, f"redirects go in a circle at {url[:200]}")
            seen.add(url)
            answer = self._once(url, headers)
            target = answer.headers.get("location")
            if answer.status not in (301, 302, 303, 307, 308) or not target:
                answer.permanent = is_permanent and len(seen) > 1
                return answer
            is_permanent = is_permanent and answer.status in (301, 308)
            try:
                url = urljoin(url, target.strip()).partition("#")[0]
            except ValueError as error:
                raise FlawError(Flaw.ADDRESS_REFUSED, f"a redirect to {target[:200]!r}, which is no address") from error
        raise FlawError(Flaw.FETCH_FAILED, f"more than {_MAX_REDIRECTS} redirects")

    def _once(self, url: str, headers: Mapping[str, str]) -> Answer:
        wait = self._last + self.delay_seconds - time.monotonic()
        if wait > 0:
            self._sleep(wait)
        self._backend.deadline = time.monotonic() + self._manners.request_seconds
        own = {"User-Agent": self._manners.user_agent, "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5",
               "Accept-Encoding": "gzip, br, zstd, deflate", **headers}  # fmt: skip
        try:
            target = _wire(url)
            with self._pool.stream(
                "GET",
                target,
                headers=[(name.encode(), value.encode("latin-1", "replace")) for name, value in own.items()],
            ) as response:
                if len(response.headers) > _MAX_HEADERS:
                    raise FlawError(Flaw.FETCH_FAILED, f"{len(response.headers)} header lines")
                told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                body = self._body(response)
        finally:
            self._last = time.monotonic()
        coding = told.get("content-encoding", "").lower()
        for one in reversed([part.strip() for part in coding.split(",") if part.strip()]):
            body = decoded(body, one, self._manners.max_bytes)
        return Answer(url, response.status, told, body)

    def _body(self, response: httpcore.Response) -> bytes:
        parts: list[bytes] = []
        size = 0
        for chunk in response.iter_stream():
            size += len(chunk)
            if size > self._manners.max_bytes:
                raise FlawError(Flaw.TOO_LARGE, f"more than {self._manners.max_bytes:,} bytes")
            parts.append(chunk)
        return b"".join(parts)


def _wire(url: str) -> str:
    """The address as it goes over the wire: host names in IDNA, other letters percent-encoded.

    Raises:
        FlawError: it cannot be written so.
    """
    from urllib.parse import quote, urlunsplit  # noqa: PLC0415 - beside its use

    parts = urlsplit(url)
    try:
        host = (
            (parts.hostname or "").encode("idna").decode()
            if not (parts.hostname or "").isascii()
            else parts.netloc.rpartition("@")[2]
        )
        if not parts.netloc.isascii() and parts.port:
            host = f"{host}:{parts.port}"
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        return urlunsplit((parts.scheme, host, path, quote(parts.query, safe="/%:@!$&'()*+,;=~-._?"), ""))
    except (UnicodeError, ValueError) as error:
        raise FlawError(Flaw.ADDRESS_REFUSED, f"{url[:200]!r} is no address that can be asked for") from error


def _retry_after(text: str | None) -> float | None:
    if not text:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError):
        return None


def _told(error: BaseException) -> str:
    """An error of the network in words."""
    name = type(error).__name__
    text = str(error) or name
    if isinstance(error, httpcore.TimeoutException):
        return f"no whole answer in time ({text})"
    if "CERTIFICATE" in text.upper():
        return f"its certificate is not valid: {text}"
    return f"{name}: {text}"
