"""Fetched pages kept as they came, in a WARC file (ISO 28500): a response record each, gzip by record."""

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

from tasks.ingest.fetch.client import Answer

# the body is written without them, so the headers must not claim them
_LOST = ("content-encoding", "transfer-encoding", "content-length")


class WarcFile:
    """A WARC file under way."""

    def __init__(self, stream: IO[bytes], user_agent: str) -> None:
        self._stream = stream
        about = (
            f"software: Copydesk\r\nhttp-header-user-agent: {user_agent}\r\nformat: WARC File Format 1.1\r\n".encode()
        )
        self._write("warcinfo", about, {"Content-Type": "application/warc-fields"})

    def add(self, answer: Answer) -> None:
        """Write one response."""
        lines = [f"HTTP/1.1 {answer.status} {_phrase(answer.status)}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items() if name not in _LOST]
        lines.append(f"Content-Length: {len(answer.body)}")
        block = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + answer.body
        self._write("response", block, {
            "WARC-Target-URI": answer.url, "Content-Type": "application/http; msgtype=response",
            "WARC-Payload-Digest": f"sha1:{b32encode(hashlib.sha1(answer.body, usedforsecurity=False).digest()).decode()}",
            "WARC-Identified-Payload-Type": answer.headers.get("content-type", "text/html").partition(";")[0].strip(),
        })  # fmt: skip

    def _write(self, kind: str, block: bytes, headers: dict[str, str]) -> None:
        own = {"WARC-Type": kind, "WARC-Record-ID": f"<urn:uuid:{uuid.uuid4()}>", "WARC-Date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
               **headers, "Content-Length": str(len(block))}  # fmt: skip
        head = "WARC/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in own.items()) + "\r\n"
        self._stream.write(gzip.compress(head.encode("utf-8", "replace") + block + b"\r\n\r\n", 6))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "-"


@contextmanager
def warc_file(path: Path | None, user_agent: str) -> Iterator[WarcFile | None]:
    """A WARC file that gets its name when it is whole; None where none is wanted."""
    if path is None:
        yield None
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{path.name}.tmp")
    try:
        with aside.open("wb") as stream:
            yield WarcFile(stream, user_agent)
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)
