"""Fetched pages in a WARC file (ISO 28500): one response record per page, each compressed by gzip."""

import gzip
import hashlib
import uuid
from base64 import b32encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import IO

from tasks.ingest.fetch.client import Response
from tasks.storage.addresses import without_secrets
from tasks.storage.atomic import replaced_file

# headers about encodings that the body no longer has
_OMITTED_HEADERS = ("content-encoding", "transfer-encoding", "content-length")


class WarcFile:
    """A WARC file that is being written."""

    def __init__(self, stream: IO[bytes], user_agent: str) -> None:
        self._stream = stream
        fields = f"software: Copydesk\r\nhttp-header-user-agent: {user_agent}\r\nformat: WARC File Format 1.1\r\n"
        self._write("warcinfo", fields.encode(), {"Content-Type": "application/warc-fields"})

    def add(self, response: Response) -> None:
        """Write one response."""
        lines = [f"HTTP/1.1 {response.status} {_phrase(response.status)}"]
        lines += [f"{name}: {value}" for name, value in response.headers.items() if name not in _OMITTED_HEADERS]
        lines.append(f"Content-Length: {len(response.body)}")
        block = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + response.body
        digest = b32encode(hashlib.sha1(response.body, usedforsecurity=False).digest()).decode()
        headers = {
            "WARC-Target-URI": without_secrets(response.url),
            "Content-Type": "application/http; msgtype=response",
            "WARC-Payload-Digest": f"sha1:{digest}",
            "WARC-Identified-Payload-Type": response.headers.get("content-type", "text/html").partition(";")[0].strip(),
        }
        self._write("response", block, headers)

    def _write(self, kind: str, block: bytes, headers: dict[str, str]) -> None:
        fields = {
            "WARC-Type": kind,
            "WARC-Record-ID": f"<urn:uuid:{uuid.uuid4()}>",
            "WARC-Date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            **headers,
            "Content-Length": str(len(block)),
        }
        head = "WARC/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in fields.items()) + "\r\n"
        self._stream.write(gzip.compress(head.encode("utf-8", "replace") + block + b"\r\n\r\n", 6))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "-"


@contextmanager
def open_warc(path: Path | None, user_agent: str) -> Iterator[WarcFile | None]:
    """A WARC file to write to in the block, which appears when it is complete; None if `path` is None."""
    if path is None:
        yield None
        return
    with replaced_file(path) as temporary, temporary.open("wb") as stream:
        yield WarcFile(stream, user_agent)
