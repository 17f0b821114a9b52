"""The proxies of the environment: HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY, in capitals or not.

Through a proxy it is the proxy that resolves names. A name that this machine can resolve is checked all the same, and
refused if it is private here; one that it cannot resolve is left to the proxy, unless it is of a local network.
"""

import ipaddress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies_environment, proxy_bypass_environment  # type: ignore[attr-defined]

from tasks.errors import UsageError
from tasks.storage.addresses import shown

_PORTS = {"http": 80, "https": 443}
_LOCAL_NAMES = tuple(
    f".{name}"
    for name in "local localhost localdomain internal intranet lan home home.arpa corp private svc test".split()
)
_METADATA_NAMES = (
    "metadata.goog",
    "metadata.tencentyun.com",
    "metadata.platformequinix.com",
)  # services of clouds with names as of the Web


class ProxyError(UsageError):
    """A proxy that cannot be used; the message is shown to the user."""


@dataclass(frozen=True)
class Proxy:
    """An HTTP proxy, with the login that its address has."""

    url: str
    host: str
    port: int
    login: tuple[bytes, bytes] | None = None


def check_proxies() -> None:
    """Refuse proxies that Copydesk cannot use.

    Raises:
        ProxyError: one is not an HTTP proxy; the message names it.
    """
    for scheme in _PORTS:
        _proxy_of(scheme)


def proxy_for(url: str) -> Proxy | None:
    """The proxy for an address, or None if it is requested directly.

    Raises:
        ProxyError: it cannot be used.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    proxies = getproxies_environment()
    excepted = ",".join(map(_plain_exception, proxies.get("no", "").split(",")))
    if proxy_bypass_environment(f"{host}:{parts.port}" if parts.port else host, proxies | {"no": excepted}):
        return None
    if _is_in_networks(host, excepted):
        return None
    return _proxy_of(parts.scheme)


def is_local_name(host: str) -> bool:
    """Whether a name can only be of the network that the proxy is in."""
    name = host.rstrip(".").lower()
    is_number = name.rpartition(".")[2].isdigit()  # an address in a form that only the proxy might read: 127.0.0.1.
    return "." not in name or is_number or name.endswith(_LOCAL_NAMES) or name in _METADATA_NAMES


def _proxy_of(scheme: str) -> Proxy | None:
    proxies = getproxies_environment()
    address = proxies.get(scheme) or proxies.get("all")
    if not address:
        return None
    try:
        parts = urlsplit(address if "://" in address else f"http://{address}")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or parts.scheme not in _PORTS:
        variable = f"{scheme.upper()}_PROXY" if proxies.get(scheme) else "ALL_PROXY"
        raise ProxyError(
            f"{variable}={shown(address)}: is not an HTTP proxy, which is the only kind that Copydesk uses; "
            "name one as http://host:port, or set NO_PROXY=* to fetch directly"
        )
    port = port or _PORTS[parts.scheme]
    login = (unquote(parts.username).encode(), unquote(parts.password or "").encode()) if parts.username else None
    name = f"[{host}]" if ":" in host else host
    return Proxy(f"{parts.scheme}://{name}:{port}", host, port, login)


def _plain_exception(name: str) -> str:
    """An entry of NO_PROXY as Python reads it: `*.host`, `[::1]` and a dot at the end are forms of other programs."""
    plain = name.strip().removeprefix("*") if name.strip() != "*" else "*"
    if plain.startswith("[") and plain.endswith("]"):
        plain = plain[1:-1]
    return plain.rstrip(".")


def _is_in_networks(host: str, excepted: str) -> bool:
    """Whether an IP address is in one of the networks of NO_PROXY, e.g. 10.0.0.0/8."""
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return False
    for name in excepted.split(","):
        try:
            if ip in ipaddress.ip_network(name.strip(), strict=False):
                return True
        except ValueError:  # the name of a host
            continue
    return False
