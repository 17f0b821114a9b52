"""Addresses: which one the page calls its own, whose it is, and what of it only tracks readers."""

import re
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

from tasks.extract.page import Found, Page, strings

# parameters that tell who sent the reader, not what is shown
_TRACKING = re.compile(
    r"^(?:utm_\w+|fbclid|gclid|dclid|msclkid|yclid|mc_[ce]id|igshid|_ga|cmpid?|at_\w+|xtor|wt_\w+|ito|ocid|smid|"
    r"ref|ref_src|src|source|sref|partner|taid|spm|__twitter_impression|share|shared|guccounter|s?cid|ncid|icid)$",
    re.I,
)


def clean_url(url: str, base: str | None = None) -> str | None:
    """The absolute http(s) address without tracking parameters and fragment, or None where it is none."""
    try:
        parts = urlsplit(urljoin(base or "", url.strip()))
        if parts.scheme not in ("http", "https") or not parts.hostname or " " in parts.netloc:
            return None
        query = [
            (key, value) for key, value in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(key)
        ]
        return urlunsplit((parts.scheme, parts.netloc.lower(), parts.path or "/", urlencode(query), ""))
    except ValueError:
        return None


def host(url: str | None) -> str | None:
    """The host of an address, lower case, without `www.`."""
    try:
        return (urlsplit(url or "").hostname or "").lower().removeprefix("www.") or None
    except ValueError:
        return None


def site_of_host(name: str | None) -> str:
    """The last two labels of a host: what sections of one site share."""
    return ".".join((name or "").split(".")[-2:])


def canonical(page: Page) -> Found | None:
    """The address the page declares as its own; a declaration for another site or for the front page is passed over."""
    url = page.document.get("url")
    base = page.signals.get("base") or url
    declared = [("link:canonical", href) for href in page.signals.get("links", {}).get("canonical", ())]
    declared += [("og:url", value) for _, value in page.meta("og:url")]
    for node in page.nodes():
        declared += [("json-ld", value) for value in strings(node.get("mainEntityOfPage")) + strings(node.get("url"))]
    for origin, value in declared:
        address = clean_url(value, base)
        if address and _is_own(address, url):
            return Found(address, origin)
    return None


def _is_own(address: str, url: str | None) -> bool:
    if not url:
        return urlsplit(address).path not in ("", "/")
    if urlsplit(address).path in ("", "/") and urlsplit(url).path not in ("", "/"):
        return False
    return site_of_host(host(address)) == site_of_host(host(url))


def absolute(url: str, page: Page) -> str | None:
    """An address within the page made absolute."""
    base = page.signals.get("base") or page.document.get("url")
    own = canonical(page)
    try:
        joined = urljoin(base or (own.value if own else "") or "", url.strip())
    except ValueError:
        return None
    return joined if joined.startswith(("http://", "https://")) else None
