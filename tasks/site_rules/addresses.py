"""Patterns of pages: a host with its subdomains or a part of its addresses, or the path of a source."""

import re
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

_HOST = re.compile(r"(?:\*\.)?[\w-]+(?:\.[\w-]+)*")  # of a pattern, without a port
_PORT = re.compile(r"[^:]+:\d+")
ANY_HOST = "*"


class AddressPattern(NamedTuple):
    """A pattern like `paper.example`, `*.paper.example` or `paper.example/games/*`, in parts."""

    host: str  # without `www.`
    has_subdomains: bool
    path: str  # with `*` for any characters; empty for all pages of the host

    def matches_path(self, path: str) -> bool:
        """Whether the path (with the query) of an address of this host matches."""
        return (
            not self.path or glob_matches(self.path, path) or glob_matches(unquote(self.path), unquote(path))
        )  # an address has letters such as ü in percent codes, a user writes either


def read_pattern(pattern: str) -> AddressPattern:
    """The parts of a pattern.

    Raises:
        ValueError: it is none; the message says why.
    """
    host, slash, path = pattern.strip().partition("/")
    if "://" in pattern:
        raise ValueError(f"{pattern!r} has a scheme; write only the host, e.g. paper.example or paper.example/games/*")
    if _PORT.fullmatch(host):
        raise ValueError(f"{pattern!r} has a port; write only the host, which stands for all its ports")
    if host == ANY_HOST:
        return AddressPattern("", True, slash + path)
    if not _HOST.fullmatch(host):
        raise ValueError(f"{pattern!r} is not a host or a pattern like *.paper.example or paper.example/games/*")
    name = plain_host(host.removeprefix("*."))
    return AddressPattern(name, host.startswith("*."), slash + path)


def plain_host(host: str) -> str:
    """A host in lower case, without `www.`, and in ASCII if it is an international one."""
    name = host.lower().rstrip(".").removeprefix("www.")
    if name.isascii():
        return name
    try:
        return name.encode("idna").decode()
    except UnicodeError:  # a label that is too long
        return name


def host_and_path(address: str | None) -> tuple[str, str] | None:
    """The plain host of a Web address and its path with the query; None for anything else."""
    if not address or "://" not in address:
        return None
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:  # "http://[" and the like
        return None
    if not host:
        return None
    return plain_host(host), (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def glob_matches(pattern: str, text: str) -> bool:
    """Whether the whole text matches a pattern in which `*` stands for any characters, in linear time."""
    first, *parts = pattern.split("*")
    if not parts:
        return text == pattern
    if not text.startswith(first):
        return False
    position = len(first)
    *middle, last = parts
    for part in middle:
        position = text.find(part, position)
        if position < 0:
            return False
        position += len(part)
    return len(text) - len(last) >= position and text.endswith(last)
