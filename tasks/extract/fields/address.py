"""Addresses: the one a page declares as its own, its host and site, and cleaning of tracking parameters."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from tasks.extract.page import FieldValue, Page, strings
from tasks.storage.addresses import without_secrets

# parameters that tell who sent the reader, not what is shown
_TRACKING = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|dclid|msclkid|yclid|mc_[ce]id|igshid|_ga|cmpid?|at_\w+|xtor|wt_\w+|ito|ocid|smid|"
    r"ref|ref_src|src|source|sref|partner|taid|spm|__twitter_impression|share|shared|guccounter|s?cid|ncid|icid)$",
    re.I,
)
_FRONT_PAGE = ("", "/")
_PAGE_ADDRESSES = 64  # of one page, which several fields ask for in turn


@lru_cache(_PAGE_ADDRESSES)
def clean_url(url: str, base: str | None = None) -> str | None:
    """The absolute http(s) address without tracking parameters and fragment, or None if it is not such an address."""
    try:
        parts = urlsplit(urljoin(base or "", url.strip()))
        if parts.scheme not in ("http", "https") or not parts.hostname or " " in parts.netloc:
            return None
        parameters = parse_qsl(parts.query, keep_blank_values=True)
        query = urlencode([(key, value) for key, value in parameters if not _TRACKING.match(key)])
        return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path or "/", query, ""))
    except ValueError:
        return None


@lru_cache(_PAGE_ADDRESSES)
def host(url: str | None) -> str | None:
    """The host of an address, lower case, without `www.`."""
    try:
        return (urlsplit(url or "").hostname or "").lower().removeprefix("www.") or None
    except ValueError:
        return None


def is_front_page(url: str) -> bool:
    """Whether an address is that of a site and no page on it; files may give any text as an address."""
    try:
        return urlsplit(url).path in _FRONT_PAGE
    except ValueError:
        return False


def site_of_host(name: str | None) -> str:
    """The last two labels of a host: shared by the sections of a site."""
    return ".".join((name or "").split(".")[-2:])


def find_canonical(page: Page) -> FieldValue[str] | None:
    """The address the page declares as its own, unless it is on another site or the front page."""
    url = page.document.get("url")
    base = page.signals.get("base") or url
    declared = [("link:canonical", href) for href in page.links("canonical")]
    declared += [("og:url", value) for _, value in page.meta("og:url")]
    for node in page.nodes():
        declared += [("json-ld", value) for value in strings(node.get("mainEntityOfPage")) + strings(node.get("url"))]
    for origin, value in declared:
        address = clean_url(value, base)
        if address and _is_of_page(address, url):
            return FieldValue(without_secrets(address), origin)
    return None


def _is_of_page(address: str, url: str | None) -> bool:
    """Whether a declared address may be that of a page fetched from `url`."""
    if not url:
        return not is_front_page(address)
    if is_front_page(address) and not is_front_page(url):
        return False
    return site_of_host(host(address)) == site_of_host(host(url))


def absolute(url: str, page: Page) -> str | None:
    """An address within the page made absolute; None if it is not an http(s) address."""
    base = page.signals.get("base") or page.document.get("url")
    canonical = find_canonical(page)
    try:
        joined = urljoin(base or (canonical.value if canonical else "") or "", url.strip())
    except ValueError:
        return None
    return joined if joined.startswith(("http://", "https://")) else None
