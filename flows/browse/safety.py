"""What keeps the web page harmless, whatever pages contain and whoever asks.

It answers only on loopback and only to requests for that host, so that a page of the Web whose name is made to resolve
to 127.0.0.1 (DNS rebinding) cannot read the dataset. Every answer forbids scripts and everything from elsewhere.
"""

from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from flows.browse.address import browse_url

LOOPBACK = "127.0.0.1"
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# a run's report is one file with its style inside
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


def allowed_hosts() -> list[str]:
    """The hosts that a request may name: this machine, and the host of `COPYDESK_BROWSE_URL`."""
    named = urlsplit(browse_url()).hostname
    return [LOOPBACK, "localhost", *([named] if named else [])]


class SafeAnswers:
    """Adds the headers to every answer, and refuses what a browser sends on behalf of another site, links excepted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        sent = dict(scope["headers"])
        is_foreign = sent.get(b"sec-fetch-site") in (b"cross-site", b"same-site")
        if is_foreign and sent.get(b"sec-fetch-mode") != b"navigate":
            await PlainTextResponse("Refused: another site asked for this.", 403)(scope, receive, send_safely)
            return
        await self._app(scope, receive, send_safely)
