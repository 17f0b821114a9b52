"""Which addresses may be fetched, and for how long: every connection is checked after its name is resolved.

Feeds and redirects are untrusted and may point into the network that Copydesk runs in (server-side request forgery).
The connection is made to the checked address, so the name cannot resolve to another one in between.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

from tasks.ingest.bounded_streams import FlawError
from tasks.ingest.fetch.proxies import is_local_name
from tasks.ingest.fetch.special_addresses import special_purpose
from tasks.vocabulary import Flaw

Resolve = Callable[[str, int], list[str]]


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host."""
    entries = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in entries))


def is_public(address: str) -> bool:
    """Whether an IP address is public: not loopback, private, link-local, multicast or otherwise special."""
    return special_purpose(address) is None


class Backend(httpcore.SyncBackend):
    """Connects only to public addresses and the hosts that the user has named, and ends requests at their deadline."""

    def __init__(self, private_hosts: Iterable[str] = (), resolver: Resolve = resolve) -> None:
        """`private_hosts`: `host` or `host:port`, which may be anywhere."""
        self._private = frozenset(private_hosts)
        self._resolve = resolver
        self.proxy: tuple[str, int] | None = None  # host and port of the proxy for the request under way
        self.deadline = float("inf")  # time.monotonic() of the request under way

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        """A connection to a checked address of the host.

        Raises:
            FlawError: an address of the host is not public.
            httpcore.ConnectError: the host cannot be resolved or reached.
        """
        if (host, port) == self.proxy:  # which the user has named; `check` has seen what it is asked for
            return _Stream(super().connect_tcp(host, port, self._left(timeout), local_address, socket_options), self)
        addresses = self.check(host, port)
        stream = super().connect_tcp(addresses[0], port, self._left(timeout), local_address, socket_options)
        return _Stream(stream, self)

    def check(self, host: str, port: int) -> list[str]:
        """The addresses of a host, all of which may be fetched from.

        Raises:
            FlawError: an address of the host is not public.
            httpcore.ConnectError: the host cannot be resolved.
        """
        try:
            addresses = self._resolve(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} cannot be resolved: {error}") from error
        if not addresses:
            raise httpcore.ConnectError(f"{host} cannot be resolved: it has no address")
        if host not in self._private and f"{host}:{port}" not in self._private:
            refused = [address for address in addresses if not is_public(address)]
            if refused:  # one private address among public ones is refused too
                purpose = special_purpose(refused[0])
                detail = f"{host} resolves to {refused[0]}, which is not a public address: {purpose}"
                raise FlawError(Flaw.ADDRESS_REFUSED, detail)
        return addresses

    def check_before_proxy(self, host: str, port: int) -> None:
        """Check what a proxy will be asked for; a name that only the proxy can resolve is left to it.

        Raises:
            FlawError: the host is not public.
        """
        try:
            self.check(host, port)
        except httpcore.ConnectError as error:
            is_named = host in self._private or f"{host}:{port}" in self._private
            if is_local_name(host) and not is_named:
                detail = f"{host} is a name of a local network, which no proxy is asked for"
                raise FlawError(Flaw.ADDRESS_REFUSED, detail) from error

    def _left(self, timeout: float | None) -> float:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time limit of the request is over")
        return min(left, timeout) if timeout is not None else left


class _Stream(httpcore.NetworkStream):
    """A connection with a deadline, which a server cannot keep open by sending a byte now and then."""

    def __init__(self, stream: httpcore.NetworkStream, backend: Backend) -> None:
        self._stream, self._backend = stream, backend

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, self._backend._left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, self._backend._left(timeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(
            self._stream.start_tls(ssl_context, server_hostname, self._backend._left(timeout)), self._backend
        )

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)
