"""Where people reach the web page: links from reports, alerts and the Prefect UI lead there if it is configured."""

import logging
import os
from urllib.parse import quote, urlencode, urlsplit

from tasks.errors import UsageError

logger = logging.getLogger(__name__)

BROWSE_URL = "COPYDESK_BROWSE_URL"


def browse_url() -> str:
    """The address from `COPYDESK_BROWSE_URL`, without a slash at its end; empty if it is not set.

    Raises:
        UsageError: it is not an http or https address.
    """
    address = os.environ.get(BROWSE_URL, "").strip().rstrip("/")
    try:
        parts = urlsplit(address)
        is_address = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        is_address = False
    if address and not is_address:
        raise UsageError(f"{BROWSE_URL}: not an address such as http://127.0.0.1:8321: {address}")
    return address


def browse_link(*path: str, **query: str) -> str:
    """The address of a view, such as `browse_link("runs", run_id)`; empty if none is configured.

    A wrong address is logged, because a run must not fail for a link.
    """
    try:
        start = browse_url()
    except UsageError as error:
        logger.warning("%s", error)
        return ""
    address = "/".join([start, *(quote(part, safe="") for part in path)])
    return f"{address}?{urlencode(query)}" if start and query else address if start else ""
