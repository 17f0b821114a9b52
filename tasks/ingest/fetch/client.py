"""One polite HTTP client per host: bounded in size and time, checked at every redirect, patient with busy servers."""

import random
import re
import ssl
import time
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from urllib.parse import quote, unquote, urljoin, urlsplit, urlunsplit

import httpcore

from tasks.ingest.bounded_streams import FlawError
from tasks.ingest.fetch.guard import Backend
from tasks.ingest.fetch.proxies import Proxy, proxy_for
from tasks.ingest.formats.http_body import decoded, is_cut
from tasks.storage.addresses import without_secrets
from tasks.vocabulary import Flaw

_MAX_REDIRECTS = 8
_MAX_HEADERS = 200  # h11 limits them to 100 kB in all
_MAX_COOKIES = 20  # of one page
_COOKIE = re.compile(r"[!#$%&'*+.^`|~\w-]{1,256}=[\x21-\x3a\x3c-\x7e]{0,4096}", re.ASCII)  # without attributes
_SHOWN_CHARS = 200  # of an address in a message
_HEADERS = {
    "Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.5",
    "Accept-Encoding": "gzip, br, zstd, deflate",
}
_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})
_IO_ERRORS = (
    httpcore.NetworkError,
    httpcore.TimeoutException,
    httpcore.ProtocolError,
    httpcore.ProxyError,
    httpcore.UnsupportedProtocol,
    OSError,
)


@dataclass(frozen=True)
class ClientSettings:
    """How a client behaves."""

    user_agent: str
    max_bytes: int
    delay_seconds: float = 1.0  # between two requests to a host, or longer if robots.txt asks for it
    request_seconds: float = 30.0  # for a whole request, from the first to the last byte
    retries: int = 2
    backoff_seconds: float = 1.0  # doubled at each retry, with jitter
    patience_seconds: float = 60.0  # a server that asks for a longer wait is not asked again in this run


@dataclass
class Response:
    """A server's response; `url` is the last address after redirects, `body` has no content encoding."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes
    cookies: list[str] = field(default_factory=list)  # as the server set them, with their attributes
    is_cut: bool = False  # the body ends within its compressed data, as from caches that kept half of it


class Client:
    """Requests to one host (and wherever its redirects lead), one after the other."""

    def __init__(self, settings: ClientSettings, backend: Backend, sleep: Callable[[float], None] = time.sleep) -> None:
        self._settings, self._backend, self._sleep = settings, backend, sleep
        self._pools: dict[Proxy | None, httpcore.ConnectionPool] = {}
        self.delay_seconds = settings.delay_seconds
        self._last_request = float("-inf")
        self._logins: dict[str | None, str] = {}  # by site, for it alone

    def close(self) -> None:
        """Close all connections."""
        for pool in self._pools.values():
            pool.close()

    def learn_login(self, url: str) -> None:
        """Use the user name and password of an address for all requests to its site, as browsers do."""
        site = _site(url)
        if site is not None and (parts := urlsplit(url)).username is not None:
            login = f"{unquote(parts.username or '')}:{unquote(parts.password or '')}"
            self._logins[site] = "Basic " + b64encode(login.encode()).decode()

    def get(
        self, url: str, headers: Mapping[str, str] | None = None, check: Callable[[str], None] | None = None
    ) -> Response:
        """The response to a GET request, after redirects and retries. `check` refuses the target of a redirect.

        Raises:
            FlawError: the address is refused, the response is too large, or there is none.
        """
        for attempt in range(self._settings.retries + 1):
            is_last = attempt == self._settings.retries
            try:
                response = self._follow(url, headers or {}, check)
            except _IO_ERRORS as error:
                if is_last:
                    raise FlawError(Flaw.FETCH_FAILED, _sentence(error)) from error
                wait = None
            else:
                if response.status not in _RETRIED or is_last:
                    return response
                wait = _retry_after(response.headers.get("retry-after"))
                if wait is not None and wait > self._settings.patience_seconds:
                    return response
            backoff = self._settings.backoff_seconds * 2**attempt
            self._sleep(max(wait or 0.0, backoff * random.uniform(0.5, 1.5)))  # noqa: S311 - jitter, not a secret
        raise AssertionError("the last attempt returns or raises")

    def _follow(self, url: str, headers: Mapping[str, str], check: Callable[[str], None] | None) -> Response:
        seen: set[tuple[str, str]] = set()
        cookies = _Cookies()
        for _ in range(_MAX_REDIRECTS + 1):
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise FlawError(Flaw.ADDRESS_REFUSED, f"{_shown(url)} is not an http or https address")
            sent = cookies.of(url)
            if (url, sent) in seen:
                raise FlawError(Flaw.FETCH_FAILED, f"redirect loop at {_shown(url)}")
            if seen and check is not None:
                check(url)
            seen.add((url, sent))
            response = self._request(url, {**headers, "Cookie": sent} if sent else headers)
            cookies.keep(response)
            target = response.headers.get("location")
            if response.status not in (301, 302, 303, 307, 308) or not target:
                return response
            try:
                url = urljoin(url, target.strip()).partition("#")[0]
            except ValueError as error:
                detail = f"a redirect to {_shown(target)!r}, which is not an address"
                raise FlawError(Flaw.ADDRESS_REFUSED, detail) from error
        raise FlawError(Flaw.FETCH_FAILED, f"more than {_MAX_REDIRECTS} redirects")

    def _request(self, url: str, headers: Mapping[str, str]) -> Response:
        wait = self._last_request + self.delay_seconds - time.monotonic()
        if wait > 0:
            self._sleep(wait)
        self._backend.deadline = time.monotonic() + self._settings.request_seconds
        sent = {"User-Agent": self._settings.user_agent, **_HEADERS, **headers, **self._login(url)}
        sent_bytes = [(name.encode(), value.encode("latin-1", "replace")) for name, value in sent.items()]
        target = _ascii_url(url)
        try:
            with self._pool(target).stream("GET", target, headers=sent_bytes) as response:
                if len(response.headers) > _MAX_HEADERS:
                    raise FlawError(Flaw.FETCH_FAILED, f"{len(response.headers)} header lines")
                received = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
                cookies = [value.decode("latin-1") for name, value in response.headers if name.lower() == b"set-cookie"]
                body = self._body(response)
        finally:
            self._last_request = time.monotonic()
        codings = received.get("content-encoding", "").lower().split(",")
        is_body_cut = False
        for coding in reversed([coding.strip() for coding in codings if coding.strip()]):
            try:
                plain = decoded(body, coding, self._settings.max_bytes)
            except FlawError as error:
                if error.flaw is not Flaw.BROKEN_FILE or not (is_body_cut or is_cut(body, coding)):
                    raise
                plain, is_body_cut = b"", True
            # asked last: it reads all of the data, whose size is known to be bounded only now
            is_body_cut = is_body_cut or is_cut(body, coding)
            body = plain
        return Response(url, response.status, received, body, cookies, is_body_cut)

    def _pool(self, url: str) -> httpcore.ConnectionPool:
        """The connections for an address: directly, or through the proxy that the environment names for it.

        Raises:
            FlawError: a proxy would have to fetch from a host that is not public.
        """
        proxy = proxy_for(url)
        self._backend.proxy = (proxy.host, proxy.port) if proxy is not None else None
        if proxy is not None:
            parts = urlsplit(url)
            self._backend.check_before_proxy(
                parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
            )
        if proxy not in self._pools:
            self._pools[proxy] = httpcore.ConnectionPool(
                ssl_context=ssl.create_default_context(),
                proxy=httpcore.Proxy(proxy.url, auth=proxy.login) if proxy is not None else None,
                max_connections=2,
                network_backend=self._backend,
                retries=0,
            )
        return self._pools[proxy]

    def _login(self, url: str) -> dict[str, str]:
        self.learn_login(url)
        site = _site(url)
        return {"Authorization": self._logins[site]} if site in self._logins else {}

    def _body(self, response: httpcore.Response) -> bytes:
        parts: list[bytes] = []
        size = 0
        for chunk in response.iter_stream():
            size += len(chunk)
            if size > self._settings.max_bytes:
                raise FlawError(Flaw.TOO_LARGE, f"more than {self._settings.max_bytes:,} bytes")
            parts.append(chunk)
        return b"".join(parts)


class _Cookies:
    """What servers set on the way to one page, for their own host alone, and forgotten with the page.

    Servers that set a cookie and name the same address again would else redirect forever.
    """

    def __init__(self) -> None:
        self._by_host: dict[str, dict[str, str]] = {}

    def of(self, url: str) -> str:
        """The header to send with a request, or an empty text."""
        return "; ".join(self._by_host.get(urlsplit(url).hostname or "", {}).values())

    def keep(self, response: Response) -> None:
        """Take over the cookies of a response."""
        for line in response.cookies:
            pair = line.partition(";")[0].strip()
            kept = self._by_host.setdefault(urlsplit(response.url).hostname or "", {})
            name = pair.partition("=")[0]
            if _COOKIE.fullmatch(pair) and (name in kept or len(kept) < _MAX_COOKIES):
                kept[name] = pair


def _site(url: str) -> str | None:
    """The scheme, host and port of an address, or None if it is not one."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:  # a port that is not a number: refused where it is requested
        return None
    return f"{parts.scheme}://{parts.hostname}:{port}"


def _shown(url: str) -> str:
    return without_secrets(url)[:_SHOWN_CHARS]


def _ascii_url(url: str) -> str:
    """The address in ASCII: host names in IDNA, other letters percent-encoded.

    Raises:
        FlawError: the address has no such form.
    """
    parts = urlsplit(url)
    try:
        name = parts.hostname or ""
        host = parts.netloc.rpartition("@")[2] if name.isascii() else name.encode("idna").decode()
        if not parts.netloc.isascii() and parts.port:
            host = f"{host}:{parts.port}"
        path = quote(parts.path or "/", safe="/%:@!$&'()*+,;=~-._")
        return urlunsplit((parts.scheme, host, path, quote(parts.query, safe="/%:@!$&'()*+,;=~-._?"), ""))
    except (UnicodeError, ValueError) as error:
        raise FlawError(Flaw.ADDRESS_REFUSED, f"{_shown(url)!r} is not a valid address") from error


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


def _sentence(error: BaseException) -> str:
    """A network error as a sentence."""
    name = type(error).__name__
    text = str(error) or name
    if isinstance(error, httpcore.TimeoutException):
        return f"no complete response in time ({text})"
    if "CERTIFICATE" in text.upper():
        return f"the certificate is not valid: {text}"
    return f"{name}: {text}"
